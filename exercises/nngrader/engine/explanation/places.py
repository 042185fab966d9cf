"""Descriptions of where an array is wrong: rows, columns, the border, the entries at an index.

Each function takes an entry and returns a description, to follow the part's name, or None where
it does not apply. It names a place by number only where the case is visible. A *line* is a row,
a column, or all entries with one index along an axis.
"""

import numpy as np

from ..observation.compare import close, off

FEW = 6  # fewer wrong entries may share a place by chance
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def bad(e):
    """Return a mask of the wrong entries of an answer."""
    return off(e.got, e.want, e.rtol)


def _line_names(e):
    """Return (axis, name of a line along it, the name's plural) for each axis."""
    if e.got.ndim == 1:
        return [(0, "entry", "entries")]
    if e.got.ndim == 2:
        return [(0, "row", "rows"), (1, "column", "columns")]
    letters = {size: letter for letter, size in e.sizes.items()}
    names = [letters.get(n, f"the {ORDINALS[k % 6]} axis") for k, n in enumerate(e.got.shape)]
    return [(k, f"place along {a}", f"places along {a}") for k, a in enumerate(names)]


def _wrong_lines(e, axis):
    """Return for each line along an axis whether any of its entries is wrong."""
    return bad(e).any(axis=tuple(k for k in range(e.got.ndim) if k != axis))


# Rows, columns, and lines along other axes


def one_line(e):
    """Return descriptions, for each axis along which one line alone is wrong."""
    descriptions = []
    for axis, name, _ in _line_names(e):
        lines = np.flatnonzero(wrong := _wrong_lines(e, axis))
        if len(lines) == 1 < len(wrong):
            at = np.zeros(e.got.shape, bool)
            at[(slice(None),) * axis + (lines[0],)] = True
            where = _which(lines[0], len(wrong), name, e.visible)
            descriptions += [f"is wrong in {where} only{how(e, at)}. What is different there?"]
    return descriptions


def _which(k, n, name, visible):
    """Return the words for line k of n: "the first", "the last", or its number if visible."""
    if k in (0, n - 1):
        return f"the {'last' if k else 'first'} {name}"
    return f"{name} {k}" if visible else f"one {name}"


def some_line(e):
    """Return a description if one line alone is wrong, without saying which."""
    for axis, name, _ in _line_names(e):
        wrong = _wrong_lines(e, axis)
        if wrong.sum() == 1 < len(wrong):
            return f"is wrong in one {name} only, not always the same. What is different there?"
    return None


def first_lines(e):
    """Return a description if the first lines alone are right."""
    for axis, name, names in _line_names(e):
        wrong = _wrong_lines(e, axis)
        k = int(np.argmax(wrong))
        if k == 0 or len(wrong) < 4 or not wrong[k:].all() or not _has_enough_right(e):
            continue
        if k == 1:
            asked = "What do the others take from it, or from the one before them?"
            return f"is right in its first {name} only. {asked}"
        if k < len(wrong) - 1:
            where = f" (up to {name} {k - 1})" if e.visible else ""
            return (
                f"is right in its first {names} only{where}. What is different from there on?"
            )
    return None


def _has_enough_right(e):
    """Return whether so many entries other than 0 are right that it is not by chance."""
    right = ~bad(e) & _is_significant(e.want)
    return right.sum() >= (1 if right.ndim == 1 else FEW - 1)


def last_line(e):
    """Return a description if the last line alone is right."""
    for axis, name, _ in _line_names(e):
        wrong = _wrong_lines(e, axis)
        alone = len(wrong) > 3 and wrong[:-1].all() and not wrong[-1]
        if alone and e.got.ndim > 1 and _has_enough_right(e):  # one number is right by chance
            return f"is right in its last {name} only. What do the others take from the last?"
    return None


