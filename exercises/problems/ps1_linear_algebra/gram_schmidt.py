"""Orthonormal bases by the method of Gram and Schmidt.

Several bases span the same space. The text asks for the one that the method gives, column by
column and with no sign turned, so that there is one right answer: a basis from a singular value
decomposition, or of other signs, spans the space too, and is another.
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
        "value": (6, "independent columns"),
        "dependent": (4, "columns in the millions, some of which depend on those before them"),
        "stability": (
            2,
            "columns so nearly alike that about a billionth of them is left; to five "
            "digits, elsewhere to eight",
        ),
        "inputs-unchanged": (1, "`A` stays as it is"),
    },
    forbidden={"all": (*ELSEWHERE, "numpy.linalg.qr")},
)


@bases.reference
def gram_schmidt(A):
    """Orthonormal basis of the column space of A, from its columns in order.

    From each column what lies along the vectors found so far is taken away; what is left is
    divided by its length and becomes the next column of Q, with no sign turned. A column of
    which less than 1e-10 of its length is left depends on those before it and is dropped.

    A : (m, n) array, float64
    Returns Q : (m, r) array, float64, with one column for each of the r that are not dropped.
    A stays as it is.
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
    found, shares = [], []
    for a in A.T:
        left = a.copy()
        for q in found * 2:
            left -= (q @ left) * q
        shares.append(np.linalg.norm(left) / np.linalg.norm(a))
        found += [left / np.linalg.norm(left)] if shares[-1] > 1e-10 else []
    return np.array(shares)


def some(rng, most):
    """Return a random number of columns, at least three if so many can be independent."""
    return int(rng.integers(min(3, most), most + 1)) if most > 1 else 1


CLEAR = 0.0503  # no columns of small whole numbers leave just this share, or nearly


@bases.case("value", visible=2)
def independent(rng, M):
    """Independent columns."""
    n = some(rng, M - 2)
    while True:
        A = integers(rng, M, n)
        if left_over(A).min() > CLEAR:
            return A


