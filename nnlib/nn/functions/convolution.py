"""Convolutions and transposed convolutions of sequences and images; unfold and fold.

These functions check their arguments and choose the windows, and ``ops/convolution.py``
computes the results. Images are (N, C, H, W). A sequence (N, C, T) becomes an image of
height 1.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ...graph import record
from ...ops import clone, permute, reshape, squeeze, unsqueeze
from ...ops.convolution import convolution, grid_of, numbers, refuse
from ...ops.promotion import array, mixed
from ...ops.shape import call_as
from ...quiet import silent
from ...tensor import Tensor, holding, raw
from ...windows import Grid, framed, windows

__all__ = ["conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d", "fold", "unfold"]


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Convolve sequences (N, C, T).

    This is ``conv2d`` along a single axis.

    >>> conv1d(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[-1.0, 1.0]]]))
    array([[[1., 2.]]])
    """
    x, w = as_image("conv1d", input), call_as("conv1d", unsqueeze, weight, -2)
    s, d = as_line("conv1d", stride, 1), as_line("conv1d", dilation, 1)
    p = padding if isinstance(padding, str) else as_line("conv1d", padding, 0)
    return squeeze(call_as("conv1d", conv2d, x, w, bias, s, p, d, groups), -2)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    r"""Compute the cross-correlation of images with kernels.

    .. math:: y_{noij} = b_o + \sum_{cuv} w_{ocuv}\, x_{n, c, s i + d u - p, s j + d v - p}

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W)
        Images x, padded with 0.
    weight : (C_out, C / groups, H_kernel, W_kernel)
        Kernels w.
    bias : (C_out,), optional
        Bias b of each kernel.
    stride, dilation : int or pair of int
        Distance s between neighbouring windows, and distance d between neighbouring elements
        of a window.
    padding : int, pair of int, "same" or "valid"
        Number p of zeros to add on each side. "same" preserves the image size, and requires
        stride 1. "valid" adds no zeros.
    groups : int
        Number of groups of channels; each group has its own kernels.

    Returns
    -------
    (N, C_out, I, J) or (C_out, I, J)
        One image for each kernel. The height is
        I = ⌊(H + 2p - d (H_kernel - 1) - 1) / s⌋ + 1.

    Raises
    ------
    RuntimeError
        If the shapes, dtypes or options are incompatible.

    Source: Goodfellow et al. (2016), section 9.1; chapter "Convolution".

    >>> conv2d(np.eye(3).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)))
    array([[[[2., 1.],
             [1., 2.]]]])
    """
    x, w = array("conv2d", input), raw(weight)
    if x.ndim == 3:
        options = (stride, padding, dilation, groups)
        return squeeze(conv2d(unsqueeze(input, 0), weight, bias, *options), 0)
    outputs, size = _checked("conv2d", x, w, raw(bias), groups, False), x.shape[2:]
    if padding == "same" and set(numbers("conv2d", "stride", stride, 1)) == {1}:
        d = numbers("conv2d", "dilation", dilation, 1)
        before = tuple(e * (k - 1) // 2 for e, k in zip(d, w.shape[2:], strict=True))
        grid = Grid(size, w.shape[2:], (1, 1), before, d, size)
    else:
        p = 0
        if padding != "valid":
            p = numbers("conv2d", "padding", padding, 0, "'valid', 'same' with stride 1, or ")
        grid = grid_of("conv2d", size, w.shape[2:], stride, p, dilation)
    return convolution(input, weight, bias, grid, groups, outputs, False)


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
    """Apply the transposed convolution to sequences (N, C, I).

    This is ``conv_transpose2d`` along a single axis.

    >>> conv_transpose1d(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 10.0]]]))
    array([[[ 1., 12., 20.]]])
    """
    name = "conv_transpose1d"
    x, w = as_image(name, input), call_as(name, unsqueeze, weight, -2)
    s, d = as_line(name, stride, 1), as_line(name, dilation, 1)
    p, more = as_line(name, padding, 0), as_line(name, output_padding, 0)
    y = call_as(name, conv_transpose2d, x, w, bias, s, p, more, groups, d)
    return squeeze(y, -2)


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
    r"""Apply the transpose of a ``conv2d``: add a multiple of each kernel for every pixel.

    The map is the same as in the backward pass of ``conv2d``, from dL/dy to dL/dx.

    .. math:: y_{n, o, s i + d u - p, s j + d v - p} \mathrel{+}= x_{n c i j} w_{c o u v}

    Parameters
    ----------
    input : (N, C, I, J) or (C, I, J)
        Images x.
    weight : (C, C_out / groups, H_kernel, W_kernel)
        Kernels w.
    bias : (C_out,), optional
        Bias that is added to each output image.
    stride, padding, dilation, groups
        Options of the ``conv2d`` whose result for y has the shape of x.
    output_padding : int or pair of int
        Additional size of y. Several sizes of y lead to the same size of x, and 0 selects the
        smallest one.

    Returns
    -------
    (N, C_out, H, W) or (C_out, H, W)
        Images y. The height is
        H = s (I - 1) - 2p + d (H_kernel - 1) + 1 + output_padding.

    Raises
    ------
    RuntimeError
        If the shapes, dtypes or options are incompatible.

    Source: Dumoulin and Visin (2016), chapter 4; chapter "Convolution".

    >>> conv_transpose2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)))
    array([[[[1., 2., 1.],
             [2., 4., 2.],
             [1., 2., 1.]]]])
    """
    x, w = array("conv_transpose2d", input), raw(weight)
    if x.ndim == 3:
        options = (stride, padding, output_padding, groups, dilation)
        return squeeze(conv_transpose2d(unsqueeze(input, 0), weight, bias, *options), 0)
    outputs, k = _checked("conv_transpose2d", x, w, raw(bias), groups, True), w.shape[2:]
    s = numbers("conv_transpose2d", "stride", stride, 1)
    d = numbers("conv_transpose2d", "dilation", dilation, 1)
    p = numbers("conv_transpose2d", "padding", padding, 0)
    more = numbers("conv_transpose2d", "output_padding", output_padding, 0)
    if any(more[i] >= max(s[i], d[i]) for i in (0, 1)):
        what = f"output_padding below the stride {s} or the dilation {d}"
        refuse("conv_transpose2d", what, more)
    size = tuple(
        s * (n - 1) - 2 * p + d * (k - 1) + 1 + m
        for s, n, p, d, k, m in zip(s, x.shape[2:], p, d, k, more, strict=True)
    )
    if min(*size, *k, *x.shape[2:]) < 1:
        what = "an output of at least 1 pixel after removing the padding"
        refuse("conv_transpose2d", what, f"input {x.shape}, padding {p}")
    grid = Grid(size, k, s, p, d, x.shape[2:])
    return convolution(input, weight, bias, grid, groups, outputs, True)


def _checked(
    name: str, x: np.ndarray, w: np.ndarray, b: Any, groups: int, transposed: bool
) -> int:
    """Return the number of output channels, after checking shapes and dtypes."""
    if x.ndim != 4:
        refuse(name, "input (N, C, H, W) or (C, H, W)", f"{x.shape}{missing_axes(x.ndim)}")
    if w.ndim != 4:
        refuse(name, "weight with 4 axes (out_channels, in_channels, height, width)", w.shape)
    if len({a.dtype for a in (x, w, b) if a is not None}) > 1:
        raise mixed(name, w.dtype, input=holding(x), weight=w, bias=b)
    if not len(w) or groups < 1 or len(w) % groups:
        what = f"groups >= 1 that divide {len(w)}, the length of weight's first axis"
        refuse(name, what, groups)
    ends = len(w), w.shape[1] * groups
    inputs, outputs = ends if transposed else ends[::-1]
    if x.shape[1] != inputs:
        refuse(name, f"input with {inputs} channel{'s' * (inputs != 1)}", _channels(x, inputs))
    if b is not None and b.shape != (outputs,):
        refuse(name, f"bias of shape {(outputs,)}", b.shape)
    return outputs


def missing_axes(ndim: int) -> str:
    """Return advice on adding missing axes to images, for an error message."""
    if ndim != 2:
        return ""
    return "; add the channel axis of one image with x[None], or use x.view(N, C, H, W)"


def _channels(x: np.ndarray, inputs: int) -> str:
    """Return the number of channels and advice on correcting it, for an error message."""
    if x.shape[2] == 1:  # a sequence is an image of height 1
        got, last = f"{x.shape[1]}", -2
    else:
        got, last = f"{x.shape[1]} in images {x.shape[1:]}", -3
    if inputs == x.shape[3]:
        return f"{got}; if the last axis contains the channels, use x.movedim(-1, {last})"
    if inputs == len(x) == 1 and last == -3:
        return f"{got}; if this is a batch of {x.shape[1]}, insert the channel axis: x[:, None]"
    return got


def as_line(name: str, value: Any, for_height: int) -> Any:
    """Return an option for sequences as an option for images of height 1."""
    if np.size(value) != 1:
        refuse(name, "one number per option", value)
    return (for_height, *value) if isinstance(value, (tuple, list)) else (for_height, value)


def as_image(name: str, input: Tensor) -> Tensor:
    """Return sequences (..., T) as images of height 1, (..., 1, T)."""
    shape = array(name, input).shape
    if len(shape) not in (2, 3):
        refuse(name, "input (N, C, T) or (C, T)", shape)
    return unsqueeze(input, -2)


def unfold(
    input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    r"""Copy each window of an image into a column (im2col).

    .. math:: y_{n, (c, u, v), (i, j)} = x_{n, c, s i + d u - p, s j + d v - p}

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) float
        Images x, padded with 0.
    kernel_size : int or pair of int
        Height and width of a window.
    dilation, padding, stride : int or pair of int
        Numbers d, p and s; see ``conv2d``.

    Returns
    -------
    (N, C H_kernel W_kernel, I J) or (C H_kernel W_kernel, I J) float
        Columns; dL/dx is ``fold`` of dL/dy.

    Raises
    ------
    RuntimeError
        If the shape and the options are incompatible.

    Source: Chellapilla et al. (2006), section 3; chapter "Convolution".

    >>> unfold(np.arange(9.0).reshape(1, 3, 3), 2)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    x = array("unfold", input)
    if x.ndim == 3:
        return squeeze(unfold(unsqueeze(input, 0), kernel_size, dilation, padding, stride), 0)
    if x.ndim != 4 or x.dtype.kind != "f":
        refuse("unfold", "float input (N, C, H, W) or (C, H, W)", f"{x.shape}, {x.dtype}")
    grid = grid_of("unfold", x.shape[2:], kernel_size, stride, padding, dilation)
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
    r"""Add each column to its window of an image (col2im), the transpose of ``unfold``.

    .. math:: y_{n, c, s i + d u - p, s j + d v - p} \mathrel{+}= x_{n, (c, u, v), (i, j)}

    Parameters
    ----------
    input : (N, C H_kernel W_kernel, I J) or (C H_kernel W_kernel, I J) float
        Columns x.
    output_size : int or pair of int
        Height and width (H, W) of the images.
    kernel_size, dilation, padding, stride
        Options of the ``unfold`` that maps y to the shape of x.

    Returns
    -------
    (N, C, H, W) or (C, H, W) float
        Images y; dL/dx is ``unfold`` of dL/dy.

    Raises
    ------
    RuntimeError
        If the shape and the options are incompatible.

    Source: Chellapilla et al. (2006), section 3; chapter "Convolution".

    >>> fold(np.ones((4, 4)), 3, 2)
    array([[[1., 2., 1.],
            [2., 4., 2.],
            [1., 2., 1.]]])
    """
    x = array("fold", input)
    if x.ndim == 2:
        options = (output_size, kernel_size, dilation, padding, stride)
        return squeeze(fold(unsqueeze(input, 0), *options), 0)
    size = numbers("fold", "output_size", output_size, 1)
    grid = grid_of("fold", size, kernel_size, stride, padding, dilation)
    (h, w), (i, j) = grid.kernel, grid.count
    if x.ndim != 3 or x.shape[1] % (h * w) or x.shape[2] != i * j or x.dtype.kind != "f":
        refuse("fold", f"floats (N, C * {h * w}, {i * j})", f"{x.shape}, {x.dtype}")
    y = reshape(input, (len(x), x.shape[1] // (h * w), h, w, i, j))
    return permute(_overlaid(permute(y, (0, 4, 5, 2, 3, 1)), grid), (0, 3, 1, 2))


def _shown(input: Tensor, grid: Grid) -> Tensor:
    """Return the windows of images, (N, I, J, H, W, C); the derivative is ``_overlaid``."""
    y = windows(framed(raw(input), grid), grid)
    return record(y, dict(x=input), x=lambda g: _overlaid(g, grid))


@silent
def _overlaid(input: Tensor, grid: Grid) -> Tensor:
    """Return images in which overlapping windows are summed; the derivative is ``_shown``."""
    x = raw(input)
    y = np.zeros((len(x), *grid.frame, x.shape[5]), x.dtype)
    for (u, rows), (v, columns) in itertools.product(*map(enumerate, grid.places)):
        y[:, rows, columns] += x[:, :, :, u, v]
    return record(y[grid.inside], dict(x=input), x=lambda g: _shown(g, grid))
