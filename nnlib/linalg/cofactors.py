"""Minors, cofactors and the adjugate of a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import whole
from ..steps import Step, Steps, run
from .determinant import by_elimination, without
from .elimination import StepGenerator
from .exact import zeros
from .inputs import square
from .writing import tex_matrix

__all__ = ["adjugate", "minor"]

Array = np.ndarray


def minor(A: Any, i: int, j: int, *, exact: bool = False) -> Any:
    """Return the determinant of A without row i and column j, counted from 0.

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


def _cofactors(A: Array) -> Array:
    """Return the matrix of cofactors: each minor with its sign."""
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
    return run(adjugate_steps(square(A, "adjugate", exact=exact or steps)), steps=steps)


def adjugate_steps(A: Array) -> StepGenerator:
    """Yield the cofactors and their transpose, or the rule for 2x2; return the adjugate."""
    C = _cofactors(A)
    if len(A) == 2:
        words = "Exchange the two entries of the diagonal and change the sign of the others."
        yield lambda: Step(words, rf"\operatorname{{adj}} A = {tex_matrix(C.T)}")
        return C.T
    words = "Write the determinant without row i and column j in place (i, j), "
    yield lambda: Step(f"{words}with the signs of a chessboard.", f"C = {tex_matrix(C)}")
    yield lambda: Step("Transpose.", rf"\operatorname{{adj}} A = {tex_matrix(C.T)}")
    return C.T
