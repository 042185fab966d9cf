"""Handwritten digits, and four photographs."""

from typing import NamedTuple

import numpy as np

from .fashion import grey_pictures
from .packaged import DATA, Split, read

__all__ = ["Photographs", "digits", "photographs"]


class Photographs(NamedTuple):
    """A cat, a cup of coffee, a brick wall, and grass."""

    chelsea: np.ndarray
    coffee: np.ndarray
    brick: np.ndarray
    grass: np.ndarray


def digits() -> tuple[Split, Split]:
    """Return 1,498 training and 299 test pictures of the digits 0 to 9.

    A sixth of each class is the test, drawn once and for all. Thirteen people wrote them, and
    each wrote for both parts, so that the test says nothing about another hand.

    Returns
    -------
    train, test : Split
        ``X`` of shape (N, 64), float32, ink from 0 (none) to 1, the 8 rows of 8 pixels one
        after the other; ``y`` of shape (N,), int64, the digit.

    Source: Alpaydin and Kaynak (1998), "Cascading classifiers", Kybernetika 34; CC BY 4.0.

    >>> train, test = digits()
    >>> train.X.shape, test.X.shape, float(train.X.max())
    ((1498, 64), (299, 64), 1.0)
    """
    return grey_pictures(read(DATA / "digits.npz"), brightest=16)


def photographs() -> Photographs:
    """Return four photographs of 256 by 256 pixels: two in colour, two textures in grey.

    Returns
    -------
    Photographs
        ``chelsea`` and ``coffee`` of shape (256, 256, 3), red, green, blue; ``brick`` and
        ``grass`` of shape (256, 256); uint8, 0 (dark) to 255.

    Source: scikit-image; CC0 by S. van der Walt (chelsea), R. Michetti (coffee), CC0Textures
    (brick) and linolafett (grass). Chapters "SVD and PCA" and "Convolution".

    >>> cat = photographs().chelsea
    >>> cat.shape, cat.dtype
    ((256, 256, 3), dtype('uint8'))
    """
    arrays = read(DATA / "photographs.npz")
    return Photographs(*(arrays[name].copy() for name in Photographs._fields))
