"""Log loss and Brier score: how far predicted probabilities are from the outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks

__all__ = ["brier_score_loss", "log_loss"]

Array = np.ndarray


def log_loss(y_true: Any, y_prob: Any, *, labels: Any = None) -> float:
    r"""Return the mean negative log-probability of what happened.

    .. math:: -\frac{1}{N} \sum_n \log p_{n, y_n}

    Parameters
    ----------
    y_true : (N,)
        Labels.
    y_prob : (N, C) or (N,) float
        Probabilities of the sorted classes; each row sums to 1. A column is that of the second
        of two classes.
    labels : (C,), optional
        The classes; needed where not all of them occur.

    Returns
    -------
    float
        Nats per sample. A probability below 2.2e-16 counts as that much, so that the loss is
        finite.

    Raises
    ------
    TypeError, ValueError
        If shapes disagree, a probability is not in [0, 1], a row does not sum to 1, or a label
        is not among ``labels``.

    Source: Goodfellow et al. (2016), section 5.5; chapter "Logistic regression".

    >>> round(log_loss(["no", "yes"], [[0.5, 0.5], [0.5, 0.5]]), 4)  # log(2)
    0.6931
    """
    (y_true,) = checks.labels("log_loss", y_true=y_true)
    classes = np.unique(y_true if labels is None else labels)
    P = np.asarray(y_prob, dtype=np.float64)
    if P.ndim == 1:
        P = np.stack([1 - P, P], axis=1)
    if P.shape != (len(y_true), len(classes)):
        raise ValueError(
            f"log_loss: expected probabilities ({len(y_true)}, {len(classes)}) of the classes "
            f"{classes.tolist()}, got {P.shape}"
        )
    if not ((P >= 0) & (P <= 1)).all() or not np.allclose(P.sum(axis=1), 1, rtol=0, atol=1e-5):
        raise ValueError("log_loss: expected rows of probabilities that sum to 1")
    if not np.isin(y_true, classes).all():
        raise ValueError(f"log_loss: expected labels among {classes.tolist()}")
    p = P[np.arange(len(P)), np.searchsorted(classes, y_true)]
    return float(-np.log(np.clip(p, np.finfo(float).eps, 1)).mean())


def brier_score_loss(y_true: Any, y_prob: Any, *, pos_label: Any = None) -> float:
    r"""Return the mean squared difference of the probability from what happened, 1 or 0.

    .. math:: \frac{1}{N} \sum_n (p_n - [y_n = 1])^2

    Parameters
    ----------
    y_true : (N,)
        Labels of two classes, or of one alone.
    y_prob : (N,) float
        Probabilities of the positive class.
    pos_label : label, optional
        The positive class; 1 where labels are among -1, 0 and 1.

    Raises
    ------
    TypeError, ValueError
        If there are labels of more classes, or a probability is not in [0, 1].

    Source: Brier (1950), "Verification of forecasts expressed in terms of probability";
    chapter "Logistic regression".

    >>> brier_score_loss([0, 1], [0.0, 0.5])
    0.125
    """
    owner = "brier_score_loss"
    positive, p = _probabilities(owner, y_true, y_prob, pos_label)
    return float(np.mean((p - positive) ** 2))


def _probabilities(owner, y_true, y_prob, pos_label):
    """Return a mask of the positive samples and the predicted probabilities, both (N,)."""
    positive, p = checks.positives(owner, y_true, y_prob, pos_label, both=False)
    if p.min() < 0 or p.max() > 1:
        raise ValueError(f"{owner}: expected probabilities in [0, 1], got {p.min()}, {p.max()}")
    return positive, p
