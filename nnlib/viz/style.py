"""The style of all figures: sizes, panels, and ten looks that differ in more than colour."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from .colours import COLOURS, GRID, INK
from .show import NARROW, WORD, picture

__all__ = ["LOOKS", "Look", "canvas", "check_axes", "looks", "panel", "settings", "styled"]


class Look(NamedTuple):
    """The look of a curve or a class: its colour, marker and dash."""

    colour: str
    marker: str
    dash: Any


DASHES = (
    *("-", "--", ":", "-.", (0, (6, 1.5, 1, 1.5, 1, 1.5))),
    *((0, (1, 2.6)), (0, (9, 2)), (0, (3, 3)), (0, (9, 2, 3, 2)), (0, (5, 1))),
)
LOOKS = tuple(map(Look, COLOURS, "ox^sDv+*P<", DASHES))

WIDTH = NARROW


def settings() -> dict[str, Any]:
    """Return the book's settings for matplotlib."""
    from matplotlib import cycler

    return {
        "axes.edgecolor": INK,
        "axes.facecolor": "none",
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.labelcolor": INK,
        "axes.labelsize": WORD,
        "axes.prop_cycle": cycler(color=COLOURS),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": WORD,
        "axes.titleweight": "bold",
        "axes.unicode_minus": True,
        "figure.constrained_layout.use": True,
        "figure.facecolor": "white",
        "font.size": WORD,
        "legend.fontsize": WORD,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "text.color": INK,
    }


def styled(draw: Callable) -> Callable:
    """Decorate a function that draws, so that it draws in the book's style.

    Afterwards matplotlib's previous settings are restored.

    >>> @styled
    ... def diagonal(ax=None):
    ...     ax = ax or panel(xlabel="x (m)", ylabel="y (m)")
    ...     ax.plot([0, 1], [0, 1])
    ...     return ax
    >>> diagonal().get_xlabel()
    'x (m)'
    """

    @functools.wraps(draw)
    def wrapper(*args, **kwargs):
        from matplotlib import rc_context

        with rc_context(settings()):
            return draw(*args, **kwargs)

    return wrapper


@functools.cache
def _panel_class() -> type:
    """Return the class of Axes that a notebook displays as an image."""
    from matplotlib.axes import Axes

    class Panel(Axes):
        """The only Axes of a figure."""

        # The HTML that `gallery` stores for pages, and the number of artists at that time.
        cells = None

        def leave_cells(self, html) -> None:
            self.cells = html, len(self.get_children())

        def _repr_html_(self) -> str:
            return picture(self)

    return Panel


@styled
def panel(*, title: str = "", xlabel: str = "", ylabel: str = "", height: float = 2.6):
    """Return the Axes of a new figure as wide as a phone, in the book's style.

    The figure is the attribute ``figure`` of the Axes. It is not registered with pyplot, so you
    don't need to close it. A notebook displays the Axes as an image; for a page, use ``show``.

    Parameters
    ----------
    title, xlabel, ylabel : str
        Title of the plot, and labels of the axes with their units.
    height : float
        Height in inches. The width is always 3.4 inches.

    >>> ax = panel(title="A line", xlabel="x (m)", ylabel="y (m)")
    >>> ax.get_xlabel(), float(ax.figure.get_figwidth())
    ('x (m)', 3.4)
    """
    from matplotlib.figure import Figure

    axes = Figure(figsize=(WIDTH, height)).add_subplot(axes_class=_panel_class())
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    # These settings also apply to ticks that are created later.
    ink = {"color": INK, "labelcolor": INK, "labelsize": WORD}
    axes.tick_params(which="both", grid_color=GRID, grid_linewidth=0.6, **ink)
    return axes


def canvas(function: str, ax, *, height: float = 2.6, **names: str):
    """Return the given Axes or new ones, and set the labels that are not empty."""
    check_axes(function, ax)
    if ax is None:
        return panel(height=height, **names)
    ax.set(**{key: name for key, name in names.items() if name})
    return ax


def check_axes(function: str, ax) -> None:
    """Raise TypeError unless ``ax`` is None or rectilinear Axes."""
    from matplotlib.axes import Axes

    if ax is not None and (not isinstance(ax, Axes) or ax.name != "rectilinear"):
        raise TypeError(
            f"{function}: expected ax to be plain matplotlib Axes, got {type(ax).__name__}"
        )


def looks(function: str, items: str, count: int) -> tuple[Look, ...]:
    """Return a look for each of 1 to 10 curves or classes."""
    if not 1 <= count <= len(LOOKS):
        raise ValueError(f"{function}: expected one to ten {items}, got {count}")
    return LOOKS[:count]


def short(value: float) -> str:
    """Return a number with three significant digits, or as an integer if |value| ≥ 999.5."""
    text = f"{value + 0.0:,.0f}" if abs(value) >= 999.5 else f"{value + 0.0:.3g}"
    return text.replace("-", "−")
