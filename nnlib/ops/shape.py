"""Operations that rearrange elements without changing them: reshape, permute, narrow.

Where torch returns a view of the same memory, so do these functions (but see ``view``). They
pass ``view=`` to ``record``, so changing x or the view in place updates the history of both.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph import record, scatter_view, titled
from ..tensor import Tensor, raw
from .promotion import array

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = "broadcast_tensors"
METHODS = """
    broadcast_to clone contiguous diag diag_embed diagonal expand expand_as flatten flip
    is_contiguous moveaxis movedim narrow permute ravel reshape roll squeeze swapaxes t
    transpose unflatten unfold unsqueeze view view_as
"""
IN_PLACE = "tril triu"
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

Sizes = Sequence[int]


def listed(f: Callable) -> Callable:
    """Wrap f, which takes a tuple, so that x.reshape(2, 3) means x.reshape((2, 3))."""

    @functools.wraps(f)
    def _call(input, *sizes, **named):
        if len(sizes) == 1 and not np.isscalar(sizes[0]):
            return f(input, tuple(sizes[0]), **named)
        return f(input, sizes, **named) if sizes else f(input, **named)

    return _call


def expect(condition: bool, name: str, what: str, *got: Any) -> None:
    """Raise RuntimeError unless the condition is true; ``got`` is formatted into ``what``."""
    if not condition:
        raise RuntimeError(f"{name}: expected {what.format(*got)}")


def call_as(name: str, f: Callable, *args: Any, **named: Any) -> Any:
    """Call f; convert its errors to the types that torch raises, and name the operation."""
    try:
        return f(*args, **named)
    except (IndexError, RuntimeError, TypeError, ValueError) as error:
        kind = RuntimeError
        for torch_kind in (IndexError, TypeError):
            if isinstance(error, torch_kind):
                kind = torch_kind
        raise kind(re.sub(r"^(\w+: )?", f"{name}: ", str(error))) from None


def axis(name: str, dim: int, ndim: int) -> int:
    """Return an axis counted from the front; a tensor of shape () is treated as a vector."""
    n = ndim or 1
    try:
        if -n <= dim < n:
            return dim.__index__() % n
    except (AttributeError, RuntimeError, TypeError):
        got = type(dim).__name__
        raise TypeError(f"{name}: expected dim to be an integer, got {got}") from None
    raise IndexError(f"{name}: expected dim in [{-n}, {n - 1}], got {dim}")


def axes_of(name: str, dim: Any, ndim: int) -> tuple[int, ...]:
    """Return the axes in dim, counted from the front; None and () mean all axes."""
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return tuple(range(ndim))
    dims = (dim,) if isinstance(dim, (int, float, np.number)) else tuple(dim)
    axes = tuple(axis(name, d, ndim) for d in dims)
    expect(len(set(axes)) == len(axes), name, "each axis once, got dim {}", dim)
    return axes if ndim else ()


def at(d: int, index: Any) -> tuple:
    """Return the tuple that applies ``index`` to axis d."""
    return (slice(None),) * d + (index,)


def moved(name: str, input: Tensor, f: Callable, rule: Callable | None = None) -> Tensor:
    """Return f(x) with a gradient, as a view of x if f returns a view.

    ``rule`` is the gradient rule of x; by default, dL/dy is added to dL/dx where f reads.
    """
    x = array(name, input)
    shape = x.shape
    y = call_as(name, f, x)
    is_view = np.may_share_memory(x, y)
    if not y.size:  # an empty array shares no memory, but it has a base
        is_view = is_view or y.base is x or (y.base is not None and y.base is x.base)
    return record(
        y,
        dict(x=input),
        name=name,
        view=f if is_view else None,
        x=rule or (lambda g: scatter_view(g, f, shape)),
    )


def shaped(name: str, input: Tensor, shape: Sizes) -> Tensor:
    """Return the same elements in another shape; dL/dx has the old shape."""
    old = array(name, input).shape
    expect(min(shape, default=0) >= -1, name, "sizes of at least -1, got {}", shape)

    def arrange(a):
        try:
            return a.reshape(shape)
        except (TypeError, ValueError) as error:
            raise _unfit(name, old, shape, error) from None

    return moved(name, input, arrange, lambda g: g.reshape(old))


def _unfit(name: str, old: Sizes, shape: Sizes, error: Exception) -> Exception:
    """Return the error for elements that can't be arranged in a shape."""
    if isinstance(error, TypeError):
        hint = "; divide with // instead of /" if float in map(type, shape) else ""
        return TypeError(f"{name}: expected integers as sizes, got {shape}{hint}")
    if min(shape, default=0) < -1:
        return RuntimeError(f"{name}: expected sizes of at least -1, got {shape}")
    if list(shape).count(-1) > 1:
        return RuntimeError(f"{name}: expected -1 for at most one size, got {shape}")
    n, known = math.prod(old), math.prod(size for size in shape if size != -1)
    if n == known or (-1 in shape and known and n % known == 0):
        return error
    wanted = f"sizes whose product divides {n}" if -1 in shape else f"a shape with {n} elements"
    got = f"{shape}, which has {known}" if -1 not in shape else shape
    return RuntimeError(f"{name}: expected {wanted} for a tensor of shape {old}, got {got}")


