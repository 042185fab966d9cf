"""Check the form of a worker's report on a call, because a hostile worker may send anything."""

import builtins
from dataclasses import dataclass, field, replace

import numpy as np

from ...records.finding import Finding

KINDS = (
    "array number list tuple none text dict set generator iterator view function exact tensor "
    "table large failed object"
).split()
DTYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 "
    "float16 float32 float64 float96 float128 longdouble complex64 complex128 object"
).split()
ERRORS = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
MOST_PARTS = 64


@dataclass(frozen=True)
class CallResult:
    """The result of one call, in a form that has been checked.

    :ivar parts: Descriptions of the returned values; None if the call failed.
    :ivar raised: Names of the exception's classes that are Python's own, from the most specific
        to the most general.
    :ivar message: The exception's text, which may come from the student's code.
    :ivar line: The line of the student's function that raised the exception, and the function's
        name.
    :ivar stopped: The limit or the end of the process that made the call fail (`limits.Cause`).
    :ivar missing: Whether the student's cells don't define the function.
    :ivar changed: Names of the arguments that the function has changed.
    :ivar steps, held: Executed lines, and the peak of the allocated bytes.
    :ivar fault: A finding if nothing could be measured.
    :ivar reported: An additional number from the measure, for the notebook.
    """

    parts: list | None = None
    failed: bool = False
    raised: tuple = ()
    message: str = ""
    line: tuple = ()
    stopped: dict = field(default_factory=dict)
    missing: bool = False
    changed: frozenset = field(default_factory=frozenset)
    steps: int = 0
    held: int = 0
    fault: Finding | None = None
    reported: float | None = None

    def instead(self, parts, fault, reported=None):
        """Return a copy with different parts, or with the reason why there are none."""
        return replace(self, parts=parts, fault=fault, reported=reported)


def checked(observation):
    """Return a call's result from a worker's report, without malformed entries."""
    observation = observation if isinstance(observation, dict) else {}
    error, parts = observation.get("error"), observation.get("parts")
    rest = {
        "changed": frozenset(
            n for n in _list(observation.get("changed")) if isinstance(n, str)
        ),
        "steps": _count(observation.get("steps")),
        "held": _count(observation.get("held")),
    }
    if error is not None or not isinstance(parts, list):
        raised, text, line = _error(error)
        stopped = observation.get("stopped")
        rest["stopped"] = stopped if isinstance(stopped, dict) else {}
        rest["missing"] = observation.get("missing") is True
        return CallResult(failed=True, raised=raised, message=text, line=line, **rest)
    return CallResult(parts=[part_of(p) for p in parts[:MOST_PARTS]], **rest)


def _error(error):
    """Return the names of Python's classes, the text and the line of a reported exception."""
    names, message, where = [*_list(error), None, None, None][:3]
    raised = tuple(n for n in _list(names) if isinstance(n, str) and n in ERRORS)
    line, name = [*_list(where), None, None][:2]
    known = _count(line) > 0 and isinstance(name, str)
    text = message[:400] if isinstance(message, str) else ""
    return raised, text, (line, name[:80]) if known else ()


def _count(value):
    """Return a value if it is a count, that is an integer of at least 0, else 0."""
    return value if type(value) is int and 0 <= value < 2**62 else 0


def _list(value):
    """Return a list or tuple as a list, and an empty list for anything else."""
    return list(value) if isinstance(value, list | tuple) else []


def part_of(description):
    """Return the description of one returned value, without malformed entries."""
    description = description if isinstance(description, dict) else {}
    kind, values, dtype = (
        description.get("kind"),
        description.get("values"),
        description.get("dtype"),
    )
    kind = kind if isinstance(kind, str) and kind in KINDS else "object"
    if type(values) is not np.ndarray or values.dtype.kind not in "biufc":
        values = None
    if not isinstance(dtype, str) or dtype not in DTYPES:
        dtype = "" if values is None else values.dtype.name
    masked = type(description.get("masked")) is int and description["masked"] > 0
    part = {"kind": kind, "values": values, "dtype": dtype, "masked": masked}
    if kind != "failed":
        return part
    who = description.get("who")
    raised, message, line = _error(description.get("error"))
    cause = {"who": who if isinstance(who, str) else "", "raised": raised, "message": message}
    return part | {"values": None} | cause | {"line": line}
