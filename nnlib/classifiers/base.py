"""Code that the estimators share: labels as class indices, mini-batches and warnings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

Array = np.ndarray


class LinearClassifier(ClassifierMixin, BaseEstimator):
    r"""Base class of linear classifiers, which predict the class with the largest score.

    .. math:: Z = X W^\top + b, \qquad \hat y_n = \mathrm{argmax}_k\, Z_{nk}

    With two classes, there is one score; if it is positive, the prediction is the second class.

    Attributes
    ----------
    classes_ : (C,) array
        The labels, sorted.
    coef_ : (C, D) or, for two classes, (1, D) float
        W.
    intercept_ : (C,) or (1,) float
        b.
    """

    def decision_function(self, X: Any) -> Array:
        """Return the scores Z of samples (N, D): (N, C), or (N,) for two classes."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        Z = X @ self.coef_.T + self.intercept_
        return Z.ravel() if len(self.coef_) == 1 else Z

    def predict(self, X: Any) -> Array:
        """Return the label (N,) with the largest score for each of the samples (N, D)."""
        Z = self.decision_function(X)
        return self.classes_[(Z > 0).astype(int) if Z.ndim == 1 else Z.argmax(axis=1)]

    def _labelled(self, X: Any, y: Any) -> tuple[Array, Array]:
        """Return the samples as float64, and the labels as indices into ``classes_``."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_, t = classes_and_indices(self, y)
        return X, t

    def _set_weights(self, W: Array) -> None:
        """Store the weights; if W has one more column than features, the last is the bias."""
        self.coef_ = W[:, : self.n_features_in_].copy()
        extra = W.shape[1] > self.n_features_in_
        self.intercept_ = W[:, -1].copy() if extra else np.zeros(len(W))


def classes_and_indices(estimator: Any, y: Array) -> tuple[Array, Array]:
    """Return the sorted classes and each label's index; raise ValueError for fewer than two."""
    check_classification_targets(y)
    classes, t = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"{type(estimator).__name__}.fit: expected at least 2 classes in y, "
            f"got one class: {classes[0].item()!r}"
        )
    return classes, t


def with_ones(X: Array) -> Array:
    """Return X with a column of ones, so that the last weight is the bias."""
    return np.hstack([X, np.ones((len(X), 1))])


def batches(order: Array, size: int) -> Iterator[Array]:
    """Return an iterator over mini-batches of sample indices; the last one may be smaller."""
    return (order[i : i + size] for i in range(0, len(order), size))


def warn_unfinished(estimator: Any, done: str, advice: str) -> None:
    """Warn that the fit stopped before it converged."""
    name = type(estimator).__name__
    message = f"{name}: did not converge after {done}; {advice}"
    warnings.warn(message, ConvergenceWarning, stacklevel=3)
