"""Change the points of problems after the deadline, or drop them; plan first, then apply.

No submission is judged again. For each aspect, the stored result contains the points that the
student earned and the maximum, and we scale them to the new maximum. A manual mark is scaled in
the same way; comments don't change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from ..course.folder import Course
from ..course.notebooks import grade_id, is_task, mark, problem_of, problem_of_name, wrong_total
from ..engine import reweighted
from ..errors import CannotDo, NotThere, WrongUsage
from ..storage.results import Store, latest_results
from ..wording import counted, did_you_mean
from .autograder import Entry, Mark, entries_of
from .database import config_of, open_gradebook, quiet, require_gradebook
from .late import Policy, policy_of

WIDTH = 24  # characters of the column of students
BY_HAND = "by-hand-{}"  # name in the course's `.results`


@dataclass(frozen=True)
class Change:
    """A graded cell whose points change: id, name in `[points]`, before and after."""

    cell: str
    name: str
    before: float
    after: float


@dataclass
class Row:
    """Changes for one student: totals with late penalties, and points by changed cell."""

    student: str
    before: float
    after: float
    cells: dict = field(default_factory=dict)  # by id: (before, after, marked by hand)
    comments: int = 0


@dataclass
class Plan:
    """Effects of new points; `settings` is the new content of `[points]`.

    :ivar most: Points of all cells together, before and after.
    :ivar by_hand: The original manual marks, by student and cell: (points, maximum, points as
        last written).
    :ivar wrong_total: Whether a release would refuse the new total.
    """

    assignment: str
    settings: dict
    changes: list[Change]
    rows: list[Row]
    most: tuple[float, float]
    results: dict
    by_hand: dict
    wrong_total: bool


def wanted(points: list[tuple[str, float]], drop: list[str]) -> dict[str, float]:
    """Return points by problem, from the arguments of the command.

    :raises WrongUsage: If a number is not a valid number of points, or a problem is named
        twice.
    """
    names = [name for name, _ in points] + list(drop)
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise WrongUsage(f"{', '.join(twice)}: named twice; give the points only once")
    for name, number in points:
        if not 0 <= number < math.inf:
            raise WrongUsage(f"{name} = {number:g}: expected 0 or more; 0 drops the problem")
    return dict(points) | dict.fromkeys(drop, 0.0)


def plan(course: Course, name: str, points: dict[str, float]) -> Plan:
    """Return the effects of new points on students, without changing anything.

    :param points: New points by problem or written answer. If empty, we use the points in
        `[points]` that are not in the gradebook yet.
    :raises NotThere: If there is no such problem, or nothing has been graded yet.
    :raises CannotDo: If the cells differ from the cells in the gradebook, or the release used
        private definitions and none are named.
    """
    if course.lacks_private(name):
        course.require_the_released(name)
    instructor = course.instructor(name)
    names = names_of(instructor)
    points = {problem_of_name(p, names.values()): worth for p, worth in points.items()}
    if unknown := sorted(points.keys() - names.values()):
        known = dict.fromkeys(names.values())
        strange, near = " or ".join(map(repr, unknown)), did_you_mean(unknown[0], known)
        raise NotThere(f"{name} has no problem {strange}; it has {', '.join(known)}{near}")
    results = latest(course, name)
    require_gradebook(course, name)
    policy = policy_of(config_of(course, name), course, name)
    with quiet(), open_gradebook(course, name) as gradebook:
        then = recorded_points(gradebook, name)
        entries = entries_of(gradebook, name)
    changed = course.instructor(name, points)
    now = points_of(changed)
    if then.keys() != now.keys():
        other = ", ".join(sorted(then.keys() ^ now.keys()))
        advice = f"run `nngrader release {name}`, which says what to do"
        raise CannotDo(
            f"{name}: the graded cells differ from those in the gradebook ({other}): {advice}"
        )
    changes = [Change(c, names[c], then[c], now[c]) for c in now if then[c] != now[c]]
    made = Plan(
        name,
        course.points(name) | points,
        changes,
        [],
        (sum(then.values()), sum(now.values())),
        {s: new_result(r, changes, sum(now.values())) for s, r in results.items()},
        Store(course / ".results").get(BY_HAND.format(name)) or {},
        wrong_total(changed),
    )
    made.rows = [_row(made, s, e, results.get(s), policy) for s, e in sorted(entries.items())]
    return made


def latest(course: Course, name: str) -> dict[str, dict]:
    """Return the results of the last grading by student."""
    if results := latest_results(course, name):
        return results
    raise NotThere(
        f"no submission for {name} has been graded yet: write the points into [points] of "
        f"nngrader.toml, and run `nngrader release {name}`"
    )


def points_of(notebook: dict) -> dict[str, float]:
    """Return the points of a notebook's graded cells by id."""
    graded = [c for c in notebook["cells"] if mark(c).get("grade") or is_task(c)]
    return {grade_id(c): float(mark(c)["points"]) for c in graded}


def recorded_points(gradebook, name: str) -> dict[str, float]:
    """Return the points of an assignment's graded cells from the gradebook."""
    from nbgrader.api import MissingEntry

    try:
        notebooks = gradebook.find_assignment(name).notebooks
    except MissingEntry:
        raise NotThere(f"{name} is not in the gradebook") from None
    graded = [c for one in notebooks for c in (*one.grade_cells, *one.task_cells)]
    return {c.name: float(c.max_score) for c in graded}


def names_of(instructor: dict) -> dict[str, str]:
    """Return the name in `[points]` of each graded cell, by id."""
    cells = {grade_id(c): problem_of(c) for c in instructor["cells"] if grade_id(c)}
    return {cell: cells[cell] or cell for cell in points_of(instructor)}


