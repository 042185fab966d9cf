"""Answers and progress in a browser: kept, shown on the map, saved to a file and read back."""

import re

import pytest
from pages import ROOT
from question_book import ASKED, MAP, PLAIN

from .answering import (
    BUG,
    NUMERIC,
    ORDER,
    SINGLE,
    answer_all,
    choose,
    press,
    question,
    stored,
    why,
)

pytestmark = [pytest.mark.browser, pytest.mark.deep(4)]


def test_what_every_page_loads_is_small():
    script = ROOT / "chapters/_extra/_play/progress.js"
    assert script.stat().st_size < 6_000


def test_answers_stand_again_at_the_next_visit_until_tried_again(reopen, base):
    visited = reopen(base, ASKED)
    answer_all(visited.page)
    choose(visited.page, SINGLE, 0)
    before = visited.page.locator("nn-quiz").inner_text()
    assert "4 of 5 answered rightly so far." in before
    visited.page.reload()
    assert visited.page.locator("nn-quiz").inner_text() == before
    assert question(visited.page, SINGLE).locator(".nn-tries").inner_text() == "2 tries"
    again = question(visited.page, SINGLE).get_by_role("button", name="Try again")
    press(visited.page, again, "Enter")
    assert why(visited.page, SINGLE) == ""
    first = question(visited.page, SINGLE).locator("button").first
    assert first.evaluate("b => b === document.activeElement")
    visited.page.reload()
    assert why(visited.page, SINGLE) == ""
    assert why(visited.page, BUG).startswith("✓ Right")
    tries = question(visited.page, SINGLE).locator(".nn-tries")
    assert tries.inner_text() == "2 tries so far"
    assert not again.is_visible()
    for _ in range(2):  # a second click on the same choice is no other try
        choose(visited.page, SINGLE, 1)
        assert tries.inner_text() == "3 tries"
    assert question(visited.page, BUG).locator(".nn-tries").inner_text() == "at the first try"


def test_a_page_is_ticked_once_every_answer_is_right(open_visit, base):
    page = open_visit(base, ASKED).page
    side = page.locator(".bd-sidebar-primary .nn-tick")
    answer_all(page)
    assert "✓ All 5 answered" in page.locator(".nn-score").inner_text()
    assert side.count() == 1
    page.goto(base + MAP)
    step = page.locator("nn-map .nn-way-there li").filter(has_text="Asked")
    assert "every question answered" in step.inner_text()
    assert "1 of 2 pages ticked" in page.locator("nn-shelf").inner_text()
    back = page.locator("nn-resume")
    assert back.inner_text() == "Continue where you were: Asked"
    back.get_by_role("link").press("Enter")
    page.wait_for_url("**/asked.html")


def test_the_last_page_is_the_one_visited_last(open_visit, address):
    page = open_visit(address, ASKED).page
    page.goto(address + PLAIN)
    assert stored(page)["last"] == "part/second"
    page.goto(address + MAP)
    assert stored(page)["last"] == "part/second"


def test_another_tab_follows(open_visit, address):
    page = open_visit(address, ASKED).page
    other = page.context.new_page()
    other.goto(address + ASKED)
    choose(page, SINGLE, 1)
    other.wait_for_selector("nn-quiz .nn-why.nn-yes")
    choose(other, BUG, 2, "button.nn-codeline")
    page.wait_for_selector("nn-quiz .nn-bug .nn-why.nn-yes")
    assert len(stored(other)["pages"]["part/asked"]["answers"]) == 2


def test_progress_goes_to_a_file_and_back(open_visit, base, tmp_path):
    visited = open_visit(base, ASKED)
    answer_all(visited.page)
    visited.page.goto(base + MAP)
    with visited.page.expect_download() as download:
        press(visited.page, visited.page.get_by_role("button", name="Save it"), "Enter")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    before = stored(visited.page)
    forget(visited.page)
    assert stored(visited.page)["pages"] == {}
    assert "0 of 2 pages" in visited.page.locator("nn-shelf").inner_text()
    add(visited.page, file)
    assert stored(visited.page) == before
    assert "1 of 2 pages" in visited.page.locator("nn-shelf").inner_text()
    assert visited.outside == []


def forget(page):
    press(page, page.get_by_role("button", name="Forget everything"), "Enter")
    assert "Forget 5 answers and 0 predictions" in page.locator(".nn-tools").inner_text()
    keep = page.get_by_role("button", name="Keep it")
    assert keep.evaluate("b => b === document.activeElement")
    page.keyboard.press("Enter")
    assert len(stored(page)["pages"]["part/asked"]["answers"]) == 5
    press(page, page.get_by_role("button", name="Forget everything"), "Enter")
    press(page, page.get_by_role("button", name="Forget it"), "Enter")


def add(page, file):
    page.locator("nn-map input[type=file]").set_input_files(file)
    page.locator(".nn-tools .nn-note").filter(has_text=re.compile("Read|changed")).wait_for()
    return page.locator(".nn-tools .nn-note").inner_text()


