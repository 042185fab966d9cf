"""The singular value decomposition: each step of the page, NumPy, and hard cases."""

import numpy as np
import pytest

from nnlib.linalg import low_rank, pinv, svd
from tests.nnlib.harness import naming
from tests.nnlib.linalg.matrices import ANY, random

CASES = ANY | {
    "with a zero column": random(5, 4) * [1, 0, 1, 1],
    "orthogonal": np.linalg.qr(random(5, 5))[0],
    "with repeated singular values": np.diag([2.0, 2, 1, 1]) @ np.linalg.qr(random(4, 4))[0],
}


def scaled(M):
    M = np.asarray(M, dtype=float)
    return M / (np.abs(M).max(initial=0) or 1.0)


@pytest.mark.parametrize("name", CASES)
def test_the_factors_are_orthogonal_and_give_the_matrix(name):
    M = np.asarray(CASES[name], dtype=float)
    size = np.abs(M).max(initial=0) or 1.0
    for full_matrices in (False, True):
        U, S, Vh = svd(M, full_matrices)
        k = len(S)
        expected = np.linalg.svd(scaled(M), full_matrices)
        assert [U.shape, S.shape, Vh.shape] == [part.shape for part in expected]
        assert (np.diff(S) <= 0).all()
        np.testing.assert_allclose(S / size, expected[1], rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(U.T @ U, np.eye(U.shape[1]), atol=1e-13)
        np.testing.assert_allclose(Vh @ Vh.T, np.eye(len(Vh)), atol=1e-13)
        np.testing.assert_allclose((U[:, :k] * (S / size)) @ Vh[:k], M / size, atol=1e-12)
        largest = np.abs(Vh).max(axis=1, initial=0)  # the largest entry of a row is positive
        assert (Vh.max(axis=1, initial=-1) >= (1 - 1e-7) * largest).all()


def test_the_pseudo_inverse_agrees_with_numpy():
    for name in CASES:
        with naming(name):
            M = scaled(CASES[name])
            rtol = 1e-12  # where singular values are only rounding errors, both must drop them
            S = np.linalg.svd(M, compute_uv=False)
            kept = S[rtol * S.max(initial=0) < S]
            condition = kept.max(initial=1) / kept.min(initial=1)
            expected = np.linalg.pinv(M, rcond=rtol) if M.size else M.T
            # Rounding A alone moves its pseudo-inverse by ε times the condition number.
            allowed = max(1e-10, 100 * np.finfo(float).eps * condition)
            atol = allowed * np.abs(expected).max(initial=0)
            np.testing.assert_allclose(
                pinv(M, rtol=rtol), expected, rtol=0, atol=atol, strict=True
            )


def test_low_rank_returns_the_norms_of_the_error():
    for rank in range(5):
        with naming(rank):
            M = random(6, 4)
            near, spectral, frobenius = low_rank(M, rank)
            assert np.linalg.matrix_rank(near) == rank
            np.testing.assert_allclose(spectral, np.linalg.norm(M - near, 2), atol=1e-13)
            np.testing.assert_allclose(frobenius, np.linalg.norm(M - near), atol=1e-13)
