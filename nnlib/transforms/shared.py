"""What the transforms share: checks of shapes, dtypes and options."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import reals

__all__: list[str] = []


def pictures(function: str, x: Any) -> np.ndarray:
    """Return pictures (..., C, H, W) as an array of real numbers."""
    x = reals(function, "pictures x", x, kinds="uif")
    if x.ndim not in (3, 4) or 0 in x.shape[-3:]:
        raise ValueError(
            f"{function}: expected pictures (C, H, W) or (N, C, H, W), got {x.shape}"
        )
    return x


def bright(function: str, x: Any) -> np.ndarray:
    """Return pictures as floats, after checking that they are in [0, 1]."""
    x = pictures(function, x)
    if x.dtype.kind != "f" or (x.size and not (x.min() >= 0 and x.max() <= 1)):
        got = x.dtype if x.dtype.kind != "f" else f"{x.min()} to {x.max()}"
        raise ValueError(
            f"{function}: expected floats from 0 to 1, got {got}; ToTensor() makes them, and "
            "Normalize comes after"
        )
    return x


def each(function: str, argument: str, value: Any, x: np.ndarray) -> np.ndarray:
    """Return one number for all pictures, or one for each, shaped to multiply them."""
    value = reals(function, argument, value).astype(float)
    if not np.isfinite(value).all() or value.shape not in ((), x.shape[:-3]):
        raise ValueError(
            f"{function}: expected {argument} as one finite number, or one for each of "
            f"{x.shape[:-3]} pictures, got {value}"
        )
    return value.reshape(*value.shape, 1, 1, 1)


def in_dtype_of(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return y in the dtype of x; for integers it is rounded and clipped to their range."""
    if x.dtype.kind == "f":
        return y.astype(x.dtype)
    limits = np.iinfo(x.dtype)
    return np.clip(np.round(y), limits.min, limits.max).astype(x.dtype)
