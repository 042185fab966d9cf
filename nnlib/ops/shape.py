"""Operations that move elements without changing them: reshape, permute, split, pad.

Where torch returns a view of the same memory, so does this file: it is recorded with ``view``,
and an in-place change of either tensor shows in the other, with its history.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph import record, scatter_view
from ..tensor import Tensor
from .promotion import array

# Every name once: functions only, methods of Tensor too, and those that work in place too.
FUNCTIONS = "broadcast_tensors"
METHODS = """
    broadcast_to chunk clone contiguous diag diagonal expand expand_as flatten flip
    is_contiguous moveaxis movedim narrow permute ravel reshape roll split squeeze
    swapaxes t transpose unbind unflatten unfold unsqueeze view view_as
"""
IN_PLACE = "tril triu"
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

Sizes = Sequence[int]


def listed(f: Callable) -> Callable:
    """Return f such that sizes or axes may be given one by one instead of as a tuple."""

    @functools.wraps(f)
    def _call(input, *sizes, **named):
        if len(sizes) == 1 and not np.isscalar(sizes[0]):
            return f(input, tuple(sizes[0]), **named)
        return f(input, sizes, **named) if sizes else f(input, **named)

    return _call


def expect(truth: bool, name: str, what: str, *got: Any) -> None:
    """Raise a RuntimeError unless ``truth``; ``what`` is a format string for ``got``."""
    if not truth:
        raise RuntimeError(f"{name}: expected {what.format(*got)}")


def call_as(name: str, f: Callable, *args: Any, **named: Any) -> Any:
    """Return f's result; its errors become torch's types and name the operation."""
    try:
        return f(*args, **named)
    except (IndexError, RuntimeError, ValueError) as error:
        kind = IndexError if isinstance(error, IndexError) else RuntimeError
        raise kind(re.sub(r"^(\w+: )?", f"{name}: ", str(error))) from None


def axis(name: str, dim: int, ndim: int) -> int:
    """Return an axis counted from the front; a tensor of shape () counts as having one."""
    n = ndim or 1
    if not -n <= dim < n:
        raise IndexError(f"{name}: expected dim in [{-n}, {n - 1}], got {dim}")
    return dim % n


def axes_of(name: str, dim: Any, ndim: int) -> tuple[int, ...]:
    """Return the axes named by dim, counted from the front; None and () name all axes."""
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return tuple(range(ndim))
    dims = (dim,) if isinstance(dim, (int, np.integer)) else tuple(dim)
    axes = tuple(axis(name, d, ndim) for d in dims)
    expect(len(set(axes)) == len(axes), name, "each axis once, got dim {}", dim)
    return axes if ndim else ()


def at(d: int, index: Any) -> tuple:
    """Return the index that reads ``index`` along axis d, and all of the earlier axes."""
    return (slice(None),) * d + (index,)


def moved(name: str, input: Tensor, f: Callable, back: Callable | None = None) -> Tensor:
    """Return f(x) with a gradient, as a view of x if f returns one.

    back is the rule of x; by default dL/dy is added to the elements that f took.
    """
    x = array(input)
    y, shape = call_as(name, f, x), x.shape
    nothing = not y.size and (y.base is x or y.base is x.base is not None)  # shares no memory
    view = f if nothing or np.may_share_memory(x, y) else None
    return record(
        y, dict(x=input), name=name, view=view, x=back or (lambda g: scatter_view(g, f, shape))
    )


# Another shape


def shaped(name: str, input: Tensor, shape: Sizes) -> Tensor:
    """Return the same elements in another shape; dL/dx has the old shape."""
    old = array(input).shape
    return moved(name, input, lambda a: a.reshape(shape), lambda g: g.reshape(old))


def reshape(input: Tensor, shape: Sizes) -> Tensor:
    """Return the same elements, in order, in another shape; a view where memory allows."""
    expect(min(shape, default=0) >= -1, "reshape", "sizes of at least -1, got {}", shape)
    return shaped("reshape", input, shape)


def view(input: Tensor, shape: Sizes) -> Tensor:
    """Show the same memory in another shape; an error where that needs a copy in torch.

    What convolutions give lies in memory with its channels last; in torch it does not, so a
    view of that is a copy here.
    """
    try:
        array(input).reshape(shape, copy=False)
    except ValueError:
        of = getattr(input, "view_of", None)
        in_torch = of.path(np.empty(of.base.shape)) if of else np.empty(array(input).shape)
        call_as("view", in_torch.reshape, shape, copy=False)
    return shaped("view", input, shape)


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """Show the same memory in the shape of other."""
    return call_as("view_as", view, input, other.shape)


def ravel(input: Tensor) -> Tensor:
    """Join all axes into one."""
    return reshape(input, -1)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Join the axes from start_dim to end_dim into one; one axis alone stays as it is."""
    shape = array(input).shape
    i, j = (axis("flatten", d, len(shape)) for d in (start_dim, end_dim))
    expect(i <= j, "flatten", "start_dim <= end_dim, got {} and {}", i, j)
    joined = (*shape[:i], math.prod(shape[i : j + 1]), *shape[j + 1 :])
    return input if shape == joined else shaped("flatten", input, joined)


