"""Descriptions of a wrong array by its numbers, compared with the expected ones.

Each function takes an entry and returns a description, to follow the part's name, or None where
it does not apply. A description contains numbers only where the case is visible. `PATTERNS`
lists these functions and those of `places` in the order in which they are tried.
"""

import numpy as np

from ..observation.compare import close
from . import places
from .places import NEAR, ORDINALS, bad, same_number

EVERYWHERE = (None, "everywhere", "Which step treats all entries alike?")
IN_ROWS = (1, "in each row", "What do you compute once for each row?")
IN_COLUMNS = (0, "in each column", "What do you compute once for each column?")
MANY = 10  # entries that are not in the right order by chance


def not_finite(e):
    """Return a description, with the place, if entries are nan or infinite by mistake."""
    wrong = _turned_infinite(e)
    if not wrong.any():
        return None
    kind = "nan" if np.isnan(e.got[wrong]).any() else "infinite"
    if not e.visible or wrong.all():
        everywhere = " everywhere" if wrong.ndim and wrong.all() else ""
        return f"is {kind}{everywhere}{_ranges(e, None)}. Which step makes it so?"
    first = [int(k) for k in np.argwhere(wrong)[0]]
    places = f"in {wrong.sum()} of {wrong.size} entries, first at {first}"
    return f"is {kind} {places}{_ranges(e, first[0])}. Which step makes it so?"


def _turned_infinite(e):
    """Return a mask of the entries that are not finite though they should be."""
    return ~np.isfinite(e.got) & np.isfinite(e.want)


def not_finite_in_part(e):
    """Return the same description without a place, which fits all cases alike."""
    return "is nan or infinite. Which step makes it so?" if _turned_infinite(e).any() else None


def _ranges(e, row):
    """Return the ranges of the arguments in words, those of one row if one is given."""
    if not e.visible:
        return ""
    words = []
    for name, v in e.args.items():
        if isinstance(v, np.ndarray) and v.size and (v.ndim > 1 or v.dtype.kind == "f"):
            v = v[row] if row is not None and len(v) == len(e.got) else v
            words.append(f"{name} from {v.min():.4g} to {v.max():.4g}")
    return f" ({', '.join(words)})" if words else ""


def few_digits(e):
    """Return a description if the answer is nearly right, but not to enough digits."""
    worst = np.abs(e.got - e.want).max(initial=0) / (np.abs(e.want).max(initial=0) or 1)
    if not worst < NEAR:
        return None
    digits = f"to {worst:.0e} of the largest entry, but" if e.visible else "to some digits, but"
    causes = "float32, a small constant, a difference of near numbers?"
    return f"agrees {digits} not closer. Where are digits lost: {causes}"


def zero(e):
    """Return a description if all entries are 0."""
    if e.got.any():
        return None
    if e.got.ndim:
        return "is 0 everywhere. Is anything ever put into it, or is it taken away again?"
    return "is 0. Which line computes it, and from what?"


def argument(e):
    """Return a description if the answer is one of the arguments, unchanged."""
    for name, v in e.args.items():
        if isinstance(v, np.ndarray) and v.ndim and v.dtype.kind in "biuf":
            if close(e.got, v, e.rtol):
                question = "What should be done with it, and does your code get there?"
                return f"is {name}, as it came. {question}"
    return None


def reordered(e):
    """Return a description if the answer has the right numbers in other places."""
    if e.got.ndim and close(np.sort(e.got, axis=None), np.sort(e.want, axis=None), e.rtol):
        return "holds the right numbers in wrong places. What decides the order?"
    return None


def signs(e):
    """Return a description if only signs are wrong."""
    if not e.got.ndim or not close(np.abs(e.got), np.abs(e.want), e.rtol):
        return None
    return "is right but for the sign, which is wrong in places. What decides it?"


