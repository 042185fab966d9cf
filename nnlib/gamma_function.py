"""The logarithm of the gamma function and its first two derivatives, which NumPy lacks."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["digamma", "lgamma", "trigamma"]

# the Bernoulli numbers B_14, B_12, ..., B_2
BERNOULLI = np.array([7 / 6, -691 / 2730, 5 / 66, -1 / 30, 1 / 42, -1 / 30, 1 / 6])
HALVED = BERNOULLI / np.arange(14, 0, -2)
SHIFT = 10  # the asymptotic series are exact up to rounding from here on


def _log_gamma(x: float) -> float:
    """Return log |Γ(x)|, which is infinite at a pole and where it overflows."""
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return math.inf


@np.errstate(all="ignore")
def lgamma(x: np.ndarray) -> np.ndarray:
    """Return log |Γ(x)|.

    >>> lgamma(np.array([0.0, 1.0, 5.0])).round(4)
    array([   inf, 0.    , 3.1781])
    """
    return np.vectorize(_log_gamma, otypes=[np.float64])(x).astype(x.dtype)


@np.errstate(all="ignore")
def digamma(x: np.ndarray) -> np.ndarray:
    """Return ψ(x), the derivative of log Γ (Abramowitz and Stegun (1964), 6.3.5 to 6.3.18).

    >>> digamma(np.array([1.0, 2.0])).round(4)
    array([-0.5772,  0.4228])
    """
    x64 = x.astype(np.float64)
    z = np.where(x < 0, 1 - x64, x64)
    far = z + SHIFT
    y = np.log(far) - 0.5 / far - np.polyval(HALVED, far**-2) / far**2
    y -= 1 / z + sum(1 / (z + k) for k in range(1, SHIFT))
    reflected = np.where(x == np.floor(x), np.nan, np.pi / np.tan(np.pi * np.fmod(x64, 1)))
    return np.where(x < 0, y - reflected, y).astype(x.dtype)


@np.errstate(all="ignore")
def trigamma(x: np.ndarray) -> np.ndarray:
    """Return the derivative of ψ (Abramowitz and Stegun (1964), 6.4.6 to 6.4.12).

    >>> trigamma(np.array([1.0])).round(4)
    array([1.6449])
    """
    x64 = x.astype(np.float64)
    z = np.where(x < 0.5, 1 - x64, x64)
    far = z + SHIFT
    y = 1 / far + 0.5 / far**2 + np.polyval(BERNOULLI, far**-2) / far**3
    y += sum((z + k) ** -2 for k in range(SHIFT))
    return np.where(x < 0.5, (np.pi / np.sin(np.pi * x64)) ** 2 - y, y).astype(x.dtype)
