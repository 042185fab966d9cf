"""The class list of a course: `students.csv`, with the columns that nbgrader imports.

Source: nbgrader's command `nbgrader db student import FILE`. The columns are the columns of
nbgrader's table of students: `id`, and `first_name`, `last_name`, `email`, `lms_user_id`. Our
own column `group` names the student's group.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from ..errors import CannotDo
from .folder import Course
from .table import records

NAME = "students.csv"
COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")
GROUP = "group"  # our own column, which nbgrader ignores
LONGEST = 100
PLAIN = str.maketrans("łøđðı", "loddi")  # letters that Unicode doesn't split from their accents
# The characters that Moodle drops, and similar apostrophes.
DROPPED = dict.fromkeys(map(ord, "&<>\"`|':\\/´‘’ʼ"))


@dataclass(frozen=True)
class Student:
    """One row of the class list. `id`, the name of the student's folder, is never empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    group: str = field(default="", compare=False)

    @cached_property
    def names(self) -> set[str]:
        """Return the folded full name in both orders, or an empty set if there is no name."""
        orders = ((self.first_name, self.last_name), (self.last_name, self.first_name))
        return {folded for order in orders for folded in foldings(" ".join(order))}


def fold(text: str) -> str:
    """Return a name without accents, upper case, punctuation or double blanks.

    >>> fold("Müller-Lüdenscheidt,  José")
    'muller ludenscheidt jose'
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = (c for c in letters.translate(PLAIN) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def fold_name(text: str) -> str:
    """Return a person's or group's name as `fold` does, without characters that Moodle drops.

    >>> fold_name("O'Connor") == fold_name("OConnor")
    True
    """
    return fold(text.translate(DROPPED))


def foldings(text: str) -> set[str]:
    """Return a name folded in each way in which a platform may write it; without "".

    A platform drops an apostrophe, or writes a blank or an underscore instead.

    >>> sorted(foldings("Ada O'Connor"))
    ['ada o connor', 'ada oconnor']
    """
    return {fold_name(text), fold(text)} - {""}


def read(course: Course) -> dict[str, Student] | None:
    """Return the class list, in its order.

    :param course: Its folder may contain `students.csv`: UTF-8 with or without a byte order
        mark, separated by commas or semicolons. The first line names the columns. `id` is
        required; unknown columns are ignored.
    :return: Students by id; None if there is no such file.
    :raises CannotDo: If the file cannot be read. The message lists every error with its line.
    """
    file = course / NAME
    if not file.is_file():
        return None
    rows = records(file, "class list", ("id",))
    known = (*COLUMNS, GROUP)
    students = [(n, Student(**{c: row[c] for c in row if c in known})) for n, row in rows]
    if complaints := _complaints(students):
        raise CannotDo("\n  ".join([f"{file} cannot be used:", *complaints]))
    return {student.id: student for _, student in students}


def missing(course: Course, assignment: str, known: Iterable[str] = ()) -> list[str]:
    """Return the students of the course who have not submitted anything.

    :param known: Students who are not in the class list, for example from the gradebook.
    :return: Ids in the order of the class list, then the other ids, sorted.
    """
    handed_in = set(course.submissions(assignment))
    students = dict.fromkeys([*(read(course) or ()), *sorted(known)])
    return [student for student in students if student not in handed_in]


def complaint_about(student: str) -> str:
    """Return why an id cannot be the name of a folder, or "" if it can.

    >>> complaint_about("ada"), complaint_about("../ada")
    ('', 'has a slash or backslash')
    """
    if "/" in student or "\\" in student:
        return "has a slash or backslash"
    if not student or student.startswith("."):
        return "is empty" if not student else "begins with a dot"
    if student != student.strip() or not student.isprintable():
        return "has spaces around it, or control characters"
    return f"is longer than {LONGEST} characters" if len(student) > LONGEST else ""


def _complaints(students):
    """Return complaints about the rows."""
    lines = []
    for n, student in students:
        if complaint := complaint_about(student.id):
            lines.append(f"line {n}: the id {student.id!a} {complaint}")
    for column in ("id", "lms_user_id"):
        lines += _doubled(column, [(n, getattr(s, column)) for n, s in students])
    return lines


def _doubled(column, values):
    """Return complaints about values that occur in two rows, ignoring case."""
    first_lines, lines = {}, []
    for n, value in values:
        first = first_lines.setdefault(value.casefold(), n)
        if value and first != n:
            lines.append(f"line {n}: the {column} {value!a} is also on line {first}")
    return lines
