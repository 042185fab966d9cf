"""Late days: what `nngrader.toml` says, what nbgrader records, and what people see of it."""

import math
from datetime import datetime

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.gradebook import quiet
from nngrader.gradebook.late import DAY, Policy, policy_file, read_policy
from nngrader.intake.deposit import LATE_MARK
from nngrader.records.flag import Flag, FlagCode

from .recorded_gradebook import give, gradebook, record, scores
from .sample_course import LIMITS, NAME, hand_in

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


def test_each_day_begun_counts_after_the_grace():
    days = {0: 0, 899: 0, 900: 0, 901: 1, 900 + DAY: 1, 901 + DAY: 2, 10 * DAY: 10}
    assert {seconds: Policy(grace=900).days(seconds) for seconds in days} == days


def test_the_penalty_is_points_or_per_cent_a_day_and_at_most_all():
    for policy, score, days, penalty in (
        (Policy(points=10), 80, 2, 20),
        (Policy(points=10), 15, 2, 15),
        (Policy(percent=10), 80, 2, 16),
        (Policy(percent=60), 80, 2, 80),
        (Policy(points=10, most_days=2), 80, 2, 20),
        (Policy(points=10, most_days=2), 80, 3, 80),
        (Policy(points=10, most_days=0), 80, 1, 80),
        (Policy(points=10), 80, 0, 0),
        (Policy(), 80, 5, 0),
    ):
        assert policy.penalty(score, days * DAY) == pytest.approx(penalty), policy


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


def test_a_wrong_setting_is_named(toml):
    for text, words in (
        ("due = 2025-12-01T23:59:00", "due is 2025-12-01 23:59:00"),
        ('due = "soon"', "due is soon"),
        ("due = 3", "due is 3"),
        ("due = 25:00", "nngrader.toml"),
        (LATE, "needs a due date"),
        (f"{DUE}late = 3", "late = 3"),
        (f"{DUE}[late]", "needs points_per_day or percent_per_day"),
        (f"{DUE}{LATE}percent_per_day = 1", "not both"),
        (f"{DUE}[late]\npoints_per_day = -1", "points_per_day = -1"),
        (f"{DUE}[late]\npoints_per_day = nan", "points_per_day = nan"),
        (f"{DUE}[late]\npoints_per_day = true", "points_per_day = True"),
        (f"{DUE}{LATE.replace('15', chr(34) + '15' + chr(34))}", "grace_minutes = '15'"),
        (f"{DUE}{LATE}grace = 3", "'grace'"),
        (f"{DUE}{LATE}[late.extensions]\nbob = 3", "bob is 3"),
        (f"{DUE}{LATE}[late.extensions]\nbob = 2025-11-01T00:00:00Z", "bob ends before"),
    ):
        with pytest.raises(ValueError, match=words):
            toml(text)


def late_by(hours, points):
    """Return the flag about a late submission as a result stores it."""
    return Flag(FlagCode.LATE, data={"seconds": 3600.0 * hours, "points": points}).as_json()


def test_penalties_are_recorded_and_flagged(late):
    results = record(late, ALL)
    assert {s: (r["status"], r["flags"]) for s, r in results.items()} == {
        "early": ("graded", []),
        "grace": ("graded", []),
        "bob": ("flagged", [late_by(26, 20)]),
        "far": ("flagged", [late_by(8 * 24, 100)]),
    }
    assert scores(late) == {"early": 100, "grace": 100, "bob": 80, "far": 0}
    assert record(late, ALL)["bob"]["flags"] == results["bob"]["flags"]


def test_lateness_from_platform_or_timestamp_is_shown(late):
    for student in ("bob", "far"):
        (late / "submitted" / student / NAME / LATE_MARK).touch()
    stamp = late / "submitted" / "bob" / NAME / "timestamp.txt"
    stamp.unlink()
    result = record(late, ALL)
    assert result["bob"]["flags"] == [Flag(FlagCode.MARKED_LATE).as_json()]
    assert result["far"]["flags"] == [late_by(8 * 24, 100)]
    stamp.write_text("2999-01-01 00:00:00 UTC")
    assert Flag(FlagCode.FUTURE_TIME).as_json() in record(late, ALL)["bob"]["flags"]
    for text in ("2025-12-03 00:59:00 CST", "2025-12-03 Europe/Berln", "9" * 30 + "m11m11"):
        stamp.write_text(text)
        flag = Flag(FlagCode.UNREADABLE_TIME, data={"text": text}).as_json()
        assert flag in record(late, ALL)["bob"]["flags"], text
    stamp.write_text("2025-12-03 01:59:00 Europe/Berlin")
    assert record(late, ALL)["bob"]["flags"] == [late_by(26, 20)]


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


def test_the_penalty_follows_marks_given_by_hand(late):
    record(late, ALL | {"bob": 0.1, "far": 0.0})
    assert scores(late)["bob"] == 0
    for student in ("bob", "far"):
        give(late, student, "test_hinge_loss", manual_score=30)
    assert scores(late)["bob"] == pytest.approx(30 + 7 - 20)
    assert scores(late)["far"] == 0
    result = record(late, ALL | {"bob": 0.1, "far": 0.0})
    assert result["bob"]["flags"] == [late_by(26, 20)]
    with quiet(), gradebook(late) as g:
        assert g.find_submission(NAME, "bob").late_submission_penalty == 20
        assert g.find_submission(NAME, "far").late_submission_penalty == 30


def test_lateness_does_not_change_the_key_of_the_assignment(course):
    state(course, DUE + LATE)
    before = Assignment(Course(course), NAME).key
    state(course, DUE + LATE + EXTENSIONS)
    assert Assignment(Course(course), NAME).key == before
    policy_file(course, NAME).write_text(LIMITS.replace("400", "500"))
    assert Assignment(Course(course), NAME).key != before


@pytest.mark.slow
def test_an_extension_granted_in_nbgrader_applies_if_the_file_names_none(late):
    record(late, ALL)
    with quiet(), gradebook(late) as g:
        g.grant_extension(NAME, "bob", days=1)
    assert record(late, ALL)["bob"]["flags"] == [late_by(2, 10)]
    assert scores(late)["bob"] == 90
