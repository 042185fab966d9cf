"""Max pooling and average pooling of images and sequences."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...graph import record, record_fused
from ...ops import permute, scatter_add, squeeze, unsqueeze
from ...ops.convolution import numbers, refuse
from ...ops.promotion import array, whole
from ...tensor import Tensor, raw
from ...windows import Grid, framed
from .convolution import as_image, as_line

__all__ = ["avg_pool1d", "avg_pool2d", "max_pool1d", "max_pool2d"]


def _pool_grid(
    shape: tuple, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Grid:
    """Return the grid of windows; with ``ceil_mode`` they may extend beyond the border."""
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        refuse("a batch of images or one, none of them empty", shape)
    size, k = shape[-2:], numbers("kernel_size", kernel, 1)
    s = k if stride in (None, [], ()) else numbers("stride", stride, 1)
    p, d = numbers("padding", padding, 0), numbers("dilation", dilation, 1)
    if any(2 * p[i] > k[i] for i in (0, 1)):
        refuse("padding of at most half of kernel_size", f"{p} for {k}")
    count = []
    for i in (0, 1):
        room = size[i] + 2 * p[i] - d[i] * (k[i] - 1) - 1
        n = -(-room // s[i]) if ceil_mode else room // s[i]
        last_is_behind = ceil_mode and n * s[i] >= size[i] + p[i]
        count.append(n + 1 - last_is_behind)
    if min(count) < 1:
        refuse(f"room for a window {k}, dilation {d}, padding {p}", f"an image {size}")
    return Grid(size, k, s, p, d, tuple(count))


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    r"""Take the largest value of every window.

    .. math:: y_{n c i j} = \max_{u v} x_{n, c, s i + d u - p, s j + d v - p}

    dL/dy goes to the largest, of equal ones to the first in reading order. NaN counts as
    larger than anything.

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W)
        The images x, taken as -∞ outside.
    kernel_size : int or pair of int
        The height and width of a window.
    stride : int or pair of int, optional
        Steps s from window to window; by default kernel_size.
    padding : int or pair of int
        How far p windows reach beyond the image, at most by half.
    dilation : int or pair of int
        Steps d inside a window.
    ceil_mode : bool
        Whether the last window may end behind the border.
    return_indices : bool
        Whether to tell where in the image (as i W + j) each largest value stands.

    Returns
    -------
    (N, C, I, J) or (C, I, J), or a pair of these
        Images I = ⌊(H + 2p - d (H_kernel - 1) - 1) / s⌋ + 1 pixels high, and indices.

    Raises
    ------
    RuntimeError
        If shape or options do not fit together.

    Source: Goodfellow et al. (2016), section 9.3; chapter "Convolution".

    >>> max_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)
    array([[[ 5.,  7.],
            [13., 15.]]])
    """
    x = array(input)
    grid = _pool_grid(x.shape, kernel_size, stride, padding, dilation, ceil_mode)
    if x.ndim == 3:
        options = (kernel_size, stride, padding, dilation, ceil_mode, return_indices)
        out = max_pool2d(unsqueeze(input, 0), *options)
        return tuple(squeeze(y, 0) for y in out) if return_indices else squeeze(out, 0)
    if x.dtype.kind == "b":
        refuse("numbers", x.dtype)
    return _maximum(input, grid, return_indices)


@whole("max_pool2d")
def _maximum(input: Tensor, grid: Grid, return_indices: bool) -> Any:
    """Return the largest value in each window of images (N, C, H, W), and its index."""
    x = array(input)
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    x = framed(x.transpose(0, 2, 3, 1), grid, lowest)
    rows, columns = (_WindowAxis(i, grid, places) for i, places in enumerate(grid.places))
    lines, right = columns.largest(x)  # first along the lines: the order of equal ones
    y, below = rows.largest(lines)
    shapes = lines.shape, x.shape

    def backward(g, y, right, below):
        g = _copy_in_layout_of(y, g).transpose(0, 2, 3, 1)
        dx = columns.route_gradient(rows.route_gradient(g, below, shapes[0]), right, shapes[1])
        return dict(x=dx[grid.inside].transpose(0, 3, 1, 2))

    def twice(g, x):
        _, at = _maximum(raw(x), grid, True)
        n, c, h, w = x.shape
        g, at = (a.reshape((n, c, math.prod(grid.count))) for a in (g, at))
        dx = scatter_add(np.zeros((n, c, h * w), x.dtype), 2, at, g)
        return dict(x=dx.reshape(x.shape))

    y, kept = y.transpose(0, 3, 1, 2), dict(right=right, below=below)
    out = record_fused(y, dict(x=input), backward, keep=kept, twice=twice)
    if not return_indices:
        return out
    at = np.arange(grid.size[0] * grid.size[1]).reshape(1, *grid.size, 1)
    at = rows.pick_winners(columns.pick_winners(framed(at, grid), right), below)
    at = np.broadcast_to(at.transpose(0, 3, 1, 2), y.shape).copy()
    return out, record(at, dict(x=input))


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Take the largest value of every window of a sequence: ``max_pool2d`` on one axis.

    Parameters
    ----------
    input : (N, C, T) or (C, T)
        The sequences.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        As in ``max_pool2d``.

    Returns
    -------
    (N, C, I) or (C, I), or a pair of these
        The largest values, and their indices.

    Raises
    ------
    RuntimeError
        If shape or options do not fit together.

    Source: Goodfellow et al. (2016), section 9.3; chapter "Convolution".

    >>> max_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2)
    array([[3., 2.]])
    """
    steps = None if stride in (None, [], ()) else as_line(stride, 1)
    options = steps, as_line(padding, 0), as_line(dilation, 1), ceil_mode, return_indices
    out = max_pool2d(as_image(input), as_line(kernel_size, 1), *options)
    return tuple(squeeze(y, -2) for y in out) if return_indices else squeeze(out, -2)


