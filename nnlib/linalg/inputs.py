"""Convert arguments to arrays, and choose the sign that makes a vector unique."""

from __future__ import annotations

from typing import Any

import numpy as np

from .exact import exact as fractions
from .exact import numeric

__all__: list[str] = []

Array = np.ndarray
EPS = float(np.finfo(np.float64).eps)


def array(A: Any, function: str, argument: str = "A", *, exact: bool = False) -> Array:
    """Return a new array, of fractions if ``exact`` is True, else of float64."""
    return (fractions if exact else numeric)(A, function=function, argument=argument)


def matrix(A: Any, function: str, argument: str = "A", *, exact: bool = False) -> Array:
    """Convert to a matrix, perhaps without rows or columns; raise ValueError if ndim != 2."""
    A = array(A, function, argument, exact=exact)
    if A.ndim != 2:
        raise ValueError(f"{function}: expected a matrix {argument} (m, n), got {A.shape}")
    return A


def square(A: Any, function: str, argument: str = "A", *, exact: bool = False) -> Array:
    """Convert to a square matrix; raise LinAlgError if it isn't square."""
    A = matrix(A, function, argument, exact=exact)
    if A.shape[0] != A.shape[1]:
        expected = f"expected a square matrix {argument} (n, n)"
        raise np.linalg.LinAlgError(f"{function}: {expected}, got shape {A.shape}")
    return A


def symmetric(A: Any, function: str, argument: str = "A", *, exact: bool = False) -> Array:
    """Convert to a symmetric matrix; raise ValueError if it isn't, up to rounding errors."""
    A = square(A, function, argument, exact=exact)
    slack = 0 if exact else 1e-12 * abs(A).max(initial=0)
    differs = abs(A - A.T) > slack
    if differs.any():
        i, j = (int(k) + 1 for k in np.argwhere(differs)[0])
        raise ValueError(
            f"{function}: expected a symmetric matrix {argument}, but its entries in row {i}, "
            f"column {j} and in row {j}, column {i} differ"
        )
    return A


def vector(x: Any, function: str, argument: str = "x", *, exact: bool = False) -> Array:
    """Convert to a vector; raise ValueError if there isn't exactly one axis."""
    x = array(x, function, argument, exact=exact)
    if x.ndim != 1:
        raise ValueError(f"{function}: expected a vector {argument} (n,), got shape {x.shape}")
    return x


def right_hand(b: Any, m: int, function: str, *, exact: bool = False) -> Array:
    """Convert the right-hand side of m equations to a vector (m,) or a matrix (m, k)."""
    b = array(b, function, "b", exact=exact)
    if b.ndim not in (1, 2) or len(b) != m:
        raise ValueError(f"{function}: expected b of shape ({m},) or ({m}, k), got {b.shape}")
    return b


def unit_factors(V: Array) -> Array:
    """Return the factor for each column of V (n, k) that makes its largest entry positive.

    If several entries tie for the largest, up to a relative difference of 1e-8, the last one is
    used.
    """
    if not V.size:
        return np.ones(V.shape[1])
    size = np.abs(V)
    large = size >= (1 - 1e-8) * size.max(axis=0)
    last = len(V) - 1 - large[::-1].argmax(axis=0)
    entry = np.take_along_axis(V, last[None], axis=0)[0]
    entry = np.where(entry == 0, 1, entry)
    return np.abs(entry) / entry
