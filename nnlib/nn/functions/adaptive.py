"""Adaptive pooling, with a number of windows that doesn't depend on the image size."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from ...graph import record
from ...ops import flatten, max, reshape, squeeze
from ...ops.convolution import numbers, refuse
from ...ops.promotion import array, whole
from ...ops.shape import call_as
from ...tensor import Tensor, raw
from .convolution import as_image, as_line
from .pooling import avg_pool2d, max_pool2d
from .resizing import taken

__all__ = ["adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_max_pool2d"]


@whole("adaptive_avg_pool2d")
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    r"""Compute the means of I × J parts of about the same size.

    .. math:: y_{n c i j} = \operatorname{mean} x_{n c h w}, \quad
        \lfloor i H / I \rfloor \le h < \lceil (i + 1) H / I \rceil, w \text{ likewise}

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) float
        Images x.
    output_size : int, or pair of int or None
        I and J; None means the size of the input.

    Returns
    -------
    (N, C, I, J) or (C, I, J) float

    Raises
    ------
    RuntimeError
        If the shape and the size are incompatible.

    Source: ``torch.nn.functional.adaptive_avg_pool2d``; chapter "Convolution".

    >>> adaptive_avg_pool2d(np.arange(16.0).reshape(1, 4, 4), 1)
    array([[[7.5]]])
    """
    parts = _parts("adaptive_avg_pool2d", input, output_size)
    steps = [_step(*part) for part in parts]
    if all(steps):
        return avg_pool2d(input, *zip(*steps, strict=True))
    y, x = input, raw(input)
    axes = x.ndim
    for axis, (starts, ends) in enumerate(parts, axes - 2):
        at = _listed(starts, ends)
        times = (at[:, :, None] == at[:, None]).sum(2)  # how often an index occurs in a window
        weight = (1 / (times * (ends - starts)[:, None])).astype(x.dtype)
        weight = weight.reshape(*weight.shape, *(1,) * (axes - 1 - axis))
        terms = [taken(y, axis, at[:, k]) * weight[:, k] for k in range(at.shape[1])]
        y = functools.reduce(operator.add, terms)
    return y


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Compute the means of output_size parts of sequences (N, C, T).

    This is ``adaptive_avg_pool2d`` along a single axis.

    >>> adaptive_avg_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2)
    array([[2., 1.]])
    """
    name = "adaptive_avg_pool1d"
    image, size = as_image(name, input), as_line(name, output_size, 1)
    return squeeze(call_as(name, adaptive_avg_pool2d, image, size), -2)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Compute the maxima of I × J parts of about the same size.

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) float
        Images x.
    output_size : int, or pair of int or None
        I and J; None means the size of the input. The parts are the same as in
        ``adaptive_avg_pool2d``.
    return_indices : bool
        If True, also return the position of each maximum in its image, as i W + j.

    Returns
    -------
    (N, C, I, J) or (C, I, J) float, or a pair of such tensors
        The maxima, and the indices if ``return_indices`` is True.

    Raises
    ------
    RuntimeError
        If the shape and the size are incompatible.

    Source: ``torch.nn.functional.adaptive_max_pool2d``; chapter "Convolution".

    >>> adaptive_max_pool2d(np.arange(16.0).reshape(1, 4, 4), (1, 2))
    array([[[13., 15.]]])
    """
    parts = _parts("adaptive_max_pool2d", input, output_size)
    steps = [_step(*part) for part in parts]
    if all(steps):
        return max_pool2d(input, *zip(*steps, strict=True), return_indices=return_indices)
    rows, columns = (_listed(*part) for part in parts)
    (i, h), (j, w) = rows.shape, columns.shape
    at = rows[:, None, :, None] * raw(input).shape[-1] + columns[:, None, :]  # (i, j, h, w)
    at = at.reshape(i * j, h * w)
    values, winners = max(flatten(input, -2)[..., at], -1)
    lead = raw(input).shape[:-2]
    values = reshape(values, (*lead, i, j))
    if not return_indices:
        return values
    at = at[np.arange(i * j), raw(winners)].reshape(*lead, i, j)
    return values, record(at, dict(x=input))


def _parts(name: str, input: Tensor, output_size: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the start and end indices of the windows along each axis."""
    x = array(name, input)
    if x.ndim not in (3, 4) or 0 in x.shape[-3:] or x.dtype.kind != "f":
        refuse(name, "non-empty float input (N, C, H, W) or (C, H, W)", f"{x.shape}, {x.dtype}")
    sizes = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * 2
    if len(sizes) == 2:
        sizes = [n if m is None else m for m, n in zip(sizes, x.shape[-2:], strict=True)]
    sizes = numbers(name, "output_size", sizes, 0)
    counts = zip(map(np.arange, sizes), sizes, x.shape[-2:], strict=True)
    return [(i * n // m, -((i + 1) * n // -m)) for i, m, n in counts]


def _step(starts: np.ndarray, ends: np.ndarray) -> tuple[int, int] | None:
    """Return the length and the stride of the windows, or None if they vary."""
    lengths, steps = set(ends - starts), set(np.diff(starts)) or {1}
    is_regular = len(lengths) == len(steps) == 1 and 0 not in steps  # stride 0 repeats a pixel
    return (int(*lengths), int(*steps)) if is_regular else None


def _listed(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the indices of each window as a row; shorter windows repeat their last index."""
    longest = (ends - starts).max(initial=1)
    return np.minimum(starts[:, None] + np.arange(longest), ends[:, None] - 1)
