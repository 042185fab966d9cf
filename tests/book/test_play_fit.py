"""The figure of a polynomial's fit: its errors, weights and both penalties against nnlib's."""

import re
from pathlib import Path

import numpy as np
import pytest
from browser import DESKTOP, PHONE

from nnlib.classifiers import PolynomialRegression, normal_equation
from nnlib.datasets import penguins

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

HERE = Path(__file__).resolve().parents[2] / "chapters"
BIRDS = penguins()[0].X
X, Y = BIRDS[:, 2], BIRDS[:, 3] / 1000
U = (X - 200) / 30
DRAWS = [np.random.default_rng(s).permutation(len(X))[:20] for s in (10, 2, 4)]
ELEMENT = "fit"


def by_nnlib(draw, degree, alpha, bias):
    """Errors on the few and on the rest, b and w."""
    few = DRAWS[draw]
    rest = np.setdiff1d(np.arange(len(X)), few)
    if bias:
        powers = U[:, None] ** np.arange(degree + 1)
        b, *w = normal_equation(powers[few], Y[few], alpha=alpha)
    else:
        model = PolynomialRegression(degree, alpha=alpha).fit(U[few, None], Y[few])
        b, w = model.intercept_, model.coef_
    told = b + (U[:, None] ** np.arange(1, degree + 1)) @ np.array(w, dtype=float)
    train, others = (float(np.sqrt(((told[k] - Y[k]) ** 2).mean())) for k in (few, rest))
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


def settle(page):
    page.evaluate("nn.flush()")


def facts(page):
    """Both errors, the length of w and b, as the figure writes them."""
    settle(page)
    words = page.locator("dd").all_inner_texts()
    return [float(word.replace("−", "-")) for word in words]


def put(page, label, value):
    slider = page.get_by_role("slider", name=label)
    slider.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value)


def agree(page, *given):
    right = by_nnlib(*given)
    want = [right["train"], right["rest"], np.linalg.norm(right["w"]), right["b"]]
    assert facts(page) == pytest.approx(want, rel=0.006, abs=1e-6)  # three digits are shown


def test_the_script_finds_what_nnlib_finds_to_six_digits(open_at):
    page = open_at()
    assert page.locator("nn-fit").get_attribute("data-agrees") == "true"


@pytest.mark.parametrize("way", ["train", "rest", "b", "w"])
def test_a_script_that_computes_something_else_is_noticed(open_at, way):
    wrong = case(0, 3, 0.1)
    wrong[way] = (np.array(wrong[way]) + 1e-4).tolist()
    page = open_at(known=[wrong])
    assert page.locator("nn-fit").get_attribute("data-agrees") == "false"


@pytest.mark.parametrize("degree", [0, 1, 3, 9])
@pytest.mark.parametrize("power", [-4.5, -2, 0.5, 3])
def test_what_it_shows_is_what_nnlib_finds_with_either_penalty(open_at, degree, power):
    page = open_at()
    put(page, "degree", degree)
    put(page, "penalty", power)
    alpha = 0 if power == -4.5 else 10**power
    agree(page, 0, degree, alpha, False)
    page.get_by_label("penalise b too").press("Space")
    agree(page, 0, degree, alpha, True)
    told = page.locator(".nn-live").inner_text()
    assert told.startswith(f"Degree {degree}, λ = ")
    assert "b penalised" in told


def test_a_large_penalty_goes_to_the_mean_or_to_zero(open_at):
    page = open_at()
    put(page, "penalty", 3)
    assert facts(page)[3] == pytest.approx(Y[DRAWS[0]].mean(), abs=0.1)
    page.get_by_label("penalise b too").press("Space")
    assert abs(facts(page)[3]) < 0.1


def test_buttons_bring_other_birds_in_turn_and_the_start_back(open_at):
    page = open_at()
    start = facts(page)
    for draw in (1, 2, 0):
        page.get_by_role("button", name="other 20 birds").press("Enter")
        agree(page, draw, 9, 0, False)
    page.get_by_role("button", name="other 20 birds").press("Enter")
    put(page, "degree", 2)
    put(page, "penalty", 0)
    page.get_by_label("penalise b too").press("Space")
    agree(page, 1, 2, 1.0, True)
    page.get_by_role("button", name="reset").press("Enter")
    assert facts(page) == start
    assert not page.get_by_label("penalise b too").is_checked()


def test_the_keyboard_moves_both_sliders(open_at):
    page = open_at()
    page.get_by_role("slider", name="degree").press("ArrowLeft")
    agree(page, 0, 8, 0, False)
    page.get_by_role("slider", name="penalty").press("ArrowRight")
    agree(page, 0, 8, 1e-4, False)
    assert (
        page.get_by_role("slider", name="penalty").get_attribute("aria-valuetext") == "0.0001"
    )


def test_the_curves_of_both_errors_are_told_in_words(open_at):
    page = open_at()
    settle(page)
    words = page.locator(".nn-plot").nth(1).get_attribute("aria-label")
    numbers = [float(v) for v in re.findall(r"\d+\.?\d*(?:e\+\d+)?", words.split(": ")[1])]
    right = [by_nnlib(0, d, 0, False) for d in range(10)]
    assert numbers[1:11] == pytest.approx([r["train"] for r in right], rel=0.006)
    assert numbers[11:] == pytest.approx([r["rest"] for r in right], rel=0.006)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_has_its_room_and_fits_its_window(open_at, size):
    page = open_at(size=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    height = page.locator("nn-fit").evaluate("e => e.getBoundingClientRect().height")
    room = re.search(r"// room: (\d+) (\d+)", (HERE / "_extra/_play/fit.js").read_text())
    assert height == pytest.approx(float(room[1 if size == PHONE else 2]), rel=0.15)
