"""Totals for a whole course, with weights, dropped marks and excuses from `course.toml`.

The file is in the course folder, and every line is optional::

    drop_lowest = 1          # how many of each student's lowest percentages to drop
    zero_missing = true      # a missing submission counts as 0; otherwise there is no total
    zero_ungradable = false  # likewise for submissions that could not be graded
    [weights]                # of the assignments; without this table all weights are equal
    ps1_linear_algebra = 1
    ps2_classifiers = 2
    [excused]                # these assignments don't count for the student
    ada = ["ps1_linear_algebra"]

A total is 100 times the weighted mean of the fractions of points that a student earned. Excused
and dropped assignments don't count in the denominator. As in `export`, only final marks count:
a student has no total while an assignment that counts is not completely marked, could not be
graded or was not submitted, and the table gives the reason.
"""

from __future__ import annotations

import contextlib
import csv
import io
import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..course.anonymous import names_of
from ..course.definitions import earlier_in_words
from ..course.folder import Course
from ..errors import CannotDo, NotThere, WrongUsage
from ..screen import shown, warn
from ..settings import read_toml
from ..wording import counted, did_you_mean
from .export import FINAL, MISSING, number, standings

FILE = "course.toml"
KNOWN = ("drop_lowest", "zero_missing", "zero_ungradable", "weights", "excused")
FIRST, LAST = ("student", "total", "status"), ("dropped", "excused")
EXCUSED = "excused"
FROM_0 = "a non-negative number"


@dataclass(frozen=True)
class Rules:
    """How the marks of a course are added up; ``excused`` contains (student, assignment) pairs.

    If ``weights`` is empty, all assignments have equal weight; otherwise, assignments without a
    weight don't count.
    """

    weights: dict[str, float] = field(default_factory=dict)
    drop_lowest: int = 0
    zero_missing: bool = False
    zero_ungradable: bool = False
    excused: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Total:
    """A student's total in per cent, or None and the reasons."""

    student: str
    percent: float | None
    reasons: list[str]
    shares: dict[str, float | str]  # fraction by assignment, 0 to 1, or why there is none
    dropped: list[str]
    excused: list[str]


def rules_of(file: Path) -> Rules:
    """Return the rules in a `course.toml`; the defaults if there is no such file.

    :raises ValueError: If it isn't TOML, a name is unknown, or a value is invalid. The message
        lists all such errors.
    """
    settings = read_toml(file)
    if faults := list(_faults(settings)):
        first = f"{file}: " if len(faults) == 1 else f"{file} cannot be used:\n  "
        raise ValueError(first + "\n  ".join(faults))
    excused = settings.get("excused", {})
    return Rules(
        {n: float(w) for n, w in settings.get("weights", {}).items()},
        settings.get("drop_lowest", 0),
        settings.get("zero_missing", False),
        settings.get("zero_ungradable", False),
        frozenset((student, n) for student, names in excused.items() for n in names),
    )


def _faults(settings):
    """Yield the errors in the settings of a `course.toml`, setting by setting."""
    for name in settings:
        if name not in KNOWN:
            near = did_you_mean(name, KNOWN)
            yield f"unknown {name!r}, expected one of {', '.join(KNOWN)}{near}"
    tables = {n: settings.get(n, {}) for n in ("weights", "excused")}
    for name, value in tables.items():
        if not isinstance(value, dict):
            yield f"{name} = {value!r}, expected a table [{name}]"
            tables[name] = {}
    for name, value in tables["weights"].items():
        if not _is_weight(value):
            yield f"the weight of {name} is {value!r}, expected {FROM_0}"
    for student, names in tables["excused"].items():
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            yield f"excused.{student} should be a list of assignments"
    least = settings.get("drop_lowest", 0)
    if not isinstance(least, int) or isinstance(least, bool):
        yield f"drop_lowest = {least!r}, expected a whole number"
    elif least < 0:
        yield f"drop_lowest is {least}, expected {FROM_0}"
    for name in ("zero_missing", "zero_ungradable"):
        if not isinstance(settings.get(name, False), bool):
            yield f"{name} = {settings[name]!r}, expected true or false"


