"""Plots of classifiers in the plane: boundaries, regions, samples, weight vectors."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..checks import classes, drawable, frame, named
from .colours import INK
from .direct import label_lines
from .style import canvas, looks, styled

__all__ = ["plane", "regions"]

GRID = 121  # grid points along each side
SURE = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95)  # probabilities at which a region gets a shade darker


@styled
def plane(
    score,
    *,
    title: str = "",
    extent: float = 4.0,
    points: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    arrows: np.ndarray = (),
    names: Mapping[str, tuple[float, float]] | None = None,
    ax=None,
):
    """Draw the boundaries of the regions in which each class scores highest.

    Parameters
    ----------
    score : callable or estimator
        Function from points (M, 2) to scores (M, C), or any other classifier that ``regions``
        accepts.
    extent : float
        The plane is drawn from -extent to extent in both directions.
    points, labels : (N, 2) float, (N,) int
        Samples to mark, from at most ten classes.
    arrows : (K, 2) float
        At most ten vectors from the origin, labelled w_1 to w_K.
    names : mapping of str to (x, y)
        Text to write in the plane, and the position of each text.

    Raises
    ------
    ValueError
        If there are more than ten arrows or classes of points, labels and points differ in
        length, the scores are not finite, or extent is not positive.

    >>> ax = plane(lambda x: x @ [[1, -1], [0, 0]], extent=2, arrows=[[1, 0], [-1, 0]])
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['$w_{1}$', '$w_{2}$']
    """
    if not extent > 0:
        raise ValueError(f"plane: expected a positive extent, got {extent}")
    tips = drawable("plane", "arrows", arrows, 2) if len(arrows) else np.zeros((0, 2))
    styles = looks("plane", "arrows", max(len(tips), 1))
    marked = _samples("plane", points, labels)
    axes = canvas("plane", ax, title=title, xlabel="$x_1$", ylabel="$x_2$", height=3.2)
    _boundaries(axes, score, extent)
    for name, position in (names or {}).items():
        axes.text(*position, name, ha="center", va="center")
    for k, (tip, style) in enumerate(zip(tips, styles, strict=False)):
        _arrow(axes, tip, f"$w_{{{k + 1}}}$", style.colour, extent)
    for samples, style in marked:
        mark = {"s": 18, "marker": style.marker, "color": style.colour, "linewidth": 1.2}
        axes.scatter(*samples.T, **mark)
    ticks = (-extent, 0, extent)
    axes.set(xlim=ticks[::2], ylim=ticks[::2], xticks=ticks, yticks=ticks, aspect="equal")
    return axes


def _samples(function: str, points, labels, count: int | None = None) -> list:
    """Return the points of each class with their style."""
    if points is None:
        return []
    points = drawable(function, "points", points, 2)
    labels = classes(function, "labels", labels if labels is not None else (), count)
    if points.shape != (len(labels), 2):
        raise ValueError(
            f"{function}: expected points (N, 2) and N labels, "
            f"got {points.shape} and {labels.shape}"
        )
    styles = looks(function, "classes of points", labels.max() + 1)
    return [(points[labels == k], style) for k, style in enumerate(styles)]


def _boundaries(axes, score, extent: float) -> None:
    """Draw the decision boundaries: the lines where two classes share the largest score.

    The last class is skipped, because each of its lines also belongs to an earlier class.
    """
    line = np.linspace(-extent, extent, 241)
    grid = np.stack(np.meshgrid(line, line), axis=-1)
    scores = _scores("plane", score, grid.reshape(-1, 2))
    for k in range(scores.shape[1] - 1):
        lead = scores[:, k] - np.delete(scores, k, axis=1).max(axis=1)
        if lead.min() < 0 < lead.max():
            axes.contour(line, line, lead.reshape(241, 241), [0], colors=INK, linewidths=1.4)


def _arrow(axes, tip: np.ndarray, name: str, colour: str, extent: float) -> None:
    """Draw a vector from the origin with its name beyond the tip, but inside the plane."""
    properties = {"arrowstyle": "-|>", "linewidth": 1.8, "color": colour, "mutation_scale": 14}
    axes.annotate("", tip, (0, 0), arrowprops=properties)
    position = tip * (1 + 0.125 * extent / max(np.hypot(*tip), 1e-12))
    inside = np.clip(position, -0.93 * extent, 0.93 * extent)
    axes.text(*inside, name, ha="center", va="center")


@styled
def regions(
    classifier,
    points=None,
    labels=None,
    *,
    names: Sequence[str] = (),
    limits: tuple[tuple[float, float], tuple[float, float]] | None = None,
    title: str = "",
    xlabel: str = "$x_1$",
    ylabel: str = "$x_2$",
    ax=None,
):
    """Draw the region of each predicted class, with samples.

    If the scores are probabilities, each region gets darker where its probability exceeds
    0.6, 0.7, 0.8, 0.9 and 0.95. Without points, each region shows the name of its class.

    Parameters
    ----------
    classifier : estimator or callable
        A fitted scikit-learn estimator, or a function of points (M, 2) that returns scores or
        probabilities (M, C), a single score (M,) float that is positive for class 1, or
        classes (M,) int.
    points, labels : (N, 2) float, (N,) int
        Samples to mark. The labels are values of ``classifier.classes_`` or, if the classifier
        has no such attribute, class indices.
    names : sequence of str
        Names of the classes, at most ten. Default: the values of ``classifier.classes_``, or
        "class 0", "class 1" and so on.
    limits : ((x_low, x_high), (y_low, y_high))
        Limits of the axes. Default: the range of the points with a margin, or -4 to 4.
    title, xlabel, ylabel : str
        Title of the plot, and labels of the axes with their units.

    Raises
    ------
    TypeError
        If the classifier is neither an estimator nor callable.
    ValueError
        If there are more than ten classes, the scores are not finite or not of shape (M,) or
        (M, C), the labels do not match the points or the classes, or the names do not match the
        classes.

    >>> ax = regions(lambda x: x[:, 0] - x[:, 1], [[0, 1], [1, 0]], [0, 1], names="AB")
    >>> [marks.get_label() for marks in ax.collections][-2:]
    ['A', 'B']
    """
    known = getattr(classifier, "classes_", None)
    if known is not None:
        names = list(names) or list(map(str, known))
    if known is not None and labels is not None:
        if not np.isin(labels, known).all():
            raise ValueError(f"regions: expected labels from classes_ = {known}, got {labels}")
        labels = np.searchsorted(known, labels)
    if points is not None:
        points = drawable("regions", "points", points, 2)
    limits = frame("regions", limits or _around(points))
    x, y = (np.linspace(*ends, GRID) for ends in limits)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    scores = _scores("regions", classifier, grid, labels)
    C = scores.shape[1]
    styles, names = looks("regions", "classes", C), named("regions", "names", names, C, "class")
    marked = _samples("regions", points, labels, C)
    axes = canvas("regions", ax, height=3.2, title=title, xlabel=xlabel, ylabel=ylabel)
    for k, style in enumerate(styles):
        lead = (scores[:, k] - np.delete(scores, k, axis=1).max(axis=1)).reshape(GRID, GRID)
        p, shaded = scores[:, k].reshape(GRID, GRID), _are_probabilities(scores)
        _region(axes, (x, y), lead, p, style, shaded)
        if not marked and lead.max() > 0:
            i, j = _middle(lead > 0)
            half = min(0.014 * len(names[k]), 0.5)  # half the name, as a fraction of the width
            position = x[0] + (x[-1] - x[0]) * np.clip(j / (GRID - 1), half, 1 - half)
            axes.text(position, y[i], names[k], ha="center", va="center")
    for (samples, style), name in zip(marked, names, strict=False):
        mark = {"s": 16, "marker": style.marker, "color": style.colour, "linewidth": 1.1}
        axes.scatter(*samples.T, label=name, **mark)
    axes.set(xlim=limits[0], ylim=limits[1])
    axes.grid(visible=False)
    if marked:
        label_lines(axes, ink=INK)  # because the regions have the colours of the points
    return axes


def _around(points: np.ndarray | None) -> tuple:
    """Return axis limits with a margin around the points."""
    if points is None or points.shape[1] != 2:
        return (-4.0, 4.0), (-4.0, 4.0)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.08 * np.where(high > low, high - low, 1.0)
    return tuple(zip((low - margin).tolist(), (high + margin).tolist(), strict=True))


def _scores(function: str, classifier, grid: np.ndarray, labels=None) -> np.ndarray:
    """Return the scores (M, C) of any kind of classifier."""
    methods = ("predict_proba", "decision_function", "predict", "__call__")
    method = next((m for m in methods if hasattr(classifier, m)), None)
    if method is None:
        raise TypeError(
            f"{function}: expected an estimator or a function, got {type(classifier).__name__}"
        )
    out = getattr(classifier, method)(grid)
    out = np.asarray(out.detach() if hasattr(out, "detach") else out)
    if method == "predict" and hasattr(classifier, "classes_"):
        out = np.searchsorted(classifier.classes_, out)
    if out.shape == grid.shape[:1] and out.dtype.kind in "biu":
        C = 1 + max(out.max(), 1, *(() if labels is None else (np.max(labels, initial=0),)))
        return np.eye(int(C))[out.astype(int)]
    out = drawable(function, "the scores", out, 1, 2)
    out = np.stack([-out, out], axis=1) if out.ndim == 1 else out
    if len(out) != len(grid) or out.shape[1] < 2:
        raise ValueError(
            f"{function}: expected scores ({len(grid)}, C) with C at least 2, got {out.shape}"
        )
    return out


def _are_probabilities(scores: np.ndarray) -> bool:
    """Return whether the scores are probabilities, not all of them 0 or 1."""
    is_one_hot = np.isin(scores, (0, 1)).all()
    return bool(not is_one_hot and scores.min() >= 0 and np.allclose(scores.sum(axis=1), 1))


def _region(axes, line: tuple, lead: np.ndarray, p: np.ndarray, style, shaded: bool) -> None:
    """Draw the region of one class and its edge; if ``shaded``, p contains probabilities."""
    steps = SURE if shaded else SURE[:1]
    for q in steps:
        inside = np.minimum(lead, p - q) if q else lead
        if inside.max() > 0:
            shade = {"colors": [style.colour], "alpha": 0.09 if shaded else 0.2}
            axes.contourf(*line, inside, [0, inside.max() + 1], **shade)
    if lead.min() < 0 < lead.max():
        axes.contour(*line, lead, [0], colors=INK, linewidths=1.1)


def _middle(inside: np.ndarray) -> tuple[int, int]:
    """Return a grid cell of a region that is far from its edge."""
    while True:
        m = np.pad(inside, 1)
        inner = m[:-2, 1:-1] & m[2:, 1:-1] & m[1:-1, :-2] & m[1:-1, 2:] & inside
        if not inner.any():
            indices = np.argwhere(inside)
            return tuple(indices[len(indices) // 2])
        inside = inner
