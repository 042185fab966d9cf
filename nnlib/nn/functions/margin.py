"""The hinge loss of triplets of vectors."""

from __future__ import annotations

from ...ops import (
    add,
    clamp,
    minimum,
    sub,
)
from ...ops.promotion import array
from ...tensor import Tensor
from .distance import pairwise_distance
from .shared import broadcast_shape, check_reduction, reduced

__all__ = [
    "triplet_margin_loss",
]


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
