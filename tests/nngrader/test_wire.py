"""Frames between grader and worker."""

import contextlib
import json
import os
import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from nngrader.sandbox.inside import wire

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text() | st.floats(),
    lambda x: st.lists(x) | st.tuples(x, x) | st.dictionaries(st.text(), x),
    max_leaves=20,
)


@contextlib.contextmanager
def opened():
    ends = os.pipe()
    yield ends
    for fd in ends:
        os.close(fd)


@pytest.fixture
def pipe():
    with opened() as ends:
        yield ends


def through(pipe, frame, seconds=1.0, cap=wire.BODY):
    os.write(pipe[1], frame)
    return wire.receive(pipe[0], time.monotonic() + seconds, cap)


@given(PLAIN)
def test_plain_data_comes_back_as_it_was(value):
    with opened() as ends:
        back = through(ends, wire.pack(value))
    assert repr(back) == repr(value)


@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, min_side=0, max_side=3)))
def test_an_array_comes_back_as_it_was_or_is_refused(array):
    if array.dtype.str[1:] not in wire.KINDS:
        with pytest.raises(wire.Bad):
            wire.pack(array)
        return
    with opened() as ends:
        back = through(ends, wire.pack([array]))[0]
    assert back.shape == array.shape
    assert back.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back, array)


def test_objects_that_are_not_plain_data_are_refused():
    deep = [[[[[[[[[[[[[[1]]]]]]]]]]]]]]
    plain = [object(), {1: 2}, {1}, 2**63, deep, "x" * (2 << 20)]
    arrays = [np.ma.masked_all(3), np.array([object()]), np.array(["text"])]
    arrays += [np.datetime64("2026-01-01"), np.broadcast_to(0.0, (1 << 24,))]
    for value in (*plain, *arrays):
        with pytest.raises(wire.Bad):
            wire.pack(value)


def frame(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<II", len(text), len(body)) + text + body


FORGED = [{"a": a} for a in (["f8", [1 << 40]], ["f8", [-1]], ["f8", ["2"]], ["O", [1]])]
FORGED += [{"a": a} for a in (["f8", [0] * 17], ["f8"], 3)]
FORGED += [{"f": 3}, {"l": 3}, {"z": 1}, {"l": [], "t": []}, {}, [1], 1.5, b"\xff", b"{"]
FORGED += [b'{"l":[' * 1000 + b"1" + b"]}" * 1000, b"9" * 5000]


REFUSALS = (wire.Bad, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def test_a_forged_frame_is_an_error_and_never_a_value():
    for header in FORGED:
        with opened() as ends, pytest.raises(REFUSALS):
            through(ends, frame(header))


def test_a_frame_that_says_it_is_huge_is_not_read(pipe):
    with pytest.raises(wire.Bad, match="frame size"):
        through(pipe, struct.pack("<II", 2**31, 0))
    with pytest.raises(wire.Bad, match="frame size"):
        through(pipe, struct.pack("<II", 2, 1000) + b"{}", cap=999)


def test_half_a_frame_times_out(pipe):
    with pytest.raises(TimeoutError):
        through(pipe, frame({"l": []})[:-1], seconds=0.05)


def test_a_reader_that_does_not_read_times_out(pipe):
    os.set_blocking(pipe[1], False)
    with pytest.raises(TimeoutError):
        wire.send(pipe[1], bytes(1 << 20), time.monotonic() + 0.05)
