"""The street between two kinds of birds: its width, and what it does with a bird that moves."""

import numpy as np
import pytest
from sklearn.svm import SVC

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "classifiers/svm", "nn-margin"
LINES = """element => [...element.querySelector(".nn-plot").querySelectorAll("path.nn-stroke")]
  .map(path => path.getAttribute("d"))"""


@pytest.fixture
def birds(figure):
    """Return the positions (N, 2), the classes, and which bird is dragged."""
    points = np.array(figure.data["points"])
    return points[:, :2], points[:, 2].astype(int), figure.data["moved"]


def expected(positions, side, moved, C):
    svc = SVC(kernel="linear", C=C, tol=1e-9).fit(positions, side)
    lead = side * svc.decision_function(positions)
    wrong = int((lead <= 0).sum())
    pays = max(0, 1 - lead[moved])
    return [2 / np.linalg.norm(svc.coef_), len(svc.support_), wrong, pays]


def lines(figure):
    figure.settle()
    return figure.evaluate(LINES)


def put(figure, x, y):
    """Move the marked bird to a position by keyboard."""
    handle = figure.locator(".nn-point")
    handle.focus()
    for axis, goal, keys in (
        (0, x, ("ArrowLeft", "ArrowRight")),
        (1, y, ("ArrowDown", "ArrowUp")),
    ):
        for _ in range(80):
            gap = goal - spot(figure)[axis]
            if abs(gap) < 0.051:
                break
            figure.page.keyboard.press(keys[gap > 0])
    assert np.allclose(spot(figure), [x, y], atol=0.06)


def spot(figure):
    text = figure.locator(".nn-point").get_attribute("aria-valuetext")
    return [float(v.replace("−", "-")) for v in text.split(",")]


@pytest.mark.parametrize("exponent", [-1, 0, 1, 2])
def test_street_is_that_of_scikit_learn(figure, birds, exponent):
    figure.slide(0, exponent)
    found, right = figure.numbers(), expected(*birds, C=10.0**exponent)
    assert found == pytest.approx(right, abs=0.006)


@pytest.mark.parametrize("position", [(2.0, 2.0), (0.3, 0.0), (-1.5, 1.0)])
def test_street_follows_the_marked_bird(figure, birds, position):
    positions, side, moved = birds
    put(figure, *position)
    positions[moved] = spot(figure)
    exactly = np.array(expected(positions, side, moved, C=10.0))
    found = np.array(figure.numbers())
    assert found[:1] == pytest.approx(exactly[:1], rel=0.08)  # the place is told in two digits
    assert found[3] == pytest.approx(exactly[3], rel=0.08, abs=0.05)


def test_line_of_the_hinge_ignores_a_bird_beyond_the_edge(figure):
    before = lines(figure)
    figure.locator(".nn-point").focus()
    for _ in range(3):
        figure.page.keyboard.press("ArrowRight")
    after = lines(figure)
    assert after[:3] == before[:3]  # both edges and the middle
    assert after[3] != before[3]  # the line of logistic regression
    assert "would be the same without it" in figure.sentence()


@pytest.mark.parametrize("position", [(0.7, -0.4), (0.6, 0.0), (0.8, 0.3), (0.5, -0.5)])
def test_words_tell_the_edge_from_the_street(figure, birds, position):
    positions, side, moved = birds
    put(figure, *position)
    positions[moved] = spot(figure)
    svc = SVC(kernel="linear", C=10, tol=1e-9).fit(positions, side)
    assert moved in svc.support_
    lead = side[moved] * svc.decision_function(positions)[moved]
    expected = "stands on the edge" if lead > 1 - 1e-4 else "inside the street"
    assert expected in figure.sentence()


def test_a_bird_on_the_wrong_side_pays_and_can_be_put_back(figure):
    before = figure.numbers()
    put(figure, -1.0, 1.0)
    assert "on the wrong side" in figure.sentence()
    assert figure.numbers()[3] > 1
    figure.press("put it back")
    assert figure.numbers() == before


def test_bird_is_dragged(figure):
    before = spot(figure)
    figure.pull(-60, 0)
    assert spot(figure)[0] < before[0] - 0.3
