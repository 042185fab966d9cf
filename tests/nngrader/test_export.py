"""Marks that are exported for each platform are the same after its documented import."""

import copy
import csv
import io
import os

import pytest
from nngrader.course import Course
from nngrader.reports import export
from nngrader.reports.export import number, table, warnings

from .lms_downloads import CLASS

NAME = "ps2_classifiers"


def mark(score, by_hand=False, penalty=0.0):
    return {
        "score": score,
        "max_score": 90.0,
        "late_penalty": penalty,
        "needs_manual_grade": by_hand,
        "by_hand": [],
        "extra": {},
    }


MARKS = {
    "zoe": mark(1.5),
    "ada": mark(200 / 3),
    "emmy": mark(80.25, penalty=5.0),
    "bo": mark(40.0, by_hand=True),
    "kim1": mark(0.0),
}
FINAL = {"ada": 66.666667, "emmy": 80.25, "kim1": 0.0, "zoe": 1.5}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return a course with marks; kim2 has none, and zoe is not in the class list."""
    (tmp_path / "students.csv").write_text(CLASS, encoding="utf-8")
    monkeypatch.setattr(export, "marks", lambda *_: copy.deepcopy(MARKS))
    monkeypatch.setattr(export, "latest", lambda *_: {})
    return Course(tmp_path)


def test_collected_submission_must_be_graded_again(course):
    results = course / ".results" / f"latest-{NAME}.json"
    for student in ("ada", "bo"):
        (course / "submitted" / student / NAME).mkdir(parents=True)
    results.parent.mkdir()
    results.touch()
    os.utime(course / "submitted" / "ada" / NAME, (0, 0))
    os.utime(course / "submitted" / "bo" / NAME, (2**32, 2**32))
    (words,) = [text for text in warnings(course, NAME) if "nngrader grade" in text]
    assert words.endswith(": bo")


def rows(text):
    return list(csv.reader(io.StringIO(text)))


def import_into_canvas(text, users, marks):
    """Read marks as Canvas's importer does; `users` by its id: SIS id, login, sortable name."""
    head, points, *rest = rows(text)
    assert "Student" in head[0]
    assert "ID" in head[1]
    assert head[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in points[0]
    column = head.index(NAME)
    for row in rest:
        user = row[1] if row[1] in users else None
        for k, cell in ((0, row[2]), (1, row[3]), (2, row[0])):
            fitting = [u for u, known in users.items() if cell and known[k] == cell]
            user = user or (fitting[0] if fitting else None)
        assert user, f"Canvas asks who {row} is"
        marks[user] = row[column].strip() or None
    return float(points[column])


def import_into_moodle(text, users, marks, by="ID number"):
    """Read marks as Moodle's importer does, by a column; `users` by what is in that column."""
    head, *rest = rows(text)
    for row in rest:
        cells = dict(zip(head, row, strict=True))
        user = users[cells[by]]  # one unknown user, and nothing is imported
        marks[user] = None if cells[NAME] in ("", "-") else float(cells[NAME])


def test_canvas_reads_the_marks(course):
    users = {
        "1001": ("other", "ada@uni", "Lovelace, Ada"),
        "1002": ("emmy", "emmy", "du Châtelet, Émilie"),
        "1003": ("bo", "bo", "Müller-Žák, Bo"),
        "1004": ("kim1", "kim1", "Lee, Kim"),
        "2000": ("zoe", "zoe", "Zoe"),
    }
    marks = {"1003": "EX"}
    assert import_into_canvas(table(course, NAME, "canvas"), users, marks) == 90
    assert marks.pop("1003") == "EX"  # marked in part by us, excused there: stays so
    whose = {"1001": "ada", "1002": "emmy", "1004": "kim1", "2000": "zoe"}
    assert {whose[user]: float(m) for user, m in marks.items()} == FINAL


def test_moodle_reads_the_marks(course):
    students = [row.split(",") for row in CLASS.splitlines()[1:]]
    for by in ("ID number", "Email address"):
        users = {row[0] if by == "ID number" else row[3]: row[0] for row in students}
        users |= {"zoe": "zoe", "": "zoe"}
        marks = {"bo": 12.0, "kim2": 34.0}
        import_into_moodle(table(course, NAME, "moodle"), users, marks, by)
        assert marks == FINAL | {"bo": 12.0, "kim2": 34.0}


def test_the_plain_table_says_what_is_still_open(course):
    assert table(course, NAME).splitlines() == [
        "student,score,max_score,late_penalty,needs_manual_grade,status,flag",
        "ada,66.666667,90.0,0.0,False,final,",
        "bo,,90.0,0.0,True,unmarked,",
        "emmy,80.25,90.0,5.0,False,final,",
        "kim1,0.0,90.0,0.0,False,final,",
        "kim2,,90.0,,,missing,",
        "zoe,1.5,90.0,0.0,False,final,",
    ]


LAYOUTS = ("csv", "canvas", "moodle", "gradescope")
OPEN = [
    "no mark yet, because something is still to be marked by hand: bo",
    "no mark, because there is no submission: kim2",
    "not in the class list: zoe",
]


def test_ungradable_has_no_mark_by_default(course, monkeypatch):
    results = {s: {"status": "ungradable" if s in ("bo", "kim1") else "graded"} for s in MARKS}
    assert warnings(course, NAME) == OPEN
    as_graded = {layout: table(course, NAME, layout) for layout in LAYOUTS}
    monkeypatch.setattr(export, "latest", lambda *_: results)
    for layout in LAYOUTS:
        lost = table(course, NAME, layout)
        gone = {"kim1"} | ({"bo"} if layout == "csv" else set())
        kept, new = set(as_graded[layout].splitlines()), set(lost.splitlines())
        assert len(kept - new) == len(gone)
        assert all(any(s in row for s in gone) for row in kept - new)
        for row in new - kept:  # of the tables that have a row for everybody
            assert ",ungradable" in row or row.endswith(",,90.0,Ungraded")
        zeroed = table(course, NAME, layout, zero_ungradable=True)
        assert zeroed == as_graded[layout]
    messages = warnings(course, NAME)
    assert next(w for w in messages if "could be graded" in w).endswith(": bo, kim1")
    messages = [t for t in warnings(course, NAME, zero_ungradable=True) if t not in OPEN]
    assert len(messages) == 1
    assert messages[0].endswith(": kim1")  # bo waits for a mark


def test_without_a_class_list_the_id_stands_for_all(course):
    (course / "students.csv").unlink()
    for layout, times in {"csv": 1, "canvas": 3, "moodle": 1, "gradescope": 1}.items():
        text = table(course, NAME, layout)
        assert text.count("zoe") == times, layout
        assert "kim2" not in text


def test_odd_names_are_written_as_they_are_and_reported(course, monkeypatch):
    odd = '=HYPERLINK("http://x"),a\nb'
    monkeypatch.setattr(export, "marks", lambda *_: {odd: mark(7.0)})
    (course / "students.csv").write_text("id,last_name\nada,+Lovelace\n")
    for layout in LAYOUTS:
        assert odd in [cell for row in rows(table(course, NAME, layout)) for cell in row]
    (warning, *_) = warnings(course, NAME)
    assert "=HYPER" in warning
    assert warning.endswith(", ada")


def test_numbers_are_exact_to_six_digits_and_have_no_exponent():
    texts = {0.0: "0.0", 100.0: "100.0", 1 / 3: "0.333333", 1e-7: "0.0", 0.1 + 0.2: "0.3"}
    texts |= {12345678.5: "12345678.5"}
    assert {value: number(value) for value in texts} == texts
    assert number(-0.0) == "0.0"


def test_points_given_by_hand_count_for_what_could_not_be_graded(course, monkeypatch):
    given = mark(12.0) | {"by_hand": [("why", 12.0, 12.0, "")]}
    monkeypatch.setattr(export, "marks", lambda *_: {"zoe": given, "ada": mark(0.0)})
    results = {s: {"status": "ungradable"} for s in ("zoe", "ada")}
    monkeypatch.setattr(export, "latest", lambda *_: results)
    outcomes = {row[0]: row for row in rows(table(course, NAME))}
    assert (outcomes["zoe"][1], outcomes["zoe"][-2]) == ("12.0", "final")
    assert (outcomes["ada"][1], outcomes["ada"][-2]) == ("", "ungradable")


def test_the_columns_of_gradescope_contain_all_students(course):
    text = table(course, NAME, "gradescope")
    results = {row["SID"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {s: float(r["Total Score"]) for s, r in results.items() if r["Total Score"]} == FINAL
    status = {s: r["Status"] for s, r in results.items() if r["Status"] != "Graded"}
    assert status == {"bo": "Ungraded", "kim2": "Missing"}
    assert results["emmy"]["First Name"] == "Émilie"
    assert {r["Max Points"] for r in results.values()} == {"90.0"}
