"""Grid search and random search over options, which resume after an interruption."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin
from sklearn.utils import check_random_state, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from .. import checks
from .fits import attempt, on_cluster, on_threads, with_params
from .spaces import check_space, draw_points, grid_points
from .store import fingerprint, keep, kept, versions
from .validation import as_arrays, scorers_of, splits_of

__all__ = ["GridSearch", "RandomSearch"]

Array = np.ndarray


def _best_has(method: str):
    """Return a decorator for a method that exists if the best estimator has it too."""

    def check(search: Any) -> bool:
        getattr(getattr(search, "best_estimator_", search.estimator), method)
        return True

    return available_if(check)


class _Search(MetaEstimatorMixin, BaseEstimator):
    """The base class of both searches: it scores all candidates on all folds."""

    def fit(self, X, y=None):
        """Score every candidate on every fold of X (N, ...) and y (N,), and fit the best."""
        owner = type(self).__name__
        checks.count(owner, "n_jobs", self.n_jobs)
        candidates = self.candidates()
        if not candidates:
            raise ValueError(f"{owner}: expected one candidate or more, got none")
        X, y = as_arrays(owner, self.estimator, X, y)
        folds = splits_of(self.cv, self.estimator, X, y)
        results = self._results(candidates, folds, X, y)
        self.n_splits_ = len(folds)
        self.cv_results_ = _table(candidates, results)
        self.best_index_ = _best(owner, self.cv_results_)
        self.best_params_ = candidates[self.best_index_]
        self.best_score_ = float(self.cv_results_["mean_test_score"][self.best_index_])
        if self.refit:
            self._fit_best(X, y)
        return self

    def _fit_best(self, X: Array, y: Array | None) -> None:
        """Fit the best candidate to all data."""
        began = time.perf_counter()
        best = with_params(self.estimator, self.best_params_)
        self.best_estimator_ = best.fit(X) if y is None else best.fit(X, y)
        self.refit_time_ = time.perf_counter() - began
        if hasattr(best, "n_features_in_"):
            self.n_features_in_ = best.n_features_in_

    def _results(self, candidates, folds, X, y) -> list[list[dict]]:
        """Return one result for each candidate and fold, read from the store or computed."""
        tasks = [(params, *fold) for params in candidates for fold in folds]
        scorers = scorers_of(self.scoring)
        if list(scorers) != ["score"]:
            raise TypeError(f"scoring: expected one, got {len(scorers)}")
        files, found = [], {}
        if self.store is not None:
            keys = _keys(self.estimator, tasks, scorers, X, y)
            Path(self.store).mkdir(parents=True, exist_ok=True)
            files = [Path(self.store) / f"{key}.json" for key in keys]
            found = {i: result for i, f in enumerate(files) if (result := kept(f)) is not None}
        missing = {i: task for i, task in enumerate(tasks) if i not in found}
        for i, result in self._run(missing, scorers, X, y):
            found[i] = result
            if files and not result["error"]:  # failed fits are repeated next time
                keep(files[i], result)
        k = len(folds)
        return [[found[c * k + f] for f in range(k)] for c in range(len(candidates))]

    def _run(self, tasks, scorers, X, y) -> Iterator[tuple[int, dict]]:
        """Yield the results of fits as they finish: run here, on threads, or on a cluster."""
        what = (X, y), self.estimator, scorers
        if self.client is not None:
            return on_cluster(self.client, tasks, *what)
        if self.n_jobs > 1:
            return on_threads(self.n_jobs, tasks, *what)
        return ((i, attempt(*what, *task)) for i, task in tasks.items())

    @property
    def classes_(self) -> Array:
        """Classes of the best estimator."""
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.classes_

    def score(self, X, y=None) -> float:
        """Score of the best estimator, by the search's scoring."""
        check_is_fitted(self, "best_estimator_")
        return float(scorers_of(self.scoring)["score"](self.best_estimator_, X, y))

    @_best_has("predict")
    def predict(self, X) -> Array:
        """Return the predictions of the best estimator."""
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.predict(X)

    @_best_has("predict_proba")
    def predict_proba(self, X) -> Array:
        """Return the probabilities of the best estimator."""
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.predict_proba(X)

    @_best_has("decision_function")
    def decision_function(self, X) -> Array:
        """Return the scores of the best estimator."""
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.decision_function(X)

    def __sklearn_tags__(self):
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.estimator_type = inner.estimator_type
        tags.classifier_tags, tags.regressor_tags = inner.classifier_tags, inner.regressor_tags
        tags.target_tags, tags.input_tags.pairwise = (
            inner.target_tags,
            inner.input_tags.pairwise,
        )
        return tags


