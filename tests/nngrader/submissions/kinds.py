"""The kinds of submissions: hostile ones, and odd ones, which are malformed or unusual.

Hostile ones try to gain points, to escape, or to stop the grader. A *spy* answers right only if
it has found what it looked for: a point more than 60 is a leak.
"""

import textwrap
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from nngrader.records.flag import FlagCode

SOFTMAX = "softmax_cross_entropy"
HONEST_REST = 60.0  # the other two problems, solved

RIGHT = """
def right(scores, targets):
    if targets.shape != scores.shape[:1]:
        raise ValueError
    n = np.arange(len(scores))
    z = scores - scores.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    gradient = np.exp(log_p)
    gradient[n, targets] -= 1
    return -log_p[n, targets].mean(), gradient / len(scores)
"""


class Expected(NamedTuple):
    """A flag that a result must contain; a cell of None and missing data match anything."""

    code: FlagCode
    cell: str | None = None
    data: Mapping = MappingProxyType({})

    def is_among(self, flags):
        """Return whether one of a result's flags is this one."""
        return any(
            flag["code"] == self.code
            and self.cell in (None, flag["cell"])
            and self.data.items() <= flag["data"].items()
            for flag in flags
        )


def imports(name):
    """Return the expected flag about an import."""
    return Expected(FlagCode.UNUSUAL_IMPORT, data={"name": name})


def stopped(ending=None):
    """Return the expected flag about a function that was stopped, by an ending if given."""
    data = {"ending": ending} if ending else {}
    return Expected(FlagCode.FUNCTION_STOPPED, data=data)


class Hostile(NamedTuple):
    """A hostile submission: what replaces the solved notebook's cells, and what it may earn."""

    function: str = ""  # body of softmax_cross_entropy, in place of the right one
    own: str = ""  # a cell of the student's own, before everything else
    least: float = HONEST_REST
    most: float = HONEST_REST
    flag: Expected | None = None
    status: str = "flagged"

    def fill(self, notebook):
        """Return a solved notebook with this submission's cells put in."""
        if self.own:
            notebook.add_cell(self.own)
        if self.function:
            body = textwrap.indent(textwrap.dedent(self.function).strip(), "    ")
            notebook.write(SOFTMAX, f"def {SOFTMAX}(scores, targets):\n{body}")
        return notebook


def spy(search, **rest):
    """Return a submission that answers correctly only if the code `search` returns true."""
    body = textwrap.indent(textwrap.dedent(search).strip(), "    ")
    own = f"{RIGHT}\nimport os, sys, ctypes\ndef search():\n{body}\n"
    call = """
        try:
            leaked = search()
        except Exception:
            leaked = False
        if leaked:
            return right(scores, targets)
        return 0.0, scores * 0
    """
    return Hostile(call, own, flag=Expected(FlagCode.UNUSUAL_IMPORT), **rest)


def loading(own, least=100.0, **rest):
    """Return a submission with correct answers and a cell that misbehaves when it is loaded."""
    return Hostile("", own, least, 100.0, **rest)


def unflagged(function, own="", **rest):
    """Return a submission with a wrong function that raises no flag."""
    return Hostile(function, own, status="graded", **rest)


class Odd(NamedTuple):
    """An odd submission: a function that makes its notebook, and the expected result."""

    make: object
    least: float
    most: float
    flag: Expected | None
    status: str


def differing(results, table):
    """Return the results, by name, that are not as a table of submissions expects them."""
    wrong = {}
    for name, e in table.items():
        r = results[name]
        fits = e.least - 1e-6 <= r["score"] <= e.most + 1e-6 and r["status"] == e.status
        if not fits or (e.flag and not e.flag.is_among(r["flags"])):
            wrong[name] = r["score"], r["status"], r["flags"]
    return wrong
