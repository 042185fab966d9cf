"""Precision, recall and F1 by counting, as exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

__all__ = ["precision_recall_f1"]


class Counted(NamedTuple):
    """Precision, recall and F1 as exact fractions."""

    precision: Fraction
    recall: Fraction
    f1: Fraction


def precision_recall_f1(y_true: Any, y_pred: Any, *, pos_label: Any = 1) -> Counted:
    r"""Return precision, recall and F1 of one class as exact fractions.

    .. math:: P = \frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FP}}, \quad
        R = \frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FN}}, \quad
        F_1 = \frac{2 P R}{P + R}

    Parameters
    ----------
    y_true, y_pred : (N,) numbers or text
        Labels of two classes, true and predicted.
    pos_label : label
        The positive class.

    Returns
    -------
    Counted
        ``precision``, ``recall`` and ``f1`` as ``Fraction``; 0/0 counts as 0.

    Raises
    ------
    ValueError
        If the lengths differ, there are no labels or more than two classes, or ``pos_label`` is
        not one of two classes.

    Source: van Rijsbergen (1979), chapter 7; chapter "Model selection and evaluation".

    >>> precision_recall_f1([1, 1, 0], [1, 0, 0])
    Counted(precision=Fraction(1, 1), recall=Fraction(1, 2), f1=Fraction(2, 3))
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim != 1 or y_true.shape != y_pred.shape or not len(y_true):
        raise ValueError(
            "precision_recall_f1: expected y_true (N,) and y_pred (N,), not empty, "
            f"got {y_true.shape} and {y_pred.shape}"
        )
    classes = np.union1d(y_true, y_pred).tolist()
    if len(classes) > 2:
        raise ValueError(f"precision_recall_f1: expected two classes, got {len(classes)}")
    if len(classes) == 2 and pos_label not in classes:
        raise ValueError(
            f"precision_recall_f1: expected pos_label among {classes}, got {pos_label!r}"
        )
    true, predicted = y_true == pos_label, y_pred == pos_label
    TP = int((true & predicted).sum())
    P = _fraction(TP, int(predicted.sum()))
    R = _fraction(TP, int(true.sum()))
    return Counted(P, R, _fraction(2 * P * R, P + R))


def _fraction(part, whole) -> Fraction:
    """Return part / whole, or 0 if the whole is 0."""
    return Fraction(part) / whole if whole else Fraction(0)
