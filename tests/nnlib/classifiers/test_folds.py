import numpy as np
import pytest
import scipy.sparse
import sklearn.model_selection as theirs
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, Ridge

from nnlib import classifiers as ours
from nnlib.classifiers import KNeighborsClassifier, cross_val_score, cross_validate


def equal(got, expected):
    """Return whether two lists of pairs of index arrays are equal."""
    got, expected = list(got), list(expected)
    assert len(got) == len(expected)
    for pair, other in zip(got, expected, strict=True):
        for a, b in zip(pair, other, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("options", [{}, {"shuffle": True, "random_state": 3}], ids=str)
@pytest.mark.parametrize(("N", "k"), [(10, 5), (11, 3), (4, 4), (23, 7)])
def test_folds_are_scikit_learns(N, k, options):
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


def test_five_folds_of_ten_samples_by_hand():
    tests = [test.tolist() for _, test in ours.KFold(5).split(range(10))]
    assert tests == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]


def test_a_stratified_split_of_ten_samples_by_hand():
    y = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    tests = [test.tolist() for _, test in ours.StratifiedKFold(2).split(y, y)]
    assert tests == [[0, 1, 2, 6, 7], [3, 4, 5, 8, 9]]
    assert [np.mean(np.take(y, test)) for test in tests] == [0.4, 0.4]
    plain = [np.mean(np.take(y, test)) for _, test in ours.KFold(2).split(y)]
    assert plain == [0, 0.8]


@pytest.mark.parametrize(
    "sizes",
    [{}, {"test_size": 0.3}, {"train_size": 7}, {"test_size": 5, "train_size": 0.31}],
    ids=str,
)
@pytest.mark.parametrize("how", ["shuffled", "in order", "stratified"])
def test_parts_are_scikit_learns(sizes, how, rng):
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


def test_equal_rests_are_shared_out_as_scikit_learn_does():
    y = np.repeat(np.arange(6), 5)
    for seed in range(4):
        options = {"test_size": 8, "train_size": 15, "stratify": y, "random_state": seed}
        got, expected = (
            ours.train_test_split(y, **options),
            theirs.train_test_split(y, **options),
        )
        np.testing.assert_array_equal(got[0], expected[0])
        np.testing.assert_array_equal(got[1], expected[1])


@pytest.mark.parametrize("scoring", [None, *ours.SCORINGS])
def test_scores_of_folds_are_scikit_learns(scoring, rng):
    X = rng.standard_normal((60, 3))
    y = (X[:, 0] + 0.5 * rng.standard_normal(60) > 0).astype(int)
    model = LogisticRegression() if scoring not in ("r2", "neg_mean_squared_error") else Ridge()
    options = {"scoring": scoring, "cv": 4}
    got = cross_val_score(model, X, y, **options)
    expected = theirs.cross_val_score(model, X, y, **options)
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_an_estimator_without_decision_function_is_ranked_by_probability(rng):
    X, y = rng.standard_normal((60, 2)), rng.integers(0, 2, 60)
    model = KNeighborsClassifier(7)
    got = cross_val_score(model, X, y, scoring="roc_auc")
    np.testing.assert_allclose(got, theirs.cross_val_score(model, X, y, scoring="roc_auc"))


