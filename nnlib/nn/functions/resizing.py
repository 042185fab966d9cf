"""Interpolation to a different image size, and pixel shuffle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...graph import record
from ...ops import permute, reshape
from ...ops.convolution import refuse
from ...ops.promotion import array
from ...tensor import Tensor, raw

__all__ = ["interpolate", "pixel_shuffle"]

_LINEAR = {3: "linear", 4: "bilinear"}


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    r"""Resize images by repeating pixels or by linear interpolation.

    .. math:: y_i = (1 - t)\, x_{\lfloor r \rfloor} + t\, x_{\lfloor r \rfloor + 1},
        \quad r = (i + \tfrac12) \tfrac{H}{I} - \tfrac12, \; t = r - \lfloor r \rfloor

    on each axis, with r limited to [0, H - 1]. With align_corners,
    :math:`r = i (H - 1) / (I - 1)`. For "nearest", :math:`y_i = x_{\lfloor i H / I \rfloor}`.

    Parameters
    ----------
    input : (N, C, H, W) or (N, C, T) float
        Images or sequences x.
    size : int or pair of int, optional
        New height I and width J.
    scale_factor : float or pair of float, optional
        Scale factor; give either this or ``size``.
    mode : {"nearest", "linear", "bilinear"}
        "linear" is for sequences, and "bilinear" is for images.
    align_corners : bool, optional
        If True, align the centres of the corner pixels; otherwise, align their outer edges.
    recompute_scale_factor : bool, optional
        If True, compute H / I from the rounded size; otherwise, use 1 / scale_factor.
    antialias : bool
        Must be False, because this option of torch isn't implemented.

    Returns
    -------
    (N, C, I, J) or (N, C, I) float

    Raises
    ------
    ValueError
        If size and scale_factor are both missing or both given, the one given has the wrong
        length, or align_corners is given for "nearest".
    NotImplementedError
        If the mode is unknown or unsuitable for this number of axes, or antialias is True.
    RuntimeError
        If the result would be empty, or the dtype isn't floating-point.

    Source: Gonzalez and Woods (2018), section 2.4; chapter "Convolution".

    >>> interpolate(np.array([[[0.0, 4.0]]]), scale_factor=2, mode="linear")
    array([[[0., 1., 3., 4.]]])
    """
    x = array("interpolate", input)
    if x.ndim not in (3, 4) or antialias or mode not in ("nearest", _LINEAR[x.ndim]):
        raise NotImplementedError(
            "interpolate: expected mode 'nearest', 'linear' for (N, C, T) or 'bilinear' for "
            f"(N, C, H, W), without antialias; got {mode!r} for {x.shape}"
        )
    if align_corners is not None and mode == "nearest":
        raise ValueError(
            f"interpolate: expected align_corners=None for mode 'nearest', got {align_corners}"
        )
    sizes, steps = _new_sizes(x.shape[2:], size, scale_factor, recompute_scale_factor)
    if min(*sizes, *x.shape[1:]) < 1 or x.dtype.kind != "f":
        refuse(
            "interpolate",
            "floating-point images and at least one output pixel",
            f"{x.dtype} {x.shape} and output size {sizes}",
        )
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


def _new_sizes(old: tuple, size: Any, scale_factor: Any, recompute: Any) -> tuple[list, list]:
    """Return the new length of each axis, and the ratios of old to new lengths."""
    if (size is None) == (scale_factor is None):
        got = "neither" if size is None else "both"
        raise ValueError(f"interpolate: expected size or scale_factor, got {got}")
    option = scale_factor if size is None else size
    values = list(option) if isinstance(option, (tuple, list)) else [option] * len(old)
    if len(values) != len(old):
        raise ValueError(f"interpolate: expected a number for each axis of {old}, got {values}")
    if scale_factor is None:
        sizes = values
    else:
        sizes = [math.floor(n * f) for n, f in zip(old, values, strict=True)]
    if scale_factor is None or recompute:
        return sizes, [n / (m or 1) for n, m in zip(old, sizes, strict=True)]
    return sizes, [1 / f for f in values]


def _between(input: Tensor, axis: int, r: np.ndarray) -> Tensor:
    """Return linear interpolations along an axis at the coordinates r."""
    x = raw(input)
    n, low = x.shape[axis], np.floor(r).astype(int)
    t = (r - low).astype(x.dtype).reshape((-1,) + (1,) * (x.ndim - 1 - axis))
    y = taken(input, axis, low)
    if not t.any():
        return y
    return y * (1 - t) + taken(input, axis, np.minimum(low + 1, n - 1)) * t


def taken(input: Tensor, axis: int, at: np.ndarray) -> Tensor:
    """Return the slices at ascending indices along an axis; the derivative is ``_added``."""
    n = raw(input).shape[axis]
    y = np.take(raw(input), at, axis)
    return record(y, dict(x=input), x=lambda g: _added(g, axis, at, n))


def _added(input: Tensor, axis: int, at: np.ndarray, n: int) -> Tensor:
    """Return zeros of length n along an axis, with slices added at ascending indices."""
    x, lead = raw(input), (slice(None),) * axis
    y = np.zeros((*x.shape[:axis], n, *x.shape[axis + 1 :]), x.dtype)
    turn = np.arange(len(at)) - np.searchsorted(at, at)  # 0, 1, ... at each index
    for k in range(turn.max() + 1):
        y[(*lead, at[turn == k])] += x[(*lead, turn == k)]
    return record(y, dict(x=input), x=lambda g: taken(g, axis, at))


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    r"""Arrange r² channels as the pixels of an image that is r times as high and wide.

    .. math:: y_{c,\, r h + i,\, r w + j} = x_{(c, i, j),\, h,\, w}

    Parameters
    ----------
    input : (..., C r², H, W)
        Images x.
    upscale_factor : int
        Factor r.

    Returns
    -------
    (..., C, r H, r W)

    Raises
    ------
    RuntimeError
        If r² doesn't divide the number of channels.

    Source: Shi et al. (2016), equation 4; chapter "Convolution".

    >>> pixel_shuffle(np.arange(4).reshape(4, 1, 1), 2)
    array([[[0, 1],
            [2, 3]]])
    """
    shape, r = array("pixel_shuffle", input).shape, upscale_factor
    if len(shape) < 3 or r < 1 or shape[-3] % (r * r):
        what = "at least 3 axes, upscale_factor > 0, and channels divisible by its square"
        refuse("pixel_shuffle", what, f"{shape} and {r}")
    *lead, c, h, w = shape
    x = reshape(input, (math.prod(lead), c // (r * r), r, r, h, w))
    return reshape(permute(x, (0, 1, 4, 2, 5, 3)), (*lead, c // (r * r), h * r, w * r))
