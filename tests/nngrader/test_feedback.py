"""Feedback: what a student reads, and what no student may read."""

import html
import re

from nngrader.records.codes import Code
from nngrader.records.finding import EVERYTHING, Finding
from nngrader.records.flag import Flag, FlagCode
from nngrader.records.flag_rendering import for_student
from nngrader.records.rendering import ALL_RIGHT
from nngrader.reports.feedback import NO_MARK, TITLE, page


def flagged(code, cell="", **data):
    """Return a flag as a result stores it."""
    return Flag(code, cell, data).as_json()


RESULT = {
    "student": "<ada>",
    "assignment": "ps<2>",
    "status": "flagged",
    "flags": [
        flagged(FlagCode.NOTEBOOK_RENAMED, expected="a", file="<script>alert(1)</script>")
    ],
    "score": 17.5,
    "max_score": 100,
    "problems": {
        "f<b>": {
            "score": 17.5,
            "max": 30,
            "aspects": {"value": [10.0, 20.0], "shape": [7.5, 10.0]},
            "findings": [
                Finding(
                    Code.MISTAKE,
                    "value",
                    ("loss",),
                    data={"hint": "Your `loss` is <i>twice</i> too large."},
                    mistake="twice",
                ).to_json()
            ],
            "tried": {"value": ["Random & points."]},
        }
    },
}


