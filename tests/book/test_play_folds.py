"""Networks that could fold a strip: where each kind of start ends, and what the figure says."""

import re

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "backprop/finding-folds", "nn-folds"


def good(figure):
    """Return how many of the trained starts of the chosen kind are above nine tenths."""
    return tuple(map(int, re.search(r"(\d+) of (\d+)\.$", figure.sentence()).groups()))


def cuts_before_training(layers):
    """Return how often the score of a start changes its sign along the strip."""
    values = (np.arange(400)[:, None] + 0.5) / 200 - 1
    for number, (W, b) in enumerate(layers, 1):
        values = values @ np.reshape(W, (len(b), -1)).T + b
        values = np.maximum(values, 0) if number < len(layers) else values
    return int((np.diff(values[:, 0] > 0) != 0).sum())


@pytest.mark.parametrize("kind", range(4))
def test_a_reset_shows_the_start_itself(figure, kind):
    figure.press(figure.data["kinds"][kind]["name"])
    figure.press("reset")
    cuts = cuts_before_training(figure.data["kinds"][kind]["starts"][0])
    assert f"after 0 steps: {cuts} cut" in figure.sentence()


def test_spoilt_folds_come_back_and_random_weights_do_not_find_them(figure):
    figure.press("train 5 more")
    assert good(figure) == (0, 6)
    figure.press("spoilt folds")
    figure.press("train 5 more")
    found, of = good(figure)
    assert of == 6
    assert found >= 5


def test_a_kind_that_was_trained_before_keeps_its_starts(figure):
    figure.press("train the next start")
    figure.press("right signs")
    figure.press("random weights")
    assert good(figure)[1] == 2
    assert figure.sentence().startswith("Start 2 from random weights")


def test_there_are_no_more_starts_than_were_drawn(figure):
    kind = figure.data["kinds"][0]
    figure.press("train 5 more", times=len(kind["starts"]) // 5 + 1)
    assert good(figure)[1] == len(kind["starts"])
    button = figure.get_by_role("button", name="train the next start", exact=True)
    assert button.get_attribute("aria-disabled") == "true"
