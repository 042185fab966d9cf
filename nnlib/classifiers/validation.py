"""Cross-validation: fit on all folds but one, and score on that one."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.utils import get_tags
from sklearn.utils.validation import column_or_1d

from . import metrics
from .calibration import brier_score_loss, log_loss
from .errors import mean_squared_error, r2_score
from .folds import KFold, StratifiedKFold
from .ranking import average_precision_score, roc_auc_score

__all__ = ["SCORINGS", "cross_val_score", "cross_validate"]

Array = np.ndarray
Scorer = Callable[[Any, Array, Array], float]


def cross_val_score(
    estimator: Any, X: Any, y: Any = None, *, scoring: Any = None, cv: Any = None
) -> Array:
    """Score an estimator on each fold, fitted to the others.

    Arguments and errors are those of ``cross_validate``, with one scoring.

    Returns
    -------
    (k,) float64
        One score for each fold, higher being better.

    Source: Hastie, Tibshirani and Friedman (2009), section 7.10; chapter "Choosing a model".

    >>> from nnlib.classifiers import KNeighborsClassifier
    >>> X, y = [[0.0], [1.0], [9.0], [10.0]], [0, 0, 1, 1]
    >>> cross_val_score(KNeighborsClassifier(n_neighbors=1), X, y, cv=2)
    array([1., 1.])
    """
    return cross_validate(estimator, X, y, scoring=scoring, cv=cv)["test_score"]


def cross_validate(
    estimator: Any,
    X: Any,
    y: Any = None,
    *,
    scoring: Any = None,
    cv: Any = None,
    return_train_score: bool = False,
    return_estimator: bool = False,
) -> dict[str, Any]:
    """Fit and score an estimator on each fold, and say how long that took.

    Parameters
    ----------
    estimator : estimator
        Cloned for each fold; it stays as it is.
    X : (N, ...)
        Samples.
    y : (N,), optional
        Labels or numbers.
    scoring : str, callable, dict of these, or None
        A name in ``SCORINGS``, a function of (estimator, X, y), or several of them by name;
        None is the estimator's own ``score``.
    cv : int, splitter, iterable or None
        Folds: k of them (None: 5), stratified for classifiers and in order; something with
        ``split(X, y)``; or pairs of training and test indices.
    return_train_score, return_estimator : bool
        Whether to return these too.

    Returns
    -------
    dict of (k,)
        ``test_score`` (or ``test_NAME`` of several scorings), ``fit_time`` and ``score_time``
        in seconds; on request ``train_score`` and ``estimator``.

    Raises
    ------
    TypeError, ValueError
        For a scoring or folds that cannot be, and whatever the estimator raises.

    Source: Hastie, Tibshirani and Friedman (2009), section 7.10; chapter "Choosing a model".

    >>> from nnlib.classifiers import KNeighborsClassifier
    >>> X, y = [[0.0], [1.0], [9.0], [10.0]], [0, 0, 1, 1]
    >>> scoring = {"right": "accuracy", "loss": "neg_log_loss"}
    >>> sorted(cross_validate(KNeighborsClassifier(1), X, y, scoring=scoring, cv=2))
    ['fit_time', 'score_time', 'test_loss', 'test_right']
    """
    X, y = as_arrays("cross_validate", estimator, X, y)
    scorers = scorers_of(scoring)
    results = [
        fit_and_score(
            clone(estimator), X, y, train, test, scorers=scorers, on_train=return_train_score
        )
        for train, test in splits_of(cv, estimator, X, y)
    ]
    kept = [key for key in results[0] if key != "estimator"]
    answer: dict[str, Any] = {key: np.array([r[key] for r in results]) for key in kept}
    if return_estimator:
        answer["estimator"] = [r["estimator"] for r in results]
    return answer


def fit_and_score(estimator, X, y, train, test, *, scorers, on_train=False) -> dict[str, Any]:
    """Return the scores, the seconds and the estimator after a fit to some samples."""

    def part(rows):
        return X[rows], None if y is None else y[rows]

    began = time.perf_counter()
    X_train, y_train = part(train)
    estimator.fit(X_train) if y is None else estimator.fit(X_train, y_train)
    fitted = time.perf_counter()
    scores = _scores("test", scorers, estimator, *part(test))
    result = {"fit_time": fitted - began, "score_time": time.perf_counter() - fitted, **scores}
    if on_train:
        result |= _scores("train", scorers, estimator, X_train, y_train)
    return {**result, "estimator": estimator}


def _scores(kind: str, scorers: dict[str, Scorer], estimator, X, y) -> dict[str, float]:
    """Return all scores of a fitted estimator as a dict with keys such as ``test_NAME``."""
    scores = {}
    for name, scorer in scorers.items():
        value = scorer(estimator, X, y)
        if np.ndim(value) or isinstance(value, str) or value is None:
            raise ValueError(f"scoring: expected {name} to give a number, got {value!r}")
        scores[f"{kind}_{name}"] = float(value)
    return scores


def as_arrays(owner: str, estimator: Any, X: Any, y: Any) -> tuple[Array, Array | None]:
    """Return samples and labels as arrays of equal length."""
    if hasattr(X, "toarray"):
        raise TypeError(f"{owner}: expected dense X, got sparse {type(X).__name__}")
    if y is None and get_tags(estimator).target_tags.required:
        name = type(estimator).__name__
        raise ValueError(f"{owner}: {name} requires y to be passed, but the target y is None")
    X = np.asarray(X)
    y = None if y is None else np.asarray(y)
    if y is not None and y.dtype == object and all(isinstance(v, str) for v in y.ravel()):
        y = y.astype(str)
    if y is not None and y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if X.ndim < 1 or not len(X) or (y is not None and (y.ndim < 1 or len(y) != len(X))):
        shapes = f"{X.shape} and {None if y is None else y.shape}"
        raise ValueError(f"{owner}: expected as many X as y, one or more, got {shapes}")
    return X, y


def splits_of(cv: Any, estimator: Any, X: Array, y: Array | None) -> list[tuple[Array, Array]]:
    """Return the training and test indices of each fold."""
    if hasattr(cv, "split") and not isinstance(cv, str):
        return [*cv.split(X, y)]
    if cv is None or isinstance(cv, int | np.integer):
        return [*folds_for(estimator, 5 if cv is None else cv, y).split(X, y)]
    try:
        return [(np.asarray(train), np.asarray(test)) for train, test in cv]
    except (TypeError, ValueError):
        message = "cv: expected a number of folds, a splitter or pairs of indices"
        raise TypeError(f"{message}, got {cv!r}") from None


def folds_for(estimator: Any, k: int, y: Array | None, **options: Any) -> KFold:
    """Return k folds, stratified for a classifier."""
    of_classes = is_classifier(estimator) and y is not None and y.dtype.kind in "biuUS"
    return (StratifiedKFold if of_classes else KFold)(k, **options)


def scorers_of(scoring: Any) -> dict[str, Scorer]:
    """Return scorers (estimator, X, y) by name; a single one is called "score"."""
    if isinstance(scoring, dict):
        return {name: _scorer(s) for name, s in scoring.items()}
    return {"score": _scorer(scoring)}


def _scorer(scoring: Any) -> Scorer:
    """Return a scorer (estimator, X, y), by name or from a function."""
    if scoring is None:
        return _own_score
    if callable(scoring):
        return scoring
    if not isinstance(scoring, str):
        raise TypeError(f"scoring: expected a name, a function or a dict, got {scoring!r}")
    if scoring not in SCORINGS:
        raise ValueError(f"scoring: expected one of {', '.join(SCORINGS)}, got {scoring!r}")
    return SCORINGS[scoring]


def _own_score(estimator: Any, X: Array, y: Array) -> float:
    """Return the estimator's own ``score``."""
    return estimator.score(X, y)


