"""Gaussian elimination: row operations that bring a matrix to echelon form.

All elimination in the library, except in ``definiteness``, is done by ``eliminate``. This
generator performs one row operation in place, yields it, and continues with the next. The
functions for systems, determinants, inverses and LU use these operations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps, run
from .inputs import matrix
from .writing import tex_matrix, text

__all__ = ["rank", "row_reduce"]

Array = np.ndarray
StepGenerator = Generator[Callable[[], Step], None, Any]


class Swap(NamedTuple):
    """Rows i and k are swapped, to get a pivot in column j."""

    i: int
    k: int
    j: int

    def __str__(self) -> str:
        reason = f"so that the pivot of column {self.j + 1} is in row {self.k + 1}"
        return f"Swap rows {self.k + 1} and {self.i + 1}, {reason}."


class Scale(NamedTuple):
    """Row i is divided by c, its pivot in column j."""

    i: int
    c: Any
    j: int

    def __str__(self) -> str:
        reason = f"so that its pivot in column {self.j + 1} is 1"
        return f"Divide row {self.i + 1} by {text(self.c)}, {reason}."


class Subtract(NamedTuple):
    """c times row k is subtracted from row i, to eliminate its entry in column j."""

    i: int
    k: int
    c: Any
    j: int

    def __str__(self) -> str:
        verb, word = ("Subtract", "from") if self.c > 0 else ("Add", "to")
        times = "" if abs(self.c) == 1 else f"{text(abs(self.c))} times "
        reason = f"so that its entry in column {self.j + 1} is 0"
        return f"{verb} {times}row {self.k + 1} {word} row {self.i + 1}, {reason}."


Operation = Swap | Scale | Subtract


def eliminate(
    A: Array,
    columns: int,
    *,
    reduced: bool = False,
    choose: Callable[[Array], int | None],
    negligible: float = 0.0,
) -> Generator[Operation, None, tuple[int, ...]]:
    """Bring the first columns of A to echelon form, in place, one row operation at a time.

    ``choose`` receives the entries of a column from the current row down and returns the index
    of the pivot among them, or None. A pivot counts as 0 if it is at most ``negligible`` times
    the ratio r that ``row_reduce`` defines. The row operations also change any further columns,
    such as a right-hand side, but these contain no pivots. Return the pivot columns; pivot k is
    in row k.
    """
    pivots: list[int] = []
    threshold = negligible
    for j in range(columns):
        r = len(pivots)
        offset = choose(A[r:, j]) if r < len(A) else None
        if offset is None or abs(A[r + offset, j]) <= threshold:
            A[r:, j] -= A[r:, j]
            continue
        pivots.append(j)
        if offset:
            A[[r, r + offset]] = A[[r + offset, r]]
            yield Swap(r + offset, r, j)
        threshold = max(threshold, spread(negligible, A[r], j))
        for i in range(r + 1, len(A)):
            yield from _clear(A, i, r, j)
    for r, j in reversed(list(enumerate(pivots if reduced else ()))):
        if (c := A[r, j]) != 1:
            A[r] = A[r] / c + 0  # avoids -0.0
            yield Scale(r, c, j)
        for i in range(r):
            yield from _clear(A, i, r, j)
    return tuple(pivots)


def _clear(A: Array, i: int, k: int, j: int) -> Generator[Subtract, None, None]:
    """Subtract row k times a factor from row i, so that the entry in column j is 0."""
    if A[i, j] != 0:
        c = A[i, j] / A[k, j]
        A[i] = A[i] - c * A[k]
        A[i, j] -= A[i, j]  # exactly 0, although c may have a rounding error
        yield Subtract(i, k, c, j)


def first(column: Array) -> int | None:
    """Return the index of the first nonzero entry, or None."""
    rows = np.flatnonzero(column != 0)
    return int(rows[0]) if rows.size else None


def largest(column: Array) -> int | None:
    """Return the index of the largest |entry| (partial pivoting), to limit rounding errors."""
    row = int(abs(column).argmax())
    return row if column[row] != 0 else None


def rounding(A: Array) -> float:
    """Return an upper bound for the rounding errors, which is 0 for fractions."""
    if A.dtype == object:
        return 0.0
    return max(A.shape) * np.finfo(A.dtype).eps * abs(A).sum(axis=1).max(initial=0.0)


def spread(negligible: float, row: Array, j: int) -> float:
    """Return a bound for the rounding errors after elimination with a pivot in column j."""
    return negligible and negligible * float(abs(row).max() / abs(row[j]))


@dataclass(frozen=True, repr=False)
class RowReduction:
    """A matrix in echelon form, with the row operations that led to it.

    Attributes
    ----------
    matrix : (m, n) array
        The echelon form.
    pivots : tuple of int
        The columns of the pivots, counted from 0. Pivot r is in row r.
    operations : tuple of Swap, Scale and Subtract
        The row operations, in order.
    """

    matrix: Array
    pivots: tuple[int, ...]
    operations: tuple[Operation, ...]

    @property
    def rank(self) -> int:
        """The number of pivots."""
        return len(self.pivots)

    @property
    def free(self) -> tuple[int, ...]:
        """The columns without a pivot."""
        return tuple(j for j in range(self.matrix.shape[1]) if j not in self.pivots)

    def __repr__(self) -> str:
        return f"{text(self.matrix)} with {listed('pivot column', self.pivots)}"


def reduction(
    A: Array,
    columns: int,
    *,
    reduced: bool,
    choose: Callable | None = None,
    negligible: float = 0.0,
    bar: bool = False,
) -> StepGenerator:
    """Yield the row operations of an elimination in place, and return a `RowReduction`.

    By default, the pivot is the first nonzero entry for fractions, as in a calculation by hand,
    and the entry with the largest absolute value for floats, which limits rounding errors.
    """
    operations: list[Operation] = []
    choose = choose or (first if A.dtype == object else largest)
    algorithm = eliminate(A, columns, reduced=reduced, choose=choose, negligible=negligible)
    while True:
        try:
            operation = next(algorithm)
        except StopIteration as end:
            return RowReduction(A, end.value, tuple(operations))
        operations.append(operation)
        yield lambda o=operation: Step(
            _sentence(o, choose), _shown(A, operations, columns if bar else None)
        )


def _sentence(operation: Operation, choose: Callable) -> str:
    """Return a row operation in words; a swap also gives the reason for the choice of pivot."""
    if not isinstance(operation, Swap) or choose is not largest:
        return str(operation)
    i, k, j = (index + 1 for index in operation)
    reason = f"so that the pivot of column {j} is as large as possible in absolute value"
    return f"Swap rows {k} and {i}, {reason}."


def _shown(A: Array, operations: list[Operation], bar: int | None) -> str:
    """Return the matrix in LaTeX, with boxes around the pivots so far."""
    last = operations[-1]
    upwards = isinstance(last, Scale) or (isinstance(last, Subtract) and last.i < last.k)
    done = len(A) if upwards else 1 + max(o.k for o in operations)
    leads = [np.flatnonzero(row != 0) for row in A[:done, :bar]]
    return tex_matrix(
        A, [(i, int(lead[0])) for i, lead in enumerate(leads) if lead.size], bar=bar
    )


def listed(noun: str, indices: Collection[int]) -> str:
    """Return indices in words, counted from 1, such as "columns 1 and 3"."""
    numbers = [str(k + 1) for k in indices]
    if len(numbers) < 2:
        return f"{noun} {numbers[0]}" if numbers else f"no {noun}"
    return f"{noun}s {', '.join(numbers[:-1])} and {numbers[-1]}"


def row_reduce(
    A: Any, *, reduced: bool = True, exact: bool = False, steps: bool = False
) -> RowReduction | Steps:
    r"""Bring a matrix to echelon form by elimination.

    .. math:: R_i \leftarrow R_i - \frac{a_{ij}}{a_{kj}} R_k

    Parameters
    ----------
    A : (m, n) array_like
    reduced : bool
        Whether to continue until each pivot is 1 and all other entries of its column are 0.
    exact : bool
        Whether to compute with fractions. With floats, a pivot counts as 0 if it is at most
        :math:`r \max(m, n)\, \varepsilon \lVert A \rVert_\infty`, because rounding errors can
        turn a 0 into a small number. Here, r is the largest ratio so far of an entry to the
        pivot in its row.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result. There is one
        step for each row operation.

    Raises
    ------
    TypeError
        If an entry is not a real number.
    ValueError
        If A is not a matrix, or an entry is NaN or infinite.

    Source: Strang (2016), sections 2.2 and 3.2; chapter "Systems of linear equations".

    >>> row_reduce([[3, -4, 9], [6, 5, 2]], steps=True)
    1. Start with A.
    2. Subtract 2 times row 1 from row 2, so that its entry in column 1 is 0.
    3. Divide row 2 by 13, so that its pivot in column 2 is 1.
    4. Add 4 times row 2 to row 1, so that its entry in column 2 is 0.
    5. Divide row 1 by 3, so that its pivot in column 1 is 1.
    6. The pivots are in columns 1 and 2: the rank is 2.
    >>> row_reduce([[3, -4, 9], [6, 5, 2]], exact=True)
    [[1, 0, 53/39], [0, 1, −16/13]] with pivot columns 1 and 2
    """
    A = matrix(A, "row_reduce", exact=exact or steps)
    return run(row_reduction(A, reduced), steps=steps)


def row_reduction(A: Array, reduced: bool = True) -> StepGenerator:
    """Yield the steps of eliminating all columns, and return a `RowReduction`."""
    yield lambda: Step("Start with A.", tex_matrix(A))
    echelon = yield from reduction(A, A.shape[1], reduced=reduced, negligible=rounding(A))
    marks = list(enumerate(echelon.pivots))
    verb = "pivot is" if echelon.rank == 1 else "pivots are"
    words = "There is no pivot: the rank is 0."
    if marks:
        words = f"The {verb} in {listed('column', echelon.pivots)}: the rank is {echelon.rank}."
    yield lambda: Step(words, tex_matrix(A, marks))
    return echelon


def rank(A: Any, *, exact: bool = False) -> int:
    """Return the number of linearly independent columns, which is the number of pivots.

    Parameters
    ----------
    A : (m, n) array_like
    exact : bool
        As in ``row_reduce``. With floats, the rank depends on which entries count as 0.

    Raises
    ------
    TypeError, ValueError
        As in ``row_reduce``.

    Source: Strang (2016), section 3.2; chapter "Matrices".

    >>> rank([[1, 2, 3], [4, 5, 6], [7, 8, 9]], exact=True)
    2
    """
    return run(row_reduction(matrix(A, "rank", exact=exact), reduced=False)).rank
