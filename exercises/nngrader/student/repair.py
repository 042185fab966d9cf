"""Look for a line of a wrong function whose change makes its answers correct.

We change the student's function in one place at a time, as if the student corrected a frequent
mistake, and call it on the visible cases. This happens in the student's notebook. The message
shows the line and says what to check there, but it doesn't show the change.
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

from ..engine import Verdict, caller
from ..engine.judgement.judging import charged, is_right
from ..engine.observation.reading import names_used
from ..intake.suspicion import CALLS, DANGEROUS
from ..records.codes import Code
from .corrections import CHECK, corrections, timed

SECONDS = 3.0  # for all changes of a function
LONGEST = 0.5  # seconds of a call
KNOWN = (Code.LOOPS, Code.MEMORY, Code.INPUTS_CHANGED, Code.FORBIDDEN)
FOUND = (
    "The cause may be in line {} of your function: `{}`. With one small change there, {} "
    "correct. Check {}."
)
CHECKED = {  # by kind of change: what the message asks to check
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
    "which function it calls": "function-exchanged",
    "the order of the arguments": "arguments",
    "which variables it uses": "name",
    "whether something is missing there, such as a factor, a sign, an index or a function": ""
    "missing combined term-twice factor-twice divisor-twice",
    "the order of the values": "order",
    "whether it and the line after it are in the right order": "exchanged",
    "whether it is necessary": "unnecessary",
    "whether it belongs inside the loop or `if`": "inside",
    "whether it replaces the old value or adds to it": "assigned",
}
WORDS = {kind: words for words, kinds in CHECKED.items() for kind in kinds.split()}


def line_to_change(f: Callable, text: str, data: dict, verdict: Verdict) -> list[str]:
    """Return a line about a place in a function that may be the cause of wrong answers.

    :param text: The source of ``f``.
    :param data: The packed visible cases.
    :param verdict: The verdict on ``f``. If its findings name the cause, we don't search.
    :return: An empty list if no change in one place helps, or if the function can have effects
        outside itself.
    """
    text = textwrap.dedent(text)
    known = all(found.mistake or found.code in KNOWN for found in verdict.findings)
    outside = {*names_used(text)} & (CALLS | DANGEROUS) or re.search(r"\bglobal\b", text)
    if known or outside or data.get("file") or not text:
        return []
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        found = Search(f, text, data).first()
    if found is None:
        return []
    kind, number, complete = found
    line = text.splitlines()[number - 1].strip()
    answers = "all your answers are" if complete else "more of your answers are"
    number -= ast.parse(text).body[0].lineno - 1  # counted from `def`
    return [FOUND.format(number, line, answers, WORDS[kind])]


class OutOfTime(Exception):
    """Raised in the loop of a changed function that takes too long."""


class Search:
    """Tries changes of a function on the cases that fail."""

    def __init__(self, f, text, data):
        self.f, self.data = f, data | {"mistakes": {}}
        self.data.pop("variants", None)
        self.tree = timed(ast.parse(text))
        self.end = time.monotonic() + SECONDS

    def first(self):
        """Return the kind and line of the first change that helps, and whether it is enough.

        Return None if no change helps in the available time.
        """
        unchanged, failing = self._compiled(), []
        for case in self.data["cases"]:
            start = time.monotonic()
            compared = case["aspect"] not in ("loops", "memory")
            if compared and not self._is_right(case, unchanged):
                failing.append((time.monotonic() - start, len(failing), case))
        if not failing:
            return None
        fastest, before = min(failing)[-1], self._lost(unchanged)
        for kind, line, node, change in corrections(self.tree):
            if time.monotonic() > self.end:
                return None
            with contextlib.suppress(Exception), _changed(node, change):
                f = self._compiled()
                if self._is_right(fastest, f) and _is_less(lost := self._lost(f), before):
                    return kind, line, not lost
        return None

    def _compiled(self):
        """Return the function of the tree, with the names of the student's function."""
        names = dict(getattr(self.f, "__globals__", None) or _globals_of(self.f))
        names[CHECK] = self._check_time
        exec(compile(self.tree, "<changed>", "exec"), names)
        return names[self.f.__name__]

    def _check_time(self):
        """Raise an exception if the current call takes too long."""
        if time.monotonic() > self.until:
            raise OutOfTime

    def _is_right(self, case, f):
        """Return whether a function is correct in a case."""
        self.until = time.monotonic() + LONGEST
        return is_right(self.data, case, caller(self.data, f))

    def _lost(self, f):
        """Return the places in which a function loses points."""
        self.until = time.monotonic() + SECONDS
        return charged(self.data, caller(self.data, f))[0].lost


def _is_less(lost, before):
    """Return whether fewer places have lost points, and one of their aspects is correct now."""
    return lost < before and {aspect for aspect, *_ in lost} < {aspect for aspect, *_ in before}


def _globals_of(kind):
    """Return the global names of a class's methods."""
    return next(v.__globals__ for v in vars(kind).values() if hasattr(v, "__globals__"))


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
    """Give all nodes inside a changed node a line."""
    for inner in ast.walk(node):
        inner.lineno = inner.end_lineno = line
        inner.col_offset = inner.end_col_offset = 0
