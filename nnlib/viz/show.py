"""matplotlib figures as inline SVG in the page's text colour, for light and dark mode."""

import html
import re
import sys
from collections.abc import Iterator

from .colours import INK, VARIABLES, WORDS
from .drawing import drawing
from .html import Html
from .light import light

__all__ = ["picture", "show"]

BLACK = "#000000"  # matplotlib's default colour, which we replace by the page's text colour

# The font size is always 9 points. This is 12 pixels on a phone, where a drawing of 3.4
# inches fills the whole width. On larger screens, drawings are scaled by 13/12 to a font size
# of 13 pixels, and a single drawing has a second version that is as wide as the text.
WORD = 9.0  # font size in points
NARROW, WIDE = 3.4, 608 / (96 * 13 / 12)  # widths of the two versions in inches
TALLER = 1.15  # height of the wide drawing, relative to the narrow one
SLANT = 60  # angle in degrees for the names of narrow columns
LETTER = 0.09  # width of a letter in inches
COLUMNS = 0.8  # fraction of a drawing's width that the columns of a table take up
LETTERS = re.compile(rf"(<text[^>]* style=\"[^\"]*)var\(--nn-([{''.join(WORDS)}]), #\w+\)")

# Inner points of a horizontal or vertical line: contours along an edge have hundreds of them.
LEVEL = re.compile(r"([ML][^ LMz]+ ([^LMz]+))(?:L[^ ]+ \2)+(?=L[^ ]+ \2[LMz\"])")
UPRIGHT = re.compile(r"([ML]([^ LMz]+) [^LMz]+)(?:L\2 [^LMz]+)+(?=L\2 )")


def show(*figures_or_axes, alt: str, name: str, wide: bool = True) -> Html:
    """Show figures as panels, side by side if there is room, otherwise one below the other.

    Parameters
    ----------
    *figures_or_axes
        matplotlib Axes (their whole figure is shown, and only once), figures, or objects that
        have an SVG or HTML representation, such as traced graphs.
    alt : str
        Description of the figures in one to three sentences, for readers who can't see them.
    name : str
        Unique name on the page, which makes the ids in the drawing unique and reproducible.
    wide : bool
        If True and there is only one matplotlib figure, without a fixed aspect ratio, add a
        second version that is as wide as the text, for screens on which it fits. This doubles
        the size in bytes. Default: True.

    Returns
    -------
    Html
        The panels. The same figures always give the same bytes. A notebook displays the panels,
        and a terminal prints ``alt``.

    Raises
    ------
    ValueError
        If there is no figure or no alternative text, or if the name contains anything but
        lower-case letters, digits and hyphens.
    TypeError
        If an argument is not a figure.

    >>> from nnlib.viz import panel
    >>> ax = panel(title="A line", xlabel="x (m)", ylabel="y (m)")
    >>> _ = ax.plot([0, 1], [0, 2])
    >>> show(ax, alt="A rising line.", name="line")
    Figure line: A rising line.
    """
    if not figures_or_axes or not alt.strip():
        raise ValueError("show: expected at least one figure, and a description `alt`")
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"show: expected a name like 'loss-curve', got {name!r}")
    figures = {id(figure): figure for figure in map(_whole, figures_or_axes)}.values()
    # Figures in HTML don't count, because each of them fills a row.
    wide &= sum(hasattr(figure, "savefig") for figure in figures) == 1
    cells = [_cell(figure, f"{name}-{k}", wide=wide) for k, figure in enumerate(figures)]
    for figure in figures:
        _close(figure)
    return Html(_panels(cells, alt), f"Figure {name}: {alt}")


def picture(axes) -> str:
    """Return the HTML that a notebook displays for Axes, with the title as alternative text."""
    text = axes.get_title(loc="left") or axes.get_title() or "figure"
    return _panels([_cell(_whole(axes), "panel", wide=True)], text)


def _panels(cells: list[str], alt: str) -> str:
    """Return several panels as HTML, with one alternative text."""
    body = "".join(f'<div class="nn-panel">{cell}</div>' for cell in cells)
    label = html.escape(alt)
    return f'<div class="nn-panels" role="img" aria-label="{label}">{body}</div>'


def _whole(figure):
    """Return the figure of the Axes, or the HTML cells that replace the figure in a page."""
    cells, artists = getattr(figure, "cells", None) or (None, 0)
    if cells is not None and artists == len(figure.get_children()):  # nothing drawn since
        return cells
    while not hasattr(figure, "savefig") and hasattr(figure, "get_figure"):
        figure = figure.get_figure()
    return figure


