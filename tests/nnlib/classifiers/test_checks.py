"""Every estimator passes scikit-learn's checks."""

import pytest

from tests.nnlib.harness import Late

ours = Late("nnlib.classifiers")
pytestmark = pytest.mark.slow

ESTIMATORS = [
    ("LinearRegression", {}),
    ("LinearRegression", {"solver": "normal"}),
    ("Ridge", {}),
    ("PolynomialRegression", {}),
    ("LogisticRegression", {}),
    ("GaussianClassifier", {}),
    ("GaussianClassifier", {"covariance": "own"}),
    ("LinearSVM", {"fit_intercept": False}),
    *(("LinearSVM", {"loss": loss, "max_iter": 20}) for loss in ("hinge", "weston_watkins")),
    ("LinearSVM", {"loss": "crammer_singer", "max_iter": 20}),
    ("Perceptron", {"max_iter": 100}),
    ("SoftmaxClassifier", {}),
    ("KNeighborsClassifier", {}),
    ("KNeighborsClassifier", {"n_neighbors": 3, "p": 1}),
]
ABSENT = ("pandas is not installed", "SCIPY_ARRAY_API is not set")  # in this environment
WIDE = "more features than samples: this solver must refuse a singular system"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("kind", "options"), ESTIMATORS)
def test_the_estimator_passes_the_checks_of_scikit_learn(kind, options):
    from sklearn.utils.estimator_checks import check_estimator

    singular = options == {"solver": "normal"}
    expected = {"check_sample_weight_equivalence_on_dense_data": WIDE} if singular else {}
    estimator = getattr(ours, kind)(**options)
    results = check_estimator(estimator, on_skip=None, expected_failed_checks=expected)
    failed = {r["check_name"] for r in results if r["status"] == "xfail"}
    skipped = [r for r in results if r["status"] not in ("passed", "xfail")]
    assert len(results) > 50
    assert failed == set(expected)
    assert all(str(r["exception"]).startswith(ABSENT) for r in skipped), skipped
