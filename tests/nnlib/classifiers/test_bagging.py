import numpy as np
import pytest
import sklearn.ensemble

from nnlib.classifiers import (
    BaggingClassifier,
    BaggingRegressor,
    KNeighborsClassifier,
    KNeighborsRegressor,
)
from tests.nnlib.harness import naming


def draw_as(theirs, monkeypatch):
    """Let ours fit to the samples that theirs drew."""
    samples = iter(theirs.estimators_samples_)
    monkeypatch.setattr("nnlib.classifiers.bagging.draw", lambda *_: next(samples))


def test_from_the_same_samples_classification_is_scikit_learns(rng, monkeypatch):
    X, Q, y = rng.random((50, 3)), rng.random((30, 3)), rng.choice(list("abc"), 50)
    options = {"n_estimators": 15, "oob_score": True, "random_state": 1}
    base = KNeighborsClassifier(3)
    theirs = sklearn.ensemble.BaggingClassifier(base, **options).fit(X, y)
    draw_as(theirs, monkeypatch)
    ours = BaggingClassifier(base, **options).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(Q), theirs.predict_proba(Q), rtol=1e-12)
    np.testing.assert_array_equal(ours.predict(Q), theirs.predict(Q))
    np.testing.assert_allclose(ours.oob_decision_function_, theirs.oob_decision_function_)
    assert ours.oob_score_ == theirs.oob_score_


def test_from_the_same_samples_regression_is_scikit_learns(rng, monkeypatch):
    X, y = rng.random((50, 3)), rng.random(50)
    options = {"n_estimators": 20, "oob_score": True, "random_state": 1}
    base = KNeighborsRegressor(2)
    theirs = sklearn.ensemble.BaggingRegressor(base, **options).fit(X, y)
    draw_as(theirs, monkeypatch)
    ours = BaggingRegressor(base, **options).fit(X, y)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-12)
    np.testing.assert_allclose(ours.oob_prediction_, theirs.oob_prediction_, rtol=1e-12)
    assert ours.oob_score_ == pytest.approx(theirs.oob_score_, rel=1e-12)


def test_an_option_that_does_not_exist_is_refused():
    for options, error, message in [
        ({"n_estimators": 0}, ValueError, "expected n_estimators of at least 1, got 0"),
        ({"max_samples": 1.5}, ValueError, r"a share max_samples in \(0, 1\], got 1.5"),
        ({"max_samples": 9}, ValueError, "max_samples of at most 2, got 9"),
        ({"max_samples": "all"}, TypeError, "a whole number for max_samples, got 'all'"),
        ({"oob_score": True, "bootstrap": False}, ValueError, "oob_score needs bootstrap"),
        ({"voting": "loud"}, ValueError, "voting is one of soft, hard, got 'loud'"),
    ]:
        with naming(options, error, message), pytest.raises(error, match=message):
            BaggingClassifier(**options).fit([[0.0], [1.0]], [0, 1])
