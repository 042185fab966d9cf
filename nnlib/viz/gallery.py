"""Grids of small images: drawn on Axes or as HTML cells, with titles.

On Axes, matplotlib draws the grid. In a page, ``show`` arranges the same images as HTML cells
that fill the width. Rows often have a meaning, so a phone shows whole rows if the titles leave
enough room, and otherwise halves, thirds or other equal parts of rows if possible. The styles
of the cells are inline, because a notebook does not have the book's style sheet.
"""

import base64
import html
import io
import re
import textwrap
from collections.abc import Sequence

import numpy as np

from ..checks import drawable
from .html import Html
from .style import WIDTH, canvas, styled

__all__ = ["gallery"]

# Widths in rem
PHONE = 20.0  # a gallery on a phone
GAP, SMALLEST, LETTER = 0.6, 3.4, 0.43  # the gap between images, the smallest image, a letter
LARGEST = 8.6  # the largest image: five in a row are as wide as a code cell
GRID = (
    "display: grid; gap: .7rem {gap}rem; max-width: {most:g}rem; text-align: center; "
    "grid-template-columns: repeat({columns}, minmax({least}, 1fr))"
)
SHARP = "width: 100%; image-rendering: pixelated"
BAR = "width: 100%; height: .9rem"
APART = "display: flex; justify-content: {}"
LINE = 12.5  # points between the lines of a title


@styled
def gallery(
    pictures,
    titles: Sequence[str] = (),
    *,
    signed: str = "",
    scale: str = "",
    columns: int = 5,
    ax=None,
):
    """Draw images in a grid.

    ``show`` displays them as HTML cells that reflow and stay sharp when enlarged. If you pass
    ``ax``, or draw something else on the Axes afterwards, it displays matplotlib's drawing
    instead.

    Parameters
    ----------
    pictures : (N, H, W) or (N, H, W, 3) float
        Brightness from 0 (black) to 1 (white); or red, green and blue, without ``signed`` and
        ``scale``. All images have the same scale.
    titles : sequence of str
        One title for each image, or none. A newline starts a new line.
    signed : str
        Name of the quantity, such as ``"weight"``, if its values may be negative. Zero is then
        grey, positive values are yellow and bright, and negative values are blue and dark. A
        colour bar is drawn; it covers the smallest 99.5% of the absolute values.
    scale : str
        Name of the quantity, such as ``"activation"``, if no value is negative but some may
        exceed 1. The largest value is then white, and a colour bar is drawn.
    columns : int
        Number of images in a row if there is room. A phone shows fewer if the images would be
        too narrow for their titles.

    Raises
    ------
    ValueError
        If the images are empty, not finite or not of shape (N, H, W) or (N, H, W, 3), if the
        number of titles is neither 0 nor N, or if columns is below 1.

    >>> ax = gallery(np.zeros((2, 28, 28)), ["left", "right"])
    >>> len(ax.images), [text.get_text() for text in ax.texts]
    (2, ['left', 'right'])
    """
    pictures, titles = _checked(pictures, titles, colour=not (signed or scale))
    if columns < 1:
        raise ValueError(f"gallery: expected at least one column, got {columns}")
    low, top = _range(pictures, signed, scale)
    axes = _draw(ax, pictures, titles, min(columns, len(pictures)), (low, top), signed or scale)
    if ax is None:
        axes.leave_cells(_html(pictures, titles, columns, (low, top), signed or scale))
    return axes


def _checked(pictures, titles: Sequence[str], *, colour: bool) -> tuple[np.ndarray, list[str]]:
    """Return images and titles, after checking that they match."""
    shape = np.shape(pictures)
    kinds = "(N, H, W) or (N, H, W, 3)" if colour else "(N, H, W)"
    fits = len(shape) == 3 or (colour and len(shape) == 4 and shape[3] == 3)
    if not fits or len(titles) not in (0, shape[0]):
        raise ValueError(
            f"gallery: expected pictures {kinds} and N titles or none, "
            f"got shape {shape} and {len(titles)} titles"
        )
    return drawable("gallery", "the pictures", pictures), list(titles) or [""] * shape[0]


def _range(pictures: np.ndarray, signed: str, scale: str) -> tuple[float, float]:
    """Return the values of the darkest and the brightest colour."""
    if signed:
        top = float(np.quantile(np.abs(pictures), 0.995)) or float(np.abs(pictures).max())
        return -(top or 1.0), top or 1.0
    return 0.0, (float(pictures.max()) or 1.0) if scale else 1.0


