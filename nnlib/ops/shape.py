"""Operations that move elements without changing them: the derivative moves them back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph import record
from ..tensor import Tensor, raw

__all__ = [
    "cat",
    "clone",
    "contiguous",
    "expand",
    "flatten",
    "permute",
    "reshape",
    "squeeze",
    "stack",
    "transpose",
    "unsqueeze",
]


def sizes_of(sizes: tuple) -> tuple[int, ...]:
    """Sizes given one by one or as one tuple."""
    return tuple(sizes[0]) if len(sizes) == 1 and not np.isscalar(sizes[0]) else sizes


def axis(name: str, dim: int, ndim: int) -> int:
    """An axis counted from the front; a single number counts as one axis."""
    n = ndim or 1
    if not -n <= dim < n:
        raise IndexError(f"{name}: expected dim in [{-n}, {n - 1}], got {dim}")
    return dim % n


def axes_of(name: str, dim: Any, ndim: int) -> tuple[int, ...]:
    """The axes named by dim, counted from the front; None and () name all."""
    if dim is None or dim == ():
        return tuple(range(ndim))
    dims = (dim,) if isinstance(dim, (int, np.integer)) else tuple(dim)
    axes = tuple(axis(name, d, ndim) for d in dims)
    if len(set(axes)) < len(axes):
        raise RuntimeError(f"{name}: expected each axis once, got dim {dim}")
    return axes if ndim else ()


def reshape(input: Tensor, *shape: int) -> Tensor:
    """Give the same elements, in order, another shape; a view where memory allows."""
    shape, x = sizes_of(shape), raw(input)
    old = x.shape
    try:
        y = x.reshape(shape)
    except ValueError:
        raise RuntimeError(f"reshape: shape {shape} does not fit {x.size} elements") from None
    see = (lambda a: a.reshape(shape)) if np.may_share_memory(x, y) else None
    return record(y, dict(x=input), view=see, x=lambda g: g.reshape(old))


def permute(input: Tensor, *dims: int) -> Tensor:
    """Put axes into another order; dL/dx is put back."""
    dims, x = sizes_of(dims), raw(input)
    order = tuple(axis("permute", d, x.ndim) for d in dims)
    if sorted(order) != list(range(x.ndim)):
        raise RuntimeError(f"permute: expected each of {x.ndim} axes once, got {dims}")
    back = tuple(order.index(i) for i in range(x.ndim))
    return record(
        x.transpose(order),
        dict(x=input),
        view=lambda a: a.transpose(order),
        x=lambda g: permute(g, back),
    )


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes; dL/dx is exchanged back."""
    x = raw(input)
    i, j = (axis("transpose", d, x.ndim) for d in (dim0, dim1))

    def swap(a):
        return a.swapaxes(i, j) if a.ndim else a

    return record(swap(x), dict(x=input), view=swap, x=lambda g: swap(g))


def expand(input: Tensor, *sizes: int) -> Tensor:
    """Stretch axes of length 1 without copying; dL/dx sums over them. -1 keeps a length."""
    sizes, x = sizes_of(sizes), raw(input)
    lead = len(sizes) - x.ndim
    shape = tuple(
        x.shape[i - lead] if n == -1 and i >= lead else n for i, n in enumerate(sizes)
    )
    try:
        y = np.broadcast_to(x, shape)
    except ValueError:
        raise RuntimeError(f"expand: cannot expand shape {x.shape} to {sizes}") from None
    return record(y, dict(x=input), view=lambda a: np.broadcast_to(a, shape), x=lambda g: g)


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Insert an axis of length 1."""
    x = raw(input)
    i, old = axis("unsqueeze", dim, x.ndim + 1), x.shape

    def see(a):
        return np.expand_dims(a, i)

    return record(see(x), dict(x=input), view=see, x=lambda g: g.reshape(old))


def squeeze(input: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    """Drop axes of length 1: all, or those named by dim that have it."""
    x = raw(input)
    dims = range(x.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    named = [axis("squeeze", d, x.ndim) for d in dims]
    axes, old = tuple(i for i in named if x.ndim and x.shape[i] == 1), x.shape

    def see(a):
        return a.squeeze(axes)

    return record(see(x), dict(x=input), view=see, x=lambda g: g.reshape(old))


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Join the axes from start_dim to end_dim into one."""
    shape = raw(input).shape or (1,)
    i, j = (axis("flatten", d, len(shape)) for d in (start_dim, end_dim))
    if i > j:
        raise RuntimeError(f"flatten: expected start_dim <= end_dim, got {i} and {j}")
    return reshape(input, (*shape[:i], int(np.prod(shape[i : j + 1])), *shape[j + 1 :]))


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Put one after the other along dim; each gets its slice of dL/dy."""
    arrays = [raw(t) for t in tensors]
    if not arrays:
        raise RuntimeError("cat: expected at least one tensor")
    i = axis("cat", dim, arrays[0].ndim)
    try:
        y = np.concatenate(arrays, i, dtype=np.result_type(*arrays))
    except ValueError:
        shapes = [a.shape for a in arrays]
        raise RuntimeError(
            f"cat: expected shapes equal but for dim {i}, got {shapes}"
        ) from None
    ends = [0, *itertools.accumulate(a.shape[i] for a in arrays)]
    names = [f"x{k}" for k in range(len(arrays))]
    rules = {
        name: _slice_rule(i, start, end)
        for name, (start, end) in zip(names, itertools.pairwise(ends), strict=True)
    }
    return record(y, dict(zip(names, tensors, strict=True)), name="cat", **rules)


def _slice_rule(dim: int, start: int, end: int) -> Callable:
    """The rule that hands out the part of g from start to end along dim."""
    part = (slice(None),) * dim + (slice(start, end),)
    return lambda g: g[part]


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Put one after the other along a new axis."""
    return cat([unsqueeze(t, dim) for t in tensors], dim)


def contiguous(input: Tensor) -> Tensor:
    """Copy where memory is not in the order of the axes; else the same tensor."""
    return input if raw(input).flags.c_contiguous else clone(input)


def clone(input: Tensor) -> Tensor:
    """Copy, with history: dL/dx = dL/dy."""
    return record(raw(input).copy(), dict(x=input), x=lambda g: g)
