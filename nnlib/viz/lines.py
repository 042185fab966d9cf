"""Curves: training histories, one quantity against another, convergence of errors."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..checks import drawable, mapping
from .colours import INK
from .direct import label_lines
from .style import canvas, looks, styled

__all__ = ["against", "convergence", "curves"]


@styled
def curves(
    lines: Mapping,
    *,
    xlabel: str = "epoch",
    ylabel: str,
    title: str = "",
    x: Sequence[float] | None = None,
    log: bool = False,
    of: str = "train_loss",
    ax=None,
):
    """Draw curves against ``x``, or against their index; several runs as a mean with a band.

    The band extends one sample standard deviation (divisor S − 1) to either side of the mean.

    Parameters
    ----------
    lines : mapping of str to curve
        At most ten curves. Each is an array (T,), an array (S, T) for S runs (seeds), a
        ``training.History``, or a list with one history for each run.
    x : (T,) float
        Positions of the values. Default: 1, 2, 3 and so on.
    log : bool
        If True, the vertical axis is logarithmic.
    of : str
        Name of the list to draw from a history, such as ``"val_accuracy"``.

    Raises
    ------
    ValueError
        If there are no curves or more than ten, or if a curve is empty, ragged or not finite,
        differs from x in length, or is not positive on a logarithmic axis.

    >>> ax = curves({"SGD": [[2.3, 1.1], [2.1, 0.9]], "Adam": [1.5, 0.7]}, ylabel="loss (nats)")
    >>> [line.get_ydata().tolist() for line in ax.get_lines()]
    [[2.2, 1.0], [1.5, 0.7]]
    """
    lines = mapping("curves", "lines", lines)
    styles = looks("curves", "curves", len(lines))
    runs = {name: _runs(name, values, of) for name, values in lines.items()}
    _check_fit(runs, x, log)
    counts = {len(values) for values in runs.values() if len(values) > 1}
    axes = canvas("curves", ax, title=title, xlabel=xlabel, ylabel=ylabel)
    for (name, values), style in zip(runs.items(), styles, strict=True):
        positions = np.arange(1, values.shape[1] + 1) if x is None else np.asarray(x)
        _curve(axes, positions, values, style, name, marked=len(lines) > 3)
    if log:
        axes.set_yscale("log")
    runs_in_words = " or ".join(map(str, sorted(counts)))
    note = f"mean ± sd of {runs_in_words} runs" if counts else ""
    label_lines(axes, note=note)
    return axes


def _runs(name: str, values, of: str) -> np.ndarray:
    """Return a curve as an array of its runs, (S, T)."""
    if hasattr(values, of):
        values = [values]
    if isinstance(values, Sequence) and len(values) and hasattr(values[0], of):
        values = [getattr(history, of) for history in values]
    return np.atleast_2d(drawable("curves", f"the curve {name!r}", values, 1, 2))


def _check_fit(runs: Mapping[str, np.ndarray], x, log: bool) -> None:
    """Raise ValueError for curves that do not match x or a logarithmic axis."""
    for name, values in runs.items():
        if x is not None and np.shape(x) != values.shape[1:]:
            raise ValueError(
                f"curves: expected x to be as long as {name!r}, "
                f"got {np.shape(x)} and {values.shape[1:]}"
            )
        if log and values.min() <= 0:
            raise ValueError(
                f"curves: expected positive numbers for log=True, got {values.min():g} "
                f"in {name!r}"
            )


def _curve(axes, x: np.ndarray, values: np.ndarray, style, name: str, *, marked: bool) -> None:
    """Draw one curve, with a band if there are several runs, and with markers if requested."""
    mean = values.mean(axis=0)
    if len(values) > 1:
        sd = values.std(axis=0, ddof=1)
        band = {"color": style.colour, "alpha": 0.18, "linewidth": 0}
        axes.fill_between(x, mean - sd, mean + sd, **band)
    every = max(len(x) // 6, 1)
    marks = {"marker": style.marker, "markevery": every, "markersize": 5} if marked else {}
    axes.plot(x, mean, color=style.colour, linestyle=style.dash, label=name, **marks)


@styled
def against(
    x: Sequence[float],
    lines: Mapping[str, Sequence],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    ax=None,
):
    """Draw measurements against a varied quantity: runs as faint dots, means as a line.

    Parameters
    ----------
    x : (K,) float
        Values of the varied quantity.
    lines : mapping of str to (K,) or (K, S) float
        At most ten lines, with one measurement at each x, or one for each of S runs.

    Raises
    ------
    ValueError
        If a line is empty, not finite or differs from x in length, or if there are no lines
        or more than ten.

    >>> ax = against([8, 64], {"dense": [[0.5, 1.0], [1.0, 1.0]]}, xlabel="units",
    ...              ylabel="accuracy")
    >>> ax.get_lines()[0].get_ydata().tolist()
    [0.75, 1.0]
    """
    lines = mapping("against", "lines", lines)
    styles = looks("against", "lines", len(lines))
    x = drawable("against", "x", x, 1)
    axes = canvas("against", ax, height=2.9, title=title, xlabel=xlabel, ylabel=ylabel)
    for (name, values), style in zip(lines.items(), styles, strict=True):
        runs = drawable("against", f"the line {name!r}", values, 1, 2).reshape(len(values), -1)
        if len(runs) != len(x):
            raise ValueError(
                f"against: expected {len(x)} rows for {name!r}, one for each x, got {len(runs)}"
            )
        options = {"color": style.colour, "marker": style.marker, "linestyle": style.dash}
        axes.plot(x, runs.mean(axis=1), markersize=5, label=name, **options)
        if runs.shape[1] > 1:
            axes.plot(x, runs, ".", markersize=5, alpha=0.35, color=style.colour)
    if len(x) <= 6:
        axes.set_xticks(x, [f"{value:g}" for value in x])
    label_lines(axes)
    return axes


@styled
def convergence(
    errors: Mapping[str, Sequence[float]],
    *,
    x: Sequence[float] | None = None,
    orders: Sequence[float] = (),
    xlabel: str = "iteration",
    ylabel: str = "error",
    title: str = "",
    ax=None,
):
    r"""Draw errors on a logarithmic axis, where a rate of convergence appears as a slope.

    Against iterations, an error :math:`c\,r^k` is a straight line. Against a step size ``x``,
    on two logarithmic axes, an error :math:`c\,h^p` is a straight line of slope p. An error of
    0 cannot be drawn and leaves a gap.

    Parameters
    ----------
    errors : mapping of str to (K,) float
        At most ten curves of errors, none negative.
    x : (K,) float
        Positive step sizes or numbers of points. Default: iterations 1, 2, 3 and so on.
    orders : sequence of float
        Slopes p to draw as thin guide lines: the first one below the first curve, and so on.
        They require x.

    Raises
    ------
    ValueError
        If an error is negative or not finite, all errors of a curve are 0, x is not positive
        or differs in length, or orders are given without x.

    >>> h = np.array([0.1, 0.01])
    >>> ax = convergence({"one-sided": h, "two-sided": h**2}, x=h, orders=[1, 2], xlabel="h")
    >>> ax.get_xscale(), [line.get_label() for line in ax.get_lines()]
    ('log', ['one-sided', 'two-sided', 'slope 1', 'slope 2'])
    """
    errors = mapping("convergence", "errors", errors)
    styles = looks("convergence", "curves", len(errors))
    if x is None and len(orders):
        raise ValueError("convergence: expected step sizes x together with orders, got no x")
    x = None if x is None else drawable("convergence", "x", x, 1)
    curves_ = {name: _errors(name, values, x) for name, values in errors.items()}
    axes = canvas("convergence", ax, height=2.7, title=title, xlabel=xlabel, ylabel=ylabel)
    for (name, values), style in zip(curves_.items(), styles, strict=True):
        positions = np.arange(1, len(values) + 1) if x is None else x
        options = {"marker": style.marker, "markevery": max(len(values) // 12, 1)}
        options |= {"color": style.colour, "linestyle": style.dash, "markersize": 4.5}
        axes.plot(positions, values, label=name, **options)
    axes.set_yscale("log")
    if x is not None:
        axes.set_xscale("log")
        _guides(axes, x, list(curves_.values()), orders)
    label_lines(axes)
    return axes


def _errors(name: str, values, x: np.ndarray | None) -> np.ndarray:
    """Return errors with 0 replaced by NaN, because a logarithmic axis cannot show 0."""
    array = drawable("convergence", f"the errors {name!r}", values, 1)
    if array.min() < 0 or array.max() == 0:
        raise ValueError(f"convergence: expected errors of at least 0, not all 0, for {name!r}")
    if x is not None and (len(x) != len(array) or x.min() <= 0):
        raise ValueError(
            f"convergence: expected {len(array)} positive x, got {len(x)}, minimum {x.min():g}"
        )
    return np.where(array > 0, array, np.nan)


def _guides(axes, x: np.ndarray, curves_: list, orders: Sequence[float]) -> None:
    """Draw a thin reference line for each order of convergence."""
    ends = np.array([x.max(), max(x.min(), x.max() / 100)])
    for k, p in enumerate(orders):
        errors = curves_[min(k, len(curves_) - 1)]
        start = errors[np.argmax(x)] if errors[np.argmax(x)] > 0 else np.nanmax(errors)
        line = start / 8 * (ends / ends[0]) ** p
        options = {"color": INK, "linewidth": 1, "linestyle": (0, (1 + 3 * k, 1.5))}
        axes.plot(ends, line, label=f"slope {p:g}", **options)
