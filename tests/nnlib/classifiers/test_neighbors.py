import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

from tests.nnlib.harness import Late, naming

ours, sklearn = Late("nnlib.classifiers"), Late("sklearn")
NORMS = [1, 1.5, 2, 3, np.inf]


def test_neighbours_and_predictions_are_scikit_learns(rng):
    X, Q, y = rng.random((203, 3)), rng.random((40, 3)), rng.integers(0, 4, 203)
    for p in NORMS:
        with naming(p):
            mine = ours.KNeighborsClassifier(p=p).fit(X, y)
            theirs = sklearn.neighbors.KNeighborsClassifier(p=p).fit(X, y)
            for result, expected in zip(mine.kneighbors(Q), theirs.kneighbors(Q), strict=True):
                np.testing.assert_allclose(result, expected, rtol=1e-9)
            np.testing.assert_allclose(mine.predict_proba(Q), theirs.predict_proba(Q))
            np.testing.assert_array_equal(mine.predict(Q), theirs.predict(Q))


@given(data=st.data(), p=st.sampled_from(NORMS))
def test_neighbours_are_those_that_sorting_all_distances_finds(data, p):
    N, D = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 4))
    entries = st.integers(-3, 3) | st.floats(-1e3, 1e3, width=32)
    X, Q = (data.draw(arrays("f8", (rows, D), elements=entries)) for rows in (N, 3))
    k = data.draw(st.integers(1, N))
    full = cdist(Q, X, "minkowski", p=p)
    order = np.argsort(full, axis=1, kind="stable")[:, :k]  # of equals the lower index
    result, indices = ours.KNeighborsClassifier(k, p=p).fit(X, np.zeros(N)).kneighbors(Q)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(result, np.take_along_axis(full, order, axis=1))


def test_far_from_the_origin_no_neighbour_is_lost(rng):
    X = 1e8 + rng.random((100, 5))
    indices = ours.KNeighborsClassifier(3).fit(X, np.zeros(100)).kneighbors(X)[1]
    np.testing.assert_array_equal(indices, cdist(X, X).argsort(axis=1)[:, :3])


def test_a_training_sample_is_not_its_own_neighbour(rng):
    X = np.repeat(rng.random((20, 2)), [5] + [1] * 19, axis=0)
    indices = (
        ours.KNeighborsClassifier(3).fit(X, np.zeros(24)).kneighbors(return_distance=False)
    )
    assert not (indices == np.arange(24)[:, None]).any()
    expected = [[1, 2, 3], [0, 2, 3], [0, 1, 3], *[[0, 1, 2]] * 2]
    np.testing.assert_array_equal(indices[:5], expected)


def test_too_many_neighbours_are_refused():
    model = ours.KNeighborsClassifier(2).fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match=r"n_neighbors <= 2, .* got 3"):
        model.kneighbors([[0.0]], 3)
    with pytest.raises(ValueError, match=r"n_neighbors <= 1, .* got 2"):
        model.kneighbors()


def test_of_two_labels_with_equally_many_votes_the_smaller_wins():
    assert ours.vote([1, 2], ["b", "a"], 2) == "a"
