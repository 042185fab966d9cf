"""Hessenberg form and the QR algorithm."""

import re

import numpy as np
import pytest
import scipy.linalg

from nnlib.linalg import hessenberg, qr_algorithm


def random(n, seed=0):
    return np.random.default_rng(seed).standard_normal((n, n))


def orthogonal(Q):
    return np.abs(Q.T @ Q - np.eye(len(Q))).max(initial=0) < 1e-13


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8])
def test_hessenberg_is_a_rotation_away_and_zero_below_the_subdiagonal(n):
    A = random(n)
    H, Q = hessenberg(A)
    assert orthogonal(Q)
    assert (np.tril(H, -2) == 0).all()
    np.testing.assert_allclose(Q @ H @ Q.T, A, atol=1e-13)


def test_hessenberg_agrees_with_scipy_up_to_signs():
    A = random(6)
    H = scipy.linalg.hessenberg(A)
    np.testing.assert_allclose(np.abs(hessenberg(A).H), np.abs(H), atol=1e-12)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 11, 25])
def test_the_schur_form_is_a_rotation_away(n):
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


def test_two_or_three_iterations_are_usual_for_each_eigenvalue():
    assert qr_algorithm(random(25)).iterations < 3 * 25


@pytest.mark.parametrize("n", [3, 4, 9])
def test_permutations_at_which_plain_shifts_stand_still_converge(n):
    T = qr_algorithm(np.roll(np.eye(n), 1, axis=0)).T
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(T)), 1, rtol=1e-12)


@pytest.mark.parametrize("seed", [5, 31, 33, 60])
def test_many_equal_defective_eigenvalues_converge_too(seed):
    rng = np.random.default_rng(seed)
    P, J = rng.standard_normal((10, 10)), np.eye(10, k=1) * (np.arange(10) % 3 != 0)
    A = P @ J @ np.linalg.inv(P)
    T, Q, _ = qr_algorithm(A)
    np.testing.assert_allclose(Q @ T @ Q.T, A, atol=1e-12 * np.abs(A).max())


def test_failing_says_what_was_found_and_what_is_left():
    message = (
        r"qr_algorithm: did not converge in 2 iterations; 0 of 8 eigenvalues are found, "
        r"and of the subdiagonal entries in rows 1 to 8 the smallest is \d\.\de-\d\d of"
    )
    with pytest.raises(np.linalg.LinAlgError, match=message):
        qr_algorithm(random(8), max_iterations=2)


@pytest.mark.parametrize(
    ("most", "kind", "message"),
    [
        (0, ValueError, "expected max_iterations of at least 1, got 0"),
        (2.5, TypeError, "expected an integer max_iterations, got 2.5"),
    ],
)
def test_the_number_of_iterations_is_a_positive_integer(most, kind, message):
    with pytest.raises(kind, match=f"qr_algorithm: {message}"):
        qr_algorithm(random(3), max_iterations=most)


@pytest.mark.parametrize("function", [hessenberg, qr_algorithm])
def test_what_is_not_square_is_refused(function):
    with pytest.raises(np.linalg.LinAlgError, match=f"{function.__name__}: .*square"):
        function(np.zeros((3, 2)))


def test_the_steps_show_the_subdiagonal_shrinking():
    A = np.array([[4, 1, 0, 2], [1, 3, 1, 0], [0, 1, 2, 1], [2, 0, 1, 1]])
    steps = qr_algorithm(A, steps=True)
    T, _, iterations = steps.result
    shown = [re.findall(r"\((.*)\)", str(step).replace("−", "-")) for step in steps[1:-1]]
    below = [[float(x) for x in numbers.split(", ")] for (numbers,) in shown]
    expected = [
        [1.09818, 0.537077, 0.00496938],
        [0.50004, 0.133735, 0],
        [0.224102, 0.0330438, 0],
        [0.499726, 0, 0],
        [1.09034, 0, 0],
    ]
    np.testing.assert_allclose(below, expected, rtol=1e-5, atol=1e-12)
    assert str(steps[1]).startswith("Iteration 1 leaves (1.09818, ")
    assert len(steps) == iterations + 2
    np.testing.assert_allclose(
        np.sort(np.diag(T)), np.linalg.eigvalsh(A), rtol=1e-12, atol=1e-12
    )


def test_the_steps_count_the_blocks_of_complex_pairs():
    steps = qr_algorithm(np.roll(np.eye(5), 1, axis=0), steps=True)
    expected = "the eigenvalues stand on the diagonal, and 2 2x2 blocks for complex pairs."
    assert str(steps[-1]).endswith(expected)


def test_the_formulas_show_where_it_begins_and_ends():
    steps = qr_algorithm(np.diag([3.0, 2, 1]) + np.eye(3, k=-1), steps=True)
    assert steps[0].latex.startswith(r"H = \left[\begin{array}{rrr}")
    assert steps[-1].latex.startswith(r"T = \left[\begin{array}{rrr}")
    np.testing.assert_allclose(sorted(np.diag(steps.result.T)), [1, 2, 3], rtol=1e-12)
