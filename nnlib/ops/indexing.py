"""Indexing, gather and scatter, sorting, and selection by value."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..graph import change_, record, titled
from ..quiet import silent
from ..tensor import Tensor, raw
from .comparison import maximum, minimum, where
from .elementwise import add, div, mul
from .promotion import array, check_fits, promote
from .shape import (
    at,
    axis,
    broadcast_tensors,
    call_as,
    clone,
    expand,
    expect,
    moved,
    reshape,
    squeeze,
)

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = "bucketize getitem one_hot searchsorted setitem"
METHODS = """
    argsort bincount gather index_select kthvalue masked_select nonzero sort topk unique
"""
IN_PLACE = """
    index_add index_copy index_fill index_put masked_scatter scatter scatter_add scatter_reduce
"""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()


def plain(name: str, index: Any) -> Any:
    """Return one part of an index; Tensors and sequences become arrays or integers."""
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
    """Split an index into a basic index, which returns a view, and an advanced index.

    An index that isn't needed is None. If an index contains integers and arrays, NumPy treats
    the integers as arrays, but torch applies the integers first.
    """
    parts = index if isinstance(index, tuple) else (index,)
    parts = tuple(plain(name, part) for part in parts)
    if not any(isinstance(part, np.ndarray) for part in parts):
        return parts if ... in parts else (*parts, ...), None
    if not any(isinstance(part, int) for part in parts):
        return None, parts
    basic = []
    for part in parts:
        if part is ... or isinstance(part, int):
            basic.append(part)
        elif isinstance(part, np.ndarray) and part.dtype == bool:
            basic += [slice(None)] * part.ndim
        elif part is not None:
            basic.append(slice(None))
    advanced = tuple(part for part in parts if not isinstance(part, int))
    return tuple(basic), advanced


def getitem(input: Tensor, index: Any) -> Tensor:
    """Read y = x[i]; dL/dy is added to dL/dx at the elements that were read.

    Integers and slices return a view. Arrays of indices and boolean masks return a copy.
    """
    try:
        basic, advanced = steps("getitem", index)
        if basic is not None:
            input = titled(moved("getitem", input, lambda a: a[basic]), _title(basic))
        if advanced is not None:
            input = titled(pick("getitem", input, advanced), "IndexBackward0")
        return input
    except IndexError as error:
        raise _no_element(np.shape(raw(input)), index, error) from None


def _no_element(shape: tuple[int, ...], index: Any, error: IndexError) -> IndexError:
    """Return an IndexError that explains why an index is invalid."""
    parts = index if isinstance(index, tuple) else (index,)
    for part in parts:
        is_array = isinstance(raw(part), np.ndarray)
        if is_array and raw(part).dtype.kind == "f":
            return IndexError(
                f"getitem: expected an index of integers or booleans, got {part.dtype}; "
                "convert the index with .long()"
            )
        if isinstance(part, (float, str)):
            return IndexError(f"getitem: expected integers, slices or tensors, got {part!r}")
    first = raw(parts[0]) if parts else None
    is_mask = isinstance(first, np.ndarray) and first.dtype.kind == "b"
    if is_mask and first.shape != shape[: first.ndim]:
        what = f"a mask that fits the shape {shape}"
        return IndexError(f"getitem: expected {what}, got a mask of shape {first.shape}")
    if not shape:
        return IndexError(
            "getitem: a tensor of shape () has no axes; use item() to get its value"
        )
    if "too many" in str(error):
        n = sum(part is not None and part is not ... for part in parts)
        what = f"at most one index per axis of shape {shape}, got {n}"
        return IndexError(f"getitem: expected {what}")
    return IndexError(f"{str(error).strip()}; the tensor has shape {shape}")


def _title(index: tuple) -> str:
    """Return PyTorch's name for the last operation that a basic index performs."""
    steps = [part for part in index if part is not ... and part != slice(None)]
    last = steps[-1] if steps else ...
    if last is None:
        return "UnsqueezeBackward0"
    kind = "Alias" if last is ... else "Slice" if isinstance(last, slice) else "Select"
    return f"{kind}Backward0"


def pick(name: str, input: Tensor, index: tuple) -> Tensor:
    """Return the elements at an advanced index; the gradient rule is ``added``."""
    x = array(name, input)
    shape = x.shape
    y = call_as(name, x.__getitem__, index)
    return record(y, dict(x=input), name=name, x=lambda g: added(g, index, shape))


