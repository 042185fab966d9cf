"""best_rank_k: the matrix of rank k that lies nearest to a given one."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

nearest = problem(
    "best_rank_k",
    returns={"approximation": "value"},
    points={
        "shape": (1, "an (m, n) array of `float64`"),
        "value": (10, "matrices of random fractions, tall and wide"),
        "inputs-unchanged": (1, "`A` stays as it is"),
    },
    forbidden={"all": ELSEWHERE},
)


@nearest.reference
def best_rank_k(A, k):
    """The matrix of rank k nearest to A, in the sum of squared differences.

    A_k = sum over i < k of s[i] * outer(u_i, v_i), where A = sum of all of them

    A : (m, n) array, float64
    k : int, from 1 to min(m, n)
    Returns A_k : (m, n) array, float64. A stays as it is.
    No two singular values that you meet are equal.
    """
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k] @ Vt[:k]


nearest.example(np.array([[4.0, 3.0], [0.0, 5.0]]), 1)


def some_rank(rng, m, n):
    """Return 3 for a wide matrix and more for a tall one, but less than there are."""
    most = max(min(m, n) - 1, 1)  # of a wide one and without its mean that would be all
    return min(3, most) if m < n else int(rng.integers(min(4, most), most + 1))


@nearest.case("value", visible=2)
def spread_out(rng, M, N):
    """Matrices whose singular values lie well apart."""
    r, k = min(M, N), some_rank(rng, M, N)
    s = 5 * np.exp(-0.3 * np.arange(r) + rng.uniform(-0.05, 0.05, size=r))
    s[k:] *= np.exp(0.15)  # the last one kept is near the next, whatever is drawn
    U, V = (np.linalg.qr(rng.normal(size=(side, r)))[0] for side in (M, N))
    return U * s @ V.T, k


@nearest.alternative
def term_by_term(A, k):
    U, s, Vt = np.linalg.svd(A)
    total = np.zeros(A.shape)
    for i in range(k):
        total += s[i] * np.outer(U[:, i], Vt[i])
    return total


@nearest.alternative
def projected(A, k):
    U = np.linalg.svd(A, full_matrices=False)[0][:, :k]
    return U @ (U.T @ A)


@nearest.alternative
def by_eigenvectors(A, k):
    A = np.array(A, dtype=float)
    V = np.linalg.eigh(A.T @ A)[1][:, ::-1][:, :k]
    return A @ V @ V.T


@nearest.alternative
def small_ones_set_to_zero(A, k):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    s[k:] = 0
    return U @ np.diag(s) @ Vt


@nearest.alternative
def the_rest_taken_away(A, k):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return A - np.einsum("mr,r,rn->mn", U[:, k:], s[k:], Vt[k:])


def terms(A, which, change=lambda s: s):
    """Return the sum of some terms of the SVD, with the singular values changed."""
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, which] * change(s)[which] @ Vt[which]


@nearest.mistake(
    "these are the k smallest terms. In which order does svd give the singular values?",
    loses="value",
)
def smallest_terms(A, k):
    return terms(A, slice(-k, None))


@nearest.mistake(
    "these are the eigenvectors that matter least. In which order does eigh give its "
    "eigenvalues?",
    loses="value",
)
def first_of_eigh(A, k):
    A = np.asarray(A, float)
    V = np.linalg.eigh(A.T @ A)[1][:, :k]
    if A.shape[1] <= A.shape[0]:  # else the smallest terms, as above
        V = np.linalg.eigh(A @ A.T)[1][:, :k]
        return V @ V.T @ A
    return A @ V @ V.T


@nearest.mistake(
    "this is what is left when the k largest terms are taken away. Which of the two is asked?",
    loses="value",
)
def what_is_left(A, k):
    return terms(A, slice(k, None))


@nearest.mistake(
    "this has rank k + 1. How many terms does your slice or loop take?", loses="value"
)
def one_too_many(A, k):
    return terms(A, slice(k + 1))


@nearest.mistake(
    "this has rank k - 1. How many terms does your slice or loop take?", loses="value"
)
def one_too_few(A, k):
    return terms(A, slice(k - 1))


@nearest.mistake(
    "only one term is here, the one of number k. What does the formula do with those before?",
    loses="value",
)
def one_term_alone(A, k):
    return terms(A, slice(k - 1, k))


@nearest.mistake(
    "each outer product counts as much as any other here. What stands before u and v in each "
    "term?",
    loses="value",
)
def singular_values_left_out(A, k):
    return terms(A, slice(k), np.ones_like)


@nearest.mistake(
    "each term stands here with the square of its number. Of which matrix are s² the "
    "eigenvalues, and of which are s the singular values?",
    loses="value",
)
def squared_singular_values(A, k):
    return terms(A, slice(k), np.square)


@nearest.mistake(
    "each term stands here with the root of its singular value. How often does s stand in it?",
    loses="value",
)
def root_of_singular_values(A, k):
    return terms(A, slice(k), np.sqrt)


@nearest.mistake(
    "columns of the third factor are taken for the right singular vectors. svd gives it "
    "transposed: where do the vectors stand in it?",
    loses="shape value",
)
def columns_of_the_third_factor(A, k):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k] @ Vt[:, :k].T


@nearest.mistake(
    "the mean of each column was taken off before, and put back. Does the text ask for that?",
    loses="value",
)
def centred_as_in_pca(A, k):
    mean = A.mean(axis=0)
    return terms(A - mean, slice(k)) + mean


@nearest.mistake(
    "the mean of each column was taken off before, and never put back. Whose approximation is "
    "this?",
    loses="value",
)
def centred_and_left_so(A, k):
    return terms(A - A.mean(axis=0), slice(k))


@nearest.mistake(
    "the first k rows are those of A, and all others are 0. Which vectors should the rows be "
    "made of?",
    loses="value",
)
def first_rows(A, k):
    kept = np.zeros(A.shape)
    kept[:k] = A[:k]
    return kept


@nearest.mistake(
    "the first k columns are those of A, and all others are 0. Which vectors should the "
    "columns be made of?",
    loses="value",
)
def first_columns(A, k):
    kept = np.zeros(A.shape)
    kept[:, :k] = A[:, :k]
    return kept


@nearest.mistake(
    "this is A projected on its own first k columns. Which k vectors lose least?", loses="value"
)
def on_the_first_columns(A, k):
    Q = np.linalg.qr(np.asarray(A, float)[:, :k])[0]
    return Q @ Q.T @ A


@nearest.mistake(
    "only the first term is here. Does your loop reach its second turn, and where does its "
    "return stand?",
    loses="value",
)
def first_term_alone(A, k):
    return terms(A, slice(1))


@nearest.mistake(
    "rows of U are taken for the left singular vectors. Are they its rows or its columns?",
    loses="value",
)
def rows_of_the_first_factor(A, k):
    U, s, Vt = np.linalg.svd(A)
    return U[:k].T * s[:k] @ Vt[:k]
