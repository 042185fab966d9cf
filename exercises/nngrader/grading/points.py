"""What the instructor's test cells call: `points`, on a student's function or on its stub."""

from __future__ import annotations

import inspect
import math
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..engine import caller, judge, observed, with_file
from ..engine.declaration.challenge import files_beside
from ..engine.observation.reading import names_used


@dataclass
class Stub:
    """Stands for a student's function where the answers are known; runs it in the sandbox.

    Parameters
    ----------
    name : str
        The function.
    runner : Runner
        Runs the submission.
    hidden : dict
        Hidden cases of every problem, as `nngrader.engine.pack` made them.
    names : list of str
        Dotted names that stand in the student's cells.
    reports : dict
        Filled with one entry for each problem that is judged.
    files : dict
        Bytes of the files that the submission may bring along, by name; None where it did not.
    """

    name: str
    runner: object
    hidden: dict
    names: list
    reports: dict
    files: dict = field(default_factory=dict)
    __nngrader_stub__ = True

    def __call__(self, *args, **kwargs):
        """Call the student's function on copies of the arguments; plain data comes back."""
        return self.runner.value(self.name, args, kwargs)

    def points(self, name: str, most: float) -> float:
        """Judge the function on hidden cases, and keep the report."""
        data = with_file(self.hidden[name], self.files)
        parts, cap = observed(data), answer_cap(data, self.runner.limits.output_kb)
        driver = data.get("driver")
        verdict = judge(
            data,
            lambda a: self.runner.call(self.name, a, parts, cap, driver),
            self.names,
            lambda *asked: self.runner.measure(self.name, *asked),
        )
        self.reports[name] = report(data, verdict, most)
        return self.reports[name]["score"]


def points(name: str, f, most: float) -> float:
    """Return points that a function earns on the hidden cases of a problem.

    Parameters
    ----------
    name : str
        The problem.
    f : callable
        A stub, when `nngrader grade` runs the cell. Else the student's own function, when
        `nbgrader autograde` runs it, which is for submissions that are trusted.
    most : float
        Points for a right answer.

    Returns
    -------
    float
        Between 0 and `most`.
    """
    if getattr(f, "__nngrader_stub__", False):
        return f.points(name, most)
    data = _hidden_here()[name]
    data = with_file(data, files_beside(data, Path.cwd()))
    used = names_used(*_sources(f))
    verdict = judge(data, caller(data, f), used)
    return round(verdict.score * most / 100, 6)


def answer_cap(data: dict, output_kb: int) -> int:
    """Return the largest answer that is read: far above the right one.

    Parameters
    ----------
    data : dict
        A packed problem.
    output_kb : int
        What is allowed beyond eight times the largest right answer.

    Returns
    -------
    int
        Bytes.
    """
    sizes = [sum(np.asarray(w).nbytes for w in c.get("want") or ()) for c in data["cases"]]
    sizes += [c.get("raw_bytes", 0) for c in data["cases"]]  # before it is measured
    return output_kb * 1024 + 8 * max(sizes, default=0)


def report(data: dict, verdict, most: float) -> dict:
    """Return the report that is kept of a verdict.

    Parameters
    ----------
    data : dict
        The packed problem.
    verdict : Verdict
        What the engine says.
    most : float
        Points for a right answer.

    Returns
    -------
    dict
        `score` and `max`; `aspects`, each [earned, most]; `findings`, each [aspect, text, name
        of the known mistake or None]; `tried`, what each aspect's cases try, in words; of a
        challenge also `challenge`: what was `measured` (None where nothing could be), how many
        `bytes` the file has, and whether `lower` is better.
    """
    scale = most / 100
    tried = {}
    for case in data["cases"]:
        named = set(data["returns"].values()) if case["aspect"] == "value" else {case["aspect"]}
        for aspect in named:
            words = tried.setdefault(aspect, [])
            words += [case["tried"]] * (case["tried"] not in words)
    told = {
        "score": round(verdict.score * scale, 6),
        "max": most,
        "aspects": {
            a: [round(earned * scale, 6), round(of * scale, 6)]
            for a, (earned, of) in verdict.points.items()
        },
        "findings": [list(f) for f in verdict.findings],
        "tried": tried,
    }
    return told | ({"challenge": _challenge(data, verdict)} if data.get("file") else {})


def _challenge(data, verdict):
    """Return what a challenge's file measured, and its size."""
    file = data["cases"][0]["args"].get(data["file"]["parameter"], ())
    real = verdict.measured is not None and math.isfinite(verdict.measured)
    told = {"measured": verdict.measured if real else None, "bytes": len(file)}
    return told | {"lower": data["lower"]}


def no_points(data: dict, most: float) -> dict:
    """Return the report where a test cell could not be run to its end.

    Parameters
    ----------
    data : dict
        The packed problem.
    most : float
        Points for a right answer.

    Returns
    -------
    dict
        As that of `report`, with no points for anything.
    """
    empty = report(data, judge(data, lambda args: {"error": [["Exception"], ""]}), most)
    aspects = {a: [0.0, of] for a, (_, of) in empty["aspects"].items()}
    words = "could not be judged: the test cell came to no end."
    return empty | {"score": 0.0, "aspects": aspects, "findings": [["value", words, None]]}


def _hidden_here():
    """Return the hidden cases of the assignment in whose folder this process works."""
    from ..course.folder import Course

    here = Path.cwd()
    course = os.environ.get("NNGRADER_COURSE") or next(
        (p for p in here.parents if (p / "problems").is_dir() and (p / "source").is_dir()), None
    )
    if course is None:
        raise RuntimeError("points: this folder belongs to no course; students use check(f)")
    return Course(course).hidden(os.environ.get("NNGRADER_ASSIGNMENT", here.name))


def _sources(f):
    """Return texts of all cells that this kernel has run, else of the function alone."""
    try:
        from IPython import get_ipython

        return [text for text in get_ipython().user_ns["In"] if text]
    except (ImportError, AttributeError, KeyError):
        return [inspect.getsource(f)]