def unflatten(input: Tensor, dim: int, sizes: Sizes) -> Tensor:
    """Split the axis dim into several, of these sizes; one may be -1."""
    d, n = cut_along("unflatten", input, dim)
    inner, shape = call_as("unflatten", np.reshape, np.broadcast_to(0, n), sizes), input.shape
    return shaped("unflatten", input, (*shape[:d], *inner.shape, *shape[d + 1 :]))


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Insert an axis of length 1."""
    shape = array(input).shape
    d = axis("unsqueeze", dim, len(shape) + 1)
    return shaped("unsqueeze", input, (*shape[:d], 1, *shape[d:]))


def squeeze(input: Tensor, dim: int | Sizes | None = None) -> Tensor:
    """Drop axes of length 1: all, or those named by dim that have it."""
    shape = array(input).shape
    named = () if dim == () else axes_of("squeeze", dim, len(shape))
    kept = [n for d, n in enumerate(shape) if n != 1 or d not in named]
    return shaped("squeeze", input, kept)


def expand(input: Tensor, size: Sizes) -> Tensor:
    """Stretch axes of length 1 without copying; dL/dx sums over them. -1 keeps a length."""
    old, lead = array(input).shape, len(size) - array(input).ndim
    shape = tuple(old[d - lead] if n == -1 and d >= lead else n for d, n in enumerate(size))
    return moved(
        "expand",
        input,
        lambda a: np.broadcast_to(a, shape) if a.shape != shape else a[...],
        lambda g: g,
    )


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Stretch axes of length 1 to the shape of other."""
    return call_as("expand_as", expand, input, other.shape)


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Stretch axes of length 1 until all tensors have one shape."""
    shape = call_as(
        "broadcast_tensors", np.broadcast_shapes, *[array(x).shape for x in tensors]
    )
    return tuple(expand(x, shape) for x in tensors)


# Another order


def permute(input: Tensor, dims: Sizes) -> Tensor:
    """Put axes into another order; dL/dx is put back."""
    return moved(
        "permute",
        input,
        lambda a: a.transpose(dims),
        lambda g: permute(g, np.argsort([d % len(dims) for d in dims]).tolist()),
    )


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes; dL/dx is exchanged back. A single number stays as it is."""
    n = array(input).ndim
    i, j = (axis("transpose", d, n) for d in (dim0, dim1))
    swap = (lambda g: g.swapaxes(i, j)) if n else (lambda g: g)
    return moved("transpose", input, swap, swap)


def t(input: Tensor) -> Tensor:
    """Exchange the axes of a matrix; what has fewer axes stays as it is."""
    expect(array(input).ndim <= 2, "t", "at most two axes, got shape {}", input.shape)
    return transpose(input, 0, -1)


def movedim(input: Tensor, source: int | Sizes, destination: int | Sizes) -> Tensor:
    """Move axes to other places; the others keep their order. dL/dx is moved back."""
    return moved(
        "movedim",
        input,
        lambda a: np.moveaxis(a, source, destination),
        lambda g: movedim(g, destination, source),
    )


def flip(input: Tensor, dims: Sizes) -> Tensor:
    """Reverse the order along axes; dL/dx is reversed back. A copy, as in torch."""
    axes = axes_of("flip", dims, array(input).ndim) if dims else ()
    return moved("flip", input, lambda a: np.flip(a, axes).copy(), lambda g: flip(g, axes))


def roll(input: Tensor, shifts: int | Sizes, dims: int | Sizes | None = None) -> Tensor:
    """Shift elements along dims, or all in order; what is pushed out comes in at the front."""
    axes = 1 if dims is None else np.size(dims)
    expect(np.size(shifts) == axes, "roll", "a shift for each axis, got {}, {}", shifts, dims)
    return moved("roll", input, lambda a: np.roll(a, shifts, dims))


def contiguous(input: Tensor) -> Tensor:
    """Copy where memory is not in the order of the axes; else the same tensor."""
    x = array(input)
    return input if is_contiguous(x) else record(x.copy(), dict(x=input), x=lambda g: g)


def is_contiguous(input: Tensor) -> bool:
    """Whether memory is in the order of the axes."""
    return array(input).flags.c_contiguous


def clone(input: Tensor) -> Tensor:
    """Copy, with history: dL/dx = dL/dy."""
    return record(array(input).copy("K"), dict(x=input), x=lambda g: g)


# Parts of a tensor


