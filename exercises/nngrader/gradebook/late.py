"""Due dates, extensions, and late penalties: `due` and `[late]` of nngrader.toml.

nbgrader's own step calls the plugin below, so its tools show our penalties. For example::

    due = 2026-12-01T23:59:00+01:00  # above every [table]
    [late]
    grace_minutes = 15    # cost nothing
    points_per_day = 10   # or percent_per_day, of the points earned; each started day counts
    most_days = 3         # after them the mark is 0
    [late.extensions]
    ada = 2026-12-05T12:00:00+01:00
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin

from ..course.folder import Course
from ..errors import CannotDo
from ..records.flag import Flag, FlagCode
from ..settings import read_toml, require_known

PLUGIN = "nngrader.gradebook.late.LatePolicy"
DAY = 86400.0  # seconds
KNOWN = ("grace_minutes", "points_per_day", "percent_per_day", "most_days", "extensions")


@dataclass(frozen=True)
class Policy:
    """The due date and the late penalty of an assignment. Each started day counts.

    :ivar due: In UTC without a time zone, as in nbgrader; None if nngrader.toml has no due
        date.
    :ivar grace: Seconds after the due date that cost nothing.
    :ivar points, percent: Deduction per day: points, or per cent of the points earned.
    :ivar most_days: After this many days the mark is 0.
    :ivar stated: Whether `[late]` states a penalty; if not, nbgrader's own settings apply.
    :ivar extensions: Due dates by student; None if the file has no such table; then
        the gradebook's extensions apply.
    """

    due: datetime | None = None
    grace: float = 0.0
    points: float = 0.0
    percent: float = 0.0
    most_days: float = math.inf
    stated: bool = False
    extensions: dict | None = field(default=None, hash=False)

    def days(self, seconds: float) -> int:
        """Return the number of days that count for a lateness in seconds."""
        return math.ceil(max(0.0, seconds - self.grace) / DAY)

    def penalty(self, score: float, seconds: float) -> float:
        """Return the points deducted for lateness."""
        days = self.days(seconds)
        if days > self.most_days:
            return score
        return min(score, days * (self.points + self.percent * score / 100))


def read_policy(file: Path) -> Policy:
    """Return the late policy from an assignment's `nngrader.toml`.

    :param file: The settings. If there is no such file, there is no policy.
    :raises ValueError: If a name is unknown, a value is invalid, `[late]` has no due date, or
        not exactly one of `points_per_day` and `percent_per_day`.
    """
    settings = read_toml(file)
    due, late = settings.get("due"), settings.get("late")
    when = None if due is None else moment(file, "due", due)
    if late is None:
        return Policy(due=when)
    _require_table(file, "late", late)
    if when is None:
        raise ValueError(f"{file}: [late] needs a due date: due = 2026-12-01T23:59:00+01:00")
    for name in late:
        require_known(file, "setting of [late]", name, KNOWN)
    if ("points_per_day" in late) == ("percent_per_day" in late):
        raise ValueError(
            f"{file}: [late] needs points_per_day or percent_per_day, but not both"
        )
    return Policy(
        due=when,
        grace=60 * _number(file, late, "grace_minutes", 0.0),
        points=_number(file, late, "points_per_day", 0.0),
        percent=_number(file, late, "percent_per_day", 0.0),
        most_days=_number(file, late, "most_days", math.inf),
        stated=True,
        extensions=_extensions(file, late.get("extensions"), when),
    )


def _require_table(file, name, value):
    """Raise an error unless a setting is a table."""
    if not isinstance(value, dict):
        raise ValueError(f"{file}: {name} = {value!r}, expected a table [{name}]")


def _number(file, late, name, default):
    """Return the value of a setting that must be a number, 0 or more."""
    value = late.get(name)
    if value is None:
        return default
    kind = isinstance(value, int | float) and not isinstance(value, bool)
    if not kind or not 0 <= value < math.inf:
        raise ValueError(f"{file}: {name} = {value!r}, expected a number, 0 or more")
    return value


def _extensions(file, table, due):
    """Return due dates by student; raise an error if one is before the common due date."""
    if table is None:
        return None
    _require_table(file, "late.extensions", table)
    extensions = {s: moment(file, f"the extension of {s}", t) for s, t in table.items()}
    for student, when in extensions.items():
        if when < due:
            raise ValueError(f"{file}: the extension of {student} ends before the due date")
    return extensions


def moment(file: Path, name: str, value) -> datetime:
    """Return a TOML time, or a string in the same form, in UTC, as in nbgrader.

    :raises ValueError: If it is not a date with time and offset.

    >>> moment("f", "due", "2026-12-01T23:59:00+01:00")
    datetime.datetime(2026, 12, 1, 22, 59)
    """
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        when = None
    if not isinstance(when, date) or getattr(when, "tzinfo", None) is None:
        expected = "expected a date with time and offset, such as 2026-12-01T23:59:00+01:00"
        raise ValueError(f"{file}: {name} is {value}, {expected}")
    return when.astimezone(UTC).replace(tzinfo=None)


def present(flags: list[Flag], mark: dict | None) -> list[Flag]:
    """Return flags with the current late penalty, which manual marks can change.

    :param mark: The gradebook's entry, with `late_penalty`.
    """
    if not mark:
        return flags
    points = {"points": mark["late_penalty"]}
    return [replace(f, data=f.data | points) if f.code == FlagCode.LATE else f for f in flags]


def policy_of(config, root, assignment: str) -> Policy:
    """Return an assignment's policy, without a penalty if the course has another plugin."""
    policy = read_policy(policy_file(root, assignment))
    ours = config.AssignLatePenalties.plugin_class in (PLUGIN, LatePolicy)
    return replace(policy, stated=policy.stated and ours)


