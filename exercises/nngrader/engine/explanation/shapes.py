"""Describe a wrong shape, and the mistake that usually causes it.

We name axes by letters, not numbers, so that the text is the same in every case. For a hidden
case, we name a shape only if it differs from the expected one in one way. Otherwise, a function
could choose the shape of its answer so that the text reveals much of a hidden input.
"""

import math
from itertools import combinations

MOST_AXES = 4  # that we name
MOST_LEFT = 2  # extra axes that we name
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def letters(shape, sizes, visible, asked=()):
    """Return a shape with letters for the lengths that have one: (N, C).

    In hidden cases, a length without a letter is shown as "?", unless it is 1. Compared with
    the expected shape ``asked``, a length may also be named as N + 1, N - 1 or as a product. It
    has no letter if the expected one is different and has none.
    """
    if not shape:
        return "()"
    axes = list(enumerate(shape))[: MOST_AXES + 1]
    names = [
        _derived(n, k, sizes, shape, asked)
        if len(shape) == len(asked) and n != asked[k] and not _letter(asked[k], sizes)
        else _letter(n, sizes) or _derived(n, k, sizes, shape, asked)
        for k, n in axes
    ]
    words = [
        name or (str(n) if visible or n == 1 else "?")
        for n, name in zip(shape, names, strict=False)
    ]
    words[MOST_AXES:] = ["…"] * (len(shape) > MOST_AXES)
    return f"({', '.join(words)}{',' * (len(words) == 1)})"


def is_near(shape, asked, sizes):
    """Return whether a shape differs from the expected one in one of a few simple ways.

    The simple ways are: one axis is longer, shorter, missing or extra; axes of length 1 are
    missing, or up to two are extra; the axes are exchanged; all axes are flattened into one; or
    the lengths are at most three of the case's sizes, in order.
    """
    one_off = len(shape) == len(asked) and sum(map(int.__ne__, shape, asked)) == 1
    one_more, one_less = asked in _shortened(shape), shape in _shortened(asked)
    exchanged = sorted(shape) == sorted(asked)
    ones = _squeezed(shape) == _squeezed(asked) and len(shape) <= len(asked) + 2
    flat = len(shape) == 1 and math.prod(shape) == math.prod(asked)
    in_order = shape in [c for k in range(MOST_AXES) for c in combinations(sizes.values(), k)]
    return one_off or one_more or one_less or exchanged or ones or flat or in_order


def _shortened(shape):
    """Return all shapes that result when one axis of a shape is dropped."""
    return [shape[:k] + shape[k + 1 :] for k in range(len(shape[: MOST_AXES + 1]))]


def _letter(n, sizes):
    """Return the letter for a length, or None if it has none."""
    return next((letter for letter, size in sizes.items() if size == n), None)


def _derived(n, k, sizes, shape, asked):
    """Return a length as "N + 1", "N - 1" or a product "N·M", None if it is none of them."""
    if len(shape) == len(asked) and abs(n - asked[k]) == 1:
        letter = _letter(asked[k], sizes)
        return f"{letter} {'+' if n > asked[k] else '-'} 1" if letter else None
    if math.prod(shape) == math.prod(asked):
        products = [f"{a}·{b}" for a, b in combinations(sizes, 2) if sizes[a] * sizes[b] == n]
        return products[0] if products else None
    return None


def cause(values, want, sizes):
    """Return the probable cause of a wrong shape, and the values reshaped if possible.

    :param sizes: Sizes of the case by letter.
    :return: Data with the ``cause``, a key of `records.rendering.SHAPES`, and the fields of its
        sentence; and the values in the shape of ``want``, or None if they don't fit.
    """
    for look in CAUSES:
        if result := look(values, want, sizes):
            return result
    return {"cause": "entries" if want.ndim == 1 else "other"}, None


def _empty(values, want, sizes):
    """Return the cause if the answer is empty, else None."""
    return None if values.size else ({"cause": "empty"}, None)


def _transposed(values, want, sizes):
    """Return the cause and the values transposed if only the order of the axes is wrong."""
    if values.ndim != want.ndim or sorted(values.shape) != sorted(want.shape):
        return None
    if values.ndim == 2:
        return {"cause": "transposed"}, values.T
    moved = [k for k, n in enumerate(want.shape) if values.shape[k] != n]
    lengths = [values.shape[k] for k in moved]
    about = {"cause": "permuted", "axis": _ordinal(moved[0])}
    if len(set(lengths)) < len(lengths):  # two equal axes could be exchanged
        return about, None
    order = list(range(values.ndim))
    for k in moved:
        order[k] = moved[lengths.index(want.shape[k])]
    return about, values.transpose(order)


