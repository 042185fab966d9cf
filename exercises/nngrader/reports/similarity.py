"""Unusually similar submissions, which the report shows and never penalises.

We compare the fingerprints of solution cells, which the worker computes from the syntax tree
(`engine.observation.likeness`). Code from the released notebook or the instructor's solution
doesn't count here; students who submitted that solution are in a separate list. We look for two
kinds of similarity, because each can occur without the other: much code that few other students
have, and the same solution in so many cells that chance doesn't explain it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np

from ..engine.observation.likeness import fingerprint

FEW = 10  # in a small class, at most this many students have a rare fingerprint
RARE = 0.1  # in a large class, at most this fraction of the students has a rare fingerprint
ALIKE = 0.6  # a cell counts if at least this fraction is the same
ENOUGH = 60.0  # smallest common weight, about twenty lines; what only these two have counts 1
SAME = 0.9  # if this fraction of a cell is the same, each common fingerprint counts 1
LONG = 15  # a cell with this many fingerprints can be solved in several ways
CHANCE = 0.001  # number of equally similar pairs per class that chance may produce
LEAST_WRITTEN = 200  # characters of own text; this many aren't equal by chance
RULE = (
    f"Two submissions are similar in a cell if they have at least {ALIKE:.0%} of its "
    "fingerprints in common. A fingerprint represents about a dozen consecutive elements of "
    "the program; it ignores names that students chose, comments, formatting, and the order "
    "of independent statements. Fingerprints from the released notebook and the instructor's "
    "solution don't count. A pair is listed for one of two reasons. First, its similar cells "
    f"have at least {ENOUGH:g} rare fingerprints in common, about twenty lines of code. A "
    f"fingerprint is rare if at most {RARE:.0%} of the class has it, or at most {FEW} students "
    "in a small class. If n students have it, it counts 2/n. However, if the pair has at least "
    f"{ENOUGH:g} rare fingerprints of one cell in common, and at least {SAME:.0%} of this cell "
    "is the same, each of them counts 1. Second, the pair may have more similar cells than "
    "chance explains: if students chose each solution independently, with the frequencies of "
    f"this class, we would expect fewer than one such pair in {1 / CHANCE:,.0f} classes. "
    "Connected pairs are shown as one group, with the largest number of rare fingerprints of "
    "any pair in it."
)


@dataclass(frozen=True)
class Ring:
    """Two or more unusually similar submissions.

    ``cells`` contains the smallest common fraction of any pair, by similar cell. ``weight`` is
    the largest weight of a pair: the common rare fingerprints, where each one counts less the
    more students have it.
    """

    students: tuple[str, ...]
    cells: dict[str, float]
    weight: float


def rings(
    fingerprints: Mapping[str, Mapping[str, list[int]]], known: Mapping[str, set[int]]
) -> list[Ring]:
    """Return groups of unusually similar submissions, the most similar first.

    :param known: Fingerprints of the released notebook and of the instructor's solution, by
        cell.
    :return: Groups whose pairs meet `RULE`; each student is in at most one ring.
    """
    shares, weights, common = defaultdict(dict), Counter(), {}
    for cell in sorted({cell for by_cell in fingerprints.values() for cell in by_cell}):
        held = {s: set(by_cell.get(cell) or ()) for s, by_cell in fingerprints.items()}
        held = {s: numbers - known.get(cell, set()) for s, numbers in held.items()}
        rare = alike(held, len(fingerprints))
        for pair, (share, weight) in rare.items():
            shares[pair][cell] = share
            weights[pair] += weight
        ways = same_way(held)
        solved = sum(len(numbers) >= LONG for numbers in held.values())
        common[cell] = len(ways) / max(1, solved * (solved - 1) / 2)
        for pair, share in ways.items():
            shares[pair].setdefault(cell, share)
    n = len(fingerprints)
    linked = [
        pair
        for pair, cells in shares.items()
        if weights[pair] >= ENOUGH
        or n * (n - 1) / 2 * prod(common[c] or 1.0 for c in cells) < CHANCE
    ]
    made = [_ring(group, linked, shares, weights) for group in _together(linked)]
    return sorted(made, key=lambda r: (-r.weight, r.students))


def alike(
    held: Mapping[str, set[int]], class_size: int = 0
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return pairs that have rare fingerprints of one cell in common.

    :param class_size: Number of submissions. Default: the number of students here.
    :return: By pair, in alphabetical order: the common fraction (twice the common weight
        divided by the weight of both; 1 for identical fingerprints) and the common weight.
        Pairs below `ALIKE` are omitted. Only pairs that share a rare fingerprint take time
        and memory.
    """
    n = max(class_size, len(held))
    holders = defaultdict(list)
    for student in sorted(held):
        for number in held[student]:
            holders[number].append(student)
    whole, common, number = Counter(), Counter(), Counter()
    for students in holders.values():
        if len(students) > max(FEW, RARE * n):
            continue
        weight = min(1.0, 2 / len(students))
        for student in students:
            whole[student] += weight
        for pair in combinations(students, 2):
            common[pair] += weight
            number[pair] += 1
    pairs = {}
    for (a, b), weight in common.items():
        share = 2 * weight / (whole[a] + whole[b])
        if share >= SAME and number[a, b] >= ENOUGH:
            weight = float(number[a, b])
        if share >= ALIKE:
            pairs[a, b] = (share, weight)
    return pairs


