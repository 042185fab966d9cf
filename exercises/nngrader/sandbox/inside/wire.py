"""Frames of plain data between grader and worker: two lengths, a JSON header, raw arrays.

It uses neither pickle nor eval, so anything that a hostile worker sends becomes plain data or
an error. This file also runs inside the sandbox without the package; it needs the standard
library and NumPy.
"""

from __future__ import annotations

import json
import math
import os
import select
import struct
import time

import numpy as np

KINDS = {f"{k}{n}" for k in "iu" for n in (1, 2, 4, 8)} | {"f2", "f4", "f8", "b1", "c8", "c16"}
HEADER, BODY = 1 << 20, 64 << 20  # maximum bytes of the header, and of all arrays together
DEPTH = 12
CHUNK = 1 << 20
LENGTHS = struct.Struct("<II")  # before every frame: the lengths of header and arrays


class Bad(Exception):
    """Raised for values that cannot be sent, and for bytes that no honest worker sends."""


class Large(Bad):
    """Raised for a frame that announces more bytes than we read."""


def pack(value) -> bytes:
    """Return a value as one frame.

    :param value: (plain data) None, bool, int of magnitude below 2**63, float, str, arrays and
        NumPy scalars of the dtypes in `KINDS`, and lists, tuples and dicts (with str keys) of
        these, at most 12 deep.
    :return: Two 32-bit lengths, the header in JSON, the arrays' bytes (little-endian).
    :raises Bad: If the value is not plain data, or too large.
    """
    arrays = []
    text = json.dumps(_encode(value, arrays, 0), ensure_ascii=False)
    head = text.encode("utf-8", "surrogatepass")
    if len(head) > HEADER or sum(map(len, arrays)) > BODY:
        raise Bad(f"more than {HEADER >> 20} MB of JSON or {BODY >> 20} MB of arrays")
    body = b"".join(arrays)
    return LENGTHS.pack(len(head), len(body)) + head + body


def send(fd: int, frame: bytes, deadline: float | None = None) -> None:
    """Write a frame to a pipe.

    :param fd: The pipe; with a deadline it must not block.
    :param deadline: Time on the clock of `time.monotonic`, in seconds.
    :raises TimeoutError: If the reader hasn't accepted everything by then.
    """
    rest = memoryview(frame)
    while rest:
        if deadline is not None and not select.select([], [fd], [], _left(deadline))[1]:
            raise TimeoutError
        rest = rest[os.write(fd, rest[:CHUNK]) :]


def receive(fd: int, deadline: float | None = None, cap: int = BODY):
    """Read one frame and decode it.

    :param deadline: Time on the clock of `time.monotonic`, in seconds.
    :param cap: Maximum total size of arrays, in bytes; a larger frame is not read.
    :return: (plain data) A value as in `pack`; arrays are new copies.
    :raises Bad, ValueError, TypeError, KeyError, AttributeError, RecursionError,
        OverflowError: If the bytes are not a frame.
    :raises EOFError, TimeoutError: If the writer has closed the pipe, or misses the deadline.
    """
    head, body = LENGTHS.unpack(exactly(fd, LENGTHS.size, deadline))
    if head > HEADER or body > cap:
        raise Large("frame size")
    header = json.loads(exactly(fd, head, deadline))
    return _decode(header, _Arrays(exactly(fd, body, deadline)), 0)


def exactly(fd: int, n: int, deadline: float | None = None) -> bytes:
    """Read a number of bytes.

    :param deadline: Time on the clock of `time.monotonic`, in seconds.
    :raises EOFError, TimeoutError: If the writer has closed the pipe, or misses the deadline.
    """
    out = bytearray()
    while len(out) < n:
        if deadline is not None and not select.select([fd], [], [], _left(deadline))[0]:
            raise TimeoutError
        if not (part := os.read(fd, min(n - len(out), CHUNK))):
            raise EOFError
        out += part
    return bytes(out)


class _Arrays:
    """The bytes of a frame's arrays, read in order."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, description):
        kind, shape = description
        if kind not in KINDS or not isinstance(shape, list) or len(shape) > 16:
            raise Bad("array header")
        if any(type(n) is not int or n < 0 for n in shape):
            raise Bad("array header")
        count = math.prod(shape)
        size = count * np.dtype(kind).itemsize
        if size > len(self.data) - self.at:
            raise Bad("array length")
        array = np.frombuffer(self.data, "<" + kind, count, self.at).reshape(shape).copy()
        self.at += size
        return array


def _encode(v, arrays, depth):
    """Return a value as JSON, and append the bytes of its arrays to `arrays`."""
    if depth > DEPTH:
        raise Bad("nested too deeply")
    if v is None or type(v) in (bool, str) or (type(v) is int and abs(v) < 2**63):
        return v
    if type(v) is float:
        return {"f": v.hex()}
    if isinstance(v, np.ndarray | np.generic):
        return _encode_array(v, arrays)
    if type(v) in (list, tuple):
        return {"l" if type(v) is list else "t": [_encode(x, arrays, depth + 1) for x in v]}
    if type(v) is dict and all(type(k) is str for k in v):
        return {"d": {k: _encode(x, arrays, depth + 1) for k, x in v.items()}}
    raise Bad(f"this {type(v).__name__} is not plain data")


def _encode_array(v, arrays):
    """Return dtype and shape of an array or NumPy scalar, and append its bytes to `arrays`."""
    a = np.asarray(v)
    if isinstance(v, np.ma.MaskedArray) or a.dtype.str[1:] not in KINDS or a.nbytes > BODY:
        raise Bad(f"an array of type {a.dtype} and shape {a.shape}")
    little = np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<"), copy=False)
    arrays.append(little.tobytes())
    return {"g" if isinstance(v, np.generic) else "a": [a.dtype.str[1:], list(a.shape)]}


def _decode(h, arrays, depth):
    """Return the value that a JSON header describes, with its arrays filled in."""
    if depth > DEPTH + 1:
        raise Bad("nested too deeply")
    if not isinstance(h, dict):
        if isinstance(h, list | float):
            raise Bad("header")
        return h
    ((tag, v),) = h.items()
    if tag == "f":
        return float.fromhex(v)
    if tag in ("a", "g"):
        array = arrays.take(v)
        return array[()] if tag == "g" else array
    if tag == "d":
        return {k: _decode(x, arrays, depth + 1) for k, x in v.items()}
    kind = {"l": list, "t": tuple}[tag]
    return kind(_decode(x, arrays, depth + 1) for x in v)


def _left(deadline):
    """Return the seconds until a deadline, at least 0."""
    return max(0.0, deadline - time.monotonic())
