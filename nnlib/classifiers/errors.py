"""Metrics of regression: how far predictions are from the targets."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks

__all__ = ["mean_squared_error", "r2_score"]


def mean_squared_error(y_true: Any, y_pred: Any) -> float:
    r"""Return the mean of the squared errors, in the squared unit of y.

    .. math:: \frac{1}{N} \sum_n (y_n - \hat y_n)^2

    Source: Goodfellow et al. (2016), equation 5.5; chapter "Choosing a model".

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    y, y_hat = checks.columns("mean_squared_error", y_true=y_true, y_pred=y_pred)
    return float(np.mean((y - y_hat) ** 2))


def r2_score(y_true: Any, y_pred: Any) -> float:
    r"""Return the share of the variance that the predictions explain.

    .. math:: R^2 = 1 - \frac{\sum_n (y_n - \hat y_n)^2}{\sum_n (y_n - \bar y)^2}

    Where y does not vary: 1 for predictions without error, else 0. Of a single number it says
    nothing, a ValueError.

    Source: Hastie, Tibshirani and Friedman (2009), section 3.2; chapter "Choosing a model".

    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    y, y_hat = checks.columns("r2_score", y_true=y_true, y_pred=y_pred)
    if len(y) < 2:
        raise ValueError("r2_score: expected at least 2 numbers, got 1")
    error, variation = np.sum((y - y_hat) ** 2), np.sum((y - y.mean()) ** 2)
    return float(1 - error / variation) if variation else float(error == 0)
