"""Look for a line of a wrong function that can be changed to make its answers correct.

Each change affects one place in the student's function and could correct a frequent mistake. We
call each changed function on the visible cases, on the student's computer. The message shows
the line and what to check there, but it doesn't show the change.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import re
import textwrap
import time
from collections.abc import Callable

import numpy as np

from ..engine import Verdict, caller
from ..engine.judgement.judging import charged, is_right
from ..engine.observation.reading import names_used
from ..intake.suspicion import CALLS, DANGEROUS
from ..records.codes import Code
from .corrections import CHECK, corrections, timed

SECONDS = 5.0  # for all changes to a function
LONGER = 2.0  # more seconds to look for other lines, after a change has corrected everything
LONGEST = 0.5  # seconds after which the loops of a changed function end
MOST_LINES, MOST_KINDS = 3, 3  # lines, and kinds of change in a line, that we look for
KNOWN = {
    Code.LOOPS,
    Code.MEMORY,
    Code.INPUTS_CHANGED,
    Code.FORBIDDEN,
    Code.ORDER,
    Code.COUNT,
    Code.FEW_DIGITS,
    Code.DTYPE,
}
WRITES = "append extend insert add update setdefault pop remove clear".split()  # methods
CERTAIN = ("unnecessary", "in-place")  # if such a change corrects everything, look no further
CLEAR_SHAPES = ("transposed", "permuted")
ONE_LINE = (
    "The cause may be on line {} of your function: `{}`. A small change there makes {} of your "
    "answers correct.{}"
)
SOME_LINES = (
    "The cause may be on one of these lines of your function: {}. A small change to one of "
    "them makes all of your answers correct."
)
CHECKED = {  # what the message tells the student to check, and for which kinds of change
    "whether a part of it is unnecessary": "term factor divisor exponent function argument "
    "transpose part",
    "its operators and signs": "operator added subtracted divided multiplied minus "
    "multiplied-power comparison",
    "the order of its operands": "sides",
    "its parentheses": "parentheses",
    "its numbers": "constant",
    "the lengths and indices that it uses": "length index",
    "where its loop begins and ends": "loop",
    "its axes": "axis all-axes",
    "the type of the array": "type",
    "which function it calls": "function-exchanged",
    "the order of the arguments": "arguments",
    "which variables it uses": "name",
    "whether a factor, a sign, an index or a function is missing": "missing combined "
    "term-twice factor-twice divisor-twice",
    "the order of the values": "order",
    "whether it and the line after it are in the right order": "exchanged",
    "whether it is in the right place": "moved",
    "whether it is necessary": "unnecessary",
    "whether it belongs inside the loop or `if`": "inside",
    "whether it replaces the old value or adds to it": "assigned",
    "whether it should create a new array instead of changing one": "in-place",
}
WORDS = {kind: words for words, kinds in CHECKED.items() for kind in kinds.split()}


def line_to_change(load: Callable, text: str, data: dict, verdict: Verdict) -> list[str]:
    """Return a line about a place in a function that may be the cause of wrong answers.

    :param load: ``load(tree, seconds)`` defines a changed function and returns ``run(args)``,
        which calls it for `judge`. All loops of the function end after `seconds`.
    :param text: The source of the student's function.
    :param data: The packed visible cases.
    :param verdict: The verdict on the function; if it names every cause, we don't search.
    :return: An empty list if no change in one place helps, or `is_unclear` is False.
    """
    text = textwrap.dedent(text)
    if not is_unclear(text, data, verdict):
        return []
    nowhere, places, partial = io.StringIO(), {}, None
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        with contextlib.suppress(Exception):  # the student's code may raise anything
            places, partial = Search(load, text, data, verdict).lines()
    lines, above = text.splitlines(), ast.parse(text).body[0].lineno - 1
    if places and {n - above for n in places} == _explained_lines(verdict):
        return []
    if len(places) > 1:  # lines are counted from `def`
        named = (f"{n - above}: `{lines[n - 1].strip()}`" for n in sorted(places))
        return [SOME_LINES.format("; ".join(named))]
    for n, kinds in places.items():
        check = f" Check {', or '.join(kinds)}." if len(kinds) < MOST_KINDS else ""
        return [ONE_LINE.format(n - above, lines[n - 1].strip(), "all", check)]
    if partial:
        return [ONE_LINE.format(partial - above, lines[partial - 1].strip(), "more", "")]
    return []


def _explained_lines(verdict):
    """Return the lines that raised exceptions for which the findings explain the cause."""
    raised = (f.data for f in verdict.findings if f.code == Code.RAISED)
    return {about.get("line_number") for about in raised if "cause" in about}


def is_unclear(text: str, data: dict, verdict: Verdict) -> bool:
    """Return whether a search may help: some finding doesn't name the cause of an error.

    We don't search if it uses `CALLS` or `DANGEROUS`, or sets a global `g`, `g[k]` or `g.a`,
    or if it trains, because many changes could make a training run succeed.
    """
    text = textwrap.dedent(text)
    known = all(map(_names_the_cause, verdict.findings))
    known |= any(f.code == Code.NOT_WRITTEN for f in verdict.findings)
    outside = {*names_used(text)} & (CALLS | DANGEROUS) or re.search(r"\bglobal\b", text)
    if known or outside or data.get("file") or data.get("tells") or not text:
        return False
    (defined, *_) = ast.parse(text).body
    return getattr(defined, "name", "") == data["name"] and not _keeps_state(defined)


def _keeps_state(definition):
    """Return whether a function may write into an object that a global variable names."""
    nodes = list(ast.walk(definition))
    local = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    local |= {n.arg for n in nodes if isinstance(n, ast.arg)} | {"np", "numpy", "torch"}
    parts = [n for n in nodes if isinstance(n, ast.Subscript | ast.Attribute)]
    changed = [n for n in parts if isinstance(n.ctx, ast.Store | ast.Del)]
    changed += [n for n in parts if isinstance(n, ast.Attribute) and n.attr in WRITES]
    return any(name not in local for name in map(_base, changed) if name)


def _base(node):
    """Return the variable `a` of an expression such as ``a.b[0].c``, or "" if it has none."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _names_the_cause(finding):
    """Return whether a finding already names the cause, so that no search is needed."""
    clear = finding.code == Code.SHAPE and finding.data.get("cause") in CLEAR_SHAPES
    clear |= finding.data.get("factor") == "1"  # many lines could change a sign
    return finding.mistake or finding.code in KNOWN or clear


