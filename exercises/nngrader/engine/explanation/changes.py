"""Simple changes that turn the correct answer into the wrong one."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from ...records.codes import Code
from ...records.finding import Finding
from ..observation.compare import close


@dataclass(frozen=True)
class Explanation:
    """A finding about a wrong answer, or None, and its prediction for other entries.

    ``predict(entry)`` returns the wrong answer that the explanation predicts. If it can't
    predict one, ``shown_by(entry)`` returns whether another wrong entry has the same cause.
    ``is_uncertain`` says that only a variant of the reference, or a mistake that would change a
    correct part too, has the same answers. This by itself earns no `PASSIVE` points.
    """

    finding: Finding | None
    predict: Callable | None = None
    shown_by: Callable | None = None
    is_uncertain: bool = False

    @property
    def mistake(self):
        """Return the name of the registered mistake, or None if it isn't one."""
        return self.finding.mistake if self.finding else None

    @property
    def explains(self):
        """Return whether this is an explanation, and not only a description."""
        return self.predict is not None or self.shown_by is not None

    def fits(self, entry):
        """Return whether this explanation also explains another entry."""
        with np.errstate(all="ignore"):
            if self.predict is not None:
                return entry.matches(self.predict(entry))
            return self.shown_by is not None and self.shown_by(entry)


DECIMALS = range(1, 8)
CONSTANTS = ("1", "2", "1/ln 2", "ln 10")  # factors that are the same in all cases


def changed(of_part, here):
    """Return an explanation by the first simple change that predicts every entry, or None.

    :param of_part, here: (list of Entry) The entries of one part; the entries of all parts in
        the same cases.
    """
    for change in (*_factor(of_part, here), *changes(of_part), *_exchanged(of_part, here)):
        if _predicts(change, of_part):
            is_rounded = change.finding.code == Code.ROUNDED
            return _rounded_alike(change, of_part, here) if is_rounded else change
    return None


def _rounded_alike(change, of_part, here):
    """Return a rounding that also explains the other parts, because a decimal may be 0."""
    others = [e for e in here if e.part != of_part[0].part and not e.right]
    every = (c for c in changes(of_part) if c.finding.code == Code.ROUNDED)
    return next((c for c in every if all(map(c.fits, (*of_part, *others)))), change)


def _predicts(change, of_part):
    """Return whether a change predicts every entry, and predicts more than one number."""
    guesses = []
    for e in of_part:
        with np.errstate(all="ignore"):
            guesses.append(np.asarray(change.predict(e)))
        if not e.matches(guesses[-1]):
            return False
    # A change with the same result for all correct answers, such as round(0.2) = 0, explains
    # nothing.
    different = {x for g in guesses for x in g[np.isfinite(g)].flat}
    rounded = change.finding.code == Code.ROUNDED and change.finding.data["decimals"] >= 3
    return len(different) > 1 or (rounded and any(different))


# Factors


def named_factors(e):
    """Return factors by name that appear if a mean, norm, logarithm or square is forgotten."""
    s = e.sizes
    factors = {"1": 1.0, "2": 2.0, "1/ln 2": 1 / math.log(2), "ln 10": math.log(10)}
    factors |= {n: float(v) for n, v in e.args.items() if isinstance(v, float) and v > 0}
    factors |= s
    factors |= {f"{a}·{b}": s[a] * s[b] for a, b in combinations(s, 2)}
    factors |= {f"{a}/{b}": s[a] / s[b] for a, b in combinations(s, 2)}
    factors |= {f"({a} - 1)": s[a] - 1 for a in s}
    factors |= {f"√{a}": math.sqrt(s[a]) for a in s}
    return factors | {f"{a}²": s[a] ** 2 for a in s}


def _factor_table(of_part):
    """Return the keys (name, sign, power) of all possible factors, and their values by case."""
    per_case = [named_factors(e) for e in of_part]
    rows = {}
    for name, sign, power in product(per_case[0], (1, -1), (1, -1)):
        values = [f.get(name, np.nan) for f in per_case]
        proved = name in CONSTANTS or len(set(values)) > 1
        if proved and not (name == "1" and (sign > 0 or power < 0)):
            rows[name, sign, power] = [sign * v**power for v in values]
    return list(rows), np.array(list(rows.values()))


def _find_factor(ratios, table):
    """Return the key of the first factor in a table that equals these ratios, or None."""
    names, values = table
    if None in ratios or not names:
        return None
    fits = np.isclose(values, ratios, rtol=1e-5, atol=0).all(axis=1)
    return names[np.argmax(fits)] if fits.any() else None


def _ratio(got, of, rtol):
    """Return the factor if one array is a multiple of another, else None."""
    if of is None or got.shape != of.shape or not got.size or not np.isfinite(of).all():
        return None
    at = np.unravel_index(np.argmax(np.abs(of)), of.shape)
    with np.errstate(all="ignore"):
        ratio = got[at] / of[at]
        fits = np.isfinite(ratio) and ratio and close(got, ratio * of, rtol)
    return float(ratio) if fits else None


