"""A function that calls a wrong one is judged again with a correct one instead."""

import functools
import textwrap
from types import SimpleNamespace

import pytest
from nngrader.course import Course
from nngrader.course.assignment import AssignmentSpec
from nngrader.engine import pack
from nngrader.grading.follow_through import SHARE, wrong_before
from nngrader.grading.one_submission import Job, run
from nngrader.records.codes import Code
from nngrader.records.flag import FlagCode
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.settings import Limits

from .sample_course import EXERCISES

pytestmark, slow = pytest.mark.sandbox, pytest.mark.slow
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


def test_a_wrong_function_is_followed_even_if_its_problem_no_longer_counts():
    right, wrong = {"score": 4.0, "max": 4.0}, {"score": 1.0, "max": 4.0}
    dropped = {"score": 0.0, "max": 0.0, "graded": wrong}
    reports = {"right": right, "wrong": wrong, "dropped": dropped, "caller": wrong}
    hidden = {name: {} for name in reports}

    def before(source):
        return wrong_before("caller", reports, hidden, [("caller", source, False)])

    assert before("dropped(x) + wrong(x)") == ["wrong", "dropped"]
    assert before("right(x) + caller(x)") == []


def test_flags_of_the_second_run_are_dropped():
    runner = Runner([], SimpleNamespace(limits=LIMITS), 0)
    runner._note(FlagCode.CELL_STOPPED, "f")
    with runner.corrected({}):
        runner._note(FlagCode.CELL_LIMIT, "f")
        runner.lost.add("cell")
    assert [flag.code for flag in runner.notes["f"]] == [FlagCode.CELL_STOPPED]
    assert not runner.lost


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS) as sandbox:
        yield sandbox


@functools.cache
def declared(assignment):
    """Return an assignment's problems and correct answers, by name."""
    course = Course(EXERCISES)
    problems = {p.name: p for p in course.problems(assignment)}
    cells = course.instructor(assignment)["cells"]
    return problems, {c["id"]: c["source"] for c in cells if c["id"] in problems}


@functools.cache
def packed(assignment, name):
    """Return the hidden cases of a problem."""
    return pack(declared(assignment)[0][name], 5, visible=False)


def reference(name):
    """Return the source of a correct answer of ps3_backprop."""
    return declared("ps3_backprop")[1][name]


@pytest.fixture(scope="module")
def graded(box):
    """Return a function that grades answers, by problem, in this order."""

    def grade(assignment="ps3_backprop", files=None, **answers):
        right = declared(assignment)[1]
        setup = ("setup", "import numpy as np", False)
        spec = AssignmentSpec(
            tests=[(n, n, MOST.get(n, 14.0)) for n in answers],
            hidden={n: packed(assignment, n) for n in answers},
            limits=LIMITS,
            uses=[],
            most=sum(MOST.get(n, 14.0) for n in answers),
            unsafe=False,
            code="",
            solved=[setup, *((n, source, False) for n, source in right.items())],
        )
        cells = [setup, *((n, textwrap.dedent(text), False) for n, text in answers.items())]
        return run(spec, Job(cells, files=files or {}), box, 0)

    return grade


def blamed(result, name):
    """Return the functions that a problem's report says are wrong and called."""
    findings = result["problems"][name]["findings"]
    return [f["data"]["called"] for f in findings if f["code"] == Code.CALLS_WRONG]


def test_calling_a_wrong_function_costs_a_tenth(graded):
    result = graded(affine_backward=WRONG, two_layer_loss=CALLS)
    report = result["problems"]["two_layer_loss"]
    assert report["score"] == pytest.approx(14 - SHARE * 7, abs=0.6)
    assert report["score"] == pytest.approx(sum(p for p, _ in report["aspects"].values()))
    assert result["cells"]["two_layer_loss"] == [report["score"], 14]
    assert blamed(result, "two_layer_loss") == [["affine_backward"]]
    assert result["problems"]["affine_backward"]["score"] < 10
    cached = f"import functools\n@functools.cache\n{WRONG}"
    again = graded(affine_backward=cached, two_layer_loss=CALLS)
    assert blamed(again, "two_layer_loss") == [["affine_backward"]]


