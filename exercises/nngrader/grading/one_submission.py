"""Steps 2 and 3 for one submission: run its cells in the sandbox, then the test cells here.

Both depend only on `AssignmentSpec`, which all submissions of an assignment share, and on
`Job`, the submission. These are plain data, so that another machine can run a submission.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from ..course.assignment import AssignmentSpec
from ..engine import judge, observed, report, reweighted, with_file
from ..engine.observation.driver import PARSING, answer_cap
from ..errors import CannotDo
from ..intake.suspicion import CALLS, DANGEROUS, suspicious
from ..sandbox.launch import Sandbox
from ..sandbox.runner import Raised, Runner
from ..sandbox.supervisor import Died
from ..storage.results import processor
from .follow_through import RightFunctions, followed, wrong_before

__all__ = ["Job", "Stub", "run"]

MOST_NOTES = 12  # about cells that the student added


@dataclass(frozen=True)
class Job:
    """One rebuilt submission, as plain data.

    Parameters
    ----------
    work : list of (str, str, bool)
        Cells for the worker: name, source, whether the student added the cell.
    flags : list of str
        The flags so far.
    found : int
        How many of the cells that students write were handed in.
    files : dict
        Bytes of the files that were to be handed in beside the notebook, None where not.
    tested : dict
        By the id of a test cell: how many of the cells in `work` stand before it.
    """

    work: list
    flags: list = field(default_factory=list)
    found: int = 1
    files: dict = field(default_factory=dict)
    tested: dict = field(default_factory=dict)


def run(spec: AssignmentSpec, job: Job, sandbox: Sandbox, slot: int) -> dict:
    """Run one submission and return its result.

    Parameters
    ----------
    spec : AssignmentSpec
        What all submissions have in common.
    job : Job
        The submission.
    sandbox : Sandbox
        Where the student's code runs.
    slot : int
        The number of this job among those that run at one time on this machine.

    Returns
    -------
    dict
        `status flags score max_score problems cells seconds fingerprints processor`. Where
        nothing was handed in that could be graded: 0 points, the reasons as flags, and
        no `processor`.

    Raises
    ------
    CannotDo
        If no worker can be started.
    """
    if not job.found:
        return spec.nothing(job.flags)
    runner = Runner(job.work, sandbox, slot)
    try:
        names, imports = runner.read(wanted_names(spec))
        flags = job.flags + suspicious(names, imports, spec.uses)
        with RightFunctions(spec.solved, sandbox) as right:
            judged = judge_cells(spec, job, runner, names, flags, right)
    finally:
        runner.close()
    flags += _unread_files(spec, job, judged["problems"]) + _notes_as_flags(runner)
    judged["fingerprints"] = dict(getattr(runner, "fingerprints", {}))
    result = spec.result("flagged" if flags else "graded", flags, **judged)
    return result | {"processor": processor()}


def _notes_as_flags(runner):
    """Return the runner's notes as flags, with only the first ones about added cells."""
    notes, own = runner.notes, [name for name, _, own in runner.cells if own]
    less = {*[name for name in own if name in notes][MOST_NOTES:]}
    listed = [f"{name}: {note}" for name, note in notes.items() if name not in less]
    return listed + [f"own cells: {len(less)} more have notes of this kind"] * bool(less)


def _unread_files(spec, job, reports):
    """Return flags about files for challenges that were handed in and could not be opened."""
    flags = []
    for problem, data in spec.hidden.items():
        file = (data.get("file") or {}).get("name")
        raw = job.files.get(file)
        if raw is None or any(file in flag for flag in job.flags):  # not there, or flagged
            continue
        said = [text for _, text, _ in reports.get(problem, {}).get("findings", ())]
        why = [t.rstrip(".") for t in said if t.startswith(f"{file} ")]
        flags += why[:1] if raw else [f"{file} is an empty file"]
    return flags


def wanted_names(spec: AssignmentSpec) -> list[str]:
    """Return the dotted names that the worker must always report if they are used."""
    priced = [names for d in spec.hidden.values() for names in d["forbidden"].values()]
    return sorted(CALLS | DANGEROUS | {name for names in priced for name in names})


def judge_cells(
    spec: AssignmentSpec,
    job: Job,
    runner: Runner,
    names: list,
    flags: list,
    right: RightFunctions,
    stub: Callable | None = None,
) -> dict:
    """Run the instructor's locked cells and test cells, and return their points and reports.

    Parameters
    ----------
    spec : AssignmentSpec
        The sources of the cells, and the hidden cases.
    job : Job
        The submission, with the files that were handed in beside the notebook.
    runner : Runner
        The runner that calls the student's functions in the sandbox.
    names : list of str
        Dotted names that stand in the student's cells.
    flags : list of str
        A flag is added here for a cell of the instructor's that fails by a fault of its own.
    right : RightFunctions
        Right functions, for those of the student's that call wrong ones.
    stub : callable, optional
        Makes a stub, by default `Stub`.

    Returns
    -------
    dict
        `cells`, [points, most] by id of the test cell, as nbgrader counts them: 0 for an error,
        the last value if it is a number, else all points; `problems`, the report on each;
        `seconds` that the student's functions took, by problem.
    """
    reports, cells, seconds = {}, {}, {}
    common = runner, spec.hidden, names, reports, job.files, right
    stubs = {f: (stub or Stub)(f, *common) for f in spec.functions}
    space = {"__name__": "tests", "print": _silent, **stubs}
    for source, gid, most in spec.cells:
        if gid is None:
            _look(source, space, flags)
            continue
        runner.before_test = job.tested.get(gid)
        before, known = sum(runner.spent.values()), set(reports)
        cells[gid] = [_points(source, space, most, gid, flags), most]
        for name in _unreported(spec, source, reports):
            reports[name] = no_points(spec.hidden[name], most)
        spent = sum(runner.spent.values()) - before
        seconds |= {name: round(spent, 3) for name in reports.keys() - known}
    return {"cells": cells, "problems": reports, "seconds": seconds}


