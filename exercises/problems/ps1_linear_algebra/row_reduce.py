"""Elimination to the reduced echelon form."""

import numpy as np
from nngrader.engine.problem import problem

from .common import ELSEWHERE, integers

elimination = problem(
    "row_reduce",
    lists=True,
    returns={"R": "value", "pivots": "pivots"},
    points={
        "shape": 1,
        "value": 5,
        "pivots": 2,
        "dependent": 3,
        "stability": 2,
        "inputs-unchanged": 1,
    },
    forbidden={"all": ELSEWHERE},
)


@elimination.reference
def row_reduce(A):
    """Reduced row echelon form of A, by Gauss-Jordan elimination with partial pivoting.

    Column by column, the entry of largest magnitude in the rows that have no pivot yet becomes
    the pivot. Entries below 1e-11 times the largest magnitude in A count as 0.

    A : (m, n) array, float64
    Returns (R, pivots): the (m, n) array, float64, and the list of the columns with a pivot,
    from left to right, counted from 0. A stays as it is.
    """
    R, pivots = A.copy(), []
    for j in range(A.shape[1]):
        i = len(pivots)
        if i == len(R):
            break
        p = i + np.abs(R[i:, j]).argmax()
        if abs(R[p, j]) / abs(A).max() > 1e-11:
            R[[i, p]] = R[[p, i]]
            R[i] /= R[i, j]
            others = np.arange(len(R)) != i
            R[others] -= np.outer(R[others, j], R[i])
            pivots.append(j)
        else:
            R[i:, j] = 0
    return R, pivots


elimination.example(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 8.0], [1.0, 2.0, 1.0]]))


def sizes_of_pivots(A, choose=np.argmax):
    """The smallest pivot and the largest entry taken for 0, relative to A's largest entry."""
    R, taken, dropped, i = A / np.abs(A).max(), [], [0.0], 0
    for j in range(A.shape[1]):
        sizes = np.abs(R[i:, j])
        if sizes.max(initial=0) <= 1e-11:
            dropped.append(sizes.max(initial=0))
            continue
        p = i + choose(sizes)
        taken.append(abs(R[p, j]))
        R[[i, p]] = R[[p, i]]
        R[i + 1 :] -= np.outer(R[i + 1 :, j] / R[i, j], R[i])
        i += 1
    return min(taken, default=1.0), max(dropped)


def first_large(sizes):
    """Where the first entry is that is not 0."""
    return (sizes > 1e-11).argmax()


def clear(rng, make, ways=(np.argmax, first_large)):
    """Draw until every entry that decides about a pivot is clearly 0 or clearly not."""
    while True:
        A = make(rng)
        found = [sizes_of_pivots(A, way) for way in ways]
        if all(taken > 1e-3 and dropped < 1e-13 for taken, dropped in found):
            return A


@elimination.case("value", visible=2)
def whole_numbers(rng, M):
    """Whole numbers, with a 0 in the corner and a column of zeros."""
    n = M + int(rng.integers(2, 5))

    def make(rng):
        A = integers(rng, M, n)
        A[:, 0] = -np.abs(A[:, 0])
        A[0, 0] = 0
        A[:, rng.integers(1, M + 1)] = 0
        return A

    while True:
        A = clear(rng, make)
        if np.abs(row_reduce(A)[0]).max() > 1.1 or M == 1:
            return A