@listed
def reshape(input: Tensor, shape: Sizes) -> Tensor:
    """Return the elements, in order, in another shape; a view if possible. A size may be -1."""
    return shaped("reshape", input, shape)


@listed
def view(input: Tensor, shape: Sizes) -> Tensor:
    """Return a view in another shape; raise RuntimeError if torch would need a copy.

    Unlike in torch, results of convolutions have their channels last in memory. If a copy
    is needed only for this reason, ``view`` makes one.
    """
    x = array("view", input)
    try:
        x.reshape(shape, copy=False)
    except (TypeError, ValueError) as error:
        view_of = getattr(input, "view_of", None)
        in_torch = np.empty(x.shape)
        if view_of:
            in_torch = view_of.read(np.empty(view_of.base.shape))
        try:
            in_torch.reshape(shape, copy=False)
        except (TypeError, ValueError):
            needs_copy = RuntimeError(
                f"view: the elements of this tensor of shape {x.shape} aren't in order in "
                f"memory, so shape {shape} needs a copy; use reshape() instead"
            )
            kind = error if isinstance(error, TypeError) else needs_copy
            raise _unfit("view", x.shape, shape, kind) from None
    return shaped("view", input, shape)


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """Return a view with the shape of ``other``."""
    return call_as("view_as", view, input, other.shape)


def ravel(input: Tensor) -> Tensor:
    """Return all elements as a vector."""
    return call_as("ravel", reshape, input, -1)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Join the axes from start_dim to end_dim into one."""
    shape = array("flatten", input).shape
    i = axis("flatten", start_dim, len(shape))
    j = axis("flatten", end_dim, len(shape))
    expect(i <= j, "flatten", "start_dim <= end_dim, got {} and {}", i, j)
    joined = (*shape[:i], math.prod(shape[i : j + 1]), *shape[j + 1 :])
    return input if shape == joined else shaped("flatten", input, joined)


def unflatten(input: Tensor, dim: int, sizes: Sizes) -> Tensor:
    """Split the axis dim into several axes of these sizes; one size may be -1."""
    d, n = cut_along("unflatten", input, dim)
    shape = input.shape
    new_axes = call_as("unflatten", np.reshape, np.broadcast_to(0, n), sizes).shape
    return shaped("unflatten", input, (*shape[:d], *new_axes, *shape[d + 1 :]))


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Insert an axis of length 1, which becomes axis dim."""
    shape = array("unsqueeze", input).shape
    d = axis("unsqueeze", dim, len(shape) + 1)
    return shaped("unsqueeze", input, (*shape[:d], 1, *shape[d:]))


def squeeze(input: Tensor, dim: int | Sizes | None = None) -> Tensor:
    """Remove axes of length 1: all of them, or those in dim."""
    shape = array("squeeze", input).shape
    removed = () if dim == () else axes_of("squeeze", dim, len(shape))
    kept = [n for d, n in enumerate(shape) if n != 1 or d not in removed]
    kind = 0 if dim is None else 1 if isinstance(dim, int) else 2
    return titled(shaped("squeeze", input, kept), f"SqueezeBackward{kind}")


