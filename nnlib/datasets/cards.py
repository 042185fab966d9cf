"""Descriptions of the datasets: source, licence and size of each."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from . import drawing
from .pictures import FASHION_CLASSES, digits, fashion_mnist, photographs
from .series import WEATHER_FEATURES, WEATHER_KINDS, japanese_vowels, seattle_weather, sunspots
from .tables import PENGUIN_FEATURES, PENGUIN_SPECIES, penguins
from .texts import first_names, shakespeare

__all__ = ["describe", "names"]

TABLE = 'style="margin:.5rem 0;border-collapse:collapse;table-layout:auto"'
CELL = (
    'style="text-align:left;vertical-align:top;overflow-wrap:break-word;'
    'padding:.15rem .8rem .15rem 0"'
)


@dataclass(frozen=True)
class Card:
    """A card that describes a dataset: its source, licence and size.

    Attributes
    ----------
    name : str
        Name in ``nnlib.datasets``.
    about : str
        Description of the data in one sentence.
    source, licence : str
        Source of the data, and name of the licence. The text of the licence is stored next to
        the data.
    size : str
        Number of examples and their shape.
    classes, features : tuple of str
        Names of the classes, and names of the columns with their units.
    draw : function
        Function that returns an image or an excerpt of the data as HTML.
    """

    name: str
    about: str
    source: str
    licence: str
    size: str
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    draw: Callable[[], str] = field(kw_only=True, repr=False)

    def rows(self) -> list[tuple[str, str]]:
        """Return the name and the value of each property that the dataset has."""
        classes = ", ".join(self.classes)
        features = ", ".join(self.features)
        rows = [("size", self.size), ("classes", classes), ("features", features)]
        rows += [("source", self.source), ("licence", self.licence)]
        return [(name, value) for name, value in rows if value]

    def __repr__(self) -> str:
        rows = (f"  {name + ':':10}{value}" for name, value in self.rows())
        return "\n".join([f"{self.name}: {self.about}", *rows])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" {CELL}>{name}</th><td {CELL}>{html.escape(value)}</td></tr>'
            for name, value in self.rows()
        )
        title = f"<p><strong>{self.name}</strong>: {html.escape(self.about)}</p>"
        return f'<div class="nn-bare">{title}{self.draw()}<table {TABLE}>{rows}</table></div>'


class Cards(tuple):
    """Several cards, shown with one line for each."""

    def __repr__(self) -> str:
        width = max(len(c.name) for c in self)
        return "\n".join(f"{c.name:{width}}  {c.about} {c.size}." for c in self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" {CELL}>{c.name}</th>'
            f"<td {CELL}>{html.escape(f'{c.about} {c.size}; {c.licence}.')}</td></tr>"
            for c in self
        )
        return f'<div class="nn-bare"><table {TABLE}>{rows}</table></div>'


def names() -> tuple[str, ...]:
    """Return the names of all datasets.

    >>> names()[:3]
    ('fashion_mnist', 'digits', 'penguins')
    """
    return tuple(CARDS)


def describe(name: str | None = None) -> Card | Cards:
    """Describe a dataset; without a name, describe all of them with one line each.

    Parameters
    ----------
    name : str, optional
        One of ``names()``.

    Returns
    -------
    Card or Cards
        The description, which is printed as text. A notebook displays a table and, for a
        single dataset, an image or an excerpt.

    Raises
    ------
    ValueError
        If there is no dataset with this name.

    >>> describe("sunspots")
    sunspots: The sunspot number of each year.
      size:     309 years, 1700 to 2008
      features: sunspot number
      source:   National Geophysical Data Center, from statsmodels 0.15.0
      licence:  public domain
    """
    if name is None:
        return Cards(CARDS.values())
    if not isinstance(name, str) or name not in CARDS:
        raise ValueError(f"describe: {unknown(name)}")
    return CARDS[name]


def unknown(name: object) -> str:
    """Return the error message for an unknown dataset, with similar names."""
    similar = get_close_matches(str(name), CARDS, n=2, cutoff=0.5)
    nearest = f" (did you mean {' or '.join(similar)}?)" if similar else ""
    return f"there is no dataset {name!r}{nearest}; choose from {', '.join(CARDS)}"


def _pictures(load: Callable, classes: int, side: int) -> Callable[[], str]:
    """Return a function that draws one image of each class."""

    def draw() -> str:
        X, y = load()[0]
        first = [int(np.flatnonzero(y == c)[0]) for c in range(classes)]
        grey = np.uint8(255 * X[first].reshape(-1, side, side))
        # Digits reach the edges of their images, so add a margin.
        padded = np.pad(grey, ((0, 0), (1, 1), (1, 1)))
        row = drawing.mosaic(padded, columns=classes)
        return drawing.png(row, "One image of each class.", width=56 * classes)

    return draw


def _penguins() -> str:
    """Return a plot of the penguins by flipper length and mass."""
    X, y = penguins()[0][:2]
    alt = (
        "Body mass (g) against flipper length (mm): Adelie as dots, Chinstrap as rings, and "
        "Gentoo as crosses. Gentoo penguins are the heaviest and have the longest flippers."
    )
    return drawing.dots(X[:, 2], X[:, 3], y, alt)


def _sunspots() -> str:
    """Return a plot of the sunspots by year."""
    alt = "The sunspot number from 1700 to 2008, which rises and falls about every 11 years."
    return drawing.lines(sunspots().number, alt=alt)


def _weather() -> str:
    """Return a plot of the temperatures by day."""
    alt = "Highest and lowest temperature of each day, -7 to 36 °C, over four years."
    return drawing.lines(*seattle_weather().X[:, 1:3].T, alt=alt)


def _vowels() -> str:
    """Return a plot of the first coefficients of one utterance."""
    X, lengths, _ = japanese_vowels()[0]
    alt = "The first two of twelve coefficients over the 20 frames of one recording."
    return drawing.lines(*X[0, : lengths[0], :2].T, alt=alt)


def _photographs() -> str:
    """Return the photos side by side."""
    colour = [p if p.ndim == 3 else np.repeat(p[..., None], 3, axis=2) for p in photographs()]
    # The last two bits are noise, but would take up half of the file.
    small = np.stack(colour)[:, ::2, ::2] & 0xFC
    alt = "A tabby cat's face, a cup of coffee from above, a brick wall, and grass."
    return drawing.png(drawing.mosaic(small, columns=4), alt, width=4 * 128)


_TEN = tuple("0123456789")
_PACKAGED = (
    Card(
        "fashion_mnist",
        "Small greyscale images of clothes.",
        "Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747, from dataset-fashion-mnist",
        "MIT",
        "5,000 training and 4,000 test images of 28 x 28 pixels",
        FASHION_CLASSES,
        draw=_pictures(fashion_mnist, classes=10, side=28),
    ),
    Card(
        "digits",
        "Small greyscale images of handwritten digits.",
        "Alpaydin and Kaynak (1998), UCI repository, from scikit-learn 1.9.1",
        "CC BY 4.0",
        "1,498 training and 299 test images of 8 x 8 pixels",
        _TEN,
        draw=_pictures(digits, classes=10, side=8),
    ),
    Card(
        "penguins",
        "Measurements of penguins of three species.",
        "Gorman, Williams and Fraser (2014), PLoS ONE 9(3), from palmerpenguins 0.1.6",
        "CC0 1.0",
        "273 training and 69 test penguins, 4 measurements each",
        PENGUIN_SPECIES,
        PENGUIN_FEATURES,
        draw=_penguins,
    ),
    Card(
        "sunspots",
        "The sunspot number of each year.",
        "National Geophysical Data Center, from statsmodels 0.15.0",
        "public domain",
        "309 years, 1700 to 2008",
        features=("sunspot number",),
        draw=_sunspots,
    ),
    Card(
        "seattle_weather",
        "The daily weather in Seattle.",
        "NOAA, from vega_datasets 0.9.0",
        "public domain",
        "1,461 days, 2012 to 2015, 4 measurements each",
        WEATHER_KINDS,
        WEATHER_FEATURES,
        draw=_weather,
    ),
    Card(
        "japanese_vowels",
        "Recordings of two vowels, by nine speakers.",
        "Kudo, Toyama and Shimbo (1999), UCI repository, from aeon 1.6.0",
        "CC BY 4.0",
        "270 training and 370 test recordings, 7 to 29 frames of 12 coefficients",
        tuple(f"speaker {k}" for k in range(9)),
        draw=_vowels,
    ),
    Card(
        "first_names",
        "First names, and how common they are among women and men.",
        "United States census of 1990, from names 0.3.0",
        "public domain",
        "4,646 training and 517 test names",
        features=("women with this name (%)", "men with this name (%)"),
        draw=lambda: drawing.quotation("\n".join(first_names()[0].names[:8])),
    ),
    Card(
        "shakespeare",
        "Nine plays by Shakespeare.",
        "Project Gutenberg, from shakespeare 0.6",
        "public domain",
        "8 training plays of 1,025,084 characters in total, 1 test play of 97,607",
        draw=lambda: drawing.quotation(shakespeare()[0].texts[0][:160]),
    ),
    Card(
        "photographs",
        "Photos of a cat, a cup of coffee, a brick wall and grass.",
        "van der Walt, Michetti, CC0Textures, linolafett, from scikit-image 0.26.0",
        "CC0 1.0",
        "4 photos of 256 x 256 pixels, 2 in colour",
        draw=_photographs,
    ),
)
CARDS = {card.name: card for card in _PACKAGED}
