"""Check what a worker says it has seen: it is plain data, and nothing else is known of it."""

import builtins
from dataclasses import dataclass, field, replace

import numpy as np

KINDS = (
    "array number list tuple none text dict set generator iterator view function exact tensor "
    "table object"
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


CALLED = {
    "text": "text. Which call makes text of numbers?",
    "dict": "a dict. Which of its values are asked for?",
    "set": "a set. Which call makes an array of it?",
    "list": "a list that is no array of numbers. Are all its rows of one length?",
    "tuple": "a tuple that is no array of numbers. Which of its values is asked for?",
    "generator": "a generator. Does the function say yield where return is meant?",
    "iterator": "an iterator. Which call runs through it and keeps what comes?",
    "view": "a view of something else, expected an array. Which call makes one of it?",
    "exact": "a Fraction or a Decimal, expected a float. Which call turns it into one?",
    "tensor": "a tensor, expected an array. How do you get its numbers?",
    "table": "a table with labels, expected an array. How do you get its numbers?",
    "function": "a function. Are the parentheses of a call missing?",
    "object": "something that is no array of numbers. What does the last line return?",
}


@dataclass(frozen=True)
class CallResult:
    """What came of one call, checked.

    ``parts`` is None where the call failed; ``raised`` holds the names of Python's own classes
    of exceptions among those of the error, most special first; ``message`` is the student's;
    ``stopped`` is the runner's: how a limit or an end of the process made the call fail;
    ``fault`` says, in words of ours, why nothing could be measured.
    """

    parts: list | None = None
    failed: bool = False
    raised: tuple = ()
    message: str = ""
    stopped: str = ""
    changed: frozenset = field(default_factory=frozenset)
    steps: int = 0
    held: int = 0
    fault: str = ""

    def instead(self, parts, fault):
        """Return the same with other parts: those measured, or why none could be."""
        return replace(self, parts=parts, fault=fault)


def checked(observation):
    """Return what `observe` or a worker said; what makes no sense counts as nothing."""
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
        names, message = [*_list(error), None, None][:2]
        raised = tuple(n for n in _list(names) if isinstance(n, str) and n in ERRORS)
        text = message if isinstance(message, str) else ""
        rest["stopped"] = (
            observation["stopped"] if isinstance(observation.get("stopped"), str) else ""
        )
        return CallResult(failed=True, raised=raised, message=text[:400], **rest)
    return CallResult(parts=[part_of(p) for p in parts[:MOST_PARTS]], **rest)


def _count(value):
    """Return a number of things, 0 for what is none."""
    return value if type(value) is int and 0 <= value < 2**62 else 0


def _list(value):
    """Return a list or tuple as a list, anything else as an empty one."""
    return list(value) if isinstance(value, list | tuple) else []


def part_of(description):
    """Return one described part with nothing in it but what `observe.describe` can say."""
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
    return {"kind": kind, "values": values, "dtype": dtype, "masked": masked}
