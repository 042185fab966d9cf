"""Describe where an array is wrong: rows, columns, the border, the entries at an index.

Each function takes an entry and returns a description (a `Finding` without aspect and parts),
or None if it doesn't apply. A *line* is a row, a column, or all entries with the same index
along an axis.
"""

import numpy as np

from ...records.codes import Code
from ...records.finding import Finding
from ..observation.compare import close, off

FEW = 6  # fewer wrong entries may have a property in common by chance
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def bad(e):
    """Return a mask of the wrong entries of an answer."""
    return off(e.got, e.want, e.rtol)


def _line_names(shape, sizes):
    """Return (axis, name of its lines in the singular, name in the plural) for each axis."""
    if len(shape) == 1:
        return [(0, "entry", "entries")]
    if len(shape) == 2:
        return [(0, "row", "rows"), (1, "column", "columns")]
    letters = {size: letter for letter, size in sizes.items()}
    axes = [letters.get(n, f"the {ORDINALS[k % 6]} axis") for k, n in enumerate(shape)]
    names = [(k, f"place along {a}", f"places along {a}") for k, a in enumerate(axes)]
    if len(shape) == 4:  # images or kernels
        names[1:] = [(1, "channel", "channels"), (2, "row", "rows"), (3, "column", "columns")]
    return names


def _wrong_lines(e, axis):
    """Return for each line along an axis whether any entry is wrong."""
    return _lines_with(bad(e), axis)


def _lines_with(wrong, axis):
    """Return for each line along an axis whether any entry is in a mask."""
    return wrong.any(axis=tuple(k for k in range(wrong.ndim) if k != axis))


# Rows, columns, and lines along other axes


def one_line(e):
    """Return a description for each axis along which exactly one line is wrong."""
    descriptions = []
    for axis, name, _ in _line_names(e.got.shape, e.sizes):
        lines = np.flatnonzero(wrong := _wrong_lines(e, axis))
        if len(lines) == 1 < len(wrong):
            at = np.zeros(e.got.shape, bool)
            at[(slice(None),) * axis + (lines[0],)] = True
            k, end = int(lines[0]), {0: "first", len(wrong) - 1: "last"}
            about = {"end": end[k]} if k in end else {"place": k}
            about |= {"line": name} | how(e, at)
            about |= {} if e.want[bad(e)].any() else {"empty": True}
            descriptions.append(Finding(Code.ONE_LINE, data=about))
    return descriptions


def some_line(e):
    """Return a description if exactly one line is wrong, without the number of the line."""
    for axis, name, _ in _line_names(e.got.shape, e.sizes):
        wrong = _wrong_lines(e, axis)
        if wrong.sum() == 1 < len(wrong):
            return Finding(Code.SOME_LINE, data={"line": name})
    return None


def first_lines(e):
    """Return a description if only the first lines are correct."""
    for axis, name, names in _line_names(e.got.shape, e.sizes):
        wrong = _wrong_lines(e, axis)
        k = int(np.argmax(wrong))
        few = k == 0 or len(wrong) < 4 or not wrong[k:].all()
        if few or not _has_enough_right(e, axis, np.s_[:k]):
            continue
        if k == 1:
            return Finding(Code.FIRST_LINES, data={"only": name})
        if k < len(wrong) - 1:
            about = {"line": name, "lines": names, "place": k - 1}
            return Finding(Code.FIRST_LINES, data=about)
    return None


def _has_enough_right(e, axis, lines):
    """Return whether some lines have enough correct entries to rule out chance."""
    right = np.moveaxis(~bad(e) & _is_significant(e.want), axis, 0)[lines]
    return right.sum() >= (1 if right.ndim == 1 else FEW - 1)


def last_line(e):
    """Return a description if only the last line is correct."""
    for axis, name, _ in _line_names(e.got.shape, e.sizes):
        wrong = _wrong_lines(e, axis)
        only_last = len(wrong) > 3 and wrong[:-1].all() and not wrong[-1]
        if only_last and e.got.ndim > 1 and _has_enough_right(e, axis, -1):
            return Finding(Code.LAST_LINE, data={"line": name})
    return None


def moved(e):
    """Return a description if every line is one place too early or too late."""
    for axis, name, _ in _line_names(e.got.shape, e.sizes):
        got, want = (np.moveaxis(v, axis, 0) for v in (e.got, e.want))
        if len(got) < 4 or same_number(e):
            continue
        if close(got[1:], want[:-1], e.rtol):
            return Finding(Code.SHIFTED, data={"line": name, "by": 1})
        if close(got[:-1], want[1:], e.rtol):
            return Finding(Code.SHIFTED, data={"line": name, "by": -1})
    return None


