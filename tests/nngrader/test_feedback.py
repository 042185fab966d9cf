"""Feedback: what a student reads, and what no student may read."""

import html
import re
import shutil

import numpy as np
import pytest
from nngrader.engine import pack
from nngrader.release.leaks import secret_statements
from nngrader.reports.feedback import NO_MARK, page
from nngrader.storage.results import Store

from .conftest import student_of
from .page_check import check_page
from .sample_course import NAME, SEED, problems, run

RESULT = {
    "student": "<ada>",
    "assignment": "ps<2>",
    "status": "flagged",
    "flags": ["imports <script>alert(1)</script>"],
    "score": 17.5,
    "max_score": 100,
    "problems": {
        "f<b>": {
            "score": 17.5,
            "max": 30,
            "aspects": {"value": [10.0, 20.0], "shape": [7.5, 10.0]},
            "findings": [["value", "loss is <i>twice</i> too large.", "twice"]],
            "tried": {"value": ["Random & points."]},
        }
    },
}


@pytest.fixture(scope="module")
def pages(graded):
    """Yield the class's feedback, by student, and its problems' hidden cases."""
    out = graded.course.parent / "pages"
    assert run(graded.course, "feedback", NAME, "--out", out) == 0
    found = {f.parts[-3]: f.read_text() for f in out.rglob("*.html")}
    assert set(found) == set(graded.results)
    yield found
    shutil.rmtree(out)


def numbers_of(value):
    """Return all long numbers in packed data, formatted as one would print them."""
    if isinstance(value, dict):
        return {n for v in value.values() for n in numbers_of(v)}
    if isinstance(value, list | tuple):
        return {n for v in value for n in numbers_of(v)}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return {f"{abs(x):.6g}"[:6] for x in value.flat if np.isfinite(x)}
    return set()


def test_no_page_holds_a_hidden_input_or_expected_value(pages):
    cases = [pack(p, SEED, visible=False)["cases"] for p in problems()]
    secret = {n for n in numbers_of(cases) if len(n) == 6 and "e" not in n}
    assert len(secret) > 1000
    for student, text in pages.items():
        body = html.unescape(re.sub(r"<style>.*?</style>", "", text, flags=re.S))
        numbers = {m[:6] for m in re.findall(r"\d+\.\d+", body)}
        assert not numbers & secret, student


def test_no_page_holds_a_statement_of_a_solution(pages, base):
    secret = secret_statements(base.instructor_joined(), problems())
    for student, text in pages.items():
        squeezed = "".join(html.unescape(text).split())
        assert not [s for s in secret if s in squeezed], student


def test_no_page_holds_a_script_or_asks_for_anything_outside(pages):
    for student, text in pages.items():
        assert "<script" not in text, student
        assert "LEAK" not in text, student
        assert not re.search(r"""(src|href)\s*=|url\(|@import""", text), student
        assert "default-src 'none'" in text, student


def test_no_page_names_another_student(pages):
    names = {s for s in pages if s.startswith(("looks-", "forges-", "breaks-"))}
    for student in names:
        words = set(re.findall(r"[\w'-]+", html.unescape(pages[student])))
        assert words & names == {student}


def test_a_page_shows_the_hint_of_a_mistake(pages):
    shown = html.unescape(pages[student_of("pairwise_distances", "squared")])
    assert "these are squared distances. What is still missing?" in shown
    assert "0 of 13" in shown


def test_all_text_is_escaped():
    text = page(RESULT)
    for raw in ("<script>", "<ada>", "ps<2>", "f<b>", "<i>twice", "Random & points"):
        assert raw not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_page_tells_points_by_aspect_what_was_tried_and_the_hint():
    text = html.unescape(page(RESULT))
    for words in ("17.5", "of 100 points", "10 of 20", "7.5 of 10", "Tried: Random & points."):
        assert words in text
    assert "loss is <i>twice</i> too large." in text
    assert "width: 50.0%" in text


def test_what_lost_points_comes_first_and_what_is_right_is_folded():
    base = RESULT["problems"]["f<b>"]
    right = {"score": 4.0, "max": 4.0, "aspects": {"value": [4.0, 4.0]}, "findings": []}
    half = {"aspects": {"shape": [2.0, 2.0], "value": [0.0, 2.0], "edge": [1.0, 2.0]}}
    problems = {"right": base | right, "wrong": base | half, "little": base | {"score": 29.0}}
    text = page(RESULT | {"problems": problems})
    order = [text.index(f"<code>{name}</code>") for name in ("wrong", "little", "right")]
    assert order == sorted(order)
    assert text.index("right</code>") > text.index('<section><details><summary class="head">')
    assert text.count("Everything that was tried came out right.") == 1
    wrong = text[order[0] : order[1]]
    assert wrong.index(">value<") < wrong.index(">edge<") < wrong.index("<details>")
    assert "1 line with all points" in wrong
    assert wrong.index(">shape<") > wrong.index("<details>")
    assert text.index("Your instructor sees these notes") > order[-1]


