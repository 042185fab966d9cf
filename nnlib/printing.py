"""Print tensors as PyTorch does, except for the names of dtypes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .default_dtype import PYTHON

__all__ = ["set_printoptions"]

DEFAULT = dict(precision=4, threshold=1000, edgeitems=3, linewidth=80, sci_mode=None)
PROFILES = {
    "default": DEFAULT,
    "short": DEFAULT | dict(precision=2, edgeitems=2),
    "full": DEFAULT | dict(threshold=math.inf),
}
options: dict[str, Any] = dict(DEFAULT)


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change how tensors are printed; None leaves an option unchanged, except ``sci_mode``.

    Parameters
    ----------
    precision : int
        Digits after the decimal point; initially 4.
    threshold : int
        The number of elements above which only the edges are printed; initially 1000.
    edgeitems : int
        The number of elements printed at each edge; initially 3.
    linewidth : int
        The number of characters in a line; initially 80.
    profile : str
        Reset all options to the profile ``"default"``, ``"short"`` or ``"full"`` first.
    sci_mode : bool
        If True, print floats in scientific notation, such as 1.0000e+00. If None, use this
        notation only if an absolute value is above 10^8 or below 10^-4, or if the largest
        absolute value is more than 1000 times the smallest one. Zeros are ignored.

    Raises
    ------
    ValueError
        If the profile is unknown.

    >>> from nnlib import tensor
    >>> set_printoptions(precision=2)
    >>> tensor(1 / 3)
    tensor(0.33)
    >>> set_printoptions(profile="default")
    """
    if profile is not None:
        if profile not in PROFILES:
            known = ", ".join(PROFILES)
            raise ValueError(
                f"set_printoptions: expected one of the profiles {known}, got {profile!r}"
            )
        options.update(PROFILES[profile])
    new = dict(
        precision=precision, threshold=threshold, edgeitems=edgeitems, linewidth=linewidth
    )
    options.update({name: value for name, value in new.items() if value is not None})
    options["sci_mode"] = sci_mode


def show(tensor: Any) -> str:
    """Return the text of a tensor, which is also ``repr(tensor)``."""
    a = tensor.array
    text = "tensor("
    indent = len(text)
    if a.size:
        short = a.size > options["threshold"]
        text += _nested(a, indent, short, *_format(_edges(a) if short else a))
    else:
        text += "[]"
    width = len(text) - text.rfind("\n") + 1
    for note in _notes(tensor):
        fits = width + len(note) + 2 <= options["linewidth"]
        text += f", {note}" if fits else ",\n" + " " * indent + note
        width = (width + 2 if fits else indent) + len(note)
    return text + ")"


def _notes(tensor: Any) -> list[str]:
    """Return the notes printed after the elements, such as ``requires_grad=True``."""
    a = tensor.array
    notes = []
    hides_shape = not options["edgeitems"] if a.size else a.ndim != 1
    if hides_shape:
        notes.append(f"size={a.shape}")
    if a.dtype != PYTHON[float] and (not a.size or a.dtype not in (np.int64, np.bool_)):
        notes.append(f"dtype={a.dtype}")
    if tensor.grad_fn is not None:
        notes.append(f"grad_fn=<{tensor.grad_fn.title}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    return notes


def _edges(a: np.ndarray) -> np.ndarray:
    """Return the elements at the edges of a large array, which are the ones to print."""
    n = options["edgeitems"]
    for dim, length in enumerate(a.shape):
        if length > 2 * n:
            a = a.take([*range(n), *range(length - n, length)], dim)
    return a


def _format(a: np.ndarray) -> tuple[Callable[[Any], str], int]:
    """Return a function that writes an element, and the width of the widest element."""
    values, write = a.ravel(), str
    if a.dtype.kind == "f":
        values = values[np.isfinite(values) & (values != 0)]
        write = _float_format(values)
    return write, max((len(write(value)) for value in values.tolist()), default=1)


def _float_format(values: np.ndarray) -> Callable[[float], str]:
    """Return a function that writes floats in scientific, integer or fixed-point notation."""
    digits, exponent = options["precision"], options["sci_mode"]
    if exponent is None and values.size:
        low, high = float(np.abs(values).min()), float(np.abs(values).max())
        exponent = high / low > 1000 or high > 1e8 or low < 1e-4
    if exponent and values.size:
        return lambda value: f"{value:.{digits}e}"
    if (values == np.ceil(values)).all():
        return lambda value: f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"
    return lambda value: f"{value:.{digits}f}"


def _nested(a: np.ndarray, indent: int, short: bool, write: Callable, width: int) -> str:
    """Return the elements in nested brackets; if ``short``, replace the middle with "..."."""
    if a.ndim == 0:
        return write(a.item()).rjust(width)
    n = options["edgeitems"]
    is_cut = short and len(a) > 2 * n
    shown = [*a[:n], *a[len(a) - n :]] if is_cut else a
    items = [_nested(np.asarray(x), indent + 1, short, write, width) for x in shown]
    if is_cut:
        items.insert(n, " ..." if n and a.ndim == 1 else "...")
    per_line = 1
    if a.ndim == 1:
        per_line = max(1, (options["linewidth"] - indent) // (width + 2))
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    newline = "\n" * max(a.ndim - 1, 1) + " " * (indent + 1)
    return f"[{f',{newline}'.join(lines)}]"