@listed
def expand(input: Tensor, size: Sizes) -> Tensor:
    """Broadcast axes of length 1, and add axes in front, without copying; -1 keeps a length.

    The backward pass sums dL/dy over the broadcast axes.
    """
    old = array("expand", input).shape
    new_axes = len(size) - len(old)
    shape = list(size)
    for d, n in enumerate(old):
        if new_axes >= 0 and size[new_axes + d] == -1:
            shape[new_axes + d] = n
    shape = tuple(shape)

    def broadcast(a):
        try:
            return np.broadcast_to(a, shape) if a.shape != shape else a[...]
        except ValueError:
            what = f"sizes that end in {old}, where any size can replace a 1"
            raise ValueError(f"expected {what}, got {tuple(size)}") from None

    return moved("expand", input, broadcast, lambda g: g)


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Broadcast the tensor to the shape of ``other``, as in ``expand``."""
    return call_as("expand_as", expand, input, other.shape)


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Broadcast all tensors to their common shape."""
    shapes = [array("broadcast_tensors", x).shape for x in tensors]
    shape = call_as("broadcast_tensors", np.broadcast_shapes, *shapes)
    return tuple(expand(x, shape) for x in tensors)


@listed
def permute(input: Tensor, dims: Sizes) -> Tensor:
    """Return the tensor with its axes in another order; the gradient rule undoes this."""

    def reorder(a):
        try:
            return a.transpose(dims)
        except ValueError as error:
            if isinstance(error, IndexError):
                raise
            what = f"each of the {a.ndim} axes of {a.shape} once"
            raise ValueError(f"expected {what}, got {dims}") from None

    def rule(g):
        old_order = np.argsort([d % len(dims) for d in dims])
        return permute(g, old_order.tolist())

    return moved("permute", input, reorder, rule)


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes; the gradient rule exchanges them back."""
    n = array("transpose", input).ndim
    i = axis("transpose", dim0, n)
    j = axis("transpose", dim1, n)
    if n == 0:
        return moved("transpose", input, lambda a: a, lambda g: g)
    return moved("transpose", input, lambda a: a.swapaxes(i, j), lambda g: g.swapaxes(i, j))


def t(input: Tensor) -> Tensor:
    """Exchange the axes of a matrix; a vector or a single element is unchanged."""
    expect(array("t", input).ndim <= 2, "t", "at most two axes, got shape {}", input.shape)
    return titled(transpose(input, 0, -1), "TBackward0")


def movedim(input: Tensor, source: int | Sizes, destination: int | Sizes) -> Tensor:
    """Move axes to other positions; the other axes keep their order."""
    return moved(
        "movedim",
        input,
        lambda a: np.moveaxis(a, source, destination),
        lambda g: movedim(g, destination, source),
    )


@listed
def flip(input: Tensor, dims: Sizes) -> Tensor:
    """Return a copy whose elements are reversed along axes; dL/dx is dL/dy, also reversed."""
    axes = axes_of("flip", dims, array("flip", input).ndim) if dims else ()
    return moved("flip", input, lambda a: np.flip(a, axes).copy(), lambda g: flip(g, axes))


def roll(input: Tensor, shifts: int | Sizes, dims: int | Sizes | None = None) -> Tensor:
    """Shift elements along dims, or in the flattened tensor; those at the end wrap around."""
    axes = 1 if dims is None else np.size(dims)
    expect(np.size(shifts) == axes, "roll", "a shift per dim, got {} for dims {}", shifts, dims)
    return moved("roll", input, lambda a: np.roll(a, shifts, dims))


def contiguous(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """Return the tensor itself if it is contiguous, and a contiguous copy if it isn't."""
    x = array("contiguous", input)
    return input if is_contiguous(x) else record(x.copy(), dict(x=input), x=lambda g: g)


