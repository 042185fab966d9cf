"""What is made of windows over images: pooling, sequences, other sizes.

An image is (C, H, W) to the caller, and (H, W, C) in ``ops/convolution.py`` and mostly in
memory. A sequence (C, T) is an image one pixel high.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from typing import Any, NamedTuple

import numpy as np

from ...graph import record, record_fused
from ...ops import (
    clone,
    conv2d,
    conv_transpose2d,
    flatten,
    max,
    permute,
    reshape,
    scatter_add,
    squeeze,
    unsqueeze,
)
from ...ops.convolution import Grid, grid_of, numbers, refuse, windows
from ...ops.promotion import array
from ...tensor import Tensor, raw

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "conv1d",
    "conv_transpose1d",
    "fold",
    "interpolate",
    "max_pool1d",
    "max_pool2d",
    "pixel_shuffle",
    "pixel_unshuffle",
    "unfold",
]


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    r"""Multiply each kernel with what every window of a sequence shows: ``conv2d`` on one axis.

    .. math:: y_{n o i} = b_o + \sum_{c u} w_{o c u}\, x_{n, c, s i + d u - p}

    Parameters
    ----------
    input : (N, C, T) or (C, T)
        The sequences x, taken as 0 outside.
    weight : (C_out, C / groups, T_kernel)
        The kernels w.
    bias, stride, padding, dilation, groups
        As in ``conv2d``.

    Returns
    -------
    (N, C_out, I) or (C_out, I)
        For each kernel a sequence of length I = ⌊(T + 2p - d (T_kernel - 1) - 1) / s⌋ + 1.

    Raises
    ------
    RuntimeError
        If shapes, dtypes or options do not fit together.

    Source: Goodfellow et al. (2016), section 9.1; chapter "Convolution".

    >>> conv1d(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[-1.0, 1.0]]]))
    array([[[1., 2.]]])
    """
    options = _line(stride, 1), padding if isinstance(padding, str) else _line(padding, 0)
    x, w = _image(input), unsqueeze(weight, -2)
    return squeeze(conv2d(x, w, bias, *options, _line(dilation, 1), groups), -2)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    r"""Spread every element as a multiple of each kernel: ``conv_transpose2d`` on one axis.

    .. math:: y_{n, o, s i + d u - p} \mathrel{+}= x_{n c i} w_{c o u}

    Parameters
    ----------
    input : (N, C, I) or (C, I)
        The sequences x.
    weight : (C, C_out / groups, T_kernel)
        The kernels w.
    bias, stride, padding, output_padding, groups, dilation
        As in ``conv_transpose2d``.

    Returns
    -------
    (N, C_out, T) or (C_out, T)
        Sequences of length T = s (I - 1) - 2p + d (T_kernel - 1) + 1 + output_padding.

    Raises
    ------
    RuntimeError
        If shapes, dtypes or options do not fit together.

    Source: Dumoulin and Visin (2016), chapter 4; chapter "Convolution".

    >>> conv_transpose1d(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 10.0]]]))
    array([[[ 1., 12., 20.]]])
    """
    options = _line(stride, 1), _line(padding, 0), _line(output_padding, 0)
    x, w = _image(input), unsqueeze(weight, -2)
    return squeeze(conv_transpose2d(x, w, bias, *options, groups, _line(dilation, 1)), -2)


def _pool_grid(
    shape: tuple, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Grid:
    """The windows of a pooling; with ceil_mode, also those that end behind the border."""
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
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    x = _framed(x.transpose(0, 2, 3, 1), grid, lowest)
    rows, columns = (_Along(i, grid, places) for i, places in enumerate(grid.places))
    lines, right = columns.largest(x)  # first along the lines: the order of equal ones
    y, below = rows.largest(lines)
    shapes = lines.shape, x.shape

    def backward(g, y, right, below):
        g = _in_order_of(y, g).transpose(0, 2, 3, 1)
        dx = columns.hand_back(rows.hand_back(g, below, shapes[0]), right, shapes[1])
        return dict(x=dx[grid.inside].transpose(0, 3, 1, 2))

    def twice(g, x):
        _, at = max_pool2d(raw(x), kernel_size, stride, padding, dilation, ceil_mode, True)
        n, c, h, w = x.shape
        g, at = (a.reshape((n, c, math.prod(grid.count))) for a in (g, at))
        dx = scatter_add(np.zeros((n, c, h * w), x.dtype), 2, at, g)
        return dict(x=dx.reshape(x.shape))

    y, kept = y.transpose(0, 3, 1, 2), dict(right=right, below=below)
    out = record_fused(y, dict(x=input), backward, keep=kept, twice=twice)
    if not return_indices:
        return out
    at = np.arange(grid.size[0] * grid.size[1]).reshape(1, *grid.size, 1)
    at = rows.follow(columns.follow(_framed(at, grid), right), below)
    at = np.broadcast_to(at.transpose(0, 3, 1, 2), y.shape).copy()
    return out, record(at, dict(x=input))


def _framed(x: np.ndarray, grid: Grid, fill: float = 0) -> np.ndarray:
    """Images (N, H, W, C) with their border, in the same order in memory."""
    if grid.frame == grid.size:
        return x
    y = np.full_like(x, fill, shape=(len(x), *grid.frame, x.shape[3]))
    y[grid.inside] = x
    return y


class _Along(NamedTuple):
    """One axis of the windows of a maximum, and where their members stand on it."""

    axis: int
    grid: Grid
    slices: list[slice]

    @property
    def places(self) -> list[tuple[slice, ...]]:
        """The first members of all windows, the second, ... as indices of (N, H, W, C)."""
        return [(slice(None),) * (1 + self.axis) + (at,) for at in self.slices]

    @property
    def first_inside(self) -> list[np.ndarray]:
        """For each member but the first, in which windows it is the first inside the border."""
        p, n = self.grid.padding[self.axis], self.grid.size[self.axis]
        border = np.ones(self.grid.frame[self.axis], bool)
        border[p : p + n] = False
        members = np.array([border[at] for at in self.slices])
        found = np.logical_and.accumulate(members)[:-1] & ~members[1:]
        return list(found.reshape(*found.shape, *(1,) * (2 - self.axis)))

    def largest(self, x: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """The largest member; and of each but the first, whether it beat those before it."""
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

    def hand_back(self, g: np.ndarray, won: list, shape: tuple[int, ...]) -> np.ndarray:
        """Give g to the last member that won, or to the first."""
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

    def follow(self, x: np.ndarray, won: list) -> np.ndarray:
        """The members that won, of another array."""
        first, *places = self.places
        y = x[first]
        for at, w in zip(places, won, strict=True):
            y = np.where(w, x[at], y)
        return y


def _in_order_of(y: np.ndarray, g: np.ndarray) -> np.ndarray:
    """A copy of g that has its axes in memory as y has."""
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
    total = permute(input, (0, 2, 3, 1))
    if grid.frame != grid.size:
        y = _framed(raw(total), grid)
        total = record(y, dict(x=total), x=lambda g: g[grid.inside])
    for axis, places in enumerate(grid.places, 1):  # of lines, then of what is left of them
        total = _summed(total, axis, places)
    m = divisor_override or _members(grid, count_include_pad).astype(x.dtype)
    return permute(total / m, (0, 3, 1, 2))


def _members(grid: Grid, count_include_pad: bool) -> np.ndarray:
    """How many members of each window count, as (I, J, 1)."""
    sides = []
    for n, k, s, p, _, m in zip(*grid, strict=True):
        start = np.arange(m) * s - p
        low, high = (-p, n + p) if count_include_pad else (0, n)
        sides.append(np.minimum(start + k, high) - np.maximum(start, low))
    return np.outer(*sides)[..., None]


def _summed(input: Tensor, axis: int, slices: list[slice]) -> Tensor:
    """The sum of slices along an axis; dL/dx is dL/dy, added to each of them."""
    x, lead = array(input), (slice(None),) * axis
    n = x.shape[axis]
    y = np.zeros_like(x[(*lead, slices[0])])
    for at in slices:
        y += x[(*lead, at)]
    return record(y, dict(x=input), x=lambda g: _repeated(g, axis, slices, n))


def _repeated(input: Tensor, axis: int, slices: list[slice], n: int) -> Tensor:
    """``_summed``, transposed: zeros of length n along an axis, and x added to each slice."""
    x, lead = array(input), (slice(None),) * axis
    y = np.zeros_like(x, shape=(*x.shape[:axis], n, *x.shape[axis + 1 :]))
    for at in slices:
        y[(*lead, at)] += x
    return record(y, dict(x=input), x=lambda g: _summed(g, axis, slices))


def _shown(input: Tensor, grid: Grid) -> Tensor:
    """Images (N, H, W, C) as windows (N, I, J, H, W, C); dL/dx is dL/dy, overlaid."""
    y = windows(_framed(array(input), grid), grid)
    return record(y, dict(x=input), x=lambda g: _overlaid(g, grid))


def _overlaid(input: Tensor, grid: Grid) -> Tensor:
    """Windows (N, I, J, H, W, C) added where they lie; dL/dx is dL/dy, shown."""
    x = array(input)
    y = np.zeros((len(x), *grid.frame, x.shape[5]), x.dtype)
    for (u, rows), (v, columns) in itertools.product(*map(enumerate, grid.places)):
        y[:, rows, columns] += x[:, :, :, u, v]
    return record(y[grid.inside], dict(x=input), x=lambda g: _shown(g, grid))


def unfold(
    input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    r"""Write every window of an image as a column (im2col): convolution becomes a product.

    .. math:: y_{n, (c, u, v), (i, j)} = x_{n, c, s i + d u - p, s j + d v - p}

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) float
        The images x, taken as 0 outside.
    kernel_size, dilation, padding, stride
        As in ``conv2d``.

    Returns
    -------
    (N, C H_kernel W_kernel, I J) or (C H_kernel W_kernel, I J) float
        The columns; dL/dx is ``fold`` of dL/dy.

    Raises
    ------
    RuntimeError
        If shape or options do not fit together.

    Source: Chellapilla et al. (2006), section 3; chapter "Convolution".

    >>> unfold(np.arange(9.0).reshape(1, 3, 3), 2)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    shape = array(input).shape
    if len(shape) == 3:
        return squeeze(unfold(unsqueeze(input, 0), kernel_size, dilation, padding, stride), 0)
    if len(shape) != 4 or array(input).dtype.kind != "f":
        refuse("images of floating-point numbers", f"{shape}, {array(input).dtype}")
    grid = grid_of(shape[2:], kernel_size, stride, padding, dilation)
    y = permute(_shown(permute(input, (0, 2, 3, 1)), grid), (0, 5, 3, 4, 1, 2))
    n, c, h, w, i, j = y.shape
    return clone(reshape(y, (n, c * h * w, i * j)))


