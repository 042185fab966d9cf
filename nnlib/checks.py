"""Single arguments that come in through a public door: taken, or refused by name.

>>> number("noise", "sigma", -1, low=0)
Traceback (most recent call last):
...
ValueError: noise: expected sigma >= 0, got -1
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np

__all__ = ["function", "generator", "number", "one_of", "reals", "whole"]


def number(
    name: str,
    argument: str,
    x: Any,
    *,
    above: float = -math.inf,
    low: float = -math.inf,
    high: float = math.inf,
) -> float:
    """Give one finite number with above < x and low <= x <= high, as a float."""
    x = _scalar(x)
    if isinstance(x, bool) or not isinstance(x, numbers.Real):
        raise TypeError(f"{name}: expected {argument} to be a number, got {_kind(x)}")
    if not (math.isfinite(x) and above < x and low <= x <= high):
        raise ValueError(f"{name}: expected {argument} {_bounds(above, low, high)}, got {x}")
    return float(x)


def whole(name: str, argument: str, x: Any, *, low: int, high: int | None = None) -> int:
    """Give a whole number from low to high, both included."""
    x = _scalar(x)
    if isinstance(x, bool) or not isinstance(x, numbers.Integral):
        raise TypeError(f"{name}: expected {argument} to be an int, got {_kind(x)}")
    if x < low or (high is not None and x > high):
        bounds = f">= {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name}: expected {argument} {bounds}, got {x}")
    return int(x)


def one_of(name: str, argument: str, given: Any, known: Iterable[str]) -> None:
    """Refuse a word that is none of the known ones."""
    known = list(known)
    if not isinstance(given, str) or given not in known:
        raise ValueError(f"{name}: expected {argument} to be one of {known}, got {given!r}")


def generator(name: str, rng: Any) -> np.random.Generator:
    """Give where chance comes from; a seed is no generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name}: expected rng to be a numpy.random.Generator, got {_kind(rng)}"
        )
    return rng


def function(name: str, argument: str, f: Any) -> None:
    """Refuse what cannot be called."""
    if not callable(f):
        raise TypeError(f"{name}: expected {argument} to be a function, got {_kind(f)}")


def reals(name: str, argument: str, x: Any, *, kinds: str = "biuf") -> np.ndarray:
    """Give an array of real numbers, of the dtype that it has."""
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name}: expected {argument} with rows of one length") from error
    if x.dtype.kind not in kinds:
        raise TypeError(f"{name}: expected {argument} to be real numbers, got {x.dtype}")
    return x


def _scalar(x: Any) -> Any:
    """What an array without axes holds; anything else as it is."""
    return x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x


def _kind(x: Any) -> str:
    """What came instead: its type, and for arrays their shape."""
    shape = f" of shape {x.shape}" if isinstance(x, np.ndarray) else ""
    return f"{type(x).__name__}{shape}"


def _bounds(above: float, low: float, high: float) -> str:
    """Where a number should have been."""
    if above > -math.inf:
        return f"above {above:g}"
    if low > -math.inf:
        return f">= {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
    return "finite"
