"""Every estimator keeps scikit-learn's promises."""

import pytest

from nnlib.classifiers import (
    BaggingClassifier,
    BaggingRegressor,
    GaussianClassifier,
    GridSearch,
    Integers,
    KNeighborsClassifier,
    KNeighborsRegressor,
    LinearRegression,
    LinearSVM,
    LogisticRegression,
    MLPClassifier,
    Perceptron,
    PolynomialRegression,
    RandomSearch,
    Ridge,
    SoftmaxClassifier,
)

pytestmark = pytest.mark.slow

SOLVERS = ("svd", "qr", "normal", "gradient-descent")
KINKS = ("hinge", "weston_watkins", "crammer_singer")
ESTIMATORS = [
    *(LinearRegression(solver=solver) for solver in SOLVERS),
    *(Ridge(solver=solver) for solver in SOLVERS),
    *(PolynomialRegression(alpha=1.0, solver=solver) for solver in SOLVERS[:3]),
    PolynomialRegression(),
    *(LogisticRegression(solver=s) for s in ("lbfgs", "newton", "gradient-descent")),
    LogisticRegression(fit_intercept=False),
    *(GaussianClassifier(covariance=kind) for kind in ("shared", "own", "naive")),
    GaussianClassifier(covariance="naive", var_smoothing=1e-9),
    LinearSVM(),
    LinearSVM(fit_intercept=False),
    *(LinearSVM(loss=loss, max_iter=20) for loss in KINKS),
    Perceptron(),
    Perceptron(average=True),
    SoftmaxClassifier(),
    MLPClassifier(max_iter=60),
    MLPClassifier(activation="tanh", max_iter=60),
    BaggingClassifier(n_estimators=3, voting="hard", max_samples=0.7),
    BaggingRegressor(n_estimators=3),
    KNeighborsClassifier(),
    KNeighborsClassifier(algorithm="kd_tree", leaf_size=2, weights="distance"),
    KNeighborsClassifier(n_neighbors=3, metric="cosine"),
    KNeighborsRegressor(algorithm="kd_tree", weights="distance", p=1),
    GridSearch(KNeighborsClassifier(), {"n_neighbors": [1, 2]}, cv=2),
    RandomSearch(KNeighborsRegressor(), {"n_neighbors": Integers(1, 3)}, n_iter=2, cv=2),
]
ABSENT = ("pandas is not installed", "SCIPY_ARRAY_API is not set")  # in this environment
WIDE = "more features than samples: these solvers must refuse a singular system"


def must_fail(estimator):
    singular = isinstance(estimator, LinearRegression) and estimator.solver in ("qr", "normal")
    return {"check_sample_weight_equivalence_on_dense_data": WIDE} if singular else {}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_the_estimator_passes_the_checks_of_scikit_learn(estimator):
    from sklearn.utils.estimator_checks import check_estimator

    expected = must_fail(estimator)
    results = check_estimator(estimator, on_skip=None, expected_failed_checks=expected)
    failed = {r["check_name"] for r in results if r["status"] == "xfail"}
    skipped = [r for r in results if r["status"] not in ("passed", "xfail")]
    assert len(results) > 50
    assert failed == set(expected)
    assert all(str(r["exception"]).startswith(ABSENT) for r in skipped), skipped
