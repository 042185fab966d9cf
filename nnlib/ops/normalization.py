"""Values brought to mean 0 and variance 1.

Two operations with a derivative of their own; all kinds of normalization are made of them
in ``nn/functions/normalization.py``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..graph import record_fused
from ..tensor import Tensor, raw
from .reduction import mean, sum, var

__all__ = ["batch_norm", "standardized"]


def standardized(input: Tensor, lead: int, eps: float) -> Tensor:
    """Bring each slice of the axes from lead on to mean 0 and variance 1: y = (x - μ)/σ.

    With σ² = variance + eps and z = x - μ: dx = (g - mean g - z/σ² · mean(g z)) / σ.
    """
    x = raw(input)
    shape, slices = x.shape, (math.prod(x.shape[:lead]), math.prod(x.shape[lead:]))
    n, one = max(slices[1], 1), np.ones((slices[1], 1), x.dtype)
    z = x.reshape(slices)
    z = z - z @ one / n
    inv = 1 / np.sqrt(np.vecdot(z, z)[:, None] / n + eps, dtype=x.dtype)

    def backward(g, z, inv):
        g = g.reshape(slices)
        dx = z * (inv * inv * np.vecdot(g, z)[:, None] / n)
        np.subtract(g, dx, out=dx)
        dx -= g @ np.ones((slices[1], 1), g.dtype) / n
        dx *= inv
        return dict(x=dx.reshape(shape))

    def twice(g, x):
        dx, _ = _by_operations(g.reshape(slices), x.reshape(slices), (1,), eps)
        return dict(x=dx.reshape(shape))

    y = (z * inv).reshape(shape)
    return record_fused(y, dict(x=input), backward, keep=dict(z=z, inv=inv), twice=twice)


def _by_operations(g: Any, x: Any, axes: tuple[int, ...], eps: float) -> tuple[Any, Any]:
    """The same derivative and result, recorded, over any axes."""
    inv = (var(x, axes, correction=0, keepdim=True) + eps) ** -0.5
    y = (x - mean(x, axes, True)) * inv
    return inv * (g - mean(g, axes, True) - y * mean(g * y, axes, True)), y


def batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, np.ndarray, np.ndarray]:
    r"""Standardise each channel (axis 1) by the batch's own mean and variance; give them too.

    With z = x - μ, inv = 1/σ and n elements in a channel: y = γ z/σ + β, so

    .. math::
        \frac{dL}{dx} = \frac{\gamma}{\sigma} \Bigl(g - \frac{1}{n} \sum g
            - \frac{z}{\sigma^2}\, \frac{1}{n} \sum g z\Bigr), \quad
        \frac{dL}{d\gamma} = \frac{1}{\sigma} \sum g z, \quad \frac{dL}{d\beta} = \sum g
    """
    x = raw(input)
    n, axes = x.size // x.shape[1], (0, *range(2, x.ndim))
    rows = _Rows(x.shape[1], np.moveaxis(x, 1, -1).flags.c_contiguous)
    x = x if rows.last else np.ascontiguousarray(x)
    y, z = np.empty_like(x), np.empty_like(x)
    rx, ry, rz = rows.of(x), rows.of(y), rows.of(z)
    mu = rows.total(rx) / n
    np.subtract(rx, rows.spread(mu, rx), out=rz)
    v = rows.total(rz, rz) / n
    inv = 1 / np.sqrt(v + eps, dtype=x.dtype)
    np.multiply(rz, rows.spread(inv if weight is None else inv * raw(weight), rz), out=ry)
    if bias is not None:
        ry += rows.spread(raw(bias), ry)

    def backward(g, z, inv, w):
        dx = np.empty_like(z)
        rg, rz, rd = rows.of(g), rows.of(z), rows.of(dx)
        db, sum_gz = rows.total(rg), rows.total(rg, rz)
        np.multiply(rz, rows.spread(inv * inv * sum_gz / n, rz), out=rd)
        np.subtract(rg, rd, out=rd)
        rd -= rows.spread(db / n, rd)
        rd *= rows.spread(inv if w is None else inv * w, rd)
        return dict(x=dx, w=inv * sum_gz, b=db)

    def twice(g, x, w):
        h = g if w is None else g * w.reshape((-1,) + (1,) * (x.ndim - 2))
        dx, y = _by_operations(h, x, axes, eps)
        return dict(x=dx, w=sum(g * y, axes), b=sum(g, axes))

    inputs = dict(x=input, w=weight, b=bias)
    y = record_fused(y, inputs, backward, keep=dict(z=z, inv=inv), twice=twice)
    return y, mu, v


class _Rows(NamedTuple):
    """An array (N, C, ...) seen as a matrix, one sample a row, in its order in memory.

    So one loop of NumPy runs over a whole sample, not over the few elements of a channel.
    """

    C: int
    last: bool  # whether the channels stand last in memory, as convolutions leave them

    def of(self, a: np.ndarray) -> np.ndarray:
        """The matrix."""
        return (np.moveaxis(a, 1, -1) if self.last else a).reshape(len(a), -1)

    def spread(self, v: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """One number for each channel, as a row like those of a matrix."""
        return (np.tile if self.last else np.repeat)(v, rows.shape[1] // self.C)

    def total(self, a: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
        """The sum over each channel of a matrix, or of the product of two."""
        row = np.ones(len(a), a.dtype) @ a if b is None else np.einsum("nr,nr->r", a, b)
        return row.reshape(-1, self.C).sum(0) if self.last else row.reshape(self.C, -1).sum(1)
