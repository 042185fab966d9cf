"""Every estimator keeps every promise that scikit-learn's own must keep."""

import pytest
from sklearn.utils.estimator_checks import check_estimator

from nnlib.classifiers import (
    GaussianClassifier,
    LinearRegression,
    LinearSVM,
    LogisticRegression,
    MLPClassifier,
    Perceptron,
    PolynomialRegression,
    Ridge,
    SoftmaxClassifier,
)

ESTIMATORS = [
    LinearRegression(),
    Ridge(),
    PolynomialRegression(),
    LogisticRegression(),
    LogisticRegression(solver="newton"),
    GaussianClassifier(),
    GaussianClassifier(covariance="own"),
    GaussianClassifier(covariance="naive"),
    LinearSVM(),
    Perceptron(),
    SoftmaxClassifier(),
    MLPClassifier(),
]
ABSENT = ("pandas is not installed", "SCIPY_ARRAY_API is not set")  # in this environment


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_the_estimator_passes_the_checks_of_scikit_learn(estimator):
    results = check_estimator(estimator, on_skip=None)
    skipped = [r for r in results if r["status"] != "passed"]
    assert len(results) > 50
    assert all(str(r["exception"]).startswith(ABSENT) for r in skipped), skipped
