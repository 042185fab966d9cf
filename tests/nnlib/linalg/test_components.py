"""Principal components match scikit-learn."""

import numpy as np

from nnlib.linalg import pca
from tests.nnlib.harness import Late, naming

decomposition = Late("sklearn.decomposition")

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


def test_it_agrees_with_scikit_learn():
    for method in ["svd", "covariance"]:
        for name in CASES:
            with naming(name):
                X = np.asarray(CASES[name], dtype=float)
                result = pca(X, method=method)
                theirs = decomposition.PCA(svd_solver="full").fit(X)
                size = theirs.explained_variance_[0]
                close = {"rtol": 1e-10, "atol": 1e-13}
                np.testing.assert_allclose(result.mean, theirs.mean_, rtol=1e-12)
                np.testing.assert_allclose(
                    result.explained_variance / size, theirs.explained_variance_ / size, **close
                )
                np.testing.assert_allclose(
                    result.explained_variance_ratio, theirs.explained_variance_ratio_, **close
                )
                real = (
                    theirs.explained_variance_ > 1e-10 * size
                )  # without variance any direction will do
                same = np.abs((result.components[: len(real)] * theirs.components_).sum(axis=1))
                np.testing.assert_allclose(same[real], 1, rtol=1e-10)


def test_scores_and_errors_of_a_reconstruction():
    X = data(20, 4)
    whole, result = pca(X), pca(X, 2)
    np.testing.assert_allclose(whole.transform(X), whole.scores, atol=1e-12)
    np.testing.assert_allclose(whole.inverse(whole.scores), X, atol=1e-12)
    lost = ((result.inverse(result.scores) - X) ** 2).sum() / 19
    np.testing.assert_allclose(lost, whole.explained_variance[2:].sum(), rtol=1e-12)
    assert result.components.shape == (2, 4)
    ratio = whole.explained_variance_ratio[:2]
    np.testing.assert_allclose(result.explained_variance_ratio, ratio)


def test_data_that_do_not_vary_have_no_variance_to_share():
    for value in (7.0, 0.1):  # the mean of three 0.1 is not 0.1 in floating point
        result = pca(np.full((3, 2), value))
        assert (result.explained_variance == 0).all()
        assert (result.explained_variance_ratio == 0).all()
        assert (result.scores == 0).all()
