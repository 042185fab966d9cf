"""Compare values, ordinary cases first; charge and explain each mistake only once."""

from dataclasses import dataclass, replace

import numpy as np

from ...records.codes import Code
from ...records.finding import Finding
from ..explanation.changes import Explanation
from ..explanation.diagnose import describe, explain, fits_elsewhere, is_idle
from ..observation.compare import close
from .ledger import judged

LOCAL = (Code.ONE_LINE, Code.SOME_LINE, Code.FIRST_LINES, Code.LAST_LINE, Code.PLACES)


@dataclass(frozen=True)
class Charge:
    """Points that one part lost in one kind of case: the aspect, and the explanation."""

    part: str
    group: str
    aspect: str
    explanation: Explanation


def judge_values(ledger, entries):
    """Compare all entries, ordinary cases first, and record lost points in the ledger.

    :param entries: (list of Entry) All returned values that can be compared, because they have
        a suitable shape.
    """
    charges, ordinary = [], {*ledger.data["returns"].values()}
    misshapen = {part for aspect, _, part in ledger.lost if aspect in ordinary}
    for part in {e.part for e in entries}:
        ledger.variants[part] = _possible_variants(ledger, entries, part)
    kinds = dict.fromkeys((not e.ordinary, e.part, e.group) for e in entries)
    for special, part, group in sorted(kinds, key=lambda k: k[0]):
        here = [e for e in entries if e.group == group]
        of_part = [e for e in here if e.part == part]
        if special and part in misshapen:  # the same step may be the cause
            if not all(e.right and not e.fault for e in of_part):
                ledger.find(of_part[0].aspect, group, Finding(Code.ORDINARY_FIRST), part)
        elif special:
            _judge_special(ledger, of_part, here, [c.explanation for c in charges])
        elif not all(e.right for e in of_part):
            if is_idle(of_part) and part not in ledger.data.get("computed", ()):
                ledger.idle.add(part)
            others = [e for e in entries if e.ordinary and e.part == part and e.group != group]
            _judge_ordinary(ledger, of_part, here, others, charges)


def _judge_ordinary(ledger, of_part, here, others, charges):
    """Charge a part that is wrong on ordinary input, unless it follows from another part."""
    part, group, aspect = of_part[0].part, of_part[0].group, of_part[0].aspect
    for charge in [c for c in charges if c.group == group and c.part != part]:
        if all(
            e.right or _follows(e, charge.explanation, ledger.data["mistakes"]) for e in of_part
        ):
            again = charge.explanation
            if again.is_uncertain:
                ledger.unclear.add(part)
            elif charge.part in ledger.explained:
                ledger.explained.add(part)
            if again.finding.code == Code.REMEMBERED:
                pass
            elif again.shown_by and not again.is_uncertain:
                again = describe([e for e in of_part if not e.right])
            first = charge.aspect, charge.group, charge.part
            ledger.also(again.finding, first, (aspect, group, part))
            charges.append(Charge(part, group, charge.aspect, charge.explanation))
            return
    if all(e.right or _is_remembered(e, here) for e in of_part):
        remembered = Explanation(
            Finding(Code.REMEMBERED), shown_by=lambda e: _is_remembered(e, here)
        )
        ledger.find(aspect, group, remembered.finding, part)
        charges.append(Charge(part, group, aspect, remembered))
        ledger.explained.add(part)
        return
    whole = len(of_part) == sum(case["group"] == group for case in ledger.data["cases"])
    # nan proves nothing if another part is missing
    proved = {e.part for e in here} >= {*judged(ledger.data, of_part[0].case)}
    proved |= any(np.isfinite(e.got).any() for e in of_part)
    mistakes = ledger.data["mistakes"] if whole and proved else {}
    fitting = [n for n in mistakes if fits_elsewhere(n, others)]
    fitting.sort(key=lambda n: n not in ledger.by_mistake)  # the ones found earlier first
    mistakes = {n: mistakes[n] for n in fitting}
    explanation = _explained(ledger, of_part, here, mistakes)
    if explanation.finding and not explanation.explains and not _is_repeated(ledger, of_part):
        explanation = Explanation(Finding(Code.UNREPEATABLE))
    if others and explanation.finding and explanation.finding.code in LOCAL:
        tried = explanation.finding.about(cases=(of_part[0].case["tried"],))
        explanation = replace(explanation, finding=tried)  # other cases may differ
    ledger.find(aspect, group, explanation.finding, part)
    charges.append(Charge(part, group, aspect, explanation))
    named = ledger.data["mistakes"].get(explanation.mistake, {})
    # a measured part may be True or False, with only one wrong value
    proves = named.get("once", True) and not ledger.data.get("measure")
    certain = explanation.explains and not explanation.is_uncertain
    if certain and proves:
        ledger.explained.add(part)
    if explanation.finding and not certain:
        ledger.unclear.add(part)


def _is_remembered(e, here):
    """Return whether an answer is the correct one of another case with the same sizes."""
    return any(
        o is not e
        and (o.part, o.sizes, o.right) == (e.part, e.sizes, True)
        and np.array_equal(o.got, e.got)
        for o in here
    )


def _possible_variants(ledger, entries, part):
    """Return the variants of the reference, by index, that fit a part in all kinds of cases.

    A variant that returns a value doesn't fit a call that raised an exception.
    """
    variants = dict(enumerate(ledger.data.get("variants", ())))
    k = list(ledger.data["returns"]).index(part)
    for e in entries:
        if e.part == part and not e.misshapen and e.variants is not None:
            variants = {n: variants[n] for n in variants.keys() & e.similar_variants}
    for case, _ in ledger.failures:
        if "variants" in case:
            fails = np.isnan(case["variants"][k]).all(axis=1)
            variants = {n: about for n, about in variants.items() if fails[n]}
    return variants


