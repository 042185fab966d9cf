"""Scaling against overflow, and the sign that makes a vector unique."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__: list[str] = []

Array = np.ndarray
EPS = float(np.finfo(np.float64).eps)


def expect_count(value: Any, function: str, argument: str) -> None:
    """Raise an error unless a value is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{function}: expected an integer {argument}, got {value!r}")
    if value < 1:
        raise ValueError(f"{function}: expected {argument} of at least 1, got {value}")


def exponent(A: Array) -> int:
    """Return e such that the largest entry of A / 2^e is in [1, 2], so no square overflows."""
    return int(np.frexp(np.abs(A).max(initial=0.0))[1]) - 1


def unit_factors(V: Array) -> Array:
    """Return for each column of V (n, k) the factor that makes its largest entry positive.

    Of entries that tie for the largest, to 1e-8, the last one counts.
    """
    if not V.size:
        return np.ones(V.shape[1])
    size = np.abs(V)
    large = size >= (1 - 1e-8) * size.max(axis=0)
    last = len(V) - 1 - large[::-1].argmax(axis=0)
    entry = np.take_along_axis(V, last[None], axis=0)[0]
    entry = np.where(entry == 0, 1, entry)
    return np.abs(entry) / entry
