"""Activation functions that act along an axis, such as softmax."""

from __future__ import annotations

import numpy as np

from ...generator import generator
from ...ops import add, amax, div, mul, one_hot, reshape, sigmoid, softmax, split
from ...ops.promotion import array
from ...ops.shape import axis
from ...tensor import Tensor, raw
from .shared import floats

__all__ = ["glu", "gumbel_softmax", "maxout"]


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    r"""Sample a class from scores, as a soft one-hot vector that is differentiable.

    .. math:: y = \mathrm{softmax}((z + G) / \tau), \quad G = -\log(-\log U)

    Parameters
    ----------
    logits : (...) float
        Scores z. The largest element of z + G is class c with probability softmax(z)_c.
    tau : float
        Temperature τ. The smaller it is, the closer y is to a one-hot vector.
    hard : bool
        If True, return the one-hot vector of the largest element, with the gradient of y.
    eps : float
        Ignored, as in torch.
    dim : int
        Axis of the classes.

    Returns
    -------
    (...) float

    Raises
    ------
    RuntimeError
        If logits aren't floating-point.
    IndexError
        If dim isn't a valid axis.

    Source: Jang et al. (2017), equation 2.

    >>> float(gumbel_softmax(np.zeros(3), hard=True).sum())
    1.0
    """
    z = floats("gumbel_softmax", logits)
    d = axis("gumbel_softmax", dim, z.ndim)
    noise = -np.log(generator().exponential(size=z.shape)).astype(z.dtype)
    y = softmax(div(add(logits, noise), tau), d)
    if not hard:
        return y
    p = raw(y)
    drawn = np.moveaxis(one_hot(np.argmax(p, d), p.shape[d]), -1, d).astype(p.dtype)
    return add(y, drawn - p)  # the value of the one-hot vector with the gradient of y


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Gated linear unit: y = a σ(b), where a and b are the halves of the input along dim."""
    x = floats("glu", input)
    d = axis("glu", dim, x.ndim)
    if x.ndim == 0 or x.shape[d] % 2:
        raise RuntimeError(f"glu: expected an even length along dim {dim}, got {x.shape}")
    a, b = split(input, x.shape[d] // 2, d) if x.shape[d] else (input, input)
    return mul(a, sigmoid(b))


def maxout(input: Tensor, pieces: int, dim: int = 1) -> Tensor:
    r"""Compute the maximum of each group of neighbours along an axis.

    .. math:: y_i = \max_{j < k} x_{i k + j}

    Parameters
    ----------
    input : (..., D, ...) float
        Values x, such as the outputs of a linear layer.
    pieces : int
        Number k of elements per group, which must divide D.
    dim : int
        Axis of length D.

    Returns
    -------
    (..., D / k, ...) float
        Values y. If several elements tie, they share the gradient equally.

    Raises
    ------
    RuntimeError
        If k doesn't divide D.
    IndexError
        If dim isn't a valid axis.

    Source: Goodfellow et al. (2013), equation 1; not in torch.

    >>> maxout(np.array([[1.0, 5.0, 2.0, 3.0]]), 2)
    array([[5., 3.]])
    """
    shape = array("maxout", input).shape
    d = axis("maxout", dim, len(shape))
    if not shape or pieces < 1 or shape[d] % pieces:
        raise RuntimeError(
            f"maxout: expected pieces to divide the length along dim {dim} of {shape}, "
            f"got {pieces}"
        )
    groups = (*shape[:d], shape[d] // pieces, pieces, *shape[d + 1 :])
    return amax(reshape(input, groups), d + 1)
