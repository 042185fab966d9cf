from fractions import Fraction

import numpy as np
import pytest
import sklearn.metrics
import sklearn.neighbors
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.classifiers.brute import BruteForce
from nnlib.classifiers.distance import distances, powers
from nnlib.classifiers.kdtree import KDTree
from nnlib.classifiers.neighbors import KNeighborsClassifier, KNeighborsRegressor, vote
from tests.nnlib.harness import naming

METRICS = [
    {"metric": "l1"},
    {"metric": "l2"},
    {"p": 1},
    {"p": 2},
    {"p": 3},
    {"p": 1.5},
    {"p": np.inf},
    {"metric": "cosine"},
]
SEARCHES = ["brute", "kd_tree"]
SHAPES = [((203, 3), "f8"), ((97, 17), "f4"), ((6, 1), "f8"), ((150, 4), int)]


def reference(options, **more):
    """Return scikit-learn's estimator with the same options."""
    algorithm = "auto" if options.get("metric") == "cosine" else "brute"
    return sklearn.neighbors.KNeighborsClassifier(**{"algorithm": algorithm}, **options, **more)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(("shape", "dtype"), SHAPES)
def test_neighbours_and_predictions_are_scikit_learns(search, shape, dtype, rng):
    N, D = shape
    points = rng.permutation(4 * (N + 61) * D)[: (N + 61) * D]
    points = (points - points.mean() + rng.random()).astype(dtype).reshape(-1, D)
    X, Q, y = points[:-61], points[-61:], rng.integers(0, 4, N)
    for options in METRICS:
        if D == 1 and options.get("metric") == "cosine":
            continue  # in one dimension all directions are equal: nothing but ties
        for weights in ("uniform", "distance"):
            with naming(options, weights):
                theirs = reference(options, weights=weights).fit(X, y)
                kinds = dict(algorithm=search, leaf_size=7, weights=weights)
                ours = KNeighborsClassifier(**kinds, **options).fit(X, y)
                expected, got = theirs.kneighbors(Q), ours.kneighbors(Q)
                far = 1e-9 * expected[0].max()
                distinct = np.diff(expected[0], axis=1).min(axis=1) > far
                distinct &= np.diff(theirs.kneighbors(Q, 6)[0], axis=1)[:, -1] > 0
                atol = 1e-6 if dtype == "f4" else 1e-9  # theirs expands the square
                np.testing.assert_allclose(got[0], expected[0], rtol=1e-6, atol=atol)
                np.testing.assert_array_equal(got[1][distinct], expected[1][distinct])
                p, p_theirs = (m.predict_proba(Q)[distinct] for m in (ours, theirs))
                np.testing.assert_allclose(p, p_theirs, rtol=1e-5)
                labels, theirs = (m.predict(Q)[distinct] for m in (ours, theirs))
                np.testing.assert_array_equal(labels, theirs)


def test_both_searches_take_the_lowest_indices_in_a_tie(rng):
    for options in METRICS:
        with naming(options):
            X, Q = rng.integers(0, 3, (300, 3)), rng.integers(0, 3, (40, 3))
            found = []
            for search in SEARCHES:
                model = KNeighborsClassifier(7, algorithm=search, leaf_size=5, **options)
                found.append(model.fit(X, np.zeros(300)).kneighbors(Q))
            full = distances(
                Q, X, metric=options.get("metric", "minkowski"), p=options.get("p", 2)
            )
            expected = np.argsort(full, axis=1, kind="stable")[:, :7]
            for d, indices in found:
                np.testing.assert_array_equal(d, np.take_along_axis(full, indices, axis=1))
                if (
                    options.get("metric") != "cosine"
                ):  # whose equal directions differ by rounding
                    np.testing.assert_array_equal(indices, expected)
            np.testing.assert_array_equal(found[0][1], found[1][1])


@given(data=st.data(), p=st.sampled_from([1, 1.5, 2, 3, np.inf]), leaf_size=st.integers(1, 9))
def test_both_searches_find_what_sorting_all_distances_finds(data, p, leaf_size):
    N, D = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 4))
    entries = st.integers(-3, 3) | st.floats(-1e3, 1e3, width=32)
    X, Q = (data.draw(arrays("f8", (rows, D), elements=entries)) for rows in (N, 3))
    k = data.draw(st.integers(1, N))
    full = distances(Q, X, metric="minkowski", p=p)
    sums = np.array([powers(q, X, p) for q in Q])
    expected = np.argsort(sums, axis=1, kind="stable")[:, :k]
    tree = KDTree(X, p=p, leaf_size=leaf_size)
    alone = tree.query(Q, k, count=True)[:2]
    for found, indices in (BruteForce(X, p=p).query(Q, k), tree.query(Q, k), alone):
        np.testing.assert_array_equal(indices, expected)
        np.testing.assert_array_equal(found, np.take_along_axis(sums, expected, axis=1))
    assert (np.diff(np.take_along_axis(full, expected, axis=1), axis=1) >= 0).all()