@silent
def added(input: Tensor, index: tuple, shape: tuple[int, ...]) -> Tensor:
    """Return zeros of a given shape with x added at an index; the gradient rule is ``pick``."""
    x = np.asarray(raw(input))
    y = np.zeros(shape, x.dtype)
    i = index[0]
    if len(index) == 1 and i.dtype == bool:
        y[i] = x
    elif len(index) == 1 and len(shape) > 1 and x.size > 10_000 and len(i):
        # Sort the rows by index and sum those with equal indices; often faster than np.add.at.
        i = i.ravel() % len(y)
        order = np.argsort(i, kind="stable")
        starts = np.flatnonzero(np.diff(i[order], prepend=-1))
        rows = x.reshape(i.size, *shape[1:])[order]
        y[i[order][starts]] = np.add.reduceat(rows, starts)
    else:
        np.add.at(y, index, x)
    return record(y, dict(x=input), x=lambda g: pick("getitem", g, index))


@silent
def overwritten(input: Tensor, index: Any, value: Tensor, name: str = "setitem") -> Tensor:
    """Return a copy of x with x[i] = v; dL/dv is dL/dy at i, and dL/dx is dL/dy elsewhere."""
    y = np.array(array(name, input))
    n = np.ndim(raw(value))
    call_as(name, y.__setitem__, index, raw(value))

    def value_rule(g):
        part = g[index]
        return part.reshape((1,) * (n - part.ndim) + part.shape)

    rules = dict(v=value_rule)
    if index is not ...:  # v overwrites all of x if the index is "..."
        rules["x"] = lambda g: overwritten(g, index, 0, name)
    return record(y, dict(x=input, v=value), name=name, **rules)


def setitem(input: Tensor, index: Any, value: Tensor) -> None:
    """Write x[i] = v in place; v is broadcast and converted to the dtype of x."""
    basic, advanced = steps("setitem", index)
    view = input if basic is None else call_as("setitem", getitem, input, basic)
    place = ... if advanced is None else advanced
    check_fits("setitem", value, array("setitem", view).dtype)
    change_(view, overwritten(view, place, value))


# Along an axis


def row(name: str, input: Tensor) -> Tensor:
    """Return a tensor of shape () as a vector with one element, and any other unchanged."""
    return input if array(name, input).ndim else reshape(input, 1)


def check_range(name: str, i: np.ndarray, n: int, error: type[Exception] = IndexError) -> None:
    """Raise an error that names the first index outside [0, n), if there is one."""
    if i.size and (i.min() < 0 or i.max() >= n):
        wrong = i[(i < 0) | (i >= n)].flat[0]
        what = f"indices in [0, {n - 1}]" if n else "no indices, because the axis has length 0"
        raise error(f"{name}: expected {what}, got {wrong}")


def integers(name: str, index: Tensor) -> np.ndarray:
    """Return an index as a new integer array."""
    i = np.array(array(name, index))
    what = "an integer index, got {}; convert it with .long()"
    expect(i.dtype.kind in "iu", name, what, i.dtype)
    return i


def fits(inner: tuple[int, ...], outer: tuple[int, ...], dim: int | None = None) -> bool:
    """Return whether inner has as many axes as outer and is no larger (except along dim)."""
    longer = {d for d, (m, n) in enumerate(zip(inner, outer, strict=False)) if m > n}
    return len(inner) == len(outer) and longer <= {dim}


def grid(name: str, input: Tensor, dim: int, index: Tensor) -> tuple[np.ndarray, ...]:
    """Return the advanced index of ``gather``, which is (index[i, j], j) for dim 0."""
    i = integers(name, index)
    shape = array(name, input).shape
    d = axis(name, dim, len(shape))
    what = "an index with as many axes as input and no larger than {} except along dim, got {}"
    expect(fits(i.shape, shape, d), name, what, shape, i.shape)
    check_range(name, i, shape[d], RuntimeError)
    axes = list(np.indices(i.shape, sparse=True))
    axes[d] = i
    return tuple(axes)


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """Read y[i, j] = x[index[i, j], j] (for dim 0); dL/dy is added to dL/dx at these elements.

    An input or index of shape () counts as a vector with one element.
    """
    x = row("gather", input)
    i = row("gather", index)
    y = pick("gather", x, grid("gather", x, dim, i))
    return y if raw(index).ndim else reshape(y, ())


