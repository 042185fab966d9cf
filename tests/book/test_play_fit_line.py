"""The line through a few points: residuals, cost and steps as nnlib's, and every control."""

import numpy as np
import pytest
from figure import drag, middle, number

from nnlib.classifiers import least_squares_step, normal_equation

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "fit-line"
X, Y = np.array([0.0, 1, 2, 3]), np.array([3.6, 3.4, 4.2, 5.0])
A = np.column_stack([np.ones(4), X])
BEST = normal_equation(A, Y)


def data(**changed):
    return {
        "points": np.column_stack([X, Y]).tolist(),
        "x": [-0.9, 4.1],
        "y": [0, 6],
        "b": [-0.5, 6],
        "w": [-1.2, 2.2],
        "xlabel": "flipper (cm above 19)",
        "ylabel": "mass (kg)",
        "measure": "kg",
        "start": [4.6, -0.2],
        "levels": [0.1, 0.5, 2, 8],
        "eta": 0.1,
        "known": {
            "best": BEST.tolist(),
            "cost": float(((Y - A @ BEST) ** 2).mean()),
            "after": least_squares_step(A, Y, [0, 0], lr=0.1).tolist(),
        },
    } | changed


@pytest.fixture
def figure(open_figure):
    return open_figure()


def theta(figure):
    """Return bias and weight as the diamond in the bowl says them."""
    figure.settle()
    words = figure.get_by_role("slider", name="bias and weight").get_attribute("aria-valuetext")
    return [number(part.split(" = ")[1]) for part in words.split(", ")]


def check(figure, b, w):
    """Assert that the figure shows the line b + w x and its residuals."""
    r = Y - A @ [b, w]
    assert theta(figure) == pytest.approx([b, w], abs=0.00501)
    shown = figure.facts()
    assert number(shown["sum of squares"]) == pytest.approx(r @ r, abs=6e-4)
    assert number(shown["mean squared error J"]) == pytest.approx(r @ r / 4, abs=6e-4)
    assert number(shown["sum of absolute values"]) == pytest.approx(np.abs(r).sum(), abs=6e-3)
    said = figure.sentence().removeprefix("Residuals ").split(" kg")[0]
    assert [number(v) for v in said.split(", ")] == pytest.approx(r, abs=0.00501)
    ends = [figure.get_by_role("slider", name=f"{side} end of the line") for side in SIDES]
    heights = [number(end.get_attribute("aria-valuetext").split()[0]) for end in ends]
    assert heights == pytest.approx([b, b + 3 * w], abs=0.00501)


SIDES = ("left", "right")


def test_it_agrees_with_nnlib_and_starts_as_the_page_says(figure):
    assert figure.evaluate("e => e.agrees()") is True
    check(figure, 4.6, -0.2)


@pytest.mark.parametrize("key", ["best", "cost", "after"])
def test_a_script_that_computes_something_else_is_noticed(open_figure, key):
    known = data()["known"]
    wrong = known | {key: (np.array(known[key]) + 1e-6).tolist()}
    assert open_figure(known=wrong).evaluate("e => e.agrees()") is False


def test_buttons_give_the_best_line_steps_of_nnlib_and_the_start(figure):
    figure.press("best line")
    check(figure, *BEST)
    figure.press("b = w = 0")
    walked = np.zeros(2)
    check(figure, *walked)
    for _ in range(2):
        walked = least_squares_step(A, Y, walked, lr=0.1)
        figure.press("a step downhill")
        check(figure, *walked)
    for _ in range(20):
        walked = least_squares_step(A, Y, walked, lr=0.1)
    figure.press("20 steps")
    check(figure, *walked)
    path = figure.locator(".nn-plot").nth(1).locator(".nn-stroke[style*='--nn-a']")
    assert path.get_attribute("d").count("L") == 22
    figure.press("reset")
    check(figure, 4.6, -0.2)
    assert path.get_attribute("d") == ""


def test_ends_and_diamond_are_moved_by_keyboard(figure):
    figure.get_by_role("slider", name="left end").press("ArrowDown")
    check(figure, 4.55, (4.0 - 4.55) / 3)
    figure.get_by_role("slider", name="right end").press("Shift+ArrowUp")
    check(figure, 4.55, (4.25 - 4.55) / 3)
    figure.press("reset")
    figure.get_by_role("slider", name="bias and weight").press("ArrowLeft")
    figure.get_by_role("slider", name="bias and weight").press("ArrowUp")
    check(figure, 4.55, -0.15)


def test_an_end_that_is_dragged_keeps_the_other_and_its_own_place_across(figure):
    end = figure.get_by_role("slider", name="right end")
    x, y = middle(end)
    drag(figure.page, (x, y), (x + 30, y - 20), (x + 40, y - 60))
    b, w = theta(figure)
    assert b == pytest.approx(4.6, abs=0.006)
    assert w > 0
    assert middle(end) == pytest.approx((x, y - 60), abs=1.5)


def test_the_squares_are_squares_on_the_screen_as_high_as_the_residuals(figure):
    areas = figure.locator(".nn-plot").nth(0).locator(".nn-area")
    boxes = [areas.nth(k).bounding_box() for k in (0, 1, 3)]
    sizes = [(box["width"], box["height"]) for box in boxes]
    for wide, high in sizes:
        assert wide == pytest.approx(high, abs=1.5)
    assert sizes[0] == pytest.approx(sizes[1], abs=1.5)  # residuals of one kilogram
    assert areas.nth(2).bounding_box()["height"] < 3  # the third bird lies on the line
