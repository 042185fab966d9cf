"""Check the form of what a worker reports about a call: a hostile one may send anything."""

import builtins
from dataclasses import dataclass, field, replace

import numpy as np

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


CALLED = {
    "text": "text. Which call makes text of numbers?",
    "dict": "a dict. Which of its values are asked for?",
    "set": "a set. Which call makes an array of it?",
    "list": "a list that is no array of numbers. What is in it, and are its rows equally long?",
    "tuple": "a tuple that is no array of numbers. Which of its values is asked for?",
    "generator": "a generator. Does the function say yield where return is meant?",
    "iterator": "an iterator. Which call runs through it and keeps what comes?",
    "view": "a view of something else, expected an array. Which call makes one of it?",
    "exact": "a Fraction or a Decimal, expected a float. Which call turns it into one?",
    "tensor": "a tensor, expected an array. How do you get its numbers?",
    "table": "a table with labels, expected an array. How do you get its numbers?",
    "function": "a function. Are the parentheses of a call missing?",
    "large": "far too large, with hundreds of thousands of entries. Which step makes so many?",
    "failed": "missing, since an error was raised. Which line raises it?",
    "object": "something that is no array of numbers. What does the last line return?",
}
CALLED_FOR_A_NUMBER = CALLED | {  # where one number is asked for
    "set": "a set, expected a number. Which of its values is asked for?",
    "list": "a list, expected a number. What is in it, and what of that is asked for?",
    "tuple": "a tuple, expected a number. Which of its values is asked for?",
    "view": "a view of something else, expected a number. Which of its values is asked for?",
    "tensor": "a tensor, expected a number. How do you get a number out of it?",
    "table": "a table with labels, expected a number. How do you get a number out of it?",
    "object": "something that is no number. What does the last line return?",
}


@dataclass(frozen=True)
class CallResult:
    """The result of one call, checked to be of the right form.

    ``parts`` describes the returned values and is None where the call failed; ``raised`` holds
    the names of the exception's classes that are Python's own, most special first; ``message``
    is the exception's text, which the student chose; ``stopped`` says how a limit, or the end
    of the process, made the call fail; ``fault`` says why nothing could be measured; ``told``
    is a number that the measure gave besides.
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
    told: float | None = None

    def instead(self, parts, fault, told=None):
        """Return a copy with other parts, or with the reason why there are none."""
        return replace(self, parts=parts, fault=fault, told=told)


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
        raised, text = _error(error)
        rest["stopped"] = (
            observation["stopped"] if isinstance(observation.get("stopped"), str) else ""
        )
        return CallResult(failed=True, raised=raised, message=text, **rest)
    return CallResult(parts=[part_of(p) for p in parts[:MOST_PARTS]], **rest)


def _error(error):
    """Return names and text of a reported exception, only those of Python's own classes."""
    names, message = [*_list(error), None, None][:2]
    raised = tuple(n for n in _list(names) if isinstance(n, str) and n in ERRORS)
    return raised, message[:400] if isinstance(message, str) else ""


def _count(value):
    """Return a value if it is a count, that is an integer from 0 on, else 0."""
    return value if type(value) is int and 0 <= value < 2**62 else 0


def _list(value):
    """Return a list or tuple as a list, and anything else as an empty one."""
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
    raised, message = _error(description.get("error"))
    told = {"who": who if isinstance(who, str) else "", "raised": raised, "message": message}
    return part | {"values": None} | told
