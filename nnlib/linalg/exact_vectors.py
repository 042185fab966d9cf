"""Vectors of exact numbers: inner products, lengths, and multiples without fractions."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from .exact import root, simplified
from .inputs import unit_factors

__all__: list[str] = []

Array = np.ndarray


def inner(x: Array, y: Array) -> Any:
    """Return the inner product of exact vectors, with the first one conjugated."""
    return simplified(sum((a.conjugate() * b for a, b in zip(x, y, strict=True)), Fraction(0)))


def unit(x: Array) -> tuple[Any, Array]:
    """Return the length of an exact vector, and the unit vector in its direction."""
    length = plain_root(inner(x, x))
    return length, simplified(x / length)


def plain_root(q: Any) -> Any:
    """Return the square root of an exact number, or a float if the result has nested roots."""
    r = root(q)
    if isinstance(r, Fraction):
        return r
    import sympy

    roots_of_roots = any(not power.base.is_Rational for power in r.atoms(sympy.Pow))
    return float(r) if roots_of_roots else r


def scaled(x: Array) -> Array:
    """Scale a vector of fractions to integers; make a real vector's largest entry positive."""
    if all(isinstance(entry, Fraction) for entry in x):
        x = x * lcm(*(entry.denominator for entry in x))
    values = np.array([complex(entry) for entry in x])
    sign = 1 if values.imag.any() else int(unit_factors(values.real[:, None])[0])
    return simplified(x * sign)


def orthogonal(basis: Array) -> Array:
    """Return orthogonal columns with the same span as a basis, each scaled by ``scaled``."""
    V = basis.copy()
    for k in range(V.shape[1]):
        for j in range(k):
            coefficient = inner(V[:, j], V[:, k]) / inner(V[:, j], V[:, j])
            V[:, k] = simplified(V[:, k] - coefficient * V[:, j])
        V[:, k] = scaled(V[:, k])
    return V


def rounded(M: Array) -> Array:
    """Return a copy with floats rounded to 12 decimals and exact numbers unchanged."""
    entries = np.empty(M.shape, dtype=object)
    for index, x in zip(np.ndindex(M.shape), M.flat, strict=True):
        if isinstance(x, float | complex):
            z = complex(round(complex(x).real, 12) + 0.0, round(complex(x).imag, 12) + 0.0)
            x = z if z.imag else z.real
        entries[index] = x
    return entries
