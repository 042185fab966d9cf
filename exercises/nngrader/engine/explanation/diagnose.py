"""What a wrong answer looks like, in words that are true and do not give the right one away.

An explanation predicts the wrong answer from the right one. It is offered only where it holds
in every case of a kind, whose sizes differ; the same is asked of a mere description.
"""

import re

import numpy as np

from ..observation.compare import close, off
from .changes import Explanation, changed
from .laws import broken_law
from .patterns import NEARLY_RIGHT, PATTERNS, VAGUE, not_finite
from .places import bad, is_partly_right


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
    able = list(known(mine, here, mistakes))
    for found in able:
        if all(e.matches(found.predict(e)) for e in mine):
            return found
    for found in able:
        if all(_is_so_but_for_nan(e, found.predict(e)) for e in mine):
            return found
    shown = {n: m for n, m in mistakes.items() if _is_shown(n, mine, m["loses"])}
    if found := changed(mine, here, shown):
        return found
    return describe([e for e in mine if not e.right])


def _is_so_but_for_nan(e, answer):
    """Tell whether an entry is what a mistake gives, but has nan in other places.

    Where rounding decides what is nan (a root, a logarithm near 0), styles differ.
    """
    both = np.isfinite(e.got) & np.isfinite(answer) if answer.shape == e.got.shape else None
    if (
        both is None
        or 2 * both.sum() < both.size
        or not (np.isnan(answer).any() and np.isnan(e.got).any())
    ):
        return False
    return not off(e.got[both], answer[both], e.rtol).any() and bool(both.any())


def describe(wrong):
    """Return the first description that is true of every wrong entry."""
    if any(e.misshapen for e in wrong):
        return Explanation("")  # its shape is said already
    for pattern in PATTERNS:
        with np.errstate(all="ignore"):
            descriptions = [_descriptions(pattern, e) for e in wrong]
        for words in descriptions[0]:
            alike = [_alike(words, others) for others in descriptions]
            if None not in alike:
                near = pattern in NEARLY_RIGHT and all(map(is_partly_right, wrong))
                text = f" {_common(alike)}" + _law(wrong) * (pattern in VAGUE)
                return Explanation(text, shown_by=_again(pattern, words) if near else None)
    return Explanation(_at_least(wrong))


def _at_least(wrong):
    """Say what is true of wrong entries that have nothing in common."""
    for e in wrong:
        if text := not_finite(e):
            return f" {text} In another case it is finite, but wrong."
    differs = " differs, and not by a simple factor, sign or shift"
    return f"{differs}{_side(wrong)}.{_law(wrong)}"


def _side(wrong):
    """Say that all entries are too large, or all too small, where that gives nothing away."""
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
    """Return a law that these entries break, as a further sentence."""
    words = broken_law(wrong)
    return f" {words}" if words else ""


def _descriptions(pattern, e):
    """Return what a pattern may say of an entry, as a list."""
    found = pattern(e)
    return found if isinstance(found, list) else [found] if found else []


def _alike(words, others):
    """Return the one of some sentences that says the same but for its numbers, or None."""
    return next((other for other in others if _core(other) == _core(words)), None)


def _again(pattern, words):
    """Return what tells that a pattern says the same of another entry, but for its numbers."""

    def shown_by(e):
        descriptions = [] if e.misshapen else _descriptions(pattern, e)
        return _alike(words, descriptions) is not None and is_partly_right(e)

    return shown_by


def _core(words):
    """Return words without their numbers, and without how the entries in one place are off."""
    return re.sub(r"-?\d\S*", "", _placed(words))


def _placed(words):
    """Return words without how the entries in one place are off."""
    return re.sub(r", by (its sign|one amount|one factor)", "", words)


def _common(descriptions):
    """Return the words for the first case, as far as they are true of all."""
    alike = {words == _placed(words) for words in descriptions} == {False}
    hows = {re.search(r", by [a-z ]+", words)[0] for words in descriptions} if alike else ()
    return descriptions[0] if len(hows) == 1 else _placed(descriptions[0])


def known(mine, here, mistakes):
    """Yield the registered mistakes that give answers of this form, the likeliest first."""
    able = [n for n in mistakes if _is_shown(n, mine, mistakes[n]["loses"])]
    ranks = {name: _rank(name, mine, here) for name in able}
    for name in sorted(able, key=ranks.get):
        whole = not ranks[name][0]
        if whole or any(np.isfinite(e.mistaken[name]).any() for e in mine):
            # nan alone fits many mistakes: then all parts must fit
            hint = mistakes[name]["hint"]
            yield Explanation(f": {hint}", lambda e, n=name: e.mistaken.get(n), name)


def _is_shown(name, mine, loses):
    """Tell whether these cases can show a mistake: they have its answer, and it is wrong.

    A special case shows only what costs its aspect: all else shows on ordinary input. That an
    argument is ignored needs two of its values.
    """
    mistaken = [e.mistaken.get(name) for e in mine]
    if any(m is None for m in mistaken) or (name.startswith("ignores ") and len(mine) < 2):
        return False
    if not mine[0].ordinary and mine[0].aspect not in loses:
        return False
    return not all(close(m, e.want, e.rtol) for m, e in zip(mistaken, mine, strict=True))


def _rank(name, mine, here):
    """Rank a mistake: first those that give the whole answer, then those of this part alone."""
    others = [e for e in here if e.part != mine[0].part]
    whole = all(e.matches(e.mistaken.get(name)) for e in here)
    alone = all(
        e.mistaken.get(name) is not None and close(e.mistaken[name], e.want, e.rtol)
        for e in others
    )
    return not whole, not alone
