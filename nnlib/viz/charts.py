"""Charts of measured numbers: runs as dots, tables as shades, histories as curves."""

from collections.abc import Mapping, Sequence

import numpy as np

from .style import BLUE, ORANGE, panel, styled

__all__ = ["curves", "dots", "heatmap"]

DASHES = ("-", "--", ":")


@styled
def curves(
    lines: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    x: Sequence[float] | None = None,
    log: bool = False,
):
    """Return curves over their index, or over ``x``, each with a name and a dash of its own.

    Parameters
    ----------
    lines : mapping of str to sequence of float
        At most three, all of one length.
    xlabel, ylabel, title : str
        With units.
    x : sequence of float
        Where the values belong; by default 1, 2, 3 and so on.
    log : bool
        Whether the vertical axis is logarithmic.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are more than three curves.
    """
    if len(lines) > len(DASHES):
        raise ValueError(f"curves: expected at most three curves, got {len(lines)}")
    figure, axes = panel(title=title, xlabel=xlabel, ylabel=ylabel)
    for (name, values), dash in zip(lines.items(), DASHES, strict=False):
        axes.plot(range(1, len(values) + 1) if x is None else x, values, dash, label=name)
    if log:
        axes.set_yscale("log")
    axes.legend()
    return figure


@styled
def dots(rows: Mapping[str, Sequence[float]], *, xlabel: str, title: str = "", limits=None):
    """Return a chart with a circle for each run and a bar at each row's mean.

    Parameters
    ----------
    rows : mapping of str to sequence of float
        A name and the results of its runs, one a seed.
    xlabel, title : str
        What is measured, with its unit, and what stands above.
    limits : (float, float)
        The ends of the horizontal axis, so that panels can share them.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = panel(title=title, xlabel=xlabel, height=1.0 + 0.32 * len(rows))
    for k, values in enumerate(rows.values()):
        axes.plot(
            values, np.full(len(values), k), "o", markersize=5.5, fillstyle="none", color=BLUE
        )
        axes.plot([np.mean(values)] * 2, [k - 0.32, k + 0.32], color=ORANGE, linewidth=2.6)
    axes.set(yticks=range(len(rows)), yticklabels=list(rows), ylim=(len(rows) - 0.4, -0.6))
    axes.set_xlim(limits)
    axes.grid(visible=False, axis="y")
    return figure


@styled
def heatmap(table, rows: Sequence[str], columns: Sequence[str], *, xlabel: str, ylabel: str):
    """Return a table of counts, each written in its cell, the larger the darker.

    The diagonal is bold and not shaded, so that in a table of confusions only mistakes are.

    Parameters
    ----------
    table : (R, C) int
        Counts; a zero is left empty.
    rows, columns : sequence of str
        Names of rows and columns.
    xlabel, ylabel : str
        What the columns and the rows are.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the names do not fit the table.
    """
    table = np.asarray(table)
    if table.shape != (len(rows), len(columns)):
        raise ValueError(
            f"heatmap: expected a table ({len(rows)}, {len(columns)}), got shape {table.shape}"
        )
    figure, axes = panel(xlabel=xlabel, ylabel=ylabel, height=3.7)
    strongest = max(table[~np.eye(*table.shape, dtype=bool)].max(), 1)
    for (i, j), value in np.ndenumerate(table):
        if value:
            _count(axes, i, j, value, strongest)
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    axes.set_xticks(
        range(len(columns)), columns, rotation=60, ha="right", rotation_mode="anchor"
    )
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    return figure


def _count(axes, i: int, j: int, value: int, strongest: int) -> None:
    """Write one count, bold on the diagonal, elsewhere on its shade."""
    from matplotlib.patches import Rectangle

    if i != j:
        shade = {"facecolor": ORANGE, "alpha": 0.6 * value / strongest, "linewidth": 0}
        axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, **shade))
    weight = "bold" if i == j else "normal"
    axes.text(j, i, str(value), ha="center", va="center", fontsize=9, weight=weight)
