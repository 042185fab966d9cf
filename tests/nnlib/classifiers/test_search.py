import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import sklearn.model_selection as theirs
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nnlib
from nnlib.classifiers import (
    Choice,
    GridSearch,
    Integers,
    KNeighborsClassifier,
    LogUniform,
    RandomSearch,
    Uniform,
    coverage,
    fingerprint,
    narrow,
)
from tests.nnlib.harness import naming

ROOT = Path(nnlib.__file__).parents[1]
GRID = {"weights": ["uniform", "distance"], "n_neighbors": [1, 4, 9]}


@pytest.fixture
def data(rng):
    X = rng.standard_normal((60, 3))
    return X, (X[:, 0] + 0.7 * rng.standard_normal(60) > 0).astype(int)


def scores(search):
    """Return all results of a search except its times."""
    timed = ("fit_time", "score_time")
    table = {k: v for k, v in search.cv_results_.items() if not k.endswith(timed)}
    return repr({k: v if isinstance(v, list) else v.tolist() for k, v in table.items()})


def test_a_grid_search_is_scikit_learns(data):
    for scoring in [None, "f1", "neg_log_loss"]:
        for grid in [GRID, [{"p": [1]}, {"n_neighbors": [2, 3], "p": [3]}]]:
            with naming(scoring, grid):
                X, y = data
                options = {"cv": 4, "scoring": scoring}
                ours = GridSearch(KNeighborsClassifier(), grid, **options).fit(X, y)
                reference = theirs.GridSearchCV(KNeighborsClassifier(), grid, **options).fit(
                    X, y
                )
                for key in reference.cv_results_:
                    if "time" in key or key == "params":
                        continue
                    a, b = ours.cv_results_[key], reference.cv_results_[key]
                    if key.startswith("param_"):
                        assert a.tolist() == b.tolist(), key
                    else:
                        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15, err_msg=key)
                assert ours.cv_results_["params"] == reference.cv_results_["params"]
                for name in ("best_params_", "best_index_", "n_splits_"):
                    assert getattr(ours, name) == getattr(reference, name)
                assert ours.best_score_ == pytest.approx(reference.best_score_, rel=1e-12)
                assert ours.score(X, y) == pytest.approx(reference.score(X, y), rel=1e-12)
                np.testing.assert_array_equal(ours.predict(X), reference.predict(X))
                np.testing.assert_allclose(ours.predict_proba(X), reference.predict_proba(X))
                np.testing.assert_array_equal(ours.classes_, reference.classes_)
                assert not hasattr(ours, "decision_function")


@pytest.mark.slow
def test_a_cluster_of_processes_finds_what_one_process_finds(data, tmp_path):
    import distributed

    grid = {**GRID, "n_neighbors": [1, 4, -1]}
    alone = GridSearch(KNeighborsClassifier(), grid, cv=3).fit(*data)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        options = {"cv": 3, "store": tmp_path}
        there = GridSearch(KNeighborsClassifier(), grid, client=client, **options).fit(*data)
        address = cluster.scheduler_address
        again = GridSearch(KNeighborsClassifier(), grid, client=address, cv=3).fit(*data)
    assert scores(there) == scores(alone)
    assert again.best_params_ == alone.best_params_
    assert len([*tmp_path.glob("*.json")]) == 4 * 3


def test_a_candidate_that_fails_is_recorded_and_comes_last(data):
    search = GridSearch(KNeighborsClassifier(), {"n_neighbors": [0, 3, 200, 5]}).fit(*data)
    table = search.cv_results_
    np.testing.assert_array_equal(np.isnan(table["mean_test_score"]), [1, 0, 1, 0])
    assert table["rank_test_score"].tolist() in ([3, 1, 3, 2], [3, 2, 3, 1], [3, 1, 3, 1])
    assert table["error"][0] == (
        "ValueError: KNeighborsClassifier: expected n_neighbors of at least 1, got 0"
    )
    assert "n_neighbors = 200, n_samples_fit = 48" in table["error"][2]
    assert (table["error"][1], table["error"][3]) == ("", "")


