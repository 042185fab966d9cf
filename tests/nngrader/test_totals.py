"""The totals of a course: weights, dropped and excused work; only final marks count."""

import csv
import io

import pytest
from nngrader.course import Course
from nngrader.errors import CannotDo, NotThere
from nngrader.reports import export, totals
from nngrader.reports.totals import Rules, rules_for, rules_of, table

from .lms_downloads import CLASS
from .sample_course import run


def mark(score, most=100.0, by_hand=False):
    return {
        "score": score,
        "max_score": most,
        "late_penalty": 0.0,
        "needs_manual_grade": by_hand,
        "by_hand": [],
        "extra": {},
    }


MARKS = {
    "ps1": {"ada": mark(50.0), "emmy": mark(45.0, 50.0), "bo": mark(30.0), "kim1": mark(10)},
    "ps2": {"ada": mark(80.0), "emmy": mark(60.0), "bo": mark(0.0)},
    "ps3": {
        "ada": mark(20.0, 40.0),
        "emmy": mark(10.0, 40.0, by_hand=True),
        "bo": mark(40.0, 40.0),
    },
    "ps4": {},
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return a course of four assignments, of which the last is not graded; kim2 has none."""
    (tmp_path / "students.csv").write_text(CLASS, encoding="utf-8")
    for name in (*MARKS, "ps5"):
        (tmp_path / "source" / name).mkdir(parents=True)
        (tmp_path / "source" / name / f"{name}.md").touch()

    def marks(_, name):
        if name not in MARKS:
            raise NotThere(f"{name} is not in the gradebook")
        return {s: dict(m) for s, m in MARKS[name].items()}

    monkeypatch.setattr(export, "marks", marks)
    monkeypatch.setattr(export, "latest", lambda *_: {"bo": {"status": "graded"}})
    return Course(tmp_path)


def percents(course, rules):
    _, rows, _ = totals.totals(course, rules)
    return {t.student: t.percent for t in rows}


def test_weights_count_shares_of_points_and_not_points(course):
    rules = Rules(weights={"ps1": 1.0, "ps3": 3.0})
    assert percents(course, rules)["ada"] == pytest.approx((50 + 3 * 50) / 4)
    _, _, warned = totals.totals(course, Rules(weights={"ps1": 1.0, "ps4": 1.0}))
    assert warned == [
        "without a weight, so not counted: ps2, ps3",
        "not graded yet, so not counted: ps4",
    ]


def test_the_lowest_is_dropped_and_an_excuse_leaves_the_denominator(course):
    rules = Rules(drop_lowest=1, excused=frozenset({("emmy", "ps3"), ("bo", "ps2")}))
    _, rows, _ = totals.totals(course, rules)
    results = {t.student: t for t in rows}
    assert (results["ada"].percent, results["ada"].dropped) == (65.0, ["ps1"])
    assert (results["emmy"].percent, results["emmy"].excused) == (90.0, ["ps3"])
    assert (results["bo"].percent, results["bo"].dropped) == (
        100.0,
        ["ps1"],
    )  # not the excused one


def test_missing_submissions_count_as_0_only_on_request(course):
    result = percents(course, Rules(zero_missing=True))
    assert result["kim1"] == pytest.approx(10 / 3)
    assert result["kim2"] == 0
    assert result["emmy"] is None  # not marked yet, which is not 0


FILE = """
drop_lowest = 1
zero_missing = true
[weights]
ps1 = 1
ps2 = 2.5
[excused]
ada = ["ps1"]
"""


def test_the_command_line_goes_before_the_file(course, tmp_path):
    (course / "course.toml").write_text(FILE)
    assert rules_for(course) == Rules(
        {"ps1": 1.0, "ps2": 2.5}, 1, True, False, frozenset({("ada", "ps1")})
    )
    given = rules_for(course, ["ps3=4"], 0, [["bo", "ps2"]])
    assert given.weights == {"ps3": 4.0}
    assert given.drop_lowest == 0
    assert given.excused == {("ada", "ps1"), ("bo", "ps2")}
    other = tmp_path / "other.toml"
    other.write_text("[weights]\nps2 = 1\n")
    assert rules_for(course, [str(other)]) == Rules({"ps2": 1.0})


def test_each_fault_of_the_file_is_reported(tmp_path):
    file = tmp_path / "course.toml"
    for text, words in (
        ("weight = 1", "did you mean 'weights'"),
        ("weights = 1", "weights = 1"),
        ("[weights]\nps1 = -1", "ps1 is -1"),
        ('[weights]\nps1 = "much"', "ps1 is 'much'"),
        ("drop_lowest = true", "drop_lowest = True"),
        ("drop_lowest = -1", "drop_lowest is -1"),
        ("zero_missing = 1", "zero_missing = 1"),
        ('[excused]\nada = "ps1"', "excused.ada"),
        ("= 1", "course.toml"),
    ):
        file.write_text(text)
        with pytest.raises(ValueError, match=words):
            rules_of(file)


def test_rules_that_fit_no_course_are_refused(course):
    for rules, words in (
        (Rules(weights={"ps9": 1.0}), "'ps9'"),
        (Rules(excused=frozenset({("ada", "ps11")})), "did you mean 'ps1'"),
        (Rules(excused=frozenset({("ad", "ps1")})), "did you mean 'ada'"),
        (Rules(weights={"ps4": 1.0}), "has been graded yet"),
        (Rules(drop_lowest=3), "drop 3 assignments, .* count is 3"),
    ):
        with pytest.raises((CannotDo, NotThere), match=words):
            totals.totals(course, rules)


def test_the_table_says_what_was_counted_and_why_a_total_is_missing(course, capsys):
    excuse = ("--excuse", "bo", "ps2", "--drop-lowest", "1")
    assert run(course.root, "course", "--weights", "ps1=1", "ps2=1", "ps3=2", *excuse) == 0
    said = capsys.readouterr()
    rows = {r["student"]: r for r in csv.DictReader(io.StringIO(said.out))}
    assert said.out.splitlines()[0] == "student,total,status,ps1,ps2,ps3,dropped,excused"
    assert rows["ada"] == {
        **{"student": "ada", "total": "65.0", "status": "final", "ps1": "50.0"},
        **{"ps2": "80.0", "ps3": "50.0", "dropped": "ps3", "excused": ""},
    }
    assert (rows["bo"]["ps2"], rows["bo"]["excused"]) == ("excused", "ps2")
    assert rows["kim1"]["status"] == "ps2 missing; ps3 missing"
    assert rows["kim1"]["total"] == ""
    assert "no total yet for 3 students: emmy, kim1, kim2" in said.err
    assert run(course.root, "course", "--weights", "ps1") == 2
    assert "expected ASSIGNMENT=NUMBER" in capsys.readouterr().err
    for typed in (["--weights", "ps1=-1"], ["--drop-lowest", "-1"]):
        assert run(course.root, "course", *typed) == 2
        assert "a non-negative number" in capsys.readouterr().err
    assert table([], []).count("\n") == 1


def test_without_rules_all_graded_assignments_weigh_the_same(course):
    names, rows, warned = totals.totals(course, Rules())
    assert names == ["ps1", "ps2", "ps3"]
    results = {t.student: t for t in rows}
    assert results["ada"].percent == pytest.approx((50 + 80 + 50) / 3)
    assert results["bo"].percent == pytest.approx((30 + 0 + 100) / 3)
    assert results["emmy"].reasons == ["ps3 unmarked"]
    assert results["kim1"].reasons == ["ps2 missing", "ps3 missing"]
    assert results["kim2"].percent is None
    assert warned == []


def test_the_last_mark_is_never_dropped(course):
    excused = frozenset({("ada", "ps1"), ("ada", "ps2")})
    assert percents(course, Rules(drop_lowest=2, excused=excused))["ada"] == 50.0
    every = excused | {("ada", "ps3")}
    _, rows, _ = totals.totals(course, Rules(excused=every))
    assert rows[0].reasons == ["excused from everything"]


def test_ungradable_has_no_total_by_default(course, monkeypatch):
    monkeypatch.setattr(export, "latest", lambda *_: {"bo": {"status": "ungradable"}})
    assert percents(course, Rules())["bo"] is None
    assert percents(course, Rules(zero_ungradable=True))["bo"] is not None


def test_warnings_contain_no_control_characters(monkeypatch, capsys):
    warnings = ["graded under an earlier definition: eve\x1b[31m (softmax)"]
    monkeypatch.setattr(totals, "totals", lambda *_: ([], [], warnings))
    totals.write_totals(None, Rules(), False, None)
    assert "eve?[31m (softmax)" in capsys.readouterr().err
