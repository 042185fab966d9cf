"""Findings about a call that failed, and about the type and shape of a returned value."""

from dataclasses import dataclass

import numpy as np

from ..explanation.shapes import cause, is_near, letters
from ..observation.call_result import CALLED, CALLED_FOR_A_NUMBER
from ..observation.driver import string_constants
from ..observation.observe import dtype_name

FLOAT32_RTOL = 1e-5  # an answer of type float32 is charged for its type, not for its digits
NARROW = ("float32", "float16")
COMMON = (*NARROW, "float64", "int64", "uint8", "bool", "object")  # types that are named
STOPPED = {
    "NotImplementedError": "is not written yet (NotImplementedError)",
    "TimeoutError": "took longer than it may",
    "MemoryError": "ran out of memory",
    "RecursionError": "calls itself too deeply, or without end (RecursionError)",
    "SystemExit": "ends the whole program (SystemExit)",
}
TRUTH = "is True or False, expected a number. Which line computes what is asked?"
NAMED = (  # exceptions that students meet; a choice among more could tell hidden inputs
    "AssertionError AttributeError Exception FileNotFoundError FloatingPointError ImportError "
    "IndexError KeyError NameError OSError OverflowError RuntimeError StopIteration "
    "SyntaxError TypeError UnboundLocalError ValueError ZeroDivisionError"
).split()


def raised(o, visible):
    """Return the name of the exception raised, in hidden cases only of a common one.

    Parameters
    ----------
    visible : bool
        Whether any of Python's own exceptions may be named, since the inputs are no secret.
    """
    return _named(o.raised, visible)


def _named(raised, visible):
    """Return the first name of an exception that may be told."""
    known = [name for name in raised if visible or name in NAMED or name in STOPPED]
    return known[0] if known else "an error of its own kind"


def failure(data, case, o):
    """Return a finding about a failed call, with the exception's text in visible cases only.

    Parameters
    ----------
    data, case : dict
        A packed problem, and the case in which it failed.
    """
    kind = raised(o, data["visible"])
    if o.stopped:
        return f"{data['name']} {o.stopped}."
    if kind in STOPPED:
        return f"{data['name']} {STOPPED[kind]}."
    if not data["visible"]:
        who = f"using {data['name']}" if data.get("driver") else "the function"
        return f"{who} raised {kind} (with {case['tried']})."
    # the student's function gets a dict here, of which the case knows the bytes
    bytes_of_file = (data.get("file") or {}).get("parameter")
    given = {n: v for n, v in case["args"].items() if n != bytes_of_file}
    arrays = {n: v for n, v in given.items() if isinstance(v, np.ndarray) and v.ndim}
    shapes = ", ".join(f"{n} {v.shape}" for n, v in arrays.items())
    message = _with_message(kind, o.message)
    asked = [c["error"] for c in data["cases"] if c["error"] in o.raised]
    unasked = f", where no {kind} is asked for" if asked and not case["error"] else ""
    return f"{message}{unasked} (with {case['tried']}{': ' * bool(shapes)}{shapes})"


def _with_message(kind, message):
    """Return an exception's name with its text."""
    words = message.strip()
    return f"{kind}{' ' if words.startswith('(') else ': '}{words}" if words else kind


def prevented(data, case, part):
    """Return a finding about a part that an error of the student's code has prevented.

    Parameters
    ----------
    data, case : dict
        A packed problem, in whose driver stands who may have raised it, and the case.
    part : dict
        A part of a `CallResult`, of the kind "failed".
    """
    visible = data["visible"]
    words = string_constants(**data["driver"]) - {""}
    who = part["who"] if part["who"] in words else data["name"]
    kind = _named(part["raised"], visible)
    if kind in STOPPED:
        return f" is still missing: {who} {STOPPED[kind]}."
    came = _with_message(kind, part["message"] * visible)
    return f" is missing: {who} raised {came} (with {case['tried']})"