def cut_along(name: str, input: Tensor, dim: int) -> tuple[int, int]:
    """Return an axis, counted from the front, and its length."""
    shape = array(input).shape
    expect(shape, name, "at least one axis, got a single number")
    return axis(name, dim, len(shape)), shape[dim]


def several(input: Tensor, indices: Sequence[tuple]) -> tuple[Tensor, ...]:
    """Return the parts of x at some indices: views that cannot be changed in place."""
    parts = tuple(input[index] for index in indices)
    for part in parts:
        if isinstance(part, Tensor) and part.view_of:
            part.view_of = part.view_of._replace(fixed="is one of several results")
    return parts


def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """Show length elements along dim, from start on."""
    d, n = cut_along("narrow", input, dim)
    first = axis("narrow", int(start), n + int(start >= 0))
    expect(0 <= length <= n - first, "narrow", "length in [0, {}], got {}", n - first, length)
    return input[at(d, slice(first, first + length))]


def split(
    tensor: Tensor, split_size_or_sections: int | Sizes, dim: int = 0
) -> tuple[Tensor, ...]:
    """Cut along dim into pieces of a size, the last one perhaps shorter, or of given sizes."""
    d, n = cut_along("split", tensor, dim)
    sizes = split_size_or_sections
    if isinstance(sizes, int):
        sizes = [min(sizes, n - i) for i in range(0, n, sizes or -1)] or [0]
    fits = sum(sizes) == n and min(sizes, default=0) >= 0
    expect(fits, "split", "sizes that add up to {}, got {}", n, split_size_or_sections)
    ends = itertools.accumulate(sizes, initial=0)
    return several(tensor, [at(d, slice(*ends)) for ends in itertools.pairwise(ends)])


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Cut along dim into at most so many equal pieces, the last one perhaps shorter."""
    d, n = cut_along("chunk", input, dim)
    expect(chunks > 0, "chunk", "chunks > 0, got {}", chunks)
    return split(input, -(-n // chunks) if n else [0] * chunks, d)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Show each place along dim as a tensor without that axis."""
    d, n = cut_along("unbind", input, dim)
    return several(input, [at(d, i) for i in range(n)])


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Show windows of a size, a step apart, on a new last axis; dL/dx adds what they share."""
    if not array(input).ndim:
        return reshape(input, 1)[:size]
    d = axis("unfold", dimension, array(input).ndim)
    expect(step > 0, "unfold", "step > 0, got {}", step)

    def see(a):  # windows that overlap can't be written to
        windows = np.lib.stride_tricks.sliding_window_view(a, size, d, writeable=step >= size)
        return windows[at(d, slice(None, None, step))]

    return moved("unfold", input, see)


def on_diagonal(offset: int, dim1: int, dim2: int) -> Callable:
    """Return a function that returns a writeable view with a diagonal as the last axis."""

    def see(a):
        a = np.moveaxis(a, (dim1, dim2), (-2, -1))[..., max(-offset, 0) :, max(offset, 0) :]
        n = min(a.shape[-2:])
        return np.einsum("...ii->...i", a[..., :n, :n])

    return see


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Show the diagonal of two axes as the last axis; offset > 0 lies above the main one."""
    return moved("diagonal", input, on_diagonal(offset, dim1, dim2))


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """Make a matrix with x on a diagonal and 0 elsewhere, or read that of a matrix."""
    x, see = array(input), on_diagonal(diagonal, 0, 1)
    expect(x.ndim in (1, 2), "diag", "one or two axes, got shape {}", x.shape)
    n = len(x) + abs(diagonal)
    return scatter_view(input, see, (n, n)) if x.ndim == 1 else clone(moved("diag", input, see))


def trace(input: Tensor) -> Tensor:
    """Sum the main diagonal, on which dL/dx = dL/dy."""
    expect(array(input).ndim == 2, "trace", "a matrix, got shape {}", input.shape)
    return diagonal(input).sum()


def triangle(f: Callable, input: Tensor, k: int) -> Tensor:
    """Return the triangle of a matrix that f, tril or triu, keeps."""
    x, name = array(input), f.__name__
    expect(x.ndim >= 2, name, "at least two axes, got shape {}", x.shape)
    return record(f(x, k), dict(x=input), name=name, x=lambda g: triangle(f, g, k))


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return the lower triangle: 0 above a diagonal, for dL/dx too."""
    return triangle(np.tril, input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return the upper triangle: 0 below a diagonal, for dL/dx too."""
    return triangle(np.triu, input, diagonal)


# What takes a tuple of sizes or axes takes them one by one too, as in x.reshape(2, 3).
reshape, view, expand = listed(reshape), listed(view), listed(expand)
permute, flip = listed(permute), listed(flip)

# Other names that torch has for the same.
swapaxes = transpose
moveaxis, broadcast_to = movedim, expand
