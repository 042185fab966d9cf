"""Elimination and orthogonality agree with NumPy and SciPy, also on odd input."""

import numpy as np
import pytest
import scipy.linalg
from numpy.testing import assert_allclose

from nnlib import linalg
from tests.nnlib.linalg.matrices import ANY, OTHER, SINGULAR, SQUARE, cases, definite, random

NORMS = ["fro", 1, 2, np.inf, "nuc"]
TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}
FULL = {
    name: A for name, A in ANY.items() if A.size and np.linalg.matrix_rank(A) == min(A.shape)
}
TALL = {name: A for name, A in FULL.items() if A.shape[0] >= A.shape[1]}
every_square = pytest.mark.parametrize("A", **cases(SQUARE))
every_singular = pytest.mark.parametrize("A", **cases(SINGULAR))
every_matrix = pytest.mark.parametrize("A", **cases(ANY))


def true_rank(A):
    return int(np.linalg.matrix_rank(A)) if A.size else 0


def projector(A):
    """Return the orthogonal projection onto the column space."""
    return A @ np.linalg.pinv(A) if A.size else np.zeros((len(A), len(A)))


@pytest.mark.parametrize("A", **cases(SQUARE | SINGULAR))
def test_the_determinant_by_elimination(A):
    assert_allclose(linalg.det(A), np.linalg.det(A), **TOLERANCE)


@pytest.mark.parametrize("A", **cases({k: A for k, A in SQUARE.items() if len(A) < 7}))
def test_the_determinant_by_cofactors(A):
    assert_allclose(linalg.det(A, method="cofactors"), np.linalg.det(A), **TOLERANCE)


@every_square
@pytest.mark.parametrize("columns", [(), (2,), (0,)])
def test_the_solution_of_a_square_system(A, columns):
    b = np.arange(1.0, 1 + len(A) * int(np.prod(columns))).reshape(len(A), *columns)
    got = linalg.solve(A, b)
    assert_allclose(got, np.linalg.solve(A, b), strict=True, **TOLERANCE)


@every_square
@pytest.mark.parametrize("method", ["gauss-jordan", "adjugate"])
def test_the_inverse(A, method):
    got = linalg.inverse(A, method=method)
    assert_allclose(got, np.linalg.inv(A), strict=True, **TOLERANCE)


@every_square
def test_the_trace(A):
    assert_allclose(linalg.trace(A), np.trace(A), **TOLERANCE)


@every_singular
def test_the_adjugate_of_a_singular_matrix_annihilates_it(A):
    assert_allclose(A @ linalg.adjugate(A), np.zeros(A.shape), **TOLERANCE)


@every_square
def test_the_adjugate_holds_minors_with_the_signs_of_a_chessboard(A):
    A = A[:5, :5]
    C = linalg.adjugate(A).T
    for i, j in np.ndindex(A.shape):
        assert_allclose(C[i, j], (-1) ** (i + j) * linalg.minor(A, i, j), **TOLERANCE)
    assert_allclose(A @ C.T, np.linalg.det(A) * np.eye(len(A)), **TOLERANCE)


@every_matrix
def test_the_product_with_the_transpose(A):
    assert_allclose(linalg.matmul(A, A.T), A @ A.T, strict=True, **TOLERANCE)
    assert (linalg.matmul(A, A.T, exact=True).shape) == (len(A), len(A))


@every_matrix
def test_the_rank(A):
    assert linalg.rank(A) == true_rank(A)


@every_matrix
def test_the_reduced_form_has_ones_alone_in_the_pivot_columns(A):
    found = linalg.row_reduce(A)
    assert_allclose(
        found.matrix[:, list(found.pivots)], np.eye(len(A))[:, : found.rank], atol=1e-12
    )
    assert (found.matrix[found.rank :] == 0).all()
    assert sorted(found.pivots + found.free) == list(range(A.shape[1]))


