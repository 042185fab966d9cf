"""What the gradebook says of a whole class, in two queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from .late import Policy


@dataclass(frozen=True)
class Mark:
    """One graded cell: what was found, what a person gave, and whether one must look."""

    name: str
    auto_score: float | None
    manual_score: float | None
    needs_manual_grade: bool
    score: float
    most: float

    @property
    def by_hand(self) -> bool:
        """Whether a person marks it or has marked it."""
        return (
            self.needs_manual_grade or self.manual_score is not None or self.auto_score is None
        )


@dataclass
class Standing:
    """One student's entry.

    Attributes
    ----------
    timestamp : datetime or None
        When it was handed in, in UTC.
    seconds : float
        How late that was, extension included.
    penalty : float
        Points less for lateness, as recorded.
    grades : dict
        `Mark` by the id of the cell, in the order of the ids.
    comments : dict
        Text by the id of the cell.
    """

    timestamp: datetime | None
    seconds: float
    penalty: float
    grades: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Points, before lateness."""
        return sum(g.score for g in self.grades.values())

    @property
    def recorded(self) -> list:
        """What a recording wrote, and a person does not change."""
        found = [[g.name, g.auto_score] for g in self.grades.values()]
        return [str(self.timestamp), found]

    def fair_penalty(self, policy: Policy) -> float:
        """The penalty for the marks of today, which may have changed by hand since."""
        if not policy.stated:
            return self.penalty
        return policy.penalty(self.score, self.seconds) if self.seconds else 0.0


def standing(gradebook, assignment: str, student: str | None = None) -> dict[str, Standing]:
    """Entries of an assignment by student.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
        The gradebook.
    assignment : str
        The assignment.
    student : str, optional
        This one alone.

    Returns
    -------
    dict
        By the student's id; those who are not in the gradebook are not in it.
    """
    who = [Assignment.name == assignment]
    who += [SubmittedAssignment.student_id == student] * (student is not None)
    found = {}
    for row in gradebook.db.execute(_grades().where(*who)):
        late = _seconds(row.timestamp, row.duedate, row.extension)
        blank = Standing(row.timestamp, late, row.late_submission_penalty or 0.0)
        entry = found.setdefault(row.student_id, blank)
        if row.name is not None:
            entry.grades[row.name] = _mark(row)
    for row in gradebook.db.execute(_comments().where(*who, Comment.comment.is_not(None))):
        found[row.student_id].comments[row.name] = row.comment
    return found


def _grades():
    """Every graded cell of every submission."""
    return (
        select(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            Assignment.duedate,
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
    """Every comment."""
    return (
        select(SubmittedAssignment.student_id, BaseCell.name, Comment.comment)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    )


def _mark(row):
    """A row as a mark."""
    return Mark(
        row.name,
        row.auto_score,
        row.manual_score,
        row.needs_manual_grade,
        row.score,
        row.max_score,
    )


def _seconds(handed_in, due, extension):
    """How late, as nbgrader counts it."""
    if handed_in is None or due is None:
        return 0.0
    due = due + extension if extension else due
    return max(0.0, (handed_in - due).total_seconds())
