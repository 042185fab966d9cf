"""Points lost and the reasons, collected case by case and added up at the end."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ...records.codes import Code
from ...records.finding import EVERYTHING, Finding
from ..observation.reading import forbidden_in

# A function that does nothing passes these aspects, so they earn nothing on their own.
PASSIVE = ("shape", "errors", "loops", "memory", "inputs-unchanged")
WHOLE = "all"  # as the cost of a forbidden name: the points of every aspect


@dataclass(frozen=True)
class Verdict:
    """The points of a function: ``score`` of 100, (earned, most) by aspect, and why.

    ``findings`` are of the type `records.finding.Finding`. ``unclear`` is whether a wrong value
    on ordinary input could not be explained; ``spared`` names aspects that keep all their
    points although something in them is wrong, since that has cost another aspect; ``measured``
    is the result of a challenge, such as an accuracy; ``told`` holds numbers that the notebook
    shows, such as the loss that a training reached.
    """

    score: float
    points: dict
    findings: list
    unclear: bool = False
    spared: tuple = ()
    measured: float | None = None
    told: tuple = ()


@dataclass
class Ledger:
    """Collects the points that are lost and their reasons, each reason once."""

    data: dict
    lost: set = field(default_factory=set)
    parts_by_finding: dict = field(default_factory=dict)  # by finding without parts
    reported: set = field(default_factory=set)
    explained: bool = False  # whether a wrong part on ordinary input is one slip
    failed: bool = False  # whether a call failed on ordinary input
    errors: set = field(default_factory=set)  # what has been raised, and told
    prevented: set = field(default_factory=set)  # parts whose place an error took there
    by_words: dict = field(default_factory=dict)  # by a driver's words: what they cost first
    stopped: bool = False  # whether one was stopped where an error is asked for
    unclear: set = field(default_factory=set)
    spared: set = field(default_factory=set)
    by_mistake: dict = field(default_factory=dict)  # what each known mistake has spoiled
    spread: dict = field(default_factory=dict)  # by finding without parts: what is spoiled
    again: Callable = lambda case: None  # calls the function once more, and returns its parts

    def under(self, data):
        """Return a copy for packed data that differ only in what a known mistake costs."""
        found = {f: [*parts] for f, parts in self.parts_by_finding.items()}
        changed = {"lost": {*self.lost}, "spared": {*self.spared}, "parts_by_finding": found}
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
        """Add a part to a finding, of hidden cases without private data; return the finding."""
        finding = finding if self.data["visible"] else finding.hidden()
        about = () if not part and not finding.parts else (part or finding.parts[0],)
        key = finding.about(aspect=aspect, parts=())
        self.parts_by_finding.setdefault(key, []).extend(about)
        return key

    def spare(self, aspect):
        """Note that something in this aspect is wrong and costs another aspect."""
        self.spared.add(aspect)

    def also(self, finding, first, here):
        """Note that an error charged to one part spoils another; both (aspect, kind, part)."""
        self.spare(here[0])
        key = self._enter(finding, first[0], here[2])
        if not finding.mistake:
            self.spread.setdefault(key, set()).update((first, here))

    def findings(self):
        """Return the findings in the order of the problem's aspects."""
        order = list(self.data["points"])
        self._leave_out_sides()
        found = [
            finding.about(parts=tuple(dict.fromkeys(parts)))
            for finding, parts in self.parts_by_finding.items()
        ]
        return sorted(found, key=lambda f: order.index(f.aspect))

    def _leave_out_sides(self):
        """Say of no part that it is too large where another kind of case says otherwise."""
        sides = {}
        for finding, parts in self.parts_by_finding.items():
            if finding.code == Code.DIFFERS:
                for part in parts:
                    side = finding.data.get("side")
                    sides.setdefault((finding.aspect, part), set()).add(side)
        told, self.parts_by_finding = self.parts_by_finding, {}
        for finding, parts in told.items():
            unsure = any(len(sides.get((finding.aspect, part), ())) > 1 for part in parts)
            kept = finding.without({"side"}) if unsure else finding
            self.parts_by_finding.setdefault(kept, []).extend(parts)

    def verdict(self, names):
        """Return the verdict; ``names`` are the dotted names in the student's cells."""
        for finding, spoiled in self.spread.items():
            self._charge_dearest(finding, spoiled)
        for mistake, spoiled in self.by_mistake.items():
            if self._is_charged_once(mistake):
                self._charge_once(mistake, spoiled)
        shares = {aspect: self._share(aspect) for aspect in self.data["points"]}
        active = any(share > 0 for aspect, share in shares.items() if aspect not in PASSIVE)
        if not active and not self.explained:
            shares |= dict.fromkeys(set(shares) & set(PASSIVE), 0.0)
        found = self.findings()
        for name, costs in prices(self.data):
            if forbidden_in(names, [name]):
                shares |= dict.fromkeys(costs, 0.0)
                aspect = costs[0] if len(costs) < len(shares) else EVERYTHING
                about = {"name": name} | ({"whole": True} if aspect == EVERYTHING else {})
                found.insert(0, Finding(Code.FORBIDDEN, aspect, data=about))
        points = {a: (most * shares[a], most) for a, most in self.data["points"].items()}
        score = round(sum(earned for earned, _ in points.values()), 9)
        spared = tuple(a for a in shares if a in self.spared and shares[a] == 1)
        return Verdict(score, points, found, bool(self.unclear), spared)

    def _is_charged_once(self, mistake):
        """Return whether a known mistake costs one aspect only, whatever it has spoiled.

        Not so where a part is only right or wrong, so that everything looks like a mistake, nor
        where something else is wrong that nobody can explain: that is no answer with one slip.
        """
        known = self.data["mistakes"][mistake].get("once", True)
        return known and not self.data.get("measure") and not self.unclear

    def _charge_once(self, mistake, spoiled):
        """Let a known mistake cost the aspect in which it spoils most, and spare the others."""
        findings = [f for f in self.parts_by_finding if f.mistake == mistake]
        parts = {"", *(part for f in findings for part in self.parts_by_finding[f])}
        own = set(self.data["mistakes"][mistake]["loses"])
        spoiled = spoiled | {
            (a, group, part)
            for a, group, part in self.lost
            if a in PASSIVE and a in own and part in parts
        }
        dearest = self._dearest(spoiled)
        for lost in spoiled:
            if lost[0] != dearest:
                self.lost.discard(lost)
                self.spare(lost[0])
        for found, parts in list(self.parts_by_finding.items()):
            aspect, name = found.aspect, found.mistake
            here = {(b, part) for b, _, part in spoiled if b == aspect != dearest}
            told = {(aspect, part) for part in parts or [""]}
            if (
                here
                and (name == mistake or (name is None and aspect in PASSIVE))
                and (told <= here)
            ):
                del self.parts_by_finding[found]

    def _charge_dearest(self, finding, spoiled):
        """Let an error without a name cost the aspect in which it spoils most."""
        dearest = self._dearest(spoiled)
        self.lost |= spoiled
        for lost in spoiled:
            if lost[0] != dearest:
                self.lost.discard(lost)
                self.spare(lost[0])
        if dearest != finding.aspect:
            parts = self.parts_by_finding.pop(finding)
            moved = finding.about(aspect=dearest)
            self.parts_by_finding.setdefault(moved, []).extend(parts)

    def _dearest(self, spoiled):
        """Return the aspect that loses most points by what is spoiled."""
        costs = {
            a: self.data["points"][a] * (1 - self._share(a, spoiled))
            for a in self.data["points"]
            if any(a == b for b, *_ in spoiled)
        }
        return max(costs, key=costs.get)

    def _share(self, aspect, lost=None):
        """Return the share of an aspect that is earned: kinds of case and parts count alike."""
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
    found = {}
    for case in data["cases"]:
        if case["aspect"] == "value":
            parts = [part for part, a in data["returns"].items() if a == aspect]
        else:
            parts = judged(data, case) if case["aspect"] == aspect else []
        found |= dict.fromkeys((case["group"], part) for part in parts)
    return list(found)


