"""Step 3: the instructor's test cells, run here, with stubs for what students write."""

from __future__ import annotations

import ast

from .errors import CannotDo
from .job import Job, Paper
from .process import Died
from .runner import Raised, Runner
from .score import Stub, no_points

__all__ = ["judge_cells"]


def judge_cells(paper: Paper, job: Job, runner: Runner, names: list, flags: list) -> dict:
    """Run the instructor's locked cells and test cells.

    Parameters
    ----------
    paper : Paper
        Their sources, and the hidden cases.
    job : Job
        Brings the files that were handed in beside the notebook.
    runner : Runner
        Calls the student's functions, elsewhere.
    names : list of str
        Dotted names that stand in the student's cells.
    flags : list of str
        A test cell that fails, rather than giving points, is noted here.

    Returns
    -------
    dict
        `cells`, [points, most] by id of the test cell, as nbgrader counts them: an error gives
        none, a number as last value that many, anything else all; `problems`, the report of
        each; `seconds` that the student's functions took, by problem.
    """
    reports, cells, seconds = {}, {}, {}
    stubs = {
        f: Stub(f, runner, paper.hidden, names, reports, job.files) for f in paper.functions
    }
    space = {"__name__": "tests", **stubs}
    for source, gid, most in paper.cells:
        if gid is None:
            _evaluate(source, space)
            continue
        runner.before_test = job.tested.get(gid)
        before, known = sum(runner.spent.values()), set(reports)
        cells[gid] = [_points(source, space, most, gid, flags), most]
        for name in _unreported(paper, source, reports):
            reports[name] = no_points(paper.hidden[name], most)
        spent = sum(runner.spent.values()) - before
        seconds |= {name: round(spent, 3) for name in reports.keys() - known}
    return {"cells": cells, "problems": reports, "seconds": seconds}


def _unreported(paper, source, reports):
    """Problems that a test cell names, and has come to no report of."""
    return [n for n in paper.hidden if f'"{n}"' in source and n not in reports]


def _points(source, names, most, gid, flags):
    """What one test cell gives."""
    try:
        value = _evaluate(source, names)
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


def _evaluate(source, names):
    """Run a cell of the instructor's; the value of its last line, as a notebook shows it."""
    tree = ast.parse(source)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "test", "exec"), names)
    return None if last is None else eval(compile(last, "test", "eval"), names)
