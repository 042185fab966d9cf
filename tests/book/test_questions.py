"""Questions, predictions and progress in a browser, by keyboard and by touch.

The pages contain the book's elements, styles and scripts, and are not built by Sphinx.
"""

import functools
import json
import re

import pytest
from browser import DESKTOP, PHONE
from figure import bare, behind, drag, middle, swipe

from nnlib import book, viz
from nnlib.book.elements import element

pytestmark = pytest.mark.browser

ASKED, MAP = "chapters/part/asked.html", "chapters/part/first.html"
CHECK = re.compile(r"^Check\b")
SINGLE, MULTIPLE, NUMERIC, ORDER, BUG = range(5)


def asking():
    """Return a page with every kind of question and prediction."""
    which = book.predict(
        "which", "Is $x^2$ above `x` for $x = 2$?", ["It is.", "It is below.", "No."]
    )
    length = book.predict("length", "How long is the side of a square of 2?", unit="m")
    recalls = [
        book.recall("which", 0, "Since $4 > 2$.", {1: "The square of 2 is larger.", 2: "Yes."}),
        book.recall("length", 2**0.5, "A little more than 7/5."),
    ]
    asked = "".join(
        one._repr_html_()
        + behind(f"<p id={name}>Plotted.</p>{verdict._repr_html_()}", id_of(one))
        for one, verdict, name in zip((which, length), recalls, ("plot", "side"), strict=True)
    )
    shown = [
        book.quiz(
            book.single(
                "Which is $e^0$?",
                [
                    ("0", False, "that is 0 to the 1."),
                    ("1", True, "any power of 0 is."),
                    ("e", False, "that is the first power."),
                ],
            ),
            book.multiple(
                "Which are even?",
                [
                    ("2", True, "twice 1."),
                    ("3", False, "one is left."),
                    ("4", True, "twice 2."),
                ],
            ),
            book.numeric(
                "The mean of 1, 2 and 6?",
                3,
                why="9 shared by 3.",
                tolerance=0.01,
                unit="m",
                wrong={9: "that is the sum.", 2: "that is the median."},
            ),
            book.order(
                "In which order?",
                [
                    ("subtract the maximum", "it needs the scores alone."),
                    ("exponentiate", "the maximum has not been subtracted."),
                    ("sum", "there is nothing to sum yet."),
                    ("print", "nothing is left to print."),
                ],
                also=[(0, 3, 1, 2)],
                why="nothing overflows.",
            ),
            book.bug(
                "The mean of a row.",
                [
                    ("def mean(x):", "the header is fine."),
                    ("    total = sum(x)", "the sum is right."),
                    ("", ""),
                    ("    return total / 2", "it divides by 2, not by the length."),
                ],
                line=4,
            ),
        )
    ]
    pair = [book.predict(name, f"Is {name} even?", ["Yes.", "No."]) for name in "23"]
    both = "".join(one._repr_html_() for one in pair)
    both += behind("<p id=both>Divided.</p>", *map(id_of, pair))
    return asked + "".join(one._repr_html_() for one in shown) + both


def id_of(prediction):
    """Return the id of a prediction."""
    return re.search(r'"id": "(\w+)"', prediction._repr_html_())[1]


