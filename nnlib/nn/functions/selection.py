"""Activation functions that act along an axis, such as softmax."""

from __future__ import annotations

import numpy as np

from ...generator import generator
from ...ops import add, amax, div, mul, one_hot, reshape, sigmoid, softmax, split
from ...ops.shape import axis
from ...tensor import Tensor, raw
from .shared import elements, floats

__all__ = ["glu", "gumbel_softmax", "maxout"]


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    r"""Draw a class from its scores, softly, so that a gradient can flow through the draw.

    .. math:: y = \mathrm{softmax}((z + G) / \tau), \quad G = -\log(-\log U)

    Parameters
    ----------
    logits : (...) float
        Scores z, of which z + G is largest for class c with probability softmax(z)_c.
    tau : float
        Temperature: the smaller, the closer y is to a row with a single 1.
    hard : bool
        Give that row itself, with the gradient of y.
    eps : float
        Without effect, as in torch.
    dim : int
        The axis of the classes.

    Returns
    -------
    (...) float
        The draw, of the shape of logits.

    Raises
    ------
    RuntimeError
        If logits are not floating-point.
    IndexError
        If there is no axis dim.

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
    return add(y, drawn - p)  # the value of the sample, the gradient of y


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Apply the gated linear unit: y = a σ(b), a and b the halves of the input along dim."""
    x = floats("glu", input)
    d = axis("glu", dim, x.ndim)
    if x.ndim == 0 or x.shape[d] % 2:
        raise RuntimeError(f"glu: expected an even length along dim {dim}, got {x.shape}")
    a, b = split(input, x.shape[d] // 2, d) if x.shape[d] else (input, input)
    return mul(a, sigmoid(b))


def maxout(input: Tensor, pieces: int, dim: int = 1) -> Tensor:
    r"""Return the largest of every few neighbours along an axis: a learned convex function.

    .. math:: y_i = \max_{j < k} x_{i k + j}

    Parameters
    ----------
    input : (..., D, ...) float
        The values x, such as the outputs of a linear layer.
    pieces : int
        How many, k, share one result; D must be a multiple of it.
    dim : int
        The axis of length D.

    Returns
    -------
    (..., D / k, ...) float
        The values y; equal ones share the gradient.

    Raises
    ------
    RuntimeError
        If k does not divide D.
    IndexError
        If there is no axis dim.

    Source: Goodfellow et al. (2013), equation 1; not in torch.

    >>> maxout(np.array([[1.0, 5.0, 2.0, 3.0]]), 2)
    array([[5., 3.]])
    """
    shape = elements("maxout", input).shape
    d = axis("maxout", dim, len(shape))
    if not shape or pieces < 1 or shape[d] % pieces:
        raise RuntimeError(
            f"maxout: expected pieces that divide the length along dim {dim} of {shape}, "
            f"got {pieces}"
        )
    groups = (*shape[:d], shape[d] // pieces, pieces, *shape[d + 1 :])
    return amax(reshape(input, groups), d + 1)
