"""The error function, its complement and its inverse, which NumPy does not have."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

__all__ = ["erf", "erfc", "erfinv"]

SLOPE = 2 / math.sqrt(math.pi)  # the derivative of erf at 0
GAUSS = (-math.sqrt(0.6), 5 / 9), (0.0, 8 / 9), (math.sqrt(0.6), 5 / 9)  # points and weights


@functools.cache
def _table(f: Callable[[float], float], last: int, dtype: np.dtype) -> np.ndarray:
    """Return f at the multiples of 1/512 from -6 to ``last``."""
    return np.array([f(i / 512) for i in range(-6 * 512, last * 512 + 1)], dtype)


def _from_table(
    f: Callable[[float], float], last: int, slope: float, x: np.ndarray
) -> np.ndarray:
    """Return f(x) as f(c) from the table plus slope · ∫ e^-t² dt from c to x, with c near x.

    Gauss-Legendre quadrature with three points computes the integral exactly up to rounding
    (Abramowitz and Stegun (1964), 25.4.30). Below -6 and above ``last``, f is constant.
    """
    x = np.clip(x, -6, last)
    i = np.rint(np.fmax(x, -6) * 512)  # looks up NaN at -6; the result is NaN because x is
    c = i / 512
    half = (x - c) / 2
    area = half * sum(w * np.exp(-np.square(c + half * (1 + u))) for u, w in GAUSS)
    return _table(f, last, x.dtype)[i.astype(np.int32) + 6 * 512] + slope * area


def erf(x: np.ndarray) -> np.ndarray:
    """Return 2/√π ∫ e^-t² dt from 0 to x, with an error of at most four ulps.

    >>> erf(np.array([-1.0, 0.0, 2.0]))
    array([-0.84270079,  0.        ,  0.99532227])
    """
    return _from_table(math.erf, 6, SLOPE, x)


def erfc(x: np.ndarray) -> np.ndarray:
    """Return 1 - erf x.

    In float64, the relative error is below 1e-15 up to x = 5, and below 5e-15 up to x = 26.5.

    >>> erfc(np.array([0.0, 5.0, 20.0]))
    array([1.00000000e+000, 1.53745979e-012, 5.39586561e-176])
    """
    return _from_table(math.erfc, 28, -SLOPE, x)


def erfinv(x: np.ndarray) -> np.ndarray:
    """Return the solution y of erf y = x, or NaN if x is outside [-1, 1].

    Three steps of Halley's method improve the approximation of Winitzki (2008). If |x| ≥ 1/2,
    they solve erfc |y| = 1 - |x| instead, because erf |y| - |x| would lose digits.

    >>> erfinv(erf(np.array([-0.5, 0.0, 3.0])))
    array([-0.5,  0. ,  3. ])
    """
    p = np.abs(x).astype(np.float64)
    with np.errstate(all="ignore"):
        log_q = np.log1p(-p) + np.log1p(p)
        b = 2 / (math.pi * 0.147) + log_q / 2
        y = np.sqrt(np.sqrt(b * b - log_q / 0.147) - b)
        for _ in range(3):
            excess = np.where(p < 0.5, erf(y) - p, (1 - p) - erfc(y))
            newton = excess * np.exp(y * y) / SLOPE
            y = y - newton / (1 + y * newton)
    return np.copysign(np.where(p == 1, np.inf, y), x).astype(x.dtype)
