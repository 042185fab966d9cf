"""What is compared, when two answers are the same, and what is wrong with an answer's form."""

from dataclasses import dataclass

import numpy as np

from .shapes import cause, is_near, letters

ROUNDING = 1e-25, 1e-13  # of the largest entry that is asked: least and most
FLOAT32_RTOL = 1e-5  # an answer of type float32 is charged for its type, not for its digits
NARROW = ("float32", "float16")
COMMON = (*NARROW, "float64", "int64", "uint8", "bool", "object")  # types that are named
ORDINARY = ("value",)
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
class Entry:
    """One part of one case, where the answer has the shape that is asked, or a known mistake's.

    ``aspect`` is what a wrong value costs; ``marks`` holds what each known mistake gives here;
    ``fault`` says what is wrong with its form, where that is yet to be charged; ``odd`` says
    it where a known mistake has the same form, and may say more.
    """

    part: str
    aspect: str
    case: dict
    got: np.ndarray
    want: np.ndarray
    marks: dict
    rtol: float
    visible: bool
    fault: str | None = None
    odd: str | None = None

    @property
    def group(self):
        """The kind of case."""
        return self.case["group"]

    @property
    def sizes(self):
        """The sizes of the case by letter."""
        return self.case["sizes"]

    @property
    def args(self):
        """The arguments by name."""
        return self.case["args"]

    @property
    def ordinary(self):
        """Whether nothing special is tried."""
        return self.case["aspect"] in ORDINARY

    @property
    def misshapen(self):
        """Whether the answer has not the shape that is asked, but that of a known mistake."""
        return self.got.shape != self.want.shape

    @property
    def right(self):
        """Whether the answer is the right one."""
        return close(self.got, self.want, self.rtol)

    def matches(self, values):
        """Tell whether the answer is the given one; what is rounding alone is all the same."""
        if values is None:
            return False
        both = self.got.shape == values.shape and self._is_rounding(self.got)
        return close(self.got, values, self.rtol) or (both and self._is_rounding(values))

    def _is_rounding(self, values):
        """Tell whether numbers are as small beside what is asked as what rounding leaves."""
        size, asked = (np.abs(v[np.isfinite(v)]).max(initial=0) for v in (values, self.want))
        least, most = (part * asked for part in ROUNDING)
        return bool(np.isfinite(values).all() and least < size < most)


def close(got, want, rtol):
    """Tell whether two arrays agree, relative to the largest entry; nan equals nan.

    Relative to the largest, so that an entry that cancels to 0 is not held against anyone.
    """
    got, want = np.asarray(got, float), np.asarray(want, float)
    return got.shape == want.shape and not off(got, want, rtol).any()


def off(got, want, rtol):
    """Return where two arrays of one shape disagree."""
    with np.errstate(all="ignore"):  # as np.isclose, which takes three times as long
        finite = np.isfinite(want)
        largest = np.abs(want[finite]).max(initial=0.0)
        near = finite & (np.abs(got - want) <= rtol * largest + 1e-300)
        return ~(near | (got == want) | (np.isnan(got) & np.isnan(want)))


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
        A description by `observe.describe`, checked by `seen.checked`.
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
