"""Steps of a convolution, one for each entry of the result, in exact numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..linalg.exact import exact, tex, tex_matrix, text
from ..steps import Step

__all__ = ["correlation_steps"]

Array = np.ndarray


def correlation_steps(
    x: Array,
    h: Array,
    s: tuple[int, ...],
    d: tuple[int, ...],
    shape: tuple[int, ...],
    *,
    turned: bool,
    ends: list[tuple[int, int]],
) -> list[Step]:
    """Return steps: the padded array, the kernel, then each entry of the result."""
    x, h = exact(x), exact(h)
    steps = []
    if any(map(any, ends)):
        steps.append(Step(f"Padded, the array is {text(x)}.", f"x = {tex_matrix(_rows(x))}"))
    if turned:
        sentence = f"Turned by half a turn, the kernel is {text(h)}."
        steps.append(Step(sentence, f"h = {tex_matrix(_rows(h))}"))
    return steps + [_entry(x, h, s, d, index) for index in np.ndindex(shape)]


def _rows(x: Array) -> Array:
    """Return a vector as a matrix of one row; a matrix as it is."""
    return np.atleast_2d(x)


def _entry(x: Array, h: Array, s: tuple, d: tuple, entry_index: tuple[int, ...]) -> Step:
    """Return the step that computes one entry of the result."""
    below = tuple(
        slice(sk * i, sk * i + dk * (k - 1) + 1, dk)
        for sk, i, dk, k in zip(s, entry_index, d, h.shape, strict=True)
    )
    window = x[below]
    total = (h * window).sum()
    pairs = list(zip(h.flat, window.flat, strict=True))
    products = " + ".join(f"{_bracketed(text, a)}·{_bracketed(text, b)}" for a, b in pairs)
    written = " + ".join(rf"{_bracketed(tex, a)} \cdot {_bracketed(tex, b)}" for a, b in pairs)
    index = ", ".join(map(str, entry_index))
    name = index if len(entry_index) == 1 else f"({index})"
    return Step(
        f"Entry {name}: {products} = {text(total)}.",
        f"y_{{{index}}} = {written} = {tex(total)}",
    )


def _bracketed(write: Callable[[Any], str], x: Any) -> str:
    """Return a number written by ``text`` or ``tex``, in brackets if it is negative."""
    if x >= 0:
        return write(x)
    return f"({write(x)})" if write is text else rf"\left({write(x)}\right)"
