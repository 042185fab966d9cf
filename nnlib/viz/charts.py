"""Charts of measurements: dots for runs, bars, distributions, time series."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..checks import drawable, mapping
from .colours import BLUE, INK, ORANGE
from .direct import label_lines
from .style import canvas, looks, short, styled

__all__ = ["bars", "distributions", "dots", "timeline"]


@styled
def dots(
    rows: Mapping[str, Sequence[float]], *, xlabel: str, title: str = "", limits=None, ax=None
):
    """Draw each run as a circle, and the mean of each row as a vertical bar.

    Parameters
    ----------
    rows : mapping of str to sequence of float
        Results of each row's runs (seeds), by the name of the row.
    limits : (float, float)
        Limits of the horizontal axis, so that several panels can share them.

    Raises
    ------
    ValueError
        If there is no row, or a row is empty or not finite.

    >>> ax = dots({"with": [0.8, 0.9], "without": [0.7, 0.7]}, xlabel="accuracy")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['with', 'without']
    """
    runs = _rows("dots", rows)
    axes = canvas("dots", ax, title=title, xlabel=xlabel, height=1.0 + 0.32 * len(runs))
    for k, values in enumerate(runs.values()):
        circles = {"markersize": 5.5, "fillstyle": "none", "color": BLUE}
        axes.plot(values, np.full(len(values), k), "o", **circles)
        axes.plot([np.mean(values)] * 2, [k - 0.32, k + 0.32], color=ORANGE, linewidth=2.6)
    _name_rows(axes, list(runs))
    axes.set_xlim(limits)
    return axes


@styled
def bars(rows: Mapping, *, xlabel: str, title: str = "", ax=None):
    """Draw horizontal bars from 0, with error bars of one standard deviation for several runs.

    Each number is written at the end of its bar. If 0 is not a meaningful reference, for
    example because all accuracies are near 0.8, use ``dots`` instead.

    Parameters
    ----------
    rows : mapping of str to float or sequence of float
        The number for each bar, or the numbers of its runs, by the name of the bar. The bar
        shows the mean of the runs.

    Raises
    ------
    ValueError
        If there is no bar, or a number is not finite.

    >>> ax = bars({"dense": 101_770, "convolutional": [20_490, 20_510]}, xlabel="parameters")
    >>> [int(bar.get_width()) for bar in ax.patches]
    [101770, 20500]
    """
    runs = _rows("bars", rows)
    axes = canvas("bars", ax, title=title, xlabel=xlabel, height=0.9 + 0.34 * len(runs))
    means = [float(np.mean(values)) for values in runs.values()]
    options = {"facecolor": BLUE, "alpha": 0.75, "height": 0.62}
    axes.barh(range(len(runs)), means, **options)
    for k, (values, mean) in enumerate(zip(runs.values(), means, strict=True)):
        sd = np.std(values, ddof=1) if len(values) > 1 else 0.0
        if len(values) > 1:
            whisker = {"color": INK, "linewidth": 1.4, "marker": "|", "markersize": 7}
            axes.plot([mean - sd, mean + sd], [k, k], **whisker)
        end = (max(mean + sd, 0.0), k) if mean >= 0 else (min(mean - sd, 0.0), k)
        side = {"ha": "left" if mean >= 0 else "right", "va": "center", "fontsize": 9}
        offset = {"xytext": (4 if mean >= 0 else -4, 0), "textcoords": "offset points"}
        axes.annotate(short(mean), end, **offset, **side)
    axes.axvline(0, color=INK, linewidth=1)
    _name_rows(axes, list(runs))
    axes.margins(x=0.2)
    return axes


def _rows(function: str, rows: Mapping) -> dict[str, np.ndarray]:
    """Return the results of each row's runs as an array, by name."""
    rows = mapping(function, "rows", rows)
    if not rows:
        raise ValueError(f"{function}: expected at least one row, got none")
    return {
        name: np.atleast_1d(drawable(function, f"the row {name!r}", values, 0, 1))
        for name, values in rows.items()
    }


def _name_rows(axes, names: Sequence[str]) -> None:
    """Label the rows with their names, the first at the top."""
    axes.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.4, -0.6))
    axes.grid(visible=False, axis="y")


