"""Data augmentation: random changes to images.

The functions change an image (C, H, W), or a batch (N, C, H, W), with given parameters. Classes
with an argument ``rng`` draw these parameters at random, separately for each image of a batch.

>>> import numpy as np
>>> from nnlib.datasets import fashion_mnist
>>> rng = np.random.default_rng(0)
>>> augment = Compose([RandomHorizontalFlip(rng=rng), RandomCrop(28, padding=2, rng=rng)])
>>> train, _ = fashion_mnist()
>>> augment(train.X[:50].reshape(-1, 1, 28, 28)).shape
(50, 1, 28, 28)

With a ``DataLoader``, apply the transform in the dataset's ``__getitem__``:

>>> from nnlib.utils.data import DataLoader, Dataset
>>> class Clothes(Dataset):
...     def __len__(self):
...         return len(train.X)
...     def __getitem__(self, k):
...         return augment(train.X[k].reshape(1, 28, 28)), train.y[k]
>>> X, y = next(iter(DataLoader(Clothes(), batch_size=32)))
>>> X.shape, y.shape
((32, 1, 28, 28), (32,))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import checks
from .checks import number, one_of, reals, whole
from .tensor import Tensor, raw, wrap

__all__ = [
    "ColorJitter",
    "Compose",
    "ElasticTransform",
    "Normalize",
    "RandomAffine",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomVerticalFlip",
    "ToTensor",
    "adjust_brightness",
    "adjust_contrast",
    "affine",
    "crop",
    "elastic",
    "erase",
    "horizontal_flip",
    "pad",
    "rotate",
    "shift",
    "vertical_flip",
    "warp",
]

GREY = np.array([0.2989, 0.587, 0.114])  # perceived brightness of red, green and blue
MODES = ("constant", "edge", "reflect", "symmetric")


def _images(function: str, x: Any) -> np.ndarray:
    """Return images (..., C, H, W) as an array of real numbers."""
    x = reals(function, "images x", x, kinds="uif")
    if x.ndim not in (3, 4) or 0 in x.shape[-3:]:
        raise ValueError(
            f"{function}: expected images (C, H, W) or (N, C, H, W), got {x.shape}"
        )
    return x


def _bright(function: str, x: Any) -> np.ndarray:
    """Return images as an array; raise ValueError unless they are floats from 0 to 1."""
    x = _images(function, x)
    if x.dtype.kind != "f" or (x.size and not (x.min() >= 0 and x.max() <= 1)):
        got = x.dtype if x.dtype.kind != "f" else f"{x.min()} to {x.max()}"
        raise ValueError(
            f"{function}: expected floats from 0 to 1, got {got}; apply ToTensor() first "
            "and Normalize afterwards"
        )
    return x


def _each(function: str, argument: str, value: Any, x: np.ndarray) -> np.ndarray:
    """Return one number for all images, or one for each, in a shape that broadcasts to x."""
    value = reals(function, argument, value).astype(float)
    if not np.isfinite(value).all() or value.shape not in ((), x.shape[:-3]):
        raise ValueError(
            f"{function}: expected {argument} as one finite number, or one for each of "
            f"{x.shape[:-3]} images, got {value}"
        )
    return value.reshape(*value.shape, 1, 1, 1)


def _positions(function: str, argument: str, value: Any, x: np.ndarray) -> np.ndarray:
    """Return integers, one for all images or one for each, in the shape (..., 1, 1)."""
    value = _each(function, argument, value, x)[..., 0]
    if (value != np.round(value)).any():
        raise ValueError(f"{function}: expected integers as {argument}, got {value.ravel()}")
    return value.astype(int)


def _in_dtype_of(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Convert y to the dtype of x; for integers, round it and clip it to their range."""
    if x.dtype.kind == "f":
        return y.astype(x.dtype)
    limits = np.iinfo(x.dtype)
    return np.clip(np.round(y), limits.min, limits.max).astype(x.dtype)


# Functions that move pixels without interpolation


