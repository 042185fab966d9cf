"""What a student runs: the visible cases of a problem, from a file beside the notebook."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .engine import Verdict, judge, sentence, store
from .engine.ledger import EVERYTHING
from .engine.observe import observe
from .engine.reading import names_used

SUFFIX = ".cases.json"
DIGITS = 4
STILL_THERE = "If the cell that used it is gone, restart the kernel: all that has run counts."
NOT_PROVED = "The points are given on other inputs, made afresh."


def check(f: Callable) -> None:
    """Try a function on the visible cases and print what is wrong with it.

    Parameters
    ----------
    f : callable
        The student's function; its name tells which problem it answers. When the grader runs
        the cell, a stub stands in its place, and nothing is done.
    """
    if getattr(f, "__nngrader_stub__", False):
        return
    print(told(f, Path.cwd()))


def told(f: Callable, folder: Path) -> str:
    """Return what `check` prints for a function, with the cases that lie in a folder."""
    name = getattr(f, "__name__", type(f).__name__)
    problems = visible_problems(folder)
    if not problems:
        return (
            f"check: no file *{SUFFIX} lies in {folder.name}. It belongs beside the notebook."
        )
    if name not in problems:
        return f"check: no problem is called {name}. There are: {', '.join(sorted(problems))}."
    data, cells = problems[name], _cells_run()
    sources = _source(f) if cells is None else cells
    verdict = judge(data, _run(data, f), names_used(*sources))
    used = cells is not None and any(a == EVERYTHING for a, _, _ in verdict.findings)
    return report(data, f, verdict) + (f"\n  {STILL_THERE}" if used else "")


def visible_problems(folder: Path) -> dict:
    """Return the packed visible cases in a folder, by problem."""
    found = {}
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        found |= store.load(file)
    return found


def report(data: dict, f: Callable, verdict: Verdict) -> str:
    """Put a verdict on visible cases into words, line by line.

    Parameters
    ----------
    data : dict
        A packed problem.
    f : callable
        The function judged; called once more where the worked example is shown.
    verdict : Verdict
        What the engine says of it.
    """
    scale = data["total"] / 100
    earned, most = verdict.score * scale, data["total"]
    lines = [f"{data['name']}: {earned:.4g} of {most:g} points on the visible cases."]
    full = [a for a, (points, of) in verdict.points.items() if points == of]
    right = [a for a in full if a not in verdict.spared]
    if right and len(right) < len(verdict.points):
        lines.append(f"  Right: {', '.join(right)}.")
    lines += [f"  {sentence(aspect, text)}" for aspect, text, _ in verdict.findings]
    if verdict.spared:
        lines.append(f"  The same again, not charged twice: {', '.join(verdict.spared)}.")
    if verdict.unclear:
        lines += _by_hand(data, f)
    return "\n".join([*lines, *([f"  {NOT_PROVED}"] if verdict.score == 100 else [])])


def _run(data, f):
    """Return what calls a function here and describes the result."""
    return lambda args: observe(f, args, len(data["returns"]))


def _by_hand(data, f):
    """Return the lines that show what differs in the example for pencil and paper."""
    args, want = data["example"]["args"], data["example"]["want"]
    parts = _run(data, f)(args)["parts"] or []
    both = [
        (name, _number(_real(part["values"])), _number(w))
        for name, part, w in zip(data["returns"], parts, want, strict=False)
        if part["values"] is not None
    ]
    differ = [
        f"    {n}: yours {yours}, asked {asked}" for n, yours, asked in both if yours != asked
    ]
    given = [f"    {name} = {_number(v)}" for name, v in args.items()]
    return ["  An example to go through by hand:", *given, *differ] if differ else []


def _real(values):
    """Return numbers of any type as floats, complex ones as they are."""
    return values if values.dtype.kind == "c" else values.astype(float)


def _number(value):
    """Return numbers on one line, rounded."""
    values = np.asarray(value)
    rounded = np.round(values if values.dtype.kind in "iuc" else values.astype(float), DIGITS)
    return str((rounded + 0.0 if rounded.dtype.kind == "f" else rounded).tolist())


def _cells_run():
    """Return the texts of all cells that a notebook has run so far, None outside of one."""
    try:
        from IPython import get_ipython

        return [text for text in get_ipython().user_ns["In"] if text]
    except (ImportError, AttributeError, KeyError):
        return None


def _source(f):
    """Return the text of a function, in a list, where it can be had."""
    try:
        return [inspect.getsource(f)]
    except (OSError, TypeError):
        return []
