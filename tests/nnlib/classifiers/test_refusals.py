"""What the estimators refuse, and what they say."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from nnlib import classifiers as ours
from tests.nnlib.harness import naming

CLASSIFIERS = [
    ours.LogisticRegression(),
    ours.GaussianClassifier(),
    ours.LinearSVM(),
    ours.LinearSVM(loss="hinge"),
    ours.Perceptron(),
    ours.SoftmaxClassifier(),
    ours.MLPClassifier((3,)),
]
REGRESSORS = [ours.LinearRegression(), ours.Ridge(), ours.PolynomialRegression()]
NAN, INF = float("nan"), float("inf")
SAMPLES, LABELS = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], [0, 1, 1]
BAD = [
    ([[0.0, NAN], [1, 0], [2, 2]], LABELS, "Input X contains NaN"),
    ([[0.0, INF], [1, 0], [2, 2]], LABELS, "Input X contains infinity"),
    ([["a", "b"]] * 3, LABELS, "could not convert string to float"),
    (None, LABELS, "Expected 2D array, got scalar array"),
    ([[0.0, 1.0], [1.0], [2.0, 2.0]], LABELS, "inhomogeneous"),
    ([0.0, 1.0, 2.0], LABELS, "Expected 2D array, got 1D array"),
    (np.empty((0, 2)), [], r"Found array with 0 sample\(s\)"),
    (SAMPLES, [0, 1], r"inconsistent numbers of samples: \[3, 2\]"),
    (SAMPLES, None, "requires y to be passed"),
    (SAMPLES, [0.0, NAN, 1.0], "Input y contains NaN"),
]


def test_bad_data_are_refused_by_fit():
    for estimator in CLASSIFIERS + REGRESSORS:
        for X, y, message in BAD:
            with (
                naming(estimator, X, y, message),
                pytest.raises((ValueError, TypeError), match=message),
            ):
                estimator.fit(X, y)


def test_one_class_alone_is_refused():
    for estimator in CLASSIFIERS:
        with (
            naming(estimator),
            pytest.raises(
                ValueError, match="expected at least 2 classes in y, got one class: 3"
            ),
        ):
            estimator.fit(SAMPLES, [3, 3, 3])


LINEAR = (ours.LinearRegression, ours.Ridge, ours.PolynomialRegression)
STEPPED = (*LINEAR, ours.LogisticRegression)
EPOCHS = (ours.LinearSVM, ours.Perceptron, ours.SoftmaxClassifier, ours.MLPClassifier)
OPTIONS = [
    *((kind, {"solver": "magic"}, "solver is one of svd, qr, normal, gra") for kind in LINEAR),
    (ours.LogisticRegression, {"solver": "magic"}, "solver is one of lbfgs, newton, gradient-"),
    (ours.LinearSVM, {"loss": ["hinge"]}, "loss is one of squared_hinge, hinge, weston_wat"),
    (
        ours.GaussianClassifier,
        {"covariance": 3},
        "covariance is one of shared, own, naive, got 3",
    ),
    (ours.MLPClassifier, {"activation": "sin"}, "activation is one of relu, tanh, logistic"),
    *((kind, {"max_iter": 2.5}, "whole number for max_iter") for kind in STEPPED + EPOCHS),
    *((kind, {"max_iter": 0}, "max_iter of at least 1, got 0") for kind in STEPPED + EPOCHS),
    *((kind, {"max_iter": True}, "number for max_iter, got True") for kind in STEPPED + EPOCHS),
    *((kind, {"tol": -1}, "expected tol >= 0, got -1") for kind in STEPPED + EPOCHS[:1]),
    *((kind, {"tol": NAN}, "expected tol >= 0, got nan") for kind in STEPPED + EPOCHS[:1]),
    *((kind, {"learning_rate_init": 0}, "learning_rate_init > 0, got 0") for kind in STEPPED),
    *((kind, {"fit_intercept": "no"}, "True or False for fit_intercept") for kind in STEPPED),
    (ours.LogisticRegression, {"C": 0}, "expected C > 0, got 0"),
    (ours.LinearSVM, {"C": INF}, "expected a finite C, got inf"),
    (ours.LinearSVM, {"C": "1"}, "expected a number for C, got '1'"),
    (ours.Ridge, {"alpha": -1}, "expected alpha >= 0, got -1"),
    (ours.PolynomialRegression, {"degree": 1.5}, "expected a whole number for degree, got 1.5"),
    (ours.PolynomialRegression, {"degree": -1}, "expected degree of at least 0, got -1"),
    (ours.GaussianClassifier, {"shrinkage": 2}, "shrinkage >= 0 and <= 1, got 2"),
    (ours.GaussianClassifier, {"var_smoothing": -1}, "var_smoothing >= 0, got -1"),
    (ours.GaussianClassifier, {"priors": [0.5, 0.6]}, "2 priors, not negative, with sum 1"),
    (ours.SoftmaxClassifier, {"momentum": 1}, "momentum >= 0 and < 1, got 1"),
    (ours.SoftmaxClassifier, {"batch_size": 0}, "batch_size of at least 1, got 0"),
    (ours.Perceptron, {"average": 1}, "True or False for average, got 1"),
    (ours.MLPClassifier, {"hidden_layer_sizes": 5}, "hidden_layer_sizes as a tuple, got 5"),
    (
        ours.MLPClassifier,
        {"hidden_layer_sizes": (5, 0)},
        r"hidden_layer_sizes\[1\] of at least",
    ),
]


def test_an_option_that_does_not_exist_is_refused():
    for kind, options, message in OPTIONS:
        with (
            naming(kind, options, message),
            pytest.raises((ValueError, TypeError), match=f"{kind.__name__}: .*{message}"),
        ):
            kind(**options).fit(SAMPLES, LABELS)


def test_a_singular_normal_equation_says_what_to_do():
    for solver in ["normal", "qr"]:
        with naming(solver):
            with pytest.raises(np.linalg.LinAlgError, match="add a penalty alpha > 0"):
                ours.LinearRegression(solver=solver).fit([[1.0, 2], [2, 4], [3, 6]], [1, 2, 3])
            with pytest.raises(np.linalg.LinAlgError, match=r"1 sample\(s\) for 3 weights"):
                ours.LinearRegression(solver=solver).fit([[1.0, 2]], [1])


def test_a_singular_covariance_says_what_to_do():
    for covariance, message in [
        ("shared", "the shared covariance is singular in 2 features"),
        ("own", r"the covariance of class 0 \(2 samples\) is singular"),
        ("naive", "feature 1 is constant in class 0"),
    ]:
        with naming(covariance, message):
            X, y = [[1.0, 0], [2.0, 0], [4.0, 0], [7.0, 0]], [0, 0, 1, 1]
            with pytest.raises(np.linalg.LinAlgError, match=rf"{message}.*shrinkage > 0"):
                ours.GaussianClassifier(covariance=covariance).fit(X, y)


UNFINISHED = [
    (ours.LogisticRegression(max_iter=1), r"1 steps: mean loss .* gradient .* \(tol 0.0001\)"),
    (ours.LogisticRegression(solver="gradient-descent", max_iter=2), "2 steps: mean loss"),
    (ours.LinearSVM(loss="hinge", tol=0, max_iter=3), r"3 iterations: .* gap .* \(tol 0\)"),
    (ours.LinearSVM(tol=0, max_iter=1), "1 iterations: objective"),
    (ours.Perceptron(max_iter=1), r"1 epochs: \d+ of 40 samples wrong in the last"),
    (ours.MLPClassifier((3,), max_iter=2), "2 epochs: mean loss .* still falling"),
    (ours.Ridge(solver="gradient-descent", max_iter=1), r"1 steps: loss .* \(tol 1e-08\)"),
]


def test_what_has_not_converged_says_how_far_it_came(rng):
    for estimator, message in UNFINISHED:
        with naming(estimator, message):
            X = rng.standard_normal((40, 3)) * [1, 2, 3]
            with pytest.warns(ConvergenceWarning, match=f"not converged after {message}"):
                estimator.fit(X, X @ [1, 2, 3] + rng.standard_normal(40) > 0)
