"""The perceptron, whose weights change only after a mistake."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from .. import checks
from .base import LinearClassifier, warn_unfinished, with_ones

__all__ = ["Perceptron"]

Array = np.ndarray
BLOCK = 32  # number of samples to score at a time


class Perceptron(LinearClassifier):
    r"""Linear classifier that updates its weights after each mistake.

    .. math:: w_{t} \leftarrow w_{t} + x, \qquad w_{k} \leftarrow w_{k} - x \qquad
        \text{where } k = \mathrm{argmax}_j\, w_j^\top x \ne t

    With two classes, W has one row, and the update is w ← w ± x if the sign of wᵀx is wrong.
    The bias is the weight of a feature that is always 1. scikit-learn's Perceptron instead
    trains a separate perceptron for each class against the rest.

    Parameters
    ----------
    max_iter : int
        Maximum number of epochs. Training stops after an epoch without mistakes.
    shuffle : bool
        Whether to shuffle the samples in each epoch.
    random_state : int, RandomState or None
        Determines the order of the samples.

    Attributes
    ----------
    classes_, coef_, intercept_
        As in ``LinearClassifier``.
    n_iter_ : int
        Number of epochs.
    n_updates_ : int
        Number of updates.
    loss_curve_ : list of float
        The fraction of samples in each epoch that led to an update.

    Raises
    ------
    ValueError, TypeError
        Raised by ``fit`` for invalid data or options, or if there is only one class.

    Source: Rosenblatt (1958); chapter "Multilayer perceptrons".

    >>> model = Perceptron(shuffle=False).fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
    >>> model.predict([[1, 1], [0, 1]]).tolist(), model.n_updates_
    ([1, 0], 10)
    """

    def __init__(self, *, max_iter: int = 1000, shuffle: bool = True, random_state: Any = None):
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Perceptron:
        """Fit to samples X (N, D) and labels y (N,)."""
        checks.whole("Perceptron", "max_iter", self.max_iter, low=1)
        checks.flag("Perceptron", "shuffle", self.shuffle)
        X, t = self._labelled(X, y)
        rng = check_random_state(self.random_state)
        X = with_ones(X)
        C, N = len(self.classes_), len(X)
        W = np.zeros((1 if C == 2 else C, X.shape[1]))
        self.n_updates_, self.loss_curve_ = 0, []
        for _ in range(self.max_iter):
            order = rng.permutation(N) if self.shuffle else np.arange(N)
            mistakes = _epoch(W, X[order], t[order])
            self.n_updates_ += mistakes
            self.loss_curve_.append(mistakes / N)
            if mistakes == 0:
                break
        self.n_iter_ = len(self.loss_curve_)
        self._set_weights(W)
        if mistakes:
            done = f"epoch {self.n_iter_}, in which it misclassified {mistakes} of {N} samples"
            advice = "raise max_iter, which helps only if the classes are linearly separable"
            warn_unfinished(self, done, advice)
        return self


def _epoch(W: Array, X: Array, t: Array) -> int:
    """Update W in one pass over the samples, and return the number of mistakes."""
    n = mistakes = 0
    while n < len(X):
        # The weights change only after mistakes, so we can score several samples together.
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
        mistakes, n = mistakes + 1, n + 1
    return mistakes
