"""The base class of transforms, and combinations of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import checks
from ..tensor import Tensor, raw
from . import grid, pixels
from .shared import pictures

__all__ = [
    "Compose",
    "Normalize",
    "RandomApply",
    "RandomHorizontalFlip",
    "RandomVerticalFlip",
    "ToTensor",
]


class Transform:
    """The base class of the transforms: a call takes pictures (C, H, W) or (N, C, H, W).

    An array gives an array, a Tensor a Tensor without history.
    """

    def __call__(self, x: Any) -> Any:
        """Return the changed pictures, each with its own random numbers."""
        array = pictures(type(self).__name__, raw(x))
        y = self._change(array.reshape(-1, *array.shape[-3:]))
        y = y.reshape(*array.shape[:-3], *y.shape[1:])
        return Tensor(y) if isinstance(x, Tensor) else y

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the changed batch (N, C, H, W); each transform defines this."""
        raise NotImplementedError(f"{type(self).__name__}: define _change()")

    def _check(self, right: bool, expected: str, got: Any) -> None:
        """Raise ValueError unless an option is right."""
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
        self.transforms = _functions("Compose", transforms)

    def __call__(self, x: Any) -> Any:
        """Return the result of all transforms, one after the other."""
        for transform in self.transforms:
            x = transform(x)
        return x


def _functions(name: str, transforms: Any) -> tuple[Callable, ...]:
    """Return transforms as a tuple, after checking that there is at least one."""
    several = isinstance(transforms, tuple | list) and transforms
    if not several or not all(map(callable, transforms)):
        raise TypeError(
            f"{name}: expected transforms as a sequence of functions, got {transforms!r}"
        )
    return tuple(transforms)


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

    >>> never = RandomApply([grid.vertical_flip], p=0.0, rng=np.random.default_rng(0))
    >>> never(np.array([[[1], [2]]])).ravel()
    array([1, 2])
    """

    def __init__(
        self, transforms: Sequence[Callable], p: float = 0.5, *, rng: np.random.Generator
    ):
        name = type(self).__name__
        self.transform = Compose(_functions(name, transforms))
        self.p = checks.number(name, "p", p, low=0, high=1)
        self.rng = checks.generator(name, rng)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch, in which each picture is transformed with probability p."""
        y = self.transform(x)
        self._check(y.shape == x.shape, f"transforms that keep {x.shape}", y.shape)
        return np.where(self.rng.random((len(x), 1, 1, 1)) < self.p, y, x)


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
        super().__init__([grid.horizontal_flip], p, rng=rng)


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
        super().__init__([grid.vertical_flip], p, rng=rng)


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
        self.mean = pixels.for_colours("Normalize", "mean", mean)
        self.std = pixels.for_colours("Normalize", "std", std)

    def _change(self, x: np.ndarray) -> np.ndarray:
        """Return the batch minus the mean, divided by the standard deviation."""
        return pixels.normalize(x, self.mean, self.std)


class ToTensor:
    """Make a stored picture, (H, W) or (H, W, C) uint8, a Tensor (C, H, W) from 0 to 1.

    Source: torchvision's ``ToTensor``; chapter "PyTorch".

    >>> ToTensor()(np.full((2, 1), 51, np.uint8))
    tensor([[[0.2000],
             [0.2000]]])
    """

    def __call__(self, x: np.ndarray) -> Tensor:
        """Return one picture as a float Tensor (C, H, W)."""
        return Tensor(pixels.to_image(x))
