"""The Gaussian distribution of a vector."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import checks
from .distribution import Continuous

__all__ = ["MultivariateGaussian"]


@dataclass(frozen=True, eq=False)
class MultivariateGaussian(Continuous):
    r"""The normal distribution of a vector, with mean μ and covariance Σ.

    .. math:: p(x) = \frac{1}{\sqrt{(2\pi)^D \det \Sigma}}
        \exp\left(-\tfrac{1}{2} (x - \mu)^\top \Sigma^{-1} (x - \mu)\right)

    Parameters
    ----------
    loc : (D,) float
        The mean μ.
    covariance_matrix : (D, D) float
        The covariance Σ, symmetric and positive definite.

    Raises
    ------
    ValueError
        If the shapes disagree, an entry is not finite, or Σ is not symmetric.
    numpy.linalg.LinAlgError
        If Σ is not positive definite.

    Source: Bishop (2006), equation (2.43); chapter "Maximum likelihood".

    >>> cloud = MultivariateGaussian([0, 0], [[2, 1], [1, 2]])
    >>> round(cloud.pdf([0, 0]), 4)  # 1 / (2π √3)
    0.0919
    """

    loc: np.ndarray
    covariance_matrix: np.ndarray

    def __post_init__(self) -> None:
        loc = checks.shaped("MultivariateGaussian", "loc", self.loc, ("D",))
        cov = covariance("MultivariateGaussian", self.covariance_matrix, len(loc))
        self._set(loc=loc, covariance_matrix=cov)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, MultivariateGaussian)
            and np.array_equal(self.loc, other.loc)
            and np.array_equal(self.covariance_matrix, other.covariance_matrix)
        )

    __hash__ = None

    def mahalanobis(self, x: np.ndarray) -> np.ndarray:
        """Return the distance (...) of x (..., D) from the mean, in standard deviations."""
        D, x = len(self.loc), checks.floats("MultivariateGaussian", "x", x)
        if x.shape[-1:] != (D,):
            raise ValueError(f"MultivariateGaussian: expected x (..., {D}), got {x.shape}")
        L = np.linalg.cholesky(self.covariance_matrix)
        z = np.linalg.solve(L, (x - self.loc).reshape(-1, D).T)  # zᵀz = dᵀΣ⁻¹d for Σ = LLᵀ
        return np.linalg.norm(z, axis=0).reshape(x.shape[:-1])

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log density (...) at each x (..., D), in nats."""
        log_root_det = float(np.log(np.diag(np.linalg.cholesky(self.covariance_matrix))).sum())
        log_root_2pi = len(self.loc) * math.log(2 * math.pi) / 2
        return -(self.mahalanobis(x) ** 2) / 2 - log_root_det - log_root_2pi

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random vectors μ + L ε (*shape, D), for Σ = L Lᵀ and standard normal ε."""
        L = np.linalg.cholesky(self.covariance_matrix)
        return self.loc + rng.standard_normal((*shape, len(self.loc))) @ L.T

    @property
    def mean(self) -> np.ndarray:
        """The mean μ (D,)."""
        return self.loc

    @property
    def variance(self) -> np.ndarray:
        """The variance (D,) of each entry, the diagonal of Σ."""
        return np.diag(self.covariance_matrix)

    @property
    def mode(self) -> np.ndarray:
        """The point (D,) of highest density, μ."""
        return self.loc

    @classmethod
    def fit(cls, data: np.ndarray, *, unbiased: bool = False) -> MultivariateGaussian:
        r"""Estimate the mean and the covariance by maximum likelihood.

        .. math:: \hat\mu = \frac{1}{N} \sum_n x_n, \quad
            \hat\Sigma = \frac{1}{N} \sum_n (x_n - \hat\mu)(x_n - \hat\mu)^\top

        Parameters
        ----------
        data : (N, D) float
            More than D examples that are not all in one hyperplane.
        unbiased : bool
            Whether to divide by N - 1 instead of N, so that the expectation of the estimate is
            the covariance.

        Raises
        ------
        ValueError
            If data does not have the shape (N, D), is empty or is not finite.
        numpy.linalg.LinAlgError
            If all examples are in one hyperplane, because the estimate is then singular.

        Source: Bishop (2006), equations (2.121) and (2.122); chapter "Maximum likelihood".

        >>> MultivariateGaussian.fit([[0, 0], [2, 0], [1, 3]]).loc
        array([1., 1.])
        """
        X = checks.shaped("MultivariateGaussian.fit", "data", data, ("N", "D"))
        d = X - X.mean(axis=0)
        N = len(X) - 1 if unbiased else len(X)
        if N == 0 or np.linalg.matrix_rank(d) < X.shape[1]:
            raise np.linalg.LinAlgError(
                f"MultivariateGaussian.fit: data {X.shape} has a singular covariance, because "
                "there are too few examples or all are in one hyperplane"
            )
        return cls(X.mean(axis=0), d.T @ d / N)


def covariance(name: str, S: np.ndarray, D: int) -> np.ndarray:
    """Check a covariance matrix (D, D) and return it."""
    S = checks.shaped(name, "covariance_matrix", S, (D, D))
    if not np.allclose(S, S.T, rtol=1e-10, atol=1e-12 * np.abs(S).max()):
        raise ValueError(
            f"{name}: expected a symmetric covariance_matrix, got one that differs from its "
            f"transpose by {np.abs(S - S.T).max():.3g}"
        )
    smallest = np.linalg.eigvalsh(S)[0]
    if smallest <= 0:
        raise np.linalg.LinAlgError(
            f"{name}: expected a positive definite covariance_matrix, got one with the "
            f"eigenvalue {smallest:.3g}"
        )
    return S
