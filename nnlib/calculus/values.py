"""Evaluate the functions to differentiate, and check their results."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..checks import function

__all__: list[str] = []

Array = np.ndarray


def values(name: str, f: Callable, x: Array) -> Array:
    """Return f(x) as an array of finite numbers, which is complex if x is complex."""
    function(name, "f", f)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            y = np.asarray(f(x))
    except (TypeError, np.exceptions.ComplexWarning) as error:
        if x.dtype.kind == "c":
            raise TypeError(f"{name}: f cannot take a complex step: {error}") from error
        raise
    if x.dtype.kind == "c" and y.dtype.kind != "c":
        raise TypeError(
            f"{name}: expected f to return complex numbers for a complex step, got {y.dtype}; "
            "abs, norms, comparisons and casts to float lose the imaginary part"
        )
    if y.dtype.kind not in "biufc":
        raise TypeError(f"{name}: expected f to return numbers, got {y.dtype}")
    if not np.isfinite(y).all():
        raise ValueError(f"{name}: expected f to be finite near x, got {y[~np.isfinite(y)][0]}")
    return y if y.dtype.kind in "fc" else y.astype(np.float64)


def of_one_shape(name: str, f: Callable) -> Callable[[Array], Array]:
    """Wrap f so that it raises ValueError if the shape of its results changes."""
    shapes = set()

    def value(x: Array) -> Array:
        y = values(name, f, x)
        shapes.add(y.shape)
        if len(shapes) > 1:
            raise ValueError(
                f"{name}: expected f to always return the same shape, got {sorted(shapes)}"
            )
        return y

    return value


def one_number(name: str, f: Callable, x: Array) -> Any:
    """Return f(x); raise ValueError unless it is a single number."""
    y = values(name, f, x)
    if y.size != 1:
        raise ValueError(
            f"{name}: expected f to return one number, got shape {y.shape}; "
            "for several numbers, use numerical_jacobian"
        )
    return y.reshape(())
