"""What a wrong answer looks like, in words that are true and do not give the right one away.

An explanation predicts the wrong answer from the right one. It is offered only where it holds
in every case of a kind, whose sizes differ; the same is asked of a mere description.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from .compare import close
from .laws import broken_law
from .patterns import NEARLY_RIGHT, PATTERNS, VAGUE, not_finite
from .places import is_partly_right

WHERE_FROM = "Where does that come from?"
DECIMALS = range(1, 8)
CONSTANTS = ("1", "2", "ln 2", "ln 10")  # factors that have one value in all cases


@dataclass(frozen=True)
class Explanation:
    """A finding in words that follow the name of the part, and whether it explains.

    ``predict(entry)`` gives the wrong answer; ``seen(entry)`` tells, where nothing predicts
    it, that another wrong entry has the same cause.
    """

    text: str
    predict: Callable | None = None
    mistake: str | None = None
    seen: Callable | None = None

    @property
    def explains(self):
        """Whether more is known than that the answer is wrong."""
        return self.predict is not None or self.seen is not None

    def fits(self, entry):
        """Tell whether another entry is wrong in the same way."""
        with np.errstate(all="ignore"):
            if self.predict is not None:
                return entry.matches(self.predict(entry))
            return self.seen is not None and self.seen(entry)


def explain(mine, here, mistakes):
    """Explain the wrong values of one part in all cases of one kind.

    Parameters
    ----------
    mine, here : list of Entry
        The part's entries in these cases, at least one of them wrong; all parts' entries.
    mistakes : dict
        Hint and lost aspects of each known mistake.

    Returns
    -------
    Explanation
        The first registered mistake, then the first simple change of the right answer, then the
        first mistake with a factor, that predicts every entry; else the first description that
        fits every wrong entry.
    """
    for found in known(mine, here, mistakes):
        if all(e.matches(found.predict(e)) for e in mine):
            return found
    for found in (*changes(mine), *exchanged(mine, here)):
        if _predicts(found, mine):
            return found
    for found in both(mine, here, mistakes):
        if all(e.matches(found.predict(e)) for e in mine):
            return found
    return describe([e for e in mine if not e.right])


def _predicts(found, mine):
    """Tell whether a change of the right answer gives every entry, and forgets none."""
    with np.errstate(all="ignore"):
        guesses = [np.asarray(found.predict(e)) for e in mine]
    if any(g.shape != e.got.shape for e, g in zip(mine, guesses, strict=True)):
        return False
    if len({x for g in guesses for x in g[np.isfinite(g)].flat}) < 2:
        return False  # what forgets the right answer (0 = round(0.2)) explains nothing
    return all(e.matches(g) for e, g in zip(mine, guesses, strict=True))


def describe(wrong):
    """Return the first description that is true of every wrong entry."""
    if any(e.misshapen for e in wrong):
        return Explanation("")  # its shape is said already
    for pattern in PATTERNS:
        with np.errstate(all="ignore"):
            told = [pattern(e) for e in wrong]
        if all(told) and len(set(map(_core, told))) == 1:
            near = pattern in NEARLY_RIGHT and all(map(is_partly_right, wrong))
            text = f" {_common(told)}" + _law(wrong) * (pattern in VAGUE)
            return Explanation(text, seen=_alike(pattern, told[0]) if near else None)
    return Explanation(_at_least(wrong))


def _at_least(wrong):
    """Say what is true of wrong entries that have nothing in common."""
    for e in wrong:
        if said := not_finite(e):
            return f" {said} In another case it is not, but wrong, too."
    differs = " differs, and not by a simple factor, sign or shift"
    return f"{differs}{_side(wrong)}.{_law(wrong)}"


def _side(wrong):
    """Say that all entries are too large, or all too small, where that gives nothing away."""
    if not all(e.visible for e in wrong):
        return ""
    for words, sides in (
        ("too large", [e.got > e.want for e in wrong]),
        ("too small", [e.got < e.want for e in wrong]),
    ):
        if all(side.all() for side in sides):
            return f": it is {words}" + " everywhere" * bool(wrong[0].want.ndim)
    return ""


def _law(wrong):
    """Return a law that these entries break, as a further sentence."""
    words = broken_law(wrong)
    return f" {words}" if words else ""


def _alike(pattern, words):
    """Return what tells that a pattern says the same of another entry, but for its numbers."""

    def seen(e):
        said = None if e.misshapen else pattern(e)
        return bool(said) and is_partly_right(e) and _core(said) == _core(words)

    return seen


def _core(words):
    """Return words without their numbers, and without how the entries in one place are off."""
    return re.sub(r"-?\d\S*", "", _placed(words))


def _placed(words):
    """Return words without how the entries in one place are off."""
    return re.sub(r", by (its sign|one amount|one factor)", "", words)


def _common(told):
    """Return the words for the first case, as far as they are true of all."""
    alike = {words == _placed(words) for words in told} == {False}
    hows = {re.search(r", by [a-z ]+", words)[0] for words in told} if alike else ()
    return told[0] if len(hows) == 1 else _placed(told[0])


def known(mine, here, mistakes):
    """Yield the registered mistakes that give answers of this form, the likeliest first."""
    able = [n for n in mistakes if _is_shown(n, mine, mistakes[n]["loses"])]
    for name in sorted(able, key=lambda n: _rank(n, mine, here)):
        whole = _rank(name, mine, here)[0] == 0
        if whole or any(np.isfinite(e.marks[name]).any() for e in mine):
            # nan alone fits many mistakes: then all parts must fit
            hint = mistakes[name]["hint"]
            yield Explanation(f": {hint}", lambda e, n=name: e.marks.get(n), name)


def _is_shown(name, mine, loses):
    """Tell whether these cases can show a mistake: they have its answer, and it is wrong.

    A special case shows only what costs its aspect: all else shows on ordinary input. That an
    argument is ignored needs two of its values.
    """
    marks = [e.marks.get(name) for e in mine]
    if any(mark is None for mark in marks) or (name.startswith("ignores ") and len(mine) < 2):
        return False
    if not mine[0].ordinary and mine[0].aspect not in loses:
        return False
    return not all(close(m, e.want, e.rtol) for m, e in zip(marks, mine, strict=True))


def _rank(name, mine, here):
    """Rank a mistake: first those that give the whole answer, then those of this part alone."""
    others = [e for e in here if e.part != mine[0].part]
    whole = all(e.matches(e.marks.get(name)) for e in here)
    alone = all(
        e.marks.get(name) is not None and close(e.marks[name], e.want, e.rtol) for e in others
    )
    return not whole, not alone


def exchanged(mine, here):
    """Yield that a part holds what is asked of another one of its shape."""
    for part in dict.fromkeys(e.part for e in here if e.part != mine[0].part):
        other = next(e for e in here if e.part == part)
        for k, want in enumerate(other.case.get("want") or ()):
            if np.array_equal(want, other.want, equal_nan=True):
                yield Explanation(
                    f" holds what is asked of {part}. In which order are they returned?",
                    lambda e, k=k: np.asarray(e.case["want"][k], float),
                )


def both(mine, here, mistakes):
    """Yield a registered mistake that a factor comes on top of: two at once."""
    if any(e.got.ndim and len(np.unique(e.got)) < 3 for e in mine):
        return  # what forgets nearly everything is any mistake, times something
    for name in mistakes:
        if not _is_shown(name, mine, mistakes[name]["loses"]):
            continue
        ratios = [_ratio(e.got, e.marks[name], e.rtol) for e in mine]
        for words, value in [] if None in ratios else named_ratios(mine):
            if np.allclose([value(e) for e in mine], ratios, rtol=1e-6, atol=0):
                text = f" is {words}, and apart from that: {mistakes[name]['hint']}"
                yield Explanation(text, lambda e, n=name, v=value: _times(e, n, v), name)


def _times(e, name, value):
    """Return what a mistake gives times a factor, None where the mistake does not show."""
    mark = e.marks.get(name)
    shows = mark is not None and not close(mark, e.want, e.rtol)
    return mark * value(e) if shows else None


def _ratio(got, mark, rtol):
    """Return the one factor between two arrays, None where there is none."""
    if got.shape != mark.shape or not got.size or not np.isfinite(mark).all():
        return None
    at = np.unravel_index(np.argmax(np.abs(mark)), mark.shape)
    with np.errstate(all="ignore"):
        ratio = got[at] / mark[at]
        fits = np.isfinite(ratio) and ratio and close(got, ratio * mark, rtol)
    return float(ratio) if fits else None


def changes(mine):
    """Yield simple changes of the right answer: factors, amounts, other functions of it."""
    yield from _factors(mine)
    yield from _shifts(mine)
    for words, f in FORMS.items():
        yield Explanation(f" {words}", lambda e, f=f: f(e.want))


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


def named_ratios(mine):
    """Yield words and value of the named factors, upright and turned over, with either sign."""
    per_entry = {id(e.case): named_factors(e) for e in mine}
    first = next(iter(per_entry.values()))
    for name, sign, power in product(first, (1, -1), (1, -1)):
        values = {f[name] for f in per_entry.values()}
        unproved = name not in CONSTANTS and len(values) < 2
        if (name == "1" and (sign > 0 or power < 0)) or unproved:
            continue
        yield (
            _factor_words(name, sign, power, mine),
            lambda e, n=name, s=sign, p=power: s * named_factors(e).get(n, np.nan) ** p,
        )


def _factors(mine):
    """Yield the named factors of what is asked."""
    for words, value in named_ratios(mine):
        yield Explanation(f" is {words}. {WHERE_FROM}", lambda e, v=value: e.want * v(e))


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


# Amounts


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


# Other functions of the right answer

FORMS = {
    "is the square of what is asked.": np.square,
    "is the square root of what is asked.": np.sqrt,
    "is e to the power of what is asked.": np.exp,
    "is the logarithm of what is asked.": np.log,
    "is minus the logarithm of what is asked.": lambda w: -np.log(w),
    "is one divided by what is asked.": lambda w: 1 / w,
    "has lost its sign. What should be negative?": np.abs,
    "is 0 where a negative number is asked. What makes it so?": lambda w: np.maximum(w, 0),
    "is 0 where a positive number is asked. What makes it so?": lambda w: np.minimum(w, 0),
    "and what is asked add up to 1.": lambda w: 1 - w,
    "has rows and columns exchanged.": np.transpose,
    "has lost what stands after the decimal point.": np.trunc,
} | {
    f"is rounded to {k} decimals. Leave that to whoever prints it.": lambda w, k=k: np.round(
        w, k
    )
    for k in DECIMALS
}
