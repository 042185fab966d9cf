"""Marks as a table for a learning platform."""

from __future__ import annotations

import csv
import io

from .course import Course
from .gradebook import marks

FORMULA = tuple("=+-@\t")  # what such a cell begins with
CSV = ("student", "score", "max_score", "late_penalty", "needs_manual_grade")


def table(course: Course, assignment: str, layout: str = "csv") -> str:
    """The marks of an assignment, as the gradebook has them.

    Parameters
    ----------
    course : Course
        The course.
    assignment : str
        The assignment.
    layout : {"csv", "canvas", "moodle", "gradescope"}
        Columns as that platform reads them; a student is known by the name of the folder in
        `submitted`.

    Returns
    -------
    str
        Comma-separated values, one row a student.

    Raises
    ------
    FileNotFoundError
        If the gradebook does not know the assignment.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(LAYOUTS[layout](assignment, marks(course, assignment)))
    return out.getvalue()


def formulas(course: Course, assignment: str) -> list[str]:
    """Students whose names a spreadsheet would take for formulas.

    Parameters
    ----------
    course : Course
        The course.
    assignment : str
        The assignment.

    Returns
    -------
    list of str
        The table has their names as they are, since the platform must know them again.
    """
    return [student for student in marks(course, assignment) if student[:1] in FORMULA]


def _csv(assignment, found):
    """All that the gradebook knows."""
    yield CSV
    for student, mark in found.items():
        yield [student, *(mark[column] for column in CSV[1:])]


def _canvas(assignment, found):
    """Canvas: its second row holds the points possible."""
    most = next((m["max_score"] for m in found.values()), 100)
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment]
    yield ["    Points Possible", "", "", "", "", most]
    for student, mark in found.items():
        yield [student, "", student, student, "", mark["score"]]


def _moodle(assignment, found):
    """Moodle's import of grades, by ID number."""
    yield ["ID number", assignment, f"{assignment} (maximum)"]
    for student, mark in found.items():
        yield [student, mark["score"], mark["max_score"]]


def _gradescope(assignment, found):
    """Gradescope's own table of an assignment."""
    yield ["SID", "Name", "Total Score", "Max Points", "Status"]
    for student, mark in found.items():
        status = "Needs Review" if mark["needs_manual_grade"] else "Graded"
        yield [student, student, mark["score"], mark["max_score"], status]


LAYOUTS = {"csv": _csv, "canvas": _canvas, "moodle": _moodle, "gradescope": _gradescope}