def judged(data, case):
    """Return the parts of the answer that are judged in a case."""
    return case.get("judged") or list(data["returns"])


def report(data: dict, verdict: Verdict, most: float) -> dict:
    """Return the report on a verdict that is kept and shown.

    Returns
    -------
    dict
        `score` and `max`; `aspects`, each [earned, most]; `findings`, each as
        `Finding.to_json` returns it; `spared`, the aspects in which something is wrong that
        has cost another one; `criteria`, what the points of an aspect are for, as the
        assignment says it; `tried`, what the cases of each aspect test, in words;
        for a challenge also `challenge`: what was `measured` (None where nothing could be), how
        many `bytes` the file has, and whether `lower` is better.
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
    """Return a report as it would be, had the problem been worth other points.

    Every share stays as it was graded. The points of the grading are kept under `graded`, so
    that nothing is rounded twice and a problem that gave 0 points can give some again.

    Parameters
    ----------
    report : dict
        What `report` or this function gave.
    most : float
        Points for a right answer, 0 for a problem that is dropped.
    """
    graded = report.get("graded") or {key: report[key] for key in ("score", "max", "aspects")}
    kept = {key: value for key, value in report.items() if key != "graded"}
    if most == graded["max"]:
        return kept | graded
    if not graded["max"]:
        raise ValueError("a report that gave no points holds no shares of them")
    scale = most / graded["max"]
    aspects = {a: [round(n * scale, 6) for n in pair] for a, pair in graded["aspects"].items()}
    score = round(graded["score"] * scale, 6)
    return kept | {"score": score, "max": most, "aspects": aspects, "graded": graded}


def _challenge(data, verdict):
    """Return a challenge's measured number, its file's size, and which way is better."""
    file = data["cases"][0]["args"].get(data["file"]["parameter"], ())
    real = verdict.measured is not None and math.isfinite(verdict.measured)
    challenge = {"measured": verdict.measured if real else None, "bytes": len(file)}
    return challenge | {"lower": data["lower"]}
