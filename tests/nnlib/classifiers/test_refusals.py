"""What the estimators refuse, and what they say."""

import numpy as np
import pytest

from tests.nnlib.harness import Late, naming

ours, exceptions = Late("nnlib.classifiers"), Late("sklearn.exceptions")
CLASSIFIERS = [
    "LogisticRegression",
    "GaussianClassifier",
    "LinearSVM",
    "Perceptron",
    "SoftmaxClassifier",
]
REGRESSORS = ["LinearRegression", "Ridge", "PolynomialRegression"]
NAN, INF = float("nan"), float("inf")
SAMPLES, LABELS = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], [0, 1, 1]


def test_bad_data_are_refused_by_fit():  # test_checks.py has more of them, which are slow
    for estimator in CLASSIFIERS + REGRESSORS:
        with naming(estimator), pytest.raises(ValueError, match="X contains NaN"):
            getattr(ours, estimator)().fit([[0.0, NAN], [1, 0], [2, 2]], LABELS)
    for estimator in CLASSIFIERS:
        with naming(estimator), pytest.raises(ValueError, match="one class: 3"):
            getattr(ours, estimator)().fit(SAMPLES, [3, 3, 3])


OPTIONS = [
    ("LinearRegression", {"solver": "magic"}),
    *(("LogisticRegression", {"max_iter": wrong}) for wrong in (2.5, 0, True)),
    *(("LogisticRegression", {"tol": wrong}) for wrong in (-1, NAN)),
    ("LogisticRegression", {"C": 0}),
    *(("LinearSVM", {"C": wrong}) for wrong in (INF, "1")),
    ("LinearSVM", {"loss": ["hinge"]}),
    ("Ridge", {"alpha": -1}),
    *(("PolynomialRegression", {"degree": wrong}) for wrong in (1.5, -1)),
    ("GaussianClassifier", {"covariance": "naive"}),
    ("GaussianClassifier", {"shrinkage": 2}),
    ("SoftmaxClassifier", {"momentum": 1}),
    ("SoftmaxClassifier", {"batch_size": 0}),
    ("Perceptron", {"shuffle": 1}),
    *(("KNeighborsClassifier", {"n_neighbors": wrong}) for wrong in (0, 2.5)),
    *(("KNeighborsClassifier", {"p": wrong}) for wrong in (0.5, "2")),
]


def test_an_option_that_does_not_exist_is_refused_by_name():
    for kind, options in OPTIONS:
        (option,) = options
        message = f"{kind}: .*{option}"
        with naming(kind, options), pytest.raises((ValueError, TypeError), match=message):
            getattr(ours, kind)(**options).fit(SAMPLES, LABELS)


def test_a_singular_normal_equation_says_what_to_do():
    model = ours.LinearRegression(solver="normal")
    with pytest.raises(np.linalg.LinAlgError, match="add a penalty alpha > 0"):
        model.fit([[1.0, 2], [2, 4], [3, 6]], [1, 2, 3])
    with pytest.raises(np.linalg.LinAlgError, match=r"1 sample\(s\) for 3 weights"):
        model.fit([[1.0, 2]], [1])


def test_a_singular_covariance_says_what_to_do():
    for covariance, message in [
        ("shared", "with 2 features, the shared covariance is singular"),
        ("own", r"the covariance of class 0 \(2 samples\) is singular"),
    ]:
        with naming(covariance, message):
            X, y = [[1.0, 0], [2.0, 0], [4.0, 0], [7.0, 0]], [0, 0, 1, 1]
            with pytest.raises(np.linalg.LinAlgError, match=rf"{message}.*shrinkage > 0"):
                ours.GaussianClassifier(covariance=covariance).fit(X, y)


UNFINISHED = [
    (
        "LogisticRegression",
        {"max_iter": 1},
        r"step 1: mean objective .* gradient .* \(tol 0.0001\)",
    ),
    ("LinearSVM", {"tol": 0, "max_iter": 3}, r"epoch 3: .* gap .* \(tol 0\)"),
    ("Perceptron", {"max_iter": 1}, r"epoch 1, .* misclassified \d+ of 40 samples; raise"),
]


def test_warning_without_convergence_states_the_gap(rng):
    for kind, options, message in UNFINISHED:
        with naming(kind):
            X = rng.standard_normal((40, 3)) * [1, 2, 3]
            message = f"did not converge after {message}"
            with pytest.warns(exceptions.ConvergenceWarning, match=message):
                getattr(ours, kind)(**options).fit(
                    X, X @ [1, 2, 3] + rng.standard_normal(40) > 0
                )
