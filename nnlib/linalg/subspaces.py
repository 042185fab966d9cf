"""The spaces that belong to a matrix, read off its echelon form."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import Telling, listed, row_reduction
from .exact import zeros
from .inputs import matrix
from .writing import indexed, tex, tex_matrix, tex_sum

__all__ = ["column_space", "independent", "null_space", "row_space"]

Array = np.ndarray


def column_space(A: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    """Basis of all A x: the columns of A that get a pivot.

    Parameters
    ----------
    A : (m, n) array_like
        Any matrix.
    exact, steps : bool
        As in ``row_reduce``.

    Returns
    -------
    (m, r) array, its columns the basis, or Steps

    Raises
    ------
    TypeError, ValueError
        As in ``row_reduce``.

    Source: Strang (2016), section 3.5; chapter "Systems of linear equations".

    >>> column_space([[1, 2, 0], [2, 4, 1]]).tolist()
    [[1.0, 0.0], [2.0, 1.0]]
    """
    A = matrix(A, "column_space", exact=exact or steps)
    return run(_column_space(A), steps=steps)


def _column_space(A: Array) -> Telling:
    """Eliminate in a copy, then take columns of A itself."""
    found = yield from row_reduction(A.copy(), reduced=False)
    basis = A[:, list(found.pivots)]
    words = (
        f"Take {listed('column', found.pivots)} of A itself: elimination changes the columns"
    )
    yield lambda: Step(f"{words} but not which of them are independent.", tex_matrix(basis))
    return basis


def row_space(A: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    """Basis of all combinations of the rows: the rows of the reduced form that hold a pivot.

    Parameters
    ----------
    A : (m, n) array_like
        Any matrix.
    exact, steps : bool
        As in ``row_reduce``.

    Returns
    -------
    (r, n) array, its rows the basis, or Steps

    Raises
    ------
    TypeError, ValueError
        As in ``row_reduce``.

    Source: Strang (2016), section 3.5; chapter "Systems of linear equations".

    >>> row_space([[1, 2, 0], [2, 4, 1]]).tolist()
    [[1.0, 2.0, 0.0], [0.0, 0.0, 1.0]]
    """
    A = matrix(A, "row_space", exact=exact or steps)
    return run(_row_space(A), steps=steps)


def _row_space(A: Array) -> Telling:
    """Reduce, then take the rows with a pivot."""
    found = yield from row_reduction(A)
    basis = found.matrix[: found.rank].copy()
    words = "Row operations give combinations of rows, and can be undone: the rows with a pivot"
    yield lambda: Step(f"{words} are a basis.", tex_matrix(basis))
    return basis


def null_space(A: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    """Basis of all x with A x = 0: for each free unknown the solution in which it is 1.

    Parameters
    ----------
    A : (m, n) array_like
        Any matrix.
    exact, steps : bool
        As in ``row_reduce``.

    Returns
    -------
    (n, n - r) array, its columns the basis, or Steps

    Raises
    ------
    TypeError, ValueError
        As in ``row_reduce``.

    Source: Strang (2016), section 3.2; chapter "Systems of linear equations".

    >>> null_space([[1, 2, 0], [2, 4, 1]]).tolist()
    [[-2.0], [1.0], [0.0]]
    """
    A = matrix(A, "null_space", exact=exact or steps)
    return run(_null_space(A), steps=steps)


def _null_space(A: Array) -> Telling:
    """Reduce, then read one solution off for each free unknown."""
    found = yield from row_reduction(A)
    N = special_solutions(found.matrix, found.pivots, found.free)
    yield from told_solutions(N, found.free)
    return N


def special_solutions(R: Array, pivots: tuple[int, ...], free: tuple[int, ...]) -> Array:
    """Solutions of R x = 0 for a reduced form R, as columns: in each one free unknown is 1."""
    N = zeros((R.shape[1], len(free)), like=R)
    for k, f in enumerate(free):
        N[f, k] += 1
        N[list(pivots), k] = 0 - R[: len(pivots), f]
    return N


def told_solutions(N: Array, free: tuple[int, ...]) -> Telling:
    """How each of the special solutions comes about."""
    others = " and the other free unknowns 0" if len(free) > 1 else ""
    for k, f in enumerate(free):
        words = f"Let {indexed('x', f)} be 1{others}: the reduced rows, with 0 on the right,"
        yield lambda k=k, words=words: Step(f"{words} give the rest.", f"x = {tex(N[:, k])}")
    if not free:
        yield lambda: Step("Every column has a pivot: only x = 0 solves A x = 0.")


def independent(V: Any, *, exact: bool = False, steps: bool = False) -> bool | Steps:
    """Whether the columns are linearly independent: whether each of them gets a pivot.

    Parameters
    ----------
    V : (m, n) array_like
        The vectors, as columns.
    exact, steps : bool
        As in ``row_reduce``.

    Returns
    -------
    bool or Steps

    Raises
    ------
    TypeError, ValueError
        As in ``row_reduce``.

    Source: Strang (2016), section 3.4; chapter "Vectors".

    >>> independent([[1, 0, 1], [0, 1, 1]])
    False
    """
    V = matrix(V, "independent", "V", exact=exact or steps)
    return run(_independent(V), steps=steps)


def _independent(V: Array) -> Telling:
    """Look for a column without pivot; it is a combination of the columns before it."""
    found = yield from row_reduction(V, named="V")
    if not found.free:
        yield lambda: Step("Every column has a pivot: the vectors are independent.")
        return True
    f = found.free[0]
    told = f"vector {f + 1} is a combination of those before it" if f else "vector 1 is 0"
    words = f"Column {f + 1} has no pivot: {told}."
    c = found.matrix[: found.rank, f]
    vectors = [f"v_{{{j + 1}}}" for j in found.pivots]
    yield lambda: Step(words, rf"v_{{{f + 1}}} = {tex_sum(c, vectors)}")
    return False
