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
    ours.Perceptron(),
    ours.SoftmaxClassifier(),
]
REGRESSORS = [ours.LinearRegression(), ours.Ridge(), ours.PolynomialRegression()]
NAN, INF = float("nan"), float("inf")
SAMPLES, LABELS = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], [0, 1, 1]
BAD = [
    ([[0.0, NAN], [1, 0], [2, 2]], LABELS, "X contains NaN"),
    ([[0.0, INF], [1, 0], [2, 2]], LABELS, "X contains infinity"),
    ([["a", "b"]] * 3, LABELS, "string"),
    (None, LABELS, "2D array"),
    ([[0.0, 1.0], [1.0], [2.0, 2.0]], LABELS, "inhomogeneous"),
    ([0.0, 1.0, 2.0], LABELS, "2D array"),
    (np.empty((0, 2)), [], "0 sample"),
    (SAMPLES, [0, 1], "inconsistent numbers of samples"),
    (SAMPLES, None, "requires y"),
    (SAMPLES, [0.0, NAN, 1.0], "y contains NaN"),
]


def test_bad_data_are_refused_by_fit():
    for estimator in CLASSIFIERS + REGRESSORS:
        for X, y, message in BAD:
            with naming(estimator, X, y), pytest.raises((ValueError, TypeError), match=message):
                estimator.fit(X, y)
    for estimator in CLASSIFIERS:
        with naming(estimator), pytest.raises(ValueError, match="one class: 3"):
            estimator.fit(SAMPLES, [3, 3, 3])


OPTIONS = [
    (ours.LinearRegression, {"solver": "magic"}),
    *((ours.LogisticRegression, {"max_iter": wrong}) for wrong in (2.5, 0, True)),
    *((ours.LogisticRegression, {"tol": wrong}) for wrong in (-1, NAN)),
    (ours.LogisticRegression, {"C": 0}),
    *((ours.LinearSVM, {"C": wrong}) for wrong in (INF, "1")),
    (ours.LinearSVM, {"loss": ["hinge"]}),
    (ours.Ridge, {"alpha": -1}),
    *((ours.PolynomialRegression, {"degree": wrong}) for wrong in (1.5, -1)),
    (ours.GaussianClassifier, {"covariance": "naive"}),
    (ours.GaussianClassifier, {"shrinkage": 2}),
    (ours.SoftmaxClassifier, {"momentum": 1}),
    (ours.SoftmaxClassifier, {"batch_size": 0}),
    (ours.Perceptron, {"shuffle": 1}),
    *((ours.KNeighborsClassifier, {"n_neighbors": wrong}) for wrong in (0, 2.5)),
    *((ours.KNeighborsClassifier, {"p": wrong}) for wrong in (0.5, "2")),
]


def test_an_option_that_does_not_exist_is_refused_by_name():
    for kind, options in OPTIONS:
        (option,) = options
        message = f"{kind.__name__}: .*{option}"
        with naming(kind, options), pytest.raises((ValueError, TypeError), match=message):
            kind(**options).fit(SAMPLES, LABELS)


def test_a_singular_normal_equation_says_what_to_do():
    model = ours.LinearRegression(solver="normal")
    with pytest.raises(np.linalg.LinAlgError, match="add a penalty alpha > 0"):
        model.fit([[1.0, 2], [2, 4], [3, 6]], [1, 2, 3])
    with pytest.raises(np.linalg.LinAlgError, match=r"1 sample\(s\) for 3 weights"):
        model.fit([[1.0, 2]], [1])


def test_a_singular_covariance_says_what_to_do():
    for covariance, message in [
        ("shared", "the shared covariance is singular in 2 features"),
        ("own", r"the covariance of class 0 \(2 samples\) is singular"),
    ]:
        with naming(covariance, message):
            X, y = [[1.0, 0], [2.0, 0], [4.0, 0], [7.0, 0]], [0, 0, 1, 1]
            with pytest.raises(np.linalg.LinAlgError, match=rf"{message}.*shrinkage > 0"):
                ours.GaussianClassifier(covariance=covariance).fit(X, y)


UNFINISHED = [
    (ours.LogisticRegression(max_iter=1), r"1 steps: mean loss .* gradient .* \(tol 0.0001\)"),
    (ours.LinearSVM(tol=0, max_iter=3), r"3 epochs: .* gap .* \(tol 0\)"),
    (ours.Perceptron(max_iter=1), r"1 epochs: \d+ of 40 samples wrong in the last"),
]


def test_warning_without_convergence_states_the_gap(rng):
    for estimator, message in UNFINISHED:
        with naming(estimator, message):
            X = rng.standard_normal((40, 3)) * [1, 2, 3]
            with pytest.warns(ConvergenceWarning, match=f"not converged after {message}"):
                estimator.fit(X, X @ [1, 2, 3] + rng.standard_normal(40) > 0)
