"""Difference quotients step by step, in exact fractions if f accepts them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ..linalg.exact import exact, tex, text
from ..steps import Step

__all__ = ["gradient_steps"]

Array = np.ndarray
ENDS = {"forward": (0, 1), "backward": (-1, 0), "central": (-1, 1)}
SIGNS = {-1: " − h", 0: "", 1: " + h"}


def gradient_steps(
    f: Callable, x: Array, method: str, h: float | None, gradient: Array
) -> list[Step]:
    """Return one step for each entry of x, with its difference quotient."""
    return [_step(f, x, e, method, h, gradient[e]) for e in np.ndindex(x.shape)]


def _step(
    f: Callable, x: Array, index: tuple, method: str, h: float | None, found: Any
) -> Step:
    """Return the difference quotient for one entry of x, as a sentence and a formula."""
    unit = f" e{index[0] if len(index) == 1 else [*index]}" if index else ""
    by = rf"\partial x_{{{','.join(map(str, index))}}}" if index else r"\partial x"
    if method == "complex":
        sentence = f"The imaginary part of f(x + ih{unit}), divided by h, is {text(found)}."
        return Step(sentence, rf"\frac{{\partial f}}{{{by}}} \approx {tex(found)}")
    if h is None:
        along = f" along{unit}" if unit else ""
        sentence = f"The {method} difference{along} gives the derivative {text(found)}."
        return Step(sentence, rf"\frac{{\partial f}}{{{by}}} \approx {tex(found)}")
    low, high, step = _ends(f, x, index, ENDS[method], h)
    width = step * (ENDS[method][1] - ENDS[method][0])
    quotient = (high - low) / width
    names = [f"f(x{SIGNS[end]}{unit if end else ''})" for end in ENDS[method]]
    sentence = (
        f"At h = {text(step)}, {names[0]} = {_text(low)} and {names[1]} = {_text(high)}: "
        f"the quotient is {_text(quotient)}."
    )
    top = f"{_tex(high)} - {_bracketed(low)}"
    formula = rf"\frac{{\partial f}}{{{by}}} \approx \frac{{{top}}}{{{tex(width)}}}"
    return Step(sentence, rf"{formula} = {_tex(quotient)}")


def _bracketed(x: Any) -> str:
    """Return a number in LaTeX, in brackets if it is negative."""
    return rf"\left({_tex(x)}\right)" if x < 0 else _tex(x)


def _text(x: Any) -> str:
    """Return a number as text; a float has up to twelve significant digits."""
    return f"{x:.12g}".replace("-", "−") if isinstance(x, float | np.floating) else text(x)


def _tex(x: Any) -> str:
    """Return a number in LaTeX."""
    if not isinstance(x, float | np.floating):
        return tex(x)
    return re.sub(r"e\+?(-?)0*(\d+)", r" \\cdot 10^{\1\2}", f"{x:.12g}")


def _ends(f: Callable, x: Array, index: tuple, ends: tuple[int, int], h: float) -> tuple:
    """Return f at both points and the step, as fractions if f accepts them, else as floats."""
    try:
        return _ends_in(exact, f, x, index, ends, h)
    except (TypeError, AttributeError):  # functions such as exp don't accept fractions
        return _ends_in(np.asarray, f, x, index, ends, h)


def _ends_in(
    numbers: Callable, f: Callable, x: Array, index: tuple, ends: tuple[int, int], h: float
) -> tuple:
    """Return f at both points and the step, after converting x and h with ``numbers``."""
    points = [numbers(x).copy() for _ in ends]
    step = numbers(h)[()]
    for point, end in zip(points, ends, strict=True):
        point[index] += end * step
    low, high = (_plain(f(point)) for point in points)
    text((high - low) / step)  # raises TypeError if f returns a different type of number
    return low, high, step


def _plain(y: Any) -> Any:
    """Return the only element of an array; return a scalar unchanged."""
    return np.asarray(y).reshape(-1)[0]
