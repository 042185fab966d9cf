"""The map of the course: what the keyboard reaches is visible, and its words are true."""

import pytest
from begin.course import read_yaml
from browser import DESKTOP, PHONE
from pages import REFERENCE

pytestmark = [pytest.mark.browser]

ENTRIES = [
    entry
    for part in read_yaml(REFERENCE / "pages.yml").values()
    for entry in part
    if entry["page"] != "start/home"  # where the map stands
]
PAGE = "chapters/start/home.html"
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
FOCUSED = """() => {
  const box = document.activeElement, r = box.getBoundingClientRect();
  const topmost = document.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2);
  return [box.dataset.page, topmost !== null && box.contains(topmost)];
}"""  # the page whose box has the focus, and whether the middle of the box is seen


@pytest.fixture
def unfolded(open_visit, address):
    """Return a function that opens the page and the whole map on it."""

    def opened(size=DESKTOP):
        visited = open_visit(address, PAGE, size=size)
        visited.page.locator("nn-map summary").press("Enter")
        return visited

    return opened


@pytest.mark.slow
@SIZES
@pytest.mark.parametrize(("first", "key"), [("Home", "ArrowDown"), ("End", "ArrowUp")])
def test_every_stop_of_the_arrow_keys_is_in_view(unfolded, size, first, key):
    tab = unfolded(size).page
    boxes = tab.locator("nn-map .nn-map-page")
    boxes.and_(tab.locator("[tabindex='0']")).focus()
    tab.keyboard.press(first)
    covered, visited = [], set()
    for _ in range(boxes.count()):
        page, uncovered = tab.evaluate(FOCUSED)
        visited.add(page)
        if not uncovered:
            covered.append(page)
        tab.keyboard.press(key)
    assert visited == {entry["page"] for entry in ENTRIES}
    assert covered == []


@pytest.mark.slow
@SIZES
def test_the_route_to_a_goal_is_short_and_begins_with_its_first_page(open_visit, address, size):
    visited = open_visit(address, PAGE, size=size)
    page = visited.page
    assert page.locator("nn-map").bounding_box()["height"] < 1.5 * size[1]
    assert visited.too_wide() == []
    page.get_by_role("button", name="use PyTorch on a GPU").press("Enter")
    titles = page.locator(".nn-way-there li a").all_text_contents()
    known = [entry["title"] for entry in ENTRIES]
    assert 5 <= len(titles) <= 12
    assert [known.index(title) for title in titles] == sorted(map(known.index, titles))
    said = page.locator("nn-map .nn-note").first.inner_text()
    assert said.startswith(f"{len(titles)} pages, about ")
    assert page.locator("nn-map .nn-onward").inner_text() == f"Start with {titles[0]}"
