"""Explain or describe a wrong answer in words that do not give the right one away.

An explanation predicts the wrong answer from the right one. It is offered only where it holds
in every case of a kind, whose sizes differ; the same is asked of a mere description.
"""

import re

import numpy as np

from ..observation.compare import Entry, close, off
from .changes import Explanation, changed
from .laws import broken_law
from .patterns import NEARLY_RIGHT, PATTERNS, POSITIONS, VAGUE, not_finite
from .places import bad, is_partly_right


def explain(of_part, here, mistakes):
    """Return an explanation of the wrong values of one part in all cases of one kind.

    Parameters
    ----------
    of_part, here : list of Entry
        The entries of the part, at least one of them wrong; the entries of all parts.
    mistakes : dict
        The known mistakes by name, each with its hint and the aspects that it loses.

    Returns
    -------
    Explanation
        The first registered mistake, then the first simple change of the right answer, then the
        first mistake with a factor, that predicts every entry; else the first description that
        fits every wrong entry.
    """
    for fits in (Entry.matches, _is_so_but_for_nan):
        if name := _likeliest(fits, of_part, here, mistakes):
            hint = mistakes[name]["hint"]
            return Explanation(f": {hint}", lambda e: e.mistaken.get(name), name)
    shown = {n: m for n, m in mistakes.items() if _is_shown(n, of_part, m["loses"])}
    if found := changed(of_part, here, shown):
        return found
    return describe([e for e in of_part if not e.right])


def _is_so_but_for_nan(e, answer):
    """Return whether an entry is a mistake's answer apart from where there is nan.

    Rounding may decide where a root or a logarithm near 0 is nan, so two programs with the same
    mistake may have nan in different places.
    """
    if answer is None or answer.shape != e.got.shape or not np.isnan(e.got).any():
        return False
    both = np.isfinite(e.got) & np.isfinite(answer)
    if 2 * both.sum() < both.size or not np.isnan(answer).any():
        return False
    return not off(e.got[both], answer[both], e.rtol).any() and bool(both.any())


def describe(wrong):
    """Return the first description that is true of every wrong entry."""
    if any(e.misshapen for e in wrong):
        return Explanation("")  # the wrong shape has been reported already
    positions = not any(e.letters for e in wrong)
    for pattern in [p for p in PATTERNS if positions or p not in POSITIONS]:
        with np.errstate(all="ignore"):
            descriptions = [_descriptions(pattern, e) for e in wrong]
        for words in descriptions[0]:
            alike = [_alike(words, others) for others in descriptions]
            if None not in alike:
                near = pattern in NEARLY_RIGHT and all(map(is_partly_right, wrong))
                text = f" {_common(alike)}" + _law(wrong) * (pattern in VAGUE)
                return Explanation(
                    text, shown_by=_same_description(pattern, words) if near else None
                )
    return Explanation(_fallback(wrong))


def _fallback(wrong):
    """Return a description of wrong entries that no pattern describes."""
    for e in wrong:
        if text := not_finite(e):
            return f" {text} In another case it is finite, but wrong."
    if all(e.matches(-e.want) for e in wrong):  # one number, in one case, proves no more
        return " is of the wrong sign. Where does that come from?"
    differs = " differs, and not by a simple factor, sign or shift"
    return f"{differs}{_side(wrong)}.{_law(wrong)}"


def _side(wrong):
    """Return in words that all entries are too large or all too small, "" where hidden."""
    if not all(e.visible for e in wrong):
        return ""
    for words, sides in (
        ("too large", [(e.got > e.want) & bad(e) for e in wrong]),
        ("too small", [(e.got < e.want) & bad(e) for e in wrong]),
    ):
        if all(side.all() for side in sides):
            return f": it is {words}" + " everywhere" * bool(wrong[0].want.ndim)
    return ""


def _law(wrong):
    """Return a sentence about a law that these entries break, with a blank before it, or ""."""
    words = broken_law(wrong)
    return f" {words}" if words else ""


def _descriptions(pattern, e):
    """Return the descriptions that a pattern has for an entry, as a list."""
    found = pattern(e)
    return found if isinstance(found, list) else [found] if found else []


def _alike(words, others):
    """Return the first of some descriptions that differs in numbers alone, or None."""
    return next((other for other in others if _core(other) == _core(words)), None)


def _same_description(pattern, words):
    """Return a function that tells whether the pattern describes another entry alike."""

    def shown_by(e):
        descriptions = [] if e.misshapen else _descriptions(pattern, e)
        return _alike(words, descriptions) is not None and is_partly_right(e)

    return shown_by


def _core(words):
    """Return a description without its numbers and without how the entries are off."""
    return re.sub(r"-?\d\S*", "", _without_how(words))


def _without_how(words):
    """Return a description without how the entries in one place are off (", by its sign")."""
    return re.sub(r", by (its sign|one amount|one factor)", "", words)


def _common(descriptions):
    """Return the first description, without how entries are off if the others differ in it."""
    alike = {words == _without_how(words) for words in descriptions} == {False}
    hows = {re.search(r", by [a-z ]+", words)[0] for words in descriptions} if alike else ()
    return descriptions[0] if len(hows) == 1 else _without_how(descriptions[0])


def _likeliest(fits, of_part, here, mistakes):
    """Return the likeliest of the mistakes that are shown and fit all of a part, or None."""
    fitting = (n for n in mistakes if all(fits(e, e.mistaken.get(n)) for e in of_part))
    able = [n for n in fitting if _is_shown(n, of_part, mistakes[n]["loses"])]
    ranks = {name: _rank(name, of_part, here) for name in able}
    for name in sorted(able, key=ranks.get):
        whole = not ranks[name][0]
        if whole or any(np.isfinite(e.mistaken[name]).any() for e in of_part):
            # an answer of nothing but nan fits many mistakes, so all parts must fit
            return name
    return None


def _is_shown(name, of_part, loses):
    """Return whether a mistake has an answer in all of these cases, and a wrong one in some.

    A special case shows only mistakes that lose its aspect, since ordinary input shows all
    others. To see that an argument is ignored takes two cases with different values of it.
    """
    mistaken = [e.mistaken.get(name) for e in of_part]
    if any(m is None for m in mistaken) or (name.startswith("ignores ") and len(of_part) < 2):
        return False
    if not of_part[0].ordinary and of_part[0].aspect not in loses:
        return False
    return not all(close(m, e.want, e.rtol) for m, e in zip(mistaken, of_part, strict=True))


def _rank(name, of_part, here):
    """Return a mistake's sort key: those that fit all parts, this alone, most of the others."""
    others = [e for e in here if e.part != of_part[0].part]
    whole = all(e.matches(e.mistaken.get(name)) for e in here)
    alone = all(
        e.mistaken.get(name) is not None and close(e.mistaken[name], e.want, e.rtol)
        for e in others
    )
    return not whole, not alone, sum(not e.matches(e.mistaken.get(name)) for e in others)