def _of_labels(metric: Callable, sign: int, options: dict, estimator, X, y) -> float:
    """Return a metric of the predicted labels."""
    return sign * metric(y, estimator.predict(X), **options)


def _of_two_classes(metric: Callable, estimator, X, y) -> float:
    """Return F1, precision or recall, where the second class is the positive one."""
    return metric(y, estimator.predict(X), pos_label=_positive(estimator))


def _of_ranks(metric: Callable, estimator, X, y) -> float:
    """Return a metric that depends only on the order of the scores."""
    if hasattr(estimator, "decision_function"):
        s = estimator.decision_function(X)
    else:
        s = estimator.predict_proba(X)[:, 1]
    return metric(y, s, pos_label=_positive(estimator))


def _neg_log_loss(estimator, X, y) -> float:
    """Return the mean log-probability of the true classes."""
    return -log_loss(y, estimator.predict_proba(X), labels=estimator.classes_)


def _neg_brier_score(estimator, X, y) -> float:
    """Return minus the Brier score, with the second class as the positive one."""
    p = estimator.predict_proba(X)[:, 1]
    return -brier_score_loss(y, p, pos_label=_positive(estimator))


def _positive(estimator: Any) -> Any:
    """Return the second of two classes; raise ValueError for more."""
    if len(estimator.classes_) != 2:
        raise ValueError(f"scoring: expected two classes, got {len(estimator.classes_)}")
    return estimator.classes_[1]


def _named(names: Sequence[str]) -> dict[str, Scorer]:
    """Return the scorers of some metrics: for two classes, and for each way of averaging."""
    found: dict[str, Scorer] = {}
    for name in names:
        metric = getattr(metrics, f"{name}_score")
        found[name] = functools.partial(_of_two_classes, metric)
        for average in ("macro", "micro", "weighted"):
            options = {"average": average}
            found[f"{name}_{average}"] = functools.partial(_of_labels, metric, 1, options)
    return found


SCORINGS: dict[str, Scorer] = {
    "accuracy": functools.partial(_of_labels, metrics.accuracy_score, 1, {}),
    **_named(("precision", "recall", "f1")),
    "roc_auc": functools.partial(_of_ranks, roc_auc_score),
    "average_precision": functools.partial(_of_ranks, average_precision_score),
    "neg_log_loss": _neg_log_loss,
    "neg_brier_score": _neg_brier_score,
    "r2": functools.partial(_of_labels, r2_score, 1, {}),
    "neg_mean_squared_error": functools.partial(_of_labels, mean_squared_error, -1, {}),
}
