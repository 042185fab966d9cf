"""Depthwise convolution with a stride, in which each channel has its own kernel.

A matrix product would be slow here, because gathering the windows would take most of the time.
We therefore compute the sum over u and v as in the formula: in each step, we multiply one
kernel element by the pixels below it in all windows, for all channels of all images. For stride
s, these are every s-th pixel, so we store them as a separate, contiguous image.

Images are (N, H, W, C), kernels are (C, H, W), and R = N C.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from .runs import unbuffered
from .windows import Grid

__all__ = ["correlation", "image_gradient", "kernel_gradient"]

LONG = 512  # smallest number of elements in an inner loop


def correlation(x: np.ndarray, kernels: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the cross-correlation y, (N, I, J, C), of images and kernels."""
    frames = _by_phase(x, grid)
    y = np.zeros((*grid.count, frames.shape[4]), x.dtype)
    k, sums = _side_by_side(kernels, y)
    term = np.empty_like(sums)
    with unbuffered(k.shape[2], y.size):
        for tap, pixels in _pixels_below(frames, grid, sums.shape):
            sums += np.multiply(pixels, k[tap], out=term)
    return _images(y, len(x))


def kernel_gradient(x: np.ndarray, g: np.ndarray, grid: Grid) -> np.ndarray:
    """Return dL/dk, (C, H, W), given the images and dL/dy."""
    n, i, j, c = g.shape
    g = np.ascontiguousarray(g.transpose(1, 2, 0, 3)).reshape(i, j, n * c)
    dk = np.empty((*grid.kernel, n * c), g.dtype)
    for tap, pixels in _pixels_below(_by_phase(x, grid), grid, g.shape):
        np.einsum("ijr,ijr->r", pixels, g, out=dk[tap])
    return dk.reshape(*grid.kernel, n, c).sum(2).transpose(2, 0, 1)


def image_gradient(g: np.ndarray, kernels: np.ndarray, grid: Grid) -> np.ndarray:
    """Return dL/dx of the padded images, given dL/dy and the kernels."""
    n, i, j, c = g.shape
    g = np.ascontiguousarray(g.transpose(1, 2, 0, 3)).reshape(i, j, n * c)
    k, g = _side_by_side(kernels, g)
    (s, t), (h, w) = grid.stride, _frame(grid)
    frames, term = np.zeros((s, t, h // s, w // t, n * c), g.dtype), np.empty_like(g)
    with unbuffered(k.shape[2], g.size):
        for tap, pixels in _pixels_below(frames, grid, g.shape):
            pixels += np.multiply(g, k[tap], out=term)
    return _images(frames.transpose(2, 0, 3, 1, 4).reshape(h, w, n * c), n)


def _frame(grid: Grid) -> tuple[int, int]:
    """Return the height and width of a padded image, rounded up to multiples of the stride."""
    return tuple(-(-n // s) * s for n, s in zip(grid.frame, grid.stride, strict=True))


def _by_phase(x: np.ndarray, grid: Grid) -> np.ndarray:
    """Return padded images, split by the position modulo the stride: (S, T, H/S, W/T, R)."""
    (s, t), (h, w), (n, *_, c) = grid.stride, _frame(grid), x.shape
    # Pixels at a distance of a power of two compete for the same cache lines, so add columns.
    frames = np.full_like(x, 0, shape=(n, h, w + t, c))
    frames[grid.inside] = x
    frames = frames[:, :, :w].reshape(n, h // s, s, w // t, t, c).transpose(2, 4, 1, 3, 0, 5)
    return np.ascontiguousarray(frames).reshape(s, t, h // s, w // t, n * c)


def _images(x: np.ndarray, n: int) -> np.ndarray:
    """Return images (H, W, R) in the shape (N, H, W, C)."""
    return x.reshape(*x.shape[:2], n, -1).transpose(2, 0, 1, 3)


def _side_by_side(kernels: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return kernels (H, W, run), and y reshaped to (I, ..., run), for long inner loops."""
    run = y.shape[2] if y.shape[2] >= LONG else y.shape[1] * y.shape[2]
    k = np.tile(kernels.transpose(1, 2, 0), run // len(kernels))
    return k, y.reshape(len(y), -1, run)


def _pixels_below(
    frames: np.ndarray, grid: Grid, shape: tuple[int, ...]
) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Yield each index (u, v) of a kernel, and the pixels below that element in all windows."""
    (s, t), (d, e), (i, j) = grid.stride, grid.dilation, grid.count
    for u, v in itertools.product(*map(range, grid.kernel)):
        (row, a), (column, b) = divmod(d * u, s), divmod(e * v, t)
        yield (u, v), frames[a, b, row : row + i, column : column + j].reshape(shape)
