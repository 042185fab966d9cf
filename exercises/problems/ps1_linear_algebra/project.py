"""Orthogonal projection on a column space."""

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
        "value": (6, "independent columns, of different lengths"),
        "dependent": (
            4,
            "columns that depend on each other: $p$ is as unique as before, $x$ is not",
        ),
        "inputs-unchanged": (1, "`b` and `A` stay as they are"),
    },
    forbidden={"all": (*ELSEWHERE, "numpy.linalg.lstsq", "numpy.linalg.pinv")},
)


@projections.reference
def project(b, A):
    """Orthogonal projection of b on the column space of A.

    p is the combination of A's columns that lies nearest to b. The columns may depend on each
    other.

    b : (m,) array, float64
    A : (m, n) array, float64
    Returns p : (m,) array, float64. b and A stay as they are.
    """
    Q = gram_schmidt(A)
    return Q @ (Q.T @ b)


projections.example(
    np.array([1.0, 2.0, 6.0]), np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 1.0], [1.0, 2.0, 2.0]])
)


@projections.case("value", visible=2)
def independent(rng, M):
    """Independent columns, of different lengths."""
    n = some(rng, M - 2)
    while True:
        A = integers(rng, M, n)
        if left_over(A).min() > CLEAR:
            # lengths far apart: a thousand steps downhill do not get there, whatever is drawn
            return rng.normal(size=M) * 5, A * 8.0 ** rng.permutation(np.arange(n) % 3)


@projections.case("dependent")
def dependent(rng, M):
    """Columns that depend on each other."""
    return rng.normal(size=M) * 5, depending(rng, M, some(rng, max(1, M - 3)))


@projections.alternative
def one_direction_after_the_other(b, A):
    basis, p = [], np.zeros(len(b))
    for a in A.T:
        left = a.copy()
        for q in basis:
            left -= (left @ q) / (q @ q) * q
        if left @ left > 1e-20 * (a @ a):
            basis.append(left)
            p += (b @ left) / (left @ left) * left
    return p


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


@projections.mistake(
    "this is what is left of b when its projection is taken away. Which of the two is asked?",
    loses="value",
)
def what_is_left(b, A):
    return b - project(b, A)


@projections.mistake(
    "each column is taken by itself, and what two of them share counts twice. Does one stand "
    "at a right angle to another?",
    loses="value",
)
def sum_over_the_columns(b, A):
    return sum((a @ b) / (a @ a) * a for a in A.T)


@projections.mistake(
    "this is A Aᵀ b. Of which matrices is that the projection?",
    loses="value",
)
def columns_not_orthonormal(b, A):
    return A @ (A.T @ b)


@projections.mistake(
    "only the first column of A counts here. Where are the others?", loses="value"
)
def first_column_alone(b, A):
    return project(b, A[:, :1])


@projections.mistake(
    "the last column of A does not count. Where does your loop end?", loses="value"
)
def last_column_left_out(b, A):
    return project(b, A[:, :-1])


@projections.mistake(
    "these are numbers to multiply the columns with. Which vector do they make?",
    loses="shape value dependent",
)
def coefficients(b, A):
    return np.linalg.lstsq(A, b)[0]


@projections.mistake(
    "these are coordinates along orthonormal vectors. Which vector do they make?",
    loses="shape value dependent",
)
def coordinates(b, A):
    return gram_schmidt(A).T @ b


@projections.mistake(
    "this is b minus its projection, turned round. What is subtracted from what, and what is "
    "asked?",
    loses="value",
)
def away_from_b(b, A):
    return project(b, A) - b


@projections.mistake(
    "a column that depends on others adds a direction here that is only rounding. How many "
    "directions do the columns span?",
    loses="dependent",
)
def rounding_as_a_direction(b, A):
    p, basis = np.zeros(len(b)), []
    for a in A.T:
        left = a.copy()
        for q in basis:
            left = left - (q @ left) * q
        if np.any(left):
            basis.append(left / np.linalg.norm(left))
            p = p + (basis[-1] @ b) * basis[-1]
    return p


@projections.mistake(
    "these vectors stand at right angles, and their lengths are not 1. By what is q·b "
    "divided then?",
    loses="value",
)
def lengths_left_as_they_are(b, A):
    Q, p = gram_schmidt(A), np.zeros(len(b))
    for q, a in zip(Q.T, A[:, left_over(A) > 1e-10].T, strict=True):
        p = p + (q @ b) * (q @ a) ** 2 * q
    return p


@projections.mistake(
    "as many singular vectors are used as there are columns. How many directions do the "
    "columns span?",
    loses="dependent",
)
def a_direction_for_each_column(b, A):
    U = np.linalg.svd(A)[0][:, : A.shape[1]]
    return U @ (U.T @ b)


@projections.mistake(
    "what lies along one column after the other is taken from b, but the columns are not at "
    "right angles. What does the second step spoil of the first?",
    loses="value",
)
def one_column_after_the_other(b, A):
    left = b.copy()
    for a in A.T:
        left = left - (a @ left) / (a @ a) * a
    return b - left


@projections.mistake(
    "b is reflected at the column space, and not projected on it. How far is the way there?",
    loses="value",
)
def reflected(b, A):
    return 2 * project(b, A) - b


@projections.mistake(
    "a column of ones was put beside the others. Is it among the columns of A?", loses="value"
)
def with_a_column_of_ones(b, A):
    return project(b, np.column_stack([np.ones(len(b)), A]))
