"""Transforms with interpolation: rotate, scale, shear, elastic."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import number, reals
from .grid import pad
from .shared import each, in_dtype_of, pictures

__all__ = ["affine", "elastic", "rotate", "warp"]


def warp(x: np.ndarray, A: np.ndarray, *, fill: float = 0) -> np.ndarray:
    r"""Return a picture in which each pixel p shows what stands at A p in the given one.

    .. math:: y(p) = x(A p), \qquad p = (\text{right}, \text{down}, 1)
        \text{ in pixels from the centre}

    Between pixels the four around are weighted (bilinear).

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    A : (2, 3) or (N, 2, 3) float
        Where to look, one for all or one for each picture: the inverse of how things move.
    fill : number
        What stands outside.

    Returns
    -------
    as x
        The changed pictures; whole numbers are rounded.

    Raises
    ------
    ValueError
        If A has another shape or is not finite.

    Source: Jaderberg et al. (2015), arXiv:1506.02025, equations 1 and 5; chapters "Matrices"
    and "More from the same data".

    >>> half = np.array([[1, 0, 0.5], [0, 1, 0]])  # look half a pixel to the right
    >>> warp(np.array([[[2.0, 4.0, 8.0]]]), half)
    array([[[3., 6., 4.]]])
    """
    x, A = pictures("warp", x), reals("warp", "A", A).astype(float)
    if A.shape not in ((2, 3), (*x.shape[:-3], 2, 3)) or not np.isfinite(A).all():
        raise ValueError(f"warp: expected finite A (2, 3), one or one a picture, got {A.shape}")
    H, W = x.shape[-2:]
    down, right = np.indices((H, W)) - np.reshape([(H - 1) / 2, (W - 1) / 2], (2, 1, 1))
    p = np.stack([right, down, np.ones((H, W))]).reshape(3, H * W)
    u, v = np.moveaxis((A @ p).reshape(*A.shape[:-2], 2, H, W), -3, 0)
    fill = number("warp", "fill", fill)
    return _between(x, v + (H - 1) / 2, u + (W - 1) / 2, fill)


def elastic(
    x: np.ndarray, right: np.ndarray, down: np.ndarray, *, fill: float = 0
) -> np.ndarray:
    """Return a picture in which each pixel is displaced a little, each by its own amount.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    right, down : (H, W) or (N, H, W) float
        How far to look, in pixels.
    fill : number
        What stands outside.

    Returns
    -------
    as x
        The bent pictures; whole numbers are rounded.

    Raises
    ------
    ValueError
        If right and down have other shapes.

    Source: Simard, Steinkraus and Platt (2003), ICDAR, section 2; chapter "The learning
    problem".

    >>> elastic(np.array([[[1.0, 2.0, 3.0]]]), np.array([[1, 0, 0]]), np.zeros((1, 3)))
    array([[[2., 2., 3.]]])
    """
    x = pictures("elastic", x)
    H, W = x.shape[-2:]
    named = (("right", right), ("down", down))
    right, down = (reals("elastic", name, a).astype(float) for name, a in named)
    for name, a in (("right", right), ("down", down)):
        if a.shape not in ((H, W), (*x.shape[:-3], H, W)) or not np.isfinite(a).all():
            raise ValueError(f"elastic: expected finite {name} ({H}, {W}), got {a.shape}")
    i, j = np.indices((H, W))
    return _between(x, i + down, j + right, number("elastic", "fill", fill))


def _between(x: np.ndarray, v: np.ndarray, u: np.ndarray, fill: float) -> np.ndarray:
    """Return x (..., C, H, W) interpolated at rows v and columns u, (..., H, W)."""
    H, W = x.shape[-2:]
    shape = (*x.shape[:-3], 1, H * W)
    v, u = (np.broadcast_to(a, (*x.shape[:-3], H, W)).reshape(shape) for a in (v, u))
    framed = pad(x.astype(np.result_type(x, np.float32)), 1, fill=fill)  # padded with fill
    framed = framed.reshape(*x.shape[:-2], (H + 2) * (W + 2))
    i, j = np.floor(v), np.floor(u)
    b, a = v - i, u - j
    rows = [(np.clip(i + d, -1, H).astype(int) + 1) * (W + 2) for d in (0, 1)]
    columns = [np.clip(j + d, -1, W).astype(int) + 1 for d in (0, 1)]
    y = np.zeros((*x.shape[:-2], H * W))
    for row, p in zip(rows, (1 - b, b), strict=True):
        for column, q in zip(columns, (1 - a, a), strict=True):
            y += p * q * np.take_along_axis(framed, row + column, axis=-1)
    return in_dtype_of(y.reshape(x.shape), x)


def rotate(x: np.ndarray, angle: Any, *, fill: float = 0) -> np.ndarray:
    """Turn pictures about their centre.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    angle : float or (N,) float
        Degrees, against the clock, one for all or one for each picture.
    fill : number
        What comes in at the corners.

    Returns
    -------
    as x
        The turned pictures, of the same size.

    Source: chapter "More from the same data".

    >>> rotate(np.arange(9.0).reshape(1, 3, 3), 90).round(12)
    array([[[2., 5., 8.],
            [1., 4., 7.],
            [0., 3., 6.]]])
    """
    x = pictures("rotate", x)
    fill = number("rotate", "fill", fill)
    return affine(x, angle=-each("rotate", "angle", angle, x)[..., 0, 0, 0], fill=fill)


def affine(
    x: np.ndarray,
    *,
    angle: Any = 0.0,
    translate: tuple[Any, Any] = (0.0, 0.0),
    scale: Any = 1.0,
    shear: tuple[Any, Any] = (0.0, 0.0),
    fill: float = 0,
) -> np.ndarray:
    r"""Shear, turn, zoom and then move pictures, about their centre.

    .. math:: p \mapsto M p + t, \quad M = s
        \begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}
        \begin{pmatrix} 1 & 0 \\ -\tan\beta & 1 \end{pmatrix}
        \begin{pmatrix} 1 & -\tan\alpha \\ 0 & 1 \end{pmatrix}

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
        Pictures.
    angle : float or (N,) float
        θ in degrees, with the clock (as in torchvision, whose ``rotate`` goes against it).
    translate : pair of float or (N,) float
        t, pixels to the right and down.
    scale : float or (N,) float
        s, above 1 to come nearer.
    shear : pair of float or (N,) float
        α and β in degrees, along the rows and along the columns.
    fill : number
        What comes in at the edge.

    Returns
    -------
    as x
        The changed pictures, of the same size.

    Raises
    ------
    ValueError
        If a scale is not positive, or a number is not finite.

    Source: torchvision's ``v2.functional.affine``; chapters "Matrices" and "More from the same
    data".

    >>> affine(np.array([[[1.0, 2.0, 3.0]]]), translate=(1, 0))
    array([[[0., 1., 2.]]])
    """
    x, fill = pictures("affine", x), number("affine", "fill", fill)
    for name, pair in (("shear", shear), ("translate", translate)):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"affine: expected {name} as a pair, got {pair!r}")
    named = [("angle", angle), ("scale", scale), ("shear", shear[0]), ("shear", shear[1])]
    named += [("translate", t) for t in translate]
    numbers = (each("affine", n, v, x)[..., 0, 0, 0] for n, v in named)
    theta, s, alpha, beta, *t = np.broadcast_arrays(*numbers)
    if (s <= 0).any():
        raise ValueError(f"affine: expected a positive scale, got {s.min()}")
    theta, alpha, beta = np.deg2rad(theta), np.deg2rad(alpha), np.deg2rad(beta)
    R = _matrix(np.cos(theta), -np.sin(theta), np.sin(theta), np.cos(theta))
    M = (
        s[..., None, None]
        * R
        @ _matrix(1, 0, -np.tan(beta), 1)
        @ _matrix(1, -np.tan(alpha), 0, 1)
    )
    back = np.linalg.inv(M)  # where p came from: M⁻¹ (p - t)
    A = np.concatenate([back, -back @ np.stack(t, axis=-1)[..., None]], axis=-1)
    return warp(x, A, fill=fill)


def _matrix(a: Any, b: Any, c: Any, d: Any) -> np.ndarray:
    """Return 2x2 matrices (..., 2, 2) with the given entries."""
    a, b, c, d = np.broadcast_arrays(a, b, c, d)
    return np.stack([a, b, c, d], axis=-1).reshape(*a.shape, 2, 2)
