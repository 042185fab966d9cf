"""The Gaussian distribution of one number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import checks
from ..error_function import erfc, erfinv
from ..steps import Steps
from .distribution import Continuous, plain, standardised
from .estimates import gaussian_steps
from .updates import gaussian_update_steps

__all__ = ["Gaussian"]


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
        with np.errstate(over="ignore"):  # the density is 0 there
            square = z**2
        return -square / 2 - math.log(self.scale) - math.log(2 * math.pi) / 2

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of at most x, by the error function."""
        z = standardised(x, self.loc, self.scale)
        return erfc(-z / math.sqrt(2)) / 2

    def icdf(self, p: np.ndarray) -> np.ndarray:
        """Return the x below which a share p lies; infinite for 0 and 1, NaN outside."""
        p = checks.floats("Gaussian.icdf", "p", p)
        tail = np.minimum(p, 1 - p)  # 2p - 1 would lose the digits of a small p
        far = (tail > 0) & (tail < 1e-3)
        near = math.sqrt(2) * erfinv(2 * tail - 1)
        z = np.where(far, _lower_tail(np.where(far, tail, 1e-3)), near)
        return plain(self.loc + self.scale * np.where(p < 0.5, z, -z))

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random numbers of that shape: μ + σ ε with standard normal ε."""
        return self.loc + self.scale * rng.standard_normal(shape)

    @property
    def mean(self) -> float:
        """μ."""
        return self.loc

    @property
    def variance(self) -> float:
        """σ²."""
        return self.scale**2

    @property
    def mode(self) -> float:
        """The point of highest density, μ."""
        return self.loc

    def entropy(self) -> float:
        """Return log(σ √(2πe)), in nats; negative for small σ, as of any density above 1."""
        return math.log(self.scale) + math.log(2 * math.pi * math.e) / 2

    def kl_divergence(self, other: Gaussian) -> float:
        r"""Return the divergence of ``other`` from this one, in nats.

        .. math:: \log\frac{\sigma_2}{\sigma_1} +
            \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2 \sigma_2^2} - \frac{1}{2}
        """
        self._expect_same_family(other)
        ratio, shift = self.scale / other.scale, (self.loc - other.loc) / other.scale
        return -math.log(ratio) + (ratio**2 + shift**2) / 2 - 1 / 2

    @classmethod
    def fit(
        cls, data: np.ndarray, *, unbiased: bool = False, steps: bool = False
    ) -> Gaussian | Steps:
        r"""Estimate mean and standard deviation by maximum likelihood.

        .. math:: \hat\mu = \frac{1}{N} \sum_n x_n, \quad
            \hat\sigma^2 = \frac{1}{N} \sum_n (x_n - \hat\mu)^2

        Parameters
        ----------
        data : (...) float
            At least two different numbers.
        unbiased : bool
            Whether to divide by N - 1, so that the expected σ² is the variance; the maximum
            of the likelihood divides by N and is smaller.
        steps : bool
            Whether to show how the likelihood leads there, with exact numbers.

        Returns
        -------
        Gaussian, or Steps that lead to it

        Raises
        ------
        ValueError
            If data is empty, not finite, or all equal: the likelihood then grows without
            bound as σ goes to 0.

        Source: Bishop (2006), equations (1.55) and (1.56); chapter "Maximum likelihood".

        >>> Gaussian.fit([1, 3, 5, 11])  # the variance is 14
        Gaussian(loc=5.0, scale=3.7416573867739413)
        """
        x = checks.data("Gaussian.fit", data)
        if (x == x.flat[0]).all():
            raise ValueError(
                f"Gaussian.fit: expected two different numbers in data, got {x.flat[0]:g} only"
            )
        found = cls(x.mean(), x.std(ddof=1 if unbiased else 0))
        return gaussian_steps(x, found, unbiased=unbiased) if steps else found

    def posterior(
        self, data: np.ndarray, *, scale: float, steps: bool = False
    ) -> Gaussian | Steps:
        r"""Update this prior of an unknown mean by numbers that scatter about it.

        .. math:: \frac{1}{\sigma_N^2} = \frac{1}{\sigma_0^2} + \frac{N}{\sigma^2}, \quad
            \mu_N = \sigma_N^2 \left( \frac{\mu_0}{\sigma_0^2} +
            \frac{\sum_n x_n}{\sigma^2} \right)

        Parameters
        ----------
        data : (...) float
            Numbers drawn from a Gaussian about the unknown mean.
        scale : float
            Its standard deviation σ, which is known.
        steps : bool
            Whether to show how the precisions add.

        Returns
        -------
        Gaussian, or Steps that lead to it
            The posterior of the mean; its ``mode`` is the MAP estimate.

        Raises
        ------
        ValueError
            If data is empty or not finite, or scale is not positive.

        Source: Bishop (2006), equations (2.141) and (2.142); chapter "Maximum likelihood".

        >>> Gaussian(0, 1).posterior([2, 4], scale=1).mean
        2.0
        """
        x = checks.data("Gaussian.posterior", data)
        s = checks.number("Gaussian.posterior", "scale", scale, above=0)
        precision = 1 / self.variance + x.size / s**2
        loc = (self.loc / self.variance + x.sum() / s**2) / precision
        found = Gaussian(loc, precision**-0.5)
        return gaussian_update_steps(self.loc, self.scale, x, s, found) if steps else found


def _lower_tail(p: np.ndarray) -> np.ndarray:
    """Return z with Φ(z) = p for small p, where Φ is the standard normal distribution.

    Newton's method for log Φ(z) = log p, which is nearly a parabola: six steps from
    -√(-2 log p) reach rounding.
    """
    z = -np.sqrt(-2 * np.log(p))
    for _ in range(6):
        area = erfc(-z / math.sqrt(2)) / 2
        slope = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) / area
        z = z - (np.log(area) - np.log(p)) / slope
    return z
