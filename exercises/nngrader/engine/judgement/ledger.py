"""Collect lost points and the reasons case by case, and add them up at the end."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ...records.codes import Code
from ...records.finding import EVERYTHING, Finding
from ..observation.reading import forbidden_in

# A function that does nothing passes these aspects, so they earn nothing on their own.
PASSIVE = ("shape", "errors", "loops", "memory", "inputs-unchanged")
HARMLESS = ("errors", "loops", "memory")  # aspects that don't change what callers get
WHOLE = "all"  # the key for forbidden names that cost the points of all aspects


@dataclass(frozen=True)
class Verdict:
    """The points of a function: ``score`` out of 100, (earned, most) by aspect, and reasons.

    ``findings`` contains objects of `records.finding.Finding`. ``unclear`` is whether a wrong
    value on ordinary input could not be explained. ``spared`` names aspects that don't lose
    points although they are wrong, because the mistake has been charged to a different aspect.
    ``measured`` is the result of a challenge, such as an accuracy. ``reported`` contains
    numbers that the notebook prints, such as the loss at the end of training.
    """

    score: float
    points: dict
    findings: list
    unclear: bool = False
    spared: tuple = ()
    measured: float | None = None
    reported: tuple = ()


@dataclass
class Ledger:
    """Collects lost points and the reasons, each reason once."""

    data: dict
    lost: set = field(default_factory=set)
    parts_by_finding: dict = field(default_factory=dict)  # by finding without parts
    reported: set = field(default_factory=set)
    explained: set = field(default_factory=set)  # parts that a mistake explains, ordinary input
    failed: bool = False  # whether a call failed on ordinary input
    failures: list = field(default_factory=list)  # special cases in which a call failed
    errors: set = field(default_factory=set)  # exceptions that have been reported
    prevented: set = field(default_factory=set)  # missing on ordinary input because of an error
    by_words: dict = field(default_factory=dict)  # by driver's text: the place charged first
    stopped: bool = False  # whether a call was stopped in a case that expects an error
    unclear: set = field(default_factory=set)  # parts whose error isn't explained
    idle: set = field(default_factory=set)  # wrong parts that need no work, such as zeros
    spared: set = field(default_factory=set)  # wrong places that cost nothing more
    by_mistake: dict = field(default_factory=dict)  # the places that each known mistake spoils
    spread: dict = field(default_factory=dict)  # by finding without parts: spoiled places
    variants: dict = field(default_factory=dict)  # by part: those that fit all kinds of cases
    again: Callable = lambda case: None  # calls the function once more and returns the parts

    def under(self, data):
        """Return a copy for packed data that differ only in the cost of a known mistake."""
        copied = {f: [*parts] for f, parts in self.parts_by_finding.items()}
        changed = {"lost": {*self.lost}, "spared": {*self.spared}, "parts_by_finding": copied}
        return replace(self, data=data, **changed)  # `verdict` changes these

    def lose(self, aspect, group, part=""):
        """Mark one kind of case of an aspect as lost, for one part or for all of them."""
        self.lost.add((aspect, group, part))

    def has_lost(self, aspect):
        """Return whether any case of an aspect is lost."""
        return any(a == aspect for a, *_ in self.lost)

    def find(self, aspect, group, finding, part=""):
        """Lose points; add a finding, if not None, once for each kind of case and part."""
        self.lose(aspect, group, part)
        if finding is None:
            return
        if finding.mistake:
            self.by_mistake.setdefault(finding.mistake, set()).add((aspect, group, part))
        if (aspect, group, part) not in self.reported:
            self.reported.add((aspect, group, part))
            self._enter(finding, aspect, part)

    def _enter(self, finding, aspect, part):
        """Record a finding about a part; return the finding without parts.

        If the cases are hidden, its private data are removed first.
        """
        finding = finding if self.data["visible"] else finding.hidden()
        about = () if not part and not finding.parts else (part or finding.parts[0],)
        key = finding.about(aspect=aspect, parts=())
        self.parts_by_finding.setdefault(key, []).extend(about)
        return key

    def spare(self, aspect, group, part=""):
        """Note that a place is wrong, but that a different aspect loses the points."""
        self.spared.add((aspect, group, part))

    def also(self, finding, first, here):
        """Note that an error charged to one place also spoils another.

        Both places have the form (aspect, kind of case, part).
        """
        self.spare(*here)
        key = self._enter(finding, first[0], here[2])
        if not finding.mistake:
            self.spread.setdefault(key, set()).update((first, here))

    def findings(self):
        """Return the findings in the order of the problem's aspects."""
        order = list(self.data["points"])
        findings = [
            finding.about(parts=tuple(dict.fromkeys(parts)))
            for finding, parts in self.parts_by_finding.items()
        ]
        return sorted(findings, key=lambda f: order.index(f.aspect))

    def verdict(self, names):
        """Return the verdict; ``names`` are the dotted names in the student's cells."""
        for finding, spoiled in self.spread.items():
            self._charge_most_expensive(finding, spoiled)
        by_hint = {}  # versions of a mistake have the same hint
        for mistake in filter(self._is_charged_once, self.by_mistake):
            hint = self.data["mistakes"][mistake]["hint"]
            by_hint.setdefault(hint, []).append(mistake)
        for mistakes in by_hint.values():
            self._charge_once(mistakes)
        self._charge_few_digits_once()
        if self.unclear and not self._is_right_somewhere():
            self.lost |= self.spared  # nothing shows that the rest would be right
        shares = {aspect: self._share(aspect) for aspect in self.data["points"]}
        active = any(share > 0 for aspect, share in shares.items() if aspect not in PASSIVE)
        # if a part needs no work, a mistake that explains another part proves nothing
        needed = {*self.data["returns"]} if self.idle else set()
        if not active and not (self.explained and self.explained >= needed):
            shares |= dict.fromkeys(set(shares) & set(PASSIVE), 0.0)
        findings = self.findings()
        for name, costs in prices(self.data):
            if forbidden_in(names, [name]):
                shares |= dict.fromkeys(costs, 0.0)
                aspect = costs[0] if len(costs) < len(shares) else EVERYTHING
                about = {"name": name} | ({"whole": True} if aspect == EVERYTHING else {})
                findings.insert(0, Finding(Code.FORBIDDEN, aspect, data=about))
        points = {a: (most * shares[a], most) for a, most in self.data["points"].items()}
        score = round(sum(earned for earned, _ in points.values()), 9)
        spared = {a for a, *_ in self.spared}
        spared = tuple(a for a in shares if a in spared and shares[a] == 1)
        return Verdict(score, points, findings, bool(self.unclear), spared)

    def _is_right_somewhere(self):
        """Return whether any active aspect is right in a part of a kind of case."""
        wrong = self.lost | self.spared
        return any(
            wrong.isdisjoint({(aspect, *unit), (aspect, unit[0], "")})
            for aspect in self.data["points"]
            if aspect not in PASSIVE
            for unit in units(self.data, aspect)
        )

    def _is_charged_once(self, mistake):
        """Return whether a known mistake costs only one aspect, even if it spoils several.

        It costs all of them if the problem has a measure, because a part that can only be
        correct or wrong makes every error look like the mistake. It also costs all if something
        else is wrong and unexplained, because the answer then has more than one mistake.
        """
        known = self.data["mistakes"][mistake].get("once", True)
        return known and not self.data.get("measure") and not self.unclear

    def _charge_once(self, mistakes):
        """Charge versions of a known mistake to the aspect in which they cost most."""
        findings = [f for f in self.parts_by_finding if f.mistake in mistakes]
        parts = {"", *(part for f in findings for part in self.parts_by_finding[f])}
        own = {a for name in mistakes for a in self.data["mistakes"][name]["loses"]}
        own |= {"shape"} if any(map(self._gives_a_wrong_shape, mistakes)) else set()
        spoiled = {place for name in mistakes for place in self.by_mistake[name]} | {
            (a, group, part)
            for a, group, part in self.lost
            if a in PASSIVE and a in own and part in parts
        }
        charged = self._most_expensive(spoiled)
        for lost in spoiled:
            if lost[0] != charged:
                self.lost.discard(lost)
                self.spare(*lost)
        for finding, parts in list(self.parts_by_finding.items()):
            aspect, name = finding.aspect, finding.mistake
            here = {(b, part) for b, _, part in spoiled if b == aspect != charged}
            reported = {(aspect, part) for part in parts or [""]}
            if (
                here
                and (name in mistakes or (name is None and aspect in PASSIVE))
                and (reported <= here)
            ):
                del self.parts_by_finding[finding]

    def _gives_a_wrong_shape(self, mistake):
        """Return whether a known mistake's answer has a wrong shape on ordinary input."""
        pairs = [
            pair
            for case in self.data["cases"]
            if case["aspect"] == "value" and case["mistaken"].get(mistake)
            for pair in zip(case["mistaken"][mistake], case["want"], strict=False)
        ]
        return any(a is not None and np.shape(a) != np.shape(b) for a, b in pairs)

    def _charge_most_expensive(self, finding, spoiled):
        """Charge an error that isn't a known mistake to the aspect in which it costs most."""
        charged = self._most_expensive(spoiled)
        self.lost |= spoiled
        for lost in spoiled:
            if lost[0] != charged:
                self.lost.discard(lost)
                self.spare(*lost)
        if charged != finding.aspect:
            parts = self.parts_by_finding.pop(finding)
            moved = finding.about(aspect=charged)
            self.parts_by_finding.setdefault(moved, []).extend(parts)

    def _charge_few_digits_once(self):
        """Don't charge a narrow type if the digits that it loses have been charged."""
        of_shape = [f for f in self.parts_by_finding if f.aspect == "shape"]
        narrow = [f for f in of_shape if f.code == Code.DTYPE and f.data.get("narrow")]
        few = any(f.code == Code.FEW_DIGITS for f in self.parts_by_finding)
        if few and narrow and len(narrow) == len(of_shape):
            for lost in [lost for lost in self.lost if lost[0] == "shape"]:
                self.lost.discard(lost)
                self.spare(*lost)
            for finding in narrow:
                del self.parts_by_finding[finding]

    def _most_expensive(self, spoiled):
        """Return the aspect that loses most points because of the spoiled places."""
        costs = {
            a: self.data["points"][a] * (1 - self._share(a, spoiled))
            for a in self.data["points"]
            if any(a == b for b, *_ in spoiled)
        }
        return max(costs, key=costs.get)

    def _share(self, aspect, lost=None):
        """Return the earned fraction of an aspect; kinds of case and parts count equally."""
        lost = self.lost if lost is None else lost
        missed = {(group, part) for a, group, part in lost if a == aspect}
        if aspect in PASSIVE:
            return 0.0 if missed else 1.0
        each = units(self.data, aspect)
        return 1 - sum(not missed.isdisjoint({u, (u[0], "")}) for u in each) / len(each)


