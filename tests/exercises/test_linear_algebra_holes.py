"""Wrong answers to ps1 that once had full points."""

import numpy as np
import pytest

from tests.exercises.declared_problems import OTHER_DRAWS, SEED, judged, lost, packed
from tests.exercises.test_found_faults import faulty

DRAWS = [
    (SEED, False),
    (SEED, True),
    *(pytest.param(*d, marks=pytest.mark.slow) for d in OTHER_DRAWS),
]


def comparing_magnitudes(A, v, tol=1e-10, max_iter=10_000):
    for _ in range(max_iter):
        before, v = np.abs(v), A @ v
        v = v / np.linalg.norm(v)
        if np.linalg.norm(np.abs(v) - before) <= tol:
            v = v * np.sign(v[np.abs(v).argmax()])
            return v @ A @ v, v
    raise RuntimeError


def sign_from(of):
    """Return a power iteration whose vector gets the sign of something else."""

    def power_iteration(A, v, tol=1e-10, max_iter=10_000):
        value, x = faulty("power_iteration", "", [])(A, v, tol, max_iter)
        return value, x * np.sign(of(x))

    return power_iteration


def without_small_singular_values(A, k):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    s = np.where(s > 1, s, 0)
    return U[:, :k] * s[:k] @ Vt[:k]


def onto_large_singular_vectors(b, A):
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    U = U[:, s > 1]
    return U @ (U.T @ b)


HOLES = {
    "W10": ("power_iteration", comparing_magnitudes, {"errors"}),
    "V14": (
        "power_iteration",
        faulty(
            "power_iteration",
            "",
            [("v @ A @ v, v", "abs(v @ A @ v) * np.sign(np.trace(A)), v")],
        ),
        {"negative"},
    ),
    "V27": ("best_rank_k", without_small_singular_values, {"value"}),
    "V27 project": ("project", onto_large_singular_vectors, {"value"}),
    "G13": (
        "gram_schmidt",
        faulty("gram_schmidt", "", [("np.linalg.norm(a) >", "np.linalg.norm(A) >")]),
        {"dependent"},
    ),
    "V16": (
        "gram_schmidt",
        faulty("gram_schmidt", "", [("np.linalg.norm(a) >", "np.abs(A).max() >")]),
        {"dependent"},
    ),
    "W17 first": ("power_iteration", sign_from(lambda x: x[0]), {"value"}),
    "W17 last": ("power_iteration", sign_from(lambda x: x[-1]), {"value"}),
    "W17 sum": ("power_iteration", sign_from(np.sum), {"value"}),
}


@pytest.mark.parametrize(("seed", "visible"), DRAWS)
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_of_ps1_is_closed(hole, seed, visible):
    name, f, loses = HOLES[hole]
    assert loses <= lost(judged(packed(name, seed, visible), f))
