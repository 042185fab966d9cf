"""A photograph under a matrix goes where the matrix takes it, by typing and by keys."""

import pytest
from browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT, SIZE, PARTS = (
    "maths/matrices",
    "nn-linear-map",
    PHONE,
    "reference/gallery/moving",
)

# Where the middle and the four corners of the picture lie, in units of the plane.
POSITIONS = """
figure => {
  nn.flush();
  const picture = figure.querySelector("image"), plane = figure.querySelector(".nn-plane");
  const box = plane.viewBox.baseVal, half = picture.width.baseVal.value / 2;
  const there = plane.getScreenCTM().inverse().multiply(picture.getScreenCTM());
  return [[0, 0], [1, 1], [1, -1], [-1, 1], [-1, -1]].map(([x, y]) => {
    const p = new DOMPoint(x * half, -y * half).matrixTransform(there);  // y grows downwards
    return [(p.x - box.width / 2) * 6 / box.width, (box.height / 2 - p.y) * 6 / box.height];
  });
}
"""


def moved(a, b, c, d):
    corners = [(0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]
    return [pytest.approx([a * x + b * y, c * x + d * y], abs=0.01) for x, y in corners]


def test_the_figure_begins_with_a_shear_and_shows_the_photograph_before(figure):
    assert figure.evaluate(POSITIONS) == moved(1, 0.5, 0, 1)
    figure.press("before")
    assert figure.evaluate(POSITIONS) == moved(1, 0, 0, 1)


def test_the_puzzle_pulls_the_photograph_out_and_keeps_areas(figure):
    figure.press("2 1 1 1")
    assert figure.evaluate(POSITIONS) == moved(2, 1, 1, 1)
    assert figure.facts()["determinant"] == figure.facts()["area of the square"] == "1.00"


def test_the_photograph_follows_each_entry(figure):
    for k, entry in enumerate(("0.5", "-1.5", "2", "0.25")):
        figure.locator("input").nth(k).fill(entry)
    assert figure.evaluate(POSITIONS) == moved(0.5, -1.5, 2, 0.25)
    assert figure.facts()["determinant"] == "3.13"  # 0.125 + 3


def test_the_photograph_follows_the_arrow_keys(figure):
    figure.press("2 1 1 1")
    second = figure.locator(".nn-point").nth(1)
    second.press("ArrowUp")
    second.press("Shift+ArrowLeft")
    assert figure.evaluate(POSITIONS) == moved(2, 0.5, 1, 1.1)
    assert figure.facts()["determinant"] == "1.70"


def test_a_mirror_turns_the_photograph_over_and_flattening_leaves_a_line(figure):
    figure.press("mirror")
    assert figure.evaluate(POSITIONS) == moved(-1, 0, 0, 1)
    assert figure.facts()["left and right"] == "swapped"
    figure.press("flatten")
    assert figure.evaluate(POSITIONS) == moved(2, 1, 1, 0.5)
    assert figure.facts()["rank"] == "1"


def test_each_entry_has_room_for_what_it_holds(figure):
    entries = figure.locator("input.nn-entry")
    for k, value in enumerate(("-0.866", "0.866", "-12.75", "1000")):
        entries.nth(k).fill(value)
    cut = entries.evaluate_all("all => all.map(e => e.scrollWidth > e.clientWidth)")
    assert cut == [False] * 4
    entries.nth(0).fill("-1234567.891")  # the check sees what is cut off
    assert entries.nth(0).evaluate("e => e.scrollWidth > e.clientWidth")


def test_without_a_picture_there_is_none(open_page):
    page = open_page(PARTS).page
    assert page.locator("nn-linear-map .nn-area").count() == 1
    assert page.locator("nn-linear-map image").count() == 0