def test_a_hint_that_several_aspects_share_is_said_once():
    same = [["value", "loss: which axis?", "m"], ["edge", "loss: which axis?", "m"]]
    problem = RESULT["problems"]["f<b>"] | {"findings": [*same, ["shape", "why?", None]]}
    text = page(RESULT | {"problems": {"f": problem}})
    assert text.count("loss: which axis?") == 1
    assert "<b>value, edge:</b> loss: which axis?" in text


def test_a_page_tells_what_was_not_charged_and_what_points_are_for():
    criteria = {"value": "the loss, to $10^{-9}$, of `x` < 1"}
    problem = RESULT["problems"]["f<b>"] | {"spared": ["a<b>"], "criteria": criteria}
    text = page(RESULT | {"problems": {"f": problem}})
    assert "The same again, not charged: a&lt;b&gt;." in text
    assert "The loss, to <i>10<sup>−9</sup></i>, of <code>x</code> &lt; 1." in text


def test_a_page_tells_late_penalty_marks_by_hand_and_comments():
    mark = {
        "score": 60.0,
        "max_score": 110.0,
        "late_penalty": 5.0,
        "earned": 65.0,
        "needs_manual_grade": True,
        "by_hand": [("essay", 7.0, 10.0, "Good <b>"), ("proof", None, 5.0, "")],
    }
    text = html.unescape(re.sub("</?(b|span)[^>]*>", "", page(RESULT, mark)))
    for words in (
        "60",
        "of 110 points",
        "Late: 5 points less. Without that it would be 65.",
        "still to be marked",
        "essay, 7 of 10Good <b>",
        "proof, not marked yet of 5",
    ):
        assert words in text


def test_an_overridden_mark_is_the_only_one_that_is_told():
    mark = {
        "score": 27.0,
        "max_score": 100.0,
        "late_penalty": 0.0,
        "needs_manual_grade": False,
        "by_hand": [("test_f<b>", 27.0, 30.0, "Only a name.")],
    }
    text = html.unescape(re.sub("<[^>]*>", "", page(RESULT, mark)))
    assert "27 of 30" in text
    assert "A person has looked at this problem and given these points." in text
    assert "Only a name." in text
    assert "17.5" not in text
    hints = [hint for p in RESULT["problems"].values() for _, hint, _ in p["findings"]]
    assert hints
    assert not any(hint in text for hint in hints)


def test_a_penalty_that_took_all_says_what_it_would_be_without():
    """Also in the notes, where it was reckoned before a mark by hand."""
    late = RESULT | {"flags": ["4 days 11 h late: 2.5 points less", "uses open"]}
    mark = {"score": 0.0, "max_score": 9.0, "late_penalty": 5.0, "earned": 5.0}
    text = page(late, mark | {"needs_manual_grade": False, "by_hand": []})
    assert "Late: 5 points less. Without that it would be 5.</p>" in text
    assert "<li>4 days 11 h late: 5 points less</li>" in text
    assert "2.5 points" not in text


def test_points_for_form_say_that_they_wait():
    aspects = {"value": [0.0, 20.0], "shape": [0.0, 10.0]}
    wrong = RESULT["problems"]["f<b>"] | {"score": 0.0, "aspects": aspects}
    sentence = "Counts only once something else of this problem is right."
    assert sentence in page(RESULT | {"problems": {"f": wrong}})
    assert sentence not in page(RESULT)
    empty = wrong | {
        "findings": [["value", "f is not written yet (NotImplementedError).", None]]
    }
    assert sentence not in page(RESULT | {"problems": {"f": empty}})
    about = wrong | {"findings": [["shape", "loss has 3 axes.", None]]}
    assert sentence not in page(RESULT | {"problems": {"f": about}})


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("f: was stopped: took too long", "It ran longer than it may"),
        ("f: was stopped: used too much memory", "How large is the largest array"),
        ("f: was stopped: ended the process", "such as exit() or quit()"),
        (
            "own cell 1: took too long (more than 1 seconds) when it was loaded",
            "Only this cell was left out",
        ),
        ("f: raised SyntaxError when it was loaded", "the error names the line"),
        ("f: raised IndentationError when it was loaded", "lines do not begin in the places"),
        ("f: raised TabError when it was loaded", "begin with tabs and others with spaces"),
        ("f: raised ValueError when it was loaded", "choose Run All Cells"),
        ("f: is not defined after the cells have run", "given another name"),
        ("f: lines beginning with % or ! were not run", "You lose nothing"),
        ("f: the cell is missing", "fresh copy of the notebook"),
        ("f: 2 cells with this id; the last changed one counts", "A copied cell"),
        ("imports os", "A person looks at this."),
        ("uses eval", "A person looks at this."),
    ],
)
def test_a_note_says_what_it_means(flag, words):
    assert words in page(RESULT | {"flags": [flag]})


