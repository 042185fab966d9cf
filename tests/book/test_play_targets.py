"""Four targets and a line: residuals, their two sums, the cost and the goals are NumPy's."""

import numpy as np
import pytest
from figure import number

from nnlib.classifiers import normal_equation

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "classifiers/learning-problem", "nn-targets"
X, Y = np.arange(4.0), np.array([1.0, 3, 4, 4])
A = np.column_stack([X, np.ones(4)])
GOALS = ("Level the best line", "Bring the cost J to 0", "Find another line")


def move(figure, label, key, times=1):
    point = figure.get_by_role("slider", name=label, exact=True)
    for _ in range(times):
        point.press(key)


def check(figure, targets, theta=None):
    """Assert what is shown of the targets and the line w x + b, by default the best."""
    best = normal_equation(A, targets)
    w, b = best if theta is None else theta
    r = targets - A @ [w, b]
    first, rest = figure.sentence().split(". They add up to ")
    assert first.startswith("The best line" if theta is None else "Not the best line")
    shown = [number(v) for v in first.split("residuals r ")[1].split(", ")]
    assert shown == pytest.approx(r, abs=0.0051)
    total, rest = rest.split(", the products x r to ")
    weighted, rest = rest.split("; J = ")
    assert number(total) == pytest.approx(r.sum(), abs=0.0051)
    assert number(weighted) == pytest.approx(r @ X, abs=0.0051)
    assert number(rest.rstrip(".")) == pytest.approx(r @ r / 4, abs=6e-4)
    facts = figure.facts()
    least = targets - A @ best
    assert number(facts["cost of the best line"]) == pytest.approx(least @ least / 4, abs=6e-4)
    assert number(facts["first condition"].split("= ")[1]) == pytest.approx(targets.sum())
    assert number(facts["second condition"].split("= ")[1]) == pytest.approx(targets @ X)


def reached(figure):
    figure.settle()
    return [
        figure.locator("li", has_text=goal).get_attribute("aria-label").startswith("reached")
        for goal in GOALS
    ]


def test_it_agrees_with_nnlib_and_starts_with_the_line_of_the_page(figure):
    assert figure.evaluate("element => element.agrees()") is True
    check(figure, Y)
    assert figure.facts()["line ŷ"] == "1.00 x + 1.50"
    assert figure.facts()["first condition"] == "6 w + 4 b = 12"
    assert figure.facts()["second condition"] == "14 w + 6 b = 23"
    assert reached(figure) == [False, False, False]


def test_the_best_line_follows_a_target(figure):
    move(figure, "target at x = 3", "Shift+ArrowUp", 2)
    check(figure, np.add(Y, [0, 0, 0, 1]))
    move(figure, "target at x = 0", "ArrowDown", 3)
    check(figure, np.add(Y, [-0.3, 0, 0, 1]))
    figure.press("reset")
    check(figure, Y)


def test_a_line_that_is_shifted_or_turned_is_not_the_best(figure):
    move(figure, "shift the line", "ArrowUp", 4)
    check(figure, Y, (1, 1.7))
    move(figure, "turn the line", "ArrowDown", 2)
    check(figure, Y, (0.8, 1.7))
    figure.press("best line")
    check(figure, Y)


@pytest.mark.parametrize(
    ("label", "key"), [("target at x = 3", "ArrowDown"), ("target at x = 0", "ArrowUp")]
)
def test_an_outer_target_levels_the_line(figure, label, key):
    move(figure, label, key, 32)
    assert reached(figure) == [False, False, False]
    move(figure, label, key)
    assert reached(figure) == [True, False, False]


def test_an_inner_target_cannot_level_the_line(figure):
    move(figure, "target at x = 2", "Shift+ArrowDown", 20)
    assert reached(figure) == [False, False, False]
    assert number(figure.facts()["line ŷ"].split()[0]) > 0.4


def test_two_targets_on_a_line_through_the_others_cost_nothing(figure):
    move(figure, "target at x = 1", "Shift+ArrowDown", 2)
    move(figure, "target at x = 2", "Shift+ArrowDown", 2)
    check(figure, np.array([1.0, 2, 3, 4]))
    assert reached(figure) == [False, True, False]


def test_the_residuals_of_another_line_add_up_to_zero_and_its_products_do_not(figure):
    move(figure, "turn the line", "ArrowDown")
    assert reached(figure) == [False, False, False]
    move(figure, "shift the line", "ArrowUp", 3)
    check(figure, Y, (0.9, 1.65))
    assert reached(figure) == [False, False, True]
    figure.press("best line")
    assert reached(figure) == [False, False, True]


@pytest.mark.parametrize("k", range(6))
def test_every_handle_is_dragged(figure, k):
    point = figure.locator(".nn-point").nth(k)
    before = point.get_attribute("aria-valuetext")
    figure.pull(0, -40, f".nn-point >> nth={k}")
    figure.settle()
    assert point.get_attribute("aria-valuetext") != before