def rules_for(
    course: Course,
    weights: list[str] | None = None,
    drop_lowest: int | None = None,
    excused: list[tuple[str, str]] = (),
    zero_missing: bool = False,
    zero_ungradable: bool = False,
) -> Rules:
    """Return the rules of a course; the command line overrides the file.

    :param weights: `ASSIGNMENT=NUMBER`, instead of the file's weights; or just the path of
        a different file.
    :param excused: Students and assignments, in addition to the file's.
    :raises WrongUsage: If a weight or the number to drop is not a valid number.
    """
    file = course / FILE
    if weights and len(weights) == 1 and weights[0].lower().endswith(".toml"):
        file, weights = Path(weights[0]).absolute(), None
        if not file.is_file():
            raise NotThere(f"there is no {file}")
    rules = rules_of(file)
    own_weights = {}
    for text in weights or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise WrongUsage(f"--weights {text}: expected ASSIGNMENT=NUMBER, or a .toml file")
        with contextlib.suppress(ValueError):
            own_weights[name] = float(value)
        if not _is_weight(own_weights.get(name)):
            raise WrongUsage(f"--weights {text}: {value!r} is not {FROM_0}")
    if drop_lowest is not None:
        if drop_lowest < 0:
            raise WrongUsage(f"--drop-lowest {drop_lowest}: expected {FROM_0}")
        rules = replace(rules, drop_lowest=drop_lowest)
    return replace(
        rules,
        weights=own_weights or rules.weights,
        excused=rules.excused | {tuple(pair) for pair in excused},
        zero_missing=zero_missing or rules.zero_missing,
        zero_ungradable=zero_ungradable or rules.zero_ungradable,
    )


