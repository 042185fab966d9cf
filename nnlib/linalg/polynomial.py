r"""The characteristic polynomial of a matrix, and polynomials as text and LaTeX.

A polynomial is a list of its coefficients, that of the highest power first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps
from .exact import identity
from .inputs import square
from .writing import bracketed, indexed, tex, text

__all__ = ["characteristic_polynomial"]

Array = np.ndarray
Polynomial = Sequence[Any]


class Name(NamedTuple):
    """The name of a matrix in text and in LaTeX."""

    text: str
    tex: str


PLAIN = Name("A", "A")


def characteristic_polynomial(
    A: Any, *, exact: bool = False, steps: bool = False
) -> Array | Steps:
    r"""Return the coefficients of the polynomial whose roots are the eigenvalues.

    .. math:: p(\lambda) = \det(\lambda I - A) = \lambda^n + c_1 \lambda^{n-1} + \dots + c_n

    It is computed without letters, by the traces of n matrices (Faddeev and LeVerrier), in
    fractions: :math:`M_1 = I,\; c_k = -\mathrm{tr}(A M_k) / k,\; M_{k+1} = A M_k + c_k I`.
    Up to 3x3 the steps are those of paper: the determinant of A - λI, multiplied out.

    Parameters
    ----------
    A : (n, n) real numbers
        Of size up to about twenty: the fractions grow.
    exact : bool
        Whether to give fractions rather than floats.
    steps : bool
        Whether to give the steps, with fractions.

    Returns
    -------
    (n + 1,) float64, or object array of Fraction, or Steps
        The highest power first; the first is 1.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers; LinAlgError if it is not square.

    Source: Horn and Johnson (2013), section 2.4; chapter "Eigenvalues and eigenvectors".

    >>> characteristic_polynomial([[6, 2], [2, 3]])
    array([ 1., -9., 14.])
    >>> characteristic_polynomial([[6, 2], [2, 3]], steps=True)
    1. Subtract λ from each entry of the diagonal.
    2. Take the determinant: (6 − λ)(3 − λ) − 2 · 2.
    3. Multiply out: det(A − λI) = λ² − 9λ + 14.
    """
    M = square(A, "characteristic_polynomial", exact=True)
    p, _ = _faddeev(M)
    result = p if exact else p.astype(np.float64)
    return Steps(polynomial_steps(M), result) if steps else result


def _faddeev(A: Array) -> tuple[Array, Array]:
    """Return the coefficients of the characteristic polynomial, and the traces used."""
    I = identity(len(A), like=A)  # noqa: E741
    c, M, traces = [Fraction(1)], I, []
    for k in range(1, len(A) + 1):
        AM = A @ M
        traces.append(np.trace(AM))
        c.append(-traces[-1] / k)
        M = AM + c[-1] * I
    return np.array(c, dtype=object), np.array(traces, dtype=object)


def polynomial_steps(A: Array, name: Name = PLAIN) -> list[Step]:
    """Return the steps from a matrix to its characteristic polynomial."""
    p, traces = _faddeev(A)
    n = len(A)
    if not 1 <= n <= 3:
        steps = [
            Step(
                f"Begin with M₁ = I; each further M is {name.text} times the one before, plus "
                "c times I.",
                rf"M_1 = I, \quad c_k = -\tfrac{{1}}{{k}}\,\mathrm{{tr}}({name.tex} M_k), "
                rf"\quad M_{{k+1}} = {name.tex} M_k + c_k I",
            )
        ] * bool(n)
        steps += [
            _trace_step(k, t, c, name)
            for k, (t, c) in enumerate(zip(traces, p[1:], strict=True), start=1)
        ]
        return [*steps, Step(f"p(λ) = {poly_text(p)}.", rf"p(\lambda) = {poly_tex(p)}")]
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


def _trace_step(k: int, t: Any, c: Any, name: Name) -> Step:
    """Return the step that computes the k-th coefficient from a trace."""
    return Step(
        f"tr({name.text}{indexed('M', k - 1)}) = {text(t)}, so "
        f"{indexed('c', k - 1)} = −{bracketed(text(t))}/{k} = {text(c)}.",
        rf"c_{{{k}}} = -\tfrac{{1}}{{{k}}}\,\mathrm{{tr}}({name.tex} M_{{{k}}}) = {tex(c)}",
    )


def _determinant(A: Array, write: Any) -> str:
    """Return det(A - λI) of a 2x2 or 3x3 matrix as a formula before multiplying out."""
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
    """Return a sum of numbers times letters as a text, without zero terms."""
    minus, words = "−" if write is text else "-", ""
    for c, letters in terms:
        if c == 0:
            continue
        size = "" if abs(c) == 1 and letters else write(abs(c))
        term = size + (" " if "/" in size and letters else "") + letters
        sign = minus if c < 0 else "+"
        words += f" {sign} {term}" if words else (minus if c < 0 else "") + term
    return words or "0"
