"""The singular value decomposition: each step of the page, NumPy, and hard cases."""

import numpy as np
import pytest
import scipy.linalg

from nnlib.linalg import low_rank, pinv, singular_values, svd

A = np.array([[1, -1, 3], [3, 1, 1]])


def random(m, n, seed=0):
    return np.random.default_rng(seed).standard_normal((m, n))


CASES = {
    "the page's": A,
    "one by one": [[-2.0]],
    "square": random(6, 6),
    "tall": random(9, 4),
    "wide": random(4, 9),
    "a row": random(1, 5),
    "a column": random(5, 1),
    "of rank two": random(7, 2) @ random(2, 5),
    "of rank two, wide": random(4, 2) @ random(2, 8),
    "all ones": np.ones((5, 3)),
    "zero": np.zeros((3, 4)),
    "with a zero column": random(5, 4) * [1, 0, 1, 1],
    "orthogonal": np.linalg.qr(random(5, 5))[0],
    "with repeated singular values": np.diag([2.0, 2, 1, 1]) @ np.linalg.qr(random(4, 4))[0],
    "Hilbert": scipy.linalg.hilbert(9),
    "Vandermonde": np.vander(np.linspace(0, 1, 10)),
    "a shear": [[1, 1], [0, 1]],
    "large": 1e300 * random(4, 3),
    "near overflow": [[1.5e308, 1e307], [1e307, -1e308]],
    "small": 1e-300 * random(4, 3),
    "no row": np.zeros((0, 3)),
    "no column": np.zeros((3, 0)),
    "nothing": np.zeros((0, 0)),
}


def scaled(M):
    M = np.asarray(M, dtype=float)
    return M / (np.abs(M).max(initial=0) or 1.0)


@pytest.mark.parametrize("name", CASES)
def test_singular_values_descend_and_agree_with_numpy(name):
    got = singular_values(scaled(CASES[name]))
    assert (np.diff(got) <= 0).all()
    expected = np.linalg.svd(scaled(CASES[name]), compute_uv=False)
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-13, strict=True)