def _is_weight(value):
    """Return whether a value is a non-negative number; true and false are not numbers."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < math.inf


def totals(
    course: Course, rules: Rules, anonymous: bool = False
) -> tuple[list[str], list[Total], list[str]]:
    """Return the assignments that count, every student's total, and warnings.

    :param anonymous: Whether students are named by codes, which excuses may use too.
    :raises NotThere: If a weight or an excuse names an assignment or a student that doesn't
        exist, or nothing that counts has been graded. The message lists all such names.
    :raises CannotDo: If the gradebook cannot be read, or the rules drop more assignments than
        there are.
    """
    every = course.assignments()
    by_assignment, students = {}, []
    for name in every:
        try:
            students, marks = standings(course, name, rules.zero_ungradable)
        except NotThere:  # not released
            continue
        if marks:
            by_assignment[name] = marks
    known = {s.id for s in students} | {s for marks in by_assignment.values() for s in marks}
    called = names_of(course, anonymous, known)
    rules = replace(rules, excused=frozenset((called.student(s), a) for s, a in rules.excused))
    named = {*rules.weights, *(a for _, a in rules.excused)}
    lost = [
        f"no assignment {name!r}; there are {', '.join(every) or 'none'}"
        f"{did_you_mean(name, every)}"
        for name in sorted(named - set(every))
    ]
    weigh = rules.weights or dict.fromkeys(by_assignment, 1.0)
    counting = [n for n in by_assignment if weigh.get(n, 0.0) > 0]
    if by_assignment:
        lost += _lost_excuses(rules, known, anonymous)
    if not counting and not lost:
        lost = ["none of the assignments that count has been graded yet"]
    few = []
    if counting and rules.drop_lowest >= len(counting):
        few = [
            f"the rules drop {counted(rules.drop_lowest, 'assignment')}, but the number of "
            f"graded assignments that count is {len(counting)}: drop fewer"
        ]
    if faults := lost + few:
        first = "" if len(faults) == 1 else "the rules do not fit the course:\n  "
        raise (NotThere if lost else CannotDo)(first + "\n  ".join(faults))
    warned = []
    for words, names in (
        ("without a weight, so not counted", [n for n in by_assignment if n not in counting]),
        (
            "not graded yet, so not counted",
            [n for n in rules.weights if n not in by_assignment],
        ),
    ):
        warned += [f"{words}: {', '.join(names)}"] if names else []
    for name in counting:
        old = {called(s): m["earlier"] for s, m in by_assignment[name].items() if m["earlier"]}
        warned += [f"{name}: {words}" for words in earlier_in_words(old)]
    weigh = {n: weigh[n] for n in counting}
    rows = [replace(_total(s, weigh, by_assignment, rules), student=called(s)) for s in known]
    return counting, sorted(rows, key=lambda t: t.student), warned


def _lost_excuses(rules, known, anonymous):
    """Return a line about each unknown excused student; if anonymous, one without names."""
    lost = sorted({s for s, _ in rules.excused if s not in known})
    who = "in neither the class list nor the gradebook"
    if anonymous:
        return [f"an excused student is {who}"] * bool(lost)
    return [f"the excused student {s!r} is {who}{did_you_mean(s, known)}" for s in lost]


def _total(student, weigh, by_assignment, rules):
    """Return one student's total."""
    shares, excused = {}, []
    for name in weigh:
        if (student, name) in rules.excused:
            excused.append(name)
            shares[name] = EXCUSED
            continue
        mark = by_assignment[name].get(student)
        status = mark["status"] if mark else MISSING
        if status == FINAL:
            shares[name] = mark["score"] / mark["max_score"] if mark["max_score"] else 0.0
        elif status == MISSING and rules.zero_missing:
            shares[name] = 0.0
        else:
            shares[name] = status
    known = {n: s for n, s in shares.items() if not isinstance(s, str)}
    reasons = [f"{n} {s}" for n, s in shares.items() if isinstance(s, str) and s != EXCUSED]
    if not known and not reasons:
        reasons = ["excused from everything"]
    if reasons:
        return Total(student, None, reasons, shares, [], excused)
    few = max(0, min(rules.drop_lowest, len(known) - 1))
    dropped = sorted(known, key=lambda n: (known[n], -weigh[n], n))[:few]
    kept = {n: s for n, s in known.items() if n not in dropped}
    whole = sum(weigh[n] for n in kept)
    percent = 100 * sum(weigh[n] * s for n, s in kept.items()) / whole
    return Total(student, percent, [], shares, sorted(dropped), excused)


def table(names: list[str], rows: list[Total]) -> str:
    """Return the totals as CSV, in UTF-8 with decimal points.

    :return: `student,total,status`, a column for each assignment in per cent (or why there is
        no mark), `dropped` and `excused` with names. If there is no total, `status` explains
        why.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FIRST, *names, *LAST])
    for t in rows:
        total = "" if t.percent is None else number(t.percent)
        cells = [s if isinstance(s, str) else number(100 * s) for s in t.shares.values()]
        status = "; ".join(t.reasons) or FINAL
        writer.writerow(
            [t.student, total, status, *cells, " ".join(t.dropped), " ".join(t.excused)]
        )
    return out.getvalue()


def write_totals(course: Course, rules: Rules, anonymous: bool, out: Path | None) -> None:
    """Write the totals to a file or to the screen, and warn about missing totals."""
    names, rows, warnings = totals(course, rules, anonymous)
    for warning in warnings:
        warn(shown(warning))
    if open_ := [t for t in rows if t.percent is None]:
        who = shown(", ".join(t.student for t in open_))
        warn(f"no total yet for {counted(len(open_), 'student')}: {who}")
    text = table(names, rows)
    if out:
        out.write_text(text, encoding="utf-8")
        names_of(course, anonymous).tell_key()
    else:
        print(text, end="")
