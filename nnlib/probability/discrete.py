"""The Bernoulli and the binomial distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import checks
from ..steps import Steps
from .distribution import Discrete, supported
from .estimates import bernoulli_steps
from .special import betainc, log_choose, xlogy

__all__ = ["Bernoulli", "Binomial"]


@dataclass(frozen=True)
class Bernoulli(Discrete):
    r"""The distribution of one toss: 1 with probability p, else 0.

    .. math:: p(x) = p^x (1-p)^{1-x}, \quad \mathrm{E}[x] = p, \quad
        \mathrm{Var}[x] = p (1-p)

    Parameters
    ----------
    probs : float
        The probability p of 1.

    Raises
    ------
    ValueError
        If probs is not in [0, 1].

    Source: Bishop (2006), section 2.1; chapter "Probability".

    >>> coin = Bernoulli(0.75)
    >>> coin.pmf([0, 1]), coin.variance
    (array([0.25, 0.75]), 0.1875)
    >>> round(coin.likelihood([1, 0, 1, 1, 0, 0, 1, 0]), 5)  # (3/4)⁴ (1/4)⁴
    0.00124
    """

    probs: float

    def __post_init__(self) -> None:
        self._set(probs=checks.number("Bernoulli", "probs", self.probs, low=0, high=1))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return x log p + (1 - x) log(1 - p), in nats; -inf unless x is 0 or 1."""
        p, inside = self.probs, (x == 0) | (x == 1)
        k = np.where(inside, x, 0)
        return supported(x, inside, xlogy(k, p) + xlogy(1 - k, 1 - p))

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of at most x."""
        return np.select([np.isnan(x), x < 0, x < 1], [x, 0.0, 1 - self.probs], 1.0)

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random zeros and ones as an int64 array of that shape."""
        return np.asarray(rng.random(shape) < self.probs).astype(np.int64)

    @property
    def mean(self) -> float:
        """The probability of 1."""
        return self.probs

    @property
    def variance(self) -> float:
        """The variance p (1 - p), at most 1/4."""
        return self.probs * (1 - self.probs)

    @property
    def mode(self) -> int:
        """The likelier result; 0 where both are equally likely."""
        return int(self.probs > 0.5)

    def entropy(self) -> float:
        """Return the uncertainty of a toss, in nats: at most log 2."""
        p = self.probs
        return float(-xlogy(p, p) - xlogy(1 - p, 1 - p))

    def kl_divergence(self, other: Bernoulli) -> float:
        """Return the divergence of ``other`` from this one, in nats."""
        self._expect_same_family(other)
        p, q = np.array([self.probs, 1 - self.probs]), np.array([other.probs, 1 - other.probs])
        return float(np.sum(xlogy(p, p) - xlogy(p, q)))

    @classmethod
    def fit(cls, data: np.ndarray, *, steps: bool = False) -> Bernoulli | Steps:
        r"""Estimate p by maximum likelihood: the share of ones.

        .. math:: \hat p = \frac{1}{N} \sum_n x_n

        Parameters
        ----------
        data : (...) int
            Zeros and ones.
        steps : bool
            Whether to show how the likelihood leads there.

        Returns
        -------
        Bernoulli, or Steps that lead to it

        Raises
        ------
        ValueError
            If data is empty or holds anything but 0 and 1.

        Source: Bishop (2006), equation (2.7); chapter "Maximum likelihood".

        >>> Bernoulli.fit([1, 0, 1, 1, 0, 0, 1, 0])
        Bernoulli(probs=0.5)
        """
        x = checks.data("Bernoulli.fit", data)
        if not np.isin(x, (0, 1)).all():
            raise ValueError(
                f"Bernoulli.fit: expected 0 and 1 in data, got {x[~np.isin(x, (0, 1))][0]:g}"
            )
        found = cls(x.mean())
        return bernoulli_steps(x, found) if steps else found


@dataclass(frozen=True)
class Binomial(Discrete):
    r"""The distribution of the number of ones among n independent tosses.

    .. math:: p(k) = \binom{n}{k} p^k (1-p)^{n-k}, \quad \mathrm{E}[k] = np, \quad
        \mathrm{Var}[k] = np(1-p)

    Probabilities are exact to 1e-10 of their size for n up to 10,000.

    Parameters
    ----------
    total_count : int
        The number n of tosses.
    probs : float
        The probability p of each.

    Raises
    ------
    ValueError, TypeError
        If total_count is no whole number from 0 up, or probs is not in [0, 1].

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
        """Return the probability of at most x ones: an incomplete beta function."""
        n, p = self.total_count, self.probs
        within = (x >= 0) & (x < n)
        k = np.floor(np.where(within, x, 0))
        area = betainc(np.maximum(n - k, 1), k + 1, 1 - p)
        return np.select([np.isnan(x), within], [x, area], (x >= n).astype(float))

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random counts as an int64 array of that shape."""
        return rng.binomial(self.total_count, self.probs, shape)

    @property
    def mean(self) -> float:
        """The expected count, n p."""
        return self.total_count * self.probs

    @property
    def variance(self) -> float:
        """The variance n p (1 - p): the variances of the tosses add."""
        return self.total_count * self.probs * (1 - self.probs)

    @property
    def mode(self) -> int:
        """The likeliest count, the larger where there are two."""
        return min(int((self.total_count + 1) * self.probs), self.total_count)

    def entropy(self) -> float:
        """Return the uncertainty of the count, in nats, summed over all counts."""
        p = self.pmf(np.arange(self.total_count + 1))
        return float(-xlogy(p, p).sum())

    def kl_divergence(self, other: Binomial) -> float:
        """Return the divergence of ``other``, of as many tosses, in nats: n times one toss."""
        self._expect_same_family(other)
        if self.total_count != other.total_count:
            raise ValueError(
                "Binomial.kl_divergence: expected equal total_count (there is no closed form "
                f"otherwise), got {self.total_count} and {other.total_count}"
            )
        toss = Bernoulli(self.probs).kl_divergence(Bernoulli(other.probs))
        return self.total_count * toss if self.total_count else 0.0

    @classmethod
    def fit(cls, data: np.ndarray, *, total_count: int) -> Binomial:
        """Estimate p by maximum likelihood: the share of ones in all tosses.

        Parameters
        ----------
        data : (...) int
            Counts from 0 to total_count, each of so many tosses.
        total_count : int
            The number of tosses, which is known.

        Raises
        ------
        ValueError
            If data is empty or a count is no whole number from 0 to total_count.

        Source: Bishop (2006), equation (2.8); chapter "Maximum likelihood".

        >>> Binomial.fit([3, 1], total_count=4)
        Binomial(total_count=4, probs=0.5)
        """
        n = checks.whole("Binomial.fit", "total_count", total_count, low=1)
        k = checks.counts("Binomial.fit", data, n)
        return cls(n, k.mean() / n)
