"""Feedback: what a student reads, and what no student may read."""

import html
import re
import shutil

import numpy as np
import pytest
from nngrader.engine import pack
from nngrader.feedback import page
from nngrader.leaks import secret_statements

from .conftest import student_of
from .making import NAME, SEED, problems, run

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
    """The class's feedback, by student, and its problems' hidden cases."""
    out = graded.course.parent / "pages"
    assert run(graded.course, "feedback", NAME, "--out", out) == 0
    found = {f.parts[-3]: f.read_text() for f in out.rglob("*.html")}
    assert set(found) == set(graded.results)
    yield found
    shutil.rmtree(out)


def numbers_of(value):
    """All long numbers in packed data, as somebody would print them."""
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
        told = {m[:6] for m in re.findall(r"\d+\.\d+", body)}
        assert not told & secret, student


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
    names = {s for s in pages if s.startswith(("ends-", "spies-", "loads-"))}
    for student in names:
        assert not [n for n in names - {student} if n in pages[student]]


@pytest.mark.parametrize("graded", ["ourselves"], indirect=True)
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


def test_a_page_tells_late_penalty_marks_by_hand_and_comments():
    mark = {
        "score": 60.0,
        "max_score": 110.0,
        "late_penalty": 5.0,
        "needs_manual_grade": True,
        "by_hand": [("essay", 7.0, 10.0, "Good <b>"), ("proof", None, 5.0, "")],
    }
    text = html.unescape(page(RESULT, mark))
    for words in (
        "60",
        "of 110 points",
        "Late: 5 points less.",
        "still to be marked",
        "essay, 7 of 10: Good <b>",
        "proof, not marked yet of 5",
    ):
        assert words in text


def test_an_ungradable_submission_is_told_why():
    text = page(
        RESULT | {"status": "ungradable", "flags": ["there is no notebook"], "problems": {}}
    )
    assert "Nothing could be graded." in text
    assert "there is no notebook" in text
