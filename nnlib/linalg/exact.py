r"""Exact numbers: fractions, and roots when fractions aren't enough.

Many algorithms of this package run on arrays of `fractions.Fraction` as well as on floats, so
they can show the same steps as a calculation by hand. ``exact`` creates such arrays, and
``numeric`` converts them to floats; ``text`` and ``tex`` from ``writing.py`` format them.
"""

from __future__ import annotations

from fractions import Fraction
from math import isfinite, isqrt, sqrt
from numbers import Rational
from typing import Any

import numpy as np

from .writing import bracketed, indexed, tex, tex_matrix, text

__all__ = [
    "bracketed",
    "exact",
    "identity",
    "indexed",
    "numeric",
    "root",
    "scalar",
    "simplified",
    "tex",
    "tex_matrix",
    "text",
    "zeros",
]

Array = np.ndarray


def exact(A: Any, *, function: str = "exact", argument: str = "A") -> Array:
    """Return an array of fractions; the float 0.1 becomes 1/10.

    Parameters
    ----------
    A : array_like of real numbers, any shape
        A float is converted from its shortest decimal form.
    function, argument : str
        Names of the calling function and its argument, for error messages.

    Returns
    -------
    array of `fractions.Fraction`, of the shape of A, dtype object

    Raises
    ------
    TypeError
        If an entry is not a real number.
    ValueError
        If an entry is NaN or infinite, or the rows have different lengths.

    >>> exact([[0.1, 2], [Fraction(1, 3), -1]])
    array([[Fraction(1, 10), Fraction(2, 1)],
           [Fraction(1, 3), Fraction(-1, 1)]], dtype=object)
    """
    numbers = _array(A, f"{function}: expected real numbers for {argument}")
    entries = np.empty(numbers.shape, dtype=object)
    for index, x in zip(np.ndindex(numbers.shape), numbers.flat, strict=True):
        entries[index] = _fraction(x, function, argument)
    return entries


def numeric(A: Any, *, function: str = "numeric", argument: str = "A") -> Array:
    """Return a new float64 array from any real numbers: floats, fractions or roots.

    Parameters
    ----------
    A : array_like of real numbers, any shape
        May contain results of ``exact`` and ``root``.
    function, argument : str
        Names of the calling function and its argument, for error messages.

    Raises
    ------
    TypeError
        If an entry is not a real number.
    ValueError
        If an entry is NaN or infinite, or the rows have different lengths.

    >>> numeric([[1, Fraction(1, 4)], [root(9), root(2)]]).round(4)
    array([[1.    , 0.25  ],
           [3.    , 1.4142]])
    """
    complaint = f"{function}: expected real numbers for {argument}"
    numbers = _array(A, complaint)
    try:
        entries = np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{complaint}, got {_kinds(numbers)}") from error
    if not np.isfinite(entries).all():
        first = entries[~np.isfinite(entries)][0]
        raise ValueError(f"{function}: expected finite numbers for {argument}, got {first}")
    return entries


def _array(A: Any, complaint: str) -> Array:
    """Return an array of real numbers; raise TypeError for text, None and complex numbers."""
    try:
        numbers = np.asarray(A)
    except ValueError as error:
        complaint = complaint.replace("real numbers", "rows of equal length")
        raise ValueError(f"{complaint}, got {A!r}") from error
    if numbers.dtype.kind == "b":
        return numbers.astype(int)
    if numbers.dtype.kind not in "iufO":
        raise TypeError(f"{complaint}, got {numbers.dtype}")
    invalid = (str, bytes, bool, type(None))
    if numbers.dtype == object and any(isinstance(x, invalid) for x in numbers.flat):
        raise TypeError(f"{complaint}, got {_kinds(numbers)}")
    return numbers


def _kinds(numbers: Array) -> str:
    """Return the names of the entries' types."""
    return ", ".join(sorted({type(x).__name__ for x in numbers.flat}))


