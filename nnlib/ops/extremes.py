"""Minimum, maximum and median, their indices, and quantiles; NaN if any element is NaN."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from ..graph import record, titled
from ..tensor import Tensor, raw
from .comparison import isnan, maximum, minimum, where
from .elementwise import lerp
from .indexing import gather, sort
from .promotion import array
from .reduction import Dim, floats, spread, sum
from .shape import axes_of, axis, call_as, expect, movedim, reshape, squeeze, unsqueeze

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = ""
METHODS = "amax amin argmax argmin max median min quantile"
IN_PLACE = ""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

Picked = namedtuple("Picked", "values indices")  # values and indices along an axis


def amax(input: Tensor, dim: Dim = (), keepdim: bool = False) -> Tensor:
    """Maximum over dim; equal maxima share dL/dy evenly."""
    return _extreme(np.amax, input, dim, keepdim)


def amin(input: Tensor, dim: Dim = (), keepdim: bool = False) -> Tensor:
    """Minimum over dim; equal minima share dL/dy evenly."""
    return _extreme(np.amin, input, dim, keepdim)


def _extreme(f: Any, input: Tensor, dim: Dim, keepdim: bool) -> Tensor:
    """Return the element that f, such as amax, computes; equal elements share dL/dy evenly."""
    x, axes = _not_empty(f.__name__, input, dim)
    shape = x.shape

    def rule(g, y, x):
        equal = (x == spread(y, axes, keepdim, shape)) | isnan(x)  # y is NaN if any x is
        return spread(g, axes, keepdim, shape) * equal / sum(equal, axes, keepdim=True)

    return record(f(x, axis=axes, keepdims=keepdim), dict(x=input), name=f.__name__, x=rule)


def _not_empty(name: str, input: Tensor, dim: Dim) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return the array and the axes; raise an error if an axis is empty."""
    x = array(name, input)
    axes = axes_of(name, dim, x.ndim)
    if 0 in [x.shape[i] for i in axes]:
        error = RuntimeError if dim in (None, ()) else IndexError
        raise error(f"{name}: expected at least one element, got shape {x.shape}, dim {dim}")
    return x, axes


def max(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
) -> Any:
    """Maximum of all elements, maximum and index along dim, or ``maximum`` of two tensors.

    Along dim, the first of several equal maxima gets dL/dy. In the other cases, they share it.
    """
    return _best("max", amax, argmax, maximum, input, dim, keepdim, other)


def min(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
) -> Any:
    """Minimum of all elements, minimum and index along dim, or ``minimum`` of two tensors.

    Along dim, the first of several equal minima gets dL/dy. In the other cases, they share it.
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
    if other is not None:
        return call_as(name, of_two, input, other)
    if dim is None:
        return call_as(name, of_all, input)
    if not isinstance(dim, (int, np.integer)):  # max(a, b)
        return call_as(name, of_two, input, dim)
    indices = call_as(name, find, input, dim, True)
    return _pick(f"{name.capitalize()}Backward0", indices, input, dim, keepdim)


def _pick(title: str, indices: Tensor, input: Tensor, dim: int, keepdim: bool) -> Picked:
    """Return the elements at indices along dim, and the indices."""
    values = gather(input, dim, indices)
    if not keepdim:
        values, indices = squeeze(values, dim), squeeze(indices, dim)
    return Picked(titled(values, title), indices)


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the first maximum along dim, or in the flattened tensor."""
    return _position(np.argmax, input, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the first minimum along dim, or in the flattened tensor."""
    return _position(np.argmin, input, dim, keepdim)


def _position(f: Any, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """Return the index that f, such as argmax, computes."""
    x, _ = _not_empty(f.__name__, input, dim)
    return record(np.asarray(f(x, axis=dim, keepdims=keepdim)), dict(x=input))


def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """Median of all elements, or median and index along dim; NaN if any element is NaN.

    For an even number of elements, this is the lower of the two in the middle. Along dim, the
    first of several equal elements gets dL/dy. Without dim, they share it.
    """
    if dim is None:
        return call_as("median", _extreme, _lower_median, input, None, False)
    indices = call_as("median", _position, _at_median, input, dim, True)
    return _pick("MedianBackward1", indices, input, dim, keepdim)


def _lower_median(x: np.ndarray, axis: Dim, keepdims: bool) -> np.ndarray:
    """Return the lower median, which is always one of the elements."""
    return np.quantile(x, 0.5, axis, method="lower", keepdims=keepdims)


def _at_median(x: np.ndarray, axis: int, keepdims: bool) -> np.ndarray:
    """Return the index of the first element that equals the median."""
    y = _lower_median(x, axis if x.ndim else (), True)
    return np.argmax((x == y) | np.isnan(x), axis, keepdims=keepdims)


def quantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Tensor:
    """Quantiles q in [0, 1] of all elements, or along dim; NaN if any element is NaN.

    ``interpolation`` is linear, lower, higher, midpoint or nearest. For a vector q, the first
    axis of the result contains the quantiles.
    """
    name = "quantile"
    x, levels = floats(name, input), array(name, q)
    same_dtype = levels.dtype == x.dtype or isinstance(q, (int, float))
    expect(same_dtype, name, "q of dtype {}, got {}", x.dtype, levels.dtype)
    valid = levels.ndim < 2 and np.all((levels >= 0) & (levels <= 1))
    expect(valid, name, "q in [0, 1] with at most one axis, got {}", levels)
    kinds = ("linear", "lower", "higher", "midpoint", "nearest")
    expect(interpolation in kinds, name, "interpolation in {}, got {!r}", kinds, interpolation)
    d = axis(name, 0 if dim is None else dim, x.ndim)
    values = reshape(input, -1) if dim is None or not x.ndim else movedim(input, d, -1)
    values = sort(values, -1).values
    expect(values.shape[-1], name, "at least one element along dim, got shape {}", x.shape)
    rank = (q if isinstance(q, Tensor) else levels.astype(x.dtype)) * (values.shape[-1] - 1)
    r = np.atleast_1d(raw(rank))
    low, high, near = (f(r).astype(np.int64) for f in (np.floor, np.ceil, np.round))
    index = dict(lower=low, higher=high, nearest=near).get(interpolation)
    if index is None:
        weight = rank - low.reshape(levels.shape) if interpolation == "linear" else 0.5
        y = lerp(values[..., low], values[..., high], weight)
    else:
        y = values[..., index]
    last = values[..., -1:]  # NaN is sorted last
    y = where(isnan(last), last, y)
    if keepdim and x.ndim:
        y = reshape(y, (1,) * x.ndim + (-1,)) if dim is None else unsqueeze(y, d)
    return movedim(y, -1, 0) if levels.ndim else squeeze(y, -1)