def policy_file(root, assignment: str) -> Path:
    """Return the file in the course's folder with the policy of an assignment."""
    return Path(root, "source", assignment, "nngrader.toml")


def enter_due(gradebook, policy: Policy, assignment: str) -> None:
    """Write the due date, if there is one, into nbgrader's gradebook."""
    entry = gradebook.find_assignment(assignment)
    if policy.due and entry.duedate != policy.due:
        gradebook.update_or_create_assignment(assignment, duedate=policy.due)


def deadlines(course: Course, assignment: str) -> Callable[[str], datetime | None]:
    """Return a function of a student's id: the last moment that costs nothing, or None.

    It includes the student's extension and the grace period. We open the gradebook only if the
    function is called, and if `nngrader.toml` has no due date or no table of extensions.
    """
    policy = read_policy(policy_file(course.root, assignment))

    @functools.cache
    def known():
        due, extensions = policy.due, dict(policy.extensions or {})
        if due is None or policy.extensions is None:
            ours, theirs = _of_gradebook(course, assignment)
            due, extra = due or ours, theirs if policy.extensions is None else {}
            extensions |= {s: due + time for s, time in extra.items() if due}
        return due, extensions, timedelta(seconds=policy.grace)

    def of(student):
        due, extensions, grace = known()
        end = extensions.get(student, due)
        return end and (end + grace).replace(tzinfo=UTC)

    return of


def _of_gradebook(course, assignment):
    """Return an assignment's due date and the students' extra time, from the gradebook."""
    from nbgrader.api import MissingEntry

    from .database import open_gradebook, quiet, require_gradebook

    with contextlib.suppress(CannotDo, MissingEntry):
        require_gradebook(course, assignment)
        with quiet(), open_gradebook(course, assignment) as gradebook:
            due = gradebook.find_assignment(assignment).duedate
            entries = gradebook.assignment_submissions(assignment)
            return due, {e.student.id: e.extension for e in entries if e.extension}
    return None, {}


def extension_of(policy: Policy, student: str, due: datetime) -> timedelta | None:
    """Return a student's extra time after the common due date, or None."""
    when = (policy.extensions or {}).get(student)
    return when - due if when and when > due else None


class LatePolicy(LateSubmissionPlugin):
    """nbgrader's plugin for late penalties: uses `[late]`, or else nbgrader's own setting."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """Return the penalty of a late submission in points, or None."""
        root = self.config.CourseDirectory.get("root") or "."
        policy = read_policy(policy_file(root, self.parent.assignment_id))
        if policy.stated:
            return policy.penalty(score, total_seconds_late)
        return super().late_submission_penalty(student_id, score, total_seconds_late)
