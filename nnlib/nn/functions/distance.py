"""Distances and similarities between vectors, and a loss that compares distances."""

from __future__ import annotations

import numpy as np

from ...ops import add, clamp, div, expand, minimum, mul, norm, sub, sum
from ...ops.promotion import array
from ...ops.shape import axes_of, axis
from ...quiet import silent
from ...tensor import Tensor, raw
from .shared import broadcast_shape, check_reduction, floats, reduced

__all__ = ["cosine_similarity", "normalize", "pairwise_distance", "triplet_margin_loss"]


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    r"""Compute the cosine of the angle between vectors.

    .. math:: \cos = \frac{x_1 \cdot x_2}{\max(|x_1|, ε)\, \max(|x_2|, ε)}

    Parameters
    ----------
    x1, x2 : (..., D, ...) float
        Vectors; their shapes broadcast.
    dim : int
        Axis of length D.
    eps : float
        Lower limit ε of each divisor, whose derivative is always that of the length.

    Returns
    -------
    (...) float
        Cosines in [-1, 1], without the axis dim.

    Raises
    ------
    RuntimeError
        If the shapes don't broadcast, or the inputs aren't floating-point.
    IndexError
        If dim isn't a valid axis.

    Source: Goodfellow et al. (2016), section 2.5.

    >>> round(float(cosine_similarity(np.array([3.0, 4.0]), np.array([6.0, 8.0]), dim=0)), 6)
    1.0
    """
    floats("cosine_similarity", x1), floats("cosine_similarity", x2)
    shape = broadcast_shape("cosine_similarity", x1, x2)
    d = axis("cosine_similarity", dim, len(shape))
    return sum(mul(_unit(expand(x1, shape), d, eps), _unit(expand(x2, shape), d, eps)), d)


@silent
def _unit(x: Tensor, dim: int, eps: float) -> Tensor:
    """Return vectors divided by their lengths, or by eps for shorter vectors."""
    n = norm(x, 2, dim, keepdim=True)
    return div(x, add(n, np.maximum(raw(n), eps) - raw(n)))


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    r"""Divide vectors by their lengths.

    .. math:: y = x / \max(|x|_p, ε)

    Parameters
    ----------
    input : (..., D, ...) float
        Vectors x.
    p : float
        Exponent p of the p-norm.
    dim : int
        Axis of length D.
    eps : float
        Lower limit ε of the lengths to divide by. For shorter vectors, the gradient treats the
        divisor as the constant ε.

    Returns
    -------
    (..., D, ...) float
        Vectors y of length 1, or less if the length of x is below ε.

    Raises
    ------
    RuntimeError
        If the input isn't floating-point.
    IndexError
        If dim isn't a valid axis.

    Source: Goodfellow et al. (2016), section 2.5.

    >>> normalize(np.array([[3.0, 4.0]]))
    array([[0.6, 0.8]])
    """
    axes = axes_of("normalize", dim, floats("normalize", input).ndim)
    return div(input, clamp(norm(input, p, axes, keepdim=True), eps))


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    r"""Compute the distance between the vectors of two batches, pair by pair.

    .. math:: d_n = |x_{1n} - x_{2n} + ε|_p

    Parameters
    ----------
    x1, x2 : (N, D) or (D,) float
        Vectors; their shapes broadcast.
    p : float
        Exponent p of the p-norm.
    eps : float
        Constant ε that is added to each difference, so that the distance between equal vectors
        has a gradient.
    keepdim : bool
        If True, the result has a last axis of length 1.

    Returns
    -------
    (N,) or () float

    Raises
    ------
    RuntimeError
        If the shapes don't broadcast, or an input is boolean.

    Source: Goodfellow et al. (2016), section 2.5.

    >>> round(float(pairwise_distance(np.array([3.0, 0.0]), np.array([0.0, 4.0]))), 4)
    5.0
    """
    broadcast_shape("pairwise_distance", x1, x2)
    return norm(add(sub(x1, x2), eps), p, -1, keepdim)


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
    r"""Compute a hinge loss that moves anchors closer to positives than to negatives.

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
    () float, or (N,) for "none"
        Loss in units of distance.

    Raises
    ------
    ValueError
        If the margin isn't positive, or the reduction is unknown.
    RuntimeError
        If the numbers of axes differ, or the shapes don't broadcast.

    Source: Schroff et al. (2015), section 3.1, which uses squared distances; for ``swap``,
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
        raise RuntimeError(f"{name}: expected inputs with equal numbers of axes, got {shapes}")
    broadcast_shape(name, anchor, positive, negative)
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(name, clamp(add(sub(near, far), margin), min=0), reduction)
