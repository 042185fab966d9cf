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
COVARIANCES = ("shared", "own", "naive")


class GaussianClassifier(ClassifierMixin, BaseEstimator):
    r"""Each class is a Gaussian with a prior; Bayes' rule turns densities into probabilities.

    .. math::
        p(k \mid x) &\propto \pi_k\, \mathcal{N}(x;\, \mu_k, \Sigma_k) \\
        \hat\mu_k &= \frac{1}{N_k} \sum_{n: y_n = k} x_n, \qquad
        \hat\Sigma_k = \frac{1}{N_k} \sum_{n: y_n = k} (x_n - \hat\mu_k)(x_n - \hat\mu_k)^\top

    These are the maximum likelihood estimates: the sums are divided by N_k, not N_k - 1.

    Parameters
    ----------
    covariance : str
        "shared", one Σ for all classes, the mean of the Σ_k weighted by N_k: boundaries are
        straight (scikit-learn's LinearDiscriminantAnalysis with solver="lsqr"). "own": they
        are parabolas, ellipses, hyperbolas (QuadraticDiscriminantAnalysis, which divides by
        N_k - 1). "naive": each class its own, diagonal (GaussianNB).
    priors : (C,) array_like, optional
        π, not negative, sum 1; the shares of the classes unless given.
    shrinkage : float
        In [0, 1]: the share of the unit matrix, times the mean variance, that is mixed into
        each covariance, Σ ← (1 - s) Σ + s (tr Σ / D) I. Above 0, Σ is invertible even with
        fewer samples than features.
    var_smoothing : float
        Share of the largest variance of a feature, over all samples, that is added to each
        variance, Σ ← Σ + v I, after shrinkage; this is what GaussianNB does.

    Attributes
    ----------
    classes_ : (C,) array
        The labels, sorted.
    priors_ : (C,) float
        π.
    means_ : (C, D) float
        μ.
    covariance_ : (D, D), (C, D, D), or, naive, (C, D) float
        Σ after shrinkage and smoothing; the variances only where the rest is 0.

    Raises
    ------
    ValueError
        By ``fit``, for bad data or options, or one class only.
    LinAlgError
        By ``fit``, if a covariance is singular, with what to do.

    Source: Hastie, Tibshirani and Friedman (2009), section 4.3; Murphy (2012), section 4.2;
    chapter "Maximum likelihood".

    >>> X, y = [[0.0], [2.0], [4.0], [6.0]], ["low", "low", "high", "high"]
    >>> model = GaussianClassifier().fit(X, y)
    >>> model.means_.ravel().tolist(), model.covariance_.tolist()
    ([5.0, 1.0], [[1.0]])
    >>> model.predict([[2.5]]).tolist(), model.predict_proba([[3.0]]).round(6).tolist()
    (['low'], [[0.5, 0.5]])
    """

    def __init__(
        self,
        *,
        covariance: str = "shared",
        priors: Any = None,
        shrinkage: float = 0.0,
        var_smoothing: float = 0.0,
    ):
        self.covariance = covariance
        self.priors = priors
        self.shrinkage = shrinkage
        self.var_smoothing = var_smoothing

    def fit(self, X: Any, y: Any) -> GaussianClassifier:
        """Fit to samples X (N, D) and labels y (N,)."""
        owner = "GaussianClassifier"
        checks.choice(owner, "covariance", self.covariance, COVARIANCES)
        checks.limited(owner, "shrinkage", self.shrinkage, least=0, most=1)
        checks.limited(owner, "var_smoothing", self.var_smoothing, least=0)
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_, t = classes_and_indices(self, y)
        counts = np.bincount(t)
        self.priors_ = counts / len(t) if self.priors is None else self._given_priors()
        groups = [X[t == k] for k in range(len(counts))]
        self.means_ = np.array([group.mean(axis=0) for group in groups])
        deviations = [g - mean for g, mean in zip(groups, self.means_, strict=True)]
        self.covariance_ = self._estimate(deviations)
        if self.var_smoothing:
            v = self.var_smoothing * X.var(axis=0).max()
            self.covariance_ += v if self.covariance == "naive" else v * np.eye(X.shape[1])
        self._whitening = self._whitened(counts)
        return self

    def _estimate(self, deviations: list[Array]) -> Array:
        """Return the covariance of each class, from samples minus their class mean."""
        if self.covariance == "shared":
            return self._shrunk(_covariance(np.concatenate(deviations)))
        if self.covariance == "own":
            return np.array([self._shrunk(_covariance(d)) for d in deviations])
        variances = np.array([np.mean(d**2, axis=0) for d in deviations])
        s, mean = self.shrinkage, variances.mean(axis=1, keepdims=True)
        return (1 - s) * variances + s * mean

    def _whitened(self, counts: Array) -> list[tuple[Array, float]]:
        """Return the whitening matrix A of each covariance, and log |det A|.

        In naive Bayes A is diagonal and given by its diagonal alone.
        """
        if self.covariance == "shared":
            return [_whitening(self.covariance_, "the shared covariance")]
        if self.covariance == "own":
            names = [
                f"the covariance of class {label!r} ({n} samples)"
                for label, n in zip(self.classes_.tolist(), counts, strict=True)
            ]
            return [
                _whitening(S, name) for S, name in zip(self.covariance_, names, strict=True)
            ]
        self._check_variances()
        roots = 1 / np.sqrt(self.covariance_)
        return [(a, float(np.log(a).sum())) for a in roots]

    def _given_priors(self) -> Array:
        """Return the prior probabilities (C,), after checking them."""
        C, priors = len(self.classes_), np.asarray(self.priors, dtype=np.float64)
        if priors.shape != (C,) or not (priors >= 0).all() or abs(priors.sum() - 1) > 1e-6:
            raise ValueError(
                f"GaussianClassifier: expected {C} priors, not negative, with sum 1, "
                f"got {self.priors!r}"
            )
        return priors

    def _shrunk(self, S: Array) -> Array:
        """Return (1 - s) Σ + s (tr Σ / D) I."""
        s = self.shrinkage
        return (1 - s) * S + s * np.trace(S) / len(S) * np.eye(len(S))

    def _check_variances(self) -> None:
        """Raise ValueError if a feature is constant within a class: its density is infinite."""
        small = np.finfo(float).eps * (self.covariance_.max() + (self.means_**2).max(axis=0))
        bad = np.argwhere(self.covariance_ <= small)
        if len(bad):
            k, d = bad[0]
            label = self.classes_[k].item()
            raise np.linalg.LinAlgError(
                f"GaussianClassifier: feature {d} is constant in class {label!r}, "
                "so that its variance is 0; drop the feature, or set var_smoothing or "
                "shrinkage > 0"
            )

    def log_densities(self, X: Any) -> Array:
        r"""Return the logarithms (N, C) of the class densities at samples X (N, D).

        .. math:: \log \mathcal{N}(x; \mu, \Sigma) = -\tfrac12 \left(\|A(x - \mu)\|^2
            - 2 \log |\det A| + D \log 2\pi\right), \qquad A^\top A = \Sigma^{-1}
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        if self.covariance == "shared":  # one product for all classes
            ((A, log_det),) = self._whitening
            M = self.means_ @ A.T
            X = X @ A.T
            squares = [((X - m) ** 2).sum(axis=1) - 2 * log_det for m in M]
        else:
            squares = [
                (_times(A, X - mean) ** 2).sum(axis=1) - 2 * log_det
                for (A, log_det), mean in zip(self._whitening, self.means_, strict=True)
            ]
        return -0.5 * (np.stack(squares, axis=1) + X.shape[1] * np.log(2 * np.pi))

    def _log_joint(self, X: Any) -> Array:
        """Return log(prior · density) of each class, (N, C)."""
        check_is_fitted(self)
        with np.errstate(divide="ignore"):  # a prior of 0 rules its class out
            return np.log(self.priors_) + self.log_densities(X)

    def decision_function(self, X: Any) -> Array:
        """Return log(prior times density), (N, C), or for two classes its difference (N,)."""
        J = self._log_joint(X)
        return J[:, 1] - J[:, 0] if J.shape[1] == 2 else J

    def predict(self, X: Any) -> Array:
        """Return the most probable label (N,) of each of the samples (N, D)."""
        best = self._log_joint(X).argmax(axis=1)
        return self.classes_[best]

    def predict_proba(self, X: Any) -> Array:
        """Return the probability (N, C) of each class for samples X (N, D), by Bayes' rule."""
        return softmax(self._log_joint(X), dim=1)

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithms of ``predict_proba``, in nats."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))


def _covariance(D: Array) -> Array:
    """Return the covariance (D, D) of centred rows."""
    return D.T @ D / len(D)


def _times(A: Array, X: Array) -> Array:
    """Return X Aᵀ, where a diagonal matrix A may be given as a vector."""
    return X * A if A.ndim == 1 else X @ A.T


def _whitening(S: Array, whose: str) -> tuple[Array, float]:
    """Return A with AᵀA = Σ⁻¹, and log |det A|; raise an error if Σ is singular."""
    scale = np.sqrt(np.diag(S))
    try:
        if not scale.all():
            raise np.linalg.LinAlgError("a feature is constant")
        L = np.linalg.cholesky(S / np.outer(scale, scale))  # correlations, free of units
        if np.diag(L).min() < 1e-7:
            raise np.linalg.LinAlgError("features depend on each other")
    except np.linalg.LinAlgError as error:
        raise np.linalg.LinAlgError(
            f"GaussianClassifier: {whose} is singular in {len(S)} features ({error}); set "
            "shrinkage > 0 or var_smoothing > 0, drop features, or use covariance='naive' or "
            "'shared'"
        ) from error
    A = np.linalg.inv(L) / scale
    return A, float(np.log(np.diag(A)).sum())
