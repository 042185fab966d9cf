"""Joining tensors and splitting them, repeating and padding."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from ..graph import record, record_fused
from ..tensor import Tensor, raw
from .promotion import array, common_dtype
from .shape import (
    Sizes,
    at,
    axis,
    call_as,
    cut_along,
    expand,
    expect,
    listed,
    moved,
    reshape,
    transpose,
)

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = "cat column_stack concat concatenate hstack meshgrid pad stack vstack"
METHODS = "chunk repeat repeat_interleave split tile unbind"
IN_PLACE = ""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Concatenate along dim; each tensor gets its slice of dL/dy.

    As in torch, an empty tensor with one axis fits any shape.
    """
    if isinstance(tensors, Tensor):
        raise TypeError("cat: expected a list of tensors, got one Tensor; write cat([a, b])")
    if not tensors:
        raise ValueError("cat: expected at least one tensor, got none")
    dtype = common_dtype("cat", tensors)
    ndim = max(array("cat", x).ndim for x in tensors)
    d = axis("cat", dim, ndim)
    inputs = {f"x{k}": x for k, x in enumerate(tensors) if raw(x).shape != (0,) or ndim == 1}
    arrays = [raw(x) for x in inputs.values()]
    try:
        y = np.concatenate(arrays, d, dtype=dtype)
    except ValueError:
        raise _no_cat([raw(x).shape for x in tensors], d) from None
    rules = {}
    start = 0
    for key, x in zip(inputs, arrays, strict=True):
        end = start + x.shape[d]
        rules[key] = slice_rule(at(d, slice(start, end)))
        start = end
    return record(y, inputs, name="cat", **rules)


def _no_cat(shapes: list[tuple[int, ...]], d: int) -> RuntimeError:
    """Return an error that names the first tensor that can't be concatenated."""
    if () in shapes:
        return RuntimeError(
            "cat: expected tensors with axes, got a tensor of shape (); use stack()"
        )
    rest = {k: (len(s), s[:d], s[d + 1 :]) for k, s in enumerate(shapes) if s != (0,)}
    first = next(iter(rest))
    k = next((k for k in rest if rest[k] != rest[first]), first)
    return RuntimeError(
        f"cat: expected tensors of equal shape, except along dim {d}, got {shapes[first]} "
        f"and, at index {k}, {shapes[k]}"
    )


def slice_rule(index: tuple) -> Callable:
    """Return a gradient rule that reads g at an index."""
    return lambda g: g[index]


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Concatenate along a new axis; each tensor gets its slice of dL/dy."""
    if isinstance(tensors, Tensor):
        raise TypeError("stack: expected a list of tensors, got one Tensor; use stack([a, b])")
    if not tensors:
        raise RuntimeError("stack: expected at least one tensor, got none")
    arrays = [x.array if type(x) is Tensor else array("stack", x) for x in tensors]
    shape = arrays[0].shape
    if len({a.shape for a in arrays}) > 1:
        k = next(k for k, a in enumerate(arrays) if a.shape != shape)
        raise RuntimeError(
            f"stack: expected tensors of equal shape, got {shape} and, at index {k}, "
            f"{arrays[k].shape}"
        )
    d = axis("stack", dim, len(shape) + 1)
    dtypes = {a.dtype for a in arrays}
    dtype = dtypes.pop() if len(dtypes) == 1 else common_dtype("stack", tensors)
    # For scalars, np.array is ten times as fast as np.stack.
    y = np.array(arrays, dtype) if d == 0 else np.stack(arrays, d, dtype=dtype)
    inputs = {f"x{k}": x for k, x in enumerate(tensors)}

    def rule(g):
        return dict(zip(inputs, unbind(g, d), strict=True))

    return record_fused(y, inputs, rule, twice=rule)


def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Concatenate along the second axis; vectors become columns."""
    name = "column_stack"
    columns = [x if array(name, x).ndim > 1 else reshape(x, (-1, 1)) for x in tensors or ()]
    return call_as(name, cat, columns, 1)


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Concatenate along the second axis, or the first if a tensor has fewer than two axes."""
    tensors = tensors or ()
    have_rows = all(array("hstack", x).ndim > 1 for x in tensors)
    tensors = [x if raw(x).ndim else reshape(x, 1) for x in tensors]
    return call_as("hstack", cat, tensors, 1 if have_rows else 0)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Concatenate along the first axis; vectors become rows."""
    rows = [x if array("vstack", x).ndim > 1 else reshape(x, 1, -1) for x in tensors or ()]
    return call_as("vstack", cat, rows)


