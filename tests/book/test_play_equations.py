"""The figure of two equations: lines, columns and totals against the systems it is given."""

import re

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(4)]

PAGE, ELEMENT = "maths/linear-systems", "nn-equations"


def numbers(text):
    """Return the numbers of a text that are written with a point."""
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d+", text)]


def totals(figure):
    """Return the two totals that the figure tells, and whether each is that of the receipt."""
    texts = figure.texts()
    return [numbers(text)[0] for text in texts], ["as on" in text for text in texts]


def move(figure, x, y):
    """Bring the point from its place to (x, y) by arrow keys."""
    point = figure.locator(".nn-point")
    now = numbers(point.get_attribute("aria-valuetext"))
    for by, (plus, minus) in zip(
        (x - now[0], y - now[1]),
        (("ArrowRight", "ArrowLeft"), ("ArrowUp", "ArrowDown")),
        strict=True,
    ):
        key, steps = plus if by > 0 else minus, round(10 * abs(by))
        for _ in range(steps // 5):
            point.press(f"Shift+{key}")
        for _ in range(steps % 5):
            point.press(key)


@pytest.mark.parametrize("k", range(4))
def test_totals_are_those_of_the_prices_and_right_only_on_the_line(figure, k):
    system = figure.data["systems"][k]
    A, b = np.array(system["A"]), np.array(system["b"])
    figure.press(system["name"])
    for prices in ([3.5, 2.0], [2.5, 4.0], [2.0, 3.0]):
        move(figure, *prices)
        shown, right = totals(figure)
        np.testing.assert_allclose(shown, A @ prices, atol=0.005)
        assert right == [abs(d) < 0.005 for d in A @ prices - b]
        assert ("arrows end at b" in figure.sentence()) == all(right)


def test_arrows_lie_one_after_the_other_and_end_at_the_totals(figure):
    figure.press("Ann")
    move(figure, 3.0, 1.0)
    figure.settle()
    drawing = figure.locator("svg.nn-drawing").nth(1)
    assert "end at (7.00, 14.00); b is (9.00, 18.00)" in drawing.get_attribute("aria-label")
    starts = [
        re.search(r"translate\(([\d.]+) ([\d.]+)\)", arrow.get_attribute("transform")).groups()
        for arrow in drawing.locator(".nn-arrow").all()
    ]
    assert len(set(starts)) == 2
    assert {"3.00 × (2, 4)", "1.00 × (1, 2)"} <= set(
        drawing.locator("text").all_text_contents()
    )


def test_the_point_is_dragged(figure):
    before = totals(figure)[0]
    figure.pull(40, -30)
    assert all(np.array(totals(figure)[0]) > before)
