"""The perceptron: change the weights after each mistake, and only then."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from ..linalg.exact import exact, numeric, tex, text
from ..steps import Step, Steps
from .base import LinearClassifier, check_numbers, warn_unfinished, with_ones

__all__ = ["Perceptron", "perceptron_rule"]

Array = np.ndarray
BLOCK = 32  # samples whose scores are computed at once


class Perceptron(LinearClassifier):
    r"""Linear classifier that learns from its mistakes, one at a time.

    .. math:: w_{t} \leftarrow w_{t} + x, \qquad w_{k} \leftarrow w_{k} - x \qquad
        \text{where } k = \mathrm{argmax}_j\, w_j^\top x \ne t

    Two classes have one row: w ← w ± x where the sign of wᵀx is wrong. The bias belongs to a
    feature that is always 1. scikit-learn has a perceptron for each class against the rest
    instead, without averages.

    Parameters
    ----------
    average : bool
        Whether to keep the mean of the weights over all samples seen, which wavers less.
    fit_intercept : bool
        Whether there is a bias.
    max_iter : int
        Most epochs.
    n_iter_no_change : int
        Stop, too, when so many epochs in a row made no fewer mistakes than the best: then the
        classes cannot be separated, or not soon. A warning is given only at max_iter.
    shuffle : bool
        Whether each epoch takes the samples in a new order.
    random_state : int, RandomState or None
        Decides the orders.

    Attributes
    ----------
    classes_, coef_, intercept_
        As in ``LinearClassifier``.
    n_iter_ : int
        Epochs.
    n_updates_ : int
        Updates.
    loss_curve_ : list of float
        For each epoch the share of samples that led to an update.

    Raises
    ------
    ValueError
        By ``fit``, for bad data or options, or one class only.

    Source: Rosenblatt (1958); Freund and Schapire (1999) for the average; chapter "Neurons
    and networks".

    >>> model = Perceptron(shuffle=False).fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
    >>> model.predict([[1, 1], [0, 1]]).tolist(), model.n_updates_
    ([1, 0], 10)
    """

    def __init__(
        self,
        *,
        average: bool = False,
        fit_intercept: bool = True,
        max_iter: int = 1000,
        n_iter_no_change: int = 10,
        shuffle: bool = True,
        random_state: Any = None,
    ):
        self.average = average
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.n_iter_no_change = n_iter_no_change
        self.shuffle = shuffle
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Perceptron:
        """Fit to samples X (N, D) and labels y (N,)."""
        check_numbers(self, "max_iter", "n_iter_no_change", least=1)
        X, t = self._labelled(X, y)
        rng = check_random_state(self.random_state)
        X = with_ones(X) if self.fit_intercept else X
        C, N = len(self.classes_), len(X)
        W = np.zeros((1 if C == 2 else C, X.shape[1]))
        U = np.zeros_like(W)  # each update times the samples seen before it
        self.loss_curve_, best, waited = [], np.inf, 0
        for epoch in range(self.max_iter):
            order = rng.permutation(N) if self.shuffle else np.arange(N)
            mistakes = _epoch(W, U, X[order], t[order], epoch * N)
            self.loss_curve_.append(mistakes / N)
            waited = 0 if mistakes < best else waited + 1
            best = min(best, mistakes)
            if mistakes == 0 or waited == self.n_iter_no_change:
                break
        self.n_iter_ = len(self.loss_curve_)
        self.n_updates_ = round(sum(self.loss_curve_) * N)
        self._keep(W - U / (self.n_iter_ * N) if self.average else W)
        if mistakes and waited < self.n_iter_no_change:
            done = f"{self.n_iter_} epochs: {mistakes} of {N} samples wrong in the last"
            warn_unfinished(self, done, "raise max_iter")
        return self


def _epoch(W: Array, U: Array, X: Array, t: Array, seen: int) -> int:
    """Go once through the samples; W and U are changed, the mistakes counted."""
    n = mistakes = 0
    while n < len(X):
        # Between two mistakes the weights stand still, so several samples are scored at once.
        Z = X[n : n + BLOCK] @ W.T
        guess = (Z[:, 0] > 0).astype(int) if len(W) == 1 else Z.argmax(axis=1)
        wrong = np.flatnonzero(guess != t[n : n + BLOCK])
        if not len(wrong):
            n += BLOCK
            continue
        k, n = guess[wrong[0]], n + wrong[0]
        rows = [(0, 1 if t[n] else -1)] if len(W) == 1 else [(t[n], 1), (k, -1)]
        for row, sign in rows:
            W[row] += sign * X[n]
            U[row] += (seen + n + 1) * sign * X[n]
        mistakes, n = mistakes + 1, n + 1
    return mistakes


def perceptron_rule(X: Any, y: Any, *, max_epochs: int = 100, steps: bool = False) -> Any:
    r"""Weights of a perceptron for two classes, from 0, in the order of the samples.

    .. math:: w \leftarrow w + y x, \quad b \leftarrow b + y \qquad \text{where }
        y (w^\top x + b) \le 0

    Parameters
    ----------
    X : (N, D) array_like
        Samples as rows.
    y : (N,) array_like
        -1 or 1.
    max_epochs : int
        How often the samples are gone through at most.
    steps : bool
        Whether to show each update.

    Returns
    -------
    w : (D,) float64
        The weights.
    b : float
        The bias.
    updates : int
        How many there were. With ``steps`` the triple is the result of a Steps, in fractions.

    Raises
    ------
    ValueError
        If shapes disagree, y is not -1 or 1, or max_epochs ended before an epoch without
        mistakes; the message says how many were left.

    Source: Rosenblatt (1958); Shalev-Shwartz and Ben-David (2014), section 9.1.2; chapter
    "Neurons and networks".

    >>> perceptron_rule([[1, 2], [2, -1]], [1, -1], steps=True)
    1. Sample 0, y = 1: wᵀx + b = 0 is wrong; now w = (1, 2), b = 1.
    2. Sample 1, y = −1: wᵀx + b = 1 is wrong; now w = (−1, 3), b = 0.
    3. An epoch without mistakes, after 2 updates.
    """
    X = exact(X, function="perceptron_rule", argument="X")
    y = exact(y, function="perceptron_rule", argument="y")
    if X.ndim != 2 or X.size == 0 or y.shape != X.shape[:1] or any(v not in (-1, 1) for v in y):
        raise ValueError(
            "perceptron_rule: expected X (N, D) and y (N,) of -1 and 1, "
            f"got {X.shape} and {text(y)}"
        )
    w, b, shown = 0 * X[0], 0 * y[0], []
    for _ in range(max_epochs):
        before = len(shown)
        for n, (x, target) in enumerate(zip(X, y, strict=True)):
            z = w @ x + b
            if target * z > 0:
                continue
            w, b = w + target * x, b + target
            said = f"Sample {n}, y = {text(target)}: wᵀx + b = {text(z)} is wrong"
            formula = rf"w = {tex(w)}, \quad b = {tex(b)}"
            shown.append(Step(f"{said}; now w = {text(w)}, b = {text(b)}.", formula))
        if len(shown) == before:
            break
    else:
        left = len(shown) - before if max_epochs > 0 else len(X)
        raise ValueError(
            f"perceptron_rule: {left} mistakes of {len(X)} in the last of {max_epochs} epochs; "
            "raise max_epochs, or no line separates the classes"
        )
    if not steps:
        return numeric(w), float(b), len(shown)
    updates = len(shown)
    shown.append(Step(f"An epoch without mistakes, after {updates} updates."))
    return Steps(shown, (w, b, updates))