# Splitting is the inverse of joining, so each is the gradient rule of the other.


def several(input: Tensor, indices: list[tuple], rule: Callable) -> tuple[Tensor, ...]:
    """Return the parts of x at several indices, as views that reject recorded in-place changes.

    Each index must end in "...", so that even single elements are views. ``rule`` joins the
    gradients of the parts into dL/dx.
    """
    a = raw(input)
    y = tuple([a[index] for index in indices])
    return record_fused(y, dict(x=input), rule, twice=rule, views=indices) if y else y


def split(
    tensor: Tensor, split_size_or_sections: int | Sizes, dim: int = 0
) -> tuple[Tensor, ...]:
    """Split along dim into pieces of a single size (the last can be shorter) or of given sizes.

    dL/dx is the concatenation of dL/dy for all pieces.
    """
    d, n = cut_along("split", tensor, dim)
    sizes = split_size_or_sections
    if isinstance(sizes, int):
        sizes = [min(sizes, n - i) for i in range(0, n, sizes or -1)] or [0]
    fits = sum(sizes) == n and min(sizes, default=0) >= 0
    what = "a size > 0, or sizes >= 0 that add up to {}, got {}"
    expect(fits, "split", what, n, split_size_or_sections)
    ends = itertools.accumulate(sizes, initial=0)
    indices = [(*at(d, slice(*pair)), ...) for pair in itertools.pairwise(ends)]
    return several(tensor, indices, lambda g: dict(x=cat(g, d)))


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Split along dim into at most ``chunks`` equal pieces; the last can be shorter."""
    d, n = cut_along("chunk", input, dim)
    expect(chunks > 0, "chunk", "chunks > 0, got {}", chunks)
    sizes = math.ceil(n / chunks) if n else [0] * chunks
    return split(input, sizes, d)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return the slices along dim, without that axis; dL/dx is the stack of all dL/dy."""
    d, n = cut_along("unbind", input, dim)
    axes_before = at(d, ...)[:-1]
    indices = [(*axes_before, i, ...) for i in range(n)]
    return several(input, indices, lambda g: dict(x=stack(g, d)))


@listed
def repeat(input: Tensor, repeats: Sizes) -> Tensor:
    """Repeat the tensor along each axis; dL/dx is the sum of dL/dy over the copies."""
    shape = array("repeat", input).shape
    new_axes = len(repeats) - len(shape)
    fits = new_axes >= 0 and min(repeats, default=0) >= 0
    expect(fits, "repeat", "a number >= 0 for each axis of {}, got {}", shape, repeats)
    split = []  # the shape of y with each axis split into copies and elements
    for copies, n in zip(repeats, (1,) * new_axes + shape, strict=True):
        split += [copies, n]
    axes_of_copies = tuple(range(0, len(split), 2))
    return moved(
        "repeat",
        input,
        lambda a: np.tile(a, repeats),
        lambda g: g.reshape(split).sum(axes_of_copies).reshape(shape),
    )


@listed
def tile(input: Tensor, dims: Sizes) -> Tensor:
    """Repeat the tensor along its last axes; ``dims`` contains the number of copies."""
    other_axes = array("tile", input).ndim - len(dims)
    return call_as("tile", repeat, input, (1,) * other_axes + tuple(dims))