@pytest.mark.parametrize("full_matrices", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_the_factors_are_orthogonal_and_give_the_matrix(name, full_matrices):
    M = np.asarray(CASES[name], dtype=float)
    U, S, Vh = svd(M, full_matrices)
    k = len(S)
    expected = np.linalg.svd(scaled(M), full_matrices)
    assert [U.shape, S.shape, Vh.shape] == [part.shape for part in expected]
    np.testing.assert_allclose(U.T @ U, np.eye(U.shape[1]), atol=1e-13)
    np.testing.assert_allclose(Vh @ Vh.T, np.eye(len(Vh)), atol=1e-13)
    size = np.abs(M).max(initial=0) or 1.0
    np.testing.assert_allclose((U[:, :k] * (S / size)) @ Vh[:k], M / size, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_the_largest_entry_of_a_right_vector_is_positive(name):
    Vh = svd(CASES[name]).Vh
    largest = np.abs(Vh).max(axis=1, initial=0)
    assert (Vh.max(axis=1, initial=-1) >= (1 - 1e-7) * largest).all()


def test_small_singular_values_keep_their_digits():
    # Columns of very unequal length, far beyond what a method through A'A or by
    # bidiagonalisation can resolve: their angles, not their lengths, decide the accuracy.
    B, D = random(6, 6), 10.0 ** -np.arange(0, 60, 10)
    S = singular_values(B * D)
    assert S[-1] < 1e-45
    R = np.linalg.qr(B * D)[1]
    product = np.abs(np.prod(np.diag(R)))  # the determinant, to full relative accuracy
    np.testing.assert_allclose(np.exp(np.log(S).sum()), product, rtol=1e-12)
    np.testing.assert_allclose(S[0], np.linalg.norm(B[:, 0]), rtol=1e-12)


def test_nonzero_eigenvalues_of_both_products_are_squares_of_singular_values():
    left, right = np.linalg.eigvalsh(A @ A.T), np.linalg.eigvalsh(A.T @ A)
    squares = np.sort(singular_values(A) ** 2)
    np.testing.assert_allclose(left, squares, rtol=1e-12)
    np.testing.assert_allclose(right, [0, *squares], rtol=1e-12, atol=1e-12)


def test_left_vectors_belong_to_AAt_and_right_ones_to_AtA():
    U, S, Vh = svd(A)
    np.testing.assert_allclose(A @ A.T @ U, U * S**2, atol=1e-13)
    np.testing.assert_allclose(A.T @ A @ Vh[:2].T, Vh[:2].T * S**2, atol=1e-13)


def test_the_spectral_norm_is_the_first_singular_value():
    np.testing.assert_allclose(singular_values(A)[0], np.linalg.norm(A, 2), rtol=1e-14)


def test_the_input_is_not_changed():
    M = random(4, 3)
    before = M.copy()
    svd(M)
    assert (M == before).all()


@pytest.mark.parametrize("function", [svd, pinv])
@pytest.mark.parametrize(
    ("M", "kind", "message"),
    [
        ([1, 2], ValueError, r"expected a matrix A \(m, n\), got shape \(2,\)"),
        ([[np.nan, 1]], ValueError, "expected finite numbers for A, got nan"),
        ([["a"]], TypeError, "expected real numbers for A"),
        ([[1j]], TypeError, "expected real numbers for A, got complex128"),
        (None, TypeError, "expected real numbers for A, got NoneType"),
    ],
)
def test_what_is_no_matrix_of_real_numbers_is_refused(function, M, kind, message):
    with pytest.raises(kind, match=f"{function.__name__}: {message}"):
        function(M)


def test_failing_says_how_far_from_orthogonal_the_columns_are():
    message = r"svd: did not converge in 1 sweeps; two columns still have a cosine of \d\.\de"
    with pytest.raises(np.linalg.LinAlgError, match=message):
        svd(random(9, 9), max_sweeps=1)


@pytest.mark.parametrize("name", CASES)
def test_the_pseudo_inverse_agrees_with_numpy(name):
    M = scaled(CASES[name])
    rtol = 1e-12  # where singular values are only rounding errors, both must drop them
    S = np.linalg.svd(M, compute_uv=False)
    kept = S[rtol * S.max(initial=0) < S]
    condition = kept.max(initial=1) / kept.min(initial=1)
    expected = np.linalg.pinv(M, rcond=rtol) if M.size else M.T
    # Rounding A alone moves its pseudo-inverse by ε times the condition number: 5e11 for
    # the Hilbert matrix.
    allowed = max(1e-10, 100 * np.finfo(float).eps * condition)
    atol = allowed * np.abs(expected).max(initial=0)
    np.testing.assert_allclose(pinv(M, rtol=rtol), expected, rtol=0, atol=atol, strict=True)


def test_the_pseudo_inverse_of_the_page_inverts_from_one_side():
    P = pinv(A)
    np.testing.assert_allclose(24 * P, [[-1, 7], [-4, 4], [7, -1]], atol=1e-12)
    np.testing.assert_allclose(A @ P, np.eye(2), atol=1e-14)
    assert not np.allclose(P @ A, np.eye(3))


@pytest.mark.parametrize("M", [A, random(6, 2) @ random(2, 4)], ids=["full rank", "rank two"])
def test_the_pseudo_inverse_meets_the_four_equations_of_penrose(M):
    P = pinv(M)
    np.testing.assert_allclose(M @ P @ M, M, atol=1e-12)
    np.testing.assert_allclose(P @ M @ P, P, atol=1e-12)
    np.testing.assert_allclose(M @ P, (M @ P).T, atol=1e-12)
    np.testing.assert_allclose(P @ M, (P @ M).T, atol=1e-12)


@pytest.mark.parametrize("rtol", [-1.0, float("nan")])
def test_a_negative_part_is_refused(rtol):
    with pytest.raises(ValueError, match="pinv: expected rtol >= 0, got"):
        pinv(A, rtol=rtol)


@pytest.mark.parametrize("rank", range(5))
def test_the_error_of_low_rank_is_that_of_the_values_left_out(rank):
    M = random(6, 4)
    near, spectral, frobenius = low_rank(M, rank)
    assert np.linalg.matrix_rank(near) == rank
    np.testing.assert_allclose(spectral, np.linalg.norm(M - near, 2), atol=1e-13)
    np.testing.assert_allclose(frobenius, np.linalg.norm(M - near), atol=1e-13)


def test_low_rank_is_what_the_first_terms_of_svd_give():
    M = random(7, 5)
    U, S, Vh = svd(M, full_matrices=False)
    terms = sum(s * np.outer(u, v) for u, s, v in zip(U.T[:2], S, Vh, strict=False))
    np.testing.assert_allclose(low_rank(M, 2).approximation, terms, atol=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_matrix_of_the_rank_is_nearer(seed):
    M = random(6, 5)
    near, spectral, frobenius = low_rank(M, 2)
    rng = np.random.default_rng(seed)
    other = near + 0.1 * rng.standard_normal((6, 5))
    other = random(6, 2, seed) @ np.linalg.lstsq(random(6, 2, seed), other)[0]
    assert np.linalg.norm(M - other, 2) > spectral
    assert np.linalg.norm(M - other) > frobenius


@pytest.mark.parametrize(
    ("rank", "kind", "message"),
    [
        (3, ValueError, "expected a rank from 0 to 2, got 3"),
        (-1, ValueError, "expected a rank from 0 to 2, got -1"),
        (1.0, TypeError, "expected an integer rank, got 1.0"),
        (True, TypeError, "expected an integer rank, got True"),
    ],
)
def test_a_rank_out_of_range_is_refused(rank, kind, message):
    with pytest.raises(kind, match=f"low_rank: {message}"):
        low_rank(A, rank)


def words(steps):
    return [str(step) for step in steps]


def test_every_step_of_the_page():
    assert words(svd(A, steps=True)) == [
        "Multiply: AᵀA = [[10, 2, 6], [2, 2, −2], [6, −2, 10]], symmetric with no negative "
        "eigenvalue.",
        "Subtract λ from each entry of the diagonal.",
        "Take the determinant: "
        "(10 − λ)[(2 − λ)(10 − λ) − 4] − 2[2(10 − λ) + 12] + 6[−4 − 6(2 − λ)].",
        "Multiply out: det(AᵀA − λI) = −λ³ + 22λ² − 96λ.",
        "Factor: λ³ − 22λ² + 96λ = (λ − 16)(λ − 6)λ; the roots are 16, 6 and 0.",
        "For λ = 16 reduce AᵀA − 16I.",
        "Add 1/3 times row 1 to row 2, so that its entry in column 1 is 0.",
        "Add row 1 to row 3, so that its entry in column 1 is 0.",
        "Divide row 2 by −40/3, so that its pivot in column 2 is 1.",
        "Subtract 2 times row 2 from row 1, so that its entry in column 2 is 0.",
        "Divide row 1 by −6, so that its pivot in column 1 is 1.",
        "x₃ is free; with x₃ = 1, x = (1, 0, 1).",
        "Check: AᵀA (1, 0, 1) = (16, 0, 16) = 16 (1, 0, 1).",
        "For λ = 6 reduce AᵀA − 6I.",
        "Subtract 1/2 times row 1 from row 2, so that its entry in column 1 is 0.",
        "Subtract 3/2 times row 1 from row 3, so that its entry in column 1 is 0.",
        "Subtract row 2 from row 3, so that its entry in column 2 is 0.",
        "Divide row 2 by −5, so that its pivot in column 2 is 1.",
        "Subtract 2 times row 2 from row 1, so that its entry in column 2 is 0.",
        "Divide row 1 by 4, so that its pivot in column 1 is 1.",
        "x₃ is free; with x₃ = 1, x = (−1, −1, 1).",
        "Check: AᵀA (−1, −1, 1) = (−6, −6, 6) = 6 (−1, −1, 1).",
        "For λ = 0 reduce AᵀA.",
        "Subtract 1/5 times row 1 from row 2, so that its entry in column 1 is 0.",
        "Subtract 3/5 times row 1 from row 3, so that its entry in column 1 is 0.",
        "Add 2 times row 2 to row 3, so that its entry in column 2 is 0.",
        "Divide row 2 by 8/5, so that its pivot in column 2 is 1.",
        "Subtract 2 times row 2 from row 1, so that its entry in column 2 is 0.",
        "Divide row 1 by 10, so that its pivot in column 1 is 1.",
        "x₃ is free; with x₃ = 1, x = (−1, 2, 1).",
        "Check: AᵀA (−1, 2, 1) = (0, 0, 0) = 0 (−1, 2, 1).",
        "Divide (1, 0, 1) by its length √2: v₁ = (√2/2, 0, √2/2).",
        "Divide (−1, −1, 1) by its length √3: v₂ = (−√3/3, −√3/3, √3/3).",
        "Divide (−1, 2, 1) by its length √6: v₃ = (−√6/6, √6/3, √6/6).",
        "Roots of the eigenvalues, in order: σ₁ = 4, σ₂ = √6.",
        "u₁ = Av₁ / σ₁ = (√2/2, √2/2).",
        "u₂ = Av₂ / σ₂ = (√2/2, −√2/2).",
        "Put together: U = [[√2/2, √2/2], [√2/2, −√2/2]], Σ = [[4, 0, 0], [0, √6, 0]], Vᵀ = "
        "[[√2/2, 0, √2/2], [−√3/3, −√3/3, √3/3], [−√6/6, √6/3, √6/6]], "
        "2x2 times 2x3 times 3x3.",
        "Check: UΣVᵀ = [[1, −1, 3], [3, 1, 1]].",
    ]


def test_the_row_reduction_of_the_page_ends_with_x1_equal_to_x3_and_x2_zero():
    formula = svd(A, steps=True)[10].latex
    assert formula.endswith(
        r"\left[\begin{array}{rrr}1 & 0 & -1 \\ 0 & 1 & 0 \\ 0 & 0 & 0\end{array}\right]"
    )


def test_the_result_of_the_steps_is_what_is_shown():
    U, S, Vh = svd(A, steps=True).result
    np.testing.assert_allclose(U, np.array([[1, 1], [1, -1]]) / 2**0.5, atol=1e-14)
    np.testing.assert_allclose(S, [4, 6**0.5], rtol=1e-14)
    rows = np.array([[1, 0, 1], [-1, -1, 1], [-1, 2, 1]])
    np.testing.assert_allclose(Vh, rows / np.linalg.norm(rows, axis=1)[:, None], atol=1e-14)


def test_a_zero_singular_value_gives_no_left_vector_and_the_basis_is_completed():
    steps = words(svd([[1, 1], [1, 1], [0, 0]], steps=True))
    assert "Roots of the eigenvalues, in order: σ₁ = 2, σ₂ = 0." in steps
    assert (
        "A zero or missing singular value gives no u: choose u₂ = (−√2/2, √2/2, 0), a unit "
        "vector at right angles to the others." in steps
    )
    assert steps[-1] == "Check: UΣVᵀ = [[1, 1], [1, 1], [0, 0]]."


def test_the_thin_decomposition_is_shown_without_completion():
    steps = words(svd([[1, 1], [1, 1], [0, 1]], full_matrices=False, steps=True))
    assert "3x2 times 2x2 times 2x2" in steps[-2]
    assert steps[-1] == "Check: UΣVᵀ = [[1, 1], [1, 1], [0, 1]]."


def test_repeated_eigenvalues_are_given_vectors_at_right_angles():
    steps = words(svd([[0, 2], [2, 0]], steps=True))
    assert "Roots of the eigenvalues, in order: σ₁ = 2, σ₂ = 2." in steps
    assert steps[-1] == "Check: UΣVᵀ = [[0, 2], [2, 0]]."


def test_roots_of_roots_are_written_as_decimals():
    steps = words(svd([[1, 1], [0, 1]], steps=True))
    assert "Roots of the eigenvalues, in order: σ₁ = 1/2 + √5/2, σ₂ = −1/2 + √5/2." in steps
    assert "u₁ = Av₁ / σ₁ = (0.850651, 0.525731)." in steps
    assert steps[-1] == "Check: UΣVᵀ = [[1, 1], [0, 1]]."


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0, 0)])
def test_empty_matrices_have_steps_too(shape):
    steps = svd(np.zeros(shape), steps=True)
    assert "Roots of the eigenvalues, in order: none." in words(steps)
    assert steps.result.S.shape == (0,)


def test_steps_without_exact_roots_are_refused():
    with pytest.raises(ValueError, match="of degree at most 3, got one of degree 4"):
        svd(random(4, 4), steps=True)
