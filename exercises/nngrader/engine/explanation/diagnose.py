"""Explain or describe a wrong answer with data that don't reveal the correct one.

An explanation predicts the wrong answer from the correct one. We use it only if it is true in
every case of a kind. By chance, it rarely is, because the cases have different sizes. A
description, which predicts nothing, must be true in every case too.
"""

from dataclasses import replace

import numpy as np

from ...records.codes import Code
from ...records.finding import PRIVATE, Finding
from ..observation.compare import Entry, close, off
from .changes import Explanation, changed
from .laws import broken_law
from .patterns import NEARLY_RIGHT, PATTERNS, POSITIONS, VAGUE, few_digits, not_finite
from .places import is_partly_right

VAGUE_CODES = (Code.DIFFERS, Code.PLACES, Code.RISING, Code.FALLING, Code.NEAR)
HOW = {"how", "empty"}  # the common error of the wrong entries in one place, such as the sign


def explain(of_part, here, mistakes, variants=None):
    """Return an explanation of the wrong values of one part in all cases of one kind.

    :param of_part, here: (list of Entry) The entries of the part, at least one of them wrong;
        the entries of all parts.
    :param mistakes: The known mistakes by name, each with its hint and the aspects that it
        loses.
    :param variants: The descriptions of the variants of the reference that are possible, by
        index.
    :return: (Explanation) The likeliest registered mistake that predicts every entry, or else
        the first simple change of the correct answer that does, or else a variant of the
        reference that does, or else the first description that fits every wrong entry. If the
        change is a factor or an amount, a variant is named instead. A variant that could be
        almost any line is described instead of named. A mistake explains nothing if it would
        change another part that is correct.
    """
    mistakes = {n: m for n, m in mistakes.items() if _is_true(n, m, of_part, here)}
    for fits in (Entry.matches, _matches_apart_from_nan):
        if name := _likeliest(fits, of_part, here, mistakes):
            about = {"hint": mistakes[name]["hint"]}
            finding = Finding(Code.MISTAKE, data=about, mistake=name)
            return Explanation(finding, lambda e: e.mistaken.get(name))
    refuted = {n for n in mistakes if _is_refuted(n, of_part, here)}
    variant, explanation = _variant(of_part, here, variants or {}), changed(of_part, here)
    names = variant and not variant.finding.data["variant"].get("vague")
    if names and variant.finding.data["variant"].keys() <= {"kind", "idea"}:
        names = not explanation  # a factor of -1 says more than two exchanged sides
    if explanation and names and explanation.finding.code in (Code.FACTOR, Code.AMOUNT):
        return Explanation(variant.finding, explanation.predict)  # the variant names the cause
    if explanation or names:
        return explanation or variant
    explanation = describe([e for e in of_part if not e.right])
    if explanation.finding and explanation.finding.code in VAGUE_CODES:
        refuted = {n: mistakes[n] for n in mistakes if n in refuted}
        explanation = _of_this_part(of_part, here, refuted) or explanation
    return replace(variant, finding=explanation.finding) if variant else explanation


def _is_true(name, mistake, of_part, here):
    """Return whether a mistake predicts the other parts that its hint mentions."""
    about = {*mistake.get("about", ())} - {of_part[0].part}
    others = [e for e in here if e.part in about]
    return all(e.matches(e.mistaken.get(name)) for e in others)


def _variant(of_part, here, variants):
    """Return an explanation by a variant of the reference, or None.

    A variant explains nothing if it would change another part that is correct. There are
    simpler causes if the answer contains only one number, is an argument, or is nearly correct.
    """
    if _is_trivial(of_part) or all(e.right or few_digits(e) for e in of_part):
        return None
    known = [e.similar_variants for e in of_part if e.variants is not None]
    fitting = variants.keys() & set.intersection(*known) if known else set()
    for e in here:
        if e.part != of_part[0].part and e.right and e.variants is not None:
            fitting &= e.similar_variants
    if not fitting:
        return None
    k = max(sorted(fitting), key=lambda k: sum(k in e.similar_variants for e in here))
    finding = Finding(Code.VARIANT, data={"variant": variants[k]})
    if all(e.right or k in e.similar_variants for e in here if e.variants is not None):

        def shown_by(e):
            return e.variants is None or k in e.similar_variants

        return Explanation(finding, shown_by=shown_by, is_uncertain=True)
    # In hidden cases, a function could reveal an input by the variants that it chooses.
    visible = of_part[0].visible
    return Explanation(finding, None, lambda e: False, is_uncertain=True) if visible else None


