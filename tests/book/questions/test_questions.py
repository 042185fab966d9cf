"""Questions in a browser, by keyboard and by touch: what each answer is told."""

import json

import pytest
from browser import PHONE
from question_book import ASKED

from .answering import (
    BUG,
    MULTIPLE,
    ORDER,
    SINGLE,
    choose,
    press,
    question,
    sort,
    stored,
    tick,
    type_number,
    why,
)

pytestmark = [pytest.mark.browser, pytest.mark.deep(4)]


def test_every_choice_gets_its_reason_by_keyboard(reopen, base):
    visited = reopen(base, ASKED)
    for k, expected in enumerate(["✗ No: that is", "✓ Right: any power", "✗ No: that is"]):
        choose(visited.page, SINGLE, k)
        assert why(visited.page, SINGLE).startswith(expected)
    assert visited.errors == []
    assert visited.outside == []


def test_every_box_is_told_whether_and_why(page):
    tick(page, [0, 1])
    assert "1 of 3 boxes" in why(page, MULTIPLE)
    reasons = question(page, MULTIPLE).locator(".nn-because").all_inner_texts()
    assert reasons == ["Right: twice 1.", "No: one is left.", "This one too: twice 2."]
    tick(page, [0, 2])
    assert why(page, MULTIPLE).startswith("✓ Right")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("3", "✓ Right: 3 m; 9 shared by 3."),
        ("3,00", "✓ Right"),
        ("+3.005 m", "✓ Right"),
        ("6/2", "✓ Right"),
        ("300%", "✓ Right"),
        ("0.3e1", "✓ Right"),
        ("30·10⁻¹", "✓ Right"),
        ("0,3 x 10^1", "✓ Right"),
        ("9", "✗ No: that is the sum."),
        ("2,0", "✗ No: that is the median."),
        ("\u22123", "✗ No: the size is right. Look at the sign."),
        ("-7", "✗ No: the answer is positive."),
        (
            "300",
            "✗ No: the digits are right, and the point stands 2 places too far to the right",
        ),
        ("1/3", "✗ No: that is one divided by the answer."),
        ("3.03", "✗ No: close, but a little too large."),
        ("45", "✗ No: more than ten times too large."),
        ("0", "✗ No: too small."),
        ("", "Type a number first."),
        ("three", "That cannot be read as a number."),
        ("1/2/3", "That cannot be read as a number."),
        ("3/0", "Nothing can be divided by 0."),
        ("1,234", "Do you mean 1234 or 1.234?"),
        ("1e999", "That is more than this page can reckon with."),
    ],
)
def test_a_number_is_read_as_people_type_it(page, typed, answer):
    assert type_number(page, typed).startswith(answer)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234", 1234),
        ("1\u202f234,5", 1234.5),
        (".5", 0.5),
        ("-1/4", -0.25),
        ("12 %", 0.12),
        ("-1.5E-3", -0.0015),
        ("2.0 \u00d7 10\u207b\u00b3", 0.002),
        ("0,125", 0.125),
    ],
)
def test_numbers_of_many_writings_are_one(page, typed, value):
    assert page.evaluate("t => nn.ask.number(t).value", typed) == pytest.approx(value)


def test_a_typing_error_is_no_try(page):
    type_number(page, "three")
    assert "answers" in json.dumps(stored(page))
    assert stored(page)["pages"]["part/asked"]["answers"] == {}


def test_the_first_step_that_stands_wrong_is_named_with_its_reason(page):
    assert sort(page, [1, 0, 2, 3]).startswith("✗ No: It cannot begin with “raise")
    assert "the maximum has not been subtracted." in why(page, ORDER)
    reply = sort(page, [0, 1, 3, 2])
    assert reply.startswith("✗ No: The first 2 steps are right. Next cannot be “print”")
    assert "nothing is left to print." in reply
    assert sort(page, [0, 1, 2, 3]) == "✓ Right: nothing overflows."
    assert sort(page, [0, 3, 1, 2]) == "✓ Right: nothing overflows."


