"""Read manual marks and comments from a CSV file and write them into the gradebook.

The table has the columns `student,cell,points,comment`; the last one is optional. All rows are
checked before any is written, and either all or none are written. Cells without a row don't
change. If `points` is empty, the mark doesn't change; the same goes for `comment`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..course.anonymous import Names, names_of
from ..course.folder import Course
from ..course.notebooks import id_of_test
from ..course.origins import groups
from ..course.roster import read as read_roster
from ..course.table import records
from ..errors import CannotDo, NotThere
from ..records.flag import flags_of
from ..records.flag_rendering import for_instructor
from ..screen import say, shown
from ..storage.results import latest_results
from ..wording import counted, did_you_mean
from .database import config_of, database_errors, quiet, require_gradebook

WHAT = "table of marks"
UNGRADABLE = (
    "ask for a different file, collect it and grade again; or give points in formgrader, and "
    "they will count"
)
MOST_COMMENT = 40  # characters of a comment to show on the screen


@dataclass(frozen=True)
class Given:
    """The content of one row: points or None, and a comment or ""."""

    line: int
    student: str
    cell: str
    points: float | None
    comment: str


@dataclass(frozen=True)
class Change:
    """One cell of one student: points and comment before, and after."""

    student: str
    cell: str
    before: float | None
    points: float | None
    most: float
    old_comment: str
    comment: str

    def __str__(self):
        parts = []
        if self.points != self.before:
            before = "not marked" if self.before is None else f"{self.before:g}"
            parts.append(f"{before} -> {self.points:g} of {self.most:g}")
        if self.comment != self.old_comment:
            short = self.comment[:MOST_COMMENT] + "…" * (len(self.comment) > MOST_COMMENT)
            parts.append(f"comment {'replaced' if self.old_comment else 'added'}: {short!r}")
        return f"{self.student}, {self.cell}: {'; '.join(parts)}"


def take_marks(
    course: Course,
    assignment: str,
    file: Path | None,
    *,
    share: bool,
    dry_run: bool,
    anonymous: bool,
) -> None:
    """Show what a table of marks changes, and write it into the gradebook.

    :param share: Whether to give each mark to the whole group, except members with a separate
        mark.
    """
    course.source(assignment)
    if not file and not share:
        raise NotThere("name a table of marks, or give marks to whole groups with --share")
    rows, name = read(file) if file else [], str(file or assignment)
    called = names_of(course, anonymous)
    rows = [replace(g, student=called.student(g.student)) for g in rows]
    with HandMarks(course, assignment) as gradebook:
        if share:
            together = groups(course, assignment)
            rows = for_groups(gradebook.entries, together, rows, name, gradebook.written)
        lost = _ungradable(course, assignment, called)
        people = People(called, read_roster(course), lost, gradebook.written)
        planned = changes(gradebook.entries, rows, name, people)
        for change in planned:
            say(shown(str(replace(change, student=called(change.student)))))
        same = len(rows) - len(planned)
        verb = "changes" if same == 1 else "change"
        left = f"; {same} of {counted(len(rows), 'filled row')} {verb} nothing" if same else ""
        if dry_run:
            would = f"{counted(len(planned), 'cell')} would change"
            say(f"nothing was written (--dry-run): {would}{left}")
            return
        gradebook.write(planned)
    say(f"{counted(len(planned), 'cell')} changed{left}")


def _ungradable(course, assignment, called):
    """Return, by student, why a submission could not be graded, in words for the screen."""
    known = latest_results(course, assignment)
    lost = {s: flags_of(r) for s, r in known.items() if r["status"] == "ungradable"}
    reasons = {s: " ".join(map(for_instructor, flags)) for s, flags in lost.items()}
    return {s: shown(called.text(text)) for s, text in reasons.items()}


def read(file: Path) -> list[Given]:
    """Return the rows of a table of marks.

    :param file: CSV in UTF-8, with commas or semicolons; with semicolons, points may have a
        decimal comma.
    :raises CannotDo: If it cannot be read. The message lists every error with its line.
    """
    rows, faults, first_lines = [], [], {}
    for n, row in records(file, WHAT, ("student", "cell", "points")):
        points = _points(row["points"])
        comment = row.get("comment", "")
        if points is not None and not 0 <= points < math.inf:
            faults.append(f"line {n}: expected 0 or more points, got {row['points']!a}")
        if points is None and not comment:
            continue  # the table has a row for every student, and this one isn't filled in yet
        where = row["student"], row["cell"]
        if first := first_lines.get(where):
            faults.append(
                f"line {n}: the cell {where[1]} of {where[0]} is also on line {first}"
            )
        first_lines.setdefault(where, n)
        rows.append(Given(n, *where, points, comment))
    if faults:
        raise CannotDo("\n  ".join([f"{file} cannot be used:", *faults]))
    return rows


def _points(text):
    """Return a number of points, None for an empty cell, NaN for anything else."""
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        return math.nan


@dataclass(frozen=True)
class People:
    """Data about the students that rows name, for messages.

    :ivar ungradable: Reasons, by student, why a submission could not be graded.
    :ivar written: Ids of the cells that a person marks. A student who left one empty has 0
        points there, and a person may change this mark.
    """

    called: Names = field(default_factory=Names)
    listed: dict | None = None
    ungradable: dict[str, str] = field(default_factory=dict)
    written: frozenset[str] = frozenset()


def changes(
    entries: dict, rows: list[Given], file: str, people: People | None = None
) -> list[Change]:
    """Return the changes that rows make; rows that change nothing are left out.

    :raises CannotDo: If a row names an unknown student or cell, a cell that the grader marks, a
        submission that could not be graded, or more points than the maximum. The message lists
        all of these rows.
    """
    planned, faults, people = [], [], people or People()
    for g in rows:
        entry = entries.get(g.student)
        grade = entry.grades.get(g.cell) if entry else None
        if fault := _fault(g, entry, grade, entries, people):
            faults.append(f"line {g.line}: {fault}")
            continue
        before = None if grade.needs_manual_grade else grade.score
        points = before if g.points is None else g.points
        old = entry.comments.get(g.cell) or ""
        change = Change(g.student, g.cell, before, points, grade.most, old, g.comment or old)
        if (before, old) != (change.points, change.comment):
            planned.append(change)
    if faults:
        raise CannotDo("\n  ".join([f"{file}: nothing was changed, because:", *faults]))
    return planned


def for_groups(
    entries: dict,
    groups: dict[str, list[str]],
    given_rows: list[Given],
    file: str,
    written: frozenset[str] = frozenset(),
) -> list[Given]:
    """Return the rows, and a row for each group member who has neither a row nor a mark.

    :param groups: Ids of students by name of the group.
    :param given_rows: Rows. Each applies to all members of the group without a row about the
        same cell. For a cell without rows, marks from the gradebook apply to the members who
        have none; these marks become rows with the line number 0. A cell that the grader marks
        doesn't change, even if a person changed one member's points.
    :param written: Ids of the cells that a person marks, as in `People`.
    :raises CannotDo: If members of a group have different marks and another member has none.
    """
    rows, faults = list(given_rows), []
    for group, members in groups.items():
        graded = [s for s in members if s in entries]
        for cell in sorted({c for s in graded for c in entries[s].grades}):
            own = {g.student: g for g in given_rows if g.cell == cell and g.student in members}
            source = own or _marked(entries, graded, cell)
            grades = {s: entries[s].grades[cell] for s in graded if cell in entries[s].grades}
            manual = [s for s, grade in grades.items() if grade.by_hand or cell in written]
            left = [s for s in manual if s not in source]
            if not source or not left:
                continue
            if len({(g.points, g.comment) for g in source.values()}) > 1:
                rest = ", ".join(left)
                faults.append(
                    f"{group}, {cell}: members have different marks, so mark {rest} separately"
                )
                continue
            rows += [replace(next(iter(source.values())), student=s) for s in left]
    if faults:
        raise CannotDo("\n  ".join([f"{file}: nothing was changed, because:", *faults]))
    return rows


def _marked(entries, students, cell):
    """Return the gradebook's manual marks for a cell, as rows by student."""
    rows = {}
    for student in students:
        grade = entries[student].grades.get(cell)
        if grade and grade.manual_score is not None and not grade.needs_manual_grade:
            comment = entries[student].comments.get(cell) or ""
            rows[student] = Given(0, student, cell, grade.score, comment)
    return rows


