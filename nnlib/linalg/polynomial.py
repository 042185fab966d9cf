r"""The characteristic polynomial of a matrix, and polynomials as text and LaTeX.

A polynomial is a list of its coefficients, with the highest power first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..steps import Step
from .exact import identity
from .writing import bracketed, tex, text

__all__: list[str] = []

Array = np.ndarray
Polynomial = Sequence[Any]


class Name(NamedTuple):
    """The name of a matrix in text and in LaTeX."""

    text: str
    tex: str


PLAIN = Name("A", "A")


def characteristic_polynomial(A: Array) -> Array:
    r"""Return the coefficients of a matrix's characteristic polynomial as fractions.

    .. math:: p(\lambda) = \det(\lambda I - A) = \lambda^n + c_1 \lambda^{n-1} + \dots + c_n

    The Faddeev-LeVerrier algorithm computes the coefficients from traces, without symbolic
    computation: :math:`M_1 = I,\; c_k = -\mathrm{tr}(A M_k) / k,\; M_{k+1} = A M_k + c_k I`.

    Source: Horn and Johnson (2013), section 2.4; chapter "Eigenvalues and eigenvectors".
    """
    I = identity(len(A), like=A)  # noqa: E741
    c, M = [Fraction(1)], I
    for k in range(1, len(A) + 1):
        AM = A @ M
        c.append(-np.trace(AM) / k)
        M = AM + c[-1] * I
    return np.array(c, dtype=object)


def polynomial_steps(A: Array, name: Name = PLAIN) -> list[Step]:
    """Return the steps that find the characteristic polynomial of a matrix (at most 3 rows)."""
    p, n = characteristic_polynomial(A), len(A)
    if n == 0:
        return [Step("The matrix has no rows, so p(λ) = 1.", r"p(\lambda) = 1")]
    rows = [
        [f"{tex(x)} - \\lambda" if i == j else tex(x) for j, x in enumerate(row)]
        for i, row in enumerate(A)
    ]
    body = r" \\ ".join(" & ".join(row) for row in rows)
    matrix = rf"\left[\begin{{array}}{{{'c' * n}}}{body}\end{{array}}\right]"
    words, formula = (_determinant(A, write) for write in (text, tex))
    signed = [(-1) ** n * c for c in p]
    return [
        Step(
            "Subtract λ from each entry of the diagonal.", rf"{name.tex} - \lambda I = {matrix}"
        ),
        Step(
            f"Take the determinant: {words}.",
            rf"\det({name.tex} - \lambda I) = {formula.replace('λ', chr(92) + 'lambda ')}",
        ),
        Step(
            f"Multiply out: det({name.text} − λI) = {poly_text(signed)}.",
            rf"\det({name.tex} - \lambda I) = {poly_tex(signed)}",
        ),
    ]


def _determinant(A: Array, write: Any) -> str:
    """Return det(A - λI) as a formula that isn't multiplied out yet, for at most 3 rows."""
    minus, times = ("−", " · ") if write is text else ("-", r" \cdot ")
    L = [f"({write(A[i, i])} {minus} λ)" for i in range(len(A))]
    if len(A) == 1:
        return L[0][1:-1]
    if len(A) == 2:
        b, c = (bracketed(write(x)) for x in (A[0, 1], A[1, 0]))
        return f"{L[0]}{L[1]} {minus} {b}{times}{c}"
    (_, b, c), (d, _, f), (g, h, _) = A
    first, second, third = (
        f"[{_sum(terms, write)}]"
        for terms in (
            [(1, L[1] + L[2]), (-f * h, "")],
            [(d, L[2]), (-f * g, "")],
            [(d * h, ""), (-g, L[1])],
        )
    )
    return _sum([(1, L[0] + first), (-b, second), (c, third)], write)


def raised(k: int) -> str:
    """Return an exponent in superscript digits."""
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] for d in str(k))


def poly_text(p: Polynomial) -> str:
    """Return a polynomial in λ as text.

    >>> poly_text([1, -9, 14]), poly_text([-1, 0, Fraction(1, 2), 0])
    ('λ² − 9λ + 14', '−λ³ + 1/2 λ')
    """
    powers = ["λ" + (raised(k) if k > 1 else "") for k in range(len(p) - 1, 0, -1)]
    return _sum(zip(p, [*powers, ""], strict=True), text)


def poly_tex(p: Polynomial) -> str:
    r"""Return a polynomial in λ as LaTeX.

    >>> print(poly_tex([1, -9, 14]))
    \lambda^{2} - 9\lambda + 14
    """
    powers = [r"\lambda" + (f"^{{{k}}}" if k > 1 else "") for k in range(len(p) - 1, 0, -1)]
    return _sum(zip(p, [*powers, ""], strict=True), tex)


def _sum(terms: Iterable[tuple[Any, str]], write: Any) -> str:
    """Return a sum of numbers times letters as text or LaTeX, without zero terms."""
    minus, words = "−" if write is text else "-", ""
    for c, letters in terms:
        if c == 0:
            continue
        size = "" if abs(c) == 1 and letters else write(abs(c))
        term = size + (" " if "/" in size and letters else "") + letters
        sign = minus if c < 0 else "+"
        words += f" {sign} {term}" if words else (minus if c < 0 else "") + term
    return words or "0"
