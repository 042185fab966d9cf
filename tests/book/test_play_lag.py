"""A gradient through time: its lengths are those of NumPy, and each verdict can be had."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "rnn/vanishing-gradients", "nn-lag"


def lengths(radius, lean, derivative, degrees, steps):
    """Return the length of the gradient after each step."""
    M = derivative * radius * np.array([[1, lean], [0, 1]])
    g = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    return [np.linalg.norm(np.linalg.matrix_power(M, k) @ g) for k in range(steps + 1)]


def told(text):
    """Return a number as the figure writes it."""
    digits, _, power = text.replace("−", "-").partition(" · 10^")
    return float(digits) * 10 ** float(power or 0)


@pytest.mark.parametrize("radius", [0.4, 0.8, 1.2])
def test_the_length_at_the_end_is_that_of_the_product(figure, radius):
    data = figure.data
    figure.slide("spectral radius", radius)
    right = lengths(radius, data["lean"], 1, data["degrees"], data["steps"])
    _, sigma, top, end = figure.texts()
    assert float(sigma) == pytest.approx(2 * radius, abs=0.006)
    assert told(end) == pytest.approx(right[-1], rel=0.5)
    assert told(top.partition(",")[0]) == pytest.approx(max(right), rel=0.5)


@pytest.mark.parametrize(
    ("radius", "derivative", "says"),
    [
        (0.4, 1, "the bound alone"),
        (0.8, 1, "grows for 4 steps"),
        (0.98, 1, "still growing after 30 steps"),
        (1, 1, "in proportion"),
        (1.2, 1, "explodes"),
        (1.2, 0.4, "the bound alone"),
    ],
)
def test_each_radius_has_its_verdict(figure, radius, derivative, says):
    figure.slide("derivative f′", derivative)
    figure.slide("spectral radius", radius)
    assert says in figure.sentence()


def test_without_the_lean_the_radius_decides(figure):
    figure.press(figure.data["leans"][0]["name"])
    figure.slide("spectral radius", 1)
    assert "Its length stays" in figure.sentence()
    figure.slide("spectral radius", 0.9)
    assert "the bound alone" in figure.sentence()


def test_the_gradient_is_dragged_and_another_direction_shrinks_at_once(figure):
    before = figure.sentence()
    assert "grows for 4 steps" in before
    figure.pull(80, 80)
    assert "It vanishes, though the bound does not say so" in figure.sentence()