def mapped():
    """Return a page with a map of a page with questions and of one without."""
    titles = {"part/asked": "Asked", "part/second": "Second"}
    pages = [
        {"page": "part/second", "title": "Second", "question": "Where?", "after": []},
        {"page": "part/asked", "title": "Asked", "question": "What?", "after": ["part/second"]},
    ]
    pages = [
        one | {"minutes": 40, "href": f"{one['page'].removeprefix('part/')}.html"}
        for one in pages
    ]
    goal = {"text": "ask", "ends": "you can ask", "pages": ["part/second", "part/asked"]}
    data = {"parts": [{"title": "Part", "pages": pages}], "goals": [goal], "start": 0}
    card = '<ul><li>You can ask.<p class="nn-far" data-part="part"></p></li></ul>'
    still = viz.Html("<ul><li>Second</li></ul>", "one")
    return (
        element("resume", {"titles": titles, "folder": "../"}, "")
        + element("shelf", {"pages": {"part": ["part/asked", "part/second"]}}, card)
        + book.play("map", data, caption="A map.", alt="Two pages.", still=still)._repr_html_()
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Return the address of a folder with the page that asks, and the map."""
    folder = tmp_path_factory.mktemp("questions")
    for path, body in ((ASKED, asking()), (MAP, mapped())):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        name = path.removeprefix("chapters/").removesuffix(".html")
        (folder / path).write_text(bare(body, name), encoding="utf-8")
    return f"{folder.as_uri()}/"


@pytest.fixture
def open_visit(open_visit):
    return functools.partial(open_visit, curtains=True)


@pytest.fixture
def page(open_visit, base):
    return open_visit(base, ASKED).page


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


TYPED = [
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
    ("\u22123", "✗ No: the size is correct. Check the sign."),
    ("-7", "✗ No: the answer is positive."),
    (
        "300",
        "✗ No: the digits are correct, but the decimal point is 2 places too far to the right",
    ),
    ("1/3", "✗ No: that is 1 divided by the answer."),
    ("3.03", "✗ No: close, but a little too large."),
    ("45", "✗ No: more than ten times too large."),
    ("0", "✗ No: too small."),
    ("", "Type a number first."),
    ("three", "We can’t read this as a number."),
    ("1/2/3", "We can’t read this as a number."),
    ("3/0", "You can’t divide by 0."),
    ("1,234", "Do you mean 1234 or 1.234?"),
    ("1e999", "This number is too large for this page."),
]
WRITINGS = [
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
]


def test_every_choice_gets_its_reason_by_keyboard(open_visit, base):
    visited = open_visit(base, ASKED)
    for k, expected in enumerate(["✗ No: that is", "✓ Right: any power", "✗ No: that is"]):
        choose(visited.page, SINGLE, k)
        assert why(visited.page, SINGLE).startswith(expected)
    assert visited.errors == []


def test_every_box_shows_whether_it_is_correct_and_why(page):
    tick(page, [0, 1])
    assert "1 of 3 boxes" in why(page, MULTIPLE)
    reasons = question(page, MULTIPLE).locator(".nn-because").all_inner_texts()
    assert reasons == ["Right: twice 1.", "No: one is left.", "This one is right too: twice 2."]
    tick(page, [0, 2])
    assert why(page, MULTIPLE).startswith("✓ Right")


def test_numbers_are_read_as_people_type_them(page):
    for typed, answer in TYPED:
        assert type_number(page, typed).startswith(answer), typed
    for typed, value in WRITINGS:
        assert page.evaluate("t => nn.ask.number(t).value", typed) == pytest.approx(value), (
            typed
        )


def test_a_whole_number_is_written_in_full(page):
    written = page.evaluate("[100352, -2500000, 0.123456].map(value => nn.ask.shown(value))")
    assert written == ["100352", "−2500000", "0.1235"]


def test_the_first_step_in_a_wrong_position_is_named_with_its_reason(page):
    assert sort(page, [1, 0, 2, 3]).startswith("✗ No: The first step cannot be “exponentiate")
    assert "the maximum has not been subtracted." in why(page, ORDER)
    reply = sort(page, [0, 1, 3, 2])
    assert reply.startswith("✗ No: The first 2 steps are correct. The next cannot be “print”")
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


@pytest.mark.slow
@pytest.mark.parametrize("hand", [drag, swipe])
def test_a_step_is_dragged(open_visit, base, hand):
    page = open_visit(base, ASKED, size=PHONE, has_touch=True).page
    rows = question(page, ORDER).locator(".nn-step")
    rows.nth(3).scroll_into_view_if_needed()
    first = rows.nth(0).get_attribute("data-step")
    start, end = (middle(rows.nth(k).locator(".nn-grip")) for k in (0, 3))
    path = [(start[0], start[1] + k / 12 * (end[1] + 15 - start[1])) for k in range(1, 13)]
    scrolled = page.evaluate("scrollY")
    hand(page, start, *path)
    assert rows.nth(3).get_attribute("data-step") == first
    assert page.evaluate("scrollY") == scrolled
    assert page.locator(".nn-held").count() == 0


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


INKS = "rows => rows.map(row => getComputedStyle(row).borderLeftColor)"


def test_a_result_waits_until_the_reader_has_guessed(open_visit, base):
    page = open_visit(base, ASKED).page
    ask, recall = page.locator("#predict-which"), page.locator("nn-recall").first
    curtain, plot = page.locator(".nn-curtain").first, page.locator("#plot")
    assert (curtain.is_visible(), plot.is_visible(), recall.is_visible()) == (
        True,
        False,
        False,
    )
    press(page, ask.get_by_role("button"), "Enter")
    assert ask.locator(".nn-note").inner_text() != ""
    assert not plot.is_visible()
    press(page, ask.locator("input").nth(1), "Space")
    scrolled = page.evaluate("scrollY")
    press(page, ask.get_by_role("button"), "Enter")
    assert (curtain.is_visible(), recall.is_visible()) == (False, True)
    assert page.evaluate("scrollY") == scrolled
    assert plot.evaluate("e => e === document.activeElement")
    assert ask.locator("[role=status]").inner_text() != ""
    verdict = "Your guess: It is below.\nNot quite. The square of 2 is larger"
    assert recall.inner_text().startswith(f"✗ {verdict}")
    assert "nn-no" in recall.get_attribute("class").split()
    assert ask.locator("input").first.is_disabled()
    inks = ask.locator(".nn-option").evaluate_all(INKS)
    assert len(set(inks)) == 2
    assert inks.index(min(inks, key=inks.count)) == 1  # what was chosen keeps its colour
    assert not page.locator("#side").is_visible()  # the next prediction has its own curtain
    page.reload()
    page.wait_for_selector("nn-recall.nn-ready")
    assert recall.inner_text().startswith("✗ Your guess: It is below.")
    assert ask.locator("input").nth(1).is_checked()
    assert not curtain.is_visible()


def test_a_guessed_number_is_shown_next_to_the_result(open_visit, base):
    page = open_visit(base, ASKED).page
    ask, recall = page.locator("#predict-length"), page.locator("nn-recall").nth(1)
    box = ask.get_by_label("Your guess:")
    press(page, box, "Enter")
    assert "Type a number first." in ask.inner_text()
    assert not recall.is_visible()
    page.keyboard.type("3/2")
    page.keyboard.press("Enter")
    sentence = (
        "✓ You guessed 1.5 m; the result is 1.414 m. That was close.\nA little more than 7/5."
    )
    assert recall.inner_text() == sentence
    page.reload()
    page.wait_for_selector("nn-recall.nn-ready", state="attached")
    assert recall.inner_text() == sentence
    assert box.is_disabled()


def test_a_result_is_shown_to_a_reader_who_asks_and_stays_shown(page):
    recall, curtain = page.locator("nn-recall").first, page.locator(".nn-curtain").first
    press(page, curtain.get_by_role("button", name="Just show me"), "Enter")
    assert page.locator("#plot").evaluate("e => e === document.activeElement")
    assert "guessed" not in recall.inner_text()
    assert page.locator("#predict-which input").first.is_disabled()
    assert page.locator("#predict-which [role=status]").inner_text() != ""
    page.reload()
    page.wait_for_selector("nn-recall.nn-ready")
    assert recall.is_visible()
    assert not page.locator("nn-recall").nth(1).is_visible()


def test_predictions_that_share_a_curtain_open_it_together(page):
    result = page.locator("#both")
    for name, visible in (("2", False), ("3", True)):
        ask = page.locator(f"#predict-{name}")
        press(page, ask.locator("input").first, "Space")
        press(page, ask.get_by_role("button"), "Enter")
        assert result.is_visible() == visible


def test_an_address_behind_a_curtain_opens_it_for_this_visit(open_visit, base):
    page = open_visit(base, f"{ASKED}#side").page
    assert page.locator("#side").is_visible()
    assert not page.locator("#plot").is_visible()
    page.evaluate("location.hash = 'plot'")
    page.locator("#plot").wait_for(state="visible")
    assert page.locator("#predict-which input").first.is_enabled()
    page.goto(base + ASKED)
    page.wait_for_selector("nn-recall.nn-ready", state="attached")
    assert page.locator("#side, #plot").filter(visible=True).count() == 0


def test_open_sections_stay_visible_at_first_paint(open_visit, base):
    """The script in the head decides alone, before any other script of ours runs."""
    visited = open_visit(base, ASKED)
    press(visited.page, visited.page.get_by_role("button", name="Just show me").first, "Enter")
    visited.page.route("**/_play/*.js", lambda route: route.abort())
    visited.page.goto(base + ASKED, wait_until="commit")
    visited.page.locator("#both").wait_for(state="attached")
    has_height = "id => document.getElementById(id).offsetHeight > 0"
    early = [visited.page.evaluate(has_height, name) for name in ("plot", "side")]
    assert early in ([True, False], [True, True])
    # Without its script a curtain can't be opened, so the page gives it up.
    visited.page.wait_for_load_state("load")
    visited.page.locator("#side").wait_for(state="visible")


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_questions_are_accessible_answered_or_not(open_visit, base, size):
    visited = open_visit(base, ASKED, size=size)
    for answered in (False, True):
        if answered:
            answer_all(visited.page)
            choose(visited.page, SINGLE, 0)
        assert visited.axe() == []


@pytest.mark.slow
def test_questions_are_printed_with_their_answers_and_without_controls(open_visit, base):
    page = open_visit(base, ASKED).page
    page.pdf()
    page.emulate_media(media="print")
    printed = page.locator("nn-quiz").inner_text()
    assert "Which is" in printed
    assert "9 shared by 3." in printed
    assert "it divides by 2, not by the length." in printed
    controls = ":is(nn-quiz, nn-predict, nn-recall) :is(button, input)"
    assert page.locator(controls).filter(visible=True).count() == 0
    assert "A little more than 7/5." in page.locator("nn-recall").nth(1).inner_text()
    assert page.locator(".nn-curtain").filter(visible=True).count() == 0


@pytest.mark.slow
def test_without_script_questions_can_be_read_and_answers_unfolded(open_visit, base):
    page = open_visit(base, ASKED, java_script_enabled=False).page
    quiz = page.locator("nn-quiz")
    assert "In which order?" in quiz.inner_text()
    assert "9 shared by 3." not in quiz.inner_text()
    assert page.locator("#plot").is_visible()
    assert page.locator(".nn-curtain").filter(visible=True).count() == 0
    quiz.get_by_text("Answers").click()
    assert "9 shared by 3." in quiz.inner_text()


def test_answers_are_restored_at_the_next_visit_until_tried_again(open_visit, base):
    visited = open_visit(base, ASKED)
    answer_all(visited.page)
    choose(visited.page, SINGLE, 0)
    before = visited.page.locator("nn-quiz").inner_text()
    assert "4 of 5 correct so far." in before
    visited.page.reload()
    assert visited.page.locator("nn-quiz").inner_text() == before
    assert question(visited.page, SINGLE).locator(".nn-tries").inner_text() == "2 attempts"
    again = question(visited.page, SINGLE).get_by_role("button", name="Try again")
    press(visited.page, again, "Enter")
    assert why(visited.page, SINGLE) == ""
    first = question(visited.page, SINGLE).locator("button").first
    assert first.evaluate("b => b === document.activeElement")
    visited.page.reload()
    assert why(visited.page, SINGLE) == ""
    assert why(visited.page, BUG).startswith("✓ Right")
    tries = question(visited.page, SINGLE).locator(".nn-tries")
    assert tries.inner_text() == "2 attempts so far"
    assert not again.is_visible()
    for _ in range(2):  # a second click on the same choice is no other try
        choose(visited.page, SINGLE, 1)
        assert tries.inner_text() == "3 attempts"
    assert (
        question(visited.page, BUG).locator(".nn-tries").inner_text() == "on the first attempt"
    )


def test_a_page_is_ticked_once_every_answer_is_correct(open_visit, base):
    page = open_visit(base, ASKED).page
    answer_all(page)
    assert "✓ All 5 correct" in page.locator(".nn-score").inner_text()
    page.goto(base + MAP)
    step = page.locator("nn-map .nn-way-there li").filter(has_text="Asked")
    assert "every question answered" in step.inner_text()
    said = page.locator("nn-map .nn-note").first.inner_text()
    assert said.startswith("2 pages, about 1 hour. At the end, you can ask.")
    assert page.locator("nn-map .nn-onward").inner_text() == "Continue with Second"
    assert "1 of 2 pages done" in page.locator("nn-shelf").inner_text()
    back = page.locator("nn-resume")
    assert back.inner_text() == "Continue where you left off: Asked"
    back.get_by_role("link").press("Enter")
    page.wait_for_url("**/asked.html")


def test_progress_goes_to_a_file_and_back(open_visit, base, tmp_path):
    visited = open_visit(base, ASKED)
    answer_all(visited.page)
    visited.page.goto(base + MAP)
    with visited.page.expect_download() as download:
        press(visited.page, visited.page.get_by_role("button", name="Save my answers"), "Enter")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    before = stored(visited.page)
    forget(visited.page)
    assert stored(visited.page)["pages"] == {}
    assert "done" not in visited.page.locator("nn-shelf").inner_text()
    add(visited.page, file)
    assert stored(visited.page) == before
    assert "1 of 2 pages" in visited.page.locator("nn-shelf").inner_text()


def forget(page):
    delete = page.get_by_role("button", name="Delete my answers")
    press(page, delete, "Enter")
    cancel = page.get_by_role("button", name="Cancel")
    assert cancel.evaluate("b => b === document.activeElement")
    page.keyboard.press("Enter")
    assert len(stored(page)["pages"]["part/asked"]["answers"]) == 5
    press(page, delete, "Enter")
    press(page, page.get_by_role("button", name="Delete", exact=True), "Enter")
    assert not delete.is_visible()


def add(page, file):
    page.locator("nn-map input[type=file]").set_input_files(file)
    page.locator(".nn-tools .nn-note").filter(has_text=re.compile("Added|changed")).wait_for()
    return page.locator(".nn-tools .nn-note").inner_text()


def test_a_file_adds_and_takes_nothing_away(open_visit, base):
    page = open_visit(base, MAP).page
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


@pytest.mark.slow
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
def test_a_spoiled_store_starts_afresh_and_is_put_aside(open_visit, base, note):
    visited = open_visit(base, ASKED)
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


@pytest.mark.slow
def test_without_storage_answers_last_until_the_page_closes_and_it_says_so(open_visit, base):
    refuse = """
      Object.defineProperty(window, "localStorage", {get() { throw Error("refused"); }});
    """
    visited = open_visit(base, ASKED)
    visited.page.add_init_script(refuse)
    visited.errors.clear()
    visited.page.goto(base + ASKED)
    answer_all(visited.page)
    assert "✓ All 5 correct" in visited.page.locator(".nn-score").inner_text()
    assert "doesn’t store anything" in visited.page.locator(".nn-score").inner_text()
    visited.page.goto(base + MAP)
    assert "doesn’t store anything" in visited.page.locator("nn-map").inner_text()
