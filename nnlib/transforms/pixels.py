"""Transforms of pixel values: scale, normalize, brighten, add noise, erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..checks import generator, number, reals
from .shared import bright, each, in_dtype_of, pictures

__all__ = [
    "adjust_brightness",
    "adjust_contrast",
    "erase",
    "gaussian_noise",
    "normalize",
    "rgb_to_grayscale",
    "to_image",
]

GREY = np.array([0.2989, 0.587, 0.114])  # perceived brightness of red, green and blue


def to_image(x: np.ndarray) -> np.ndarray:
    """Make a picture as it is stored into one as networks take it.

    Parameters
    ----------
    x : (H, W) or (H, W, C) uint8
        A picture, 0 (dark) to 255.

    Returns
    -------
    (C, H, W) float32
        From 0 to 1, colours first.

    Raises
    ------
    TypeError
        If the picture is not uint8.
    ValueError
        If it has another shape.

    Source: torchvision's ``ToTensor``; chapter "More from the same data".

    >>> to_image(np.full((28, 28, 3), 255, np.uint8)).shape
    (3, 28, 28)
    """
    x = reals("to_image", "x", x)
    if x.dtype != np.uint8:
        raise TypeError(f"to_image: expected a picture x of uint8, got {x.dtype}")
    if x.ndim not in (2, 3):
        raise ValueError(f"to_image: expected x (H, W) or (H, W, C), got {x.shape}")
    first = x[None] if x.ndim == 2 else np.moveaxis(x, -1, 0)
    return np.ascontiguousarray(first, np.float32) / np.float32(255)


def rgb_to_grayscale(x: np.ndarray) -> np.ndarray:
    """Make pictures grey: 0.2989 red + 0.587 green + 0.114 blue.

    Parameters
    ----------
    x : (3, H, W) or (N, 3, H, W)
        Pictures in colour.

    Returns
    -------
    (..., 1, H, W)
        The same in grey; whole numbers are rounded.

    Raises
    ------
    ValueError
        If there are not three colours.

    Source: recommendation ITU-R BT.601; chapter "Preparing the data".

    >>> rgb_to_grayscale(np.array([[[1.0]], [[0.0]], [[0.0]]]))
    array([[[0.2989]]])
    """
    x = pictures("rgb_to_grayscale", x)
    if x.shape[-3] != 3:
        raise ValueError(f"rgb_to_grayscale: expected (..., 3, H, W), got {x.shape}")
    grey = np.tensordot(GREY, x, axes=(0, x.ndim - 3))
    return in_dtype_of(np.expand_dims(grey, -3), x)


def normalize(x: np.ndarray, mean: Sequence[float], std: Sequence[float]) -> np.ndarray:
    """Centre and scale each colour: (x - mean) / std.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W) float
        Pictures.
    mean, std : float or (C,) float
        Of the training pictures, one for all colours or one for each.

    Returns
    -------
    as x
        The standardised pictures.

    Raises
    ------
    TypeError
        If the pictures are no floats.
    ValueError
        If the lengths differ from the colours, or a standard deviation is not positive.

    Source: LeCun et al. (1998), "Efficient backprop", section 4.3; chapter "Preparing
    the data".

    >>> normalize(np.array([[[0.5, 1.0]]]), mean=[0.5], std=[0.25])
    array([[[0., 2.]]])
    """
    x = pictures("normalize", x)
    if x.dtype.kind != "f":
        raise TypeError(f"normalize: expected pictures of floats, got {x.dtype}")
    named = (("mean", mean), ("std", std))
    mean, std = (for_colours("normalize", n, a).astype(x.dtype) for n, a in named)
    if not all(a.shape in ((), (1,), x.shape[-3:-2]) for a in (mean, std)):
        raise ValueError(
            f"normalize: expected mean and std for {x.shape[-3]} colours, got {mean} and {std}"
        )
    return (x - mean.reshape(-1, 1, 1)) / std.reshape(-1, 1, 1)


def for_colours(function: str, argument: str, a: Any) -> np.ndarray:
    """Return one finite number, or one for each colour; a standard deviation is above 0."""
    a = reals(function, argument, a).astype(float)
    if a.ndim > 1 or not a.size or not np.isfinite(a).all():
        raise ValueError(
            f"{function}: expected {argument} as finite numbers, one or one a colour, got {a}"
        )
    if argument == "std" and (a <= 0).any():
        raise ValueError(f"{function}: expected std above 0, got {a}")
    return a


def adjust_brightness(x: np.ndarray, factor: Any) -> np.ndarray:
    """Multiply the brightness, and cut off at 1.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W) float
        Pictures from 0 to 1.
    factor : float or (N,) float
        0 for black, 1 for no change, one for all or one for each picture.

    Returns
    -------
    as x
        From 0 to 1.

    Raises
    ------
    ValueError
        If pictures are not from 0 to 1, or a factor is negative.

    Source: torchvision's ``v2.functional``; chapter "More from the same data".

    >>> adjust_brightness(np.array([[[0.2, 0.8]]]), 1.5)
    array([[[0.3, 1. ]]])
    """
    x = bright("adjust_brightness", x)
    return np.clip(_factor("adjust_brightness", factor, x) * x, 0, 1).astype(x.dtype)


def adjust_contrast(x: np.ndarray, factor: Any) -> np.ndarray:
    """Move the brightness away from the picture's mean, and cut off at 0 and 1.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W) float
        Pictures from 0 to 1.
    factor : float or (N,) float
        0 for even grey, 1 for no change, one for all or one for each picture.

    Returns
    -------
    as x
        From 0 to 1.

    Raises
    ------
    ValueError
        If pictures are not from 0 to 1, or a factor is negative.

    Source: torchvision's ``v2.functional``; chapter "More from the same data".

    >>> adjust_contrast(np.array([[[0.25, 0.75]]]), 0.5)
    array([[[0.375, 0.625]]])
    """
    x = bright("adjust_contrast", x)
    factor = _factor("adjust_contrast", factor, x)
    grey = rgb_to_grayscale(x) if x.shape[-3] == 3 else x
    mean = grey.mean(axis=(-3, -2, -1), keepdims=True)
    return np.clip(mean + factor * (x - mean), 0, 1).astype(x.dtype)


def _factor(function: str, factor: Any, x: np.ndarray) -> np.ndarray:
    """Return a factor of at least 0, for all pictures or one for each."""
    factor = each(function, "factor", factor, x)
    if (factor < 0).any():
        raise ValueError(f"{function}: expected a factor from 0 on, got {factor.min()}")
    return factor


def gaussian_noise(
    x: np.ndarray, sigma: Any = 0.1, *, clip: bool = True, rng: np.random.Generator
) -> np.ndarray:
    """Add Gaussian noise, its own to each pixel.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W) float
        Pictures.
    sigma : float or (N,) float
        Its standard deviation, one for all or one for each picture.
    clip : bool
        Whether to cut off at 0 and 1; the pictures must then be within.
    rng : Generator
        Where the noise comes from.

    Returns
    -------
    as x
        The noisy pictures.

    Raises
    ------
    ValueError
        If sigma is negative, or clip is asked for outside of 0 to 1.

    Source: Bishop (1995), "Training with noise is equivalent to Tikhonov regularization";
    chapter "More from the same data".

    >>> gaussian_noise(np.full((1, 1, 2), 0.5), 0.0, rng=np.random.default_rng(0))
    array([[[0.5, 0.5]]])
    """
    x = bright("gaussian_noise", x) if clip else pictures("gaussian_noise", x)
    if x.dtype.kind != "f":
        raise TypeError(f"gaussian_noise: expected pictures of floats, got {x.dtype}")
    sigma = each("gaussian_noise", "sigma", sigma, x)
    if (sigma < 0).any():
        raise ValueError(f"gaussian_noise: expected sigma from 0 on, got {sigma.min()}")
    noisy = x + sigma * generator("gaussian_noise", rng).standard_normal(x.shape)
    return (np.clip(noisy, 0, 1) if clip else noisy).astype(x.dtype)


def erase(
    x: np.ndarray, top: Any, left: Any, height: Any, width: Any, *, value: float = 0
) -> np.ndarray:
    """Cover a rectangle of each picture; what of it lies outside is nothing.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    top, left, height, width : int or (N,) int
        The rectangles, one for all or one for each picture.
    value : number
        What covers them.

    Returns
    -------
    as x
        The pictures with a piece missing.

    Source: DeVries and Taylor (2017), arXiv:1708.04552; chapter "More from the same data".

    >>> erase(np.ones((1, 2, 3)), top=0, left=1, height=1, width=9)
    array([[[1., 0., 0.],
            [1., 1., 1.]]])
    """
    x = pictures("erase", x)
    named = (("top", top), ("left", left), ("height", height), ("width", width))
    cover = x.dtype.type(number("erase", "value", value))
    return np.where(inside(x, *(each("erase", n, v, x) for n, v in named)), cover, x)


def inside(x: np.ndarray, top: Any, left: Any, height: Any, width: Any) -> np.ndarray:
    """Return a mask (..., 1, H, W) of the pixels inside the rectangles."""
    i, j = np.indices(x.shape[-2:])
    return (top <= i) & (i < top + height) & (left <= j) & (j < left + width)
