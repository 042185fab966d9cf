"""Reading and writing parts of an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import change_, record
from ..tensor import Tensor, raw
from .shape import axis, reshape

__all__ = ["gather", "getitem", "one_hot", "setitem", "split"]


def plain(index: Any) -> Any:
    """An index with arrays of its own in the place of Tensors, arrays and lists."""
    if isinstance(index, tuple):
        return tuple(map(plain, index))
    index = raw(index)
    return np.array(index) if isinstance(index, (list, np.ndarray)) else index


def getitem(input: Tensor, index: Any) -> Tensor:
    """Read y = x[i]; dL/dx is dL/dy at the places read, added where one was read twice."""
    i, x = plain(index), raw(input)
    shape, parts = x.shape, i if isinstance(i, tuple) else (i,)
    if any(isinstance(p, (np.ndarray, bool)) for p in parts):
        return record(x[i], dict(x=input), x=lambda g: scatter(g, i, shape))
    whole = parts if Ellipsis in parts else (*parts, ...)  # an array even for one element
    return record(
        x[whole],
        dict(x=input),
        view=lambda a: a[whole],
        x=lambda g: scatter(g, whole, shape, basic=True),
    )


def scatter(input: Tensor, i: Any, shape: tuple[int, ...], basic: bool = False) -> Tensor:
    """Zeros of a shape with x added at i: the derivative of ``getitem``, and it of this."""
    x = raw(input)
    y = np.zeros(shape, x.dtype)
    if basic or (isinstance(i, np.ndarray) and i.dtype.kind == "b"):
        y[i] = x  # no place twice
    else:
        np.add.at(y, i, x)
    return record(y, dict(x=input), x=lambda g: getitem(g, i))


def index_put(input: Tensor, index: Any, value: Tensor) -> Tensor:
    """Copy x with x[i] = v: v gets dL/dy at i, x gets it elsewhere."""
    i = plain(index)
    y = raw(input).copy()
    y[i] = raw(value)
    return record(
        y,
        dict(x=input, v=value),
        name="setitem",
        x=lambda g: index_put(g, i, 0),
        v=lambda g: getitem(g, i),
    )


def setitem(input: Tensor, index: Any, value: Tensor) -> None:
    """Write x[i] = v in place."""
    change_(input, index_put(input, index, value))


def grid(dim: int, index: np.ndarray) -> tuple[np.ndarray, ...]:
    """The index tuple that reads index along dim and stays in place along the other axes."""
    axes = list(np.indices(index.shape, sparse=True))
    axes[dim] = index
    return tuple(axes)


def gather(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Read y[i, j] = x[index[i, j], j] (for dim 0); dL/dx is added at the places read."""
    i, x = raw(index), raw(input)
    d = axis("gather", dim, x.ndim)
    if i.dtype.kind not in "iu":
        raise RuntimeError(f"gather: expected an integer index, got {i.dtype}")
    if i.ndim != x.ndim:
        raise RuntimeError(f"gather: expected an index of {x.ndim} axes, got {i.shape}")
    if x.ndim == 0:
        return reshape(gather(reshape(input, 1), 0, i.reshape(1)), ())
    check_range("gather", i, x.shape[d])
    return getitem(input, grid(d, i))


def check_range(name: str, i: np.ndarray, n: int) -> None:
    """Refuse an index outside [0, n), naming the first one."""
    wrong = (i < 0) | (i >= n)
    if wrong.any():
        raise IndexError(f"{name}: expected indices in [0, {n - 1}], got {i[wrong].flat[0]}")


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """Give a row of zeros with a one at the class, for each class index; int64.

    >>> one_hot(np.array([2, 0]), 3)
    array([[0, 0, 1],
           [1, 0, 0]])
    """
    i = raw(input)
    if i.dtype.kind not in "iu":
        raise RuntimeError(f"one_hot: expected integer class indices, got {i.dtype}")
    if num_classes == -1:
        if not i.size:
            raise RuntimeError("one_hot: expected num_classes for an empty input")
        num_classes = int(i.max()) + 1
    check_range("one_hot", i, num_classes)
    return record((i[..., None] == np.arange(num_classes)).astype(np.int64), dict(x=input))


def split(input: Tensor, split_size: int | list[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Cut along dim into pieces of a size, the last one perhaps shorter; each is a view."""
    x = raw(input)
    d, n = axis("split", dim, x.ndim), x.shape[dim]
    sizes = split_size
    if isinstance(split_size, int):
        sizes = [min(split_size, n - i) for i in range(0, n, split_size)]
    if sum(sizes) != n:
        raise RuntimeError(f"split: expected sizes that add up to {n}, got {list(sizes)}")
    ends = np.cumsum(sizes)
    pieces = [
        getitem(input, (slice(None),) * d + (slice(int(e) - s, int(e)),))
        for s, e in zip(sizes, ends, strict=True)
    ]
    for piece in pieces:
        if isinstance(piece, Tensor):
            piece.view_of = piece.view_of._replace(several=True)
    return tuple(pieces)