def _is_trivial(of_part):
    """Return whether answers contain only one number, or one of them is an argument."""
    constant = any(map(_is_constant, of_part))
    return constant or _is_one_number(of_part) or any(map(_is_argument, of_part))


def _is_one_number(of_part):
    """Return whether all answers consist of one and the same number."""
    numbers = np.concatenate([e.got[np.isfinite(e.got)] for e in of_part])
    return not numbers.size or bool(np.ptp(numbers) <= 1e-9 * max(map(_size, of_part)))


def is_idle(of_part):
    """Return whether answers need no work: one number, an argument, or the same in each call.

    They are the same in each call if all begin with the entries of the shortest one, such as
    0, 1, 2 or random numbers with a fixed seed.
    """
    shortest = min((e.got.ravel() for e in of_part), key=len)
    same = all(
        np.array_equal(e.got.ravel()[: len(shortest)], shortest, equal_nan=True)
        for e in of_part
    )
    return same or all(_is_constant(e) or _is_argument(e) for e in of_part)


def _is_argument(e):
    """Return whether an answer consists of an argument's entries in order, perhaps repeated."""
    arrays = [a for a in e.args.values() if isinstance(a, np.ndarray) and a.size]
    return any(np.array_equal(np.resize(a, e.got.shape), e.got) for a in arrays)


def _is_constant(e):
    """Return whether an answer with several entries contains only one finite number."""
    finite = e.got[np.isfinite(e.got)]
    return e.got.size > 1 and (not finite.size or bool(np.ptp(finite) <= 1e-9 * _size(e)))


def _size(e):
    """Return the size of the correct numbers; 0 and 1e-17 times it count as one number."""
    return np.abs(e.want[np.isfinite(e.want)]).max(initial=0) or 1


def fits_elsewhere(name, others):
    """Return whether a mistake predicts all entries of a part that it would change.

    :param others: (list of Entry) Entries of the same part in other kinds of ordinary cases.
    """
    return all(e.matches(e.mistaken[name]) for e in others if _would_change(name, e))