def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: float | None = None
) -> Tensor:
    """Return x with src[i, j], or a value, at [index[i, j], j] (dim 0); the last write wins.

    dL/dx is dL/dy where nothing was written, and dL/dsrc is dL/dy at the elements written.
    """
    i, src = sources("scatter", input, dim, index, src if value is None else value)
    y = reshape(overwritten(row("scatter", input), i, src, "scatter"), raw(input).shape)
    return titled(y, f"ScatterBackward{0 if isinstance(src, Tensor) else 1}")


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return x plus src[i, j] at [index[i, j], j] (for dim 0).

    dL/dx = dL/dy, and dL/dsrc is dL/dy at the elements to which src was added.
    """
    i, src = sources("scatter_add", input, dim, index, src)
    x = array("scatter_add", input)
    increase = added(src, i, row("scatter_add", x).shape)
    return titled(add(input, reshape(increase, x.shape)), "ScatterAddBackward0")


def scatter_reduce(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Tensor,
    reduce: str,
    *,
    include_self: bool = True,
) -> Tensor:
    """Combine x[index[i, j], j] and src[i, j] (for dim 0) by sum, prod, mean, amax or amin.

    If include_self is False, the old values of x are ignored wherever an element of src is
    written. Elements that tie for amax or amin share dL/dy.
    """
    name = "scatter_reduce"
    starts = dict(sum=0, prod=1, mean=0, amax=-np.inf, amin=np.inf)
    i, src = sources(name, input, dim, index, row(name, src))
    expect(reduce in starts, name, "reduce to be one of {}, got {!r}", list(starts), reduce)
    x, dtype = row(name, input), raw(input).dtype
    x = x if raw(input).ndim else clone(x)  # so that scatter_reduce_ can change input
    if not include_self:
        start = starts[reduce]
        if dtype.kind != "f" and np.isinf(start):
            extremes = (
                (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
            )
            start = extremes[start > 0]
        x = overwritten(x, i, start, name)
    if reduce in ("amax", "amin"):
        y = _extreme_at(maximum if reduce == "amax" else minimum, x, i, src)
    elif reduce == "prod":
        y = mul(x, _product_at(src, i, x.shape))
    else:
        y = add(x, added(src, i, x.shape))
    if reduce == "mean":
        n = added(np.ones(src.shape, dtype), i, x.shape) + np.array(include_self, dtype)
        y = div(y, np.maximum(n, 1), rounding_mode=None if dtype.kind == "f" else "floor")
    y = y if raw(input).ndim else reshape(y, ())
    return titled(y, "ScatterReduceBackward0")


@silent
def _extreme_at(f: Any, input: Tensor, i: tuple, src: Tensor) -> Tensor:
    """Return f (maximum or minimum) of x and the elements of src written to each position."""
    y = np.array(raw(input))
    (np.maximum if f is maximum else np.minimum).at(y, i, raw(src))

    def equal(x, src, y):
        """Return masks of x = y and src = y, and the number of ties for each element of y."""
        of_x = (x == y) * np.ones((), y.dtype)
        of_src = (src == pick("getitem", y, i)) * np.ones((), y.dtype)
        return of_x, of_src, of_x + added(of_src, i, y.shape)

    def x_rule(g, x, src, y):
        of_x, _, n = equal(raw(x), raw(src), raw(y))
        return g / n * of_x

    def src_rule(g, x, src, y):
        _, of_src, n = equal(raw(x), raw(src), raw(y))
        return pick("getitem", g / n, i) * of_src

    return record(y, dict(x=input, src=src), name="scatter_reduce", x=x_rule, src=src_rule)


@silent
def _product_at(src: Tensor, i: tuple, shape: tuple[int, ...]) -> Tensor:
    """Return ones of a given shape, multiplied by src at an index."""
    y = np.ones(shape, raw(src).dtype)
    np.multiply.at(y, i, raw(src))

    def rule(g, src):  # the product of the other factors, without dividing by 0
        zero = raw(src) == 0
        zeros = added(zero.astype(np.int64), i, shape)
        no_other_zero = zeros[i] == zero
        nonzero_src = where(zero, 1.0, src)
        product = _product_at(nonzero_src, i, shape)
        return pick("getitem", g * product, i) / nonzero_src * no_other_zero

    return record(y, dict(src=src), name="scatter_reduce", src=rule)


def sources(name: str, input: Tensor, dim: int, index: Tensor, src: Any) -> tuple:
    """Return the advanced index at which to write, and the part of src to write."""
    x = row(name, input)
    index = row(name, index)
    i = grid(name, x, dim, index)
    if not isinstance(raw(src), np.ndarray):
        return i, src
    src = row(name, src)
    valid = src.dtype == x.dtype and fits(index.shape, src.shape)
    what = "src of dtype {} and shape {} or larger, got {} {}"
    expect(valid, name, what, x.dtype, index.shape, src.dtype, src.shape)
    part = tuple(slice(n) for n in index.shape)
    return i, src[part]


def vector(
    name: str, input: Tensor, dim: int, index: Tensor, error: type[Exception] = IndexError
) -> tuple:
    """Return the advanced index that reads the slices at a vector of indices along dim."""
    i = integers(name, row(name, index))
    d = axis(name, dim, array(name, input).ndim)
    if i.ndim > 1:
        raise error(f"{name}: expected a vector of indices, got shape {i.shape}")
    check_range(name, i, row(name, input).shape[d], error)
    return at(d, i)


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Read slices along dim; dL/dy is added to dL/dx at these slices."""
    i = vector("index_select", input, dim, index)
    y = pick("index_select", row("index_select", input), i)
    return y if raw(input).ndim else reshape(y, ())


