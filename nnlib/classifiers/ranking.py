"""Metrics of ranking: ROC curve, precision-recall curve, areas under them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks

__all__ = [
    "auc",
    "average_precision_score",
    "precision_recall_curve",
    "roc_auc_score",
    "roc_curve",
]

Array = np.ndarray


def roc_curve(
    y_true: Any, y_score: Any, *, pos_label: Any = None, drop_intermediate: bool = True
) -> tuple[Array, Array, Array]:
    r"""Return the rates of false and true alarms as the threshold falls.

    .. math:: F(t) = \frac{|\{n: s_n \ge t,\, y_n = 0\}|}{|\{n: y_n = 0\}|}, \quad
        T(t) = \frac{|\{n: s_n \ge t,\, y_n = 1\}|}{|\{n: y_n = 1\}|}

    Parameters
    ----------
    y_true : (N,)
        Labels of two classes, both of which occur.
    y_score : (N,) float
        The higher, the more positive.
    pos_label : label, optional
        The positive class; 1 where labels are among -1, 0 and 1.
    drop_intermediate : bool
        Whether to leave out thresholds between two others on a straight line.

    Returns
    -------
    false_rate, true_rate : (T,) float64
        F and T, fractions, from (0, 0) to (1, 1). Equal scores cross the threshold together.
    thresholds : (T,) float64
        Falling, the first infinite.

    Raises
    ------
    TypeError, ValueError
        If there is one class alone (the rate of the other is 0/0; scikit-learn gives nan),
        more than two, scores that are no finite numbers, or lengths that differ.

    Source: Fawcett (2006), "An introduction to ROC analysis"; chapter "Choosing a model".

    >>> F, T, thresholds = roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> F, T
    (array([0. , 0. , 0.5, 0.5, 1. ]), array([0. , 0.5, 0.5, 1. , 1. ]))
    """
    positive, s = checks.positives("roc_curve", y_true, y_score, pos_label)
    FP, TP, t = _counts(positive, s)
    if drop_intermediate and len(t) > 2:
        corner = np.r_[True, (np.diff(FP, 2) != 0) | (np.diff(TP, 2) != 0), True]
        FP, TP, t = FP[corner], TP[corner], t[corner]
    return np.r_[0, FP / FP[-1]], np.r_[0, TP / TP[-1]], np.r_[np.inf, t]


def precision_recall_curve(
    y_true: Any, y_score: Any, *, pos_label: Any = None
) -> tuple[Array, Array, Array]:
    """Return precision and recall as the threshold rises.

    Parameters
    ----------
    y_true, y_score, pos_label
        As for ``roc_curve``.

    Returns
    -------
    precision, recall : (T + 1,) float64
        Fractions; at the end stands the point (1, 0), for which there is no threshold.
    thresholds : (T,) float64
        The different scores, rising: positive is who reaches them.

    Raises
    ------
    TypeError, ValueError
        As ``roc_curve``.

    Source: Davis and Goadrich (2006), "The relationship between Precision-Recall and ROC
    curves"; chapter "Choosing a model".

    >>> precision, recall, thresholds = precision_recall_curve([0, 1, 1], [0.2, 0.1, 0.8])
    >>> precision.round(2), recall
    (array([0.67, 0.5 , 1.  , 1.  ]), array([1. , 0.5, 0.5, 0. ]))
    """
    positive, s = checks.positives("precision_recall_curve", y_true, y_score, pos_label)
    FP, TP, t = _counts(positive, s)
    P, R = TP / (TP + FP), TP / TP[-1]
    return np.r_[P[::-1], 1], np.r_[R[::-1], 0], t[::-1]


def auc(x: Any, y: Any) -> float:
    r"""Return the area under a polygon, by trapezia.

    .. math:: \Bigl| \sum_i (x_{i+1} - x_i) \, \frac{y_i + y_{i+1}}{2} \Bigr|

    Raises ValueError unless x, of two numbers or more, rises or falls throughout.

    Source: Fawcett (2006), section 7; chapter "Choosing a model".

    >>> auc([0, 0.5, 1], [0, 1, 1])
    0.75
    """
    x, y = checks.columns("auc", x=x, y=y)
    dx = np.diff(x)
    if len(x) < 2 or ((dx < 0).any() and (dx > 0).any()):
        raise ValueError("auc: expected two or more x that only rise or only fall")
    return float(abs(np.sum(dx * (y[:-1] + y[1:]) / 2)))


def roc_auc_score(y_true: Any, y_score: Any, *, pos_label: Any = None) -> float:
    """Return the area under the ROC: the probability that a positive scores above a negative.

    A tie counts one half. Options and errors: ``roc_curve``.

    Source: Fawcett (2006), section 7; chapter "Choosing a model".

    >>> roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    false_rate, true_rate, _ = roc_curve(y_true, y_score, pos_label=pos_label)
    return auc(false_rate, true_rate)


def average_precision_score(y_true: Any, y_score: Any, *, pos_label: Any = None) -> float:
    r"""Return the mean of the precisions, weighted by the gain in recall.

    .. math:: \sum_t (R_t - R_{t-1}) \, P_t

    Options and errors: ``roc_curve``.

    Source: Davis and Goadrich (2006); chapter "Choosing a model".

    >>> average_precision_score([0, 1, 1], [0.2, 0.1, 0.8]) == 1 / 2 * 1 + 1 / 2 * 2 / 3
    True
    """
    P, R, _ = precision_recall_curve(y_true, y_score, pos_label=pos_label)
    return float(-np.sum(np.diff(R) * P[:-1]))


def _counts(positive: Array, s: Array) -> tuple[Array, Array, Array]:
    """Return false and true positives at each distinct score, and these scores, descending."""
    order = np.argsort(-s, kind="stable")
    s, TP = s[order], np.cumsum(positive[order])
    last = np.r_[np.flatnonzero(np.diff(s)), len(s) - 1]  # of equal scores
    return 1 + last - TP[last], TP[last], s[last]
