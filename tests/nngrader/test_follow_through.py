"""A function that calls a wrong one is judged again with a right one in its place."""

import textwrap

import pytest
from nngrader.course import Course
from nngrader.course.assignment import AssignmentSpec
from nngrader.engine import pack
from nngrader.grading.follow_through import SHARE, wrong_before
from nngrader.grading.one_submission import Job, run
from nngrader.records.codes import Code
from nngrader.sandbox.launch import Sandbox
from nngrader.settings import Limits

from .sample_course import EXERCISES

pytestmark = pytest.mark.sandbox
LIMITS = Limits(call_seconds=2.0, total_seconds=6.0, memory_mb=500)
MOST = {"affine_backward": 10.0, "two_layer_loss": 14.0, "train_network": 8.0}
WRONG = "def affine_backward(dy, x, W):\n    return dy @ W, dy.T @ x / len(x), dy.sum(axis=0)"
CALLS = """
def two_layer_loss(params, X, y):
    a = X @ params["W1"].T + params["b1"]
    h = np.maximum(a, 0)
    z = h @ params["W2"].T + params["b2"]
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    n = np.arange(len(X))
    dz = np.exp(log_p)
    dz[n, y] -= 1
    dz /= len(X)
    dh, dW2, db2 = affine_backward(dz, h, params["W2"])
    _, dW1, db1 = affine_backward(dh * (a > 0), X, params["W1"])
    return -log_p[n, y].mean(), {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
"""


def test_a_wrong_function_is_followed_even_if_its_problem_counts_no_more():
    right, wrong = {"score": 4.0, "max": 4.0}, {"score": 1.0, "max": 4.0}
    dropped = {"score": 0.0, "max": 0.0, "graded": wrong}
    reports = {"right": right, "wrong": wrong, "dropped": dropped, "caller": wrong}
    hidden = {name: {} for name in reports}

    def before(source):
        return wrong_before("caller", reports, hidden, [("caller", source, False)])

    assert before("dropped(x) + wrong(x)") == ["wrong", "dropped"]
    assert before("right(x) + caller(x)") == []


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def hidden():
    """Return the hidden cases of the three problems."""
    found = {p.name: p for p in Course(EXERCISES).problems("ps3_backprop")}
    return {name: pack(found[name], 5, visible=False) for name in MOST}


def reference(name):
    """Return the source of a problem's right answer."""
    cells = Course(EXERCISES).instructor("ps3_backprop")["cells"]
    return next(c["source"] for c in cells if c["id"] == name)


@pytest.fixture(scope="module")
def graded(box, hidden):
    """Return a function that grades answers, by problem; the others are right ones."""
    solved = [("setup", "import numpy as np", False)]
    solved += [(name, reference(name), False) for name in MOST]

    def grade(**answers):
        names = [name for name in MOST if name in answers]
        spec = AssignmentSpec(
            tests=[(n, n, MOST[n]) for n in names],
            hidden=hidden,
            limits=LIMITS,
            uses=[],
            most=sum(MOST[n] for n in names),
            unsafe=False,
            code="",
            solved=solved,
        )
        cells = [("setup", "import numpy as np", False)]
        cells += [(n, textwrap.dedent(answers[n]), False) for n in names]
        return run(spec, Job(cells), box, 0)

    return grade


def found(result, name):
    """Return the functions that a problem's report says are wrong and called."""
    findings = result["problems"][name]["findings"]
    return [f["data"]["called"] for f in findings if f["code"] == Code.CALLS_WRONG]


def test_who_calls_a_wrong_function_pays_a_tenth_of_what_it_spoils(graded):
    result = graded(affine_backward=WRONG, two_layer_loss=CALLS)
    report = result["problems"]["two_layer_loss"]
    assert report["score"] == pytest.approx(14 - SHARE * 7, abs=0.6)
    assert report["score"] == pytest.approx(sum(p for p, _ in report["aspects"].values()))
    assert result["cells"]["two_layer_loss"] == [report["score"], 14]
    assert found(result, "two_layer_loss") == [["affine_backward"]]
    assert result["problems"]["affine_backward"]["score"] < 10


@pytest.mark.slow
def test_nothing_is_said_where_the_called_function_is_right(graded):
    right = graded(affine_backward=reference("affine_backward"), two_layer_loss=CALLS)
    assert right["score"] == 24
    slip = CALLS.replace("dz /= len(X)", "dz /= 2 * len(X)")
    wrong = graded(affine_backward=reference("affine_backward"), two_layer_loss=slip)
    assert wrong["problems"]["two_layer_loss"]["score"] < 13
    assert found(wrong, "two_layer_loss") == []


FORGED = """
def two_layer_loss(params, X, y):
    import sys
    worker = sys.modules["__main__"]
    affine_backward(np.ones((2, 3)), np.ones((2, 4)), np.ones((3, 4)))
    if worker.PIPES:
        source, sink = worker.PIPES
        worker.wire.send(sink, worker.wire.pack({asked}))
        return worker.wire.receive(source)["value"]
"""


ASKED = [
    '{"needs": "two_layer_loss", "args": [params, X, y], "kwargs": {}}',
    '{"needs": ["affine_backward"], "args": [], "kwargs": {}}',
    '{"needs": "affine_backward", "args": {}, "kwargs": []}',
    '{"needs": "__import__", "args": ["os"], "kwargs": {}}',
    '{"needs": None}',
]


@pytest.mark.slow
def test_who_asks_the_grader_for_more_gets_nothing(graded):
    for asked in ASKED:
        result = graded(affine_backward=WRONG, two_layer_loss=FORGED.replace("{asked}", asked))
        assert result["problems"]["two_layer_loss"]["score"] == 0, asked
