"""What every figure asks of its numbers before it draws."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["classes", "frame", "mapping", "named", "real", "short"]


def real(function: str, what: str, values: Any, *ndims: int) -> np.ndarray:
    """Return numbers as a float64 array of one of the given dimensions, or say what is wrong.

    Tensors, nnlib's or torch's, are taken without their history.
    """
    try:
        array = np.asarray(values.detach() if hasattr(values, "detach") else values)
    except ValueError as error:
        raise ValueError(f"{function}: expected {what} of one length, got a mixture") from error
    if array.dtype.kind not in "buif" and array.size:
        raise TypeError(f"{function}: expected real numbers for {what}, got {array.dtype}")
    if not array.size:
        raise ValueError(f"{function}: expected numbers for {what}, got shape {array.shape}")
    if ndims and array.ndim not in ndims:
        allowed = " or ".join(map(str, ndims))
        raise ValueError(
            f"{function}: expected {allowed} dimensions for {what}, got shape {array.shape}"
        )
    if not np.isfinite(array).all():
        wrong = np.count_nonzero(~np.isfinite(array))
        raise ValueError(
            f"{function}: expected finite numbers for {what}, "
            f"got {wrong} of {array.size} NaN or infinite"
        )
    return array.astype(float)


def classes(function: str, what: str, values: Any, count: int | None = None) -> np.ndarray:
    """Return class indices as an (N,) int array in [0, count), or say what is wrong."""
    array = real(function, what, values, 1)
    if (array != np.floor(array)).any():
        raise ValueError(f"{function}: expected whole numbers for {what}")
    if array.min() < 0 or (count is not None and array.max() >= count):
        end = "up" if count is None else f"below {count}"
        raise ValueError(
            f"{function}: expected {what} from 0 {end}, "
            f"got {int(array.min())} to {int(array.max())}"
        )
    return array.astype(int)


def named(function: str, what: str, names: Sequence, count: int, default: str) -> list[str]:
    """Return ``count`` names as texts, numbered after ``default`` when none are given."""
    if not len(names):
        return [f"{default} {k}" for k in range(count)]
    if len(names) != count:
        raise ValueError(f"{function}: expected {count} {what}, got {len(names)}")
    return list(map(str, names))


def frame(function: str, limits: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of both axes, the lower first, or say what is wrong."""
    ends = real(function, "limits", limits, 2)
    if ends.shape != (2, 2) or (ends[:, 0] >= ends[:, 1]).any():
        raise ValueError(
            f"{function}: expected limits ((x_low, x_high), (y_low, y_high)), got {limits}"
        )
    return tuple(ends)


def mapping(function: str, what: str, values: Any) -> dict:
    """Return what is given with names, or say that names are missing."""
    if not isinstance(values, Mapping):
        raise TypeError(
            f"{function}: expected {what} as a dict, each with its name, "
            f"got {type(values).__name__}"
        )
    return dict(values)


def short(value: float) -> str:
    """Return a number in three digits, from a thousand on whole and with commas."""
    text = f"{value + 0.0:,.0f}" if abs(value) >= 1000 else f"{value + 0.0:.3g}"
    return text.replace("-", "−")