@every_matrix
def test_columns_are_independent_if_there_are_as_many_as_the_rank(A):
    assert linalg.independent(A) == (true_rank(A) == A.shape[1])


@every_matrix
def test_a_right_hand_side_in_the_column_space_has_all_its_solutions(A):
    b = A @ np.arange(1.0, 1 + A.shape[1])
    found = linalg.solution_set(A, b)
    t = np.arange(1.0, 1 + len(found.free))
    assert_allclose(A @ found.at(*t), b, rtol=1e-9, atol=1e-9)  # growth of the free part
    assert_allclose(found.at(*t)[list(found.free)], t, **TOLERANCE)


@pytest.mark.parametrize("A", **cases({k: A for k, A in ANY.items() if true_rank(A) < len(A)}))
def test_a_right_hand_side_outside_the_column_space_has_no_solution(A):
    outside = scipy.linalg.null_space(A.T)[:, 0] if A.size else np.ones(len(A))
    assert not linalg.solution_set(A, outside).consistent


@every_matrix
def test_lu_gives_the_permuted_matrix_back(A):
    P, L, U = linalg.lu(A)
    assert_allclose(P @ A, L @ U, **TOLERANCE)
    assert (np.tril(U, -1) == 0).all()
    assert (np.triu(L, 1) == 0).all()
    assert abs(L).max(initial=1) == 1


@pytest.mark.parametrize("A", **cases(FULL))
def test_lu_is_that_of_scipy(A):
    P, L, U = scipy.linalg.lu(A)
    for got, expected in zip(linalg.lu(A), (P.T, L, U), strict=True):
        assert_allclose(got, expected, strict=True, **TOLERANCE)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 20])
def test_cholesky_is_that_of_numpy(n):
    A = definite(n)
    assert_allclose(linalg.cholesky(A), np.linalg.cholesky(A), strict=True, **TOLERANCE)


@pytest.mark.parametrize("method", ["householder", "givens", "gram-schmidt"])
@every_matrix
def test_qr_gives_the_matrix_back(A, method):
    if method == "gram-schmidt" and true_rank(A) < A.shape[1]:
        with pytest.raises(np.linalg.LinAlgError, match="depends on those before it"):
            linalg.qr(A, method=method)
        return
    Q, R = linalg.qr(A, method=method)
    assert_allclose(Q @ R, A, **TOLERANCE)
    assert_allclose(Q.T @ Q, np.eye(Q.shape[1]), **TOLERANCE)
    assert_allclose(np.tril(R, -1), 0 * R, **TOLERANCE)
    assert (Q.shape, R.shape) == tuple(part.shape for part in np.linalg.qr(A))


@pytest.mark.parametrize("A", **cases(FULL))
def test_qr_by_reflections_is_that_of_numpy_with_its_signs(A):
    for got, expected in zip(linalg.qr(A), np.linalg.qr(A), strict=True):
        assert_allclose(got, expected, strict=True, **TOLERANCE)


@pytest.mark.parametrize("modified", [True, False])
@pytest.mark.parametrize("A", **cases(TALL))
def test_gram_schmidt_spans_the_same_with_vectors_of_length_one(A, modified):
    Q = linalg.gram_schmidt(A, modified=modified)
    assert_allclose(Q.T @ Q, np.eye(A.shape[1]), rtol=1e-10, atol=1e-10 if modified else 1e-8)
    assert_allclose(Q @ Q.T, projector(A), **TOLERANCE)


def test_classical_gram_schmidt_loses_the_right_angles_that_the_modified_one_keeps():
    e = 1e-8
    lauchli = np.array([[1, 1, 1], [e, 0, 0], [0, e, 0], [0, 0, e]])
    loss = [
        abs(np.triu(Q.T @ Q, 1)).max()
        for Q in (linalg.gram_schmidt(lauchli, modified=m) for m in (False, True))
    ]
    assert loss[0] > 0.4
    assert loss[1] < 1e-7


