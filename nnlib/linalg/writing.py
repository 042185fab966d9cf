"""Format numbers, vectors and matrices as text and as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from numbers import Rational
from typing import Any

import numpy as np

__all__ = [
    "bracketed",
    "factor",
    "indexed",
    "quotient",
    "tex",
    "tex_factor",
    "tex_matrix",
    "tex_sum",
    "text",
]

Array = np.ndarray
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def text(x: Any) -> str:
    """Return a number, vector or matrix as plain text.

    Parameters
    ----------
    x : number or array with at most 2 axes
        Exact numbers are written in full, floats with six significant digits.

    >>> from fractions import Fraction
    >>> text(Fraction(-1, 3)), text(np.array([1, Fraction(1, 2)])), text(np.eye(2, dtype=int))
    ('−1/3', '(1, 1/2)', '[[1, 0], [0, 1]]')
    """
    if np.ndim(x) == 2:
        rows = (", ".join(map(text, row)) for row in x)
        return f"[{', '.join(f'[{row}]' for row in rows)}]"
    if np.ndim(x):
        return f"({', '.join(map(text, x))})"
    if isinstance(x, float | np.floating):
        return f"{x:.6g}".replace("-", "−")
    if isinstance(x, complex | np.complexfloating):
        words = f"{x.real:.6g} {x.imag:+.6g}i".replace(" -", " - ").replace(" +", " + ")
        return words.replace("-", "−")
    words = re.sub(r"sqrt\((\d+)\)", r"√\1", str(x)).replace("sqrt", "√")
    return words.replace("**", "^").replace("*", "").replace("-", "−").replace("I", "i")


def tex(x: Any) -> str:
    r"""Return a number, vector or matrix as LaTeX; a vector is a column.

    Parameters
    ----------
    x : number or array with at most 2 axes
        Exact numbers are written in full, floats with six significant digits.

    >>> from fractions import Fraction
    >>> print(tex(Fraction(-1, 3)), tex(2.5e-8))
    -\frac{1}{3} 2.5 \cdot 10^{-8}
    >>> print(tex(np.array([1, 2])))
    \left[\begin{array}{r}1 \\ 2\end{array}\right]
    """
    if np.ndim(x) == 1:
        return tex_matrix(np.asarray(x)[:, None])
    if np.ndim(x):
        return tex_matrix(x)
    if isinstance(x, float | np.floating):
        return re.sub(r"e\+?(-?)0*(\d+)", r" \\cdot 10^{\1\2}", f"{x:.6g}")
    if isinstance(x, complex | np.complexfloating):
        return text(x).replace("−", "-")
    if isinstance(x, Rational):
        n, d = int(x.numerator), int(x.denominator)
        sign = "-" if n < 0 else ""
        return str(n) if d == 1 else rf"{sign}\frac{{{abs(n)}}}{{{d}}}"
    import sympy

    return sympy.latex(x)


def tex_matrix(
    A: Array, mark: Collection[tuple[int, int]] = (), *, bar: int | None = None
) -> str:
    r"""Return a matrix as LaTeX, with boxes around marked entries.

    Parameters
    ----------
    A : (m, n) array of numbers
        The entries can be any numbers that ``tex`` accepts.
    mark : collection of (row, column), counted from 0
        The entries to draw a box around, such as pivots.
    bar : int, optional
        Number of columns to the left of a vertical line, such as the line in [A | b]. By
        default, there is no line.

    >>> from fractions import Fraction
    >>> print(tex_matrix([[1, 2], [0, Fraction(1, 2)]], mark=[(0, 0)], bar=1))
    \left[\begin{array}{r|r}\boxed{1} & 2 \\[4pt] 0 & \frac{1}{2}\end{array}\right]
    """
    m, n = np.shape(A)
    if m * n == 0:
        return rf"[\;]_{{{m} \times {n}}}"
    cells = [[tex(x) for x in row] for row in A]
    for i, j in mark:
        small = r"\textstyle " if "frac" in cells[i][j] else ""  # boxes enlarge fractions
        cells[i][j] = rf"\boxed{{{small}{cells[i][j]}}}"
    columns = "r" * n if bar is None else "r" * bar + "|" + "r" * (n - bar)
    rows = [" & ".join(row) for row in cells]
    newline = r" \\[4pt] " if any("frac" in row for row in rows) else r" \\ "
    body = newline.join(rows)
    return rf"\left[\begin{{array}}{{{columns}}}{body}\end{{array}}\right]"


def indexed(letter: str, k: int) -> str:
    """Return a letter with the subscript k + 1, because formulas count from 1.

    >>> indexed("x", 0), indexed("x", 9)
    ('x₁', 'x₁₀')
    """
    return letter + str(k + 1).translate(SUBSCRIPTS)


def bracketed(words: str) -> str:
    """Put brackets around a number in text or LaTeX if it is negative or a sum.

    >>> bracketed("3/4"), bracketed("−3"), bracketed("1 + √2")
    ('3/4', '(−3)', '(1 + √2)')
    """
    is_plain = words[:1] not in ("-", "−") and " + " not in words and " - " not in words
    return words if is_plain and " − " not in words else f"({words})"


def factor(x: Any) -> str:
    """Return a number as text, with brackets if it can't follow a multiplication sign."""
    return bracketed(text(x))


def tex_factor(x: Any) -> str:
    """Return a number in LaTeX, with brackets if it can't follow a multiplication sign."""
    return bracketed(tex(x))


def tex_sum(coefficients: Iterable[Any], names: Iterable[str]) -> str:
    r"""Return a linear combination in LaTeX, without terms whose coefficient is 0.

    >>> from fractions import Fraction
    >>> print(tex_sum([1, 0, Fraction(-1, 2)], ["u_1", "u_2", "u_3"]))
    u_1 - \frac{1}{2} u_3
    """
    terms = ""
    for c, name in zip(coefficients, names, strict=True):
        if c != 0:
            size = "" if abs(c) == 1 else f"{tex_factor(abs(c))} "
            terms += f" {'-' if c < 0 else '+'} {size}{name}"
    return f"-{terms[3:]}" if terms.startswith(" - ") else terms[3:] or "0"


def quotient(top: str, bottom: str) -> str:
    """Return a division as text, with brackets if necessary.

    >>> quotient("3", "4"), quotient("1/2", "−3"), quotient("3 − 2 · 5", "1")
    ('3 / 4', '(1/2) / (−3)', '3 − 2 · 5')
    """
    if bottom == "1":
        return top
    atomic = re.compile(r"[^ /−][^ /]*|\([^()]*\)")  # a number, or a vector in its own brackets
    return " / ".join(w if atomic.fullmatch(w) else f"({w})" for w in (top, bottom))
