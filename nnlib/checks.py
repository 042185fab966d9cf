"""Argument checks for public functions: return the value, or raise an error that names it.

>>> number("noise", "sigma", -1, low=0)
Traceback (most recent call last):
...
ValueError: noise: expected sigma >= 0, got -1
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

__all__: list[str] = []


def expect(
    owner: Any, condition: Any, expected: str, got: Any, error: type[Exception] = ValueError
) -> None:
    """Raise an error unless ``condition`` is true; the message names the function or class."""
    if not condition:
        name = owner if isinstance(owner, str) else type(owner).__name__
        raise error(f"{name}: expected {expected}, got {got}")


# Single values


def number(
    name: str,
    argument: str,
    x: Any,
    *,
    above: float = -math.inf,
    low: float = -math.inf,
    high: float = math.inf,
    infinite: bool = False,
) -> float:
    """Return x as a float if above < x, low <= x <= high, and x is finite or ``infinite``."""
    x = _scalar(x)
    if isinstance(x, bool) or not isinstance(x, numbers.Real):
        raise TypeError(f"{name}: expected {argument} to be a number, got {_kind(x)}")
    if not (above < x and low <= x <= high and (infinite or math.isfinite(x))):
        raise ValueError(f"{name}: expected {argument} {_bounds(above, low, high)}, got {x}")
    return float(x)


def whole(name: str, argument: str, x: Any, *, low: int, high: int | None = None) -> int:
    """Return a whole number from low to high, both included."""
    x = _scalar(x)
    if isinstance(x, bool) or not isinstance(x, numbers.Integral):
        raise TypeError(f"{name}: expected {argument} to be an int, got {_kind(x)}")
    if x < low or (high is not None and x > high):
        bounds = f">= {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name}: expected {argument} {bounds}, got {x}")
    return int(x)


def one_of(name: str, argument: str, x: Any, options: Iterable[str]) -> None:
    """Raise ValueError unless the value is one of the options."""
    options = list(options)
    if not isinstance(x, str) or x not in options:
        raise ValueError(f"{name}: expected {argument} to be one of {options}, got {x!r}")


def generator(name: str, rng: Any) -> np.random.Generator:
    """Return a NumPy random generator; raise TypeError for anything else, even for a seed."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{name}: expected rng as a numpy.random.Generator, got {_kind(rng)}")
    return rng


def function(name: str, argument: str, f: Any) -> None:
    """Raise TypeError unless f is callable."""
    if not callable(f):
        raise TypeError(f"{name}: expected {argument} to be a function, got {_kind(f)}")


def odd(name: str, size: Any) -> int:
    """Return a kernel or window size; raise ValueError unless it is odd."""
    if whole(name, "size", size, low=1) % 2 == 0:
        raise ValueError(f"{name}: expected an odd size, so that it has a centre, got {size}")
    return int(size)


def one_for_each(name: str, argument: str, x: Any, n: int, low: int) -> tuple[int, ...]:
    """Return n whole numbers, one for each axis; a single number is repeated."""
    values = tuple(x) if isinstance(x, (tuple, list)) else (x,) * n
    if len(values) != n:
        raise ValueError(f"{name}: expected {argument} for {n} axes, got {values}")
    return tuple(whole(name, argument, k, low=low) for k in values)


def several(name: str, argument: str, x: Any, n: int) -> tuple[float, ...]:
    """Return a list of n finite numbers as a tuple of floats."""
    values = x if isinstance(x, tuple | list) else [] if x is None else np.ravel(x).tolist()
    if len(values) != n:
        raise ValueError(f"{name}: expected {argument} as {n} numbers, got {x!r}")
    return tuple(number(name, argument, value) for value in values)


def flag(name: str, argument: str, x: Any) -> None:
    """Raise TypeError unless x is True or False."""
    if not isinstance(x, bool | np.bool_):
        raise TypeError(f"{name}: expected {argument} to be True or False, got {x!r}")


# Arrays


def reals(name: str, argument: str, x: Any, *, kinds: str = "biuf") -> np.ndarray:
    """Return an array of real numbers in its own dtype; Fractions become float64."""
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name}: expected {argument} with rows of equal length") from error
    if x.dtype == object and all(isinstance(e, numbers.Real) for e in x.flat):
        x = x.astype(np.float64)
    if x.dtype.kind not in kinds:
        expected = "integers" if kinds == "iu" else "real numbers"
        raise TypeError(f"{name}: expected {argument} to be {expected}, got {x.dtype}")
    return x


def floats(name: str, argument: str, x: Any) -> np.ndarray:
    """Return an array of real numbers as float64."""
    return reals(name, argument, x).astype(np.float64)


def finite(name: str, argument: str, x: np.ndarray) -> np.ndarray:
    """Return the array; raise ValueError if it contains NaN or infinity."""
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: expected finite {argument}, got {x[~np.isfinite(x)][0]}")
    return x


def entries(
    name: str, argument: str, x: Any, *, kinds: str = "biuf", ndim: int = 0, to: Any = float
) -> np.ndarray:
    """Return a copy of a finite, non-empty array; bools and ints get dtype ``to``."""
    x = reals(name, argument, x, kinds=kinds)
    if x.size == 0 or x.ndim < ndim:
        raise ValueError(f"{name}: expected non-empty {argument}, got shape {x.shape}")
    return finite(name, argument, x).astype(x.dtype if x.dtype.kind == "f" else to)


