"""Check a function on the visible cases of its problem, from a file next to the notebook.

The notebook's kernel, which has the variables that the function uses, calls it on the cases and
compares the answers. `nngrader check` and grading compare in a process without student code.
"""

from __future__ import annotations

import ast
import inspect
import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import CodeType

from ..engine import Verdict, caller, cases_json, judge, judge_own, with_file
from ..engine.declaration.challenge import files_beside
from ..engine.explanation.side_by_side import (
    MOST_SHOWN,
    difference,
    differences,
    given,
    is_some,
    shown,
)
from ..engine.judgement.ledger import HARMLESS, PASSIVE
from ..engine.observation.call_result import checked
from ..engine.observation.driver import result_of
from ..engine.observation.reading import dedented, names_used, plain, words_near
from ..errors import CannotDo
from ..records.codes import Code
from ..records.finding import EVERYTHING
from ..records.rendering import Audience, listed, sentences
from ..wording import counted
from .limited import Limited
from .repair import in_this_process, line_to_change

SUFFIX = ".cases.json"
PACKED = {  # what a packed problem contains at least
    **dict.fromkeys(("points", "returns", "mistakes", "forbidden"), dict),
    **{"name": str, "total": int | float, "parameters": list, "cases": list},
}
STILL_THERE = (
    "If you have deleted that cell, restart the kernel, because `check` reads all cells that "
    "have run, even deleted ones."
)
NOT_PROVED = "The grader uses other inputs to compute your points."
HELD_BACK = "The grader uses other, hidden inputs to compute your points."
NOT_YET = "{}: not judged yet."
OWN_FUNCTIONS = "In a challenge, the grader uses your own versions of these functions."
FOLLOWED = (
    "The grader also tests your function with correct versions of the functions that it calls, "
    "so their mistakes cost it at most a tenth of its points, unless they compute the same "
    "result as your function."
)
READERS = [
    "open",
    *(f"numpy.{name}" for name in "fromfile genfromtxt load loadtxt memmap".split()),
]
READS = "It calls {}. In grading, the files in your notebook's folder aren't available."
ORDER = "We call it as {1}({0}), but it is defined as {1}({2})."
NEAR = "This is within {:g} of the threshold {:g} ({}), so grading may decide differently."
MOST_TRIED = 5  # cases that may be tried again, to show one that fails


def check_message(f: Callable, folder: Path) -> str:
    """Return the text that `check` prints about a function, judged on a folder's cases."""
    name = getattr(f, "__name__", type(f).__name__)
    problems = visible_problems(folder)
    if not problems:
        return (
            f"check: the folder {folder.name} contains no file *{SUFFIX}. Copy it there from "
            "the zip of the assignment."
        )
    if name not in problems:
        names = ", ".join(sorted(problems))
        return f"check: no problem has the name {name}. The problems are {names}."
    cells = cells_run()
    data = with_file(problems[name], files_beside(problems[name], folder))
    sources = _source(f) if cells is None else cells
    run = Limited(data, caller(data, f))
    words, names = words_near(sources, name), names_used(*sources, function=name)
    verdict = judge_own(data, run, words, names)
    used = cells is not None and any(f.aspect == EVERYTHING for f in verdict.findings)
    own = "\n".join(_source(f)) or source_in(sources, name)
    calls = called_wrong(problems, f) if verdict.score < 100 else []
    places = [] if calls else line_to_change(in_this_process(f, data), own, data, verdict)
    lines = [report(data, run, verdict, folder, own, calls, places)]
    return "\n".join([*lines, *[f"  {STILL_THERE}"] * used])


def called_wrong(problems: dict, f: Callable) -> list[str]:
    """Return lines about wrong functions of other problems that a function calls."""
    functions = vars(f).values() if inspect.isclass(f) else [f]
    functions = [g for g in functions if inspect.isfunction(g)]
    called = {n: g.__globals__.get(n) for g in functions for n in _names_in(g.__code__)}
    lines = []
    for name in sorted(problems.keys() & called.keys()):
        data, other = problems[name], called[name]
        if other is f or not callable(other) or data.get("file"):
            continue
        verdict = judge(data, Limited(data, caller(data, other)))
        if spoils_callers(verdict):
            lines.append(begin_there(data, verdict.score))
    name = getattr(f, "__name__", type(f).__name__)
    return calls_wrong(problems[name], lines)


