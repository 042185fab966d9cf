"""The checks of parameters and data, at the public door of each distribution."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from ..checks import whole

__all__ = ["array", "counts", "data", "number", "probabilities", "real", "whole"]


def real(name: str, argument: str, x: Any) -> np.ndarray:
    """Give an array of real numbers as float64; refuse what is not numbers."""
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name}: expected {argument} with rows of one length") from error
    if array.dtype == object and all(isinstance(e, numbers.Real) for e in array.flat):
        array = array.astype(np.float64)  # of fractions
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name}: expected {argument} to be real numbers, got {array.dtype}")
    return array.astype(np.float64)


def number(
    name: str,
    argument: str,
    x: Any,
    *,
    above: float = -np.inf,
    low: float = -np.inf,
    high: float = np.inf,
) -> float:
    """Give one finite number with above < x and low <= x <= high, as a float."""
    value = real(name, argument, x)
    if value.ndim:
        raise ValueError(f"{name}: expected {argument} to be one number, got {value.shape}")
    value = float(value)
    if not (np.isfinite(value) and above < value and low <= value <= high):
        bounds = f"above {above:g}" if above > -np.inf else f"in [{low:g}, {high:g}]"
        bounds = "finite" if bounds == "in [-inf, inf]" else bounds
        raise ValueError(f"{name}: expected {argument} {bounds}, got {value:g}")
    return value


def probabilities(name: str, argument: str, x: Any) -> np.ndarray:
    """Give numbers that are not negative and sum to 1 along the last axis."""
    p = real(name, argument, x)
    if p.ndim == 0 or p.shape[-1] == 0:
        raise ValueError(f"{name}: expected {argument} (..., C), C > 0, got {p.shape}")
    if not (p >= 0).all():  # NaN is refused too
        raise ValueError(f"{name}: expected {argument} >= 0, got {p[~(p >= 0)][0]:g}")
    wrong = p.sum(axis=-1)[np.abs(p.sum(axis=-1) - 1) > 1e-6]
    if wrong.size:
        raise ValueError(f"{name}: expected {argument} to sum to 1, got {wrong.flat[0]:.6g}")
    return p


def array(name: str, argument: str, x: Any, shape: tuple[int | str, ...]) -> np.ndarray:
    """Give finite numbers of a shape as float64, in which a letter stands for any length."""
    x = real(name, argument, x)
    fits = (isinstance(k, str) or n == k for n, k in zip(x.shape, shape, strict=False))
    if x.ndim != len(shape) or x.size == 0 or not all(fits):
        wanted = str(shape).replace("'", "")
        raise ValueError(f"{name}: expected {argument} {wanted}, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: expected finite {argument}, got {x[~np.isfinite(x)][0]}")
    return x


def data(name: str, x: Any, *, whole: bool = False) -> np.ndarray:
    """Give finite data, at least one of them, as float64; whole asks for whole numbers."""
    x = real(name, "data", x)
    if x.size == 0:
        raise ValueError(f"{name}: expected at least one example in data, got shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: expected finite data, got {x[~np.isfinite(x)][0]}")
    if whole and (x != np.floor(x)).any():
        raise ValueError(
            f"{name}: expected whole numbers in data, got {x[x != np.floor(x)][0]:g}"
        )
    return x


def counts(name: str, x: Any, high: float) -> np.ndarray:
    """Whole numbers from 0 to high, from data."""
    x = data(name, x, whole=True)
    outside = (x < 0) | (x > high)
    if outside.any():
        raise ValueError(f"{name}: expected data from 0 to {high:g}, got {x[outside][0]:g}")
    return x
