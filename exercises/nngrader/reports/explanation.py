"""One submission's lost points as a page for the instructor, with hidden inputs and answers."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ..wording import counted
from .style import document, points


def page(assignment: str, student: str, found: Iterable, total: str = "") -> str:
    """Return the page about one submission.

    Parameters
    ----------
    assignment, student : str
        What it is about.
    found : iterable of Lost
        What `grading.explain.explain` returned.
    total : str, optional
        How the points add up, in words.

    Returns
    -------
    str
        HTML. It shows hidden inputs and right answers, so it is not for students.
    """
    parts = [
        f"<h1>{escape(student)}, {escape(assignment)}: where the points went</h1>",
        '<p class="soft">For the instructor alone: it shows hidden inputs and answers.</p>',
        *(text for lost in found for text in _problem(lost)),
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
        hints = "".join(f"<li>{escape(hint)}</li>" for hint in lost.hints)
        yield f"<p>What the student was told:</p><ul>{hints}</ul>"
    for case in lost.cases:
        yield f"<h3>{escape(lost.title(case))}</h3>"
        yield f"<pre>{escape(chr(10).join(case.inputs))}</pre>"
        yield f"<pre>{escape(chr(10).join(case.wrong))}</pre>"
        if case.more:
            yield f"<p>And in {counted(case.more, 'more case')} of this kind.</p>"
