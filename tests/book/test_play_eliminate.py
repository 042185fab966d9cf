"""The figure of elimination: its rows, its crossing and its angle against linalg."""

import re
from fractions import Fraction

import numpy as np
import pytest

from nnlib import linalg

pytestmark = [pytest.mark.browser, pytest.mark.deep(4)]

PAGE, ELEMENT = "maths/linear-systems", "nn-eliminate"
SLIDER = "part of x₁ eliminated"
TERM = re.compile(r"(−?)\s*([\d.]*)\s*x([₁₂])")


def row(text):
    """Return the coefficients and the right-hand side of an equation that the figure writes."""
    left, right = text.split("=")
    found = [0.0, 0.0, float(right.replace("−", "-"))]
    for sign, size, which in TERM.findall(left):
        found["₁₂".index(which)] = (-1 if sign else 1) * float(size or 1)
    return found


def exact(system):
    """Return the rows of a system as fractions."""
    return [[Fraction(str(v)) for v in line] for line in system["rows"]]


@pytest.mark.parametrize("k", range(5))
def test_rows_and_solutions_are_those_of_elimination(figure, k):
    system = figure.data["systems"][k]
    figure.press(system["name"])
    r, s = exact(system)
    solutions = linalg.solution_set([r[:2], s[:2]], [r[2], s[2]], exact=True)
    for part in ("0", "0.5", "1"):
        figure.slide(SLIDER, part)
        facts = figure.facts()
        t = Fraction(part) * s[0] / r[0]
        now = [b - t * a for a, b in zip(r, s, strict=True)]
        np.testing.assert_allclose(row(facts["row 2"]), np.array(now, float), atol=0.005)
        if not solutions.consistent:
            assert facts["solution"] == "none"
        elif solutions.free:
            assert facts["solution"] == "all of line 1"
        else:
            shown = [float(v) for v in facts["solution"].strip("()").split(", ")]
            np.testing.assert_allclose(shown, solutions.at().astype(float), atol=0.005)


def test_a_small_pivot_leaves_a_small_angle_and_an_exchange_a_wide_one(figure):
    angles = {}
    for name in ("small pivot", "exchanged"):
        figure.press(name)
        figure.slide(SLIDER, 1)
        angles[name] = int(figure.facts()["angle of the lines"].rstrip("°"))
    assert angles == {"small pivot": 3, "exchanged": 45}


def test_the_line_turns_by_its_handle(figure):
    handle = figure.locator(".nn-point")
    figure.pull(0, -18)
    middle = figure.facts()
    assert 0 < row(middle["row 2"])[0] < 1
    assert middle["solution"] == "(3.50, 2.00)"
    for _ in range(12):
        handle.press("ArrowUp")
    assert figure.facts()["row 2"] == "0.5 x₂ = 1"
    assert figure.get_by_label(SLIDER, exact=True).input_value() == "1"


def test_ann_and_ben_lose_the_second_line(figure):
    for name, words in (("Ann", "0 = 0"), ("Ben", "0 = 1")):
        figure.press(name)
        assert not figure.locator(".nn-point").is_visible()
        figure.slide(SLIDER, 1)
        assert f"Row 2 says {words}" in figure.sentence()
        assert figure.facts()["angle of the lines"] == "no line 2"
