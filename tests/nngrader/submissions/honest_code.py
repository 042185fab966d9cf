"""Submissions with honest code written in unusual ways, which get full marks."""

from typing import NamedTuple

from ..sample_course import hand_in
from .kinds import odd

HEAD = "def softmax_cross_entropy(scores, targets):"
BODY = """
    if targets.shape != scores.shape[:1]:
        raise ValueError("as many targets as rows")
    n = np.arange(len(scores))
    z = scores - scores.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    gradient = np.exp(log_p)
    gradient[n, targets] -= 1
    loss = -log_p[n, targets].mean()
    gradient /= len(scores)"""
ANSWER = "\n    return loss, gradient\n"
RIGHT = f"{HEAD}{BODY}{ANSWER}"


class Written(NamedTuple):
    """An honest submission: its two cells, and the flag that the grader raises, if any."""

    solution: str = RIGHT
    own: str = ""
    flag: str = ""


def returning(text, **rest):
    """Return a submission whose right numbers are returned in another form."""
    return Written(f"{HEAD}{BODY}\n    return {text}\n", **rest)


def starting(text, **rest):
    """Return a submission with the right answer after other lines in the function."""
    lines = "".join(f"\n    {line}" for line in text.split("\n"))
    return Written(f"{HEAD}{lines}{BODY}{ANSWER}", **rest)


def beside(own, flag=""):
    """Return a submission with a cell of the student's own beside right answers."""
    return Written(RIGHT, own, flag)


FORMS = {
    "a list of the two": returning("[loss, gradient]"),
    "a named tuple": Written(
        "from collections import namedtuple\nAnswer = namedtuple('Answer', 'loss gradient')\n"
        + RIGHT.replace("return loss, gradient", "return Answer(loss, gradient)")
    ),
    "a loss of no dimensions": returning("np.array(loss), gradient"),
    "a loss of python": returning("float(loss), gradient"),
    "columns first": returning("loss, np.asfortranarray(gradient)"),
    "a view": returning("loss, np.stack([gradient, gradient])[::-1][0].T.T"),
    "closed to writing": returning("loss, np.broadcast_to(gradient, gradient.shape)"),
    "a lambda": Written(
        f"{RIGHT}answer = softmax_cross_entropy\n"
        "softmax_cross_entropy = lambda scores, targets: answer(scores, targets)"
    ),
    "an object that is called": Written(
        "class Loss:\n    def __call__(self, scores, targets):"
        + BODY.replace("\n", "\n    ")
        + "\n        return loss, gradient\nsoftmax_cross_entropy = Loss()"
    ),
    "a partial function": Written(
        f"import functools\n{RIGHT.replace('targets):', 'targets, axis=0):')}"
        "softmax_cross_entropy = functools.partial(softmax_cross_entropy, axis=1)"
    ),
    "a static method": Written(
        "class Losses:\n    @staticmethod\n    "
        + RIGHT.strip().replace("\n", "\n    ")
        + "\nsoftmax_cross_entropy = Losses.softmax_cross_entropy"
    ),
    "a decorator": Written(
        "import functools\ndef counted(f):\n    @functools.wraps(f)\n"
        "    def inner(*a, **k):\n        inner.calls += 1\n        return f(*a, **k)\n"
        f"    inner.calls = 0\n    return inner\n@counted\n{RIGHT}"
    ),
    "other names of parameters": Written(
        RIGHT.replace("scores", "logits").replace("targets", "labels")
    ),
    "greek letters": Written(RIGHT.replace("log_p", "log_π").replace("gradient", "δL")),
    "tabs": Written(RIGHT.replace("    ", "\t")),
    "one line": Written(RIGHT.replace("\n    n =", "\n    pass; n =")),
    "an older try above": beside(f"{HEAD}\n    return 0"),
    "a string with a backslash": Written(
        RIGHT.replace(":\n    if", ':\n    """Loss: \\sum \\log p."""\n    if', 1)
    ),
    "the whole function again in a comment": Written(
        RIGHT + "# " + RIGHT.replace("\n", "\n# ")
    ),
}

