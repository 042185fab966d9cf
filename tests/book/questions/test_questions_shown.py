"""Predictions in a browser; questions in all sizes and schemes, printed, and without script."""

import pytest
from browser import DESKTOP, PHONE
from question_book import ASKED, MAP

from .answering import SINGLE, answer_all, choose, press, tick

pytestmark = [pytest.mark.browser, pytest.mark.deep(4)]

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


INKS = "rows => rows.map(row => getComputedStyle(row).borderLeftColor)"


def test_an_answer_waits_until_the_reader_has_committed(reopen, base):
    page = reopen(base, ASKED).page
    ask, recall = (
        page.locator("#predict-which"),
        page.locator("nn-recall").first,
    )
    assert "You have not committed" in recall.inner_text()
    press(page, ask.get_by_role("button"), "Enter")
    assert "Choose first" in ask.inner_text()
    press(page, ask.locator("input").nth(1), "Space")
    press(page, ask.get_by_role("button"), "Enter")
    answer = "You predicted: It is below. It came out otherwise. The square of a number above"
    assert recall.inner_text().startswith(f"✗ {answer}")
    assert "nn-no" in recall.get_attribute("class").split()
    assert ask.locator("input").first.is_disabled()
    inks = ask.locator(".nn-option").evaluate_all(INKS)
    assert len(set(inks)) == 2
    assert inks.index(min(inks, key=inks.count)) == 1  # what was chosen keeps its colour
    assert ask.locator(".nn-note").evaluate("e => e === document.activeElement")
    page.reload()
    page.wait_for_selector("nn-recall.nn-ready")
    assert recall.inner_text().startswith("✗ You predicted: It is below.")
    assert ask.locator("input").nth(1).is_checked()


def test_a_predicted_number_stands_beside_what_came_out(reopen, base):
    page = reopen(base, ASKED).page
    ask, recall = (
        page.locator("#predict-length"),
        page.locator("nn-recall").nth(1),
    )
    box = ask.get_by_label("Your guess:")
    press(page, box, "Enter")
    assert "Type a number first." in ask.inner_text()
    page.keyboard.type("3/2")
    page.keyboard.press("Enter")
    sentence = (
        "✓ You predicted 1.5 m; it came out as 1.414 m. That was close.\n"
        "A little more than 7/5."
    )
    assert recall.inner_text() == sentence
    page.reload()
    page.wait_for_selector("nn-recall.nn-ready")
    assert recall.inner_text() == sentence
    assert box.is_disabled()


def test_an_answer_is_shown_to_a_reader_who_asks(page):
    for recall in page.locator("nn-recall").all():
        press(page, recall.get_by_role("button", name="Show me"), "Enter")
        assert "You predicted" not in recall.inner_text()
        assert recall.locator(".nn-note").evaluate("e => e === document.activeElement")


@SIZES
def test_all_is_accessible_and_fits_answered_and_not_in_light_and_dark(
    open_visit, address, size
):
    visited = open_visit(address, ASKED, size=size)
    for answered in (False, True):
        if answered:
            answer_all(visited.page)
            choose(visited.page, SINGLE, 0)
            tick(visited.page, [1])
        assert visited.too_wide() == []
        for scheme in ("light", "dark"):
            visited.page.emulate_media(color_scheme=scheme)
            visited.page.wait_for_selector(f"html[data-theme={scheme}]")
            assert visited.axe() == []
    visited.page.goto(address + MAP)
    press(visited.page, visited.page.get_by_role("button", name="Forget everything"), "Enter")
    assert visited.too_wide() == []
    assert visited.axe() == []


def test_questions_are_printed_with_their_answers_and_without_controls(open_visit, address):
    page = open_visit(address, ASKED).page
    page.pdf()
    page.emulate_media(media="print")
    printed = page.locator("nn-quiz").inner_text()
    assert "Which is" in printed
    assert "9 shared by 3." in printed
    assert "it divides by 2, not by the length." in printed
    controls = ":is(nn-quiz, nn-predict, nn-recall) :is(button, input)"
    assert page.locator(controls).filter(visible=True).count() == 0
    assert "A little more than 7/5." in page.locator("nn-recall").nth(1).inner_text()


def test_without_script_questions_can_be_read_and_answers_unfolded(open_visit, address):
    page = open_visit(address, ASKED, java_script_enabled=False).page
    quiz = page.locator("nn-quiz")
    assert "In which order?" in quiz.inner_text()
    assert "9 shared by 3." not in quiz.inner_text()
    quiz.get_by_text("Answers").click()
    assert "9 shared by 3." in quiz.inner_text()
    assert page.locator("nn-predict .katex-html").first.inner_text() == "x2"
