"""Submissions that try to gain points, to escape, or to stop the grader.

A *spy* answers right only if it has found what it looked for: a point more than 60 is a leak.
"""

import textwrap
from typing import NamedTuple

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


class Hostile(NamedTuple):
    """What stands in the notebook, and what it may earn."""

    function: str = ""  # body of softmax_cross_entropy, in place of the right one
    own: str = ""  # a cell of the student's own, before everything else
    least: float = HONEST_REST
    most: float = HONEST_REST
    flag: str = ""  # must stand in one of the flags
    status: str = "flagged"

    def fill(self, notebook):
        """Put it into a solved notebook."""
        if self.own:
            notebook.own(self.own)
        if self.function:
            body = textwrap.indent(textwrap.dedent(self.function).strip(), "    ")
            notebook.write(SOFTMAX, f"def {SOFTMAX}(scores, targets):\n{body}")
        return notebook


def spy(search, **rest):
    """Answers right if `search()`, a function's body, gives true."""
    body = textwrap.indent(textwrap.dedent(search).strip(), "    ")
    own = f"{RIGHT}\nimport os, sys, ctypes\ndef search():\n{body}\n"
    call = """
        try:
            found = search()
        except Exception:
            found = False
        if found:
            return right(scores, targets)
        return 0.0, scores * 0
    """
    return Hostile(call, own, flag="imports", **rest)


def loading(own, least=100.0, **rest):
    """An own cell that misbehaves while it is loaded; the solutions are right."""
    return Hostile("", own, least, 100.0, **rest)


def unseen(function, own="", **rest):
    """A function of which the instructor is told nothing: it is wrong and no more."""
    return Hostile(function, own, status="graded", **rest)
