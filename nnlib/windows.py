"""The windows of convolution and pooling on images, and memory layouts for them.

Images are arrays (H, W, C), and most of them are stored in this order. As a result, each row of
a window is contiguous, and images don't have to be rearranged between layers.
``ops/convolution.py`` and ``nn/functions/pooling.py`` compute with the windows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

__all__ = ["Grid", "by_group", "framed", "gathered", "matrix", "windows"]

BLOCK = 1 << 19  # elements in a slice of the windows: 2 MB of float32, which fit in the cache
Pair = tuple[int, int]


class Grid(NamedTuple):
    """The geometry of windows on an image: pairs with one number each for height and width."""

    size: Pair  # height and width of the image
    kernel: Pair  # height and width of a window
    stride: Pair
    padding: Pair  # above and to the left; at the other edges, as much as the last window needs
    dilation: Pair
    count: Pair  # number of windows

    @property
    def places(self) -> list[list[slice]]:
        """For each axis and offset in a window, the slice of pixels there in all windows."""
        return [
            [slice(u * d, u * d + (m - 1) * s + 1, s) for u in range(k)]
            for _, k, s, _, d, m in zip(*self, strict=True)
        ]

    @property
    def frame(self) -> Pair:
        """The size of the padded image."""
        return tuple(
            max(p + n, (m - 1) * s + (k - 1) * d + 1)
            for n, k, s, p, d, m in zip(*self, strict=True)
        )

    @property
    def inside(self) -> tuple:
        """The index of the image inside its padding, for arrays (..., H, W, C)."""
        (p, q), (h, w) = self.padding, self.size
        return ..., slice(p, p + h), slice(q, q + w), slice(None)


def windows(x: np.ndarray, grid: Grid) -> np.ndarray:
    """Return padded images (..., H, W, C) as a view of windows (..., I, J, H, W, C)."""
    (*batch, h, w, c), (s, t), (d, e) = x.strides, grid.stride, grid.dilation
    shape = (*x.shape[:-3], *grid.count, *grid.kernel, x.shape[-1])
    return np.lib.stride_tricks.as_strided(x, shape, (*batch, s * h, t * w, d * h, e * w, c))


def framed(x: np.ndarray, grid: Grid, fill: float = 0) -> np.ndarray:
    """Return images (N, H, W, C) with padding, in the same memory layout."""
    if grid.frame == grid.size:
        return x
    y = np.full_like(x, fill, shape=(len(x), *grid.frame, x.shape[3]))
    y[grid.inside] = x
    return y


def by_group(x: np.ndarray, groups: int) -> np.ndarray:
    """Return images (N, H, W, C) in the shape (groups, N, H, W, C / groups)."""
    return x.reshape(*x.shape[:3], groups, x.shape[3] // groups).transpose(3, 0, 1, 2, 4)


def matrix(x: np.ndarray) -> np.ndarray:
    """Return pixels, windows or kernels (groups, ., ., ., ...) as one matrix for each group."""
    return x.reshape(len(x), math.prod(x.shape[1:4]), math.prod(x.shape[4:]))


def gathered(x: np.ndarray, grid: Grid, groups: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield slices of n images, each with their windows X, (groups, n, I, J, H, W, C).

    All slices use the same memory for X, and n is small enough for X to fit in the cache. NumPy
    copies an array fast only if its inner loop is long. If W C < J, as for images with one
    channel, we therefore store X in an order in which the inner loop has J elements instead of
    W C.
    """
    if grid.kernel == grid.stride == (1, 1) and grid.frame == grid.size:
        yield slice(None), by_group(x, groups)  # each window is one pixel, so X is x itself
        return
    (h, w), (i, j), c = grid.kernel, grid.count, x.shape[3] // groups
    n = min(len(x), BLOCK // (h * w * i * j * x.shape[3] or 1)) or 1
    frames = np.zeros((groups, n, *grid.frame, c), x.dtype)
    rows = np.empty((groups, n, i, j, h, w, c), x.dtype)
    if w * c < j:
        frames = frames.reshape(groups, n, c, *grid.frame).transpose(0, 1, 3, 4, 2)
        rows = rows.reshape(groups, h, w, c, n, i, j).transpose(0, 4, 5, 6, 1, 2, 3)
    for start in range(0, len(x), n):
        part = slice(start, start + n)
        m = len(x[part])
        frames[:, :m][grid.inside] = by_group(x[part], groups)
        rows[:, :m] = windows(frames[:, :m], grid)
        yield part, rows[:, :m]
