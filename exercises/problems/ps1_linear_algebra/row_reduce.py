"""row_reduce: elimination to the reduced row echelon form."""

import numpy as np
from nngrader.engine import problem
from nngrader.engine.declaration.edit import edited

from .common import ELSEWHERE, integers

elimination = problem(
    "row_reduce",
    lists=True,
    returns={"R": "value", "pivots": "pivots"},
    points={
        "shape": (1, "an (m, n) array and a list, in this order"),
        "value": (
            6,
            "`R` for integers from -9 to 9; column 0 and one other column contain only zeros, "
            "column 1 starts with a 0, and the last column has a pivot",
        ),
        "pivots": (3, "`pivots` for the same matrices"),
        "dependent": (
            3,
            "`R` and `pivots`, half each, when rows and columns are linearly dependent and "
            "the entries are in the millions",
        ),
        "stability": (
            2,
            r"`R` and `pivots`, half each, when the top left entry is $10^{-9}$ and the last "
            r"row contains numbers like $3 \cdot 10^{-9}$, which don't count as 0; `R` must be "
            r"correct to nine digits",
        ),
        "inputs-unchanged": (1, "your function doesn't change `A`"),
    },
    forbidden={"all": ELSEWHERE},
)


@elimination.reference
def row_reduce(A):
    """Compute the reduced row echelon form of A by elimination with partial pivoting.

    In each column, from left to right, we consider the rows that don't have a pivot yet. The
    entry of largest magnitude in these rows becomes the pivot. Entries whose magnitude is below
    1e-11 times the largest magnitude in A count as 0.

    A : (m, n) array, float64; your function must not change it
    Returns (R, pivots): the reduced form as an (m, n) array, float64, and the list of the
    columns that have a pivot, from left to right, counted from 0.
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


# edits of the reference: keep rounding errors that are below the limit; never divide a row, or
# only after the subtraction
NOT_CLEARED = ("        else:\n            R[i:, j] = 0\n", "")
FACTOR, ROW = "R[others, j], R[i])", "            R[i] /= R[i, j]\n"
UNDIVIDED = [NOT_CLEARED, (ROW, ""), (FACTOR, "R[others, j] / R[i, j], R[i])")]
DIVIDED_LAST = [NOT_CLEARED, (ROW, ""), (FACTOR, "R[others, j] / R[i, j], R[i])\n" + ROW[:-1])]
ABSOLUTE = [  # entries count as 0 below 1e-10, however large the entries of A are
    edited(row_reduce, "row_reduce", [*edits, ("/ abs(A).max() > 1e-11", "> 1e-10")])
    for edits in ([], DIVIDED_LAST)
]


def wrong(name, A):
    """Return the result of one of the mistakes below."""
    return elimination.mistakes[name].solve(A)


def sizes_of_pivots(A, choose=np.argmax):
    """Return the smallest pivot and the largest entry that counts as 0, relative to A."""
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


def until(fits, make):
    """Draw up to 2,000 matrices until one of them fits."""
    for _ in range(2000):
        if fits(A := make()):
            return A
    raise ValueError("no such matrix was found")


def clear(make, ways=(np.argmax, lambda sizes: (sizes > 1e-11).argmax())):
    """Draw matrices until every candidate for a pivot is either clearly 0 or clearly not 0."""

    def fits(A):
        sizes = [sizes_of_pivots(A, way) for way in ways]
        return all(taken > 1e-3 and dropped < 1e-13 for taken, dropped in sizes)

    return until(fits, make)


@elimination.case("value", visible=2)
def whole_numbers(rng, M):
    """Integers; column 0 and one other column are zero, and column 1 starts with a 0."""
    # column 0 distinguishes a pivot of 0 from columns that are just counted 0, 1, 2, ...
    n = M + int(rng.integers(3, 6))

    def make():
        A = integers(rng, M, n)
        A[:, 1] = -np.abs(A[:, 1])
        A[0, 1] = 0
        A[:, [0, rng.integers(2, max(M, 3))]] = 0
        if M > 2:  # the last column has a pivot as well
            k = rng.integers(1, M)
            A[k, :-1], A[k, -1] = 0, A[k, -1] or 1
        return A

    def fits(A):
        R, pivots = row_reduce(A)
        names = "largest with its sign", "counted from the slice", "signed everywhere"
        *as_many, fewer = (len(wrong(name, A)[1]) - len(pivots) for name in names)
        # rounding entries of this size to six decimals misses the tolerance of seven digits
        return M == 1 or (not any(as_many) and fewer < 0 and 1.1 < np.abs(R).max() < 4)

    return until(fits, lambda: clear(make))


@elimination.case("dependent")
def low_rank(rng, M, N):
    """Linearly dependent rows and columns, with entries in the millions."""
    # A few columns are independent, and one column is a sum of them, where elimination leaves
    # rounding errors. Every further column is a power of 2 times an earlier one and leaves
    # exact zeros. If code uses a rounding error as a pivot, it always uses the same one.
    r = max(1, min(M, N, 6) - 2)

    def make():
        own = integers(rng, M, r, 9)
        last = own @ rng.integers(1, 4, size=r) if N > r else own[:, 0]
        columns = [own[:, 0] * rng.choice([-4, -2, 2]), *own.T[1:], last][: N - 1]
        columns.insert(0, own[:, 0])
        for factor in [0, *rng.choice([0, -4, -2, 2, 4], size=N)][: N - len(columns)]:
            k = int(rng.integers(1, len(columns) + 1))
            columns.insert(k, columns[rng.integers(k)] * factor)
        return 1e6 * np.stack(columns, axis=1) + 0.0  # no -0

    def fits(A):  # so that row order doesn't matter and rounding errors appear
        R, pivots = row_reduce(A)
        for name in ("first that is not zero", "rows never swapped"):
            other, theirs = wrong(name, A)
            rounding = 1e-9 * np.abs(R).max()
            if pivots != theirs or not np.allclose(R, other, rtol=0, atol=rounding):
                return False
        extra = [len(way(A)[1]) == len(pivots) + 1 for way in ABSOLUTE]
        return min(M, N) < 5 or all(extra)

    return until(fits, lambda: clear(make))


@elimination.case("stability", rtol=1e-9)
def tiny(rng, M):
    """A top left entry of a billionth and a last row of billionths, which don't count as 0."""
    if M == 1:
        raise ValueError("a single row leaves no choice of pivot")
    n = M + int(rng.integers(2, 5))

    def make():
        A = integers(rng, M, n)
        A[0, 0] = 1e-9
        A[:, rng.integers(1, M)] = 0
        return A

    def small():
        A = clear(make, [np.argmax])
        A[-1] *= 1e-9
        return A

    def fits(A):  # the last pivot is neither near 1e-11 nor near 1e-8
        taken, dropped = sizes_of_pivots(A)
        return 2e-9 < taken * np.abs(A).max() < 9e-9 and dropped < 1e-13

    return until(fits, small)


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