def horizontal_flip(x: np.ndarray) -> np.ndarray:
    """Flip images horizontally, which swaps left and right.

    >>> horizontal_flip(np.array([[[1, 2, 3]]]))
    array([[[3, 2, 1]]])
    """
    return _images("horizontal_flip", x)[..., ::-1].copy()


def vertical_flip(x: np.ndarray) -> np.ndarray:
    """Flip images vertically, which swaps top and bottom.

    >>> vertical_flip(np.array([[[1], [2]]])).ravel()
    array([2, 1])
    """
    return _images("vertical_flip", x)[..., ::-1, :].copy()


def pad(x: np.ndarray, padding: int, *, fill: float = 0, mode: str = "constant") -> np.ndarray:
    """Add a frame around images.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
    padding : int
        The width p of the frame in pixels.
    fill : number
        The value of the frame in the mode "constant".
    mode : {"constant", "edge", "reflect", "symmetric"}
        "constant" fills the frame with one value, "edge" repeats the edge, "reflect" mirrors
        the image without repeating the edge, and "symmetric" mirrors it and repeats the edge.

    Returns
    -------
    (..., C, H + 2p, W + 2p)

    Raises
    ------
    ValueError
        If the padding is negative or the mode is unknown.

    >>> pad(np.array([[[1, 2]]]), 1, fill=9)
    array([[[9, 9, 9, 9],
            [9, 1, 2, 9],
            [9, 9, 9, 9]]])
    """
    x, p = _images("pad", x), whole("pad", "padding", padding, low=0)
    one_of("pad", "mode", mode, MODES)
    frame = [(0, 0)] * (x.ndim - 2) + [(p, p)] * 2
    options = {"constant_values": number("pad", "fill", fill)} if mode == "constant" else {}
    return np.pad(x, frame, mode, **options)


def crop(x: np.ndarray, top: Any, left: Any, height: int, width: int) -> np.ndarray:
    """Cut a window out of each image.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
    top, left : int or (N,) int
        The first row and the first column of the window, one for all images or one for each.
    height, width : int
        The size of the window in pixels.

    Returns
    -------
    (..., C, height, width)

    Raises
    ------
    ValueError
        If a window extends beyond its image.

    >>> crop(np.arange(12).reshape(1, 3, 4), top=1, left=2, height=2, width=2)
    array([[[ 6,  7],
            [10, 11]]])
    """
    x = _images("crop", x)
    N, (H, W) = x.shape[:-3], x.shape[-2:]
    height = whole("crop", "height", height, low=1, high=H)
    width = whole("crop", "width", width, low=1, high=W)
    i = _positions("crop", "top", top, x) + np.arange(height)[:, None]
    j = _positions("crop", "left", left, x) + np.arange(width)
    if not (_within(i, H) and _within(j, W)):
        raise ValueError(
            f"crop: expected windows within {H} x {W} pixels, got rows {i.min()} to {i.max()} "
            f"and columns {j.min()} to {j.max()}"
        )
    flat = x.reshape(*x.shape[:-2], H * W)
    at = np.broadcast_to(i * W + j, (*N, height, width)).reshape(*N, 1, height * width)
    return np.take_along_axis(flat, at, axis=-1).reshape(*x.shape[:-2], height, width)


def _within(k: np.ndarray, n: int) -> bool:
    """Return whether all numbers are from 0 to n - 1."""
    return k.min(initial=0) >= 0 and k.max(initial=0) < n


def shift(x: np.ndarray, right: Any, down: Any, *, fill: float = 0) -> np.ndarray:
    """Move each image by an integer number of pixels.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
    right, down : int or (N,) int
        The distance in pixels, one for all images or one for each. Negative numbers move left
        and up.
    fill : number
        The value of the new pixels at the edge.

    Returns
    -------
    same shape and dtype as x

    Source: Krizhevsky et al. (2012), section 4.1; chapter "Data augmentation".

    >>> shift(np.array([[[1, 2, 3]]]), right=1, down=0)
    array([[[0, 1, 2]]])
    """
    x = _images("shift", x)
    number("shift", "fill", fill)
    most = max(x.shape[-2:])  # with any larger shift, all pixels also have the value of fill
    named = (("right", right), ("down", down))
    right, down = (
        np.clip(_positions("shift", n, v, x)[..., 0, 0], -most, most) for n, v in named
    )
    most = int(max(abs(right).max(initial=0), abs(down).max(initial=0)))
    return crop(pad(x, most, fill=fill), most - down, most - right, *x.shape[-2:])