def test_a_class_that_is_missing_in_a_fold_warns_and_is_scored_as_scikit_learn_does(rng):
    X, y = rng.random((20, 2)), np.array([2] * 2 + [0] * 9 + [1] * 9)
    options = {"scoring": "f1_macro", "cv": 4}
    with pytest.warns(UserWarning, match="StratifiedKFold.4.: a class has 2 samples only"):
        got = cross_val_score(KNeighborsClassifier(3), X, y, **options)
    with pytest.warns(UserWarning, match="least populated"):
        expected = theirs.cross_val_score(KNeighborsClassifier(3), X, y, **options)
    np.testing.assert_allclose(got, expected)


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


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ours.KFold(1), ValueError, "KFold: expected n_splits of at least 2, got 1"),
        (lambda: ours.KFold(2.0), TypeError, "a whole number for n_splits, got 2.0"),
        (lambda: ours.KFold(2, shuffle=1), TypeError, "True or False for shuffle, got 1"),
        (lambda: ours.KFold(2, random_state=1), ValueError, "nothing without shuffle=True"),
        (
            lambda: [*ours.KFold(3).split([1])],
            ValueError,
            "3 samples, got n_samples = 1",
        ),
        (
            lambda: [*ours.StratifiedKFold(2).split([1, 2], [1])],
            ValueError,
            "expected 2 labels, as many as samples, got 1",
        ),
        (lambda: [*ours.StratifiedKFold(2).split([1, 2])], ValueError, r"expected y \(N,\)"),
        (lambda: ours.train_test_split(), ValueError, r"arrays of one length, got \[\]"),
        (lambda: ours.train_test_split([1], [1, 2]), ValueError, r"got \[1, 2\]"),
        (lambda: ours.train_test_split([1]), ValueError, "cannot take 0 and 1 of 1 samples"),
        (
            lambda: ours.train_test_split([1, 2], test_size=1.5),
            ValueError,
            "share test_size between 0 and 1, got 1.5",
        ),
        (
            lambda: ours.train_test_split([1, 2], train_size="half"),
            TypeError,
            "a share or a number for train_size, got 'half'",
        ),
        (
            lambda: ours.train_test_split([1, 2], shuffle=False, stratify=[1, 2]),
            ValueError,
            "stratify needs shuffle=True",
        ),
        (
            lambda: ours.train_test_split([1, 2, 3], stratify=["a", "a", "b"]),
            ValueError,
            "2 samples or more of each class, got 1 of 'b'",
        ),
        (
            lambda: ours.train_test_split([*range(8)], test_size=1, stratify=[0, 1] * 4),
            ValueError,
            "7 and 1 samples cannot each hold 2 classes",
        ),
        (
            lambda: ours.train_test_split([1, 2], stratify=[1]),
            ValueError,
            "expected 2 labels to stratify by, got 1",
        ),
        (
            lambda: cross_val_score(Ridge(), [[1.0]], [1.0, 2.0]),
            ValueError,
            r"as many X as y, one or more, got \(1, 1\) and \(2,\)",
        ),
        (
            lambda: cross_val_score(Ridge(), [[1.0], [2.0]]),
            ValueError,
            "cross_validate: Ridge requires y to be passed",
        ),
        (
            lambda: cross_val_score(Ridge(), scipy.sparse.eye_array(2), [1.0, 2.0]),
            TypeError,
            "expected dense X, got sparse",
        ),
        (
            lambda: cross_val_score(Ridge(), [[1.0]], [1.0], scoring="best"),
            ValueError,
            "scoring: expected one of accuracy, .* got 'best'",
        ),
        (
            lambda: cross_val_score(Ridge(), [[1.0]], [1.0], scoring=3),
            TypeError,
            "a name, a function or a dict, got 3",
        ),
        (
            lambda: cross_val_score(Ridge(), [[1.0]], [1.0], cv="five"),
            TypeError,
            "cv: expected a number of folds, a splitter or pairs of indices, got 'five'",
        ),
        (
            lambda: cross_val_score(
                Ridge(), [[1.0], [2.0]], [1.0, 2.0], cv=2, scoring=lambda m, X, y: "good"
            ),
            ValueError,
            "expected score to give a number, got 'good'",
        ),
    ],
)
def test_what_cannot_be_split_or_scored_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_two_class_scores_of_three_classes_are_refused():
    X, y = np.arange(12.0)[:, None], [0, 1, 2] * 4
    with pytest.raises(ValueError, match="scoring: expected two classes, got 3"):
        cross_val_score(KNeighborsClassifier(1), X, y, scoring="f1", cv=2)
