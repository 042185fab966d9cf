"""What a classifier says over the plane: regions, points, and rows of weights as arrows."""

from collections.abc import Callable, Mapping

import numpy as np

from .style import BLUE, GREEN, INK, ORANGE, panel, styled

__all__ = ["plane"]

MARKERS = (("o", BLUE), ("x", ORANGE), ("^", GREEN))


@styled
def plane(
    score: Callable[[np.ndarray], np.ndarray],
    *,
    title: str = "",
    extent: float = 4.0,
    points: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    arrows: np.ndarray = (),
    names: Mapping[str, tuple[float, float]] | None = None,
):
    """Return a figure of the regions in which each class scores highest.

    Parameters
    ----------
    score : callable
        From points (M, 2) to scores (M, C).
    title : str
        What stands above.
    extent : float
        The plane is drawn from -extent to extent in both directions.
    points, labels : (N, 2) float, (N,) int
        Samples to mark, at most three classes.
    arrows : (K, 2) float
        Vectors from the origin, named w_1 to w_K, at most three.
    names : mapping of str to (x, y)
        Words to write at places.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are more than three arrows or more than three classes of points.
    """
    classes = 0 if points is None else int(np.max(labels, initial=-1)) + 1
    if max(classes, len(arrows)) > len(MARKERS):
        raise ValueError(
            "plane: expected at most three arrows and three classes of points, "
            f"got {len(arrows)} arrows and {classes} classes"
        )
    figure, axes = panel(title=title, xlabel="$x_1$", ylabel="$x_2$", height=3.2)
    _boundaries(axes, score, extent)
    for name, place in (names or {}).items():
        axes.text(*place, name, ha="center", va="center")
    for k, arrow in enumerate(arrows):
        _arrow(axes, np.asarray(arrow, dtype=float), f"$w_{k + 1}$", MARKERS[k][1])
    for k, (marker, colour) in enumerate(MARKERS[:classes]):
        axes.scatter(*points[labels == k].T, s=18, marker=marker, color=colour, linewidth=1.2)
    ticks = (-extent, 0, extent)
    axes.set(xlim=ticks[::2], ylim=ticks[::2], xticks=ticks, yticks=ticks, aspect="equal")
    return figure


def _boundaries(axes, score: Callable, extent: float) -> None:
    """Draw the lines where the winner changes: there a class has no lead over the best other.

    The last class has no lines of its own, since each of them is another's.
    """
    line = np.linspace(-extent, extent, 241)
    grid = np.stack(np.meshgrid(line, line), axis=-1)
    scores = np.asarray(score(grid.reshape(-1, 2)), dtype=float)
    for k in range(scores.shape[1] - 1):
        lead = scores[:, k] - np.delete(scores, k, axis=1).max(axis=1)
        if lead.min() < 0 < lead.max():
            axes.contour(line, line, lead.reshape(241, 241), [0], colors=INK, linewidths=1.4)


def _arrow(axes, tip: np.ndarray, name: str, colour: str) -> None:
    """Draw a vector from the origin with its name beyond the tip."""
    properties = {"arrowstyle": "-|>", "linewidth": 1.8, "color": colour, "mutation_scale": 14}
    axes.annotate("", tip, (0, 0), arrowprops=properties)
    axes.text(*(tip * (1 + 0.5 / np.hypot(*tip))), name, ha="center", va="center")