def _judge_special(ledger, of_part, here, carried):
    """Charge a special case, unless its errors follow from a mistake charged before."""
    mistakes = ledger.data["mistakes"]
    aspect, group, part = of_part[0].aspect, of_part[0].group, of_part[0].part
    named = {explanation.mistake for explanation in carried} - {None}
    if any(aspect in mistakes[name].get("noisy", ()) for name in named):
        ledger.spare(aspect, group, part)
        return
    wrong = [e for e in of_part if e.fault or not e.right]
    follow = [
        e
        for e in wrong
        if not e.fault and any(_follows(e, explanation, mistakes) for explanation in carried)
    ]
    if follow:
        ledger.spare(aspect, group, part)
    if len(follow) == len(wrong):
        return
    if part in ledger.unclear or ledger.failed:
        ledger.find(aspect, group, Finding(Code.ORDINARY_FIRST), part)
        return
    ordinary = {*ledger.data["returns"].values()}  # their mistakes show on ordinary input
    said = {m["hint"] for n, m in mistakes.items() if n in named}  # also by other versions
    candidates = [
        n for n, m in mistakes.items() if m["hint"] in said or not ordinary & {*m["loses"]}
    ]
    candidates.sort(key=lambda n: n not in ledger.by_mistake)  # the ones found earlier first
    candidates = {n: mistakes[n] for n in candidates}
    ledger.find(aspect, group, _of_special(ledger, of_part, here, candidates), part)


def _is_repeated(ledger, of_part):
    """Return whether another call in a wrong case gives the same numbers, True if unknown."""
    e = next(e for e in of_part if not e.right)
    parts, k = ledger.again(e.case), list(ledger.data["returns"]).index(e.part)
    values = parts[k]["values"] if parts and k < len(parts) else None
    if values is None or values.shape != e.got.shape:
        return True
    none = ledger.data.get("none", {}).get(e.part)  # the number that means None
    values = values.real if none is None else np.where(values == none, np.inf, values.real)
    return close(values, e.got, e.rtol)


def _explained(ledger, of_part, here, mistakes):
    """Return an explanation of wrong values, or the problem's own text about the part."""
    explanation, words = (
        explain(of_part, here, mistakes, ledger.variants.get(of_part[0].part, {})),
        ledger.data.get("wrong", {}).get(of_part[0].part),
    )
    if explanation.mistake or not words:
        return explanation
    return Explanation(Finding(Code.WRONG, data={"words": words}))


def _of_special(ledger, of_part, here, mistakes):
    """Return a finding about a special case; it names the case unless it is about a mistake."""
    faults = [e.fault for e in of_part if e.fault]
    tried = (of_part[0].case["tried"],)
    if all(e.right for e in of_part):
        return faults[0].about(cases=tried)
    explanation = _explained(ledger, of_part, here, mistakes)
    odd = [e.odd for e in of_part if e.odd]  # faults that no mistake of this aspect explains
    if explanation.mistake or not (explanation.finding or odd):
        return explanation.finding
    return [*faults, *odd, explanation.finding][0].about(cases=tried)


def _follows(entry, explanation, mistakes):
    """Return whether an earlier explanation fits, and its mistake doesn't lose the aspect.

    An entry with nan or inf follows only from a registered mistake or a variant, which predict
    them.
    """
    if explanation.mistake and entry.aspect in mistakes[explanation.mistake]["loses"]:
        return False
    finite = np.isfinite(entry.got)
    if not entry.misshapen:
        finite |= ~np.isfinite(entry.want)  # infinity may represent None
    predicted = explanation.mistake or explanation.is_uncertain or finite.all()
    return bool(predicted) and explanation.fits(entry)


def with_signs(data, case, parts):
    """Return a case whose mistaken answers have the signs closest to the student's answer.

    :param parts: (list of dict or None) Descriptions of the returned values. Signs change only
        if a mistake declares that they differ between processors, like the signs of singular
        vectors.
    """
    flipped = {
        name: _sign_flipped(
            mistake["signs"], list(data["returns"]), case["mistaken"][name], parts
        )
        for name, mistake in data["mistakes"].items()
        if mistake.get("signs") and name in case["mistaken"]
    }
    return case | {"mistaken": case["mistaken"] | flipped} if flipped else case


def _sign_flipped(axes, names, mistaken, parts):
    """Return a mistaken answer with the signs of lines closest to the student's answer.

    The first part determines the sign of each row or column for all parts.
    """
    (first, axis), mistaken = next(iter(axes.items())), list(mistaken)
    k = names.index(first)
    got = parts[k] and parts[k]["values"]
    if (
        got is None
        or mistaken[k] is None
        or got.shape != np.shape(mistaken[k])
        or got.ndim != 2
    ):
        return mistaken
    with np.errstate(all="ignore"):
        along = np.sum(got.real.astype(float) * mistaken[k], axis=1 - axis)
    signs = np.where(along < 0, -1.0, 1.0)
    for part, axis in axes.items():
        answer = mistaken[names.index(part)]
        if np.ndim(answer) == 2 and answer.shape[axis] == len(signs):
            mistaken[names.index(part)] = answer * np.expand_dims(signs, 1 - axis)
    return mistaken
