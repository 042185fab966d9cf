import numpy as np
import pytest
import scipy.sparse
import sklearn.model_selection as theirs
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, Ridge

from nnlib import classifiers as ours
from nnlib.classifiers import KNeighborsClassifier, cross_val_score, cross_validate
from tests.nnlib.harness import naming


def equal(got, expected):
    """Return whether two lists of pairs of index arrays are equal."""
    got, expected = list(got), list(expected)
    assert len(got) == len(expected)
    for pair, other in zip(got, expected, strict=True):
        for a, b in zip(pair, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_folds_are_scikit_learns():
    for options in [{}, {"shuffle": True, "random_state": 3}]:
        for N, k in [(10, 5), (11, 3), (4, 4), (23, 7)]:
            with naming(options, N, k):
                X = np.zeros((N, 2))
                equal(ours.KFold(k, **options).split(X), theirs.KFold(k, **options).split(X))


@pytest.mark.filterwarnings("ignore:The least populated", "ignore:StratifiedKFold")
@given(
    y=st.lists(st.sampled_from("cab"), min_size=2, max_size=30),
    k=st.integers(2, 6),
    seed=st.sampled_from([None, 0, 7]),
)
def test_stratified_folds_are_scikit_learns(y, k, seed):
    options = {} if seed is None else {"shuffle": True, "random_state": seed}
    y = np.array(y)
    if max((y == c).sum() for c in "abc") < k:
        message = "every class has fewer|expected at least"
        with pytest.raises(ValueError, match=message):
            list(ours.StratifiedKFold(k, **options).split(y, y))
        return
    expected = theirs.StratifiedKFold(k, **options).split(y, y)
    equal(ours.StratifiedKFold(k, **options).split(y, y), expected)


def test_parts_are_scikit_learns(rng):
    for sizes in [
        {},
        {"test_size": 0.3},
        {"train_size": 7},
        {"test_size": 5, "train_size": 0.31},
    ]:
        for how in ["shuffled", "in order", "stratified"]:
            with naming(sizes, how):
                X, y = rng.random((41, 2)), rng.integers(0, 3, 41)
                options = {
                    "shuffled": {"random_state": 4},
                    "in order": {"shuffle": False},
                    "stratified": {"random_state": 4, "stratify": y},
                }[how]
                got = ours.train_test_split(X, y, **sizes, **options)
                expected = theirs.train_test_split(X, y, **sizes, **options)
                for a, b in zip(got, expected, strict=True):
                    np.testing.assert_array_equal(a, b)


def test_scores_of_folds_are_scikit_learns(rng):
    for scoring in [None, *ours.SCORINGS]:
        with naming(scoring):
            X = rng.standard_normal((60, 3))
            y = (X[:, 0] + 0.5 * rng.standard_normal(60) > 0).astype(int)
            model = (
                LogisticRegression()
                if scoring not in ("r2", "neg_mean_squared_error")
                else Ridge()
            )
            options = {"scoring": scoring, "cv": 4}
            got = cross_val_score(model, X, y, **options)
            expected = theirs.cross_val_score(model, X, y, **options)
            np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_several_scorings_training_scores_and_estimators_come_on_request(rng):
    X, y = rng.random((30, 2)), rng.integers(0, 2, 30)
    scoring = {"right": "accuracy", "constant": lambda model, X, y: len(X)}
    cv = [(np.arange(20), np.arange(20, 30)), (np.arange(10, 30), np.arange(10))]
    got = cross_validate(
        KNeighborsClassifier(1),
        X,
        y,
        scoring=scoring,
        cv=cv,
        return_train_score=True,
        return_estimator=True,
    )
    np.testing.assert_array_equal(got["train_right"], [1, 1])
    np.testing.assert_array_equal(got["test_constant"], [10, 10])
    assert [model.n_samples_fit_ for model in got["estimator"]] == [20, 20]
    assert (got["fit_time"] > 0).all()


def test_what_cannot_be_split_or_scored_is_refused():
    calls = [
        (lambda: ours.KFold(1), ValueError),
        (lambda: ours.KFold(2.0), TypeError),
        (lambda: ours.KFold(2, shuffle=1), TypeError),
        (lambda: [*ours.KFold(3).split([1])], ValueError),
        (lambda: [*ours.StratifiedKFold(2).split([1, 2], [1])], ValueError),
        (lambda: [*ours.StratifiedKFold(2).split([1, 2])], ValueError),
        (lambda: ours.train_test_split(), ValueError),
        (lambda: ours.train_test_split([1], [1, 2]), ValueError),
        (lambda: ours.train_test_split([1]), ValueError),
        (lambda: cross_val_score(Ridge(), [[1.0]], [1.0, 2.0]), ValueError),
        (lambda: cross_val_score(Ridge(), [[1.0], [2.0]]), ValueError),
        (lambda: cross_val_score(Ridge(), scipy.sparse.eye_array(2), [1.0, 2.0]), TypeError),
    ]
    for call, error in calls:
        with naming(f"the call in line {call.__code__.co_firstlineno}"), pytest.raises(error):
            call()