def test_a_store_gives_back_what_was_fitted_and_nothing_else(data, tmp_path, monkeypatch):
    def search(**options):
        options = {"cv": 3, "store": tmp_path / "a" / "b"} | options
        return GridSearch(KNeighborsClassifier(), options.pop("grid", GRID), **options)

    fits = []
    real = KNeighborsClassifier.fit
    monkeypatch.setattr(
        KNeighborsClassifier, "fit", lambda self, X, y: fits.append(1) or real(self, X, y)
    )

    def fitted(run, X, y):
        fits.clear()
        run.fit(X, y)
        return len(fits) - 1  # one more for the best

    X, y = data
    assert fitted(search(), X, y) == 18
    first = search().fit(X, y)
    assert fitted(search(), X.copy(), y.copy()) == 0
    assert scores(search(store=None).fit(X, y)) == scores(first)
    assert fitted(search(grid={**GRID, "n_neighbors": [1, 4, 9, 10]}), X, y) == 6
    assert fitted(search(scoring="f1"), X, y) == 18
    assert fitted(search(cv=4), X, y) == 24
    assert fitted(search(), X + 1e-9, y) == 18
    assert fitted(search(), X, 1 - y) == 18


SLOW = """
    import sys, time
    from pathlib import Path
    import numpy as np
    from nnlib.classifiers import Integers, KNeighborsClassifier, RandomSearch

    class Slow(KNeighborsClassifier):
        def fit(self, X, y):
            time.sleep(0.02)
            with open(Path(__file__).with_name("fits"), "a") as file:
                file.write("x")
            return super().fit(X, y)

    rng = np.random.default_rng(0)
    X, y = rng.random((40, 2)), rng.integers(0, 2, 40)

    def search(store):
        space = {"n_neighbors": Integers(1, 20), "weights": ["uniform", "distance"]}
        return RandomSearch(
            Slow(), space, n_iter=12, cv=4, random_state=3, store=store, refit=False
        ).fit(X, y)

    if __name__ == "__main__":
        import slow

        found = slow.search(sys.argv[1] if len(sys.argv) > 1 else None)
        print(repr((found.best_params_, found.cv_results_["mean_test_score"].tolist())))
"""


@pytest.mark.slow
def test_a_search_that_is_killed_goes_on_where_it_was(tmp_path):
    (tmp_path / "slow.py").write_text(textwrap.dedent(SLOW), encoding="utf-8")
    store, count = tmp_path / "store", tmp_path / "fits"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}

    def run(*arguments):
        command = [sys.executable, str(tmp_path / "slow.py"), *map(str, arguments)]
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)

    victim = run(store)
    deadline = time.monotonic() + 60
    while not store.exists() or len([*store.glob("*.json")]) < 5:
        assert time.monotonic() < deadline, "nothing was kept"
        time.sleep(0.01)
    victim.send_signal(signal.SIGKILL)
    assert (victim.communicate()[0], victim.returncode) == ("", -signal.SIGKILL)
    kept, begun = len([*store.glob("*.json")]), len(count.read_text())
    assert 5 <= kept < 48
    survivor = run(store).communicate()[0]
    assert len(count.read_text()) - begun == 48 - kept
    undisturbed = run().communicate()[0]
    assert survivor == undisturbed != ""
    for file in store.glob("*.json"):
        assert json.loads(file.read_text())["error"] == ""


def test_random_candidates_come_from_their_ranges_and_their_seed(data):
    space = {
        "alpha": LogUniform(1e-6, 1e-2),
        "l1_ratio": Uniform(0.2, 0.4),
        "max_iter": Integers(5, 9),
        "penalty": Choice(["l2", "elasticnet"]),
        "eta0": scipy.stats.uniform(1, 2),
        "loss": ["hinge", "log_loss"],
    }
    search = RandomSearch(SGDClassifier(tol=None), space, n_iter=200, random_state=0)
    points = search.candidates()
    assert points == search.candidates() != search.set_params(random_state=1).candidates()
    column = {name: [p[name] for p in points] for name in space}
    assert 1e-6 <= min(column["alpha"]) < 1e-5 < 1e-3 < max(column["alpha"]) <= 1e-2
    assert 0.2 <= min(column["l1_ratio"]) < max(column["l1_ratio"]) <= 0.4
    assert set(column["max_iter"]) == {5, 6, 7, 8, 9}
    assert set(column["penalty"]) == {"l2", "elasticnet"}
    assert set(column["loss"]) == {"hinge", "log_loss"}
    assert 1 <= min(column["eta0"]) < max(column["eta0"]) <= 3
    share = np.mean(np.array(column["alpha"]) < 1e-4)  # half of the orders of magnitude
    assert share == pytest.approx(0.5, abs=0.1)
    best = search.set_params(n_iter=3, estimator__random_state=0).fit(*data)
    assert best.best_params_ in best.cv_results_["params"]


