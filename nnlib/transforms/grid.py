"""Transforms that move whole pixels: flip, pad, crop, shift."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import number, one_of, whole
from .shared import each, pictures

__all__ = ["crop", "horizontal_flip", "pad", "shift", "ten_crop", "vertical_flip"]

MODES = ("constant", "edge", "reflect", "symmetric")


def horizontal_flip(x: np.ndarray) -> np.ndarray:
    """Swap left and right.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.

    Returns
    -------
    as x
        The mirrored pictures.

    Source: Krizhevsky et al. (2012), section 4.1; chapter "More from the same data".

    >>> horizontal_flip(np.array([[[1, 2, 3]]]))
    array([[[3, 2, 1]]])
    """
    return pictures("horizontal_flip", x)[..., ::-1].copy()


def vertical_flip(x: np.ndarray) -> np.ndarray:
    """Swap top and bottom.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.

    Returns
    -------
    as x
        The mirrored pictures.

    Source: chapter "More from the same data".

    >>> vertical_flip(np.array([[[1], [2]]]))
    array([[[2],
            [1]]])
    """
    return pictures("vertical_flip", x)[..., ::-1, :].copy()


def pad(x: np.ndarray, padding: int, *, fill: float = 0, mode: str = "constant") -> np.ndarray:
    """Put a frame around pictures.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    padding : int
        p, the width of the frame in pixels.
    fill : number
        What it is filled with.
    mode : {"constant", "edge", "reflect", "symmetric"}
        Whether it is filled, or repeats the edge, or mirrors the picture without or with it.

    Returns
    -------
    (..., C, H + 2p, W + 2p)
        The framed pictures.

    Raises
    ------
    ValueError
        If padding is negative or the mode unknown.

    Source: chapter "More from the same data".

    >>> pad(np.array([[[1, 2]]]), 1, fill=9)
    array([[[9, 9, 9, 9],
            [9, 1, 2, 9],
            [9, 9, 9, 9]]])
    """
    x, p = pictures("pad", x), whole("pad", "padding", padding, low=0)
    one_of("pad", "mode", mode, MODES)
    frame = [(0, 0)] * (x.ndim - 2) + [(p, p)] * 2
    options = {"constant_values": number("pad", "fill", fill)} if mode == "constant" else {}
    return np.pad(x, frame, mode, **options)


def crop(x: np.ndarray, top: Any, left: Any, height: int, width: int) -> np.ndarray:
    """Cut a window out of each picture.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    top, left : int or (N,) int
        The window's first row and column, one for all or one for each picture.
    height, width : int
        Its size in pixels.

    Returns
    -------
    (..., C, height, width)
        What is in the windows.

    Raises
    ------
    ValueError
        If a window reaches out of its picture.

    Source: Krizhevsky et al. (2012), section 4.1; chapter "More from the same data".

    >>> crop(np.arange(12).reshape(1, 3, 4), top=1, left=2, height=2, width=2)
    array([[[ 6,  7],
            [10, 11]]])
    """
    x = pictures("crop", x)
    N, (H, W) = x.shape[:-3], x.shape[-2:]
    sides = (("height", height, H), ("width", width, W))
    height, width = (whole("crop", name, n, low=1, high=most) for name, n, most in sides)
    top, left = (_positions("crop", n, v, x) for n, v in (("top", top), ("left", left)))
    i, j = top + np.arange(height)[:, None], left + np.arange(width)
    if not (_within(i, H) and _within(j, W)):
        raise ValueError(
            f"crop: expected top and left of windows within {H} x {W} pixels, got rows "
            f"{i.min()} to {i.max()} and columns {j.min()} to {j.max()}"
        )
    flat = x.reshape(*x.shape[:-2], H * W)
    at = np.broadcast_to(i * W + j, (*N, height, width)).reshape(*N, 1, height * width)
    return np.take_along_axis(flat, at, axis=-1).reshape(*x.shape[:-2], height, width)


def _positions(function: str, argument: str, value: Any, x: np.ndarray) -> np.ndarray:
    """Return whole numbers, one for all pictures or one for each, (..., 1, 1)."""
    value = each(function, argument, value, x)[..., 0]
    if (value != np.round(value)).any():
        raise ValueError(
            f"{function}: expected whole numbers as {argument}, got {value.ravel()}"
        )
    return value.astype(int)


def _within(k: np.ndarray, n: int) -> bool:
    """Return whether all numbers are from 0 to n - 1."""
    return k.min(initial=0) >= 0 and k.max(initial=0) < n


def shift(x: np.ndarray, right: Any, down: Any, *, fill: float = 0) -> np.ndarray:
    """Move each picture by whole pixels.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    right, down : int or (N,) int
        How far, one for all or one for each picture; negative numbers move left and up.
    fill : number
        What comes in at the edge.

    Returns
    -------
    as x
        The moved pictures.

    Source: Krizhevsky et al. (2012), section 4.1; chapter "More from the same data".

    >>> shift(np.array([[[1, 2, 3]]]), right=1, down=0)
    array([[[0, 1, 2]]])
    """
    x = pictures("shift", x)
    number("shift", "fill", fill)
    most = max(x.shape[-2:])  # a larger shift leaves nothing but fill
    named = (("right", right), ("down", down))
    right, down = (
        np.clip(_positions("shift", n, v, x)[..., 0, 0], -most, most) for n, v in named
    )
    most = int(max(abs(right).max(initial=0), abs(down).max(initial=0)))
    return crop(pad(x, most, fill=fill), most - down, most - right, *x.shape[-2:])


def ten_crop(x: np.ndarray, size: int) -> np.ndarray:
    """Cut the four corners and the centre out of each picture and of its mirror image.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    size : int
        S, height and width of the windows.

    Returns
    -------
    (10, ..., C, S, S)
        Top left, top right, bottom left, bottom right, centre; then those of the mirror image.

    Source: Krizhevsky et al. (2012), section 4.1; chapter "LeNet to VGG".

    >>> ten_crop(np.zeros((8, 3, 32, 32)), 28).shape
    (10, 8, 3, 28, 28)
    """
    x = pictures("ten_crop", x)
    whole("ten_crop", "size", size, low=1, high=min(x.shape[-2:]))
    bottom, right = x.shape[-2] - size, x.shape[-1] - size
    middle = (round(bottom / 2), round(right / 2))
    corners = [(0, 0), (0, right), (bottom, 0), (bottom, right), middle]
    both = (x, horizontal_flip(x))
    return np.stack([crop(y, i, j, size, size) for y in both for i, j in corners])
