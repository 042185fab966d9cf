"""Figures of the book: one style, colour-blind safe, readable in light, dark and grey.

Each function returns a matplotlib figure (or pictures as HTML), and ``show`` turns them into
inline SVG whose ink follows the page. matplotlib is imported when a figure is drawn.
"""

from .charts import curves, dots, heatmap
from .gallery import gallery
from .html import Html
from .plane import plane
from .show import show
from .style import BLUE, GREEN, GRID, INK, ORANGE, SOFT, panel, styled

__all__ = [
    "BLUE",
    "GREEN",
    "GRID",
    "INK",
    "ORANGE",
    "SOFT",
    "Html",
    "curves",
    "dots",
    "gallery",
    "heatmap",
    "panel",
    "plane",
    "show",
    "styled",
]
