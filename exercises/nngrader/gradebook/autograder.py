"""Save a notebook's points as nbgrader's autograder does, and query the gradebook.

nbgrader opens the gradebook again for each step of each submission. Our gradebook stays open
for the whole class.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from ..course.notebooks import grade_id, is_code, is_solution, is_task, is_test, mark
from ..storage.results import digest
from .late import Policy, extension_of

WAIT_MS = 5000  # how long to wait for another program that writes into the gradebook
ONE_AT_A_TIME = 20112  # number of a lock in PostgreSQL, so that our own writers take turns


class Gathering(Session):
    """A session whose `commit` only flushes; `publish` commits all changes."""

    def commit(self):
        """Flush changes, so that later steps can read them, without a commit."""
        self.flush()
        self.expire_all()

    def publish(self):
        """Commit the whole transaction, so that other programs can read it."""
        super().commit()


class OpenGradebook(Gradebook):
    """A gradebook that stays open until `shut` is called."""

    wait_ms = WAIT_MS

    def __init__(self, db_url: str, course_id: str):
        super().__init__(db_url, course_id)
        self.db.remove()
        self.db = scoped_session(sessionmaker(class_=Gathering, bind=self.engine))

    def close(self):
        """Do nothing, because each of nbgrader's steps closes the gradebook that it used."""

    def shut(self):
        """Close the gradebook."""
        super().close()

    @contextlib.contextmanager
    def whole(self):
        """Open a block with a lock on the gradebook, whose changes are committed as a whole."""
        try:
            self._take()
            yield
            self.db().publish()
        except BaseException:
            self.db.rollback()
            raise

    def _take(self):
        """Begin a transaction that has the lock, so it reads everything already committed."""
        self.db.rollback()
        connection = self.db.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {self.wait_ms}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {self.wait_ms or 1}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")


class AtHand:
    """The grades and comments of a submitted notebook by cell, read with two queries.

    nbgrader's step searches the gradebook for each of them, and commits after each cell. Here
    the caller commits.
    """

    def __init__(self, gradebook: OpenGradebook, notebook: SubmittedNotebook):
        self.gradebook, self.db = gradebook, self
        self.grades, self.comments = (
            {
                row[0]: row[1]
                for row in gradebook.db.execute(
                    select(BaseCell.name, kind)
                    .join(BaseCell, BaseCell.id == kind.cell_id)
                    .where(kind.notebook_id == notebook.id)
                )
            }
            for kind in (Grade, Comment)
        )

    def commit(self):
        """Do nothing."""

    def find_grade(self, cell, *place) -> Grade:
        """Return the grade of a cell; nbgrader raises its error if there is none."""
        return self.grades.get(cell) or self.gradebook.find_grade(cell, *place)

    def find_comment(self, cell, *place) -> Comment:
        """Return the comment on a cell; nbgrader raises its error if there is none."""
        return self.comments.get(cell) or self.gradebook.find_comment(cell, *place)


class SaveGrades(SaveAutoGrades):
    """nbgrader's step that saves points and comments, for a gradebook that is already open."""

    def preprocess(self, nb, resources):
        """Save the points and comments from the cells of a notebook."""
        self.gradebook = resources["at_hand"]
        self.notebook_id, self.assignment_id = resources["notebook"], resources["assignment"]
        self.student_id = resources["student"]
        return super(SaveAutoGrades, self).preprocess(nb, resources)


class Autograder:
    """Saves the points from notebooks' outputs, and late penalties; executes nothing."""

    def __init__(self, gradebook: OpenGradebook, policy: Policy, assignment: str, config):
        self.gradebook, self.policy, self.assignment = gradebook, policy, assignment
        self.save = SaveGrades(config=config)
        self.late = AssignLatePenalties(config=config)
        self.late.assignment_id = assignment  # because the plugin reads it
        self.late.init_plugin()

    def record(
        self, student: str, notebooks: dict, when: str, earlier: Callable, waiting: dict
    ) -> tuple[list[str], dict[str, str]]:
        """Save a submission and its points; if marked work changed, require a new mark.

        :param notebooks: The notebooks by name, with the points as outputs of the test cells.
        :param when: The time of submission, or "" if it is unknown.
        :param earlier: Returns `works` of the notebooks recorded earlier, or None if they are
            lost. In this case all marks remain.
        :param waiting: The work, as in `works`, of cells whose marks don't count because the
            work has changed since. If the same work comes back, the mark counts again.
        :return: The cells whose manual marks remain, and the new value of `waiting`.
        """
        self.gradebook.update_or_create_student(student)
        entry = self.gradebook.update_or_create_submission(self.assignment, student)
        entry.timestamp = parse_utc(when) if when else None
        if self.policy.extensions is not None:
            entry.extension = extension_of(self.policy, student, self.policy.due)
        at_hand = {one.name: AtHand(self.gradebook, one) for one in entry.notebooks}
        marks = {n: g for one in at_hand.values() for n, g in one.grades.items()}
        marks = {n: g for n, g in marks.items() if g.manual_score is not None}
        doubtful = {n: g.needs_manual_grade for n, g in marks.items()}
        marked = sorted(name for name, changed in doubtful.items() if not changed)
        then, now = earlier() if marked else None, works(notebooks)
        place = {"assignment": self.assignment, "student": student}
        for name, notebook in notebooks.items():
            resources = {"notebook": name, "at_hand": at_hand[name]}
            self.save.preprocess(notebook, place | resources)
        self.gradebook.db.commit()
        self.penalise(student)
        kept = [name for name in marked if then is None or then.get(name) == now.get(name)]
        held = {
            n: waiting.get(n) if changed else (then or {}).get(n)
            for n, changed in doubtful.items()
        }
        kept += [n for n in doubtful if n not in marked and held[n] and held[n] == now.get(n)]
        for name, grade in marks.items():
            grade.needs_manual_grade = name not in kept
        return kept, {n: work for n, work in held.items() if n not in kept and work}

    def penalise(self, student: str) -> None:
        """Save the late penalty for the current marks, computed by the course's plugin."""
        entry = self.gradebook.find_submission(self.assignment, student)
        cost, score = None, sum(notebook.score for notebook in entry.notebooks)
        if (seconds := entry.total_seconds_late) > 0:
            cost = self.late.plugin_inst.late_submission_penalty(student, score, seconds)
        deduct(entry.notebooks, cost)
        self.gradebook.db.commit()


