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
    """
    figure, axes = panel(title=title, xlabel="$x_1$", ylabel="$x_2$", height=3.2)
    _boundaries(axes, score, extent)
    for name, place in (names or {}).items():
        axes.text(*place, name, ha="center", va="center")
    for k, arrow in enumerate(arrows):
        _arrow(axes, np.asarray(arrow, dtype=float), f"$w_{k + 1}$", MARKERS[k][1])
    if points is not None:
        for k, (marker, colour) in enumerate(MARKERS[: labels.max() + 1]):
            axes.scatter(
                *points[labels == k].T, s=18, marker=marker, color=colour, linewidth=1.2
            )
    ticks = (-extent, 0, extent)
    axes.set(xlim=ticks[::2], ylim=ticks[::2], xticks=ticks, yticks=ticks, aspect="equal")
    return figure


def _boundaries(axes, score: Callable, extent: float) -> None:
    """Draw the lines where the winner changes."""
    line = np.linspace(-extent, extent, 241)
    grid = np.stack(np.meshgrid(line, line), axis=-1)
    winner = score(grid.reshape(-1, 2)).argmax(axis=1).reshape(241, 241)
    for k in range(winner.max()):
        mask = np.where(winner == k, 1.0, 0.0)
        axes.contour(line, line, mask, [0.5], colors=INK, linewidths=1.4)


def _arrow(axes, tip: np.ndarray, name: str, colour: str) -> None:
    """Draw a vector from the origin with its name beyond the tip."""
    properties = {"arrowstyle": "-|>", "linewidth": 1.8, "color": colour, "mutation_scale": 14}
    axes.annotate("", tip, (0, 0), arrowprops=properties)
    axes.text(*(tip * (1 + 0.5 / np.hypot(*tip))), name, ha="center", va="center")