def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1
) -> Tensor:
    """Return x plus alpha source[i] at [index[i]] (dim 0); dL/dsource is alpha dL/dy there."""
    name = "index_add"
    i = vector(name, input, dim, index, RuntimeError)
    x = row(name, array(name, input))
    slices = row(name, source)
    shape = x[i].shape
    valid = slices.dtype == x.dtype and slices.shape == shape
    got = slices.dtype, slices.shape
    expect(valid, name, "source of dtype {} and shape {}, got {} {}", x.dtype, shape, *got)
    increase = reshape(added(slices, i, x.shape), raw(input).shape)
    y = call_as(name, add, input, increase, alpha=alpha)
    return titled(y, "IndexAddBackward0")


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """Replace slices along dim with slices of source.

    At these slices, dL/dx is 0 and dL/dsource is dL/dy.
    """
    name = "index_copy"
    i = vector(name, input, dim, index)
    x, slices = row(name, input), row(name, source)
    d, shape = axis(name, dim, x.ndim), x[i].shape
    if slices.ndim != x.ndim or slices.shape[d] != shape[d]:
        raise IndexError(f"{name}: expected source of shape {shape}, got {slices.shape}")
    fits = slices.shape == shape and slices.dtype == x.dtype
    got = slices.dtype, slices.shape
    expect(fits, name, "source of dtype {} and shape {}, got {} {}", x.dtype, shape, *got)
    y = reshape(overwritten(x, i, slices, name), raw(input).shape)
    return titled(y, "IndexCopyBackward0")


def index_fill(input: Tensor, dim: int, index: Tensor, value: float | Tensor) -> Tensor:
    """Fill slices along dim with a value.

    In these slices, dL/dx is 0; dL/dvalue is the sum of dL/dy over them.
    """
    name = "index_fill"
    x, i = row(name, input), row(name, array(name, index))
    n = x.shape[axis(name, dim, x.ndim)]
    if i.dtype.kind not in "iu":
        raise IndexError(f"{name}: expected an integer index, got {i.dtype}; use .long()")
    expect(i.ndim == 1, name, "a vector of indices, got shape {}", i.shape)
    expect(not np.ndim(raw(value)), name, "a number, got shape {}", np.shape(raw(value)))
    i = vector(name, x, dim, np.unique(np.where(i < 0, i + n, i)))  # count each slice once
    y = reshape(overwritten(x, i, value, name), raw(input).shape)
    return titled(y, f"IndexFillBackward{int(isinstance(value, Tensor))}")


# Along several axes: tuples of indices, and masks


