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
    "a named tuple": Written(
        "from collections import namedtuple\nAnswer = namedtuple('Answer', 'loss gradient')\n"
        + RIGHT.replace("return loss, gradient", "return Answer(loss, gradient)")
    ),
    "a loss of no dimensions": returning("np.array(loss), gradient"),
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
    "a decorator": Written(
        "import functools\ndef counted(f):\n    @functools.wraps(f)\n"
        "    def inner(*a, **k):\n        inner.calls += 1\n        return f(*a, **k)\n"
        f"    inner.calls = 0\n    return inner\n@counted\n{RIGHT}"
    ),
    "tabs": Written(RIGHT.replace("    ", "\t")),
    "a string with a backslash": Written(
        RIGHT.replace(":\n    if", ':\n    """Loss: \\sum \\log p."""\n    if', 1)
    ),
}

HABITS = {
    "prints": starting("print('scores', scores.shape, scores[:2])"),
    "errors of arithmetic": beside("np.seterr(all='raise')"),
    "a global constant": Written(
        f"SHIFT = 0.0\n{starting('scores = scores + SHIFT').solution}"
    ),
    "deeper recursion": beside("import sys\nsys.setrecursionlimit(5000)", "imports sys"),
}

BESIDE = {
    "the time of a call": beside("%timeit np.exp(3)\n%time y = np.exp(3)", "were not run"),
    "magics": beside(
        "%matplotlib inline\n%load_ext autoreload\nx = !ls\nnp.exp?", "were not run"
    ),
    "help": beside("print(dir())\nhelp(np.exp)", "raised NameError"),
    "a syntax error": beside("def broken(:", "raised SyntaxError"),
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
