"""The figure of a polynomial's fit: its errors, weights and both penalties against nnlib's."""

import re

import numpy as np
import pytest

from nnlib.classifiers import PolynomialRegression, normal_equation
from nnlib.datasets import penguins

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

BIRDS = penguins()[0].X
X, Y = BIRDS[:, 2], BIRDS[:, 3] / 1000
U = (X - 200) / 30
DRAWS = [np.random.default_rng(s).permutation(len(X))[:20] for s in (10, 2, 4)]
ELEMENT = "fit"


def by_nnlib(draw, degree, alpha, bias):
    """Return the errors on the fitted and on the other points, b and w, by nnlib."""
    few = DRAWS[draw]
    rest = np.setdiff1d(np.arange(len(X)), few)
    if bias:
        powers = U[:, None] ** np.arange(degree + 1)
        b, *w = normal_equation(powers[few], Y[few], alpha=alpha)
    else:
        model = PolynomialRegression(degree, alpha=alpha).fit(U[few, None], Y[few])
        b, w = model.intercept_, model.coef_
    predicted = b + (U[:, None] ** np.arange(1, degree + 1)) @ np.array(w, dtype=float)
    train, others = (float(np.sqrt(((predicted[k] - Y[k]) ** 2).mean())) for k in (few, rest))
    return {"train": train, "rest": others, "b": float(b), "w": [float(v) for v in w]}


def case(draw, degree, alpha, bias=False):
    given = {"draw": draw, "degree": degree, "alpha": alpha, "bias": bias}
    return given | by_nnlib(draw, degree, alpha, bias)


CASES = [
    *((draw, degree, 0, False) for draw in range(3) for degree in range(10)),
    *((0, degree, alpha, False) for degree in (0, 1, 4, 9) for alpha in (0.001, 0.1, 100)),
    *((1, degree, alpha, True) for degree in (0, 1, 4, 9) for alpha in (0.001, 0.1, 100)),
]
KNOWN = [case(*c) for c in CASES]
START = {
    "x": X.tolist(),
    "y": Y.tolist(),
    "draws": [k.tolist() for k in DRAWS],
    "centre": 200,
    "unit": 30,
    "most": 9,
    "degree": 9,
    "window": [[170, 233], [0, 8]],
    "errors": [0.1, 100],
    "xlabel": "flipper (mm)",
    "ylabel": "mass (kg)",
    "measure": "kg",
    "samples": "birds",
    "known": KNOWN,
}


def data(**start):
    return START | start


def agree(figure, *given):
    right = by_nnlib(*given)
    want = [right["train"], right["rest"], np.linalg.norm(right["w"]), right["b"]]
    assert figure.numbers() == pytest.approx(
        want, rel=0.006, abs=1e-6
    )  # three digits are shown


def test_the_script_finds_what_nnlib_finds_to_six_digits(open_figure):
    figure = open_figure()
    assert figure.evaluate("e => e.agrees()") is True


@pytest.mark.parametrize("way", ["train", "rest", "b", "w"])
def test_a_script_that_computes_something_else_is_noticed(open_figure, way):
    wrong = case(0, 3, 0.1)
    wrong[way] = (np.array(wrong[way]) + 1e-4).tolist()
    figure = open_figure(known=[wrong])
    assert figure.evaluate("e => e.agrees()") is False


@pytest.mark.parametrize("degree", [0, 1, 3, 9])
@pytest.mark.parametrize("power", [-4.5, -2, 0.5, 3])
def test_what_it_shows_is_what_nnlib_finds_with_either_penalty(open_figure, degree, power):
    figure = open_figure()
    figure.slide("degree", degree)
    figure.slide("penalty λ", power)
    alpha = 0 if power == -4.5 else 10**power
    agree(figure, 0, degree, alpha, False)
    figure.get_by_label("penalise b too").press("Space")
    agree(figure, 0, degree, alpha, True)
    sentence = figure.sentence()
    assert sentence.startswith(f"Degree {degree}, λ = ")
    assert "b penalised" in sentence


def test_a_large_penalty_goes_to_the_mean_or_to_zero(open_figure):
    figure = open_figure()
    figure.slide("penalty λ", 3)
    assert figure.numbers()[3] == pytest.approx(Y[DRAWS[0]].mean(), abs=0.1)
    figure.get_by_label("penalise b too").press("Space")
    assert abs(figure.numbers()[3]) < 0.1


def test_buttons_bring_other_birds_in_turn_and_the_start_back(open_figure):
    figure = open_figure()
    start = figure.numbers()
    for draw in (1, 2, 0):
        figure.press("other 20 birds")
        agree(figure, draw, 9, 0, False)
    figure.press("other 20 birds")
    figure.slide("degree", 2)
    figure.slide("penalty λ", 0)
    figure.get_by_label("penalise b too").press("Space")
    agree(figure, 1, 2, 1.0, True)
    figure.press("reset")
    assert figure.numbers() == start
    assert not figure.get_by_label("penalise b too").is_checked()


def test_the_keyboard_moves_both_sliders(open_figure):
    figure = open_figure()
    figure.get_by_role("slider", name="degree").press("ArrowLeft")
    agree(figure, 0, 8, 0, False)
    figure.get_by_role("slider", name="penalty").press("ArrowRight")
    agree(figure, 0, 8, 1e-4, False)
    assert (
        figure.get_by_role("slider", name="penalty").get_attribute("aria-valuetext") == "0.0001"
    )


def test_the_curves_of_both_errors_are_told_in_words(open_figure):
    figure = open_figure()
    figure.settle()
    words = figure.locator(".nn-plot").nth(1).get_attribute("aria-label")
    numbers = [float(v) for v in re.findall(r"\d+\.?\d*(?:e\+\d+)?", words.split(": ")[1])]
    right = [by_nnlib(0, d, 0, False) for d in range(10)]
    assert numbers[1:11] == pytest.approx([r["train"] for r in right], rel=0.006)
    assert numbers[11:] == pytest.approx([r["rest"] for r in right], rel=0.006)
