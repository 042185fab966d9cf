"""Totals of a whole course: weights, the lowest dropped, excuses, as `course.toml` says.

The file stands in the course folder, and every line of it may be missing::

    drop_lowest = 1          # of each student's assignments, the lowest in per cent
    zero_missing = true      # nothing handed in counts as 0, instead of withholding the total
    zero_ungradable = false  # the same of what could not be graded
    [weights]                # of the assignments; without this table all weigh the same
    ps1_linear_algebra = 1
    ps2_classifiers = 2
    [excused]                # these do not count for the student
    ada = ["ps1_linear_algebra"]

A total is 100 times the weighted mean of the shares of points that a student has earned. An
excused assignment leaves the denominator, and so does a dropped one. As in `export`, nothing
that is not final is counted: a student has no total while an assignment that counts is still to
be marked, could not be graded or was not handed in, and the table says why.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..course.definitions import earlier_in_words
from ..course.folder import Course
from ..errors import CannotDo, NotThere
from ..settings import read_toml
from .export import FINAL, MISSING, number, standings

FILE = "course.toml"
KNOWN = ("drop_lowest", "zero_missing", "zero_ungradable", "weights", "excused")
FIRST, LAST = ("student", "total", "status"), ("dropped", "excused")
EXCUSED = "excused"


@dataclass(frozen=True)
class Rules:
    """How a course is added up; ``excused`` holds pairs of student and assignment.

    ``weights`` is empty where all assignments weigh the same; else those that are not named
    do not count.
    """

    weights: dict[str, float] = field(default_factory=dict)
    drop_lowest: int = 0
    zero_missing: bool = False
    zero_ungradable: bool = False
    excused: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Total:
    """A student's total in per cent, or None and the reasons why there is none."""

    student: str
    percent: float | None
    reasons: list[str]
    shares: dict[str, float | str]  # of each assignment: 0 to 1, or why there is none
    dropped: list[str]
    excused: list[str]


def rules_of(file: Path) -> Rules:
    """Return the rules in a `course.toml`; the defaults if there is no such file.

    Raises
    ------
    ValueError
        If it is no TOML, a name is unknown, or a value has the wrong type.
    """
    found = read_toml(file)
    if unknown := [name for name in found if name not in KNOWN]:
        raise ValueError(f"{file}: unknown {unknown[0]!r}, expected one of {KNOWN}")
    for name, kind in (("weights", dict), ("excused", dict), ("drop_lowest", int)):
        if name in found and (not isinstance(found[name], kind) or found[name] is True):
            words = "a whole number" if kind is int else f"a table [{name}]"
            raise ValueError(f"{file}: {name} = {found[name]!r}, expected {words}")
    for name in ("zero_missing", "zero_ungradable"):
        if not isinstance(found.get(name, False), bool):
            raise ValueError(f"{file}: {name} = {found[name]!r}, expected true or false")
    excused = set()
    for student, names in found.get("excused", {}).items():
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            raise ValueError(f"{file}: excused.{student} should be a list of assignments")
        excused |= {(student, n) for n in names}
    weights = found.get("weights", {})
    return Rules(
        {n: _weight(f"{file}: the weight of {n}", w) for n, w in weights.items()},
        _dropped(f"{file}: drop_lowest", found.get("drop_lowest", 0)),
        found.get("zero_missing", False),
        found.get("zero_ungradable", False),
        frozenset(excused),
    )