@dataclass(frozen=True)
class Form:
    """What is wrong with a value's type or shape, and its numbers in the expected shape.

    ``fault`` is a finding or None; ``values`` is None where the numbers do not fit into that
    shape, and ``misshapen`` then holds them.
    """

    fault: str | None
    values: np.ndarray | None
    least_rtol: float = 0.0
    misshapen: np.ndarray | None = None


def form(answer, want, sizes, *, lists, visible):
    """Return what is wrong with the type and shape of one described value.

    Parameters
    ----------
    answer : dict
        A description by `observe.describe`, checked by `call_result.checked`.
    sizes : dict
        Sizes of the case by letter, for words such as "(N, C)".
    lists, visible : bool
        Whether a list will do; whether findings may contain numbers of the case.
    """
    if answer["values"] is None:
        return Form(_no_numbers(answer, want), None)
    values, odd = _real(answer["values"])
    if values is None:
        return Form(odd, None)
    if not want.ndim and answer["dtype"] == "bool" and want.dtype.kind != "b":
        return Form(TRUTH, None)
    if values.shape != want.shape:
        return _misshapen(values, want, sizes, visible)
    rtol = FLOAT32_RTOL if answer["dtype"] in NARROW else 0.0
    fault = odd or _kind(answer, want, lists) or _dtype(answer, want, visible)
    return Form(fault, values, rtol)


def _no_numbers(answer, want):
    """Return a finding about a value that is no number and no array of numbers."""
    if answer["kind"] == "none":
        return "is None. Does every path through the function return it?"
    if answer["kind"] == "array":
        return f"is an array of another type, expected {'numbers' if want.ndim else 'a number'}"
    called = CALLED if want.ndim else CALLED_FOR_A_NUMBER
    return f"is {called.get(answer['kind'], called['object'])}"


def _real(values):
    """Return the values as real floats, or None, with a finding where their type is complex."""
    if values.dtype.kind != "c":
        return values.astype(float), None
    if np.any(values.imag):
        return (
            None,
            "is complex. Which step takes the root or the logarithm of a negative number?",
        )
    return values.real.astype(float), "is of a complex type. Which step makes it so?"


def _kind(answer, want, lists):
    """Return a finding about the wrong kind of container, or None."""
    if answer["masked"]:
        return "is a masked array. What is asked for where it is masked?"
    if answer["kind"] == "tensor":
        return _no_numbers(answer, want)
    if want.ndim and answer["kind"] in ("list", "tuple") and not lists:
        return f"is a {answer['kind']}, expected an array. Which call turns it into one?"
    return None


def _dtype(answer, want, visible):
    """Return a finding about the wrong dtype, or None."""
    given = answer["dtype"]
    named = f"type {given}" if visible or given in COMMON else "another type"
    if answer["kind"] in ("list", "tuple"):  # which are allowed here, and have no dtype
        return None
    if not want.ndim:
        narrow = f"is of type {given}, expected {want.dtype}. In which type was it computed?"
        return narrow if given in NARROW and want.dtype.kind == "f" else None
    if given in (dtype_name(want.dtype), "longdouble", "float128", "float96"):
        return None
    if want.dtype.kind == "f" and answer["values"].dtype.kind in "biu":
        return f"is of {named}, expected {want.dtype}: can it hold a fraction?"
    return f"is of {named}, expected {want.dtype}. Where was the array made?"


def _misshapen(values, want, sizes, visible):
    """Return a `Form` with a finding about a wrong shape."""
    hint, fitting = cause(values, want, sizes)
    asked = letters(want.shape, sizes, visible)
    say = f"has another shape than {asked}: {hint}"
    if visible or is_near(values.shape, want.shape, sizes):
        came = letters(values.shape, sizes, visible, want.shape)
        say = f"has shape {came}, expected {asked}: {hint}"
    return Form(say, fitting, misshapen=values if fitting is None else None)
