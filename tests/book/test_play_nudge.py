"""The microscope of gradient checking: its quotients are NumPy's, and its words are true."""

import re

import numpy as np
import pytest

from nnlib.calculus import numerical_gradient

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "backprop/gradient-checking", "nn-nudge"
FUNCTIONS = {
    "x³ at 1": (lambda x: x * x * x, 1.0),
    "x² at 1": (lambda x: x * x, 1.0),
    "1 / (1 + x²) at 0.5": (lambda x: 1 / (1 + x * x), 0.5),
    "relu(x) at 0.01": (lambda x: np.maximum(x, 0), 0.01),
}


def choose(figure, name, step, digits="float64"):
    figure.press(name)
    figure.press(digits)
    figure.slide(0, 32 - step)  # small steps on the left


@pytest.mark.parametrize("step", [0, 2, 5, 10, 16])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_quotients_are_those_of_nnlib(figure, name, step):
    f, x = FUNCTIONS[name]
    choose(figure, name, step)
    ways = [
        numerical_gradient(lambda v: f(v[0]), np.array([x]), method=method, h=10 ** (-step / 2))
        for method in ("forward", "central")
    ]
    assert figure.numbers()[1:] == pytest.approx([float(way[0]) for way in ways], abs=6e-10)


@pytest.mark.parametrize(
    ("name", "digits", "step", "says"),
    [
        ("x³ at 1", "float64", 2, "a smaller step would be better"),
        ("x³ at 1", "float64", 20, "a larger step would be better"),
        ("x³ at 1", "float32", 2, "a smaller step would be better"),
        ("x³ at 1", "float32", 10, "a larger step would be better"),
        ("x³ at 1", "float32", 18, "does not change at all"),
        ("x³ at 1", "float64", 32, "a larger step would be better"),
        ("x² at 1", "float64", 0, "right to the last digit"),
        ("relu(x) at 0.01", "float64", 2, "across the corner"),
        ("relu(x) at 0.01", "float64", 3, "across the corner"),
        ("relu(x) at 0.01", "float64", 4, "right to the last digit"),
        ("relu(x) at 0.01", "float64", 6, "a larger step would be better"),
    ],
)
def test_each_verdict_can_be_had(figure, name, digits, step, says):
    choose(figure, name, step, digits)
    assert says in figure.sentence()
    assert digits in figure.sentence()


def test_the_percentages_are_true(figure):
    choose(figure, "x³ at 1", 2)
    slope, one, two = figure.numbers()
    errors = [float(v) for v in re.findall(r"off by ([\d.]+) %", figure.sentence())]
    assert errors == pytest.approx(
        [100 * (one / slope - 1), 100 * (two / slope - 1)], abs=0.006
    )


def test_arrow_keys_change_the_step(figure):
    before = figure.sentence()
    slider = figure.locator("input[type=range]")
    slider.focus()
    figure.page.keyboard.press("ArrowLeft")
    assert figure.sentence() != before
    assert "h = 0.1." in figure.sentence()


def test_words_never_blame_what_is_not_there(figure):
    for name in FUNCTIONS:
        for step in (0, 1, 2, 3, 4, 5, 8, 16, 32):
            choose(figure, name, step)
            slope, _, two = figure.numbers()
            if "two-sided exact" in figure.sentence():
                assert two == pytest.approx(slope, rel=1e-3)
                assert "would be better" not in figure.sentence()
                assert "corner" not in figure.sentence()
