"""Precision, recall and F1 by counting, as exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps

__all__ = ["precision_recall_f1"]


class Counted(NamedTuple):
    """Precision, recall and F1 as exact fractions."""

    precision: Fraction
    recall: Fraction
    f1: Fraction


def precision_recall_f1(y_true: Any, y_pred: Any, *, pos_label: Any = 1, steps: bool = False):
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
    steps : bool
        Whether to return the `Steps` of counting instead of the result.

    Returns
    -------
    Counted or Steps
        ``precision``, ``recall`` and ``f1`` as ``Fraction``; 0/0 counts as 0.

    Raises
    ------
    ValueError
        If the lengths differ, there are no labels or more than two classes, or ``pos_label`` is
        not one of two classes.

    Source: van Rijsbergen (1979), chapter 7; chapter "Model selection and evaluation".

    >>> precision_recall_f1([1, 1, 1, 0, 0], [1, 1, 0, 1, 0], steps=True)
    1. Of the 3 predicted positive, 2 are positive: TP = 2, FP = 1.
    2. Of the 3 positive, 2 are predicted to be: TP = 2, FN = 1.
    3. Precision is 2 of 3.
    4. Recall is 2 of 3.
    5. F1 is their harmonic mean.
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
    TP, FP, FN = (
        int((true & predicted).sum()),
        int((~true & predicted).sum()),
        int((true & ~predicted).sum()),
    )
    P, R = _fraction(TP, TP + FP), _fraction(TP, TP + FN)
    F1 = _fraction(2 * P * R, P + R)
    result = Counted(P, R, F1)
    return Steps(_counting(TP, FP, FN, *result), result) if steps else result


def _fraction(part, whole) -> Fraction:
    """Return part / whole, or 0 if the whole is 0."""
    return Fraction(part) / whole if whole else Fraction(0)


def _counting(TP: int, FP: int, FN: int, P: Fraction, R: Fraction, F1: Fraction) -> list[Step]:
    """Return the steps of ``precision_recall_f1``."""
    return [
        Step(
            f"Of the {TP + FP} predicted positive, {TP} are positive: TP = {TP}, FP = {FP}.",
            rf"\mathrm{{TP}} + \mathrm{{FP}} = {TP} + {FP} = {TP + FP}",
        ),
        Step(
            f"Of the {TP + FN} positive, {TP} are predicted to be: TP = {TP}, FN = {FN}.",
            rf"\mathrm{{TP}} + \mathrm{{FN}} = {TP} + {FN} = {TP + FN}",
        ),
        Step(f"Precision is {TP} of {TP + FP}.", _quotient("P", TP, TP + FP, P)),
        Step(f"Recall is {TP} of {TP + FN}.", _quotient("R", TP, TP + FN, R)),
        Step(
            "F1 is their harmonic mean.",
            rf"F_1 = \frac{{2 P R}}{{P + R}} = {_tex(F1)}" if P + R else "F_1 = 0",
        ),
    ]


def _quotient(name: str, part: int, whole: int, value: Fraction) -> str:
    """Return an equation such as ``P = 2/4 = 1/2`` in LaTeX."""
    shown = rf"\frac{{{part}}}{{{whole}}}"
    return f"{name} = {shown}" if shown == _tex(value) else f"{name} = {shown} = {_tex(value)}"


def _tex(q: Fraction) -> str:
    """Return a fraction in LaTeX."""
    return str(q) if q.denominator == 1 else rf"\frac{{{q.numerator}}}{{{q.denominator}}}"
