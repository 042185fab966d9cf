"""Principal components: five points by hand, both ways, and scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA as SklearnPCA

from nnlib.linalg import eigh, pca, svd

FIVE = np.array([[1, 0], [0, 5], [6, 3], [4, 9], [9, 8]])


def data(N, D, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, D)) @ rng.standard_normal((D, D)) + 3


CASES = {
    "five points": FIVE,
    "many rows": data(50, 4),
    "more columns than rows": data(4, 9),
    "two rows": data(2, 3),
    "one column": data(7, 1),
    "on a line": np.outer(np.arange(6.0), [1, 2, 2]) + 5,
    "of unequal scales": data(30, 3) * [1e-4, 1, 1e4],
}


@pytest.mark.parametrize("method", ["svd", "covariance"])
@pytest.mark.parametrize("name", CASES)
def test_it_agrees_with_scikit_learn(name, method):
    X = np.asarray(CASES[name], dtype=float)
    found = pca(X, method=method)
    theirs = SklearnPCA(svd_solver="full").fit(X)
    size = theirs.explained_variance_[0]
    close = {"rtol": 1e-10, "atol": 1e-13}
    np.testing.assert_allclose(found.mean, theirs.mean_, rtol=1e-12)
    np.testing.assert_allclose(
        found.explained_variance / size, theirs.explained_variance_ / size, **close
    )
    np.testing.assert_allclose(
        found.explained_variance_ratio, theirs.explained_variance_ratio_, **close
    )
    real = theirs.explained_variance_ > 1e-10 * size  # without variance any direction will do
    same = np.abs((found.components[: len(real)] * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(same[real], 1, rtol=1e-10)


@pytest.mark.parametrize("name", CASES)
def test_both_methods_agree(name):
    first, second = (pca(CASES[name], method=method) for method in ("svd", "covariance"))
    size = first.explained_variance[0]
    real = first.explained_variance > 1e-10 * size
    np.testing.assert_allclose(
        first.explained_variance / size, second.explained_variance / size, atol=1e-12
    )
    # The eigenvector of a variance of 1e-8 of the largest keeps half of its digits by C.
    np.testing.assert_allclose(first.components[real], second.components[real], atol=1e-7)


def test_both_methods_agree_to_the_last_digits_on_data_of_one_scale():
    first, second = (pca(data(50, 4), method=method) for method in ("svd", "covariance"))
    for got, expected in zip(first, second, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-12)


def test_the_decompositions_of_this_package_give_the_same():
    X = data(12, 4)
    found, centred = pca(X), X - X.mean(axis=0)
    _, S, Vh = svd(centred, full_matrices=False)
    np.testing.assert_allclose(found.components, Vh, atol=1e-12)
    np.testing.assert_allclose(found.explained_variance, S**2 / 11, rtol=1e-12)
    values, V = eigh(centred.T @ centred / 11)
    np.testing.assert_allclose(found.components, V[:, ::-1].T, atol=1e-12)
    np.testing.assert_allclose(found.explained_variance, values[::-1], rtol=1e-12)


def test_scores_are_uncorrelated_and_vary_as_said():
    found = pca(data(40, 5))
    covariance = np.cov(found.scores, rowvar=False)
    np.testing.assert_allclose(covariance, np.diag(found.explained_variance), atol=1e-12)


def test_transforming_the_data_gives_the_scores_and_back():
    X = data(20, 4)
    found = pca(X)
    np.testing.assert_allclose(found.transform(X), found.scores, atol=1e-12)
    np.testing.assert_allclose(found.inverse(found.scores), X, atol=1e-12)


def test_what_fewer_components_lose_is_the_variance_left_out():
    X = data(20, 4)
    found, whole = pca(X, 2), pca(X)
    lost = ((found.inverse(found.scores) - X) ** 2).sum() / 19
    np.testing.assert_allclose(lost, whole.explained_variance[2:].sum(), rtol=1e-12)
    assert found.components.shape == (2, 4)
    np.testing.assert_allclose(
        found.explained_variance_ratio, whole.explained_variance_ratio[:2]
    )


def test_ratios_add_up_to_one():
    np.testing.assert_allclose(pca(data(9, 4)).explained_variance_ratio.sum(), 1, rtol=1e-14)


def test_data_that_do_not_vary_have_no_variance_to_share():
    found = pca(np.full((3, 2), 7.0))
    assert (found.explained_variance == 0).all()
    assert (found.explained_variance_ratio == 0).all()
    assert (found.scores == 0).all()


@pytest.mark.parametrize("name", CASES)
def test_the_largest_entry_of_a_component_is_positive(name):
    V = pca(CASES[name]).components
    assert (V.max(axis=1) >= (1 - 1e-7) * np.abs(V).max(axis=1)).all()


def test_the_input_is_not_changed():
    X = data(5, 3)
    before = X.copy()
    pca(X)
    assert (X == before).all()


@pytest.mark.parametrize(
    ("X", "options", "kind", "message"),
    [
        ([[1, 2]], {}, ValueError, r"with at least 2 rows and 1 column, got \(1, 2\)"),
        (np.zeros((3, 0)), {}, ValueError, r"with at least 2 rows and 1 column, got \(3, 0\)"),
        ([1, 2], {}, ValueError, r"expected a matrix X \(m, n\), got shape \(2,\)"),
        ([[1], [np.nan]], {}, ValueError, "expected finite numbers for X, got nan"),
        ([["a"], ["b"]], {}, TypeError, "expected real numbers for X"),
        (FIVE, {"n_components": 3}, ValueError, "n_components from 1 to 2, got 3"),
        (FIVE, {"n_components": 0}, ValueError, "n_components from 1 to 2, got 0"),
        (FIVE, {"n_components": 0.9}, TypeError, "an integer n_components, got 0.9"),
        (FIVE, {"method": "qr"}, ValueError, "expected method 'svd' or 'covariance', got 'qr'"),
    ],
)
def test_what_has_no_components_is_refused(X, options, kind, message):
    with pytest.raises(kind, match=f"pca: .*{message}"):
        pca(X, **options)


def test_data_of_another_width_are_refused():
    found = pca(data(6, 3), 2)
    with pytest.raises(ValueError, match="transform: expected X with 3 columns, got 2"):
        found.transform(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="inverse: expected scores with 2 columns, got 3"):
        found.inverse(np.zeros((1, 3)))


def test_every_step_for_five_points():
    assert [str(step) for step in pca(FIVE, steps=True)] == [
        "Average the rows: (4, 5).",
        "Subtract it from each: [[−3, −5], [−4, 0], [2, −2], [0, 4], [5, 3]].",
        "Covariance, with N − 1 = 4: C = [[27/2, 13/2], [13/2, 27/2]].",
        "Subtract λ from each entry of the diagonal.",
        "Take the determinant: (27/2 − λ)(27/2 − λ) − 13/2 · 13/2.",
        "Multiply out: det(C − λI) = λ² − 27λ + 140.",
        "Factor: λ² − 27λ + 140 = (λ − 20)(λ − 7); the roots are 20 and 7.",
        "For λ = 20 reduce C − 20I.",
        "Add row 1 to row 2, so that its entry in column 1 is 0.",
        "Divide row 1 by −13/2, so that its pivot in column 1 is 1.",
        "x₂ is free; with x₂ = 1, x = (1, 1).",
        "Check: C (1, 1) = (20, 20) = 20 (1, 1).",
        "For λ = 7 reduce C − 7I.",
        "Subtract row 1 from row 2, so that its entry in column 1 is 0.",
        "Divide row 1 by 13/2, so that its pivot in column 1 is 1.",
        "x₂ is free; with x₂ = 1, x = (−1, 1).",
        "Check: C (−1, 1) = (−7, 7) = 7 (−1, 1).",
        "Component 1 is v₁ = (√2/2, √2/2): variance 20, which is 20/27 of 27.",
        "Component 2 is v₂ = (−√2/2, √2/2): variance 7, which is 7/27 of 27.",
        "Scores, a row for each example: [[−4√2, −√2], [−2√2, 2√2], [0, −2√2], [2√2, 2√2], "
        "[4√2, −√2]].",
    ]


def test_the_result_of_the_steps_is_what_is_shown():
    found = pca(FIVE, steps=True).result
    np.testing.assert_allclose(found.explained_variance, [20, 7], rtol=1e-14)
    scores = np.array([[-4, -1], [-2, 2], [0, -2], [2, 2], [4, -1]])
    np.testing.assert_allclose(found.scores, 2**0.5 * scores, atol=1e-13)
