"""Helpers shared by several functions: checks, in-place results, and loss reduction."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ...graph import change_, titled
from ...ops import mean, mul, sum
from ...ops.promotion import array
from ...ops.reduction import floats
from ...tensor import Tensor, raw

__all__ = [
    "broadcast_shape",
    "check_pair",
    "check_reduction",
    "floats",
    "placed",
    "reduced",
    "weighted",
]


# PyTorch's names for losses that are a single operation there.
TITLES = {
    "binary_cross_entropy": "BinaryCrossEntropyBackward0",
    "binary_cross_entropy_with_logits": "BinaryCrossEntropyWithLogitsBackward0",
    "huber_loss": "HuberLossBackward0",
    "mse_loss": "MseLossBackward0",
    "smooth_l1_loss": "SmoothL1LossBackward0",
}


def reduced(name: str, each: Any, reduction: str, total: float | None = None) -> Any:
    """Return the reduced losses; the mean divides by ``total`` or by the number of losses."""
    check_reduction(name, reduction)
    y = each
    if reduction == "mean":
        y = mean(each) if total is None else sum(each) / (float(total) or math.nan)
    if reduction == "sum":
        y = sum(each)
    return titled(y, TITLES[name]) if name in TITLES else y


def check_reduction(name: str, reduction: str, *more: str) -> None:
    """Raise ValueError for an unknown reduction."""
    if reduction not in ("mean", "sum", "none", *more):
        options = ", ".join(map(repr, ("mean", "sum", *more)))
        raise ValueError(f"{name}: expected reduction {options} or 'none', got {reduction!r}")


def weighted(
    name: str, each: Any, input: Any, weight: Any, reduction: str, by_weight: bool = True
) -> Any:
    """Return reduced weighted losses; if by_weight, the mean divides by the total weight."""
    if weight is None:
        return reduced(name, each, reduction)
    if raw(weight).shape != raw(input).shape:
        raise ValueError(
            f"{name}: expected weight to have input's shape {raw(input).shape}, "
            f"got {raw(weight).shape}"
        )
    total = raw(weight).sum() if by_weight else None
    return reduced(name, mul(each, weight), reduction, total)


def check_pair(name: str, input: Any, target: Any, broadcasts: bool = False) -> None:
    """Raise an error if the target would be broadcast, which is usually a mistake.

    With ``broadcasts``, warn instead; the warning points to the line that calls the loss.
    """
    x, t = array(name, input), raw(target)
    try:
        same = x.shape == t.shape
    except AttributeError:
        kind = type(target).__name__
        raise AttributeError(f"{name}: expected target to be a Tensor, got {kind}") from None
    if not same:
        message = f"{name}: expected target to have input's shape {x.shape}, got {t.shape}"
        if x.size == t.size and 1 in x.shape + t.shape:
            message += "; reshape one of them, for example with squeeze(1) or unsqueeze(1)"
        if not broadcasts:
            raise ValueError(message)
        message += "; they are broadcast, so the loss is probably wrong"
        warnings.warn(message, stacklevel=3)
    if x.dtype.kind != "f" and t.dtype.kind != "f":
        floats(name, x)  # raises RuntimeError, because neither is floating-point


def broadcast_shape(name: str, *inputs: Any) -> tuple[int, ...]:
    """Return the shape to which inputs broadcast."""
    shapes = [array(name, x).shape for x in inputs]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        got = ", ".join(map(str, shapes))
        raise RuntimeError(f"{name}: expected shapes that broadcast, got {got}") from None


def placed(input: Tensor, y: Tensor, inplace: bool) -> Tensor:
    """Return y; with ``inplace``, return the input, overwritten by y."""
    if not inplace:
        return y
    if isinstance(input, Tensor):
        return change_(input, y)
    input[...] = y
    return input
