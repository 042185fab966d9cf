"""Symmetric eigenvalue problems by rotations."""

import numpy as np
import pytest
import scipy.linalg

from nnlib.linalg import eigh, eigvalsh
from nnlib.linalg.jacobi import rounds
from tests.nnlib.harness import naming


def symmetric(n, seed=0):
    A = np.random.default_rng(seed).standard_normal((n, n))
    return A + A.T


CASES = {
    "empty": np.zeros((0, 0)),
    "one by one": [[-3.0]],
    "random, of even size": symmetric(8),
    "random, of odd size": symmetric(17),
    "of low rank": symmetric(3)[:, :1] @ symmetric(3)[:1],
    "all ones": np.ones((6, 6)),
    "zero": np.zeros((4, 4)),
    "the identity": np.eye(5),
    "diagonal already": np.diag([3.0, -1, 2]),
    "nearly repeated": np.eye(4) + 1e-9 * symmetric(4),
    "large": 1e300 * symmetric(4),
    "near overflow": [[1.5e308, 1e307], [1e307, -1e308]],
    "small": 1e-300 * symmetric(4),
    "Hilbert": scipy.linalg.hilbert(8),
}


def size(A):
    return np.abs(A).max(initial=0) or 1.0


CASES["of low rank"] = CASES["of low rank"] + np.transpose(CASES["of low rank"])


@pytest.mark.parametrize("name", CASES)
def test_eigenvalues_are_scipys_and_vectors_are_an_orthonormal_basis(name):
    A = np.asarray(CASES[name], dtype=float)
    values, V = eigh(A)
    expected = scipy.linalg.eigvalsh(A) if A.size else np.zeros(0)
    assert (values == np.sort(values)).all()
    np.testing.assert_allclose(values / size(A), expected / size(A), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(eigvalsh(A) / size(A), values / size(A), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(V.T @ V, np.eye(len(A)), atol=1e-13)
    np.testing.assert_allclose(V.T @ (A / size(A)) @ V, np.diag(values / size(A)), atol=1e-12)


def test_every_pair_is_met_once_and_the_pairs_of_a_round_are_disjoint():
    for n in [0, 1, 2, 5, 8]:
        with naming(n):
            met = []
            for p, q in rounds(n):
                assert len({*p.tolist(), *q.tolist()}) == 2 * len(p)
                assert (p < q).all()
                met += zip(p.tolist(), q.tolist(), strict=True)
            assert sorted(met) == [(i, j) for i in range(n) for j in range(i + 1, n)]