def same_way(held: Mapping[str, set[int]]) -> dict[tuple[str, str], float]:
    """Return pairs that solved one cell in the same way, even if many others did too.

    :param held: Fingerprints by student; students with fewer than `LONG` are omitted.
    :return: The common fraction by pair, in alphabetical order; pairs below `ALIKE` are
        omitted.
    """
    students = sorted(s for s, numbers in held.items() if len(numbers) >= LONG)
    sizes = np.array([len(held[s]) for s in students])
    counts = Counter(number for s in students for number in held[s])
    shared = [number for number, k in counts.items() if k > 1]
    column = dict(zip(shared, range(len(shared)), strict=True))
    has = np.zeros((len(students), len(column)), np.float32)
    for i, student in enumerate(students):
        has[i, [column[number] for number in held[student] if number in column]] = 1
    share = 2 * (has @ has.T) / np.maximum(1, sizes[:, None] + sizes)
    rows, columns = np.nonzero(np.triu(share >= ALIKE, 1))
    return {
        (students[i], students[j]): float(share[i, j])
        for i, j in zip(rows, columns, strict=True)
    }


def same_work(own: Mapping[str, list]) -> list[tuple[str, ...]]:
    """Return students who wrote exactly the same text into all cells, the largest rings first.

    :return: The students of each ring. Below `LEAST_WRITTEN` characters, two may agree by
        chance.
    """
    by_work = defaultdict(list)
    for student, (mark, size) in sorted(own.items()):
        if size >= LEAST_WRITTEN:
            by_work[mark].append(student)
    return sorted((tuple(who) for who in by_work.values() if len(who) > 1), key=_largest)


def _largest(ring):
    """Return the sort key that puts large rings first."""
    return -len(ring), ring


def same_as_published(
    fingerprints: Mapping[str, Mapping[str, list[int]]],
    published: Mapping[str, list[int]],
    released: Mapping[str, set[int]],
) -> dict[str, list[str]]:
    """Return the students who submitted the instructor's solution, with the cells.

    :return: Cells by student in which all fingerprints are the same. At least `ENOUGH` of them
        are not in the release, because short cells have one obvious solution.
    """
    own = {cell: len(set(f) - released.get(cell, set())) for cell, f in published.items()}
    same = {
        student: [
            c for c, f in published.items() if own[c] and set(by_cell.get(c, ())) == set(f)
        ]
        for student, by_cell in fingerprints.items()
    }
    return {
        s: cells for s, cells in sorted(same.items()) if sum(own[c] for c in cells) >= ENOUGH
    }


def solution_fingerprints(notebook: dict) -> dict[str, list[int]]:
    """Return the fingerprints of the course's notebook: the released one or the instructor's.

    :param notebook: A trusted notebook, because we parse it here.
    """
    from ..course.notebooks import grade_id, is_code, is_solution

    cells = [c for c in notebook["cells"] if is_solution(c) and is_code(c)]
    return {grade_id(c): fingerprint(c["source"]) for c in cells}


def _together(linked):
    """Return the groups of students that are connected by pairs."""
    groups = {}
    for pair in linked:
        merged = set().union(*(groups.get(s, {s}) for s in pair))
        groups |= dict.fromkeys(merged, merged)
    return {id(g): g for g in groups.values()}.values()


def _ring(group, linked, shares, weights):
    """Return a ring: the smallest fractions and the largest weight of its pairs."""
    pairs = [p for p in linked if p[0] in group]
    cells = sorted({cell for p in pairs for cell in shares[p]})
    least = {c: min(shares[p][c] for p in pairs if c in shares[p]) for c in cells}
    return Ring(tuple(sorted(group)), least, max(weights[p] for p in pairs))
