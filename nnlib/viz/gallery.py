"""Small pictures in a grid, with their titles.

What places and enlarges the pictures is written into the elements, since a notebook does not
have the book's style sheet.
"""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np

from .html import Html

__all__ = ["gallery"]

ROOMY = (
    "display: grid; gap: .7rem .6rem; max-width: 42rem; text-align: center; "
    "grid-template-columns: repeat(auto-fill, minmax(max(4.4rem, 100% / {}), 1fr))"
)
SHARP = "width: 100%; image-rendering: pixelated"
BAR = "width: 100%; height: .9rem"
APART = "display: flex; justify-content: {}"


def gallery(
    pictures, titles: Sequence[str] = (), *, signed: str = "", columns: int = 5
) -> Html:
    """Return pictures in a grid.

    Parameters
    ----------
    pictures : (N, H, W) float
        Brightness from 0 (black) to 1 (white), the same scale for all.
    titles : sequence of str
        One for each picture, or none; a newline starts a new line.
    signed : str
        What the numbers measure when they may be negative, such as ``"weight"``. Then zero is
        grey, positive yellow and bright, negative blue and dark, and a scale is drawn, which
        ends where all but one number in 200 lie.
    columns : int
        Pictures beside each other where there is room; a phone shows fewer.

    Returns
    -------
    Html
        To be given to ``show`` with a text of what is seen.

    Raises
    ------
    ValueError
        If the pictures are not (N, H, W) or the titles do not fit them.

    >>> gallery(np.zeros((2, 28, 28)), ["left", "right"])
    2 pictures: left, right
    """
    pictures = np.asarray(pictures, dtype=float)
    if pictures.ndim != 3 or len(titles) not in (0, len(pictures)):
        raise ValueError(
            "gallery: expected pictures (N, H, W) and N titles or none, "
            f"got shape {pictures.shape} and {len(titles)} titles"
        )
    top = float(np.quantile(np.abs(pictures), 0.995)) if signed else 1.0
    low = -top if signed else 0.0
    titles = list(titles) or [""] * len(pictures)
    cells = "".join(map(_cell, map(lambda p: _png(p, low, top), pictures), titles))
    body = f'<div class="nn-gallery" style="{ROOMY.format(columns + 1)}">{cells}</div>'
    names = ", ".join(" ".join(t.split("\n")) for t in titles if t)
    return Html(
        body + (_scale(signed, top) if signed else ""),
        f"{len(pictures)} pictures" + (f": {names}" if names else ""),
    )


def _cell(source: str, title: str) -> str:
    """Return one picture with its title; the whole gallery has the alternative text."""
    lines = "<br>".join(map(html.escape, title.split("\n")))
    label = f"<span>{lines}</span>" if title else ""
    return f'<div><img class="nn-pixels" style="{SHARP}" src="{source}" alt="">{label}</div>'


def _png(picture: np.ndarray, low: float, top: float) -> str:
    """Return a picture as a PNG of one pixel a number, inline."""
    from matplotlib.image import imsave

    buffer = io.BytesIO()
    colours = "cividis" if low < 0 else "gray"
    options = {"metadata": {"Software": None}}
    imsave(buffer, picture, vmin=low, vmax=top, cmap=colours, format="png", **options)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _scale(quantity: str, top: float) -> str:
    """Return a bar from the lowest to the highest number, zero in the middle."""
    bar = _png(np.linspace(-top, top, 101)[None], -top, top)
    marks = (f"−{top:.2f} and less", "0", f"{top:.2f} and more")
    ends = "".join(f"<span>{mark}</span>" for mark in marks)
    rows = (("space-between", ends), ("center", f"<span>{html.escape(quantity)}</span>"))
    lines = "".join(f'<div style="{APART.format(w)}">{row}</div>' for w, row in rows)
    return (
        '<div class="nn-scale" style="max-width: 22rem">'
        f'<img style="{BAR}" src="{bar}" alt="">{lines}</div>'
    )
