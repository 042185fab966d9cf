"""Kinds of matrices: symmetric, orthogonal, definite."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator, rounding
from .exact import identity
from .inputs import square, symmetric
from .writing import tex_matrix, text

__all__ = ["definiteness", "is_orthogonal", "is_symmetric"]

Array = np.ndarray


def definiteness(A: Any, *, exact: bool = False, steps: bool = False) -> str | Steps:
    r"""Classify a symmetric matrix by the signs of x'Ax, such as "positive definite".

    .. math:: x^\top A x > 0 \;\text{for all}\; x \ne 0
              \iff \text{all pivots, leading minors, eigenvalues} > 0

    The function uses the pivots of symmetric elimination, which completes the squares.

    Parameters
    ----------
    A : (n, n) array_like
        Symmetric. If your matrix is not symmetric, use (A + A')/2, which has the same x'Ax.
    exact : bool
        Whether to compute with fractions. If False, entries no larger than the rounding errors
        count as 0.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    str or Steps
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

    >>> definiteness([[2, -1], [-1, 2]], steps=True)
    1. The pivot of row 1 is 2.
    2. Eliminate with it; its row and column are done. The pivot of row 2 is 3/2.
    3. Pivots are positive: the matrix is positive definite.
    >>> definiteness([[1, 2], [2, 1]])
    'indefinite'
    """
    A = symmetric(A, "definiteness", exact=exact or steps)
    return run(_by_pivots(A), steps=steps)


def _signs(values: Any, negligible: float) -> set[int]:
    """Return the set of signs (-1, 0, 1) of the values."""
    return {0 if abs(x) <= negligible else 1 if x > 0 else -1 for x in values}


def _verdict(signs: set[int], what: str) -> StepGenerator:
    """Yield the step with the conclusion from the signs, and return the conclusion."""
    if {1, -1} <= signs:
        found, signs_in_words = "indefinite", "of both signs"
    else:
        side = "negative" if -1 in signs else "positive"
        found = f"{side} {'semidefinite' if 0 in signs else 'definite'}"
        signs_in_words = f"{side} or 0" if 0 in signs else side
    yield lambda: Step(f"{what} are {signs_in_words}: the matrix is {found}.")
    return found


def _by_pivots(A: Array) -> StepGenerator:
    """Yield the steps of symmetric elimination, and return the verdict."""
    S, rows, pivots, negligible = A, list(range(len(A))), [], rounding(A)
    while (abs(S) > negligible).any():
        size = abs(S.diagonal())
        k = int(np.flatnonzero(size)[0] if A.dtype == object and size.any() else size.argmax())
        d = S[k, k]
        if abs(d) <= negligible:
            i, j = (rows[int(index)] for index in np.argwhere(abs(S) > negligible)[0])
            words = (
                f"The diagonal is 0, but the entry of row {i + 1}, column {j + 1} is not: it "
                "adds to x'Ax with either sign, as one chooses those of x."
            )
            yield lambda S=S, words=words: Step(words, tex_matrix(S))
            return (yield from _verdict({1, -1}, "Values of x'Ax"))
        pivots.append(d)
        left = "Eliminate with it; its row and column are done. " if pivots[1:] else ""
        yield lambda S=S, k=k, d=d, r=rows[k], left=left: Step(
            f"{left}The pivot of row {r + 1} is {text(d)}.", tex_matrix(S, [(k, k)])
        )
        S = np.delete(np.delete(S - np.outer(S[:, k] / d, S[k]), k, axis=0), k, axis=1)
        del rows[k]
    signs = _signs(pivots, 0) | ({0} if rows else set())
    return (yield from _verdict(signs, "Pivots"))


def is_symmetric(A: Any, *, exact: bool = False) -> bool:
    r"""Return whether a matrix is equal to its transpose.

    .. math:: A = A^\top

    Parameters
    ----------
    A : (n, n) array_like
        Square.
    exact : bool
        Whether to compare exact fractions. If False, entries may differ by :math:`10^{-12}`
        times the largest entry.

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
        Square.
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
