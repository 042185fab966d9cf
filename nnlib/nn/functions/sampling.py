"""Images sampled at arbitrary points, as in spatial transformers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...ops import matmul, permute, reshape, where
from ...ops.comparison import flat
from ...ops.convolution import refuse
from ...ops.promotion import array
from ...quiet import silent
from ...tensor import Tensor, raw

__all__ = ["affine_grid", "grid_sample"]


@silent
def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    r"""Sample images at points, by bilinear interpolation or at the nearest pixel.

    .. math:: y_{n, c, i, j} = \sum_{h, w} \max(0, 1 - |r_{nij} - h|)
        \max(0, 1 - |s_{nij} - w|) \, x_{n, c, h, w}

    The column of a point (u, v) of the grid is s = ((u + 1) W - 1) / 2, so ±1 are the edges of
    the image; with align_corners, it is (u + 1) (W - 1) / 2. The row r is computed
    from v in the same way.

    Parameters
    ----------
    input : (N, C, H, W) float
        Images x.
    grid : (N, I, J, 2) float
        Points (u, v).
    mode : {"bilinear", "nearest"}
        Method of interpolation.
    padding_mode : {"zeros", "border"}
        Values outside the image: 0, or the value of the nearest pixel at the edge.
    align_corners : bool, optional
        See above. None means False, with a warning.

    Raises
    ------
    RuntimeError, ValueError
        If shapes or dtypes don't match, or a mode is unknown.

    Source: Jaderberg et al. (2015), "Spatial transformer networks", equations 3 and 5.

    >>> x, centre = np.arange(4.0).reshape(1, 1, 2, 2), np.zeros((1, 1, 1, 2))
    >>> grid_sample(x, centre, align_corners=False).item()
    1.5
    """
    name = "grid_sample"
    if mode not in ("bilinear", "nearest") or padding_mode not in ("zeros", "border"):
        what = "mode 'bilinear' or 'nearest', and padding_mode 'zeros' or 'border'"
        raise ValueError(f"{name}: expected {what}, got {mode!r} and {padding_mode!r}")
    x, points = array(name, input), array(name, grid)
    fits = x.ndim == points.ndim == 4 and len(x) == len(points) and points.shape[-1] == 2
    if not fits or 0 in x.shape[2:] or x.dtype != points.dtype or x.dtype.kind != "f":
        got = f"{x.shape} {x.dtype} and {points.shape} {points.dtype}"
        refuse(name, "floats (N, C, H, W) and (N, I, J, 2)", got)
    align = _aligned(name, align_corners)
    n, c, *sizes = x.shape
    pixels = reshape(permute(input, (0, 2, 3, 1)), (n * sizes[0] * sizes[1], c))
    near = [
        _neighbors(grid[..., 1 - k], size, mode, padding_mode, align)
        for k, size in enumerate(sizes)
    ]
    first = np.arange(n)[:, None, None] * sizes[0]
    y = np.zeros((*points.shape[:3], c), x.dtype)
    for row, row_weight in near[0]:
        for column, column_weight in near[1]:
            inside = (row >= 0) & (row < sizes[0]) & (column >= 0) & (column < sizes[1])
            i = np.where(inside, (first + row) * sizes[1] + column, 0).astype(int)
            weight = row_weight * column_weight * inside
            y = y + pixels[i] * weight[..., None]
    return permute(y, (0, 3, 1, 2))


def _neighbors(p: Tensor, n: int, mode: str, padding_mode: str, align: bool) -> list[tuple]:
    """Return the pixels near coordinates in [-1, 1] along an axis, with their weights."""
    r = (p + 1) * ((n - 1) / 2) if align else ((p + 1) * n - 1) / 2
    at = raw(r)
    if padding_mode == "border":
        r = where((at > 0) & (at < n - 1), r, np.clip(at, 0, n - 1))
        at = raw(r)
    if mode == "nearest":
        return [(np.rint(at), flat(r) + 1)]
    low = np.floor(at)
    return [(low, 1 - (r - low)), (low + 1, r - low)]


def affine_grid(theta: Tensor, size: tuple[int, ...], align_corners: bool | None = None) -> Any:
    """Return the point A (u, v, 1) for the position (u, v) of each pixel, for ``grid_sample``.

    theta contains matrices A (N, 2, 3), and size is (N, C, H, W); anything else raises
    ValueError.

    Source: Jaderberg et al. (2015), "Spatial transformer networks", equation 1.

    >>> affine_grid(np.array([[[1.0, 0, 0], [0, 1, 0]]]), (1, 1, 1, 2), align_corners=True)
    array([[[[-1.,  0.],
             [ 1.,  0.]]]])
    """
    a = array("affine_grid", theta)
    if a.shape != (size[0], 2, 3) or a.dtype.kind != "f" or len(size) != 4 or min(size) < 1:
        what = f"floats (N, 2, 3) and a size (N, C, H, W), got {a.dtype} {a.shape}, {size}"
        raise ValueError(f"affine_grid: expected {what}")
    align = _aligned("affine_grid", align_corners)
    v, u = (np.linspace(-1, 1, n) * (1 if align else 1 - 1 / n) * (n > 1) for n in size[2:])
    base = np.stack([*np.meshgrid(u, v), np.ones((len(v), len(u)))], -1).astype(a.dtype)
    grid = matmul(base.reshape(-1, 3), theta.swapaxes(-1, -2))
    return reshape(grid, (len(a), *size[2:], 2))


def _aligned(name: str, align_corners: bool | None) -> bool:
    """Return align_corners; if it is None, warn and return False."""
    if align_corners is None:
        message = "align_corners defaults to False; pass True or False to avoid this warning"
        warnings.warn(f"{name}: {message}", stacklevel=3)
    return bool(align_corners)
