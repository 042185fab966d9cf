"""Learning curves and validation curves: mean and spread of scores over folds and seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from .validation import as_arrays, fit_and_score, folds_for, scorers_of, splits_of

__all__ = ["Curve", "learning_curve", "validation_curve"]

Array = np.ndarray


class Curve(NamedTuple):
    """Scores on training and test data, for each value of what was changed.

    Attributes
    ----------
    values : (T,)
        Numbers of training samples, or values of the option.
    train_scores, test_scores : (T, R) float64
        One column for each run: each fold, of each seed.

    >>> curve = Curve(np.array([10, 20]), np.ones((2, 2)), np.array([[0.5, 0.7], [0.8, 0.8]]))
    >>> curve.test_mean, curve.test_spread
    (array([0.6, 0.8]), array([0.1, 0. ]))
    """

    values: Array
    train_scores: Array
    test_scores: Array

    @property
    def train_mean(self) -> Array:
        """Mean over the runs, (T,)."""
        return self.train_scores.mean(axis=1)

    @property
    def train_spread(self) -> Array:
        """Standard deviation over the runs, (T,)."""
        return self.train_scores.std(axis=1)

    @property
    def test_mean(self) -> Array:
        """Mean over the runs, (T,)."""
        return self.test_scores.mean(axis=1)

    @property
    def test_spread(self) -> Array:
        """Standard deviation over the runs, (T,); not independent, since folds share data."""
        return self.test_scores.std(axis=1)


def learning_curve(
    estimator: Any,
    X: Any,
    y: Any = None,
    *,
    train_sizes: Any = (0.1, 0.325, 0.55, 0.775, 1.0),
    cv: Any = None,
    scoring: Any = None,
    seeds: Sequence[int] = (),
) -> Curve:
    """Score an estimator that was fitted to the first n samples of each training fold.

    Parameters
    ----------
    estimator : estimator
        Cloned for each fit.
    X, y, scoring
        As for ``cross_validate``, with one scoring.
    train_sizes : (T,) float or int
        Numbers of samples, or shares of the smallest training fold, rounded down.
    cv : int, splitter, iterable or None
        As for ``cross_validate``; with seeds a number of folds.
    seeds : sequence of int
        For each seed folds and training samples are shuffled anew, and the estimator gets the
        seed if it takes a ``random_state``. Without any, the data stay in order: sort no data
        by class then.

    Returns
    -------
    Curve
        ``values``: the different numbers of samples, rising.

    Raises
    ------
    TypeError, ValueError
        As ``cross_validate``; if a size is out of range, or seeds meet folds that are fixed.

    Source: Hastie, Tibshirani and Friedman (2009), section 7.10.1; chapter "Generalisation".

    >>> from nnlib.classifiers import KNeighborsRegressor
    >>> X = np.arange(20.0)[:, None]
    >>> curve = learning_curve(KNeighborsRegressor(1), X, X[:, 0], cv=2, train_sizes=[5, 10])
    >>> curve.values, curve.test_scores.shape
    (array([ 5, 10]), (2, 2))
    """
    X, y = as_arrays("learning_curve", estimator, X, y)
    runs = [*_runs("learning_curve", estimator, X, y, cv, seeds)]
    sizes = _sizes(train_sizes, min(len(train) for _, train, _ in runs))
    fits = [[(model, train[:n], test) for model, train, test in runs] for n in sizes]
    return Curve(sizes, *_scores(fits, X, y, scoring))


def validation_curve(
    estimator: Any,
    X: Any,
    y: Any = None,
    *,
    param_name: str,
    param_range: Sequence[Any],
    cv: Any = None,
    scoring: Any = None,
    seeds: Sequence[int] = (),
) -> Curve:
    """Score an estimator for each value of one of its options.

    Parameters
    ----------
    estimator, X, y, cv, scoring, seeds
        As for ``learning_curve``.
    param_name : str
        The option.
    param_range : (T,)
        Its values.

    Returns
    -------
    Curve
        ``values``: those of ``param_range``.

    Raises
    ------
    TypeError, ValueError
        As ``cross_validate``; if the estimator has no such option.

    Source: Hastie, Tibshirani and Friedman (2009), section 7.2; chapter "Choosing a model".

    >>> from nnlib.classifiers import KNeighborsClassifier
    >>> X, y = np.arange(12.0)[:, None], [0, 1] * 6
    >>> curve = validation_curve(
    ...     KNeighborsClassifier(), X, y, param_name="n_neighbors", param_range=[1, 3], cv=2
    ... )
    >>> curve.train_mean.round(2)
    array([1.  , 0.33])
    """
    X, y = as_arrays("validation_curve", estimator, X, y)
    if not len(param_range):
        raise ValueError("validation_curve: expected one or more values in param_range")
    runs = [*_runs("validation_curve", estimator, X, y, cv, seeds)]
    fits = [
        [
            (clone(model).set_params(**{param_name: value}), train, test)
            for model, train, test in runs
        ]
        for value in param_range
    ]
    return Curve(np.asarray(param_range), *_scores(fits, X, y, scoring))


def _runs(owner, estimator, X, y, cv, seeds) -> Iterator[tuple[Any, Array, Array]]:
    """Yield an estimator, training and test indices for each fold of each seed."""
    if not len(seeds):
        for train, test in splits_of(cv, estimator, X, y):
            yield estimator, train, test
        return
    if not (cv is None or isinstance(cv, int | np.integer)):
        raise ValueError(f"{owner}: seeds shuffle the folds; give their number as cv")
    for seed in seeds:
        folds = folds_for(estimator, cv or 5, y, shuffle=True, random_state=seed)
        rng, model = np.random.default_rng(seed), clone(estimator)
        if "random_state" in model.get_params():
            model.set_params(random_state=seed)
        for train, test in folds.split(X, y):
            yield model, rng.permutation(train), test


def _sizes(train_sizes: Any, most: int) -> Array:
    """Return the training set sizes, (T,)."""
    sizes = np.asarray(train_sizes)
    if sizes.ndim != 1 or not len(sizes) or sizes.dtype.kind not in "iuf":
        raise ValueError(f"learning_curve: expected numbers or shares, got {train_sizes!r}")
    limit = 1.0 if sizes.dtype.kind == "f" else most
    if not ((sizes > 0) & (sizes <= limit)).all():
        raise ValueError(f"learning_curve: expected train_sizes in (0, {limit}], got {sizes}")
    if sizes.dtype.kind == "f":
        sizes = np.maximum((sizes * most).astype(int), 1)
    return np.unique(sizes)


def _scores(fits, X, y, scoring) -> tuple[Array, Array]:
    """Return the training scores and the test scores, each (T, R)."""
    scorers = scorers_of(scoring)
    if list(scorers) != ["score"]:
        raise TypeError(f"scoring: expected one, got {len(scorers)}")

    def pair(model, train, test):
        got = fit_and_score(clone(model), X, y, train, test, scorers=scorers, on_train=True)
        return got["train_score"], got["test_score"]

    scores = np.array([[pair(*fit) for fit in row] for row in fits])
    return scores[..., 0], scores[..., 1]