# Functions with interpolation


def warp(x: np.ndarray, A: np.ndarray, *, fill: float = 0) -> np.ndarray:
    r"""Return images in which pixel p has the value of the given image at A p.

    .. math:: y(p) = x(A p), \qquad p = (\text{right}, \text{down}, 1)
        \text{ in pixels from the centre}

    Between pixels, the value is a weighted mean of the four pixels around it (bilinear
    interpolation).

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
    A : (2, 3) or (N, 2, 3) float
        The matrix, one for all images or one for each. The objects move by the inverse of this
        map.
    fill : number
        The value outside the image.

    Returns
    -------
    same shape and dtype as x
        The changed images; integers are rounded.

    Raises
    ------
    ValueError
        If A has a different shape or is not finite.

    Source: Jaderberg et al. (2015), arXiv:1506.02025, equations 1 and 5; chapters "Matrices"
    and "Data augmentation".

    >>> half = np.array([[1, 0, 0.5], [0, 1, 0]])  # look half a pixel to the right
    >>> warp(np.array([[[2.0, 4.0, 8.0]]]), half)
    array([[[3., 6., 4.]]])
    """
    x, A = _images("warp", x), reals("warp", "A", A).astype(float)
    if A.shape not in ((2, 3), (*x.shape[:-3], 2, 3)) or not np.isfinite(A).all():
        raise ValueError(f"warp: expected finite A (2, 3), or one per image, got {A.shape}")
    H, W = x.shape[-2:]
    down, right = np.indices((H, W)) - np.reshape([(H - 1) / 2, (W - 1) / 2], (2, 1, 1))
    p = np.stack([right, down, np.ones((H, W))]).reshape(3, H * W)
    u, v = np.moveaxis((A @ p).reshape(*A.shape[:-2], 2, H, W), -3, 0)
    fill = number("warp", "fill", fill)
    return _between(x, v + (H - 1) / 2, u + (W - 1) / 2, fill)


