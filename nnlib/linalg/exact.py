r"""Exact numbers: fractions, roots where fractions do not suffice, and how both are written.

The algorithms of this package run on arrays of `fractions.Fraction` as they do on floats, so
the steps that they show are those of pencil and paper. ``exact`` makes such arrays and
``numeric`` leads back; ``text`` and ``tex`` write numbers, vectors and matrices.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction
from math import isfinite, isqrt
from numbers import Rational
from typing import Any

import numpy as np

__all__ = ["exact", "numeric", "root", "simplified", "tex", "tex_matrix", "text"]

Array = np.ndarray


def exact(A: Any, *, function: str = "exact", argument: str = "A") -> Array:
    """Array of fractions: every entry as it is written, so that 0.1 is one tenth.

    Parameters
    ----------
    A : array_like of real numbers, any shape
        Integers and fractions are taken as they are, floats by their shortest decimal text.
    function, argument : str
        Who asks, for the text of an error.

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
    given = _array(A, f"{function}: expected real numbers for {argument}")
    entries = np.empty(given.shape, dtype=object)
    for place, x in zip(np.ndindex(given.shape), given.flat, strict=True):
        entries[place] = _fraction(x, function, argument)
    return entries


def numeric(A: Any, *, function: str = "numeric", argument: str = "A") -> Array:
    """Array of float64, a copy, from any real numbers: floats, fractions, roots.

    Parameters
    ----------
    A : array_like of real numbers, any shape
        Also what ``exact`` and ``root`` give.
    function, argument : str
        Who asks, for the text of an error.

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
    given = _array(A, complaint)
    try:
        entries = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{complaint}, got {_kinds(given)}") from error
    if not np.isfinite(entries).all():
        worst = entries[~np.isfinite(entries)][0]
        raise ValueError(f"{function}: expected finite numbers for {argument}, got {worst}")
    return entries


def _array(A: Any, complaint: str) -> Array:
    """An array of whatever numbers came; text, None and complex numbers are refused."""
    try:
        given = np.asarray(A)
    except ValueError as error:
        complaint = complaint.replace("real numbers", "rows of one length")
        raise ValueError(f"{complaint}, got {A!r}") from error
    if given.dtype.kind == "b":
        return given.astype(int)
    if given.dtype.kind not in "iufO":
        raise TypeError(f"{complaint}, got {given.dtype}")
    strange = (str, bytes, bool, type(None))
    if given.dtype == object and any(isinstance(x, strange) for x in given.flat):
        raise TypeError(f"{complaint}, got {_kinds(given)}")
    return given


def _kinds(given: Array) -> str:
    """The types of the entries, by name."""
    return ", ".join(sorted({type(x).__name__ for x in given.flat}))


def _fraction(x: Any, function: str, argument: str) -> Fraction:
    """One number as a fraction."""
    if isinstance(x, Rational):
        return Fraction(int(x.numerator), int(x.denominator))  # an int64 would overflow
    if not isinstance(x, float | np.floating):
        kind = type(x).__name__
        raise TypeError(f"{function}: expected real numbers for {argument}, got {kind}")
    if not isfinite(x):
        raise ValueError(f"{function}: expected finite numbers for {argument}, got {x}")
    return Fraction(str(x))


def root(q: Any) -> Any:
    r"""Square root of an exact number: a fraction where it is one, else a SymPy expression.

    .. math:: \sqrt{n / d} = \sqrt{n} / \sqrt{d}

    Parameters
    ----------
    q : int, Fraction or SymPy expression
        Not negative.

    Raises
    ------
    ValueError
        If q is negative.

    >>> root(Fraction(4, 9)), root(8)
    (Fraction(2, 3), 2*sqrt(2))
    """
    if not isinstance(q, Rational):
        import sympy

        return simplified(sympy.sqrtdenest(sympy.sqrt(q)))
    n, d = int(q.numerator), int(q.denominator)
    if n < 0:
        raise ValueError(f"root: expected a number that is not negative, got {q}")
    if isqrt(n) ** 2 == n and isqrt(d) ** 2 == d:
        return Fraction(isqrt(n), isqrt(d))
    import sympy

    return sympy.sqrt(sympy.Rational(n, d))


def simplified(x: Any) -> Any:
    """Exact numbers in simplest form, elementwise: fractions, or roots with free denominators.

    Parameters
    ----------
    x : exact number or array of them

    >>> simplified(root(2) * root(2)), simplified(1 / (1 + root(2)))
    (Fraction(2, 1), -1 + sqrt(2))
    """
    if isinstance(x, np.ndarray):
        entries = np.empty(x.shape, dtype=object)
        for place, entry in zip(np.ndindex(x.shape), x.flat, strict=True):
            entries[place] = simplified(entry)
        return entries
    if isinstance(x, Rational):
        return Fraction(int(x.numerator), int(x.denominator))
    import sympy

    plain = sympy.radsimp(sympy.expand(x))
    return simplified(plain) if isinstance(plain, Rational) else plain


def text(x: Any) -> str:
    """Number, vector or matrix as plain text.

    Parameters
    ----------
    x : number or array of at most 2 axes
        Exact numbers are written in full, floats with six digits.

    >>> text(Fraction(-1, 3)), text(exact([1, 0.5])), text(exact([[1, 2], [3, 4]]))
    ('−1/3', '(1, 1/2)', '[[1, 2], [3, 4]]')
    >>> text(3 * root(2) / 2)
    '3√2/2'
    """
    if np.ndim(x):
        words = ", ".join(text(part) for part in x)
        if np.ndim(x) == 2:
            return f"[{words}]".replace("(", "[").replace(")", "]")
        return f"({words})"
    if isinstance(x, float | np.floating):
        return f"{x:.6g}".replace("-", "−")
    words = re.sub(r"sqrt\((\d+)\)", r"√\1", str(x))
    return words.replace("**", "^").replace("*", "").replace("-", "−")


def tex(x: Any) -> str:
    r"""Number, vector or matrix as LaTeX; a vector is a column.

    Parameters
    ----------
    x : number or array of at most 2 axes
        Exact numbers are written in full, floats with six digits.

    >>> print(tex(Fraction(-1, 3)), tex(root(2)))
    -\frac{1}{3} \sqrt{2}
    >>> print(tex(exact([1, 2])))
    \left[\begin{array}{r}1 \\ 2\end{array}\right]
    """
    if np.ndim(x) == 1:
        return tex_matrix(np.asarray(x)[:, None])
    if np.ndim(x):
        return tex_matrix(x)
    if isinstance(x, float | np.floating):
        return re.sub(r"e\+?(-?)0*(\d+)", r" \\cdot 10^{\1\2}", f"{x:.6g}")
    if isinstance(x, Rational):
        n, d = int(x.numerator), int(x.denominator)
        sign = "-" if n < 0 else ""
        return str(n) if d == 1 else rf"{sign}\frac{{{abs(n)}}}{{{d}}}"
    import sympy

    return sympy.latex(x)


def tex_matrix(
    A: Array, mark: Collection[tuple[int, int]] = (), *, bar: int | None = None
) -> str:
    r"""Matrix as LaTeX, with marked entries in boxes.

    Parameters
    ----------
    A : (m, n) array of numbers
        What ``tex`` can write.
    mark : collection of (row, column), counted from 0
        The entries to be boxed, such as pivots.
    bar : int, optional
        How many columns stand left of a vertical line, such as that of [A | b].

    >>> print(tex_matrix(exact([[1, 2], [0, 0.5]]), mark=[(0, 0)], bar=1))
    \left[\begin{array}{r|r}\boxed{1} & 2 \\[4pt] 0 & \frac{1}{2}\end{array}\right]
    """
    m, n = np.shape(A)
    if m * n == 0:
        return rf"[\;]_{{{m} \times {n}}}"
    cells = [[tex(x) for x in row] for row in A]
    for i, j in mark:
        cells[i][j] = rf"\boxed{{{cells[i][j]}}}"
    columns = "r" * n if bar is None else "r" * bar + "|" + "r" * (n - bar)
    rows = [" & ".join(row) for row in cells]
    newline = r" \\[4pt] " if any("frac" in row for row in rows) else r" \\ "
    body = newline.join(rows)
    return rf"\left[\begin{{array}}{{{columns}}}{body}\end{{array}}\right]"