def shaped(name: str, argument: str, x: Any, shape: tuple[int | str, ...]) -> np.ndarray:
    """Return a finite float64 array of the given shape, where a letter matches any length."""
    x = floats(name, argument, x)
    fits = (isinstance(k, str) or n == k for n, k in zip(x.shape, shape, strict=False))
    if x.ndim != len(shape) or x.size == 0 or not all(fits):
        expected = str(shape).replace("'", "")
        raise ValueError(f"{name}: expected {argument} {expected}, got {x.shape}")
    return finite(name, argument, x)


def probabilities(name: str, argument: str, x: Any) -> np.ndarray:
    """Return probabilities as float64: at least 0, with sum 1 along the last axis."""
    p = floats(name, argument, x)
    if p.ndim == 0 or p.shape[-1] == 0:
        raise ValueError(f"{name}: expected {argument} (..., C), C > 0, got {p.shape}")
    if not (p >= 0).all():  # this also refuses NaN
        raise ValueError(f"{name}: expected {argument} >= 0, got {p[~(p >= 0)][0]:g}")
    sums = p.sum(axis=-1)[np.abs(p.sum(axis=-1) - 1) > 1e-6]
    if sums.size:
        raise ValueError(f"{name}: expected {argument} to sum to 1, got {sums.flat[0]:.6g}")
    return p


def data(name: str, x: Any, *, whole: bool = False) -> np.ndarray:
    """Return non-empty, finite data as float64; ``whole`` requires whole numbers."""
    x = floats(name, "data", x)
    if x.size == 0:
        raise ValueError(f"{name}: expected at least one example in data, got shape {x.shape}")
    finite(name, "data", x)
    if whole and (x != np.floor(x)).any():
        raise ValueError(f"{name}: expected integers in data, got {x[x != np.floor(x)][0]:g}")
    return x


def counts(name: str, x: Any, high: float) -> np.ndarray:
    """Return data as whole numbers from 0 to high."""
    x = data(name, x, whole=True)
    outside = (x < 0) | (x > high)
    if outside.any():
        raise ValueError(f"{name}: expected data from 0 to {high:g}, got {x[outside][0]:g}")
    return x


# Data for figures


def drawable(name: str, label: str, x: Any, *ndims: int) -> np.ndarray:
    """Return finite numbers as a float64 array of one of the given dimensions.

    Tensors of nnlib or torch are detached first.
    """
    try:
        x = np.asarray(x.detach() if hasattr(x, "detach") else x)
    except ValueError as error:
        rows = f"rows of equal length for {label}"
        raise ValueError(f"{name}: expected {rows}, got different lengths") from error
    if x.dtype.kind not in "buif" and x.size:
        raise TypeError(f"{name}: expected real numbers for {label}, got {x.dtype}")
    if not x.size:
        raise ValueError(f"{name}: expected numbers for {label}, got shape {x.shape}")
    if ndims and x.ndim not in ndims:
        allowed = " or ".join(map(str, ndims))
        raise ValueError(f"{name}: expected {allowed} dimensions for {label}, got {x.shape}")
    if not np.isfinite(x).all():
        invalid = f"{np.count_nonzero(~np.isfinite(x))} of {x.size} NaN or infinite"
        raise ValueError(f"{name}: expected finite numbers for {label}, got {invalid}")
    return x.astype(float)


def classes(name: str, label: str, x: Any, count: int | None = None) -> np.ndarray:
    """Return class indices as an (N,) int array in [0, count)."""
    x = drawable(name, label, x, 1)
    if (fractional := x[x != np.floor(x)]).size:
        raise ValueError(f"{name}: expected whole numbers for {label}, got {fractional[0]:g}")
    if x.min() < 0 or (count is not None and x.max() >= count):
        end = "up" if count is None else f"below {count}"
        raise ValueError(
            f"{name}: expected {label} from 0 {end}, got {int(x.min())} to {int(x.max())}"
        )
    return x.astype(int)


def named(name: str, label: str, names: Sequence, count: int, default: str) -> list[str]:
    """Return ``count`` names as strings; without names, ``default`` followed by a number."""
    if not len(names):
        return [f"{default} {k}" for k in range(count)]
    if len(names) != count:
        raise ValueError(f"{name}: expected {count} {label}, got {len(names)}")
    return list(map(str, names))


def frame(name: str, limits: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of the x-axis and of the y-axis, each as (low, high)."""
    ends = drawable(name, "limits", limits, 2)
    if ends.shape != (2, 2) or (ends[:, 0] >= ends[:, 1]).any():
        raise ValueError(f"{name}: expected limits ((left, right), (low, high)), got {limits}")
    return tuple(ends)


def mapping(name: str, label: str, x: Any) -> dict:
    """Return a copy of a mapping as a dict; raise TypeError for anything else."""
    if not isinstance(x, Mapping):
        raise TypeError(
            f"{name}: expected {label} as a dict with names as keys, got {type(x).__name__}"
        )
    return dict(x)


# Words for messages


def _scalar(x: Any) -> Any:
    """Return the scalar inside an array of shape (), and any other value unchanged."""
    return x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x


def _kind(x: Any) -> str:
    """Return the type of a value, and its shape if it is an array, for an error message."""
    shape = f" of shape {x.shape}" if isinstance(x, np.ndarray) else ""
    return f"{type(x).__name__}{shape}"


def _bounds(above: float, low: float, high: float) -> str:
    """Return the allowed range of a number, for an error message."""
    if above > -math.inf:
        return f"above {above:g}"
    if low > -math.inf:
        return f">= {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
    return "to be finite"
