"""Descriptions of a wrong array: where it is wrong, and in which way.

Each takes an entry and returns words that follow the part's name, or None. Numbers are said
only where the case is visible.
"""

import numpy as np

from .compare import close, off

NEAR = 1e-3  # an answer this near to the right one has lost digits, not its way
STEADY = (
    (None, "everywhere", "Which step treats all entries alike?"),
    (1, "in each row", "What do you compute once for each row?"),
    (0, "in each column", "What do you compute once for each column?"),
)


def not_finite(e):
    """Say that there are nan or inf, and where."""
    bad = ~np.isfinite(e.got) & np.isfinite(e.want)
    if not bad.any():
        return None
    kind = "nan" if np.isnan(e.got[bad]).any() else "infinite"
    if not e.visible or bad.all():
        everywhere = " everywhere" if bad.ndim and bad.all() else ""
        return f"is {kind}{everywhere}{_ranges(e, None)}. Which step makes it so?"
    row = int(np.argwhere(bad)[0][0])
    places = f"in {bad.sum()} places, first in row {row}"
    return f"is {kind} {places}{_ranges(e, row)}. Which step makes it so?"


def _ranges(e, row):
    """Say between which numbers the arguments lie, in one row where they have as many rows."""
    if not e.visible:
        return ""
    words = []
    for name, v in e.args.items():
        if isinstance(v, np.ndarray) and v.size and (v.ndim > 1 or v.dtype.kind == "f"):
            v = v[row] if row is not None and len(v) == len(e.got) else v
            words.append(f"{name} from {v.min():.4g} to {v.max():.4g}")
    return f" ({', '.join(words)})" if words else ""


def few_digits(e):
    """Say that the answer is near, but not near enough."""
    worst = np.abs(e.got - e.want).max(initial=0) / (np.abs(e.want).max(initial=0) or 1)
    if not worst < NEAR:
        return None
    digits = f"to {worst:.0e} of the largest entry, but" if e.visible else "to some digits, but"
    causes = "float32, a small constant, a difference of near numbers?"
    return f"agrees {digits} not closer. Where are digits lost: {causes}"


def reordered(e):
    """Say that the right numbers stand in wrong places."""
    if e.got.ndim and close(np.sort(e.got, axis=None), np.sort(e.want, axis=None), e.rtol):
        return "holds the right numbers in wrong places. What decides the order?"
    return None


def first_row_filled(e):
    """Say that the first row alone is filled, rightly or not."""
    if e.got.ndim != 2 or e.got[1:].any() or not e.got[:1].any() or not e.want[1:].any():
        return None
    return "is filled in its first row only; the rest is 0. Where does the return stand?"


def only_first_row(e):
    """Say the same where that row is right, as where the return stands inside a loop."""
    said = first_row_filled(e)
    return None if said is None or off(e.got, e.want, e.rtol)[:1].any() else said


def only_first_rows(e):
    """Say that the rows are right up to one, and 0 from there on."""
    wrong = off(e.got, e.want, e.rtol).any(axis=1) if e.got.ndim == 2 else np.zeros(0, bool)
    if not wrong.any() or wrong[0] or e.got[np.argmax(wrong) :].any():
        return None
    return "is right in its first rows only; the rest is 0. Where does your loop end?"


def wrong_at_index(e):
    """Say that only the entries at an index, such as [n, targets[n]], are wrong."""
    bad = off(e.got, e.want, e.rtol)
    for name, at in _indexed(e):
        if not (bad & ~at).any():
            return f"is wrong only at [n, {name}[n]]. Which entries does that line touch?"
    return None


def right_at_index(e):
    """Say that only the entries at an index are right."""
    bad = off(e.got, e.want, e.rtol)
    for name, at in _indexed(e):
        elsewhere = ~at & ((e.got != 0) | (e.want != 0))  # 0 is right by chance
        if bad[elsewhere].all() and not (bad & at).any():
            return f"is right only at [n, {name}[n]]. Which entries does that line touch?"
    return None


