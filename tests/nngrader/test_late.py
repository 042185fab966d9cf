"""Late days: what `nngrader.toml` says, what nbgrader records, and what people see of it."""

import csv
import math
from datetime import datetime
from types import SimpleNamespace

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.gradebook import marks, quiet
from nngrader.gradebook.late import DAY, Policy, policy_file, read_policy, span, words
from nngrader.gradebook.record import MARKED_LATE
from nngrader.grading.command import tell_untimed
from nngrader.intake.deposit import LATE_MARK
from nngrader.reports.class_report import page as class_page
from nngrader.reports.export import table
from nngrader.reports.feedback import page
from nngrader.storage.results import Store

from .recorded_gradebook import gradebook, record
from .sample_course import LIMITS, NAME, hand_in, make_course, release_unchecked, run

DUE = "due = 2025-12-01T23:59:00+01:00\n"
LATE = "[late]\ngrace_minutes = 15\npoints_per_day = 10\nmost_days = 3\n"
EXTENSIONS = '[late.extensions]\nbob = "2025-12-05T12:00:00+01:00"\n'
IN_TIME, IN_GRACE = "2025-12-01 22:00:00 UTC", "2025-12-01 23:10:00 UTC"
ONE_DAY_2H, FAR = "2025-12-03 00:59:00 UTC", "2025-12-09 22:59:00 UTC"


def state(course, text):
    policy_file(course, NAME).write_text(text + LIMITS)


@pytest.fixture
def toml(tmp_path):
    def write(text):
        (tmp_path / "nngrader.toml").write_text(text)
        return read_policy(tmp_path / "nngrader.toml")

    return write


@pytest.fixture
def late(course, base):
    """Return a course in which four were handed in, at different times."""
    state(course, DUE + LATE)
    stamps = {"early": IN_TIME, "grace": IN_GRACE, "bob": ONE_DAY_2H, "far": FAR}
    for student, stamp in stamps.items():
        hand_in(course, student, base.solved().text())
        (course / "submitted" / student / NAME / "timestamp.txt").write_text(stamp)
    return course


ALL = dict.fromkeys(("early", "grace", "bob", "far"), 1.0)


def scores(course):
    return {s: m["score"] for s, m in marks(Course(course), NAME).items()}


@pytest.mark.parametrize(
    ("seconds", "days"),
    [(0, 0), (899, 0), (900, 0), (901, 1), (900 + DAY, 1), (901 + DAY, 2), (10 * DAY, 10)],
)
def test_each_day_begun_counts_after_the_grace(seconds, days):
    assert Policy(grace=900).days(seconds) == days


@pytest.mark.parametrize(
    ("policy", "score", "days", "penalty"),
    [
        (Policy(points=10), 80, 2, 20),
        (Policy(points=10), 15, 2, 15),
        (Policy(percent=10), 80, 2, 16),
        (Policy(percent=60), 80, 2, 80),
        (Policy(points=10, most_days=2), 80, 2, 20),
        (Policy(points=10, most_days=2), 80, 3, 80),
        (Policy(points=10, most_days=0), 80, 1, 80),
        (Policy(points=10), 80, 0, 0),
        (Policy(), 80, 5, 0),
    ],
)
def test_the_penalty_is_points_or_per_cent_a_day_and_at_most_all(policy, score, days, penalty):
    assert policy.penalty(score, days * DAY) == pytest.approx(penalty)


