"""The LU decomposition."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator, Subtract, Swap, largest, reduction
from .exact import identity
from .inputs import matrix
from .writing import tex_matrix

__all__ = ["lu"]

Array = np.ndarray


class LU(NamedTuple):
    """The factors of P A = L U: a permutation, a unit lower and an upper triangular matrix."""

    P: Array
    L: Array
    U: Array


def lu(
    A: Any, *, pivoting: bool = True, exact: bool = False, steps: bool = False
) -> LU | Steps:
    r"""Find the LU decomposition: the multipliers of elimination and its echelon form.

    .. math:: P A = L U

    Parameters
    ----------
    A : (m, n) array_like
        In the shapes below, k = min(m, n).
    pivoting : bool
        Whether to swap rows so that each pivot is at least as large, in absolute value, as
        the entries below it. If False, P is the identity.
    exact : bool
        Whether to compute with fractions.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    LU or Steps
        P (m, m), L (m, k) and U (k, n). L contains the multipliers, and U the echelon form.

    Raises
    ------
    numpy.linalg.LinAlgError
        If ``pivoting`` is False, and a pivot is 0 although an entry below it is not.
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Golub and Van Loan (2013), sections 3.2 and 3.4; chapter "Systems of linear
    equations".

    >>> lu([[2, 1], [6, 4]], pivoting=False, steps=True)
    1. Start with A.
    2. Subtract 3 times row 1 from row 2, so that its entry in column 1 is 0.
    3. L contains the multipliers, with ones on its diagonal, and U is the echelon form.
    >>> lu([[2, 1], [6, 4]]).L.round(3)
    array([[1.   , 0.   ],
           [0.333, 1.   ]])
    """
    A = matrix(A, "lu", exact=exact or steps)
    return run(_lu(A, largest if pivoting else _topmost), steps=steps)


def _topmost(column: Array) -> int | None:
    """Return 0, the index of the pivot without row swaps, or None for a column of zeros."""
    if column[0] == 0 and column.any():
        raise np.linalg.LinAlgError(
            "lu: expected a nonzero pivot, but the pivot is 0 and an entry below it is not; "
            "use pivoting=True to swap rows"
        )
    return 0 if column[0] != 0 else None


def _lu(A: Array, choose) -> StepGenerator:
    """Yield the steps of the elimination, and return P, L and U."""
    yield lambda: Step("Start with A.", tex_matrix(A))
    echelon = yield from reduction(A, A.shape[1], reduced=False, choose=choose)
    P, L = identity(len(A), like=A), identity(len(A), like=A)
    for operation in echelon.operations:
        if isinstance(operation, Swap):
            i, k, _ = operation
            P[[i, k]] = P[[k, i]]
            L[[i, k], :k] = L[[k, i], :k]
        elif isinstance(operation, Subtract):
            i, k, c, _ = operation
            L[i, k] = c
    L, U = L[:, : min(A.shape)], A[: min(A.shape)]
    yield lambda: _product(P, L, U)
    return LU(P, L, U)


def _product(P: Array, L: Array, U: Array) -> Step:
    """Return the step that writes PA = LU."""
    words = "L contains the multipliers, with ones on its diagonal, and U is the echelon form"
    if (P.diagonal() == 1).all():
        return Step(f"{words}.", f"A = {tex_matrix(L)} {tex_matrix(U)}")
    formula = f"{tex_matrix(P)} A = {tex_matrix(L)} {tex_matrix(U)}"
    return Step(f"{words}; P swaps the rows.", formula)