def steady(e):
    """Return a description if the answer is off by one summand or factor along an axis."""
    both_zero = (e.got == 0) & (e.want == 0)
    for axis, where, asked in _along(e):
        amounts, factors = (
            np.ma.masked_where(both_zero, d) for d in (e.got - e.want, e.got / e.want)
        )
        for what, d, none in (("amount", amounts, (0,)), ("factor", factors, (0, 1))):
            if _is_steady(d, axis) and not _is_any(d, none, axis):
                return f"is off by one {what} {where}. {asked}"
    return None


def _along(e):
    """Yield the axes along which a difference may be constant, in words, with a question."""
    if not e.got.ndim:
        return
    yield EVERYWHERE
    if e.got.ndim == 2:
        yield from (IN_ROWS, IN_COLUMNS)
    for k in range(e.got.ndim) if e.got.ndim > 2 else ():
        letter = next((a for a, n in e.sizes.items() if n == e.got.shape[k]), _place(k))
        rest = tuple(j for j in range(e.got.ndim) if j != k)
        yield rest, f"for each {letter}", f"What do you compute once for each {letter}?"


def _place(k):
    """Return words for a place along an axis without a letter."""
    return f"place along the {ORDINALS[k % 6]} axis"


def _is_steady(d, axis):
    """Return whether an array is constant along an axis that has two entries or more."""
    if not np.all(np.isfinite(d)) or not np.all(d.count(axis=axis) > 1):
        return False
    spread = np.ma.max(d, axis=axis) - np.ma.min(d, axis=axis)
    return bool(np.all(spread < 1e-6 * np.abs(d).max()))


def _is_any(d, numbers, axis):
    """Return whether one of the numbers, such as a factor of 1, fills a whole line."""
    return any(np.any(np.all(np.abs(d - k) < NEAR, axis=axis)) for k in numbers)


def straight(e):
    """Return a description if the answer is a linear function of the right one."""
    if e.got.size < MANY or not np.isfinite(e.want).all() or not np.ptp(e.want):
        return None
    x, y = e.want.ravel() - e.want.mean(), e.got.ravel() - e.got.mean()
    slope = (x @ y) / (x @ x)
    if not np.abs(y - slope * x).max() < 1e-6 * np.abs(y).max():
        return None
    return "is off by one factor and one amount everywhere. Which step scales, which shifts?"


def ordered(e):
    """Return a description if the answer is a monotonic function of the right one."""
    if len(np.unique(e.want)) < max(MANY, e.want.size) or len(np.unique(e.got)) < e.got.size:
        return None
    along = np.diff(e.got.ravel()[np.argsort(e.want, axis=None)])
    if (along > 0).all():
        if np.abs(e.got - e.want).max() < 0.2 * np.abs(e.want).max():
            return "is near what is asked. Does something stop too early, or change a little?"
        alike = "rises and falls with what is asked, by another rule"
        return f"{alike}. Which function is left out, or applied too often?"
    if (along < 0).all():
        return "falls where what is asked rises. What turns it round?"
    return None


def counted(e):
    """Return a description with the number of wrong entries if fewer than half are wrong."""
    wrong = bad(e)
    if not wrong.ndim or 2 * wrong.sum() >= wrong.size:
        return None
    where = f"in {wrong.sum()} of {wrong.size} entries" if e.visible else "in part"
    return f"is wrong {where}. What have those entries in common?"


PATTERNS = (
    not_finite,
    not_finite_in_part,
    few_digits,
    zero,
    same_number,
    argument,
    places.lettered,
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
POSITIONS = (  # these say nothing where the entries of a list stand for several things
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
NEARLY_RIGHT = (  # these count as explanations where an entry other than 0 is right
    few_digits,
    places.lettered,
    places.only_first_row,
    places.only_first_rows,
    places.wrong_at_index,
    places.one_line,
    places.on_diagonal,
    places.at_border,
)
VAGUE = (ordered, counted)  # to these a broken law is added