SIZES = "np.abs(R[i:, j]).argmax()"
FIRST = "(np.abs(R[i:, j]) > 1e-11 * abs(A).max()).argmax()"
LARGE = "abs(R[p, j]) / abs(A).max() > 1e-11"
elimination.known["value"] = {
    "Your `R` has zeros below each pivot, but not above it. Which rows should step 3 change?": {
        "zeros_below_alone": [*DIVIDED_LAST, ("!= i", "> i")]
    },
    "Your code swaps the wrong row to the top, because `argmax` counts from the beginning of "
    "your slice. Which row of `R` is row 0 of the "
    "slice?": {"counted_from_the_slice": [*DIVIDED_LAST, ("i + np", "np")]},
    "Your `R` has zeros only below the pivots, and its pivots aren't 1. Which steps turn an "
    "echelon form into the *reduced* "
    "form?": {"echelon_form_only": [*UNDIVIDED, ("!= i", "> i")]},
    "Your code never subtracts a multiple of the pivot's row from the other rows. Which "
    "entries should the other rows have in the column of the pivot?": {
        "nothing_subtracted": {"            R[others] -= np.outer(R[others, j], R[i])\n": ""}
    },
    "Your subtraction changes only the entries in the pivot's column. If you subtract entry by "
    "entry, which factor does your code use after it has set the entry in this column to "
    "0?": {"factor_overwritten": {"] -= np.outer(R[others, j], R[i])": ", j] = 0"}},
    "Your division changes the pivot but leaves the rest of its row as it was. What do you "
    "divide the later entries by once the pivot has changed?": {
        "pivot_overwritten": {
            "R[i] /= R[i, j]": "R[i, j] = 1",
            LARGE: "not abs(R[p, j]) / abs(A).max() <= 1e-11",
        }
    },
    "The pivots in your `R` aren't 1. Which of the three steps turns a pivot into 1?": {
        "pivots_not_one": [*UNDIVIDED]
    },
}

