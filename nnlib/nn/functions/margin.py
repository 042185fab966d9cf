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
    neg,
    relu,
    sqrt,
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
    "cosine_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "triplet_margin_loss",
]


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    *,
    reduction: str = "mean",
) -> Tensor:
    r"""Compute the hinge loss of pairs of scores, where one score should be larger.

    .. math:: L_i = \max(0, -t_i (x_{1i} - x_{2i}) + m)

    Parameters
    ----------
    input1, input2 : (...) float
        Scores.
    target : (...) float
        1 if the first score should be larger, -1 if the second should be.
    margin : float
        Margin m.
    reduction : {"mean", "sum", "none"}
        How to reduce the losses.

    Returns
    -------
    float, or the common shape for "none"
        Loss in units of input.

    Raises
    ------
    ValueError
        If the reduction is unknown.
    RuntimeError
        If the numbers of axes differ, or the shapes don't broadcast.

    Source: Burges et al. (2005), section 3, for the pairs.

    >>> x = np.array([3.0])
    >>> float(margin_ranking_loss(x, x - 1, np.array([-1.0])))
    1.0
    """
    shapes = [array("margin_ranking_loss", x).shape for x in (input1, input2, target)]
    if len({len(shape) for shape in shapes}) > 1:
        raise RuntimeError(
            f"margin_ranking_loss: expected inputs with equally many axes, got {shapes}"
        )
    broadcast_shape("margin_ranking_loss", input1, input2, target)
    each = clamp(add(neg(mul(target, sub(input1, input2))), margin), min=0)
    return reduced("margin_ranking_loss", each, reduction)


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
    chapter "Loss functions".

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


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    *,
    reduction: str = "mean",
) -> Tensor:
    r"""Compute the hinge loss of the angle between vectors, where matching pairs should align.

    .. math:: L_n = 1 - c_n \text{ for } t_n = 1,
        \quad \max(0, c_n - m) \text{ for } t_n = -1, \quad c_n = \cos(x_{1n}, x_{2n})

    Parameters
    ----------
    input1, input2 : (N, D) or (D,) float
        Vectors.
    target : (N,) or () float or int
        1 or -1; any other value makes the loss 0, as in torch.
    margin : float
        Margin m; non-matching pairs with a cosine of at most m have loss 0.
    reduction : {"mean", "sum", "none"}
        How to reduce the losses.

    Returns
    -------
    float, or (N,) for "none"
        Loss, from 0 to 2 if margin is in [-1, 1].

    Raises
    ------
    ValueError
        If the reduction is unknown.
    RuntimeError
        If the shapes don't match.

    Source: Hadsell et al. (2006), section 2.1, for the pairs.

    >>> x = np.array([[1.0, 0.0]])
    >>> round(float(cosine_embedding_loss(x, x, np.array([-1]))), 4)
    1.0
    """
    t = raw(target)
    name = "cosine_embedding_loss"
    shapes = array(name, input1).shape, array(name, input2).shape, t.shape
    if t.ndim > 1 or any(len(shape) != t.ndim + 1 for shape in shapes[:2]):
        raise RuntimeError(
            "cosine_embedding_loss: expected two inputs (N, D) and target (N,), or (D,) and "
            f"(), got {shapes[0]}, {shapes[1]} and {t.shape}"
        )
    shape = broadcast_shape("cosine_embedding_loss", input1, input2)
    if t.ndim and 1 not in (len(t), shape[0]) and len(t) != shape[0]:
        raise RuntimeError(f"cosine_embedding_loss: expected target {shape[:1]}, got {t.shape}")
    c = _cosine(input1, input2)
    apart = where(t == -1, clamp(sub(c, margin), min=0), 0.0)
    return reduced("cosine_embedding_loss", add(where(t == 1, 1 - c, 0.0), apart), reduction)


def _cosine(a: Tensor, b: Tensor) -> Tensor:
    """Return the cosine similarity, whose gradient is finite even if a vector is 0."""
    squares = mul(add(sum(square(a), -1), 1e-12), add(sum(square(b), -1), 1e-12))
    return div(sum(mul(a, b), -1), sqrt(squares))


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