def shown(text):
    """Return a flag's text as the page shows it."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(text))


def test_all_text_is_escaped():
    text = page(RESULT)
    for raw in ("<script>", "<ada>", "ps<2>", "f<b>", "<i>twice", "Random & points"):
        assert raw not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_function_that_cannot_be_judged_comes_first_and_names_are_code():
    later = RESULT["problems"]["f<b>"]["findings"]
    first = Finding(Code.RAISED, "value", data={"function": "f", "raised": "KeyError"})
    report = RESULT["problems"]["f<b>"] | {"findings": [*later, first.to_json()]}
    text = page(RESULT | {"problems": {"f": report}})
    assert text.index("KeyError") < text.index("Your <code>loss</code>")


def test_a_forbidden_package_is_named_once_with_the_problems_that_it_costs():
    result = Finding(
        Code.FORBIDDEN, EVERYTHING, data={"name": "scipy", "whole": True}
    ).to_json()
    report = RESULT["problems"]["f<b>"] | {"findings": [result]}
    text = page(RESULT | {"problems": {"f": report, "g": report}})
    assert text.count("scipy") == 1
    assert text.index("scipy") < text.index("<h2><code>f</code>")
    mark = {"score": 7, "max_score": 9, "late_penalty": 0, "needs_manual_grade": False}
    given = mark | {"by_hand": [(f"test_{name}", 3.5, 4.0, "") for name in "fg"]}
    assert "scipy" not in page(RESULT | {"problems": {"f": report, "g": report}}, given)


def test_lost_points_come_first_and_correct_parts_are_folded():
    base = RESULT["problems"]["f<b>"]
    right = {"score": 4.0, "max": 4.0, "aspects": {"value": [4.0, 4.0]}, "findings": []}
    half = {"aspects": {"shape": [2.0, 2.0], "value": [0.0, 2.0], "edge": [1.0, 2.0]}}
    problems = {"right": base | right, "wrong": base | half, "little": base | {"score": 29.0}}
    text = page(RESULT | {"problems": problems})
    order = [text.index(f"<code>{name}</code>") for name in ("wrong", "little", "right")]
    assert order == sorted(order)
    assert text.index("right</code>") > text.index('<section><details><summary class="head">')
    assert text.count(ALL_RIGHT) == 1
    wrong = text[order[0] : order[1]]
    assert wrong.index(">value<") < wrong.index(">edge<") < wrong.index("<details>")
    assert "1 aspect with full points" in wrong
    assert wrong.index(">shape<") > wrong.index("<details>")
    assert text.index(TITLE) > order[-1]


def test_a_skipped_challenge_comes_last_and_is_not_a_mistake():
    data = {"file": "weights.npz"}
    skipped = {
        "score": 0.0,
        "max": 40.0,
        "aspects": {"low": [0.0, 10.0], "high": [0.0, 30.0]},
        "findings": [Finding(Code.FILE_MISSING, "low", data=data).to_json()],
        "challenge": {"measured": None, "bytes": None},
    }
    base = RESULT["problems"]["f<b>"]
    text = page(RESULT | {"problems": {"classify": base | skipped, "f": base}})
    f, rest = text.split("<code>classify</code>")
    assert "<code>f</code>" in f
    assert 'class="n lost"' in f
    rest = rest[: rest.index("</section>")]
    assert rest.index(">low<") < rest.index(">high<")
    assert "weights.npz" in rest
    assert 'class="n lost"' not in rest
    assert 'class="hint"' not in rest


def test_blocking_errors_come_before_the_problems():
    for code, data in (
        (FlagCode.SYNTAX_ERROR, {"exception": "SyntaxError", "line": 4}),
        (FlagCode.NAME_MISSING, {"name": "sofmax"}),
        (FlagCode.FUNCTION_MISSING, {}),
    ):
        flag = flagged(code, "max_pool", **data)
        text = page(RESULT | {"flags": [*RESULT["flags"], flag]})
        sentence = for_student(Flag.from_json(flag))
        places = [text.index(t) for t in (shown(sentence), "<code>f&lt;b&gt;</code>", TITLE)]
        assert places == sorted(places), code
        assert text.count(shown(sentence)) == 1


def test_a_syntax_error_explains_why_the_function_is_missing():
    error = flagged(FlagCode.SYNTAX_ERROR, "max_pool", exception="SyntaxError", line=4)
    missing = [flagged(FlagCode.FUNCTION_MISSING, name) for name in ("max_pool", "sample")]
    text = page(RESULT | {"flags": [error, *missing]})
    present = [shown(for_student(Flag.from_json(f))) in text for f in (error, *missing)]
    assert present == [True, False, True]


def test_a_page_shows_late_penalty_marks_by_hand_and_comments():
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
        "late, which costs 5 points. Without this penalty, your total would be 65.",
        "still has to grade",
        "essay, 7 of 10Good <b>",
        "proof, not marked yet (worth 5)",
    ):
        assert words in text


def test_an_overridden_mark_is_the_only_one_that_is_shown():
    mark = {
        "score": 27.0,
        "max_score": 100.0,
        "late_penalty": 0.0,
        "needs_manual_grade": False,
        "by_hand": [("test_f<b>", 27.0, 30.0, "Only a name.")],
    }
    text = html.unescape(re.sub("<[^>]*>", "", page(RESULT, mark)))
    assert "27 of 30" in text
    assert "Your instructor looked at this problem and gave these points." in text
    assert "Only a name." in text
    assert "17.5" not in text
    assert "twice too large" not in text
    missing = flagged(FlagCode.FUNCTION_MISSING, "f<b>")
    flags = RESULT | {"flags": [missing]}
    assert page(flags, mark | {"by_hand": []}).count(
        shown(for_student(Flag.from_json(missing)))
    )
    assert shown(for_student(Flag.from_json(missing))) not in page(flags, mark)


def test_an_ungradable_submission_gets_a_reason_and_no_points():
    mark = {"score": 0.0, "max_score": 100.0, "late_penalty": 0.0, "needs_manual_grade": False}
    for flag in (
        Flag(FlagCode.CUT_OFF, data={"file": "my <b>.ipynb"}),
        Flag(FlagCode.NO_NOTEBOOK),
        Flag(FlagCode.CELL_MISSING, "f"),
    ):
        flags = [flag.as_json()]
        nothing = RESULT | {"status": "ungradable", "flags": flags, "problems": {}}
        text = page(nothing, mark | {"by_hand": [("essay", None, 5.0, "")]})
        assert NO_MARK in text
        assert shown(for_student(flag)) in text
        assert "<b>.ipynb" not in text
        assert "of 100 points" not in text
        given = page(nothing, mark | {"score": 4.0, "by_hand": [("essay", 4.0, 5.0, "")]})
        assert NO_MARK not in given
        assert "of 100 points" in given
