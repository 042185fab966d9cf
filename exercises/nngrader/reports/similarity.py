"""Pairs of submissions that are more alike than others in the class: shown, never scored.

A submission is compared by the fingerprints of its solution cells, which the worker computes
from the syntax tree (`engine.observation.likeness`). Code that many hand in is no evidence, so
a fingerprint weighs less the more submissions have it, and nothing if it is also in the
released notebook or in the instructor's solution.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from ..engine.observation.likeness import fingerprint

MOST_HOLDERS = 10  # a fingerprint that more submissions have is ignored, as in MOSS
ALIKE = 0.6  # the least share in common for a cell to count
ENOUGH = 60.0  # the least weight in common, in fingerprints that no others have: twenty lines
RULE = (
    f"A pair is shown if its alike cells (at least {ALIKE:.0%} of what is rare in both) have "
    f"together {ENOUGH:g} rare fingerprints, which is some twenty lines. A fingerprint is a "
    "dozen neighbouring parts of the program, without names, comments and formatting, and in "
    f"an order of its own. It is rare if at most {MOST_HOLDERS} submissions have it, and it "
    "stands neither in what was given out nor in the instructor's solution; where n have it, "
    "it counts 2/n."
)


@dataclass(frozen=True)
class Pair:
    """Two submissions that are unusually alike.

    ``cells`` gives the share that they have in common, by cell; ``weight`` is the number of
    rare fingerprints in common, each divided by the number of students who have it.
    """

    students: tuple[str, str]
    cells: dict[str, float]
    weight: float


def pairs(
    fingerprints: Mapping[str, Mapping[str, list[int]]], known: Mapping[str, set[int]]
) -> list[Pair]:
    """Return pairs of submissions that are unusually alike, those most alike first.

    Parameters
    ----------
    fingerprints : mapping
        Fingerprints by student, and then by solution cell.
    known : mapping
        Fingerprints of the released notebook and of the instructor's solution, by cell.

    Returns
    -------
    list of Pair
        Pairs that meet `RULE`. Time and memory grow with the number of fingerprints, not with
        the number of pairs.
    """
    cells = sorted({cell for by_cell in fingerprints.values() for cell in by_cell})
    found, weights = defaultdict(dict), Counter()
    for cell in cells:
        held = {s: set(by_cell.get(cell) or ()) for s, by_cell in fingerprints.items()}
        for pair, (share, weight) in alike(held, known.get(cell, set())).items():
            found[pair][cell] = share
            weights[pair] += weight
    shown = [Pair(p, c, weights[p]) for p, c in found.items() if weights[p] >= ENOUGH]
    return sorted(shown, key=lambda p: (-p.weight, p.students))


def alike(
    held: Mapping[str, set[int]], known: set[int] = frozenset()
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return pairs that are alike in one cell.

    Parameters
    ----------
    held : mapping
        Fingerprints by student.
    known : set of int
        Fingerprints that do not count.

    Returns
    -------
    dict
        By pair, in alphabetical order: the share (twice the weight in common by the weight of
        both: 1 for the same fingerprints) and the weight in common; pairs below `ALIKE` are
        left out.
    """
    holders = defaultdict(list)
    for student in sorted(held):
        for number in held[student] - known:
            holders[number].append(student)
    whole, common = Counter(), Counter()
    for students in holders.values():
        n = len(students)
        if n > MOST_HOLDERS:
            continue
        weight = min(1.0, 2 / n)
        for student in students:
            whole[student] += weight
        for pair in combinations(students, 2):
            common[pair] += weight
    shares = {(a, b): 2 * w / (whole[a] + whole[b]) for (a, b), w in common.items()}
    return {p: (share, common[p]) for p, share in shares.items() if share >= ALIKE}


def known_fingerprints(*notebooks: dict) -> dict[str, set[int]]:
    """Return the fingerprints of notebooks of ours: the released one, the instructor's.

    Parameters
    ----------
    *notebooks : dict
        Trusted notebooks, since they are parsed here.

    Returns
    -------
    dict
        Fingerprints by solution cell.
    """
    from ..course.notebooks import grade_id, is_code, is_solution

    found = defaultdict(set)
    for notebook in notebooks:
        for cell in notebook["cells"]:
            if is_solution(cell) and is_code(cell):
                found[grade_id(cell)] |= set(fingerprint(cell["source"]))
    return dict(found)
