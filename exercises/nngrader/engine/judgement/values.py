"""Compare values, ordinary cases first; charge and explain each mistake once."""

from dataclasses import dataclass

import numpy as np

from ..explanation.changes import Explanation
from ..explanation.diagnose import describe, explain


@dataclass(frozen=True)
class Charge:
    """What was found in one part of one kind of case, and the aspect that it cost."""

    part: str
    group: str
    aspect: str
    found: Explanation


def judge_values(book, entries):
    """Compare all entries, ordinary cases first.

    Parameters
    ----------
    book : Ledger
        Takes what is lost and why.
    entries : list of Entry
        All answers that can be compared.
    """
    charges = []
    kinds = dict.fromkeys((not e.ordinary, e.part, e.group) for e in entries)
    for special, part, group in sorted(kinds, key=lambda k: k[0]):
        here = [e for e in entries if e.group == group]
        mine = [e for e in here if e.part == part]
        if special:
            _judge_special(book, mine, here, [c.found for c in charges])
        elif not all(e.right for e in mine):
            _judge_ordinary(book, mine, here, charges)


def _judge_ordinary(book, mine, here, charges):
    """Charge a part that is wrong on ordinary input, unless another part shows the same."""
    part, group, aspect = mine[0].part, mine[0].group, mine[0].aspect
    for charge in [c for c in charges if c.group == group and c.part != part]:
        if all(e.right or _follows(e, charge.found, book.data["mistakes"]) for e in mine):
            book.spare(aspect)
            again = (
                describe([e for e in mine if not e.right])
                if charge.found.shown_by
                else charge.found
            )
            book.also(charge.aspect, again.text, again.mistake, part)
            charges.append(Charge(part, group, charge.aspect, charge.found))
            return
    whole = len(mine) == sum(case["group"] == group for case in book.data["cases"])
    found = _explained(book, mine, here, book.data["mistakes"] if whole else {})
    book.find(aspect, group, found.text, part, found.mistake)
    charges.append(Charge(part, group, aspect, found))
    proves = not book.data.get("measure")  # what is true or false is wrong in one way only
    book.explained |= found.explains and proves
    if found.text and not found.explains:
        book.unclear.add(part)


def _judge_special(book, mine, here, carried):
    """Judge a special case; do not charge again what follows from a mistake charged before."""
    mistakes = book.data["mistakes"]
    aspect, group, part = mine[0].aspect, mine[0].group, mine[0].part
    named = {found.mistake for found in carried}
    wrong = [e for e in mine if e.fault or not e.right]
    follow = [
        e
        for e in wrong
        if not e.fault and any(_follows(e, found, mistakes) for found in carried)
    ]
    if follow:
        book.spare(aspect)
    if len(follow) == len(wrong):
        return
    if part in book.unclear or book.failed:
        book.find(aspect, group, ": first make it right on ordinary input.", part)
        return
    able = {n: m for n, m in mistakes.items() if n in named or not _is_ordinary(book, m)}
    text, mistake = _in_words(book, mine, here, able)
    book.find(aspect, group, text, part, mistake)


def _is_ordinary(book, mistake):
    """Tell whether a known mistake would have shown on ordinary input."""
    return not set(mistake["loses"]).isdisjoint(book.data["returns"].values())


def _explained(book, mine, here, mistakes):
    """Explain wrong values; where a property is judged, in the problem's words for it."""
    found, words = explain(mine, here, mistakes), book.data.get("wrong", {}).get(mine[0].part)
    return found if found.mistake or not words else Explanation(f": {words}")


def _in_words(book, mine, here, mistakes):
    """Say what is wrong in a special case, and which known mistake it is, if it is one."""
    faults = [e.fault for e in mine if e.fault]
    tried = f" (with {mine[0].case['tried']})"
    if all(e.right for e in mine):
        return f" {faults[0]}{tried}", None
    found = _explained(book, mine, here, mistakes)
    odd = [e.odd for e in mine if e.odd]  # that no mistake of this aspect explains
    if found.mistake or not (found.text or odd):
        return found.text, found.mistake
    reasons = [*faults, *odd]
    return (f" {reasons[0]}" if reasons else found.text) + tried, None


def _follows(entry, found, mistakes):
    """Tell whether an entry is what a charged mistake gives, and is not charged for it.

    nan and inf are forgiven only where a registered mistake gives them in the same places.
    """
    if found.mistake and entry.aspect in mistakes[found.mistake]["loses"]:
        return False
    return bool(found.mistake or np.isfinite(entry.got).all()) and found.fits(entry)


def with_signs(data, case, parts):
    """Return a case in which the answers of such mistakes have the signs of a student's.

    Parameters
    ----------
    data : dict
        A packed problem.
    case : dict
        One of its cases.
    parts : list of dict or None
        The parts of the answer, as they were seen.
    """
    turned = {
        name: _turned(mistake["signs"], list(data["returns"]), case["mistaken"][name], parts)
        for name, mistake in data["mistakes"].items()
        if mistake.get("signs") and name in case["mistaken"]
    }
    return case | {"mistaken": case["mistaken"] | turned} if turned else case


def _turned(axes, names, given, parts):
    """Return the parts of a mistaken answer with the signs of its rows or columns flipped.

    A row or column gets the sign that brings it nearer to the one in the student's answer.
    """
    (first, axis), given = next(iter(axes.items())), list(given)
    k = names.index(first)
    got = parts[k] and parts[k]["values"]
    if got is None or given[k] is None or got.shape != np.shape(given[k]) or got.ndim != 2:
        return given
    with np.errstate(all="ignore"):
        along = np.sum(got.real.astype(float) * given[k], axis=1 - axis)
    signs = np.where(along < 0, -1.0, 1.0)
    for part, axis in axes.items():
        answer = given[names.index(part)]
        if np.ndim(answer) == 2 and answer.shape[axis] == len(signs):
            given[names.index(part)] = answer * np.expand_dims(signs, 1 - axis)
    return given