@slow
def test_correct_called_function_gets_no_finding(graded):
    right = graded(affine_backward=reference("affine_backward"), two_layer_loss=CALLS)
    assert right["score"] == 24
    slip = CALLS.replace("dz /= len(X)", "dz /= 2 * len(X)")
    wrong = graded(affine_backward=reference("affine_backward"), two_layer_loss=slip)
    assert wrong["problems"]["two_layer_loss"]["score"] < 13
    assert blamed(wrong, "two_layer_loss") == []


def codes(result, name):
    """Return the codes of a problem's findings, and the functions that they name."""
    findings = result["problems"][name]["findings"]
    return {(f["code"], *f["data"].get("called", ())) for f in findings}


def test_a_challenge_names_the_wrong_function_that_it_calls(graded):
    right, network = declared("ps5_cnn")[1], "classify_pictures"
    file = (EXERCISES / "heldback" / "ps5_cnn" / "cnn.npz").read_bytes()
    wrong = right["conv2d_fast"].replace("columns + bias", "columns - bias")
    for fast, files, expected in (
        (wrong, {"cnn.npz": file}, [["conv2d_fast"]]),
        (wrong, {}, []),
        (right["conv2d_fast"], {"cnn.npz": file}, []),
    ):
        answers = {"conv2d_fast": fast, network: right[network]}
        assert blamed(graded("ps5_cnn", files, **answers), network) == expected


EMPTY = ["raise NotImplementedError()", "pass", "'Text.'\n    return W", "..."]


@pytest.mark.parametrize("body", [EMPTY[0], *(pytest.param(b, marks=slow) for b in EMPTY[1:])])
def test_a_function_that_is_not_written_restores_no_points(graded, body):
    empty = f"def affine_backward(dy, x, W):\n    {body}"
    result = graded(affine_backward=empty, two_layer_loss=CALLS)
    assert result["score"] == 0
    if body == EMPTY[0]:
        said = {(Code.NOT_WRITTEN, "affine_backward")}
        assert codes(result, "two_layer_loss") == said
    else:
        assert blamed(result, "two_layer_loss") == []


FORWARDS = "def conv2d_fast(*arguments):\n    return conv2d_forward(*arguments)"


@slow
def test_a_function_that_only_calls_an_empty_one_counts_as_empty(graded):
    blocks = declared("ps5_cnn")[1]["residual_block"]
    blocks = blocks.replace("conv2d_forward", "conv2d_fast")
    empty = "def conv2d_forward(*arguments):\n    raise NotImplementedError()"
    answers = {"conv2d_forward": empty, "conv2d_fast": FORWARDS, "residual_block": blocks}
    result = graded("ps5_cnn", **answers)
    assert result["score"] == 0
    for name, called in (("conv2d_fast", "conv2d_forward"), ("residual_block", "conv2d_fast")):
        assert codes(result, name) == {(Code.NOT_WRITTEN, called)}


@slow
def test_a_function_that_leaves_its_task_to_a_wrong_one_gets_no_points_back(graded):
    right = declared("ps5_cnn")[1]
    halved = right["conv2d_forward"].replace("def conv2d_forward", "def whole")
    halved += "\n\ndef conv2d_forward(*arguments):\n    return whole(*arguments) / 2 + 1"
    result = graded("ps5_cnn", conv2d_forward=halved, conv2d_fast=FORWARDS)
    assert blamed(result, "conv2d_fast") == []
    assert result["problems"]["conv2d_fast"]["score"] < 3


@slow
def test_call_of_a_caller_of_an_unwritten_function_is_judged(graded):
    empty = "def affine_backward(dy, x, W):\n    raise NotImplementedError()"
    network = reference("train_network")
    result = graded(affine_backward=empty, two_layer_loss=CALLS, train_network=network)
    assert result["problems"]["two_layer_loss"]["score"] == 0
    assert result["problems"]["train_network"]["score"] == pytest.approx(8 - SHARE * 8)


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


@slow
def test_requests_to_the_grader_earn_nothing(graded):
    for asked in ASKED:
        result = graded(affine_backward=WRONG, two_layer_loss=FORGED.replace("{asked}", asked))
        assert result["problems"]["two_layer_loss"]["score"] == 0, asked
