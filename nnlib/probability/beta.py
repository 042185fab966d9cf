"""Distributions of probabilities: Beta of one, Dirichlet of several; conjugate priors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import checks
from ..steps import Steps
from .categorical import class_counts
from .distribution import Continuous
from .special import betainc, digamma, log_beta, log_gamma, xlogy
from .updates import beta_steps

__all__ = ["Beta", "Dirichlet"]


@dataclass(frozen=True)
class Beta(Continuous):
    r"""A distribution of an unknown probability, with a seen ones and b seen zeros.

    .. math:: p(x) = \frac{x^{a-1} (1-x)^{b-1}}{B(a, b)}, \quad
        \mathrm{E}[x] = \frac{a}{a+b}

    Densities and cdf are exact to 1e-10 for a and b up to 10,000, to 1e-8 up to a million.

    Parameters
    ----------
    concentration1 : float
        a > 0; the order of the two is PyTorch's.
    concentration0 : float
        b > 0; a = b = 1 is uniform.

    Raises
    ------
    ValueError
        If a or b is not positive.

    Source: Bishop (2006), equation (2.13); chapter "Probability".

    >>> prior = Beta(2, 2)
    >>> belief = prior.posterior([1, 0, 1, 1])
    >>> belief, belief.mean, round(belief.mode, 4)  # the mode is the MAP estimate
    (Beta(concentration1=5.0, concentration0=3.0), 0.625, 0.6667)
    >>> round(1 - belief.cdf(0.5), 4)  # how probably the coin prefers 1: 99/128
    0.7734
    """

    concentration1: float
    concentration0: float

    def __post_init__(self) -> None:
        for name in ("concentration1", "concentration0"):
            self._set(**{name: checks.number("Beta", name, getattr(self, name), above=0)})

    @property
    def _ab(self) -> tuple[float, float]:
        """Return the exponents a and b."""
        return self.concentration1, self.concentration0

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log density at x, in nats."""
        a, b = self._ab
        inside = (x >= 0) & (x <= 1)
        u = np.where(inside, x, 0.5)
        log_p = xlogy(a - 1, u) + xlogy(b - 1, 1 - u) - log_beta(a, b)
        return np.where(np.isnan(x), np.nan, np.where(inside, log_p, -np.inf))

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of at most x: the regularized incomplete beta function."""
        return betainc(*self._ab, np.clip(x, 0, 1))

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random probabilities of that shape."""
        return rng.beta(*self._ab, shape)

    @property
    def mean(self) -> float:
        """The share a / (a + b), which is also the probability that the next toss is 1."""
        a, b = self._ab
        return a / (a + b)

    @property
    def variance(self) -> float:
        """The variance, a b / ((a + b)² (a + b + 1))."""
        a, b = self._ab
        return a * b / ((a + b) ** 2 * (a + b + 1))

    @property
    def mode(self) -> float:
        """The point of highest density; a ValueError where there is not one."""
        a, b = self._ab
        if a == b == 1 or max(a, b) < 1:
            raise ValueError(
                "Beta.mode: expected a single point of highest density, which "
                f"concentrations {a:g} and {b:g} do not have"
            )
        return (a - 1) / (a + b - 2) if min(a, b) > 1 else float(a > b)

    def entropy(self) -> float:
        """Return the entropy of the density, in nats; 0 where it is uniform, else negative."""
        a, b = self._ab
        log_x, log_1mx = _expected_logs(np.array([a, b]))
        return float(log_beta(a, b) - (a - 1) * log_x - (b - 1) * log_1mx)

    def kl_divergence(self, other: Beta) -> float:
        """Return the divergence of ``other`` from this one, in nats."""
        self._expect_same_family(other)
        return Dirichlet(self._ab).kl_divergence(Dirichlet(other._ab))

    def posterior(
        self, data: np.ndarray, *, total_count: int = 1, steps: bool = False
    ) -> Beta | Steps:
        r"""Update this prior of the probability of 1 by tosses, or by counts of ones.

        .. math:: \mathrm{Beta}(a, b) \to
            \mathrm{Beta}\left(a + \sum_n k_n,\; b + \sum_n (m - k_n)\right)

        Parameters
        ----------
        data : (...) int
            Ones among m tosses: from 0 to total_count.
        total_count : int
            The number m of tosses behind each count.
        steps : bool
            Whether to show the product of prior and likelihood.

        Returns
        -------
        Beta, or Steps that lead to it
            The posterior; its ``mode`` is the MAP estimate.

        Raises
        ------
        ValueError
            If data is empty or holds no such counts.

        Source: Bishop (2006), equation (2.18); chapter "Probability".

        >>> Beta(1, 1).posterior([3, 1], total_count=4)
        Beta(concentration1=5.0, concentration0=5.0)
        """
        m = checks.whole("Beta.posterior", "total_count", total_count, low=1)
        k = checks.counts("Beta.posterior", data, m)
        a, b = self._ab
        ones, zeros = k.sum(), (m - k).sum()
        found = Beta(a + ones, b + zeros)
        return beta_steps((a, b), ones, zeros, found) if steps else found


