"""One returned value beside the expected one, and the test whether two answers are equal."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

ROUNDING = 1e-25, 1e-13  # rounding errors lie between these shares of the largest entry
ORDINARY = ("value",)


@dataclass(frozen=True)
class Entry:
    """One returned value (`got`) of one case, beside the expected one (`want`).

    It has the expected shape, or that of a known mistake. ``part`` is its name; ``aspect`` is
    the aspect that loses points if it is wrong; ``mistaken`` holds the value that each known
    mistake returns; ``fault`` describes a wrong type or shape that has cost no points yet;
    ``odd`` describes it where a known mistake has the same shape, since the mistake's hint may
    say more; ``letters`` names the entries of a list that stands for several things;
    ``rows`` names the blocks of equally many rows that it consists of; ``zeros`` says in words
    which entries should be 0; ``absent`` is whether infinity stands for None in it.
    """

    part: str
    aspect: str
    case: dict
    got: np.ndarray
    want: np.ndarray
    mistaken: dict
    rtol: float
    visible: bool
    fault: str | None = None
    odd: str | None = None
    letters: str = ""
    rows: tuple = ()
    zeros: str = ""
    absent: bool = False

    @property
    def group(self):
        """Return the name of the kind of case."""
        return self.case["group"]

    @property
    def sizes(self):
        """Return the sizes of the case by letter."""
        return self.case["sizes"]

    @property
    def args(self):
        """Return the arguments of the case by name."""
        return self.case["args"]

    @property
    def ordinary(self):
        """Return whether this is an ordinary case, not one with special input."""
        return self.case["aspect"] in ORDINARY

    @property
    def misshapen(self):
        """Return whether the value has a known mistake's shape, not the expected one."""
        return self.got.shape != self.want.shape

    @cached_property
    def right(self):
        """Return whether the value is the expected one."""
        return close(self.got, self.want, self.rtol)

    def matches(self, values):
        """Return whether the value equals another one, or both are mere rounding errors."""
        if values is None:
            return False
        if self.got.shape != values.shape:
            return False
        if close(self.got, values, self.rtol):
            return True
        return self._got_is_rounding and self._is_rounding(values)

    @cached_property
    def _got_is_rounding(self):
        """Return whether all returned numbers are as small as rounding errors."""
        return self._is_rounding(self.got)

    def _is_rounding(self, values):
        """Return whether all numbers are as small as rounding errors of the expected ones."""
        size, asked = (np.abs(v[np.isfinite(v)]).max(initial=0) for v in (values, self.want))
        least, most = (part * asked for part in ROUNDING)
        return bool(np.isfinite(values).all() and least < size < most)


@np.errstate(all="ignore")  # in less time than `with`
def close(got, want, rtol):
    """Return whether two arrays agree, relative to the largest entry; nan equals nan.

    The error is relative to the largest entry because one that should cancel to 0 has a
    rounding error that is not small relative to itself.
    """
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape:
        return False
    largest = _largest(want)
    if not math.isfinite(largest):
        return not off(got, want, rtol).any()
    # what `off` says of numbers, in a third of the time
    return bool(_largest(got - want) <= rtol * largest + 1e-300)


def _largest(values):
    """Return the size of the largest number, nan where one is; `max` takes longer."""
    return float(np.maximum.reduce(np.abs(values), axis=None, initial=0.0))


def off(got, want, rtol):
    """Return a mask of the entries in which two arrays of one shape disagree."""
    with np.errstate(all="ignore"):  # like np.isclose, in a third of the time
        finite = np.isfinite(want)
        largest = np.abs(want[finite]).max(initial=0.0)
        near = finite & (np.abs(got - want) <= rtol * largest + 1e-300)
        return ~(near | (got == want) | (np.isnan(got) & np.isnan(want)))
