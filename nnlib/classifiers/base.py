"""What the estimators share: checked options, classes as indices, batches, warnings."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

__all__ = ["LinearClassifier", "one_hot", "softmax", "standard_error"]

Array = np.ndarray


class LinearClassifier(ClassifierMixin, BaseEstimator):
    r"""Base of the classifiers that score by a product: the largest score wins.

    .. math:: Z = X W^\top + b, \qquad \hat y_n = \mathrm{argmax}_k\, Z_{nk}

    Two classes need one score: the second class is predicted where it is positive.

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
        """Scores Z of samples (N, D): (N, C), or (N,) for two classes."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        Z = X @ self.coef_.T + self.intercept_
        return Z.ravel() if len(self.coef_) == 1 else Z

    def predict(self, X: Any) -> Array:
        """Label (N,) with the largest score for each of the samples (N, D)."""
        Z = self.decision_function(X)
        return self.classes_[(Z > 0).astype(int) if Z.ndim == 1 else Z.argmax(axis=1)]

    def _labelled(self, X: Any, y: Any) -> tuple[Array, Array]:
        """Samples as float64 and labels as indices into ``classes_``, both checked."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_, t = classes_and_indices(self, y)
        return X, t

    def _keep(self, W: Array) -> None:
        """Store weights whose last column, if there is one more than features, is the bias."""
        self.coef_ = W[:, : self.n_features_in_].copy()
        extra = W.shape[1] > self.n_features_in_
        self.intercept_ = W[:, -1].copy() if extra else np.zeros(len(W))


def classes_and_indices(estimator: Any, y: Array) -> tuple[Array, Array]:
    """The sorted classes, and for each label its index; at least two classes."""
    check_classification_targets(y)
    classes, t = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"{type(estimator).__name__}.fit: expected at least 2 classes in y, "
            f"got one class: {classes[0]!r}"
        )
    return classes, t


def one_hot(t: Array, C: int) -> Array:
    """Matrix (N, C) with a 1 at each of the class indices t (N,).

    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    Y = np.zeros((len(t), C))
    Y[np.arange(len(t)), t] = 1
    return Y


def softmax(Z: Array) -> Array:
    r"""Probabilities of the classes from scores Z (N, C), row for row.

    .. math:: P_{nk} = e^{Z_{nk}} / \sum_j e^{Z_{nj}}

    Source: Goodfellow et al. (2016), equation 4.1; chapter "The softmax classifier".

    >>> softmax(np.log([[1.0, 3.0]])).round(2)
    array([[0.25, 0.75]])
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))  # a shift changes nothing; no overflow
    E /= E.sum(axis=1, keepdims=True)
    return E


def standard_error(share: float, n: int) -> float:
    r"""Standard error of a share that was counted among n independent samples.

    .. math:: s = \sqrt{p (1 - p) / n}

    Parameters
    ----------
    share : float
        p, a fraction such as an accuracy.
    n : int
        Samples it was counted on.

    Returns
    -------
    float
        The error, a fraction.

    Raises
    ------
    ValueError
        If the share is not in [0, 1], or n below 1.

    Source: Goodfellow et al. (2016), section 5.4.4; chapter "Choosing a model".

    >>> standard_error(0.8, 100)
    0.04
    """
    if not 0 <= share <= 1 or n < 1:
        raise ValueError(
            f"standard_error: expected share in [0, 1] and n >= 1, got {share}, {n}"
        )
    return float(np.round(np.sqrt(share * (1 - share) / n), 15))


def with_ones(X: Array) -> Array:
    """X with a column of ones, so that the last weight is the bias."""
    return np.hstack([X, np.ones((len(X), 1))])


def batches(order: Array, size: int) -> Iterator[Array]:
    """Slices of an order of samples; the last may be smaller."""
    return (order[i : i + size] for i in range(0, len(order), size))


def weights_of(sample_weight: Any, X: Array) -> Array:
    """Weights (N,) of the samples, all 1 unless given; none negative, and some positive."""
    s = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
    if not s.any():
        raise ValueError("sample_weight: expected a positive weight, got zeros only")
    return s


def check_choice(estimator: Any, name: str, allowed: Collection[str]) -> None:
    """Refuse an option that is not among those allowed."""
    value = getattr(estimator, name)
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(
            f"{type(estimator).__name__}: expected {name} to be one of "
            f"{', '.join(map(repr, allowed))}, got {value!r}"
        )


def check_numbers(estimator: Any, *names: str, least: float = 0, above: bool = False) -> None:
    """Refuse options that are no number, or less than (with ``above``, not above) ``least``."""
    kind = type(estimator).__name__
    for name in names:
        value = getattr(estimator, name)
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise TypeError(f"{kind}: expected a number for {name}, got {value!r}")
        if not (value > least if above else value >= least):
            sign = ">" if above else ">="
            raise ValueError(f"{kind}: expected {name} {sign} {least}, got {value}")


def warn_unfinished(estimator: Any, done: str, advice: str) -> None:
    """Warn that fitting stopped before it had converged, and say how far it came."""
    name = type(estimator).__name__
    message = f"{name}: not converged after {done}; {advice}"
    warnings.warn(message, ConvergenceWarning, stacklevel=3)


def penalized(
    loss: Callable[[Array], tuple[Array, Array]], X: Array, s: Array, C: float, D: int
) -> Callable[[Array], tuple[float, Array]]:
    """Objective Σ s ℓ(X Wᵀ) + |W|² / 2C and its gradient, as a function of W.

    ``loss`` takes scores Z and gives losses (N,) and their derivatives by Z; of W the first D
    columns are penalised, a bias after them is not.
    """

    def objective(W: Array) -> tuple[float, Array]:
        losses, dZ = loss(X @ W.T)
        G = (dZ * s[:, None]).T @ X
        G[:, :D] += W[:, :D] / C
        return float(s @ losses + np.sum(W[:, :D] ** 2) / (2 * C)), G

    return objective