def in_this_process(f: Callable, data: dict) -> Callable:
    """Return ``load`` for `line_to_change`, which doesn't replace the student's function."""
    globals_of_class = (getattr(v, "__globals__", None) for v in vars(f).values())
    original = getattr(f, "__globals__", None) or next(filter(None, globals_of_class), {})

    def load(tree, seconds):
        names, end = dict(original), time.monotonic() + seconds

        def check_time():
            if time.monotonic() > end:
                raise TimeoutError

        names[CHECK] = check_time
        exec(compile(tree, "<changed>", "exec"), names)
        return caller(data | {"cases": ()}, names[data["name"]])  # without counting lines

    return load


class Search:
    """Tries changes to a function on the cases that fail."""

    def __init__(self, load, text, data, verdict):
        compared = [c for c in data["cases"] if c["aspect"] not in ("loops", "memory")]
        self.load, self.data = load, data | {"mistakes": {}, "cases": compared}
        self.data.pop("variants", None)
        variants = (f.data["variant"] for f in verdict.findings if f.code == Code.VARIANT)
        self.kinds = {about["kind"] for about in variants}
        self.tree = timed(ast.parse(text))
        self.end = time.monotonic() + SECONDS

    def lines(self):
        """Return lines whose change corrects everything, and one whose change helps.

        The first are a dict of up to three lines. Its values are lists of up to three texts on
        what to check, one for each kind of change in this line that corrects everything. The
        second is None if no change helps in the available time.
        """
        run, places, partial = self.load(self.tree, SECONDS), {}, None
        failing = [c for c in self.data["cases"] if not is_right(self.data, c, run)]
        if not failing:
            return places, partial
        smallest, before = min(failing, key=_size), self._lost()
        for kind, line, node, change in corrections(self.tree, self.kinds):
            if time.monotonic() > self.end or len(places) == MOST_LINES:
                break
            kinds = places.get(line, [])
            if WORDS[kind] in kinds or len(kinds) == MOST_KINDS:
                continue
            with contextlib.suppress(Exception), _changed(node, change):
                run = self.load(self.tree, LONGEST)
                if is_right(self.data, smallest, run):
                    lost = self._lost()
                    if not lost and kind in CERTAIN:
                        return {line: [WORDS[kind]]}, None
                    if not lost:
                        places[line] = [*kinds, WORDS[kind]]
                        self.end = min(self.end, time.monotonic() + LONGER)
                    elif partial is None and _is_less(lost, before):
                        partial = line
        return places, partial

    def _lost(self):
        """Return the places in which the function in its current form loses points."""
        return charged(self.data, self.load(self.tree, SECONDS))[0].lost


def _size(case):
    """Return the number of entries of a case's arguments."""
    return sum(np.size(value) for value in case["args"].values())


def _is_less(lost, before):
    """Return whether no new place has lost points, and a wrong aspect is correct now."""
    return lost < before and {aspect for aspect, *_ in lost} < {aspect for aspect, *_ in before}


@contextlib.contextmanager
def _changed(node, change):
    """Change a node inside the block only."""
    kind, fields = node.__class__, node.__dict__
    node.__dict__ = copy.deepcopy(fields)
    try:
        change(node)
        if isinstance(node, ast.expr | ast.stmt):
            _locate(node, fields["lineno"])
        yield
    finally:
        node.__class__, node.__dict__ = kind, fields


def _locate(node, line):
    """Set the line number of all nodes inside a changed node."""
    for inner in ast.walk(node):
        inner.lineno = inner.end_lineno = line
        inner.col_offset = inner.end_col_offset = 0
