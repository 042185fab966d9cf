"""Answer the questions of the small book by keyboard."""

import json
import re

CHECK = re.compile(r"^Check\b")
SINGLE, MULTIPLE, NUMERIC, ORDER, BUG = range(5)


def question(page, k):
    return page.locator("nn-quiz .nn-question").nth(k)


def why(page, k):
    return question(page, k).locator(".nn-why").inner_text().replace("\n", "")


def press(page, locator, *keys):
    locator.focus()
    for key in keys:
        page.keyboard.press(key)


def choose(page, k, choice, selector="button.nn-pick"):
    press(page, question(page, k).locator(selector).nth(choice), "Enter")


def tick(page, boxes):
    for box in question(page, MULTIPLE).locator("input").all():
        if box.is_checked():
            press(page, box, "Space")
    for k in boxes:
        press(page, question(page, MULTIPLE).locator("input").nth(k), "Space")
    check(page, MULTIPLE)


def check(page, k):
    press(page, question(page, k).get_by_role("button", name=CHECK), "Enter")


def type_number(page, text):
    box = question(page, NUMERIC).get_by_label("Your answer:")
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    return why(page, NUMERIC)


def sort(page, steps):
    """Sort the steps of an ordering question with the arrow keys."""
    rows = question(page, ORDER).locator(".nn-step")
    for goal, step in enumerate(steps):
        row = question(page, ORDER).locator(f"[data-step='{step}']")
        row.locator("button").first.focus()
        at = rows.evaluate_all("(rows, s) => rows.findIndex(r => r.dataset.step == s)", step)
        for _ in range(at - goal):
            page.keyboard.press("ArrowUp")
    check(page, ORDER)
    return why(page, ORDER)


def answer_all(page):
    choose(page, SINGLE, 1)
    tick(page, [0, 2])
    type_number(page, "3")
    sort(page, [0, 1, 2, 3])
    choose(page, BUG, 2, "button.nn-codeline")


def stored(page):
    return json.loads(page.evaluate("localStorage.getItem('nn:progress')"))