def test_the_settings_are_read_as_they_are_documented(toml):
    policy = toml(DUE + LATE + EXTENSIONS)
    assert policy == Policy(
        due=datetime(2025, 12, 1, 22, 59),
        grace=900,
        points=10,
        most_days=3,
        stated=True,
        extensions={"bob": datetime(2025, 12, 5, 11)},
    )
    assert toml("") == Policy()
    assert toml(DUE) == Policy(due=datetime(2025, 12, 1, 22, 59))
    assert toml(DUE + "[late]\npercent_per_day = 5").most_days == math.inf


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("due = 2025-12-01T23:59:00", "due is 2025-12-01 23:59:00, expected a date with time"),
        ("due = 2025-12-01", "expected a date with time and offset"),
        ('due = "soon"', "due is soon, expected a date"),
        ("due = 3", "due is 3, expected a date"),
        ("due = 25:00", "nngrader.toml"),
        (LATE, r"\[late\] needs a due date"),
        (f"{DUE}late = 3", "late = 3, expected a table"),
        (f"{DUE}[late]", "needs points_per_day or percent_per_day"),
        (f"{DUE}{LATE}percent_per_day = 1", "and not both"),
        (f"{DUE}[late]\npoints_per_day = -1", "points_per_day = -1, expected a number"),
        (f"{DUE}[late]\npoints_per_day = nan", "points_per_day = nan, expected a number"),
        (f"{DUE}[late]\npoints_per_day = true", "points_per_day = True, expected a number"),
        (f"{DUE}{LATE.replace('15', chr(34) + '15' + chr(34))}", "grace_minutes = '15'"),
        (f"{DUE}{LATE}grace = 3", "unknown setting of .late. 'grace'"),
        (f"{DUE}{LATE}[late.extensions]\nbob = 3", "the extension of bob is 3"),
        (
            f"{DUE}{LATE}[late.extensions]\nbob = 2025-11-01T00:00:00Z",
            "the extension of bob ends before the due date",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_expected(toml, text, message):
    with pytest.raises(ValueError, match=message):
        toml(text)


def test_a_wrong_setting_stops_release_and_grade_in_one_line(late, capsys):
    state(late, DUE + "[late]\n")
    for name in ("release", "export"):
        assert run(late, name, NAME) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "needs points_per_day" in line
    with pytest.raises(ValueError, match="needs points_per_day"):
        record(late, ALL)


def test_penalties_are_recorded_flagged_exported_and_told_to_students(late):
    results = record(late, ALL)
    assert {s: r["flags"] for s, r in results.items()} == {
        "early": [],
        "grace": [],
        "bob": ["1 day 2 h late: 20 points less"],
        "far": ["8 days late: 100 points less"],
    }
    assert {s: r["status"] for s, r in results.items()} == {
        "early": "graded",
        "grace": "graded",
        "bob": "flagged",
        "far": "flagged",
    }
    assert scores(late) == {"early": 100, "grace": 100, "bob": 80, "far": 0}
    rows = table(Course(late), NAME).splitlines()
    assert "bob,80.0,100.0,20.0,False,final," in rows
    shown = page(results["bob"], marks(Course(late), NAME)["bob"])
    assert "Late: 20 points less." in shown
    again = record(late, ALL)
    assert again["bob"]["flags"] == results["bob"]["flags"]


def test_of_whom_lateness_is_unknown_is_said_where_it_costs_points(late, capsys):
    (late / "submitted" / "bob" / NAME / "timestamp.txt").unlink()
    (late / "submitted" / "bob" / NAME / LATE_MARK).touch()
    (late / "submitted" / "far" / NAME / LATE_MARK).touch()
    results = record(late, ALL)
    assert results["bob"]["flags"] == [MARKED_LATE]
    assert results["far"]["flags"] == ["8 days late: 100 points less"]
    tell_untimed(SimpleNamespace(course=Course(late), assignment=NAME), sorted(ALL))
    line = "no time of handing in, so counted as in time: 1 student (bob)\n"
    assert capsys.readouterr().out == line
    Store(late / ".results").put(f"latest-{NAME}", results)
    report = class_page(Course(late), NAME)
    told = report.partition("Lateness unknown")[2]
    assert "bob" in told.partition("</section>")[0]
    state(late, DUE)  # without a penalty nothing is lost by not knowing
    record(late, ALL)
    tell_untimed(SimpleNamespace(course=Course(late), assignment=NAME), sorted(ALL))
    assert capsys.readouterr().out == ""


@pytest.mark.turn(1)
def test_nbgraders_own_tools_see_the_same_penalties(late, nbgrader):
    record(late, ALL)
    nbgrader(late, ("export", "--to", "grades.csv"))
    with open(late / "grades.csv") as f:
        found = {
            r["student_id"]: float(r["late_submission_penalty"]) for r in csv.DictReader(f)
        }
    assert found == {"early": 0, "grace": 0, "bob": 20, "far": 100}
    with quiet(), gradebook(late) as g:
        for entry in g.assignment_submissions(NAME):
            entry.notebooks[0].late_submission_penalty = None
        g.db.commit()
    nbgrader(late, ("autograde", NAME, "--force", "--student", "bob"))
    with quiet(), gradebook(late) as g:
        entry = g.find_submission(NAME, "bob")
        assert entry.notebooks[0].late_submission_penalty == min(20, entry.score)
        assert entry.score > 20


def test_an_extension_moves_one_students_due_date(late):
    record(late, ALL)
    state(late, DUE + LATE + EXTENSIONS)
    assert record(late, ALL)["bob"]["flags"] == []
    assert scores(late)["bob"] == 100
    with quiet(), gradebook(late) as g:
        assert g.find_submission(NAME, "bob").duedate == datetime(2025, 12, 5, 11)
        assert g.find_submission(NAME, "far").extension is None
    state(late, DUE + LATE + "[late.extensions]\n")
    record(late, ALL)
    assert scores(late)["bob"] == 80


def test_an_extension_granted_in_nbgrader_holds_where_the_file_names_none(late):
    record(late, ALL)
    with quiet(), gradebook(late) as g:
        g.grant_extension(NAME, "bob", days=1)
    assert record(late, ALL)["bob"]["flags"] == ["2 h late: 10 points less"]
    assert scores(late)["bob"] == 90


def test_the_penalty_follows_marks_given_by_hand(late):
    record(late, ALL | {"bob": 0.1, "far": 0.0})
    assert scores(late)["bob"] == 0
    with quiet(), gradebook(late) as g:
        for student in ("bob", "far"):
            grade = g.find_grade("test_hinge_loss", NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = 30, False
        g.db.commit()
    assert scores(late)["bob"] == pytest.approx(30 + 7 - 20)
    assert scores(late)["far"] == 0
    found = record(late, ALL | {"bob": 0.1, "far": 0.0})
    assert found["bob"]["flags"] == ["1 day 2 h late: 20 points less"]
    with quiet(), gradebook(late) as g:
        assert g.find_submission(NAME, "bob").late_submission_penalty == 20
        assert g.find_submission(NAME, "far").late_submission_penalty == 30


def test_without_a_price_lateness_is_told_and_costs_nothing(late):
    state(late, DUE)
    found = record(late, ALL)
    assert found["bob"]["flags"] == ["1 day 2 h late"]
    assert set(scores(late).values()) == {100}


def test_the_due_date_is_in_the_gradebook_after_the_release_and_after_a_change(tmp_path):
    course = make_course(tmp_path / "course")
    state(course, DUE + LATE)
    release_unchecked(course)
    with quiet(), gradebook(course) as g:
        assert g.find_assignment(NAME).duedate == datetime(2025, 12, 1, 22, 59)
    state(course, DUE.replace("12-01", "12-02"))
    record(course, {})
    with quiet(), gradebook(course) as g:
        assert g.find_assignment(NAME).duedate == datetime(2025, 12, 2, 22, 59)
    state(course, "")
    record(course, {})
    with quiet(), gradebook(course) as g:
        assert g.find_assignment(NAME).duedate == datetime(2025, 12, 2, 22, 59)


@pytest.mark.deep(4)
@pytest.mark.parametrize("stamp", ["nonsense", "", "2025-13-45 99:00:00 UTC", "9" * 90])
def test_an_odd_timestamp_counts_as_in_time(late, stamp):
    (late / "submitted" / "far" / NAME / "timestamp.txt").write_text(stamp)
    found = record(late, ALL)
    assert not found["far"].get("failed")
    assert not any("points less" in f for f in found["far"]["flags"])
    assert scores(late)["far"] == 100


def test_another_plugin_of_the_course_sets_the_price(late, monkeypatch):
    (late / "own_policy.py").write_text(
        "from nbgrader.plugins import LateSubmissionPlugin\n"
        "class Own(LateSubmissionPlugin):\n"
        "    def late_submission_penalty(self, student, score, seconds):\n"
        "        return 1.5\n"
    )
    config = late / "nbgrader_config.py"
    line = 'c.AssignLatePenalties.plugin_class = "own_policy.Own"\n'
    config.write_text(config.read_text() + line)
    monkeypatch.syspath_prepend(late)
    found = record(late, ALL)
    assert found["far"]["flags"] == ["8 days late: 1.5 points less"]
    assert scores(late) == {"early": 100, "grace": 98.5, "bob": 98.5, "far": 98.5}


def test_lateness_is_no_part_of_what_decides_a_result(course):
    state(course, DUE + LATE)
    before = Assignment(Course(course), NAME).key
    state(course, DUE + LATE + EXTENSIONS)
    assert Assignment(Course(course), NAME).key == before
    policy_file(course, NAME).write_text(LIMITS.replace("400", "500"))
    assert Assignment(Course(course), NAME).key != before


def test_the_words_for_lateness():
    assert words(0, 0) == ""
    assert words(7.5, 3 * DAY + 60) == "3 days late: 7.5 points less"
    assert span(0.5) == "1 min"
