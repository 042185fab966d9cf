"""The figure that turns a vector until A x lines up with it: by slider, key and mouse."""

import ast

import numpy as np
import pytest
from browser import DESKTOP, PHONE
from stage import fresh

from nnlib import linalg

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "chapters/maths/eigen.html", "nn-eigen"
MATRICES = {"stretch": [[6, 2], [2, 3]], "mirror": [[0, 1], [1, 0]], "shear": [[1, 1], [0, 1]]}


def told(figure):
    figure.page.evaluate("nn.flush()")
    return figure.locator(".nn-live").inner_text()


def facts(figure):
    figure.page.evaluate("nn.flush()")
    names, values = (figure.locator(tag).all_inner_texts() for tag in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


def turn(figure, degrees):
    slider = figure.get_by_label("direction of x", exact=True)
    slider.evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", degrees)


def press(figure, name, times=1):
    for _ in range(times):
        figure.get_by_role("button", name=name, exact=True).press("Enter")


@pytest.mark.parametrize("name", MATRICES)
def test_a_whole_turn_finds_the_eigenvalues_of_nnlib(figure, name):
    press(figure, name)
    for degrees in range(361):
        turn(figure, degrees)
        figure.page.evaluate("nn.flush()")
    found = facts(figure)["eigenvalues found"].replace("−", "-").split(" and ")
    expected = np.unique(linalg.eigvals(MATRICES[name]).round(6))
    assert sorted(map(float, found)) == pytest.approx(sorted(expected))


@pytest.mark.parametrize("degrees", [0, 45, 70, 200])
def test_the_facts_are_those_of_the_matrix(figure, degrees):
    turn(figure, degrees)
    x = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    y = np.array(MATRICES["stretch"]) @ x
    angle = np.degrees(linalg.angle(x, y)) * np.sign(x[0] * y[1] - x[1] * y[0])
    seen = {k: v.replace("−", "-").strip("°") for k, v in facts(figure).items()}
    assert float(seen["angle to A x"]) == pytest.approx(angle, abs=0.051)
    assert float(seen["length of A x"]) == pytest.approx(np.linalg.norm(y), abs=0.0051)
    assert ast.literal_eval(seen["A x"]) == pytest.approx(tuple(y), abs=0.0051)


def test_multiplying_again_and_again_leads_to_the_largest_eigenvalue(figure):
    assert told(figure).startswith("A turns the line of x by −28.3°")
    press(figure, "x ← A x", 12)
    assert told(figure) == "A x = 7.00 x: an eigenvector, with eigenvalue 7.00."
    press(figure, "reset")
    assert facts(figure)["eigenvalues found"] == "none yet"


def test_a_quarter_turn_keeps_no_line_and_a_multiple_of_one_keeps_all(figure):
    press(figure, "turn")
    assert told(figure) == "A turns the line of x by 90.0°; it turns every line."
    for entry, value in zip(figure.locator("input.nn-entry").all(), "3003", strict=True):
        entry.fill(value)
    assert told(figure) == "Every direction survives: A x = 3.00 x for each x."


def test_a_line_may_fall_onto_the_origin(figure):
    press(figure, "flatten")
    turn(figure, 117)
    assert "eigenvalue 0.00" in told(figure)
    assert facts(figure)["angle to A x"] == "none"


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

    def place(degrees):
        t = np.radians(degrees)
        return middle[0] + unit * np.cos(t), middle[1] - unit * np.sin(t)

    mouse = figure.page.mouse
    mouse.move(*place(70))
    mouse.down()
    mouse.move(*place(100))
    mouse.move(*place(116))
    mouse.up()
    assert told(figure) == "A x = 2.00 x: an eigenvector, with eigenvalue 2.00."


HEIGHTS = """
element => {
  const room = parseFloat(getComputedStyle(element).minHeight);
  element.style.minHeight = 0;
  return [room, element.getBoundingClientRect().height];
}
"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_figure_has_its_room_and_fits_its_window(browser, alone, size):
    with fresh(browser, alone, PAGE, size=size) as seen:
        room, height = seen.page.locator("nn-eigen").evaluate(HEIGHTS)
        assert room == pytest.approx(height, rel=0.15)
        assert seen.too_wide() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_in_light_and_dark(browser, alone, scheme):
    with fresh(browser, alone, PAGE, scheme=scheme) as seen:
        seen.page.wait_for_selector(f"html[data-theme={scheme}]")
        assert seen.axe() == []
