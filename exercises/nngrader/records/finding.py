"""A finding: what is wrong with a student's function, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .codes import Code

EVERYTHING = "all points"  # the aspect of a finding that costs the whole problem
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
    """Return the findings without the ones that `together_forbidden` returns."""
    return [f for f in findings if (f.code, f.aspect) != (Code.FORBIDDEN, EVERYTHING)]


def together_forbidden(by_problem: dict[str, list[Finding]]) -> list[Finding]:
    """Return one finding on each forbidden name that costs all points of some problems."""
    by_name = {}
    for problem, findings in by_problem.items():
        for f in findings:
            if f not in of_problem(findings):
                by_name.setdefault(f.data["name"], (f, []))[1].append(problem)
    return [f.about(data=f.data | {"problems": names}) for f, names in by_name.values()]


def findings_of(report: dict) -> list[Finding]:
    """Return the findings of a stored report on one problem."""
    return [Finding.from_json(plain) for plain in report["findings"]]