def _value(e, name, sign, power):
    """Return the value of a named factor in one case, nan if the case has no such name."""
    return sign * named_factors(e).get(name, np.nan) ** power


def _factor(of_part, here):
    """Yield an explanation if the answer is the correct one times a named factor."""
    ratios = [_ratio(e.got, e.want, e.rtol) for e in of_part]
    if None not in ratios and (key := _find_factor(ratios, _factor_table(of_part))):
        about = _factor_data(*key, of_part)
        if not of_part[0].visible and _more_is_wrong(of_part, here, key):
            about = {}
        finding = Finding(Code.FACTOR, data=about)
        yield Explanation(finding, lambda e: e.want * _value(e, *key))


def _more_is_wrong(of_part, here, factor):
    """Return whether any other wrong part isn't explained by this part's factor.

    If so, findings about hidden cases don't name the factor. Otherwise, a function could reveal
    much of a hidden input by its choice of the factor for one part and of the mistake in
    another.
    """
    others = [e for e in here if e.part != of_part[0].part and not e.right]
    return not all(e.matches(e.want * _value(e, *factor)) for e in others)


def _factor_data(name, sign, power, of_part):
    """Return a factor as data, with the values of its letters in these cases."""
    letters = re.findall(r"[A-Za-z_]+", name)
    sizes = {
        letter: list(dict.fromkeys(str(e.sizes[letter]) for e in of_part))
        for letter in of_part[0].sizes
        if letter in letters
    }
    return {"factor": name, "sign": sign, "power": power} | ({"sizes": sizes} if sizes else {})


# Amounts, and other functions of the correct answer


def named_amounts(e):
    """Return numbers by name that are often added or forgotten, such as 1 or a logarithm."""
    numbers = {n: v for n, v in e.args.items() if isinstance(v, float)}
    numbers |= {f"2·{n}": 2 * v for n, v in numbers.items()}
    return {"1": 1.0} | numbers | {f"ln {k}": math.log(v) for k, v in e.sizes.items()}


def _shifts(of_part):
    """Yield explanations by a named amount, added to or subtracted from the correct answer."""
    for name, sign in product(named_amounts(of_part[0]), (1, -1)):
        yield Explanation(
            Finding(Code.AMOUNT, data={"amount": name, "sign": sign}),
            lambda e, n=name, s=sign: e.want + s * named_amounts(e).get(n, np.nan),
        )


FORMS = {
    Code.SQUARE: np.square,
    Code.ROOT: np.sqrt,
    Code.EXPONENTIAL: np.exp,
    Code.LOGARITHM: np.log,
    Code.MINUS_LOGARITHM: lambda w: -np.log(w),
    Code.RECIPROCAL: lambda w: 1 / w,
    Code.ABSOLUTE: np.abs,
    Code.NO_NEGATIVES: lambda w: np.maximum(w, 0),
    Code.NO_POSITIVES: lambda w: np.minimum(w, 0),
    Code.COMPLEMENT: lambda w: 1 - w,
    Code.TRANSPOSED: np.transpose,
    Code.TRUNCATED: np.trunc,
}


def changes(of_part):
    """Yield explanations by simple changes of the correct answer, apart from factors."""
    yield from _shifts(of_part)
    for code, f in FORMS.items():
        yield Explanation(Finding(code), lambda e, f=f: f(e.want))
    for k in DECIMALS:
        finding = Finding(Code.ROUNDED, data={"decimals": k})
        yield Explanation(finding, lambda e, k=k: _rounded(e, k))


def _rounded(e, k):
    """Return the correct answer rounded to k decimals, or nan if the student's has more."""
    rounded = np.round(e.want, k)
    if e.got.shape != e.want.shape:
        return rounded
    further = np.abs(e.got - np.round(e.got, k)) > 1e-3 * 10.0**-k
    return np.full_like(rounded, np.nan) if further.any() else rounded


def _exchanged(of_part, here):
    """Yield an explanation for each other part whose correct value this part may contain.

    They are swapped only if the other part contains this part's correct values, too.
    """
    for part in dict.fromkeys(e.part for e in here if e.part != of_part[0].part):
        others = [e for e in here if e.part == part]
        other, about = others[0], {"other": part}
        if all(e.right for e in others):
            about["same"] = True
        elif all(o.matches(e.want) for o, e in zip(others, of_part, strict=False)):
            about["swapped"] = True
        for k, want in enumerate(other.case.get("want") or ()):
            if np.array_equal(want, other.want, equal_nan=True):
                yield Explanation(
                    Finding(Code.EXCHANGED, data=about),
                    lambda e, k=k: np.asarray(e.case["want"][k], float),
                )
