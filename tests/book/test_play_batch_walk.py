"""The walk with a batch size: steps as NumPy's, both sliders and the start."""

import numpy as np
import pytest
from figure import number

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "batch-walk"
rng = np.random.default_rng(0)
X = rng.normal(size=(12, 2)) * [1.0, 0.5]
T = X @ [1.0, -1.0] + rng.normal(scale=0.5, size=12)
BEST = np.linalg.lstsq(X, T, rcond=None)[0]
ORDERS = [rng.permutation(12) for _ in range(60)]
SIZES = [1, 5, 12]


def walk(B, rate, start=(-1.0, 2.0)):
    """The place before each of 60 steps and after the last."""
    path = [np.array(start)]
    for rows in [r for order in ORDERS for r in np.split(order, range(B, 12, B))][:60]:
        g = X[rows].T @ (X[rows] @ path[-1] - T[rows]) / len(rows)
        path.append(path[-1] - rate * g)
    return np.array(path)


def data(**changed):
    places = ((1, 0.3, [-1.0, 2.0]), (5, 0.1, [1.0, 1.0]), (12, 0.5, [-1.0, 2.0]))
    return {
        "X": X.tolist(),
        "t": T.tolist(),
        "orders": [order.tolist() for order in ORDERS],
        "sizes": SIZES,
        "x": [-1.6, 2.4],
        "y": [-2.4, 2.4],
        "start": [-1.0, 2.0],
        "minimum": BEST.tolist(),
        "rate": 0.3,
        "chosen": 1,
        "known": [
            {"B": B, "rate": r, "start": w, "end": walk(B, r, w)[-1].tolist()}
            for B, r, w in places
        ],
    } | changed


@pytest.fixture
def figure(open_figure):
    return open_figure()


def check(figure, B, rate, start=(-1.0, 2.0)):
    """Assert that the figure tells of this walk."""
    figure.settle()
    far = np.linalg.norm(walk(B, rate, start)[-30:] - BEST, axis=1).mean()
    shown = figure.facts()
    assert number(shown["steps in an epoch"]) == -(-12 // B)
    seen = [len(r) for order in ORDERS for r in np.split(order, range(B, 12, B))][:60]
    assert number(shown["samples looked at"]) == sum(seen)
    told = number(shown["distance from the minimum, last 30 steps"])
    assert told == pytest.approx(far, abs=0.00501)
    assert figure.sentence().startswith(f"With {B} of 12 samples a step")


def test_it_agrees_with_numpy_and_starts_as_the_page_says(figure):
    assert figure.evaluate("e => e.agrees()") is True
    check(figure, 5, 0.3)


def test_a_script_that_computes_something_else_is_noticed(open_figure):
    known = data()["known"]
    known[0]["end"][0] += 0.01
    assert open_figure(known=known).evaluate("e => e.agrees()") is False


def test_both_sliders_change_the_walk(figure):
    figure.slide("batch size", 0)
    check(figure, 1, 0.3)
    figure.slide("learning rate η", 0.5)
    check(figure, 1, 0.5)
    figure.slide("batch size", 2)
    check(figure, 12, 0.5)


def test_the_start_moves_with_the_keys(figure):
    figure.get_by_role("slider", name="start of the walk").press("ArrowRight")
    check(figure, 5, 0.3, (-0.9, 2.0))
