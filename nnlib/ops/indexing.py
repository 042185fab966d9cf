"""Indexing, gather and scatter, sorting, and selection by value."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..graph import change_, record
from ..tensor import Tensor, raw
from .elementwise import add
from .promotion import array
from .shape import at, axis, broadcast_tensors, call_as, expect, moved, reshape

# Every name once: functions only, methods of Tensor too, and those that work in place too.
FUNCTIONS = "getitem one_hot setitem"
METHODS = """
    argsort bincount gather index_select masked_select nonzero sort
    topk unique
"""
IN_PLACE = "index_add scatter scatter_add"
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()


def plain(name: str, index: Any) -> Any:
    """Return one part of an index with Tensors and lists as arrays; others as they are."""
    index = raw(index)
    if isinstance(index, slice) and index.step is not None and int(index.step) < 1:
        raise ValueError(f"{name}: expected a step greater than zero, got {index.step}")
    if not isinstance(index, (np.ndarray, list, tuple, range, bool, np.generic)):
        return index
    i = np.array(index, None if np.size(index) else np.int64)
    if i.ndim == 0 and i.dtype.kind in "iu":
        return int(i)
    return i.astype(bool) if i.dtype == np.uint8 else i  # uint8 is a mask, as in torch


def steps(name: str, index: Any) -> tuple[tuple | None, tuple | None]:
    """Return an index as two: a basic one, which gives a view, and an advanced one.

    NumPy takes a number beside an array for an array; torch reads at the number first.
    """
    parts = tuple(plain(name, p) for p in (index if isinstance(index, tuple) else (index,)))
    if not any(isinstance(p, np.ndarray) for p in parts):
        return parts if ... in parts else (*parts, ...), None
    if not any(isinstance(p, int) for p in parts):
        return None, parts
    first = []
    for p in parts:
        axes = p.ndim if isinstance(p, np.ndarray) and p.dtype == bool else int(p is not None)
        first += [p] if p is ... or isinstance(p, int) else [slice(None)] * axes
    return tuple(first), tuple(p for p in parts if not isinstance(p, int))


def getitem(input: Tensor, index: Any) -> Tensor:
    """Read y = x[i]; dL/dx is dL/dy at the places read, added where one was read twice.

    Numbers and slices give a view, arrays (of places, or a mask of truth values) a copy.
    """
    first, then = steps("getitem", index)
    if first is not None:
        input = moved("getitem", input, lambda a: a[first])
    return input if then is None else pick("getitem", input, then)


def pick(name: str, input: Tensor, index: tuple) -> Tensor:
    """Return the elements at an advanced index; the derivative is ``added``."""
    x = array(input)
    shape = x.shape
    y = call_as(name, x.__getitem__, index)
    return record(y, dict(x=input), name=name, x=lambda g: added(g, index, shape))


def added(input: Tensor, index: tuple, shape: tuple[int, ...]) -> Tensor:
    """Return zeros of a shape, with x added at an index; the derivative is ``pick``."""
    x = array(input)
    y, i = np.zeros(shape, x.dtype), index[0]
    if len(index) == 1 and i.dtype == bool:
        y[i] = x
    elif len(index) == 1 < len(shape) and x.size > 10_000 and len(i):
        i = i.ravel() % len(y)  # sums of sorted runs: three times as fast as np.add.at
        order = np.argsort(i, kind="stable")
        starts = np.flatnonzero(np.diff(i[order], prepend=-1))
        rows = x.reshape(i.size, *shape[1:])[order]
        y[i[order][starts]] = np.add.reduceat(rows, starts)
    else:
        np.add.at(y, index, x)
    return record(y, dict(x=input), x=lambda g: pick("getitem", g, index))


def index_put(input: Tensor, index: Any, value: Tensor, name: str = "setitem") -> Tensor:
    """Copy x with x[i] = v: v gets dL/dy at i, x gets it elsewhere."""
    y, n = np.array(array(input)), np.ndim(raw(value))
    call_as(name, y.__setitem__, index, raw(value))

    def back(g):
        part = g[index]
        return part.reshape((1,) * (n - part.ndim) + part.shape)

    rest = {} if index is ... else dict(x=lambda g: index_put(g, index, 0, name))
    return record(y, dict(x=input, v=value), name=name, v=back, **rest)


def setitem(input: Tensor, index: Any, value: Tensor) -> None:
    """Write x[i] = v in place, v broadcast and cast; through a view if i shows one."""
    first, then = steps("setitem", index)
    shown = input if first is None else call_as("setitem", getitem, input, first)
    change_(shown, index_put(shown, ... if then is None else then, value))


# Along an axis


def row(input: Tensor) -> Tensor:
    """Return a tensor of shape () as a vector of one element; others as they are."""
    return input if array(input).ndim else reshape(input, 1)


def check_range(name: str, i: np.ndarray, n: int, error: type[Exception] = IndexError) -> None:
    """Raise an error with the first index outside [0, n), if there is one."""
    if i.size and (i.min() < 0 or i.max() >= n):
        wrong = i[(i < 0) | (i >= n)].flat[0]
        raise error(f"{name}: expected indices in [0, {n - 1}], got {wrong}")


def integers(name: str, index: Tensor) -> np.ndarray:
    """Return an index as a new integer array."""
    i = np.array(array(index))
    expect(i.dtype.kind in "iu", name, "an integer index, got {}", i.dtype)
    return i


def fits(inner: tuple[int, ...], outer: tuple[int, ...], dim: int | None = None) -> bool:
    """Return whether inner has as many axes as outer and, except along dim, none longer."""
    longer = [d for d, (m, n) in enumerate(zip(inner, outer, strict=False)) if m > n]
    return len(inner) == len(outer) and longer in ([], [dim])


def grid(name: str, input: Tensor, dim: int, index: Tensor) -> tuple[np.ndarray, ...]:
    """Return the advanced index that reads ``index`` along dim, the same place elsewhere."""
    i, shape = integers(name, index), array(input).shape
    d = axis(name, dim, len(shape))
    what = "an index with the axes of {}, longer along dim at most, got {}"
    expect(fits(i.shape, shape, d), name, what, shape, i.shape)
    check_range(name, i, shape[d], RuntimeError)
    axes = list(np.indices(i.shape, sparse=True))
    axes[d] = i
    return tuple(axes)


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """Read y[i, j] = x[index[i, j], j] (for dim 0); dL/dx is added at the places read."""
    x = row(input)
    y = pick("gather", x, grid("gather", x, dim, row(index)))
    return y if raw(index).ndim else reshape(y, ())


def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: float | None = None
) -> Tensor:
    """Write y[index[i, j], j] = src[i, j] (for dim 0), or a value; the last one written stays.

    dL/dx is dL/dy where nothing was written; dL/dsrc is dL/dy at the places written to.
    """
    i, src = sources("scatter", input, dim, index, src if value is None else value)
    return reshape(index_put(row(input), i, src, "scatter"), array(input).shape)


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Add src[i, j] to x[index[i, j], j] (for dim 0): dL/dx = dL/dy, dL/dsrc is read there."""
    i, src = sources("scatter_add", input, dim, index, src)
    return add(input, reshape(added(src, i, row(array(input)).shape), array(input).shape))