def _fraction(x: Any, function: str, argument: str) -> Fraction:
    """Convert one number to a fraction."""
    if isinstance(x, Rational):
        return Fraction(int(x.numerator), int(x.denominator))  # an int64 would overflow
    if not isinstance(x, float | np.floating):
        kind = type(x).__name__
        raise TypeError(f"{function}: expected real numbers for {argument}, got {kind}")
    if not isfinite(x):
        raise ValueError(f"{function}: expected finite numbers for {argument}, got {x}")
    return Fraction(str(x))


def scalar(x: Any) -> Any:
    """Convert a NumPy scalar to a Python number; return any other number unchanged.

    >>> scalar(np.float64(2))
    2.0
    """
    return x.item() if isinstance(x, np.generic) else x


def zeros(shape: int | tuple[int, ...], like: Array) -> Array:
    """Return an array of zeros: fractions if ``like`` contains exact numbers, else float64.

    >>> zeros(2, like=exact([1])), zeros(2, like=numeric([1]))
    (array([Fraction(0, 1), Fraction(0, 1)], dtype=object), array([0., 0.]))
    """
    return np.full(shape, Fraction(0) if like.dtype == object else 0.0)


def identity(n: int, like: Array) -> Array:
    """Return the identity matrix, with exact numbers if ``like`` contains exact numbers.

    >>> print(text(identity(2, like=exact([1]))))
    [[1, 0], [0, 1]]
    """
    I = zeros((n, n), like)  # noqa: E741
    np.fill_diagonal(I, Fraction(1) if like.dtype == object else 1.0)
    return I


def root(q: Any) -> Any:
    r"""Return the square root of a number, exactly if the number is exact.

    .. math:: \sqrt{n / d} = \sqrt{n} / \sqrt{d}

    Parameters
    ----------
    q : float, int, Fraction or SymPy expression
        A number of at least 0.

    Returns
    -------
    float, Fraction or SymPy expression
        A Fraction if the root is rational.

    Raises
    ------
    ValueError
        If q is negative.

    >>> root(Fraction(4, 9)), root(8), root(4.0)
    (Fraction(2, 3), 2*sqrt(2), 2.0)
    """
    if q.is_negative if hasattr(q, "is_negative") else q < 0:
        raise ValueError(f"root: expected a nonnegative number, got {q}")
    if isinstance(q, float):
        return sqrt(q)
    if not isinstance(q, Rational):
        import sympy

        return simplified(sympy.sqrtdenest(sympy.sqrt(q)))
    n, d = int(q.numerator), int(q.denominator)
    if isqrt(n) ** 2 == n and isqrt(d) ** 2 == d:
        return Fraction(isqrt(n), isqrt(d))
    import sympy

    return sympy.sqrt(sympy.Rational(n, d))


def simplified(x: Any) -> Any:
    """Return exact numbers in simplest form, with no roots in denominators.

    Parameters
    ----------
    x : number or array of numbers
        Floats and complex numbers are returned unchanged.

    >>> simplified(root(2) * root(2)), simplified(1 / (1 + root(2)))
    (Fraction(2, 1), -1 + sqrt(2))
    """
    if isinstance(x, float | complex) or (isinstance(x, np.ndarray) and x.dtype != object):
        return x
    if isinstance(x, np.ndarray):
        entries = np.empty(x.shape, dtype=object)
        for index, entry in zip(np.ndindex(x.shape), x.flat, strict=True):
            entries[index] = simplified(entry)
        return entries
    if isinstance(x, Rational):
        return Fraction(int(x.numerator), int(x.denominator))
    import sympy

    if x.has(sympy.Float):  # a sum or product with a float is a float
        z = complex(x)
        return z if z.imag else z.real
    plain = sympy.expand(sympy.radsimp(sympy.expand(x)))
    return simplified(plain) if isinstance(plain, Rational) else plain
