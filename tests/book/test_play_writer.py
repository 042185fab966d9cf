"""Stored samples by writer, beginning and temperature, and what is expected next."""

import re

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "rnn/sequence-modelling", "nn-writer"


def softmax(z):
    """Return the probabilities of logits."""
    e = np.exp(np.array(z) - np.max(z))
    return e / e.sum()


def told(figure):
    """Return the writer, the temperature and the perplexity that the sentence tells."""
    words = re.search(r"(.*), T = ([\d.]+): .* among ([\d.]+) equally", figure.sentence())
    return words[1], float(words[2]), float(words[3])


def perplexity(figure, model, prime, temperature):
    """Return the perplexity of the next character, from the stored log-probabilities."""
    p = softmax(np.array(figure.data["models"][model]["next"][prime]) / temperature)
    p = p[p > 0]
    return 2 ** -(p * np.log2(p)).sum()


def shown(figure):
    """Return the text that stands on the paper."""
    figure.settle()
    return figure.locator(".nn-writer-text").text_content()


@pytest.mark.parametrize("place", [0, 4, 7])
def test_each_temperature_has_its_text_and_its_perplexity(figure, place):
    data = figure.data
    model, prime, _ = data["start"]
    T = data["temperatures"][place]
    figure.slide("temperature T", T)
    assert (
        shown(figure) == data["primes"][prime] + data["models"][model]["samples"][prime][place]
    )
    assert told(figure) == (
        data["models"][model]["name"],
        pytest.approx(T),
        pytest.approx(perplexity(figure, model, prime, T), abs=0.06),
    )


def test_each_writer_and_each_beginning_is_shown(figure):
    data = figure.data
    place = data["start"][2]
    for model, one in enumerate(data["models"]):
        figure.press(one["name"])
        for prime, words in enumerate(data["primes"]):
            figure.press(f"“{words.strip()}”")
            assert shown(figure) == words + one["samples"][prime][place]
            right = perplexity(figure, model, prime, data["temperatures"][place])
            assert told(figure)[2] == pytest.approx(right, abs=0.06)


def test_the_bars_are_the_most_probable_characters_and_the_rest(figure):
    model, prime, place = figure.data["start"]
    T = figure.data["temperatures"][place]
    p = softmax(np.array(figure.data["models"][model]["next"][prime]) / T)
    widths = [
        float(bar.get_attribute("width")) for bar in figure.locator("svg rect.nn-other").all()
    ]
    expected = [*np.sort(p)[::-1][:9], np.sort(p)[:-9].sum()]
    np.testing.assert_allclose(widths, 190 * np.array(expected), atol=0.01)
