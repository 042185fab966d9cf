"""Thirty layers: the sizes are those of a random network, and the diamond sets the scale."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "optimization/initialization", "nn-layers"
FUNCTIONS = {
    "identity": (lambda z: z, np.ones_like),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: z > 0),
}


def measured(name, sd, n=100, layers=30):
    """Return the sizes of signal and gradient in a network as wide, averaged over five."""
    f, derivative = FUNCTIONS[name]
    rng, ends = np.random.default_rng(0), []
    for _ in range(5):
        z, passed = rng.normal(size=(200, n)), []
        for layer in range(layers):
            a = f(z)
            if layer < layers - 1:
                W = rng.normal(scale=sd, size=(n, n))
                passed.append((W, z))
                z = a @ W.T
        g = rng.normal(size=(200, n))
        for W, z in reversed(passed):
            g = (g @ W) * derivative(z)
        ends.append([np.mean(a**2), np.mean(g**2)])
    return np.sqrt(np.exp(np.mean(np.log(ends), axis=0)))


def ends(figure):
    """Return the signal after the last layer and the gradient at the first, as shown."""
    sd, product, signal, gradient = figure.numbers()
    assert product == pytest.approx(100 * sd**2, abs=6e-4)
    return signal, gradient


@pytest.mark.parametrize("name", FUNCTIONS)
def test_sizes_are_those_of_a_random_network(figure, name):
    figure.press(name)
    assert ends(figure) == pytest.approx(measured(name, 0.1), rel=0.6)


def test_the_diamond_sets_the_scale_by_keys(figure):
    knob = figure.get_by_role("slider", name="standard deviation of the weights")
    before = ends(figure)
    for _ in range(8):
        knob.press("ArrowRight")
    assert "standard deviation 0.14" in figure.sentence()
    after = ends(figure)
    assert after[0] > 1000 * before[0]
    assert after[1] > 1000 * before[1]


def test_he_keeps_both_and_tanh_cannot_explode(figure):
    knob = figure.get_by_role("slider", name="standard deviation of the weights")
    for _ in range(8):
        knob.press("ArrowRight")
    assert ends(figure)[1] == pytest.approx(1, abs=0.3)
    figure.press("tanh")
    for _ in range(40):
        knob.press("Shift+ArrowRight")
    assert ends(figure)[0] == pytest.approx(1, abs=0.1)