def _silent(*_, **__):
    """Stand for `print` in the instructor's cells, whose words are for notebooks."""


def _look(source, names, flags):
    """Run a locked cell without points, which may call functions that are not written yet."""
    try:
        _evaluate(source, names)
    except (Raised, Died, AssertionError):  # it cost its points, and must not cost all others
        return
    except CannotDo:
        raise
    except Exception as e:
        flags.append(f"a locked cell without points failed ({type(e).__name__})")


def _unreported(spec, source, reports):
    """Return the problems that a test cell names and has made no report on."""
    return [n for n in spec.hidden if f'"{n}"' in source and n not in reports]


def _points(source, names, most, gid, flags):
    """Return the points that one test cell gives."""
    try:
        value = _evaluate(source, names)
    except (Raised, Died, AssertionError):  # an error of the student's function
        return 0.0
    except CannotDo:  # no worker could be started, which must not cost points
        raise
    except Exception as e:
        flags.append(f"{gid}: the test cell failed ({type(e).__name__})")
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        return most
    return max(0.0, min(float(value), most))


def _evaluate(source, names):
    """Run a cell of the instructor's, and return its last line's value, as notebooks do."""
    first, last = _compiled(source)
    exec(first, names)
    return None if last is None else eval(last, names)


@functools.lru_cache(256)
def _compiled(source):
    """Return the code of a cell without its last line's value, and of that value or None."""
    with PARSING:
        tree, last = ast.parse(source), None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = compile(ast.Expression(tree.body.pop().value), "test", "eval")
        return compile(tree, "test", "exec"), last


@dataclass
class Stub:
    """Takes the place of a student's function where answers are known; calls it in the sandbox.

    Parameters
    ----------
    name : str
        The function.
    runner : Runner
        The runner of the submission.
    hidden : dict
        Hidden cases of every problem, as `nngrader.engine.pack` made them.
    names : list of str
        Dotted names that stand in the student's cells.
    reports : dict
        The reports by problem, to which each judged problem is added.
    files : dict
        Contents of the files to hand in, by name; None for a missing one.
    right : RightFunctions, optional
        Right functions, for those of the student's that call wrong ones.
    """

    name: str
    runner: object
    hidden: dict
    names: list
    reports: dict
    files: dict = field(default_factory=dict)
    right: RightFunctions | None = None
    __nngrader_stub__ = True

    def __call__(self, *args, **kwargs):
        """Call the student's function on copies of the arguments, and return plain data."""
        return self.runner.value(self.name, args, kwargs)

    def points(self, name: str, most: float) -> float:
        """Judge the function on hidden cases, store the report, and return the points.

        A problem that was dropped is judged all the same: others may call it, and it may get
        points again.
        """
        data = with_file(self.hidden[name], self.files)
        worth = most or 100
        found = report(data, self._verdict(data), worth)
        if self.right and found["score"] < worth and not data.get("file"):
            found = self._followed(data, found)
        self.reports[name] = found if most else reweighted(found, most)
        return self.reports[name]["score"]

    def _verdict(self, data):
        """Return the verdict on what the function does in the sandbox."""
        parts, cap = observed(data), answer_cap(data, self.runner.limits.output_kb)
        asked = parts, cap, data.get("driver")
        return judge(data, lambda a: self._call(a, *asked), self.names, self._measure)

    def _call(self, args, *asked):
        """Return what the student's function answers in one case."""
        return self.runner.call(self.name, args, *asked)

    def _measure(self, *asked):
        """Return what the problem's measure finds in the sandbox."""
        return self.runner.measure(self.name, *asked)

    def _followed(self, data, alone):
        """Return the report with right functions in place of wrong ones that are called."""
        wrong = wrong_before(self.name, self.reports, self.hidden, self.runner.cells)
        if not wrong:
            return alone
        self.right.asked.clear()
        with self.runner.corrected({name: self.right.called(name) for name in wrong}):
            verdict = self._verdict(data)
        return followed(data, alone, verdict, sorted(self.right.asked))


def no_points(data: dict, most: float) -> dict:
    """Return a report without points, for a test cell that could not run to its end.

    Parameters
    ----------
    data : dict
        The packed problem.
    most : float
        Points for a right answer.

    Returns
    -------
    dict
        Like the result of `report`, with 0 points for every aspect.
    """
    empty = report(data, judge(data, lambda args: {"error": [["Exception"], ""]}), most)
    aspects = {a: [0.0, of] for a, (_, of) in empty["aspects"].items()}
    words = "could not be judged: the test cell came to no end."
    return empty | {"score": 0.0, "aspects": aspects, "findings": [["value", words, None]]}