def sources(name: str, input: Tensor, dim: int, index: Tensor, src: Any) -> tuple:
    """Return the advanced index to write to, and the part of src that is written."""
    i, x = grid(name, row(input), dim, row(index)), array(input)
    if not isinstance(raw(src), np.ndarray):
        return i, src
    shape = row(raw(index)).shape
    what = "src {} at least of shape {}, got {} {}"
    expect(
        src.dtype == x.dtype and fits(shape, row(raw(src)).shape),
        name,
        what,
        x.dtype,
        shape,
        src.dtype,
        src.shape,
    )
    return i, row(src)[tuple(map(slice, shape))]


def vector(name: str, input: Tensor, dim: int, index: Tensor) -> tuple:
    """Return the advanced index that reads a vector of indices along dim."""
    i, d = integers(name, row(index)), axis(name, dim, array(input).ndim)
    n, kind = row(array(input)).shape[d], RuntimeError if name == "index_add" else IndexError
    if i.ndim > 1:
        raise kind(f"{name}: expected a vector of indices, got shape {i.shape}")
    check_range(name, i, n, kind)
    return at(d, i)


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Read slices along dim; dL/dx is added at the places read."""
    y = pick("index_select", row(input), vector("index_select", input, dim, index))
    return y if array(input).ndim else reshape(y, ())


def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1
) -> Tensor:
    """Add alpha times slices of source to x: dL/dx = dL/dy, dL/dsource is read there."""
    i, x = vector("index_add", input, dim, index), row(array(input))
    shape, s = x[i].shape, raw(source)
    expect(
        s.dtype == x.dtype and row(s).shape == shape,
        "index_add",
        "source {} {}, got {} {}",
        x.dtype,
        shape,
        s.dtype,
        s.shape,
    )
    return add(input, reshape(added(row(source), i, x.shape), array(input).shape), alpha=alpha)


# At indices of all axes


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """Return the elements where mask is true, as a vector; dL/dx is 0 elsewhere."""
    expect(
        array(mask).dtype == bool, "masked_select", "truth values, got {}", array(mask).dtype
    )
    input, mask = call_as("masked_select", broadcast_tensors, input, mask)
    return pick("masked_select", input, (np.array(raw(mask)),))


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Find where x is not 0: a row of coordinates each, or as a tuple an index per axis."""
    x = array(input)
    if as_tuple:
        return tuple(record(i, dict(x=input)) for i in np.nonzero(row(x)))
    return record(np.argwhere(x), dict(x=input))


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """Return a row of zeros with a one at the class, for each class index; int64.

    >>> one_hot(np.array([2, 0]), 3)
    array([[0, 0, 1],
           [1, 0, 0]])
    """
    i = integers("one_hot", input)
    if num_classes == -1:
        expect(i.size, "one_hot", "num_classes for an empty input")
        num_classes = int(i.max()) + 1
    check_range("one_hot", i, num_classes, RuntimeError)
    return record((i[..., None] == np.arange(num_classes)).astype(np.int64), dict(x=input))