def deduct(notebooks: list[SubmittedNotebook], penalty: float | None) -> None:
    """Write a submission's late penalty, which counts once, into its notebooks.

    In alphabetical order, each notebook loses the rest of the penalty, at most its own points.
    """
    for notebook in sorted(notebooks, key=lambda one: one.name):
        notebook.late_submission_penalty = None
        if penalty is not None:
            notebook.late_submission_penalty = min(max(0, penalty), notebook.score)
            penalty -= notebook.late_submission_penalty


def works(notebooks: dict[str, dict]) -> dict[str, str]:
    """Return a digest of the work that a person reads to mark each graded cell, by its id.

    For a written answer this is its text; for a test cell or a task, all sources and findings
    of its notebook.
    """
    return {cell: work for one in notebooks.values() for cell, work in _works(one).items()}


def _works(notebook):
    """Return `works` of one notebook."""
    cells = notebook["cells"]
    sources = [c["source"] for c in cells if is_code(c) or grade_id(c)]
    whole = digest([sources, [c["outputs"] for c in cells if is_test(c)]])
    graded = [c for c in cells if mark(c).get("grade") or is_task(c)]
    return {grade_id(c): digest(c["source"]) if is_solution(c) else whole for c in graded}


@dataclass(frozen=True)
class Mark:
    """One graded cell: the grader's points, a person's points, and whether it needs marking."""

    name: str
    auto_score: float | None
    manual_score: float | None
    needs_manual_grade: bool
    score: float
    most: float

    @property
    def extra(self) -> float:
        """Return the extra credit that a person gave, which `score` includes."""
        own = self.auto_score if self.manual_score is None else self.manual_score
        return round(self.score - (own or 0.0), 6)

    @property
    def by_hand(self) -> bool:
        """Return whether a person marks the cell or has marked it."""
        return (
            self.needs_manual_grade or self.manual_score is not None or self.auto_score is None
        )


@dataclass
class Entry:
    """The gradebook's entry for one student's submission.

    :ivar timestamp: Time of submission, in UTC.
    :ivar seconds: Lateness in seconds, after any extension.
    :ivar penalty: Points deducted for lateness, as recorded.
    :ivar grades: `Mark` by the id of the cell, in the order of the ids.
    :ivar comments: Text by id of the cell.
    """

    timestamp: datetime | None
    seconds: float
    penalty: float
    grades: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Return the points before the late penalty."""
        return sum(g.score for g in self.grades.values())

    @property
    def recorded(self) -> list:
        """Return the values that only a recording writes, never a person."""
        scores = [[g.name, g.auto_score] for g in self.grades.values()]
        return [str(self.timestamp), scores]

    def fair_penalty(self, policy: Policy) -> float:
        """Return the penalty for the current marks, which a person may have changed."""
        if not policy.stated:
            return self.penalty
        return policy.penalty(self.score, self.seconds) if self.seconds else 0.0


def entries_of(gradebook, assignment: str, student: str | None = None) -> dict[str, Entry]:
    """Return the gradebook's entries of an assignment, by the student's id."""
    who = [Assignment.name == assignment]
    who += [SubmittedAssignment.student_id == student] * (student is not None)
    entries, known_submissions = {}, set()
    for row in gradebook.db.execute(_grades().where(*who)):
        late = _seconds(row.timestamp, row.duedate, row.extension)
        entry = entries.setdefault(row.student_id, Entry(row.timestamp, late, 0.0))
        if row.id not in known_submissions:
            known_submissions.add(row.id)
            entry.penalty += row.late_submission_penalty or 0.0
        if row.name is not None:
            entry.grades[row.name] = _mark(row)
    for row in gradebook.db.execute(_comments().where(*who, Comment.comment.is_not(None))):
        entries[row.student_id].comments[row.name] = row.comment
    return entries


def _grades():
    """Return the query for every graded cell of every submission."""
    return (
        select(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            Assignment.duedate,
            SubmittedNotebook.id,
            SubmittedNotebook.late_submission_penalty,
            BaseCell.name,
            Grade.auto_score,
            Grade.manual_score,
            Grade.needs_manual_grade,
            Grade.score,
            Grade.max_score,
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .outerjoin(BaseCell, BaseCell.id == Grade.cell_id)
        .order_by(BaseCell.name)
    )


def _comments():
    """Return the query for every comment."""
    return (
        select(SubmittedAssignment.student_id, BaseCell.name, Comment.comment)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    )


def _mark(row):
    """Return a row of `_grades` as a `Mark`."""
    return Mark(
        row.name,
        row.auto_score,
        row.manual_score,
        row.needs_manual_grade,
        row.score,
        row.max_score,
    )


def _seconds(handed_in, due, extension):
    """Return how many seconds late a submission is, as nbgrader computes it."""
    if handed_in is None or due is None:
        return 0.0
    due = due + extension if extension else due
    return max(0.0, (handed_in - due).total_seconds())
