"""Arrows in the plane, and linear maps of the plane."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..checks import drawable, mapping
from .colours import INK
from .style import canvas, looks, styled

__all__ = ["vectors"]


@styled
def vectors(
    arrows: Mapping[str, Sequence],
    *,
    transform=None,
    extent: float | None = None,
    xlabel: str = "$x_1$",
    ylabel: str = "$x_2$",
    title: str = "",
    ax=None,
):
    """Draw vectors with their names, and the image of a square grid under a matrix.

    Parameters
    ----------
    arrows : mapping of str to (2,) or (2, 2) float
        At most ten arrows: the tip of a vector from the origin, or the tail and the tip.
    transform : (2, 2) float
        Matrix whose columns are the images of the unit vectors. It transforms only the grid,
        not the arrows.
    extent : float
        The plane is drawn from -extent to extent. Default: large enough for all arrows.
    xlabel, ylabel, title : str
        Labels of the axes, and title of the plot.

    Raises
    ------
    ValueError
        If a vector or the matrix has any other shape or is not finite, or if there are no
        arrows or more than ten.

    >>> ax = vectors({"u": [2, 1], "u − v": [[1, 2], [2, 1]]}, transform=[[1, 1], [0, 1]])
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['u', 'u − v']
    """
    arrows = mapping("vectors", "arrows", arrows)
    styles = looks("vectors", "arrows", len(arrows))
    ends = {name: _ends(name, arrow) for name, arrow in arrows.items()}
    if extent is None:
        extent = float(np.ceil(1.15 * max(np.abs(e).max() for e in ends.values()))) or 1.0
    axes = canvas("vectors", ax, height=3.3, title=title, xlabel=xlabel, ylabel=ylabel)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axvline(0, color=INK, linewidth=0.8)
    if transform is not None:
        _grid(axes, drawable("vectors", "transform", transform, 2), extent)
    for (name, (tail, tip)), style in zip(ends.items(), styles, strict=True):
        head = {"arrowstyle": "-|>", "color": style.colour, "linewidth": 2, "shrinkA": 0}
        axes.annotate("", tip, tail, arrowprops=head | {"shrinkB": 0, "mutation_scale": 15})
        _name(axes, name, tail, tip)
    axes.set(xlim=(-extent, extent), ylim=(-extent, extent), aspect="equal")
    return axes


def _ends(name: str, arrow) -> np.ndarray:
    """Return the tail and the tip of an arrow."""
    ends = drawable("vectors", f"the arrow {name!r}", arrow, 1, 2)
    if ends.shape not in ((2,), (2, 2)):
        raise ValueError(
            f"vectors: expected two numbers, or tail and tip, for {name!r}, "
            f"got shape {ends.shape}"
        )
    return np.stack([np.zeros(2), ends]) if ends.ndim == 1 else ends


def _grid(axes, A: np.ndarray, extent: float) -> None:
    """Draw the images of grid lines under the matrix A."""
    if A.shape != (2, 2):
        raise ValueError(f"vectors: expected a transform (2, 2), got {A.shape}")
    n = int(np.ceil(extent * 3))
    ends = np.array([-n, n])
    step = max(round(extent / 5), 1)
    for k in range(-n, n + 1, step):
        for line in (np.stack([np.full(2, k), ends]), np.stack([ends, np.full(2, k)])):
            axes.plot(*(A @ line), color=INK, alpha=0.3, linewidth=0.8)


def _name(axes, name: str, tail: np.ndarray, tip: np.ndarray) -> None:
    """Write a name beyond the tip of an arrow from the origin, or next to an arrow's middle."""
    along = (tip - tail) / max(np.hypot(*(tip - tail)), 1e-12)
    position, shift = (tip, 11 * along)
    if tail.any():
        position, shift = (tail + tip) / 2, 14 * np.array([-along[1], along[0]])
    options = {"textcoords": "offset points", "ha": "center", "va": "center"}
    axes.annotate(name, position, xytext=shift, **options)