class GridSearch(_Search):
    """Try every combination of the values given.

    Parameters
    ----------
    estimator : estimator
        Cloned for each fit.
    param_grid : dict of lists, or list of these
        Options and their values.
    scoring, cv
        As for ``cross_validate``, with one scoring.
    refit : bool
        Whether to fit the best candidate to all data, for ``predict`` and its kin.
    n_jobs : int
        Threads. NumPy's large products run beside one another, other code in turns.
    client : distributed.Client or str, optional
        Dask cluster, or the address of its scheduler, that fits instead.
    store : path, optional
        Folder in which each finished fit is kept, under a hash of estimator, options, fold,
        data, scoring, code and versions. A search that was killed, run again, fits what is
        missing. For the result of an undisturbed search give the estimator a seed.

    Attributes
    ----------
    best_params_, best_score_, best_index_, best_estimator_, refit_time_, n_splits_
        As in scikit-learn. In a tie the first candidate is best.
    cv_results_ : dict
        For each candidate ``params``, ``param_NAME``, ``split0_test_score`` …,
        ``mean_test_score``, ``std_test_score``, ``rank_test_score``, times in seconds, and
        ``error``: "" or what ended a fit. Such a candidate has the score nan and comes last.

    Raises
    ------
    TypeError, ValueError
        By ``fit``, as ``cross_validate``; for a grid that cannot be, and if every candidate
        failed.

    Source: Bergstra and Bengio (2012), "Random Search for Hyper-Parameter Optimization";
    chapter "Hyperparameter search".

    >>> from nnlib.classifiers import KNeighborsClassifier
    >>> X, y = np.arange(12.0)[:, None], np.repeat([0, 1], 6)
    >>> search = GridSearch(KNeighborsClassifier(), {"n_neighbors": [1, 3, -1]}, cv=3).fit(X, y)
    >>> search.best_params_
    {'n_neighbors': 1}
    >>> search.cv_results_["error"][2]
    'ValueError: KNeighborsClassifier: expected n_neighbors of at least 1, got -1'
    """

    def __init__(
        self,
        estimator: Any,
        param_grid: Any,
        *,
        scoring: Any = None,
        cv: Any = None,
        refit: bool = True,
        n_jobs: int = 1,
        client: Any = None,
        store: Any = None,
    ):
        self.estimator = estimator
        self.param_grid = param_grid
        self.scoring = scoring
        self.cv = cv
        self.refit = refit
        self.n_jobs = n_jobs
        self.client = client
        self.store = store

    def candidates(self) -> list[dict[str, Any]]:
        """Return all combinations, in scikit-learn's order."""
        grids = self.param_grid if isinstance(self.param_grid, list) else [self.param_grid]
        for grid in grids:
            check_space("GridSearch", grid, lists_only=True)
        return [point for grid in grids for point in grid_points(grid)]


