"""The beta distribution of an unknown probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import checks
from .distribution import Continuous, supported
from .special import betainc, log_beta, xlogy

__all__ = ["Beta"]


@dataclass(frozen=True)
class Beta(Continuous):
    r"""The beta distribution of an unknown probability, with parameters a and b.

    .. math:: p(x) = \frac{x^{a-1} (1-x)^{b-1}}{B(a, b)}, \quad
        \mathrm{E}[x] = \frac{a}{a+b}

    The relative error of the density and the absolute error of the cdf are at most 1e-10 for a
    and b up to 10,000, and at most 1e-8 up to a million.

    Parameters
    ----------
    concentration1 : float
        a > 0. The two parameters are in the same order as in PyTorch.
    concentration0 : float
        b > 0. The distribution with a = b = 1 is uniform.

    Raises
    ------
    ValueError
        If a or b is not positive.

    Source: Bishop (2006), equation (2.13); chapter "Probability".

    >>> prior = Beta(2, 2)
    >>> belief = prior.posterior([1, 0, 1, 1])
    >>> belief, belief.mean, round(belief.mode, 4)  # the mode is the MAP estimate
    (Beta(concentration1=5.0, concentration0=3.0), 0.625, 0.6667)
    >>> round(1 - belief.cdf(0.5), 4)  # probability that 1 is more likely: 99/128
    0.7734
    """

    concentration1: float
    concentration0: float

    def __post_init__(self) -> None:
        for name in ("concentration1", "concentration0"):
            self._set(**{name: checks.number("Beta", name, getattr(self, name), above=0)})

    @property
    def _ab(self) -> tuple[float, float]:
        """Return the parameters a and b."""
        return self.concentration1, self.concentration0

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log density at x, in nats."""
        a, b = self._ab
        inside = (x >= 0) & (x <= 1)
        u = np.where(inside, x, 0.5)
        log_p = xlogy(a - 1, u) + xlogy(b - 1, 1 - u) - log_beta(a, b)
        return supported(x, inside, log_p)

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Return P(X <= x), the regularised incomplete beta function."""
        return betainc(*self._ab, np.clip(x, 0, 1))

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random probabilities in an array of the given shape."""
        return rng.beta(*self._ab, shape)

    @property
    def mean(self) -> float:
        """The mean a / (a + b), which is also the probability that the next toss is 1."""
        a, b = self._ab
        return a / (a + b)

    @property
    def variance(self) -> float:
        """The variance, a b / ((a + b)² (a + b + 1))."""
        a, b = self._ab
        return a * b / ((a + b) ** 2 * (a + b + 1))

    @property
    def mode(self) -> float:
        """The point of highest density; raises ValueError if it is not unique."""
        a, b = self._ab
        if a == b == 1 or max(a, b) < 1:
            raise ValueError(
                "Beta.mode: expected a density with a single maximum, got concentrations "
                f"{a:g} and {b:g}"
            )
        return (a - 1) / (a + b - 2) if min(a, b) > 1 else float(a > b)

    def posterior(self, data: np.ndarray, *, total_count: int = 1) -> Beta:
        r"""Update this prior for the probability of a 1, using tosses or counts of ones.

        .. math:: \mathrm{Beta}(a, b) \to
            \mathrm{Beta}\left(a + \sum_n k_n,\; b + \sum_n (m - k_n)\right)

        Parameters
        ----------
        data : (...) int
            The number of ones among m tosses, from 0 to ``total_count``.
        total_count : int
            The number m of tosses for each count.

        Returns
        -------
        Beta
            The posterior. Its ``mode`` is the MAP estimate.

        Raises
        ------
        ValueError
            If data is empty or contains anything other than such counts.

        Source: Bishop (2006), equation (2.18); chapter "Probability".

        >>> Beta(1, 1).posterior([3, 1], total_count=4)
        Beta(concentration1=5.0, concentration0=5.0)
        """
        m = checks.whole("Beta.posterior", "total_count", total_count, low=1)
        k = checks.counts("Beta.posterior", data, m)
        a, b = self._ab
        return Beta(a + k.sum(), b + (m - k).sum())
