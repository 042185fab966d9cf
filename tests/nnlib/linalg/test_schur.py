"""Hessenberg form and the QR algorithm."""

import numpy as np

from nnlib.linalg import hessenberg, qr_algorithm
from tests.nnlib.harness import naming


def random(n, seed=0):
    return np.random.default_rng(seed).standard_normal((n, n))


def orthogonal(Q):
    return np.abs(Q.T @ Q - np.eye(len(Q))).max(initial=0) < 1e-13


def test_hessenberg_is_a_rotation_away_and_zero_below_the_subdiagonal():
    for n in [0, 1, 2, 3, 8]:
        with naming(n):
            A = random(n)
            H, Q = hessenberg(A)
            assert orthogonal(Q)
            assert (np.tril(H, -2) == 0).all()
            np.testing.assert_allclose(Q @ H @ Q.T, A, atol=1e-13)


def test_the_schur_form_is_a_rotation_away():
    for n in [0, 1, 2, 3, 4, 11, 25]:
        with naming(n):
            A = random(n)
            T, Q, _ = qr_algorithm(A)
            assert orthogonal(Q)
            np.testing.assert_allclose(Q @ T @ Q.T, A, atol=1e-12)


def test_the_schur_form_is_triangular_but_for_blocks_with_complex_eigenvalues():
    T = qr_algorithm(random(12, seed=4)).T
    below = np.flatnonzero(np.diag(T, -1))
    assert below.size  # seed 4 has complex pairs
    assert (np.tril(T, -2) == 0).all()
    assert (np.diff(below) > 1).all()
    for k in below:
        assert np.linalg.eigvals(T[k : k + 2, k : k + 2]).imag.all()


def test_permutations_at_which_plain_shifts_stand_still_converge():
    for n in [3, 4, 9]:
        with naming(n):
            T = qr_algorithm(np.roll(np.eye(n), 1, axis=0)).T
            np.testing.assert_allclose(np.abs(np.linalg.eigvals(T)), 1, rtol=1e-12)


def test_many_equal_defective_eigenvalues_converge_too():
    for seed in [5, 31, 33, 60]:
        with naming(seed):
            rng = np.random.default_rng(seed)
            P, J = rng.standard_normal((10, 10)), np.eye(10, k=1) * (np.arange(10) % 3 != 0)
            A = P @ J @ np.linalg.inv(P)
            T, Q, _ = qr_algorithm(A)
            np.testing.assert_allclose(Q @ T @ Q.T, A, atol=1e-12 * np.abs(A).max())
