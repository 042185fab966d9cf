import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
import sklearn.metrics
import sklearn.neighbors
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.utils.estimator_checks import check_estimator

from nnlib.classifiers.brute import BruteForce
from nnlib.classifiers.distance import distances, nearest, powers
from nnlib.classifiers.kdtree import KDTree
from nnlib.classifiers.neighbors import KNeighborsClassifier, KNeighborsRegressor, vote
from nnlib.datasets import fashion_mnist

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


@pytest.mark.parametrize(
    "estimator",
    [
        KNeighborsClassifier(),
        KNeighborsClassifier(algorithm="kd_tree", leaf_size=2, weights="distance"),
        KNeighborsClassifier(n_neighbors=3, metric="cosine"),
        KNeighborsRegressor(),
        KNeighborsRegressor(algorithm="kd_tree", weights="distance", p=1),
    ],
    ids=repr,
)
def test_it_passes_scikit_learns_checks(estimator):
    check_estimator(estimator, on_skip=None)


def reference(options, **more):
    """Return scikit-learn's estimator with the same options."""
    algorithm = "auto" if options.get("metric") == "cosine" else "brute"
    return sklearn.neighbors.KNeighborsClassifier(**{"algorithm": algorithm}, **options, **more)


@pytest.mark.parametrize("options", METRICS, ids=str)
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    ("shape", "dtype"), [((203, 3), "f8"), ((97, 17), "f4"), ((6, 1), "f8"), ((150, 4), int)]
)
def test_neighbours_and_predictions_are_scikit_learns(options, search, shape, dtype, rng):
    points = rng.permutation(4 * (shape[0] + 61) * shape[1])[: (shape[0] + 61) * shape[1]]
    points = (points - points.mean() + rng.random()).astype(dtype).reshape(-1, shape[1])
    if shape[1] == 1 and options.get("metric") == "cosine":
        return  # in one dimension all directions are equal: nothing but ties
    X, Q, y = points[:-61], points[-61:], rng.integers(0, 4, shape[0])
    for weights in ("uniform", "distance"):
        theirs = reference(options, weights=weights).fit(X, y)
        ours = KNeighborsClassifier(
            algorithm=search, leaf_size=7, weights=weights, **options
        ).fit(X, y)
        expected, got = theirs.kneighbors(Q), ours.kneighbors(Q)
        distinct = np.diff(expected[0], axis=1).min(axis=1) > 1e-9 * expected[0].max()
        distinct &= np.diff(theirs.kneighbors(Q, 6)[0], axis=1)[:, -1] > 0
        atol = 1e-6 if dtype == "f4" else 1e-9  # theirs expands the square
        np.testing.assert_allclose(got[0], expected[0], rtol=1e-6, atol=atol)
        np.testing.assert_array_equal(got[1][distinct], expected[1][distinct])
        np.testing.assert_allclose(
            ours.predict_proba(Q)[distinct], theirs.predict_proba(Q)[distinct], rtol=1e-5
        )
        np.testing.assert_array_equal(ours.predict(Q)[distinct], theirs.predict(Q)[distinct])


@pytest.mark.parametrize("options", METRICS, ids=str)
def test_both_searches_take_the_lowest_indices_in_a_tie(options, rng):
    X, Q = rng.integers(0, 3, (300, 3)), rng.integers(0, 3, (40, 3))
    found = []
    for search in SEARCHES:
        model = KNeighborsClassifier(7, algorithm=search, leaf_size=5, **options)
        found.append(model.fit(X, np.zeros(300)).kneighbors(Q))
    full = distances(Q, X, metric=options.get("metric", "minkowski"), p=options.get("p", 2))
    expected = np.argsort(full, axis=1, kind="stable")[:, :7]
    for d, indices in found:
        np.testing.assert_array_equal(d, np.take_along_axis(full, indices, axis=1))
        if options.get("metric") != "cosine":  # whose equal directions differ by rounding
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


@pytest.mark.deep(3)
@pytest.mark.parametrize("p", [1, 1.5, 2, 3, np.inf])
@pytest.mark.parametrize("D", [1, 3, 9])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_groups_of_queries_find_what_sorting_all_distances_finds(p, D, dtype, rng, monkeypatch):
    tails = rng.standard_cauchy((700, D)).astype(dtype)
    for data in (tails, np.round(tails), 1e6 + 1e-3 * tails):
        X, Q = data[:400], np.vstack([data[400:], data[:9]])
        expected = [np.argsort(powers(q, X, p), kind="stable")[:4] for q in Q]
        for grouping in (1, 9, 60):
            monkeypatch.setattr("nnlib.classifiers.kdtree.GROUPING", grouping)
            got = KDTree(X, p=p, leaf_size=7).query(Q, 4)[1]
            np.testing.assert_array_equal(got, expected)
        np.testing.assert_array_equal(BruteForce(X, p=p).query(Q, 4)[1], expected)


