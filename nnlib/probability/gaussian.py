"""The Gaussian and Laplace distributions of a single number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import checks
from ..error_function import erfc
from .distribution import Continuous, standardised

__all__ = ["Gaussian", "Laplace"]


@dataclass(frozen=True)
class Gaussian(Continuous):
    r"""The normal distribution, with mean μ and standard deviation σ.

    .. math:: p(x) = \frac{1}{\sigma \sqrt{2\pi}}
        \exp\left(-\frac{(x - \mu)^2}{2 \sigma^2}\right)

    Parameters
    ----------
    loc : float
        The mean μ.
    scale : float
        The standard deviation σ > 0, not the variance.

    Raises
    ------
    ValueError
        If loc is not finite or scale is not positive.

    Source: Bishop (2006), equation (1.46); chapter "Probability".

    >>> narrow = Gaussian(0, 0.1)
    >>> round(narrow.pdf(0), 3)  # a density, which may exceed 1
    3.989
    >>> round(narrow.cdf(0.1) - narrow.cdf(-0.1), 4)  # within one standard deviation
    0.6827
    """

    loc: float
    scale: float

    def __post_init__(self) -> None:
        loc = checks.number("Gaussian", "loc", self.loc)
        self._set(loc=loc, scale=checks.number("Gaussian", "scale", self.scale, above=0))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log density at x, in nats."""
        z = standardised(x, self.loc, self.scale)
        with np.errstate(over="ignore"):  # on overflow, the density is 0
            square = z**2
        return -square / 2 - math.log(self.scale) - math.log(2 * math.pi) / 2

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Return P(X <= x), using the error function."""
        z = standardised(x, self.loc, self.scale)
        return erfc(-z / math.sqrt(2)) / 2

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random numbers μ + σ ε in the given shape, where ε is standard normal."""
        return self.loc + self.scale * rng.standard_normal(shape)

    @property
    def mean(self) -> float:
        """The mean μ."""
        return self.loc

    @property
    def variance(self) -> float:
        """The variance σ²."""
        return self.scale**2

    @property
    def mode(self) -> float:
        """The point of highest density, μ."""
        return self.loc

    @classmethod
    def fit(cls, data: np.ndarray) -> Gaussian:
        r"""Estimate the mean and the standard deviation by maximum likelihood.

        .. math:: \hat\mu = \frac{1}{N} \sum_n x_n, \quad
            \hat\sigma^2 = \frac{1}{N} \sum_n (x_n - \hat\mu)^2

        Parameters
        ----------
        data : (...) float
            At least two different numbers.

        Raises
        ------
        ValueError
            If data is empty or not finite, or if all numbers are equal, because the likelihood
            then grows without bound as σ goes to 0.

        Source: Bishop (2006), equations (1.55) and (1.56); chapter "Maximum likelihood".

        >>> Gaussian.fit([1, 3, 5, 11])  # the variance is 14
        Gaussian(loc=5.0, scale=3.7416573867739413)
        """
        x = checks.data("Gaussian.fit", data)
        if (x == x.flat[0]).all():
            raise ValueError(
                f"Gaussian.fit: expected different numbers in data, but all are {x.flat[0]:g}"
            )
        return cls(x.mean(), x.std())


@dataclass(frozen=True)
class Laplace(Continuous):
    r"""The Laplace distribution, which decays exponentially on both sides of its centre.

    .. math:: p(x) = \frac{1}{2b} \exp\left(-\frac{|x - \mu|}{b}\right)

    Parameters
    ----------
    loc : float
        The centre μ.
    scale : float
        The distance b > 0 over which the density falls to 1/e of its value.

    Raises
    ------
    ValueError
        If loc is not finite or scale is not positive.

    Source: Goodfellow et al. (2016), equation (3.26); chapter "L1 and L2 regularisation".

    >>> Laplace(0, 1).variance, Laplace(0, 1).pdf(0)
    (2.0, 0.5)
    """

    loc: float
    scale: float

    def __post_init__(self) -> None:
        loc = checks.number("Laplace", "loc", self.loc)
        self._set(loc=loc, scale=checks.number("Laplace", "scale", self.scale, above=0))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log density at x, in nats."""
        z = standardised(x, self.loc, self.scale)
        return -np.abs(z) - math.log(2) - math.log(self.scale)

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Return P(X <= x)."""
        z = standardised(x, self.loc, self.scale)
        tail = np.exp(-np.abs(z)) / 2
        return np.where(z > 0, 1 - tail, tail)

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random numbers in the given shape."""
        return rng.laplace(self.loc, self.scale, shape)

    @property
    def mean(self) -> float:
        """The mean μ."""
        return self.loc

    @property
    def variance(self) -> float:
        """The variance 2 b²."""
        return 2 * self.scale**2

    @property
    def mode(self) -> float:
        """The point of highest density, μ."""
        return self.loc
