"""Random transforms of pixel values."""

from __future__ import annotations

import math

import numpy as np

from .. import checks
from . import pixels
from .compose import Transform

__all__ = ["ColorJitter", "Cutout", "GaussianNoise", "RandomErasing"]

ATTEMPTS = 10  # rectangles drawn until one fits


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
        self.brightness = checks.number("ColorJitter", "brightness", brightness, low=0)
        self.contrast = checks.number("ColorJitter", "contrast", contrast, low=0)
        self.rng = checks.generator("ColorJitter", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch with random brightness and contrast."""
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
        self.sigma = checks.number("GaussianNoise", "sigma", sigma, low=0)
        self.clip, self.rng = clip, checks.generator("GaussianNoise", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch with random noise."""
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
        self.size = checks.whole("Cutout", "size", size, low=1)
        self.value = checks.number("Cutout", "value", value)
        self.rng = checks.generator("Cutout", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch with a square at a random place erased in each picture."""
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
        self.p = checks.number("RandomErasing", "p", p, low=0, high=1)
        self.scale = checks.several("RandomErasing", "scale", scale, 2)
        self.ratio = checks.several("RandomErasing", "ratio", ratio, 2)
        self._check(
            0 < self.scale[0] <= self.scale[1] <= 1, "a range of scale from 0 to 1", scale
        )
        self._check(0 < self.ratio[0] <= self.ratio[1], "a range of ratio above 0", ratio)
        self.value = checks.number("RandomErasing", "value", value)
        self.rng = checks.generator("RandomErasing", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch with a random rectangle erased in some pictures."""
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
