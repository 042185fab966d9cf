"""The map of the course: what the keyboard reaches is seen, and what is said is true."""

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
  const seen = document.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2);
  return [box.dataset.page, seen !== null && box.contains(seen)];
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


def way_to(page):
    """Return all pages that lead to a page, and itself, in reading order."""
    after = {entry["page"]: entry["after"] for entry in ENTRIES}
    found, waiting = {page}, [page]
    while waiting:
        fresh = set(after[waiting.pop()]) - found
        found |= fresh
        waiting += fresh
    return [entry["title"] for entry in ENTRIES if entry["page"] in found]


def titles(page):
    """Return the titles on the way that the page shows, and those of them that are planned."""
    steps = page.locator(".nn-way-there li").all()
    planned = [step for step in steps if not step.get_by_role("link").count()]
    return tuple(
        [step.text_content().split(" (planned)")[0] for step in part]
        for part in (steps, planned)
    )


@pytest.mark.slow
@SIZES
def test_the_way_to_a_goal_is_short_and_begins_with_one_that_can_be_read(
    open_visit, address, size
):
    visited = open_visit(address, PAGE, size=size)
    page = visited.page
    assert titles(page) == (way_to("backprop/deep-network"), [])
    assert page.locator("nn-map").bounding_box()["height"] < 1.5 * size[1]
    assert visited.too_wide() == []
    page.get_by_role("button", name="use a GPU").press("Enter")
    steps, planned = titles(page)
    assert steps == way_to("frameworks/gpu")
    assert planned == []
    said = page.locator("nn-map .nn-note").first.inner_text()
    assert said == f"{len(steps)} pages lead to “{steps[-1]}”."
