"""Compare one returned value with the expected one; decide whether two answers are equal."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ...records.finding import Finding

ROUNDING = 1e-25, 1e-13  # rounding errors, as fractions of the largest entry: least and most
ORDINARY = ("value",)
FINGERPRINT = 3  # random projections


@dataclass(frozen=True)
class Entry:
    """One returned value of one case, together with the expected value.

    :ivar aspect: The aspect that loses points if the value is wrong.
    :ivar got, want: The returned and the expected value. ``got`` has the shape of ``want``, or
        the shape that a known mistake returns.
    :ivar mistaken: The value that each known mistake returns, by name; None if there is none.
    :ivar rtol: The tolerance, relative to the largest expected entry.
    :ivar visible: Whether the case is visible to students.
    :ivar fault: A wrong type or shape that hasn't cost points yet.
    :ivar odd: A wrong type or shape that a known mistake's answer has too. It is reported only
        if no mistake explains the answer, because the mistake's hint is clearer.
    :ivar letters: Names of the entries, if the value is a list of different quantities.
    :ivar rows: Names of the equally large blocks of rows, if the value consists of such blocks.
    :ivar zeros: A description of the entries that should be 0.
    :ivar absent: Whether infinity represents None in this value.
    :ivar variants: The fingerprint of what each variant of the reference returns.
    """

    part: str
    aspect: str
    case: dict
    got: np.ndarray
    want: np.ndarray
    mistaken: dict
    rtol: float
    visible: bool
    fault: Finding | None = None
    odd: Finding | None = None
    letters: str = ""
    rows: tuple = ()
    zeros: str = ""
    absent: bool = False
    variants: np.ndarray | None = None

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
        """Return whether the case is ordinary, in contrast to one with special input."""
        return self.case["aspect"] in ORDINARY

    @property
    def misshapen(self):
        """Return whether the value has a known mistake's shape instead of the expected one."""
        return self.got.shape != self.want.shape

    @cached_property
    def right(self):
        """Return whether the value is the expected one."""
        return close(self.got, self.want, self.rtol)

    def matches(self, values):
        """Return whether the value equals another one, or both are only rounding errors."""
        if values is None:
            return False
        if self.got.shape != values.shape:
            return False
        if close(self.got, values, self.rtol):
            return True
        return self._got_is_rounding and self._is_rounding(values)

    @cached_property
    def similar_variants(self):
        """Return the indices of the variants of the reference that return this value."""
        if self.variants is None or self.misshapen or np.iscomplexobj(self.got):
            return set()
        largest = np.abs(self.got[np.isfinite(self.got)]).max(initial=0.0)
        error = np.abs(self.variants - fingerprint(self.got))
        most = 10 * self.rtol * largest * math.sqrt(self.got.size) + 1e-300
        return {*np.flatnonzero((error[:, :-1] <= most).all(axis=1) & (error[:, -1] < 1e-9))}

    @cached_property
    def _got_is_rounding(self):
        """Return whether all returned numbers are as small as rounding errors."""
        return self._is_rounding(self.got)

    def _is_rounding(self, values):
        """Return whether all numbers are as small as rounding errors of the expected ones."""
        size, asked = (np.abs(v[np.isfinite(v)]).max(initial=0) for v in (values, self.want))
        least, most = (part * asked for part in ROUNDING)
        return bool(np.isfinite(values).all() and least < size < most)


@np.errstate(all="ignore")  # a wrong answer may be huge
def fingerprint(values):
    """Return a few numbers that almost never agree for two different arrays of equal shape.

    The last one depends only on where the array isn't finite. All are nan if ``values`` is None
    or complex.
    """
    if values is None or np.iscomplexobj(values):
        return np.full(FINGERPRINT + 1, np.nan)
    flat = np.asarray(values, float).ravel()
    finite, weights = np.isfinite(flat), _weights(flat.size)
    return np.append(weights @ np.where(finite, flat, 0.0), weights[0] @ ~finite)


@lru_cache(maxsize=64)
def _weights(n):
    """Return the weights that turn n numbers into a fingerprint."""
    return np.random.default_rng(n).standard_normal((FINGERPRINT, n))


@np.errstate(all="ignore")  # faster than `with`
def close(got, want, rtol):
    """Return whether two arrays agree, relative to the largest entry; nan equals nan.

    The error is relative to the largest entry, because an entry that should cancel to 0 has a
    rounding error that isn't small relative to the entry itself.
    """
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape:
        return False
    largest = _largest(want)
    if not math.isfinite(largest):
        return not off(got, want, rtol).any()
    # equivalent to `off` for finite numbers, and three times as fast
    return bool(_largest(got - want) <= rtol * largest + 1e-300)


def _largest(values):
    """Return the largest absolute value, nan if there is a nan; faster than `max`."""
    return float(np.maximum.reduce(np.abs(values), axis=None, initial=0.0))


def off(got, want, rtol):
    """Return a mask of the entries in which two arrays of equal shape disagree."""
    with np.errstate(all="ignore"):  # like np.isclose, but three times as fast
        finite = np.isfinite(want)
        largest = np.abs(want[finite]).max(initial=0.0)
        near = finite & (np.abs(got - want) <= rtol * largest + 1e-300)
        return ~(near | (got == want) | (np.isnan(got) & np.isnan(want)))
