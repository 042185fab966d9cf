"""Describe a wrong array by comparing its numbers with the expected ones.

Each function takes an entry and returns a description (a `Finding` without aspect and parts),
or None if it doesn't apply. `PATTERNS` lists the functions of this file and of `places` in the
order in which we use them.
"""

import numpy as np

from ...records.codes import Code
from ...records.finding import Finding
from ..observation.compare import close
from . import places
from .places import NEAR, ORDINALS, bad, same_number

TINY = 1e-12  # 1 plus a smaller number has few correct digits, or none
MANY = 10  # entries; this many aren't in the correct order by chance


def absent(e):
    """Return a description if the part is None in different places than the correct answer."""
    got, want = np.isposinf(e.got), np.isposinf(e.want)
    if not e.absent or not (got ^ want).any():
        return None
    return Finding(Code.ABSENT, data={"none": bool((got & ~want).any())})


def not_finite(e):
    """Return a description with a place if entries are nan or infinite and shouldn't be."""
    wrong = _turned_infinite(e)
    if not wrong.any():
        return None
    about = {"kind": "nan" if np.isnan(e.got[wrong]).any() else "infinite"}
    inputs = [v for v in e.args.values() if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
    if about["kind"] == "nan" and any(np.isnan(v).any() for v in inputs):
        about["in_inputs"] = True
    if wrong.all():
        about |= {"everywhere": True, "ranges": _ranges(e, None)} if wrong.ndim else {}
    else:
        first = [int(k) for k in np.argwhere(wrong)[0]]
        count = [int(wrong.sum()), wrong.size]
        about |= {"count": count, "first": first, "ranges": _ranges(e, first[0])}
    return Finding(Code.NOT_FINITE, data=about)


def _turned_infinite(e):
    """Return a mask of the entries that should be finite but aren't."""
    return ~np.isfinite(e.got) & np.isfinite(e.want)


def not_finite_in_part(e):
    """Return a `NOT_FINITE` finding without data, so that it can be equal in all cases."""
    return Finding(Code.NOT_FINITE) if _turned_infinite(e).any() else None


def _ranges(e, row):
    """Return name, minimum and maximum of each argument, or of one row of the arguments."""
    ranges = []
    for name, v in e.args.items():
        if isinstance(v, np.ndarray) and v.size and (v.ndim > 1 or v.dtype.kind == "f"):
            v = v[row] if row is not None and len(v) == len(e.got) else v
            ranges.append([name, float(v.min()), float(v.max())])
    return ranges


def few_digits(e):
    """Return a description if the answer is nearly correct, but not to enough digits."""
    if e.misshapen:
        return None
    finite = np.isfinite(e.want)  # infinity may represent None
    got, want = e.got[finite], e.want[finite]
    worst = np.abs(got - want).max(initial=0) / (np.abs(want).max(initial=0) or 1)
    # whole numbers, such as counts, don't lose digits
    if not worst < NEAR or not np.any(np.r_[got, want] % 1):
        return None
    if not np.array_equal(e.got[~finite], e.want[~finite], equal_nan=True):
        return None
    return Finding(Code.FEW_DIGITS, data={"worst": float(worst)})


def zero(e):
    """Return a description if all entries are 0."""
    if e.got.any():
        return None
    small = {"small": True} if 0 < np.abs(e.want).max(initial=0) < TINY else {}
    return Finding(Code.ZERO, data={"everywhere": bool(e.got.ndim)} | small)


def argument(e):
    """Return a description if the answer is one of the arguments, unchanged."""
    for name, v in e.args.items():
        if isinstance(v, np.ndarray) and v.ndim and v.dtype.kind in "biuf":
            if close(e.got, v, e.rtol):
                return Finding(Code.ARGUMENT, data={"argument": name})
    return None


def reordered(e):
    """Return a description if the answer has the correct numbers in the wrong places."""
    if e.got.ndim and close(np.sort(e.got, axis=None), np.sort(e.want, axis=None), e.rtol):
        return Finding(Code.REORDERED)
    return None


def signs(e):
    """Return a description if only signs are wrong."""
    if not e.got.ndim or not close(np.abs(e.got), np.abs(e.want), e.rtol):
        return None
    return Finding(Code.SIGNS)


def steady(e):
    """Return a description if the error is a constant amount or factor along an axis."""
    both_zero = (e.got == 0) & (e.want == 0)
    for axis, along in _along(e):
        if along and _is_steady(np.ma.asarray(e.want), axis):
            continue  # equal lines would also share any other error
        amounts, factors = (
            np.ma.masked_where(both_zero, d) for d in (e.got - e.want, e.got / e.want)
        )
        for what, d, none in (("amount", amounts, (0,)), ("factor", factors, (0, 1))):
            if _is_steady(d, axis) and not any(
                np.any(np.all(np.abs(d - k) < NEAR, axis=axis)) for k in none
            ):
                about = {"along": along} if along else {}
                return Finding(Code.STEADY, data={"same": what} | about)
    return None


def _along(e):
    """Yield the axes along which an error may be constant, and the name of such a line."""
    if not e.got.ndim:
        return
    yield None, ""
    if e.got.ndim == 2:
        yield from ((1, "row"), (0, "column"))
    for k in range(e.got.ndim) if e.got.ndim > 2 else ():
        letter = next((a for a, n in e.sizes.items() if n == e.got.shape[k]), None)
        rest = tuple(j for j in range(e.got.ndim) if j != k)
        yield rest, f"place along {letter}" if letter else _place(k)


def _place(k):
    """Return a name for a place along an axis without a letter."""
    return f"place along the {ORDINALS[k % 6]} axis"


def _is_steady(d, axis):
    """Return whether an array is constant along an axis, with at least two entries per line."""
    if not np.all(np.isfinite(d)) or not np.all(d.count(axis=axis) > 1):
        return False
    spread = np.ma.max(d, axis=axis) - np.ma.min(d, axis=axis)
    return bool(np.all(spread < 1e-6 * np.abs(d).max()))


def straight(e):
    """Return a description if the answer is a linear function of the correct one."""
    if e.got.size < MANY or not np.isfinite(e.want).all() or not np.ptp(e.want):
        return None
    x, y = e.want.ravel() - e.want.mean(), e.got.ravel() - e.got.mean()
    slope = (x @ y) / (x @ x)
    if not np.abs(y - slope * x).max() < 1e-6 * np.abs(y).max():
        return None
    return Finding(Code.LINEAR)


def ordered(e):
    """Return a description if the answer is a monotonic function of the correct one."""
    if len(np.unique(e.want)) < max(MANY, e.want.size) or len(np.unique(e.got)) < e.got.size:
        return None
    along = np.diff(e.got.ravel()[np.argsort(e.want, axis=None)])
    if (along > 0).all():
        if np.abs(e.got - e.want).max() < 0.2 * np.abs(e.want).max():
            return Finding(Code.NEAR)
        return Finding(Code.RISING)
    return Finding(Code.FALLING) if (along < 0).all() else None


def counted(e):
    """Return a description with the wrong entries' places if fewer than half are wrong."""
    wrong = bad(e)
    if not wrong.ndim or 2 * wrong.sum() >= wrong.size:
        return None
    first = [int(k) for k in np.argwhere(wrong)[0]]
    about = {"count": [int(wrong.sum()), wrong.size], "first": first}
    return Finding(Code.PLACES, data=about | places.within(wrong, e.sizes))


PATTERNS = (
    absent,
    not_finite,
    not_finite_in_part,
    few_digits,
    zero,
    same_number,
    places.alike_lines,
    argument,
    places.lettered,
    places.blocks,
    places.moved,
    places.reversed_lines,
    places.cumulative,
    reordered,
    places.only_first_row,
    places.first_row_filled,
    places.only_first_rows,
    places.wrong_at_index,
    places.right_at_index,
    places.one_line,
    places.some_line,
    places.on_diagonal,
    places.at_border,
    steady,
    signs,
    straight,
    places.by_sign,
    places.left_empty,
    places.not_emptied,
    places.first_lines,
    places.last_line,
    ordered,
    counted,
)
POSITIONS = (  # not used for lists whose entries are different quantities
    places.alike_lines,
    places.moved,
    places.reversed_lines,
    places.cumulative,
    reordered,
    places.one_line,
    places.some_line,
    places.by_sign,
    places.left_empty,
    places.not_emptied,
    places.first_lines,
    places.last_line,
    ordered,
    counted,
)
NEARLY_RIGHT = (  # count as explanations if an entry that isn't negligible is correct
    few_digits,
    places.lettered,
    places.blocks,
    places.only_first_row,
    places.only_first_rows,
    places.wrong_at_index,
    places.one_line,
    places.on_diagonal,
    places.at_border,
    places.left_empty,
)
VAGUE = (ordered, counted)  # we add a broken law to these
