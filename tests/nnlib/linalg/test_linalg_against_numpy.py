"""Elimination and orthogonality agree with NumPy and SciPy, also on odd input."""

import numpy as np
import pytest
import scipy.linalg
from numpy.testing import assert_allclose

from nnlib import linalg
from tests.nnlib.harness import naming
from tests.nnlib.linalg.matrices import ANY, SINGULAR, SQUARE, definite, random

NORMS = ["fro", 1, 2, np.inf, "nuc"]
TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}
FULL = {
    name: A for name, A in ANY.items() if A.size and np.linalg.matrix_rank(A) == min(A.shape)
}
TALL = {name: A for name, A in FULL.items() if A.shape[0] >= A.shape[1]}


def true_rank(A):
    return int(np.linalg.matrix_rank(A)) if A.size else 0


def projector(A):
    """Return the orthogonal projection onto the column space."""
    return A @ np.linalg.pinv(A) if A.size else np.zeros((len(A), len(A)))


@pytest.mark.parametrize("name", SQUARE)
def test_determinant_inverse_and_solutions(name):
    A = SQUARE[name]
    det, inverse = np.linalg.det(A), np.linalg.inv(A)
    assert_allclose(linalg.det(A), det, **TOLERANCE)
    if len(A) < 7:
        assert_allclose(linalg.det(A, method="cofactors"), det, **TOLERANCE)
    for method in ("gauss-jordan", "adjugate"):
        assert_allclose(linalg.inverse(A, method=method), inverse, strict=True, **TOLERANCE)
    for columns in ((), (2,), (0,)):
        b = np.arange(1.0, 1 + len(A) * int(np.prod(columns))).reshape(len(A), *columns)
        assert_allclose(linalg.solve(A, b), np.linalg.solve(A, b), strict=True, **TOLERANCE)
    if A.size:
        assert_allclose(linalg.cond(A), np.linalg.cond(A), rtol=1e-9)


@pytest.mark.parametrize("name", SINGULAR)
def test_singular_matrices(name):
    A = SINGULAR[name]
    assert_allclose(linalg.det(A), 0, atol=1e-10)
    assert linalg.cond(A) > 1e15


@pytest.mark.parametrize("name", ANY)
def test_rank_and_solution_sets(name):
    A = ANY[name]
    result, rank = linalg.row_reduce(A), true_rank(A)
    assert linalg.rank(A) == result.rank == rank
    pivots = result.matrix[:, list(result.pivots)]
    assert_allclose(pivots, np.eye(len(A))[:, :rank], atol=1e-12)
    assert (result.matrix[rank:] == 0).all()
    assert sorted(result.pivots + result.free) == list(range(A.shape[1]))
    assert linalg.independent(A) == (rank == A.shape[1])
    b = A @ np.arange(1.0, 1 + A.shape[1])
    result = linalg.solution_set(A, b)
    x = result.at(*np.arange(1.0, 1 + len(result.free)))
    assert_allclose(A @ x, b, rtol=1e-9, atol=1e-9)  # growth of the free part
    assert_allclose(x[list(result.free)], np.arange(1.0, 1 + len(result.free)), **TOLERANCE)
    if rank < len(A):
        outside = scipy.linalg.null_space(A.T)[:, 0] if A.size else np.ones(len(A))
        assert not linalg.solution_set(A, outside).consistent


@pytest.mark.parametrize("name", ANY)
def test_lu_and_qr(name):
    A = ANY[name]
    P, L, U = linalg.lu(A)
    assert_allclose(P @ A, L @ U, **TOLERANCE)
    if name in FULL:
        P, L, U = scipy.linalg.lu(A)
        for got, expected in zip(linalg.lu(A), (P.T, L, U), strict=True):
            assert_allclose(got, expected, strict=True, **TOLERANCE)
    Q, R = linalg.qr(A)
    assert_allclose(Q @ R, A, **TOLERANCE)
    assert_allclose(Q.T @ Q, np.eye(Q.shape[1]), **TOLERANCE)
    if name in TALL:
        Q = linalg.gram_schmidt(A)
        assert_allclose(Q.T @ Q, np.eye(A.shape[1]), **TOLERANCE)
        assert_allclose(Q @ Q.T, projector(A), **TOLERANCE)