@pytest.mark.parametrize("p", [1, 2, 3, np.inf])
def test_an_outlier_does_not_leave_more_points_to_be_measured(p, rng, monkeypatch):
    measured = []

    def count(Q, X, rows, *more):
        measured.append(len(rows))
        return nearest(Q, X, rows, *more)

    monkeypatch.setattr("nnlib.classifiers.brute.nearest", count)
    X, Q = rng.random((500, 2)), rng.random((100, 2))
    for far in (1, 1e6):
        X[0] = far
        BruteForce(X, p=p).query(Q, 5)
    assert measured[1] < 1.2 * measured[0]


def test_a_query_far_from_its_group_does_not_hold_up_the_others(rng, monkeypatch):
    pairs, search = [], KDTree._nearest

    def count(tree, Q, points, k):
        pairs[-1] += len(Q) * len(points)
        return search(tree, Q, points, k)

    monkeypatch.setattr(KDTree, "_nearest", count)
    tree, Q = KDTree(rng.random((4000, 2))), rng.random((4000, 2))
    for far in (1, -3):
        Q[:3] *= far
        pairs.append(0)
        tree.query(Q, 5)
    assert pairs[1] < 1.2 * pairs[0]


def test_memory_does_not_grow_as_all_distances_would(rng):
    X, Q = rng.random((20_000, 3)), rng.random((2000, 3))
    for model in (BruteForce(X), KDTree(X), KDTree(X, leaf_size=20_000)):
        tracemalloc.start()
        model.query(Q, 5)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20_000 * 2000 * 8 / 5


