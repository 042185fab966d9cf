"""Our estimators find what scikit-learn's find."""

import numpy as np
import pytest
from sklearn import datasets, discriminant_analysis, linear_model, preprocessing, svm

from nnlib import classifiers as ours
from tests.nnlib.harness import naming

X, y = datasets.load_digits(return_X_y=True)
X = X / 16
LINE = datasets.make_regression(60, 5, noise=9.0, random_state=0)


def test_the_line_and_the_ridge_are_those_of_scikit_learn(rng):
    weights = rng.integers(0, 3, len(LINE[1]))
    expected = linear_model.LinearRegression().fit(*LINE, weights)
    for solver in ("svd", "normal"):
        with naming(solver):
            got = ours.LinearRegression(solver=solver).fit(*LINE, weights)
            np.testing.assert_allclose(got.coef_, expected.coef_, rtol=1e-8)
            assert got.intercept_ == pytest.approx(expected.intercept_, rel=1e-8)
    got, expected = (m.fit(*LINE) for m in (ours.Ridge(3.0), linear_model.Ridge(3.0)))
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=1e-8)


def test_polynomials_are_those_of_scikit_learn():
    features = preprocessing.PolynomialFeatures(3, include_bias=False)
    products = features.fit_transform(LINE[0])
    for alpha in (0.0, 2.0):
        got = ours.PolynomialRegression(3, alpha=alpha).fit(*LINE)
        theirs = (
            linear_model.Ridge(alpha, solver="svd")
            if alpha
            else linear_model.LinearRegression()
        )
        np.testing.assert_array_equal(got.powers_, features.powers_)
        np.testing.assert_allclose(got.coef_, theirs.fit(products, LINE[1]).coef_, atol=1e-8)


def test_logistic_regression_finds_the_weights_of_scikit_learn():
    for classes in [2, 3]:
        with naming(classes):
            some = y < classes
            got = ours.LogisticRegression(tol=1e-10).fit(X[some], y[some])
            expected = linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-10)
            expected.fit(X[some], y[some])
            np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0, atol=1e-6)


def test_the_softmax_classifier_is_as_accurate_as_the_minimum_of_its_loss():
    test = np.arange(len(X)) % 3 == 0
    mine = ours.SoftmaxClassifier(
        alpha=3e-3, learning_rate_init=0.05, max_iter=30, random_state=0
    )
    models = mine, linear_model.LogisticRegression(C=0.1)
    a, b = (m.fit(X[~test], y[~test]).score(X[test], y[test]) for m in models)
    assert a > b - np.sqrt(b * (1 - b) / test.sum())  # a standard error


def test_the_perceptron_stops_when_it_has_separated_the_classes():
    some = y < 2
    model = ours.Perceptron(random_state=0).fit(X[some], y[some])
    assert model.score(X[some], y[some]) == 1
    assert model.loss_curve_[-1] == 0
    assert model.n_iter_ < 20


def test_gaussians_give_the_probabilities_of_scikit_learn():
    for mine, theirs in [
        (
            ours.GaussianClassifier(),
            discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr"),
        ),
        (
            ours.GaussianClassifier(covariance="own", shrinkage=0.2),
            discriminant_analysis.QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=0.2),
        ),
    ]:
        with naming(mine, theirs):
            a, b = (m.fit(*datasets.load_iris(return_X_y=True)) for m in (mine, theirs))
            flowers = datasets.load_iris().data
            np.testing.assert_allclose(
                a.predict_proba(flowers), b.predict_proba(flowers), atol=1e-9
            )


SVMS = [
    ("hinge", {"loss": "hinge"}),
    ("crammer_singer", {"multi_class": "crammer_singer"}),
]
FLOWERS, KINDS = datasets.load_iris(return_X_y=True)
FLOWERS = (FLOWERS - FLOWERS.mean(axis=0)) / FLOWERS.std(axis=0)


def test_the_support_vector_machine_finds_the_optimum_of_scikit_learn():
    for classes in [2, 3]:
        for loss, options in SVMS:
            with naming(classes, loss, options):
                some = KINDS < classes
                got = ours.LinearSVM(0.1, loss=loss, tol=1e-11, max_iter=5000, random_state=0)
                expected = svm.LinearSVC(
                    C=0.1, tol=1e-9, max_iter=10**6, random_state=0, **options
                )
                for model in (got, expected):
                    model.fit(FLOWERS[some], KINDS[some])
                np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0, atol=1e-4)
                np.testing.assert_allclose(
                    got.intercept_, expected.intercept_, rtol=0, atol=1e-4
                )


def test_weston_and_watkins_for_two_classes_is_the_hinge_with_twice_the_c():
    some = KINDS > 0
    got = ours.LinearSVM(0.1, loss="weston_watkins", tol=1e-11, random_state=0)
    expected = ours.LinearSVM(0.2, loss="hinge", tol=1e-11, random_state=0)
    for model in (got, expected):
        model.set_params(max_iter=5000).fit(FLOWERS[some], KINDS[some])
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0, atol=1e-5)