def _close(figure) -> None:
    """Close a figure in pyplot, so that a notebook does not show it a second time."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot and hasattr(figure, "savefig"):
        pyplot.close(figure)


def _cell(figure, salt: str, *, wide: bool) -> str:
    """Return one panel as SVG or HTML."""
    if hasattr(figure, "savefig"):
        return _drawings(figure, salt, wide=wide)
    for method in ("_repr_svg_", "_repr_html_"):
        if hasattr(figure, method):
            return getattr(figure, method)()
    raise TypeError(f"show: expected a figure or Axes, got {type(figure).__name__}")


def _drawings(figure, salt: str, *, wide: bool) -> str:
    """Return a matplotlib figure as SVG for a phone, and if `wide` also as wide as the text."""
    size, paper = figure.get_size_inches(), figure.get_facecolor()
    height = NARROW * size[1] / size[0]
    for axes in figure.axes:
        axes.tick_params(which="both", labelsize=WORD)
    for text in _words(figure):
        text.set_fontsize(WORD)
    figure.set_facecolor("none")
    svg = _inline(figure, salt, (NARROW, height))
    if wide and all(axes.get_aspect() == "auto" for axes in figure.axes):
        slanted = [name for axes in figure.axes for name in _needlessly_slanted(axes)]
        for name in slanted:
            name.set(rotation=0, ha="center")
        larger = _inline(figure, f"{salt}-wide", (WIDE, TALLER * height))
        for name in slanted:
            name.set(rotation=SLANT, ha="right")
        svg += larger.replace(
            'class="nn-plot" style="', 'class="nn-plot nn-wide" style="display:none;'
        )
    figure.set(size_inches=size, facecolor=paper)
    return svg


def _needlessly_slanted(axes) -> list:
    """Return a table's slanted column names if they fit side by side in the wide drawing."""
    names = [name for name in axes.get_xticklabels() if name.get_rotation() == SLANT]
    return names if fit_columns([name.get_text() for name in names], WIDE) else []


def fit_columns(names: list[str], width: float) -> bool:
    """Return whether column names fit side by side in a drawing of a given width in inches."""
    return max(map(len, names), default=0) * LETTER * len(names) <= COLUMNS * width


def _words(artist) -> Iterator:
    """Yield all texts of an artist except tick labels, whose size `tick_params` sets."""
    from matplotlib.axis import Axis
    from matplotlib.text import Text

    if isinstance(artist, Text):
        yield artist
    elif isinstance(artist, Axis):
        yield from (artist.label, artist.offsetText)
    else:
        for child in artist.get_children():
            yield from _words(child)


def _inline(figure, salt: str, size: tuple[float, float]) -> str:
    """Return a matplotlib figure as SVG, without date, random ids or fixed colours."""
    from matplotlib import rc_context

    figure.set_size_inches(size)
    for axes in figure.axes:  # the layout starts from the same state, so the bytes are the same
        if axes.get_subplotspec() is not None:
            axes.set_subplotspec(axes.get_subplotspec())
    plain = {"svg.hashsalt": salt, "svg.fonttype": "none", "image.composite_image": False}
    with rc_context(plain):
        svg = drawing(figure)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r' (?:d|x|y)="[^"]*"', lambda m: _rounded(m[0]), _tight(svg))
    svg = _only_used_ids(_scalable(svg), salt)
    for ink, variable in {**VARIABLES, BLACK: VARIABLES[INK]}.items():
        svg = svg.replace(ink, variable)
    return LETTERS.sub(_readable, light(svg))


def _readable(words: re.Match) -> str:
    """Return the start of a text element, with its colour changed to the shade for words."""
    return f"{words[1]}var(--nn-{words[2]}-text, {WORDS[words[2]][0]})"


def _tight(svg: str) -> str:
    """Return an SVG without parts that browsers ignore, such as comments and indentation."""
    svg = re.sub(r'<!--.*?-->|\n *(?=<)| transform="rotate\(-0 [^"]*"', "", svg)
    return re.sub(r"('DejaVu Sans'),[^;\"]*", r"\1, sans-serif", svg)


def _rounded(path: str) -> str:
    """Return a path or coordinates with numbers rounded to hundredths of a point."""
    path = re.sub(r"\s*([MLCQz\"])\s*", r"\1", path)
    path = re.sub(
        r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), path
    )
    return LEVEL.sub(r"\1", UPRIGHT.sub(r"\1", path))


def _scalable(svg: str) -> str:
    """Return an SVG that scales with the page until its font size is 13 pixels.

    matplotlib omits a black fill, so the root sets the text colour for elements to inherit.
    """
    width = float(re.search(r'width="([\d.]+)pt"', svg)[1])
    most = f"{width / 72 * 96 * 13 / 12:.1f}px"
    style = f'class="nn-plot" style="width:100%;max-width:{most};fill:{INK}" aria-hidden="true"'
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', style, svg, count=1)


def _only_used_ids(svg: str, salt: str) -> str:
    """Return an SVG without unused ids; the remaining ids are numbered, with a prefix."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    svg = re.sub(r'\sid="([^"]+)"', lambda m: m[0] if m[1] in used else "", svg)
    ids = {name: f"{salt}-{k}" for k, name in enumerate(re.findall(r'\sid="([^"]+)"', svg))}
    return re.sub(r'(\sid="|url\(#|href="#)([^")]+)', lambda m: m[1] + ids[m[2]], svg)