@every_matrix
def test_the_projection_matrix_is_that_of_the_pseudoinverse(A):
    assert_allclose(linalg.projection_matrix(A), projector(A), **TOLERANCE)


@every_matrix
def test_the_projection_is_the_nearest_point_of_the_column_space(A):
    b = np.arange(1.0, 1 + len(A))
    assert_allclose(linalg.projection(b, A), projector(A) @ b, strict=True, **TOLERANCE)


@every_matrix
def test_least_squares_by_svd_is_that_of_numpy(A):
    b = np.arange(1.0, 1 + len(A))
    expected = np.linalg.lstsq(A, b)[0] if A.size else np.zeros(A.shape[1])
    assert_allclose(linalg.lstsq(A, b, method="svd"), expected, strict=True, **TOLERANCE)


@pytest.mark.parametrize("method", ["qr", "normal"])
@pytest.mark.parametrize("A", **cases(TALL | {"without columns": OTHER["without columns"]}))
def test_least_squares_of_independent_columns_is_that_of_numpy(A, method):
    b = np.arange(1.0, 1 + len(A))
    got = linalg.lstsq(A, b, method=method)
    slack = 1e-10 if method == "qr" else 1e-8  # the condition number is squared
    expected = np.linalg.lstsq(A, b)[0] if A.size else np.zeros(0)
    assert_allclose(got, expected, rtol=slack, atol=slack, strict=True)


@every_matrix
@pytest.mark.parametrize("p", NORMS)
def test_the_norm_of_a_matrix(A, p):
    expected = np.linalg.norm(A, p) if A.size else 0.0
    assert_allclose(linalg.norm(A, p), expected, **TOLERANCE)


@pytest.mark.parametrize("p", [None, 1, 1.5, 2, 3, 7, np.inf])
@pytest.mark.parametrize("x", [[], [0.0, 0], [3.0, -4, 12], random(1, 9)[0], [1e200, -1e200]])
def test_the_norm_of_a_vector(x, p):
    largest = np.abs(x).max(initial=0) or 1  # NumPy's own sum of powers overflows
    expected = largest * np.linalg.norm(np.array(x) / largest, p) if len(x) else 0.0
    assert_allclose(linalg.norm(x, p), expected, rtol=1e-10)


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("A", **cases({k: A for k, A in SQUARE.items() if A.size}))
def test_the_condition_number(A, p):
    assert_allclose(linalg.cond(A, p), np.linalg.cond(A, p), rtol=1e-9)


@pytest.mark.parametrize("A", **cases({k: A for k, A in OTHER.items() if k in FULL}))
def test_the_condition_number_of_a_matrix_that_is_not_square(A):
    assert_allclose(linalg.cond(A), np.linalg.cond(A), rtol=1e-10)


@pytest.mark.parametrize("p", NORMS)
@every_singular
def test_the_condition_number_of_a_singular_matrix_is_beyond_what_floats_hold(A, p):
    assert linalg.cond(A, p) > 1e15


def test_the_condition_number_without_entries_is_zero():
    assert linalg.cond(np.zeros((0, 3))) == linalg.cond(np.zeros((0, 0)), 1) == 0


def test_angle_and_cosine_agree_with_their_definitions():
    x, y = random(2, 6)
    assert_allclose(linalg.dot(x, y), x @ y, **TOLERANCE)
    cosine = x @ y / np.linalg.norm(x) / np.linalg.norm(y)
    assert_allclose(linalg.cosine(x, y), cosine, **TOLERANCE)
    assert_allclose(linalg.angle(x, y), np.arccos(cosine), **TOLERANCE)


def test_the_angle_is_right_where_the_cosine_cannot_tell_it_from_zero():
    assert_allclose(linalg.angle([1, 0], [1, 1e-9]), 1e-9, rtol=1e-10)
    assert linalg.cosine([1, 0], [1, 1e-9]) == 1


