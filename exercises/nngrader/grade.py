"""From a submission to a result: rebuild, run, judge. Recording is another step."""

from __future__ import annotations

import ast
import hashlib
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from .assignment import Assignment
from .errors import CannotDo
from .notebooks import grade_id, is_code, is_test, mark, most_points
from .process import Died
from .rebuild import Rebuilt, rebuild
from .runner import Raised, Runner
from .sandbox import Sandbox
from .score import Stub, no_points
from .store import Store, digest
from .submission import read_declared, read_submission
from .suspicion import CALLS, DANGEROUS, suspicious

UNSAFE = "run without a sandbox"
SLOW = "too long"  # took, or waited: on another day, on this machine, it may not


class Grader:
    """Grades submissions of one assignment, several at a time.

    Parameters
    ----------
    assignment : Assignment
        What is graded.
    sandbox : Sandbox
        Where students' code runs.
    store : Store
        Keeps results, so that a run can be stopped and resumed.
    workers : int
        Submissions graded at one time.
    """

    def __init__(
        self, assignment: Assignment, sandbox: Sandbox, store: Store, workers: int = 2
    ):
        self.assignment, self.sandbox, self.store = assignment, sandbox, store
        self.workers, self.slots = workers, queue.SimpleQueue()
        for slot in range(workers):
            self.slots.put(slot)

    def grade_all(self, students: list[str]) -> Iterator[tuple[dict, dict]]:
        """Grade submissions; nobody vanishes, and nobody's stops another's.

        Parameters
        ----------
        students : list of str
            Whose.

        Yields
        ------
        dict, dict
            The result, and the rebuilt notebook to record; in the order of the students.
        """
        _ = self.assignment.hidden, self.assignment.key  # once, before the threads
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                yield from pool.map(self.grade, students)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def grade(self, student: str) -> tuple[dict, dict]:
        """Grade one submission.

        Parameters
        ----------
        student : str
            Whose.

        Returns
        -------
        dict, dict
            The result (`student assignment status flags score max_score problems cells`, and
            `key`, its digest), and the rebuilt notebook.
        """
        slot = self.slots.get()
        try:
            return self._grade(student, slot)
        finally:
            self.slots.put(slot)

    def _grade(self, student, slot):
        """Grade one submission; a fault of ours becomes a flag, and is not kept."""
        a, rebuilt = self.assignment, None
        name = {"student": student, "assignment": a.name}
        try:
            folder = a.course / "submitted" / student / a.name
            cells, odd = read_submission(folder, a.name, a.solution_ids)
            rebuilt = rebuild(a.instructor, a.released, cells)
            rebuilt.files, missing = read_declared(folder, a.declared)
            rebuilt.flags[:0] = odd + missing + [UNSAFE] * self.sandbox.unsafe
            files = {n: f and hashlib.sha256(f).hexdigest() for n, f in rebuilt.files.items()}
            key = digest([a.key, rebuilt.work, rebuilt.flags, rebuilt.found, files])
            result = self.store.get(key)
            if result is None:
                result = self._run(rebuilt, slot) if rebuilt.found else nothing(rebuilt)
                if not any(SLOW in f for f in result["flags"]):
                    self.store.put(key, result)
            return name | result | {"key": key}, rebuilt.notebook
        except Exception as e:
            rebuilt = rebuilt or rebuild(a.instructor, a.released, None)
            flag = f"the grader itself failed: {type(e).__name__}: {e}"
            rebuilt.flags.append(flag[:300])
            return name | nothing(rebuilt) | {"key": "", "failed": True}, rebuilt.notebook

    def _run(self, rebuilt: Rebuilt, slot):
        """Run the student's cells in the sandbox and our test cells here."""
        runner, reports = Runner(rebuilt.work, self.sandbox, slot), {}
        try:
            names, imports = runner.read(self._wanted())
            flags = rebuilt.flags + suspicious(names, imports)
            stubs = {
                f: Stub(f, runner, self.assignment.hidden, names, reports, rebuilt.files)
                for f in self.assignment.functions
            }
            cells = evaluate_tests(rebuilt.notebook, stubs, flags)
        finally:
            runner.close()
        flags += [f"{name}: {note}" for name, note in runner.notes.items()]
        self._fill(reports, rebuilt.notebook)
        return result_of(rebuilt, "flagged" if flags else "graded", flags, cells, reports)

    def _wanted(self):
        """Dotted names that must not be missed."""
        priced = [n for d in self.assignment.hidden.values() for n in d["forbidden"].values()]
        return sorted(CALLS | DANGEROUS | {name for names in priced for name in names})

    def _fill(self, reports, notebook):
        """A report of no points for each problem whose test cell came to no report."""
        for cell in filter(is_test, notebook["cells"]):
            for name, data in self.assignment.hidden.items():
                if f'"{name}"' in cell["source"] and name not in reports:
                    reports[name] = no_points(data, mark(cell)["points"])


def nothing(rebuilt: Rebuilt) -> dict:
    """The result where nothing can be graded: 0 points, and the reasons as flags."""
    tests = [c for c in rebuilt.notebook["cells"] if is_test(c)]
    cells = {grade_id(c): [0.0, mark(c)["points"]] for c in tests}
    return result_of(rebuilt, "ungradable", rebuilt.flags, cells, {})


def result_of(rebuilt: Rebuilt, status: str, flags: list, cells: dict, reports: dict) -> dict:
    """A result as it is kept."""
    return {
        "status": status,
        "flags": list(flags),
        "score": round(sum(score for score, _ in cells.values()), 6),
        "max_score": most_points(rebuilt.notebook),
        "problems": reports,
        "cells": cells,
    }


def evaluate_tests(notebook: dict, stubs: dict, flags: list[str]) -> dict:
    """Run the instructor's locked cells and test cells, with stubs for what students write.

    Parameters
    ----------
    notebook : dict
        The rebuilt notebook; its locked cells and test cells are the instructor's.
    stubs : dict
        By the name that they stand for.
    flags : list of str
        A test cell that fails, rather than giving points, is noted here.

    Returns
    -------
    dict
        [points, most] by id of the test cell, as nbgrader counts them: an error gives none, a
        number as last value that many, anything else all.
    """
    names, cells = {"__name__": "tests", **stubs}, {}
    for cell in notebook["cells"]:
        if is_test(cell):
            gid, most = grade_id(cell), mark(cell)["points"]
            cells[gid] = [points_of(cell["source"], names, most, gid, flags), most]
        elif is_code(cell) and mark(cell).get("locked") and not mark(cell).get("solution"):
            evaluate(cell["source"], names)
    return cells


def points_of(source: str, names: dict, most: float, gid: str, flags: list[str]) -> float:
    """What one test cell gives."""
    try:
        value = evaluate(source, names)
    except (Raised, Died, AssertionError):  # the student's, seen through a stub
        return 0.0
    except CannotDo:  # no worker could be started: nobody's fault, and no result
        raise
    except Exception as e:
        flags.append(f"{gid}: the test cell failed ({type(e).__name__})")
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        return most
    return max(0.0, min(float(value), most))


def evaluate(source: str, names: dict):
    """Run a cell of the instructor's.

    Parameters
    ----------
    source : str
        Its text.
    names : dict
        The namespace in which it runs.

    Returns
    -------
    object
        The value of its last line, as a notebook would show it.
    """
    tree = ast.parse(source)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "test", "exec"), names)
    return None if last is None else eval(compile(last, "test", "eval"), names)
