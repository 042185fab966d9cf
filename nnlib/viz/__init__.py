"""Figures of the book in one style, colour-blind safe, for light mode, dark mode and greyscale.

Every function that draws accepts ``ax``, the Axes to draw on, and returns the Axes. Without
``ax``, it makes a new panel, which is as wide as a phone and not registered with pyplot.
Even ``gallery`` and ``histograms`` draw all their small plots inside one Axes. To show several
panels together, pass their Axes to ``show``. ``title`` is the title of a plot, and
``xlabel`` and ``ylabel`` are the labels of its axes with their units.

- *training*: ``curves against convergence histograms surface descent``
- *classifiers*: ``plane regions confusion roc calibration``
- *images*: ``gallery images filters feature_maps``
- *tables*: ``heatmap matrix attention``
- *numbers*: ``dots bars distributions scree timeline vectors``

A notebook displays these Axes if they are the value of the last line of a cell. ``show`` turns
Axes into inline SVG that uses the text colour of the page and has an alternative text. To plot
something yourself, draw on the Axes that ``panel`` returns, in a function decorated with
``styled``. Up to ten curves or classes differ in their colours and in their markers or dashes.
matplotlib is only imported when a figure is drawn. The functions restore its settings and don't
change your arrays.
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