def repeat_interleave(
    input: Tensor,
    repeats: int | Tensor,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Tensor:
    """Repeat each element along dim; ``repeats`` is one number, or one for each element.

    Without dim, the tensor is flattened first.
    """
    name = "repeat_interleave"
    if dim is None:
        input = call_as(name, reshape, input, -1)
        dim = 0
    d = axis(name, dim, array(name, input).ndim)
    n, r = (raw(input).shape or (1,))[d], np.asarray(raw(repeats))
    fits = r.ndim < 2 and r.size in (1, n) and np.all(r >= 0)
    expect(fits, name, "a number >= 0, or one for each of {} elements, got {}", n, r)
    return moved(name, input, lambda a: a.repeat(r, d))


def meshgrid(*tensors: Tensor, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Return the coordinates of all points of a grid, one tensor for each of its axes.

    With "xy", the first two axes are exchanged, as for the pixels of an image.
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        (tensors,) = tensors
    shapes = [array("meshgrid", x).shape for x in tensors]
    shape = tuple(raw(x).size for x in tensors)
    what = 'vectors and indexing "ij" or "xy", got shapes {} and {!r}'
    valid = shapes and max(map(len, shapes)) < 2 and indexing in ("ij", "xy")
    expect(valid, "meshgrid", what, shapes, indexing)
    grid = []
    for k, x in enumerate(tensors):
        axes_after = len(tensors) - 1 - k
        grid.append(expand(reshape(x, (-1,) + (1,) * axes_after), shape))
    if indexing == "xy" and len(shape) > 1:
        grid = [transpose(x, 0, 1) for x in grid]
    return tuple(grid)


# The modes of ``pad``, and NumPy's names for them.
MODES = dict(constant="constant", reflect="reflect", replicate="edge", circular="wrap")


def pad(
    input: Tensor, pad: Sizes, mode: str = "constant", value: float | None = None
) -> Tensor:
    r"""Add elements at both ends of the last axes, or remove some.

    .. math:: y_i = x_{i - l} \text{ inside; outside, } y_i \text{ depends on the mode}

    Parameters
    ----------
    input : (...)
        The elements x.
    pad : tuple of int
        How many elements to add before and after (l, r) along the last axis, then along the
        second-to-last one, and so on. A negative number removes elements.
    mode : {"constant", "reflect", "replicate", "circular"}
        Which elements to add: value, the mirror image without the edge, copies of the edge,
        or the elements from the other end.
    value : float, optional
        The constant for "constant", by default 0.

    Returns
    -------
    (...)
        The elements y; each axis has grown by l + r. dL/dx is the sum of dL/dy over all
        copies of an element.

    Raises
    ------
    RuntimeError
        If the mode is unknown, ``pad`` contains too many numbers or an odd number of them, or
        an axis is shorter than the mode needs or than ``pad`` removes.

    Source: ``torch.nn.functional.pad``; chapter "Convolution".

    >>> pad(np.array([1, 2, 3]), (2, -1), mode="reflect")
    array([3, 2, 1, 2])
    """
    shape = array("pad", input).shape
    fits = len(pad) % 2 == 0 and len(pad) // 2 <= len(shape) and mode in MODES
    what = f"at most one pair of numbers per axis of {shape}, and a mode in {list(MODES)}"
    expect(fits, "pad", what + ", got {} and {}", pad, mode)
    pairs = [tuple(pad[i : i + 2]) for i in range(0, len(pad), 2)]  # the last axis first
    sides = [(0, 0)] * (len(shape) - len(pairs)) + pairs[::-1]
    if mode == "circular":  # remove elements first, because the remaining ones are repeated
        kept = tuple(
            slice(max(-a, 0), n + min(b, 0)) for n, (a, b) in zip(shape, sides, strict=True)
        )
        input = input[kept]
        sides = [(max(a, 0), max(b, 0)) for a, b in sides]
    for n, (a, b) in zip(raw(input).shape, sides, strict=True):
        most = {"reflect": max(n - 1, 0), "circular": n}.get(mode, math.inf)
        fits = n + a + b >= 0 and max(a, b, 0) <= most
        what = "enough elements for mode {!r}, got shape {} and pad {}"
        expect(fits, "pad", what, mode, shape, pad)
    return padded(input, sides, mode, value or 0)


def padded(input: Tensor, sides: Sequence[Sizes], mode: str, value: float) -> Tensor:
    """Return the input padded by (before, after) for each axis, in the order of the axes."""
    axes = zip(np.shape(raw(input)), sides, strict=True)
    kept = tuple(slice(max(-a, 0), n + max(a, 0) + b) for n, (a, b) in axes)
    added = np.maximum(sides, 0)
    options = {"constant_values": value} if mode == "constant" else {}

    def pad_array(a):
        return np.pad(a, added, MODES[mode], **options)[kept]

    if mode == "constant":
        removed = np.negative(sides)
        return moved("pad", input, pad_array, lambda g: padded(g, removed, mode, 0))
    return moved("pad", input, pad_array)


# PyTorch's other names for the same function.
concat = concatenate = cat
