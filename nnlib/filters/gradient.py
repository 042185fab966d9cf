"""The gradient of an image: the position and the direction of edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .convolution import convolve
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


def edges(image: Array) -> Edges:
    r"""Compute the gradient of an image with Sobel's kernels, after replicating its border.

    .. math:: |\nabla F| = \sqrt{(h_x * F)^2 + (h_y * F)^2}, \quad
        \theta = \mathrm{atan2}(h_y * F, h_x * F)

    The kernels h are ``sobel("x") / 8`` and ``sobel("y") / 8``.

    Parameters
    ----------
    image : (..., H, W) float or int
        Brightness.

    Raises
    ------
    ValueError
        If the image has fewer than 2 axes, or is empty or not finite.

    Source: Szeliski (2022), section 7.2.1; chapter "Convolution".

    >>> ramp = np.tile(np.arange(5.0), (4, 1))
    >>> result = edges(ramp)
    >>> result.magnitude[1]  # the border is replicated: half the slope
    array([0.5, 1. , 1. , 1. , 0.5])
    >>> float(result.direction[1, 2])
    0.0
    """
    F = operand("edges", "image", image)
    if F.ndim < 2:
        raise ValueError(f"edges: expected image (..., H, W), got {F.shape}")
    F = F.astype(np.result_type(F, np.float32))
    options = dict(padding="same", padding_mode="replicate", method="separable")
    gx, gy = (convolve(F, sobel(along), **options) / 8 for along in ("x", "y"))
    return Edges(gx, gy, np.hypot(gx, gy), np.arctan2(gy, gx))