def reversed_lines(e):
    """Return a description if rows or columns are in reverse order."""
    for axis, _, names in _line_names(e.got.shape, e.sizes):
        if e.got.shape[axis] > 1 and close(e.got, np.flip(e.want, axis), e.rtol):
            return Finding(Code.REVERSED, data={"lines": names})
    return None


def cumulative(e):
    """Return a description if the answer is the cumulative sum of the correct one."""
    for axis, name, _ in _line_names(e.got.shape, e.sizes):
        if close(e.got, np.cumsum(e.want, axis), e.rtol):
            return Finding(Code.CUMULATIVE, data={"line": name})
    return None


def alike_lines(e):
    """Return a description if the answer has equal lines that should differ."""
    for axis, name, names in _line_names(e.got.shape, e.sizes) if e.got.ndim > 1 else ():
        got, want = (np.moveaxis(v, axis, 0) for v in (e.got, e.want))
        same = [close(v, np.broadcast_to(v[:1], v.shape), e.rtol) for v in (got, want)]
        if got.size < max(FEW, 3 * len(got)) or same != [True, False]:
            continue
        correct = {"last": want[-1], "first": want[0], "sum": want.sum(axis=0)}
        which = next((w for w, v in correct.items() if close(got[0], v, e.rtol)), None)
        about = {"which": which} if which else {}
        return Finding(Code.ALIKE, data=about | {"line": name, "lines": names})
    return None


def same_number(e):
    """Return a description if all entries are equal and should not be."""
    if e.got.size > 1 and np.ptp(e.got) == 0 and np.ptp(e.want) > 0:
        return Finding(Code.CONSTANT)
    return None


def first_row_filled(e):
    """Return a description if only the first row contains numbers other than 0."""
    if e.got.ndim != 2 or e.got[1:].any() or not e.got[:1].any() or not e.want[1:].any():
        return None
    return Finding(Code.FIRST_ROW_FILLED)


def only_first_row(e):
    """Return the description of `first_row_filled` if the first row is correct.

    A ``return`` inside a loop causes this.
    """
    description = first_row_filled(e)
    return None if description is None or bad(e)[:1].any() else description


def only_first_rows(e):
    """Return a description if the first rows are correct and the other rows are 0."""
    wrong = bad(e).any(axis=1) if e.got.ndim == 2 else np.zeros(0, bool)
    if not wrong.any() or wrong[0] or e.got[np.argmax(wrong) :].any():
        return None
    return Finding(Code.FIRST_ROWS_FILLED)


def lettered(e):
    """Return descriptions with and without the letters of the wrong entries in a list."""
    wrong = bad(e)
    if not e.letters or wrong.ndim != 1 or wrong.all() or not wrong.any():
        return None
    named = [letter for letter, w in zip(e.letters, wrong, strict=False) if w]
    about = {"zero": True} if not e.got[wrong].any() else {}
    which = [named] * e.visible + [[]]  # without letters, since they can differ between cases
    return [Finding(Code.ENTRIES, data=about | {"letters": letters}) for letters in which]