def index_put(
    input: Tensor, indices: tuple[Tensor, ...], values: Tensor, accumulate: bool = False
) -> Tensor:
    """Return a copy with x[i] = v, or with v added if ``accumulate``; i is a tuple of Tensors.

    dL/dv is dL/dy at i. dL/dx is dL/dy, except that it is 0 at i without ``accumulate``.
    """
    name = "index_put"
    x, v = array(name, input), raw(values)
    if not isinstance(indices, (tuple, list)):
        raise TypeError(f"{name}: expected a tuple of Tensors, got {type(indices).__name__}")
    for part in (*indices, values):
        if not isinstance(raw(part), np.ndarray):
            raise TypeError(f"{name}: expected Tensors, got {type(part).__name__}")
    expect(v.dtype == x.dtype, name, "values of dtype {}, got {}", x.dtype, v.dtype)
    i = tuple(np.asarray(plain(name, part)) for part in indices)
    if not accumulate:
        return titled(overwritten(input, i, values, name), "IndexPutBackward0")
    shape = call_as(name, x.__getitem__, i).shape
    increase = added(call_as(name, expand, values, shape), i, x.shape)
    return titled(add(input, increase), "IndexPutBackward0")


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """Return a vector of the elements where the mask is true; dL/dx is 0 elsewhere."""
    dtype = array("masked_select", mask).dtype
    expect(dtype.kind == "b", "masked_select", "a boolean mask, got {}", dtype)
    input, mask = call_as("masked_select", broadcast_tensors, input, mask)
    return pick("masked_select", input, (np.array(raw(mask)),))


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """Replace the elements where the mask is true with the elements of source, in order.

    There, dL/dx is 0 and dL/dsource is dL/dy.
    """
    name = "masked_scatter"
    dtypes = [array(name, x).dtype for x in (mask, input, source)]
    valid = dtypes[0].kind == "b" and dtypes[1] == dtypes[2]
    what = "a boolean mask, and input and source of the same dtype, got {}"
    expect(valid, name, what, [str(d) for d in dtypes])
    input, mask = call_as(name, broadcast_tensors, input, mask)
    m = np.array(raw(mask))
    n = int(m.sum())
    size = raw(source).size
    expect(n <= size, name, "source.numel() >= {}, got {}", n, size)
    return overwritten(input, (m,), reshape(source, -1)[:n], name)


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Return the indices of nonzero elements, as rows or as one vector for each axis."""
    x = array("nonzero", input)
    if as_tuple:
        return tuple(record(i, dict(x=input)) for i in np.nonzero(row("nonzero", x)))
    return record(np.argwhere(x), dict(x=input))


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """Return an int64 row for each class index, which is 1 at the class and 0 elsewhere.

    By default, ``num_classes`` is 1 more than the largest index.

    >>> one_hot(np.array([2, 0]), 3)
    array([[0, 0, 1],
           [1, 0, 0]])
    """
    i = integers("one_hot", input)
    if num_classes == -1:
        expect(i.size, "one_hot", "num_classes for an empty input")
        num_classes = max(int(i.max()) + 1, 1)
    check_range("one_hot", i, num_classes, RuntimeError)
    return record((i[..., None] == np.arange(num_classes)).astype(np.int64), dict(x=input))


# By value


class Ordered(NamedTuple):
    """The result of ``sort``, ``topk`` and ``kthvalue``: values and their indices."""

    values: Tensor
    indices: Tensor


def order(x: np.ndarray, d: int, down: bool) -> np.ndarray:
    """Return the indices of a stable sort of x along d; NaN counts as the largest element."""
    if not down:
        return np.argsort(x, d, kind="stable")
    return x.shape[d] - 1 - np.flip(np.argsort(np.flip(x, d), d, kind="stable"), d)


def part_of_order(x: np.ndarray, d: int, down: bool, start: int, end: int) -> np.ndarray:
    """Return ``order`` from start to end, without sorting more elements than needed."""
    n, size = x.shape[d], end - start
    partial = 0 < size < n and (start == 0 or size == 1)
    if not partial or (x.dtype.kind == "f" and np.isnan(x).any()):
        return order(x, d, down)[at(d, slice(start, end))]
    rows = np.ascontiguousarray(np.moveaxis(x, d, -1))
    last = n - end if down else end - 1
    bound = np.partition(rows, last, -1)[..., last, None]
    equal, first = rows == bound, rows > bound if down else rows < bound
    chosen = first | equal if start == 0 else equal
    if np.count_nonzero(chosen) > size * (x.size // n):  # too many elements equal the bound
        position = np.cumsum(equal, -1) + first.sum(-1, keepdims=True)  # rank, counted from 1
        chosen &= first | ((position > start) & (position <= end))
    i = np.flatnonzero(chosen).reshape(*rows.shape[:-1], size) % n
    i = np.moveaxis(i, -1, d)
    return np.take_along_axis(i, order(np.take_along_axis(x, i, d), d, down), d)


def ordered(name: str, input: Tensor, dim: int, down: bool, *part: int) -> Ordered:
    """Return the elements sorted along dim, and their indices.

    ``part`` is the start and the end of the sorted elements to return. Default: all.
    """
    x = row(name, array(name, input))
    d = axis(name, dim, x.ndim)
    n = x.shape[d]
    start, end = part or (0, n)
    what = f"k from {int(name == 'kthvalue')} to {n}, the length of dim, got {end}"
    expect(0 <= start <= end <= n, name, what)
    i = part_of_order(x, d, down, start, end)
    values = pick(name, row(name, input), grid(name, x, d, i))
    shape = i.shape if raw(input).ndim else ()
    values = titled(reshape(values, shape), f"{name.capitalize()}Backward0")
    return Ordered(values, record(i.reshape(shape), dict(x=input)))


def sort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False
) -> Ordered:
    """Return the elements sorted along dim, and their indices; the sort is always stable."""
    return ordered("sort", input, dim, descending)


def argsort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False
) -> Tensor:
    """Return the indices that sort the elements along dim."""
    return ordered("argsort", input, dim, descending).indices


def topk(
    input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> Ordered:
    """Return the k largest or smallest elements along dim in order, and their indices."""
    return ordered("topk", input, dim, largest, 0, k)


def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Ordered:
    """Return the k-th smallest element along dim, and its index; k starts at 1."""
    result = ordered("kthvalue", input, dim, False, k - 1, k)
    return result if keepdim else Ordered(*(squeeze(x, dim) for x in result))


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Return sorted unique elements or slices and, if requested, inverse indices and counts."""
    results = call_as(
        "unique",
        np.unique,
        array("unique", input),
        return_inverse=return_inverse,
        return_counts=return_counts,
        axis=dim,
        equal_nan=False,
    )
    if isinstance(results, tuple):
        return tuple(record(a, dict(x=input)) for a in results)
    return record(results, dict(x=input))


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """Count how often each integer occurs in a vector, or add up each integer's weights."""
    i, w = array("bincount", input), raw(weights)
    valid = i.ndim == 1 and i.dtype.kind in "iu" and np.all(i >= 0)
    expect(valid, "bincount", "a vector of integers >= 0, got {!r}", i)
    fits = w is None or w.shape == i.shape
    expect(fits, "bincount", "weights of shape {}, got {}", i.shape, np.shape(w))
    y = call_as("bincount", np.bincount, i, w, minlength)
    y = y.astype(np.float32) if w is not None and w.dtype == np.float32 else y
    return record(y, dict(x=input, w=weights))


