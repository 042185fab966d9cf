"""How a call failed, in words."""

from dataclasses import dataclass

import numpy as np

from ..explanation.shapes import cause, is_near, letters
from ..observation.call_result import CALLED

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
NAMED = (  # exceptions that students meet; more of them could carry more of a hidden input
    "AssertionError AttributeError Exception FileNotFoundError FloatingPointError ImportError "
    "IndexError KeyError ModuleNotFoundError NameError OSError OverflowError StopIteration "
    "SyntaxError TypeError UnboundLocalError ValueError ZeroDivisionError"
).split()


def raised(o, visible):
    """Return the class of an exception, where it is one of Python's own that may be named.

    Parameters
    ----------
    o : CallResult
        What came of a call that failed.
    visible : bool
        Whether all may be named, since the inputs are known.
    """
    known = [name for name in o.raised if visible or name in NAMED or name in STOPPED]
    return known[0] if known else "an error of its own kind"


def failure(data, case, o):
    """Say how a call failed; the student's own message only where inputs may be shown.

    Parameters
    ----------
    data, case : dict
        A packed problem, and the case in which it failed.
    o : CallResult
        What came of the call.
    """
    kind = raised(o, data["visible"])
    if o.stopped:
        return f"{data['name']} {o.stopped}."
    if kind in STOPPED:
        return f"{data['name']} {STOPPED[kind]}."
    if not data["visible"]:
        who = f"using {data['name']}" if data.get("driver") else "the function"
        return f"{who} raised {kind} (with {case['tried']})."
    bytes_of_file = (data.get("file") or {}).get("parameter")  # to the student it is a dict
    given = {n: v for n, v in case["args"].items() if n != bytes_of_file}
    arrays = {n: v for n, v in given.items() if isinstance(v, np.ndarray) and v.ndim}
    shapes = ", ".join(f"{n} {v.shape}" for n, v in arrays.items())
    message = f"{kind}: {o.message}" if o.message else kind
    return f"{message} (with {case['tried']}{': ' * bool(shapes)}{shapes})"


@dataclass(frozen=True)
class Form:
    """What is wrong with kind, type and shape, in words; the values in the shape asked for.

    ``misshapen`` holds values that do not fit into that shape.
    """

    fault: str | None
    values: np.ndarray | None
    least_rtol: float = 0.0
    misshapen: np.ndarray | None = None


def form(answer, want, sizes, *, lists, visible):
    """Look at the kind, type and shape of one described part of an answer.

    Parameters
    ----------
    answer : dict
        A description by `observe.describe`, checked by `call_result.checked`.
    want : ndarray
        The right answer.
    sizes : dict
        Sizes of the case by letter, for words such as "(N, C)".
    lists, visible : bool
        Whether a list will do; whether numbers may be said that only the case's inputs tell.
    """
    if answer["values"] is None:
        return Form(_no_numbers(answer), None)
    values, odd = _real(answer["values"])
    if values is None:
        return Form(odd, None)
    if values.shape != want.shape:
        return _misshapen(values, want, sizes, visible)
    rtol = FLOAT32_RTOL if answer["dtype"] in NARROW else 0.0
    fault = odd or _kind(answer, want, lists) or _dtype(answer, want, visible)
    return Form(fault, values, rtol)


def _no_numbers(answer):
    """Say what came where no numbers came."""
    if answer["kind"] == "none":
        return "is None. Does every path through the function return it?"
    if answer["kind"] == "array":
        return "is an array of another type, expected numbers"
    return f"is {CALLED.get(answer['kind'], CALLED['object'])}"


def _real(values):
    """Return real values as floats, or None with the fault that keeps them from being real."""
    if values.dtype.kind != "c":
        return values.astype(float), None
    if np.any(values.imag):
        return (
            None,
            "is complex. Which step takes the root or the logarithm of a negative number?",
        )
    return values.real.astype(float), "is of a complex type. Which step makes it so?"


def _kind(answer, want, lists):
    """Say what is wrong with the kind of container, if anything is."""
    if answer["masked"]:
        return "is a masked array. What is asked for where it is masked?"
    if want.ndim and answer["kind"] in ("list", "tuple") and not lists:
        return f"is a {answer['kind']}, expected an array. Which call turns it into one?"
    return None


def _dtype(answer, want, visible):
    """Say what is wrong with the type of an array's entries, if anything is."""
    given = answer["dtype"]
    named = f"type {given}" if visible or given in COMMON else "another type"
    if answer["kind"] in ("list", "tuple"):  # allowed here, and their entries have no type
        return None
    if not want.ndim:
        narrow = f"is of type {given}, expected {want.dtype}. In which type was it computed?"
        return narrow if given in NARROW and want.dtype.kind == "f" else None
    if given in (want.dtype.name, "longdouble", "float128", "float96"):
        return None
    if want.dtype.kind == "f" and answer["values"].dtype.kind in "biu":
        return f"is of {named}, expected {want.dtype}: can it hold a fraction?"
    return f"is of {named}, expected {want.dtype}. Where was the array made?"


def _misshapen(values, want, sizes, visible):
    """Describe a wrong shape; return the values where they fit into the right one."""
    hint, fitting = cause(values, want, sizes)
    asked = letters(want.shape, sizes, visible)
    say = f"has another shape than {asked}: {hint}"
    if visible or is_near(values.shape, want.shape, sizes):
        came = letters(values.shape, sizes, visible, want.shape)
        say = f"has shape {came}, expected {asked}: {hint}"
    return Form(say, fitting, misshapen=values if fitting is None else None)
