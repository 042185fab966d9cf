"""The Gaussian distribution of a vector."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
        The covariance Σ: symmetric, positive definite.

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
    >>> cloud.conditional([0], [1], [1.0])  # x0 where x1 = 1
    MultivariateGaussian(loc=array([0.5]), covariance_matrix=array([[1.5]]))
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
        """Return the distance (...) from the mean in standard deviations, x being (..., D)."""
        D, x = len(self.loc), checks.floats("MultivariateGaussian", "x", x)
        if x.shape[-1:] != (D,):
            raise ValueError(f"MultivariateGaussian: expected x (..., {D}), got {x.shape}")
        L = np.linalg.cholesky(self.covariance_matrix)
        z = np.linalg.solve(L, (x - self.loc).reshape(-1, D).T)  # zᵀz = dᵀΣ⁻¹d, as Σ = LLᵀ
        return np.linalg.norm(z, axis=0).reshape(x.shape[:-1])

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log density (...) at each x (..., D), in nats."""
        return -(self.mahalanobis(x) ** 2) / 2 - self._log_root_det - self._log_root_2pi

    @property
    def _log_root_det(self) -> float:
        """Return the logarithm of √det Σ."""
        return float(np.log(np.diag(np.linalg.cholesky(self.covariance_matrix))).sum())

    @property
    def _log_root_2pi(self) -> float:
        """Return the logarithm of √((2π)^D)."""
        return len(self.loc) * math.log(2 * math.pi) / 2

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random vectors (*shape, D): μ + L ε with Σ = L Lᵀ, ε standard normal."""
        L = np.linalg.cholesky(self.covariance_matrix)
        return self.loc + rng.standard_normal((*shape, len(self.loc))) @ L.T

    @property
    def mean(self) -> np.ndarray:
        """μ (D,)."""
        return self.loc

    @property
    def variance(self) -> np.ndarray:
        """The variance (D,) of each entry: the diagonal of Σ."""
        return np.diag(self.covariance_matrix)

    @property
    def mode(self) -> np.ndarray:
        """The point (D,) of highest density, μ."""
        return self.loc

    def entropy(self) -> float:
        """Return the logarithm of √((2πe)^D det Σ), in nats."""
        return self._log_root_det + self._log_root_2pi + len(self.loc) / 2

    def kl_divergence(self, other: MultivariateGaussian) -> float:
        r"""Return the divergence of ``other``, of as many entries, from this one, in nats.

        .. math:: \tfrac{1}{2} \left( \mathrm{tr}(\Sigma_2^{-1} \Sigma_1) +
            (\mu_2 - \mu_1)^\top \Sigma_2^{-1} (\mu_2 - \mu_1) - D +
            \log \frac{\det \Sigma_2}{\det \Sigma_1} \right)
        """
        self._expect_same_family(other)
        if len(self.loc) != len(other.loc):
            raise ValueError(
                "MultivariateGaussian.kl_divergence: expected vectors of one length, "
                f"got {len(self.loc)} and {len(other.loc)}"
            )
        trace = np.trace(np.linalg.solve(other.covariance_matrix, self.covariance_matrix))
        distance = other.mahalanobis(self.loc)
        log_ratio = other._log_root_det - self._log_root_det
        return float((trace + distance**2 - len(self.loc)) / 2 + log_ratio)

    def affine(self, A: np.ndarray, b: np.ndarray | None = None) -> MultivariateGaussian:
        """Return the distribution of A x + b: mean A μ + b, covariance A Σ Aᵀ.

        Parameters
        ----------
        A : (M, D) float
            A matrix with independent rows.
        b : (M,) float, optional
            A shift.

        Raises
        ------
        ValueError
            If the shapes do not fit.
        numpy.linalg.LinAlgError
            If the rows of A depend on each other, so that A Σ Aᵀ is singular.

        Source: Bishop (2006), equation (2.115); chapter "Variational autoencoders".
        """
        name = "MultivariateGaussian.affine"
        A = checks.shaped(name, "A", A, ("M", len(self.loc)))
        b = np.zeros(len(A)) if b is None else checks.shaped(name, "b", b, (len(A),))
        return MultivariateGaussian(
            A @ self.loc + b, _symmetric(A @ self.covariance_matrix @ A.T)
        )

    def marginal(self, entries: Sequence[int]) -> MultivariateGaussian:
        """Return the distribution of some entries, by index, whatever the others are."""
        i = self._indices("MultivariateGaussian.marginal", entries)
        return MultivariateGaussian(self.loc[i], self.covariance_matrix[np.ix_(i, i)])

    def _indices(self, name: str, entries: Sequence[int]) -> list[int]:
        """Return the indices of entries, after checking that none occurs twice."""
        if not isinstance(entries, Sequence | np.ndarray):
            raise TypeError(f"{name}: expected indices of entries in a list, got {entries!r}")
        D, i = len(self.loc), [checks.whole(name, "an entry", k, low=0) for k in entries]
        if not i or max(i) >= D or len(set(i)) < len(i):
            raise ValueError(f"{name}: expected different entries below {D}, got {i}")
        return i

    def conditional(
        self, entries: Sequence[int], given: Sequence[int], values: np.ndarray
    ) -> MultivariateGaussian:
        r"""Return the distribution of some entries where others are known.

        .. math:: \mu_a + \Sigma_{ab} \Sigma_{bb}^{-1} (x_b - \mu_b), \quad
            \Sigma_{aa} - \Sigma_{ab} \Sigma_{bb}^{-1} \Sigma_{ba}

        Parameters
        ----------
        entries, given : sequences of int
            The indices a whose distribution is asked, and those b that are known.
        values : (len(given),) float
            What the known entries are.

        Raises
        ------
        ValueError
            If an index is no entry or comes twice, or values has another length than given.

        Source: Bishop (2006), equations (2.81) and (2.82); chapter "Maximum likelihood".
        """
        name, S = "MultivariateGaussian.conditional", self.covariance_matrix
        a, b = self._indices(name, entries), self._indices(name, given)
        if set(a) & set(b):
            raise ValueError(f"{name}: expected entries that are not given, got {a} and {b}")
        x = checks.shaped(name, "values", values, (len(b),))
        K = np.linalg.solve(S[np.ix_(b, b)], S[np.ix_(b, a)]).T
        loc = self.loc[a] + K @ (x - self.loc[b])
        return MultivariateGaussian(loc, _symmetric(S[np.ix_(a, a)] - K @ S[np.ix_(b, a)]))

    @classmethod
    def fit(cls, data: np.ndarray, *, unbiased: bool = False) -> MultivariateGaussian:
        r"""Estimate mean and covariance by maximum likelihood.

        .. math:: \hat\mu = \frac{1}{N} \sum_n x_n, \quad
            \hat\Sigma = \frac{1}{N} \sum_n (x_n - \hat\mu)(x_n - \hat\mu)^\top

        Parameters
        ----------
        data : (N, D) float
            More than D examples, not all in one plane.
        unbiased : bool
            Whether to divide by N - 1, so that the expected matrix is the covariance.

        Raises
        ------
        ValueError
            If data is no (N, D), empty or not finite.
        numpy.linalg.LinAlgError
            If the examples lie in one plane, so that Σ is singular.

        Source: Bishop (2006), equations (2.121) and (2.122); chapter "Maximum likelihood".

        >>> MultivariateGaussian.fit([[0, 0], [2, 0], [1, 3]]).loc
        array([1., 1.])
        """
        X = checks.shaped("MultivariateGaussian.fit", "data", data, ("N", "D"))
        d = X - X.mean(axis=0)
        N = len(X) - 1 if unbiased else len(X)
        if N == 0 or np.linalg.matrix_rank(d) < X.shape[1]:
            raise np.linalg.LinAlgError(
                f"MultivariateGaussian.fit: the covariance of data {X.shape} is singular: the "
                "examples are too few or lie in one plane"
            )
        return cls(X.mean(axis=0), d.T @ d / N)

    def posterior(
        self, data: np.ndarray, *, covariance_matrix: np.ndarray
    ) -> MultivariateGaussian:
        r"""Update this prior of an unknown mean by vectors that scatter about it.

        .. math:: \Sigma_N^{-1} = \Sigma_0^{-1} + N \Sigma^{-1}, \quad
            \mu_N = \Sigma_N \left( \Sigma_0^{-1} \mu_0 + \Sigma^{-1} \sum_n x_n \right)

        Parameters
        ----------
        data : (N, D) float
            Vectors drawn from a Gaussian about the unknown mean.
        covariance_matrix : (D, D) float
            Its covariance Σ, which is known.

        Returns
        -------
        MultivariateGaussian
            The posterior of the mean; its ``mode`` is the MAP estimate.

        Source: Murphy (2012), section 4.6.1; chapter "Maximum likelihood".
        """
        name, D = "MultivariateGaussian.posterior", len(self.loc)
        X = checks.shaped(name, "data", data, ("N", D))
        P0 = np.linalg.inv(self.covariance_matrix)
        P = np.linalg.inv(covariance(name, covariance_matrix, D))
        S = _symmetric(np.linalg.inv(P0 + len(X) * P))
        return MultivariateGaussian(S @ (P0 @ self.loc + P @ X.sum(axis=0)), S)


def covariance(name: str, S: np.ndarray, D: int) -> np.ndarray:
    """Return a covariance matrix (D, D), after checking it."""
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


def _symmetric(S: np.ndarray) -> np.ndarray:
    """Return the symmetric part of a matrix, which removes rounding errors."""
    return (S + S.T) / 2