def _of_this_part(of_part, here, refuted):
    """Return an explanation with the hint of the refuted mistakes that predict a part.

    Another part is correct, so the mistake isn't the cause of the whole answer. However, the
    lines that compute this part contain it. Return None if no refuted mistake predicts the
    part, or if several with different hints do.
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
    alone = all(e.right for e in here if e.part != of_part[0].part)
    about = {"hint": hints.pop(), "like": fitting[0]} | ({} if alone else {"alone": False})
    return Explanation(
        Finding(Code.LIKE_MISTAKE, data=about),
        shown_by=lambda e: e.matches(e.mistaken.get(fitting[0])),
        is_uncertain=True,
    )


def _matches_apart_from_nan(e, answer):
    """Return whether an entry is a mistake's answer, if we ignore entries that are nan.

    Rounding can decide whether a root or a logarithm near 0 is nan, so two programs with the
    same mistake may return nan in different places.
    """
    if answer is None or answer.shape != e.got.shape or not np.isnan(e.got).any():
        return False
    both = ~(np.isnan(e.got) | np.isnan(answer))  # infinity may represent None
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
        for description in descriptions[0]:
            alike = [_alike(description, others) for others in descriptions]
            if None not in alike:
                shown_by, common = None, _common(alike)
                if pattern is few_digits:
                    shown_by = few_digits
                elif pattern in NEARLY_RIGHT and all(map(is_partly_right, wrong)):
                    shown_by = _same_description(pattern, description)
                finding = _with_law(common, wrong) if pattern in VAGUE else common
                return Explanation(finding, shown_by=shown_by)
    return Explanation(_fallback(wrong))


def _fallback(wrong):
    """Return a finding about wrong entries that no pattern describes."""
    for e in wrong:
        if description := not_finite(e):
            return description
    if all(e.matches(-e.want) for e in wrong):  # a single number can't prove a factor of -1
        return Finding(Code.SIGN)
    return _with_law(Finding(Code.DIFFERS), wrong)


def _with_law(description, wrong):
    """Return a finding together with a law that these entries break, if there is one."""
    law = broken_law(wrong)
    return description.about(data=description.data | {"law": law}) if law else description


def _descriptions(pattern, e):
    """Return a list of the descriptions that a pattern gives for an entry."""
    result = pattern(e)
    return result if isinstance(result, list) else [result] if result else []


def _alike(description, others):
    """Return the first description with the same core as a finding, or None."""
    return next((other for other in others if _core(other) == _core(description)), None)


def _same_description(pattern, description):
    """Return a function that tests whether a pattern describes an entry in the same way."""

    def shown_by(e):
        descriptions = [] if e.misshapen else _descriptions(pattern, e)
        return _alike(description, descriptions) is not None and is_partly_right(e)

    return shown_by


def _core(description):
    """Return a description without private data and without the common error of the entries."""
    return description.without(PRIVATE | HOW)


def _common(descriptions):
    """Return the first description, without a place or common error that others don't share."""
    first, *others = descriptions
    differ = {
        key
        for key in (*HOW, "place")
        if any(other.data.get(key) != first.data.get(key) for other in others)
    }
    return first.without(differ)


def _likeliest(fits, of_part, here, mistakes):
    """Return the likeliest mistake that shows in a part and fits all its entries, or None."""
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
            # an answer that is all nan fits many mistakes, so all parts must fit
            return name
    return None


def _is_shown(name, of_part, loses):
    """Return whether a mistake has an answer in all of these cases, and a wrong one in some.

    A special case can show only mistakes that lose its aspect, because ordinary input shows the
    others. An ignored argument shows only in two or more cases, with different values.
    """
    mistaken = [e.mistaken.get(name) for e in of_part]
    if any(m is None for m in mistaken) or (name.startswith("ignores ") and len(of_part) < 2):
        return False
    if not of_part[0].ordinary and of_part[0].aspect not in loses:
        return False
    return not all(close(m, e.want, e.rtol) for m, e in zip(mistaken, of_part, strict=True))


def _rank(name, of_part, here):
    """Return a mistake's sort key; the likeliest mistake has the smallest key.

    First come mistakes that fit all parts, then mistakes that change only this part, then the
    mistakes that fit the most entries of other parts.
    """
    others = [e for e in here if e.part != of_part[0].part]
    whole = all(e.matches(e.mistaken.get(name)) for e in here)
    alone = all(
        e.mistaken.get(name) is not None and close(e.mistaken[name], e.want, e.rtol)
        for e in others
    )
    return not whole, not alone, sum(not e.matches(e.mistaken.get(name)) for e in others)


def _is_refuted(name, of_part, here):
    """Return whether another part is correct although the mistake would change it.

    A part that is wrong in a different way refutes the mistake only on special input. On
    ordinary input, it doesn't, because the function may contain two mistakes.
    """
    parts = {}
    for e in here:
        if e.part != of_part[0].part:
            parts.setdefault(e.part, []).append(e)
    others = [] if of_part[0].ordinary else [e for entries in parts.values() for e in entries]
    if any(_would_change(name, e) and not _fits(e, e.mistaken[name]) for e in others):
        return True
    return any(
        all(e.right for e in entries) and any(_would_change(name, e) for e in entries)
        for entries in parts.values()
    )


def _fits(e, answer):
    """Return whether an entry is a mistake's answer, perhaps apart from nan."""
    return e.matches(answer) or _matches_apart_from_nan(e, answer)


def _would_change(name, e):
    """Return whether a mistake gives a wrong answer for an entry."""
    answer = e.mistaken.get(name)
    return answer is not None and not close(answer, e.want, e.rtol)