def searchsorted(
    sorted_sequence: Tensor,
    input: Tensor | float,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Return the index at which each x would be inserted into a sorted vector.

    The elements before this index are < x, and the others are >= x. With right=True or
    side="right", they are <= x and > x instead. If the sequence has several rows, the elements
    in each row of x are inserted into the corresponding row.
    """
    name = "searchsorted"
    s, x = promote(name, sorted_sequence, input)
    valid = side in (None, "left", "right") and not (right and side == "left")
    what = "side 'left' or 'right', but not 'left' together with right=True, got {!r}"
    expect(valid, name, what, side)
    matches = s.ndim == 1 or (s.ndim > 0 and s.shape[:-1] == x.shape[:-1])
    what = "sorted_sequence to be a vector, or to have one row for each row of input {}, got {}"
    expect(matches, name, what, x.shape, s.shape)
    if sorter is not None:
        s = np.take_along_axis(s, integers(name, sorter), -1)
    y = np.empty(x.shape, np.int32 if out_int32 else np.int64)
    for i in np.ndindex(s.shape[:-1]):
        y[i] = np.searchsorted(s[i], x[i], "right" if right else side or "left")
    return record(y, dict(s=sorted_sequence, x=input))


def bucketize(
    input: Tensor | float, boundaries: Tensor, *, out_int32: bool = False, right: bool = False
) -> Tensor:
    """Return the number of boundaries < x for each x, or <= x with right=True."""
    _, b = (array("bucketize", x) for x in (input, boundaries))
    expect(b.ndim == 1, "bucketize", "a vector of boundaries, got shape {}", b.shape)
    options = dict(out_int32=out_int32, right=right)
    return call_as("bucketize", searchsorted, boundaries, input, **options)
