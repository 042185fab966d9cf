"""Products of matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..graph import record
from ..tensor import Tensor, raw
from .reduction import sum
from .shape import reshape, unsqueeze

__all__ = ["linear", "matmul"]


def mT(a: Any) -> Any:
    """The last two axes exchanged."""
    return a.swapaxes(-1, -2)


def rows(a: Any) -> Any:
    """All axes but the last joined."""
    return a.reshape((math.prod(a.shape[:-1]), a.shape[-1]))


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Matrix product: y = a b, so dL/da = dL/dy bᵀ and dL/db = aᵀ dL/dy."""
    a, b = raw(input), raw(other)
    if a.ndim == 0 or b.ndim == 0:
        raise RuntimeError(f"matmul: expected at least one axis each, got {a.shape}, {b.shape}")
    if a.ndim == 1 or b.ndim == 1:
        return _with_vector(input, other, a.ndim, b.ndim)
    if a.dtype != b.dtype:
        raise RuntimeError(f"matmul: expected equal dtypes, got {a.dtype} and {b.dtype}")
    try:
        y = a @ b
    except ValueError:
        raise RuntimeError(
            f"matmul: expected shapes (..., n, k) and (..., k, m), got {a.shape} and {b.shape}"
        ) from None
    return record(y, dict(a=input, b=other), a=lambda g, b: g @ mT(b), b=lambda g, a: mT(a) @ g)


def _with_vector(a: Tensor, b: Tensor, m: int, n: int) -> Tensor:
    """A vector takes part as a row on the left, as a column on the right."""
    y = matmul(unsqueeze(a, 0) if m == 1 else a, unsqueeze(b, 1) if n == 1 else b)
    return reshape(y, y.shape[:-2] + y.shape[-2:][m == 1 : 2 - (n == 1)])


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    r"""Apply a linear layer to the last axis.

    .. math:: y = x W^\top + b

    Parameters
    ----------
    input : (..., D) float
        The vectors x.
    weight : (D_out, D) float
        One row of weights for each output.
    bias : (D_out,) float, optional
        One number for each output.

    Returns
    -------
    (..., D_out) float
        The outputs y.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes disagree.

    Source: Goodfellow et al. (2016), section 6.1; chapter "The softmax classifier".

    >>> linear(np.ones((2, 3)), np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[16.],
           [16.]])
    """
    x, w = raw(input), raw(weight)
    _check_linear(x, w, raw(bias))
    y = x @ w.T
    if bias is not None:
        y += raw(bias)
    return record(
        y,
        dict(x=input, w=weight, b=bias),
        x=lambda g, w: g @ w,
        w=lambda g, x: mT(rows(g)) @ rows(x),
        b=lambda g: sum(rows(g), 0),
    )


def _check_linear(x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> None:
    """Refuse shapes and dtypes that disagree."""
    if w.ndim != 2 or x.ndim == 0 or x.shape[-1] != w.shape[1]:
        raise RuntimeError(
            f"linear: expected input (..., D) and weight (D_out, D), "
            f"got {x.shape} and {w.shape}"
        )
    if b is not None and b.shape != w.shape[:1]:
        raise RuntimeError(f"linear: expected bias {w.shape[:1]}, got {b.shape}")
    if x.dtype != w.dtype or (b is not None and b.dtype != w.dtype):
        raise RuntimeError(
            f"linear: expected one dtype, got input {x.dtype}, weight {w.dtype}, "
            f"bias {None if b is None else b.dtype}"
        )
