"""The map of the course: what the keyboard reaches is seen, and what is said is true."""

import re

import pytest
import yaml
from browser import DESKTOP, PHONE
from pages import REFERENCE

pytestmark = [pytest.mark.browser, pytest.mark.deep(4)]

ENTRIES = [
    entry
    for part in yaml.safe_load((REFERENCE / "pages.yml").read_text(encoding="utf-8")).values()
    for entry in part
]
PAGE = "chapters/start/welcome.html"
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
FOCUSED = """() => {
  const box = document.activeElement, r = box.getBoundingClientRect();
  const seen = document.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2);
  return [box.dataset.page, seen !== null && box.contains(seen)];
}"""  # the page whose box has the focus, and whether the middle of the box is seen


@SIZES
@pytest.mark.parametrize(("first", "key"), [("Home", "ArrowDown"), ("End", "ArrowUp")])
def test_every_stop_of_the_arrow_keys_is_in_view(open_visit, address, size, first, key):
    tab = open_visit(address, PAGE, size=size).page
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


def test_the_goal_that_was_chosen_is_kept(open_visit, address):
    page = open_visit(address, PAGE).page
    goals = page.get_by_role("group", name="I want to").get_by_role("button")
    assert goals.nth(1).get_attribute("aria-pressed") == "false"
    goals.nth(1).press("Enter")
    here = page.locator("nn-map .nn-here").get_attribute("data-page")
    page.reload()
    assert goals.nth(1).get_attribute("aria-pressed") == "true"
    assert page.locator("nn-map .nn-here").get_attribute("data-page") == here


def test_the_page_of_the_map_is_marked_and_leads_nowhere(open_visit, address):
    page = open_visit(address, PAGE).page
    here = page.locator("nn-map [aria-current='page']")
    assert here.get_attribute("data-page") == "start/welcome"
    page.evaluate("window.stayed = true")
    here.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("window.stayed")
    assert "You are here." in page.locator(".nn-map-panel").inner_text()


def test_enter_opens_a_page_that_is_written(open_visit, address):
    page = open_visit(address, PAGE).page
    page.locator("nn-map [data-page='start/setup']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/start/setup.html")


def test_a_long_list_of_pages_that_follow_is_cut(open_visit, address):
    page = open_visit(address, PAGE).page
    users = [e for e in ENTRIES if "backprop/deep-network" in e["after"]]
    assert len(users) > 5
    page.locator("nn-map [data-page='backprop/deep-network']").focus()
    text = page.locator(".nn-map-panel").inner_text()
    named = re.search(r"It leads on to (.*?)\. ", text)[1]
    assert len(named) <= 60
    assert named.count("“") + int(re.search(r" and (\d+) more$", named)[1]) == len(users)


def test_every_part_says_what_can_be_built_after_it():
    course = yaml.safe_load((REFERENCE / "pages.yml").read_text(encoding="utf-8"))
    parts = yaml.safe_load((REFERENCE / "parts.yml").read_text(encoding="utf-8"))
    assert [part["part"] for part in parts] == list(course)
    promises = [part["builds"] for part in parts if part["part"] != "reference"]
    assert all(re.fullmatch(r"You can .{60,170}\.", sentence) for sentence in promises)
    assert len(set(promises)) == len(promises)


@SIZES
def test_the_map_says_what_can_be_built_and_how_far_the_reader_is(open_visit, address, size):
    opened = open_visit(address, PAGE, size=size)
    cards = opened.page.locator("nn-map .nn-made")
    taught = {entry["page"].split("/")[0] for entry in ENTRIES} - {"reference"}
    assert cards.count() == len(taught)
    for part, written in ((2, 11), (3, 7)):  # where none is planned any more
        assert f"0 of {written} pages ticked" in cards.nth(part).inner_text()
        assert "planned" not in cards.nth(part).inner_text()
    later = cards.nth(4).inner_text()  # where none is written yet
    planned = sum(e["page"].startswith("optimization/") for e in ENTRIES)
    assert f"{planned} planned" in later
    assert "ticked" not in later
    assert "0 of 3 pages ticked" in cards.first.inner_text()
    opened.page.evaluate(
        """() => {
          const all = nn.progress.read(), id = "0123456789";
          const answers = {[id]: {state: "right", tries: 1, given: 0}};
          all.pages["start/setup"] = {asks: [id], answers, predictions: {}};
          nn.progress.replace(all);
        }"""
    )
    assert "1 of 3 pages ticked" in cards.first.inner_text()
    boxes = [card.bounding_box() for card in cards.all()]
    assert len({(corner["x"], corner["y"]) for corner in boxes}) == len(boxes)
    assert {card.evaluate("c => getComputedStyle(c).position") for card in cards.all()} == {
        "static"
    }
    box = opened.page.locator("nn-map [data-page='start/setup']")
    assert "✓, every question answered" in box.inner_text().replace("\n", "")
    assert opened.too_wide() == []


def test_without_scripts_the_map_is_a_list_with_links(open_visit, address):
    page = open_visit(address, PAGE, java_script_enabled=False).page
    items = page.locator("nn-map .nn-fallback ol > li")
    assert items.count() == len(ENTRIES)
    assert "You can walk any calculation backwards" in page.locator("nn-map").inner_text()
    assert page.locator("nn-map .nn-fallback a[href='../start/setup.html']").count()
