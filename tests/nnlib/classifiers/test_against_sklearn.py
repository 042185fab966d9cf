"""Our estimators find what scikit-learn's find."""

import numpy as np
import pytest
from sklearn import (
    datasets,
    discriminant_analysis,
    linear_model,
    naive_bayes,
    neural_network,
    svm,
)

from nnlib import classifiers as ours
from nnlib.datasets import fashion_mnist
from tests.nnlib.harness import naming

X, y = datasets.load_digits(return_X_y=True)
X = X / 16
LINE = datasets.make_regression(60, 5, noise=9.0, random_state=0)


def test_every_solver_finds_the_line_and_the_ridge_of_scikit_learn():
    line, ridge = linear_model.LinearRegression().fit(*LINE), linear_model.Ridge(3.0).fit(*LINE)
    for solver in ("svd", "qr", "normal", "gradient-descent"):
        with naming(solver):
            got = ours.LinearRegression(solver=solver, tol=1e-10).fit(*LINE)
            np.testing.assert_allclose(got.coef_, line.coef_, rtol=1e-8)
            assert got.intercept_ == pytest.approx(line.intercept_, rel=1e-8)
            got = ours.Ridge(3.0, solver=solver, tol=1e-10).fit(*LINE)
            np.testing.assert_allclose(got.coef_, ridge.coef_, rtol=1e-8)


def test_logistic_regression_finds_the_weights_of_scikit_learn():
    for classes in [2, 3]:
        with naming(classes):
            some = y < classes
            got = ours.LogisticRegression(solver="newton", tol=1e-10).fit(X[some], y[some])
            expected = linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-10)
            expected.fit(X[some], y[some])
            np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0, atol=1e-6)


PAIRS = [
    (
        ours.GaussianClassifier(shrinkage=0.1),
        discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1),
    ),
    (
        ours.Perceptron(average=True, max_iter=30, random_state=0),
        linear_model.Perceptron(random_state=0),
    ),
    (
        ours.SoftmaxClassifier(
            alpha=3e-3, learning_rate_init=0.05, max_iter=30, random_state=0
        ),
        linear_model.LogisticRegression(C=0.1),
    ),
]


BAYES = (
    ours.GaussianClassifier(covariance="naive", var_smoothing=0.1),
    naive_bayes.GaussianNB(var_smoothing=0.1),
)
TRAINED = [
    (
        # chosen by 3 folds of the training images
        ours.SoftmaxClassifier(alpha=3e-3, learning_rate_init=0.05, max_iter=30),
        linear_model.LogisticRegression(C=0.1, tol=1e-3),
    ),
    (
        ours.MLPClassifier((32,), max_iter=15),
        neural_network.MLPClassifier((32,), max_iter=15),
    ),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("mine", "theirs"), PAIRS, ids=lambda e: type(e).__name__)
def test_accuracy_is_no_more_than_a_standard_error_below_scikit_learn(mine, theirs):
    test = np.arange(len(X)) % 3 == 0
    a, b = (m.fit(X[~test], y[~test]).score(X[test], y[test]) for m in (mine, theirs))
    assert a > b - ours.standard_error(b, test.sum())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("mine", "theirs"), [*PAIRS[:2], BAYES], ids=lambda e: type(e).__name__
)
def test_clothes_are_told_apart_as_well_as_by_scikit_learn(mine, theirs):
    train, test = fashion_mnist()
    a, b = (m.fit(train.X[:2000], train.y[:2000]).score(test.X, test.y) for m in (mine, theirs))
    assert a > b - ours.standard_error(b, len(test.y))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("mine", "theirs"), TRAINED, ids=lambda e: type(e).__name__)
def test_whatever_the_seed_accuracy_is_scikit_learns(mine, theirs, seed):
    train, test = fashion_mnist()
    mine.set_params(random_state=seed).fit(train.X, train.y)
    b = theirs.set_params(random_state=seed).fit(train.X, train.y).score(test.X, test.y)
    assert mine.score(test.X, test.y) > b - ours.standard_error(b, len(test.y))


def test_gaussians_give_the_probabilities_of_scikit_learn():
    for mine, theirs in [
        (
            ours.GaussianClassifier(),
            discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr"),
        ),
        (
            ours.GaussianClassifier(covariance="naive", var_smoothing=1e-3),
            naive_bayes.GaussianNB(var_smoothing=1e-3),
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
    ("squared_hinge", {}),
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
