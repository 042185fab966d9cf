"""Power iteration: limits, rates, and where they fail."""

from itertools import islice

import numpy as np
import pytest

from nnlib.linalg import (
    eigvals,
    power_iterates,
    power_iteration,
)

A = np.array([[6, 2], [2, 3]])


def symmetric(n, seed=0):
    B = np.random.default_rng(seed).standard_normal((n, n))
    return B @ B.T


def random_like(values, seed=0):
    P = np.random.default_rng(seed).standard_normal((len(values), len(values)))
    return P @ np.diag(values) @ np.linalg.inv(P)


@pytest.mark.parametrize(
    "M",
    [
        pytest.param(A, id="the page's"),
        pytest.param([[5.0]], id="one by one"),
        pytest.param(symmetric(6), id="symmetric"),
        pytest.param(random_like([4.0, -2, 1]), id="not symmetric"),
        pytest.param(random_like([-4.0, 2, 1]), id="a negative one on top"),
        pytest.param(1e300 * A, id="large"),
        pytest.param(1e-300 * A, id="small"),
    ],
)
def test_power_iteration_finds_the_largest_modulus(M):
    M = np.asarray(M, dtype=float)
    value, x, _, residual = power_iteration(M)
    size = np.abs(M).max()
    np.testing.assert_allclose(value / size, eigvals(M)[0] / size, rtol=1e-10)
    np.testing.assert_allclose(M / size @ x, value / size * x, atol=1e-10)
    assert abs(np.linalg.norm(x) - 1) < 1e-14
    assert residual <= 1e-12


def test_the_iterates_of_the_page():
    iterates = list(islice(power_iterates(A, [1, 0]), 4))
    for (value, x, _), expected in zip(
        iterates, [(1, 0), (6, 2), (40, 18), (276, 134)], strict=True
    ):
        expected = np.array(expected)
        np.testing.assert_allclose(x, expected / np.linalg.norm(expected), rtol=1e-14)
        np.testing.assert_allclose(value, x @ A @ x, rtol=1e-14)


def test_an_eigenvector_stays_on_its_line():
    assert power_iteration(A, [-1, 2]).iterations == 0
    np.testing.assert_allclose(power_iteration(A, [-1, 2]).eigenvalue, 2, rtol=1e-14)


@pytest.mark.parametrize("seed", range(4))
def test_the_angle_shrinks_at_the_predicted_rate_and_the_value_at_its_square(seed):
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


def test_the_start_can_be_drawn():
    first, second = (power_iteration(A, rng=np.random.default_rng(s)) for s in (1, 1))
    assert (first.eigenvector == second.eigenvector).all()
    assert (power_iteration(A).eigenvector == power_iteration(A).eigenvector).all()


@pytest.mark.parametrize(
    "M",
    [
        pytest.param([[0, -1], [1, 0]], id="a complex pair"),
        pytest.param([[1, 0], [0, -1]], id="opposite eigenvalues"),
        pytest.param([[1, 1], [0, 1]], id="a defective one, too slow"),
    ],
)
def test_failing_says_how_far_it_came(M):
    message = (
        r"power_iteration: did not converge in 50 iterations; the residual is \d\.\de[-+]\d\d "
        r"of the norm of A, expected at most 1\.0e-12; the eigenvalue so far is"
    )
    with pytest.raises(np.linalg.LinAlgError, match=message):
        power_iteration(M, max_iterations=50)


@pytest.mark.parametrize(
    ("M", "x", "kind", "message"),
    [
        (A, [0, 0], ValueError, "expected x other than zero, got zeros"),
        (A, [1, 2, 3], ValueError, r"expected x of shape \(2,\), got \(3,\)"),
        (A, [[1, 2]], ValueError, r"expected a vector x \(n,\), got shape \(1, 2\)"),
        (A, [1, np.nan], ValueError, "expected finite numbers for x, got nan"),
        (A, ["a", "b"], TypeError, "expected real numbers for x"),
        (np.zeros((2, 3)), None, np.linalg.LinAlgError, "expected a square matrix A"),
        (np.zeros((0, 0)), None, ValueError, "expected a matrix A of at least 1 row"),
        ([[np.inf]], None, ValueError, "expected finite numbers for A, got inf"),
        ([[1j]], None, TypeError, "expected real numbers for A, got complex128"),
    ],
)
def test_bad_input_is_refused_by_name(M, x, kind, message):
    with pytest.raises(kind, match=f"iteration: {message}"):
        power_iteration(M, x)


@pytest.mark.parametrize(("most", "kind"), [(0, ValueError), (1.5, TypeError)])
def test_the_number_of_iterations_is_a_positive_integer(most, kind):
    with pytest.raises(kind, match=r"power_iteration: expected .*max_iterations"):
        power_iteration(A, max_iterations=most)


def test_a_seed_is_no_generator():
    with pytest.raises(
        TypeError,
        match=r"power_iteration: expected rng to be a numpy\.random\.Generator, got int",
    ):
        power_iteration(A, rng=7)


def test_a_tolerance_is_not_negative():
    with pytest.raises(ValueError, match="power_iteration: expected tol >= 0, got -1"):
        power_iteration(A, tol=-1)


def test_iterates_are_refused_when_they_are_asked_for():
    with pytest.raises(ValueError, match="power_iterates: expected x other than zero"):
        power_iterates(A, [0, 0])


def words(steps):
    return [str(step) for step in steps]


def test_the_steps_show_exact_iterates_quotients_and_the_rate():
    steps = power_iteration(A, [1, 0], steps=True)
    assert words(steps)[:5] == [
        "Begin with x = (1, 0). In the end each step is to multiply the sine of its angle to "
        "the eigenvector by |λ₂/λ₁| = 0.285714.",
        "Multiply: x = (6, 2), Rayleigh quotient 69/10 = 6.9, the sine 0.3162 times that "
        "before.",
        "Multiply: x = (40, 18), Rayleigh quotient 3363/481 ≈ 6.991683992, the sine 0.2884 "
        "times that before.",
        "Multiply: x = (276, 134), Rayleigh quotient 164715/23533 ≈ 6.999320104, the sine "
        "0.2859 times that before.",
        "Multiply: x = (1924, 954), Rayleigh quotient 8070747/1152973 ≈ 6.999944491, the sine "
        "0.2857 times that before.",
    ]
    assert words(steps)[-1].startswith(
        "After 22 iterations λ = 7 and x = (0.894427, 0.447214); the residual is "
    )
    assert steps.result.iterations == 22


def test_long_numbers_become_floats_and_no_more_than_twelve_iterates_are_shown():
    steps = power_iteration(A, [1, 0], steps=True)
    assert len(steps) == 14
    assert "x = (0.894427, 0.447213)" in str(steps[12])


def test_steps_of_a_drawn_start_are_floats():
    assert "/" not in str(power_iteration(A, steps=True)[0]).replace("|λ₂/λ₁|", "")