def moved(e):
    """Return a description if every line stands one place too early or too late."""
    for axis, name, _ in _line_names(e):
        got, want = (np.moveaxis(v, axis, 0) for v in (e.got, e.want))
        if len(got) < 4 or same_number(e):
            continue
        if close(got[1:], want[:-1], e.rtol):
            return f"is one {name} too late: each holds what is asked of the one before. Why?"
        if close(got[:-1], want[1:], e.rtol):
            return f"is one {name} too early: each holds what is asked of the one after. Why?"
    return None


def reversed_lines(e):
    """Return a description if rows or columns stand in reverse order."""
    for axis, _, names in _line_names(e):
        if e.got.shape[axis] > 1 and close(e.got, np.flip(e.want, axis), e.rtol):
            return f"has its {names} in reverse order. From which end do you begin?"
    return None


def cumulative(e):
    """Return a description if the answer is the cumulative sum of the right one."""
    for axis, name, _ in _line_names(e):
        if close(e.got, np.cumsum(e.want, axis), e.rtol):
            return f"adds up what is asked, {name} by {name}. What is not set back to 0?"
    return None


def same_number(e):
    """Return a description if all entries are equal and should not be."""
    if e.got.size > 1 and np.ptp(e.got) == 0 and np.ptp(e.want) > 0:
        return "has the same number everywhere. What should make the entries differ?"
    return None


def first_row_filled(e):
    """Return a description if only the first row is other than 0, right or wrong."""
    if e.got.ndim != 2 or e.got[1:].any() or not e.got[:1].any() or not e.want[1:].any():
        return None
    return "is filled in its first row only; the rest is 0. Where does the return stand?"


def only_first_row(e):
    """Return the same description if the first row is right: a return inside a loop."""
    description = first_row_filled(e)
    return None if description is None or bad(e)[:1].any() else description


def only_first_rows(e):
    """Return a description if the first rows are right and the others 0."""
    wrong = bad(e).any(axis=1) if e.got.ndim == 2 else np.zeros(0, bool)
    if not wrong.any() or wrong[0] or e.got[np.argmax(wrong) :].any():
        return None
    return "is right in its first rows only; the rest is 0. Where does your loop end?"


def lettered(e):
    """Return descriptions of which letters are wrong, where entries are named by letters."""
    wrong = bad(e)
    if not e.letters or wrong.ndim != 1 or wrong.all() or not wrong.any():
        return None
    named = [letter for letter, w in zip(e.letters, wrong, strict=False) if w]
    words = " and ".join([", ".join(named[:-1])] * (len(named) > 1) + named[-1:])
    which = [(words, "does" if len(named) == 1 else "do", words)] * e.visible
    which.append(("some letters", "do", "these"))  # which ones is another matter in each case
    if not e.got[wrong].any():
        asked = "Which step should hand it on?"
        return [f"is 0 for {w}, and right for the others. {asked}" for w, *_ in which]
    return [
        f"is wrong for {w}, and right for the others. Which steps {do} {again} go through?"
        for w, do, again in which
    ]


# The entries at an index


def wrong_at_index(e):
    """Return a description if only entries such as [n, targets[n]] are wrong."""
    for name, at in _indexed(e):
        if not (bad(e) & ~at).any():
            here = f"is wrong only at [n, {name}[n]]{how(e, at)}"
            return f"{here}. Is there a line that writes there, and what should it write?"
    return None


def right_at_index(e):
    """Return a description if only entries such as [n, targets[n]] are right."""
    wrong = bad(e)
    for name, at in _indexed(e):
        elsewhere = ~at & ((e.got != 0) | (e.want != 0))  # 0 is right by chance
        if wrong[elsewhere].all() and not (wrong & at).any():
            return f"is right only at [n, {name}[n]]. Which line writes the other entries?"
    return None


def _indexed(e):
    """Yield each argument that holds a column for each row: its name, a mask of those."""
    for name, index in e.args.items() if e.got.ndim == 2 else ():
        if _indexes_rows(index, e.got.shape):
            yield name, index[:, None] == np.arange(e.got.shape[1])


