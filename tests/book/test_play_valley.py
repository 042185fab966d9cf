"""Gradient descent in one weight: the steps are right, and every verdict can be had."""

import re

import pytest

import nnlib
from nnlib import optim

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "classifiers/gradient-descent", "nn-valley"
LOSSES = {
    "one valley": lambda w: (w - 3) ** 2,
    "two valleys": lambda w: (w**2 - 4) ** 2 / 8 + w / 2 + 1.5,
    "a terrace": lambda w: (w**4 / 4 + w**3) / 4 + 2,
}


def walked(loss, w, rate, steps):
    """Return the weight, loss, slope and next step after some steps, by nnlib."""
    w = nnlib.tensor(w, dtype=nnlib.float64, requires_grad=True)
    sgd = optim.SGD([w], lr=rate)
    for k in range(steps + 1):
        sgd.zero_grad()
        at = loss(w)
        at.backward()
        if k < steps:
            sgd.step()
    return [w.item(), at.item(), w.grad.item(), -rate * w.grad.item()]


@pytest.mark.parametrize("steps", [0, 3, 20])
@pytest.mark.parametrize("valley", LOSSES)
def test_each_step_is_that_of_nnlib(figure, valley, steps):
    figure.press(valley)
    figure.slide(0, -1.3)
    figure.slide(1, steps)
    start = {"one valley": 0.0, "two valleys": 3.0, "a terrace": 2.0}[valley]
    right = walked(LOSSES[valley], start, 10**-1.3, steps)
    assert figure.numbers() == pytest.approx(right, abs=6e-4)


@pytest.mark.parametrize(
    ("exponent", "says"),
    [
        (-2, "crawls"),
        (-0.5, "It converges"),
        (-0.1, "oscillates, and converges"),
        (0, "bounces"),
        (0.04, "diverges"),
    ],
)
def test_each_rate_has_its_verdict(figure, exponent, says):
    figure.slide(0, exponent)
    assert says in figure.sentence()


def test_walk_rests_on_the_terrace_or_leaps_over_it(figure):
    figure.press("a terrace")
    figure.slide(1, 20)
    assert "level ground that is no valley" in figure.sentence()
    assert 0 < figure.numbers()[0] < 0.6
    figure.slide(0, -0.02)
    assert "no valley" not in figure.sentence()
    assert figure.numbers()[0] < -2


def test_start_decides_which_valley_is_found(figure):
    figure.press("two valleys")
    figure.slide(1, 20)
    assert figure.numbers()[0] > 1.5
    handle = figure.locator(".nn-point")
    handle.focus()
    for _ in range(8):
        figure.page.keyboard.press("Shift+ArrowLeft")
    assert figure.numbers()[0] < -1.5


def test_start_is_dragged(figure):
    before = figure.numbers()
    figure.pull(60, 0)
    assert figure.numbers() != before
    assert float(figure.locator(".nn-point").get_attribute("aria-valuetext")) > 0.5


def test_a_marker_that_leaves_the_plot_stands_at_its_border_and_says_where(figure):
    plots = figure.locator(".nn-plot").all()
    away = [plot.locator(".nn-arrow") for plot in plots]
    assert [arrow.get_attribute("d") for arrow in away] == ["", ""]
    figure.slide(0, 0.3)
    for steps, words in ((2, ["w = ", "loss = "]), (20, ["w out of sight"] * 1)):
        figure.slide(1, steps)
        figure.settle()
        for plot, arrow in zip(plots, away, strict=True):
            assert arrow.get_attribute("d")
            frame = plot.bounding_box()
            for drawn in plot.locator("path.nn-dots, path.nn-arrow, text").all():
                box = drawn.bounding_box()
                if box and box["width"]:
                    assert frame["x"] <= box["x"] + 0.5
                    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 0.5
                    assert frame["y"] <= box["y"] + 0.5
        told = " ".join(plot.text_content() for plot in plots)
        assert [word for word in words if word not in told] == []


def test_path_is_drawn_as_far_as_it_went(figure):
    path = figure.locator(".nn-plot").first.locator("path.nn-stroke").nth(2)
    counts = []
    for steps in (0, 3, 20):
        figure.slide(1, steps)
        figure.settle()
        counts.append(len(re.findall("[ML]", path.get_attribute("d"))))
    assert counts == [1, 4, 21]
