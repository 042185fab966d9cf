"""Kinds of matrices: symmetric, orthogonal, definite."""

from __future__ import annotations

from typing import Any

import numpy as np

from .elimination import rounding
from .exact import identity
from .inputs import square, symmetric

__all__ = ["definiteness", "is_orthogonal", "is_symmetric"]

Array = np.ndarray


def definiteness(A: Any, *, exact: bool = False) -> str:
    r"""Classify a symmetric matrix by the signs of x'Ax, such as "positive definite".

    .. math:: x^\top A x > 0 \;\text{for all}\; x \ne 0
              \iff \text{all pivots, leading minors, eigenvalues} > 0

    The signs come from the pivots of symmetric elimination, which completes the squares.

    Parameters
    ----------
    A : (n, n) array_like
        A symmetric matrix. If yours is not symmetric, use (A + A')/2, which has the same x'Ax.
    exact : bool
        Whether to compute with fractions. If False, entries that are at most as large as the
        rounding errors count as 0.

    Returns
    -------
    str
        "positive definite", "positive semidefinite", "negative definite", "negative
        semidefinite" or "indefinite". A matrix of zeros is positive and negative semidefinite;
        the result is "positive semidefinite". A matrix without rows is "positive definite".

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is not a symmetric matrix of finite real numbers.

    Source: Strang (2016), section 6.5; chapter "Matrices".

    >>> definiteness([[2, -1], [-1, 2]]), definiteness([[1, 2], [2, 1]])
    ('positive definite', 'indefinite')
    """
    S = symmetric(A, "definiteness", exact=exact)
    negligible = rounding(S)
    signs = set()
    while (abs(S) > negligible).any():
        k = abs(S.diagonal()).argmax()
        d = S[k, k]
        if abs(d) <= negligible:  # the diagonal is 0, so x'Ax has both signs
            return "indefinite"
        signs.add(1 if d > 0 else -1)
        S = np.delete(np.delete(S - np.outer(S[:, k] / d, S[k]), k, axis=0), k, axis=1)
    if signs == {1, -1}:
        return "indefinite"
    return f"{'negative' if signs == {-1} else 'positive'} {'semi' if len(S) else ''}definite"


def is_symmetric(A: Any, *, exact: bool = False) -> bool:
    r"""Return whether a matrix is equal to its transpose.

    .. math:: A = A^\top

    Parameters
    ----------
    A : (n, n) array_like
    exact : bool
        Whether to compare exact fractions. If False, entries may differ by :math:`10^{-12}`
        times the largest absolute value.

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Strang (2016), section 2.7; chapter "Matrices".

    >>> is_symmetric([[1, 2], [2, 3]]), is_symmetric([[1, 2], [3, 4]])
    (True, False)
    """
    A = square(A, "is_symmetric", exact=exact)
    return _equal(A.T, A)


def is_orthogonal(A: Any, *, exact: bool = False) -> bool:
    r"""Return whether the columns of a square matrix are orthogonal and have length 1.

    .. math:: A^\top A = I

    Parameters
    ----------
    A : (n, n) array_like
    exact : bool
        Whether to compare exact fractions. If False, entries may differ by :math:`10^{-12}`.

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Strang (2016), section 4.4; chapter "Matrices".

    >>> is_orthogonal([[0.6, -0.8], [0.8, 0.6]], exact=True)
    True
    """
    A = square(A, "is_orthogonal", exact=exact)
    return _equal(A.T @ A, identity(len(A), like=A))


def _equal(left: Array, right: Array) -> bool:
    """Return whether two matrices are equal; floats may differ by rounding errors."""
    slack = 0 if right.dtype == object else 1e-12 * abs(right).max(initial=0)
    return bool((abs(left - right) <= slack).all())
