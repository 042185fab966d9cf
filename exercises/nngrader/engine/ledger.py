"""What is lost and why, collected case by case and added up at the end."""

from dataclasses import dataclass, field

from .cases import prices
from .problem import PASSIVE
from .reading import forbidden_in


@dataclass(frozen=True)
class Verdict:
    """What a function earns: ``score`` of 100, by aspect (earned, most), and why.

    ``findings`` are (aspect, text, name of the known mistake or None). ``unclear`` tells that a
    wrong value on ordinary input could not be explained.
    """

    score: float
    points: dict
    findings: list
    unclear: bool = False


@dataclass
class Ledger:
    """Collects what is lost, and says each thing once."""

    data: dict
    lost: set = field(default_factory=set)
    said: dict = field(default_factory=dict)
    told: set = field(default_factory=set)
    explained: bool = False
    failed: bool = False  # on ordinary input
    unclear: set = field(default_factory=set)

    def lose(self, aspect, group):
        """Count one kind of case of an aspect as lost."""
        self.lost.add((aspect, group))

    def has_lost(self, aspect):
        """Tell whether any case of an aspect is lost."""
        return any(a == aspect for a, _ in self.lost)

    def find(self, aspect, group, text, part="", mistake=None):
        """Lose and say why; the first case of a kind tells, the others only count."""
        self.lose(aspect, group)
        if text and (aspect, group, part) not in self.told:
            self.told.add((aspect, group, part))
            self.said.setdefault((aspect, text, mistake), []).append(part)

    def findings(self):
        """Return the findings in the order of the problem's aspects."""
        order = list(self.data["points"])
        found = [
            (aspect, " and ".join(dict.fromkeys(filter(None, parts))) + text, mistake)
            for (aspect, text, mistake), parts in self.said.items()
        ]
        return sorted(found, key=lambda f: order.index(f[0]))

    def verdict(self, names):
        """Add up, aspect by aspect; ``names`` are those that the student's cells use."""
        shares = {aspect: self._share(aspect) for aspect in self.data["points"]}
        active = any(share > 0 for aspect, share in shares.items() if aspect not in PASSIVE)
        if not active and not self.explained:
            shares |= dict.fromkeys(set(shares) & set(PASSIVE), 0.0)
        found = self.findings()
        for name, costs in prices(self.data):
            if forbidden_in(names, [name]):
                shares |= dict.fromkeys(costs, 0.0)
                text = f"{name} is used: here you write this yourself."
                found.insert(0, (costs[0], text, None))
        points = {a: (most * shares[a], most) for a, most in self.data["points"].items()}
        score = round(sum(earned for earned, _ in points.values()), 9)
        return Verdict(score, points, found, bool(self.unclear))

    def _share(self, aspect):
        """Return what is earned of an aspect: equal shares by kind of case."""
        missed = {group for a, group in self.lost if a == aspect}
        if aspect in PASSIVE:
            return 0.0 if missed else 1.0
        tag = "value" if aspect in self.data["returns"].values() else aspect
        groups = {c["group"] for c in self.data["cases"] if c["aspect"] in (tag, aspect)}
        return max(0.0, 1 - len(missed) / len(groups))
