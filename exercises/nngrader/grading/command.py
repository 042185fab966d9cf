"""One run of `nngrader grade`: which students are graded, where, and how it is recorded."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from ..course.anonymous import Names, names_of, require_among
from ..course.assignment import Assignment
from ..course.definitions import earlier_in_words, graded_earlier
from ..course.roster import missing, read
from ..errors import CannotDo, NotThere
from ..gradebook.database import marks
from ..gradebook.database import students as students_of_gradebook
from ..gradebook.late import policy_file, read_policy
from ..gradebook.record import Recorder
from ..sandbox.launch import Sandbox
from ..screen import Progress, absent, public, say, shown, table, totals, untimed, warn
from ..storage.results import Store, write_whole
from ..storage.scratch import alone, sweep
from ..wording import did_you_mean
from .all_submissions import Grader, Threads

__all__ = ["grade_class"]

NAMES = Names()


def grade_class(a) -> list[dict]:
    """Grade and record what was handed in for an assignment, and return the results.

    Parameters
    ----------
    a : argparse.Namespace
        The arguments of `nngrader grade`.

    Returns
    -------
    list of dict
        The results in the order of what students are called, after printing them and writing
        the file of `--json`.

    Raises
    ------
    CannotDo
        If grading cannot begin, or results cannot be stored.
    NotThere
        If there is nothing to grade.
    """
    require_writable(a.json)
    roster = read(a.course)  # so that its faults are reported before the work
    sweep()
    sweep(a.course / ".results")
    assignment = Assignment(a.course, a.assignment)
    called = names_of(a.course, a.anonymous)
    there = handed_in(a)
    students = sorted(wanted(a, there, called), key=called)  # the order of ids tells names
    require_extensions_of_somebody(a, roster, there, called)
    store = Store(a.course / ".results")
    with alone(store, a.assignment), executor_of(a, assignment) as executor:
        grader = Grader(assignment, executor, store)
        if complaints := grader.require_seed():
            raise CannotDo("\n  ".join(["the problems do not hold at this seed:", *complaints]))
        with Recorder(assignment) as recorder:
            results = grade_and_record(grader, recorder, students, store, called)
        grader.tidy(whole=not a.students)
    told = list(called.results({r["student"]: r for r in results}).values())
    for text in (*table(told, sys.stdout.isatty()), totals(told)):
        say(text)
    if a.json:
        write_whole(a.json, json.dumps([public(r) for r in told], indent=1) + "\n")
    tell_untimed(a, students, called)
    known = store.get(f"latest-{a.assignment}") or {}
    earlier = graded_earlier(a.course, a.assignment, known)
    for text in earlier_in_words({called(s): earlier[s] for s in earlier}):
        say(shown(text))
    if not a.students:
        tell_missing(a, called)
    if called.anonymous:
        say(f"{called.key}: whose each code is")
    return results


def tell_untimed(a, students: list[str], called: Names = NAMES) -> None:
    """Print of whom it is unknown whether they are late, where lateness costs points."""
    known = marks(a.course, a.assignment)
    if text := untimed(called.all(s for s in students if s in known and known[s]["untimed"])):
        say(text)


def tell_missing(a, called: Names) -> None:
    """Print who of the class list and the gradebook has handed in nothing."""
    known = students_of_gradebook(a.course, a.assignment)
    if text := absent(called.all(missing(a.course, a.assignment, known))):
        say(text)


def handed_in(a) -> list[str]:
    """Return the students who have handed in the assignment.

    Raises
    ------
    CannotDo
        If the folder of submissions cannot be read.
    """
    try:
        return a.course.submissions(a.assignment)
    except OSError as e:
        raise CannotDo(f"{a.course / 'submitted'} cannot be read: {e.strerror}") from e


def wanted(a, there: list[str], called: Names) -> list[str]:
    """Return the students to grade.

    Raises
    ------
    NotThere
        If one of the named students has handed in nothing, or nobody has.
    """
    words = f"nothing handed in for {a.assignment} by"
    named = require_among(a.course, a.students or (), there, called, words)
    if not there:
        raise NotThere(f"nothing handed in: {a.course / 'submitted'} has no {a.assignment}")
    return sorted(set(named)) if a.students else there


def require_extensions_of_somebody(
    a, roster: dict | None, there: list[str], called: Names
) -> None:
    """Raise an error before the work if an extension is given to nobody, as by a slip of a key.

    Raises
    ------
    CannotDo
        If an id is neither in the class list nor has handed in; without a class list nobody
        can tell.
    """
    given = read_policy(policy_file(a.course, a.assignment)).extensions or {}
    if roster and (vain := sorted(set(given) - {*roster, *there})):
        near = [f"{s}{did_you_mean(s, {*roster, *there})}" for s in vain]
        named = "" if called.anonymous else f" ({shown(', '.join(near))})"
        raise CannotDo(
            f"[late.extensions] in nngrader.toml names {len(vain)} who neither stands in the "
            f"class list nor has handed in{named}: an extension would be lost"
        )


def require_writable(file: Path | None) -> None:
    """Raise an error before the work if a file could not be written after it.

    Raises
    ------
    CannotDo
        If it cannot be written.
    """
    if file and (file.is_dir() or not os.access(file.parent, os.W_OK)):
        raise CannotDo(f"{file} cannot be written: a folder is there, or none to hold it")


@contextlib.contextmanager
def executor_of(a, assignment: Assignment):
    """Open a block with the executor that runs jobs: a cluster, or threads on this machine.

    Raises
    ------
    CannotDo
        If it cannot run students' code.
    """
    spec = assignment.spec(a.unsafe_no_sandbox)
    if a.scheduler:
        from .cluster import Cluster, is_open

        if is_open(a.scheduler):
            warn(f"{a.scheduler} is not encrypted: use tls:// outside your own machine")
        with Cluster(spec, a.scheduler) as executor:
            yield executor
        return
    with Sandbox(spec.limits, unsafe=spec.unsafe, uses=spec.uses) as sandbox:
        sandbox.require()
        with Threads(spec, sandbox, a.workers) as executor:
            yield executor


def grade_and_record(
    grader, recorder, students: list[str], store: Store, called: Names
) -> list[dict]:
    """Grade and record submissions, and return the results; errors lose none of them."""
    results = {}
    try:
        with Progress(len(students)) as progress:
            for result, notebook in grader.grade_all(students):
                recorder.record(result, notebook)
                results[result["student"]] = result
                progress.tell(called.result(result))
    finally:
        save_latest(store, grader.assignment.name, results)
    return [results[student] for student in students]


def save_latest(store: Store, assignment: str, results: dict) -> None:
    """Add results to the latest ones, from which feedback and report are written."""
    latest = store.get(f"latest-{assignment}") or {}
    store.put(f"latest-{assignment}", latest | results)