class _WindowAxis(NamedTuple):
    """One axis of max-pooling windows, with a slice for each position in a window."""

    axis: int
    grid: Grid
    slices: list[slice]

    @property
    def places(self) -> list[tuple[slice, ...]]:
        """Indices into (N, H, W, C) of the first element of all windows, of the second, ..."""
        return [(slice(None),) * (1 + self.axis) + (at,) for at in self.slices]

    @property
    def first_inside(self) -> list[np.ndarray]:
        """For each position but the first, a mask of windows where the padding ends there."""
        p, n = self.grid.padding[self.axis], self.grid.size[self.axis]
        border = np.ones(self.grid.frame[self.axis], bool)
        border[p : p + n] = False
        members = np.array([border[at] for at in self.slices])
        found = np.logical_and.accumulate(members)[:-1] & ~members[1:]
        return list(found.reshape(*found.shape, *(1,) * (2 - self.axis)))

    def largest(self, x: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return each window's maximum, and for each later position where it is greater."""
        first, *places = self.places
        y, won = x[first], []
        for at in places:
            won.append(x[at] > y)
            y = np.maximum(y, x[at])
        if self.grid.padding[self.axis]:  # the border does not count, even beside -inf
            won = [w | first for w, first in zip(won, self.first_inside, strict=True)]
        if y.size and np.isnan(y.min()):  # NaN beats everything, as in torch
            won = [w | np.isnan(x[at]) for w, at in zip(won, places, strict=True)]
        return y if won else y.copy(), won

    def route_gradient(self, g: np.ndarray, won: list, shape: tuple[int, ...]) -> np.ndarray:
        """Return the gradient of x: g at the maximum of each window, and 0 elsewhere."""
        first, *places = self.places
        dx = np.zeros_like(g, shape=shape)
        apart = self.slices[0].step >= self.slices[-1].start + 1  # windows share no member
        for at, w in zip(places[::-1], won[::-1], strict=True):
            share = np.multiply(g, w, out=dx[at] if apart else None)
            if not apart:
                dx[at] += share
            g = g - share
        dx[first] += g
        return dx

    def pick_winners(self, x: np.ndarray, won: list) -> np.ndarray:
        """Return from another array the elements at the positions of the maxima."""
        first, *places = self.places
        y = x[first]
        for at, w in zip(places, won, strict=True):
            y = np.where(w, x[at], y)
        return y


def _copy_in_layout_of(y: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Return a copy of g with the memory layout of y."""
    out = np.empty_like(y)
    out[...] = g
    return out


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    r"""Take the mean of every window.

    .. math:: y_{n c i j} = \frac{1}{m} \sum_{u v} x_{n, c, s i + u - p, s j + v - p}

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) float
        The images x, taken as 0 outside.
    kernel_size, stride, padding, ceil_mode
        As in ``max_pool2d``.
    count_include_pad : bool
        Whether the zeros of the padding are counted in m; what lies behind them never is.
    divisor_override : int, optional
        Another m for all windows.

    Returns
    -------
    (N, C, I, J) or (C, I, J) float
        Images of the size that ``max_pool2d`` gives.

    Raises
    ------
    RuntimeError
        If shape or options do not fit together.

    Source: Goodfellow et al. (2016), section 9.3; chapter "Convolution".

    >>> avg_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """
    x = array(input)
    grid = _pool_grid(x.shape, kernel_size, stride, padding, 1, ceil_mode)
    if x.dtype.kind != "f":
        refuse("a floating-point dtype", x.dtype)
    if divisor_override == 0:
        refuse("divisor_override other than 0", 0)
    if x.ndim == 3:
        options = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return squeeze(avg_pool2d(unsqueeze(input, 0), *options), 0)
    m = divisor_override or _members(grid, count_include_pad).astype(x.dtype)
    return _mean(input, grid, m)


@whole("avg_pool2d")
def _mean(input: Tensor, grid: Grid, m: Any) -> Tensor:
    """Return the sum over each window of images (N, C, H, W), divided by m."""
    total = permute(input, (0, 2, 3, 1))
    if grid.frame != grid.size:
        y = framed(raw(total), grid)
        total = record(y, dict(x=total), x=lambda g: g[grid.inside])
    for axis, places in enumerate(grid.places, 1):  # of lines, then of what is left of them
        total = _summed(total, axis, places)
    return permute(total / m, (0, 3, 1, 2))


def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Take the mean of every window of a sequence: ``avg_pool2d`` on one axis.

    Parameters
    ----------
    input : (N, C, T) or (C, T) float
        The sequences.
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As in ``avg_pool2d``.

    Returns
    -------
    (N, C, I) or (C, I) float
        The means.

    Raises
    ------
    RuntimeError
        If shape or options do not fit together.

    Source: Goodfellow et al. (2016), section 9.3; chapter "Convolution".

    >>> avg_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2)
    array([[2., 1.]])
    """
    steps = None if stride in (None, [], ()) else as_line(stride, 1)
    options = steps, as_line(padding, 0), ceil_mode, count_include_pad
    return squeeze(avg_pool2d(as_image(input), as_line(kernel_size, 1), *options), -2)


def _members(grid: Grid, count_include_pad: bool) -> np.ndarray:
    """Return the number of elements that count in each window, (I, J, 1)."""
    sides = []
    for n, k, s, p, _, m in zip(*grid, strict=True):
        start = np.arange(m) * s - p
        low, high = (-p, n + p) if count_include_pad else (0, n)
        sides.append(np.minimum(start + k, high) - np.maximum(start, low))
    return np.outer(*sides)[..., None]


def _summed(input: Tensor, axis: int, slices: list[slice]) -> Tensor:
    """Return the sum of slices along an axis; the derivative is ``_repeated``."""
    x, lead = array(input), (slice(None),) * axis
    n = x.shape[axis]
    y = np.zeros_like(x[(*lead, slices[0])])
    for at in slices:
        y += x[(*lead, at)]
    return record(y, dict(x=input), x=lambda g: _repeated(g, axis, slices, n))


def _repeated(input: Tensor, axis: int, slices: list[slice], n: int) -> Tensor:
    """Return zeros of length n along an axis, with x added to each slice."""
    x, lead = array(input), (slice(None),) * axis
    y = np.zeros_like(x, shape=(*x.shape[:axis], n, *x.shape[axis + 1 :]))
    for at in slices:
        y[(*lead, at)] += x
    return record(y, dict(x=input), x=lambda g: _summed(g, axis, slices))
