"""Concatenating and stacking tensors, repeating and padding."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from ..graph import record
from ..tensor import Tensor, raw
from .promotion import array, result_type
from .shape import (
    Sizes,
    at,
    axis,
    call_as,
    expand,
    expect,
    listed,
    moved,
    reshape,
    transpose,
    unsqueeze,
)

# Every name once: functions only, methods of Tensor too, and those that work in place too.
FUNCTIONS = "cat concat concatenate hstack meshgrid pad stack vstack"
METHODS = "repeat repeat_interleave tile"
IN_PLACE = ""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Put one after the other along dim; each gets its slice of dL/dy.

    As in torch, an empty tensor with one axis goes with any shape.
    """
    if not tensors:
        raise ValueError("cat: expected at least one tensor, got none")
    dtype, n = result_type(*tensors[:1], *tensors), max(array(x).ndim for x in tensors)
    d = axis("cat", dim, n)
    inputs = {f"x{k}": x for k, x in enumerate(tensors) if raw(x).shape != (0,) or n == 1}
    y = call_as("cat", np.concatenate, [*map(raw, inputs.values())], d, dtype=dtype)
    ends = itertools.accumulate((raw(x).shape[d] for x in inputs.values()), initial=0)
    rules = [slice_rule(at(d, slice(*part))) for part in itertools.pairwise(ends)]
    return record(y, inputs, name="cat", **dict(zip(inputs, rules, strict=True)))


def slice_rule(index: tuple) -> Callable:
    """Return a gradient rule: the part of g at an index."""
    return lambda g: g[index]


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Put one after the other along a new axis."""
    return call_as("stack", lambda: cat([unsqueeze(x, dim) for x in tensors or ()], dim))


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Put side by side: along the second axis, or the only one."""
    d = int(all(array(x).ndim > 1 for x in tensors or ()))
    return call_as(
        "hstack", cat, [x if raw(x).ndim else reshape(x, 1) for x in tensors or ()], d
    )


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Put on top of each other, a vector as a row."""
    return call_as(
        "vstack", cat, [x if array(x).ndim > 1 else reshape(x, 1, -1) for x in tensors or ()]
    )


def repeat(input: Tensor, repeats: Sizes) -> Tensor:
    """Repeat the whole along each axis; dL/dx adds up over the copies."""
    shape, lead = array(input).shape, len(repeats) - array(input).ndim
    fits = lead >= 0 and min(repeats, default=0) >= 0
    expect(fits, "repeat", "a number for each axis of {}, got {}", shape, repeats)
    wide = [n for pair in zip(repeats, (1,) * lead + shape, strict=True) for n in pair]
    copies = tuple(range(0, len(wide), 2))
    return moved(
        "repeat",
        input,
        lambda a: np.tile(a, repeats),
        lambda g: g.reshape(wide).sum(copies).reshape(shape),
    )


def tile(input: Tensor, dims: Sizes) -> Tensor:
    """Repeat the whole along the last axes, those that dims has numbers for."""
    return call_as("tile", repeat, input, (1,) * (array(input).ndim - len(dims)) + tuple(dims))


def repeat_interleave(
    input: Tensor,
    repeats: int | Tensor,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Tensor:
    """Repeat each element along dim, all as often or each as repeats says; flat without dim."""
    input, times = reshape(input, -1) if dim is None else input, raw(repeats)
    d = axis("repeat_interleave", dim or 0, array(input).ndim)
    return moved("repeat_interleave", input, lambda a: a.repeat(times, d))


def meshgrid(*tensors: Tensor, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Return the coordinates of all points of a grid, one tensor for each of its axes.

    With "xy" the first two axes are exchanged, as for the pixels of a picture.
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        (tensors,) = tensors
    fits = tensors and indexing in ("ij", "xy") and all(array(x).ndim < 2 for x in tensors)
    shape = tuple(raw(x).size for x in tensors)
    what = 'vectors and indexing "ij" or "xy", got {}, {}'
    expect(fits, "meshgrid", what, shape, indexing)
    lone = [reshape(x, (-1,) + (1,) * k) for k, x in enumerate(reversed(tensors))]
    grid = tuple(expand(x, shape) for x in reversed(lone))
    return grid if indexing == "ij" else tuple(transpose(x, 0, len(shape) > 1) for x in grid)


# The modes of ``pad``, and NumPy's names for them.
MODES = dict(constant="constant", reflect="reflect", replicate="edge", circular="wrap")


def pad(
    input: Tensor, pad: Sizes, mode: str = "constant", value: float | None = None
) -> Tensor:
    r"""Add elements before and after along the last axes, or take some away.

    .. math:: y_i = x_{i - l} \text{ inside, and outside what the mode says}

    Parameters
    ----------
    input : (...)
        The elements x.
    pad : tuple of int
        How many to add before and after (l, r) along the last axis, then along the one
        before it, and so on; a negative number takes elements away.
    mode : {"constant", "reflect", "replicate", "circular"}
        What to add: value, the mirror image without the edge, the edge, or the other end.
    value : float, optional
        What "constant" adds, by default 0.

    Returns
    -------
    (...)
        The elements y; each axis has grown by l + r. What is added gets no gradient of its
        own: dL/dx adds dL/dy at all places where an element stands.

    Raises
    ------
    RuntimeError
        If there is no such mode, or it needs more elements than there are, or if ``pad``
        names too many axes or takes away more than there is.

    Source: ``torch.nn.functional.pad``; chapter "Convolution".

    >>> pad(np.array([1, 2, 3]), (2, -1), mode="reflect")
    array([3, 2, 1, 2])
    """
    shape, k = array(input).shape, len(pad) // 2
    fits = len(pad) % 2 == 0 and k <= len(shape) and mode in MODES
    what = f"at most {len(shape)} pairs of numbers and one of {[*MODES]}"
    expect(fits, "pad", what + ", got {} and {}", pad, mode)
    sides = [(0, 0)] * (len(shape) - k) + [pad[2 * i : 2 * i + 2] for i in reversed(range(k))]
    if mode == "circular":  # the other end of the part that is kept
        kept = [(max(-a, 0), n + min(b, 0)) for n, (a, b) in zip(shape, sides, strict=True)]
        input, sides = input[(*itertools.starmap(slice, kept),)], np.maximum(sides, 0).tolist()
    room = dict(reflect=-1, circular=0).get(mode, math.inf)
    axes = list(zip(array(input).shape, sides, strict=True))
    fits = all(n + a + b >= 0 and max(a, b, 0) <= max(n + room, 0) for n, (a, b) in axes)
    expect(fits, "pad", "enough elements to {}, got shape {} and pad {}", mode, shape, pad)
    return padded(input, sides, mode, value or 0)


def padded(input: Tensor, sides: Sequence[Sizes], mode: str, value: float) -> Tensor:
    """Return the input padded by (before, after) for each axis, in the order of the axes."""
    fill = dict(constant_values=value) if mode == "constant" else {}
    axes = zip(array(input).shape, sides, strict=True)
    cut = tuple(slice(max(-a, 0), n + max(a, 0) + b) for n, (a, b) in axes)
    more, less = np.maximum(sides, 0), np.negative(sides)
    back = (lambda g: padded(g, less, mode, 0)) if mode == "constant" else None
    return moved("pad", input, lambda a: np.pad(a, more, MODES[mode], **fill)[cut], back)


# As in shape.py, sizes may be given one by one.
repeat, tile = listed(repeat), listed(tile)
concat = concatenate = cat
