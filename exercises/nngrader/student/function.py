"""Check a function on the visible cases of its problem, from a file beside the notebook."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import CodeType

from ..engine import Verdict, caller, cases_json, judge, with_file
from ..engine.declaration.challenge import files_beside
from ..engine.explanation.side_by_side import (
    MOST_SHOWN,
    difference,
    differences,
    given,
    is_some,
    shown,
)
from ..engine.judgement.ledger import PASSIVE
from ..engine.observation.driver import result_of
from ..engine.observation.reading import names_used
from ..errors import CannotDo
from ..records.finding import EVERYTHING
from ..records.rendering import Audience, sentences
from ..wording import counted
from .limited import Limited

SUFFIX = ".cases.json"
STILL_THERE = "If you have deleted that cell, restart the kernel: every cell that ran counts."
NOT_PROVED = "The grader uses other inputs for the points."
HELD_BACK = "The grader uses other, hidden inputs for the points."
FOLLOWED = "The grader also tests your function with a correct one instead."
MOST_TRIED = 5  # cases that may be tried again, to show one that fails


def check_message(f: Callable, folder: Path) -> str:
    """Return the text that `check` prints about a function, with the cases in a folder."""
    name = getattr(f, "__name__", type(f).__name__)
    problems = visible_problems(folder)
    if not problems:
        return (
            f"check: no file *{SUFFIX} lies in {folder.name}. It belongs beside the notebook."
        )
    if name not in problems:
        return f"check: no problem is called {name}. There are: {', '.join(sorted(problems))}."
    cells = cells_run()
    data = with_file(problems[name], files_beside(problems[name], folder))
    sources = _source(f) if cells is None else cells
    verdict = judge(data, Limited(data, caller(data, f)), names_used(*sources))
    used = cells is not None and any(f.aspect == EVERYTHING for f in verdict.findings)
    lines = [report(data, f, verdict, folder)]
    lines += called_wrong(problems, f) if verdict.score < 100 else []
    return "\n".join([*lines, *[f"  {STILL_THERE}"] * used])


def called_wrong(problems: dict, f: Callable) -> list[str]:
    """Return lines on functions of other problems that a function calls and that are wrong."""
    functions = vars(f).values() if inspect.isclass(f) else [f]
    functions = [g for g in functions if inspect.isfunction(g)]
    called = {n: g.__globals__.get(n) for g in functions for n in _names_in(g.__code__)}
    lines = []
    for name in sorted(problems.keys() & called.keys()):
        data, other = problems[name], called[name]
        if other is f or not callable(other) or data.get("file"):
            continue
        score = judge(data, Limited(data, caller(data, other))).score
        if score < 100:
            points = f"{score * data['total'] / 100:.4g} of {counted(data['total'], 'point')}"
            lines.append(f"  It calls {name}, which isn't correct yet ({points}): start there.")
    return [*lines, f"  {FOLLOWED}"] if lines else []


def _names_in(code):
    """Return the names that code and the functions inside it look up."""
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return {*code.co_names}.union(*map(_names_in, inner))


def visible_problems(folder: Path) -> dict:
    """Return the packed visible cases in a folder, by problem."""
    found = {}
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            found |= cases_json.load(file)
        except (ValueError, TypeError):
            raise CannotDo(f"{file.name} is broken: take it from the zip again") from None
    return found


def report(data: dict, f: Callable, verdict: Verdict, folder: Path) -> str:
    """Return a verdict on visible cases in words, line by line.

    Parameters
    ----------
    f : callable
        The function judged; called once more where the worked example is shown.
    folder : Path
        Where the notebook is, and the file of a challenge beside it.
    """
    scale = data["total"] / 100
    earned, most = verdict.score * scale, data["total"]
    lines = [f"{data['name']}: {earned:.4g} of {counted(most, 'point')} on the visible cases."]
    full = [a for a, (points, of) in verdict.points.items() if points == of]
    right = [a for a in full if a not in verdict.spared]
    if data.get("steps"):
        told, verdict = _at_its_step(data, verdict, right)
        lines += told
    elif right and len(right) < len(verdict.points):
        lines.append(f"  Correct: {', '.join(right)}.")
    lines += [f"  {text}" for text in sentences(verdict.findings, Audience.VISIBLE)]
    if verdict.spared:
        spared = ", ".join(verdict.spared)
        lines.append(f"  The same mistake also affects {spared}, which costs no more points.")
    lines += [f"  {data['tells'].format(number)}" for number in verdict.told]
    limit, words = data.get("near") or (math.inf, "")
    if verdict.score == 100 and any(number > limit for number in verdict.told):
        lines.append(f"  {words}")
    if data.get("entries"):
        lines += _failing_case(data, f, verdict)
    elif data.get("driver") and not data.get("measure") and verdict.score < 100:
        lines += _by_hand(data, f) or _failing_case(data, f, verdict)
    elif verdict.unclear:
        lines += _by_hand(data, f)
    if data.get("file"):
        return "\n".join([*lines, *_file_lines(data, verdict, folder)])
    proved = data.get("same") or verdict.score < 100
    return "\n".join([*lines, *([] if proved else [f"  {NOT_PROVED}"])])


def _at_its_step(data, verdict, right):
    """Return lines on the steps that are right, and the verdict up to the first that is not.

    Parameters
    ----------
    right : list of str
        The aspects in which nothing is wrong.
    """
    steps = list(data["steps"])
    now = next((k for k, a in enumerate(steps) if a not in right), None)
    if now is None:
        every = f"All {len(steps)} steps are" if len(steps) > 1 else "The only step is"
        return [f"  {every} right."], verdict
    many = f"Steps 1 {'and' if now == 2 else 'to'} {now} are right. "
    done = ["", "Step 1 is right. "][now] if now < 2 else many
    line = f"  {done}{'Next: step' if done else 'Step'} {now + 1} of {len(steps)}"
    waits = [a for a in verdict.points if a not in (*PASSIVE, *steps[: now + 1])]
    points = {
        a: (most, most) if a in waits else (n, most) for a, (n, most) in verdict.points.items()
    }
    also = steps[now] in verdict.spared  # then its reason stands with what was charged
    findings = [f for f in verdict.findings if f.aspect not in waits or (f.mistake and also)]
    spared = tuple(a for a in verdict.spared if a not in waits)
    shown = replace(verdict, points=points, findings=findings, spared=spared)
    return [f"{line}, {data['steps'][steps[now]]}."], shown


def _file_lines(data, verdict, folder):
    """Return lines about a challenge's file: whether it can be handed in, what it reaches."""
    name, most = data["file"]["name"], data["file"]["most_bytes"]
    if not (folder / name).is_file():
        return [f"  {name} does not lie beside the notebook: save your arrays there."]
    size = (folder / name).stat().st_size
    if size > most:
        return [f"  {name} has {size:,} bytes, at most {most:,} are read: make it smaller."]
    lines = [f"  {name} has {size:,} of at most {most:,} bytes. Submit it with the notebook."]
    if verdict.measured is not None:
        tried = data["cases"][0]["tried"]
        lines.append(f"  {data['measured']} with {tried}: {verdict.measured:.4g}. {HELD_BACK}")
    return lines