def test_a_finding_that_is_hard_to_act_on_says_where_to_look():
    text = "the function raised NameError (with random points)."
    problem = RESULT["problems"]["f<b>"] | {"findings": [["value", text, None]]}
    assert "Restart the kernel and run all cells" in page(RESULT | {"problems": {"f": problem}})


def test_a_challenge_tells_its_measure_and_the_code_on_the_leaderboard():
    challenge = {"measured": 0.81251, "bytes": 123456, "lower": False}
    problem = RESULT["problems"]["f<b>"] | {"challenge": challenge}
    text = html.unescape(page(RESULT | {"problems": {"f": problem}}, None, "k7<b>"))
    assert "<b>0.8125</b>, with a file of 123,456 bytes." in text
    assert "<code>k7<b></code>" in text
    assert "k7&lt;b&gt;" in page(RESULT | {"problems": {"f": problem}}, None, "k7<b>")
    nothing = problem | {"challenge": challenge | {"measured": None}}
    assert "Measured" not in page(RESULT | {"problems": {"f": nothing}}, None, "k7")


def test_leaderboards_are_written_beside_the_pages_and_name_nobody(course, tmp_path):
    results = {}
    for student, measured in (("ada", 0.5), ("ben", 0.75)):
        challenge = {"measured": measured, "bytes": 10, "lower": False}
        problem = RESULT["problems"]["f<b>"] | {"challenge": challenge}
        results[student] = RESULT | {"student": student, "assignment": NAME}
        results[student]["problems"] = {"train": problem}
    Store(course / ".results").put(f"latest-{NAME}", results)
    assert run(course, "feedback", NAME, "--out", tmp_path) == 0
    table = (tmp_path / f"leaderboard-{NAME}-train.csv").read_text()
    rank, measured, _, code = table.splitlines()[1].split(",")
    assert (rank, measured) == ("1", "0.75")
    assert "ada" not in table
    assert "ben" not in table
    text = (tmp_path / "ben" / NAME / f"{NAME}.html").read_text()
    assert f"<code>{code}</code>" in text
    assert code not in (tmp_path / "ada" / NAME / f"{NAME}.html").read_text()


@pytest.mark.browser
def test_a_page_is_readable_everywhere(tmp_path):
    problem = RESULT["problems"]["f<b>"]
    long = "softmax_cross_entropy_with_a_long_name"
    problems = {long: problem, "g": problem | {"aspects": {"inputs-unchanged": [0.0, 3.0]}}}
    flags = ["hinge_loss: was stopped: took too long", "imports " + "a_long_name_" * 5]
    mark = {
        "score": 60.0,
        "max_score": 110.0,
        "late_penalty": 5.0,
        "earned": 65.0,
        "needs_manual_grade": True,
        "by_hand": [("essay", 7.0, 10.0, "Good.\nSee " + "x" * 90), ("proof", None, 5.0, "")],
    }
    text = page(RESULT | {"problems": problems, "flags": flags}, mark, "k7")
    (tmp_path / "page.html").write_text(text)
    check_page(tmp_path / "page.html")


FILE = "The file that you handed in,"


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("'my <b>.ipynb' is no notebook: it breaks off before its end", "is half a notebook"),
        ("'a.ipynb' is an empty file (0 bytes)", f"{FILE} <code>a.ipynb</code>, is empty."),
        ("'a.ipynb' is no notebook: it is a PDF", f"{FILE} <code>a.ipynb</code>, is no"),
        ("'a.ipynb' is no notebook: it is JSON and has no list of cells", "it holds no cells"),
        ("there is no notebook in the folder", "No notebook was found"),
        ("f: the cell is missing", "fresh copy of the notebook"),
    ],
)
def test_an_ungradable_submission_is_told_why_and_has_no_points(flag, words):
    nothing = RESULT | {"status": "ungradable", "flags": [flag], "problems": {}}
    mark = {"score": 0.0, "max_score": 100.0, "late_penalty": 0.0, "needs_manual_grade": False}
    text = page(nothing, mark | {"by_hand": [("essay", None, 5.0, "")]})
    assert NO_MARK in text
    assert words in text
    assert "JSON" not in text
    assert "<b>.ipynb" not in text
    assert " 0 <span" not in text
    assert "of 100 points" not in text
    given = page(nothing, mark | {"score": 4.0, "by_hand": [("essay", 4.0, 5.0, "")]})
    assert NO_MARK not in given
    assert words in given
    assert "of 100 points" in given