def elastic(x: np.ndarray, right: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Distort images by displacing each pixel by its own amount.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
    right, down : (H, W) or (N, H, W) float
        The distances in pixels from each pixel to the position from which it takes its value.
        Outside the image, the value is 0.

    Returns
    -------
    same shape and dtype as x
        The distorted images; integers are rounded.

    Raises
    ------
    ValueError
        If right or down has a different shape or is not finite.

    Source: Simard, Steinkraus and Platt (2003), ICDAR, section 2; chapter "Supervised
    learning".

    >>> elastic(np.array([[[1.0, 2.0, 3.0]]]), np.array([[1, 0, 0]]), np.zeros((1, 3)))
    array([[[2., 2., 3.]]])
    """
    x = _images("elastic", x)
    H, W = x.shape[-2:]
    named = (("right", right), ("down", down))
    right, down = (reals("elastic", name, a).astype(float) for name, a in named)
    for name, a in (("right", right), ("down", down)):
        if a.shape not in ((H, W), (*x.shape[:-3], H, W)) or not np.isfinite(a).all():
            raise ValueError(f"elastic: expected finite {name} ({H}, {W}), got {a.shape}")
    i, j = np.indices((H, W))
    return _between(x, i + down, j + right, fill=0)


def _between(x: np.ndarray, v: np.ndarray, u: np.ndarray, fill: float) -> np.ndarray:
    """Interpolate x (..., C, H, W) at the rows v and the columns u, (..., H, W)."""
    H, W = x.shape[-2:]
    shape = (*x.shape[:-3], 1, H * W)
    v, u = (np.broadcast_to(a, (*x.shape[:-3], H, W)).reshape(shape) for a in (v, u))
    framed = pad(x.astype(np.result_type(x, np.float32)), 1, fill=fill)
    framed = framed.reshape(*x.shape[:-2], (H + 2) * (W + 2))
    i, j = np.floor(v), np.floor(u)
    b, a = v - i, u - j
    rows = [(np.clip(i + d, -1, H).astype(int) + 1) * (W + 2) for d in (0, 1)]
    columns = [np.clip(j + d, -1, W).astype(int) + 1 for d in (0, 1)]
    y = np.zeros((*x.shape[:-2], H * W))
    for row, p in zip(rows, (1 - b, b), strict=True):
        for column, q in zip(columns, (1 - a, a), strict=True):
            y += p * q * np.take_along_axis(framed, row + column, axis=-1)
    return _in_dtype_of(y.reshape(x.shape), x)


def rotate(x: np.ndarray, angle: Any, *, fill: float = 0) -> np.ndarray:
    """Rotate images about their centre.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
    angle : float or (N,) float
        The angle in degrees, counterclockwise, one for all images or one for each.
    fill : number
        The value of the new pixels at the corners.

    Returns
    -------
    same shape and dtype as x
        The rotated images, with the same size.

    >>> rotate(np.arange(9.0).reshape(1, 3, 3), 90).round(12)
    array([[[2., 5., 8.],
            [1., 4., 7.],
            [0., 3., 6.]]])
    """
    x = _images("rotate", x)
    fill = number("rotate", "fill", fill)
    return affine(x, angle=-_each("rotate", "angle", angle, x)[..., 0, 0, 0], fill=fill)


def affine(
    x: np.ndarray,
    *,
    angle: Any = 0.0,
    translate: tuple[Any, Any] = (0.0, 0.0),
    scale: Any = 1.0,
    shear: tuple[Any, Any] = (0.0, 0.0),
    fill: float = 0,
) -> np.ndarray:
    r"""Shear, rotate, zoom and then move images, relative to their centre.

    .. math:: p \mapsto M p + t, \quad M = s
        \begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}
        \begin{pmatrix} 1 & 0 \\ -\tan\beta & 1 \end{pmatrix}
        \begin{pmatrix} 1 & -\tan\alpha \\ 0 & 1 \end{pmatrix}

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
    angle : float or (N,) float
        The angle θ in degrees, clockwise. (``rotate`` is counterclockwise; torchvision has the
        same conventions.)
    translate : pair of float or (N,) float
        The translation t, in pixels to the right and down.
    scale : float or (N,) float
        The scale s, which zooms in if it is above 1.
    shear : pair of float or (N,) float
        The angles α and β in degrees, along the rows and along the columns.
    fill : number
        The value of the new pixels at the edge.

    Returns
    -------
    same shape and dtype as x
        The changed images, with the same size.

    Raises
    ------
    ValueError
        If a scale is not positive, or a number is not finite.
    TypeError
        If ``translate`` or ``shear`` is not a pair.

    Source: torchvision's ``v2.functional.affine``; chapters "Matrices" and "Data augmentation".

    >>> affine(np.array([[[1.0, 2.0, 3.0]]]), translate=(1, 0))
    array([[[0., 1., 2.]]])
    """
    x, fill = _images("affine", x), number("affine", "fill", fill)
    for name, pair in (("shear", shear), ("translate", translate)):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"affine: expected {name} as a pair, got {pair!r}")
    named = [("angle", angle), ("scale", scale), ("shear", shear[0]), ("shear", shear[1])]
    named += [("translate", t) for t in translate]
    numbers = (_each("affine", n, v, x)[..., 0, 0, 0] for n, v in named)
    theta, s, alpha, beta, *t = np.broadcast_arrays(*numbers)
    if (s <= 0).any():
        raise ValueError(f"affine: expected a positive scale, got {s.min()}")
    theta, alpha, beta = np.deg2rad(theta), np.deg2rad(alpha), np.deg2rad(beta)
    turn = _matrix(np.cos(theta), -np.sin(theta), np.sin(theta), np.cos(theta))
    down, right = _matrix(1, 0, -np.tan(beta), 1), _matrix(1, -np.tan(alpha), 0, 1)
    M = s[..., None, None] * turn @ down @ right
    back = np.linalg.inv(M)  # p takes its value from M⁻¹ (p - t)
    A = np.concatenate([back, -back @ np.stack(t, axis=-1)[..., None]], axis=-1)
    return warp(x, A, fill=fill)


def _matrix(a: Any, b: Any, c: Any, d: Any) -> np.ndarray:
    """Return 2x2 matrices (..., 2, 2) with the given entries."""
    a, b, c, d = np.broadcast_arrays(a, b, c, d)
    return np.stack([a, b, c, d], axis=-1).reshape(*a.shape, 2, 2)


# Functions that change the values of pixels


def adjust_brightness(x: np.ndarray, factor: Any) -> np.ndarray:
    """Multiply the values by a factor, and clip them at 1.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W) float
        Images with values from 0 to 1.
    factor : float or (N,) float
        The factor, one for all images or one for each: 0 gives black, and 1 means no change.

    Raises
    ------
    ValueError
        If a value is outside [0, 1], or a factor is negative.

    >>> adjust_brightness(np.array([[[0.2, 0.8]]]), 1.5)
    array([[[0.3, 1. ]]])
    """
    x = _bright("adjust_brightness", x)
    return np.clip(_factor("adjust_brightness", factor, x) * x, 0, 1).astype(x.dtype)


def adjust_contrast(x: np.ndarray, factor: Any) -> np.ndarray:
    """Multiply the difference from an image's mean brightness by a factor, and clip at 0 and 1.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W) float
        Images with values from 0 to 1.
    factor : float or (N,) float
        The factor, one for all images or one for each: 0 gives uniform grey, and 1 means no
        change.

    Raises
    ------
    ValueError
        If a value is outside [0, 1], or a factor is negative.

    >>> adjust_contrast(np.array([[[0.25, 0.75]]]), 0.5)
    array([[[0.375, 0.625]]])
    """
    x = _bright("adjust_contrast", x)
    factor = _factor("adjust_contrast", factor, x)
    is_colour = x.shape[-3] == 3
    grey = np.tensordot(GREY, x, axes=(0, x.ndim - 3))[..., None, :, :] if is_colour else x
    mean = grey.mean(axis=(-3, -2, -1), keepdims=True)
    return np.clip(mean + factor * (x - mean), 0, 1).astype(x.dtype)


def _factor(function: str, factor: Any, x: np.ndarray) -> np.ndarray:
    """Return a non-negative factor for all images, or one for each."""
    factor = _each(function, "factor", factor, x)
    if (factor < 0).any():
        raise ValueError(f"{function}: expected a factor of at least 0, got {factor.min()}")
    return factor


def erase(
    x: np.ndarray, top: Any, left: Any, height: Any, width: Any, *, value: float = 0
) -> np.ndarray:
    """Cover a rectangle in each image.

    Parameters
    ----------
    x : (C, H, W) or (N, C, H, W)
    top, left, height, width : int or (N,) int
        The rectangle, one for all images or one for each. It can extend beyond the image.
    value : number
        The value of the covered pixels.

    Returns
    -------
    same shape and dtype as x

    Source: DeVries and Taylor (2017), arXiv:1708.04552; chapter "Data augmentation".

    >>> erase(np.ones((1, 2, 3)), top=0, left=1, height=1, width=9)
    array([[[1., 0., 0.],
            [1., 1., 1.]]])
    """
    x = _images("erase", x)
    named = (("top", top), ("left", left), ("height", height), ("width", width))
    top, left, height, width = (_each("erase", n, v, x) for n, v in named)
    i, j = np.indices(x.shape[-2:])
    inside = (top <= i) & (i < top + height) & (left <= j) & (j < left + width)
    return np.where(inside, x.dtype.type(number("erase", "value", value)), x)


class Transform:
    """Base class of the transforms, which take images (C, H, W) or (N, C, H, W).

    The result has the same type as the input: an array, or a Tensor without history.
    """

    def __call__(self, x: Any) -> Any:
        """Return the changed images; each image gets its own random parameters."""
        array = _images(type(self).__name__, raw(x))
        y = self._change(array.reshape(-1, *array.shape[-3:]))
        y = y.reshape(*array.shape[:-3], *y.shape[1:])
        return wrap(y) if isinstance(x, Tensor) else y

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the changed batch (N, C, H, W); each subclass must define this method."""
        raise NotImplementedError(f"{type(self).__name__}: define _change()")

    def _check(self, right: bool, expected: str, got: Any) -> None:
        """Raise ValueError unless an option is valid."""
        if not right:
            raise ValueError(f"{type(self).__name__}: expected {expected}, got {got}")


