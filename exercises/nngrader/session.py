"""One run of `nngrader grade`: who is graded, alone, and what is kept of it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from .errors import CannotDo, NotThere
from .screen import line, say, shown


def wanted(a, handed_in: list[str]) -> list[str]:
    """The students to grade.

    Raises
    ------
    NotThere
        If one of those named has handed in nothing, or nobody has.
    """
    if missing := sorted(set(a.students or ()) - set(handed_in)):
        names = shown(", ".join(missing))
        raise NotThere(f"nothing handed in for {a.assignment} by {names}")
    if not handed_in:
        raise NotThere(f"nothing handed in: {a.course / 'submitted'} has no {a.assignment}")
    return sorted(set(a.students)) if a.students else handed_in


def require_writable(file: Path | None) -> None:
    """See before the work that a file can be written after it.

    Raises
    ------
    CannotDo
        If it cannot.
    """
    if file and (file.is_dir() or not os.access(file.parent, os.W_OK)):
        raise CannotDo(f"{file} cannot be written: a folder is there, or none to hold it")


@contextlib.contextmanager
def alone(store):
    """Within this block no other run grades into the same course.

    Raises
    ------
    CannotDo
        If one does already.
    """
    with open(store.folder / "lock", "a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotDo("another grading of this course is running: wait for it") from None
        yield


def require_seed(assignment, store) -> None:
    """See that the problems hold at this seed; asked once for each state of them.

    Raises
    ------
    CannotDo
        If a right answer would lose points, or a known mistake score too much.
    """
    key = f"seed-{assignment.key}"
    if store.get(key) is None:
        if complaints := assignment.seed_complaints():
            raise CannotDo("\n  ".join(["the problems do not hold at this seed:", *complaints]))
        store.put(key, [])


def grade_and_record(grader, recorder, students: list[str]) -> list[dict]:
    """Grade, record, and say so line by line; what is done is kept, whatever comes."""
    results = []
    try:
        for result, notebook in grader.grade_all(students):
            recorder.record(result, notebook)
            results.append(result)
            say(line(result, len(results), len(students)))
    finally:
        keep(grader.store, grader.assignment.name, results)
    return results


def keep(store, assignment: str, results: list[dict]) -> None:
    """Add results to those that feedback is written from."""
    latest = store.get(f"latest-{assignment}") or {}
    store.put(f"latest-{assignment}", latest | {r["student"]: r for r in results})