def prices(data):
    """Yield each forbidden name of packed data with the aspects that its use costs."""
    for price, names in data["forbidden"].items():
        for name in names:
            yield name, (list(data["points"]) if price == WHOLE else [price])


def units(data, aspect):
    """Return the (kind of case, part) pairs that share an aspect's points equally."""
    pairs = {}
    for case in data["cases"]:
        if case["aspect"] == "value":
            parts = [p for p in judged(data, case) if data["returns"][p] == aspect]
        else:
            parts = judged(data, case) if case["aspect"] == aspect else []
        pairs |= dict.fromkeys((case["group"], part) for part in parts)
    return list(pairs)


def judged(data, case):
    """Return the parts of the answer that are judged in a case."""
    return case.get("judged") or list(data["returns"])


def report(data: dict, verdict: Verdict, most: float) -> dict:
    """Return the report on a verdict, for storing and printing.

    :return: `score` and `max`; `aspects`, each [earned, most]; `findings`, each as
        `Finding.to_json` returns it; `spared`, the aspects that are wrong without losing
        points, because a different aspect has lost them; `criteria`, the assignment's
        description of each aspect; and `tried`, descriptions of the cases of each aspect. For a
        challenge also `challenge`: the `measured` number (None if nothing could be measured),
        the number of `bytes` in the file, and whether `lower` is better.
    """
    scale = most / 100
    tried = {}
    for case in data["cases"]:
        named = set(data["returns"].values()) if case["aspect"] == "value" else {case["aspect"]}
        for aspect in named:
            words = tried.setdefault(aspect, [])
            words += [case["tried"]] * (case["tried"] not in words)
    summary = {
        "score": round(verdict.score * scale, 6),
        "max": most,
        "aspects": {
            a: [round(earned * scale, 6), round(of * scale, 6)]
            for a, (earned, of) in verdict.points.items()
        },
        "findings": [f.to_json() for f in verdict.findings],
        "spared": list(verdict.spared),
        "criteria": data.get("criteria", {}),
        "tried": tried,
    }
    return summary | ({"challenge": _challenge(data, verdict)} if data.get("file") else {})