@dataclass(frozen=True, eq=False)
class Dirichlet(Continuous):
    r"""A distribution of the probabilities of C classes: Beta for more than two.

    .. math:: p(x) = \frac{\Gamma(\sum_c \alpha_c)}{\prod_c \Gamma(\alpha_c)}
        \prod_c x_c^{\alpha_c - 1}, \quad \mathrm{E}[x_c] = \frac{\alpha_c}{\sum_k \alpha_k}

    Parameters
    ----------
    concentration : (C,) float
        How often each class seems to have been seen, α > 0, C at least 2.

    Raises
    ------
    ValueError
        If an α is not positive, or there are fewer than 2.

    Source: Bishop (2006), equation (2.38); chapter "Maximum likelihood".

    >>> Dirichlet([1, 1, 1]).posterior([0, 2, 2]).mean  # add-one smoothing
    array([0.33333333, 0.16666667, 0.5       ])
    """

    concentration: np.ndarray

    def __post_init__(self) -> None:
        a = checks.shaped("Dirichlet", "concentration", self.concentration, ("C",))
        if len(a) < 2 or (a <= 0).any():
            raise ValueError(
                f"Dirichlet: expected concentration > 0 of at least 2 classes, got {a}"
            )
        self._set(concentration=a)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dirichlet) and np.array_equal(
            self.concentration, other.concentration
        )

    __hash__ = None

    @property
    def _log_norm(self) -> float:
        """Return the logarithm of ∏ Γ(α) / Γ(Σ α)."""
        a = self.concentration
        return float(log_gamma(a).sum() - log_gamma(a.sum()))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log density (...) at probabilities x (..., C), in nats."""
        x, a = checks.probabilities("Dirichlet.log_prob", "x", x), self.concentration
        if x.shape[-1] != len(a):
            raise ValueError(f"Dirichlet.log_prob: expected x (..., {len(a)}), got {x.shape}")
        return xlogy(a - 1, x).sum(axis=-1) - self._log_norm

    def _sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Return random probabilities (*shape, C)."""
        return rng.dirichlet(self.concentration, shape)

    @property
    def mean(self) -> np.ndarray:
        """α / Σα (C,), which is also the distribution of the next class."""
        return self.concentration / self.concentration.sum()

    @property
    def variance(self) -> np.ndarray:
        """The variance (C,) of each probability."""
        return np.diag(self.covariance_matrix)

    @property
    def covariance_matrix(self) -> np.ndarray:
        """The covariance (C, C): that of one draw of a class, divided by Σα + 1."""
        m = self.mean
        return (np.diag(m) - np.outer(m, m)) / (self.concentration.sum() + 1)

    @property
    def mode(self) -> np.ndarray:
        """The probabilities (C,) of highest density; a ValueError unless all α > 1."""
        a = self.concentration
        if (a <= 1).any():
            raise ValueError(f"Dirichlet.mode: expected every concentration > 1, got {a}")
        return (a - 1) / (a.sum() - len(a))

    def entropy(self) -> float:
        """Return the entropy of the density, in nats."""
        a = self.concentration
        return float(self._log_norm - (a - 1) @ _expected_logs(a))

    def kl_divergence(self, other: Dirichlet) -> float:
        """Return the divergence of ``other``, of as many classes, in nats."""
        self._expect_same_family(other)
        a, b = self.concentration, other.concentration
        if len(a) != len(b):
            raise ValueError(
                f"Dirichlet.kl_divergence: expected as many classes, got {len(a)} and {len(b)}"
            )
        return float(other._log_norm - self._log_norm + (a - b) @ _expected_logs(a))

    def posterior(self, data: np.ndarray) -> Dirichlet:
        r"""Update this prior of the probabilities by classes that were drawn.

        .. math:: \alpha_c \to \alpha_c + N_c

        Parameters
        ----------
        data : (...) int
            Class indices in [0, C).

        Returns
        -------
        Dirichlet
            The posterior; its ``mode`` is the MAP estimate.

        Raises
        ------
        ValueError
            If data is empty or holds anything but class indices.

        Source: Bishop (2006), equation (2.41); chapter "Maximum likelihood".
        """
        a = self.concentration
        return Dirichlet(a + class_counts("Dirichlet.posterior", data, len(a)))


def _expected_logs(a: np.ndarray) -> np.ndarray:
    """Return E[log x] = ψ(α) - ψ(Σα) under a Dirichlet distribution."""
    return digamma(a) - digamma(a.sum())
