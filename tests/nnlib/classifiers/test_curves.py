import numpy as np
import pytest
import sklearn.model_selection as theirs
from sklearn.linear_model import Ridge

from nnlib.classifiers import KFold, KNeighborsClassifier, learning_curve, validation_curve
from tests.nnlib.harness import naming


@pytest.fixture
def data(rng):
    X = rng.standard_normal((80, 3))
    return X, (X[:, 0] + rng.standard_normal(80) > 0).astype(int)


def test_a_learning_curve_is_scikit_learns(data):
    for sizes in [(0.1, 0.5, 1.0), [8, 30, 64], [0.5, 0.501]]:
        with naming(sizes):
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


def test_what_gives_no_curve_is_refused(data):
    for options, error, message in [
        ({"train_sizes": [0.5, 1.5]}, ValueError, "train_sizes in"),
        ({"train_sizes": [65]}, ValueError, r"train_sizes in \(0, 64\], got \[65\]"),
        ({"train_sizes": "all"}, ValueError, "numbers or shares, got 'all'"),
        ({"cv": KFold(3), "seeds": [1]}, ValueError, "give their number as cv"),
        ({"scoring": {"a": "r2", "b": "r2"}}, TypeError, "scoring: expected one, got 2"),
    ]:
        with naming(options, error, message), pytest.raises(error, match=message):
            learning_curve(Ridge(), *data, **options)
