"""Special functions that NumPy lacks: log Γ, log B, binomial coefficients, incomplete beta."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

__all__ = ["betainc", "log_beta", "log_choose", "log_gamma", "xlogy"]

log_gamma: Callable[[np.ndarray], np.ndarray] = np.vectorize(math.lgamma, otypes=[np.float64])
TINY = 1e-300  # replaces 0 in a denominator


def xlogy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return x log y, or 0 if x = 0, because x log x approaches 0 as x approaches 0.

    >>> xlogy(np.array([0.0, 2.0]), np.array([0.0, 1.0]))
    array([0., 0.])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x == 0, 0.0, x * np.log(y))


def log_beta(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return log B(a, b) = log Γ(a) + log Γ(b) - log Γ(a + b)."""
    return log_gamma(a) + log_gamma(b) - log_gamma(np.add(a, b))


def log_choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Return the logarithm of the binomial coefficient n! / (k! (n - k)!)."""
    k = np.asarray(k, dtype=np.float64)
    return log_gamma(n + 1.0) - log_gamma(k + 1) - log_gamma(n - k + 1)


def betainc(a: float, b: float, x: np.ndarray, *, iterations: int = 10_000) -> np.ndarray:
    r"""Compute the regularised incomplete beta function.

    .. math:: I_x(a, b) = \frac{1}{B(a, b)} \int_0^x t^{a-1} (1-t)^{b-1} dt

    This is the probability that a Beta variable is below x. The function evaluates a continued
    fraction, on the side of the mean on which it converges fast, using
    I_x(a, b) = 1 - I_{1-x}(b, a).

    Parameters
    ----------
    a, b : float or (...), positive
        The exponents plus one. The rounding error grows with them and is about 1e-10 at 10,000.
    x : (...) float
        Upper limits, in [0, 1].
    iterations : int
        Maximum number of pairs of terms. The number needed grows like √(a + b).

    Returns
    -------
    (...) float
        Values in [0, 1], or NaN if x is NaN.

    Raises
    ------
    ArithmeticError
        If the fraction has not converged after that many pairs, or overflows.

    Source: Abramowitz and Stegun (1964), 26.5.8; chapter "Probability".

    >>> round(float(betainc(2, 3, 0.5)), 12)  # 11/16
    0.6875
    """
    a, b, x = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (a, b, x)))
    beyond = x > (a + 1) / (a + b + 2)
    a, b, x = np.where(beyond, b, a), np.where(beyond, a, b), np.where(beyond, 1 - x, x)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        front = np.exp(a * np.log(x) + b * np.log1p(-x) - log_beta(a, b)) / a
        area = front * _fraction(a, b, x, iterations)
    if (np.isnan(area) & ~np.isnan(x)).any():
        raise ArithmeticError(f"betainc: overflow, because a or b is {max(a.max(), b.max()):g}")
    return np.where(beyond, 1 - area, area)[()]


def _fraction(a: np.ndarray, b: np.ndarray, x: np.ndarray, iterations: int) -> np.ndarray:
    """Evaluate the continued fraction 1/(1 + d₁x/(1 + d₂x/(1 + …))) by Lentz's method."""
    c, d = np.ones_like(x), 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value, done = d.copy(), np.zeros(x.shape, dtype=bool)
    for m in range(1, iterations + 1):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _nonzero(1 + term * d)
            c = _nonzero(1 + term / c)
            value = np.where(done, value, value * c * d)
        change = np.abs(c * d - 1)
        done |= ~(change > 1e-14)  # NaN counts as converged
        if done.all():
            return value
    raise ArithmeticError(
        f"betainc: the continued fraction didn't converge in {iterations} iterations; "
        f"the last one changed it by {np.nanmax(change[~done]):.2g}"
    )


def _nonzero(x: np.ndarray) -> np.ndarray:
    """Return x with zeros replaced by a tiny number, so that we can divide by it."""
    return np.where(x == 0, TINY, x)
