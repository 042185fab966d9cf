"""`check` ends a call where grading would, with the same words, and leaves nothing behind."""

import threading
import time

import numpy as np
import pytest
from nngrader import check
from nngrader.engine.observation.observe import observe
from nngrader.student import limited
from nngrader.student.limited import Limited

from .test_limits import FAULTS, SHORT

LIMITS = {name: SHORT[name] for name in ("call_seconds", "total_seconds", "memory_mb")}
CASES = [{"want": [np.zeros(3)], "args": {}}]


def limits_of(f, cases=CASES, graded=1, **limits):
    data = {"cases": cases, "limits": LIMITS | limits, "graded": graded}
    return Limited(data, lambda args: observe(f, args, 1))


def defined(source):
    names = {"np": np, "time": time}
    exec(source, names)
    return names["f"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """End a call that waits as soon as grading would."""
    monkeypatch.setattr(limited, "AT_HOME", 0.0)


@pytest.mark.parametrize(
    "fault", [pytest.param("computing", marks=pytest.mark.slow), "sleeping", "memory"]
)
def test_a_call_ends_at_the_limit_with_the_words_of_grading(fault, monkeypatch):
    monkeypatch.setattr(limited, "PATIENCE", 100 if fault == "computing" else limited.PATIENCE)
    source, kind, stopped = FAULTS[fault]
    more = {"call_seconds": 20.0, "total_seconds": 20.0} if fault == "memory" else {}
    result = limits_of(defined(source), **more)({})
    assert result == {"error": [[kind], ""], "stopped": stopped}


def test_a_busy_computer_costs_no_points(monkeypatch):
    monkeypatch.setattr(limited, "AT_HOME", 30.0)
    sleeping = defined("def f():\n    time.sleep(1)\n    return np.zeros(3)")
    assert limits_of(sleeping, call_seconds=0.1)({})["error"] is None


def test_interruption_is_repeated_if_caught():
    caught = []

    def f():
        while True:
            try:
                while True:
                    time.sleep(0.01)
            except BaseException as e:
                caught.append(type(e))
                if len(caught) == 3:
                    raise

    result = limits_of(f, call_seconds=0.1)({})
    assert result["error"] == [["TimeoutError"], ""]
    assert caught == [limited.Interruption] * 3


def test_after_two_ends_a_function_is_not_called_again():
    calls = []

    def f():
        calls.append(1)
        time.sleep(100)

    run = limits_of(f, call_seconds=0.02)
    assert [run({})["stopped"] for _ in range(4)] == [run.cause.stopped] * 4
    assert len(calls) == 2


def test_ctrl_c_ends_a_call_and_says_so_in_one_line(monkeypatch, capsys):
    import nngrader.cells

    def softmax():
        threading.Timer(0.1, limited.send, [threading.main_thread().ident]).start()
        time.sleep(100)

    run = limits_of(softmax, call_seconds=30.0)
    monkeypatch.setattr(nngrader.cells, "check_message", lambda f, folder: run({}))
    check(softmax)
    assert capsys.readouterr().out == (
        "check: softmax was still running when you stopped it.\n"
    )