@pytest.mark.parametrize("scale", [1e-200, 1, 1e200])
def test_the_angle_does_not_depend_on_the_lengths(scale):
    x, y = np.array([3.0, 4]), np.array([4.0, 3])
    assert_allclose(linalg.cosine(scale * x, y), 0.96, rtol=1e-14)
    assert_allclose(linalg.angle(x, scale * y), np.arccos(0.96), rtol=1e-10)


def test_the_cross_product_is_that_of_numpy():
    x, y = random(2, 3)
    assert_allclose(linalg.cross(x, y), np.cross(x, y), strict=True, **TOLERANCE)


@pytest.mark.parametrize("n", [0, 1, 3, 30])
def test_conjugate_gradients_solve_definite_systems(n):
    A, b = definite(n), np.arange(1.0, 1 + n)
    found = linalg.conjugate_gradient(A, b)
    assert_allclose(found.x, np.linalg.solve(A, b), rtol=1e-9, atol=1e-9)
    assert_allclose(
        found.residuals,
        [np.linalg.norm(b - A @ x) for x in found.iterates],
        rtol=1e-6,
        atol=1e-9,
    )


def test_conjugate_gradients_take_as_many_steps_as_there_are_eigenvalues():
    Q = linalg.qr(random(6, 6)).Q
    A = Q @ np.diag([1.0, 1, 1, 5, 5, 9]) @ Q.T
    found = linalg.conjugate_gradient((A + A.T) / 2, np.arange(6.0))
    assert len(found.residuals) == 1 + 3


FORMS = {
    "positive definite": definite(4),
    "negative definite": -definite(3),
    "positive semidefinite": np.outer([1, 2, 3], [1, 2, 3]),
    "negative semidefinite": -np.diag([0, 1, 2]),
    "indefinite": np.diag([1, 2, -1]),
}


@pytest.mark.parametrize("method", ["pivots", "minors", "eigenvalues"])
@pytest.mark.parametrize("kind", list(FORMS))
def test_three_ways_say_the_same_of_a_quadratic_form(kind, method):
    assert linalg.definiteness(FORMS[kind], method=method) == kind


@pytest.mark.parametrize("method", ["pivots", "minors", "eigenvalues"])
@pytest.mark.parametrize(
    ("A", "kind"),
    [
        (np.zeros((2, 2)), "positive semidefinite"),
        (np.zeros((0, 0)), "positive definite"),
        ([[0, 1], [1, 0]], "indefinite"),
        ([[0, 0, 1], [0, 1, 0], [1, 0, 0]], "indefinite"),
        ([[1, 1, 0], [1, 1, 0], [0, 0, -1]], "indefinite"),
        ([[-2]], "negative definite"),
    ],
)
def test_forms_at_the_edge(A, kind, method):
    assert linalg.definiteness(A, method=method) == kind


@pytest.mark.parametrize("r", [1, 3, 5])
@pytest.mark.parametrize("method", ["pivots", "minors", "eigenvalues"])
def test_rounding_is_not_taken_for_a_sign(r, method):
    B = random(5, r)
    assert linalg.definiteness(B @ B.T, method=method).startswith(
        "positive definite" if r == 5 else "positive semidefinite"
    )


@every_square
def test_orthogonal_and_symmetric_matrices_are_told_up_to_rounding(A):
    Q = np.linalg.qr(A)[0] if A.size else A
    assert linalg.is_orthogonal(Q)
    assert linalg.is_symmetric(A.T @ A)
    assert linalg.is_orthogonal(A + 3) == (A.size == 0)


@pytest.mark.parametrize("p", [1, 2, 3, np.inf])
def test_a_normalized_vector_has_norm_one(p):
    assert_allclose(linalg.norm(linalg.normalize(1e200 * random(1, 5)[0], p), p), 1, rtol=1e-12)


