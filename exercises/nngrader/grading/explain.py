"""Explain one submission's points to the instructor: the failing cases with all their numbers.

The submission is judged once more in the sandbox, exactly as in grading. The explanation shows
data that students never see: hidden inputs, expected and actual results, and exceptions.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ..course.assignment import Assignment
from ..course.notebooks import by_problem, problem_of_name
from ..engine import judge
from ..engine.explanation.places import within
from ..engine.explanation.side_by_side import given, real, shown
from ..engine.judgement.ledger import PASSIVE
from ..engine.observation.call_result import checked
from ..engine.observation.compare import close
from ..engine.observation.driver import as_judged
from ..errors import NotThere
from ..records.codes import Code
from ..records.finding import Finding, findings_of
from ..records.flag_rendering import for_instructor
from ..records.rendering import Audience, ended, kind_in_words, places, sentences, text
from ..sandbox.launch import Sandbox
from ..sandbox.runner import Runner
from ..wording import counted, did_you_mean, with_article
from .all_submissions import read_rebuilt
from .follow_through import RightFunctions
from .one_submission import Judge, judge_tests, wanted_names

__all__ = ["FailedCase", "Lost", "explain", "in_all", "lines"]

MOST_CASES = 3  # cases of one kind to show
WHOLE = 12  # an answer with at most this many entries is shown whole
MOST_ENTRIES = 5  # entries of a longer answer to show, those with the largest errors


@dataclass(frozen=True)
class FailedCase:
    """One case that lost points: aspect and kind; inputs and errors, as lines."""

    aspect: str
    tried: str
    inputs: list[str]
    wrong: list[str]
    more: int = 0  # number of similar cases that failed too


@dataclass(frozen=True)
class Lost:
    """One problem's losses: points, (earned, most) by aspect, hints, and the failed cases."""

    problem: str
    score: float
    most: float
    aspects: dict
    hints: list[str]
    cases: list[FailedCase] = field(default_factory=list)

    def with_text(self, text: Callable[[str], str]) -> Lost:
        """Return a copy with a function applied to all text that may come from a submission."""
        cases = [
            replace(c, inputs=[*map(text, c.inputs)], wrong=[*map(text, c.wrong)])
            for c in self.cases
        ]
        return replace(self, hints=[*map(text, self.hints)], cases=cases)

    def title(self, case: FailedCase) -> str:
        """Return the kind of a case, with a note if its aspect lost no points."""
        if case.aspect == "value":  # each part of the answer has its own aspect
            return f"ordinary input, with {case.tried}"
        earned, most = self.aspects[case.aspect]
        again = " (the same mistake again, which costs no points here)"
        spared = again if earned == most else ""
        return f"{case.aspect}, with {case.tried}{spared}"


@dataclass
class Watched(Judge):
    """Stores the answers of each problem's function, case by case."""

    failing_cases: dict = field(default_factory=dict)
    kept: list = field(default_factory=list)

    def _verdict(self, data):
        """Return the verdict; on the first attempt, also store the cases that lose points."""
        name = data["name"]
        if name in self.failing_cases or data.get("file"):
            return super()._verdict(data)
        self.kept.clear()
        verdict = super()._verdict(data)
        written = not all(map(_unwritten, self.kept))
        measure = functools.partial(self.runner.measure, name)
        self.failing_cases[name] = failed_cases(data, self.kept, measure) if written else []
        return verdict

    def _call(self, name, args, *asked):
        """Return and store the answer of the student's function."""
        self.kept.append(super()._call(name, args, *asked))
        return self.kept[-1]


def _unwritten(answer):
    """Return whether a function is missing or not written; one hint covers all its cases."""
    return _undefined(answer) or checked(answer).raised[:1] == ("NotImplementedError",)


def _undefined(answer):
    """Return whether the cells don't define this function."""
    return answer.get("missing") is True


def explain(
    assignment: Assignment, student: str, problem: str | None = None, unsafe: bool = False
) -> list[Lost]:
    """Judge a submission again; return each problem's losses and the failing cases.

    :param unsafe: Whether to run without a sandbox, for submissions that you trust.
    :return: Problems in the order of the notebook, including those that lost no points.
    :raises NotThere: If there is no such submission or problem, or the submission cannot be
        read.
    """
    names = [name for name, *_ in assignment.spec().tests]
    problem = problem_of_name(problem, names) if problem is not None else None
    if problem is not None and problem not in names:
        known = ", ".join(sorted(names))
        near = did_you_mean(problem, names)
        raise NotThere(f"{assignment.name} has no problem {problem!r}; it has {known}{near}")
    rebuilt = _rebuilt(assignment, student)
    spec = assignment.spec(unsafe)
    with Sandbox(spec.limits, unsafe=unsafe, uses=spec.uses, files=spec.files) as sandbox:
        sandbox.require()
        runner = Runner(rebuilt.work, sandbox, 0)
        with contextlib.closing(runner), RightFunctions(spec.solved, sandbox) as right:
            names, _ = runner.read(wanted_names(spec), [*spec.hidden])
            judging = Watched(runner, spec.hidden, names, rebuilt.files, right, spec.ordinary)
            judge_tests(spec, rebuilt, judging, [])
    return [
        Lost(
            name,
            judged["score"],
            judged["max"],
            judged["aspects"],
            sentences(findings_of(judged), _audience(name, spec)),
            judging.failing_cases.get(name, []),
        )
        for name, judged in judging.reports.items()
        if problem in (None, name)
    ]