def calls_wrong(data: dict, lines: list[str]) -> list[str]:
    """Return lines about wrong functions that a problem's function calls, and the result."""
    words = OWN_FUNCTIONS if data.get("file") else FOLLOWED
    return [*lines, f"  {words}"] if lines else []


def spoils_callers(verdict: Verdict) -> bool:
    """Return whether a function is so wrong that functions which call it may fail too."""
    return any(n < most for a, (n, most) in verdict.points.items() if a not in HARMLESS)


def begin_there(data: dict, score: float) -> str:
    """Return a line about a problem whose function is called and is wrong."""
    points = f"{score * data['total'] / 100:.4g} of {counted(data['total'], 'point')}"
    return f"  It calls {data['name']}, which isn't correct yet ({points}): start there."


def reads_files(own: str) -> list[str]:
    """Return a line about a function that reads files, which are missing in grading.

    >>> len(reads_files("def f(): return np.load('few.npz')")), reads_files("def f(): load")
    (1, [])
    """
    readers = [name for name in names_used(own) if name in READERS]
    return [READS.format(" and ".join(readers))] * bool(readers)


def other_order(data: dict, run: Callable, verdict: Verdict, own: str) -> list[str]:
    """Return a line about a function whose parameters differ from the ones in the assignment.

    We always mention the same names in a different order. Students may choose other names, so
    we mention these only if a call raises an error that a different order can cause.
    """
    asked, own = data.get("asked"), parameters(own)
    if verdict.score == 100 or not asked or not own or own[: len(asked)] == asked:
        return []
    case = next(c for c in data["cases"] if c["aspect"] == "value")
    raised = {"TypeError", "ValueError"}.intersection(checked(run(dict(case["args"]))).raised)
    if sorted(own) != sorted(asked) and not raised:
        return []
    return [ORDER.format(", ".join(asked), data["name"], ", ".join(own))]


def unused(own: str) -> list[str]:
    """Return a line about arguments that a function never uses.

    >>> unused("def f(x, tol): return x"), unused("def f(x): return x")
    (['It never uses its argument `tol`.'], [])
    """
    nodes = ast.walk(definition(own) or ast.Module([], []))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    names = [f"`{name}`" for name in parameters(own) if name not in used]
    return [f"It never uses its argument{'s' * (len(names) > 1)} {listed(names)}."][
        : len(names)
    ]


def parameters(own: str) -> list[str]:
    """Return the names of a function's positional parameters.

    There are none if `own` isn't a function, or takes ``*args``.

    >>> parameters("def f(X, y, *, h=1): pass"), parameters("class A: pass"), parameters("?")
    (['X', 'y'], [], [])
    """
    node = definition(own)
    if not isinstance(node, ast.FunctionDef) or node.args.vararg:
        return []
    return [a.arg for a in (*node.args.posonlyargs, *node.args.args)]