@pytest.mark.parametrize("search", SEARCHES)
def test_points_far_from_the_origin_keep_their_distances(search, rng):
    offset = rng.integers(0, 1000, (200, 2)) / 1024.0
    X, Q = 1e8 + offset[:150], 1e8 + offset[150:]
    model = KNeighborsClassifier(3, algorithm=search).fit(X, np.zeros(150))
    shifted = KNeighborsClassifier(3, algorithm="brute").fit(X - 1e8, np.zeros(150))
    for got, expected in zip(model.kneighbors(Q), shifted.kneighbors(Q - 1e8), strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("p", [1, 2, 3, 20, np.inf])
@pytest.mark.parametrize("scale", [1e-90, 1e90, [1e-6, 1, 1e4]])
def test_the_estimate_in_single_precision_loses_no_neighbour(p, scale, rng):
    if p == 20 and np.ndim(scale) == 0:
        scale = scale**0.03  # so that the sums themselves are finite
    X, Q = rng.standard_normal((400, 3)) * scale, rng.standard_normal((30, 3)) * scale
    Q[0] *= 1e10  # beyond what the points' own scale foresees
    X[7] = X[8] = X[9]
    got = BruteForce(X, p=p).query(Q, 9)[1]
    full = distances(Q, X, p=p, metric="minkowski")
    np.testing.assert_array_equal(got, np.argsort(full, axis=1, kind="stable")[:, :9])


@pytest.mark.parametrize("p", [1, 2, 3, np.inf])
def test_a_query_beyond_single_precision_finds_its_neighbours(p, rng):
    X, Q = rng.standard_normal((300, 2)), 1e45 * rng.standard_normal((5, 2))
    full = distances(Q, X, p=p, metric="minkowski")
    got = BruteForce(X, p=p).query(Q, 3)[1]
    np.testing.assert_array_equal(got, np.argsort(full, axis=1, kind="stable")[:, :3])


def test_powers_that_single_precision_cannot_hold_lose_no_neighbour():
    least = float(np.finfo(np.float32).smallest_subnormal)
    a, b = (0.4 * least) ** 0.05, (0.7 * least) ** 0.05
    half = np.array([[a, a], [b, 0], [1, 1]])  # of least: 0 + 0, really 0.8, and 1, really 0.7
    assert BruteForce(np.vstack([half, -half]), p=20).query(np.zeros((1, 2)), 1)[1] == [[1]]


def test_sums_in_another_order_lose_no_neighbour():
    e = np.sqrt(0.9 * 2.0**-53)  # e² + 1 is rounded down, 2 e² + 1 up
    X = [[e, 0, 0, 0, e, 1, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]]
    assert powers(np.zeros((2, 8)), np.array(X), 2).tolist() == [1, 1]
    indices = KDTree(X, leaf_size=1).query(np.zeros((2, 8)), 1)[1]
    assert indices.tolist() == [[0], [0]]


@pytest.mark.parametrize("search", SEARCHES)
def test_all_points_may_be_the_same(search):
    model = KNeighborsClassifier(4, algorithm=search, leaf_size=3)
    model.fit(np.ones((2000, 2)), [0, 1] * 1000)
    np.testing.assert_array_equal(model.kneighbors([[1.0, 1.0]])[1], [[0, 1, 2, 3]])
    np.testing.assert_array_equal(model.predict_proba([[1.0, 3.0]]), [[0.5, 0.5]])


@pytest.mark.parametrize("search", SEARCHES)
def test_a_training_point_is_not_its_own_neighbour(search, rng):
    X = np.repeat(rng.random((20, 2)), [5] + [1] * 19, axis=0)
    model = KNeighborsClassifier(3, algorithm=search).fit(X, np.zeros(24))
    indices = model.kneighbors(return_distance=False)
    assert not (indices == np.arange(24)[:, None]).any()
    np.testing.assert_array_equal(
        indices[:5, :3], [[1, 2, 3], [0, 2, 3], [0, 1, 3], *[[0, 1, 2]] * 2]
    )
    theirs = sklearn.neighbors.NearestNeighbors(n_neighbors=3).fit(X)
    np.testing.assert_allclose(model.kneighbors()[0], theirs.kneighbors()[0], atol=1e-12)


def test_blocks_change_nothing(rng, monkeypatch):
    X, Q = rng.random((300, 4)), rng.random((50, 4))
    whole = [BruteForce(X, p=p).query(Q, 4) for p in (1, 2)] + [KDTree(X).query(Q, 4)]
    monkeypatch.setattr("nnlib.classifiers.distance.BLOCK", 512)
    split = [BruteForce(X, p=p).query(Q, 4) for p in (1, 2)] + [KDTree(X).query(Q, 4)]
    for a, b in zip(whole, split, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_tree_looks_at_few_points_in_a_plane_and_at_nearly_all_in_thirty_dimensions(rng):
    share = {}
    for D in (2, 30):
        X, Q = rng.random((4000, D)), rng.random((50, D))
        counts = KDTree(X, leaf_size=16).query(Q, 1, count=True)[2]
        share[D] = counts.mean() / len(X)
    assert share[2] < 0.02
    assert share[30] > 0.9


def test_the_tree_is_chosen_where_points_are_many_and_dimensions_few(rng):
    y = np.zeros(20_000)
    plane = KNeighborsClassifier().fit(rng.random((20_000, 2)), y)
    space = KNeighborsClassifier().fit(rng.random((20_000, 4)), y)
    assert isinstance(plane._points, KDTree)
    assert isinstance(space._points, BruteForce)


@pytest.mark.parametrize("metric", ["l1", "l2", "cosine"])
def test_pictures_of_clothes_get_scikit_learns_labels(metric):
    train, test = fashion_mnist()
    X, y, Q = train.X[:1500], train.y[:1500], test.X[:150]
    theirs = reference({"metric": metric}).fit(X.astype(float), y)
    ours = KNeighborsClassifier(metric=metric).fit(X, y)
    np.testing.assert_array_equal(ours.kneighbors(Q)[1], theirs.kneighbors(Q.astype(float))[1])
    np.testing.assert_array_equal(ours.predict(Q), theirs.predict(Q.astype(float)))


def test_regression_is_scikit_learns(rng):
    X, y, Q = rng.random((80, 3)), rng.random(80), rng.random((20, 3))
    Q[0] = X[0]
    for weights in ("uniform", "distance"):
        theirs = sklearn.neighbors.KNeighborsRegressor(4, weights=weights).fit(X, y)
        ours = KNeighborsRegressor(4, weights=weights).fit(X, y)
        np.testing.assert_allclose(ours.predict(Q), theirs.predict(Q), rtol=1e-12)


@pytest.mark.parametrize("metric", ["l1", "l2", "cosine"])
def test_distances_are_scikit_learns(metric, rng):
    Q, X = rng.standard_normal((5, 3)), rng.standard_normal((7, 3))
    Q[0] = X[1] = 0
    theirs = sklearn.metrics.pairwise_distances(Q, X, metric=metric)
    np.testing.assert_allclose(distances(Q, X, metric=metric), theirs, rtol=1e-12, atol=1e-15)


def test_a_four_by_four_picture_by_hand():
    picture = [[0, 3, 3, 0], [2, 9, 9, 2], [0, 9, 9, 0], [0, 9, 9, 0]]  # a shirt
    other = [[0, 1, 4, 0], [0, 9, 7, 0], [0, 9, 6, 0], [1, 9, 9, 0]]
    # differences: 0 2 1 0 | 2 0 2 2 | 0 0 3 0 | 1 0 0 0
    q, x = np.reshape(picture, (1, 16)), np.reshape(other, (1, 16))
    assert distances(q, x, metric="l1")[0, 0] == 3 + 6 + 3 + 1 == 13
    assert distances(q, x, metric="l2")[0, 0] == np.sqrt(5 + 12 + 9 + 1) == np.sqrt(27)


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


def test_inputs_stay_as_they_were(rng):
    X, Q, y = rng.random((30, 2)), rng.random((5, 2)), rng.integers(0, 2, 30)
    for array in (X, Q, y):
        array.setflags(write=False)
    for metric in ("l1", "l2", "cosine"):
        for search in SEARCHES:
            KNeighborsClassifier(metric=metric, algorithm=search).fit(X, y).predict(Q)


@pytest.mark.parametrize("search", SEARCHES)
def test_data_that_change_after_the_fit_change_nothing(search, rng):
    X, Q, y = rng.random((50, 2)), rng.random((9, 2)), rng.integers(0, 2, 50)
    model = KNeighborsClassifier(3, algorithm=search).fit(X, y)
    before = model.predict_proba(Q)
    X += rng.random((50, 2))
    y += 1
    np.testing.assert_array_equal(model.predict_proba(Q), before)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_neighbors": 0}, ValueError, "expected n_neighbors of at least 1, got 0"),
        ({"n_neighbors": 2.5}, TypeError, "expected a whole number for n_neighbors, got 2.5"),
        ({"weights": "far"}, ValueError, "weights is one of uniform, distance, got 'far'"),
        ({"algorithm": "ball"}, ValueError, "algorithm is one of auto, brute, kd_tree"),
        ({"metric": "l3"}, ValueError, "metric is one of l1, .*, got 'l3'"),
        ({"p": 0.5}, ValueError, "expected p of at least 1, got 0.5"),
        ({"p": "2"}, TypeError, "expected a number for p, got '2'"),
        ({"leaf_size": 0}, ValueError, "expected leaf_size of at least 1, got 0"),
    ],
)
def test_an_option_that_does_not_exist_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        KNeighborsClassifier(**options).fit([[0.0], [1.0]], [0, 1])


