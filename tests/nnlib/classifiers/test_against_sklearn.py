"""Our estimators find what scikit-learn's find."""

from fractions import Fraction as Fr

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

X, y = datasets.load_digits(return_X_y=True)
X = X / 16
REST = np.arange(len(X)) % 3 == 0
LINE = datasets.make_regression(60, 5, noise=9.0, random_state=0)


@pytest.mark.parametrize("solver", ["svd", "qr", "normal", "gradient-descent"])
def test_every_solver_finds_the_line_of_scikit_learn(solver):
    got = ours.LinearRegression(solver=solver, tol=1e-10).fit(*LINE)
    expected = linear_model.LinearRegression().fit(*LINE)
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=1e-8)
    assert got.intercept_ == pytest.approx(expected.intercept_, rel=1e-8)


@pytest.mark.parametrize("solver", ["svd", "qr", "normal", "gradient-descent"])
def test_every_solver_finds_the_ridge_of_scikit_learn(solver):
    got = ours.Ridge(3.0, solver=solver, tol=1e-10).fit(*LINE)
    expected = linear_model.Ridge(3.0).fit(*LINE)
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=1e-8)


@pytest.mark.parametrize("classes", [2, 10])
def test_logistic_regression_finds_the_weights_of_scikit_learn(classes):
    some = y < classes
    got = ours.LogisticRegression(solver="newton", tol=1e-10).fit(X[some], y[some])
    expected = linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-10)
    expected.fit(X[some], y[some])
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0, atol=1e-6)


FASHION = [
    (
        ours.GaussianClassifier(),
        discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr"),
    ),
    (
        ours.GaussianClassifier(covariance="naive", shrinkage=0.1),
        naive_bayes.GaussianNB(var_smoothing=0.1),
    ),
    (
        ours.SoftmaxClassifier(random_state=0, learning_rate_init=0.02, max_iter=30),
        linear_model.LogisticRegression(C=0.1, tol=1e-3),
    ),
    (
        ours.Perceptron(average=True, max_iter=30, random_state=0),
        linear_model.Perceptron(random_state=0),
    ),
    (
        ours.MLPClassifier((32,), max_iter=15, random_state=0),
        neural_network.MLPClassifier((32,), max_iter=15, random_state=0),
    ),
    (ours.LinearSVM(C=0.01, tol=0.003), svm.LinearSVC(C=0.01)),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("mine", "theirs"), FASHION, ids=lambda e: type(e).__name__)
def test_accuracy_is_no_more_than_a_standard_error_below_scikit_learn(mine, theirs):
    train, test = fashion_mnist()
    a, b = (m.fit(train.X, train.y).score(test.X, test.y) for m in (mine, theirs))
    assert a > b - ours.standard_error(b, len(test.y))


def test_the_hinge_losses_of_the_notes_are_exact():
    scores = [[2.1, 3.5, -2.3], [1.4, 5, 2.8], [2.3, 2, -5]]
    steps = ours.hinge_loss(scores, [0, 1, 2], steps=True)
    assert steps.result.tolist() == [Fr("2.4"), 0, Fr("16.3")]
    assert str(steps[-1]) == "The mean of the losses is 187/30."


def test_the_line_through_four_points_is_exact():
    A = [[0, 1], [1, 1], [2, 1], [3, 1]]
    assert ours.normal_equation(A, [1, 3, 4, 4], steps=True).result.tolist() == [1, Fr(3, 2)]


@pytest.mark.parametrize(
    "estimator",
    [
        ours.LogisticRegression(),
        ours.GaussianClassifier(),
        ours.LinearSVM(),
        ours.Perceptron(),
        ours.SoftmaxClassifier(),
    ],
)
def test_one_class_alone_is_refused(estimator):
    with pytest.raises(ValueError, match="expected at least 2 classes in y, got one class"):
        estimator.fit([[0.0], [1.0]], [3, 3])


def test_an_unknown_solver_is_refused_with_those_that_exist():
    with pytest.raises(ValueError, match="one of 'lbfgs', 'newton', 'gradient-descent'"):
        ours.LogisticRegression(solver="magic").fit(X, y)


def test_a_singular_normal_equation_says_what_to_do():
    with pytest.raises(np.linalg.LinAlgError, match="add a penalty alpha > 0"):
        ours.LinearRegression(solver="normal").fit(
            [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], [1, 2, 3]
        )


def test_a_singular_covariance_says_what_to_do():
    with pytest.raises(np.linalg.LinAlgError, match="set shrinkage > 0"):
        ours.GaussianClassifier().fit([[1.0, 0], [2.0, 0], [4.0, 0]], [0, 0, 1])


def test_a_perceptron_that_cannot_separate_says_how_many_are_left():
    with pytest.raises(ValueError, match="mistakes of 4 in the last of 20 epochs"):
        ours.perceptron_rule([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1], max_epochs=20)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (
            ours.GaussianClassifier(),
            discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr"),
        ),
        (ours.GaussianClassifier(covariance="naive"), naive_bayes.GaussianNB(var_smoothing=0)),
    ],
)
def test_gaussians_give_the_probabilities_of_scikit_learn(mine, theirs):
    a, b = (m.fit(*datasets.load_iris(return_X_y=True)) for m in (mine, theirs))
    flowers = datasets.load_iris().data
    np.testing.assert_allclose(a.predict_proba(flowers), b.predict_proba(flowers), atol=1e-9)