def test_the_buttons_move_a_step_and_keep_the_focus(page):
    rows = question(page, ORDER).locator(".nn-step")
    last = rows.nth(3).get_attribute("data-step")
    up = rows.nth(3).get_by_role("button", name="Move up:")
    press(page, up, "Enter", "Enter")
    assert rows.nth(1).get_attribute("data-step") == last
    assert rows.nth(1).locator("button").first.evaluate("b => b === document.activeElement")
    status = question(page, ORDER).locator(".nn-hidden")
    assert status.inner_text() == "Now step 2 of 4."
    press(page, rows.nth(1).locator("button").first, "ArrowDown")
    assert rows.nth(2).get_attribute("data-step") == last


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_a_step_is_dragged(reopen, address, touch):
    page = reopen(address, ASKED, size=PHONE, has_touch=touch).page
    rows = question(page, ORDER).locator(".nn-step")
    rows.nth(3).scroll_into_view_if_needed()
    first = rows.nth(0).get_attribute("data-step")
    boxes = [rows.nth(k).locator(".nn-grip").bounding_box() for k in (0, 3)]
    start, end = ((b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in boxes)
    scrolled = page.evaluate("scrollY")
    (finger if touch else mouse)(page, start, (end[0], end[1] + 15))
    assert rows.nth(3).get_attribute("data-step") == first
    assert page.evaluate("scrollY") == scrolled
    assert page.locator(".nn-held").count() == 0


def mouse(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=12)
    page.mouse.up()


def finger(page, start, end):
    client = page.context.new_cdp_session(page)

    def send(kind, *points):
        touches = [{"x": x, "y": y} for x, y in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    send("touchStart", start)
    for k in range(1, 13):
        y = start[1] + k / 12 * (end[1] - start[1])
        send("touchMove", (start[0], y))
    send("touchEnd")


def test_every_line_of_a_program_says_why(page):
    lines = question(page, BUG).locator("button.nn-codeline")
    assert lines.count() == 3
    replies = []
    for k in range(3):
        choose(page, BUG, k, "button.nn-codeline")
        replies.append(why(page, BUG))
    assert replies == [
        "✗ No: the header is fine.",
        "✗ No: the sum is right.",
        "✓ Right: it divides by 2, not by the length.",
    ]


def test_formulas_are_typeset_also_where_the_text_has_none_and_in_reasons(reopen, base):
    visited = reopen(base, ASKED)
    assert visited.untypeset() == []
    choose(visited.page, SINGLE, 0)
    assert visited.page.locator("nn-quiz .nn-why .katex").count() == 1
    tick(visited.page, [0])
    type_number(visited.page, "9")
    assert visited.untypeset() == []
    assert visited.errors == []


def test_a_choice_that_is_a_formula_is_heard_by_its_name(reopen, address):
    visited = reopen(address, ASKED)
    assert visited.untypeset() == []
    asked = question(visited.page, SINGLE)
    assert [
        asked.get_by_role("button", name=name, exact=True).count() for name in ("0", "1", "e")
    ] == [1, 1, 1]
    boxes = question(visited.page, MULTIPLE)
    assert boxes.get_by_role("checkbox", name="2 to the 2", exact=True).count() == 1
    assert boxes.get_by_role("checkbox", name="3", exact=True).count() == 1
    steps = question(visited.page, ORDER)
    assert steps.get_by_role("button", name="Move up: raise e to each", exact=True).count() == 1
    guess = visited.page.locator("nn-predict").first
    assert guess.get_by_role("radio", name="x to the 2 = x", exact=True).count() == 1
    assert guess.get_by_role("radio", name="It is.", exact=True).count() == 1
    assert visited.axe() == []


@pytest.mark.parametrize(
    ("tex", "name"),
    [
        (r"(AB)^{-1} = B^{-1}A^{-1}", "(AB) to the -1 = B to the -1A to the -1"),
        (r"\tfrac{1}{2}\, x_i^\top y", "1 over 2 x sub i transposed y"),
        (r"\begin{bmatrix} 1 & 3 \\ -3 & 1 \end{bmatrix}", "matrix 1, 3; -3, 1"),
        (r"\lambda_1 + \lambda_2", "lambda sub 1 + lambda sub 2"),
    ],
)
def test_a_formula_is_read_from_its_tex(page, tex, name):
    given = page.evaluate(
        """tex => nn.ask.named(document.createElement("button"),
             `<span class="math"><annotation>${tex}</annotation></span>`)
             .getAttribute("aria-label")""",
        tex,
    )
    assert given == name
