"""The walk over a surface: gradient, level line, curvature and cut are right and move."""

import re

import numpy as np
import pytest
from figure import Figure

from nnlib import calculus

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "maths/matrix-calculus", "nn-surface-walk"
SURFACES = ("bowl", "saddle", "two hills")
INKS = """
(element, ink) => [...element.querySelectorAll(".nn-plot:first-of-type path")]
  .filter(path => path.getAttribute("style")?.includes(`--nn-${ink}`))
  .map(path => [path.getAttribute("d"), path.getAttribute("stroke-dasharray")])
"""

ADDED = """data => {
  const element = document.createElement("nn-surface-walk");
  const script = document.createElement("script");
  script.type = "application/json";
  script.textContent = JSON.stringify(data);
  element.append(script);
  document.body.append(element);
  element.remove();
  return element;
}"""
AGREES = f"data => ({ADDED})(data).agrees()"
WORDS = f"""data => {{
  const {{live}} = nn;
  let words = "";
  nn.live = () => ({{node: document.createElement("p"), set(text) {{ words = text; }}}});
  ({ADDED})(data);
  nn.live = live;
  return words;
}}"""


def numbers(words):
    return [float(v) for v in re.findall(r"-?\d+(?:\.\d+)?", words.replace("−", "-"))]


def facts(figure):
    return {name: numbers(text) for name, text in figure.facts().items()}


def position(figure):
    figure.settle()
    return np.array(numbers(figure.locator(".nn-point").get_attribute("aria-valuetext")))


def choose(figure, name):
    figure.press(name)
    figure.settle()


def bowl(x):
    return x[0] ** 2 + x[0] * x[1] + x[1] ** 2


def saddle(x):
    return x[0] ** 2 + 4 * x[0] * x[1] + x[1] ** 2


def two_hills(p):
    low, high = np.sum((p - [-0.8, -0.5]) ** 2), np.sum((p - [0.9, 0.6]) ** 2)
    return 2 * np.exp(-low / (2 * 0.49)) + 1.4 * np.exp(-high / (2 * 0.36))


@pytest.mark.parametrize(
    ("name", "f"), [("bowl", bowl), ("saddle", saddle), ("two hills", two_hills)]
)
def test_what_it_tells_is_what_differences_find_wherever_the_keys_lead(figure, name, f):
    choose(figure, name)
    for keys in ((), ("Shift+ArrowLeft", "ArrowUp"), ("Shift+ArrowDown", "ArrowLeft")):
        for key in keys:
            figure.locator(".nn-point").press(key)
        at = position(figure)
        shown = facts(figure)
        gradient = calculus.numerical_gradient(f, at)
        bends = np.linalg.eigvalsh(calculus.numerical_hessian(f, at))[::-1]
        near = {"abs": 0.03, "rel": 0.01}  # the place is told with two digits
        assert shown["gradient"] == pytest.approx(gradient, **near)
        assert shown["slope along the cut"] == pytest.approx([np.linalg.norm(gradient)], **near)
        assert shown["eigenvalues of the Hessian"] == pytest.approx(bends, **near)
        shape = "bowl" if min(bends) > 0 else "dome" if max(bends) < 0 else "saddle"
        assert shape in figure.sentence()


def test_the_slope_of_a_cut_falls_with_the_cosine_of_its_angle(figure):
    cut = figure.get_by_label("cut, from the arrow")
    steepest = facts(figure)["slope along the cut"][0]
    for degrees in (60, 90, 180):
        cut.fill(str(degrees))
        slope = facts(figure)["slope along the cut"][0]
        assert slope == pytest.approx(steepest * np.cos(np.radians(degrees)), abs=0.01)
    assert "at 180°" in figure.sentence()


@pytest.mark.parametrize("name", SURFACES)
def test_the_arrow_is_at_right_angles_to_the_level_line_of_the_plane(figure, name):
    choose(figure, name)
    arrow, line = (figure.evaluate(INKS, ink)[0][0] for ink in "bc")
    head = np.array([float(v) for v in re.findall(r"-?[\d.]+", arrow)][-6:-4])
    ends = np.array([float(v) for v in re.findall(r"-?[\d.]+", line)]).reshape(-1, 2)
    along = ends[-1] - ends[0]
    assert abs(head @ along) < 0.01 * np.linalg.norm(head) * np.linalg.norm(along)


def test_a_bowl_has_one_closed_curve_and_a_saddle_has_two_kinds(figure):
    for name, above, below in (
        ("bowl", True, False),
        ("two hills", False, True),  # it starts on a hill
        ("saddle", True, True),
    ):
        choose(figure, name)
        drawn = {dash: d for d, dash in figure.evaluate(INKS, "d")}
        assert (bool(drawn[None]), bool(drawn["5 3"])) == (above, below), name


def test_each_surface_names_its_own_axes(figure):
    for name, label in zip(SURFACES, ("x₁", "x₁", "east"), strict=True):
        choose(figure, name)
        labels = figure.locator(".nn-plot").first.locator("text").all_text_contents()
        assert label in labels


def test_a_script_that_computes_something_else_is_noticed(open_page):
    visited = open_page()
    figure = Figure(visited.page.locator(ELEMENT))
    for way in ("f", "g", "H"):
        wrong = figure.data
        known = wrong["surfaces"][1]["known"]
        known[way] = (np.array(known[way]) + 0.001).tolist()
        assert figure.page.evaluate(AGREES, wrong) is False, way
    assert visited.errors == []
    visited.errors.clear()


@pytest.mark.parametrize("name", SURFACES)
def test_the_cut_shows_the_dot_in_every_corner(figure, name):
    choose(figure, name)
    plot = figure.locator(".nn-plot").nth(1)
    for key in ("Left", "Up", "Right", "Down"):
        for _ in range(25):
            figure.locator(".nn-point").press(f"Shift+Arrow{key}")
        figure.settle()
        top, height = (
            float(plot.locator("svg").get_attribute(side)) for side in ("y", "height")
        )
        dot = numbers(plot.locator("path.nn-dots").get_attribute("d"))[1]
        assert top <= dot <= top + height


def test_where_the_gradient_is_zero_it_names_no_angle_from_it(figure):
    data = figure.data
    (level,) = (s for s in data["surfaces"] if s["name"] == "saddle")
    level["start"] = [0, 0]
    words = figure.page.evaluate(WORDS, data | {"surfaces": [level]})
    assert "The gradient is 0: the tangent plane is level." in words
    assert "saddle" in words
    assert "°" not in words
