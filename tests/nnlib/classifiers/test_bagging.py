import numpy as np
import pytest
import sklearn.ensemble
from sklearn.linear_model import Perceptron
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.estimator_checks import check_estimator

from nnlib.classifiers import (
    BaggingClassifier,
    BaggingRegressor,
    KNeighborsClassifier,
    KNeighborsRegressor,
)


@pytest.mark.parametrize(
    "estimator",
    [
        BaggingClassifier(n_estimators=3),
        BaggingClassifier(n_estimators=3, voting="hard", max_samples=0.7),
        BaggingRegressor(n_estimators=3),
    ],
    ids=repr,
)
def test_it_passes_scikit_learns_checks(estimator):
    check_estimator(estimator, on_skip=None)


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


def test_a_bootstrap_sample_leaves_out_one_in_e(rng):
    X, y = rng.random((2000, 1)), rng.integers(0, 2, 2000)
    model = BaggingClassifier(n_estimators=5, random_state=0).fit(X, y)
    left_out = [1 - len(np.unique(s)) / 2000 for s in model.estimators_samples_]
    assert np.mean(left_out) == pytest.approx(1 / np.e, abs=0.01)


def test_without_bootstrap_no_sample_is_drawn_twice(rng):
    X, y = rng.random((40, 1)), rng.integers(0, 2, 40)
    model = BaggingClassifier(bootstrap=False, max_samples=30, random_state=0).fit(X, y)
    assert {len(np.unique(s)) for s in model.estimators_samples_} == {30}


def test_many_trees_err_less_than_one(rng):
    X, Q = rng.random((200, 2)), rng.random((500, 2))
    y, truth = np.sin(6 * X[:, 0]) + 0.5 * rng.standard_normal(200), np.sin(6 * Q[:, 0])
    one = DecisionTreeRegressor(random_state=0).fit(X, y)
    many = BaggingRegressor(DecisionTreeRegressor(), 30, random_state=0).fit(X, y)
    error, errors = (np.mean((m.predict(Q) - truth) ** 2) for m in (one, many))
    assert errors < 0.6 * error


def test_votes_count_heads_and_probabilities_their_mean():
    X, y = np.array([[0.0], [1.0], [2.0], [10.0]]), np.array([0, 0, 1, 1])
    options = {"n_estimators": 40, "random_state": 0}
    base = KNeighborsClassifier(3)
    soft = BaggingClassifier(base, **options).fit(X, y).predict_proba([[1.1]])
    hard = BaggingClassifier(base, voting="hard", **options).fit(X, y).predict_proba([[1.1]])
    each = [
        m.predict_proba([[1.1]])
        for m in BaggingClassifier(base, **options).fit(X, y).estimators_
        if len(m.classes_) == 2
    ]
    assert (hard * 40 == np.round(hard * 40)).all()
    assert (soft != hard).any()
    assert {round(3 * p[0, 0]) for p in each} >= {1, 2, 3}


def test_classifiers_without_probabilities_vote(rng):
    X = rng.standard_normal((60, 2))
    y = np.where(X[:, 0] > 0, "right", "left")
    base = make_pipeline(StandardScaler(), Perceptron())
    model = BaggingClassifier(base, 8, random_state=0).fit(X, y)
    assert (model.predict_proba(X) * 8 % 1 == 0).all()
    assert model.score(X, y) > 0.9
    seeds = {e.get_params()["perceptron__random_state"] for e in model.estimators_}
    assert len(seeds) == 8


def test_the_same_seed_gives_the_same_trees(rng):
    X, y = rng.random((60, 5)), rng.integers(0, 3, 60)
    base = DecisionTreeClassifier(max_features=1)
    p, q = (
        BaggingClassifier(base, 4, random_state=5).fit(X, y).predict_proba(X) for _ in range(2)
    )
    np.testing.assert_array_equal(p, q)


def test_samples_that_are_in_every_bag_have_no_score(rng):
    X, y = rng.random((30, 2)), rng.integers(0, 2, 30)
    model = BaggingClassifier(n_estimators=2, oob_score=True, random_state=0).fit(X, y)
    in_all = np.all([np.isin(np.arange(30), s) for s in model.estimators_samples_], axis=0)
    np.testing.assert_array_equal(np.isnan(model.oob_decision_function_[:, 0]), in_all)
    assert 0 <= model.oob_score_ <= 1
    line = BaggingRegressor(n_estimators=2, oob_score=True, random_state=0).fit(X, X[:, 0])
    assert np.isnan(line.oob_prediction_).any()
    assert line.oob_score_ > 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_estimators": 0}, ValueError, "expected n_estimators of at least 1, got 0"),
        ({"max_samples": 1.5}, ValueError, r"a share max_samples in \(0, 1\], got 1.5"),
        ({"max_samples": 9}, ValueError, "max_samples of at most 2, got 9"),
        ({"max_samples": "all"}, TypeError, "a whole number for max_samples, got 'all'"),
        ({"oob_score": True, "bootstrap": False}, ValueError, "oob_score needs bootstrap"),
        ({"voting": "loud"}, ValueError, "voting is one of soft, hard, got 'loud'"),
    ],
)
def test_an_option_that_does_not_exist_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        BaggingClassifier(**options).fit([[0.0], [1.0]], [0, 1])


def test_an_out_of_bag_score_of_nothing_is_refused():
    with pytest.raises(ValueError, match="every sample was drawn by every estimator"):
        BaggingClassifier(n_estimators=1, oob_score=True).fit([[0.0]], [0])