def definition(text: str, name: str = "") -> ast.AST | None:
    """Return the last function or class that a text defines, or None if there is none.

    :param name: Its name, if that matters.
    """
    try:
        tree = ast.parse(dedented(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    kinds = ast.FunctionDef | ast.ClassDef
    definitions = [node for node in tree.body if isinstance(node, kinds)]
    return next((node for node in reversed(definitions) if name in ("", node.name)), None)


def source_in(cells: Sequence[str], name: str) -> str:
    r"""Return the source of the last definition of a name in the cells, or "".

    >>> source_in(["x = 1", "class A:\n    pass"], "A")
    'class A:\n    pass'
    """
    for cell in reversed(cells):
        if node := definition(plain(cell), name):
            return ast.get_source_segment(dedented(plain(cell)), node) or ""
    return ""


def _names_in(code):
    """Return the names that code and the functions inside it look up."""
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return {*code.co_names}.union(*map(_names_in, inner))


def visible_problems(folder: Path) -> dict:
    """Return the packed visible cases in a folder, by problem.

    :raises CannotDo: If a file with cases is damaged, or was changed so that it isn't one.
    """
    problems = {}
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            cases = cases_json.load(file)
        except (ValueError, TypeError, RecursionError, zlib.error):
            cases = None
        if not (isinstance(cases, dict) and all(map(_is_problem, cases.values()))):
            raise CannotDo(
                f"{file.name} is damaged or has been changed, so `check` can't use it. Copy it "
                "again from the zip of the assignment."
            )
        problems |= cases
    return problems


def _is_problem(data):
    """Return whether data look like a packed problem."""
    if not isinstance(data, dict) or not data.keys() >= PACKED.keys():
        return False
    cases = data["cases"]
    return all(isinstance(data[key], kind) for key, kind in PACKED.items()) and all(
        isinstance(case, dict) and case.keys() >= {"aspect", "args", "group"} for case in cases
    )


def report(
    data: dict,
    run: Callable,
    verdict: Verdict,
    folder: Path,
    own: str = "",
    calls: Sequence[str] = (),
    places: Sequence[str] = (),
) -> str:
    """Return a verdict on visible cases in words, line by line.

    :param run: ``run(args)`` calls the function, as in `judge`. It is used again to find a case
        to show.
    :param folder: Where the notebook and the file of a challenge are.
    :param calls: Lines on wrong functions that it calls. Their mistakes spoil its results, so
        nothing else is said about it, except if it is a challenge.
    :param places: Lines about a place in the function that may be the cause.
    """
    if calls and not data.get("file"):
        return "\n".join([NOT_YET.format(data["name"]), *calls])
    scale = data["total"] / 100
    earned, most = verdict.score * scale, data["total"]
    lines = [f"{data['name']}: {earned:.4g} of {counted(most, 'point')} on the visible cases."]
    full = [a for a, (points, of) in verdict.points.items() if points == of]
    right = [a for a in full if a not in verdict.spared]
    has_numbers = bool(data.get("driver"))
    if data.get("steps"):
        step_lines, verdict = _at_its_step(data, verdict, right)
        lines += step_lines
        # a step whose parts are comparisons comes before the numbers
        wrong = next((a for a in data["steps"] if a not in right), None)
        has_numbers = wrong not in [data["returns"][part] for part in data.get("wrong", {})]
    elif full and len(full) < len(verdict.points):
        lines.append(f"  Full points: {', '.join(full)}.")
    lines += [f"  {text}" for text in (*sentences(verdict.findings, Audience.VISIBLE), *places)]
    named = {f.aspect for f in verdict.findings}
    rest = [a for a, (points, of) in verdict.points.items() if points < of and a not in named]
    some = [a for a in rest if verdict.points[a][0]]
    none = [a for a in rest if a not in some]
    if none and EVERYTHING not in named:
        either = " either" * bool(named)
        lines.append(f"  No points yet for {', '.join(none)}{either}.")
    if some and EVERYTHING not in named:
        lines.append(f"  You also lose some of the points for {', '.join(some)}.")
    if spared := [a for a in verdict.spared if a != "shape"]:  # its shapes may be correct
        tests = ", ".join(spared)
        lines.append(
            f"  The mistake also shows in the tests of {tests}, but costs no points there."
        )
    if not any(f.code == Code.NOT_WRITTEN for f in verdict.findings):
        about_own = *reads_files(own), *other_order(data, run, verdict, own)
        about_own += (*unused(own),) if verdict.score < 100 else ()
        lines += [f"  {text}" for text in about_own]
    lines += [f"  {data['tells'].format(number)}" for number in verdict.reported]
    limit, words = data.get("near") or (math.inf, "")
    if verdict.score == 100 and any(number > limit for number in verdict.reported):
        lines.append(f"  {words}")
    if data.get("entries"):
        lines += _failing_case(data, run, verdict)
    elif has_numbers and not data.get("measure") and verdict.score < 100:
        lines += _by_hand(data, run) or _failing_case(data, run, verdict)
    elif verdict.unclear or any(f.code == Code.DIFFERS for f in verdict.findings):
        lines += _by_hand(data, run)
    if data.get("file"):
        spoiled = calls if verdict.measured is None else ()  # else its labels are correct
        return "\n".join([*lines, *spoiled, *_file_lines(data, verdict, folder)])
    proved = data.get("same") or verdict.score < 100
    return "\n".join([*lines, *([] if proved else [f"  {NOT_PROVED}"])])


def _at_its_step(data, verdict, right):
    """Return lines about the correct steps, and the verdict up to the first wrong one.

    :param right: (list of str) The aspects in which nothing is wrong.
    """
    steps = list(data["steps"])
    now = next((k for k, a in enumerate(steps) if a not in right), None)
    if now is None:
        every = f"All {len(steps)} steps are" if len(steps) > 1 else "The only step is"
        return [f"  {every} correct."], verdict
    many = f"Steps 1 {'and' if now == 2 else 'to'} {now} are correct. "
    done = ["", "Step 1 is correct. "][now] if now < 2 else many
    line = f"  {done}{'Next: step' if done else 'Step'} {now + 1} of {len(steps)}"
    waits = [a for a in verdict.points if a not in (*PASSIVE, *steps[: now + 1])]
    points = {
        a: (most, most) if a in waits else (n, most) for a, (n, most) in verdict.points.items()
    }
    also = steps[now] in verdict.spared  # if so, its finding is in the aspect that lost points
    findings = [f for f in verdict.findings if f.aspect not in waits or (f.mistake and also)]
    spared = tuple(a for a in verdict.spared if a not in waits)
    shown = replace(verdict, points=points, findings=findings, spared=spared)
    return [f"{line}, {data['steps'][steps[now]]}."], shown


def _file_lines(data, verdict, folder):
    """Return lines about a challenge's file: whether it can be submitted, and its result."""
    name, most = data["file"]["name"], data["file"]["most_bytes"]
    if not (folder / name).is_file():
        return [f"  {name} isn't in the folder of your notebook. Save your arrays there."]
    size = (folder / name).stat().st_size
    if size > most:
        return [f"  {name} has {size:,} bytes, but may have at most {most:,}. Make it smaller."]
    lines = [f"  {name} has {size:,} bytes (limit: {most:,}). Submit it with the notebook."]
    if verdict.measured is not None:
        tried = data["cases"][0]["tried"]
        lines.append(f"  {data['measured']} with {tried}: {verdict.measured:.4g}. {HELD_BACK}")
        near = [
            t
            for t in data["thresholds"].values()
            if abs(verdict.measured - t) <= data.get("margin", 0)
        ]
        lines += [f"  {NEAR.format(data['margin'], t, data['measured'])}" for t in near]
    return lines


def _by_hand(data, run):
    """Return lines that compare answers in the pencil-and-paper example.

    A part for which the problem defines its own message is left out, because its value is a
    comparison and not the student's value.
    """
    example = data["example"]
    parts = result_of(data, example, run).parts or []
    both = [
        (name, part["values"], w)
        for name, part, w in zip(data["returns"], parts, example["want"], strict=False)
        if part["values"] is not None and name not in data.get("wrong", {})
    ]
    differ = [line for one in both if (line := difference(*one))]
    inputs = [f"    {n} = {shown(v)}" for n, v in example["args"].items() if is_some(v)]
    return ["  Work through this example by hand:", *inputs, *differ] if differ else []


def _failing_case(data, run, verdict):
    """Return lines that show the shortest case that fails, with both answers."""
    lost = {a for a, (earned, most) in verdict.points.items() if earned < most}
    lost |= set(verdict.spared)
    lost |= {"value"} if lost & set(data["returns"].values()) else set()
    tried = [case for case in data["cases"] if case["aspect"] in lost and "unshown" not in case]
    first = () if data.get("entries") else ("value",)  # prefer ordinary input
    tried.sort(key=lambda c: (c["aspect"] not in first, len(str(c["args"]))))
    for case in tried[:MOST_TRIED]:
        parts = result_of(data, case, run).parts
        differing, lines = differences(data, case, parts), given(data, case["args"])
        if differing and (data.get("entries") or sum(map(len, lines)) <= MOST_SHOWN):
            return ["  A case that fails:", *lines, *differing]
    return []


def cells_run():
    """Return the texts of all cells that a notebook has run, or None outside a notebook."""
    try:
        from IPython import get_ipython

        return [text for text in get_ipython().user_ns["In"] if text]
    except (ImportError, AttributeError, KeyError):
        return None


def _source(f):
    """Return the source of a function in a list, which is empty if it cannot be found."""
    try:
        return [inspect.getsource(f)]
    except (OSError, TypeError):
        return []
