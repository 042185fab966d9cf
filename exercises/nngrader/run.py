"""Step 2: a student's cells in the sandbox. With step 3, a function of paper and job alone."""

from __future__ import annotations

from .job import Job, Paper
from .judge import judge_cells
from .processor import processor
from .runner import Runner
from .sandbox import Sandbox
from .suspicion import CALLS, DANGEROUS, suspicious

__all__ = ["run"]

MOST_NOTES = 12  # on cells that the student added


def run(paper: Paper, job: Job, sandbox: Sandbox, slot: int) -> dict:
    """Run one submission and judge it.

    Parameters
    ----------
    paper : Paper
        What all submissions have in common.
    job : Job
        The submission.
    sandbox : Sandbox
        Where the student's code runs.
    slot : int
        Which of those that run at one time on this machine.

    Returns
    -------
    dict
        `status flags score max_score problems cells seconds prints processor`. Where nothing
        was handed in that could be graded: 0 points, the reasons as flags, and no `processor`.

    Raises
    ------
    CannotDo
        If no worker can be started.
    """
    if not job.found:
        return paper.nothing(job.flags)
    runner = Runner(job.work, sandbox, slot)
    try:
        names, imports = runner.read(_wanted(paper))
        flags = job.flags + suspicious(names, imports, paper.uses)
        judged = judge_cells(paper, job, runner, names, flags)
    finally:
        runner.close()
    flags += _told(runner)
    judged["prints"] = dict(getattr(runner, "prints", {}))
    result = paper.result("flagged" if flags else "graded", flags, **judged)
    return result | {"processor": processor()}


def _told(runner):
    """What was noted, as flags; of many own cells the first ones."""
    notes, own = runner.notes, [name for name, _, own in runner.cells if own]
    less = {*[name for name in own if name in notes][MOST_NOTES:]}
    told = [f"{name}: {note}" for name, note in notes.items() if name not in less]
    return told + [f"own cells: {len(less)} more have notes of this kind"] * bool(less)


def _wanted(paper):
    """Dotted names that must not be missed."""
    priced = [names for d in paper.hidden.values() for names in d["forbidden"].values()]
    return sorted(CALLS | DANGEROUS | {name for names in priced for name in names})
