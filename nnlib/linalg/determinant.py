"""The determinant by elimination and by cofactors."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np

from ..checks import one_of
from ..steps import Step, run
from .elimination import StepGenerator, Swap, reduction
from .exact import scalar, zeros
from .inputs import square
from .writing import tex, tex_factor, tex_matrix

__all__ = ["det"]

Array = np.ndarray
LARGEST = 9  # the largest number of rows for cofactors, because they need n! products


def det(
    A: Any, *, method: str = "elimination", exact: bool = False, steps: bool = False
) -> Any:
    r"""Return the determinant of a square matrix.

    .. math:: \det A = (-1)^{\text{swaps}} \prod_i u_{ii}
              = \sum_j (-1)^{1 + j} a_{1j} \det M_{1j}

    U is the echelon form, and M_1j is A without row 1 and column j. The determinant of a
    matrix without rows is 1.

    Parameters
    ----------
    A : (n, n) array_like
        A square matrix; for ``method="cofactors"``, which needs n! products, at most 9 rows.
    method : str
        "elimination", or "cofactors" for the expansion along the first row.
    exact : bool
        Whether to compute with fractions.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    float, Fraction or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is not a matrix of finite real numbers, or too large for cofactors.

    Source: Strang (2016), sections 5.1 and 5.2; chapter "Matrices".

    >>> det([[0, 2], [3, 4]], steps=True)
    1. Start with A.
    2. Swap rows 1 and 2, so that the pivot of column 1 is in row 1.
    3. Multiply the pivots; 1 row swap changes the sign.
    >>> det([[2, 1], [7, 4]], method="cofactors", exact=True)
    Fraction(1, 1)
    """
    one_of("det", "method", method, ("elimination", "cofactors"))
    A = square(A, "det", exact=exact or steps)
    if method == "elimination":
        return run(by_elimination(A), steps=steps)
    if len(A) > LARGEST:
        raise ValueError(f"det: expected at most {LARGEST} rows for cofactors, got {len(A)}")
    return run(_by_cofactors(A), steps=steps)


def by_elimination(A: Array, negligible: float = 0.0) -> StepGenerator:
    """Yield the row operations, and return the determinant, ± the product of the pivots."""
    yield lambda: Step("Start with A.", tex_matrix(A))
    echelon = yield from reduction(A, len(A), reduced=False, negligible=negligible)
    swaps = sum(isinstance(operation, Swap) for operation in echelon.operations)
    d = (-1) ** swaps * prod(A.diagonal(), start=_one(A))
    yield lambda: _multiplied(A.diagonal(), swaps, d)
    return scalar(d)


def _one(A: Array) -> Any:
    """Return 1 as a number of the same type as A's entries."""
    return zeros(1, like=A)[0] + 1


def _multiplied(pivots: Array, swaps: int, d: Any) -> Step:
    """Return the step that multiplies the pivots and changes the sign for each swap."""
    if d == 0:
        return Step("A column has no pivot, so the determinant is 0.", r"\det A = 0")
    signs = {0: "", 1: "; 1 row swap changes the sign"}
    words = signs.get(swaps, f"; {swaps} row swaps change the sign {swaps} times")
    factors = [tex_factor(u) for u in pivots] or ["1"]
    product = "-" * (swaps % 2) + r" \cdot ".join(factors)
    return Step(f"Multiply the pivots{words}.", rf"\det A = {product} = {tex(d)}")


def _by_cofactors(A: Array) -> StepGenerator:
    """Yield the steps of the expansion along the first row, and return the determinant."""
    if len(A) < 2:
        d = scalar(A[0, 0] if len(A) else _one(A))
        yield lambda: _smallest(A, d)
        return d
    if len(A) == 2:
        d = A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
        yield lambda: _two_by_two(A, d)
        return scalar(d)
    yield lambda: _expansion(A)
    terms = []
    for j in np.flatnonzero(A[0] != 0):
        M = yield from _by_cofactors(without(A, 0, j))
        terms.append((int(j), A[0, j], M))
    d = sum(((-1) ** j * a * M for j, a, M in terms), start=0 * _one(A))
    yield lambda: _expanded(A, terms, d)
    return scalar(d)


def _two_by_two(A: Array, d: Any) -> Step:
    """Return the step that computes ad - bc."""
    (a, b), (c, e) = [[tex_factor(x) for x in row] for row in A]
    rule = rf"\det {tex_matrix(A)} = {a} \cdot {e} - {b} \cdot {c} = {tex(d)}"
    return Step(
        "Two rows: multiply the diagonal entries, and subtract the product of the others.", rule
    )


def _smallest(A: Array, d: Any) -> Step:
    """Return the step for a matrix with one entry or no entries."""
    words = "No rows: the determinant is 1."
    if len(A):
        words = "One row: the determinant is its entry."
    return Step(words, rf"\det {tex_matrix(A)} = {tex(d)}")


def _expansion(A: Array) -> Step:
    """Return the step that writes the expansion with minors that aren't computed yet."""
    minors = [(int(j), A[0, j], without(A, 0, j)) for j in np.flatnonzero(A[0] != 0)]
    words = (
        "Expand along the first row: multiply each nonzero entry by the determinant of the "
        "matrix without its row and column, and add the products with signs + − + … by column."
    )
    total = _signed((j, a, rf"\det {tex_matrix(M)}") for j, a, M in minors)
    return Step(words, rf"\det {tex_matrix(A)} = {total}")


def _expanded(A: Array, terms: list, d: Any) -> Step:
    """Return the step that adds the entries of the first row times their cofactors."""
    total = _signed((j, a, tex_factor(M)) for j, a, M in terms)
    n = len(A) - 1
    words = f"Substitute the determinants of the {n}×{n} matrices."
    return Step(words, rf"\det {tex_matrix(A)} = {total} = {tex(d)}")


def _signed(terms: Iterable[tuple[int, Any, str]]) -> str:
    """Return the sum of entries times minors in LaTeX, with alternating signs."""
    words = (rf"{'-' if j % 2 else '+'} {tex_factor(a)} \cdot {M}" for j, a, M in terms)
    return " ".join(words).removeprefix("+ ") or "0"


def without(A: Array, i: int, j: int) -> Array:
    """Return A without row i and column j."""
    return np.delete(np.delete(A, i, axis=0), j, axis=1)
