"""Check that what a student is told about a wrong answer is true.

Every kind of sentence that the engine can say has a check, which computes anew what the
sentence claims; a sentence without a check is an error.
"""

import copy
import math
import re

import numpy as np
from nngrader.engine.observation.call_result import CallResult
from nngrader.engine.observation.driver import measured as measured_of
from nngrader.engine.observation.observe import Tensor, describe, driven, measured

from tests.exercises.declared_problems import PROBLEMS

CHECKS = []
FACTOR = r"is (?:(\S.*?) times too (large|small)(?: and )?)?(of the wrong sign)?"
UNNAMED = re.compile(r" has shape .*[(, ]\d+[,)]")  # lengths without a letter, of one case
TRIED = re.compile(r" ?\(with ([^()]*)\)\.?$")


def sentence(pattern, *, of="values"):
    """Return a decorator that registers a check: a function of an answer and a regex match.

    ``of`` says which answers it is about: "values", those that can be compared; "form", all
    that are wrong; "one", the case that is named.
    """

    def add(f):
        CHECKS.append((re.compile(pattern), of, f))
        return f

    return add


class Answer:
    """One part of a function's answer to one case, compared from scratch."""

    def __init__(self, data, case, k, f):
        self.case, self.sizes, self.args = case, case["sizes"], case["args"]
        copies = copy.deepcopy(self.args)  # lists stay lists, as a student is given them
        self.f, self.error, self.whole = f, None, None
        try:
            with np.errstate(all="ignore"):
                self.whole = judged_of(data, case, f(*copies.values()))
        except Exception as e:
            self.error = e
        self.written = [n for n in self.args if not np.array_equal(copies[n], self.args[n])]
        self.want = None if case["want"] is None else np.asarray(case["want"][k])
        self.raw, self.got = self._part(k, len(data["returns"]))

    def _part(self, k, n_parts):
        """Return part k as it came, and as floats if it has the right shape, else None."""
        raw = self.whole
        if n_parts > 1:
            several = isinstance(raw, tuple | list)
            raw = raw[k] if several and k < len(raw) else None if several or k else raw
        try:
            numbers = raw.numbers if type(raw) is Tensor else raw
            got = np.asarray(None if np.iscomplexobj(raw) else numbers, float)
        except (TypeError, ValueError):
            return raw, None
        asked = None if self.want is None else self.want.shape
        if asked is not None and got.shape == asked[::-1] != asked:  # judged as if turned
            got = got.T
        return raw, got if got.shape == asked else None

    def bad(self):
        largest = np.abs(self.want).max()
        return ~(np.abs(self.got - self.want) <= self.case["rtol"] * largest)

    def equals(self, values):
        largest = np.abs(values[np.isfinite(values)]).max(initial=0)
        return np.allclose(self.got, values, rtol=1e-6, atol=1e-6 * largest, equal_nan=True)

    def number(self, name):
        """Return the value of a factor such as N·C, (C - 1), √N, N², ln C or margin."""
        text = re.sub(r"√(\w+)", r"sqrt(\1)", name.replace("·", "*").replace("²", "**2"))
        text = re.sub(r"ln (\w+)", r"log(\1)", text)
        known = {n: v for n, v in self.args.items() if isinstance(v, float)}
        return eval(text, {"sqrt": math.sqrt, "log": math.log, **known, **self.sizes})


def judged_of(data, case, whole):
    """Return what is compared: the answer, or what the problem's `measure` computes from it."""
    if not data.get("measure") or case["error"]:
        return whole
    raw = whole if isinstance(whole, tuple) else (whole,)
    result = measured_of(
        data, case, CallResult(parts=[describe(part) for part in raw]), measured
    )
    return whole if result.fault else tuple(p["values"] for p in result.parts)


def false_findings(data, f, verdict):
    """Yield those findings of a verdict on visible cases that are not true."""
    f = driven(f, data.get("driver"))
    for aspect, text, mistake in verdict.findings:
        for part, rest in _parts(data, text):
            if not _holds(data, f, aspect, part, rest, mistake):
                yield aspect, text


