"""Losses of pairs and triplets of vectors (metric learning)."""

from __future__ import annotations

from collections.abc import Callable

from ...ops import add, clamp, div, minimum, mul, sqrt, square, sub, sum, where
from ...ops.promotion import array
from ...tensor import Tensor, raw
from .distance import pairwise_distance
from .shared import broadcast_shape, check_reduction, floats, reduced

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, *, reduction: str = "mean"
) -> Tensor:
    r"""Return the hinge loss of distances: near for pairs that belong together, far for others.

    .. math:: L_i = x_i \text{ for } t_i = 1, \quad \max(0, m - x_i) \text{ for } t_i = -1

    Parameters
    ----------
    input : (...) float
        Distances x.
    target : (...) float or int
        1 or -1; the shapes broadcast. Any other value adds both terms, as in torch.
    margin : float
        How far, m, is far enough.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Returns
    -------
    float, or the common shape for "none"
        Loss in units of input; the slope at a distance of m is -1.

    Raises
    ------
    ValueError
        If the reduction is unknown.
    RuntimeError
        If the shapes do not broadcast, or the input is not floating-point.

    Source: Hadsell et al. (2006), section 2.1, with squares there.

    >>> import numpy as np
    >>> hinge_embedding_loss(np.array([0.2, 0.2]), np.array([1, -1]), reduction="none")
    array([0.2, 0.8])
    """
    floats("hinge_embedding_loss", input)
    broadcast_shape("hinge_embedding_loss", input, target)
    t = raw(target)
    apart = where(t != 1, clamp(sub(margin, input), min=0), 0.0)
    return reduced("hinge_embedding_loss", add(apart, where(t != -1, input, 0.0)), reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    *,
    reduction: str = "mean",
) -> Tensor:
    r"""Return the hinge loss of directions, which should agree in pairs that belong together.

    .. math:: L_n = 1 - c_n \text{ for } t_n = 1,
        \quad \max(0, c_n - m) \text{ for } t_n = -1, \quad c_n = \cos(x_{1n}, x_{2n})

    Parameters
    ----------
    input1, input2 : (N, D) or (D,) float
        Vectors.
    target : (N,) or () float or int
        1 or -1; any other value makes the loss 0, as in torch.
    margin : float
        The cosine, m, that is different enough.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Returns
    -------
    float, or (N,) for "none"
        Loss between 0 and 2.

    Raises
    ------
    ValueError
        If the reduction is unknown.
    RuntimeError
        If the shapes disagree.

    Source: Hadsell et al. (2006), section 2.1, for the pairs.

    >>> import numpy as np
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
    """Return the cosine similarity, with a finite gradient also where a vector is 0."""
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
    r"""Return the hinge loss of triplets: the anchor should be nearer to the positive.

    .. math:: L_n = \max(0, d(a_n, p_n) - d(a_n, n_n) + m)

    Parameters
    ----------
    anchor, positive, negative : (N, D) or (D,) float
        Vectors; the shapes broadcast.
    margin : float
        By how much, m.
    p, eps : float
        Of the distance d, ``pairwise_distance``.
    swap : bool
        Use d(positive, negative) where it is less than d(anchor, negative).
    reduction : {"mean", "sum", "none"}
        What becomes of the losses.

    Returns
    -------
    float, or (N,) for "none"
        Loss in units of distance.

    Raises
    ------
    ValueError
        If the margin is not positive or the reduction is unknown.
    RuntimeError
        If the numbers of axes differ or the shapes do not broadcast.

    Source: Schroff et al. (2015), section 3.1, with squared distances there; for ``swap``
    Balntas et al. (2016).

    >>> import numpy as np
    >>> a, b = np.array([0.0, 0.0]), np.array([3.0, 4.0])
    >>> round(float(triplet_margin_loss(a, b, b)), 4)
    1.0
    """

    def distance(a, b):
        return pairwise_distance(a, b, p, eps)

    name = "triplet_margin_loss"
    return _triplet(name, (anchor, positive, negative), distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return ``triplet_margin_loss`` with a distance of one's own in place of a norm.

    >>> import numpy as np
    >>> a, b = np.array([0.0, 0.0]), np.array([3.0, 4.0])
    >>> def distance(x, y):
    ...     return abs(x - y).max(-1)
    >>> float(triplet_margin_with_distance_loss(a, b, a, distance_function=distance))
    5.0
    """
    name, distance = "triplet_margin_with_distance_loss", distance_function or pairwise_distance
    return _triplet(name, (anchor, positive, negative), distance, margin, swap, reduction)


def _triplet(
    name: str, triplet: tuple, distance: Callable, margin: float, swap: bool, reduction: str
) -> Tensor:
    """Return the triplet loss for a distance; ``name`` is the caller's, for errors."""
    check_reduction(name, reduction)
    if not margin > 0:
        raise ValueError(f"{name}: expected margin > 0, got {margin}")
    shapes = [array(name, x).shape for x in triplet]
    if len({len(shape) for shape in shapes}) > 1:
        raise RuntimeError(f"{name}: expected as many axes of each input, got {shapes}")
    broadcast_shape(name, *triplet)
    anchor, positive, negative = triplet
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(name, clamp(add(sub(near, far), margin), min=0), reduction)
