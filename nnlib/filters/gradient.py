"""The gradient of an image: the position and the direction of edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..checks import function, one_of
from .convolution import METHODS, MODES, convolve
from .kernels import operand, sobel

__all__ = ["Edges", "edges"]

Array = np.ndarray


class Edges(NamedTuple):
    """The result of ``edges``; each part has the shape of the image.

    Attributes
    ----------
    x, y : (..., H, W) float
        Increase of the brightness per pixel to the right, and per pixel downwards.
    magnitude : (..., H, W) float
        Length of the gradient, in brightness per pixel.
    direction : (..., H, W) float
        Direction in which the image gets brighter, in radians: 0 is to the right, and π/2 is
        downwards. An edge is perpendicular to this direction.
    """

    x: Array
    y: Array
    magnitude: Array
    direction: Array


def edges(
    image: Array,
    *,
    kernel: Callable[[str], Array] = sobel,
    padding_mode: str = "replicate",
    method: str = "separable",
) -> Edges:
    r"""Compute the gradient of an image with two derivative kernels.

    .. math:: |\nabla F| = \sqrt{(h_x * F)^2 + (h_y * F)^2}, \quad
        \theta = \mathrm{atan2}(h_y * F, h_x * F)

    Parameters
    ----------
    image : (..., H, W) float or int
        Brightness.
    kernel : function
        ``sobel``, ``scharr``, or another function that returns a kernel for "x" and for "y".
        The result is divided by the kernel's response to a slope of 1.
    padding_mode, method : str
        See ``convolve``.

    Returns
    -------
    Edges

    Raises
    ------
    ValueError
        If the image has fewer than 2 axes, and for the same reasons as in ``convolve``.

    Source: Szeliski (2022), section 7.2.1; chapter "Convolution".

    >>> ramp = np.tile(np.arange(5.0), (4, 1))
    >>> found = edges(ramp)
    >>> found.magnitude[1]  # the border is replicated: half the slope
    array([0.5, 1. , 1. , 1. , 0.5])
    >>> float(found.direction[1, 2])
    0.0
    """
    F = operand("edges", "image", image)
    if F.ndim < 2:
        raise ValueError(f"edges: expected image (..., H, W), got {F.shape}")
    function("edges", "kernel", kernel)
    one_of("edges", "padding_mode", padding_mode, MODES)
    one_of("edges", "method", method, METHODS)
    F = F.astype(np.result_type(F, np.float32))
    options = dict(padding="same", padding_mode=padding_mode, method=method)
    gx = convolve(F, kernel("x"), **options) / _slope(kernel("x"))
    gy = convolve(F, kernel("y"), **options) / _slope(kernel("y").T)
    return Edges(gx, gy, np.hypot(gx, gy), np.arctan2(gy, gx))


def _slope(kernel: Array) -> float:
    """Return a kernel's response to a ramp that rises by 1 for each pixel."""
    ramp = np.tile(np.arange(kernel.shape[1]), (kernel.shape[0], 1))
    return float(convolve(ramp, kernel)[0, 0])
