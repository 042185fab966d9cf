"""Questions, predictions and progress in a browser: by keyboard, by touch, kept, and moved."""

import json
import re

import pytest
from browser import DESKTOP, PHONE, served, visit
from made_once import made_once
from open_pages import reopened
from pages import ROOT
from question_book import ASKED, MAP, PLAIN, make

pytestmark = [pytest.mark.browser, pytest.mark.deep(4)]

CHECK = re.compile(r"^Check\b")
SINGLE, MULTIPLE, NUMERIC, ORDER, BUG = range(5)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def questions():
    return made_once("questions", make) / "_build/html"


@pytest.fixture(scope="module", params=["server", "file"])
def base(request, questions):
    if request.param == "file":
        yield questions.as_uri() + "/"
    else:
        with served(questions) as address:
            yield address


@pytest.fixture(scope="module")
def address(questions):
    with served(questions) as address:
        yield address


def test_what_every_page_loads_is_small():
    script = ROOT / "chapters/_extra/_play/progress.js"
    assert script.stat().st_size < 6_000


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
    """Put the steps in order with the arrow keys."""
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


def test_every_choice_gets_its_reason_by_keyboard(browser, base):
    with reopened(browser, base, ASKED) as seen:
        for k, told in enumerate(["✗ No: that is", "✓ Right: any power", "✗ No: that is"]):
            choose(seen.page, SINGLE, k)
            assert why(seen.page, SINGLE).startswith(told)
        assert seen.errors == []
        assert seen.outside == []


def test_every_box_is_told_whether_and_why(browser, address):
    with reopened(browser, address, ASKED) as seen:
        tick(seen.page, [0, 1])
        assert "1 of 3 boxes" in why(seen.page, MULTIPLE)
        told = question(seen.page, MULTIPLE).locator(".nn-because").all_inner_texts()
        assert told == ["Right: twice 1.", "No: one is left.", "This one too: twice 2."]
        tick(seen.page, [0, 2])
        assert why(seen.page, MULTIPLE).startswith("✓ Right")


