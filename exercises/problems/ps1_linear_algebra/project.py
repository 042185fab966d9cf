"""project: orthogonal projection on a column space."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE, integers
from .gram_schmidt import CLEAR, depending, gram_schmidt, left_over, some

projections = problem(
    "project",
    rtol=1e-8,
    returns={"p": "value"},
    points={
        "shape": (1, "an (m,) array"),
        "value": (6, "linearly independent columns of different lengths"),
        "dependent": (4, "linearly dependent columns; $p$ is still unique, although $x$ isn't"),
        "inputs-unchanged": (1, "your function doesn't change `b` or `A`"),
    },
    forbidden={"all": (*ELSEWHERE, "numpy.linalg.lstsq", "numpy.linalg.pinv")},
)


@projections.reference
def project(b, A):
    """Compute the orthogonal projection of b onto the column space of A.

    The projection p is the combination of the columns of A that is closest to b. The columns
    may be linearly dependent.

    b : (m,) array, float64
    A : (m, n) array, float64; your function must not change b or A
    Returns p : (m,) array, float64.
    """
    Q = gram_schmidt(A)
    return Q @ (Q.T @ b)


projections.example(
    np.array([1.0, 2.0, 6.0]), np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 1.0], [1.0, 2.0, 2.0]])
)


@projections.case("value", visible=2)
def independent(rng, M):
    """Linearly independent columns of different lengths."""
    n = some(rng, M - 2)
    while True:
        A = integers(rng, M, n)
        if left_over(A).min() > CLEAR:
            # Very different lengths, so that 1,000 steps of gradient descent never converge,
            # and short ones, so that A^T A + 1e-8 I and limits such as s > 1 are wrong.
            lengths = 8.0 ** rng.permutation(np.arange(n) % 3) / 8192
            return rng.normal(size=M) * 5, A * lengths


@projections.case("dependent")
def dependent(rng, M):
    """Linearly dependent columns."""
    return rng.normal(size=M) * 5, depending(rng, M, some(rng, max(1, M - 3))) / 128


@projections.alternative
def by_singular_vectors(b, A):
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    U = U[:, s > 1e-10 * s[0]]
    return U.dot(U.T.dot(b))


@projections.alternative
def by_what_is_left(b, A):
    left = b.astype(float)
    for q in gram_schmidt(A).T:
        left = left - np.sum(q * left) * q
    return b - left


projections.known["value"] = {
    "Your result is the part of `b` that is orthogonal to the columns of `A`. Which other part "
    "does `b` have?": {"what_is_left": {"return Q @ (Q.T @ b)": "return b - Q @ (Q.T @ b)"}},
    "Your code projects `b` onto each column separately and adds up the results. Are the "
    "columns orthogonal to each "
    "other?": {"sum_over_the_columns": {"gram_schmidt(A)": "A / np.linalg.norm(A, axis=0)"}},
    "Your result is A Aᵀ b. For which matrices A is this the projection?": {
        "columns_not_orthonormal": {"gram_schmidt(A)": "A"}
    },
    "Your result is the projection minus `b`. Should your function return the projection "
    "or a difference?": {"away_from_b": {"return Q @ (Q.T @ b)": "return Q @ (Q.T @ b) - b"}},
    "Your result is the mirror image of `b` on the other side of the column space. Where "
    "between `b` and its mirror image is the "
    "projection?": {"reflected": {"return Q @ (Q.T @ b)": "return 2 * Q @ (Q.T @ b) - b"}},
    "Your projection uses only the first column of `A`. Where does your code use the other "
    "columns?": {"first_column_alone": "A = A[:, :1]"},
    "Your projection doesn't use the last column of `A`. Where does your loop or slice end?": {
        "last_column_left_out": "A = A[:, :-1]"
    },
    "Your code adds a column of ones to `A`. Should the projection use a column that isn't in "
    "`A`?": {"with_a_column_of_ones": "A = np.column_stack([np.ones(len(b)), A])"},
}

projections.known["shape value dependent"] = {
    "Your result is a vector of coefficients, one for each column of `A`. Which vector do you "
    "get when you combine the columns with these "
    "coefficients?": {"coefficients": {"Q @ (Q.T @ b)": "np.linalg.lstsq(A, b)[0]"}},
    "Your result contains the coordinates of the projection in an orthonormal basis. Which "
    "vector in the column space has these "
    "coordinates?": {"coordinates": {"Q @ (Q.T @ b)": "Q.T @ b"}},
}

projections.known["dependent"] = {
    "Your code projects onto as many orthonormal vectors as `A` has columns. How many of the "
    "columns are linearly independent?": {
        "a_direction_for_each_column": {
            "gram_schmidt(A)": "np.linalg.svd(A)[0][:, : A.shape[1]]"
        }
    }
}

projections.known(of=gram_schmidt)["dependent"] = {
    "Your projection uses an extra direction that is nothing but rounding error. How many "
    "columns of `A` are linearly independent?": {"rounding_as_a_direction": {"1e-10": "0"}}
}

projections.known(of=gram_schmidt)["value"] = {
    "Your vectors are orthogonal, but their lengths aren't 1. What must you divide q·b by in "
    "this case?": {
        "lengths_left_as_they_are": {
            "(q @ left) * q": "(q @ left) / (q @ q) * q",
            "left / np.linalg.norm(left)])": "left])",
        }
    }
}

projections.known(of=by_what_is_left)["value"] = {
    "Your code subtracts the part along each column from what remains of `b`, but the columns "
    "aren't orthogonal. How does the second subtraction change the result of the first one?": {
        "one_column_after_the_other": {"gram_schmidt(A).T": "(A / np.linalg.norm(A, axis=0)).T"}
    }
}