def _parts(data, text):
    """Return the parts that "loss and gradient: …" names, each with the rest of it."""
    names = list(data["returns"])
    found = re.match(rf"((?:{'|'.join(names)})(?: and (?:{'|'.join(names)}))*)(:?) ", text)
    if not found:
        return [(0, text)]
    rest = re.sub(r"^ (are|have|agree|differ|hold)\b", _one, text[len(found[1]) :])
    return [(names.index(n), rest) for n in found[1].split(" and ")]


def _one(verb):
    """Return a verb's singular form."""
    return {"are": " is", "have": " has"}.get(verb[1], f" {verb[1]}s")


def _holds(data, f, aspect, k, text, mistake):
    """Return whether one sentence is true of the cases that it is about."""
    cases = _about(data, aspect, text, mistake, k)
    named = TRIED.search(text)
    cases = [c for c in cases if named and c["tried"] == named[1]] or cases
    answers = [Answer(data, case, k, f) for case in cases]
    if mistake:
        factor = re.match(FACTOR + r"(?: \(.* here\))?, and apart from that: ", text.strip())
        kinds = {a.case["group"]: [] for a in answers}  # it is said of one kind of case
        for a in answers:
            kinds[a.case["group"]].append(a)
        return any(_is_mistake(data, mistake, kind, k, factor) for kind in kinds.values())
    text = TRIED.sub("", text)
    for pattern, of, check in CHECKS:
        if found := pattern.search(text):
            wrong = [a for a in answers if a.got is None or a.bad().any()] or answers
            if "has shape" in text or of == "values":
                wrong = [a for a in wrong if a.error is None]
            if of == "values":
                wrong = [a for a in wrong if a.got is not None]
            few = of == "one" or UNNAMED.search(text)
            return (any if few else all)(check(a, found) for a in wrong)
    raise AssertionError(f"no check for: {text}")


def _about(data, aspect, text, mistake, k):
    """Return the cases that a sentence is about."""
    ordinary = [c for c in data["cases"] if c["aspect"] == "value"]
    own = [c for c in data["cases"] if c["aspect"] == aspect]
    own = [] if "the work in Python grows" in text else own
    return own if own and "first make it right" not in text else ordinary


def _is_mistake(data, mistake, answers, k, factor):
    """Return whether a known mistake, times a named factor, gives the same as these answers.

    Neither fails, and one of the answers is wrong.
    """
    p = PROBLEMS[data["name"]]
    known = (p.mistakes | p.ignored_defaults())[mistake]
    solve = driven(known.solve, p.moving.get("driver"))
    if any(a.error for a in answers):
        return False
    for a in answers:
        try:
            with np.errstate(all="ignore"):
                whole = judged_of(data, a.case, solve(*(a.args | known.fixed).values()))
        except ArithmeticError:
            return False
        given = np.asarray(whole[k] if len(p.returns) > 1 else whole, float)
        given = given * (factor_of(a, factor) if factor else 1)
        given = _turned(given, a.got, known.signs.get(list(p.returns)[k]))
        if a.got is None:  # of another shape than is asked, but of that of the mistake
            room = a.case["rtol"] * np.abs(given[np.isfinite(given)]).max(initial=0)
            near = {"rtol": 1e-6, "atol": room, "equal_nan": True}
            if not np.allclose(np.asarray(a.raw, float), given, **near):
                return False
        elif not a.equals(given) and not _is_so_but_for_nan(a, given):
            return False
    return any(a.got is None or a.bad().any() for a in answers)


def _turned(given, got, axis):
    """Return a mistake's values with the sign of each row or column taken from an answer."""
    if axis is None or got is None or got.shape != given.shape:
        return given
    along = np.sum(got * given, axis=1 - axis, keepdims=True)
    return np.where(along < 0, -given, given)


def _is_so_but_for_nan(a, given):
    """Return whether two answers that both contain NaN agree where both are finite."""
    both = np.isfinite(a.got) & np.isfinite(given)
    largest = np.abs(given[both]).max(initial=0)
    alike = np.allclose(a.got[both], given[both], rtol=0, atol=a.case["rtol"] * largest)
    return alike and np.isnan(a.got).any() and np.isnan(given).any()


def factor_of(a, found):
    """Return the factor that a finding names, as a number."""
    factor = a.number(found[1]) if found[1] else 1
    return (-1 if found[3] else 1) * (factor if found[2] == "large" else 1 / factor)