def _audience(name, spec):
    """Return the audience: the instructor for an ordinary test, so that its line is quoted."""
    return Audience.INSTRUCTOR if name in spec.ordinary else Audience.HIDDEN


def _rebuilt(assignment, student):
    """Return a rebuilt submission; raise an error if there is nothing to explain."""
    if student not in assignment.course.submissions(assignment.name):
        raise NotThere(f"no submission for {assignment.name} by {student}")
    rebuilt = read_rebuilt(assignment, student)
    if not rebuilt.solutions:
        flags = " ".join(map(for_instructor, rebuilt.flags))
        raise NotThere(f"{student}'s submission for {assignment.name} cannot be read. {flags}")
    return rebuilt


def failed_cases(data: dict, answers: list, measure) -> list[FailedCase]:
    """Return the cases that lose points.

    The engine judges each case separately, except the loops or memory cases of a group, which
    it judges together.

    :param answers: The worker's answer to each case, in order; repeated calls may follow.
    """
    kinds = {}
    for case, answer in zip(data["cases"], answers[: len(data["cases"])], strict=True):
        paired = case["aspect"] in ("loops", "memory")  # judged together
        key = (case["aspect"], case["group"]) if paired else len(kinds)
        kinds.setdefault(key, []).append((case, answer))
    by_kind = {}
    for some in kinds.values():
        verdict = _alone(data, some, measure)
        if not verdict.findings and all(
            points == of for a, (points, of) in verdict.points.items() if a not in PASSIVE
        ):
            continue
        case, answer = some[-1]
        key = case["aspect"], case["group"]
        by_kind.setdefault(key, []).append((case, answer, verdict))
    return [f for failed in by_kind.values() for f in _in_words(data, failed, measure)]


def _alone(data, some, measure):
    """Return the verdict on some of the cases."""
    cases, answers = [c for c, _ in some], iter([a for _, a in some])
    aspect = cases[0]["aspect"]
    at_stake = {*data["returns"].values()} if aspect == "value" else {aspect}
    points = {a: p for a, p in data["points"].items() if a in at_stake or a in PASSIVE}
    part = data | {"cases": cases, "points": points, "visible": True, "forbidden": {}}
    return judge(part, lambda _: next(answers, some[-1][1]), (), measure)


def _in_words(data, failed, measure):
    """Yield descriptions of failed cases of one kind; only the first few."""
    for n, (case, answer, verdict) in enumerate(failed[:MOST_CASES]):
        result = as_judged(data, case, checked(answer), measure)
        said = sentences(verdict.findings, Audience.INSTRUCTOR)
        wrong = _wrong(data, case, result) or said
        if case["aspect"] in ("loops", "memory", "inputs-unchanged"):
            wrong = said
        more = max(0, len(failed) - MOST_CASES) if n == MOST_CASES - 1 else 0
        inputs = [line.strip() for line in given(data, case["args"])]
        yield FailedCase(case["aspect"], case["tried"], inputs, wrong, more)


def _wrong(data, case, result):
    """Return lines that compare the actual with the expected result, part by part."""
    kind = result.raised[0] if result.raised else "an exception that the submission defines"
    if case["error"]:
        outcome = f"raised {kind}" if result.failed else "returned normally"
        outcome = ended(result.stopped) if result.stopped else outcome
        return [f"expected {with_article(case['error'])}; the function {outcome}"]
    if result.parts is None:
        return [*(_stopped(data, result) or [f"raised {kind}"]), *_fault(result)]
    lines = _fault(result)
    if len(result.parts) != len(data["returns"]):
        count, asked = len(result.parts), len(data["returns"])
        lines.append(f"expected {counted(asked, 'value')}; returned: {counted(count, 'value')}")
    for name, part, want in zip(data["returns"], result.parts, case["want"], strict=False):
        lines += _one_part(name, part, np.asarray(want), case)
    return lines


def _fault(result):
    """Return why nothing could be measured, as a list."""
    return [text(result.fault, Audience.INSTRUCTOR)] if result.fault else []


def _stopped(data, result):
    """Return what ended the call, as a list; empty if it was an exception."""
    about = {"function": data["name"], "stopped": result.stopped}
    finding = Finding(Code.STOPPED, data=about)
    return [text(finding, Audience.INSTRUCTOR)] if result.stopped else []


