"""The base class of distributions: density and likelihood follow from the log density."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..checks import generator

__all__ = ["Continuous", "Discrete", "Distribution", "plain", "standardised", "supported"]


class Distribution:
    """A distribution: parameters that do not change, and what follows from them.

    A subclass gives the formulas ``_log_prob``, ``_cdf`` and ``_sample``, and ``mean``,
    ``variance`` and ``mode``.
    """

    def _set(self, **parameters: Any) -> None:
        """Store parameters in a frozen dataclass; arrays become read-only."""
        for name, value in parameters.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, value)

    def _checked(self, method: str, x: np.ndarray) -> np.ndarray:
        """Return real numbers as float64; ``method`` is named in errors."""
        return checks.floats(f"{type(self).__name__}.{method}", "x", x)

    def log_prob(self, x: np.ndarray) -> float | np.ndarray:
        """Give the logarithm of the mass or density at each x: in nats, -inf if impossible."""
        return plain(self._log_prob(self._checked("log_prob", x)))

    def cdf(self, x: np.ndarray) -> float | np.ndarray:
        """Return the probability of at most x: a fraction, NaN of NaN."""
        return plain(self._cdf(self._checked("cdf", x)))

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        """Raise NotImplementedError, since there is no closed form in general."""
        raise NotImplementedError(f"{type(self).__name__}.cdf: there is no closed form")

    def sample(
        self, shape: int | tuple[int, ...] = (), *, rng: np.random.Generator
    ) -> float | np.ndarray:
        """Draw independent examples.

        Parameters
        ----------
        shape : int or tuple of int
            How many; () gives one.
        rng : Generator
            Where randomness comes from.

        Returns
        -------
        shape, or (*shape, D) of vectors
            int64 of discrete distributions, else float64.

        Raises
        ------
        TypeError
            If rng is not a ``numpy.random.Generator``, or shape not whole.
        ValueError
            If shape is negative.

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
        r"""Sum the log densities of independent examples.

        .. math:: \log p(x_1, \dots, x_N \mid \theta) = \sum_n \log p(x_n \mid \theta)

        Parameters
        ----------
        data : (N,) or (N, D) float
            The examples; none have log likelihood 0.

        Returns
        -------
        float
            In nats; -inf where an example is impossible.

        Raises
        ------
        ValueError
            If there is NaN among them.

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
    """A distribution of whole numbers, with a probability mass for each."""

    def pmf(self, x: np.ndarray) -> float | np.ndarray:
        """Return the probability of each x: a fraction, 0 where x is impossible."""
        return plain(np.exp(self._log_prob(self._checked("pmf", x))))


class Continuous(Distribution):
    """A distribution with a density: probability per unit of x, which may exceed 1."""

    def pdf(self, x: np.ndarray) -> float | np.ndarray:
        """Return the density at each x, 0 where x is impossible."""
        return plain(np.exp(self._log_prob(self._checked("pdf", x))))


def plain(x: np.ndarray) -> float | np.ndarray:
    """Return an array of shape () as a float, and any other array as it is."""
    return float(x) if np.ndim(x) == 0 else x


def standardised(x: np.ndarray, loc: float, scale: float) -> np.ndarray:
    """Return (x - loc) / scale; an overflow becomes infinite."""
    with np.errstate(over="ignore"):
        return (x - loc) / scale


def supported(x: np.ndarray, inside: np.ndarray, log_p: np.ndarray) -> np.ndarray:
    """Return the log probability inside the support, -inf outside, NaN for NaN."""
    return np.where(np.isnan(x), np.nan, np.where(inside, log_p, -np.inf))
