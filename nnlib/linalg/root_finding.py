"""Exact roots of polynomials: rational roots, then the quadratic formula."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import lcm
from typing import Any, NamedTuple

import numpy as np

from .exact import root, simplified
from .polynomial import Polynomial, poly_text

__all__: list[str] = []


class Root(NamedTuple):
    """A root (a Fraction or a SymPy expression) and its multiplicity."""

    value: Any
    multiplicity: int


def roots(p: Polynomial) -> list[Root]:
    r"""Return the roots of a polynomial, with multiplicities, in order of decreasing modulus.

    We first divide out the rational roots, and then use the quadratic formula if
    two roots remain. The first coefficient of p, which belongs to the highest power, is 1.
    Raises ValueError if there are more than two roots that aren't rational.

    Source: Press et al. (2007), section 5.6; chapter "Eigenvalues and eigenvectors".

    >>> for value, multiplicity in roots([Fraction(c) for c in (1, -22, 96, 0)]):
    ...     print(value, multiplicity)
    16 1
    6 1
    0 1
    >>> roots([Fraction(1), Fraction(-1), Fraction(-1)])[0].value
    1/2 + sqrt(5)/2
    """
    multiplicities, remaining = {}, list(p)
    for candidate in _candidates(p):
        *quotient, remainder = accumulate(
            remaining, lambda total, c, x=candidate: total * x + c
        )
        if quotient and remainder == 0:  # Horner's scheme divides by λ - candidate
            multiplicities[candidate] = multiplicities.get(candidate, 0) + 1
            remaining = quotient
    if len(remaining) == 3:
        multiplicities.update(dict.fromkeys(_quadratic(*remaining[1:]), 1))
    elif len(remaining) > 3:
        raise ValueError(
            "eigenvalue steps: expected at most two roots that aren't rational, "
            f"but {poly_text(p)} has {len(remaining) - 1}"
        )
    unsorted = (Root(*item) for item in multiplicities.items())
    return sorted(unsorted, key=lambda root: _key(complex(root.value)))


def _key(z: complex) -> tuple[float, float, float]:
    """Return the sort key of a root: modulus, then real part, then imaginary part."""
    return (-round(abs(z), 10), -round(z.real, 10), -z.imag)


def _candidates(p: Polynomial) -> list[Fraction]:
    """Return the fractions nearest to the numerical roots, which include all rational roots."""
    denominator = lcm(*(c.denominator for c in p))
    try:
        z = np.roots([float(c) for c in p])
    except OverflowError as error:
        raise ValueError("eigenvalue steps: expected |coefficients| of p(λ) < 1e308") from error
    return [Fraction(round(Fraction(float(x)) * denominator), denominator) for x in z.real]


def _quadratic(b: Fraction, c: Fraction) -> list:
    """Return the two irrational roots of λ² + bλ + c."""
    mean, under_root = -b / 2, b**2 / 4 - c
    if under_root > 0:
        offset = root(under_root)
    else:
        import sympy

        offset = root(-under_root) * sympy.I
    return [simplified(mean + offset), simplified(mean - offset)]
