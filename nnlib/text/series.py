"""Time series: windows, splits in order of time, standardization."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .. import checks
from .sequences import series, windows

__all__ = ["Standardizer", "forecast_windows", "split_in_time"]


def split_in_time(
    x: np.ndarray, shares: Sequence[float] = (0.7, 0.15, 0.15)
) -> tuple[np.ndarray, ...]:
    """Divide a series into parts one after the other, so that no part knows its future.

    Parameters
    ----------
    x : (T, ...)
        The series, in time.
    shares : sequence of float
        The fraction of each part, by default for training, validation and test.

    Returns
    -------
    tuple of (T_k, ...)
        Copies, together all of x.

    Raises
    ------
    ValueError
        If the shares are not positive or their sum is not 1, or a part is empty.

    Source: Hyndman and Athanasopoulos (2021), "Forecasting", section 5.8; chapter "Networks
    with memory".

    >>> split_in_time(np.arange(10), (0.6, 0.2, 0.2))
    (array([0, 1, 2, 3, 4, 5]), array([6, 7]), array([8, 9]))
    """
    x, p = series("split_in_time", x), checks.reals("split_in_time", "shares", shares)
    if p.ndim != 1 or not (p > 0).all() or not math.isclose(p.sum(), 1):
        raise ValueError(
            f"split_in_time: expected positive shares with the sum 1, got {shares}"
        )
    parts = np.split(x, np.round(np.cumsum(p)[:-1] * len(x)).astype(int))
    if not all(map(len, parts)):
        raise ValueError(
            f"split_in_time: expected a series x (T, ...) long enough for {len(p)} parts, "
            f"got {x.shape}"
        )
    return tuple(part.copy() for part in parts)


def forecast_windows(
    x: np.ndarray, history: int, *, horizon: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into pasts and the futures that follow them.

    Parameters
    ----------
    x : (T, ...)
        The series, in time.
    history : int
        Steps of the past.
    horizon : int
        Steps of the future.
    stride : int
        Steps from one window to the next.

    Returns
    -------
    past : (K, history, ...)
    future : (K, horizon, ...)
        ``future[k]`` comes right after ``past[k]``.

    Raises
    ------
    ValueError
        If a number is below 1, or the series shorter than a past with its future.

    Source: Hyndman and Athanasopoulos (2021), section 5.10; chapter "Networks with memory".

    >>> forecast_windows(np.array([1, 2, 4, 8, 16]), 3)
    (array([[1, 2, 4],
           [2, 4, 8]]), array([[ 8],
           [16]]))
    """
    name = "forecast_windows"
    x, history = series(name, x), checks.whole(name, "history", history, low=1)
    horizon = checks.whole(name, "horizon", horizon, low=1)
    stride = checks.whole(name, "stride", stride, low=1)
    if len(x) < history + horizon:
        raise ValueError(
            f"{name}: expected x (T, ...) with T of at least history + horizon, "
            f"{history + horizon}, got x {x.shape}"
        )
    both = windows(x, history + horizon, stride=stride)
    return both[:, :history], both[:, history:]


class Standardizer:
    r"""Centre and scale features by what the training data say.

    .. math:: z = \frac{x - \mu}{\sigma}

    Parameters
    ----------
    train : (..., D) or (T,) float
        What mean and standard deviation are taken from, over all axes but the last; validation
        and test data must not be among it.

    Attributes
    ----------
    mean, scale : (D,) float64, or single numbers for a series (T,)
        μ and σ; σ is 1 for a feature that never changes.

    Raises
    ------
    TypeError
        If the data are no numbers.
    ValueError
        If there are none, or one is not finite.

    Source: LeCun et al. (1998), "Efficient backprop", section 4.3; chapter "Preparing
    the data".

    >>> standardizer = Standardizer([[1.0, 5.0], [3.0, 5.0]])
    >>> standardizer([[4.0, 6.0]])
    array([[2., 1.]])
    >>> standardizer.inverse([[2.0, 1.0]])
    array([[4., 6.]])
    """

    def __init__(self, train: np.ndarray):
        x = _numbers("Standardizer", train)
        if not x.ndim or not x.size or not np.isfinite(x).all():
            strange = np.count_nonzero(~np.isfinite(x))
            raise ValueError(
                f"Standardizer: expected finite numbers (..., D), got shape {x.shape}, "
                f"{strange} of them not finite"
            )
        axes = tuple(range(max(x.ndim - 1, 1)))
        self.mean, deviation = x.mean(axis=axes), x.std(axis=axes)
        self.scale = np.where(deviation > 0, deviation, 1.0)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return standardized data, which must have the same features."""
        return (self._checked(x) - self.mean) / self.scale

    def inverse(self, z: np.ndarray) -> np.ndarray:
        """Return standardized data in their original units: x = μ + σ z."""
        return self.mean + self.scale * self._checked(z)

    def _checked(self, x: np.ndarray) -> np.ndarray:
        """Return data as float64, after checking that the number of features matches."""
        x = _numbers("Standardizer", x)
        if self.mean.ndim and x.shape[-1:] != self.mean.shape:
            raise ValueError(
                f"Standardizer: expected data (..., {len(self.mean)}), got {x.shape}"
            )
        return x


def _numbers(function: str, x: np.ndarray) -> np.ndarray:
    """Return data as float64."""
    return checks.reals(function, "data", x).astype(np.float64)