def test_more_neighbours_than_points_are_refused():
    model = KNeighborsClassifier(3).fit([[0.0], [1.0], [2.0]], [0, 1, 1])
    assert model.predict([[0.0]]) == [1]
    with pytest.raises(ValueError, match="got n_neighbors = 4, n_samples_fit = 3"):
        model.kneighbors([[0.0]], 4)
    with pytest.raises(ValueError, match="got n_neighbors = 3, n_samples_fit = 2"):
        model.kneighbors()


def test_wrong_shapes_of_distances_and_votes_are_refused():
    with pytest.raises(ValueError, match=r"expected Q \(N, 3\), not empty, got \(1, 2\)"):
        distances([[1, 2]], [[1, 2, 3]])
    with pytest.raises(ValueError, match="got 2 distances and 1 labels"):
        vote([1, 2], ["a"], 1)
    with pytest.raises(ValueError, match="expected k from 1 to 2, got 3"):
        vote([1, 2], ["a", "b"], 3)


@pytest.mark.parametrize("kind", [BruteForce, KDTree])
@pytest.mark.parametrize(
    ("X", "Q", "k", "error", "message"),
    [
        ([1.0], [[1.0]], 1, ValueError, r"expected X \(N, D\), not empty, got \(1,\)"),
        (np.zeros((0, 2)), [[1.0]], 1, ValueError, r"X \(N, D\), not empty, got \(0, 2\)"),
        ([["a"]], [[1.0]], 1, TypeError, "expected numbers for X, got <U1"),
        ([[1j]], [[1.0]], 1, TypeError, "expected numbers for X, got complex128"),
        ([[None]], [[1.0]], 1, TypeError, "expected numbers for X, got object"),
        ([[np.nan]], [[1.0]], 1, ValueError, "expected finite X, got nan or infinity"),
        ([[1.0]], [[1.0, 2.0]], 1, ValueError, r"Q \(N, 1\), not empty, got \(1, 2\)"),
        ([[1.0]], [[np.inf]], 1, ValueError, "expected finite Q, got nan or infinity"),
        ([[1.0]], [[1.0]], 2, ValueError, "k of at most 1, the number of points, got 2"),
        ([[1.0]], [[1.0]], 0, ValueError, "k of at least 1, got 0"),
        ([[1.0]], [[1.0]], 1.0, TypeError, "a whole number for k, got 1.0"),
    ],
)
def test_points_queries_and_k_that_cannot_be_are_refused(kind, X, Q, k, error, message):
    with pytest.raises(error, match=message):
        kind(X).query(Q, k)


def test_a_tree_of_impossible_leaves_or_norm_is_refused():
    with pytest.raises(ValueError, match="KDTree: expected leaf_size of at least 1, got 0"):
        KDTree([[1.0]], leaf_size=0)
    for kind in (KDTree, BruteForce):
        with pytest.raises(ValueError, match=r"expected p of at least 1, got 0\.5"):
            kind([[1.0]], p=0.5)
