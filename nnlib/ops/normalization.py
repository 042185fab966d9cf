"""Standardization to mean 0 and variance 1, with a scale γ and a shift β.

``standardized`` and ``batch_norm`` have their own gradient rules.
``nn/functions/normalization.py`` composes all kinds of normalization from them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..graph import record_fused
from ..quiet import silent
from ..runs import Runs
from ..tensor import Tensor, raw
from .reduction import mean, sum, var

__all__ = ["batch_norm", "standardized"]


@silent
def standardized(
    input: Tensor,
    slices: tuple[int, int, int],
    weight: Tensor | None,
    bias: Tensor | None,
    shape: tuple[int, ...],
    eps: float,
) -> Tensor:
    r"""Standardize slices of each sample by their own mean and variance.

    slices = (N, G, n) means N samples of G slices of n elements, in the order of the input. The
    weight γ and the bias β have shape ``shape``, and each of their elements applies to the same
    number of neighbouring elements of a sample. For each slice, let z = x - μ and
    σ² = mean z² + eps. Then y = γ z/σ + β, so, with g = dL/dy,

    .. math::
        \frac{dL}{dx} = h - \frac{1}{n} \sum h - \frac{z}{\sigma^2} \frac{1}{n} \sum h z
            \ \text{with}\ h = \frac{\gamma g}{\sigma}, \quad
        \frac{dL}{d\gamma} = \sum \frac{g z}{\sigma}, \quad \frac{dL}{d\beta} = \sum g
    """
    x = raw(input)
    x_shape = x.shape
    N, G, n = slices
    flat = (N * G, n)
    ones = np.ones((n, 1), x.dtype)
    size = math.prod(shape)
    C = size // max(G, 1)
    runs = Runs(N, G, C, n // max(C, 1))
    n = max(n, 1)
    y, z = np.empty(x_shape, x.dtype), np.empty(flat, x.dtype)
    with runs.unbuffered():
        np.subtract(x.reshape(flat), x.reshape(flat) @ ones / n, out=z)
        inv = 1 / np.sqrt(np.vecdot(z, z).reshape(N, G, 1, 1) / n + eps, dtype=x.dtype)
        runs.scaled(z, inv, None if weight is None else raw(weight), out=y)
        if bias is not None:
            runs.change(np.add, y, raw(bias))

    def backward(g, needs, z, inv, w):
        dx, part = np.empty(x_shape, g.dtype), np.empty(runs, g.dtype)
        sum_g, sum_gz = runs.sums(g), runs.dots(g, z, out=part)
        dw, db = inv.reshape(N, G).T[:, None] @ sum_gz, np.ones(N, g.dtype) @ sum_g
        v = np.ones((G, C, 1), g.dtype) if w is None else w.reshape(G, C, 1)
        mean_h, mean_hz = ((a @ v).swapaxes(0, 1)[..., None] * inv / n for a in (sum_g, sum_gz))
        with runs.unbuffered():
            runs.scaled(g, inv, w, out=dx)
            h = dx.reshape(runs)
            h -= np.multiply(z.reshape(runs), mean_hz * inv * inv, out=part)
            h -= mean_h
        return dict(x=dx, w=dw.reshape(shape), b=db.reshape(shape))

    def twice(g, x, w):
        g = g.reshape((N, size, runs.width))
        h = g if w is None else g * w.reshape((-1, 1))
        dx, y = _by_operations(h.reshape(flat), x.reshape(flat), (1,), eps)
        y = y.reshape(g.shape)
        dw, db = (sum(a, (0, 2)).reshape(shape) for a in (g * y, g))
        return dict(x=dx.reshape(x_shape), w=dw, b=db)

    inputs, keep = dict(x=input, w=weight, b=bias), dict(z=z, inv=inv)
    return record_fused(y, inputs, backward, keep=keep, twice=twice)


def _by_operations(g: Any, x: Any, axes: tuple[int, ...], eps: float) -> tuple[Any, Any]:
    """Return dL/dx for g = dL/dy, and y = (x - μ)/σ, computed with recorded operations."""
    inv = (var(x, axes, correction=0, keepdim=True) + eps) ** -0.5
    y = (x - mean(x, axes, True)) * inv
    return inv * (g - mean(g, axes, True) - y * mean(g * y, axes, True)), y


@silent
def batch_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, np.ndarray, np.ndarray]:
    r"""Standardize each channel (axis 1) by the batch's mean and variance; return these too.

    With z = x - μ, σ² = mean z² + eps, n elements in a channel and g = dL/dy: y = γ z/σ + β, so

    .. math::
        \frac{dL}{dx} = \frac{\gamma}{\sigma} \Bigl(g - \frac{1}{n} \sum g
            - \frac{z}{\sigma^2}\, \frac{1}{n} \sum g z\Bigr), \quad
        \frac{dL}{d\gamma} = \frac{1}{\sigma} \sum g z, \quad \frac{dL}{d\beta} = \sum g
    """
    x = raw(input)
    n, last = x.size // x.shape[1], (0, *range(2, x.ndim), 1)
    is_last = x.transpose(last).flags.c_contiguous
    rows = _Rows(x.shape[1], last if is_last else range(x.ndim), is_last)
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
        dx, y = _by_operations(h, x, last[:-1], eps)
        return dict(x=dx, w=sum(g * y, last[:-1]), b=sum(g, last[:-1]))

    inputs = dict(x=input, w=weight, b=bias)
    y = record_fused(y, inputs, backward, keep=dict(z=z, inv=inv), twice=twice)
    return y, mu, v


class _Rows(NamedTuple):
    """Arrays (N, C, ...) as matrices with one sample in each row, in memory order.

    This is faster because NumPy's inner loop runs over a whole sample, and not over the few
    elements of a channel.
    """

    C: int
    order: Sequence[int]  # the order of the axes in memory
    last: bool  # whether channels are last in memory, as in results of convolutions

    def of(self, a: np.ndarray) -> np.ndarray:
        """Return an array as the matrix of samples."""
        return a.transpose(self.order).reshape(len(a), -1)

    def spread(self, v: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return one number for each channel, repeated for each element of a sample."""
        times = rows.shape[1] // self.C
        return np.tile(v, times) if self.last else np.repeat(v, times)

    def total(self, a: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
        """Return the sum over each channel of a, or of the elementwise product of a and b."""
        row = np.ones(len(a), a.dtype) @ a if b is None else np.einsum("nr,nr->r", a, b)
        if self.last:
            return row.reshape(-1, self.C).sum(0)
        return row.reshape(self.C, -1).sum(1)
