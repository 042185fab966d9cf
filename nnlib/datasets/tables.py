"""Penguins of three species, measured on three islands."""

from typing import NamedTuple

import numpy as np

from .packaged import DATA, read

__all__ = [
    "PENGUIN_FEATURES",
    "PENGUIN_ISLANDS",
    "PENGUIN_SEXES",
    "PENGUIN_SPECIES",
    "penguins",
]

PENGUIN_FEATURES = (
    "bill length (mm)",
    "bill depth (mm)",
    "flipper length (mm)",
    "body mass (g)",
)
PENGUIN_SPECIES = ("Adelie", "Chinstrap", "Gentoo")
PENGUIN_ISLANDS = ("Biscoe", "Dream", "Torgersen")
PENGUIN_SEXES = ("female", "male")


class Penguins(NamedTuple):
    """Penguins, one in each row: measurements ``X``, species ``y``, and three more columns."""

    X: np.ndarray
    y: np.ndarray
    island: np.ndarray
    sex: np.ndarray
    year: np.ndarray


def penguins() -> tuple[Penguins, Penguins]:
    """Return 273 training and 69 test penguins.

    The test set is a random fifth of each species, which is always the same. Two of the 344
    original penguins have no measurements and are left out.

    Returns
    -------
    train, test : Penguins
        ``X`` of shape (N, 4), float64, in the units of ``PENGUIN_FEATURES``; ``y`` and
        ``island`` of shape (N,), int64, indices into ``PENGUIN_SPECIES`` and
        ``PENGUIN_ISLANDS``; ``sex`` of shape (N,), int64, an index into ``PENGUIN_SEXES``, -1
        if it is unknown (9 penguins); ``year`` of shape (N,), int64, 2007 to 2009.

    Source: Gorman, Williams and Fraser (2014), PLoS ONE 9(3); CC0. Chapter "Linear regression".

    >>> train, test = penguins()
    >>> train.X.shape, test.X.shape
    ((273, 4), (69, 4))
    >>> train.X[train.y == PENGUIN_SPECIES.index("Gentoo"), 3].mean().round()  # grams
    np.float64(5043.0)
    """
    arrays = read(DATA / "penguins.npz")

    def part(name: str) -> Penguins:
        columns = (arrays[f"{name}_{c}"] for c in ("species", "island", "sex", "year"))
        return Penguins(arrays[f"{name}_X"].copy(), *(c.astype(np.int64) for c in columns))

    return part("train"), part("test")
