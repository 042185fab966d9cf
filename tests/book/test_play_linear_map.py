"""A photograph under a matrix goes where the matrix takes it, by typing and by keys."""

import pytest
from browser import PHONE
from stage import fresh

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, PARTS = "chapters/maths/matrices.html", "chapters/reference/gallery/moving.html"

# Where the middle and the four corners of the picture lie, in units of the plane.
PLACES = """
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


@pytest.fixture
def figure(browser, alone):
    with fresh(browser, alone, PAGE, size=PHONE) as seen:
        yield seen.page.locator("nn-linear-map")
        assert seen.errors == seen.missing == seen.outside == []


def moved(a, b, c, d):
    corners = [(0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]
    return [pytest.approx([a * x + b * y, c * x + d * y], abs=0.01) for x, y in corners]


def facts(figure):
    names, values = (figure.locator(tag).all_inner_texts() for tag in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


def test_the_figure_begins_with_a_shear_and_shows_the_photograph_before(figure):
    assert figure.evaluate(PLACES) == moved(1, 0.5, 0, 1)
    figure.get_by_role("button", name="before").press("Enter")
    assert figure.evaluate(PLACES) == moved(1, 0, 0, 1)


def test_the_puzzle_pulls_the_photograph_out_and_keeps_areas(figure):
    figure.get_by_role("button", name="2 1 1 1").press("Enter")
    assert figure.evaluate(PLACES) == moved(2, 1, 1, 1)
    assert facts(figure)["determinant"] == facts(figure)["area of the square"] == "1.00"


def test_the_photograph_follows_each_entry(figure):
    for k, entry in enumerate(("0.5", "-1.5", "2", "0.25")):
        figure.locator("input").nth(k).fill(entry)
    assert figure.evaluate(PLACES) == moved(0.5, -1.5, 2, 0.25)
    assert facts(figure)["determinant"] == "3.13"  # 0.125 + 3


def test_the_photograph_follows_the_arrow_keys(figure):
    figure.get_by_role("button", name="2 1 1 1").press("Enter")
    second = figure.locator(".nn-point").nth(1)
    second.press("ArrowUp")
    second.press("Shift+ArrowLeft")
    assert figure.evaluate(PLACES) == moved(2, 0.5, 1, 1.1)
    assert facts(figure)["determinant"] == "1.70"


def test_a_mirror_turns_the_photograph_over_and_flattening_leaves_a_line(figure):
    figure.get_by_role("button", name="mirror").press("Enter")
    assert figure.evaluate(PLACES) == moved(-1, 0, 0, 1)
    assert facts(figure)["left and right"] == "swapped"
    figure.get_by_role("button", name="flatten").press("Enter")
    assert figure.evaluate(PLACES) == moved(2, 1, 1, 0.5)
    assert facts(figure)["rank"] == "1"


def test_each_entry_has_room_for_what_it_holds(figure):
    entries = figure.locator("input.nn-entry")
    for k, value in enumerate(("-0.866", "0.866", "-12.75", "1000")):
        entries.nth(k).fill(value)
    cut = entries.evaluate_all("all => all.map(e => e.scrollWidth > e.clientWidth)")
    assert cut == [False] * 4
    entries.nth(0).fill("-1234567.891")  # the check sees what is cut off
    assert entries.nth(0).evaluate("e => e.scrollWidth > e.clientWidth")


def test_without_a_picture_there_is_none(browser, alone):
    with fresh(browser, alone, PARTS) as seen:
        assert seen.page.locator("nn-linear-map .nn-area").count() == 1
        assert seen.page.locator("nn-linear-map image").count() == 0
        assert seen.errors == []