def blocks(e):
    """Return a description with the names of the wrong blocks of rows."""
    if not e.rows or not e.got.ndim or len(e.got) % len(e.rows):
        return None
    wrong = bad(e).reshape(len(e.rows), -1).any(axis=1)
    if wrong.all() or not wrong.any():
        return None
    at = np.repeat(wrong, len(e.got) // len(e.rows))
    at = np.broadcast_to(at.reshape(-1, *[1] * (e.got.ndim - 1)), e.got.shape)
    names = [name for name, w in zip(e.rows, wrong, strict=True) if w]
    return Finding(Code.BLOCKS, data={"letters": names} | how(e, at))


def within(wrong, sizes):
    """Return data on the first and last wrong line along each axis with correct lines.

    An axis is left out if a line between these two is correct.
    """
    places = []
    for axis, name, names in _line_names(wrong.shape, sizes):
        at = np.flatnonzero(_lines_with(wrong, axis))
        if len(at) < wrong.shape[axis] and at[-1] - at[0] + 1 == len(at):
            places.append([name, names, int(at[0]), int(at[-1])])
    return {"place": places} if places else {}


# The entries at an index


def wrong_at_index(e):
    """Return a description if only entries such as [n, targets[n]] are wrong."""
    for name, at in _indexed(e):
        if not (bad(e) & ~at).any():
            return Finding(Code.AT_INDEX, data={"argument": name} | how(e, at))
    return None


def right_at_index(e):
    """Return a description if only entries such as [n, targets[n]] are correct."""
    wrong = bad(e)
    for name, at in _indexed(e):
        elsewhere = ~at & ((e.got != 0) | (e.want != 0))  # a 0 may be correct by chance
        if wrong[elsewhere].all() and not (wrong & at).any():
            return Finding(Code.ONLY_AT_INDEX, data={"argument": name})
    return None


def _indexed(e):
    """Yield (name, mask of the entries [n, v[n]]) for each argument v of column indices."""
    for name, index in e.args.items() if e.got.ndim == 2 else ():
        if _indexes_rows(index, e.got.shape):
            yield name, index[:, None] == np.arange(e.got.shape[1])


def _indexes_rows(index, shape):
    """Return whether an argument contains a valid column index for each row."""
    return (
        isinstance(index, np.ndarray)
        and index.dtype.kind in "iu"
        and index.shape == shape[:1]
        and index.size > 0
        and 0 <= index.min()
        and index.max() < shape[1]
    )


def how(e, at):
    """Return data on the common error of all masked wrong entries, or {} if there is none."""
    wrong = bad(e) & at
    got, want = e.got[wrong], e.want[wrong]
    if len(got) < 2 or not np.isfinite(got).all():
        return {}
    if close(got, -want, e.rtol):
        return {"how": "sign"}
    for what, d in (("amount", got - want), ("factor", got / want)):
        if np.isfinite(d).all() and np.ptp(d) < 1e-6 * np.abs(d).max():
            return {"how": what}
    return {}


# Other places


def on_diagonal(e):
    """Return a description if only the diagonal, or one side, is wrong or is correct."""
    if e.got.ndim != 2 or len(set(e.got.shape)) > 1 or len(e.got) < 4:
        return None
    wrong, zero = bad(e), (e.got == 0) & (e.want == 0)
    above = np.triu(np.ones(wrong.shape, bool), 1)
    sides = {"on": ~above & ~above.T, "above": above}
    for where, at in (sides | {"below": above.T}).items():
        if not (wrong & ~at).any():
            return Finding(Code.DIAGONAL, data={"where": where})
        if wrong[~at & ~zero].all() and not (wrong & at).any() and is_partly_right(e):
            return Finding(Code.ONLY_DIAGONAL, data={"where": where})
    return None


def at_border(e):
    """Return a description if only the border of the last two axes is wrong, on all sides."""
    if e.got.ndim < 2 or min(e.got.shape[-2:]) < 5:
        return None
    wrong = bad(e)
    inside = wrong[..., 1:-1, 1:-1].any()
    sides = [wrong[..., k, 1:-1] for k in (0, -1)] + [wrong[..., 1:-1, k] for k in (0, -1)]
    if inside or not all(side.any() for side in sides):
        return None
    return Finding(Code.BORDER)


def by_sign(e):
    """Return a description if all wrong entries are where an array has one sign."""
    wrong = bad(e)
    about = {"": e.want} | {
        name: v
        for name, v in e.args.items()
        if isinstance(v, np.ndarray) and v.shape == e.got.shape and v.dtype.kind in "if"
    }
    for name, v in about.items():
        for sign, at in (("negative", v < 0), ("positive", v > 0)):
            if wrong.sum() >= FEW and (~at).sum() >= FEW and not (wrong & ~at).any():
                named = {"argument": name} if name else {}
                return Finding(Code.BY_SIGN, data=named | {"sign": sign})
    return None


def left_empty(e):
    """Return a description if all wrong entries are 0 and other entries are correct."""
    wrong = bad(e)
    if not wrong.ndim or wrong.sum() < 2 or e.got[wrong].any() or not is_partly_right(e):
        return None
    return Finding(Code.LEFT_EMPTY)


def not_emptied(e):
    """Return a description if only entries that should be 0 are wrong."""
    wrong = bad(e)
    if not wrong.ndim or wrong.sum() < 2 or e.want[wrong].any() or not is_partly_right(e):
        return None
    return Finding(Code.NOT_EMPTIED, data={"zeros": e.zeros} if e.zeros else {})


NEAR = 1e-3  # an answer that is this close to the correct one has only lost digits


def is_partly_right(e):
    """Return whether some significant entry is correct, or nearly correct."""
    return bool((~off(e.got, e.want, max(e.rtol, NEAR)) & _is_significant(e.want)).any())


def _is_significant(want):
    """Return a mask of the expected entries that aren't negligible compared to the largest."""
    return np.abs(want) > 2 * NEAR * np.abs(want[np.isfinite(want)]).max(initial=0)
