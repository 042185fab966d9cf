"""Gradient descent in one weight: the steps are right, and every verdict can be had."""

import re

import pytest
from browser import PHONE
from stage import fresh

import nnlib
from nnlib import optim

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "chapters/classifiers/gradient-descent.html", "nn-valley"
LOSSES = {
    "one valley": lambda w: (w - 3) ** 2,
    "two valleys": lambda w: (w**2 - 4) ** 2 / 8 + w / 2 + 1.5,
    "a terrace": lambda w: (w**4 / 4 + w**3) / 4 + 2,
}


def told(figure):
    figure.page.evaluate("nn.flush()")
    return figure.locator(".nn-live").inner_text()


def facts(figure):
    """Weight, loss, slope and next step, as the list under the figure says them."""
    figure.page.evaluate("nn.flush()")
    return [float(v.replace("−", "-")) for v in figure.locator("dd").all_inner_texts()]


def turn(figure, which, value):
    figure.locator("input[type=range]").nth(which).fill(str(value))


def walked(loss, w, rate, steps):
    """Weight, loss, slope and next step by nnlib."""
    w = nnlib.tensor(w, dtype=nnlib.float64, requires_grad=True)
    sgd = optim.SGD([w], lr=rate)
    for k in range(steps + 1):
        sgd.zero_grad()
        at = loss(w)
        at.backward()
        if k < steps:
            sgd.step()
    return [w.item(), at.item(), w.grad.item(), -rate * w.grad.item()]


def test_script_and_nnlib_agree(figure):
    assert figure.get_attribute("data-agrees") == "true"


@pytest.mark.parametrize("steps", [0, 3, 20])
@pytest.mark.parametrize("valley", LOSSES)
def test_each_step_is_that_of_nnlib(figure, valley, steps):
    figure.get_by_role("button", name=valley).click()
    turn(figure, 0, -1.3)
    turn(figure, 1, steps)
    start = {"one valley": 0.0, "two valleys": 3.0, "a terrace": 2.0}[valley]
    right = walked(LOSSES[valley], start, 10**-1.3, steps)
    assert facts(figure) == pytest.approx(right, abs=6e-4)


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
    turn(figure, 0, exponent)
    assert says in told(figure)


def test_walk_rests_on_the_terrace_or_leaps_over_it(figure):
    figure.get_by_role("button", name="a terrace").click()
    turn(figure, 1, 20)
    assert "level ground that is no valley" in told(figure)
    assert 0 < facts(figure)[0] < 0.6
    turn(figure, 0, -0.02)
    assert "no valley" not in told(figure)
    assert facts(figure)[0] < -2


def test_start_decides_which_valley_is_found(figure):
    figure.get_by_role("button", name="two valleys").click()
    turn(figure, 1, 20)
    assert facts(figure)[0] > 1.5
    handle = figure.locator(".nn-point")
    handle.focus()
    for _ in range(8):
        figure.page.keyboard.press("Shift+ArrowLeft")
    assert facts(figure)[0] < -1.5


def test_start_is_dragged(figure):
    before = facts(figure)
    figure.scroll_into_view_if_needed()
    box = figure.locator(".nn-point").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    figure.page.mouse.move(x, y)
    figure.page.mouse.down()
    figure.page.mouse.move(x + 60, y)
    figure.page.mouse.up()
    assert facts(figure) != before
    assert float(figure.locator(".nn-point").get_attribute("aria-valuetext")) > 0.5


def test_path_is_drawn_as_far_as_it_went(figure):
    path = figure.locator(".nn-plot").first.locator("path.nn-stroke").nth(2)
    counts = []
    for steps in (0, 3, 20):
        turn(figure, 1, steps)
        figure.page.evaluate("nn.flush()")
        counts.append(len(re.findall("[ML]", path.get_attribute("d"))))
    assert counts == [1, 4, 21]


def test_fits_a_phone(browser, alone):
    with fresh(browser, alone, PAGE, size=PHONE) as seen:
        assert seen.too_wide() == []
        assert seen.page.locator("nn-valley .nn-live").inner_text().startswith("Learning rate")