def _ordinal(k):
    """Return "third" for axis 2."""
    return ORDINALS[k] if k < len(ORDINALS) else f"{k + 1}th"


def _same_entries(values, want, sizes):
    """Return the cause and the values reshaped if only the number of entries is correct."""
    if values.size != want.size or not want.size:
        return None
    if _squeezed(values.shape) == _squeezed(want.shape):
        return {"cause": _length_one(values, want)}, values.reshape(want.shape)
    return {"cause": "flat" if values.ndim == 1 else "regrouped"}, values.reshape(want.shape)


def _length_one(values, want):
    """Return the cause of an axis of length 1 that is added, missing or misplaced."""
    if not want.ndim:
        return "in-array"
    if values.ndim > want.ndim:
        return "extra-one"
    return "missing-one" if values.ndim < want.ndim else "moved-one"


def _squeezed(shape):
    """Return a shape without its axes of length 1."""
    return [n for n in shape if n != 1]


def _other_length(values, want, sizes):
    """Return the cause if exactly one axis has a wrong length, else None."""
    at = [k for k, n in enumerate(want.shape) if values.shape[k : k + 1] != (n,)]
    if values.ndim != want.ndim or len(at) > 1:
        return None
    (k,) = at
    n, along = values.shape[k], _letter(want.shape[k], sizes)
    if along:
        return _of_length(n, along, k, want, sizes), None
    return ({"cause": "one-axis", "axis": _place(k, want)}, None) if want.ndim > 1 else None


def _place(k, want):
    """Return "last" for the last axis, "third" for axis 2."""
    return "last" if k == want.ndim - 1 else _ordinal(k)


def _of_length(n, along, k, want, sizes):
    """Return the probable cause of the wrong length of axis k."""
    about = {"along": along}
    if n == 1:
        return about | {"cause": "reduced"}
    if abs(n - want.shape[k]) == 1:
        return about | {"cause": "one-short" if n < want.shape[k] else "one-long"}
    letter = _letter(n, sizes)
    if letter is None:
        return about | {"cause": "length"}
    if want.ndim == 1:
        return about | {"cause": "each", "came_along": letter}
    return about | {"cause": "axis", "axis": _place(k, want), "came_along": letter}


def _broadcast(values, want, sizes):
    """Return the cause if (N, 1) and (N,) were broadcast to (N, N), else None."""
    once = _squeezed(want.shape)
    if len(once) != 1 or values.shape != (once[0], once[0]):
        return None
    return {"cause": "broadcast", "n": _letter(once[0], sizes) or "n"}, None


def _too_many_axes(values, want, sizes):
    """Return the cause if there are too many axes, with the letters of the extra ones."""
    if values.ndim <= want.ndim:
        return None
    left = _left_over(values.shape, want.shape)
    names = [_letter(n, sizes) for n in left or ()]
    if names and all(names) and len(names) <= MOST_LEFT:
        cause = "left-over-one" if len(names) == 1 else "left-over"
        return {"cause": cause, "names": " and ".join(names)}, None
    return {"cause": "left-over-some"}, None


def _too_few_axes(values, want, sizes):
    """Return the cause if there are too few axes, with the letter of the one missing."""
    if values.ndim >= want.ndim:
        return None
    if not values.ndim:
        return {"cause": "scalar"}, None
    gone = _left_over(want.shape, values.shape)
    name = _letter(gone[0], sizes) if gone and len(gone) == 1 else None
    return ({"cause": "gone", "names": name} if name else {"cause": "gone-some"}), None


def _left_over(long, short):
    """Return the lengths in `long` that `short` lacks, or None if the order differs."""
    rest, left = list(short), []
    for n in long:
        if rest and rest[0] == n:
            rest.pop(0)
        else:
            left.append(n)
    return None if rest else left


CAUSES = (
    _empty,
    _transposed,
    _same_entries,
    _broadcast,
    _other_length,
    _too_many_axes,
    _too_few_axes,
)
