"""Groups of students: a column of the class list, or a table from Canvas or Moodle.

A group submits once. `nngrader collect` copies that submission to each member. It is graded
once, and each member gets a mark and feedback. Students named with `--apart` are treated
individually.

Canvas's table (*People*, *Groups*, *Download groups as CSV*) has the columns `name`,
`canvas_user_id`, `user_id`, `login_id`, `group_name`. Moodle's table of participants has
`Email address` and `Groups`. Your own table needs `group` and one of the columns below.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..errors import CannotDo, NotThere
from ..wording import did_you_mean
from .folder import Course
from .roster import Student, fold_name
from .roster import read as read_roster
from .table import records

GROUP = ("group_name", "group", "groups")
EXACT = {  # a column, and the field of `Student` that it contains
    "id": "id",
    "student": "id",
    "login_id": "id",
    "user_id": "id",
    "id number": "id",
    "canvas_user_id": "lms_user_id",
    "lms_user_id": "lms_user_id",
    "email": "email",
    "email address": "email",
}
NAMES = ("name", "full name")


def of_roster(students: dict[str, Student] | None) -> dict[str, list[str]]:
    """Return the members of each group in the class list's column `group`, in its order."""
    groups = {}
    for student in (students or {}).values():
        if student.group:
            groups.setdefault(student.group, []).append(student.id)
    return groups


def read(file: Path, students: dict[str, Student] | None) -> dict[str, list[str]]:
    """Return the members of each group in a table.

    :param students: The class list, for identifying the students. Rows of the table without a
        group are skipped.
    :return: Ids of students by the name of the group.
    :raises CannotDo: If there is no class list, a row doesn't identify exactly one student, or
        a student is in two groups. The message lists all of these rows.
    """
    if students is None:
        raise CannotDo(f"{file}: groups need a class list (students.csv)")
    rows = records(file, "table of groups", ())
    column = next((c for c in GROUP if rows and c in rows[0][1]), None)
    if rows and column is None:
        raise CannotDo(f"{file}: no column {' or '.join(f'`{c}`' for c in GROUP)}")
    groups, where, faults = {}, {}, []
    for n, row in rows:
        if not row[column]:
            continue
        fitting = _fitting(row, students.values())
        if len(fitting) != 1:
            nobody = f"no student matches{_near(row, students.values())}"
            reason = f"{len(fitting)} students match" if fitting else nobody
            faults.append(f"line {n} (group {row[column]}): {reason}")
        elif where.setdefault(fitting[0], row[column]) != row[column]:
            faults.append(f"line {n}: {fitting[0]} is in {where[fitting[0]]} and {row[column]}")
        elif fitting[0] not in groups.setdefault(row[column], []):
            groups[row[column]].append(fitting[0])
    if faults:
        raise CannotDo("\n  ".join([f"{file} cannot be used:", *faults]))
    return groups


def _fitting(row, students):
    """Return the ids of students who match a row: by id or address, or else by name."""
    sure = {
        s.id
        for s in students
        for column, own in EXACT.items()
        if row.get(column) and row[column].casefold() == getattr(s, own).casefold()
    }
    names = {fold_name(row[c]) for c in NAMES if row.get(c)}
    return sorted(sure or {s.id for s in students if names & s.names})


def _near(row, students):
    """Return a question that suggests a student for a row that matches none, or ""."""
    for column, own in EXACT.items():
        if row.get(column):
            return did_you_mean(row[column], filter(None, (getattr(s, own) for s in students)))
    names = [f"{s.first_name} {s.last_name}".strip() for s in students]
    return next((did_you_mean(row[c], names) for c in NAMES if row.get(c)), "")


def without(
    groups: dict[str, list[str]], apart: Iterable[str], listed: Iterable[str] = ()
) -> dict[str, list[str]]:
    """Return groups without the students who are treated individually; drop empty groups.

    :param groups: Ids of students by the name of the group.
    :param apart: Ids of students to treat individually.
    :param listed: The ids of the class list, for suggesting the correct spelling.
    """
    members = {s for group in groups.values() for s in group}
    if strange := sorted(set(apart) - members):
        near = "".join(did_you_mean(s, members) for s in strange if s not in listed)
        raise NotThere(f"{', '.join(strange)}: not in a group, so --apart has no effect{near}")
    left = {g: [s for s in members if s not in set(apart)] for g, members in groups.items()}
    return {g: members for g, members in left.items() if members}


def groups_of(course: Course, file: Path | None, apart: Iterable[str] = ()) -> dict:
    """Return the groups of a course, from the table if one is named, else the class list."""
    students = read_roster(course)
    groups = read(file, students) if file else of_roster(students)
    return without(groups, apart, students or ())