def _draw(ax, pictures, titles: list[str], columns: int, ends, quantity: str):
    """Return the Axes with the grid; the unit of both axes is one pixel."""
    N, H, W = pictures.shape[:3]
    axes = canvas("gallery", ax)
    width = WIDTH if ax is None else ax.get_window_extent().width / ax.figure.dpi
    pixels = columns * W * 1.1  # the gap is 10% of the width of an image
    point = pixels / (72 * width)
    lines = [_wrap(title, int(1.1 * W / point / 5.3)) for title in titles]
    below = LINE * point * max(len(text.split("\n")) for text in lines) * any(titles)
    row, rows = H + below + 0.1 * W, -(-N // columns)
    bottom = rows * row + (3.6 * LINE * point if quantity else 0)
    if ax is None:
        axes.figure.set_figheight(max(bottom / point / 72, 0.3))
    for k, (picture, text) in enumerate(zip(pictures, lines, strict=True)):
        x, y = (k % columns) * 1.1 * W, (k // columns) * row
        _image(axes, picture, (x, x + W, y + H, y), ends)
        if text:
            axes.text(x + W / 2, y + H + 2 * point, text, ha="center", va="top", fontsize=9)
    if quantity:
        x, y = (0.2 * pixels, 0.75 * pixels), rows * row + LINE * point
        _bar(axes, x, y, point, ends, quantity)
    axes.set(xlim=(-0.05 * W, pixels - 0.05 * W), ylim=(bottom, -0.05 * W), aspect="equal")
    axes.set_axis_off()
    return axes


def _image(axes, picture: np.ndarray, extent: tuple, ends: tuple[float, float]) -> None:
    """Draw one image, with a sharp square for each pixel."""
    colours = "cividis" if ends[0] < 0 else "gray"
    options = {"cmap": colours, "vmin": ends[0], "vmax": ends[1], "interpolation": "none"}
    axes.imshow(
        np.clip(picture, 0, 1) if picture.ndim == 3 else picture, extent=extent, **options
    )


def _bar(axes, x: tuple[float, float], y: float, point: float, ends, quantity: str) -> None:
    """Draw the colour bar below the images."""
    _image(axes, np.linspace(*ends, 101)[None], (*x, y + 8 * point, y), ends)
    for position, mark in zip(np.linspace(*x, 3), _marks(ends), strict=True):
        axes.text(position, y + 10 * point, mark, ha="center", va="top", fontsize=9)
    axes.text(np.mean(x), y + (10 + LINE) * point, quantity, ha="center", va="top", fontsize=9)


def _marks(ends: tuple[float, float]) -> tuple[str, str, str]:
    """Return the labels at the ends and the middle of the colour bar."""
    low, top = ends
    if low < 0:
        return f"−{top:.2f} or less", "0", f"{top:.2f} or more"
    return "0", f"{top / 2:.2g}", f"{top:.2g}"


def _wrap(title: str, letters: int) -> str:
    """Return a title, broken into lines that are no wider than its image."""
    options = {"width": max(letters, 4), "break_long_words": False, "break_on_hyphens": False}
    glued = title.replace("→ ", "→\N{NO-BREAK SPACE}").split("\n")
    wrapped = "\n".join(textwrap.fill(line, **options) for line in glued)
    return wrapped.replace("\N{NO-BREAK SPACE}", " ")


def _html(pictures, titles: list[str], columns: int, ends, quantity: str) -> Html:
    """Return the images as HTML cells."""
    titles = [title.replace("→ ", "→\N{NO-BREAK SPACE}") for title in titles]
    cells = "".join(map(_cell, (_png(picture, ends) for picture in pictures), titles))
    body = f'<div class="nn-gallery" style="{_grid(titles, columns)}">{cells}</div>'
    names = ", ".join(" ".join(title.split("\n")) for title in titles if title)
    return Html(
        body + (_scale(quantity, ends) if quantity else ""),
        f"{len(pictures)} images" + (f": {names}" if names else ""),
    )


def _grid(titles: list[str], columns: int) -> str:
    """Return the CSS of a grid with `columns` images in a row, or fewer on a narrow screen."""
    most = max(PHONE, LARGEST * columns)
    longest = max(len(word) for title in titles for word in re.split(r"[ \n]", title))
    cell = max(SMALLEST, LETTER * longest)
    fitting = [k for k in range(1, columns + 1) if k * (cell + GAP) <= PHONE + GAP] or [1]
    fewer = max(fitting, key=lambda k: (k > 1 and columns % k == 0, k))
    if fewer == columns:
        return GRID.format(gap=GAP, most=most, columns=columns, least="0")
    narrow = f"{columns * (cell + GAP) - GAP:g}rem"  # the smallest width at which they fit
    return GRID.format(
        gap=GAP,
        most=most,
        columns="auto-fill",
        least=f"clamp({_width(columns)}, ({narrow} - 100%) * 999, {_width(fewer)})",
    )


def _width(columns: int) -> str:
    """Return the largest CSS width of an image for which `columns` images fit in a row."""
    return f"(99% - {GAP * (columns - 1):g}rem) / {columns}"


def _cell(source: str, title: str) -> str:
    """Return one image with its title as HTML."""
    lines = "<br>".join(map(html.escape, title.split("\n")))
    label = f"<span>{lines}</span>" if title else ""
    return f'<div><img class="nn-pixels" style="{SHARP}" src="{source}" alt="">{label}</div>'


def _png(picture: np.ndarray, ends: tuple[float, float]) -> str:
    """Return an image as an inline PNG, with one pixel for each element."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from PIL import Image

    colours = ScalarMappable(Normalize(*ends), "cividis" if ends[0] < 0 else "gray")
    picture = np.clip(picture, 0, 1) if picture.ndim == 3 else picture
    dots = colours.to_rgba(picture, bytes=True)[..., :3]
    palette, index = np.unique(dots.reshape(-1, 3), axis=0, return_inverse=True)
    image = Image.fromarray(dots)
    if (palette == palette[:, :1]).all():
        image = image.convert("L")
    elif len(palette) <= 256:  # store one byte for each pixel
        image = Image.fromarray(index.reshape(dots.shape[:2]).astype(np.uint8))
        image.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _scale(quantity: str, ends: tuple[float, float]) -> str:
    """Return a colour bar from the lowest to the highest value, as HTML."""
    bar = _png(np.linspace(*ends, 101)[None], ends)
    marks = "".join(f"<span>{mark}</span>" for mark in _marks(ends))
    rows = (("space-between", marks), ("center", f"<span>{html.escape(quantity)}</span>"))
    lines = "".join(f'<div style="{APART.format(w)}">{row}</div>' for w, row in rows)
    return (
        '<div class="nn-scale" style="max-width: 22rem">'
        f'<img style="{BAR}" src="{bar}" alt="">{lines}</div>'
    )
