"""Roots of polynomials: rational roots, the quadratic formula and Cardano's formula."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

import numpy as np

from .exact import root, simplified
from .inputs import array

__all__: list[str] = []

Polynomial = Sequence[Any]


class Root(NamedTuple):
    """A root and its multiplicity; the root is exact, or a float for an irreducible cubic."""

    value: Any
    multiplicity: int


def roots(p: Polynomial) -> list[Root]:
    r"""Return the roots of a polynomial with their multiplicities, exact where possible.

    We first divide by the factors of the rational roots, and then use the quadratic formula if
    two roots remain. A cubic without a rational root is solved by Cardano's formula, or by
    cosines if Cardano's formula needs complex numbers for real roots. In both cases the roots
    are floats.

    Parameters
    ----------
    p : sequence of real numbers
        Coefficients, with the highest power first. The first coefficient is not 0.

    Returns
    -------
    list of Root
        Sorted by decreasing modulus. Each ``value`` is a Fraction, a SymPy expression, a float
        or a complex number.

    Raises
    ------
    TypeError, ValueError
        If p is not a list of finite real numbers, its first entry is 0, or it has a factor of
        degree 4 or more without rational roots.

    Source: Press et al. (2007), section 5.6; chapter "Eigenvalues and eigenvectors".

    >>> for value, multiplicity in roots([1, -22, 96, 0]):
    ...     print(value, multiplicity)
    16 1
    6 1
    0 1
    >>> roots([1, -1, -1])[0].value
    1/2 + sqrt(5)/2
    """
    c = array(p, "roots", "p", exact=True)
    if c.ndim != 1 or not len(c) or c[0] == 0:
        raise ValueError(
            f"roots: expected coefficients p with a nonzero first coefficient, got {p!r}"
        )
    found = [
        Root(value, multiplicity)
        for factor, multiplicity in _square_free(list(c / c[0]))
        for value in _simple_roots(factor)
    ]
    return sorted(found, key=lambda r: _key(complex(r.value)))


def _key(z: complex) -> tuple[float, float, float]:
    """Return the sort key of a root: modulus, then real part, then imaginary part."""
    return (-round(abs(z), 10), -round(z.real, 10), -z.imag)


def _square_free(p: list) -> list[tuple[list, int]]:
    """Return square-free factors of p, each with its multiplicity (Yun, 1976)."""
    derivative = [c * k for c, k in zip(p[:-1], range(len(p) - 1, 0, -1), strict=True)]
    repeated = _gcd(p, derivative)
    rest, factors, multiplicity = _divide(p, repeated)[0], [], 1
    while len(rest) > 1:
        common = _gcd(rest, repeated)
        factors.append((_divide(rest, common)[0], multiplicity))
        rest, repeated = common, _divide(repeated, common)[0]
        multiplicity += 1
    return [(factor, k) for factor, k in factors if len(factor) > 1]


def _divide(p: list, q: list) -> tuple[list, list]:
    """Return the quotient and the remainder of two polynomials."""
    p, quotient = list(p), []
    while len(p) >= len(q):
        c = p[0] / q[0]
        quotient.append(c)
        p = [a - c * b for a, b in zip(p, q + [0] * (len(p) - len(q)), strict=True)][1:]
    while p and p[0] == 0:
        p = p[1:]
    return quotient, p


def _gcd(p: list, q: list) -> list:
    """Return the monic greatest common divisor of two polynomials (Euclid)."""
    while q:
        p, q = q, _divide(p, q)[1]
    return [c / p[0] for c in p]


def _simple_roots(p: list) -> list:
    """Return the roots of a polynomial whose roots are all simple."""
    found = []
    for candidate in _candidates(p):
        quotient, remainder = _divide(p, [Fraction(1), -candidate])
        if not remainder:
            found.append(candidate)
            p = quotient
    if len(p) > 4:
        raise ValueError(
            "roots: expected a polynomial whose factors without rational roots have degree "
            f"at most 3, got a factor of degree {len(p) - 1}"
        )
    return found + {1: list, 3: _quadratic, 4: _cubic}[len(p)](p[1:])


def _candidates(p: list) -> list[Fraction]:
    """Return fractions near the numerical roots, the only candidates for rational roots."""
    denominator = lcm(*(c.denominator for c in p))
    try:
        near = np.roots([float(c) for c in p])  # candidates, checked by exact division
    except OverflowError as error:
        raise ValueError("roots: expected coefficients below 1e308") from error
    return [Fraction(round(Fraction(float(x)) * denominator), denominator) for x in near.real]


def _quadratic(tail: list) -> list:
    """Return the two irrational roots of λ² + bλ + c."""
    b, c = tail
    mean, under_root = -b / 2, b**2 / 4 - c
    if under_root > 0:
        apart = root(under_root)
    else:
        import sympy

        apart = root(-under_root) * sympy.I
    return [simplified(mean + apart), simplified(mean - apart)]


def _cubic(tail: list) -> list:
    """Return the roots of λ³ + aλ² + bλ + c as floats, from the depressed cubic t³ + pt + q."""
    a, b, c = tail
    p, q = float(b - a**2 / 3), float(2 * a**3 / 27 - a * b / 3 + c)
    if 4 * (b - a**2 / 3) ** 3 + 27 * (2 * a**3 / 27 - a * b / 3 + c) ** 2 < 0:
        size = 2 * np.sqrt(-p / 3)
        angle = np.arccos(np.clip(3 * q / (p * size), -1, 1)) / 3
        return [
            _polished(tail, size * np.cos(angle - 2 * np.pi * k / 3) - float(a) / 3)
            for k in range(3)
        ]
    u = np.cbrt(-q / 2 - np.copysign(np.sqrt(q**2 / 4 + p**3 / 27), q))
    v = -p / (3 * u)
    pair = -(u + v) / 2 + 1j * np.sqrt(3) / 2 * abs(u - v) - float(a) / 3
    pair = _polished(tail, pair)
    return [_polished(tail, u + v - float(a) / 3), pair, pair.conjugate()]


def _polished(tail: list, x: Any) -> Any:
    """Return a root after one Newton step, which removes rounding errors."""
    p = np.array([1.0, *map(float, tail)])
    return (x - np.polyval(p, x) / np.polyval(np.polyder(p), x)).item()
