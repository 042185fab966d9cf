"""The softmax classifier, trained by stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from .. import checks
from ..nn.functional import softmax
from .base import LinearClassifier, batches, warn_unfinished, with_ones
from .logistic import multinomial_loss

__all__ = ["SoftmaxClassifier"]

Array = np.ndarray


class SoftmaxClassifier(LinearClassifier):
    r"""Linear classifier with softmax and cross-entropy, trained on mini-batches.

    .. math::
        G &= \frac{1}{|B|} (\mathrm{softmax}(X_B W^\top + b) - Y_B)^\top X_B + \alpha W \\
        V &\leftarrow \mu V + G, \qquad W \leftarrow W - \eta V

    The learning rate η decreases linearly from its initial value to 0 at ``max_iter``. During
    training, W has a row for each class, even for two classes. The model is the same as in
    scikit-learn's LogisticRegression with C = 1 / (α N), or with C = 2 / (α N) for two classes,
    and the options have the same names as in its MLPClassifier.

    Parameters
    ----------
    alpha : float
        Strength α of the penalty α‖W‖²/2, which is added to the mean loss.
    learning_rate_init : float
        Initial learning rate η.
    batch_size : int
        Number of samples in a mini-batch.
    momentum : float
        Momentum μ in [0, 1).
    max_iter : int
        Number of epochs.
    random_state : int, RandomState or None
        Determines the order of the samples in each epoch.

    Attributes
    ----------
    classes_ : (C,) array
        The labels, sorted.
    coef_, intercept_ : (C, D) and (C,) float
        W and b. For two classes, they contain the difference of the rows, (1, D) and (1,).
    n_iter_ : int
        Number of epochs.
    loss_curve_ : list of float
        The mean cross-entropy in each epoch, in nats; each batch is evaluated before its
        update.

    Raises
    ------
    ValueError, TypeError
        Raised by ``fit`` for invalid data or options, or if there is only one class.

    Source: Goodfellow et al. (2016), section 6.2.2.3 and algorithm 8.2; chapter "Softmax
    regression".

    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["no", "no", "yes", "yes"]
    >>> model = SoftmaxClassifier(random_state=0).fit(X, y)
    >>> model.predict([[1.0], [2.0]]).tolist()
    ['no', 'yes']
    """

    def __init__(
        self,
        *,
        alpha: float = 1e-3,
        learning_rate_init: float = 0.1,
        batch_size: int = 100,
        momentum: float = 0.9,
        max_iter: int = 50,
        random_state: Any = None,
    ):
        self.alpha = alpha
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.momentum = momentum
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> SoftmaxClassifier:
        """Fit to samples X (N, D) and labels y (N,)."""
        self._check_options()
        X, t = self._labelled(X, y)
        rng = check_random_state(self.random_state)
        X, D = with_ones(X), X.shape[1]
        W = np.zeros((len(self.classes_), D + 1))
        V, self.loss_curve_ = np.zeros_like(W), []
        for epoch in range(self.max_iter):
            total = 0.0
            lr = self.learning_rate_init * (1 - epoch / self.max_iter)
            for B in batches(rng.permutation(len(X)), self.batch_size):
                losses, dZ = multinomial_loss(X[B] @ W.T, t[B])
                G = dZ.T @ X[B] / len(B)
                G[:, :D] += self.alpha * W[:, :D]
                V = self.momentum * V + G
                W -= lr * V
                total += losses.sum()
            self.loss_curve_.append(total / len(X))
        self.n_iter_ = self.max_iter
        self._set_weights(W if len(W) > 2 else W[1:] - W[:1])
        if not np.isfinite(W).all() or self.loss_curve_[-1] > 2 * self.loss_curve_[0]:
            done = f"epoch {self.n_iter_}: mean loss {self.loss_curve_[-1]:.6g}"
            warn_unfinished(self, done, "scale the columns of X, or lower learning_rate_init")
        return self

    def _check_options(self) -> None:
        """Raise an error if an option is invalid."""
        owner = "SoftmaxClassifier"
        checks.number(owner, "alpha", self.alpha, low=0)
        checks.number(owner, "momentum", self.momentum, low=0)
        checks.expect(owner, self.momentum < 1, "momentum below 1", self.momentum)
        checks.number(owner, "learning_rate_init", self.learning_rate_init, above=0)
        checks.whole(owner, "batch_size", self.batch_size, low=1)
        checks.whole(owner, "max_iter", self.max_iter, low=1)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability (N, C) of each class for samples X (N, D)."""
        Z = self.decision_function(X)
        return softmax(Z if Z.ndim == 2 else np.column_stack([np.zeros_like(Z), Z]), dim=1)
