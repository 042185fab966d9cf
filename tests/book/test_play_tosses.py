"""The tosses of a coin: factors, likelihood and its maximum as nnlib's, and every control."""

import numpy as np
import pytest
from browser import PHONE
from figure import number

from nnlib.probability import Bernoulli

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "tosses"
EIGHT, FIVE = "HTHHTTHT", "HTHHT"


def data(**changed):
    return {
        "sequences": [{"name": text, "tosses": text} for text in (EIGHT, FIVE, "HHH")],
        "heads": "H",
        "start": 0.75,
        "times": 6,
        "top": [0.5, 1 / 256],
    } | changed


@pytest.fixture
def figure(open_figure):
    return open_figure()


def likelihood(theta, text):
    return float(np.exp(Bernoulli(theta).log_likelihood([letter == "H" for letter in text])))


def check(figure, theta, text):
    """Assert that the figure shows the likelihood of these tosses at θ."""
    shown = figure.facts()
    best = likelihood(text.count("H") / len(text), text)
    assert shown["tosses"] == str(len(text))
    assert shown["share of heads"] == f"{text.count('H')} of {len(text)}"
    assert number(shown["θ"]) == pytest.approx(theta, abs=0.00501)
    now = likelihood(theta, text)
    assert number(shown["likelihood"]) == pytest.approx(now, rel=6e-3)
    assert number(shown["share of the highest likelihood"]) == pytest.approx(
        now / best, abs=6e-4
    )
    assert f"these {len(text)} tosses" in figure.sentence()


def theta(figure):
    return figure.get_by_role("slider", name="θ", exact=True)


def test_it_agrees_with_nnlib_and_starts_as_the_page_says(figure):
    assert figure.evaluate("e => e.agrees()") is True
    check(figure, 0.75, EIGHT)


@pytest.mark.parametrize("top", [[0.5 + 1e-6, 1 / 256], [0.5, 1 / 255]])
def test_a_script_that_computes_something_else_is_noticed(open_figure, top):
    assert open_figure(top=top).evaluate("e => e.agrees()") is False


def test_the_buttons_choose_tosses_repeat_them_and_go_to_the_top(figure):
    figure.press("to the top")
    check(figure, 0.5, EIGHT)
    figure.press(FIVE)
    figure.press("to the top")
    check(figure, 0.6, FIVE)
    figure.press("6 times over")
    check(figure, 0.6, 6 * FIVE)
    figure.press("once")
    check(figure, 0.6, FIVE)


def test_theta_moves_by_arrow_keys_along_the_curve(figure):
    figure.press(FIVE)
    theta(figure).press("Shift+ArrowLeft")
    theta(figure).press("ArrowRight")
    check(figure, 0.71, FIVE)
    assert theta(figure).get_attribute("aria-valuetext") == "θ = 0.71"


def test_the_bars_are_the_factors(figure):
    bars = figure.locator(".nn-plot").nth(0)
    words = "4 of height 0.75 for heads, 4 of height 0.25 for tails"
    assert words in bars.get_attribute("aria-label")
    high, low = (bars.locator(".nn-area").nth(k).bounding_box()["height"] for k in (0, 1))
    assert high / low == pytest.approx(3, rel=0.05)


def test_the_point_is_dragged(figure):
    figure.pull(-40, 0)
    shown = number(figure.facts()["θ"])
    assert shown < 0.7
    check(figure, number(theta(figure).get_attribute("aria-valuetext")[4:]), EIGHT)


def test_a_finger_on_a_phone_moves_the_point(open_figure):
    figure = open_figure(size=PHONE)
    figure.pull(-30, 0)
    assert number(figure.facts()["θ"]) < 0.75
