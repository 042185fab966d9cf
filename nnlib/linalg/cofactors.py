"""What the cofactors of a matrix give: the adjugate, and Cramer's rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import whole
from ..steps import Step, Steps, run
from .determinant import by_elimination, without
from .elimination import Telling
from .exact import zeros
from .inputs import square, vector
from .writing import indexed, quotient, tex, tex_matrix, text

__all__ = ["adjugate", "cofactor", "cramer", "minor"]

Array = np.ndarray


def minor(A: Any, i: int, j: int, *, exact: bool = False) -> Any:
    """Determinant of A without row i and column j, counted from 0.

    Parameters
    ----------
    A : (n, n) array_like
        With a row and a column at least.
    i, j : int
        In [0, n).
    exact : bool
        Whether to compute with fractions.

    Returns
    -------
    float or Fraction

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is no matrix of finite real numbers, or has no such row or column.

    Source: Strang (2016), section 5.2; chapter "Matrices".

    >>> minor([[1, 2], [3, 4]], 0, 1)
    3.0
    """
    A = square(A, "minor", exact=exact)
    if not len(A):
        raise ValueError("minor: expected A with a row and a column, got shape (0, 0)")
    i, j = (whole("minor", n, k, low=0, high=len(A) - 1) for n, k in (("i", i), ("j", j)))
    return run(by_elimination(without(A, i, j)))


def cofactor(A: Any, *, exact: bool = False) -> Array:
    r"""Matrix of cofactors: the minors with the signs of a chessboard.

    .. math:: C_{ij} = (-1)^{i + j} \det M_{ij}

    Parameters
    ----------
    A : (n, n) array_like
        Square.
    exact : bool
        Whether to compute with fractions.

    Returns
    -------
    (n, n) array

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is no matrix of finite real numbers.

    Source: Strang (2016), section 5.2; chapter "Matrices".

    >>> cofactor([[1, 2], [3, 4]])
    array([[ 4., -3.],
           [-2.,  1.]])
    """
    return _cofactors(square(A, "cofactor", exact=exact))


def _cofactors(A: Array) -> Array:
    """Every minor with its sign."""
    C = zeros(A.shape, like=A)
    for i, j in np.ndindex(A.shape):
        C[i, j] = (-1) ** (i + j) * run(by_elimination(without(A, i, j)))
    return C


def adjugate(A: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    r"""Transpose of the matrix of cofactors, defined also where there is no inverse.

    .. math:: \operatorname{adj} A = C^\top, \qquad A \operatorname{adj} A = (\det A) I

    Parameters
    ----------
    A : (n, n) array_like
        Square.
    exact : bool
        Whether to compute with fractions.
    steps : bool
        Whether to return the `Steps`, exact.

    Returns
    -------
    (n, n) array or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is no matrix of finite real numbers.

    Source: Strang (2016), section 5.3; chapter "Matrices".

    >>> adjugate([[1, 2], [3, 4]])
    array([[ 4., -2.],
           [-3.,  1.]])
    """
    return run(adjugate_told(square(A, "adjugate", exact=exact or steps)), steps=steps)


def adjugate_told(A: Array) -> Telling:
    """Cofactors, then the transpose; two rows have a rule of their own."""
    C = _cofactors(A)
    if len(A) == 2:
        words = "Exchange the two entries of the diagonal and change the sign of the others."
        yield lambda: Step(words, rf"\operatorname{{adj}} A = {tex_matrix(C.T)}")
        return C.T
    words = "Write the determinant without row i and column j in place (i, j), "
    yield lambda: Step(f"{words}with the signs of a chessboard.", f"C = {tex_matrix(C)}")
    yield lambda: Step("Transpose.", rf"\operatorname{{adj}} A = {tex_matrix(C.T)}")
    return C.T


def cramer(A: Any, b: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    r"""Solution of A x = b by Cramer's rule: a quotient of determinants for each unknown.

    .. math:: x_j = \frac{\det A_j}{\det A}

    In A_j the right-hand side stands in place of column j. For understanding: elimination
    takes less work and suffers less from rounding.

    Parameters
    ----------
    A : (n, n) array_like
        The coefficients.
    b : (n,) array_like
        The right-hand side.
    exact : bool
        Whether to compute with fractions.
    steps : bool
        Whether to return the `Steps`, exact.

    Returns
    -------
    (n,) array or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square, or its determinant is 0.
    TypeError, ValueError
        If A and b are not of finite real numbers, or b does not fit A.

    Source: Strang (2016), section 5.3; chapter "Systems of linear equations".

    >>> cramer([[2, 1], [4, 5]], [3, 9], steps=True)
    1. The determinant of A divides all.
    2. Put b in place of column 1: x₁ = 6 / 6 = 1.
    3. Put b in place of column 2: x₂ = 6 / 6 = 1.
    """
    A = square(A, "cramer", exact=exact or steps)
    b = vector(b, "cramer", "b", exact=exact or steps)
    if len(b) != len(A):
        raise ValueError(f"cramer: expected b with {len(A)} rows, got shape {b.shape}")
    return run(_cramer(A, b), steps=steps)


def _cramer(A: Array, b: Array) -> Telling:
    """The determinant of A, then for each unknown that with b in its column."""
    d = run(by_elimination(A.copy()))
    if d == 0:
        raise np.linalg.LinAlgError("cramer: expected an invertible matrix, but det A is 0")
    yield lambda: Step("The determinant of A divides all.", rf"\det {tex_matrix(A)} = {tex(d)}")
    x = zeros(len(A), like=A)
    for j in range(len(A)):
        A_j = A.copy()
        A_j[:, j] = b
        d_j = run(by_elimination(A_j.copy()))
        x[j] = d_j / d
        yield lambda j=j, A_j=A_j, d_j=d_j: _quotient(j, A_j, d_j, d)
    return x


def _quotient(j: int, A_j: Array, d_j: Any, d: Any) -> Step:
    """One unknown by Cramer's rule."""
    x = indexed("x", j)
    words = f"Put b in place of column {j + 1}: {x} = {quotient(text(d_j), text(d))}"
    top = rf"\det {tex_matrix(A_j)}"
    rule = rf"x_{{{j + 1}}} = \frac{{1}}{{{tex(d)}}} {top} = {tex(d_j / d)}"
    return Step(f"{words} = {text(d_j / d)}.", rule)
