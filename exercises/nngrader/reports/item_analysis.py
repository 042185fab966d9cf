"""Statistics for the report: the points, losses and mistakes of a class."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from ..records.codes import Code
from ..records.finding import EVERYTHING, Finding, findings_of
from ..records.rendering import Audience, sentences

LEAST = 10  # submissions required for a correlation
FEW = f"fewer than {LEAST} submissions"
NO_SPREAD, NO_REST = "all earned the same", "the other points have no spread"
UNWRITTEN = (Code.NOT_WRITTEN, Code.NOT_DEFINED)
# not a misconception
NO_IDEA = (*UNWRITTEN, Code.FILE_MISSING, Code.NOTEBOOK_MISSING, Code.TEST_PREVENTED)
CLEAR = ("loops", "memory", "inputs-unchanged")  # for these, a description explains everything


@dataclass(frozen=True)
class Item:
    """Statistics of a problem, or of one of its aspects, over the class.

    :ivar name: The aspect; empty for the whole problem.
    :ivar most: Maximum number of points.
    :ivar difficulty: Mean fraction of the points that was earned, 0 to 1.
    :ivar everything, some, nothing: Numbers of submissions that earned all points, some, or
        none.
    :ivar discrimination: Corrected item-total correlation, -1 to 1, or a string that explains
        why there is none.
    """

    name: str
    most: float
    difficulty: float
    everything: int
    some: int
    nothing: int
    discrimination: float | str


@dataclass
class Cost:
    """One finding across the class: its problem, the students who have it, and the points lost.

    ``mistake`` is the name of the registered mistake, or None if the finding only describes
    the answer. ``counts`` is how often each finding combined in it occurs (see `costs`).
    """

    problem: str
    mistake: str | None
    points: float = 0.0
    students: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)

    @property
    def finding(self) -> Finding:
        """Return the most frequent finding of these students."""
        return self.counts.most_common(1)[0][0]

    @property
    def text(self) -> str:
        """Return the most frequent wording for these students."""
        return sentences([self.finding], Audience.HIDDEN)[0]


def judged(results: dict[str, dict]) -> dict[str, dict]:
    """Return the results of submissions that could be graded."""
    return {
        student: r
        for student, r in results.items()
        if r["problems"] and r["status"] != "ungradable" and not r.get("failed")
    }


def problem_names(results: dict[str, dict]) -> list[str]:
    """Return the names of the problems, in the order of the notebook."""
    return list(dict.fromkeys(name for r in results.values() for name in r["problems"]))


def _reports(results, problem):
    """Return the report on a problem for each student who has one."""
    return {s: r["problems"][problem] for s, r in results.items() if problem in r["problems"]}


def items(results: dict[str, dict], problem: str) -> list[Item]:
    """Return the statistics of a problem as a whole, and of each of its aspects.

    :return: The item of the whole problem comes first.
    """
    reports = _reports(results, problem)
    totals = np.array([total(results[s]) for s in reports])
    if dropped := all(not p["max"] for p in reports.values()):  # use the original points
        reports = {s: p | p.get("graded", {}) for s, p in reports.items()}
        totals = totals + np.array([p["score"] for p in reports.values()])
    whole = [[p["score"], p["max"]] for p in reports.values()]
    aspects = dict.fromkeys(a for p in reports.values() for a in p["aspects"])
    all_items = [item("", whole, totals)]
    for aspect in aspects:
        has = np.array([aspect in p["aspects"] for p in reports.values()])
        earned = [p["aspects"][aspect] for p in reports.values() if aspect in p["aspects"]]
        all_items.append(item(aspect, earned, totals[has]))
    return [replace(one, most=0.0) for one in all_items] if dropped else all_items


def total(result: dict) -> float:
    """Return the grader's points for all problems of a submission."""
    return sum(p["score"] for p in result["problems"].values())


def item(name: str, earned: list, totals: np.ndarray) -> Item:
    """Return the statistics of one item from the points of each submission.

    :param earned: Points of each submission, and the points possible.
    :return: Includes difficulty (classical test theory's p) and corrected discrimination.
    """
    points, most = np.array(earned, float).T
    share = points / np.where(most > 0, most, 1)
    full, none = share > 1 - 1e-9, share < 1e-9
    return Item(
        name,
        float(most.max()),
        float(share.mean()),
        int(full.sum()),
        int((~full & ~none).sum()),
        int(none.sum()),
        correlation(points, totals - points),
    )