@styled
def distributions(
    densities: Mapping[str, Callable | Sequence[float]],
    *,
    x: Sequence[float],
    xlabel: str,
    ylabel: str = "",
    title: str = "",
    mass: bool = False,
    marks: Mapping[str, float] | None = None,
    shade: tuple[float, float] | None = None,
    ax=None,
):
    """Draw densities as curves or probabilities as stems, with marks at given positions.

    Parameters
    ----------
    densities : mapping of str to callable or (M,) float
        At most ten distributions: functions of x, or their values at x.
    x : (M,) float
        Positions in ascending order; if ``mass`` is True, the possible values of the variable.
    xlabel, ylabel, title : str
        Labels of the axes with their units, and title of the plot. Default of ylabel: "density"
        or "probability".
    mass : bool
        If True, the values are probabilities of single values of x. Default: False.
    marks : mapping of str to float
        Positions of vertical lines, by name.
    shade : (float, float)
        Interval in which the area below the first density is shaded. This area is a
        probability.

    Raises
    ------
    ValueError
        If values are negative, not finite or differ from x in length, x is not in ascending
        order, or there are no distributions or more than ten.

    >>> x = np.linspace(-3, 3, 61)
    >>> ax = distributions({"standard": lambda x: np.exp(-x**2 / 2) / np.sqrt(2 * np.pi)},
    ...                    x=x, xlabel="x", marks={"mean": 0})
    >>> round(float(ax.get_lines()[0].get_ydata().max()), 4)
    0.3989
    """
    densities = mapping("distributions", "densities", densities)
    styles = looks("distributions", "distributions", len(densities))
    x = drawable("distributions", "x", x, 1)
    if (np.diff(x) <= 0).any():
        raise ValueError("distributions: expected x in ascending order")
    values = [_density(name, f, x) for name, f in densities.items()]
    names = {"title": title, "xlabel": xlabel, "ylabel": ylabel or _kind(mass)}
    axes = canvas("distributions", ax, **names)
    for k, (name, y, style) in enumerate(zip(densities, values, styles, strict=True)):
        options = {"color": style.colour, "label": name}
        if mass:
            step = np.diff(x).min(initial=1.0)
            positions = x + step * 0.14 * (k - (len(values) - 1) / 2)
            axes.vlines(positions, 0, y, color=style.colour, linewidth=1.6)
            axes.plot(positions, y, style.marker, markersize=5, **options)
        else:
            axes.plot(x, y, linestyle=style.dash, **options)
    if shade is not None:
        inside = (x >= shade[0]) & (x <= shade[1])
        axes.fill_between(x, 0, values[0], where=inside, color=styles[0].colour, alpha=0.2)
    axes.set_ylim(0, 1.18 * max(y.max() for y in values) or 1.0)
    for name, x_of_mark in (marks or {}).items():
        axes.axvline(x_of_mark, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        label = {"textcoords": "offset points", "xytext": (3, -1), "va": "top", "fontsize": 9}
        axes.annotate(name, (x_of_mark, 1), xycoords=("data", "axes fraction"), **label)
    if len(values) > 1:
        label_lines(axes)
    return axes


def _kind(mass: bool) -> str:
    """Return the label of the vertical axis: probability or density."""
    return "probability" if mass else "density"


def _density(name: str, density, x: np.ndarray) -> np.ndarray:
    """Return the values of a density at x."""
    y = density(x) if callable(density) else density
    y = drawable("distributions", f"the distribution {name!r}", y, 1)
    if y.shape != x.shape or y.min() < 0:
        raise ValueError(
            f"distributions: expected {len(x)} numbers of at least 0 for {name!r}, "
            f"got shape {y.shape} and minimum {y.min():g}"
        )
    return y


@styled
def timeline(
    t: Sequence,
    y: Sequence[float],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    name: str = "measured",
    forecasts: Mapping[str, tuple] | None = None,
    ax=None,
):
    """Draw a time series and its forecasts, with a line where the forecasts begin.

    Parameters
    ----------
    t : (T,) float or datetime64
        Times.
    y : (T,) float
        Values measured at these times.
    name : str
        Label of the series, if there are forecasts.
    forecasts : mapping of str to (t, y) or (t, y, spread)
        At most nine forecasts, each with its own times. A band extends ``spread`` to either
        side.

    Raises
    ------
    ValueError
        If times and values differ in length, are empty or not finite, there are more than nine
        forecasts, or one has the name of the series.

    >>> ax = timeline([1, 2, 3], [5, 6, 8], forecasts={"same again": ([4, 5], [8, 8])},
    ...               xlabel="year", ylabel="spots")
    >>> [line.get_label() for line in ax.get_lines()][:2]
    ['measured', 'same again']
    """
    forecasts = mapping("timeline", "forecasts", forecasts or {})
    if name in forecasts:
        raise ValueError(f"timeline: expected forecasts with names other than {name!r}")
    first, *styles = looks("timeline", "series", 1 + len(forecasts))
    series = {k: _series(k, *f) for k, f in {name: (t, y), **forecasts}.items()}
    axes = canvas("timeline", ax, title=title, xlabel=xlabel, ylabel=ylabel)
    axes.plot(*series.pop(name)[:2], color=first.colour, linewidth=1.4, label=name)
    for (label, (times, values, spread)), style in zip(series.items(), styles, strict=True):
        options = {"color": style.colour, "linestyle": style.dash, "marker": style.marker}
        every = max(len(values) // 8, 1)
        axes.plot(times, values, markersize=4, markevery=every, label=label, **options)
        if spread is not None:
            band = {"color": style.colour, "alpha": 0.18, "linewidth": 0}
            axes.fill_between(times, values - spread, values + spread, **band)
    if series:
        start = min(times[0] for times, _, _ in series.values())
        axes.axvline(start, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        label_lines(axes)
    return axes


def _series(name: str, t, y, spread=None) -> tuple:
    """Return times, values and the half-width of the band, after checking them."""
    y = drawable("timeline", f"the series {name!r}", y, 1)
    times = np.asarray(t)
    if times.dtype.kind != "M":
        times = drawable("timeline", f"the times of {name!r}", t, 1)
    if times.shape != y.shape:
        raise ValueError(
            f"timeline: expected as many times as values for {name!r}, "
            f"got {times.shape} and {y.shape}"
        )
    if spread is not None:
        spread = drawable("timeline", f"the spread of {name!r}", spread, 0, 1)
    return times, y, spread
