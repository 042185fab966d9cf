"""The generative classifier: a Gaussian for each class, and Bayes' rule."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import checks
from ..nn.functional import softmax
from .base import classes_and_indices

__all__ = ["GaussianClassifier"]

Array = np.ndarray
COVARIANCES = ("shared", "own")


class GaussianClassifier(ClassifierMixin, BaseEstimator):
    r"""Classifier that models each class with a Gaussian and a prior, and applies Bayes' rule.

    .. math::
        p(k \mid x) &\propto \pi_k\, \mathcal{N}(x;\, \mu_k, \Sigma_k) \\
        \hat\mu_k &= \frac{1}{N_k} \sum_{n: y_n = k} x_n, \qquad
        \hat\Sigma_k = \frac{1}{N_k} \sum_{n: y_n = k} (x_n - \hat\mu_k)(x_n - \hat\mu_k)^\top

    These are the maximum likelihood estimates, so the divisor is N_k instead of N_k - 1.

    Parameters
    ----------
    covariance : str
        "shared" uses one Σ for all classes, the mean of the Σ_k weighted by N_k. The decision
        boundaries are then straight, as in scikit-learn's LinearDiscriminantAnalysis with
        solver="lsqr". "own" uses a Σ_k for each class, and the boundaries are parabolas,
        ellipses or hyperbolas, as in QuadraticDiscriminantAnalysis.
    shrinkage : float
        The number s in [0, 1] for Σ ← (1 - s) Σ + s (tr Σ / D) I, which mixes each covariance
        with a multiple of the identity. If s > 0, Σ is invertible even with fewer samples than
        features, unless all deviations from the means are 0.

    Attributes
    ----------
    classes_ : (C,) array
        The labels, sorted.
    priors_ : (C,) float
        π, the fractions of the classes.
    means_ : (C, D) float
        μ.
    covariance_ : (D, D) or (C, D, D) float
        Σ after shrinkage.

    Raises
    ------
    ValueError, TypeError
        Raised by ``fit`` for invalid data or options, or if there is only one class.
    LinAlgError
        Raised by ``fit`` if a covariance is singular. The message suggests what to do.

    Source: Hastie, Tibshirani and Friedman (2009), section 4.3; Murphy (2012), section 4.2;
    chapter "Maximum likelihood".

    >>> X, y = [[0.0], [2.0], [4.0], [6.0]], ["low", "low", "high", "high"]
    >>> model = GaussianClassifier().fit(X, y)
    >>> model.means_.ravel().tolist(), model.covariance_.tolist()
    ([5.0, 1.0], [[1.0]])
    >>> model.predict([[2.5]]).tolist(), model.predict_proba([[3.0]]).round(6).tolist()
    (['low'], [[0.5, 0.5]])
    """

    def __init__(self, *, covariance: str = "shared", shrinkage: float = 0.0):
        self.covariance = covariance
        self.shrinkage = shrinkage

    def fit(self, X: Any, y: Any) -> GaussianClassifier:
        """Fit to samples X (N, D) and labels y (N,)."""
        owner = "GaussianClassifier"
        checks.one_of(owner, "covariance", self.covariance, COVARIANCES)
        checks.number(owner, "shrinkage", self.shrinkage, low=0, high=1)
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_, t = classes_and_indices(self, y)
        counts = np.bincount(t)
        self.priors_ = counts / len(t)
        groups = [X[t == k] for k in range(len(counts))]
        self.means_ = np.array([group.mean(axis=0) for group in groups])
        deviations = [g - mean for g, mean in zip(groups, self.means_, strict=True)]
        if self.covariance == "shared":
            self.covariance_ = self._shrunk(_covariance(np.concatenate(deviations)))
            self._whitening = [_whitening(self.covariance_, "the shared covariance")]
        else:
            self.covariance_ = np.array([self._shrunk(_covariance(d)) for d in deviations])
            advice = ", or use covariance='shared'"
            self._whitening = [
                _whitening(S, f"the covariance of class {label!r} ({n} samples)", advice)
                for S, label, n in zip(
                    self.covariance_, self.classes_.tolist(), counts, strict=True
                )
            ]
        return self

    def _shrunk(self, S: Array) -> Array:
        """Return the covariance after shrinkage, (1 - s) Σ + s (tr Σ / D) I."""
        s = self.shrinkage
        return (1 - s) * S + s * np.trace(S) / len(S) * np.eye(len(S))

    def log_densities(self, X: Any) -> Array:
        r"""Return the logarithms (N, C) of the class densities for samples X (N, D).

        .. math:: \log \mathcal{N}(x; \mu, \Sigma) = -\tfrac12 \left(\|A(x - \mu)\|^2
            - 2 \log |\det A| + D \log 2\pi\right), \qquad A^\top A = \Sigma^{-1}
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        if self.covariance == "shared":  # one matrix product for all classes
            ((A, log_det),) = self._whitening
            M = self.means_ @ A.T
            X = X @ A.T
            squares = [((X - m) ** 2).sum(axis=1) - 2 * log_det for m in M]
        else:
            squares = [
                (((X - mean) @ A.T) ** 2).sum(axis=1) - 2 * log_det
                for (A, log_det), mean in zip(self._whitening, self.means_, strict=True)
            ]
        return -0.5 * (np.stack(squares, axis=1) + X.shape[1] * np.log(2 * np.pi))

    def _log_joint(self, X: Any) -> Array:
        """Return log(prior · density) of each class, (N, C)."""
        return self.log_densities(X) + np.log(self.priors_)

    def decision_function(self, X: Any) -> Array:
        """Return log(prior · density), (N, C); for two classes, second minus first, (N,)."""
        J = self._log_joint(X)
        return J[:, 1] - J[:, 0] if J.shape[1] == 2 else J

    def predict(self, X: Any) -> Array:
        """Return the most probable label (N,) of each of the samples (N, D)."""
        best = self._log_joint(X).argmax(axis=1)
        return self.classes_[best]

    def predict_proba(self, X: Any) -> Array:
        """Return the probability (N, C) of each class for samples X (N, D), by Bayes' rule."""
        return softmax(self._log_joint(X), dim=1)


def _covariance(rows: Array) -> Array:
    """Return the covariance (D, D) of centred rows."""
    return rows.T @ rows / len(rows)


def _whitening(S: Array, name: str, more_advice: str = "") -> tuple[Array, float]:
    """Return A with AᵀA = Σ⁻¹, and log |det A|; raise LinAlgError if Σ is singular."""
    scale = np.sqrt(np.diag(S))
    try:
        if not scale.all():
            raise np.linalg.LinAlgError("a feature is constant")
        L = np.linalg.cholesky(S / np.outer(scale, scale))  # correlations, which have no units
        if np.diag(L).min() < 1e-7:
            raise np.linalg.LinAlgError("the features are linearly dependent")
    except np.linalg.LinAlgError as error:
        raise np.linalg.LinAlgError(
            f"GaussianClassifier: with {len(S)} features, {name} is singular ({error}); set "
            f"shrinkage > 0 or drop features{more_advice}"
        ) from error
    A = np.linalg.inv(L) / scale
    return A, float(np.log(np.diag(A)).sum())