KIND = "neural-networks-from-first-principles/progress"


@pytest.mark.deep(8)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no JSON"),
        ("[]", "not saved by this book"),
        ('{"version": 1, "pages": {}}', "not saved by this book"),
        (f'{{"kind": "{KIND}", "version": 2, "pages": {{}}}}', "another edition"),
        (f'{{"kind": "{KIND}", "version": 1, "pages": [1]}}', "another edition"),
        (" " * 1_000_001, "too large"),
    ],
)
def test_a_file_that_is_no_progress_is_refused_and_changes_nothing(
    open_visit, address, tmp_path, text, message
):
    (tmp_path / "file.json").write_text(text)
    page = open_visit(address, ASKED).page
    choose(page, SINGLE, 1)
    page.goto(address + MAP)
    before = stored(page)
    reply = add(page, tmp_path / "file.json")
    assert message in reply
    assert reply.endswith("Nothing was changed.")
    assert stored(page) == before


def test_a_file_adds_and_takes_nothing_away(open_visit, address):
    page = open_visit(address, MAP).page
    got = page.evaluate(
        """() => {
          const id = k => String(k).repeat(10);
          const page = (answers, predictions) => ({asks: [id(1)], answers, predictions});
          const right = {state: "right", tries: 1, given: 0};
          const wrong = {state: "wrong", tries: 3, given: 1};
          const mine = {version: 1, last: "a/b", pages: {
            "a/b": page({[id(1)]: right, [id(2)]: wrong}, {[id(5)]: 1})}};
          const theirs = {version: 1, last: "c/d", pages: {
            "a/b": page({[id(1)]: wrong, [id(2)]: right, [id(3)]: wrong},
                        {[id(5)]: 2, [id(6)]: 0}),
            "c/d": page({[id(4)]: right}, {})}};
          const {last, pages} = nn.journey.merged(mine, theirs);
          const states = Object.values(pages["a/b"].answers).map(a => a.state + a.tries);
          return [last, states, Object.values(pages["a/b"].predictions), "c/d" in pages];
        }"""
    )
    assert got == ["a/b", ["right3", "right3", "wrong3"], [1, 0], True]


@pytest.mark.deep(8)
@pytest.mark.parametrize(
    "note",
    [
        "no json",
        "null",
        "[]",
        '{"version": 1, "pages": 7}',
        '{"version": 1, "pages": {"part/asked": 7, "__proto__": {"asks": 1}}}',
        '{"version": 1, "pages": {"part/asked": {"answers": {"ID": {"state": "right"}}}}}',
    ],
)
def test_a_spoiled_store_starts_afresh_and_is_put_aside(reopen, address, note):
    visited = reopen(address, ASKED)
    ids = visited.page.evaluate("nn.progress.read().pages['part/asked'].asks")
    note = note.replace("ID", ids[0])
    visited.page.evaluate("note => localStorage.setItem('nn:progress', note)", note)
    visited.page.reload()
    visited.page.wait_for_selector("nn-quiz.nn-ready")
    assert visited.errors == []
    assert why(visited.page, SINGLE) == ""
    choose(visited.page, SINGLE, 1)
    assert why(visited.page, SINGLE).startswith("✓ Right")
    aside = visited.page.evaluate("localStorage.getItem('nn:progress:unreadable')")
    assert aside in (note, None)
    assert (aside == note) == ("{}" not in note and '"part/asked"' not in note)


@pytest.mark.deep(8)
@pytest.mark.parametrize("given", [7, -1, None, "abc", [9], {"a": 1}, [0, 1]])
def test_an_answer_that_cannot_have_been_given_is_ignored(reopen, address, given):
    visited = reopen(address, ASKED)
    visited.page.evaluate(
        """given => {
          const all = nn.progress.read(), one = all.pages["part/asked"];
          one.asks.forEach(id => { one.answers[id] = {state: "right", tries: 1, given}; });
          nn.progress.replace(all);
        }""",
        given,
    )
    visited.page.reload()
    visited.page.wait_for_selector("nn-quiz.nn-ready")
    assert visited.errors == []
    for k in (SINGLE, NUMERIC, ORDER, BUG):
        assert why(visited.page, k) == ""


def test_without_storage_answers_last_until_the_page_closes_and_it_says_so(open_visit, address):
    refuse = """
      Object.defineProperty(window, "localStorage", {get() { throw Error("refused"); }});
    """
    visited = open_visit(address, PLAIN)
    visited.page.add_init_script(refuse)
    visited.errors.clear()
    visited.page.goto(address + ASKED)
    answer_all(visited.page)
    assert "✓ All 5 answered" in visited.page.locator(".nn-score").inner_text()
    assert "keeps nothing" in visited.page.locator(".nn-score").inner_text()
    visited.page.goto(address + MAP)
    assert "keeps nothing between pages" in visited.page.locator("nn-map").inner_text()
