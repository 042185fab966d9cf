"""Transforms that draw what they do, for each picture of a batch its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..tensor import Tensor, raw
from . import geometry, pixels
from .shared import pictures

__all__ = [
    "ColorJitter",
    "Compose",
    "Cutout",
    "ElasticTransform",
    "GaussianNoise",
    "Normalize",
    "RandomAffine",
    "RandomApply",
    "RandomCrop",
    "RandomErasing",
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomShift",
    "RandomVerticalFlip",
    "ToTensor",
]

ATTEMPTS = 10  # rectangles drawn until one fits


class Transform:
    """Ground of the transforms: a call takes pictures (C, H, W) or (N, C, H, W).

    An array gives an array, a Tensor a Tensor without history.
    """

    def __call__(self, x: Any) -> Any:
        """Change pictures, each by numbers of its own."""
        array = pictures(type(self).__name__, raw(x))
        y = self._change(array.reshape(-1, *array.shape[-3:]))
        y = y.reshape(*array.shape[:-3], *y.shape[1:])
        return Tensor(y) if isinstance(x, Tensor) else y

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Change a batch (N, C, H, W)."""
        raise NotImplementedError(f"{type(self).__name__}: define _change()")

    def _check(self, right: bool, expected: str, got: Any) -> None:
        """Say what an option should have been."""
        if not right:
            raise ValueError(f"{type(self).__name__}: expected {expected}, got {got}")


class Compose:
    """Do several transforms, one after the other.

    Parameters
    ----------
    transforms : sequence of functions
        Each takes what the one before gives.

    Source: torchvision's ``v2.Compose``; chapter "More from the same data".

    >>> Compose([abs, np.sqrt])(-4.0)
    np.float64(2.0)
    """

    def __init__(self, transforms: Sequence[Callable]):
        if not transforms or not all(map(callable, transforms)):
            raise TypeError(f"Compose: expected a sequence of functions, got {transforms!r}")
        self.transforms = tuple(transforms)

    def __call__(self, x: Any) -> Any:
        """Do all of them."""
        for transform in self.transforms:
            x = transform(x)
        return x


class RandomApply(Transform):
    """Change some of the pictures, and leave the others as they are.

    Parameters
    ----------
    transforms : sequence of functions
        They are done one after the other, and must keep the size.
    p : float
        The probability with which a picture is changed.
    rng : Generator
        Where chance comes from.

    Source: torchvision's ``v2.RandomApply``; chapter "More from the same data".

    >>> never = RandomApply([geometry.vertical_flip], p=0.0, rng=np.random.default_rng(0))
    >>> never(np.array([[[1], [2]]])).ravel()
    array([1, 2])
    """

    def __init__(
        self, transforms: Sequence[Callable], p: float = 0.5, *, rng: np.random.Generator
    ):
        self._check(0 <= p <= 1, "a probability p", p)
        self.transform, self.p, self.rng = Compose(transforms), p, rng

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Change where a draw says so."""
        y = self.transform(x)
        self._check(y.shape == x.shape, f"transforms that keep {x.shape}", y.shape)
        return np.where(_one_each(self.rng.random(len(x)) < self.p), y, x)


class RandomHorizontalFlip(RandomApply):
    """Swap left and right of some pictures.

    Parameters
    ----------
    p : float
        The probability with which a picture is mirrored.
    rng : Generator
        Where chance comes from.

    Source: torchvision's ``v2``; chapter "More from the same data".

    >>> always = RandomHorizontalFlip(1.0, rng=np.random.default_rng(0))
    >>> always(np.array([[[1, 2]]]))
    array([[[2, 1]]])
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator):
        super().__init__([geometry.horizontal_flip], p, rng=rng)


