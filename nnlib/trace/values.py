"""Values as text: numbers, the entries of small arrays, and the shapes of large arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .gates import number

__all__ = ["digits", "facts", "lines", "one_line", "plain", "shape_text", "slope", "tex_name"]

COLUMNS, ENTRIES = 4, 12  # limits for an array that is shown in full


def plain(array: Any) -> Any:
    """Convert an array without axes to a float; return any other value unchanged.

    >>> plain(np.array(2.0)), plain(None)
    (2.0, None)
    """
    single = isinstance(array, np.generic | np.ndarray) and array.ndim == 0
    return float(array) if single else array


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as text for a drawing.

    >>> shape_text((64, 10)), shape_text((3,)), shape_text(())
    ('64×10', '3', 'number')
    """
    return "×".join(map(str, shape)) or "number"


def _is_small(array: np.ndarray) -> bool:
    """Return whether an array is small enough to show all its entries."""
    size = array.shape
    return array.ndim <= 2 and 0 < array.size <= ENTRIES and all(n <= COLUMNS for n in size)


def facts(array: np.ndarray) -> str:
    """Return the mean and the norm of an array as text, or "empty"."""
    if array.size == 0:
        return "empty"
    a = array.astype(np.float64)
    return f"mean {number(a.mean())}, norm {number(np.sqrt((a * a).sum()))}"


def lines(value: Any, shape: tuple[int, ...] = ()) -> list[str]:
    """Return the lines of text for a value in a drawing.

    Parameters
    ----------
    value : float, ndarray or None
        The value; None if it is unknown.
    shape : tuple of int
        The shape of an unknown value.

    >>> lines(-0.5), lines(np.array([[1.0, -2.0], [0.0, 4.0]])), lines(np.ones((64, 10)))
    (['−0.5'], ['1  −2', '0  4'], ['64×10', 'mean 1', 'norm 25.3'])
    >>> lines(None, (3, 2))
    ['3×2, not saved']
    """
    if value is None:
        return [f"{shape_text(shape)}, not saved" if shape else "not saved"]
    array = np.asarray(value)
    if array.ndim == 0:
        return [number(float(array))]
    if not _is_small(array):
        return [shape_text(array.shape), *facts(array).split(", ")]
    if array.ndim == 1:
        return [f"({', '.join(number(float(x)) for x in array)})"]
    return ["  ".join(number(float(x)) for x in row) for row in array]


def one_line(value: Any, shape: tuple[int, ...] = ()) -> str:
    """Return a value as one line of text.

    >>> one_line(np.array([[1.0, 2.0], [3.0, 4.0]])), one_line(np.ones((64, 10)))
    ('[1 2; 3 4]', '64×10 (mean 1, norm 25.3)')
    """
    if value is None:
        return lines(None, shape)[0]
    array = np.asarray(value)
    if array.ndim == 2 and _is_small(array):
        return f"[{'; '.join(line.replace('  ', ' ') for line in lines(array))}]"
    if array.ndim == 0 or _is_small(array):
        return lines(array)[0]
    return f"{shape_text(array.shape)} ({facts(array)})"


def digits(value: float) -> str:
    """Return a number in LaTeX, with a power of ten if it has an exponent."""
    text = number(value).replace("−", "-")
    stem, e, power = text.partition("e")
    return rf"{stem} \cdot 10^{{{int(power)}}}" if e else text


def tex_name(name: str) -> str:
    r"""Return a name in LaTeX, with trailing digits as a subscript and long names in italics.

    >>> tex_name("w10"), tex_name("0.weight")
    ('w_{10}', '\\mathit{0.weight}')
    """
    stem = name.rstrip("0123456789")
    if not stem or stem.endswith("."):  # the position in a Sequential, not an index
        stem = name
    index = name[len(stem) :]
    body = stem if len(stem) == 1 else rf"\mathit{{{stem}}}".replace("_", r"\_")
    return f"{body}_{{{index}}}" if index else body


def slope(top: str, bottom: str) -> str:
    """Return the partial derivative of ``top`` with respect to ``bottom`` in LaTeX."""
    return rf"\frac{{\partial {tex_name(top)}}}{{\partial {tex_name(bottom)}}}"
