"""Scores and probabilities as bars: each dragged and moved by keys, and compared with NumPy."""

import re

import numpy as np
import pytest
from browser import DESKTOP, PHONE
from figure import Figure, drag, middle, swipe

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "classifiers/softmax", "nn-softmax"
START = [2.1, 3.5, -2.3]
UNIT = 10.4 / 300  # of a score, as a share of the drawing's width


def values(figure, drawing):
    """Return what the handles of a drawing (0: scores, 1: probabilities) hold."""
    figure.settle()
    handles = figure.locator("svg[role=group]").nth(drawing).locator(".nn-handle").all()
    return np.array([float(h.get_attribute("aria-valuenow")) for h in handles])[:3]


def softmax(z):
    """Return the probabilities of scores."""
    e = np.exp(z - np.max(z))
    return e / e.sum()


def loss(figure):
    """Return the loss that stands at the bar of the true class."""
    figure.settle()
    words = figure.locator("svg").first.locator("text", has_text="loss").text_content()
    return float(re.search(r"loss ([\d.]+)", words)[1])


def handle(figure, name):
    return figure.get_by_role("slider", name=name, exact=True)


@pytest.mark.parametrize("hand", [drag, swipe])
def test_a_score_goes_where_a_hand_takes_it_and_the_probabilities_follow(figure, hand):
    x, y = middle(handle(figure, "score of trouser").locator(".nn-knob"))
    unit = UNIT * figure.locator("svg").first.bounding_box()["width"]
    hand(figure.page, (x, y), (x + unit, y + 3), (x + 3 * unit, y))
    z = values(figure, 0)
    assert z == pytest.approx([5.1, 3.5, -2.3], abs=0.11)
    np.testing.assert_allclose(values(figure, 1), softmax(z), rtol=1e-6, atol=1e-8)
    assert loss(figure) == pytest.approx(-np.log(softmax(z)[0]), abs=0.006)


@pytest.mark.parametrize("hand", [drag, swipe])
def test_all_scores_move_together_and_no_probability_does(figure, hand):
    before = values(figure, 1), loss(figure)
    x, y = middle(handle(figure, "all scores together").locator(".nn-knob"))
    unit = UNIT * figure.locator("svg").first.bounding_box()["width"]
    hand(figure.page, (x, y), (x - unit, y), (x - 4 * unit, y))
    assert values(figure, 0) - START == pytest.approx([-4] * 3, abs=0.11)
    np.testing.assert_allclose(values(figure, 1), before[0], rtol=1e-6, atol=1e-8)
    assert loss(figure) == before[1]
    handle(figure, "all scores together").press("Home")
    assert values(figure, 0) == pytest.approx([-5.6, -4.2, -10])


@pytest.mark.parametrize("hand", [drag, swipe])
def test_a_probability_moves_only_its_own_score(figure, hand):
    x, y = middle(handle(figure, "probability of trouser").locator(".nn-knob"))
    box = figure.locator("svg .nn-empty").first.bounding_box()
    hand(figure.page, (x, y), (x + 9, y), (box["x"] + 0.6 * box["width"], y))
    p, z = values(figure, 1), values(figure, 0)
    assert p[0] == pytest.approx(0.6, abs=0.021)
    assert z[1:].tolist() == START[1:]
    assert z[0] == pytest.approx(
        np.log(p[0] / (1 - p[0])) + np.log(np.exp(START[1:]).sum()), abs=1e-6
    )
    assert p[1] / p[2] == pytest.approx(np.exp(5.8), rel=1e-5)


def test_keys_move_every_bar_and_stop_at_its_ends(figure):
    for name in ("score of dress", "probability of sneaker", "all scores together"):
        before = handle(figure, name).get_attribute("aria-valuetext")
        handle(figure, name).press("Shift+ArrowRight")
        figure.settle()
        assert handle(figure, name).get_attribute("aria-valuetext") != before
    figure.press("reset")
    assert values(figure, 0).tolist() == START
    handle(figure, "probability of sneaker").press("End")
    assert values(figure, 0)[2] == 10


def test_temperature_divides_the_scores_and_lets_the_largest_win(figure):
    for place, T in ((-0.5, 10**-0.5), (0.5, 10**0.5)):
        figure.slide("temperature T", place)
        p = softmax(np.array(START) / T)
        np.testing.assert_allclose(values(figure, 1), p, rtol=1e-6, atol=1e-8)
        assert loss(figure) == pytest.approx(-np.log(p[0]), abs=0.006)
        assert values(figure, 0).tolist() == START


def test_twice_the_scores_is_half_the_temperature(figure):
    figure.press("all scores × 2")
    np.testing.assert_allclose(
        values(figure, 1), softmax(2 * np.array(START)), rtol=1e-6, atol=1e-8
    )
    figure.press("all scores × 2")
    figure.press("all scores × 2")
    assert "end at ±10" in figure.locator(".nn-note").inner_text()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_bars_and_temperature_share_one_screen(open_page, size):
    figure = Figure(open_page(size=size).page.locator(ELEMENT))
    assert figure.bounding_box()["height"] < 640
    assert figure.sentence() == "The true class is trouser. Loss = −ln\u00a00.197 = 1.62"
    figure.get_by_label("sneaker", exact=True).check()
    assert loss(figure) == 7.85
