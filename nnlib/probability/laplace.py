"""The Laplace distribution: the prior whose MAP estimate is the L1 penalty."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import checks
from .distribution import Continuous, standardised

__all__ = ["Laplace"]


@dataclass(frozen=True)
class Laplace(Continuous):
    r"""The Laplace distribution: two exponential slopes back to back.

    .. math:: p(x) = \frac{1}{2b} \exp\left(-\frac{|x - \mu|}{b}\right)

    Parameters
    ----------
    loc : float
        The centre μ.
    scale : float
        The length b > 0 in which the density falls to 1/e.

    Raises
    ------
    ValueError
        If loc is not finite or scale is not positive.

    Source: Goodfellow et al. (2016), equation (3.26); chapter "Penalties".

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
        """Return the probability of at most x."""
        z = standardised(x, self.loc, self.scale)
        tail = np.exp(-np.abs(z)) / 2
        return np.where(z > 0, 1 - tail, tail)

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random numbers of that shape."""
        return rng.laplace(self.loc, self.scale, shape)

    @property
    def mean(self) -> float:
        """μ."""
        return self.loc

    @property
    def variance(self) -> float:
        """2 b²."""
        return 2 * self.scale**2

    @property
    def mode(self) -> float:
        """The point of highest density, μ."""
        return self.loc

    def entropy(self) -> float:
        """Return log(2 b e), in nats."""
        return math.log(2 * self.scale) + 1

    def kl_divergence(self, other: Laplace) -> float:
        """Return the divergence of ``other`` from this one, in nats."""
        self._expect_same_family(other)
        b1, b2, d = self.scale, other.scale, abs(self.loc - other.loc)
        return math.log(b2 / b1) + (b1 * math.exp(-d / b1) + d) / b2 - 1

    @classmethod
    def fit(cls, data: np.ndarray) -> Laplace:
        """Estimate by maximum likelihood: the median, and the mean distance from it.

        Parameters
        ----------
        data : (...) float
            At least two different numbers.

        Raises
        ------
        ValueError
            If data is empty, not finite, or all equal.

        Source: Murphy (2012), section 2.4.3; chapter "Maximum likelihood".

        >>> Laplace.fit([0, 1, 5])
        Laplace(loc=1.0, scale=1.6666666666666667)
        """
        x = checks.data("Laplace.fit", data)
        if (x == x.flat[0]).all():
            raise ValueError(
                f"Laplace.fit: expected two different numbers in data, got {x.flat[0]:g} only"
            )
        loc = np.median(x)
        return cls(loc, np.abs(x - loc).mean())