def _fault(row, entry, grade, entries, people):
    """Return why a row is invalid, or "" if it is valid."""
    student = people.called.typed(row.student)
    if entry is None:
        known = [] if row.student in (people.listed or ()) else map(people.called, entries)
        return f"{student!a} has no graded submission{did_you_mean(student, known)}"
    why = people.ungradable.get(row.student)
    if why and not (grade and grade.by_hand):
        return f"the submission of {student!a} could not be graded ({why}): {UNGRADABLE}"
    by_hand = _by_hand(entry, people)
    names = ", ".join(by_hand) or "none"
    if grade is None and id_of_test(row.cell) not in entry.grades:
        near = did_you_mean(row.cell, by_hand)
        return f"no cell {row.cell!a}; cells to mark by hand: {names}{near}"
    if grade is None or grade.name not in by_hand:
        return (
            f"{row.cell} is graded automatically (change its points in formgrader); cells to "
            f"mark by hand: {names}"
        )
    if row.points is not None and row.points > grade.most:
        return f"{counted(row.points, 'point')} for {row.cell}, which is worth {grade.most:g}"
    return ""


def _by_hand(entry, people):
    """Return the names of the cells that a person marks."""
    return [g.name for g in entry.grades.values() if g.by_hand or g.name in people.written]


class HandMarks:
    """An assignment's manual marks in the gradebook; a context manager."""

    def __init__(self, course: Course, assignment: str):
        self.assignment = assignment
        require_gradebook(course, assignment)
        self.config = config_of(course, assignment)
        self.url = self.config.CourseDirectory.db_url

    def __enter__(self) -> HandMarks:
        from nbgrader.api import MissingEntry
        from nbgrader.coursedir import CourseDirectory

        from .autograder import OpenGradebook, entries_of

        home = CourseDirectory(config=self.config)
        with quiet(), database_errors(self.url):
            self.gradebook = OpenGradebook(self.url, home.course_id)
            try:
                notebooks = self.gradebook.find_assignment(self.assignment).notebooks
                cells = [(c, one) for one in notebooks for c in one.grade_cells]
                texts = [c.name for c, _ in cells if c.cell_type == "markdown"]
                cells += [(c, one) for one in notebooks for c in one.task_cells]
                tasks = [c.name for one in notebooks for c in one.task_cells]
                self.written = frozenset([*texts, *tasks])
                self.notebook_of = {c.name: one.name for c, one in cells}
                self.entries = entries_of(self.gradebook, self.assignment)
                self.gradebook.db.rollback()
            except MissingEntry:
                self.gradebook.shut()
                raise NotThere(f"{self.assignment} is not in the gradebook") from None
        return self

    def __exit__(self, *_):
        with quiet():
            self.gradebook.shut()

    def write(self, planned: list[Change]) -> None:
        """Write all changes, or none.

        :param planned: The result of `changes`. Comments are written as manual comments. A cell
            with points no longer waits for a mark.
        """
        with quiet(), database_errors(self.url), self.gradebook.whole():
            for change in planned:
                notebook = self.notebook_of[change.cell]
                where = change.cell, notebook, self.assignment, change.student
                if change.points != change.before:
                    grade = self.gradebook.find_grade(*where)
                    grade.manual_score, grade.extra_credit = change.points, None
                    grade.needs_manual_grade = False
                if change.comment != change.old_comment:
                    self._comment(where, change.comment)

    def _comment(self, where, text):
        """Write a comment on a cell.

        :raises CannotDo: If the gradebook can't store a comment there, for example for a test
            cell.
        """
        from nbgrader.api import MissingEntry

        try:
            self.gradebook.find_comment(*where).manual_comment = text
        except MissingEntry:
            raise CannotDo(
                f"nothing was changed: the gradebook can't store a comment on {where[0]} of "
                f"{where[-1]}"
            ) from None