def _indexes_rows(index, shape):
    """Return whether an argument holds a valid column index for each row."""
    return (
        isinstance(index, np.ndarray)
        and index.dtype.kind in "iu"
        and index.shape == shape[:1]
        and index.size > 0
        and 0 <= index.min()
        and index.max() < shape[1]
    )


def how(e, at):
    """Return ", by its sign" or the like if all masked wrong entries are off alike, or ""."""
    wrong = bad(e) & at
    got, want = e.got[wrong], e.want[wrong]
    if len(got) < 2 or not np.isfinite(got).all():
        return ""
    if close(got, -want, e.rtol):
        return ", by its sign"
    for what, d in (("amount", got - want), ("factor", got / want)):
        if np.isfinite(d).all() and np.ptp(d) < 1e-6 * np.abs(d).max():
            return f", by one {what}"
    return ""


# Other places


def on_diagonal(e):
    """Return a description if only the diagonal or one side of it is wrong, or right."""
    if e.got.ndim != 2 or len(set(e.got.shape)) > 1 or len(e.got) < 4:
        return None
    wrong, zero = bad(e), (e.got == 0) & (e.want == 0)
    above = np.triu(np.ones(wrong.shape, bool), 1)
    sides = {"on the diagonal": ~above & ~above.T, "above the diagonal": above}
    for where, at in (sides | {"below the diagonal": above.T}).items():
        if not (wrong & ~at).any():
            return f"is wrong only {where}. What is different there?"
        if wrong[~at & ~zero].all() and not (wrong & at).any() and is_partly_right(e):
            return f"is right only {where}. What is different elsewhere?"
    return None


def at_border(e):
    """Return a description if only the border of the last two axes is wrong, on all sides."""
    if e.got.ndim < 2 or min(e.got.shape[-2:]) < 5:
        return None
    wrong, rows, columns = bad(e), e.got.ndim - 2, e.got.ndim - 1
    inside = wrong[..., 1:-1, 1:-1].any()
    ends = [wrong.take(k, axis=axis).any() for axis in (rows, columns) for k in (0, -1)]
    if inside or not all(ends):
        return None
    return "is wrong at its border only. What stands outside of the border?"


def by_sign(e):
    """Return a description if entries are wrong only where some array has one sign."""
    wrong = bad(e)
    about = {"what is asked": e.want} | {
        name: v
        for name, v in e.args.items()
        if isinstance(v, np.ndarray) and v.shape == e.got.shape and v.dtype.kind in "if"
    }
    for name, v in about.items():
        for sign, at in (("negative", v < 0), ("positive", v > 0)):
            if wrong.sum() >= FEW and (~at).sum() >= FEW and not (wrong & ~at).any():
                return f"is wrong only where {name} is {sign}. What should happen there?"
    return None


def left_empty(e):
    """Return a description if the wrong entries are all 0 and others are right."""
    wrong = bad(e)
    if not wrong.ndim or wrong.sum() < 2 or e.got[wrong].any() or not is_partly_right(e):
        return None
    return "is 0 in places where it should not be, and right elsewhere. What fills those?"


def not_emptied(e):
    """Return a description if only entries that should be 0 are wrong."""
    wrong = bad(e)
    if not wrong.ndim or wrong.sum() < 2 or e.want[wrong].any() or not is_partly_right(e):
        return None
    return "is right but where 0 is asked. Which entries should count for nothing?"


NEAR = 1e-3  # an answer this close to the right one is right but for lost digits


def is_partly_right(e):
    """Return whether some entry is right, or nearly so, and is not a mere 0."""
    return bool((~off(e.got, e.want, max(e.rtol, NEAR)) & _is_significant(e.want)).any())


def _is_significant(want):
    """Return a mask of the expected entries that are not negligible beside the largest."""
    return np.abs(want) > 2 * NEAR * np.abs(want[np.isfinite(want)]).max(initial=0)