def reweighted(report: dict, most: float) -> dict:
    """Return a report rescaled to a different number of points.

    The fraction earned in each aspect doesn't change. The original points are stored under
    `graded`, so that nothing is rounded twice, and so that a problem that was set to 0 points
    can be worth points again.

    :param report: A report from `report` or from this function.
    :param most: The points for a correct answer; 0 drops the problem.
    """
    graded = report.get("graded") or {key: report[key] for key in ("score", "max", "aspects")}
    rest = {key: value for key, value in report.items() if key != "graded"}
    if most == graded["max"]:
        return rest | graded
    if not graded["max"]:
        raise ValueError("a report with a maximum of 0 points cannot be rescaled")
    scale = most / graded["max"]
    aspects = {a: [round(n * scale, 6) for n in pair] for a, pair in graded["aspects"].items()}
    score = round(graded["score"] * scale, 6)
    return rest | {"score": score, "max": most, "aspects": aspects, "graded": graded}


def _challenge(data, verdict):
    """Return a challenge's measured number, its file's size, and which way is better."""
    file = data["cases"][0]["args"].get(data["file"]["parameter"], ())
    real = verdict.measured is not None and math.isfinite(verdict.measured)
    challenge = {"measured": verdict.measured if real else None, "bytes": len(file)}
    return challenge | {"lower": data["lower"]}