class RandomVerticalFlip(RandomApply):
    """Swap top and bottom of some pictures.

    Parameters
    ----------
    p : float
        The probability with which a picture is mirrored.
    rng : Generator
        Where chance comes from.

    Source: torchvision's ``v2``; chapter "More from the same data".

    >>> always = RandomVerticalFlip(1.0, rng=np.random.default_rng(0))
    >>> always(np.array([[[1], [2]]])).ravel()
    array([2, 1])
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator):
        super().__init__([geometry.vertical_flip], p, rng=rng)


class RandomCrop(Transform):
    """Cut a window out of each picture, at a random place.

    Parameters
    ----------
    size : int or pair of int
        Height and width of the window.
    padding : int
        A frame that is put around the picture first.
    fill, padding_mode
        Of the frame, as in ``pad``.
    rng : Generator
        Where chance comes from.

    Source: torchvision's ``v2``; chapter "More from the same data".

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
        self.size = (size, size) if np.ndim(size) == 0 else tuple(size)
        self._check(len(self.size) == 2 and min(self.size) > 0, "a size above 0", size)
        self.padding, self.fill, self.padding_mode, self.rng = padding, fill, padding_mode, rng

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Frame, draw the corners, cut."""
        x = geometry.pad(x, self.padding, fill=self.fill, mode=self.padding_mode)
        (H, W), (h, w) = x.shape[-2:], self.size
        self._check(h <= H and w <= W, f"pictures of at least {h} x {w}", f"{H} x {W}")
        top, left = (self.rng.integers(n + 1, size=len(x)) for n in (H - h, W - w))
        return geometry.crop(x, top, left, h, w)


class RandomShift(Transform):
    """Move each picture by some whole pixels.

    Parameters
    ----------
    pixels : int
        How far at most, in each of four directions.
    fill : number
        What comes in at the edge.
    rng : Generator
        Where chance comes from.

    Source: Krizhevsky et al. (2012), section 4.1; chapter "More from the same data".

    >>> RandomShift(0, rng=np.random.default_rng(0))(np.array([[[1, 2]]]))
    array([[[1, 2]]])
    """

    def __init__(self, pixels: int, *, fill: float = 0, rng: np.random.Generator):
        self._check(pixels >= 0, "pixels from 0 on", pixels)
        self.pixels, self.fill, self.rng = pixels, fill, rng

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Draw both ways and move."""
        right, down = self.rng.integers(-self.pixels, self.pixels + 1, size=(2, len(x)))
        return geometry.shift(x, right, down, fill=self.fill)


class RandomAffine(Transform):
    """Turn, move, zoom and shear each picture.

    Parameters
    ----------
    degrees : float or pair of float
        The range of the angle; one number d means from -d to d.
    translate : pair of float, optional
        How far at most to the side and up or down, as a fraction of width and height; whole
        pixels are drawn.
    scale : pair of float, optional
        The range of the zoom.
    shear : float or pair of float, optional
        The range of the shear along the rows, in degrees.
    fill : number
        What comes in at the edge.
    rng : Generator
        Where chance comes from.

    Source: torchvision's ``v2``; chapter "More from the same data".

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
        self.degrees, self.shear = _range(degrees), _range(shear or 0)
        self.translate, self.scale = translate or (0, 0), scale or (1, 1)
        self.fill, self.rng = fill, rng
        self._check(self.degrees[0] <= self.degrees[1], "a range of degrees", degrees)
        self._check(0 < self.scale[0] <= self.scale[1], "a range of scales above 0", scale)
        fractions = all(0 <= t <= 1 for t in self.translate)
        self._check(fractions, "translate from 0 to 1", translate)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Draw all numbers and warp."""
        N, _, H, W = x.shape
        furthest = np.array(self.translate) * (W, H)
        return geometry.affine(
            x,
            angle=self.rng.uniform(*self.degrees, N),
            translate=tuple(np.round(self.rng.uniform(-t, t, N)) for t in furthest),
            scale=self.rng.uniform(*self.scale, N),
            shear=(self.rng.uniform(*self.shear, N), np.zeros(N)),
            fill=self.fill,
        )


class RandomRotation(RandomAffine):
    """Turn each picture about its centre.

    Parameters
    ----------
    degrees : float or pair of float
        The range of the angle; one number d means from -d to d.
    fill : number
        What comes in at the corners.
    rng : Generator
        Where chance comes from.

    Source: torchvision's ``v2``; chapter "More from the same data".

    >>> quarter = RandomRotation((90, 90), rng=np.random.default_rng(0))
    >>> quarter(np.arange(4.0).reshape(1, 2, 2)).round(12)
    array([[[1., 3.],
            [0., 2.]]])
    """

    def __init__(
        self,
        degrees: float | tuple[float, float],
        *,
        fill: float = 0,
        rng: np.random.Generator,
    ):
        low, high = _range(degrees)  # affine turns with the clock, a rotation against it
        super().__init__((-high, -low), fill=fill, rng=rng)