def _one_part(name, part, want, case):
    """Return lines about one incorrect part of an answer."""
    if part["kind"] == "failed":
        kind = (*part["raised"], "an exception that the submission defines")[0]
        return [f"{name}: expected {shown(want)}; missing, because computing it raised {kind}"]
    if part["values"] is None:
        return [f"{name}: expected {shown(want)}; returned: {kind_in_words(part['kind'])}"]
    values = part["values"]
    values = values if values.dtype.kind in "iu" else real(values)  # labels stay integers
    if values.shape != want.shape:
        return [f"{name}: expected shape {want.shape}; returned: {values.shape}"]
    if values.dtype.kind == "c" or close(values, want.astype(float), case["rtol"]):
        wrong = values.dtype.kind == "c"
        return [f"{name}: expected real numbers; returned: complex"] * wrong
    if want.size <= WHOLE:
        return [f"{name}: expected {_full(want)}; returned: {_full(values)}"]
    off = np.abs(np.nan_to_num(values - want, nan=np.inf, posinf=np.inf)).ravel()
    scale = case["rtol"] * max(1e-300, float(np.nanmax(np.abs(want))))
    top = off.max()
    rank = np.round(off / top, 6) if np.isfinite(top) else off  # the same on every processor
    worst = [i for i in np.argsort(-rank, kind="stable")[:MOST_ENTRIES] if off[i] > scale]
    entries = [np.unravel_index(i, want.shape) for i in worst]
    wrong = (off > scale).reshape(want.shape)
    lines = [f"{name}, shape {want.shape}: {_places(wrong, case)}"]
    lines += [
        f"  {name}{list(map(int, i))}: expected {_full(want[i])}; returned: {_full(values[i])}"
        for i in entries
    ]
    return lines


def _places(wrong, case):
    """Return the positions of wrong entries: the rows, columns or other lines."""
    about = {"count": [int(wrong.sum()), wrong.size], **within(wrong, case["sizes"])}
    return places(about)


def _full(values):
    """Return numbers in one line, with enough digits to show that they differ."""
    text = np.array2string(np.asarray(values), precision=8, separator=", ", threshold=WHOLE)
    return re.sub(r"(?<=\[) +| +(?=[],])", "", " ".join(text.split()))


def in_all(losses: list[Lost], mark: dict) -> str:
    """Return how the points of problems, points by hand and a penalty add up to the mark.

    :param mark: The gradebook's mark: `score`, `max_score`, `late_penalty`, `by_hand`, `extra`.
    """
    by_hand = {cell: points for cell, points, *_ in mark["by_hand"]}
    names = [n.problem for n in losses]
    ours = by_problem({cell: cell for cell in [*by_hand, *mark["extra"]]}, names)
    problems = {cell: name for name, cell in ours.items()}
    graded = sum(n.score for n in losses if by_hand.get(ours.get(n.problem)) is None)
    manual = {problems.get(c, c): p for c, p in by_hand.items() if p is not None}
    left = [cell for cell, points in by_hand.items() if points is None]
    extra = {problems.get(c, c): p for c, p in mark["extra"].items()}
    penalty, recorded = mark["late_penalty"], mark["score"]
    total = max(0.0, graded + sum(manual.values()) + sum(extra.values()) - penalty)
    terms = [f"{graded:g} graded automatically"]
    terms += [f"{points:g} by hand for {cell}" for cell, points in manual.items()]
    terms += [f"{points:g} extra for {cell}" for cell, points in extra.items()]
    terms += [f"nothing yet for {cell} (still to be marked)" for cell in left]
    terms += [f"minus {penalty:g} for lateness"] * bool(penalty)
    words = f"{total:g} of {counted(mark['max_score'], 'point')}"
    if abs(total - recorded) > 1e-3:
        words += f"; but {recorded:g} are recorded: grade again"
    return f"in total: {', '.join(terms)} = {words}"


def lines(student: str, losses: list[Lost]) -> list[str]:
    """Return the explanation as lines for a terminal."""
    output = []
    for lost in losses:
        output.append(
            f"{student}, {lost.problem}: {lost.score:g} of {counted(lost.most, 'point')}"
        )
        if lost.score == lost.most:
            continue
        earned = [f"{a} {n:g} of {of:g}" for a, (n, of) in lost.aspects.items() if n < of]
        output += [f"  points lost in: {', '.join(earned)}"] * bool(earned)
        output += [f"  hint: {hint}" for hint in lost.hints]
        for case in lost.cases:
            output.append(f"  {lost.title(case)}:")
            output += [f"    {line}" for line in [*case.inputs, *case.wrong]]
            output += [f"  and in {counted(case.more, 'more case')} of this kind"] * bool(
                case.more
            )
    return output