class Compose:
    """Apply several transforms in order.

    >>> Compose([abs, np.sqrt])(-4.0)
    np.float64(2.0)
    """

    def __init__(self, transforms: Sequence[Callable]):
        several = isinstance(transforms, tuple | list) and transforms
        if not several or not all(map(callable, transforms)):
            raise TypeError(
                f"Compose: expected a nonempty list or tuple of functions, got {transforms!r}"
            )
        self.transforms = tuple(transforms)

    def __call__(self, x: Any) -> Any:
        """Return the result of applying all transforms."""
        for transform in self.transforms:
            x = transform(x)
        return x


class ToTensor:
    """Convert a uint8 image (H, W) or (H, W, C) to floats (C, H, W) between 0 and 1.

    >>> ToTensor()(np.full((2, 1), 51, np.uint8))
    tensor([[[0.2000],
             [0.2000]]])
    """

    def __call__(self, x: np.ndarray) -> Tensor:
        """Return one image as a float32 Tensor (C, H, W)."""
        x = reals("ToTensor", "x", x)
        if x.dtype != np.uint8:
            raise TypeError(f"ToTensor: expected a uint8 image, got {x.dtype}")
        if x.ndim not in (2, 3):
            raise ValueError(f"ToTensor: expected (H, W) or (H, W, C), got {x.shape}")
        first = x[None] if x.ndim == 2 else np.moveaxis(x, -1, 0)
        return wrap(np.ascontiguousarray(first, np.float32) / np.float32(255))


