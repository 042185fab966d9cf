"""Minimum, maximum and median along axes, with their indices; NaN counts as the extreme."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from ..graph import record
from ..scan import running, sums_of_runs
from ..tensor import Tensor, raw
from .comparison import isnan, maximum, minimum
from .indexing import gather
from .promotion import array, public_name
from .reduction import Dim, spread, sum
from .shape import axes_of, axis, call_as, squeeze

# Every name once: functions only, methods of Tensor too, and those that work in place too.
FUNCTIONS = ""
METHODS = "amax amin aminmax argmax argmin cummax cummin max median min"
IN_PLACE = ""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

Picked = namedtuple("Picked", "values indices")  # values and indices along an axis
Bounds = namedtuple("Bounds", "min max")


def amax(input: Tensor, dim: Dim = (), keepdim: bool = False) -> Tensor:
    """Largest over dim; equal ones share dL/dy evenly."""
    return _extreme(np.amax, input, dim, keepdim)


def amin(input: Tensor, dim: Dim = (), keepdim: bool = False) -> Tensor:
    """Smallest over dim; equal ones share dL/dy evenly."""
    return _extreme(np.amin, input, dim, keepdim)


def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Bounds:
    """Both ``amin`` and ``amax``, as ``min`` and ``max``."""
    return Bounds(*(call_as("aminmax", f, input, dim, keepdim) for f in (amin, amax)))


def _extreme(f: Any, input: Tensor, dim: Dim, keepdim: bool) -> Tensor:
    """Return the extreme over dim that f finds; elements equal to it share dL/dy evenly."""
    x, axes = _filled(f.__name__, input, dim)
    shape = x.shape

    def rule(g, y, x):
        equal = (x == spread(y, axes, keepdim, shape)) | isnan(x)  # y is NaN if any x is
        return spread(g, axes, keepdim, shape) * equal / sum(equal, axes, keepdim=True)

    return record(f(x, axis=axes, keepdims=keepdim), dict(x=input), name=f.__name__, x=rule)


def _filled(name: str, input: Tensor, dim: Dim) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return the array and the axes; raise an error if there is no element to choose from."""
    x = array(input)
    axes = axes_of(name, dim, x.ndim)
    if 0 in [x.shape[i] for i in axes]:
        raise (RuntimeError if dim in (None, ()) else IndexError)(
            f"{public_name()}: expected at least one element, got shape {x.shape}, dim {dim}"
        )
    return x, axes


def max(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
) -> Any:
    """Largest of all, of each slice along dim with its index, or of two tensors.

    Along dim, the first of equal ones takes dL/dy; else equal ones share it.
    """
    return _best("max", amax, argmax, maximum, input, dim, keepdim, other)


def min(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
) -> Any:
    """Smallest of all, of each slice along dim with its index, or of two tensors.

    Along dim, the first of equal ones takes dL/dy; else equal ones share it.
    """
    return _best("min", amin, argmin, minimum, input, dim, keepdim, other)


def _best(
    name: str,
    of_all: Any,
    find: Any,
    of_two: Any,
    input: Tensor,
    dim: Any,
    keepdim: bool,
    other: Any,
) -> Any:
    """Return ``max`` or ``min``: of all elements, along dim with indices, or of two tensors."""
    if other is not None or not isinstance(dim, (int, np.integer, type(None))):
        return of_two(input, dim if other is None else other)
    if dim is None:
        return call_as(name, of_all, input)
    return _pick(call_as(name, find, input, dim, True), input, dim, keepdim)


def _pick(indices: Tensor, input: Tensor, dim: int, keepdim: bool) -> Picked:
    """Return the elements at indices along dim, and the indices."""
    picked = gather(input, dim, indices), indices
    return Picked(*(a if keepdim else squeeze(a, dim) for a in picked))


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the largest, the first of equal ones; over all, in the flattened array."""
    return _position(np.argmax, input, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the smallest, the first of equal ones; over all, in the flattened array."""
    return _position(np.argmin, input, dim, keepdim)


def _position(f: Any, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """Return the index that f (argmax or argmin) finds; the first of equal elements."""
    x, _ = _filled(f.__name__, input, dim)
    return record(np.asarray(f(x, axis=dim, keepdims=keepdim)), dict(x=input))


def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """Middle of all, or of each slice along dim with its index; the lower of two, NaN if any.

    Along dim, the first of equal ones takes dL/dy; over all, equal ones share it.
    """
    if dim is None:
        return call_as("median", _extreme, _lower_median, input, None, False)
    return _pick(
        call_as("median", _position, _at_median, input, dim, True), input, dim, keepdim
    )


def _lower_median(x: np.ndarray, axis: Dim, keepdims: bool) -> np.ndarray:
    """Return the median, the lower one of two, which is always one of the elements."""
    return np.quantile(x, 0.5, axis, method="lower", keepdims=keepdims)


def _at_median(x: np.ndarray, axis: int, keepdims: bool) -> np.ndarray:
    """Return the index of the median; the first of equal elements."""
    y = _lower_median(x, axis if x.ndim else (), True)
    return np.argmax((x == y) | np.isnan(x), axis, keepdims=keepdims)


def cummax(input: Tensor, dim: int) -> Picked:
    """Largest of all up to each along dim, with its index; the last of equal ones counts."""
    return _so_far("cummax", np.maximum, input, dim)


def cummin(input: Tensor, dim: int) -> Picked:
    """Smallest of all up to each along dim, with its index; the last of equal ones counts."""
    return _so_far("cummin", np.minimum, input, dim)


def _so_far(name: str, f: np.ufunc, input: Tensor, dim: int) -> Picked:
    """Return the running extremes and their indices; of equal elements the last counts."""
    x, d = np.atleast_1d(array(input)), axis(name, dim, array(input).ndim)
    here = np.arange(x.shape[d], dtype=np.min_scalar_type(x.shape[d]))
    y, here = running(f, x, d), here.reshape(-1, *(1,) * (x.ndim - d - 1))
    i = running(np.maximum, ((x == y) | np.isnan(x)) * here, d)
    y, i, new = (a.reshape(array(input).shape) for a in (y, i.astype(np.int64), i == here))
    y = record(y, dict(x=input), name=name, x=lambda g: _handed(g, i, new, d))
    return Picked(y, record(i, dict(x=input)))


def _handed(input: Tensor, i: np.ndarray, new: np.ndarray, d: int) -> Tensor:
    """Return dL/dx of a running extreme: the sum of dL/dy over the run of each extreme."""
    y = sums_of_runs(np.atleast_1d(raw(input)), np.atleast_1d(new), d).reshape(i.shape)
    return record(y, dict(x=input), x=lambda g: gather(g, d, i))
