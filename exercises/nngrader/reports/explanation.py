"""A page for the instructor about one submission's lost points, with hidden inputs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from html import escape
from pathlib import Path

from ..course.anonymous import names_of, require_among
from ..course.assignment import Assignment
from ..course.definitions import EARLIER, graded_earlier
from ..course.folder import Course
from ..course.notebooks import by_problem
from ..errors import CannotDo, NotThere
from ..grading.explain import explain, in_all, lines
from ..records.rendering import as_html
from ..screen import say, shown, warn
from ..storage.results import latest_results, write_whole
from ..wording import counted
from .class_report import known_marks
from .style import document, points


def show_lost(
    course: Course,
    name: str,
    student: str,
    problem: str | None,
    *,
    out: Path | None,
    anonymous: bool,
    unsafe: bool,
) -> None:
    """Judge a submission again; show on the screen or on a page why it lost points.

    :param problem: A problem, or None for all problems.
    :param anonymous, unsafe: Whether to replace the student's name by a code; whether to run
        without a sandbox.
    """
    assignment = Assignment(course, name)
    called = names_of(course, anonymous)
    words = f"no submission for {name} by"
    submitted = course.submissions(name)
    (student,) = require_among(course, [student], submitted, called, words)
    mark = None
    with contextlib.suppress(CannotDo):  # an explanation doesn't need the gradebook
        mark = known_marks(course, name).get(student)
    for text in _graded_before(course, name, student, problem, mark):
        warn(shown(called.text(text)))
    try:
        losses = explain(assignment, student, problem, unsafe)
    except NotThere as e:
        raise NotThere(called.text(str(e))) from None
    losses = [lost.with_text(called.text) for lost in losses]
    total = "" if problem or not mark else in_all(losses, mark)
    if out:
        write_whole(out, page(name, called(student), losses, total))
        say(f"{out}: it shows hidden inputs and answers, so keep it private")
        return
    for text in lines(called(student), losses):
        say(shown(text))
    if total:
        say(shown(f"{called(student)}, {total}"))


def _graded_before(course, assignment, student, problem, mark):
    """Yield lines about a student's stored result if a definition has changed since."""
    known = latest_results(course, assignment)
    mine = {s: r for s, r in known.items() if s == student}
    old = graded_earlier(course, assignment, mine).get(student, ())
    by_hand = {cell: points for cell, points, *_ in (mark["by_hand"] if mark else ())}
    by_hand = by_problem(by_hand, mine[student]["problems"] if old else ())
    for name in old:
        if problem in (None, name):
            points, manual = mine[student]["problems"][name]["score"], by_hand.get(name)
            verb = "is" if points == 1 else "are"
            which = (
                "" if manual is None else f", but the manual mark of {manual:g} counts instead"
            )
            yield (
                f"{name}: {counted(points, 'point')} {verb} recorded, {EARLIER}{which}; the "
                "explanation below uses the current definition"
            )


def page(assignment: str, student: str, losses: Iterable, total: str = "") -> str:
    """Return the page about one submission.

    :return: HTML. It shows hidden inputs and correct answers, so it is not for students.
    """
    parts = [
        f"<h1>{escape(student)}, {escape(assignment)}: lost points</h1>",
        '<p class="soft">For the instructor only: it shows hidden inputs and answers.</p>',
        *(text for lost in losses for text in _problem(lost)),
        f"<p>{escape(total[:1].upper() + total[1:])}.</p>" * bool(total),
    ]
    return document(f"{assignment}: {student}", parts, "wide")


def _problem(lost):
    """Yield the part about one problem."""
    yield f"<h2>{escape(lost.problem)}: {points(lost.score)} of {points(lost.most)} points</h2>"
    if lost.score == lost.most:
        return
    missed = [
        f"{escape(a)} {points(n)} of {points(of)}"
        for a, (n, of) in lost.aspects.items()
        if n < of
    ]
    if missed:
        yield f"<p>Lost in: {', '.join(missed)}.</p>"
    if lost.hints:
        hints = "".join(f"<li>{as_html(hint)}</li>" for hint in lost.hints)
        yield f"<p>Hints to the student:</p><ul>{hints}</ul>"
    for case in lost.cases:
        yield f"<h3>{escape(lost.title(case))}</h3>"
        yield f"<pre>{escape(chr(10).join(case.inputs))}</pre>"
        yield f"<pre>{escape(chr(10).join(case.wrong))}</pre>"
        if case.more:
            yield f"<p>And in {counted(case.more, 'more case')} of this kind.</p>"