class Normalize(Transform):
    """Centre and scale each channel: (x - mean) / std.

    Parameters
    ----------
    mean, std : float or (C,) float
        The mean and the standard deviation of the training images.

    >>> Normalize(0.5, 0.25)(np.array([[[0.5, 1.0]]]))
    array([[[0., 2.]]])
    """

    def __init__(self, mean: float | Sequence[float], std: float | Sequence[float]):
        self.mean, self.std = self._for_channels("mean", mean), self._for_channels("std", std)
        self._check((self.std > 0).all(), "std above 0", std)

    def _for_channels(self, argument: str, value: Any) -> np.ndarray:
        """Return one number for all channels, or one for each."""
        a = reals("Normalize", argument, value).astype(float)
        right = a.ndim <= 1 and a.size and np.isfinite(a).all()
        self._check(right, f"{argument} as a finite number, or one for each channel", value)
        return a

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch minus the mean, divided by the standard deviation."""
        if x.dtype.kind != "f":
            raise TypeError(f"Normalize: expected floating-point images, got {x.dtype}")
        for a in (self.mean, self.std):
            self._check(a.size in (1, x.shape[1]), f"{a.size} channels", x.shape)
        mean, std = (a.reshape(-1, 1, 1) for a in (self.mean, self.std))
        return ((x - mean) / std).astype(x.dtype)


class RandomHorizontalFlip(Transform):
    """Flip each image horizontally (swap left and right) with probability p.

    Parameters
    ----------
    p : float
        The probability of a flip.

    >>> always = RandomHorizontalFlip(1.0, rng=np.random.default_rng(0))
    >>> always(np.array([[[1, 2]]]))
    array([[[2, 1]]])
    """

    flip = staticmethod(horizontal_flip)

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator):
        name = type(self).__name__
        self.p = number(name, "p", p, low=0, high=1)
        self.rng = checks.generator(name, rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch, in which each image is flipped with probability p."""
        return np.where(self.rng.random((len(x), 1, 1, 1)) < self.p, self.flip(x), x)


