r"""Convolution and its gradients, as products of matrices.

.. math:: y_{noij} = b_o + \sum_{cuv} w_{ocuv}\, x_{n, c, s i + d u - p, s j + d v - p}

Forward: each window becomes a row of a matrix X (im2col), and each kernel becomes a column of a
matrix K. X has N · I · J rows of H · W · C elements, where (I, J) is the number of windows and
(H, W) the size of one. The product Y = X K then computes all sums, a few images at a time.

Backward: for a product, dL/dK = Xᵀ G and dL/dX = G Kᵀ, where G = dL/dY. A pixel occurs in one
row of X for each window that contains it, so its gradient is the sum of dL/dX at these places.

A transposed convolution is the map from G to dL/dx, so its own backward is a convolution.

Callers pass images with the channels first, but in this file, the channels are last.
Sequences have height 1. ``windows.py`` builds X, and ``nn/functions/convolution.py`` checks the
arguments. Pooling uses the same windows; see ``nn/functions/pooling.py``.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from .. import depthwise
from ..graph import record_fused
from ..quiet import silent
from ..tensor import Tensor, raw
from ..windows import Grid, Pair, by_group, gathered, matrix, windows
from .promotion import whole
from .reduction import sum
from .shape import transpose

__all__ = ["convolution"]


def refuse(name: str, expected: str, got: Any) -> None:
    """Raise a RuntimeError that names the operation."""
    raise RuntimeError(f"{name}: expected {expected}, got {got}")


def numbers(name: str, option: str, value: Any, least: int, others: str = "") -> Pair:
    """Return an option as two integers, for height and width; one integer is used for both.

    ``others`` names further valid values in the error message.
    """
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if len(values) == 1:
        values = values * 2
    if len(values) != 2 or not all(isinstance(v, int) and v >= least for v in values):
        refuse(name, f"{option} to be {others}one or two integers >= {least}", repr(value))
    return values


def too_small(size: Pair, padding: Pair, dilation: Pair) -> str:
    """Return a description of an image in which no window fits, for an error message."""
    return f"{size} with padding {padding} and dilation {dilation}; use a smaller window"


def grid_of(
    name: str, size: Pair, kernel: Any, stride: Any, padding: Any, dilation: Any
) -> Grid:
    """Return the grid of windows that fit in a padded image."""
    k = numbers(name, "kernel_size", kernel, 1)
    s = numbers(name, "stride", stride, 1)
    p = numbers(name, "padding", padding, 0)
    d = numbers(name, "dilation", dilation, 1)
    # Number of window positions on the padded image at stride 1.
    positions = [size[i] + 2 * p[i] - d[i] * (k[i] - 1) for i in (0, 1)]
    if min(*positions, *size) < 1:
        refuse(name, f"an image at least as large as the window {k}", too_small(size, p, d))
    count = tuple((positions[i] - 1) // s[i] + 1 for i in (0, 1))
    return Grid(size, k, s, p, d, count)


# The products with X. Kernels are (groups, H, W, inputs, outputs) here.


def correlated(x: Any, grid: Grid, kernels: Any, g: Any = None, y: Any = None) -> Any:
    """Write the cross-correlation X K into y, and return Xᵀ G, which is dL/dK for g = dL/dy.

    If y or g is None, that product isn't computed.
    """
    if kernels.shape[3:] == (1, 1):
        return channel_by_channel(x, grid, kernels, g, y)
    groups, k = len(kernels), matrix(kernels)
    dk = np.zeros_like(k)
    for part, rows in gathered(x, grid, groups):
        if y is not None:
            np.matmul(matrix(rows), k, out=matrix(by_group(y[part], groups)))
        if g is not None:
            dk += matrix(rows).swapaxes(1, 2) @ matrix(by_group(g[part], groups))
    return dk.reshape(kernels.shape)


def channel_by_channel(x: Any, grid: Grid, kernels: Any, g: Any, y: Any) -> Any:
    """Compute ``correlated`` for a depthwise convolution, with one kernel for each channel.

    Here K would have a single column for each channel, and building X would take most of the
    time. Instead, we compute the sum over u and v as in the formula. At horizontal stride 1, we
    treat all windows in a row of the grid as one contiguous window with J C channels.
    """
    if grid.stride[1] > 1:
        if y is not None:
            y[...] = depthwise.correlation(x, kernels[..., 0, 0], grid)
        return kernels if g is None else depthwise.kernel_gradient(x, g, grid)[..., None, None]
    (n, *_, c), (i, j), (h, w) = x.shape, grid.count, grid.kernel
    frames = np.zeros((n, *grid.frame, c), x.dtype)
    frames[grid.inside] = x
    lines = n, i, 1, j * c
    windows_of_lines = np.lib.stride_tricks.as_strided(
        windows(frames, grid), (*lines[:3], h, w, j * c)
    )
    k = np.tile(kernels.reshape(c, h, w).transpose(1, 2, 0), j)
    if y is not None:
        np.einsum("nijuvc,uvc->nijc", windows_of_lines, k, out=y.reshape(lines))
    dk = k if g is None else np.einsum("nijuvc,nijc->uvc", windows_of_lines, g.reshape(lines))
    return dk.reshape(h, w, j, c).sum(2).transpose(2, 0, 1).reshape(kernels.shape)


def spread(g: np.ndarray, grid: Grid, kernels: np.ndarray, dx: np.ndarray) -> None:
    """Write the gradient of the image, G Kᵀ summed where windows overlap, into dx."""
    if kernels.shape[3:] == (1, 1):
        dx[...] = depthwise.image_gradient(g, kernels[..., 0, 0], grid)[grid.inside]
        return
    frames, term = (
        np.zeros((len(dx), *size, dx.shape[3]), g.dtype) for size in (grid.frame, grid.count)
    )
    for (u, lines), (v, columns) in itertools.product(*map(enumerate, grid.places)):
        k = kernels[:, u, v].swapaxes(1, 2)
        np.matmul(matrix(by_group(g, len(k))), k, out=matrix(by_group(term, len(k))))
        frames[:, lines, columns] += term
    dx[...] = frames[grid.inside]


def mirrored(kernels: np.ndarray) -> np.ndarray:
    """Return kernels rotated by 180°, with inputs and outputs exchanged."""
    return kernels[:, ::-1, ::-1].swapaxes(3, 4)


def adjoint(g: Any, grid: Grid, kernels: Any, x: Any = None, dx: Any = None) -> Any:
    """Write dL/dx into dx, unless it is None, and return dL/dK, unless x is None.

    At stride 1, dx is also a convolution: of g with mirrored kernels. The matrix X of that
    convolution, multiplied by x, is the mirrored gradient of the kernels. We can therefore use
    one X for both gradients and don't have to sum windows. For each image, this X has H · W ·
    (pixels of x) · (output channels) elements, while ``spread`` and the X of the images need
    H · W · (windows) · (input channels). They took equal time when this X was 1.5 times as big.
    """
    before = tuple(d * (k - 1) - p for _, k, _, p, d, _ in zip(*grid, strict=True))
    (h, w), (i, j), (inputs, outputs) = grid.size, grid.count, kernels.shape[3:]
    cheaper = grid.stride == (1, 1) and 2 * h * w * outputs <= 3 * i * j * inputs
    if dx is not None and cheaper and min(before) >= 0:
        back = grid._replace(size=grid.count, padding=before, count=grid.size)
        return mirrored(correlated(g, back, mirrored(kernels), x, dx))
    if dx is not None:
        spread(g, grid, kernels, dx)
    return None if x is None else correlated(x, grid, kernels, g)


@whole("conv2d")
@silent
def convolution(
    x: Tensor, w: Tensor, b: Any, grid: Grid, groups: int, outputs: int, transposed: bool
) -> Tensor:
    """Return the convolution of x or, if ``transposed``, the transposed convolution."""
    forward, back = (adjoint, correlated) if transposed else (correlated, adjoint)

    def kernels(w):  # (outputs, inputs / groups, H, W); if transposed, inputs first
        w = w.reshape(groups, len(w) // groups, *w.shape[1:])
        return np.ascontiguousarray(w.transpose(0, 3, 4, 2, 1))

    size = grid.size if transposed else grid.count
    y = np.empty((len(raw(x)), *size, outputs), raw(x).dtype)
    forward(raw(x).transpose(0, 2, 3, 1), grid, kernels(raw(w)), None, y)
    if b is not None:
        y += np.tile(raw(b), (y.shape[2], 1))  # a row of pixels at a time: short loops are slow

    def backward(g, needs, x, w):
        g = np.ascontiguousarray(g.transpose(0, 2, 3, 1))
        x = x.transpose(0, 2, 3, 1)
        dx = np.empty(x.shape, x.dtype)
        x_for_dw = x if "w" in needs else None
        dx_to_fill = dx if "x" in needs else None
        dw = back(g, grid, kernels(w), x_for_dw, dx_to_fill)
        db = np.ones(g.size // outputs, g.dtype) @ matrix(by_group(g, 1))[0]
        dw = None if dw is None else dw.transpose(0, 4, 3, 1, 2).reshape(w.shape)
        return dict(x=dx.transpose(0, 3, 1, 2), w=dw, b=db)

    def twice(g, needs, x, w):
        image, windows = (g, x) if transposed else (x, g)
        return dict(
            x=convolution(g, w, None, grid, groups, x.shape[1], not transposed),
            w=kernel_gradient(image, windows, grid, groups) if "w" in needs else None,
            b=sum(g, (0, 2, 3)),
        )

    return record_fused(y.transpose(0, 3, 1, 2), dict(x=x, w=w, b=b), backward, twice=twice)


def kernel_gradient(x: Tensor, g: Tensor, grid: Grid, groups: int) -> Tensor:
    """Return dL/dw, the convolution of x with g, computed with recorded operations.

    In the formula for the convolution, y and w switch roles. Therefore (i, j) and (u, v) switch
    too, as do s and d, and the sum is over n instead of c.
    """
    n, c = len(x), x.shape[1] // groups
    grid = Grid(grid.size, grid.count, grid.dilation, grid.padding, grid.stride, grid.kernel)
    x, g = transpose(x.reshape((n, groups, c, *grid.size)), 0, 2), transpose(g, 0, 1)
    x = x.reshape((c, groups * n, *grid.size))
    return transpose(convolution(x, g, None, grid, groups, len(g), False), 0, 1)
