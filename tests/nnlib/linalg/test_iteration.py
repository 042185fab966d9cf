"""Power iteration: limits, rates, and where they fail."""

from itertools import islice

import numpy as np

from nnlib.linalg import eigvals, power_iterates, power_iteration
from tests.nnlib.harness import naming

A = np.array([[6, 2], [2, 3]])


def symmetric(n, seed=0):
    B = np.random.default_rng(seed).standard_normal((n, n))
    return B @ B.T


def random_like(values, seed=0):
    P = np.random.default_rng(seed).standard_normal((len(values), len(values)))
    return P @ np.diag(values) @ np.linalg.inv(P)


def test_power_iteration_finds_the_largest_modulus():
    for M in [
        A,  # "the page's"
        [[5.0]],  # "one by one"
        symmetric(6),  # "symmetric"
        random_like([4.0, -2, 1]),  # "not symmetric"
        random_like([-4.0, 2, 1]),  # "a negative one on top"
        1e300 * A,  # "large"
        1e-300 * A,  # "small"
    ]:
        with naming(M):
            M = np.asarray(M, dtype=float)
            value, x, _, residual = power_iteration(M)
            size = np.abs(M).max()
            np.testing.assert_allclose(value / size, eigvals(M)[0] / size, rtol=1e-10)
            np.testing.assert_allclose(M / size @ x, value / size * x, atol=1e-10)
            assert abs(np.linalg.norm(x) - 1) < 1e-14
            assert residual <= 1e-12


def test_the_angle_shrinks_at_the_predicted_rate_and_the_value_at_its_square():
    for seed in range(4):
        with naming(seed):
            M = np.diag([5.0, 3, 1]) if seed == 0 else symmetric(4, seed)
            values, V = np.linalg.eigh(M)
            ratio = values[-2] / values[-1]
            steps = int(np.log(1e-5) / np.log(ratio))
            x0 = np.random.default_rng(seed).standard_normal(len(M))
            iterates = list(islice(power_iterates(M, x0), steps + 2))
            sines = [np.linalg.norm(x - V[:, -1] * (V[:, -1] @ x)) for _, x, _ in iterates]
            errors = [values[-1] - value for value, _, _ in iterates]
            assert abs(sines[-1] / sines[-2] / ratio - 1) < 0.05
            assert abs(errors[-1] / errors[-2] / ratio**2 - 1) < 0.1


def test_a_matrix_that_sends_the_start_to_zero_has_found_the_eigenvalue_zero():
    value, x, _, _ = power_iteration([[0, 1], [0, 0]])
    assert value == 0
    assert np.abs(x).tolist() == [1, 0]
    assert power_iteration(np.zeros((3, 3))).eigenvalue == 0