class ElasticTransform(Transform):
    """Bend each picture as if it were drawn on rubber.

    Parameters
    ----------
    alpha : float
        How strongly: pixels by which a displacement of 1 moves.
    sigma : float
        How smoothly: the standard deviation, in pixels, of the Gaussian by which random
        displacements from -1 to 1 are blurred.
    fill : number
        What comes in at the edge.
    rng : Generator
        Where chance comes from.

    Source: Simard, Steinkraus and Platt (2003), ICDAR, section 2; chapter "The learning
    problem".

    >>> bend = ElasticTransform(rng=np.random.default_rng(0))
    >>> bend(np.zeros((1, 28, 28))).shape
    (1, 28, 28)
    """

    def __init__(
        self,
        alpha: float = 25.0,
        sigma: float = 5.0,
        *,
        fill: float = 0,
        rng: np.random.Generator,
    ):
        self._check(alpha >= 0 and sigma > 0, "alpha >= 0 and sigma > 0", (alpha, sigma))
        self.alpha, self.sigma, self.fill, self.rng = alpha, sigma, fill, rng

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Draw displacements, blur them along both axes, bend."""
        N, _, H, W = x.shape
        noise = self.rng.uniform(-1, 1, size=(2, N, H, W))
        right, down = self.alpha * _blur(H, self.sigma) @ noise @ _blur(W, self.sigma).T
        return geometry.elastic(x, right, down, fill=self.fill)


class ColorJitter(Transform):
    """Change brightness, then contrast, of each picture.

    Parameters
    ----------
    brightness, contrast : float
        With b, a factor between max(0, 1 - b) and 1 + b is drawn.
    rng : Generator
        Where chance comes from.

    Source: torchvision's ``v2``, which draws the order too; chapter "More from the same data".

    >>> ColorJitter(rng=np.random.default_rng(0))(np.array([[[0.25, 0.5]]]))
    array([[[0.25, 0.5 ]]])
    """

    def __init__(
        self, brightness: float = 0.0, contrast: float = 0.0, *, rng: np.random.Generator
    ):
        self._check(min(brightness, contrast) >= 0, "numbers from 0 on", (brightness, contrast))
        self.brightness, self.contrast, self.rng = brightness, contrast, rng

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Draw both factors."""
        changes = (
            (pixels.adjust_brightness, self.brightness),
            (pixels.adjust_contrast, self.contrast),
        )
        for adjust, b in changes:
            x = adjust(x, self.rng.uniform(max(0, 1 - b), 1 + b, len(x)))
        return x