elimination.known["stability"] = {
    "Your `R` is inaccurate, because a tiny pivot makes the factors in your subtractions huge. "
    "Which entry of the column should be the "
    "pivot?": {"first_that_is_not_zero": [*DIVIDED_LAST, (SIZES, FIRST)]},
    "Your code treats a small entry as 0, although it is above the limit in the problem "
    "statement. What is this limit, and which number is it relative to?": {
        "too_much_counted_as_zero": [*DIVIDED_LAST, ("1e-11", "1e-6")]
    },
    "Your `R` is inaccurate, because dividing a row by a tiny pivot makes its other entries "
    "huge. Which entry of the column should be the "
    "pivot?": {"first_that_is_not_zero_divided": [NOT_CLEARED, (SIZES, FIRST)]},
}

elimination.known["dependent"] = {
    "Your code uses a rounding error as a pivot. How small must an entry be to count as 0?": {
        "compared_with_exact_zero": [*DIVIDED_LAST, ("1e-11", "0")]
    }
}

elimination.known["value pivots"] = {
    "Your code chooses the pivot by its signed value. Which of -7, 0 and 2 has the largest "
    "magnitude?": {"largest_with_its_sign": [*DIVIDED_LAST, (SIZES, "R[i:, j].argmax()")]},
    "Your code uses a 0 as a pivot. Which row could you swap to the top first?": {
        "rows_never_swapped": [
            *DIVIDED_LAST,
            ("i + np.abs(R[i:, j]).argmax()", "i"),
            (LARGE, "not np.abs(R[i:, j]).max() / abs(A).max() <= 1e-11"),
        ]
    },
}

elimination.known["shape value pivots"] = {
    "Your code looks for pivots only in the first m columns. Which columns can contain a pivot "
    "if `A` is wide?": {
        "square_part_alone": [*DIVIDED_LAST, ("range(A.shape[1])", "range(min(A.shape))")],
        "square_part_alone_divided": [
            NOT_CLEARED,
            ("range(A.shape[1])", "range(min(A.shape))"),
        ],
    },
    "After your swap, two rows of `R` are equal, and one of the original rows is lost. If "
    "you keep `R[i]` as a view, what does it contain once that row has been overwritten?": {
        "swapped_by_views": [*DIVIDED_LAST, ("R[[i, p]] = R[[p, i]]", "R[i] = R[p]")]
    },
    "Your code moves down to the next row even after a column without a pivot. Which row "
    "should it use for the following "
    "column?": {"a_row_for_each_column": [*DIVIDED_LAST, ("i = len(pivots)", "i = j")]},
    "Your code compares signed values, so a column that contains only negative entries counts "
    "as 0. What is the magnitude of -7?": {
        "signed_everywhere": [
            (SIZES, "R[i:, j].argmax()"),
            ("abs(R[p, j]) /", "R[p, j] /"),
            NOT_CLEARED,
        ]
    },
}

elimination.known["shape value"] = {
    "Your code never looks for a pivot in the last column. Where does your loop over the "
    "columns end?": {
        "last_column_left_out": [*DIVIDED_LAST, ("range(A.shape[1])", "range(A.shape[1] - 1)")]
    }
}


elimination.known["pivots"] = {
    "Your `pivots` are all too large by 1. What number does the first column have in the "
    "problem statement?": {"columns_counted_from_one": {"append(j)": "append(j + 1)"}},
}

elimination.known["shape pivots"] = {
    "Your `pivots` contains the columns that don't have a pivot. Which columns should it "
    "contain?": {
        "columns_without_pivot": {
            "return R, pivots": "return R, [j for j in range(A.shape[1]) if j not in pivots]"
        }
    },
    "Your second result is the number of pivot columns. Which list should your function "
    "return instead?": {"rank_alone": {"return R, pivots": "return R, len(pivots)"}},
}
