"""One prediction for five days: its losses, their minima and derivatives are NumPy's."""

import numpy as np
import pytest
from figure import number

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "backprop/losses", "nn-outlier"
NAMES = ("squared error", "absolute error", "off by more than 1 mm")
DAYS = [0, 0, 3, 7]


def losses(c, last):
    """Return the three mean losses of predicting c."""
    off = np.abs(c - np.array([*DAYS, last]))
    return [np.mean(off**2), np.mean(off), np.mean(off > 1 + 1e-9)]


def move(figure, label, key, times):
    point = figure.get_by_role("slider", name=label, exact=True)
    for _ in range(times):
        point.press(key)


def test_figure_and_nnlib_agree(figure):
    assert figure.evaluate("element => element.agrees()")


@pytest.mark.parametrize("k", range(3))
def test_the_loss_at_the_prediction_and_its_derivative_are_right(figure, k):
    figure.press(NAMES[k])
    move(figure, "prediction c", "ArrowLeft", 5)
    shown, c = figure.facts(), 17.5
    assert number(shown["loss at c"]) == pytest.approx(losses(c, 50)[k], abs=6e-4)
    slope = (losses(c + 1e-4, 50)[k] - losses(c - 1e-4, 50)[k]) / 2e-4
    assert number(shown["its derivative"]) == pytest.approx(slope, abs=6e-4)
    alone = [2 * (c - 50) / 5, -1 / 5, 0][k]
    assert number(shown["of it from the last day"]) == pytest.approx(alone, abs=6e-4)


def test_the_last_day_moves_the_mean_and_leaves_the_median(figure):
    shown = figure.facts()
    assert (number(shown["mean"]), number(shown["median"])) == (12, 3)
    assert shown["within 1 mm of most days"] == "0.0 to 1.0"
    assert "least at 12.0 mm, the mean" in figure.sentence()
    move(figure, "last day", "ArrowLeft", 45)
    shown = figure.facts()
    assert (number(shown["mean"]), number(shown["median"])) == (3, 3)
    figure.press("absolute error")
    assert "least at 3.0 mm, the median" in figure.sentence()


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        (48, "1.0"),
        (49, "0.0 to 1.0"),
        (46, "0.0 to 1.0, or 3.0 to 4.0"),
        (47, "0.0 to 1.0, or 2.0 to 4.0"),
    ],
)
def test_the_intervals_near_to_most_days_are_those_of_a_fine_grid(figure, steps, ends):
    move(figure, "last day", "ArrowLeft", steps)
    assert figure.facts()["within 1 mm of most days"] == ends
    grid = np.arange(0, 2001) / 100
    share = np.array([losses(c, 50 - steps)[2] for c in grid])
    best = grid[share <= share.min() + 1e-9]
    assert f"{best.min():.1f}" == ends.split()[0]
    assert f"{best.max():.1f}" == ends.split()[-1]


def test_both_points_are_dragged(figure):
    for k, name in enumerate(("prediction c", "last day")):
        point = figure.get_by_role("slider", name=name, exact=True)
        before = point.get_attribute("aria-valuetext")
        figure.pull(-30, 0, f".nn-point >> nth={k}")
        figure.settle()
        assert point.get_attribute("aria-valuetext") != before
