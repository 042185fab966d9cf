"""Every interactive figure: reserved height, width, start, agreement with nnlib, access."""

import re

import figure_pages
import pytest
from browser import DESKTOP, PHONE
from figure import Figure
from write.scripts import ROOM as ASKED

pytestmark = [pytest.mark.browser, pytest.mark.deep(10)]

PAGES = {
    found: path.relative_to(figure_pages.ROOT / "chapters").with_suffix("").as_posix()
    for path in sorted(figure_pages.pages(), key=lambda path: "gallery" not in path.parts)
    for found in re.findall(r'book\.play\(\s*"([\w-]+)"', path.read_text(encoding="utf-8"))
    if found not in ("specimen", "map")
}
SCRIPTS = {
    name: (figure_pages.ROOT / f"chapters/_extra/_play/{name}.js").read_text(encoding="utf-8")
    for name in PAGES
}
AGREEING = [name for name, script in SCRIPTS.items() if "element.agrees" in script]
TALLEST = 1010  # pixels on a phone, whose window is 780: the rest is in folds
ROOM = 0.06  # so much more or less than a figure asks for it may take
SAYS = {
    "margin": "Gentoo",
    "neuron-net": "All four outputs are right",
    "nudge": "x³ at 1",
    "train": "Epoch 400",
    "valley": "Learning rate",
}
HEIGHTS = """element => {
  const room = parseFloat(getComputedStyle(element).minHeight);
  element.style.minHeight = 0;
  return [room, element.getBoundingClientRect().height];
}"""


CUT = """element => [...element.querySelectorAll("svg.nn-drawing")].flatMap(drawing => {
  const frame = drawing.getBoundingClientRect();
  return [...drawing.querySelectorAll("text")].filter(text => {
    const {left, right, width} = text.getBoundingClientRect();
    return width && (left < frame.left - 0.5 || right > frame.right + 0.5);
  }).map(text => text.textContent);
})"""  # words and numbers that the edge of their drawing cuts off


def test_every_figure_of_the_book_is_found():
    scripts = (figure_pages.ROOT / "chapters/_extra/_play").glob("*.js")
    asking = {p.stem for p in scripts if ASKED.search(p.read_text(encoding="utf-8"))}
    assert set(PAGES) | {"digit"} == asking  # that of the front page has test_home.py
    assert len(AGREEING) > 9


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_figure_fits_its_window_has_its_room_and_says_what_it_shows(open_page, name, size):
    visited = open_page(PAGES[name], size=size)
    figure = Figure(visited.page.locator(f"nn-{name}"))
    assert SAYS.get(name, "") in figure.sentence()
    room, height = figure.evaluate(HEIGHTS)
    assert room == pytest.approx(height, rel=ROOM)
    assert height < TALLEST
    assert figure.evaluate(CUT) == []
    box = figure.bounding_box()
    assert 0 <= box["x"]
    assert box["x"] + box["width"] <= size[0]
    assert visited.too_wide() == []


def test_the_room_of_a_figure_grows_with_the_letters_of_a_very_wide_window(open_page):
    figure = Figure(open_page(PAGES["softmax"], size=(1920, 1080)).page.locator("nn-softmax"))
    room, height = figure.evaluate(HEIGHTS)
    assert room == pytest.approx(height, rel=0.01)


@pytest.mark.parametrize("name", AGREEING)
def test_script_and_nnlib_agree(open_page, name):
    page = open_page(PAGES[name]).page
    assert page.locator(f"nn-{name}").evaluate("e => e.agrees()") is True


@pytest.mark.deep(26)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", sorted(set(PAGES.values())))
def test_a_page_of_figures_is_accessible_in_light_and_dark(open_page, page, scheme):
    visited = open_page(page, scheme=scheme)
    visited.page.wait_for_selector(f"html[data-theme={scheme}]")
    assert visited.axe() == []
