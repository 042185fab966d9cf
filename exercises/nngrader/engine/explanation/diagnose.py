"""Explain or describe a wrong answer by data that do not give the right one away.

An explanation predicts the wrong answer from the right one. It is offered only where it holds
in every case of a kind, whose sizes differ; the same is asked of a mere description.
"""

import numpy as np

from ...records.codes import Code
from ...records.finding import PRIVATE, Finding
from ..observation.compare import Entry, close, off
from .changes import Explanation, changed
from .laws import broken_law
from .patterns import NEARLY_RIGHT, PATTERNS, POSITIONS, VAGUE, not_finite
from .places import bad, is_partly_right

VAGUE_CODES = (Code.DIFFERS, Code.PLACES, Code.RISING, Code.FALLING, Code.NEAR)
HOW = {"how", "empty"}  # how all wrong entries in one place are off, such as by their sign


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
        The first registered mistake, then the first simple change of the right answer, that
        predicts every entry; else the first description that fits every wrong entry. A mistake
        is no explanation if another part is right that it would change.
    """
    for fits in (Entry.matches, _is_so_but_for_nan):
        if name := _likeliest(fits, of_part, here, mistakes):
            about = {"hint": mistakes[name]["hint"]}
            finding = Finding(Code.MISTAKE, data=about, mistake=name)
            return Explanation(finding, lambda e: e.mistaken.get(name))
    refuted = {n for n in mistakes if _is_refuted(n, of_part, here)}
    if found := changed(of_part, here):
        return found
    found = describe([e for e in of_part if not e.right])
    if found.finding and found.finding.code in VAGUE_CODES:
        like = _of_this_part(of_part, {n: mistakes[n] for n in mistakes if n in refuted})
        return Explanation(like) if like else found
    return found


def fits_elsewhere(name, others):
    """Return whether a mistake predicts all entries of a part in which it would show.

    Parameters
    ----------
    others : list of Entry
        The same part in other kinds of ordinary cases.
    """
    return all(e.matches(e.mistaken[name]) for e in others if _would_change(name, e))


def _of_this_part(of_part, refuted):
    """Return a description of a part that only refuted mistakes of one hint predict, or None.

    Another part is right, so this is not the cause of the whole answer. But the lines that
    compute this part have the mistake.
    """
    fitting = [
        n
        for n, m in refuted.items()
        if _is_shown(n, of_part, m["loses"]) and all(e.matches(e.mistaken[n]) for e in of_part)
    ]
    hints = {refuted[n]["hint"] for n in fitting}
    one_number = len(np.unique([x for e in of_part for x in np.unique(e.got)[:2]])) < 2
    if len(hints) != 1 or one_number:
        return None
    return Finding(Code.LIKE_MISTAKE, data={"hint": hints.pop(), "like": fitting[0]})


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
        return Explanation(None)  # the wrong shape has been reported already
    positions = not any(e.letters for e in wrong)
    for pattern in [p for p in PATTERNS if positions or p not in POSITIONS]:
        with np.errstate(all="ignore"):
            descriptions = [_descriptions(pattern, e) for e in wrong]
        for found in descriptions[0]:
            alike = [_alike(found, others) for others in descriptions]
            if None not in alike:
                near = pattern in NEARLY_RIGHT and all(map(is_partly_right, wrong))
                common = _common(alike)
                return Explanation(
                    _with_law(common, wrong) if pattern in VAGUE else common,
                    shown_by=_same_description(pattern, found) if near else None,
                )
    return Explanation(_fallback(wrong))


def _fallback(wrong):
    """Return a description of wrong entries that no pattern describes."""
    for e in wrong:
        if found := not_finite(e):
            return found
    if all(e.matches(-e.want) for e in wrong):  # one number, in one case, proves no more
        return Finding(Code.SIGN)
    return _with_law(Finding(Code.DIFFERS, data=_side(wrong)), wrong)


def _side(wrong):
    """Return as data that all entries are too large, or all are too small, {} otherwise."""
    for side, masks in (
        ("large", [(e.got > e.want) & bad(e) for e in wrong]),
        ("small", [(e.got < e.want) & bad(e) for e in wrong]),
    ):
        if all(mask.all() for mask in masks):
            return {"side": side, "everywhere": bool(wrong[0].want.ndim)}
    return {}


def _with_law(found, wrong):
    """Return a finding with a law that these entries break, where there is one."""
    law = broken_law(wrong)
    return found.about(data=found.data | {"law": law}) if law else found


def _descriptions(pattern, e):
    """Return the descriptions that a pattern has for an entry, as a list."""
    found = pattern(e)
    return found if isinstance(found, list) else [found] if found else []


def _alike(found, others):
    """Return the first of some descriptions that differs in private data alone, or None."""
    return next((other for other in others if _core(other) == _core(found)), None)


def _same_description(pattern, found):
    """Return a function that tells whether the pattern describes another entry alike."""

    def shown_by(e):
        descriptions = [] if e.misshapen else _descriptions(pattern, e)
        return _alike(found, descriptions) is not None and is_partly_right(e)

    return shown_by


def _core(found):
    """Return a description without its numbers and without how the entries are off."""
    return found.without(PRIVATE | HOW)


def _common(descriptions):
    """Return the first description, without a place or a way to be off that others lack."""
    first, *others = descriptions
    differ = {
        key
        for key in (*HOW, "place")
        if any(found.data.get(key) != first.data.get(key) for found in others)
    }
    return first.without(differ)


def _likeliest(fits, of_part, here, mistakes):
    """Return the likeliest of the mistakes that are shown and fit all of a part, or None."""
    fitting = (n for n in mistakes if all(fits(e, e.mistaken.get(n)) for e in of_part))
    able = [
        n
        for n in fitting
        if _is_shown(n, of_part, mistakes[n]["loses"]) and not _is_refuted(n, of_part, here)
    ]
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


def _is_refuted(name, of_part, here):
    """Return whether another part is right although the mistake would change it.

    A part that is wrong in another way refutes nothing, since there may be two mistakes.
    """
    parts = {}
    for e in here:
        if e.part != of_part[0].part:
            parts.setdefault(e.part, []).append(e)
    return any(
        all(e.right for e in entries) and any(_would_change(name, e) for e in entries)
        for entries in parts.values()
    )


def _would_change(name, e):
    """Return whether a mistake gives a wrong answer for an entry."""
    answer = e.mistaken.get(name)
    return answer is not None and not close(answer, e.want, e.rtol)
