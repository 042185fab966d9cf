import numpy as np
import pytest
import sklearn.model_selection as theirs
from sklearn.linear_model import Ridge, SGDClassifier

from nnlib.classifiers import KFold, KNeighborsClassifier, learning_curve, validation_curve


@pytest.fixture
def data(rng):
    X = rng.standard_normal((80, 3))
    return X, (X[:, 0] + rng.standard_normal(80) > 0).astype(int)


@pytest.mark.parametrize("sizes", [(0.1, 0.5, 1.0), [8, 30, 64], [0.5, 0.501]])
def test_a_learning_curve_is_scikit_learns(data, sizes):
    options = {"train_sizes": sizes, "cv": 5}
    got = learning_curve(KNeighborsClassifier(3), *data, **options)
    theirs_options = {**options, "train_sizes": np.array(sizes)[:3]}
    if sizes == [0.5, 0.501]:  # one and the same number of samples
        theirs_options["train_sizes"] = [32]
    expected = theirs.learning_curve(KNeighborsClassifier(3), *data, **theirs_options)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_a_validation_curve_is_scikit_learns(data):
    options = {"param_name": "n_neighbors", "param_range": [1, 5, 11]}
    options |= {"cv": KFold(4), "scoring": "f1"}
    got = validation_curve(KNeighborsClassifier(), *data, **options)
    expected = theirs.validation_curve(KNeighborsClassifier(), *data, **options)
    np.testing.assert_allclose(got[1:], expected, rtol=1e-12)
    np.testing.assert_array_equal(got.values, [1, 5, 11])
    np.testing.assert_allclose(got.test_mean, expected[1].mean(axis=1))
    np.testing.assert_allclose(got.test_spread, expected[1].std(axis=1))
    np.testing.assert_allclose(got.train_mean, expected[0].mean(axis=1))
    np.testing.assert_allclose(got.train_spread, expected[0].std(axis=1))


def test_each_seed_adds_a_run_for_each_fold_and_the_same_seeds_the_same_runs(data):
    model = SGDClassifier(max_iter=20, tol=None)
    runs = [
        learning_curve(model, *data, train_sizes=[20, 40], cv=2, seeds=seeds).test_scores
        for seeds in ([0, 1, 2], [2, 0, 1])
    ]
    assert runs[0].shape == (2, 6)
    np.testing.assert_array_equal(runs[0][:, 4:], runs[1][:, :2])
    assert (runs[0][:, :2] != runs[0][:, 2:4]).any()


def test_data_sorted_by_class_are_shuffled_under_seeds():
    X, y = np.arange(40.0)[:, None], np.repeat([0, 1], 20)
    options = {"train_sizes": [8], "cv": 2}
    in_order = learning_curve(KNeighborsClassifier(1), X, y, **options)
    shuffled = learning_curve(KNeighborsClassifier(1), X, y, seeds=[0, 1], **options)
    assert in_order.test_mean == 0.5
    assert shuffled.test_mean > 0.8


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"train_sizes": [0.5, 1.5]},
            ValueError,
            r"train_sizes in \(0, 1.0\], got \[0.5 1.5\]",
        ),
        ({"train_sizes": [65]}, ValueError, r"train_sizes in \(0, 64\], got \[65\]"),
        ({"train_sizes": "all"}, ValueError, "numbers or shares, got 'all'"),
        ({"cv": KFold(3), "seeds": [1]}, ValueError, "give their number as cv"),
        ({"scoring": {"a": "r2", "b": "r2"}}, TypeError, "scoring: expected one, got 2"),
    ],
)
def test_what_gives_no_curve_is_refused(data, options, error, message):
    with pytest.raises(error, match=message):
        learning_curve(Ridge(), *data, **options)


def test_an_option_that_does_not_exist_is_refused(data):
    with pytest.raises(ValueError, match="Invalid parameter 'size' for estimator Ridge"):
        validation_curve(Ridge(), *data, param_name="size", param_range=[1])
    with pytest.raises(ValueError, match="one or more values in param_range"):
        validation_curve(Ridge(), *data, param_name="alpha", param_range=[])
