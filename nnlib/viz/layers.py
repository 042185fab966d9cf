"""Figures of the activations or gradients of each layer of a network."""

from collections.abc import Mapping

import numpy as np

from ..checks import drawable, mapping
from .colours import BLUE
from .style import canvas, styled

__all__ = ["histograms"]


@styled
def histograms(
    layers: Mapping,
    *,
    xlabel: str,
    title: str = "",
    bins: int = 40,
    log: bool = False,
    dead: bool = False,
    saturated: float | None = None,
    ax=None,
):
    r"""Draw one histogram for each layer, below each other on one axis.

    Each is scaled to its own highest bar: compare where they lie and how wide they are.

    Parameters
    ----------
    layers : mapping of str to (N, ...) float
        Activations or gradients, the first dimension being the example.
    xlabel, title : str
        What is measured, with its unit, and what stands above.
    bins : int
        Bars of each histogram.
    log : bool
        Whether to draw the size of the numbers on a logarithmic axis, as gradients that
        vanish need; zeros are left out.
    dead : bool
        Whether to write which share of the units is 0 for every example, as ReLU units may
        be, and at the right which share of the numbers is 0; the bars then leave zeros out,
        since theirs would dwarf all others.
    saturated : float
        A size, such as 0.99 for tanh; the share of the numbers at least so large is written.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new panel.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no layer, one is empty, not finite, or (on a logarithmic axis) all zero.

    >>> ax = histograms({"first": [[0.0, 1.0], [0.0, 2.0]]}, xlabel="activation", dead=True)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['first\n50 % dead']
    """
    layers = mapping("histograms", "layers", layers)
    if not layers or bins < 1:
        raise ValueError(
            f"histograms: expected a layer and a bin or more, got {len(layers)} and {bins}"
        )
    values = {
        name: drawable("histograms", f"the layer {name!r}", a) for name, a in layers.items()
    }
    drawn = [_drawn(name, a, log=log) for name, a in values.items()]
    edges = _edges(drawn, bins, log=log)
    drawn = [row[row != 0] for row in drawn] if dead else drawn
    height = 0.9 + 0.52 * len(values)
    axes = canvas("histograms", ax, height=height, title=title, xlabel=xlabel)
    for k, row in enumerate(drawn):
        counts, _ = np.histogram(row, edges)
        tops = k - 0.8 * counts / max(counts.max(), 1)
        axes.stairs(tops, edges, baseline=k, fill=True, color=BLUE, alpha=0.35)
        axes.stairs(tops, edges, baseline=k, color=BLUE, linewidth=1.2)
    for k, a in enumerate(values.values() if dead else ()):
        options = {"transform": axes.get_yaxis_transform(), "ha": "right", "fontsize": 9}
        axes.text(0.99, k - 0.5, f"{100 * np.mean(a == 0):.0f} % zero", **options)
    if log:
        axes.set_xscale("log")
    notes = [_note(name, a, dead=dead, saturated=saturated) for name, a in values.items()]
    axes.set_yticks(range(len(values)), notes, va="bottom")
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(len(values) - 0.9, -1))
    return axes


def _drawn(name: str, values: np.ndarray, *, log: bool) -> np.ndarray:
    """Return the values of a layer that its histogram counts."""
    if not log:
        return values.ravel()
    sizes = np.abs(values[values != 0])
    if not sizes.size:
        raise ValueError(f"histograms: expected a number other than 0 in {name!r} for log=True")
    return sizes


def _edges(rows: list[np.ndarray], bins: int, *, log: bool) -> np.ndarray:
    """Return the bin edges, the same for all layers."""
    low, high = min(row.min() for row in rows), max(row.max() for row in rows)
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
    return np.geomspace(low, high, bins + 1) if log else np.linspace(low, high, bins + 1)


def _note(name: str, values: np.ndarray, *, dead: bool, saturated: float | None) -> str:
    """Return a layer's name with its fractions of dead and of saturated units, if wanted."""
    notes = [name]
    if dead:
        units = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
        notes.append(f"{100 * np.mean(~units.any(axis=0)):.0f} % dead")
    if saturated is not None:
        notes.append(f"{100 * np.mean(np.abs(values) >= saturated):.0f} % saturated")
    return "\n".join(notes)