# By value


class Ordered(NamedTuple):
    """The result of ``sort`` and ``topk``: values and their indices."""

    values: Tensor
    indices: Tensor


def ordered(name: str, input: Tensor, dim: int, down: bool, *part: int) -> Ordered:
    """Return (a part of) the elements sorted along dim, NaN last, and their indices."""
    x = row(array(input))
    d = axis(name, dim, x.ndim)
    n = x.shape[d]
    start, end = part or (0, n)
    expect(0 <= start <= end <= n, name, "k that fits the {} elements, got {}", n, end)
    i = np.argsort(np.flip(x, d) if down else x, d, kind="stable")  # ties keep their order
    i = (np.flip(n - 1 - i, d) if down else i)[at(d, slice(start, end))]
    values, shape = pick(name, row(input), grid(name, x, d, i)), i.shape[: array(input).ndim]
    return Ordered(reshape(values, shape), record(i.reshape(shape), dict(x=input)))


def sort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False
) -> Ordered:
    """Put in order along dim, and tell where each stood; equal ones keep their order."""
    return ordered("sort", input, dim, descending)


def argsort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False
) -> Tensor:
    """Return the indices that put the elements along dim in order."""
    return ordered("argsort", input, dim, descending).indices


def topk(
    input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> Ordered:
    """Return the k largest or smallest along dim in order, and their indices."""
    return ordered("topk", input, dim, largest, 0, k)


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Find the different elements (or slices along dim) in order; where each went; how many."""
    wanted = dict(return_inverse=return_inverse, return_counts=return_counts, equal_nan=False)
    found = call_as("unique", np.unique, array(input), axis=dim, **wanted)
    found = tuple(
        record(a, dict(x=input)) for a in (found if isinstance(found, tuple) else (found,))
    )
    return found if len(found) > 1 else found[0]


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """Count how often each number stands in a vector, or sum the weights where it stands."""
    i, w = integers("bincount", input), raw(weights)
    expect(i.ndim == 1 and np.all(i >= 0), "bincount", "a vector of numbers >= 0, got {}", i)
    y = call_as("bincount", np.bincount, i, w, minlength)
    y = y.astype(np.float32) if w is not None and w.dtype == np.float32 else y
    return record(y, dict(x=input, w=weights))
