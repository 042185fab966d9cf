"""What the spectral half asks of a matrix at its public doors, and how it turns its vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .exact import numeric

__all__: list[str] = []

Array = np.ndarray
EPS = float(np.finfo(np.float64).eps)


def matrix(A: Any, function: str, argument: str = "A") -> Array:
    """A float64 copy of a matrix (m, n)."""
    given = numeric(A, function=function, argument=argument)
    if given.ndim != 2:
        raise ValueError(
            f"{function}: expected a matrix {argument} of 2 axes, got shape {given.shape}"
        )
    return given


def square(A: Any, function: str) -> Array:
    """A float64 copy of a square matrix (n, n)."""
    given = matrix(A, function)
    expect_square(given, function)
    return given


def expect_square(A: Array, function: str) -> None:
    """Raise LinAlgError unless A is (n, n)."""
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise np.linalg.LinAlgError(f"{function}: expected a square matrix A, got {A.shape}")


def is_symmetric(A: Array) -> bool:
    """Tell whether A equals its transpose, up to rounding."""
    return bool(np.abs(A - A.T).max(initial=0) <= 1e-12 * np.abs(A).max(initial=0))


def symmetric(A: Any, function: str) -> Array:
    """A float64 copy of a symmetric matrix (n, n), symmetric to the last bit."""
    given = square(A, function)
    if not is_symmetric(given):
        i, j = np.unravel_index(np.abs(given - given.T).argmax(), given.shape)
        raise ValueError(
            f"{function}: expected a symmetric matrix A, "
            f"got A[{i}, {j}] = {given[i, j]} and A[{j}, {i}] = {given[j, i]}"
        )
    return given / 2 + given.T / 2


def vector(x: Any, n: int, function: str, argument: str = "x") -> Array:
    """A float64 copy of a vector (n,) that is not zero."""
    given = numeric(x, function=function, argument=argument)
    if given.shape != (n,):
        raise ValueError(f"{function}: expected {argument} of shape ({n},), got {given.shape}")
    if not given.any():
        raise ValueError(f"{function}: expected {argument} other than zero, got zeros")
    return given


def exponent(A: Array) -> int:
    """The e for which the largest entry of A / 2^e is near 1: no square of it overflows."""
    return int(np.frexp(np.abs(A).max(initial=0.0))[1])


def turns(V: Array) -> Array:
    """For each column of V (n, k) the sign or phase (k,) that makes its largest entry positive.

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