def fold(
    input: Tensor,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor:
    r"""Add columns where their windows lie on an image (col2im): ``unfold``, transposed.

    .. math:: y_{n, c, s i + d u - p, s j + d v - p} \mathrel{+}= x_{n, (c, u, v), (i, j)}

    Parameters
    ----------
    input : (N, C H_kernel W_kernel, I J) or (C H_kernel W_kernel, I J) float
        The columns x.
    output_size : int or pair of int
        The height and width (H, W) of the images.
    kernel_size, dilation, padding, stride
        Those of the ``unfold`` that leads back.

    Returns
    -------
    (N, C, H, W) or (C, H, W) float
        The images; dL/dx is ``unfold`` of dL/dy.

    Raises
    ------
    RuntimeError
        If shape or options do not fit together.

    Source: Chellapilla et al. (2006), section 3; chapter "Convolution".

    >>> fold(np.ones((4, 4)), 3, 2)
    array([[[1., 2., 1.],
            [2., 4., 2.],
            [1., 2., 1.]]])
    """
    x = array(input)
    if x.ndim == 2:
        options = (output_size, kernel_size, dilation, padding, stride)
        return squeeze(fold(unsqueeze(input, 0), *options), 0)
    size = numbers("output_size", output_size, 1)
    grid = grid_of(size, kernel_size, stride, padding, dilation)
    (h, w), (i, j) = grid.kernel, grid.count
    if x.ndim != 3 or x.shape[1] % (h * w) or x.shape[2] != i * j or x.dtype.kind != "f":
        refuse(f"columns of k {h * w} numbers, {i * j} of them", f"{x.shape}, {x.dtype}")
    y = reshape(input, (len(x), x.shape[1] // (h * w), h, w, i, j))
    return permute(_overlaid(permute(y, (0, 4, 5, 2, 3, 1)), grid), (0, 3, 1, 2))


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
    steps = None if stride in (None, [], ()) else _line(stride, 1)
    options = steps, _line(padding, 0), _line(dilation, 1), ceil_mode, return_indices
    out = max_pool2d(_image(input), _line(kernel_size, 1), *options)
    return tuple(squeeze(y, -2) for y in out) if return_indices else squeeze(out, -2)


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
    steps = None if stride in (None, [], ()) else _line(stride, 1)
    options = steps, _line(padding, 0), ceil_mode, count_include_pad
    return squeeze(avg_pool2d(_image(input), _line(kernel_size, 1), *options), -2)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    r"""Take the means of I times J about equal parts of an image.

    .. math:: y_{n c i j} = \operatorname{mean} x_{n c h w}, \quad
        \lfloor i H / I \rfloor \le h < \lceil (i + 1) H / I \rceil, w \text{ likewise}

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) float
        The images x.
    output_size : int, or pair of int or None
        I and J; None keeps the size.

    Returns
    -------
    (N, C, I, J) or (C, I, J) float
        The means.

    Raises
    ------
    RuntimeError
        If shape or size do not fit.

    Source: ``torch.nn.functional.adaptive_avg_pool2d``; chapter "Convolution".

    >>> adaptive_avg_pool2d(np.arange(16.0).reshape(1, 4, 4), 1)
    array([[[7.5]]])
    """
    parts = _parts(input, output_size)
    steps = [_step(*part) for part in parts]
    if all(steps):
        return avg_pool2d(input, *zip(*steps, strict=True))
    y, axes = input, array(input).ndim
    for axis, (starts, ends) in enumerate(parts, axes - 2):
        at = _listed(starts, ends)
        times = (at[:, :, None] == at[:, None]).sum(2)  # how often the row has this member
        share = (1 / (times * (ends - starts)[:, None])).astype(array(input).dtype)
        share = share.reshape(*share.shape, *(1,) * (axes - 1 - axis))
        terms = [_taken(y, axis, at[:, k]) * share[:, k] for k in range(at.shape[1])]
        y = functools.reduce(operator.add, terms)
    return y


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Take the largest values of I times J about equal parts of an image.

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) float
        The images.
    output_size : int, or pair of int or None
        I and J; None keeps the size. The parts are those of ``adaptive_avg_pool2d``.
    return_indices : bool
        Whether to tell where in the image (as i W + j) each largest value stands.

    Returns
    -------
    (N, C, I, J) or (C, I, J) float, or a pair of these
        The largest values, and their indices.

    Raises
    ------
    RuntimeError
        If shape or size do not fit.

    Source: ``torch.nn.functional.adaptive_max_pool2d``; chapter "Convolution".

    >>> adaptive_max_pool2d(np.arange(16.0).reshape(1, 4, 4), (1, 2))
    array([[[13., 15.]]])
    """
    parts = _parts(input, output_size)
    steps = [_step(*part) for part in parts]
    if all(steps):
        return max_pool2d(input, *zip(*steps, strict=True), return_indices=return_indices)
    rows, columns = (_listed(*part) for part in parts)
    (i, h), (j, w) = rows.shape, columns.shape
    at = rows[:, None, :, None] * array(input).shape[-1] + columns[:, None, :]  # (i, j, h, w)
    at = at.reshape(i * j, h * w)
    values, winners = max(flatten(input, -2)[..., at], -1)
    lead = array(input).shape[:-2]
    values = reshape(values, (*lead, i, j))
    if not return_indices:
        return values
    at = at[np.arange(i * j), raw(winners)].reshape(*lead, i, j)
    return values, record(at, dict(x=input))


def _parts(input: Tensor, output_size: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Where the parts of both axes start, and where they end."""
    x = array(input)
    if x.ndim not in (3, 4) or 0 in x.shape[-3:] or x.dtype.kind != "f":
        refuse("images of floating-point numbers", f"{x.shape}, {x.dtype}")
    sizes = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * 2
    if len(sizes) == 2:
        sizes = [n if m is None else m for m, n in zip(sizes, x.shape[-2:], strict=True)]
    sizes = numbers("output_size", sizes, 0)
    counts = zip(map(np.arange, sizes), sizes, x.shape[-2:], strict=True)
    return [(i * n // m, -((i + 1) * n // -m)) for i, m, n in counts]


def _step(starts: np.ndarray, ends: np.ndarray) -> tuple[int, int] | None:
    """The length of the parts and the step from one to the next, if they are all alike."""
    lengths, steps = set(ends - starts), set(np.diff(starts)) or {1}
    alike = len(lengths) == len(steps) == 1 and 0 not in steps  # no step: one pixel, repeated
    return (int(*lengths), int(*steps)) if alike else None


def _listed(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The members of all parts; in a short part the last one fills up the row."""
    longest = (ends - starts).max(initial=1)
    return np.minimum(starts[:, None] + np.arange(longest), ends[:, None] - 1)


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Take the means of I about equal parts of a sequence: ``adaptive_avg_pool2d``.

    Parameters
    ----------
    input : (N, C, T) or (C, T) float
        The sequences.
    output_size : int
        I, the number of parts.

    Returns
    -------
    (N, C, I) or (C, I) float
        The means.

    Raises
    ------
    RuntimeError
        If shape or size do not fit.

    Source: ``torch.nn.functional.adaptive_avg_pool1d``; chapter "Convolution".

    >>> adaptive_avg_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2)
    array([[2., 1.]])
    """
    return squeeze(adaptive_avg_pool2d(_image(input), _line(output_size, 1)), -2)


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    r"""Give images another size, by repeating pixels or by going straight from one to the next.

    .. math:: y_i = (1 - t)\, x_{\lfloor r \rfloor} + t\, x_{\lfloor r \rfloor + 1},
        \quad r = (i + \tfrac12) \tfrac{H}{I} - \tfrac12, \; t = r - \lfloor r \rfloor

    on each axis; with align_corners :math:`r = i (H - 1) / (I - 1)`; and for "nearest"
    :math:`y_i = x_{\lfloor i H / I \rfloor}`.

    Parameters
    ----------
    input : (N, C, H, W) or (N, C, T) float
        The images or sequences x.
    size : int or pair of int, optional
        The new height and width I; or
    scale_factor : float or pair of float, optional
        what to multiply the old ones by.
    mode : {"nearest", "linear", "bilinear"}
        "linear" is for sequences, "bilinear" for images.
    align_corners : bool, optional
        Whether the middles of the outermost pixels stay where they are, or their edges do.
    recompute_scale_factor : bool, optional
        Whether H / I is that of the rounded size, or 1 / scale_factor.
    antialias : bool
        Only False is possible.

    Returns
    -------
    (N, C, I, J) or (N, C, I) float
        The images or sequences y.

    Raises
    ------
    ValueError
        If not just one of size and scale_factor is given, or one of another length.
    NotImplementedError
        If the mode is another, or not for this number of axes.
    RuntimeError
        If nothing would be left.

    Source: Gonzalez and Woods (2018), section 2.4; chapter "Convolution".

    >>> interpolate(np.array([[[0.0, 4.0]]]), scale_factor=2, mode="linear")
    array([[[0., 1., 3., 4.]]])
    """
    x = array(input)
    if x.ndim not in (3, 4) or antialias or mode not in ("nearest", _LINEAR[x.ndim]):
        raise NotImplementedError(
            "interpolate: expected mode nearest, linear for (N, C, T) or bilinear for "
            f"(N, C, H, W), without antialias; got {mode} for {x.shape}"
        )
    if align_corners is not None and mode == "nearest":
        raise ValueError("interpolate: expected align_corners with linear modes only")
    sizes, steps = _new_sizes(x.shape[2:], size, scale_factor, recompute_scale_factor)
    if min(*sizes, *x.shape[1:]) < 1 or x.dtype.kind != "f":
        refuse("images with something left, of floats", f"{x.shape}, {x.dtype} to {sizes}")
    y = input
    for axis, (n, m, step) in enumerate(zip(x.shape[2:], sizes, steps, strict=True), 2):
        if mode == "nearest":
            r = np.floor(np.arange(m, dtype=np.float32) * np.float32(step))
        elif align_corners:
            r = np.arange(m) * ((n - 1) / (m - 1 or 1))
        else:
            r = np.clip((np.arange(m) + 0.5) * step - 0.5, 0, None)
        y = _between(y, axis, np.minimum(r, n - 1))
    return y


_LINEAR = {3: "linear", 4: "bilinear"}


def _new_sizes(old: tuple, size: Any, scale_factor: Any, recompute: Any) -> tuple[list, list]:
    """The new length of each axis, and the old by the new."""
    if (size is None) == (scale_factor is None):
        raise ValueError("interpolate: expected size or scale_factor, one of them")
    given = scale_factor if size is None else size
    given = list(given) if isinstance(given, (tuple, list)) else [given] * len(old)
    if len(given) != len(old):
        raise ValueError(f"interpolate: expected a number for each of {old}, got {given}")
    if scale_factor is None:
        sizes = given
    else:
        sizes = [math.floor(n * f) for n, f in zip(old, given, strict=True)]
    if scale_factor is None or recompute:
        return sizes, [n / (m or 1) for n, m in zip(old, sizes, strict=True)]
    return sizes, [1 / f for f in given]


def _between(input: Tensor, axis: int, r: np.ndarray) -> Tensor:
    """The values at places r along an axis, straight lines between the given ones."""
    n, low = array(input).shape[axis], np.floor(r).astype(int)
    t = (
        (r - low)
        .astype(array(input).dtype)
        .reshape((-1,) + (1,) * (array(input).ndim - 1 - axis))
    )
    y = _taken(input, axis, low)
    if not t.any():
        return y
    return y * (1 - t) + _taken(input, axis, np.minimum(low + 1, n - 1)) * t


def _taken(input: Tensor, axis: int, at: np.ndarray) -> Tensor:
    """The slices at rising places along an axis; dL/dx is dL/dy, added there."""
    n = array(input).shape[axis]
    y = np.take(array(input), at, axis)
    return record(y, dict(x=input), x=lambda g: _added(g, axis, at, n))


def _added(input: Tensor, axis: int, at: np.ndarray, n: int) -> Tensor:
    """Zeros of length n along an axis, with slices added at rising places."""
    x, lead = array(input), (slice(None),) * axis
    y = np.zeros((*x.shape[:axis], n, *x.shape[axis + 1 :]), x.dtype)
    turn = np.arange(len(at)) - np.searchsorted(at, at)  # the first, second, ... at a place
    for k in range(turn.max() + 1):
        y[(*lead, at[turn == k])] += x[(*lead, turn == k)]
    return record(y, dict(x=input), x=lambda g: _taken(g, axis, at))


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    r"""Lay r² channels beside each other, as the pixels of an image r times as large.

    .. math:: y_{c,\, r h + i,\, r w + j} = x_{(c, i, j),\, h,\, w}

    Parameters
    ----------
    input : (..., C r², H, W)
        The images x.
    upscale_factor : int
        The factor r.

    Returns
    -------
    (..., C, r H, r W)
        The images y.

    Raises
    ------
    RuntimeError
        If the channels cannot be divided so.

    Source: Shi et al. (2016), equation 4; chapter "Convolution".

    >>> pixel_shuffle(np.arange(4).reshape(4, 1, 1), 2)
    array([[[0, 1],
            [2, 3]]])
    """
    shape, r = array(input).shape, upscale_factor
    if len(shape) < 3 or r < 1 or shape[-3] % (r * r):
        refuse(f"at least 3 axes, channels divisible by {r} squared, and {r} > 0", shape)
    *lead, c, h, w = shape
    x = reshape(input, (math.prod(lead), c // (r * r), r, r, h, w))
    return reshape(permute(x, (0, 1, 4, 2, 5, 3)), (*lead, c // (r * r), h * r, w * r))


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    r"""Make each square of r² pixels r² channels: ``pixel_shuffle``, undone.

    .. math:: y_{(c, i, j),\, h,\, w} = x_{c,\, r h + i,\, r w + j}

    Parameters
    ----------
    input : (..., C, r H, r W)
        The images x.
    downscale_factor : int
        The factor r.

    Returns
    -------
    (..., C r², H, W)
        The images y.

    Raises
    ------
    RuntimeError
        If height or width cannot be divided so.

    Source: Shi et al. (2016), equation 4; chapter "Convolution".

    >>> pixel_unshuffle(np.arange(4).reshape(1, 2, 2), 2).tolist()
    [[[0]], [[1]], [[2]], [[3]]]
    """
    shape, r = array(input).shape, downscale_factor
    if len(shape) < 3 or r < 1 or shape[-2] % r or shape[-1] % r:
        refuse(f"at least 3 axes, height and width divisible by {r}, and {r} > 0", shape)
    *lead, c, h, w = shape
    x = reshape(input, (math.prod(lead), c, h // r, r, w // r, r))
    return reshape(permute(x, (0, 1, 3, 5, 2, 4)), (*lead, c * r * r, h // r, w // r))


def _line(value: Any, beside: int) -> Any:
    """An option for sequences as one for images one pixel high."""
    if np.size(value) != 1:
        refuse("one number", value)
    return (beside, *value) if isinstance(value, (tuple, list)) else (beside, value)


def _image(input: Tensor) -> Tensor:
    """Sequences as images one pixel high."""
    if array(input).ndim not in (2, 3):
        refuse("sequences (N, C, T) or (C, T)", array(input).shape)
    return unsqueeze(input, -2)
