"""gram_schmidt: orthonormal bases by the method of Gram and Schmidt.

Several orthonormal bases span the same space, for example the singular vectors, or the same
vectors with different signs. The problem requires the basis that the method gives, column by
column and without changing signs, so that there is only one correct answer.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE, integers

bases = problem(
    "gram_schmidt",
    rtol=1e-8,
    returns={"Q": "value"},
    points={
        "shape": (1, "an (m, r) array"),
        "value": (6, "linearly independent columns"),
        "dependent": (
            4,
            "half each: columns in the millions that may depend on earlier ones; independent "
            "columns, some a trillion times as long",
        ),
        "stability": (
            2,
            "columns that are nearly parallel, so that each remainder is only about a "
            "billionth as long as its column; here, `Q` must be correct to five digits "
            "instead of eight",
        ),
        "inputs-unchanged": (1, "your function doesn't change `A`"),
    },
    forbidden={"all": (*ELSEWHERE, "numpy.linalg.qr")},
)


@bases.reference
def gram_schmidt(A):
    """Compute an orthonormal basis of the column space of A by the Gram-Schmidt method.

    From each column, in order, we subtract its parts along the vectors that we have found so
    far. We divide the remainder by its length, and it becomes the next column of Q, without a
    change of sign. If the length of the remainder is less than 1e-10 times the length of the
    column, then the column depends on the earlier columns, and we drop it.

    A : (m, n) array, float64; your function must not change it
    Returns Q : (m, r) array, float64, with one column for each of the r columns that we don't
    drop.
    """
    Q = np.zeros((len(A), 0))
    for a in A.T:
        left = a.copy()
        for q in Q.T:
            left -= (q @ left) * q
        if np.linalg.norm(left) / np.linalg.norm(a) > 1e-10:
            Q = np.column_stack([Q, left / np.linalg.norm(left)])
    return Q


bases.example(np.array([[3.0, 6.0, 1.0], [4.0, 8.0, 3.0], [0.0, 0.0, 2.0]]))


def left_over(A):
    """Return the relative length of each column's part orthogonal to the columns before it."""
    basis, shares = [], []
    for a in A.T:
        left = a.copy()
        for q in basis * 2:
            left -= (q @ left) * q
        shares.append(np.linalg.norm(left) / np.linalg.norm(a))
        basis += [left / np.linalg.norm(left)] if shares[-1] > 1e-10 else []
    return np.array(shares)


def some(rng, most):
    """Return a random number of columns, at least three if so many can be independent."""
    return int(rng.integers(min(3, most), most + 1)) if most > 1 else 1


CLEAR = 0.0503  # left_over is never close to this for small integers


@bases.case("value", visible=2)
def independent(rng, M):
    """Linearly independent columns."""
    n = some(rng, M - 2)
    while True:
        A = integers(rng, M, n)
        if left_over(A).min() > CLEAR:
            return A


def depending(rng, M, n):
    """Return M + 1 columns; n of them are independent, and the others have exact remainders.

    The remainders are the same on every processor. The first column has entries of 1 or -1 in
    four rows (in one row if M is less than four), and so does the remainder of the second
    column. Hence the orthonormal vectors have entries of 1/2 or -1/2, and products with them
    are exact. Sums of the columns have the remainder 0. One column is -2 times the first column
    except for its last bits, and these bits are its remainder, as if they came from rounding.
    """
    some_places = rng.permutation(M)[: 4 if M > 3 else 1]
    first, second = np.zeros((2, M))
    first[some_places] = rng.choice([-1, 1], size=len(some_places))
    second[some_places] = (
        first[some_places] * rng.permutation([1, 1, -1, -1])[: len(some_places)]
    )
    second += first * rng.choice([-2, -1, 1, 2])
    while True:
        others = integers(rng, M, max(n - 2, 0), 5)
        own = np.column_stack([first, second, others])[:, :n]
        bits = rng.choice([-1.0, 1.0], size=M)
        if left_over(np.column_stack([own, bits])[:, :M]).min() > CLEAR:
            break
    sums = own[:, :2] @ rng.choice([-2, -1, 1, 2], size=(min(n, 2), max(M - n, 2)))
    sums[:, 0] = 8 * first  # the longest column, so it has the largest pivot in A^T A
    rest = np.column_stack([first * -2 + bits / 2**48, sums, own[:, 2:]])
    return np.column_stack([own[:, :2], rng.permutation(rest, axis=1)])


