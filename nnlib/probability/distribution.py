"""The base class of distributions, which derives densities from the log density."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..checks import generator

__all__ = ["Continuous", "Discrete", "Distribution", "plain", "standardised", "supported"]


class Distribution:
    """Base class of distributions, whose parameters never change.

    A subclass implements ``_log_prob``, ``_cdf`` and ``_sample``, and the properties ``mean``,
    ``variance`` and ``mode``.
    """

    def _set(self, **parameters: Any) -> None:
        """Store parameters in a frozen dataclass, and make arrays read-only."""
        for name, value in parameters.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, value)

    def _checked(self, method: str, x: np.ndarray) -> np.ndarray:
        """Convert real numbers to float64; errors mention ``method``."""
        return checks.floats(f"{type(self).__name__}.{method}", "x", x)

    def log_prob(self, x: np.ndarray) -> float | np.ndarray:
        """Return the log of the mass or density at each x, in nats; -inf if x is impossible."""
        return plain(self._log_prob(self._checked("log_prob", x)))

    def cdf(self, x: np.ndarray) -> float | np.ndarray:
        """Return P(X <= x) for each x, or NaN if x is NaN."""
        return plain(self._cdf(self._checked("cdf", x)))

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Raise NotImplementedError, because in general there is no closed form."""
        raise NotImplementedError(f"{type(self).__name__}.cdf: there is no closed form")

    def sample(
        self, shape: int | tuple[int, ...] = (), *, rng: np.random.Generator
    ) -> float | np.ndarray:
        """Draw independent samples.

        Parameters
        ----------
        shape : int or tuple of int
            Number of samples, as a shape; () gives a single sample.
        rng : Generator
            The random generator.

        Returns
        -------
        array (*shape,), or (*shape, D) for vectors
            int64 for discrete distributions, else float64.

        Raises
        ------
        TypeError
            If rng is not a ``numpy.random.Generator``, or shape contains a non-integer.
        ValueError
            If shape contains a negative number.

        Source: Bishop (2006), section 11.1; chapter "Probability".

        >>> from nnlib.probability import Binomial
        >>> Binomial(10, 0.5).sample(4, rng=np.random.default_rng(0))
        array([6, 4, 2, 2])
        """
        name = f"{type(self).__name__}.sample"
        generator(name, rng)
        shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
        shape = tuple(checks.whole(name, "shape", n, low=0) for n in shape)
        return np.asarray(self._sample(shape, rng))[()]

    def log_likelihood(self, data: np.ndarray) -> float:
        r"""Return the sum of the log densities of independent examples.

        .. math:: \log p(x_1, \dots, x_N \mid \theta) = \sum_n \log p(x_n \mid \theta)

        Parameters
        ----------
        data : (N,) or (N, D) float
            The examples. Without examples, the log-likelihood is 0.

        Returns
        -------
        float
            In nats; -inf if an example is impossible.

        Raises
        ------
        ValueError
            If data contains NaN.

        Source: Bishop (2006), equation (1.54); chapter "Maximum likelihood".

        >>> from nnlib.probability import Binomial
        >>> round(Binomial(1, 0.5).log_likelihood([1, 0, 1]), 4)  # -3 log 2
        -2.0794
        """
        name = f"{type(self).__name__}.log_likelihood"
        x = checks.floats(name, "data", data)
        if np.isnan(x).any():
            raise ValueError(f"{name}: expected data without NaN")
        return float(np.sum(self._log_prob(x)))


class Discrete(Distribution):
    """A distribution over integers, with a probability mass for each."""

    def pmf(self, x: np.ndarray) -> float | np.ndarray:
        """Return the probability of each x, which is 0 if x is impossible."""
        return plain(np.exp(self._log_prob(self._checked("pmf", x))))


class Continuous(Distribution):
    """A distribution with a density, the probability per unit of x, which may exceed 1."""

    def pdf(self, x: np.ndarray) -> float | np.ndarray:
        """Return the density at each x, which is 0 if x is impossible."""
        return plain(np.exp(self._log_prob(self._checked("pdf", x))))


def plain(x: np.ndarray) -> float | np.ndarray:
    """Convert an array of shape () to a float; return any other array unchanged."""
    return float(x) if np.ndim(x) == 0 else x


def standardised(x: np.ndarray, loc: float, scale: float) -> np.ndarray:
    """Return (x - loc) / scale, which is infinite if it overflows."""
    with np.errstate(over="ignore"):
        return (x - loc) / scale


def supported(x: np.ndarray, inside: np.ndarray, log_p: np.ndarray) -> np.ndarray:
    """Return the log probability inside the support, -inf outside, NaN for NaN."""
    return np.where(np.isnan(x), np.nan, np.where(inside, log_p, -np.inf))
