"""The binomial distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import checks
from .distribution import Discrete, supported
from .special import betainc, log_choose, xlogy

__all__ = ["Binomial"]


@dataclass(frozen=True)
class Binomial(Discrete):
    r"""The distribution of the number of ones among n independent tosses.

    .. math:: p(k) = \binom{n}{k} p^k (1-p)^{n-k}, \quad \mathrm{E}[k] = np, \quad
        \mathrm{Var}[k] = np(1-p)

    Probabilities have a relative error of at most 1e-10 for n up to 10,000.

    Parameters
    ----------
    total_count : int
        The number n of tosses.
    probs : float
        The probability p that a toss is 1.

    Raises
    ------
    ValueError, TypeError
        If total_count is not a non-negative integer, or probs is not in [0, 1].

    Source: Bishop (2006), equation (2.9); chapter "Probability".

    >>> tosses = Binomial(3, 0.5)
    >>> tosses.pmf([0, 1, 2, 3])
    array([0.125, 0.375, 0.375, 0.125])
    >>> tosses.mean, tosses.variance
    (1.5, 0.75)
    """

    total_count: int
    probs: float

    def __post_init__(self) -> None:
        n = checks.whole("Binomial", "total_count", self.total_count, low=0)
        p = checks.number("Binomial", "probs", self.probs, low=0, high=1)
        self._set(total_count=n, probs=p)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log probability of x ones, in nats; -inf unless x is 0, 1, …, n."""
        n, p = self.total_count, self.probs
        inside = (x >= 0) & (x <= n) & (x == np.floor(x))
        k = np.where(inside, x, 0)
        log_p = log_choose(n, k) + xlogy(k, p) + xlogy(n - k, 1 - p)
        return supported(x, inside, log_p)

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Return P(X <= x), using the incomplete beta function."""
        n, p = self.total_count, self.probs
        inside = (x >= 0) & (x < n)
        k = np.floor(np.where(inside, x, 0))
        area = betainc(np.maximum(n - k, 1), k + 1, 1 - p)
        return np.select([np.isnan(x), inside], [x, area], (x >= n).astype(float))

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random counts in an int64 array of the given shape."""
        return rng.binomial(self.total_count, self.probs, shape)

    @property
    def mean(self) -> float:
        """The expected count, n p."""
        return self.total_count * self.probs

    @property
    def variance(self) -> float:
        """The variance n p (1 - p), the sum of the variances of the tosses."""
        return self.total_count * self.probs * (1 - self.probs)

    @property
    def mode(self) -> int:
        """The most probable count; if two tie, the larger one."""
        return min(int((self.total_count + 1) * self.probs), self.total_count)