def _indexed(e):
    """Yield each argument that names a column for each row, and where that is."""
    for name, index in e.args.items() if e.got.ndim == 2 else ():
        if _indexes_rows(index, e.got.shape):
            yield name, index[:, None] == np.arange(e.got.shape[1])


def _indexes_rows(index, shape):
    """Tell whether an argument names a column for each row."""
    return (
        isinstance(index, np.ndarray)
        and index.dtype.kind in "iu"
        and index.shape == shape[:1]
        and index.size > 0
        and 0 <= index.min()
        and index.max() < shape[1]
    )


def one_line(e):
    """Say that one row or one column alone is wrong: one sample, one class."""
    bad = off(e.got, e.want, e.rtol)
    for axis, name in ((1, "row"), (0, "column")) if bad.ndim == 2 else ():
        lines = np.flatnonzero(bad.any(axis=axis))
        if len(lines) == 1 < bad.shape[1 - axis]:
            last = lines[0] == bad.shape[1 - axis] - 1
            where = (
                f"the {'last' if last else 'first'} {name}" if last or not lines[0] else None
            )
            where = where or (f"{name} {lines[0]}" if e.visible else f"one {name}")
            return f"is wrong in {where} only. What is different there?"
    return None


def zero(e):
    """Say that there is nothing but 0."""
    return None if e.got.any() else "is 0 everywhere." if e.got.ndim else "is 0."


def same_number(e):
    """Say that all entries are the same, where they should not be."""
    if e.got.size > 1 and np.ptp(e.got) == 0 and np.ptp(e.want) > 0:
        return "has the same number everywhere. What should make the entries differ?"
    return None


def steady(e):
    """Say that one amount or one factor turns the right answer into this one."""
    both_zero = (e.got == 0) & (e.want == 0)
    for axis, where, asked in STEADY if e.got.ndim == 2 else STEADY[: e.got.ndim]:
        amounts, factors = (
            np.ma.masked_where(both_zero, d) for d in (e.got - e.want, e.got / e.want)
        )
        for what, d, none in (("amount", amounts, (0,)), ("factor", factors, (0, 1))):
            if _is_steady(d, axis) and not _is_any(d, none, axis):
                return f"is off by one {what} {where}. {asked}"
    return None


def _is_steady(d, axis):
    """Tell whether an array is constant along an axis, seen in at least two entries each."""
    if not np.all(np.isfinite(d)) or not np.all(d.count(axis=axis) > 1):
        return False
    return bool(np.all(np.ma.ptp(d, axis=axis) < 1e-6 * np.abs(d).max()))


def _is_any(d, numbers, axis):
    """Tell whether a steady line is one of some numbers, such as a factor of 1."""
    return any(np.any(np.all(np.abs(d - k) < NEAR, axis=axis)) for k in numbers)


def is_partly_right(e):
    """Tell whether some entry is right, or nearly, that is not right by being 0."""
    return bool((~off(e.got, e.want, max(e.rtol, NEAR)) & _counts(e.want)).any())


def _counts(want):
    """Return where the right entries are not negligible beside the largest."""
    return np.abs(want) > 2 * NEAR * np.abs(want[np.isfinite(want)]).max(initial=0)


def counted(e):
    """Say in how many entries the answer is wrong, where these are the exception."""
    bad = off(e.got, e.want, e.rtol)
    if not bad.ndim or 2 * bad.sum() >= bad.size:
        return None
    return (
        f"is wrong in {bad.sum()} of {bad.size} entries." if e.visible else "is wrong in part."
    )


PATTERNS = [
    not_finite,
    few_digits,
    zero,
    same_number,
    reordered,
    only_first_row,
    first_row_filled,
    only_first_rows,
    wrong_at_index,
    right_at_index,
    one_line,
    steady,
    counted,
]
NEARLY_RIGHT = (  # these tell the cause, where something that is not 0 is right
    few_digits,
    only_first_row,
    only_first_rows,
    wrong_at_index,
    one_line,
)