@bases.case("dependent")
def dependent(rng, M):
    """Columns that depend on earlier columns, with entries in the millions."""
    return 2**20 * depending(rng, M, some(rng, M - 2))


@bases.case("dependent")
def of_different_lengths(rng, M):
    """Independent columns, some of them a trillion times as long as others."""
    A = independent(rng, M)
    return A * 2.0 ** (40 * rng.permutation(np.arange(A.shape[1]) % 2))


@bases.case("stability", rtol=1e-5)  # correct programs differ by a few billionths
def nearly_dependent(rng, M):
    """Nearly parallel columns, which are still independent."""
    # All rows but one are so small that their squares are negligible, and the large row
    # contains powers of 2. Therefore products are exact, and classical Gram-Schmidt loses the
    # same digits on every machine.
    n, row = min(4, max(1, M - 1)), rng.integers(M)
    while True:
        A, top = rng.choice([-2.0, -1.0, 1.0, 2.0], size=(M, n)), rng.choice([-4, -2, 2, 4], n)
        rest = np.delete(A[:, 1:] - A[:, :1] * top[1:] / top[0], row, axis=0)
        left = np.abs(np.diag(np.linalg.qr(rest)[1]) / top[1:])
        if (left > 0.43).all():  # times 1e-9, far above the limit for dropping a column
            A /= 2**30
            A[row] = top
            return A


@bases.alternative
def column_by_column(A):
    Q = np.zeros((A.shape[0], 0))
    for k in range(A.shape[1]):
        v = A[:, k] - Q @ (Q.T @ A[:, k])
        v = v - Q @ (Q.T @ v)
        length = np.sqrt((v**2).sum())
        if length > 1e-10 * np.sqrt((A[:, k] ** 2).sum()):
            Q = np.column_stack([Q, v / length])
    return Q


@bases.alternative
def cleaning_those_to_come(A):
    V, sizes, kept = A.astype(float), np.linalg.norm(A, axis=0), []
    for k in range(V.shape[1]):
        length = np.linalg.norm(V[:, k])
        if length <= 1e-10 * sizes[k]:
            continue
        V[:, k] /= length
        kept.append(k)
        V[:, k + 1 :] -= np.outer(V[:, k], V[:, k] @ V[:, k + 1 :])
    return V[:, kept]


bases.known["value"] = {
    "The columns of your `Q` have the correct directions, but not the correct lengths. What "
    "length should each column of `Q` have?": {
        "not_divided_by_the_length": {
            "(q @ left) * q": "(q @ left) / (q @ q) * q",
            "left / np.linalg.norm(left)])": "left])",
        }
    },
    "The columns of your `Q` don't have length 1, so your code subtracts parts of the wrong "
    "length. Which number should you divide each remainder by?": {
        "never_divided": {"left / np.linalg.norm(left)])": "left])"},
        "never_divided_and_classical": {
            "q @ left": "q @ a",
            "left / np.linalg.norm(left)])": "left])",
        },
    },
    "Your code divides each column of `A` by its length and doesn't change its direction. What "
    "does the formula subtract from the column "
    "first?": {"divided_by_the_length_alone": {"left -= (q @ left) * q": "pass"}},
    "Your code subtracts only the part along the most recent q. Which other parts does the "
    "formula subtract?": {"last_vector_alone": {"in Q.T": "in Q.T[-1:]"}},
    "Your code adds the part along each q to the column. What sign does this part have in the "
    "formula?": {"added": {"left -=": "left +="}},
    "Your code divides the remainder by the length of the whole column. Which vector should "
    "have length 1 afterwards?": {"divided_by_the_length_of_the_column": {"(left)]": "(a)]"}},
    "Your code subtracts the dot product itself from every entry of the column. Which vector "
    "should you multiply the dot product by "
    "first?": {"coefficients_without_their_vectors": {"(q @ left) * q": "q @ left"}},
    "Your code divides each remainder by the square of its length. How do you get the length "
    "of v from "
    "v·v?": {"divided_by_the_square_alone": {"/ np.linalg.norm(left": "/ (left @ left"}},
    "Your code subtracts the parts along the earlier columns of `A`, which aren't orthogonal. "
    "Which vectors does the formula use?": {
        "along_the_columns": {
            "a in A.T": "k, a in enumerate(A.T)",
            "in Q.T": "in A.T[:k]",
            "(q @ left) * q": "(q @ left) / (q @ q) * q",
        }
    },
    "The first column of your `Q` is an unchanged copy of the first column of `A`. What length "
    "should it have?": {
        "first_column_as_it_came": {"np.zeros((len(A), 0))": "A[:, :1]", "in A.T": "in A.T[1:]"}
    },
}

