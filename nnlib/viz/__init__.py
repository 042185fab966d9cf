"""Figures of the book: one style, colour-blind safe, readable in light, dark and grey.

One rule holds for every function that draws: it returns the matplotlib Axes, and takes ``ax``,
the Axes to draw on. Without ``ax`` it makes a new panel, as wide as a phone, of which pyplot
knows nothing. Several small pictures, as in ``gallery`` or ``histograms``, are drawn inside one
Axes, so that the rule has no exception; several panels are several Axes, given to ``show``
together.

- *training*: ``curves against convergence histograms surface descent``
- *classifiers*: ``plane regions confusion roc calibration``
- *pictures*: ``gallery images filters feature_maps``
- *tables*: ``heatmap matrix attention``
- *numbers*: ``dots bars distributions scree timeline vectors``

As the last line of a notebook's cell, Axes made here show themselves. ``show`` turns Axes into
inline SVG with a text for those who do not see it, whose ink follows the page; ``panel`` gives
Axes to draw on by hand, and ``styled`` is the decorator for a function of your own that does.
No two of up to ten curves or classes differ by colour alone. matplotlib is imported when a
figure is drawn; its settings and your arrays are as before afterwards.
"""

from .charts import bars, distributions, dots, timeline
from .colours import BLUE, COLOURS, GREEN, GRID, INK, ORANGE, SOFT
from .direct import label_lines
from .gallery import gallery
from .html import Html
from .landscape import descent, surface
from .layers import histograms
from .lines import against, convergence, curves
from .measures import calibration, roc, scree
from .pictures import feature_maps, filters, images
from .plane import plane, regions
from .show import show
from .style import LOOKS, Look, panel, styled
from .tables import attention, confusion, heatmap, matrix
from .vectors import vectors

__all__ = [
    "BLUE",
    "COLOURS",
    "GREEN",
    "GRID",
    "INK",
    "LOOKS",
    "ORANGE",
    "SOFT",
    "Html",
    "Look",
    "against",
    "attention",
    "bars",
    "calibration",
    "confusion",
    "convergence",
    "curves",
    "descent",
    "distributions",
    "dots",
    "feature_maps",
    "filters",
    "gallery",
    "heatmap",
    "histograms",
    "images",
    "label_lines",
    "matrix",
    "panel",
    "plane",
    "regions",
    "roc",
    "scree",
    "show",
    "styled",
    "surface",
    "timeline",
    "vectors",
]
