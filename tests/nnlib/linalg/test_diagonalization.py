"""Taking matrices apart, putting powers together, and saying when it cannot be done."""

import numpy as np
import pytest

from nnlib.linalg import diagonalize

A = [[6, 2], [2, 3]]


def random(n, seed=0):
    return np.random.default_rng(seed).standard_normal((n, n))


@pytest.mark.parametrize(
    "M",
    [
        pytest.param(A, id="the page's"),
        pytest.param([[4, 1], [2, 3]], id="not symmetric"),
        pytest.param([[0, -1], [1, 0]], id="complex"),
        pytest.param(random(6), id="random"),
        pytest.param(random(6) + random(6).T, id="symmetric"),
        pytest.param(np.eye(3), id="the identity"),
        pytest.param([[1, 0, 1], [0, 1, 2], [0, 0, 2]], id="repeated"),
        pytest.param([[5]], id="one by one"),
        pytest.param(np.zeros((0, 0)), id="empty"),
    ],
)
def test_the_parts_put_together_are_the_matrix(M):
    M = np.asarray(M, dtype=float)
    P, D, inverse = parts = diagonalize(M)
    np.testing.assert_allclose(P @ D @ inverse, M, atol=1e-11)
    np.testing.assert_allclose(P @ inverse, np.eye(len(M)), atol=1e-11)
    assert (D == np.diag(np.diag(D))).all()
    np.testing.assert_allclose(parts.power(4), np.linalg.matrix_power(M, 4), atol=1e-9)


def test_a_symmetric_matrix_has_an_orthogonal_P():
    P, _, inverse = diagonalize(random(7) + random(7).T)
    assert (inverse == P.T).all()
    np.testing.assert_allclose(P.T @ P, np.eye(7), atol=1e-13)


@pytest.mark.parametrize("k", range(11))
def test_powers_of_the_page_are_integers(k):
    expected = np.linalg.matrix_power(np.array(A), k)
    np.testing.assert_allclose(diagonalize(A).power(k), expected, rtol=1e-12, atol=1e-15)


def test_the_third_power_of_the_page():
    np.testing.assert_allclose(diagonalize(A).power(3) @ [1, 0], [276, 134], rtol=1e-13)
    np.testing.assert_allclose(diagonalize(A).power(3) @ [-1, 2], [-8, 16], rtol=1e-12)


def test_a_negative_power_is_the_inverse():
    np.testing.assert_allclose(diagonalize(A).power(-1) @ A, np.eye(2), atol=1e-14)


def test_the_powers_of_a_real_matrix_are_real():
    assert diagonalize([[0, -1], [1, 0]]).power(3).dtype == np.float64


def test_fibonacci_numbers_are_powers():
    powers = diagonalize([[1, 1], [1, 0]])
    assert [round(powers.power(n)[0, 1]) for n in range(11)] == [
        0,
        1,
        1,
        2,
        3,
        5,
        8,
        13,
        21,
        34,
        55,
    ]


def test_a_matrix_with_eigenvalue_zero_has_no_negative_powers():
    with pytest.raises(np.linalg.LinAlgError, match="has the eigenvalue 0 and no power k = -2"):
        diagonalize([[2, 1], [2, 1]]).power(-2)


@pytest.mark.parametrize("k", [0.5, "2", True, None])
def test_the_power_is_an_integer(k):
    with pytest.raises(TypeError, match="power: expected an integer k, got"):
        diagonalize(A).power(k)


@pytest.mark.parametrize(
    ("M", "message"),
    [
        ([[1, 1], [0, 1]], "1 is a root 2 times and has 1 independent eigenvector"),
        ([[2, 1, 0], [0, 2, 0], [0, 0, 3]], "2 is a root 2 times and has 1 independent eig"),
        ([[2, 1, 0], [0, 2, 1], [0, 0, 2]], "2 is a root 3 times and has 1 independent eig"),
        ([[2, 1, 0], [0, 2, 0], [0, 0, 2]], "2 is a root 3 times and has 2 independent eig"),
        ([[3, -1], [1, 1]], "2 is a root 2 times and has 1 independent eigenvector"),
        ([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "0 is a root 3 times and has 1 independent eig"),
    ],
)
@pytest.mark.parametrize("steps", [False, True])
def test_a_defective_matrix_is_refused_and_the_eigenvalue_named(M, message, steps):
    with pytest.raises(
        np.linalg.LinAlgError, match=f"A is defective: the eigenvalue {message}"
    ):
        diagonalize(M, steps=steps)


def test_a_matrix_that_rounding_cannot_tell_from_a_defective_one_is_refused():
    with pytest.raises(np.linalg.LinAlgError, match=r"diagonalize: A is .*defective"):
        diagonalize([[1, 1], [0, 1 + 1e-12]])


def test_what_is_not_square_is_refused():
    with pytest.raises(np.linalg.LinAlgError, match="diagonalize: expected a square matrix A"):
        diagonalize([[1, 2, 3]])


def words(steps):
    return [str(step) for step in steps]


def test_the_steps_of_the_page_end_with_an_orthogonal_P():
    assert words(diagonalize(A, steps=True))[-5:] == [
        "A is symmetric: (2, 1) · (−1, 2) = 0, and so for all eigenvectors of different "
        "eigenvalues.",
        "Stand the eigenvectors of length 1 side by side: P = [[2√5/5, −√5/5], [√5/5, 2√5/5]].",
        "Symmetric: P is orthogonal and its inverse the transpose: P⁻¹ = "
        "[[2√5/5, √5/5], [−√5/5, 2√5/5]].",
        "Multiply: P⁻¹AP = D = [[7, 0], [0, 2]].",
        "Powers: Aᵏ = P Dᵏ P⁻¹, so A² = [[40, 18], [18, 13]].",
    ]


def test_the_steps_of_a_matrix_that_is_not_symmetric_invert_P():
    assert words(diagonalize([[4, 1], [2, 3]], steps=True))[-4:-1] == [
        "Stand the eigenvectors side by side: P = [[1, −1], [1, 2]].",
        "Invert P: P⁻¹ = [[2/3, 1/3], [−1/3, 1/3]].",
        "Multiply: P⁻¹AP = D = [[5, 0], [0, 2]].",
    ]


def test_inside_an_eigenspace_vectors_are_made_orthogonal():
    steps = words(diagonalize([[2, 1, 1], [1, 2, 1], [1, 1, 2]], steps=True))
    assert steps[-4] == (
        "Stand the eigenvectors of length 1 side by side: P = [[√3/3, −√2/2, −√6/6], "
        "[√3/3, √2/2, −√6/6], [√3/3, 0, √6/3]]."
    )
    assert steps[-2] == "Multiply: P⁻¹AP = D = [[4, 0, 0], [0, 1, 0], [0, 0, 1]]."


def test_a_multiple_of_the_identity_is_diagonal_already():
    steps = words(diagonalize(3 * np.eye(2), steps=True))
    assert "A is symmetric: inside an eigenspace choose vectors at right angles." in steps


def test_floats_of_the_steps_show_no_rounding_errors():
    steps = words(diagonalize([[0, 0, 2], [1, 0, 0], [0, 1, 0]], steps=True))
    assert steps[-2] == (
        "Multiply: P⁻¹AP = D = [[1.25992, 0, 0], [0, −0.629961 + 1.09112i, 0], "
        "[0, 0, −0.629961 − 1.09112i]]."
    )