def is_contiguous(input: Tensor) -> bool:
    """Return whether the elements are adjacent in memory, in the order of the axes."""
    return array("is_contiguous", input).flags.c_contiguous


def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """Return a copy with history: dL/dx = dL/dy."""
    return record(array("clone", input).copy("K"), dict(x=input), x=lambda g: g)


def cut_along(name: str, input: Tensor, dim: int) -> tuple[int, int]:
    """Return an axis, counted from the front, and its length."""
    shape = array(name, input).shape
    expect(shape, name, "at least one axis, got a single number")
    return axis(name, dim, len(shape)), shape[dim]


def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """Return ``length`` elements along dim, beginning with the element ``start``."""
    d, n = cut_along("narrow", input, dim)
    start = int(start)
    if not -n <= start <= n:
        raise IndexError(f"narrow: expected start in [{-n}, {n}], got {start}")
    first = start + n if start < 0 else start
    expect(0 <= length <= n - first, "narrow", "length in [0, {}], got {}", n - first, length)
    return input[at(d, slice(first, first + length))]


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Return windows along an axis, ``step`` apart; a new last axis contains their elements.

    For each element, dL/dx is the sum of dL/dy over all windows that contain it.
    """
    ndim = array("unfold", input).ndim
    if not ndim:
        return reshape(input, 1)[:size]
    d = axis("unfold", dimension, ndim)
    expect(step > 0, "unfold", "step > 0, got {}", step)

    def read(a):  # windows that overlap can't be written to
        windows = np.lib.stride_tricks.sliding_window_view(a, size, d, writeable=step >= size)
        return windows[at(d, slice(None, None, step))]

    return moved("unfold", input, read)


def on_diagonal(offset: int, dim1: int, dim2: int) -> Callable:
    """Return a function from an array to a writeable view whose last axis is a diagonal."""

    def read(a):
        a = np.moveaxis(a, (dim1, dim2), (-2, -1))[..., max(-offset, 0) :, max(offset, 0) :]
        n = min(a.shape[-2:])
        return np.einsum("...ii->...i", a[..., :n, :n])

    return read


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return a diagonal of two axes as the last axis; offset > 0 is above the main diagonal."""
    return moved("diagonal", input, on_diagonal(offset, dim1, dim2))


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return a matrix with the vector x on a diagonal, or a copy of a diagonal of a matrix."""
    x = array("diag", input)
    read = on_diagonal(diagonal, 0, 1)
    expect(x.ndim in (1, 2), "diag", "one or two axes, got shape {}", x.shape)
    if x.ndim == 2:
        return clone(moved("diag", input, read))
    n = len(x) + abs(diagonal)
    return scatter_view(input, read, (n, n))


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Turn each vector along the last axis into a matrix with this vector on a diagonal."""
    *shape, n = array("diag_embed", input).shape or (1,)
    i, j = (axis("diag_embed", dim, raw(input).ndim + 1) for dim in (dim1, dim2))
    expect(i != j, "diag_embed", "two different axes, got {} and {}", dim1, dim2)
    for d in sorted((i, j)):
        shape.insert(d, n + abs(offset))
    return scatter_view(input, on_diagonal(offset, i, j), tuple(shape))


def trace(input: Tensor) -> Tensor:
    """Return the sum of the main diagonal; there, dL/dx = dL/dy."""
    expect(array("trace", input).ndim == 2, "trace", "a matrix, got shape {}", input.shape)
    return diagonal(input).sum()


def triangle(f: Callable, input: Tensor, k: int) -> Tensor:
    """Return the triangle of a matrix that f, which is tril or triu, selects."""
    name = f.__name__
    x = array(name, input)
    expect(x.ndim >= 2, name, "at least two axes, got shape {}", x.shape)
    return record(f(x, k), dict(x=input), name=name, x=lambda g: triangle(f, g, k))


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return the lower triangle; y and dL/dx are 0 above the diagonal."""
    return triangle(np.tril, input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return the upper triangle; y and dL/dx are 0 below the diagonal."""
    return triangle(np.triu, input, diagonal)


swapaxes = transpose  # PyTorch has both names
moveaxis, broadcast_to = movedim, expand
