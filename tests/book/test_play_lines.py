"""The figure of lines: its equations, ranks and solutions against linalg's."""

import re
from fractions import Fraction

import numpy as np
import pytest

from nnlib import linalg

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "maths/linear-systems", "nn-lines"
TERM = re.compile(r"(−?)\s*(\d*)\s*x([₁₂])")


def equations(figure):
    """Return the coefficients of the equations that the figure writes, as [A | b]."""
    figure.settle()
    rows = []
    for words in figure.locator(".nn-note").all_inner_texts():
        left, right = words.split(":")[1].split("=")
        row = [0, 0, int(right.replace("−", "-"))]
        for sign, size, which in TERM.findall(left):
            row["₁₂".index(which)] = (-1 if sign else 1) * int(size or 1)
        rows.append(row)
    return np.array(rows)


def check(figure):
    Ab = equations(figure)
    A, b = Ab[:, :2], Ab[:, 2]
    shown_facts = figure.facts()
    assert shown_facts["rank of A"] == str(linalg.rank(A, exact=True))
    assert shown_facts["rank of [A | b]"] == str(linalg.rank(Ab, exact=True))
    found = linalg.solution_set(A, b, exact=True)
    if not found.consistent:
        assert shown_facts["solutions"] == "none"
    elif linalg.rank(A, exact=True) < 2:
        assert shown_facts["solutions"] == "infinitely many"
    else:
        solution = re.fullmatch(r"one: \((.+), (.+)\)", shown_facts["solutions"])
        for shown, exact in zip(solution.groups(), found.at(), strict=True):
            assert abs(Fraction(shown.replace("−", "-")) - Fraction(exact)) <= Fraction(1, 200)


def test_every_system_has_the_ranks_and_solutions_that_linalg_finds(figure):
    for button in figure.locator("button").all():
        button.press("Enter")
        check(figure)


def test_handles_move_and_turn_their_own_line_by_keys(figure):
    figure.press("one solution")
    before = equations(figure)
    handles = [h for h in figure.locator(".nn-point").all() if h.is_visible()]
    assert len(handles) == 4
    handles[0].press("ArrowUp")
    moved = equations(figure)
    assert linalg.rank(np.stack([moved[0, :2], before[0, :2]]), exact=True) == 1
    assert linalg.rank(np.stack([moved[0], before[0]]), exact=True) == 2
    handles[3].press("Shift+ArrowUp")
    turned = equations(figure)
    assert linalg.rank(np.stack([turned[1, :2], moved[1, :2]]), exact=True) == 2
    assert (turned[0] == moved[0]).all()
    check(figure)


def test_a_line_stays_a_line_and_inside_when_its_handles_are_pushed(figure):
    figure.press("parallel")
    first, second = (figure.get_by_label(f"{verb} the first line") for verb in ("move", "turn"))
    for _ in range(12):
        first.press("Shift+ArrowRight")
    check(figure)
    for _ in range(25):
        second.press("ArrowLeft")
        check(figure)
    assert first.get_attribute("aria-valuenow") == "3"
    assert second.get_attribute("aria-valuenow") == "-5"


def test_the_cross_is_the_least_squares_point_of_the_distances(figure):
    figure.press("three, no point")
    Ab = equations(figure).astype(float)
    length = np.linalg.norm(Ab[:, :2], axis=1)
    x = np.linalg.lstsq(Ab[:, :2] / length[:, None], Ab[:, 2] / length, rcond=None)[0]
    coordinates = ", ".join(f"{v:.2f}".replace("-", "−") for v in x)
    assert f"cross at ({coordinates})" in figure.sentence()