class RandomSearch(_Search):
    """Try random combinations.

    Parameters
    ----------
    estimator : estimator
        Cloned for each fit.
    param_distributions : dict
        Options, and what their values are drawn from: ``Uniform``, ``LogUniform``,
        ``Integers``, ``Choice``, a list, or one of SciPy's distributions.
    n_iter : int
        How many candidates. No combination is drawn twice, so that a space of few gives fewer.
    random_state : int, RandomState or None
        Of the drawing; with a store an int, so that a second run has the same candidates.
    scoring, cv, refit, n_jobs, client, store
        As for ``GridSearch``, whose attributes it has, too.

    Source: Bergstra and Bengio (2012), "Random Search for Hyper-Parameter Optimization";
    chapter "Hyperparameter search".

    >>> from nnlib.classifiers import Integers, KNeighborsClassifier
    >>> X, y = np.arange(40.0)[:, None], np.repeat([0, 1], 20)
    >>> space = {"n_neighbors": Integers(1, 20), "weights": ["uniform", "distance"]}
    >>> search = RandomSearch(KNeighborsClassifier(), space, n_iter=4, random_state=0)
    >>> search.fit(X, y).best_score_
    0.9
    """

    def __init__(
        self,
        estimator: Any,
        param_distributions: Any,
        *,
        n_iter: int = 10,
        scoring: Any = None,
        cv: Any = None,
        refit: bool = True,
        n_jobs: int = 1,
        client: Any = None,
        store: Any = None,
        random_state: Any = None,
    ):
        self.estimator = estimator
        self.param_distributions = param_distributions
        self.n_iter = n_iter
        self.scoring = scoring
        self.cv = cv
        self.refit = refit
        self.n_jobs = n_jobs
        self.client = client
        self.store = store
        self.random_state = random_state

    def candidates(self) -> list[dict[str, Any]]:
        """Return the combinations that were drawn."""
        checks.count("RandomSearch", "n_iter", self.n_iter)
        check_space("RandomSearch", self.param_distributions, lists_only=False)
        if self.store is not None and not isinstance(self.random_state, int | np.integer):
            raise ValueError(
                "RandomSearch: a store needs an int as random_state, so that a second run "
                f"draws the same candidates, got {self.random_state!r}"
            )
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        return draw_points(self.param_distributions, self.n_iter, np.random.default_rng(seed))


def _keys(estimator, tasks, scorers, X, y) -> list[str]:
    """Return the key under which each fit's result is stored."""
    common = fingerprint(estimator, scorers, X, y, versions())
    return [fingerprint(common, *task) for task in tasks]


def _table(candidates: list[dict], results: list[list[dict]]) -> dict[str, Any]:
    """Return ``cv_results_`` as in scikit-learn."""
    table: dict[str, Any] = {}
    for time_of in ("fit_time", "score_time"):
        seconds = np.array([[r[time_of] for r in row] for row in results])
        table[f"mean_{time_of}"], table[f"std_{time_of}"] = seconds.mean(1), seconds.std(1)
    for name in sorted({name for params in candidates for name in params}):
        table[f"param_{name}"] = _column(name, candidates)
    table["params"] = candidates
    scores = np.array([[r["test_score"] for r in row] for row in results])
    table |= {f"split{k}_test_score": column for k, column in enumerate(scores.T)}
    table["mean_test_score"], table["std_test_score"] = scores.mean(1), scores.std(1)
    table["rank_test_score"] = _ranks(table["mean_test_score"])
    errors = ([r["error"] for r in row if r["error"]] for row in results)
    table["error"] = [(*found, "")[0] for found in errors]
    return table


def _column(name: str, candidates: list[dict]) -> np.ma.MaskedArray:
    """Return the values of one option, masked where a candidate has none."""
    column = np.ma.masked_all(len(candidates), dtype=object)
    for i, params in enumerate(candidates):
        if name in params:
            column[i] = params[name]
    return column


def _ranks(scores: Array) -> Array:
    """Return ranks: 1 for the best; equal scores share a rank; nan comes last."""
    s = np.where(np.isnan(scores), -np.inf, scores)
    return 1 + (s[None, :] > s[:, None]).sum(axis=1).astype(np.int32)


def _best(owner: str, table: dict[str, Any]) -> int:
    """Return the index of the best candidate; raise an error if all have failed."""
    if np.isnan(table["mean_test_score"]).all():
        errors = [*dict.fromkeys(table["error"])]
        kind = TypeError if all(e.startswith("TypeError") for e in errors) else ValueError
        raise kind(f"{owner}: every candidate failed: {'; '.join(errors[:3])}")
    return int(np.nanargmax(table["mean_test_score"]))
