"""What steps 2 and 3 are a function of: one paper for the class, one job for each submission.

Both are plain data and can be sent to another machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .limits import Limits

__all__ = ["Job", "Paper"]


@dataclass(frozen=True)
class Paper:
    """What all submissions of an assignment have in common.

    Parameters
    ----------
    cells : list of (str, str or None, float)
        The instructor's locked cells and test cells, in their order: source; the id of a test
        cell, None for another; the points that it gives at most.
    functions : list of str
        What students define.
    hidden : dict
        Hidden cases by problem, as `nngrader.engine.pack` made them.
    limits : Limits
        What a worker may use.
    uses : list of str
        Packages besides NumPy that submissions may import.
    most : float
        Points of all graded cells, those marked by hand too.
    unsafe : bool
        Whether submissions run without a sandbox.
    code : str
        A digest of our code and of the versions that it runs with: another machine's must be
        the same.
    """

    cells: list
    functions: list
    hidden: dict
    limits: Limits
    uses: list
    most: float
    unsafe: bool
    code: str

    def result(self, status: str, flags: list, cells: dict, **judged) -> dict:
        """A result as it is kept: `status flags score max_score problems cells seconds prints`.

        Parameters
        ----------
        status : str
            graded, flagged or ungradable.
        flags : list of str
            What the instructor should know.
        cells : dict
            [points, most] by id of the test cell.
        **judged
            `problems`, `seconds`, `prints`; empty where nothing was judged.
        """
        return {
            "status": status,
            "flags": list(flags),
            "score": round(sum(score for score, _ in cells.values()), 6),
            "max_score": self.most,
            "problems": judged.get("problems", {}),
            "cells": cells,
            "seconds": judged.get("seconds", {}),
            "prints": judged.get("prints", {}),
        }

    def nothing(self, flags: list) -> dict:
        """The result where nothing can be graded: 0 points, and the reasons as flags."""
        cells = {gid: [0.0, most] for _, gid, most in self.cells if gid}
        return self.result("ungradable", flags, cells)


@dataclass(frozen=True)
class Job:
    """One submission, rebuilt.

    Parameters
    ----------
    work : list of (str, str, bool)
        Cells for the worker: name, source, whether the student added the cell.
    flags : list of str
        What has been noted so far.
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
