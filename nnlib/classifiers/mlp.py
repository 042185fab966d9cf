"""The multilayer perceptron as an estimator, on top of ``nnlib.nn`` and ``nnlib.optim``."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import checks, nn
from ..nn.functional import cross_entropy, softmax
from ..optim import Adam
from ..tensor import Tensor
from ..training import predict as outputs
from .base import (
    batches,
    classes_and_indices,
    warn_unfinished,
)

__all__ = ["MLPClassifier"]

Array = np.ndarray
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "logistic": nn.Sigmoid}


class MLPClassifier(ClassifierMixin, BaseEstimator):
    r"""Network of dense layers with softmax and cross-entropy, trained by Adam.

    .. math:: h_l = f(W_l h_{l-1} + b_l), \qquad p = \mathrm{softmax}(W_L h_{L-1} + b_L)

    It learns in float32 and predicts in float64. There is an output for each class, for two
    classes too.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int
        Units of the hidden layers.
    activation : str
        f: "relu", "tanh" or "logistic".
    alpha : float
        Strength of the penalty α‖W‖²/2 beside the mean loss, on weights; scikit-learn divides
        it by the size of the batch.
    batch_size : int
        Samples in a mini-batch.
    learning_rate_init : float
        Learning rate of Adam.
    max_iter : int
        Most epochs.
    tol, n_iter_no_change : float, int
        Stop when the loss was not lower by ``tol`` for so many epochs in a row.
    random_state : int, RandomState or None
        Decides the first weights and the orders.

    Attributes
    ----------
    classes_ : (C,) array
        The labels, sorted.
    model_ : Sequential
        The network.
    n_iter_ : int
        Epochs.
    loss_curve_ : list of float
        For each epoch the mean cross-entropy of its batches, in nats.

    Raises
    ------
    ValueError
        By ``fit``, for bad data or options, or one class only.

    Source: Goodfellow et al. (2016), chapter 6; Glorot and Bengio (2010) for the first weights;
    chapter "Neurons and networks".

    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]  # XOR
    >>> model = MLPClassifier((8,), learning_rate_init=0.05, random_state=0).fit(X, y)
    >>> model.predict(X).tolist()
    [0, 1, 1, 0]
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        *,
        activation: str = "relu",
        alpha: float = 1e-5,
        batch_size: int = 200,
        learning_rate_init: float = 1e-3,
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        random_state: Any = None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> MLPClassifier:
        """Fit to samples X (N, D) and labels y (N,)."""
        self._check_options()
        X, y = validate_data(self, X, y, dtype=np.float32)
        self.classes_, t = classes_and_indices(self, y)
        rng = check_random_state(self.random_state)
        self.model_ = self._network(X.shape[1], rng)
        weights = [p for p in self.model_.parameters() if p.ndim == 2]
        biases = [p for p in self.model_.parameters() if p.ndim == 1]
        groups = [dict(params=weights, weight_decay=self.alpha), dict(params=biases)]
        optimizer = Adam(groups, lr=self.learning_rate_init)
        self.loss_curve_, best, waited = [], np.inf, 0
        for _ in range(self.max_iter):
            loss = self._epoch(optimizer, X, t, rng.permutation(len(X)))
            waited = 0 if loss < best - self.tol else waited + 1
            best = min(best, loss)
            self.loss_curve_.append(loss)
            if waited == self.n_iter_no_change:
                break
        self.model_.double()  # so that what is predicted does not depend on the batch
        self.n_iter_ = len(self.loss_curve_)
        if waited < self.n_iter_no_change:
            done = f"{self.n_iter_} epochs: mean loss {loss:.6g}, still falling"
            warn_unfinished(self, done, "raise max_iter, tol or learning_rate_init")
        return self

    def _check_options(self) -> None:
        """Raise an error for an unknown option."""
        owner, sizes = "MLPClassifier", self.hidden_layer_sizes
        if not isinstance(sizes, list | tuple | Array):
            raise TypeError(f"{owner}: expected hidden_layer_sizes as a tuple, got {sizes!r}")
        for k, size in enumerate(sizes):
            checks.count(owner, f"hidden_layer_sizes[{k}]", size)
        checks.choice(owner, "activation", self.activation, ACTIVATIONS)
        for name in ("alpha", "tol"):
            checks.limited(owner, name, getattr(self, name), least=0)
        checks.limited(owner, "learning_rate_init", self.learning_rate_init, above=0)
        for name in ("batch_size", "max_iter", "n_iter_no_change"):
            checks.count(owner, name, getattr(self, name))

    def _network(self, D: int, rng: np.random.RandomState) -> nn.Sequential:
        """Return layers with weights uniform within ±√(6 / (inputs + outputs)), biases 0."""
        sizes = [D, *self.hidden_layer_sizes, len(self.classes_)]
        layers = []
        for m, n in pairwise(sizes):
            layer, bound = nn.Linear(m, n), np.sqrt(6 / (m + n))
            layer.weight.array[...] = rng.uniform(-bound, bound, (n, m))
            layer.bias.array[...] = 0
            layers += [layer, ACTIVATIONS[self.activation]()]
        return nn.Sequential(*layers[:-1])

    def _epoch(self, optimizer: Adam, X: Array, t: Array, order: Array) -> float:
        """Take a step for each mini-batch; return the mean loss before the steps."""
        total = 0.0
        for B in batches(order, self.batch_size):
            optimizer.zero_grad()
            loss = cross_entropy(self.model_(Tensor(X[B])), Tensor(t[B]))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(B)
        return total / len(X)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability (N, C) of each class for samples X (N, D)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return softmax(outputs(self.model_, X), dim=1)

    def predict(self, X: Any) -> Array:
        """Return the most probable label (N,) of each of the samples (N, D)."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]