def new_result(result: dict, changes: list[Change], most: float) -> dict:
    """Return a student's result for new points, scaled aspect by aspect."""
    problems, cells = dict(result["problems"]), dict(result["cells"])
    for change in changes:
        if report := problems.get(change.name):
            problems[change.name] = _reweighted(report, change)
        if change.cell in cells:
            score = _follows(cells[change.cell][0], change, result, problems)
            cells[change.cell] = [score, change.after]
    score = round(sum(points for points, _ in cells.values()), 6)
    return result | {"problems": problems, "cells": cells, "score": score, "max_score": most}


def _reweighted(report, change):
    """Return a report for new points; raise an error if its maximum was 0."""
    try:
        return reweighted(report, change.after)
    except ValueError:
        raise CannotDo(
            f"{change.name} was worth 0 points when it was graded, so we can't scale the "
            "results: grade again"
        ) from None


def _follows(score, change, result, problems):
    """Return the points of a test cell: the report's points, or its old points, scaled."""
    before, after = result["problems"].get(change.name), problems.get(change.name)
    if before and abs(before["score"] - score) < 1e-6:
        return after["score"]
    return _share(score, change.before, change.after)


def _share(score, before, after):
    """Return points scaled to a new maximum, rounded like results."""
    return round(score * after / before, 6) if before else 0.0


def new_mark(
    plan: Plan, student: str, grade: Mark, change: Change, result: dict | None
) -> Mark:
    """Return a cell's gradebook entry for new points; extra credit doesn't change."""
    auto, manual = grade.auto_score, grade.manual_score
    if auto is not None:
        known = (result or {}).get("cells", {}).get(change.cell)
        follows = plan.results.get(student, {}).get("cells", {}).get(change.cell)
        same = known and abs(known[0] - auto) < 1e-6
        auto = follows[0] if same else _share(auto, change.before, change.after)
    if manual is not None:
        manual = _share(*given_by_hand(plan, student, grade, change), change.after)
    score = (manual if manual is not None else auto or 0.0) + grade.extra
    return replace(grade, auto_score=auto, manual_score=manual, score=score, most=change.after)


def given_by_hand(plan: Plan, student: str, grade: Mark, change: Change) -> tuple[float, float]:
    """Return a person's original points for a cell, and the maximum at that time.

    As a result, a problem that is dropped and restored gets its marks again.
    """
    mine = plan.by_hand.get(student, {})
    points, of, last = mine.get(change.cell, (0.0, 0.0, None))
    if last is None or abs(last - grade.manual_score) > 1e-9:  # marked again since then
        return grade.manual_score, change.before
    return points, of


def _row(plan, student, entry, result, policy):
    """Return the changes for one student."""
    new = Entry(entry.timestamp, entry.seconds, entry.penalty, dict(entry.grades))
    row = Row(student, total(entry, policy), 0.0, comments=len(entry.comments))
    for change in plan.changes:
        if grade := entry.grades.get(change.cell):
            new.grades[change.cell] = new_mark(plan, student, grade, change, result)
            by_hand = grade.manual_score is not None
            row.cells[change.cell] = grade.score, new.grades[change.cell].score, by_hand
    row.after = total(new, policy)
    return row


def total(entry: Entry, policy: Policy) -> float:
    """Return a student's points after the current late penalty."""
    return round(max(0.0, entry.score - entry.fair_penalty(policy)), 6)


def lines(plan: Plan) -> list[str]:
    """Return the plan as lines for a terminal: totals, and points by changed problem."""
    if not plan.changes:
        known = "the gradebook already has these points, so nothing changes"
        return [f"{plan.assignment}: {known}"]
    lines = [
        f"{c.name}: {counted(c.before, 'point')}, now {_now(c.after)}" for c in plan.changes
    ]
    names = [c.name for c in plan.changes]
    width = max(18, *(len(n) + 2 for n in names))
    head = f"{'student':{WIDTH}}{'total':{18}}" + "".join(f"{n:{width}}" for n in names)
    lines += ["", head.rstrip()]
    for row in plan.rows:
        cells = [row.cells.get(c.cell) for c in plan.changes]
        columns = [
            f"{_arrow(*c[:2]) + ' (by hand)' * c[2] if c else '–':{width}}" for c in cells
        ]
        total = _arrow(row.before, row.after)
        lines.append(f"{row.student:{WIDTH}}{total:18}{''.join(columns)}".rstrip())
    return [*lines, "", *_remarks(plan)]


def _now(points):
    """Return the new points of a problem; 0 means that it is dropped."""
    return f"{points:g}" if points else "0: dropped"


def _arrow(before, after):
    """Return the old and the new points, or one number if they are equal."""
    first, second = f"{round(before, 2):g}", f"{round(after, 2):g}"
    return first if first == second else f"{first} -> {second}"


def _remarks(plan):
    """Yield remarks on manual marks and comments, and on the sum of the points."""
    differ = sum(abs(r.before - r.after) > 1e-9 for r in plan.rows)
    one, of = differ == 1, counted(len(plan.rows), "student")
    what, verb = ("total", "changes") if one else ("totals", "change")
    yield f"after late penalties, the {what} of {differ} of {of} {verb}"
    by_hand = sum(by_hand for r in plan.rows for *_, by_hand in r.cells.values())
    if by_hand:
        yield f"{counted(by_hand, 'manual mark')} in these cells, scaled to the new points"
    if any(r.comments for r in plan.rows):
        yield "comments don't change"
    before, after = plan.most
    if after != before:
        yield f"all cells together: {counted(before, 'point')}, now {after:g}"
    if plan.wrong_total:
        yield "a release requires 100 points in total: change other problems too"
