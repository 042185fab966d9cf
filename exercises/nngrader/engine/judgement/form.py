"""Findings about a call that failed, and about the type and shape of a returned value."""

from dataclasses import dataclass

import numpy as np

from ...records import exceptions
from ...records.codes import Code
from ...records.finding import Finding
from ..explanation.shapes import cause, is_near, letters
from ..observation.driver import no_numbers, string_constants
from ..observation.observe import dtype_name

FLOAT32_RTOL = 1e-5  # an answer of type float32 loses points for its type, not for its digits
NARROW = ("float32", "float16")
COMMON = (*NARROW, "float64", "int64", "uint8", "bool", "object")  # types that we name
STOPPED = {  # exceptions that end a call, with the most similar limit
    "TimeoutError": "time",
    "MemoryError": "memory",
    "RecursionError": "recursion",
    "SystemExit": "ended",
}
UNWRITTEN = "NotImplementedError"  # the released cell raises it
NAMED = (  # common exceptions; a choice among more of them could reveal hidden inputs
    "AssertionError AttributeError Exception FileNotFoundError FloatingPointError ImportError "
    "IndexError KeyError NameError OSError OverflowError RuntimeError StopIteration "
    "SyntaxError TypeError UnboundLocalError ValueError ZeroDivisionError"
).split()


def raised(names, visible):
    """Return the name of an exception; in hidden cases, only a common one is named.

    :param names: (tuple of str) The names of the classes of the exception, from the most
        specific to the most general.
    :param visible: Whether the inputs are visible, so that all of Python's exceptions may be
        named.
    """
    known = [n for n in names if visible or n in NAMED or n in STOPPED or n == UNWRITTEN]
    return known[0] if known else "an exception"


def failure(data, case, o):
    """Return a finding about a failed call."""
    kind, name = raised(o.raised, data["visible"]), data["name"]
    if stopped := of_stop(o, kind):
        return Finding(Code.STOPPED, data={"function": name, "stopped": stopped})
    if not o.line and (words := _own_words(data, o.message)):
        return Finding(Code.UNMEASURED, data={"words": words})
    if o.missing or kind == UNWRITTEN:
        code = Code.NOT_DEFINED if o.missing else Code.NOT_WRITTEN
        return Finding(code, data={"function": name})
    about = {"function": o.line[1] if o.line and data["visible"] else name, "raised": kind}
    # The case contains the bytes of the file, but the student's function received a dict.
    bytes_of_file = (data.get("file") or {}).get("parameter")
    args = {n: v for n, v in case["args"].items() if n != bytes_of_file}
    arrays = {n: v for n, v in args.items() if isinstance(v, np.ndarray) and v.ndim}
    about["given"] = {n: str(v.shape) for n, v in arrays.items()}
    asked = [c["error"] for c in data["cases"] if c["error"] in o.raised]
    if asked and not case["error"] and not exceptions.cause(o.message or ""):
        about["unasked"] = True  # the student's own check raised it
    return Finding(Code.RAISED, cases=(case["tried"],), data=about | _where(o.message, o.line))


def _own_words(data, message):
    """Return an exception's text if the problem's driver contains this sentence, else "".

    Any other text may contain values from the student's code, and thus hidden inputs.
    """
    own = data.get("driver") and message in string_constants(**data["driver"])
    return message if own and " " in message else ""


def of_stop(o, kind):
    """Return plain data about the limit that ended a call, {} for an ordinary exception."""
    return o.stopped or ({"limit": STOPPED[kind]} if kind in STOPPED else {})


def _where(message, line):
    """Return an exception's text, line and cause as data, if they are known."""
    words = {"message": message.strip()} if message.strip() else {}
    words |= {"cause": known} if (known := exceptions.cause(message)) else {}
    return words | ({"line_number": line[0]} if line else {})