def correlation(x: np.ndarray, y: np.ndarray) -> float | str:
    """Return Pearson's correlation, or a string that explains why there is none.

    >>> correlation(np.arange(10.0), np.arange(10.0) ** 2) > 0.9
    True
    >>> correlation(np.ones(10), np.arange(10.0)), correlation(np.arange(3.0), np.arange(3.0))
    ('all earned the same', 'fewer than 10 submissions')

    :param x, y: The points for an item, and for all other items together.
    """
    if len(x) < LEAST:
        return FEW
    x, y = x - x.mean(), y - y.mean()
    for values, reason in ((x, NO_SPREAD), (y, NO_REST)):
        if np.abs(values).max() < 1e-9:
            return reason
    return float(np.clip((x @ y) / np.sqrt((x @ x) * (y @ y)), -1, 1))


def costs(results: dict[str, dict]) -> list[Cost]:
    """Return the cost of each finding to the class, the largest first.

    :return: A registered mistake counts as one finding, no matter in which aspect it was found.
        Descriptions that differ only in numbers are one finding, too.
    """
    by_key = {}
    for student, result in results.items():
        for problem, report in result["problems"].items():
            for finding, lost in points_by_finding(report):
                cost = by_key.setdefault(
                    (problem, _key(finding)), Cost(problem, finding.mistake)
                )
                cost.points += lost
                cost.counts[finding] += 1
                cost.students += [student] * (student not in cost.students[-1:])
    return sorted(by_key.values(), key=lambda c: (-round(c.points, 6), c.problem, c.text))


def points_by_finding(report: dict) -> list[tuple[Finding, float]]:
    """Return the findings of one report with the points that each one cost.

    :param report: The report on one problem of one submission.
    :return: Each finding and its points. The loss of an aspect is divided equally among the
        findings about the whole problem, else among those about the aspect, else among all.
    """
    findings = findings_of(report)
    whole = [i for i, f in enumerate(findings) if f.aspect == EVERYTHING]
    points = defaultdict(float)
    for aspect, (earned, most) in report["aspects"].items():
        about = [i for i, f in enumerate(findings) if f.aspect == aspect]
        charged = whole or about or range(len(findings))
        for i in charged:
            points[i] += (most - earned) / len(charged)
    return [(finding, points[i]) for i, finding in enumerate(findings)]


def _key(finding):
    """Return the key for counting equal findings, which ignores their numbers."""
    if finding.mistake:
        return finding.mistake
    data = {k: v for k, v in finding.data.items() if not isinstance(v, int | float)}
    return json.dumps(finding.about(data=data).to_json())


def unexplained(results: dict[str, dict], problem: str) -> list[str]:
    """Return the students whose lost points in a problem no registered mistake explains.

    :return: Their ids, without students who wrote nothing there, submitted no file, used a
        forbidden name, or lost points only for loops, memory or changed arguments.
    """
    reports = _reports(results, problem)
    return [
        student
        for student, p in reports.items()
        if p
        and p["score"] < p["max"] - 1e-6
        and not any(f.mistake or f.code in UNWRITTEN for f in findings_of(p))
        and not (p["findings"] and all(map(_is_clear, findings_of(p))))
    ]


def _is_clear(finding):
    """Return whether a description explains everything, so no one has to read the cells."""
    return finding.aspect in CLEAR or finding.code == Code.FORBIDDEN or _is_no_idea(finding)


def _is_no_idea(finding):
    """Return whether a finding is no misconception: it is in `NO_IDEA` or costs all points."""
    return finding.code in NO_IDEA or finding.aspect == EVERYTHING


def commonest(all_costs: list[Cost], most: int) -> list[Cost]:
    """Return the most common findings: registered mistakes, then descriptions.

    :param most: Maximum number of registered mistakes. If there are fewer, descriptions take
        the other places; the most common description is always included.
    :return: Findings about misconceptions, not about unwritten functions, missing files or
        forbidden names. If the same students have several findings in a problem, only one is
        included.
    """
    kept = []
    for cost in sorted(all_costs, key=lambda c: (not c.mistake, -len(c.students), -c.points)):
        again = any(
            k.problem == cost.problem and set(cost.students) <= set(k.students) for k in kept
        )
        if cost.points > 1e-6 and not again and not _is_no_idea(cost.finding):
            kept.append(cost)
    named = [c for c in kept if c.mistake][:most]
    return named + [c for c in kept if not c.mistake][: max(1, most - len(named))]
