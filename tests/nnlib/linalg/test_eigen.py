"""Eigenvalues and eigenvectors in floating point, against NumPy and by their residuals."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from nnlib.linalg import eig, eigvals, multiplicities
from tests.nnlib.harness import naming


def similar(core, seed=0):
    """Return a matrix with the eigenvalues of a core, in a basis that is not orthogonal."""
    P = np.random.default_rng(seed).standard_normal(np.shape(core))
    return P @ core @ np.linalg.inv(P)


def random(n, seed=0):
    return np.random.default_rng(seed).standard_normal((n, n))


def jordan(value, n):
    return value * np.eye(n) + np.eye(n, k=1)


GOOD = {  # well-conditioned eigenvalues: they are compared one by one
    "one by one": [[-3.0]],
    "two by two": random(2),
    "three by three": random(3),
    "with complex pairs": random(7),
    "thirty by thirty": random(30),
    "symmetric": random(9) + random(9).T,
    "singular": similar(np.diag([3.0, 1, 0, 0])),
    "zero": np.zeros((3, 3)),
    "the identity": np.eye(4),
    "repeated, with all eigenvectors": similar(np.diag([2.0, 2, 2, -1, -1, 5])),
    "repeated pairs": similar(np.kron(np.eye(2), [[0, -1], [1, 0]])),
    "orthogonal": np.linalg.qr(random(6))[0],
    "cyclic permutation": np.roll(np.eye(6), 1, axis=0),
    "opposite eigenvalues": similar(np.diag([1.0, -1, 2, -2])),
    "not normal": np.triu(100 * random(8), 1) + np.diag(np.arange(8.0)),
    "of rank one": np.outer([1.0, 2, 3], [1, 1, 1]),
    "of large numbers": 1e200 * random(5),
    "near overflow": [[1.5e308, 1e307], [1e307, -1e308]],
    "of small numbers": 1e-200 * random(5),
    "of unequal rows": np.diag([1e-6, 1, 1e6]) @ random(3),
    "integers": np.array([[6, 2], [2, 3]]),
}
DEFECTIVE = {  # the value of the defective eigenvalue, and the size of its largest block
    "a shear": ([[1, 1], [0, 1]], 2),
    "a shear seen elsewhere": (similar(jordan(1, 2)), 2),
    "a block of three": (similar(jordan(2, 3)), 3),
    "blocks of three and two": (
        similar(np.block([[jordan(2, 3), np.zeros((3, 2))], [np.zeros((2, 3)), jordan(2, 2)]])),
        3,
    ),
    "nilpotent": (np.eye(5, k=-1), 5),
}
EVERY = {**GOOD, **{name: A for name, (A, _) in DEFECTIVE.items()}}


def size(A):
    return np.abs(A).max(initial=0) or 1.0


def distance(got, expected):
    """Return the largest gap between two sets of numbers, in their best matching."""
    gaps = np.abs(np.subtract.outer(got, expected))
    return gaps[linear_sum_assignment(gaps)].max(initial=0)


def test_eigenvalues_agree_with_numpy():
    for name in GOOD:
        with naming(name):
            A = np.asarray(GOOD[name], dtype=float)
            values = eigvals(A)
            assert values.shape == (len(A),)
            assert distance(values / size(A), np.linalg.eigvals(A) / size(A)) < 1e-10


def test_defective_eigenvalues_are_as_good_as_rounding_allows():
    for name in DEFECTIVE:
        with naming(name):
            A, k = DEFECTIVE[name]
            # A change of A by ε moves an eigenvalue of a Jordan block of size k by ε^(1/k).
            true = {"a shear": 1, "a shear seen elsewhere": 1, "nilpotent": 0}.get(name, 2)
            allowed = 50 * np.finfo(float).eps ** (1 / k)
            assert np.abs(eigvals(A) - true).max() < allowed
            assert abs(eigvals(A).mean() - true) < 1e-10  # the errors of a cluster cancel


@pytest.mark.parametrize("name", EVERY)
def test_vectors_are_unit_eigenvectors_with_the_largest_eigenvalue_first(name):
    A = np.asarray(EVERY[name], dtype=float)
    values, V = eig(A)
    A, values = A / size(A), values / size(A)
    assert V.shape == A.shape
    np.testing.assert_allclose(A @ V, V * values, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(V, axis=0), 1, rtol=1e-12)
    modulus = np.abs(values)
    assert (np.diff(modulus) <= 1e-9 * modulus.max(initial=0)).all()
    largest = V[np.abs(V).argmax(axis=0), range(len(V))]  # it is positive
    ties = np.abs(np.abs(V) - np.abs(largest)) < 1e-7
    assert (((V.real > 0) & (np.abs(V.imag) < 1e-7) & ties).any(axis=0)).all()


def test_complex_eigenvalues_come_in_conjugate_pairs_to_the_last_bit():
    values, V = eig(random(7, seed=3))
    above = np.flatnonzero(values.imag > 0)
    assert above.size
    assert (values[above + 1] == values[above].conj()).all()
    np.testing.assert_allclose(V[:, above + 1], V[:, above].conj(), rtol=0, atol=1e-15)


def test_a_symmetric_matrix_has_orthonormal_vectors_even_where_eigenvalues_repeat():
    V = eig(np.ones((5, 5)) + np.eye(5)).eigenvectors
    np.testing.assert_allclose(V.T @ V, np.eye(5), atol=1e-14)


def test_multiplicities_count_roots_and_eigenvectors():
    for A, expected in [
        ([[1, 1], [0, 1]], [(1, 2, 1)]),
        (np.eye(3), [(1, 3, 3)]),
        ([[2, 1, 0], [0, 2, 0], [0, 0, 3]], [(3, 1, 1), (2, 2, 1)]),
        ([[6, 2], [2, 3]], [(7, 1, 1), (2, 1, 1)]),
        ([[0, -1], [1, 0]], [(1j, 1, 1), (-1j, 1, 1)]),
        (similar(jordan(2, 3)), [(2, 3, 1)]),
        ([[1e200, 1e200], [0, 1e200]], [(1e200, 2, 1)]),
        (np.zeros((0, 0)), []),
    ]:
        with naming(A, expected):
            found = multiplicities(A)
            assert [m[1:] for m in found] == [e[1:] for e in expected]
            np.testing.assert_allclose([m.eigenvalue for m in found], [e[0] for e in expected])
