"""What is compared, when two answers are the same, and what is wrong with an answer's form."""

from dataclasses import dataclass

import numpy as np

ROUNDING = 1e-25, 1e-13  # of the largest entry that is asked: least and most
ORDINARY = ("value",)


@dataclass(frozen=True)
class Entry:
    """One part of one case, where the answer has the shape that is asked, or a known mistake's.

    ``aspect`` is what a wrong value costs; ``mistaken`` is what each known mistake gives;
    ``fault`` says what is wrong with its form, where that is yet to be charged; ``odd`` says
    it where a known mistake has the same form, and may say more.
    """

    part: str
    aspect: str
    case: dict
    got: np.ndarray
    want: np.ndarray
    mistaken: dict
    rtol: float
    visible: bool
    fault: str | None = None
    odd: str | None = None

    @property
    def group(self):
        """The kind of case."""
        return self.case["group"]

    @property
    def sizes(self):
        """The sizes of the case by letter."""
        return self.case["sizes"]

    @property
    def args(self):
        """The arguments by name."""
        return self.case["args"]

    @property
    def ordinary(self):
        """Whether nothing special is tried."""
        return self.case["aspect"] in ORDINARY

    @property
    def misshapen(self):
        """Whether the answer has not the shape that is asked, but that of a known mistake."""
        return self.got.shape != self.want.shape

    @property
    def right(self):
        """Whether the answer is the right one."""
        return close(self.got, self.want, self.rtol)

    def matches(self, values):
        """Tell whether the answer is the given one; what is rounding alone is all the same."""
        if values is None:
            return False
        both = self.got.shape == values.shape and self._is_rounding(self.got)
        return close(self.got, values, self.rtol) or (both and self._is_rounding(values))

    def _is_rounding(self, values):
        """Tell whether numbers are as small beside what is asked as what rounding leaves."""
        size, asked = (np.abs(v[np.isfinite(v)]).max(initial=0) for v in (values, self.want))
        least, most = (part * asked for part in ROUNDING)
        return bool(np.isfinite(values).all() and least < size < most)


def close(got, want, rtol):
    """Tell whether two arrays agree, relative to the largest entry; nan equals nan.

    Relative to the largest, so that an entry that cancels to 0 is not held against anyone.
    """
    got, want = np.asarray(got, float), np.asarray(want, float)
    return got.shape == want.shape and not off(got, want, rtol).any()


def off(got, want, rtol):
    """Return where two arrays of one shape disagree."""
    with np.errstate(all="ignore"):  # as np.isclose, which takes three times as long
        finite = np.isfinite(want)
        largest = np.abs(want[finite]).max(initial=0.0)
        near = finite & (np.abs(got - want) <= rtol * largest + 1e-300)
        return ~(near | (got == want) | (np.isnan(got) & np.isnan(want)))
