"""Our estimators give the same results as scikit-learn's."""

import numpy as np
import pytest

from tests.nnlib.harness import Late, naming

ours, sklearn = Late("nnlib.classifiers"), Late("sklearn")
discriminant, linear_model = Late("sklearn.discriminant_analysis"), Late("sklearn.linear_model")


def digits():
    """Return scikit-learn's digits, with pixels between 0 and 1."""
    X, y = sklearn.datasets.load_digits(return_X_y=True)
    return X / 16, y


def line():
    """Return samples of a linear function with noise."""
    return sklearn.datasets.make_regression(60, 5, noise=9.0, random_state=0)


def iris():
    """Return the standardized flowers and their kinds."""
    X, y = sklearn.datasets.load_iris(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def test_the_line_and_the_ridge_match_scikit_learn(rng):
    samples = line()
    weights = rng.integers(0, 3, len(samples[1]))
    expected = linear_model.LinearRegression().fit(*samples, weights)
    for solver in ("svd", "normal"):
        with naming(solver):
            got = ours.LinearRegression(solver=solver).fit(*samples, weights)
            np.testing.assert_allclose(got.coef_, expected.coef_, rtol=1e-8)
            assert got.intercept_ == pytest.approx(expected.intercept_, rel=1e-8)
    got, expected = (m.fit(*samples) for m in (ours.Ridge(3.0), linear_model.Ridge(3.0)))
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=1e-8)


def test_polynomials_match_scikit_learn():
    X, y = line()
    features = sklearn.preprocessing.PolynomialFeatures(3, include_bias=False)
    products = features.fit_transform(X)
    for alpha in (0.0, 2.0):
        got = ours.PolynomialRegression(3, alpha=alpha).fit(X, y)
        theirs = (
            linear_model.Ridge(alpha, solver="svd")
            if alpha
            else linear_model.LinearRegression()
        )
        np.testing.assert_array_equal(got.powers_, features.powers_)
        np.testing.assert_allclose(got.coef_, theirs.fit(products, y).coef_, atol=1e-8)


def test_logistic_regression_finds_the_weights_of_scikit_learn():
    X, y = digits()
    for classes in [2, 3]:
        with naming(classes):
            some = y < classes
            got = ours.LogisticRegression(tol=1e-10).fit(X[some], y[some])
            expected = linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-10)
            expected.fit(X[some], y[some])
            np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0, atol=1e-6)


def test_the_softmax_classifier_is_as_accurate_as_the_minimum_of_its_loss():
    X, y = digits()
    test = np.arange(len(X)) % 3 == 0
    mine = ours.SoftmaxClassifier(
        alpha=3e-3, learning_rate_init=0.05, max_iter=30, random_state=0
    )
    models = mine, linear_model.LogisticRegression(C=0.1)
    a, b = (m.fit(X[~test], y[~test]).score(X[test], y[test]) for m in models)
    assert a > b - np.sqrt(b * (1 - b) / test.sum())  # a standard error


def test_the_perceptron_stops_when_it_has_separated_the_classes():
    X, y = digits()
    some = y < 2
    model = ours.Perceptron(random_state=0).fit(X[some], y[some])
    assert model.score(X[some], y[some]) == 1
    assert model.loss_curve_[-1] == 0
    assert model.n_iter_ < 20


def test_gaussians_give_the_probabilities_of_scikit_learn():
    for mine, theirs in [
        (ours.GaussianClassifier(), discriminant.LinearDiscriminantAnalysis(solver="lsqr")),
        (
            ours.GaussianClassifier(covariance="own", shrinkage=0.2),
            discriminant.QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=0.2),
        ),
    ]:
        with naming(mine, theirs):
            flowers, kinds = sklearn.datasets.load_iris(return_X_y=True)
            a, b = (m.fit(flowers, kinds).predict_proba(flowers) for m in (mine, theirs))
            np.testing.assert_allclose(a, b, atol=1e-9)


SVMS = [("hinge", {"loss": "hinge"}), ("crammer_singer", {"multi_class": "crammer_singer"})]


def test_the_support_vector_machine_finds_the_optimum_of_scikit_learn():
    flowers, kinds = iris()
    for classes in [2, 3]:
        for loss, options in SVMS:
            with naming(classes, loss, options):
                some = kinds < classes
                got = ours.LinearSVM(0.1, loss=loss, tol=1e-11, max_iter=5000, random_state=0)
                expected = sklearn.svm.LinearSVC(
                    C=0.1, tol=1e-9, max_iter=10**6, random_state=0, **options
                )
                for model in (got, expected):
                    model.fit(flowers[some], kinds[some])
                np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0, atol=1e-4)
                np.testing.assert_allclose(
                    got.intercept_, expected.intercept_, rtol=0, atol=1e-4
                )


def test_weston_and_watkins_for_two_classes_is_the_hinge_with_twice_the_c():
    flowers, kinds = iris()
    some = kinds > 0
    got = ours.LinearSVM(0.1, loss="weston_watkins", tol=1e-11, random_state=0)
    expected = ours.LinearSVM(0.2, loss="hinge", tol=1e-11, random_state=0)
    for model in (got, expected):
        model.set_params(max_iter=5000).fit(flowers[some], kinds[some])
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0, atol=1e-5)