class GaussianNoise(Transform):
    """Add Gaussian noise to each pixel.

    Parameters
    ----------
    sigma : float
        Its standard deviation.
    clip : bool
        Whether to cut off at 0 and 1.
    rng : Generator
        Where the noise comes from.

    Source: torchvision's ``v2``; chapter "More from the same data".

    >>> GaussianNoise(0.1, rng=np.random.default_rng(0))(np.full((1, 1, 2), 0.5)).round(3)
    array([[[0.513, 0.487]]])
    """

    def __init__(self, sigma: float = 0.1, *, clip: bool = True, rng: np.random.Generator):
        self._check(sigma >= 0, "sigma from 0 on", sigma)
        self.sigma, self.clip, self.rng = sigma, clip, rng

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Draw and add."""
        return pixels.gaussian_noise(x, self.sigma, clip=self.clip, rng=self.rng)


class Cutout(Transform):
    """Cover a square of each picture, its centre anywhere.

    Parameters
    ----------
    size : int
        The side of the square; what of it lies outside is nothing.
    value : number
        What covers it.
    rng : Generator
        Where chance comes from.

    Source: DeVries and Taylor (2017), arXiv:1708.04552; chapter "More from the same data".

    >>> Cutout(9, rng=np.random.default_rng(0))(np.ones((1, 3, 3))).sum()
    np.float64(0.0)
    """

    def __init__(self, size: int, *, value: float = 0, rng: np.random.Generator):
        self._check(size > 0, "a size above 0", size)
        self.size, self.value, self.rng = size, value, rng

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Draw the centres and cover."""
        i, j = (self.rng.integers(n, size=len(x)) - self.size // 2 for n in x.shape[-2:])
        return pixels.erase(x, i, j, self.size, self.size, value=self.value)


class RandomErasing(Transform):
    """Cover a rectangle of some pictures, wholly inside.

    Parameters
    ----------
    p : float
        The probability with which a picture loses one.
    scale : pair of float
        The range of its area, as a fraction of the picture's.
    ratio : pair of float
        The range of height over width; its logarithm is drawn evenly.
    value : number
        What covers it.
    rng : Generator
        Where chance comes from.

    Of ten rectangles drawn the first that fits is taken; if none does, the picture stays.

    Source: Zhong et al. (2017), arXiv:1708.04896, algorithm 1; chapter "More from the same
    data".

    >>> erase = RandomErasing(1.0, rng=np.random.default_rng(0))
    >>> 0 < erase(np.ones((1, 20, 20))).mean() < 1
    np.True_
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: tuple[float, float] = (0.02, 0.33),
        ratio: tuple[float, float] = (0.3, 3.3),
        value: float = 0,
        *,
        rng: np.random.Generator,
    ):
        self._check(0 <= p <= 1, "a probability p", p)
        self._check(0 < scale[0] <= scale[1] <= 1, "a range of areas from 0 to 1", scale)
        self._check(0 < ratio[0] <= ratio[1], "a range of ratios above 0", ratio)
        self.p, self.scale, self.ratio, self.value, self.rng = p, scale, ratio, value, rng

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Draw rectangles, take the first that fits, cover where a draw says so."""
        N, _, H, W = x.shape
        area = H * W * self.rng.uniform(*self.scale, size=(N, ATTEMPTS))
        ratio = np.exp(self.rng.uniform(*map(math.log, self.ratio), size=(N, ATTEMPTS)))
        height, width = np.round(np.sqrt(area * ratio)), np.round(np.sqrt(area / ratio))
        fits = (height < H) & (width < W)
        first = np.arange(N), fits.argmax(axis=1)
        chosen = fits[first] & (self.rng.random(N) < self.p)
        h, w = (np.where(chosen, side[first], 0) for side in (height, width))
        top, left = (np.floor(self.rng.random(N) * (n + 1)) for n in (H - h, W - w))
        return pixels.erase(x, top, left, h, w, value=self.value)


class Normalize(Transform):
    """Centre and scale each colour: (x - mean) / std.

    Parameters
    ----------
    mean, std : float or (C,) float
        Of the training pictures.

    Source: torchvision's ``v2``; chapter "Preparing the data".

    >>> Normalize(0.5, 0.25)(np.array([[[0.5, 1.0]]]))
    array([[[0., 2.]]])
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float]):
        self.mean, self.std = mean, std

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Standardise."""
        return pixels.normalize(x, self.mean, self.std)


class ToTensor:
    """Make a stored picture, (H, W) or (H, W, C) uint8, a Tensor (C, H, W) from 0 to 1.

    Source: torchvision's ``ToTensor``; chapter "PyTorch".

    >>> ToTensor()(np.full((2, 1), 51, np.uint8))
    tensor([[[0.2000],
             [0.2000]]])
    """

    def __call__(self, x: np.ndarray) -> Tensor:
        """Convert one picture."""
        return Tensor(pixels.to_image(x))


def _one_each(a: np.ndarray) -> np.ndarray:
    """(N,) as (N, 1, 1, 1)."""
    return a.reshape(-1, 1, 1, 1)


def _range(degrees: float | tuple[float, float]) -> tuple[float, float]:
    """A range from a pair, or from -d to d."""
    return (-degrees, degrees) if np.ndim(degrees) == 0 else tuple(degrees)


def _blur(n: int, sigma: float) -> np.ndarray:
    """The matrix that blurs n values by a Gaussian; its rows sum to 1."""
    apart = np.arange(n) - np.arange(n)[:, None]
    weights = np.exp(-(apart**2) / (2 * sigma**2))
    return weights / weights.sum(axis=1, keepdims=True)
