"""One run of `nngrader grade`: the students to grade, where to run, and the recording."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..course.anonymous import Names, names_of, require_among
from ..course.assignment import Assignment, AssignmentSpec
from ..course.definitions import earlier_in_words, graded_earlier
from ..course.folder import Course
from ..course.roster import missing, read
from ..engine.declaration.challenge import missing_heldback
from ..errors import CannotDo, NotThere
from ..gradebook.database import marks
from ..gradebook.database import students as students_of_gradebook
from ..gradebook.late import policy_file, read_policy
from ..gradebook.record import Recorder
from ..gradebook.seed import require_seed, require_shared_seed
from ..records.flag import Flag, FlagCode, add_flag
from ..sandbox.launch import Sandbox
from ..screen import (
    Progress,
    absent,
    public,
    restored,
    say,
    shown,
    table,
    totals,
    untimed,
    warn,
)
from ..storage.results import Store, latest_key, write_whole
from ..storage.scratch import alone, sweep
from ..wording import counted, did_you_mean
from .all_submissions import Grader, Threads

__all__ = ["grade_class"]


def grade_class(
    course: Course,
    name: str,
    only: Sequence[str] = (),
    *,
    anonymous: bool,
    unsafe: bool,
    workers: int,
    scheduler: str | None,
    json_file: Path | None,
    this_machine: bool = False,
) -> list[dict]:
    """Grade and record the submissions of an assignment; print and return the results.

    :param only: Ids or codes of students; if empty, all students with a submission are graded.
    :param anonymous, unsafe, workers, scheduler, json_file: The options of the command;
        `scheduler` is the address of a Dask cluster.
    :param this_machine: Whether to record points even if another machine wrote something newer
        into the gradebook.
    """
    require_writable(json_file)
    roster = read(course)  # reports errors in the list before grading
    sweep()
    sweep(course / ".results")
    assignment = Assignment(course, name)
    if missing_data := missing_heldback(course.problems(name)):
        raise CannotDo("; ".join(missing_data))
    called = names_of(course, anonymous)
    submitted = submitters(course, name)
    students = wanted(course, name, only, submitted, called)
    students = sorted(students, key=called)  # the order of ids would reveal names
    require_extensions_of_somebody(course, name, {*(roster or ()), *submitted}, roster, called)
    if not this_machine:
        require_shared_seed(course, name)
    require_seed(course, name, whole=not only)
    store = Store(course / ".results")
    running = executor_of(assignment.spec(unsafe), workers, scheduler)
    with alone(store, name), running as executor:
        grader = Grader(assignment, executor, store)
        if complaints := grader.require_seed():
            first = "the problems fail their checks with this seed:"
            raise CannotDo("\n  ".join([first, *complaints]))
        with Recorder(assignment, anyway=this_machine) as recorder:
            recorder.enter_names((roster or {}).values())
            results = grade_and_record(grader, recorder, students, store, called)
        grader.tidy(whole=not only)
    shown_results = list(called.results({r["student"]: r for r in results}).values())
    for text in (*table(shown_results, sys.stdout.isatty()), totals(shown_results)):
        say(text)
    if json_file:
        write_whole(json_file, json.dumps([public(r) for r in shown_results], indent=1) + "\n")
    known = marks(course, name)
    late = called.all(s for s in students if s in known and known[s]["untimed"])
    earlier = graded_earlier(course, name, store.get(latest_key(name)))
    in_words = earlier_in_words({called(s): old for s, old in earlier.items()})
    silent = [] if only else missing(course, name, students_of_gradebook(course, name))
    by_hand = {called(s): cells for s, cells in recorder.restored.items()}
    remarks = untimed(late), restored(by_hand), *map(shown, in_words)
    for text in (*remarks, absent(called.all(silent))):
        if text:
            say(text)
    called.tell_key()
    return results


def submitters(course: Course, name: str) -> list[str]:
    """Return the students who submitted the assignment."""
    try:
        return course.submissions(name)
    except OSError as e:
        raise CannotDo(f"{course / 'submitted'} cannot be read: {e.strerror}") from e


def wanted(
    course: Course, name: str, only: Sequence[str], submitted: list[str], called: Names
) -> list[str]:
    """Return the students to grade; raise NotThere if one of them has no submission."""
    named = require_among(course, only, submitted, called, f"no submission for {name} by")
    if not submitted:
        raise NotThere(f"no submissions: no folder in {course / 'submitted'} contains {name}")
    return list(dict.fromkeys(named)) if only else submitted


def require_extensions_of_somebody(
    course: Course, name: str, known: set[str], roster: dict | None, called: Names
) -> None:
    """Raise an error before grading if an extension names an unknown student (perhaps a typo).

    This needs a class list.
    """
    extensions = read_policy(policy_file(course, name)).extensions or {}
    if roster and (vain := sorted(set(extensions) - known)):
        near = [f"{s}{did_you_mean(s, known)}" for s in vain]
        named = "" if called.anonymous else f" ({shown(', '.join(near))})"
        s = "s" * (len(vain) > 1)
        raise CannotDo(
            f"[late.extensions] in nngrader.toml names {counted(len(vain), 'student')} without "
            f"a submission or a row in the class list{named}: correct the name{s}"
        )


def require_writable(file: Path | None) -> None:
    """Raise an error before grading if the file could not be written afterwards."""
    if file and not os.access(file.parent, os.W_OK):
        why = "cannot be written to" if file.parent.exists() else "does not exist"
        raise CannotDo(f"{file} cannot be written, because its folder {why}")


@contextlib.contextmanager
def executor_of(spec: AssignmentSpec, workers: int, scheduler: str | None):
    """Open a block with the executor that runs jobs: a cluster, or threads on this machine."""
    if scheduler:
        from .cluster import Cluster, is_open

        if is_open(scheduler):
            warn(f"{scheduler} is not encrypted: use tls:// outside your own machine")
        with Cluster(spec, scheduler) as executor:
            yield executor
        return
    with Sandbox(spec.limits, unsafe=spec.unsafe, uses=spec.uses, files=spec.files) as sandbox:
        sandbox.require()
        with Threads(spec, sandbox, workers) as executor:
            yield executor


def grade_and_record(
    grader, recorder, students: list[str], store: Store, called: Names
) -> list[dict]:
    """Grade and record submissions, and return the results; an error loses none of them."""
    results, name = {}, grader.assignment.name
    try:
        with Progress(len(students)) as progress:
            for result, notebook in grader.grade_all(students):
                recorder.record(result, notebook)
                if earlier := recorder.replaced_in_time(result["student"], result):
                    folder, data = earlier
                    if (points := grader.points_of(folder)) is not None:
                        data["earlier"] = points
                    add_flag(result, Flag(FlagCode.LATE_REPLACED, data=data))
                results[result["student"]] = result
                progress.tell(called.result(result))
    finally:
        store.put(latest_key(name), (store.get(latest_key(name)) or {}) | results)
    return [results[student] for student in students]
