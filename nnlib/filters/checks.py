"""The checks of pictures, kernels and sizes."""

from __future__ import annotations

import numbers as kinds
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["fits", "numbers", "odd", "one_for_each", "positive", "whole"]


def numbers(name: str, argument: str, x: Any) -> np.ndarray:
    """Give finite numbers as an array: floats as they are, whole numbers as int64."""
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name}: expected {argument} with rows of one length") from error
    if x.dtype.kind not in "biuf":
        raise TypeError(f"{name}: expected {argument} to be real numbers, got {x.dtype}")
    if x.ndim == 0 or x.size == 0:
        raise ValueError(f"{name}: expected {argument} with entries, got shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: expected finite {argument}, got {x[~np.isfinite(x)][0]}")
    return x if x.dtype.kind == "f" else x.astype(np.int64)  # uint8 would overflow


def fits(name: str, shape: Sequence[int], kernel_size: Sequence[int], d: Sequence[int]) -> None:
    """Refuse a kernel that reaches beyond an array."""
    reach = tuple(dk * (k - 1) + 1 for k, dk in zip(kernel_size, d, strict=True))
    if any(r > n for r, n in zip(reach, shape[-len(reach) :], strict=True)):
        raise ValueError(
            f"{name}: a kernel that covers {reach} does not fit into {tuple(shape)}, "
            "padding included"
        )


def positive(name: str, argument: str, x: Any) -> float:
    """Give a number above 0."""
    if isinstance(x, bool) or not isinstance(x, kinds.Real):
        raise TypeError(f"{name}: expected {argument} to be a number, got {type(x).__name__}")
    if not 0 < x < np.inf:
        raise ValueError(f"{name}: expected {argument} above 0, got {x}")
    return float(x)


def whole(name: str, argument: str, x: Any, low: int) -> int:
    """Give a whole number that is not below low."""
    if isinstance(x, bool) or not isinstance(x, kinds.Integral):
        raise TypeError(f"{name}: expected {argument} to be an int, got {type(x).__name__}")
    if x < low:
        raise ValueError(f"{name}: expected {argument} >= {low}, got {x}")
    return int(x)


def odd(name: str, size: Any) -> int:
    """Give an odd size, which has a middle."""
    if whole(name, "size", size, 1) % 2 == 0:
        raise ValueError(f"{name}: expected an odd size, which has a middle, got {size}")
    return int(size)


def one_for_each(name: str, argument: str, x: Any, n: int, low: int) -> tuple[int, ...]:
    """Give a whole number for each of n axes."""
    several = tuple(x) if isinstance(x, (tuple, list)) else (x,) * n
    if len(several) != n:
        raise ValueError(f"{name}: expected {argument} for {n} axes, got {several}")
    return tuple(whole(name, argument, k, low) for k in several)
