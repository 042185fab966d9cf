"""From matplotlib figures to inline SVG that follows the page's light or dark ink."""

import html
import io
import re

from .html import Html
from .style import VARIABLES

__all__ = ["show"]


def show(*figures, alt: str, name: str) -> Html:
    """Show figures as panels, side by side where there is room, else below each other.

    Parameters
    ----------
    *figures
        Each a matplotlib figure, or anything that shows itself as SVG or HTML
        (``gallery`` and the traced graphs do).
    alt : str
        What is to be seen, in one to three sentences, for readers who do not see it.
    name : str
        A name of the page's own; it makes the ids inside the drawing unique and repeatable.

    Returns
    -------
    Html
        The same bytes for the same figures.

    Raises
    ------
    ValueError
        If there is no figure, no alternative text, or a name with other characters than
        lower-case letters, digits and hyphens.

    >>> from nnlib.viz import panel
    >>> figure, axes = panel(title="A line", xlabel="x (m)", ylabel="y (m)")
    >>> _ = axes.plot([0, 1], [0, 2])
    >>> show(figure, alt="A rising line.", name="line")
    Figure line: A rising line.
    """
    if not figures or not alt.strip():
        raise ValueError("show: expected at least one figure and a text `alt` of what is seen")
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"show: expected a name like 'loss-curve', got {name!r}")
    cells = (_cell(figure, f"{name}-{k}") for k, figure in enumerate(figures))
    body = "".join(f'<div class="nn-panel">{cell}</div>' for cell in cells)
    label = html.escape(alt)
    return Html(
        f'<div class="nn-panels" role="img" aria-label="{label}">{body}</div>',
        f"Figure {name}: {alt}",
    )


def _cell(figure, salt: str) -> str:
    """Return one panel as SVG or HTML."""
    if hasattr(figure, "savefig"):
        return _inline(figure, salt)
    for method in ("_repr_svg_", "_repr_html_"):
        if hasattr(figure, method):
            return getattr(figure, method)()
    raise TypeError(f"show: expected a figure, got {type(figure).__name__}")


def _inline(figure, salt: str) -> str:
    """Return a matplotlib figure as an SVG element without date, random ids or fixed ink."""
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = _only_used_ids(_scalable(svg), salt)
    for sentinel, variable in VARIABLES.items():
        svg = svg.replace(sentinel, variable)
    return svg


def _scalable(svg: str) -> str:
    """Replace the fixed size by a largest width: 1.8 px a pt, 1.35 times the drawing's own."""
    width = float(re.search(r'width="([\d.]+)pt"', svg)[1])
    style = f'style="width:100%;max-width:{1.8 * width:.0f}px" aria-hidden="true"'
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', style, svg, count=1)


def _only_used_ids(svg: str, salt: str) -> str:
    """Drop the ids that nothing refers to; make the others the figure's own."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    svg = re.sub(
        r'\sid="([^"]+)"', lambda m: f' id="{salt}-{m[1]}"' if m[1] in used else "", svg
    )
    return re.sub(r'(url\(#|href="#)', rf"\g<1>{salt}-", svg)
