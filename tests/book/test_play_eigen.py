"""The figure that turns a vector until A x lines up with it: by slider, key and mouse."""

import ast

import numpy as np
import pytest

from nnlib import linalg

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "maths/eigen", "nn-eigen"
TURN = "direction of x"
WHOLE_TURN = """slider => {
  for (let degrees = 0; degrees <= 360; degrees++) {
    slider.value = degrees;
    slider.dispatchEvent(new Event("input"));
    nn.flush();
  }
}"""
MATRICES = {"stretch": [[6, 2], [2, 3]], "mirror": [[0, 1], [1, 0]], "shear": [[1, 1], [0, 1]]}


@pytest.mark.parametrize("name", MATRICES)
def test_a_whole_turn_finds_the_eigenvalues_of_nnlib(figure, name):
    figure.press(name)
    figure.get_by_label(TURN, exact=True).evaluate(WHOLE_TURN)
    found = figure.facts()["eigenvalues found"].replace("−", "-").split(" and ")
    expected = np.unique(linalg.eigvals(MATRICES[name]).round(6))
    assert sorted(map(float, found)) == pytest.approx(sorted(expected))


@pytest.mark.parametrize("degrees", [0, 45, 70, 200])
def test_the_facts_are_those_of_the_matrix(figure, degrees):
    figure.slide(TURN, degrees)
    x = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    y = np.array(MATRICES["stretch"]) @ x
    angle = np.degrees(linalg.angle(x, y)) * np.sign(x[0] * y[1] - x[1] * y[0])
    numbers = {k: v.replace("−", "-").strip("°") for k, v in figure.facts().items()}
    assert float(numbers["angle to A x"]) == pytest.approx(angle, abs=0.051)
    assert float(numbers["length of A x"]) == pytest.approx(np.linalg.norm(y), abs=0.0051)
    assert ast.literal_eval(numbers["A x"]) == pytest.approx(tuple(y), abs=0.0051)


def test_multiplying_again_and_again_leads_to_the_largest_eigenvalue(figure):
    assert figure.sentence().startswith("A turns the line of x by −28.3°")
    figure.press("x ← A x", 12)
    assert figure.sentence() == "A x = 7.00 x: an eigenvector, with eigenvalue 7.00."
    figure.press("reset")
    assert figure.facts()["eigenvalues found"] == "none yet"


def test_a_quarter_turn_keeps_no_line_and_a_multiple_of_one_keeps_all(figure):
    figure.press("turn")
    assert figure.sentence() == "A turns the line of x by 90.0°; it turns every line."
    for entry, value in zip(figure.locator("input.nn-entry").all(), "3003", strict=True):
        entry.fill(value)
    assert figure.sentence() == "Every direction survives: A x = 3.00 x for each x."


def test_a_line_may_fall_onto_the_origin(figure):
    figure.press("flatten")
    figure.slide(TURN, 117)
    assert "eigenvalue 0.00" in figure.sentence()
    assert figure.facts()["angle to A x"] == "none"


def test_the_tip_obeys_the_arrow_keys_and_stays_on_the_circle(figure):
    tip = figure.locator(".nn-point")
    tip.press("Shift+ArrowRight")
    x, y = map(float, tip.get_attribute("aria-valuetext").split(", "))
    assert np.hypot(x, y) == pytest.approx(1, abs=0.01)
    assert x > 0.5


def test_a_drag_near_an_eigenvector_snaps_to_it(figure):
    figure.locator(".nn-plane").scroll_into_view_if_needed()
    box = figure.locator(".nn-plane").bounding_box()
    unit, middle = (
        box["width"] / 3.5,
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2),
    )

    def point_at(degrees):
        t = np.radians(degrees)
        return middle[0] + unit * np.cos(t), middle[1] - unit * np.sin(t)

    mouse = figure.page.mouse
    mouse.move(*point_at(70))
    mouse.down()
    mouse.move(*point_at(100))
    mouse.move(*point_at(116))
    mouse.up()
    assert figure.sentence() == "A x = 2.00 x: an eigenvector, with eigenvalue 2.00."
