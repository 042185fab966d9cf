"""Metrics of classification: confusion matrix, accuracy, precision, recall, F1."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks

__all__ = [
    "accuracy_score",
    "confusion_matrix",
    "f1_score",
    "precision_recall_fscore_support",
    "precision_score",
    "recall_score",
]

Array = np.ndarray
AVERAGES = ("binary", "micro", "macro", "weighted", None)


def confusion_matrix(y_true: Any, y_pred: Any, *, labels: Any = None) -> Array:
    r"""Count for each true class how often each class was predicted.

    .. math:: M_{ij} = \sum_n [y_n = i] \, [\hat y_n = j]

    Parameters
    ----------
    y_true, y_pred : (N,) numbers or text
        Labels, true and predicted.
    labels : (C,), optional
        The classes in the order of rows and columns; by default all that occur, sorted.

    Returns
    -------
    (C, C) int64
        Counts; rows are true, columns predicted classes.

    Raises
    ------
    TypeError
        If labels are neither numbers nor text, or some are and some are not.
    ValueError
        If lengths differ, there are none, or a label is not among ``labels``.

    Source: Hastie, Tibshirani and Friedman (2009), section 9.2.5; chapter "Choosing a model".

    >>> confusion_matrix(["cat", "cat", "dog"], ["cat", "dog", "dog"])
    array([[1, 1],
           [0, 1]])
    """
    return _confusion("confusion_matrix", y_true, y_pred, labels)[0]


def accuracy_score(y_true: Any, y_pred: Any) -> float:
    r"""Return the fraction of predictions that are right.

    .. math:: \frac{1}{N} \sum_n [y_n = \hat y_n]

    Takes and refuses what ``confusion_matrix`` does.

    Source: chapter "Choosing a model".

    >>> accuracy_score([0, 1, 2, 2], [0, 1, 2, 0])
    0.75
    """
    y_true, y_pred = checks.labels("accuracy_score", y_true=y_true, y_pred=y_pred)
    return float((y_true == y_pred).mean())


def precision_recall_fscore_support(
    y_true: Any,
    y_pred: Any,
    *,
    beta: float = 1.0,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = None,
    zero_division: float = 0.0,
):
    r"""Return precision, recall, their weighted harmonic mean, and the number of samples.

    .. math::
        P = \frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FP}}, \quad
        R = \frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FN}}, \quad
        F_\beta = \frac{(1 + \beta^2)\,\mathrm{TP}}
            {(1 + \beta^2)\,\mathrm{TP} + \beta^2\,\mathrm{FN} + \mathrm{FP}}

    Parameters
    ----------
    y_true, y_pred : (N,) numbers or text
        Labels, true and predicted.
    beta : float
        How much more recall counts than precision, above 0.
    labels : (C,), optional
        The classes in order; by default all that occur, sorted.
    pos_label : label
        The class that counts, with average "binary".
    average : {None, "binary", "micro", "macro", "weighted"}
        None: each class by itself. "binary": the class ``pos_label`` alone. "micro": the
        counts of all classes added up. "macro": the mean over classes, "weighted" by how
        often each occurs.
    zero_division : float
        What 0/0 is: the precision of a class that is never predicted, the recall of one that
        never occurs, F of one that does neither. With nan, macro and weighted means leave
        such a class out.

    Returns
    -------
    precision, recall, fscore : (C,) or () float64
        Fractions.
    support : (C,) int64 or None
        How often each class occurs; None with an average.

    Raises
    ------
    TypeError, ValueError
        As ``confusion_matrix``; for more than two classes with "binary", a ``pos_label`` that
        does not occur, or an average that does not exist.

    Source: van Rijsbergen (1979), chapter 7; chapter "Choosing a model".

    >>> p, r, f, n = precision_recall_fscore_support([0, 0, 1, 1], [0, 1, 1, 1])
    >>> p.round(2), r.round(2), n
    (array([1.  , 0.67]), array([0.5, 1. ]), array([2, 2]))
    """
    owner = "precision_recall_fscore_support"
    checks.choice(owner, "average", average, AVERAGES)
    if not beta > 0:
        raise ValueError(f"{owner}: expected beta above 0, got {beta}")
    M, classes = _confusion(owner, y_true, y_pred, labels)
    TP, FP, FN = np.diag(M), M.sum(axis=0) - np.diag(M), M.sum(axis=1) - np.diag(M)
    support = TP + FN
    if average == "micro":
        TP, FP, FN = TP.sum(), FP.sum(), FN.sum()
    if average == "binary":
        one = classes == checks.positive_label(
            f"{owner} with average 'binary'", classes, pos_label
        )
        TP, FP, FN = TP[one].sum(), FP[one].sum(), FN[one].sum()

    def share(part: Array, whole: Array) -> Array:
        return np.where(whole == 0, zero_division, part / np.where(whole == 0, 1, whole))

    B = beta**2
    scores = (
        share(TP, TP + FP),
        share(TP, TP + FN),
        share((1 + B) * TP, (1 + B) * TP + B * FN + FP),
    )
    if average in ("macro", "weighted"):
        weights = support if average == "weighted" else np.ones(len(classes))
        scores = tuple(_mean(score, weights) for score in scores)
    if average is None:
        return *scores, support
    return *map(float, scores), None


def precision_score(y_true: Any, y_pred: Any, *, average: str = "binary", **options) -> float:
    """Return the fraction of predicted positives that are positive: TP / (TP + FP).

    Options and errors: ``precision_recall_fscore_support``.

    >>> precision_score([1, 1, 0, 0], [1, 0, 1, 0])
    0.5
    """
    return precision_recall_fscore_support(y_true, y_pred, average=average, **options)[0]


def recall_score(y_true: Any, y_pred: Any, *, average: str = "binary", **options) -> float:
    """Return the fraction of positives that are predicted to be: TP / (TP + FN).

    Options and errors: ``precision_recall_fscore_support``.

    >>> recall_score([1, 1, 1, 0], [1, 0, 1, 0]) == 2 / 3
    True
    """
    return precision_recall_fscore_support(y_true, y_pred, average=average, **options)[1]


def f1_score(y_true: Any, y_pred: Any, *, average: str = "binary", **options) -> float:
    """Return the harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    Options and errors: ``precision_recall_fscore_support``.

    >>> f1_score([1, 1, 1, 0], [1, 0, 1, 0])
    0.8
    """
    return precision_recall_fscore_support(y_true, y_pred, average=average, **options)[2]


def _confusion(owner: str, y_true: Any, y_pred: Any, labels: Any) -> tuple[Array, Array]:
    """Return the confusion matrix and its classes."""
    y_true, y_pred = checks.labels(owner, y_true=y_true, y_pred=y_pred)
    occur = np.union1d(y_true, y_pred)
    classes = occur if labels is None else np.asarray(labels)
    if len(set(classes.tolist())) < len(classes):
        raise ValueError(f"{owner}: expected different labels, got {classes.tolist()}")
    strange = [c for c in occur.tolist() if c not in classes.tolist()]
    if strange:
        raise ValueError(
            f"{owner}: expected labels among {classes.tolist()}, got {strange[0]!r} too"
        )
    order = np.argsort(classes)
    i, j = (order[np.searchsorted(classes, y, sorter=order)] for y in (y_true, y_pred))
    C = len(classes)
    return np.bincount(C * i + j, minlength=C * C).reshape(C, C), classes


def _mean(scores: Array, weights: Array) -> float:
    """Return the weighted mean of the scores that are not nan, or nan if all are."""
    known = ~np.isnan(scores)
    return np.average(scores[known], weights=weights[known]) if weights[known].any() else np.nan
