"""Losses of pairs and triplets of vectors (metric learning)."""

from __future__ import annotations

from ...ops import add, clamp, div, minimum, mul, sqrt, square, sub, sum, where
from ...ops.promotion import array
from ...tensor import Tensor, raw
from .distance import pairwise_distance
from .shared import broadcast_shape, check_reduction, reduced

__all__ = ["cosine_embedding_loss", "triplet_margin_loss"]


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

    Source: Hadsell et al. (2006), section 2.1, for the pairs.

    >>> import numpy as np
    >>> x = np.array([[1.0, 0.0]])
    >>> round(float(cosine_embedding_loss(x, x, np.array([-1]))), 4)
    1.0
    """
    t = raw(target)
    shapes = array(input1).shape, array(input2).shape, t.shape
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

    Source: Schroff et al. (2015), section 3.1, with squared distances there; for ``swap``
    Balntas et al. (2016).

    >>> import numpy as np
    >>> a, b = np.array([0.0, 0.0]), np.array([3.0, 4.0])
    >>> round(float(triplet_margin_loss(a, b, b)), 4)
    1.0
    """
    name = "triplet_margin_loss"
    check_reduction(name, reduction)
    if not margin > 0:
        raise ValueError(f"{name}: expected margin > 0, got {margin}")
    shapes = [array(x).shape for x in (anchor, positive, negative)]
    if len({len(shape) for shape in shapes}) > 1:
        raise RuntimeError(f"{name}: expected as many axes of each input, got {shapes}")
    broadcast_shape(name, anchor, positive, negative)
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(name, clamp(add(sub(near, far), margin), min=0), reduction)