HABITS = {
    "prints": starting("print('scores', scores.shape, scores[:2])"),
    "asserts": starting("assert scores.ndim == 2, scores\nassert np.isfinite(scores).all()"),
    "type hints": Written(
        "from numpy.typing import NDArray\nfrom typing import Optional\n"
        + RIGHT.replace("targets):", "targets: NDArray[np.int_]) -> tuple[float, NDArray]:")
    ),
    "a short sleep": Written(f"import time\n{starting('time.sleep(0.1)').solution}"),
    "a warning": Written(
        f"import warnings\n{starting('warnings.warn(str(len(scores)))').solution}",
    ),
    "warnings as errors": Written(f"import warnings\nwarnings.simplefilter('error')\n{RIGHT}"),
    "errors of arithmetic": beside("np.seterr(all='raise')"),
    "logging": Written(
        "import logging\nlogging.basicConfig(level=logging.DEBUG)\n"
        + starting("logging.info('shape %s', scores.shape)").solution,
        flag="imports logging",
    ),
    "a global constant": Written(
        f"SHIFT = 0.0\n{starting('scores = scores + SHIFT').solution}"
    ),
    "a global that counts": Written(
        f"calls = 0\n{starting('global calls').solution}".replace(
            "n = np", "calls += 1; n = np"
        )
    ),
    "nested functions": Written(
        f"{HEAD}\n    def outer():\n        def inner():\n            return scores\n"
        f"        return inner\n    scores = outer()(){BODY}{ANSWER}".replace(
            "scores = outer()()", "s = outer()()"
        )
    ),
    "recursion": Written(
        "def total(x):\n    return x[0] + total(x[1:]) if len(x) else 0.0\n"
        + RIGHT.replace("log_p[n, targets].mean()", "total(log_p[n, targets]) / len(n)")
    ),
    "a cache": Written(
        "from functools import lru_cache\n@lru_cache(maxsize=None)\n"
        "def rows(k):\n    return np.arange(k)\n"
        + RIGHT.replace("np.arange(len(scores))", "rows(len(scores))")
    ),
    "a data class": Written(
        "from dataclasses import dataclass, field\n@dataclass\nclass Kept:\n"
        "    loss: float = 0.0\n    parts: list[np.ndarray] = field(default_factory=list)\n"
        + RIGHT.replace(
            "return loss, gradient",
            "kept = Kept(loss, [gradient])\n    return kept.loss, kept.parts[0]",
        )
    ),
    "match and walrus": starting(
        "match len(scores):\n    case k if (m := k) > 0:\n        pass"
    ),
    "names of builtins inside": starting("sum = max = list = len(scores)\nid = type = None"),
    "threads": Written(
        "from concurrent.futures import ThreadPoolExecutor\n"
        + RIGHT.replace(
            "np.exp(log_p)", "np.stack(list(ThreadPoolExecutor(2).map(np.exp, log_p)))"
        ),
        flag="imports concurrent.futures",
    ),
    "async": Written(
        "async def shifted(x):\n    return x - x.max(axis=1, keepdims=True)\n"
        "def now(task):\n    try:\n        task.send(None)\n"
        "    except StopIteration as done:\n        return done.value\n"
        + RIGHT.replace("scores - scores.max(axis=1, keepdims=True)", "now(shifted(scores))"),
    ),
    "a file that is not there": Written(
        "try:\n    W = np.load('weights.npy')\n    text = open('notes.txt').read()\n"
        f"except (FileNotFoundError, OSError):\n    W = None\n{RIGHT}",
        flag="uses open",
    ),
    "a package that is not there": Written(
        "try:\n    from numba import njit\nexcept ImportError:\n    njit = lambda f: f\n"
        "@njit\ndef exp(x):\n    return np.exp(x)\n"
        + RIGHT.replace("np.exp(log_p)", "exp(log_p)"),
        flag="imports numba",
    ),
    "deeper recursion": beside("import sys\nsys.setrecursionlimit(5000)", "imports sys"),
}

BESIDE = {
    "a random seed": beside("np.random.seed(0)\nnp.set_printoptions(precision=3)"),
    "the time of a call": beside("%timeit np.exp(3)\n%time y = np.exp(3)", "were not run"),
    "all of numpy": beside("from numpy import *"),
    "all of nngrader": beside("from nngrader import *"),
    "builtins as names": beside("list = [1, 2]\nsum = 0\nmax = input = id = 3"),
    "installing": beside("%pip install numpy\n!pip install -q tqdm\n", "were not run"),
    "magics": beside(
        "%matplotlib inline\n%load_ext autoreload\nx = !ls\nnp.exp?", "were not run"
    ),
    "magics of another language": beside("%%bash\nrm -rf ~", "were not run"),
    "help": beside("print(dir())\nhelp(np.exp)", "raised NameError"),
    "an input": beside("name = input('Who are you? ')", "raised EOFError"),
    "a syntax error": beside("def broken(:", "raised SyntaxError"),
    "a failed assert": beside("assert 1 + 1 == 3\nx = 1", "raised AssertionError"),
    "a return outside a function": Written(f"return\n{RIGHT}", flag="raised SyntaxError"),
    "an await outside a function": Written(
        f"import asyncio\nawait asyncio.sleep(0)\n{RIGHT}", flag="raised SyntaxError"
    ),
    "a main program": beside("if __name__ == '__main__':\n    print(np.ones(3))"),
    "unit tests": beside(
        "import unittest\nclass T(unittest.TestCase):\n    def test_one(self):\n"
        "        self.assertEqual(1, 1)\nunittest.main(argv=[''], exit=False)",
        "imports unittest",
    ),
    "colab": beside(
        "from google.colab import drive\ndrive.mount('/content/drive')", "imports google.colab"
    ),
    "plots": beside(
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1])\nplt.show()"
    ),
    "plots with an error": beside(
        "import matplotlib.pyplot as plt\nax = plt.gca()\nnowhere(ax)", "raised NameError"
    ),
    "the kernel": beside("get_ipython().run_line_magic('matplotlib', 'inline')", "NameError"),
    "about the author": beside("__author__ = 'Ada'\n__all__ = []\nprint(__name__)"),
    "the end of the program": beside("exit()", "raised NameError"),
}


def register(kind, written):
    """Add a submission to the odd ones."""

    def make(course, base, student):
        notebook = base.solved().write("softmax_cross_entropy", written.solution)
        if written.own:
            notebook.add_cell(written.own)
        hand_in(course, student, notebook.text())

    make.__name__ = kind.replace(" ", "_")
    odd("flagged" if written.flag else "graded", flag=written.flag, kind="honest")(make)


for table in (FORMS, HABITS, BESIDE):
    for name in table:
        register(f"has {name}", table[name])
