"""Convolution: a window moves over an image, and each kernel is multiplied with what it shows.

An image is (C, H, W) to the caller, and (H, W, C) here and mostly in memory: so the numbers
of a window stand in a few long runs, and nothing is rearranged between two layers. Gathered
as the rows of a matrix, all windows meet all kernels in one product. An image of one axis
is one pixel high. Pooling, of the same windows, stands in ``nn/functions/vision.py``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..graph import record_fused
from ..tensor import Tensor, raw
from .promotion import public_name
from .reduction import sum
from .shape import squeeze, transpose, unsqueeze

__all__ = ["conv2d", "conv_transpose2d"]

# Which of these are methods of Tensor, and which of those have a form that works in place.
METHODS = IN_PLACE = ""

BLOCK = 1 << 19  # numbers gathered at a time: 2 MB of float32, which stay in the cache
Pair = tuple[int, int]


class Grid(NamedTuple):
    """Where windows lie on an image: for each, a number for H and one for W."""

    size: Pair  # of the image
    kernel: Pair  # the size of a window
    stride: Pair
    padding: Pair  # before the image; behind it, as much as the last window needs
    dilation: Pair
    count: Pair  # of windows

    @property
    def places(self) -> list[list[slice]]:
        """Where the first, second, ... rows of all windows stand, and where the columns."""
        axes = zip(self.kernel, self.stride, self.dilation, self.count, strict=True)
        return [
            [slice(i * d, i * d + (n - 1) * s + 1, s) for i in range(k)] for k, s, d, n in axes
        ]

    @property
    def frame(self) -> Pair:
        """The size of the image with its border."""
        axes = zip(self.padding, self.size, self.places, strict=True)
        return tuple(max(p + n, places[-1].stop) for p, n, places in axes)

    @property
    def inside(self) -> tuple[slice, ...]:
        """The image inside its border, as an index."""
        (p, q), (h, w) = self.padding, self.size
        return slice(None), slice(p, p + h), slice(q, q + w)


def refuse(expected: str, got: Any) -> None:
    """Raise an error in the name of the operation that was called."""
    raise RuntimeError(f"{public_name()}: expected {expected}, got {got}")


def numbers(what: str, value: Any, least: int) -> Pair:
    """A number for H and one for W."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    values = values * 2 if len(values) == 1 else values
    if len(values) != 2 or not all(isinstance(v, int) and v >= least for v in values):
        refuse(f"{what} of an integer >= {least} for each axis", repr(value))
    return values