bases.known["stability"] = {
    "Your code drops a column whose remainder is small, but above the limit. How small must "
    "the remainder be, relative to the column, before you drop the "
    "column?": {"too_much_dropped": {"1e-10": "1e-4"}},
    "The columns of your `Q` aren't orthogonal when the columns of `A` are nearly parallel. "
    "Does your dot product with q use the original column or the current "
    "remainder?": {"classical": {"q @ left": "q @ a"}},
}

bases.known(where="of_different_lengths")["dependent"] = {
    "Your code drops short columns when other columns are far longer. With which length "
    "should you compare the remainder?": {
        "limit_for_all_of_A": {"np.linalg.norm(a) >": "np.linalg.norm(A) >"},
        "limit_for_the_longest_column": {
            "np.linalg.norm(a) >": "np.linalg.norm(A, axis=0).max() >"
        },
    },
}

bases.known(where="dependent")["dependent"] = {
    "Your `Q` ends with columns of zeros. How many columns should `Q` have?": {
        "zeros_at_the_end": {
            "return Q": "return np.hstack([Q, np.zeros((len(A), A.shape[1] - Q.shape[1]))])"
        }
    },
    "Your `Q` contains a column of zeros for each dependent column. What should happen to a "
    "dependent column?": {
        "zeros_for_dependent_columns": {
            "\n    return": (
                "\n        else:\n            Q = np.column_stack([Q, 0 * a])\n    return"
            )
        }
    },
    "Your `Q` contains a column that is only a rounding error, scaled to length 1. When does a "
    "column count as dependent?": {"rounding_kept": {"1e-10": "0"}},
    "Your code stops at the first dependent column. What should happen to this column, and to "
    "the columns after it?": {
        "ended_at_the_first_dependent": {
            "\n    return": "\n        else:\n            break\n    return"
        }
    },
    "Your code never drops a column, even when the remainder is 0. How small must the "
    "remainder be, relative to the column, before you drop the "
    "column?": {"none_dropped": {"np.linalg.norm(left) / np.linalg.norm(a) > 1e-10": "True"}},
}

bases.known["shape value"] = {
    "Your `Q` doesn't use the last column of `A`. Where does your loop or slice end?": {
        "last_column_left_out": {"return Q": "return Q[:, :-1]"}
    }
}

bases.known(signs={"Q": 1})["value"] = {
    "Some columns of your `Q` have the wrong sign. Does the method ever reverse the direction "
    "of a remainder?": {"turned_round": {"return Q": "return -Q"}},
    "The columns of your `Q` are the left singular vectors, a different basis of the same "
    "space. Which column of `A` should the first column of `Q` be parallel to?": {
        "singular_vectors": {
            "return Q": (
                "U, s, _ = np.linalg.svd(A, full_matrices=False)\n    return U[:, s > 1e-10 * "
                "s[0]]"
            )
        }
    },
}
