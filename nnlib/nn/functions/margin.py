"""Margin losses (hinge losses) for classes, and for pairs and triplets of vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ops import (
    add,
    clamp,
    div,
    gather,
    minimum,
    mul,
    relu,
    square,
    sub,
    sum,
    where,
)
from ...ops.promotion import array
from ...tensor import Tensor, raw
from .distance import pairwise_distance
from .shared import broadcast_shape, check_reduction, floats, reduced

__all__ = [
    "multi_margin_loss",
    "triplet_margin_loss",
]


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
) -> Tensor:
    r"""Compute the multi-class hinge loss, as in a support vector machine.

    .. math:: L_n = \frac{w_{t}}{C} \sum_{c \ne t} \max(0, m - z_{n t} + z_{n c})^p

    Parameters
    ----------
    input : (N, C) or (C,) float
        Scores z.
    target : (N,) or () int
        Class indices t in [0, C).
    p : {1, 2}
        Exponent.
    margin : float
        Margin m by which the correct class should lead.
    weight : (C,) float, optional
        Weight w of each class. The mean still divides by N.
    reduction : {"mean", "sum", "none"}
        How to reduce the losses of the examples.

    Returns
    -------
    float, or (N,) for "none"
        Loss in units of input, to the power p. The derivative at a lead of exactly m is 0.

    Raises
    ------
    RuntimeError
        If a shape or dtype is wrong, or a class index is outside [0, C).
    ValueError
        If p is neither 1 nor 2, weight isn't a vector, or the reduction is unknown.

    Source: Crammer and Singer (2001), section 3, with the sum of Weston and Watkins (1999);
    chapter "Losses and outputs".

    >>> float(multi_margin_loss(np.array([[2.0, 1.5]]), np.array([0])))
    0.25
    """
    z, t = floats("multi_margin_loss", input), raw(target)
    _check_classes(z, t, p, weight)
    C = z.shape[-1]
    t = t.reshape((*z.shape[:-1], 1))
    lead = relu(add(sub(input, gather(input, -1, t)), margin))
    each = where(t == np.arange(C), 0.0, lead if p == 1 else square(lead))
    if weight is not None:
        each = mul(each, raw(weight)[t])
    each = div(sum(each, -1), C)
    return reduced("multi_margin_loss", each, reduction)


def _check_classes(z: np.ndarray, t: np.ndarray, p: int, weight: Any) -> None:
    """Raise an error unless there is a class index for each row of scores."""
    name = "multi_margin_loss"
    if p not in (1, 2):
        raise ValueError(f"{name}: expected p to be 1 or 2, got {p}")
    if z.ndim not in (1, 2) or not z.shape[-1]:
        raise RuntimeError(f"{name}: expected input (N, C) or (C,), got {z.shape}")
    if t.dtype.kind not in "iu":
        raise RuntimeError(f"{name}: expected integer class indices, got {t.dtype}")
    if t.shape != z.shape[:-1] and not (z.ndim == 1 and t.shape == (1,)):
        raise RuntimeError(f"{name}: expected target {z.shape[:-1]}, got {t.shape}")
    if weight is not None and raw(weight).ndim != 1:
        raise ValueError(f"{name}: expected weight (C,), got {raw(weight).shape}")
    if weight is not None and raw(weight).shape != z.shape[-1:]:
        raise RuntimeError(f"{name}: expected weight {z.shape[-1:]}, got {raw(weight).shape}")
    if t.size and not 0 <= t.min() <= t.max() < z.shape[-1]:
        raise RuntimeError(
            f"{name}: expected class indices in [0, {z.shape[-1] - 1}], "
            f"got {t.min()} to {t.max()}"
        )


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    *,
    reduction: str = "mean",
) -> Tensor:
    r"""Compute the hinge loss of triplets, where the anchor should be closer to the positive.

    .. math:: L_n = \max(0, d(a_n, p_n) - d(a_n, n_n) + m)

    Parameters
    ----------
    anchor, positive, negative : (N, D) or (D,) float
        Vectors; their shapes broadcast.
    margin : float
        Margin m.
    p, eps : float
        Options of the distance d; see ``pairwise_distance``.
    swap : bool
        If True, use d(positive, negative) if it is less than d(anchor, negative).
    reduction : {"mean", "sum", "none"}
        How to reduce the losses.

    Returns
    -------
    float, or (N,) for "none"
        Loss in units of distance.

    Raises
    ------
    ValueError
        If the margin isn't positive, or the reduction is unknown.
    RuntimeError
        If the numbers of axes differ, or the shapes don't broadcast.

    Source: Schroff et al. (2015), section 3.1, with squared distances there; for ``swap``
    Balntas et al. (2016).

    >>> a, b = np.array([0.0, 0.0]), np.array([3.0, 4.0])
    >>> round(float(triplet_margin_loss(a, b, b)), 4)
    1.0
    """
    name = "triplet_margin_loss"
    check_reduction(name, reduction)
    if not margin > 0:
        raise ValueError(f"{name}: expected margin > 0, got {margin}")
    shapes = [array(name, x).shape for x in (anchor, positive, negative)]
    if len({len(shape) for shape in shapes}) > 1:
        raise RuntimeError(f"{name}: expected inputs with equally many axes, got {shapes}")
    broadcast_shape(name, anchor, positive, negative)
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(name, clamp(add(sub(near, far), margin), min=0), reduction)
