"""Eigenvalues and eigenvectors by their equation, and in the documented order."""

import numpy as np
import pytest

from nnlib.linalg import eig, eigh, eigvals, power_iteration
from tests.nnlib.harness import naming
from tests.nnlib.linalg.matrices import SINGULAR, SQUARE, definite

MATRICES = {name: A for name, A in (SQUARE | SINGULAR).items() if A.size} | {
    "symmetric": definite(9),
    "the identity": np.eye(4),
    "cyclic permutation": np.roll(np.eye(6), 1, axis=0),
    "defective": np.array([[2, 1, 0], [0, 2, 0], [0, 0, 3]]),
}


@pytest.mark.parametrize("name", MATRICES)
def test_vectors_are_unit_eigenvectors_with_the_largest_eigenvalue_first(name):
    A = np.asarray(MATRICES[name], dtype=float)
    values, V = eig(A)
    np.testing.assert_array_equal(eigvals(A), values)
    np.testing.assert_allclose(A @ V, V * values, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(V, axis=0), 1, rtol=1e-12)
    modulus = np.abs(values)
    assert (np.diff(modulus) <= 1e-9 * modulus.max()).all()
    np.testing.assert_allclose(values.sum(), np.trace(A), atol=1e-12)
    largest = V[np.abs(V).argmax(axis=0), range(len(V))]  # it is positive
    ties = np.abs(np.abs(V) - np.abs(largest)) < 1e-7
    assert (((V.real > 0) & (np.abs(V.imag) < 1e-7) & ties).any(axis=0)).all()


def test_a_symmetric_matrix_has_orthonormal_vectors_even_where_eigenvalues_repeat():
    A = np.ones((5, 5)) + np.eye(5)
    for values, V in (eig(A), eigh(A)):
        np.testing.assert_allclose(V.T @ V, np.eye(5), atol=1e-14)
        np.testing.assert_allclose(V @ np.diag(values) @ V.T, A, atol=1e-13)
    np.testing.assert_allclose(eigh(A).eigenvalues, [1, 1, 1, 1, 6])


def test_power_iteration_finds_the_largest_modulus():
    for M in [[[6, 2], [2, 3]], [[5.0]], definite(6), np.diag([-4.0, 2, 1])]:
        with naming(M):
            value, x, _, residual = power_iteration(M)
            np.testing.assert_allclose(value, eigvals(M)[0], rtol=1e-10)
            np.testing.assert_allclose(np.array(M) @ x, value * x, atol=1e-10)
            assert residual <= 1e-12
    value, x, _, _ = power_iteration([[0, 1], [0, 0]])
    assert (value, np.abs(x).tolist()) == (0, [1, 0])
