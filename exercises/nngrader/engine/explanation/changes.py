"""Simple changes of the right answer, or of a known mistake, that give the wrong one."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from ..observation.compare import close


@dataclass(frozen=True)
class Explanation:
    """A finding in words that follow the name of the part, and whether it explains.

    ``predict(entry)`` gives the wrong answer; ``shown_by(entry)`` tells, where nothing predicts
    it, that another wrong entry has the same cause.
    """

    text: str
    predict: Callable | None = None
    mistake: str | None = None
    shown_by: Callable | None = None

    @property
    def explains(self):
        """Whether more is known than that the answer is wrong."""
        return self.predict is not None or self.shown_by is not None

    def fits(self, entry):
        """Tell whether another entry is wrong in the same way."""
        with np.errstate(all="ignore"):
            if self.predict is not None:
                return entry.matches(self.predict(entry))
            return self.shown_by is not None and self.shown_by(entry)


WHERE_FROM = "Where does that come from?"
UNNAMED = "off by a factor"
DECIMALS = range(1, 8)
CONSTANTS = ("1", "2", "ln 2", "ln 10")  # factors that have one value in all cases


def changed(mine, here, mistakes):
    """Return the first simple change that predicts every entry, or None.

    Parameters
    ----------
    mine, here : list of Entry
        The part's entries, all parts' entries.
    mistakes : dict
        Hint of each known mistake whose answer these cases can show.
    """
    for found in (*_factor(mine, here), *changes(mine), *_exchanged(mine, here)):
        if _predicts(found, mine):
            return found
    return next(_both(mine, mistakes), None)


def _predicts(found, mine):
    """Tell whether a change of the right answer gives every entry, and forgets none."""
    guesses = []
    for e in mine:
        with np.errstate(all="ignore"):
            guesses.append(np.asarray(found.predict(e)))
        if not e.matches(guesses[-1]):
            return False
    # what forgets the right answer (0 = round(0.2)) explains nothing
    return len({x for g in guesses for x in g[np.isfinite(g)].flat}) > 1


# Factors


def named_factors(e):
    """Return the constants that a mean, a norm, a logarithm or a square often leaves behind."""
    s = e.sizes
    found = {"1": 1.0, "2": 2.0, "ln 2": math.log(2), "ln 10": math.log(10)}
    found |= {n: float(v) for n, v in e.args.items() if isinstance(v, float) and v > 0}
    found |= s
    found |= {f"{a}·{b}": s[a] * s[b] for a, b in combinations(s, 2)}
    found |= {f"{a}/{b}": s[a] / s[b] for a, b in combinations(s, 2)}
    found |= {f"({a} - 1)": s[a] - 1 for a in s}
    found |= {f"√{a}": math.sqrt(s[a]) for a in s}
    return found | {f"{a}²": s[a] ** 2 for a in s}


def _table(mine):
    """Return (name, sign, power) and the values in each case of all factors worth naming."""
    per_case = [named_factors(e) for e in mine]
    rows = {}
    for name, sign, power in product(per_case[0], (1, -1), (1, -1)):
        values = [f.get(name, np.nan) for f in per_case]
        proved = name in CONSTANTS or len(set(values)) > 1
        if proved and not (name == "1" and (sign > 0 or power < 0)):
            rows[name, sign, power] = [sign * v**power for v in values]
    return list(rows), np.array(list(rows.values()))


def _named(ratios, table):
    """Return the first factor of a table that has these values, or None."""
    names, values = table
    if None in ratios or not names:
        return None
    fits = np.isclose(values, ratios, rtol=1e-5, atol=0).all(axis=1)
    return names[np.argmax(fits)] if fits.any() else None


def _ratio(got, of, rtol):
    """Return the one factor between two arrays, None where there is none."""
    if of is None or got.shape != of.shape or not got.size or not np.isfinite(of).all():
        return None
    at = np.unravel_index(np.argmax(np.abs(of)), of.shape)
    with np.errstate(all="ignore"):
        ratio = got[at] / of[at]
        fits = np.isfinite(ratio) and ratio and close(got, ratio * of, rtol)
    return float(ratio) if fits else None


def _value(e, name, sign, power):
    """Return a named factor in one case, nan where the name means nothing there."""
    return sign * named_factors(e).get(name, np.nan) ** power


def _factor(mine, here):
    """Yield the named factor between what came and what is asked, if there is one."""
    ratios = [_ratio(e.got, e.want, e.rtol) for e in mine]
    if None not in ratios and (found := _named(ratios, _table(mine))):
        text = f" is {_factor_words(*found, mine)}. {_asked(found[0])}"
        if not mine[0].visible and _more_is_wrong(mine, here, found):
            text = f" is {UNNAMED}. {WHERE_FROM}"
        yield Explanation(text, lambda e: e.want * _value(e, *found))


def _more_is_wrong(mine, here, factor):
    """Tell whether another part is wrong by more than the same factor.

    Hidden, any factor on one part beside any mistake in another would be many ways to tell of
    an input.
    """
    others = [e for e in here if e.part != mine[0].part and not e.right]
    return not all(e.matches(e.want * _value(e, *factor)) for e in others)


def _asked(name):
    """Return the question that goes with a factor."""
    if name.endswith("²"):
        return f"On which side of a fraction does {name[:-1]} stand?"
    return "Which logarithm is asked?" if name.startswith("ln") else WHERE_FROM


def _both(mine, mistakes):
    """Yield a known mistake that a named factor comes on top of: two at once.

    What forgets nearly everything, such as 1 at the targets, is some mistake times something:
    that is said, but explains nothing.
    """
    forgets = any(e.got.ndim and len(np.unique(e.got)) < 3 for e in mine)
    table = None
    for name in mistakes:
        ratios = [_ratio(e.got, e.mistaken[name], e.rtol) for e in mine]
        if None in ratios:
            continue
        table = table or _table(mine)
        if found := _named(ratios, table):
            # hidden, any factor on any mistake would be many ways to tell of an input
            words = _factor_words(*found, mine) if mine[0].visible else UNNAMED
            text = f" is {words}, and apart from that: {mistakes[name]['hint']}"
            both = Explanation(text, lambda e, n=name, f=found: _times(e, n, f), name)
            if all(e.matches(both.predict(e)) for e in mine):
                yield Explanation(text, None, name) if forgets else both


def _times(e, name, factor):
    """Return what a mistake gives times a factor, None where the mistake does not show."""
    answer = e.mistaken.get(name)
    shows = answer is not None and not close(answer, e.want, e.rtol)
    return answer * _value(e, *factor) if shows else None


def _factor_words(name, sign, power, mine):
    """Say a factor, with the sizes in it where they may be shown."""
    words = [] if name == "1" else [f"{name} times too {'large' if power > 0 else 'small'}"]
    words += ["of the wrong sign"] if sign < 0 else []
    sizes = [letter for letter in mine[0].sizes if letter in re.findall(r"[A-Za-z_]+", name)]
    if not mine[0].visible or not sizes:
        return " and ".join(words)
    here = "; ".join(f"{letter} is {_all_sizes(letter, mine)}" for letter in sizes)
    return f"{' and '.join(words)} ({here} here)"


def _all_sizes(letter, mine):
    """Say the sizes that a letter has in these cases."""
    return " and ".join(dict.fromkeys(str(e.sizes[letter]) for e in mine))


# Amounts, and other functions of the right answer


def named_amounts(e):
    """Return what is often added or left out: 1, a number among the arguments, a logarithm."""
    numbers = {n: v for n, v in e.args.items() if isinstance(v, float)}
    numbers |= {f"2·{n}": 2 * v for n, v in numbers.items()}
    return {"1": 1.0} | numbers | {f"ln {k}": math.log(v) for k, v in e.sizes.items()}


def _shifts(mine):
    """Yield the named amounts, added or missing."""
    for name, sign in product(named_amounts(mine[0]), (1, -1)):
        yield Explanation(
            f" is too {'large' if sign > 0 else 'small'} by {name}. {WHERE_FROM}",
            lambda e, n=name, s=sign: e.want + s * named_amounts(e).get(n, np.nan),
        )


FORMS = {
    "is the square of what is asked. What is left out, or done twice?": np.square,
    "is the square root of what is asked. What is left out, or done twice?": np.sqrt,
    "is e to the power of what is asked. What is left out, or done twice?": np.exp,
    "is the logarithm of what is asked. What is left out, or done twice?": np.log,
    "is minus the logarithm of what is asked. What is done once too often?": lambda w: (
        -np.log(w)
    ),
    "is one divided by what is asked. What stands under the fraction?": lambda w: 1 / w,
    "has lost its sign. What should be negative?": np.abs,
    "is 0 where a negative number is asked. What makes it so?": lambda w: np.maximum(w, 0),
    "is 0 where a positive number is asked. What makes it so?": lambda w: np.minimum(w, 0),
    "and what is asked add up to 1. Which of the two is returned?": lambda w: 1 - w,
    "has rows and columns exchanged. What should a row stand for?": np.transpose,
    "has lost what stands after the decimal point. What cuts it off?": np.trunc,
} | {
    f"is rounded to {k} decimals. Leave that to whoever prints it.": lambda w, k=k: np.round(
        w, k
    )
    for k in DECIMALS
}


def changes(mine):
    """Yield simple changes of the right answer that are no factors."""
    yield from _shifts(mine)
    for words, f in FORMS.items():
        yield Explanation(f" {words}", lambda e, f=f: f(e.want))


def _exchanged(mine, here):
    """Yield that a part holds what is asked of another one of its shape."""
    for part in dict.fromkeys(e.part for e in here if e.part != mine[0].part):
        other = next(e for e in here if e.part == part)
        for k, want in enumerate(other.case.get("want") or ()):
            if np.array_equal(want, other.want, equal_nan=True):
                yield Explanation(
                    f" holds what is asked of {part}. In which order are they returned?",
                    lambda e, k=k: np.asarray(e.case["want"][k], float),
                )
