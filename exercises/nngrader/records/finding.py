"""A finding: what is wrong with a student's function, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .codes import Code

EVERYTHING = "all points"  # the aspect of a finding that costs the whole problem
WITHOUT_PACKAGE = {"NameError", "ImportError", "ModuleNotFoundError"}  # that raise these
PRIVATE = {  # keys of `data` whose values come from a case's inputs, or from the student's code
    "bytes",
    "count",
    "first",
    "given",
    "line_number",
    "message",
    "place",
    "ranges",
    "sizes",
    "steps",
    "worst",
}


@dataclass(frozen=True)
class Finding:
    """What is wrong with a function, in one aspect.

    :param aspect: The aspect that it costs, or `EVERYTHING`.
    :param parts: The parts of the answer that it is about; empty if it is about the function.
    :param cases: Descriptions of the special cases that show it; empty for ordinary input.
    :param data: Plain JSON data: numbers, shapes, letters, names, the hint of a registered
        mistake.
    """

    code: Code
    aspect: str = ""
    parts: tuple = ()
    cases: tuple = ()
    data: dict = field(default_factory=dict)
    mistake: str | None = None

    def __hash__(self):
        return hash((self.code, self.aspect, self.parts, self.cases, self.mistake))

    def hidden(self) -> Finding:
        """Return the finding without the data that students must not read in hidden cases."""
        return self.without(PRIVATE)

    def without(self, keys) -> Finding:
        """Return the finding without some keys of its data."""
        return replace(self, data={k: v for k, v in self.data.items() if k not in keys})

    def about(self, **changes) -> Finding:
        """Return the finding with changed fields."""
        return replace(self, **changes)

    def to_json(self) -> dict:
        """Return the finding as plain JSON data."""
        return {
            "code": str(self.code),
            "aspect": self.aspect,
            "parts": list(self.parts),
            "cases": list(self.cases),
            "data": self.data,
            "mistake": self.mistake,
        }

    @classmethod
    def from_json(cls, plain: dict) -> Finding:
        """Return the finding that `to_json` has written.

        :raises ValueError: If the code is not known.
        """
        return cls(
            Code(plain["code"]),
            plain["aspect"],
            tuple(plain["parts"]),
            tuple(plain["cases"]),
            plain["data"],
            plain["mistake"],
        )


def of_problem(findings: list[Finding]) -> list[Finding]:
    """Return the findings without the ones that `together_forbidden` returns.

    The exceptions that follow from a forbidden import aren't included either.
    """
    return [f for f in one_per_cause(findings) if not _costs_all(f)]


def _costs_all(finding):
    """Return whether a finding is about a forbidden name that costs all points."""
    return (finding.code, finding.aspect) == (Code.FORBIDDEN, EVERYTHING)


def one_per_cause(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, but only one for each cause.

    Findings that differ only in their cases become one. Two parts that are swapped need one
    finding, and a package that isn't allowed explains why its names are missing.
    """
    chosen = []
    for f in findings:
        alike = [k for k, other in enumerate(chosen) if _without_cases(other, f)]
        if alike:
            cases = (*chosen[alike[0]].cases, *f.cases)
            chosen[alike[0]] = f.about(cases=tuple(dict.fromkeys(cases)))
        elif pair := [k for k, other in enumerate(chosen) if _are_swapped(other, f)]:
            chosen[pair[0]] = _swapped(chosen[pair[0]], f)
        else:
            chosen.append(f)
    if any(map(_costs_all, chosen)):
        chosen = [f for f in chosen if f.data.get("raised") not in WITHOUT_PACKAGE]
    return chosen


def _without_cases(one, other):
    """Return whether two findings differ at most in their cases."""
    return bool(one.cases and other.cases) and one.to_json() | {"cases": 0} == (
        other.to_json() | {"cases": 0}
    )


def _are_swapped(one, other):
    """Return whether two findings say that two parts have each other's values or shape."""
    if (one.code, one.cases, len(one.parts)) != (other.code, other.cases, len(other.parts)):
        return False
    if one.code == Code.EXCHANGED:
        swapped = one.data.get("swapped") and other.data.get("swapped")
        return bool(swapped) and (one.data["other"],) == other.parts
    if one.code != Code.SHAPE or len(one.parts) != 1 or one.parts == other.parts:
        return False
    (a, b), (c, d) = ((f.data.get("expected"), f.data.get("returned")) for f in (one, other))
    return (a, b) == (d, c) and a != b and "?" not in f"{a}{b}"


def _swapped(one, other):
    """Return one finding instead of two about swapped parts."""
    if one.code == Code.EXCHANGED:
        return one
    return one.about(parts=(*one.parts, *other.parts), data={"swapped": True})


def together_forbidden(by_problem: dict[str, list[Finding]]) -> list[Finding]:
    """Return one finding on each forbidden name that costs all points of some problems."""
    by_name = {}
    for problem, findings in by_problem.items():
        for f in findings:
            if _costs_all(f):
                by_name.setdefault(f.data["name"], (f, []))[1].append(problem)
    return [f.about(data=f.data | {"problems": names}) for f, names in by_name.values()]


def findings_of(report: dict) -> list[Finding]:
    """Return the findings of a stored report on one problem."""
    return [Finding.from_json(plain) for plain in report["findings"]]