def _by_hand(data, f):
    """Return lines that compare answers in the example for pencil and paper.

    Parts for which the problem has words of its own are comparisons, not the student's values.
    """
    example = data["example"]
    parts = result_of(data, example, Limited(data, caller(data, f))).parts or []
    both = [
        (name, part["values"], w)
        for name, part, w in zip(data["returns"], parts, example["want"], strict=False)
        if part["values"] is not None and name not in data.get("wrong", {})
    ]
    differ = [line for one in both if (line := difference(*one))]
    inputs = [f"    {n} = {shown(v)}" for n, v in example["args"].items() if is_some(v)]
    return ["  Work through this example by hand:", *inputs, *differ] if differ else []


def _failing_case(data, f, verdict):
    """Return lines that show the shortest case that fails, with yours and what is asked."""
    lost = {a for a, (earned, most) in verdict.points.items() if earned < most}
    lost |= set(verdict.spared)
    lost |= {"value"} if lost & set(data["returns"].values()) else set()
    tried = [case for case in data["cases"] if case["aspect"] in lost and "unshown" not in case]
    first = () if data.get("entries") else ("value",)  # without letters, of ordinary input
    tried.sort(key=lambda c: (c["aspect"] not in first, len(str(c["args"]))))
    for case in tried[:MOST_TRIED]:
        parts = result_of(data, case, Limited(data, caller(data, f))).parts
        found, lines = differences(data, case, parts), given(data, case["args"])
        if found and (data.get("entries") or sum(map(len, lines)) <= MOST_SHOWN):
            return ["  A case that fails:", *lines, *found]
    return []


def cells_run():
    """Return the texts of all cells that a notebook has run so far, None outside a notebook."""
    try:
        from IPython import get_ipython

        return [text for text in get_ipython().user_ns["In"] if text]
    except (ImportError, AttributeError, KeyError):
        return None


def _source(f):
    """Return the source of a function in a list, empty if it cannot be found."""
    try:
        return [inspect.getsource(f)]
    except (OSError, TypeError):
        return []
