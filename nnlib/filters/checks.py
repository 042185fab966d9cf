"""The checks of pictures, kernels and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..checks import reals, whole

__all__ = ["fits", "numbers", "odd", "one_for_each"]


def numbers(name: str, argument: str, x: Any) -> np.ndarray:
    """Give finite numbers as an array: floats as they are, whole numbers as int64."""
    x = reals(name, argument, x)
    if x.ndim == 0 or x.size == 0:
        raise ValueError(f"{name}: expected {argument} with entries, got shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: expected finite {argument}, got {x[~np.isfinite(x)][0]}")
    return x if x.dtype.kind == "f" else x.astype(np.int64)  # uint8 would overflow


def fits(name: str, shape: Sequence[int], kernel_size: Sequence[int], d: Sequence[int]) -> None:
    """Refuse a kernel that reaches beyond an array."""
    if len(kernel_size) > len(shape):
        raise ValueError(
            f"{name}: expected x with {len(kernel_size)} axes at least, got {tuple(shape)}"
        )
    reach = tuple(dk * (k - 1) + 1 for k, dk in zip(kernel_size, d, strict=True))
    if any(r > n for r, n in zip(reach, shape[-len(reach) :], strict=True)):
        raise ValueError(
            f"{name}: a kernel that covers {reach} does not fit into {tuple(shape)}, "
            "padding included"
        )


def odd(name: str, size: Any) -> int:
    """Give an odd size, which has a middle."""
    if whole(name, "size", size, low=1) % 2 == 0:
        raise ValueError(f"{name}: expected an odd size, which has a middle, got {size}")
    return int(size)


def one_for_each(name: str, argument: str, x: Any, n: int, low: int) -> tuple[int, ...]:
    """Give a whole number for each of n axes."""
    several = tuple(x) if isinstance(x, (tuple, list)) else (x,) * n
    if len(several) != n:
        raise ValueError(f"{name}: expected {argument} for {n} axes, got {several}")
    return tuple(whole(name, argument, k, low=low) for k in several)