def grid_of(size: Pair, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Grid:
    """The windows that fit on an image with its border."""
    k, s = numbers("kernel_size", kernel, 1), numbers("stride", stride, 1)
    p, d = numbers("padding", padding, 0), numbers("dilation", dilation, 1)
    room = [size[i] + 2 * p[i] - d[i] * (k[i] - 1) for i in (0, 1)]
    if min(*room, *size) < 1:
        refuse(f"room for a window {k}, dilation {d}, padding {p}", f"an image {size}")
    return Grid(size, k, s, p, d, tuple((room[i] - 1) // s[i] + 1 for i in (0, 1)))


def windows(x: np.ndarray, grid: Grid) -> np.ndarray:
    """Images (N, H, W, C) in their frame, seen as windows (N, I, J, H, W, C)."""
    (n, h, w, c), (s, t), (d, e) = x.strides, grid.stride, grid.dilation
    shape = (len(x), *grid.count, *grid.kernel, x.shape[3])
    return as_strided(x, shape, (n, s * h, t * w, d * h, e * w, c), writeable=False)


def by_group(x: np.ndarray, groups: int) -> np.ndarray:
    """Images (N, H, W, C) as one matrix (N H W, C / groups) for each group of channels."""
    return x.reshape(math.prod(x.shape[:3]), groups, x.shape[3] // groups).swapaxes(0, 1)


def gathered(x: np.ndarray, grid: Grid, groups: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield a slice of the samples, and their windows as rows of a matrix for each group.

    Few samples at a time, in the same memory: it stays in the cache until it is multiplied.
    Where a row would be filled in runs shorter than a line of windows, as those of one
    channel are, the matrix is filled by columns.
    """
    (n, _, _, c), (i, j), (h, w) = x.shape, grid.count, grid.kernel
    n = min(n, BLOCK // (i * j * h * w * c or 1)) or 1
    short = w * (c // groups) < j
    if short:
        frame = np.zeros((n, c, *grid.frame), x.dtype).transpose(0, 2, 3, 1)
        rows = np.empty((groups, h, w, c // groups, n, i, j), x.dtype)
        rows = rows.transpose(0, 4, 5, 6, 1, 2, 3)
    else:
        frame = np.zeros((n, *grid.frame, c), x.dtype)
        rows = np.empty((groups, n, i, j, h, w, c // groups), x.dtype)
    matrix = rows.reshape(groups, n * i * j, h * w * (c // groups))
    shown = windows(frame, grid).reshape(n, i, j, h, w, groups, c // groups)
    shown, inside = shown.transpose(5, 0, 1, 2, 3, 4, 6), grid.inside
    for start in range(0, len(x), n):
        some = x[start : start + n]
        m = len(some)
        frame[:m][inside] = some
        np.copyto(rows[:, :m], shown[:, :m])
        yield slice(start, start + m), matrix[:, : m * i * j]


# Kernels are (groups, H, W, inputs, outputs) here.


def correlated(x: Any, grid: Grid, kernels: Any, g: Any = None, y: Any = None) -> Any:
    """Write windows times kernels into y; give windows times g, dL/dkernels if g is dL/dy."""
    groups, *_, outputs = kernels.shape
    matrix = kernels.reshape(groups, math.prod(kernels.shape[1:4]), outputs)
    d_matrix = np.zeros_like(matrix)
    for some, rows in gathered(x, grid, groups):
        if y is not None:
            np.matmul(rows, matrix, out=by_group(y[some], groups))
        if g is not None:
            d_matrix += rows.swapaxes(1, 2) @ by_group(g[some], groups)
    return d_matrix.reshape(kernels.shape)


def spread(g: np.ndarray, grid: Grid, kernels: np.ndarray, dx: np.ndarray) -> None:
    """Write into dx every g times the kernels, added where its window lies."""
    c, groups = dx.shape[3], len(kernels)
    n = BLOCK // (c * math.prod(grid.frame) or 1) or 1
    for start in range(0, len(g), n):
        some = by_group(g[start : start + n], groups)
        total = np.zeros((len(g[start : start + n]), *grid.frame, c), g.dtype)
        term = np.empty((len(total), *grid.count, c), g.dtype)
        for (u, rows), (v, columns) in itertools.product(*map(enumerate, grid.places)):
            np.matmul(some, kernels[:, u, v].swapaxes(1, 2), out=by_group(term, groups))
            total[:, rows, columns] += term
        dx[start : start + n] = total[grid.inside]


def mirrored(kernels: np.ndarray) -> np.ndarray:
    """Kernels from outputs to inputs, upside down."""
    return kernels[:, ::-1, ::-1].swapaxes(3, 4)


def adjoint(g: Any, grid: Grid, kernels: Any, x: Any = None, dx: Any = None) -> Any:
    """Write the gradient of ``correlated`` by x into dx; give the one by the kernels.

    An x meets a kernel in reverse order. So for stride 1, dx is a convolution of g with the
    mirrored kernels; and the windows of g that are gathered for it, times x, give the other
    gradient too. Where g is much smaller than x, spreading it is cheaper.
    """
    axes = zip(grid.dilation, grid.kernel, grid.padding, strict=True)
    before = tuple(d * (k - 1) - p for d, k, p in axes)
    near = 2 * math.prod(grid.size) <= 3 * math.prod(grid.count)
    if dx is not None and near and grid.stride == (1, 1) and min(before) >= 0:
        back = grid._replace(size=grid.count, padding=before, count=grid.size)
        return mirrored(correlated(g, back, mirrored(kernels), x, dx))
    if dx is not None:
        spread(g, grid, kernels, dx)
    return None if x is None else correlated(x, grid, kernels, g)


def convolution(
    x: Tensor, w: Tensor, b: Any, grid: Grid, groups: int, outputs: int, transposed: bool
) -> Tensor:
    """Convolve, or do what is the derivative of that by the image."""
    forth, back = (adjoint, correlated) if transposed else (correlated, adjoint)

    def last(x):
        return x.transpose(0, 2, 3, 1)

    def kernels(w):
        split = w.reshape(groups, len(w) // groups, *w.shape[1:])
        return np.ascontiguousarray(split.transpose(0, 3, 4, 2, 1))

    size = grid.size if transposed else grid.count
    y = np.empty((len(raw(x)), *size, outputs), raw(x).dtype)
    forth(last(raw(x)), grid, kernels(raw(w)), None, y)
    if b is not None:
        lines = y.reshape(len(y) * size[0], size[1] * outputs)
        lines += np.tile(raw(b), size[1])  # NumPy is slow in short runs

    def backward(g, needs, x, w):
        g, x = np.ascontiguousarray(last(g)), last(x)
        dx = np.empty(x.shape, x.dtype)
        wanted = x if "w" in needs else None, dx if "x" in needs else None
        dw = back(g, grid, kernels(w), *wanted)
        db = np.ones(g.size // outputs, g.dtype) @ by_group(g, 1)[0]
        dw = None if dw is None else dw.transpose(0, 4, 3, 1, 2).reshape(w.shape)
        return dict(x=dx.transpose(0, 3, 1, 2), w=dw, b=db)

    def twice(g, needs, x, w):
        image, windows = (g, x) if transposed else (x, g)
        return dict(
            x=convolution(g, w, None, grid, groups, x.shape[1], not transposed),
            w=kernel_slope(image, windows, grid, groups) if "w" in needs else None,
            b=sum(g, (0, 2, 3)),
        )

    return record_fused(y.transpose(0, 3, 1, 2), dict(x=x, w=w, b=b), backward, twice=twice)


def kernel_slope(x: Tensor, g: Tensor, grid: Grid, groups: int) -> Tensor:
    """dL/dw by recorded operations: x convolved with g, samples in the place of channels."""
    n, c = len(x), x.shape[1] // groups
    x = transpose(x.reshape((n, groups, c, *grid.size)), 0, 2)
    x = x.reshape((c, groups * n, *grid.size))
    grid = Grid(grid.size, grid.count, grid.dilation, grid.padding, grid.stride, grid.kernel)
    return transpose(
        convolution(x, transpose(g, 0, 1), None, grid, groups, g.shape[1], False), 0, 1
    )


def checked(x: np.ndarray, w: np.ndarray, b: Any, groups: int, transposed: bool) -> int:
    """Refuse shapes and dtypes that disagree; give the number of channels that come out."""
    if x.ndim != 4 or w.ndim != 4:
        refuse("a batch of images or one, and kernels (C, C, ...)", f"{x.shape}, {w.shape}")
    dtypes = {a.dtype.name for a in (x, w, b) if a is not None}
    if len(dtypes) > 1:
        refuse("input, weight and bias of one dtype", sorted(dtypes))
    if not len(w) or groups < 1 or len(w) % groups:
        refuse("groups >= 1 that divide the first axis of weight", f"{groups}, {w.shape}")
    ends = len(w), w.shape[1] * groups
    inputs, outputs = ends if transposed else ends[::-1]
    if x.shape[1] != inputs:
        refuse(f"input of {inputs} channels", f"{x.shape[1]}")
    if b is not None and b.shape != (outputs,):
        refuse(f"bias of shape {(outputs,)}", b.shape)
    return outputs


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    r"""Multiply each kernel with what every window of an image shows (cross-correlation).

    .. math:: y_{noij} = b_o + \sum_{cuv} w_{ocuv}\, x_{n, c, s i + d u - p, s j + d v - p}

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W)
        The images x, taken as 0 outside.
    weight : (C_out, C / groups, H_kernel, W_kernel)
        The kernels w.
    bias : (C_out,), optional
        A number b for each kernel.
    stride, dilation : int or pair of int
        Steps s from window to window, and d inside a window.
    padding : int, pair of int, "same" or "valid"
        Zeros p on each side of the image; as many as keep its size, at stride 1; none.
    groups : int
        Parts of the channels, each with kernels of its own.

    Returns
    -------
    (N, C_out, I, J) or (C_out, I, J)
        For each kernel an image, I = ⌊(H + 2p - d (H_kernel - 1) - 1) / s⌋ + 1 pixels high.

    Raises
    ------
    RuntimeError
        If shapes, dtypes or options do not fit together.

    Source: Goodfellow et al. (2016), section 9.1; chapter "Convolution".

    >>> conv2d(np.eye(3).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)))
    array([[[[2., 1.],
             [1., 2.]]]])
    """
    x, w = raw(input), raw(weight)
    if x.ndim == 3:
        y = conv2d(unsqueeze(input, 0), weight, bias, stride, padding, dilation, groups)
        return squeeze(y, 0)
    outputs, size = checked(x, w, raw(bias), groups, False), x.shape[2:]
    if padding == "same" and set(numbers("stride", stride, 1)) == {1}:
        d = numbers("dilation", dilation, 1)
        before = tuple(e * (k - 1) // 2 for e, k in zip(d, w.shape[2:], strict=True))
        grid = Grid(size, w.shape[2:], (1, 1), before, d, size)
    else:
        p = 0 if padding == "valid" else numbers("padding 'same' at stride 1 or", padding, 0)
        grid = grid_of(size, w.shape[2:], stride, p, dilation)
    return convolution(input, weight, bias, grid, groups, outputs, False)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    r"""Spread every pixel as a multiple of each kernel: what ``conv2d`` does, transposed.

    It maps x as the derivative of ``conv2d`` maps a gradient from the output to the input.

    .. math:: y_{n, o, s i + d u - p, s j + d v - p} \mathrel{+}= x_{n c i j} w_{c o u v}

    Parameters
    ----------
    input : (N, C, I, J) or (C, I, J)
        The images x.
    weight : (C, C_out / groups, H_kernel, W_kernel)
        The kernels w.
    bias : (C_out,), optional
        A number added to each image that comes out.
    stride, padding, dilation, groups
        Those of the ``conv2d`` that leads back from y to x.
    output_padding : int or pair of int
        How many pixels larger y is than the smallest image that leads to the size of x.

    Returns
    -------
    (N, C_out, H, W) or (C_out, H, W)
        Images H = s (I - 1) - 2p + d (H_kernel - 1) + 1 + output_padding pixels high.

    Raises
    ------
    RuntimeError
        If shapes, dtypes or options do not fit together.

    Source: Dumoulin and Visin (2016), chapter 4; chapter "Convolution".

    >>> conv_transpose2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)))
    array([[[[1., 2., 1.],
             [2., 4., 2.],
             [1., 2., 1.]]]])
    """
    x, w = raw(input), raw(weight)
    if x.ndim == 3:
        options = (stride, padding, output_padding, groups, dilation)
        return squeeze(conv_transpose2d(unsqueeze(input, 0), weight, bias, *options), 0)
    outputs, k = checked(x, w, raw(bias), groups, True), w.shape[2:]
    s, d = numbers("stride", stride, 1), numbers("dilation", dilation, 1)
    p, more = numbers("padding", padding, 0), numbers("output_padding", output_padding, 0)
    if any(more[i] >= max(s[i], d[i]) for i in (0, 1)):
        refuse("output_padding below stride or dilation", f"{more}, {s}, {d}")
    axes = zip(s, x.shape[2:], p, d, k, more, strict=True)
    size = tuple(s * (n - 1) - 2 * p + d * (k - 1) + 1 + m for s, n, p, d, k, m in axes)
    if min(*size, *k, *x.shape[2:]) < 1:
        refuse("an image of which the padding leaves something", f"{x.shape}, padding {p}")
    grid = Grid(size, k, s, p, d, x.shape[2:])
    return convolution(input, weight, bias, grid, groups, outputs, True)