def depending(rng, M, n):
    """Return M + 1 columns of which n are independent; the others have exact remainders.

    The remainders are the same on every processor. The first column has entries of 1 or -1 in
    four places (in one, if there are fewer than four), and so has the second's remainder. Hence
    the orthonormal vectors have entries of 1/2 or -1/2, and no product with them rounds. Sums
    of the columns have the remainder 0. One column is twice the first except for its last bits,
    and has these bits as remainder, as if by rounding.
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
    sums[:, 0] = 8 * first  # larger than any: no pivot of A^T A is above that of this column
    rest = np.column_stack([first * -2 + bits / 2**48, sums, own[:, 2:]])
    return np.column_stack([own[:, :2], rng.permutation(rest, axis=1)])


@bases.case("dependent")
def dependent(rng, M):
    """Columns in the millions that depend on those before them."""
    return 2**20 * depending(rng, M, some(rng, M - 2))


@bases.case("stability", rtol=1e-5)  # styles differ by a few billionths
def nearly_dependent(rng, M):
    """Columns of which about a billionth is left, independent all the same."""
    # All but one row are so small that their squares vanish beside it, and that one holds
    # powers of 2: no product rounds, and what classical Gram-Schmidt loses it loses everywhere.
    n, row = min(4, max(1, M - 1)), rng.integers(M)
    while True:
        A, top = rng.choice([-2.0, -1.0, 1.0, 2.0], size=(M, n)), rng.choice([-4, -2, 2, 4], n)
        rest = np.delete(A[:, 1:] - A[:, :1] * top[1:] / top[0], row, axis=0)
        left = np.abs(np.diag(np.linalg.qr(rest)[1]) / top[1:])
        if (left > 0.43).all():  # of 1e-9: far above what is dropped
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


@bases.alternative
def on_lists(A):
    def dot(x, y):
        return sum(a * b for a, b in zip(x, y, strict=True))

    basis = []
    for column in zip(*A.tolist(), strict=True):
        v = list(column)
        for q in basis:
            c = dot(q, v)
            v = [a - c * b for a, b in zip(v, q, strict=True)]
        if dot(v, v) ** 0.5 > 1e-10 * dot(column, column) ** 0.5:
            size = dot(v, v) ** 0.5
            basis.append([a / size for a in v])
    return np.array(basis).T


def cleaned(A, coefficient, small=1e-10, length=np.linalg.norm):
    """Return the result with another coefficient, another threshold or another length."""
    found = []
    for a in A.T:
        left = a.copy()
        for q in found:
            left = left - coefficient(q, a, left) * q
        if np.linalg.norm(left) > small * np.linalg.norm(a):
            found.append(left / length(left))
    return np.array(found).reshape(-1, len(A)).T


def modified(q, a, left):
    return q @ left


@bases.mistake(
    "the directions are right. Which length should each column of Q have?", loses="value"
)
def not_divided_by_the_length(A):
    Q = gram_schmidt(A)
    kept = left_over(A) > 1e-10
    return Q * (Q * A[:, kept]).sum(axis=0)


@bases.mistake(
    "each column has length 1, but what is the product of two different ones?",
    loses="value",
)
def divided_by_the_length_alone(A):
    return A / np.linalg.norm(A, axis=0)


@bases.mistake(
    "only what lies along the last vector found is taken away. What about the others?",
    loses="value",
)
def last_vector_alone(A):
    found = []
    for a in A.T:
        left = a - (found[-1] @ a) * found[-1] if found else a
        if np.linalg.norm(left) > 1e-10 * np.linalg.norm(a):
            found.append(left / np.linalg.norm(left))
    return np.array(found).reshape(-1, len(A)).T


@bases.mistake(
    "only what lies along the first vector is taken away. What about the others?",
    loses="value",
)
def first_vector_alone(A):
    found = []
    for a in A.T:
        left = a - (found[0] @ a) * found[0] if found else a
        if np.linalg.norm(left) > 1e-10 * np.linalg.norm(a):
            found.append(left / np.linalg.norm(left))
    return np.array(found).reshape(-1, len(A)).T


@bases.mistake(
    "these vectors are divided by the square of their length. What is the length of v, and "
    "what is v·v?",
    loses="value",
)
def divided_by_the_square(A):
    return cleaned(A, lambda q, a, left: q @ left / (q @ q), length=lambda v: v @ v)


@bases.mistake("which sign has what lies along q, when it is taken away?", loses="value")
def added(A):
    return cleaned(A, lambda q, a, left: -(q @ left))


@bases.mistake(
    "these are the right vectors, but some are turned round. Which way does what is left of "
    "the column point, and does the text turn anything?",
    loses="value",
    signs={"Q": 1},
)
def turned_round(A):
    return -gram_schmidt(A)


@bases.mistake(
    "what is left was divided by the length of the whole column. Whose length should become 1?",
    loses="value",
)
def divided_by_the_length_of_the_column(A):
    found = []
    for a in A.T:
        left = a.copy()
        for q in found:
            left = left - (q @ left) * q
        if np.linalg.norm(left) > 1e-10 * np.linalg.norm(a):
            found.append(left / np.linalg.norm(a))
    return np.array(found).reshape(-1, len(A)).T


@bases.mistake(
    "the coefficient was taken away from every entry. Along which vector does it belong?",
    loses="value",
)
def coefficients_without_their_vectors(A):
    found = []
    for a in A.T:
        left = a.copy()
        for q in found:
            left = left - q @ left
        if np.linalg.norm(left) > 1e-10 * np.linalg.norm(a):
            found.append(left / np.linalg.norm(left))
    return np.array(found).reshape(-1, len(A)).T


@bases.mistake(
    "these are the left singular vectors, another basis of the same space. Along which vector "
    "does the first one lie that is asked?",
    loses="value",
    signs={"Q": 1},
)
def singular_vectors(A):
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    return U[:, s > 1e-10 * s[0]]


@bases.mistake(
    "a column of which a little was left has been dropped. Which share of its length must be "
    "left, at least?",
    loses="stability",
)
def too_much_dropped(A):
    return cleaned(A, modified, small=1e-4)


@bases.mistake(
    "columns of zeros are left at the end. How many columns has Q?", loses="dependent"
)
def zeros_at_the_end(A):
    Q = gram_schmidt(A)
    return np.hstack([Q, np.zeros((len(A), A.shape[1] - Q.shape[1]))])


@bases.mistake(
    "a column that depends on others has become a column of zeros. What is asked for it?",
    loses="dependent",
)
def zeros_for_dependent_columns(A):
    Q, kept = gram_schmidt(A), left_over(A) > 1e-10
    filled = np.zeros(A.shape)
    filled[:, kept] = Q
    return filled


@bases.mistake(
    "what is left of a column that depends on others is rounding, and it was stretched to "
    "length 1. When is what is left nothing?",
    loses="dependent",
)
def rounding_kept(A):
    return cleaned(A, modified, small=0.0)


@bases.mistake(
    "compute Q.T @ Q for columns that are nearly alike. Do you multiply q by the column as it "
    "came, or by what is left of it by now?",
    loses="stability",
)
def classical(A):
    return cleaned(A, lambda q, a, left: q @ a)


@bases.mistake("the last column does not count. Where does your loop end?", loses="shape value")
def last_column_left_out(A):
    return gram_schmidt(A)[:, :-1]


@bases.mistake(
    "what is left is divided by the square of its length. What is the length of v, and what is "
    "v·v?",
    loses="value",
)
def divided_by_the_square_alone(A):
    return cleaned(A, modified, length=lambda v: v @ v)


@bases.mistake(
    "the magnitudes of the entries of each vector add up to 1 here. Which length is asked, and "
    "how is it computed?",
    loses="value",
)
def magnitudes_that_add_up_to_one(A):
    return cleaned(A, modified, length=lambda v: np.abs(v).sum())


@bases.mistake(
    "what lies along the columns of A is taken away, and these are not at right angles. Along "
    "which vectors does the text take it away?",
    loses="value",
)
def along_the_columns(A):
    found = []
    for k, a in enumerate(A.T):
        left = a.copy()
        for other in A.T[:k]:
            left = left - (other @ left) / (other @ other) * other
        if np.linalg.norm(left) > 1e-10 * np.linalg.norm(a):
            found.append(left / np.linalg.norm(left))
    return np.array(found).reshape(-1, len(A)).T


@bases.mistake(
    "the first column of Q is that of A, as it came. Which length should it have?",
    loses="value",
)
def first_column_as_it_came(A):
    found = [A[:, 0]]
    for a in A.T[1:]:
        left = a.copy()
        for q in found:
            left = left - (q @ left) * q
        if np.linalg.norm(left) > 1e-10 * np.linalg.norm(a):
            found.append(left / np.linalg.norm(left))
    return np.array(found).T


@bases.mistake(
    "the work ends at the first column that depends on those before it. What becomes of such a "
    "column, and what of those behind it?",
    loses="dependent",
)
def ended_at_the_first_dependent(A):
    dropped = np.flatnonzero(left_over(A) <= 1e-10)
    return gram_schmidt(A[:, : dropped[0]] if len(dropped) else A)


@bases.mistake(
    "no column has been dropped. Which share of its length must be left of a column, at least?",
    loses="dependent",
)
@np.errstate(all="ignore")
def none_dropped(A):
    found = []
    for a in A.T:
        left = a.copy()
        for q in found:
            left = left - (q @ left) * q
        found.append(left / np.linalg.norm(left))
    return np.array(found).T
