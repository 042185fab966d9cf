"""Elimination to the reduced echelon form."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE, integers

elimination = problem(
    "row_reduce",
    lists=True,
    returns={"R": "value", "pivots": "pivots"},
    points={
        "shape": (1, "an (m, n) array and a list, in this order"),
        "value": (
            6,
            "`R` for whole numbers from -9 to 9, where column 0 and another one are zeros, "
            "column 1 begins with a 0, and the last column has a pivot",
        ),
        "pivots": (3, "their `pivots`"),
        "dependent": (
            3,
            "`R` and `pivots`, half each, where rows and columns depend on each other, and "
            "numbers are in the millions",
        ),
        "stability": (
            2,
            r"`R` and `pivots`, half each, where the corner entry is $10^{-9}$ and the last "
            r"row holds numbers like $3 \cdot 10^{-9}$, which are not 0; `R` to nine digits",
        ),
        "inputs-unchanged": (1, "`A` stays as it is"),
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
    """Return the smallest pivot and the largest entry taken for 0, relative to A."""
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
    """Return the index of the first entry that is not 0."""
    return (sizes > 1e-11).argmax()


DRAWS = 2000  # after which a generator raises an error


def clear(rng, make, ways=(np.argmax, first_large)):
    """Return a drawn matrix in which every candidate for a pivot is clearly 0 or not."""
    for _ in range(DRAWS):
        A = make(rng)
        found = [sizes_of_pivots(A, way) for way in ways]
        if all(taken > 1e-3 and dropped < 1e-13 for taken, dropped in found):
            return A
    raise ValueError("no such matrix was found")


@elimination.case("value", visible=2)
def whole_numbers(rng, M):
    """Whole numbers; column 0 and another are zeros, and column 1 begins with a 0."""
    # column 0 tells those who take a 0 for a pivot from those who count 0, 1, 2, ...
    n = M + int(rng.integers(3, 6))

    def make(rng):
        A = integers(rng, M, n)
        A[:, 1] = -np.abs(A[:, 1])
        A[0, 1] = 0
        A[:, [0, rng.integers(2, max(M, 3))]] = 0
        if M > 2:  # the last column has a pivot, too
            k = rng.integers(1, M)
            A[k, :-1], A[k, -1] = 0, A[k, -1] or 1
        return A

    for _ in range(DRAWS):
        A = clear(rng, make)
        R, pivots = row_reduce(A)
        others = [reduced(A, magnitude=False)[1], reduced(A, offset=False)[1]]
        as_many = all(len(other) == len(pivots) for other in others)
        signed = reduced(A, magnitude=False, signed=True)[1]
        moderate = 1.1 < np.abs(R).max() < 4  # six decimals are fewer than seven digits of it
        if M == 1 or (as_many and len(signed) < len(pivots) and moderate):
            return A
    raise ValueError("no such matrix was found")


@elimination.case("dependent")
def low_rank(rng, M, N):
    """Numbers in the millions, whose rows and columns depend on each other."""
    # A few columns are independent, one is a sum of them: elimination leaves rounding there.
    # All others are a power of 2 times an earlier one, where nothing is left: so whoever takes
    # rounding for a pivot takes the same one in every style.
    r = max(1, min(M, N, 6) - 2)

    def make(rng):
        own = integers(rng, M, r, 9)
        last = own @ rng.integers(1, 4, size=r) if N > r else own[:, 0]
        columns = [own[:, 0] * rng.choice([-4, -2, 2]), *own.T[1:], last][: N - 1]
        columns.insert(0, own[:, 0])
        for factor in [0, *rng.choice([0, -4, -2, 2, 4], size=N)][: N - len(columns)]:
            k = int(rng.integers(1, len(columns) + 1))
            columns.insert(k, columns[rng.integers(k)] * factor)
        return 1e6 * np.stack(columns, axis=1) + 0.0  # no -0

    for _ in range(DRAWS):  # until the order of the rows does not decide, and rounding is left
        A = clear(rng, make)
        ways = [reduced(A, largest=False), reduced(A, swap=False)]
        if all(near(*way, *row_reduce(A)) for way in ways) and (min(M, N) < 5 or rounded(A)):
            return A
    raise ValueError("no such matrix was found")


def rounded(A):
    """Return whether rounding leaves an entry other than 0 that would be one more pivot."""
    right, small = len(row_reduce(A)[1]), 1e-10 / np.abs(A).max()
    ways = [reduced(A, small), reduced(A, small, divide=True)]
    return all(len(pivots) == right + 1 for _, pivots in ways)


def near(R, pivots, other, theirs):
    """Return whether two reduced forms are the same up to rounding."""
    return pivots == theirs and np.allclose(R, other, rtol=0, atol=1e-9 * np.abs(other).max())


@elimination.case("stability", rtol=1e-9)
def tiny(rng, M):
    """A corner entry of a billionth and a row of billionths, which are not 0."""
    if M == 1:
        raise ValueError("one row leaves no choice of a pivot")
    n = M + int(rng.integers(2, 5))

    def make(rng):
        A = integers(rng, M, n)
        A[0, 0] = 1e-9
        A[:, rng.integers(1, M)] = 0
        return A

    for _ in range(DRAWS):  # until the last pivot is neither near 1e-11 nor near 1e-8
        A = clear(rng, make, [np.argmax])
        A[-1] *= 1e-9
        taken, dropped = sizes_of_pivots(A)
        if 2e-9 < taken * np.abs(A).max() < 9e-9 and dropped < 1e-13:
            return A
    raise ValueError("no such matrix was found")


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
def reduced(
    A,
    small=1e-11,
    *,
    swap=True,
    upward=True,
    unit=True,
    largest=True,
    divide=False,
    magnitude=True,
    offset=True,
    done=False,
    twin=False,
    diagonal=False,
    last=True,
    signed=False,
    subtract=True,
    moving="",
):
    """Elimination with one of its steps left out or changed."""
    R, pivots = A.copy(), []
    small *= np.abs(A).max()
    for j in range(A.shape[1] - (not last)):
        i = j if diagonal else len(pivots)
        if i == len(R):
            break
        column = R[0 if done else i :, j]
        first = (np.abs(column) > small).argmax() if swap else 0
        most = (np.abs(column) if magnitude else column).argmax()
        p = (i if offset and not done else 0) + (most if largest and swap else first)
        size = R[p, j] if signed else abs(R[p, j])
        if size <= small and (swap or np.abs(column).max() <= small):
            continue
        R[[i, p]] = R[[p, p]] if twin else R[[p, i]]
        if moving == "pivot":  # it is 1 once its own entry is divided
            R[i, j] = 1
        elif divide:
            R[i] = R[i] / (abs(R[i, j]) if divide == "size" else R[i, j])
        for k in range(0 if upward else i + 1, len(R)):
            if moving == "factor" and k != i:  # it is 0 once its own entry is 0
                R[k, j] = 0
            elif subtract and k != i:
                R[k] = R[k] - (R[k, j] if divide or moving else R[k, j] / R[i, j]) * R[i]
        if unit and not divide and not moving:
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
    "a number that should be 0 has become a very small one by rounding, and was taken for "
    "a pivot. When does an entry count as 0?",
    loses="dependent",
)
def compared_with_exact_zero(A):
    return reduced(A, small=0.0)


@elimination.mistake(
    "a small number that is not 0 was counted as 0. How small is what counts as 0, and "
    "compared with what?",
    loses="stability",
)
def too_much_counted_as_zero(A):
    return reduced(A, small=1e-6)


@elimination.mistake(
    "the largest number of -7, 0 and 2 is 2. Which is the largest in magnitude?",
    loses="value pivots",
)
def largest_with_its_sign(A):
    return reduced(A, magnitude=False)


@elimination.mistake(
    "argmax counts from where your slice begins. Which row of R is its 0?", loses="value"
)
def counted_from_the_slice(A):
    return reduced(A, offset=False)


@elimination.mistake(
    "a row that has its pivot was taken once more. Which rows may still give one?",
    loses="value",
)
def rows_taken_again(A):
    return reduced(A, done=True)


@elimination.mistake(
    "print R before and after two rows are swapped: one of them is gone, and the other is "
    "there twice. What does R[p] hold once R[i] is written over?",
    loses="shape value pivots",
)
def swapped_by_views(A):
    return reduced(A, twin=True)


@elimination.mistake(
    "a column without a pivot has used up a row. Which row is the next one then?",
    loses="shape value pivots",
)
def a_row_for_each_column(A):
    return reduced(A, diagonal=True)


@elimination.mistake("from which number are columns counted?", loses="pivots")
def columns_counted_from_one(A):
    R, pivots = row_reduce(A)
    return R, [j + 1 for j in pivots]


@elimination.mistake("how many columns have a pivot, and which?", loses="shape pivots")
def columns_without_pivot(A):
    R, pivots = row_reduce(A)
    return R, [j for j in range(A.shape[1]) if j not in pivots]


@elimination.mistake(
    "the last column gets no pivot here. Where does your loop over the columns end?",
    loses="shape value",
)
def last_column_left_out(A):
    return reduced(A, last=False)


@elimination.mistake(
    "a tiny pivot multiplies its row by a billion, and digits are lost there. Which row of the "
    "column would make the best pivot?",
    loses="stability",
)
def first_that_is_not_zero_divided(A):
    return reduced(A, largest=False, divide=True)


@elimination.mistake(
    "of -7, 0 and 2 the 2 is taken here, and a column of -7 and -3 counts as 0. What is the "
    "magnitude of -7?",
    loses="shape value pivots",
)
def signed_everywhere(A):
    return reduced(A, magnitude=False, signed=True, divide=True)


@elimination.mistake(
    "the other rows keep what they had in the column of the pivot. What should stand there?",
    loses="value",
)
def nothing_subtracted(A):
    return reduced(A, divide=True, subtract=False)


@elimination.mistake(
    "only the first entry of each difference was computed with the old factor. What becomes of "
    "R[k, j] once the row is partly changed?",
    loses="value",
)
def factor_overwritten(A):
    return reduced(A, divide=True, moving="factor")


@elimination.mistake(
    "only the first entry of each row was divided by the pivot. What becomes of the pivot once "
    "its own entry is divided?",
    loses="value",
)
def pivot_overwritten(A):
    return reduced(A, moving="pivot")


@elimination.mistake("some pivots are -1. By what was their row divided?", loses="value")
def divided_by_the_magnitude(A):
    return reduced(A, divide="size")


@elimination.mistake(
    "this is how many columns have a pivot. Which are they?", loses="shape pivots"
)
def rank_alone(A):
    R, pivots = row_reduce(A)
    return R, len(pivots)