def prevented(data, case, part):
    """Return a finding about a part that is missing because the student's code failed.

    :param data, case: A packed problem and the case. The driver of the problem contains the
        texts that can name the code that raised the error.
    :param part: A part of a `CallResult`, of the kind "failed".
    """
    if not part["line"] and (words := _own_words(data, part["message"])):
        return Finding(Code.UNMEASURED, data={"words": words})
    words = string_constants(**data["driver"]) - {""}
    who = part["who"] if part["who"] in words else f"`{data['name']}`"
    kind = raised(part["raised"], data["visible"])
    about = {"who": who, "raised": kind}
    if kind in STOPPED:
        return Finding(Code.PREVENTED, data=about | {"stopped": {"limit": STOPPED[kind]}})
    if kind == UNWRITTEN:
        return Finding(Code.PREVENTED, data=about)
    about |= _where(part["message"], part["line"])
    return Finding(Code.PREVENTED, cases=(case["tried"],), data=about)


@dataclass(frozen=True)
class Form:
    """A fault of a value's type or shape, and its numbers in the expected shape.

    ``fault`` is a finding or None. If the numbers don't fit into the expected shape, ``values``
    is None and ``misshapen`` contains them. ``least_rtol`` is the smallest tolerance to use.
    """

    fault: Finding | None
    values: np.ndarray | None
    least_rtol: float = 0.0
    misshapen: np.ndarray | None = None


def form(answer, want, sizes, *, lists, visible):
    """Return a `Form`: the fault of the type or shape of one described value, and its numbers.

    :param answer: A description by `observe.describe`, checked by `call_result.checked`.
    :param sizes: Sizes of the case by letter, for shapes such as "(N, C)".
    :param lists, visible: Whether a list is acceptable; whether shapes may contain numbers of
        the case.
    """
    if answer["values"] is None:
        return Form(no_numbers(answer, not want.ndim), None)
    values, odd = _real(answer["values"])
    if values is None:
        return Form(odd, None)
    if not want.ndim and answer["dtype"] == "bool" and want.dtype.kind != "b":
        return Form(Finding(Code.BOOLEAN), None)
    if values.shape != want.shape:
        return _misshapen(values, want, sizes, visible)
    rtol = FLOAT32_RTOL if answer["dtype"] in NARROW else 0.0
    fault = odd or _kind(answer, want, lists) or _dtype(answer, want, visible)
    return Form(fault, values, rtol)


def _real(values):
    """Return the values as floats, or None; and a finding if their type is complex."""
    if values.dtype.kind != "c":
        return values.astype(float), None
    real = None if np.any(values.imag) else values.real.astype(float)
    return real, Finding(Code.COMPLEX)


def _kind(answer, want, lists):
    """Return a finding about the wrong kind of container, or None."""
    if answer["masked"]:
        return Finding(Code.MASKED)
    if answer["kind"] == "tensor":
        return no_numbers(answer, not want.ndim)
    if want.ndim and answer["kind"] in ("list", "tuple") and not lists:
        return Finding(Code.KIND, data={"kind": answer["kind"], "number": False})
    return None


def _dtype(answer, want, visible):
    """Return a finding about the wrong dtype, or None."""
    dtype = answer["dtype"]
    about = {"expected": want.dtype.name}
    if visible or dtype in COMMON:
        about["returned"] = dtype
    if answer["kind"] in ("list", "tuple"):  # allowed here, and without a dtype
        return None
    if not want.ndim:
        narrow = dtype in NARROW and want.dtype.kind == "f"
        return Finding(Code.DTYPE, data=about | {"narrow": True}) if narrow else None
    if dtype in (dtype_name(want.dtype), "longdouble", "float128", "float96"):
        return None
    about |= {"narrow": True} if dtype in NARROW else {}
    about["fractions"] = want.dtype.kind == "f" and answer["values"].dtype.kind in "biu"
    return Finding(Code.DTYPE, data=about)


def _misshapen(values, want, sizes, visible):
    """Return a `Form` with a finding about a wrong shape."""
    about, fitting = cause(values, want, sizes)
    about["expected"] = letters(want.shape, sizes, visible)
    returned = letters(values.shape, sizes, visible, want.shape)
    near = visible or is_near(values.shape, want.shape, sizes)
    if near and returned != about["expected"]:
        about["returned"] = returned
    fault = Finding(Code.SHAPE, data=about)
    return Form(fault, fitting, misshapen=values if fitting is None else None)