@pytest.mark.parametrize(
    ("typed", "told"),
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
def test_a_number_is_read_as_people_type_it(opened, typed, told):
    assert type_number(opened, typed).startswith(told)


@pytest.fixture
def opened(browser, address):
    with reopened(browser, address, ASKED) as seen:
        yield seen.page


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
def test_numbers_of_many_writings_are_one(opened, typed, value):
    assert opened.evaluate("t => nn.ask.number(t).value", typed) == pytest.approx(value)


def test_a_typing_error_is_no_try(browser, address):
    with reopened(browser, address, ASKED) as seen:
        type_number(seen.page, "three")
        assert "answers" in json.dumps(stored(seen.page))
        assert stored(seen.page)["pages"]["part/asked"]["answers"] == {}


def test_the_first_step_that_stands_wrong_is_named_with_its_reason(browser, address):
    with reopened(browser, address, ASKED) as seen:
        assert sort(seen.page, [1, 0, 2, 3]).startswith("✗ No: It cannot begin with “raise")
        assert "the maximum has not been subtracted." in why(seen.page, ORDER)
        told = sort(seen.page, [0, 1, 3, 2])
        assert told.startswith("✗ No: The first 2 steps are right. Next cannot be “print”")
        assert "nothing is left to print." in told
        assert sort(seen.page, [0, 1, 2, 3]) == "✓ Right: nothing overflows."
        assert sort(seen.page, [0, 3, 1, 2]) == "✓ Right: nothing overflows."


def test_the_buttons_move_a_step_and_keep_the_focus(browser, address):
    with reopened(browser, address, ASKED) as seen:
        rows = question(seen.page, ORDER).locator(".nn-step")
        last = rows.nth(3).get_attribute("data-step")
        up = rows.nth(3).get_by_role("button", name="Move up:")
        press(seen.page, up, "Enter", "Enter")
        assert rows.nth(1).get_attribute("data-step") == last
        assert rows.nth(1).locator("button").first.evaluate("b => b === document.activeElement")
        status = question(seen.page, ORDER).locator(".nn-hidden")
        assert status.inner_text() == "Now step 2 of 4."
        press(seen.page, rows.nth(1).locator("button").first, "ArrowDown")
        assert rows.nth(2).get_attribute("data-step") == last


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_a_step_is_dragged(browser, address, touch):
    with reopened(browser, address, ASKED, size=PHONE, has_touch=touch) as seen:
        rows = question(seen.page, ORDER).locator(".nn-step")
        rows.nth(3).scroll_into_view_if_needed()
        first = rows.nth(0).get_attribute("data-step")
        boxes = [rows.nth(k).locator(".nn-grip").bounding_box() for k in (0, 3)]
        start, end = ((b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in boxes)
        scrolled = seen.page.evaluate("scrollY")
        (finger if touch else mouse)(seen.page, start, (end[0], end[1] + 15))
        assert rows.nth(3).get_attribute("data-step") == first
        assert seen.page.evaluate("scrollY") == scrolled
        assert seen.page.locator(".nn-held").count() == 0


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


def test_every_line_of_a_program_says_why(browser, address):
    with reopened(browser, address, ASKED) as seen:
        lines = question(seen.page, BUG).locator("button.nn-codeline")
        assert lines.count() == 3
        told = []
        for k in range(3):
            choose(seen.page, BUG, k, "button.nn-codeline")
            told.append(why(seen.page, BUG))
        assert told == [
            "✗ No: the header is fine.",
            "✗ No: the sum is right.",
            "✓ Right: it divides by 2, not by the length.",
        ]


def test_formulas_are_typeset_also_where_the_text_has_none_and_in_reasons(browser, base):
    with reopened(browser, base, ASKED, formulas=True) as seen:
        assert seen.untypeset() == []
        choose(seen.page, SINGLE, 0)
        seen.page.locator("nn-quiz .nn-why mjx-container").first.wait_for()
        tick(seen.page, [0])
        type_number(seen.page, "9")
        assert seen.untypeset() == []
        assert seen.errors == []


def test_a_choice_that_is_a_formula_is_heard_by_its_name(browser, address):
    with reopened(browser, address, ASKED, formulas=True) as seen:
        assert seen.untypeset() == []
        asked = question(seen.page, SINGLE)
        assert [
            asked.get_by_role("button", name=name, exact=True).count()
            for name in ("0", "1", "e")
        ] == [1, 1, 1]
        boxes = question(seen.page, MULTIPLE)
        assert boxes.get_by_role("checkbox", name="2 to the 2", exact=True).count() == 1
        assert boxes.get_by_role("checkbox", name="3", exact=True).count() == 1
        steps = question(seen.page, ORDER)
        assert (
            steps.get_by_role("button", name="Move up: raise e to each", exact=True).count()
            == 1
        )
        guess = seen.page.locator("nn-predict").first
        assert guess.get_by_role("radio", name="x to the 2 = x", exact=True).count() == 1
        assert guess.get_by_role("radio", name="It is.", exact=True).count() == 1
        assert seen.axe() == []


@pytest.mark.parametrize(
    ("tex", "name"),
    [
        (r"(AB)^{-1} = B^{-1}A^{-1}", "(AB) to the -1 = B to the -1A to the -1"),
        (r"\tfrac{1}{2}\, x_i^\top y", "1 over 2 x sub i transposed y"),
        (r"\begin{bmatrix} 1 & 3 \\ -3 & 1 \end{bmatrix}", "matrix 1, 3; -3, 1"),
        (r"\lambda_1 + \lambda_2", "lambda sub 1 + lambda sub 2"),
    ],
)
def test_a_formula_is_read_from_its_tex(browser, address, tex, name):
    with reopened(browser, address, ASKED) as seen:
        given = seen.page.evaluate(
            """tex => nn.ask.named(document.createElement("button"),
                 `<span class="math">\\\\(${tex}\\\\)</span>`).getAttribute("aria-label")""",
            tex,
        )
        assert given == name


def test_answers_stand_again_at_the_next_visit_until_tried_again(browser, base):
    with reopened(browser, base, ASKED, formulas=True) as seen:
        answer_all(seen.page)
        choose(seen.page, SINGLE, 0)
        before = seen.page.locator("nn-quiz").inner_text()
        assert "4 of 5 answered rightly so far." in before
        seen.page.reload()
        seen.untypeset()
        assert seen.page.locator("nn-quiz").inner_text() == before
        assert question(seen.page, SINGLE).locator(".nn-tries").inner_text() == "2 tries"
        again = question(seen.page, SINGLE).get_by_role("button", name="Try again")
        press(seen.page, again, "Enter")
        assert why(seen.page, SINGLE) == ""
        first = question(seen.page, SINGLE).locator("button").first
        assert first.evaluate("b => b === document.activeElement")
        seen.page.reload()
        assert why(seen.page, SINGLE) == ""
        assert why(seen.page, BUG).startswith("✓ Right")


def test_a_page_is_ticked_once_every_answer_is_right(browser, base):
    with visit(browser, base, ASKED) as seen:
        side = seen.page.locator(".bd-sidebar-primary .nn-tick")
        answer_all(seen.page)
        assert "✓ All 5 answered" in seen.page.locator(".nn-score").inner_text()
        assert side.count() == 1
        seen.page.goto(base + MAP)
        assert (
            "every question answered"
            in seen.page.locator("nn-map [data-page='part/asked']").inner_text()
        )
        assert "1 of 2 pages ticked, 1 planned" in seen.page.locator(".nn-made").inner_text()
        back = seen.page.locator(".nn-return")
        assert back.inner_text() == "Continue where you were: Asked (5 of 5 questions answered)"
        back.get_by_role("link").press("Enter")
        seen.page.wait_for_url("**/asked.html")


def test_the_last_page_is_the_one_visited_last(browser, address):
    with visit(browser, address, ASKED) as seen:
        seen.page.goto(address + PLAIN)
        assert stored(seen.page)["last"] == "part/second"
        seen.page.goto(address + MAP)
        assert stored(seen.page)["last"] == "part/second"


def test_another_tab_follows(browser, address):
    with visit(browser, address, ASKED) as seen:
        other = seen.page.context.new_page()
        other.goto(address + ASKED)
        choose(seen.page, SINGLE, 1)
        other.wait_for_selector("nn-quiz .nn-why.nn-yes")
        choose(other, BUG, 2, "button.nn-codeline")
        seen.page.wait_for_selector("nn-quiz .nn-bug .nn-why.nn-yes")
        assert len(stored(other)["pages"]["part/asked"]["answers"]) == 2


def test_progress_goes_to_a_file_and_back(browser, base, tmp_path):
    with visit(browser, base, ASKED) as seen:
        answer_all(seen.page)
        seen.page.goto(base + MAP)
        with seen.page.expect_download() as download:
            press(seen.page, seen.page.get_by_role("button", name="Save it"), "Enter")
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        before = stored(seen.page)
        forget(seen.page)
        assert stored(seen.page)["pages"] == {}
        assert "0 of 2 pages" in seen.page.locator(".nn-made").inner_text()
        add(seen.page, file)
        assert stored(seen.page) == before
        assert "1 of 2 pages" in seen.page.locator(".nn-made").inner_text()
        assert seen.outside == []


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
    ("text", "told"),
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
    browser, address, tmp_path, text, told
):
    (tmp_path / "file.json").write_text(text)
    with visit(browser, address, ASKED) as seen:
        choose(seen.page, SINGLE, 1)
        seen.page.goto(address + MAP)
        before = stored(seen.page)
        said = add(seen.page, tmp_path / "file.json")
        assert told in said
        assert said.endswith("Nothing was changed.")
        assert stored(seen.page) == before


def test_a_file_adds_and_takes_nothing_away(browser, address):
    with visit(browser, address, MAP) as seen:
        got = seen.page.evaluate(
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
def test_a_spoiled_store_starts_afresh_and_is_put_aside(browser, address, note):
    with reopened(browser, address, ASKED) as seen:
        ids = seen.page.evaluate("nn.progress.read().pages['part/asked'].asks")
        note = note.replace("ID", ids[0])
        seen.page.evaluate("note => localStorage.setItem('nn:progress', note)", note)
        seen.page.reload()
        seen.page.wait_for_selector("nn-quiz.nn-ready")
        assert seen.errors == []
        assert why(seen.page, SINGLE) == ""
        choose(seen.page, SINGLE, 1)
        assert why(seen.page, SINGLE).startswith("✓ Right")
        aside = seen.page.evaluate("localStorage.getItem('nn:progress:unreadable')")
        assert aside in (note, None)
        assert (aside == note) == ("{}" not in note and '"part/asked"' not in note)


@pytest.mark.deep(8)
@pytest.mark.parametrize("given", [7, -1, None, "abc", [9], {"a": 1}, [0, 1]])
def test_an_answer_that_cannot_have_been_given_is_ignored(browser, address, given):
    with reopened(browser, address, ASKED) as seen:
        seen.page.evaluate(
            """given => {
              const all = nn.progress.read(), one = all.pages["part/asked"];
              one.asks.forEach(id => { one.answers[id] = {state: "right", tries: 1, given}; });
              nn.progress.replace(all);
            }""",
            given,
        )
        seen.page.reload()
        seen.page.wait_for_selector("nn-quiz.nn-ready")
        assert seen.errors == []
        for k in (SINGLE, NUMERIC, ORDER, BUG):
            assert why(seen.page, k) == ""


def test_without_storage_answers_last_until_the_page_closes_and_it_says_so(browser, address):
    refuse = """
      Object.defineProperty(window, "localStorage", {get() { throw Error("refused"); }});
    """
    with visit(browser, address, PLAIN) as seen:
        seen.page.add_init_script(refuse)
        seen.errors.clear()
        seen.page.goto(address + ASKED)
        answer_all(seen.page)
        assert "✓ All 5 answered" in seen.page.locator(".nn-score").inner_text()
        assert "keeps nothing" in seen.page.locator(".nn-score").inner_text()
        seen.page.goto(address + MAP)
        assert "keeps nothing between pages" in seen.page.locator("nn-map").inner_text()


def test_an_answer_waits_until_the_reader_has_committed(browser, base):
    with reopened(browser, base, ASKED) as seen:
        ask, recall = seen.page.locator("#predict-which"), seen.page.locator("nn-recall").first
        assert "You have not committed" in recall.inner_text()
        press(seen.page, ask.get_by_role("button"), "Enter")
        assert "Choose first" in ask.inner_text()
        press(seen.page, ask.locator("input").nth(1), "Space")
        press(seen.page, ask.get_by_role("button"), "Enter")
        assert recall.inner_text().startswith(
            "You predicted: It is below. It came out otherwise"
        )
        assert ask.locator("input").first.is_disabled()
        assert ask.locator(".nn-note").evaluate("e => e === document.activeElement")
        seen.page.reload()
        seen.page.wait_for_selector("nn-recall.nn-ready")
        assert recall.inner_text().startswith("You predicted: It is below.")
        assert ask.locator("input").nth(1).is_checked()


def test_a_predicted_number_stands_beside_what_came_out(browser, base):
    with reopened(browser, base, ASKED) as seen:
        ask, recall = (
            seen.page.locator("#predict-length"),
            seen.page.locator("nn-recall").nth(1),
        )
        box = ask.get_by_label("Your guess:")
        press(seen.page, box, "Enter")
        assert "Type a number first." in ask.inner_text()
        seen.page.keyboard.type("3/2")
        seen.page.keyboard.press("Enter")
        said = "You predicted 1.5 m; it came out as 1.414 m. A little more than 7/5."
        assert recall.inner_text() == said
        seen.page.reload()
        seen.page.wait_for_selector("nn-recall.nn-ready")
        assert recall.inner_text() == said
        assert box.is_disabled()


def test_an_answer_is_shown_to_a_reader_who_asks(browser, address):
    with reopened(browser, address, ASKED) as seen:
        for recall in seen.page.locator("nn-recall").all():
            press(seen.page, recall.get_by_role("button", name="Show me"), "Enter")
            assert "You predicted" not in recall.inner_text()
            assert recall.locator(".nn-note").evaluate("e => e === document.activeElement")


@SIZES
def test_all_is_accessible_and_fits_answered_and_not_in_light_and_dark(browser, address, size):
    with visit(browser, address, ASKED, size=size, formulas=True) as seen:
        for answered in (False, True):
            if answered:
                answer_all(seen.page)
                choose(seen.page, SINGLE, 0)
                tick(seen.page, [1])
            assert seen.too_wide() == []
            for scheme in ("light", "dark"):
                seen.page.emulate_media(color_scheme=scheme)
                seen.page.wait_for_selector(f"html[data-theme={scheme}]")
                assert seen.axe() == []
        seen.page.goto(address + MAP)
        press(seen.page, seen.page.get_by_role("button", name="Forget everything"), "Enter")
        assert seen.too_wide() == []
        assert seen.axe() == []


def test_questions_are_printed_with_their_answers_and_without_controls(browser, address):
    with visit(browser, address, ASKED) as seen:
        seen.page.pdf()
        seen.page.emulate_media(media="print")
        printed = seen.page.locator("nn-quiz").inner_text()
        assert "Which is" in printed
        assert "9 shared by 3." in printed
        assert "it divides by 2, not by the length." in printed
        controls = ":is(nn-quiz, nn-predict, nn-recall) :is(button, input)"
        assert seen.page.locator(controls).filter(visible=True).count() == 0
        assert "A little more than 7/5." in seen.page.locator("nn-recall").nth(1).inner_text()


def test_without_script_questions_can_be_read_and_answers_unfolded(browser, address):
    with visit(browser, address, ASKED, java_script_enabled=False) as seen:
        quiz = seen.page.locator("nn-quiz")
        assert "In which order?" in quiz.inner_text()
        assert "9 shared by 3." not in quiz.inner_text()
        quiz.get_by_text("Answers").click()
        assert "9 shared by 3." in quiz.inner_text()
        assert "\\(x^2\\)" in seen.page.locator("nn-predict").first.inner_text()