def rules_for(
    course: Course,
    weights: list[str] | None = None,
    drop_lowest: int | None = None,
    excused: list[tuple[str, str]] = (),
    zero_missing: bool = False,
    zero_ungradable: bool = False,
) -> Rules:
    """Return the rules of a course, with those of the command line over those of the file.

    Parameters
    ----------
    course : Course
        Its folder may hold `course.toml`.
    weights : list of str, optional
        `ASSIGNMENT=NUMBER`, in place of the file's weights; or one path of another file.
    drop_lowest : int, optional
        In place of the file's.
    excused : list of (str, str)
        Students and assignments, besides the file's.
    zero_missing, zero_ungradable : bool
        True in place of the file's.

    Raises
    ------
    NotThere
        If the other file does not exist.
    ValueError
        If a weight or the file cannot be understood.
    """
    file = course / FILE
    if weights and len(weights) == 1 and weights[0].lower().endswith(".toml"):
        file, weights = Path(weights[0]).absolute(), None
        if not file.is_file():
            raise NotThere(f"there is no {file}")
    rules = rules_of(file)
    given = {}
    for text in weights or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--weights {text}: expected ASSIGNMENT=NUMBER, or a file .toml")
        given[name] = _weight(f"--weights {text}", value)
    if drop_lowest is not None:
        rules = replace(rules, drop_lowest=_dropped("--drop-lowest", drop_lowest))
    return replace(
        rules,
        weights=given or rules.weights,
        excused=rules.excused | {tuple(pair) for pair in excused},
        zero_missing=zero_missing or rules.zero_missing,
        zero_ungradable=zero_ungradable or rules.zero_ungradable,
    )


def _weight(what, value):
    """Return a weight, which must be a number from 0 on."""
    try:
        weight = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        weight = math.nan
    if not 0 <= weight < math.inf:
        raise ValueError(f"{what} is {value!r}, expected a number from 0 on")
    return weight


def _dropped(what, value):
    """Return how many are dropped, which must be a number from 0 on."""
    if value < 0:
        raise ValueError(f"{what} is {value}, expected a number from 0 on")
    return value


def totals(course: Course, rules: Rules) -> tuple[list[str], list[Total], list[str]]:
    """Return the assignments that count, every student's total, and warnings.

    Parameters
    ----------
    course : Course
        The course.
    rules : Rules
        How it is added up.

    Raises
    ------
    NotThere
        If a weight or an excuse names an assignment or a student that is not there, or nothing
        has been graded that counts.
    CannotDo
        If the gradebook cannot be read, or more would be dropped than there are.
    """
    every = sorted(f.parent.name for f in (course / "source").glob("*/*.md") if _is_text(f))
    named = {*rules.weights, *(a for _, a in rules.excused)}
    if strange := sorted(named - set(every)):
        raise NotThere(f"no assignment {strange[0]!r}; there are {', '.join(every) or 'none'}")
    found = {}
    for name in every:
        try:
            students, marks = standings(course, name, rules.zero_ungradable)
        except NotThere:  # not released
            continue
        if marks:
            found[name] = marks
    weigh = rules.weights or dict.fromkeys(found, 1.0)
    counting = [n for n in found if weigh.get(n, 0.0) > 0]
    if not counting:
        raise NotThere("nothing is graded yet of what counts")
    if rules.drop_lowest >= len(counting):
        raise CannotDo(
            f"{rules.drop_lowest} would be dropped of {len(counting)} graded assignments that "
            "count: drop fewer"
        )
    known = {s.id for s in students} | {s for marks in found.values() for s in marks}
    if lost := sorted(s for s, _ in rules.excused if s not in known):
        raise NotThere(f"excused is {lost[0]!r}, who is neither in class list nor gradebook")
    warned = []
    for words, names in (
        ("without a weight, so not counted", [n for n in found if n not in counting]),
        ("not graded yet, so not counted", [n for n in rules.weights if n not in found]),
    ):
        warned += [f"{words}: {', '.join(names)}"] if names else []
    for name in counting:
        old = {s: mark["earlier"] for s, mark in found[name].items() if mark["earlier"]}
        warned += [f"{name}: {words}" for words in earlier_in_words(old)]
    weigh = {n: weigh[n] for n in counting}
    rows = [_total(s, weigh, found, rules) for s in sorted(known)]
    return counting, rows, warned


def _is_text(file):
    """Return whether a file is the text of the assignment that its folder is named for."""
    return file.stem == file.parent.name


def _total(student, weigh, found, rules):
    """Return one student's total."""
    shares, excused = {}, []
    for name in weigh:
        if (student, name) in rules.excused:
            excused.append(name)
            shares[name] = EXCUSED
            continue
        mark = found[name].get(student)
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

    Parameters
    ----------
    names : list of str
        The assignments that count.
    rows : list of Total
        In their order.

    Returns
    -------
    str
        `student,total,status`, a column for each assignment in per cent (or why there is no
        mark), `dropped` and `excused` with names. Who has no total has the reasons as status.
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
