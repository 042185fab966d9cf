"""The line of years: every event is found by keys, tap and zoom, and stands where it should."""

import re
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE
from figure import Figure, drag

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "start/history", "nn-timeline"
ROOT = Path(__file__).resolve().parents[2]


def line(figure):
    return figure.locator("svg[role=slider]").first


def names(figure):
    """Return the labels on the line and the rectangles that they take."""
    figure.settle()
    return line(figure).evaluate(
        "e => [...e.querySelectorAll('text:not(.nn-middle)')].map(t => "
        "{const b = t.getBoundingClientRect();"
        " return [t.textContent, b.left, b.top, b.right, b.bottom]})"
    )


def shown_years(figure):
    figure.settle()
    return [int(t) for t in line(figure).locator(".nn-middle").all_text_contents()]


def walk(figure):
    """Return every event as the arrow keys find it, from Home on."""
    slider = line(figure)
    slider.press("Home")
    found = []
    for _ in range(int(slider.get_attribute("aria-valuemax"))):
        found.append((figure.sentence(), slider.get_attribute("aria-valuetext")))
        slider.press("ArrowRight")
    return found


def test_arrows_go_through_all_events_in_the_order_of_time(figure):
    found = walk(figure)
    years = [int(words[:4]) for words, _ in found]
    assert years == sorted(years)
    assert years[0] == 1943
    assert years[-1] > 2020
    assert len({name for _, name in found}) == len(found) > 20
    assert all(name.startswith(words[:4]) for words, name in found)
    figure.page.keyboard.press("ArrowRight")
    assert figure.sentence() == found[-1][0]  # there is nothing after the last


def test_every_event_and_every_winner_names_a_work_of_the_bibliography(figure):
    bib = (ROOT / "chapters/references.bib").read_text(encoding="utf-8")
    authors = re.findall(r"author = \{(.*)\},\n(?:.*\n)*?\s*year = \{(\d+)\}", bib)
    slider = line(figure)
    slider.press("Home")
    for _ in range(int(slider.get_attribute("aria-valuemax"))):
        figure.settle()
        source = figure.locator(".nn-note", has_text="Source").first.inner_text()
        first, year = re.match(r"Source: (.+?)(?: and .*|, .*)? (\d{4})$", source).groups()
        assert any(first.split()[-1] in a and y == year for a, y in authors), source
        slider.press("ArrowRight")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_name_covers_another_and_none_leaves_the_drawing(open_page, size):
    figure = Figure(open_page(size=size).page.locator(ELEMENT))
    for span in figure.get_by_role("group", name="years").get_by_role("button").all():
        span.press("Enter")
        boxes = names(figure)
        assert len(boxes) > 4
        whole = line(figure).bounding_box()
        for k, (name, left, top, right, bottom) in enumerate(boxes):
            assert left >= whole["x"] - 1, name
            assert right <= whole["x"] + whole["width"] + 1, name
            assert top >= whole["y"] - 1, name
            for other, l2, t2, r2, b2 in boxes[k + 1 :]:
                apart = right <= l2 or r2 <= left or bottom - 3 <= t2 or b2 - 3 <= top
                assert apart, (name, other)


def test_zooming_in_shows_fewer_years_and_names_more_of_them(figure):
    few = len(names(figure))
    slider = line(figure)
    slider.press("End")
    before = shown_years(figure)
    for _ in range(4):
        slider.press("+")
    after = shown_years(figure)
    assert after[-1] - after[0] < (before[-1] - before[0]) / 3
    assert after[-1] > 2010
    slider.press("Home")
    assert shown_years(figure)[0] < 1950  # the chosen event comes into view
    for _ in range(8):
        slider.press("-")
    assert shown_years(figure) == before
    assert abs(len(names(figure)) - few) <= 3


def test_a_tap_on_a_name_chooses_it_and_a_drag_moves_the_years(figure):
    figure.press("2006–2025")
    line(figure).scroll_into_view_if_needed()
    left, top, right, bottom = {n: b for n, *b in names(figure)}["AlexNet"]
    figure.page.mouse.click((left + right) / 2, (top + bottom) / 2)
    assert figure.sentence().startswith("2012. Krizhevsky")
    before = shown_years(figure)
    box = line(figure).bounding_box()
    y = box["y"] + box["height"] / 2
    drag(figure.page, *((box["x"] + right, y) for right in (100, 250, 400)))
    assert shown_years(figure)[0] < before[0]
    assert figure.sentence().startswith("2012. Krizhevsky")  # a drag chooses nothing


def test_the_rule_over_the_contest_stops_at_each_year(figure):
    rule = figure.locator(".nn-cursor")
    assert figure.sentence(1).startswith("2012: AlexNet")
    errors = []
    rule.press("Shift+ArrowLeft")
    for _ in range(8):
        errors.append(float(re.search(r"([\d.]+)% wrong", figure.sentence(1))[1]))
        rule.press("ArrowRight")
    assert errors == [28.2, 25.8, 16.4, 11.7, 6.7, 3.6, 3.0, 2.3]
    assert rule.get_attribute("aria-valuetext") == "2017"
