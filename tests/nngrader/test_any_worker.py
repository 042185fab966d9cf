"""Whatever a worker says, there is a result, and it is plain data."""

import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from nngrader.grading.one_submission import Job, run
from nngrader.sandbox import supervisor
from nngrader.sandbox.inside import fork_server, wire
from nngrader.sandbox.supervisor import Died

from .fake_workers import FakeSandbox, ScriptedWorker
from .test_any_notebook import IDS, STATUS, spec

__all__ = ["spec"]
EVERY = settings(
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
REASONS = [
    supervisor.TOO_LONG,
    supervisor.WAITED,
    supervisor.TOO_MUCH,
    supervisor.TOO_LARGE,
    supervisor.ENDED,
    supervisor.CRASHED,
    supervisor.FORGED,
    supervisor.BROKEN,
]
ARRAYS = hnp.arrays(
    st.sampled_from(sorted(wire.KINDS)).map(np.dtype),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=7),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats()
    | ARRAYS
    | st.text(max_size=8)
    | st.sampled_from(["ValueError", "memory", "array", "float64", "LEAK"]),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=6), x, max_size=4),
    max_leaves=10,
)
PART = st.fixed_dictionaries(
    {"kind": st.just("array") | VALUES, "values": ARRAYS | VALUES},
    optional={"dtype": st.just("float64") | VALUES, "shape": VALUES, "masked": VALUES},
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "parts": st.lists(PART | VALUES, max_size=4) | VALUES,
        "error": st.none() | st.just([["ValueError"], "LEAK"]) | VALUES,
        "changed": st.lists(st.sampled_from(["scores", "X"])) | VALUES,
        "names": st.lists(st.text()) | VALUES,
        **dict.fromkeys(
            "steps seconds imports value fingerprints missing limit skipped stopped".split(),
            VALUES,
        ),
    },
)
PLAIN = (type(None), bool, int, float, str, np.ndarray, np.generic, list, tuple, dict)


@EVERY
@given(written=st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_none(written):
    with ScriptedWorker(written) as worker:
        answered(worker)


@EVERY
@given(
    head=st.binary(max_size=200) | VALUES.map(lambda v: repr(v).encode()),
    body=st.binary(max_size=100),
    kind=st.sampled_from([b"a", b"d", b"e", b"l", b"y", b"?"]),
)
def test_any_frame_is_an_answer_or_none(head, body, kind):
    frame = wire.LENGTHS.pack(len(head), len(body)) + head + body
    with ScriptedWorker(fork_server.REPLY.pack(kind, 0) + frame) as worker:
        answered(worker)


HEADERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda x: (
        st.lists(x, max_size=3)
        | st.dictionaries(st.sampled_from([*"fagdlt", "", "x"]), x, max_size=2)
        | st.fixed_dictionaries({"a": st.tuples(st.sampled_from(["f8", "i1", "O", 3]), x)})
    ),
    max_leaves=12,
)


@EVERY
@given(header=HEADERS, body=st.binary(max_size=64))
def test_any_header_is_an_answer_or_none(header, body):
    head = json.dumps({"d": {"error": header}}).encode()
    frame = wire.LENGTHS.pack(len(head), len(body)) + head + body
    with ScriptedWorker(fork_server.REPLY.pack(fork_server.ANSWER, 0) + frame) as worker:
        answered(worker)


def answered(worker):
    """Assert that the answer is plain data, or that the worker died for a stated reason."""
    answer = died = None
    try:
        answer = worker.ask({"do": "call"}, 0.2)
    except Died as e:
        died = str(e)
    assert died in REASONS or (died is None and type(answer) is dict)
    todo = [answer]
    while todo:
        value = todo.pop()
        assert isinstance(value, PLAIN)
        todo += value.values() if type(value) is dict else ()
        todo += value if type(value) in (list, tuple) else ()


@EVERY
@given(answers=st.lists(ANSWERS | st.sampled_from(REASONS).map(Died), min_size=1, max_size=6))
def test_any_answers_of_a_worker_come_to_a_result(spec, answers):
    work = [(gid, f"def {gid}(): ...", False) for gid in IDS] + [("own cell 1", "1", True)]
    result = run(spec, Job(work), FakeSandbox(answers), 0)
    assert result["status"] in STATUS
    text = json.dumps(result, allow_nan=False)
    assert "LEAK" not in text.replace("uses LEAK", "").replace("imports LEAK", "")
    assert 0 <= result["score"] <= 50
    for name in IDS:
        report = result["problems"][name]
        points = [p for pair in report["aspects"].values() for p in pair]
        assert all(math.isfinite(p) and p >= 0 for p in points)
        assert report["score"] == pytest.approx(sum(points[::2]))


@EVERY
@given(value=VALUES)
def test_any_value_that_can_be_sent_comes_back_as_it_was(value):
    try:
        frame = wire.pack({"value": value})
    except wire.Bad:
        return
    with ScriptedWorker(fork_server.REPLY.pack(fork_server.ANSWER, 0) + frame) as worker:
        back = worker.ask({"do": "value"}, 0.2)
    assert wire.pack(back) == frame
