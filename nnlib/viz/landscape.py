"""Loss landscapes, and the paths of optimizers on them."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from ..checks import drawable, frame, mapping
from .colours import BLUE, INK, ORANGE
from .direct import label_lines
from .style import canvas, looks, styled

__all__ = ["descent", "surface"]


@styled
def surface(
    loss: Callable[[np.ndarray], np.ndarray],
    paths: Mapping[str, Sequence] | None = None,
    *,
    limits: tuple[tuple[float, float], tuple[float, float]] = ((-2.0, 2.0), (-2.0, 2.0)),
    levels: int | Sequence[float] = 12,
    minimum: tuple[float, float] | None = None,
    arrows: bool = False,
    xlabel: str = "$w_1$",
    ylabel: str = "$w_2$",
    title: str = "",
    ax=None,
):
    """Draw the contours of a loss with two parameters, and paths on it.

    Lower losses are lighter. Each path has its own colour, dash and marker. It starts at a ring
    and ends at a filled disc. Parts outside the limits are cut off.

    Parameters
    ----------
    loss : callable
        Function from points (M, 2) to losses (M,).
    paths : mapping of str to (K, 2) float
        At most ten paths: the parameters before the first step and after each step.
    limits : ((x_low, x_high), (y_low, y_high))
        Limits of the axes.
    levels : int or sequence of float
        At least two losses at which to draw contours, or the number of bands between contours.
        In the second case all bands cover the same area, so that both steep valleys and flat
        plains are visible.
    minimum : (x, y)
        Position of a cross.
    arrows : bool
        If True, draw each step as an arrow.
    xlabel, ylabel, title : str
        Names of the parameters, and title of the plot.

    Raises
    ------
    ValueError
        If the losses are not finite or not of shape (M,), or if a path is not finite or not
        of shape (K, 2), or there are more than ten paths. If a path diverged, truncate it
        before you draw it.

    >>> path = np.array([[1.5, 1.0], [0.5, -0.5], [0.1, 0.2]])
    >>> ax = surface(lambda w: w[:, 0] ** 2 + 3 * w[:, 1] ** 2, {"SGD": path}, minimum=(0, 0))
    >>> ax.get_lines()[0].get_xdata().tolist()
    [1.5, 0.5, 0.1]
    """
    limits = frame("surface", limits)
    paths = mapping("surface", "paths", paths or {})
    paths = {name: _path(name, path) for name, path in paths.items()}
    styles = looks("surface", "paths", max(len(paths), 1))
    axes = canvas("surface", ax, height=3.1, title=title, xlabel=xlabel, ylabel=ylabel)
    _contours(axes, loss, limits, levels)
    for (name, path), style in zip(paths.items(), styles, strict=False):
        _walk(axes, path, style, name, arrows=arrows)
    if minimum is not None:
        axes.plot(*minimum, "+", color=INK, markersize=11, markeredgewidth=1.8)
    axes.set(xlim=limits[0], ylim=limits[1])
    axes.grid(visible=False)
    if paths:
        label_lines(axes, ink=INK)  # coloured text is hard to read on shading
    return axes


def _path(name: str, path) -> np.ndarray:
    """Return a path as an array of points, after checking it."""
    path = drawable("surface", f"the path {name!r}", path, 2)
    if path.shape[1] != 2:
        raise ValueError(f"surface: expected a path (K, 2) for {name!r}, got {path.shape}")
    return path


def _contours(axes, loss: Callable, limits, levels) -> None:
    """Draw thin contour lines over shading that is darker for larger losses."""
    from matplotlib.colors import to_rgba

    x, y = (np.linspace(*ends, 121) for ends in limits)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    heights = drawable("surface", "the loss", loss(points), 1)
    if heights.shape != points.shape[:1]:
        raise ValueError(f"surface: expected losses ({len(points)},), got {heights.shape}")
    if np.ndim(levels) == 0:
        levels = np.quantile(heights, np.linspace(0, 1, int(levels) + 1))
    levels = np.unique(levels)
    if len(levels) < 2:
        return  # a flat loss has no contours
    z = heights.reshape(121, 121)
    shades = [to_rgba(INK, a) for a in np.linspace(0.0, 0.3, len(levels) - 1)]
    axes.contourf(x, y, z, levels, colors=shades)
    axes.contour(x, y, z, levels, colors=[to_rgba(INK, 0.35)], linewidths=0.6)


def _walk(axes, path: np.ndarray, style, name: str, *, arrows: bool) -> None:
    """Draw one path, with a ring at its start and a disc at its end."""
    every = max(len(path) // 10, 1)
    line = {"color": style.colour, "linestyle": style.dash, "linewidth": 1.7}
    size = 0 if arrows else 4.5  # arrowheads show where the steps end
    mark = {"marker": style.marker, "markersize": size, "markevery": (every, every)}
    axes.plot(*path.T, label=name, **line, **mark)
    head = {"arrowstyle": "-|>", "color": style.colour, "shrinkA": 0, "shrinkB": 0}
    for start, end in pairwise(path) if arrows else ():
        axes.annotate("", end, start, arrowprops=head, annotation_clip=True)
    ends = {"color": style.colour, "linestyle": "none", "markersize": 8, "markeredgewidth": 1.6}
    axes.plot(*path[0], marker="o", fillstyle="none", **ends)
    axes.plot(*path[-1], marker="o", **ends)


@styled
def descent(
    f: Callable[[np.ndarray], np.ndarray],
    steps: Sequence[float],
    *,
    limits: tuple[float, float] | None = None,
    xlabel: str = "$x$",
    ylabel: str = "$f(x)$",
    title: str = "",
    ax=None,
):
    """Draw a function of one variable, and the numbered steps of a descent on it.

    Parameters
    ----------
    f : callable
        Elementwise function from (M,) to (M,).
    steps : (K,) float
        Positions before the first step and after each step.
    limits : (float, float)
        Limits of the horizontal axis. Default: the range of the steps with a margin.

    Raises
    ------
    ValueError
        If there is no step, or a step or the function is not finite.

    >>> ax = descent(lambda x: x**2, [2.0, 1.0, 0.5])
    >>> ax.get_lines()[1].get_ydata().tolist()
    [4.0, 1.0, 0.25]
    """
    x = drawable("descent", "steps", steps, 1)
    margin = 0.25 * (np.ptp(x) or 1.0)
    low, high = limits or (x.min() - margin, x.max() + margin)
    line = np.linspace(low, high, 201)
    curve = drawable("descent", "the function", f(line), 1)
    y = drawable("descent", "the function at the steps", f(x), 1)
    axes = canvas("descent", ax, title=title, xlabel=xlabel, ylabel=ylabel)
    axes.plot(line, curve, color=BLUE)
    axes.plot(x, y, "o", color=ORANGE, markersize=5)
    head = {"arrowstyle": "-|>", "color": ORANGE, "linewidth": 1.2, "shrinkA": 3, "shrinkB": 3}
    for k in range(len(x) - 1):
        axes.annotate("", (x[k + 1], y[k + 1]), (x[k], y[k]), arrowprops=head)
    for k in _steps_to_label(x, y, 0.06 * (high - low), 0.09 * np.ptp(curve)):
        side = 1 if f(x[k : k + 1] + 1e-3 * (high - low))[0] < y[k] else -1  # away from f
        options = {"xytext": (5 * side, 4), "textcoords": "offset points"}
        options["ha"] = "left" if side > 0 else "right"
        axes.annotate(str(k), (x[k], y[k]), fontsize=9, **options)
    axes.set_xlim(low, high)
    return axes


def _steps_to_label(x: np.ndarray, y: np.ndarray, width: float, height: float) -> list[int]:
    """Return the steps whose labels do not overlap the labels of earlier steps."""
    labelled = []
    for k in range(len(x)):
        if all(abs(x[k] - x[j]) > width or abs(y[k] - y[j]) > height for j in labelled):
            labelled.append(k)
    return labelled