def test_maps_of_the_plane_do_what_their_names_say():
    turn = linalg.rotation(0.3)
    assert_allclose(turn @ [1, 0], [np.cos(0.3), np.sin(0.3)], **TOLERANCE)
    assert_allclose(turn.T @ turn, np.eye(2), **TOLERANCE)
    assert_allclose(linalg.reflection([3, 4]) @ [3, 4], [3, 4], **TOLERANCE)
    assert_allclose(linalg.reflection([3, 4]) @ [4, -3], [-4, 3], **TOLERANCE)
    assert_allclose(linalg.shear(2) @ [1, 3], [7, 3], **TOLERANCE)
    assert_allclose(linalg.scaling(2, 3) @ [1, 1], [2, 3], **TOLERANCE)


def test_rounding_is_not_taken_for_a_pivot():
    rng = np.random.default_rng(1)
    for _ in range(500):
        m, n = rng.integers(1, 9, 2)
        r = rng.integers(1, 1 + min(m, n))
        A = rng.standard_normal((m, r)) @ rng.standard_normal((r, n))
        assert linalg.rank(A) == np.linalg.matrix_rank(A)


def test_rounding_that_a_small_pivot_spreads_is_not_taken_for_a_pivot():
    U = np.array([[1, 1, 1, 1], [0, 1e-5, 1, 2]])
    A = random(6, 2) @ U
    assert linalg.rank(A) == np.linalg.matrix_rank(A) == 2
    assert linalg.solution_set(A, A @ [1, 2, 3, 4]).consistent


def test_small_pivots_are_not_taken_for_rounding():
    assert linalg.rank(np.diag([1, 1e-6, 1e-12])) == 3
    assert linalg.rank(1 / (1 + np.add.outer(np.arange(7.0), np.arange(7.0)))) == 7
    assert linalg.solve([[1, 0], [0, 1e-200]], [1, 1]).tolist() == [1, 1e200]


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_very_small_and_very_large_numbers_do_no_harm(scale):
    A, b = TALL["tall"], np.arange(6.0)
    assert_allclose(linalg.projection_matrix(scale * A), projector(A), **TOLERANCE)
    assert_allclose(linalg.projection(b, scale * A), projector(A) @ b, **TOLERANCE)
    assert_allclose(linalg.lstsq(scale * A, scale * b), np.linalg.lstsq(A, b)[0], **TOLERANCE)
    for method in ("householder", "givens", "gram-schmidt"):
        Q, R = linalg.qr(scale * A, method=method)
        assert_allclose(Q @ (R / scale), A, **TOLERANCE)
    S = definite(4)
    assert_allclose(linalg.cholesky(scale * S) / scale**0.5, np.linalg.cholesky(S), **TOLERANCE)
    assert linalg.definiteness(-scale * S) == "negative definite"
    x = np.linalg.solve(S, b[:4])
    assert_allclose(linalg.solve(scale * S, scale * b[:4]), x, **TOLERANCE)
    found = linalg.conjugate_gradient(S, scale * b[:4])
    assert_allclose(found.x / scale, x, rtol=1e-9, atol=1e-9)


def test_conjugate_gradients_find_zero_from_elsewhere():
    found = linalg.conjugate_gradient(definite(3), np.zeros(3), np.ones(3))
    assert_allclose(found.x, np.zeros(3), atol=1e-10)
    assert len(linalg.conjugate_gradient(definite(3), np.zeros(3)).residuals) == 1


@pytest.mark.parametrize(
    "A", [scipy.linalg.hilbert(6), np.array([[1, 1], [1, 1 + 1e-10]])], ids=["Hilbert", "near"]
)
def test_the_projection_onto_nearly_dependent_columns_of_the_whole_space_changes_nothing(A):
    b = np.arange(1.0, 1 + len(A))
    assert_allclose(linalg.projection_matrix(A), np.eye(len(A)), **TOLERANCE)
    assert_allclose(linalg.projection(b, A), b, **TOLERANCE)


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_the_hessenberg_form_of_very_small_and_very_large_numbers(scale):
    A = random(4, 4)
    H, Q = linalg.hessenberg(scale * A)
    assert_allclose(Q @ (H / scale) @ Q.T, A, **TOLERANCE)