@pytest.mark.parametrize("name", ANY)
def test_projections_least_squares_and_norms(name):
    A, b = ANY[name], np.arange(1.0, 1 + len(ANY[name]))
    assert_allclose(linalg.projection_matrix(A), projector(A), **TOLERANCE)
    assert_allclose(linalg.projection(b, A), projector(A) @ b, strict=True, **TOLERANCE)
    if name in TALL:
        assert_allclose(linalg.lstsq(A, b), np.linalg.lstsq(A, b)[0], strict=True, **TOLERANCE)
    for p in NORMS:
        expected = np.linalg.norm(A, p) if A.size else 0.0
        assert_allclose(linalg.norm(A, p), expected, **TOLERANCE)


def test_the_norm_of_a_vector():
    for p in [None, 1, 1.5, 2, 3, 7, np.inf]:
        for x in [[], [0.0, 0], [3.0, -4, 12], random(1, 9)[0], [1e200, -1e200]]:
            with naming(p, x):
                largest = np.abs(x).max(initial=0) or 1  # NumPy's own sum of powers overflows
                expected = largest * np.linalg.norm(np.array(x) / largest, p) if len(x) else 0.0
                assert_allclose(linalg.norm(x, p), expected, rtol=1e-10)


def test_the_angle_is_accurate_where_the_cosine_cannot_tell_it_from_zero():
    assert_allclose(linalg.angle([1, 0], [1, 1e-9]), 1e-9, rtol=1e-10)
    assert linalg.cosine([1, 0], [1, 1e-9]) == 1


def test_the_angle_does_not_depend_on_the_lengths():
    for scale in [1e-200, 1, 1e200]:
        with naming(scale):
            x, y = np.array([3.0, 4]), np.array([4.0, 3])
            assert_allclose(linalg.cosine(scale * x, y), 0.96, rtol=1e-14)
            assert_allclose(linalg.angle(x, scale * y), np.arccos(0.96), rtol=1e-10)


def test_the_cross_product_matches_numpy():
    x, y = random(2, 3)
    assert_allclose(linalg.cross(x, y), np.cross(x, y), strict=True, **TOLERANCE)


FLAT = [random(5, r) for r in (1, 3)]  # whose products have eigenvalues of rounding alone
FORMS = [
    (definite(4), "positive definite"),
    (-definite(3), "negative definite"),
    (np.outer([1, 2, 3], [1, 2, 3]), "positive semidefinite"),
    (-np.diag([0, 1, 2]), "negative semidefinite"),
    (np.diag([1, 2, -1]), "indefinite"),
    (np.zeros((2, 2)), "positive semidefinite"),
    (np.zeros((0, 0)), "positive definite"),
    ([[0, 1], [1, 0]], "indefinite"),
    ([[0, 0, 1], [0, 1, 0], [1, 0, 0]], "indefinite"),
    ([[1, 1, 0], [1, 1, 0], [0, 0, -1]], "indefinite"),
    ([[-2]], "negative definite"),
    *((B @ B.T, "positive semidefinite") for B in FLAT),
]


def test_the_kind_of_a_quadratic_form():
    for A, kind in FORMS:
        with naming(A, kind):
            assert linalg.definiteness(A) == kind


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


def test_very_small_and_very_large_numbers_give_accurate_results():
    for scale in [1e-200, 1e200]:
        with naming(scale):
            A, b = TALL["tall"], np.arange(6.0)
            assert_allclose(linalg.projection_matrix(scale * A), projector(A), **TOLERANCE)
            assert_allclose(linalg.projection(b, scale * A), projector(A) @ b, **TOLERANCE)
            assert_allclose(
                linalg.lstsq(scale * A, scale * b), np.linalg.lstsq(A, b)[0], **TOLERANCE
            )
            Q, R = linalg.qr(scale * A)
            assert_allclose(Q @ (R / scale), A, **TOLERANCE)
            S = definite(4)
            assert linalg.definiteness(-scale * S) == "negative definite"
            x = np.linalg.solve(S, b[:4])
            assert_allclose(linalg.solve(scale * S, scale * b[:4]), x, **TOLERANCE)
