"""One style for all figures: sizes, colours, and the names of the page's own inks."""

import functools
from collections.abc import Callable
from typing import Any

__all__ = ["BLUE", "GREEN", "GRID", "INK", "ORANGE", "SOFT", "panel", "styled"]

# Sentinel colours: `show` replaces each by the page's CSS variable of that role, so that one
# file serves light and dark. The second colour is used where no page defines the variable.
INK, GRID, BLUE, ORANGE, GREEN, SOFT = (f"#0{k}0{k}0{k}" for k in range(1, 7))
VARIABLES = {
    INK: "var(--nn-ink, #1f2430)",
    GRID: "var(--nn-grid, #d9dce3)",
    BLUE: "var(--nn-a, #0062b1)",
    ORANGE: "var(--nn-b, #b4490a)",
    GREEN: "var(--nn-c, #00704f)",
    SOFT: "var(--nn-soft, #eef1f6)",
}

WIDTH = 3.4  # inches: 326 CSS pixels, so that a phone shows text at its own size


def settings() -> dict[str, Any]:
    """Return matplotlib's settings of the book."""
    from matplotlib import cycler

    return {
        "axes.edgecolor": INK,
        "axes.facecolor": "none",
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.labelcolor": INK,
        "axes.labelsize": 10,
        "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN]),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 10.5,
        "axes.unicode_minus": True,
        "figure.constrained_layout.use": True,
        "figure.facecolor": "none",
        "font.size": 10,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "legend.fontsize": 9.5,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "savefig.facecolor": "none",
        "svg.fonttype": "none",
        "text.color": INK,
        "xtick.color": INK,
        "xtick.labelsize": 9.5,
        "ytick.color": INK,
        "ytick.labelsize": 9.5,
    }


def styled(draw: Callable) -> Callable:
    """Decorate a function that draws, so that it draws in the book's style."""

    @functools.wraps(draw)
    def wrapper(*args, **kwargs):
        from matplotlib import rc_context

        with rc_context(settings()):
            return draw(*args, **kwargs)

    return wrapper


@styled
def panel(
    *, title: str = "", xlabel: str = "", ylabel: str = "", height: float = 2.6, **layout
):
    """Return one figure as wide as a phone, and its axes, in the book's style.

    Parameters
    ----------
    title, xlabel, ylabel : str
        What stands above and beside the axes; name the unit. A figure of several axes takes
        none: each of them is named by itself.
    height : float
        In inches; the width is always 3.4.
    **layout
        Passed on to ``Figure.subplots``: ``nrows``, ``sharex`` and so on.

    Returns
    -------
    figure, axes
        As ``matplotlib.pyplot.subplots`` returns them, but without pyplot's global state.

    Raises
    ------
    ValueError
        If a title or a name is given for several axes.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    axes = figure.subplots(**layout)
    if hasattr(axes, "set_title"):
        axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    elif title or xlabel or ylabel:
        raise ValueError("panel: several axes; give each its own title and names")
    return figure, axes
