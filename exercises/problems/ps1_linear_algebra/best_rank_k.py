"""best_rank_k: the matrix of rank k that is closest to a given matrix."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

nearest = problem(
    "best_rank_k",
    returns={"approximation": "value"},
    points={
        "shape": (1, "an (m, n) array of `float64`"),
        "value": (10, "tall and wide matrices of random numbers"),
        "inputs-unchanged": (1, "your function doesn't change `A`"),
    },
    forbidden={"all": ELSEWHERE},
)


@nearest.reference
def best_rank_k(A, k):
    """Compute the matrix of rank k with the smallest sum of squared differences from A.

    A_k = sum over i < k of s[i] * outer(u_i, v_i); the sum of all these terms is A.

    A : (m, n) array, float64, whose singular values are all different; your function must not
        change it
    k : int, from 1 to min(m, n)
    Returns A_k : (m, n) array, float64.
    """
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k] @ Vt[:k]


nearest.example(np.array([[4.0, 3.0], [0.0, 5.0]]), 1)


@nearest.case("value", visible=2)
def spread_out(rng, M, N):
    """Matrices with clearly different singular values."""
    r, most = min(M, N), max(min(M, N) - 1, 1)
    # 3 for a wide matrix, whose rank without its column means is `most`; more for a tall one
    k = min(3, most) if M < N else int(rng.integers(min(4, most), most + 1))
    s = 5 * np.exp(-0.3 * np.arange(r) + rng.uniform(-0.05, 0.05, size=r))
    s[k:] *= np.exp(0.15)  # now s[k - 1] and s[k] are always close to each other
    U, V = (np.linalg.qr(rng.normal(size=(side, r)))[0] for side in (M, N))
    scale = 1e-3 if M < N else 1.0  # so that no limit for singular values is right by chance
    return scale * (U * s @ V.T), k


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


SMALLEST = (
    "Your result contains the k smallest terms. In what order do `svd` and `eigh` return their "
    "values?"
)
TERMS = "U[:, :k] * s[:k] @ Vt[:k]"
nearest.known["value"] = {
    "Your code subtracts the mean of each column before the decomposition and adds it back "
    "afterwards. Does the formula contain these means?": {
        "centred_as_in_pca": {
            "": "mean = A.mean(axis=0); A = A - mean",
            "@ Vt[:k]": "@ Vt[:k] + mean",
        }
    },
    SMALLEST: {"smallest_terms": {":k] * s[:k] @ Vt[:k": "-k:] * s[-k:] @ Vt[-k:"}},
    "Your result is the sum of all terms after the first k. Which terms should you add up?": {
        "what_is_left": {TERMS: "U[:, k:] * s[k:] @ Vt[k:]"}
    },
    "Your result is only the last of the k terms. What does the formula do with the terms "
    "before it?": {"one_term_alone": {TERMS: "U[:, k - 1 : k] * s[k - 1] @ Vt[k - 1 : k]"}},
    "Your outer products all have the same weight. What does the formula multiply each of them "
    "by?": {"singular_values_left_out": {" * s[:k]": ""}},
    "Your terms contain the squares of the singular values, which are eigenvalues of AᵀA. How "
    "do you get a singular value from an "
    "eigenvalue?": {"squared_singular_values": {"s[:k]": "s[:k] ** 2"}},
    "Your terms contain the square roots of the singular values. Which power of the "
    "singular value does the formula use in each term?": {
        "root_of_singular_values": {"s[:k]": "np.sqrt(s[:k])"}
    },
    "The first k rows of your result are rows of `A`, and the other rows are 0. Which vectors "
    "should every row be a combination "
    "of?": {"first_rows": {TERMS: "A * (np.arange(len(A)) < k)[:, None]"}},
    "The first k columns of your result are columns of `A`, and the other columns are 0. Which "
    "vectors should every column be a combination "
    "of?": {"first_columns": {TERMS: "A * (np.arange(A.shape[1]) < k)"}},
    "Your code uses rows of `U` as left singular vectors. Are these vectors the rows or the "
    "columns of "
    "`U`?": {"rows_of_the_first_factor": {", full_matrices=False": "", "U[:, :k]": "U[:k].T"}},
    "Your result has rank k + 1. How many terms does your slice or loop include?": {
        "one_too_many": "k += 1"
    },
    "Your result has rank k - 1. How many terms does your slice or loop include?": {
        "one_too_few": "k -= 1"
    },
    "Your code subtracts the mean of each column and never adds it back. Which matrix does "
    "your result approximate?": {"centred_and_left_so": "A = A - A.mean(axis=0)"},
    "Your result contains only the first term. Where does your code use `k`, and is the "
    "`return` inside a loop?": {"first_term_alone": "k = 1"},
}

nearest.known["shape value"] = {
    "Your code uses columns of the third array from `svd` as right singular vectors. Does "
    "`svd` return V or its "
    "transpose?": {"columns_of_the_third_factor": {"Vt[:k]": "Vt[:, :k].T"}}
}

nearest.known(of=by_eigenvectors)["value"] = {
    SMALLEST: {"first_of_eigh": {"[:, ::-1]": ""}},
}
nearest.known(of=projected)["value"] = {
    "Your code projects `A` onto the space spanned by its first k columns. Which k directions "
    "give the smallest error?": {
        "on_the_first_columns": {".svd(A, full_matrices=False)[0][:, :k]": ".qr(A[:, :k])[0]"}
    }
}