def test_sums_in_another_order_lose_no_neighbour():
    e = np.sqrt(0.9 * 2.0**-53)  # e² + 1 is rounded down, 2 e² + 1 up
    X = [[e, 0, 0, 0, e, 1, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]]
    assert powers(np.zeros((2, 8)), np.array(X), 2).tolist() == [1, 1]
    indices = KDTree(X, leaf_size=1).query(np.zeros((2, 8)), 1)[1]
    assert indices.tolist() == [[0], [0]]


def test_a_training_point_is_not_its_own_neighbour(rng):
    for search in SEARCHES:
        with naming(search):
            X = np.repeat(rng.random((20, 2)), [5] + [1] * 19, axis=0)
            model = KNeighborsClassifier(3, algorithm=search).fit(X, np.zeros(24))
            indices = model.kneighbors(return_distance=False)
            assert not (indices == np.arange(24)[:, None]).any()
            np.testing.assert_array_equal(
                indices[:5, :3], [[1, 2, 3], [0, 2, 3], [0, 1, 3], *[[0, 1, 2]] * 2]
            )
            theirs = sklearn.neighbors.NearestNeighbors(n_neighbors=3).fit(X)
            np.testing.assert_allclose(
                model.kneighbors()[0], theirs.kneighbors()[0], atol=1e-12
            )


def test_regression_is_scikit_learns(rng):
    X, y, Q = rng.random((80, 3)), rng.random(80), rng.random((20, 3))
    Q[0] = X[0]
    for weights in ("uniform", "distance"):
        theirs = sklearn.neighbors.KNeighborsRegressor(4, weights=weights).fit(X, y)
        ours = KNeighborsRegressor(4, weights=weights).fit(X, y)
        np.testing.assert_allclose(ours.predict(Q), theirs.predict(Q), rtol=1e-12)


def test_distances_are_scikit_learns(rng):
    for metric in ["l1", "l2", "cosine"]:
        with naming(metric):
            Q, X = rng.standard_normal((5, 3)), rng.standard_normal((7, 3))
            Q[0] = X[1] = 0
            theirs = sklearn.metrics.pairwise_distances(Q, X, metric=metric)
            np.testing.assert_allclose(
                distances(Q, X, metric=metric), theirs, rtol=1e-12, atol=1e-15
            )


def test_three_neighbours_vote_by_hand():
    d, labels = [Fraction(7, 2), 1, 2, 2], ["bag", "boot", "bag", "bag"]
    steps = vote(d, labels, 3, steps=True)
    assert steps.result == vote(d, labels, 3) == "bag"
    assert str(steps[0]) == (
        "The nearest are number 1 (boot, at distance 1), number 2 (bag, 2) "
        "and number 3 (bag, 2)."
    )
    assert [str(s) for s in steps[1:]] == ["Votes: bag 2, boot 1.", "The answer is bag."]
    assert vote([1, 2], ["b", "a"], 2) == "a"
    assert str(vote([1, 2], ["b", "a"], 1, steps=True)[0]) == (
        "The nearest is number 0 (b, at distance 1)."
    )


def test_options_points_and_queries_that_cannot_be_are_refused():
    for options in (
        {"n_neighbors": 0},
        {"n_neighbors": 2.5},
        {"weights": "far"},
        {"algorithm": "ball"},
        {"metric": "l3"},
        {"p": 0.5},
        {"p": "2"},
        {"leaf_size": 0},
    ):
        (option,) = options
        with naming(options), pytest.raises((ValueError, TypeError), match=option):
            KNeighborsClassifier(**options).fit([[0.0], [1.0]], [0, 1])
    for kind in (BruteForce, KDTree):
        for X, Q, k, error in (
            ([1.0], [[1.0]], 1, ValueError),
            (np.zeros((0, 2)), [[1.0]], 1, ValueError),
            ([["a"]], [[1.0]], 1, TypeError),
            ([[1j]], [[1.0]], 1, TypeError),
            ([[np.nan]], [[1.0]], 1, ValueError),
            ([[1.0]], [[1.0, 2.0]], 1, ValueError),
            ([[1.0]], [[np.inf]], 1, ValueError),
            ([[1.0]], [[1.0]], 2, ValueError),
            ([[1.0]], [[1.0]], 0, ValueError),
            ([[1.0]], [[1.0]], 1.0, TypeError),
        ):
            with naming(kind, X, Q, k), pytest.raises(error):
                kind(X).query(Q, k)
