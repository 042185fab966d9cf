"""The cloud that is moved and stretched: condition number, steps, presets and handles."""

import numpy as np
import pytest
from figure import number

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "round-bowl"
POINTS = np.array([[-1.4, -0.2], [-0.2, -1.4], [0.2, 1.4], [1.4, 0.2]])
PLACES = {
    "off centre": ([4, 3], [1, 1]),
    "in cm and kg": ([4.4, 4.2], [0.5, 0.5]),
    "stretched": ([0, 0], [3.5, 0.7]),
    "standardised": ([0, 0], [1, 1]),
}


def condition(mean, spread):
    X = np.array(mean) + np.array(spread) * POINTS
    return np.linalg.cond(X.T @ X / 4)


def steps(kappa):
    return int(np.ceil(np.log(0.01) / np.log((kappa - 1) / (kappa + 1))))


def data(**changed):
    return {
        "points": POINTS.tolist(),
        "x": [-6, 7],
        "y": [-4.5, 6],
        "mean": [4, 3],
        "spread": [1, 1],
        "start": [0.8, 0.4],
        "presets": [{"name": n, "mean": m, "spread": s} for n, (m, s) in PLACES.items()],
        "known": [
            {
                "mean": m,
                "spread": s,
                "condition": condition(m, s),
                "steps": steps(condition(m, s)),
            }
            for m, s in PLACES.values()
        ],
    } | changed


@pytest.fixture
def figure(open_figure):
    return open_figure()


def check(figure, mean, spread):
    """Assert that the figure tells the condition number and the steps of this cloud."""
    figure.settle()
    kappa, shown = condition(mean, spread), figure.facts()
    assert number(shown["condition number"]) == pytest.approx(kappa, rel=1e-4, abs=0.0051)
    said = figure.sentence()
    assert number(said.split(":")[0].removeprefix("Condition number ")) == pytest.approx(
        kappa, rel=1e-4, abs=0.0051
    )
    assert f" {steps(kappa)} steps until" in said


def test_it_agrees_with_numpy_and_starts_as_the_page_says(figure):
    assert figure.evaluate("e => e.agrees()") is True
    check(figure, [4, 3], [1, 1])


@pytest.mark.parametrize("key", ["condition", "steps"])
def test_a_script_that_computes_something_else_is_noticed(open_figure, key):
    known = data()["known"]
    known[0][key] *= 2
    assert open_figure(known=known).evaluate("e => e.agrees()") is False


@pytest.mark.parametrize("name", list(PLACES))
def test_a_button_puts_the_cloud_where_it_says(figure, name):
    figure.press("standardised")
    figure.press(name)
    check(figure, *PLACES[name])


def test_the_middle_is_moved_and_the_corner_stretched_by_keyboard(figure):
    figure.press("standardised")
    figure.get_by_role("slider", name="mean of the cloud").press("Shift+ArrowRight")
    check(figure, [0.5, 0], [1, 1])
    figure.get_by_role("slider", name="spread of the cloud").press("ArrowUp")
    check(figure, [0.5, 0], [1, 1.1])


def test_the_spread_stays_positive(figure):
    figure.press("standardised")
    corner = figure.get_by_role("slider", name="spread of the cloud")
    for _ in range(3):
        corner.press("Shift+ArrowLeft")
    check(figure, [0, 0], [0.15, 1])