@elimination.case("dependent")
def low_rank(rng, M, N):
    """Numbers in the millions, whose rows and columns depend on each other."""

    def make(rng):
        r = max(1, min(M, N, 6) - 2)
        right = np.abs(integers(rng, r, N, 4))
        right[:, r // 2 + 1] = right[:, 0] * 2 + right[:, r // 2]
        right[:, rng.integers(1, N)] = 0
        return 1e6 * integers(rng, M, r, 3) @ right

    while True:  # until the order of the rows does not decide: that is tried below
        A = clear(rng, make)
        ways = [reduced(A, largest=False), reduced(A, swap=False)]
        if all(near(*way, *row_reduce(A)) for way in ways):
            return A


def near(R, pivots, other, theirs):
    """Tell whether two forms are the same up to rounding."""
    return pivots == theirs and np.allclose(R, other, rtol=0, atol=1e-9 * np.abs(other).max())


@elimination.case("stability", rtol=1e-9)
def tiny_corner(rng, M, N):
    """A corner entry of a billionth, which is not 0."""
    if M == 1:
        raise ValueError("one row leaves no choice of a pivot")

    def make(rng):
        A = integers(rng, M, N)
        A[0, 0] = 1e-9
        A[:, rng.integers(1, min(M, N))] = 0  # or the pivots of any matrix are right
        return A

    return clear(rng, make, [np.argmax])


@elimination.alternative
def down_then_up(A):
    R, rows, columns = np.array(A), 0, []
    small = 1e-11 * np.max(np.abs(R))
    for j in range(R.shape[1]):
        if rows == R.shape[0]:
            break
        p = max(range(rows, R.shape[0]), key=lambda i: abs(R[i, j]))
        if abs(R[p, j]) <= small:
            R[rows:, j] = 0
            continue
        R[rows], R[p] = R[p].copy(), R[rows].copy()
        for i in range(rows + 1, R.shape[0]):
            R[i] = R[i] - R[i, j] / R[rows, j] * R[rows]
            R[i, j] = 0
        columns.append(j)
        rows += 1
    for i, j in reversed(list(enumerate(columns))):
        R[i] = R[i] / R[i, j]
        for above in range(i):
            R[above] = R[above] - R[above, j] * R[i]
    return R, columns


@elimination.alternative
def on_lists(A):
    rows = [[float(x) for x in row] for row in A]
    small = 1e-11 * max(abs(x) for row in rows for x in row)
    done, pivots = [], []
    for j in range(len(rows[0])):
        rows.sort(key=lambda row: -abs(row[j]))
        if not rows or abs(rows[0][j]) <= small:
            continue
        first, *rest = rows
        unit = [x / first[j] for x in first]
        done = [[x - row[j] * u for x, u in zip(row, unit, strict=True)] for row in done]
        rows = [[x - row[j] * u for x, u in zip(row, unit, strict=True)] for row in rest]
        done.append(unit)
        pivots.append(j)
    return np.array(done + [[0.0] * A.shape[1]] * len(rows)), np.array(pivots)


@elimination.alternative
def by_matrices(A):
    m, n = A.shape
    R, pivots = np.array(A, dtype=float), []
    for j in range(n):
        i = len(pivots)
        below = np.where(np.arange(m) >= i, np.abs(R[:, j]), -1)
        if i == m or below.max() <= 1e-11 * np.abs(A).max():
            continue
        order = np.arange(m)
        order[[i, below.argmax()]] = below.argmax(), i
        step = np.eye(m)
        step[:, i] = -R[order, j] / R[order[i], j]
        step[i, i] = 1 / R[order[i], j]
        R = step @ R[order]
        pivots += [j]
    R[len(pivots) :] = 0
    return R, tuple(pivots)


@np.errstate(all="ignore")
def reduced(A, small=1e-11, *, swap=True, upward=True, unit=True, largest=True):
    """Elimination with one of its steps left out."""
    R, pivots = A.copy(), []
    small *= np.abs(A).max()
    for j in range(A.shape[1]):
        i = len(pivots)
        if i == len(R):
            break
        candidates = np.abs(R[i:, j])
        first = (candidates > small).argmax() if swap else 0
        p = i + (candidates.argmax() if largest and swap else first)
        if candidates.max() <= small:
            continue
        R[[i, p]] = R[[p, i]]
        for k in range(0 if upward else i + 1, len(R)):
            if k != i:
                R[k] = R[k] - R[k, j] / R[i, j] * R[i]
        if unit:
            R[i] = R[i] / R[i, j]
        pivots.append(j)
    return R, pivots


@elimination.mistake(
    "below each pivot there are zeros, but what stands above them? Which rows does your inner "
    "loop visit?",
    loses="value",
)
def zeros_below_alone(A):
    return reduced(A, upward=False)


@elimination.mistake("what should each pivot be, once its row is done?", loses="value")
def pivots_not_one(A):
    return reduced(A, unit=False)


@elimination.mistake(
    "zeros stand below the pivots, but the pivots are not 1, and above them is something. What "
    "does *reduced* ask for beyond the echelon form?",
    loses="value",
)
def echelon_form_only(A):
    return reduced(A, upward=False, unit=False)


@elimination.mistake(
    "there is a 0 where a pivot is wanted. Which row could come in its place?",
    loses="value pivots",
)
def rows_never_swapped(A):
    return reduced(A, swap=False)


@elimination.mistake(
    "digits are lost where a tiny pivot multiplies its row by a billion. Which row of the "
    "column would make the best pivot?",
    loses="stability",
)
def first_that_is_not_zero(A):
    return reduced(A, largest=False)


@elimination.mistake(
    "a number that should be 0 has become something like 1e-16 by rounding, and was taken for "
    "a pivot. When does an entry count as 0?",
    loses="dependent",
)
def compared_with_exact_zero(A):
    return reduced(A, small=0.0)


@elimination.mistake("from which number are columns counted?", loses="pivots")
def columns_counted_from_one(A):
    R, pivots = row_reduce(A)
    return R, [j + 1 for j in pivots]


@elimination.mistake("how many columns have a pivot, and which?", loses="shape pivots")
def columns_without_pivot(A):
    R, pivots = row_reduce(A)
    return R, [j for j in range(A.shape[1]) if j not in pivots]