class RandomVerticalFlip(RandomHorizontalFlip):
    """Flip each image vertically with probability p; see ``RandomHorizontalFlip``.

    >>> always = RandomVerticalFlip(1.0, rng=np.random.default_rng(0))
    >>> always(np.array([[[1], [2]]])).ravel()
    array([2, 1])
    """

    flip = staticmethod(vertical_flip)


class RandomCrop(Transform):
    """Cut a window out of each image, at a random position.

    Parameters
    ----------
    size : int or pair of int
        The height and width of the window.
    padding : int
        The width of a frame to add to the image first.
    fill, padding_mode
        The ``fill`` and ``mode`` of the frame, as in ``pad``.

    >>> RandomCrop(3, rng=np.random.default_rng(0))(np.zeros((5, 1, 8, 8))).shape
    (5, 1, 3, 3)
    """

    def __init__(
        self,
        size: int | tuple[int, int],
        padding: int = 0,
        *,
        fill: float = 0,
        padding_mode: str = "constant",
        rng: np.random.Generator,
    ):
        sides = size if isinstance(size, tuple | list) else (size, size)
        self._check(len(sides) == 2, "size as one number or two", size)
        self.size = tuple(whole("RandomCrop", "size", side, low=1) for side in sides)
        self.padding = whole("RandomCrop", "padding", padding, low=0)
        self.fill = number("RandomCrop", "fill", fill)
        self.padding_mode = padding_mode
        one_of("RandomCrop", "padding_mode", padding_mode, MODES)
        self.rng = checks.generator("RandomCrop", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return a random window of each padded image."""
        x = pad(x, self.padding, fill=self.fill, mode=self.padding_mode)
        (H, W), (h, w) = x.shape[-2:], self.size
        self._check(h <= H and w <= W, f"images of at least {h} x {w}", f"{H} x {W}")
        top, left = (self.rng.integers(n + 1, size=len(x)) for n in (H - h, W - w))
        return crop(x, top, left, h, w)


class RandomAffine(Transform):
    """Rotate, move, zoom and shear each image.

    Parameters
    ----------
    degrees : float or pair of float
        The range of the angle; a single number d means the range from -d to d.
    translate : pair of float, optional
        The maximum horizontal and vertical distances, as fractions of the width and the height.
        The distances are rounded to whole pixels.
    scale : pair of float, optional
        The range of the scale.
    shear : float or pair of float, optional
        The range of the shear along the rows, in degrees.
    fill : number
        The value of the new pixels at the edge.

    >>> still = RandomAffine(0, rng=np.random.default_rng(0))
    >>> still(np.array([[[1.0, 2.0]]]))
    array([[[1., 2.]]])
    """

    def __init__(
        self,
        degrees: float | tuple[float, float],
        translate: tuple[float, float] | None = None,
        scale: tuple[float, float] | None = None,
        shear: float | tuple[float, float] | None = None,
        *,
        fill: float = 0,
        rng: np.random.Generator,
    ):
        name = type(self).__name__
        self.degrees = _range(name, "degrees", degrees)
        self.shear = _range(name, "shear", 0 if shear is None else shear)
        self.translate = checks.several(
            name, "translate", (0, 0) if translate is None else translate, 2
        )
        self.scale = checks.several(name, "scale", (1, 1) if scale is None else scale, 2)
        self.fill, self.rng = number(name, "fill", fill), checks.generator(name, rng)
        low, high = self.scale
        self._check(0 < low <= high, "scale (low, high) with 0 < low <= high", scale)
        fractions = all(0 <= t <= 1 for t in self.translate)
        self._check(fractions, "translate with fractions from 0 to 1", translate)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch, with a random affine transform of each image."""
        N, _, H, W = x.shape
        furthest = np.array(self.translate) * (W, H)
        return affine(
            x,
            angle=self.rng.uniform(*self.degrees, N),
            translate=tuple(np.round(self.rng.uniform(-t, t, N)) for t in furthest),
            scale=self.rng.uniform(*self.scale, N),
            shear=(self.rng.uniform(*self.shear, N), np.zeros(N)),
            fill=self.fill,
        )


class RandomRotation(RandomAffine):
    """Rotate each image about its centre, counterclockwise.

    Parameters
    ----------
    degrees : float or pair of float
        The range of the angle; a single number d means the range from -d to d.
    fill : number
        The value of the new pixels at the corners.

    >>> quarter = RandomRotation((90, 90), rng=np.random.default_rng(0))
    >>> quarter(np.arange(4.0).reshape(1, 2, 2)).round(12)
    array([[[1., 3.],
            [0., 2.]]])
    """

    def __init__(
        self, degrees: float | tuple[float, float], *, fill: float = 0, rng: np.random.Generator
    ):
        low, high = _range("RandomRotation", "degrees", degrees)
        super().__init__((-high, -low), fill=fill, rng=rng)  # affine rotates clockwise


class ElasticTransform(Transform):
    """Distort each image as if it were drawn on rubber.

    The displacements are random numbers from -1 to 1, blurred by a Gaussian and multiplied by
    ``alpha``.

    Parameters
    ----------
    alpha : float
        Strength of the distortion: the factor for the displacements, in pixels.
    sigma : float
        Smoothness of the distortion: the standard deviation of the Gaussian, in pixels.

    Source: Simard, Steinkraus and Platt (2003), ICDAR, section 2; chapter "Supervised
    learning".

    >>> bend = ElasticTransform(rng=np.random.default_rng(0))
    >>> bend(np.zeros((1, 28, 28))).shape
    (1, 28, 28)
    """

    def __init__(self, alpha: float = 25.0, sigma: float = 5.0, *, rng: np.random.Generator):
        self.alpha = number("ElasticTransform", "alpha", alpha, low=0)
        self.sigma = number("ElasticTransform", "sigma", sigma, above=0)
        self.rng = checks.generator("ElasticTransform", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch, distorted by smoothed random displacements."""
        N, _, H, W = x.shape
        noise = self.rng.uniform(-1, 1, size=(2, N, H, W))
        right, down = self.alpha * _blur(H, self.sigma) @ noise @ _blur(W, self.sigma).T
        return elastic(x, right, down)


class ColorJitter(Transform):
    """Change the brightness and then the contrast of each image.

    Parameters
    ----------
    brightness, contrast : float
        For a value b, the factor is drawn uniformly from max(0, 1 - b) to 1 + b.

    >>> ColorJitter(rng=np.random.default_rng(0))(np.array([[[0.25, 0.5]]]))
    array([[[0.25, 0.5 ]]])
    """

    def __init__(
        self, brightness: float = 0.0, contrast: float = 0.0, *, rng: np.random.Generator
    ):
        self.brightness = number("ColorJitter", "brightness", brightness, low=0)
        self.contrast = number("ColorJitter", "contrast", contrast, low=0)
        self.rng = checks.generator("ColorJitter", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch with random brightness and contrast."""
        changes = ((adjust_brightness, self.brightness), (adjust_contrast, self.contrast))
        for adjust, b in changes:
            x = adjust(x, self.rng.uniform(max(0, 1 - b), 1 + b, len(x)))
        return x


def _range(
    name: str, argument: str, degrees: float | tuple[float, float]
) -> tuple[float, float]:
    """Return the range (low, high) of angles given by a pair, or (-d, d) for a number d."""
    if not isinstance(degrees, tuple | list | np.ndarray):
        degrees = abs(number(name, argument, degrees))
        degrees = -degrees, degrees
    low, high = checks.several(name, argument, degrees, 2)
    if low > high:
        raise ValueError(f"{name}: expected {argument} with low <= high, got {degrees}")
    return low, high


def _blur(n: int, sigma: float) -> np.ndarray:
    """Return the matrix (n, n) of a Gaussian blur, in which each row sums to 1."""
    distances = np.arange(n) - np.arange(n)[:, None]
    weights = np.exp(-(distances**2) / (2 * sigma**2))
    return weights / weights.sum(axis=1, keepdims=True)
