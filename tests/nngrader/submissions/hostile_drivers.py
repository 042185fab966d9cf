"""Hostile answers to problems with drivers or packages, and to challenges."""

import inspect
import textwrap
from typing import NamedTuple

import numpy as np
from nngrader.limits import Ending
from nngrader.records.flag import FlagCode

from tests.exercises.one_challenge import SOLVED, bomb, npz

from .kinds import Expected, imports, stopped

LINEAR = 'return (pictures.reshape(len(pictures), -1) @ weights["W"].T).argmax(axis=1)'


class HostileAnswer(NamedTuple):
    """A hostile answer: the problem, the cell, the file next to it, and the expected result."""

    problem: str
    cell: str
    flag: Expected | None = None
    status: str = "flagged"
    least: float = 0.0
    most: float = 0.0
    file: object = SOLVED  # or a function that makes it


def classify(body, **rest):
    """Return a hostile answer to the challenge whose function has this body."""
    lines = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    head = "import numpy as np, os, sys\ndef classify(weights, pictures):"
    return HostileAnswer("classify", f"{head}\n{lines}\n", **rest)


OPERATORS = """
import os
class Value:
    def __init__(self, *_):
        self.grad = 1.0
    def same(self, *_):
        return self
    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = same
    __truediv__ = __rtruediv__ = __pow__ = tanh = backward = same
"""
CLASSES = {
    "forges attributes that are objects": HostileAnswer(
        "Value",
        OPERATORS
        + """
    @property
    def data(self):
        class Liar(float):
            __class__ = np.ndarray
            def __float__(self): return 1.0
            def __array__(self, *a, **k): return np.ones(())
            def __eq__(self, other): return True
        return Liar(7)
""",
        flag=imports("os"),
    ),
    "looks into the frames of the driver": HostileAnswer(
        "Value",
        OPERATORS.replace("import os", "import sys")
        + """
    @property
    def data(self):
        frame = sys._getframe()
        while frame:
            for name in ("want", "mistaken", "cases", "reference"):
                if name in frame.f_locals:
                    return frame.f_locals[name]
            frame = frame.f_back
        return 0.5
""",
        flag=imports("sys"),
    ),
    "breaks by an attribute that ends the process": HostileAnswer(
        "Value",
        f"{OPERATORS}    data = property(lambda self: os._exit(0))\n",
        flag=stopped(Ending.ENDED),
    ),
    "forges a list without end": HostileAnswer(
        "stratified_folds",
        "import itertools\nclass Endless(list):\n"
        "    def __iter__(self):\n        return itertools.count()\n"
        "def stratified_folds(y, k, rng):\n    return Endless()\n",
        flag=stopped(),
    ),
}
CHALLENGES = {
    "looks for the labels in frames": classify(
        """
        frame = sys._getframe()
        while frame:
            for name in ("target", "kept", "labels", "data"):
                if name in frame.f_locals:
                    return frame.f_locals[name]
            frame = frame.f_back
        return np.zeros(len(pictures))
        """,
        flag=imports("sys"),
    ),
    "looks for the held-back data": classify(
        """
        for place, folders, files in os.walk("/"):
            for name in files:
                if name.endswith(".npz") and not place.startswith(("/proc", "/sys")):
                    return np.load(os.path.join(place, name))["labels"]
        return np.zeros(len(pictures))
        """,
        flag=imports("os"),
    ),
    "breaks by a file that unpacks to much": classify(LINEAR, flag=imports("os"), file=bomb),
    "tampers with the reader of the file": HostileAnswer(
        "classify",
        "import numpy as np, io\nread = np.lib.format.read_array\n"
        "def header(*a, **k):\n    return (1,), False, np.dtype(float)\n"
        "np.lib.format.read_array_header_1_0 = header\n"
        "np.lib.format.read_array = lambda raw, **k: read(raw, allow_pickle=True)\n"
        "def classify(weights, pictures):\n    return np.zeros(len(pictures))\n",
        flag=Expected(FlagCode.UNUSUAL_NAME, data={"name": "numpy.lib"}),
        file=npz(W=np.array([print, None], dtype=object)),
    ),
}


def solution(f, name):
    """Return the source of a correct answer, as in a notebook."""
    lines = textwrap.dedent(inspect.getsource(f)).splitlines()
    code = "\n".join(line for line in lines if not line.startswith("@"))
    return f"import numpy as np\n{code.replace(f.__name__, name, 1)}"
