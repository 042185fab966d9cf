"""Arguments that come in through a public door: taken, or refused by name.

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

__all__: list[str] = []

# Single values


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
    """Refuse a value that is none of the known words."""
    known = list(known)
    if not isinstance(given, str) or given not in known:
        raise ValueError(f"{name}: expected {argument} to be one of {known}, got {given!r}")


def generator(name: str, rng: Any) -> np.random.Generator:
    """Return a random generator; refuse everything else, a seed too."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name}: expected rng to be a numpy.random.Generator, got {_kind(rng)}"
        )
    return rng


def function(name: str, argument: str, f: Any) -> None:
    """Refuse what cannot be called."""
    if not callable(f):
        raise TypeError(f"{name}: expected {argument} to be a function, got {_kind(f)}")


def odd(name: str, size: Any) -> int:
    """Return a size, which must be odd to have a middle."""
    if whole(name, "size", size, low=1) % 2 == 0:
        raise ValueError(f"{name}: expected an odd size, which has a middle, got {size}")
    return int(size)


def one_for_each(name: str, argument: str, x: Any, n: int, low: int) -> tuple[int, ...]:
    """Return whole numbers, one for each of n axes; a single one stands for all."""
    several = tuple(x) if isinstance(x, (tuple, list)) else (x,) * n
    if len(several) != n:
        raise ValueError(f"{name}: expected {argument} for {n} axes, got {several}")
    return tuple(whole(name, argument, k, low=low) for k in several)


def several(name: str, argument: str, x: Any, n: int) -> tuple[float, ...]:
    """Give a list of n finite numbers as floats."""
    several = x if isinstance(x, tuple | list) else [] if x is None else np.ravel(x).tolist()
    if len(several) != n:
        raise ValueError(f"{name}: expected {argument} as {n} numbers, got {x!r}")
    return tuple(number(name, argument, value) for value in several)


# Arrays


def reals(name: str, argument: str, x: Any, *, kinds: str = "biuf") -> np.ndarray:
    """Give an array of real numbers, of the dtype that it has; of fractions, as float64."""
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name}: expected {argument} with rows of one length") from error
    if x.dtype == object and all(isinstance(e, numbers.Real) for e in x.flat):
        x = x.astype(np.float64)
    if x.dtype.kind not in kinds:
        raise TypeError(f"{name}: expected {argument} to be real numbers, got {x.dtype}")
    return x


def floats(name: str, argument: str, x: Any) -> np.ndarray:
    """Give an array of real numbers as float64."""
    return reals(name, argument, x).astype(np.float64)


def finite(name: str, argument: str, x: np.ndarray) -> np.ndarray:
    """Refuse NaN and infinity."""
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: expected finite {argument}, got {x[~np.isfinite(x)][0]}")
    return x


def entries(
    name: str, argument: str, x: Any, *, kinds: str = "biuf", ndim: int = 0, whole: Any = float
) -> np.ndarray:
    """Give a copy of finite numbers, one at least: floats as they are, others as ``whole``."""
    x = reals(name, argument, x, kinds=kinds)
    if x.size == 0 or x.ndim < ndim:
        raise ValueError(f"{name}: expected {argument} with entries, got shape {x.shape}")
    return finite(name, argument, x).astype(x.dtype if x.dtype.kind == "f" else whole)


def shaped(name: str, argument: str, x: Any, shape: tuple[int | str, ...]) -> np.ndarray:
    """Give finite numbers of a shape as float64, in which a letter stands for any length."""
    x = floats(name, argument, x)
    fits = (isinstance(k, str) or n == k for n, k in zip(x.shape, shape, strict=False))
    if x.ndim != len(shape) or x.size == 0 or not all(fits):
        wanted = str(shape).replace("'", "")
        raise ValueError(f"{name}: expected {argument} {wanted}, got {x.shape}")
    return finite(name, argument, x)


def probabilities(name: str, argument: str, x: Any) -> np.ndarray:
    """Give numbers that are not negative and sum to 1 along the last axis."""
    p = floats(name, argument, x)
    if p.ndim == 0 or p.shape[-1] == 0:
        raise ValueError(f"{name}: expected {argument} (..., C), C > 0, got {p.shape}")
    if not (p >= 0).all():  # NaN is refused too
        raise ValueError(f"{name}: expected {argument} >= 0, got {p[~(p >= 0)][0]:g}")
    wrong = p.sum(axis=-1)[np.abs(p.sum(axis=-1) - 1) > 1e-6]
    if wrong.size:
        raise ValueError(f"{name}: expected {argument} to sum to 1, got {wrong.flat[0]:.6g}")
    return p


def data(name: str, x: Any, *, whole: bool = False) -> np.ndarray:
    """Give finite data, at least one of them, as float64; whole asks for whole numbers."""
    x = floats(name, "data", x)
    if x.size == 0:
        raise ValueError(f"{name}: expected at least one example in data, got shape {x.shape}")
    finite(name, "data", x)
    if whole and (x != np.floor(x)).any():
        raise ValueError(
            f"{name}: expected whole numbers in data, got {x[x != np.floor(x)][0]:g}"
        )
    return x


def counts(name: str, x: Any, high: float) -> np.ndarray:
    """Give data as whole numbers from 0 to high."""
    x = data(name, x, whole=True)
    outside = (x < 0) | (x > high)
    if outside.any():
        raise ValueError(f"{name}: expected data from 0 to {high:g}, got {x[outside][0]:g}")
    return x


def _scalar(x: Any) -> Any:
    """Return the number in an array without axes, and anything else as it is."""
    return x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x


def _kind(x: Any) -> str:
    """Return the words for what came instead: its type, and the shape of an array."""
    shape = f" of shape {x.shape}" if isinstance(x, np.ndarray) else ""
    return f"{type(x).__name__}{shape}"


def _bounds(above: float, low: float, high: float) -> str:
    """Return the words for the range that a number should have been in."""
    if above > -math.inf:
        return f"above {above:g}"
    if low > -math.inf:
        return f">= {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
    return "finite"
