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
    r"""Draw one histogram for each layer, in rows that share the horizontal axis.

    Each histogram is scaled to its highest bar, so compare positions and widths, not heights.

    Parameters
    ----------
    layers : mapping of str to (N, ...) float
        Activations or gradients. The first axis runs over the examples.
    bins : int
        Number of bars in each histogram.
    log : bool
        If True, draw absolute values on a logarithmic axis, without zeros, for example for
        vanishing gradients.
    dead : bool
        If True, write the fraction of units that are 0 for every example (such as dead ReLU
        units) and, on the right, the fraction of elements that are 0. The histogram then leaves
        out the zeros, because their bar would dwarf all other bars.
    saturated : float
        Threshold, such as 0.99 for tanh. The fraction of elements whose absolute value is at
        least this large is written below the name of the layer.

    Raises
    ------
    ValueError
        If there is no layer, bins is below 1, or a layer is empty, not finite or (on a
        logarithmic axis) all zero.

    >>> ax = histograms({"first": [[0.0, 1.0], [0.0, 2.0]]}, xlabel="activation", dead=True)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['first\n50 % dead']
    """
    layers = mapping("histograms", "layers", layers)
    if not layers or bins < 1:
        raise ValueError(
            f"histograms: expected at least one layer and one bin, got {len(layers)} and {bins}"
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
        raise ValueError(f"histograms: expected a nonzero number in {name!r} for log=True")
    return sizes


def _edges(rows: list[np.ndarray], bins: int, *, log: bool) -> np.ndarray:
    """Return the bin edges, the same for all layers."""
    low, high = min(row.min() for row in rows), max(row.max() for row in rows)
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
    return np.geomspace(low, high, bins + 1) if log else np.linspace(low, high, bins + 1)


def _note(name: str, values: np.ndarray, *, dead: bool, saturated: float | None) -> str:
    """Return a layer's name, with the fractions of dead units and saturated elements."""
    notes = [name]
    if dead:
        units = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
        notes.append(f"{100 * np.mean(~units.any(axis=0)):.0f} % dead")
    if saturated is not None:
        notes.append(f"{100 * np.mean(np.abs(values) >= saturated):.0f} % saturated")
    return "\n".join(notes)
