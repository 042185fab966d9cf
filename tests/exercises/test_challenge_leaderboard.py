"""The leaderboard of a challenge: its order, and codes instead of names."""

import pytest
from nngrader.cli import main
from nngrader.reports.leaderboard import leaderboard, own_code, row_code
from nngrader.storage.results import Store

from tests.exercises.one_challenge import NAME


def result(student, measured, size=100, lower=False):
    challenge = {"measured": measured, "bytes": size, "lower": lower}
    report = {"score": 1, "challenge": challenge}
    return {"student": student, "assignment": NAME, "problems": {"classify": report, "f": {}}}


def board(*results):
    text = leaderboard({r["student"]: r for r in results}, 7)["classify"]
    return [line.split(",") for line in text.splitlines()]


def test_the_leaderboard_has_the_best_first_and_no_names():
    anna, bert, cleo = result("anna", 0.81), result("bert", 0.91234), result("cleo", None)
    rows = board(anna, bert, cleo)
    assert rows[0] == ["rank", "measured", "bytes", "code"]
    assert [row[:3] for row in rows[1:]] == [["1", "0.9123", "100"], ["2", "0.81", "100"]]
    assert "anna" not in str(rows)


def test_equal_results_share_a_rank_and_of_equals_the_smaller_file_is_first():
    rows = board(
        result("a", 0.8, 9), result("b", 0.8, 9), result("c", 0.8, 5), result("d", 0.7)
    )
    assert [row[0] for row in rows[1:]] == ["1", "2", "2", "4"]


def test_lowest_is_first_if_lower_is_better():
    rows = board(result("a", 500, lower=True), result("b", 90, lower=True))
    assert [row[1] for row in rows[1:]] == ["90", "500"]


def test_a_student_finds_the_own_row_by_a_code():
    anna = result("anna", 0.81)
    own = row_code(7, NAME, "anna")
    assert own in board(anna, result("bert", 0.7))[1][3]
    assert own_code(anna, 7) == own
    assert own_code(result("anna", None), 7) == ""


@pytest.mark.parametrize(
    "other", [(8, NAME, "anna"), (7, "ps1", "anna"), (7, NAME, "ann\ud800")]
)
def test_a_code_depends_on_seed_assignment_and_name(other):
    assert row_code(*other) != row_code(7, NAME, "anna")


def test_feedback_writes_the_leaderboard_and_names_the_own_row(course, monkeypatch):
    monkeypatch.setattr("nngrader.reports.returned.marks", lambda *_: {})
    source = course / "source" / NAME / f"{NAME}.md"
    source.parent.mkdir(parents=True)
    source.write_text("# the assignment\n")
    empty = {"status": "graded", "flags": [], "score": 1.0, "max_score": 7.0}
    empty |= {"cells": {}, "seconds": {}, "fingerprints": {}}
    report = {"score": 1, "max": 7, "aspects": {}, "findings": [], "tried": {}}
    results = {}
    for r in (result("anna", 0.81), result("bert", 0.9)):
        r["problems"] = {"classify": report | r["problems"]["classify"]}
        results[r["student"]] = empty | r
    Store(course / ".results").put(f"latest-{NAME}", results)
    assert main(["--course", str(course.root), "feedback", NAME]) == 0
    own = row_code(7, NAME, "anna")
    table = (course / "feedback" / f"leaderboard-{NAME}-classify.csv").read_text()
    assert table.splitlines()[2] == f"2,0.81,100,{own}"
    page = (course / "feedback" / "anna" / NAME / f"{NAME}.html").read_text()
    assert f"your row has the code <code>{own}</code>." in page


def test_no_leaderboard_without_a_challenge():
    assert leaderboard({"a": {"assignment": NAME, "problems": {"f": {}}}}, 7) == {}
