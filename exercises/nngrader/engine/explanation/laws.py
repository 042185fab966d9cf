"""Laws that a correct answer obeys and a wrong one breaks, such as rows that add up to 1.

We add the name of a law to a description that doesn't name a cause. We report a law only if all
correct answers obey it and no wrong one does, and if the answers have so many entries that they
can't obey it by chance.
"""

import numpy as np

ENOUGH = 24  # entries; fewer of them may obey a law by chance
ROUNDING = 1e-6


def _adds_up(axis, total):
    """Return a function that checks whether the sums of a matrix along an axis are `total`."""

    def holds(v):
        if v.ndim != 2 or not np.any(v):
            return False
        sums = v.sum(axis=axis)
        return bool(np.all(np.abs(sums - total) < ROUNDING * max(1, np.abs(v).max())))

    return holds


def _is_square(v):
    """Return whether an array is a square matrix."""
    return v.ndim == 2 and v.shape[0] == v.shape[1]


def _is_close(v, w):
    """Return whether two arrays are equal up to rounding."""
    return bool(np.all(np.abs(v - w) <= ROUNDING * np.abs(v).max(initial=0)))


def _is_at_most(v, most):
    """Return whether no entry of an array exceeds a number by more than rounding."""
    return bool(np.all(v - most <= ROUNDING * np.abs(v).max(initial=0)))


LAWS = {
    "rows-0": _adds_up(1, 0),
    "rows-1": _adds_up(1, 1),
    "columns-0": _adds_up(0, 0),
    "columns-1": _adds_up(0, 1),
    "symmetric": lambda v: _is_square(v) and _is_close(v, v.T),
    "diagonal-0": (lambda v: _is_square(v) and np.any(v) and not np.any(np.diag(v))),
    "not-negative": lambda v: _is_at_most(-v, 0),
    "at-most-1": lambda v: _is_at_most(v, 1),
}
LIMITS = ("not-negative", "at-most-1")
NEAR_ONE = 0.5  # if all numbers are below this, it isn't a law that they are below 1


def broken_law(wrong):
    """Return the name of a law that all correct answers obey and no wrong one does, or "".

    :param wrong: (list of Entry) The wrong entries of one part, each of the expected shape.
    """
    if not wrong[0].ordinary:  # answers to special inputs obey laws that others don't
        return ""
    if sum(e.want.size for e in wrong) < ENOUGH or not all(e.want.ndim for e in wrong):
        return ""
    if not all(np.isfinite(e.want).all() and np.isfinite(e.got).all() for e in wrong):
        return ""
    # Numbers of both signs, such as means, are often below 1 by chance; fractions always are.
    fractions = all(e.want.min() >= 0 and e.want.max() >= NEAR_ONE for e in wrong)
    few = sum(len(np.unique(e.want)) for e in wrong) < ENOUGH  # such as one repeated row
    for name, holds in LAWS.items():
        if (name == "at-most-1" and not fractions) or (few and name in LIMITS):
            continue
        if all(holds(e.want) and not holds(e.got) for e in wrong):
            return name
    return ""