def test_a_space_shrinks_around_its_best_points():
    space = {
        "lr": LogUniform(1e-6, 1.0),
        "drop": Uniform(0.0, 1.0),
        "width": Integers(10, 110),
        "kind": ["a", "b", "c"],
    }
    points = [
        {"lr": 1e-3, "drop": 0.5, "width": 20, "kind": "a"},
        {"lr": 1e-2, "drop": 0.05, "width": 60, "kind": "c"},
        {"lr": 1.0, "drop": 0.9, "width": 110, "kind": "b"},
        {"lr": 1e-6, "drop": 1.0, "width": 10, "kind": "b"},
    ]
    results = {"params": points, "mean_test_score": [0.8, 0.9, 0.1, np.nan]}
    small = narrow(space, results, keep=0.5, margin=0.1)
    assert small["lr"].low == pytest.approx(1e-3 / 10**0.6)
    assert small["lr"].high == pytest.approx(1e-2 * 10**0.6)
    assert small["drop"] == Uniform(0.0, 0.6)
    assert small["width"] == Integers(10, 70)
    assert small["kind"] == ["a", "c"]


def test_a_fingerprint_sees_every_difference():
    values = [
        *(1, 1.0, True, "1", b"1", None, (1,), [1], {1}, {1: 1}, [[1]], [1, 1], ["1"]),
        *(np.array([1]), np.array([[1]]), np.array([1.0]), np.array([1], "i4"), np.int64(1)),
        *(np.array(["a", None], object), np.arange(3), np.arange(3)[::-1]),
        *(
            KNeighborsClassifier(),
            KNeighborsClassifier(3),
            SGDClassifier(),
            KNeighborsClassifier,
        ),
        *(
            len,
            str.upper,
            str.lower,
            np.mean,
            np.random.RandomState(0),
            np.random.RandomState(1),
        ),
        *(fingerprint, narrow, Fraction(1, 2), Fraction(1, 3), Uniform(0, 1), Uniform(0, 2)),
        *(make_pipeline(StandardScaler()), make_pipeline(StandardScaler(with_mean=False))),
    ]
    assert len({fingerprint(v) for v in values}) == len(values)
    assert fingerprint(b"a", b"b") != fingerprint(b"abytesb")
    assert fingerprint(np.arange(6).reshape(2, 3).T) == fingerprint(
        np.ascontiguousarray(np.arange(6).reshape(2, 3).T)
    )


def test_a_space_that_cannot_be_is_refused():
    calls = [
        (lambda: GridSearch(None, {"p": 1}).candidates(), TypeError),
        (lambda: GridSearch(None, {"p": []}).candidates(), ValueError),
        (lambda: GridSearch(None, {"p": Uniform(0, 1)}).candidates(), TypeError),
        (lambda: GridSearch(None, "p").candidates(), TypeError),
        (lambda: RandomSearch(None, {"p": 3}).candidates(), TypeError),
        (lambda: RandomSearch(None, {"p": [1]}, n_iter=0).candidates(), ValueError),
        (lambda: Uniform(1, 0), ValueError),
        (lambda: Uniform(0, np.nan), ValueError),
        (lambda: LogUniform(0, 1), ValueError),
        (lambda: Integers(0, 1.5), TypeError),
        (lambda: Choice([]), ValueError),
        (lambda: Choice("abc"), ValueError),
        (lambda: narrow({}, {"params": [{}], "mean_test_score": [np.nan]}), ValueError),
        (lambda: narrow({}, {"params": [{}], "mean_test_score": [1]}, keep=0), ValueError),
        (
            lambda: narrow(
                {"p": scipy.stats.uniform()}, {"params": [{"p": 1}], "mean_test_score": [1]}
            ),
            TypeError,
        ),
        (lambda: coverage([1.5], bins=3), ValueError),
    ]
    for call, error in calls:
        with naming(f"the call in line {call.__code__.co_firstlineno}"), pytest.raises(error):
            call()
