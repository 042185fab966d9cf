"""Random transforms that move pixels."""

from __future__ import annotations

import numpy as np

from .. import checks
from . import grid, warping
from .compose import Transform

__all__ = ["ElasticTransform", "RandomAffine", "RandomCrop", "RandomRotation", "RandomShift"]


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
        sides = size if isinstance(size, tuple | list) else (size, size)
        self._check(len(sides) == 2, "size of two sides", size)
        self.size = tuple(checks.whole("RandomCrop", "size", side, low=1) for side in sides)
        self.padding = checks.whole("RandomCrop", "padding", padding, low=0)
        self.fill = checks.number("RandomCrop", "fill", fill)
        checks.one_of("RandomCrop", "padding_mode", padding_mode, grid.MODES)
        self.padding_mode, self.rng = padding_mode, checks.generator("RandomCrop", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return a random window of each padded picture."""
        x = grid.pad(x, self.padding, fill=self.fill, mode=self.padding_mode)
        (H, W), (h, w) = x.shape[-2:], self.size
        self._check(h <= H and w <= W, f"pictures of at least {h} x {w}", f"{H} x {W}")
        top, left = (self.rng.integers(n + 1, size=len(x)) for n in (H - h, W - w))
        return grid.crop(x, top, left, h, w)


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
        self.pixels = checks.whole("RandomShift", "pixels", pixels, low=0)
        self.fill = checks.number("RandomShift", "fill", fill)
        self.rng = checks.generator("RandomShift", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch, each picture shifted at random."""
        right, down = self.rng.integers(-self.pixels, self.pixels + 1, size=(2, len(x)))
        return grid.shift(x, right, down, fill=self.fill)


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
        name = type(self).__name__
        self.degrees = _range(name, "degrees", degrees)
        self.shear = _range(name, "shear", 0 if shear is None else shear)
        self.translate = checks.several(
            name, "translate", (0, 0) if translate is None else translate, 2
        )
        self.scale = checks.several(name, "scale", (1, 1) if scale is None else scale, 2)
        self.fill, self.rng = checks.number(name, "fill", fill), checks.generator(name, rng)
        self._check(0 < self.scale[0] <= self.scale[1], "a range of scale above 0", scale)
        fractions = all(0 <= t <= 1 for t in self.translate)
        self._check(fractions, "translate from 0 to 1", translate)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch, each picture with a random affine transform."""
        N, _, H, W = x.shape
        furthest = np.array(self.translate) * (W, H)
        return warping.affine(
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
        low, high = _range(
            "RandomRotation", "degrees", degrees
        )  # affine is clockwise, a rotation counterclockwise
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
        self.alpha = checks.number("ElasticTransform", "alpha", alpha, low=0)
        self.sigma = checks.number("ElasticTransform", "sigma", sigma, above=0)
        self.fill = checks.number("ElasticTransform", "fill", fill)
        self.rng = checks.generator("ElasticTransform", rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch, distorted by smoothed random displacements."""
        N, _, H, W = x.shape
        noise = self.rng.uniform(-1, 1, size=(2, N, H, W))
        right, down = self.alpha * _blur(H, self.sigma) @ noise @ _blur(W, self.sigma).T
        return warping.elastic(x, right, down, fill=self.fill)


def _range(
    name: str, argument: str, degrees: float | tuple[float, float]
) -> tuple[float, float]:
    """Return a range (low, high) of angles, from a pair or from a single d as (-d, d)."""
    if not isinstance(degrees, tuple | list | np.ndarray):
        degrees = abs(checks.number(name, argument, degrees))
        degrees = -degrees, degrees
    low, high = checks.several(name, argument, degrees, 2)
    if low > high:
        raise ValueError(f"{name}: expected a range of {argument}, got {degrees}")
    return low, high


def _blur(n: int, sigma: float) -> np.ndarray:
    """Return the matrix (n, n) of a Gaussian blur; its rows sum to 1."""
    apart = np.arange(n) - np.arange(n)[:, None]
    weights = np.exp(-(apart**2) / (2 * sigma**2))
    return weights / weights.sum(axis=1, keepdims=True)
