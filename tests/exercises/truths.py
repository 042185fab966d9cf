"""Whether what a student is told about a wrong answer is true of it.

Every kind of sentence that the engine can say has a check here, which computes anew what the
sentence claims; a sentence without a check is an error. `untrue` returns the sentences that
do not hold.
"""

import dis
import math
import re
import tracemalloc

import numpy as np
from nngrader.engine.declaration.cases import PRIMES
from nngrader.engine.observation.call_result import CallResult
from nngrader.engine.observation.driver import measured as measured_of
from nngrader.engine.observation.observe import describe, driven, measured

import tests.exercises.truths_folds
import tests.exercises.truths_networks
import tests.exercises.truths_places  # noqa: F401, registers its checks
from tests.exercises.claims import CHECKS, sentence
from tests.exercises.declared import PROBLEMS

UNNAMED = re.compile(r" has shape .*[(, ]\d+[,)]")  # lengths without a letter, of one case
TRIED = re.compile(r" ?\(with ([^()]*)\)\.?$")


class Answer:
    """One part of a function's answer to one case, compared from scratch."""

    def __init__(self, data, case, k, f):
        self.case, self.sizes, self.args = case, case["sizes"], case["args"]
        copies = {n: np.copy(v) if np.ndim(v) else v for n, v in self.args.items()}
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
        """The part as it came, and as floats where it has the right shape."""
        raw = self.whole
        if n_parts > 1:
            several = isinstance(raw, tuple | list)
            raw = raw[k] if several and k < len(raw) else None if several or k else raw
        try:
            got = np.asarray(None if np.iscomplexobj(raw) else raw, float)
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
        """What a name such as N·C, (C - 1), √N, N², ln C or margin stands for."""
        text = re.sub(r"√(\w+)", r"sqrt(\1)", name.replace("·", "*").replace("²", "**2"))
        text = re.sub(r"ln (\w+)", r"log(\1)", text)
        known = {n: v for n, v in self.args.items() if isinstance(v, float)}
        return eval(text, {"sqrt": math.sqrt, "log": math.log, **known, **self.sizes})


def judged_of(data, case, whole):
    """What is compared: the answer itself, or what the problem's measure makes of it."""
    if not data.get("measure") or case["error"]:
        return whole
    raw = whole if isinstance(whole, tuple) else (whole,)
    seen = measured_of(data, case, CallResult(parts=[describe(part) for part in raw]), measured)
    return whole if seen.fault else tuple(p["values"] for p in seen.parts)


def untrue(data, f, verdict):
    """Yield those findings of a verdict on visible cases that are not true."""
    f = driven(f, data.get("driver"))
    for aspect, text, mistake in verdict.findings:
        for part, rest in _parts(data, text):
            if not _holds(data, f, aspect, part, rest, mistake):
                yield aspect, text


def _parts(data, text):
    """Split "loss and gradient: …" into its parts; sentences on the whole have the first."""
    names = list(data["returns"])
    found = re.match(rf"((?:{'|'.join(names)})(?: and (?:{'|'.join(names)}))*)(:?) ", text)
    if not found:
        return [(0, text)]
    rest = re.sub(r"^ (are|have|agree|differ|hold)\b", _one, text[len(found[1]) :])
    return [(names.index(n), rest) for n in found[1].split(" and ")]


def _one(verb):
    """The verb of several parts as that of one."""
    return {"are": " is", "have": " has"}.get(verb[1], f" {verb[1]}s")


def _holds(data, f, aspect, k, text, mistake):
    """Tell whether one sentence holds in the cases that it is about."""
    cases = _about(data, aspect, text, mistake, k)
    named = TRIED.search(text) if data.get("measure") else None
    cases = [c for c in cases if named and c["tried"] == named[1]] or cases
    answers = [Answer(data, case, k, f) for case in cases]
    if mistake:
        factor = re.match(FACTOR + r"(?: \(.* here\))?, and apart from that: ", text.strip())
        return _is_mistake(data, mistake, answers, k, factor)
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
    """Tell whether a known mistake gives these answers, times a factor if one is named."""
    p = PROBLEMS[data["name"]]
    known = (p.mistakes | p.ignored_defaults())[mistake]
    solve = driven(known.solve, p.moving.get("driver"))
    for a in answers:
        with np.errstate(all="ignore"):
            whole = judged_of(data, a.case, solve(*(a.args | known.fixed).values()))
        given = np.asarray(whole[k] if len(p.returns) > 1 else whole, float)
        given = given * (_factor(a, factor) if factor else 1)
        given = _turned(given, a.got, known.signs.get(list(p.returns)[k]))
        if a.got is None:  # of another shape than is asked, but of that of the mistake
            room = a.case["rtol"] * np.abs(given).max(initial=0)
            if not np.allclose(np.asarray(a.raw, float), given, rtol=1e-6, atol=room):
                return False
        elif not a.equals(given) and not _is_so_but_for_nan(a, given):
            return False
    return True


def _turned(given, got, axis):
    """What a mistake gives, each line along an axis turned as that of an answer."""
    if axis is None or got is None or got.shape != given.shape:
        return given
    along = np.sum(got * given, axis=1 - axis, keepdims=True)
    return np.where(along < 0, -given, given)


def _is_so_but_for_nan(a, given):
    """Whether an answer is another one but for where it is nan, as both are somewhere."""
    both = np.isfinite(a.got) & np.isfinite(given)
    largest = np.abs(given[both]).max(initial=0)
    alike = np.allclose(a.got[both], given[both], rtol=0, atol=a.case["rtol"] * largest)
    return alike and np.isnan(a.got).any() and np.isnan(given).any()


@sentence(r"first make it right on ordinary input", of="form")
def _(a, found):
    return a.error is not None or a.got is None or a.bad().any()


FACTOR = r"is (?:(\S.*?) times too (large|small)(?: and )?)?(of the wrong sign)?"


@sentence(FACTOR + r"(?: \(.* here\))?\. (?:Where|On|Which)")
def _(a, found):
    return a.equals(_factor(a, found) * a.want)


def _factor(a, found):
    """The factor that is named."""
    factor = a.number(found[1]) if found[1] else 1
    return (-1 if found[3] else 1) * (factor if found[2] == "large" else 1 / factor)


@sentence(r"is too (large|small) by (.*)\. Where")
def _(a, found):
    return a.equals(a.want + (1 if found[1] == "large" else -1) * a.number(found[2]))


@sentence(r"has lost its sign")
def _(a, found):
    return (a.got >= 0).all() and a.equals(np.abs(a.want))


@sentence(r"is 0 where a (negative|positive) number is asked")
def _(a, found):
    side = a.want < 0 if found[1] == "negative" else a.want > 0
    return not a.got[side].any() and not a.bad()[~side].any()


FORMS = {
    "is the square of what is asked": np.square,
    "is the square root of what is asked": np.sqrt,
    "is e to the power of what is asked": np.exp,
    "is the logarithm of what is asked": np.log,
    "is minus the logarithm of what is asked": lambda w: -np.log(w),
    "is one divided by what is asked": lambda w: 1 / w,
    "and what is asked add up to 1": lambda w: 1 - w,
    "has rows and columns exchanged": np.transpose,
    "has lost what stands after the decimal point": np.trunc,
}


@sentence("|".join(FORMS))
def _(a, found):
    with np.errstate(all="ignore"):
        return a.equals(FORMS[found[0]](a.want))


@sentence(r"is nan or infinite\.")
def _(a, found):
    return not np.isfinite(a.got).all()


@sentence(r"is (nan|infinite) .* In another case it is finite, but wrong", of="one")
@sentence(r"is (nan|infinite)(?! .* In another case)")
def _(a, found):
    return (np.isnan if found[1] == "nan" else np.isinf)(a.got).any()


@sentence(r"agrees to (\S+) of the largest entry, but not closer")
def _(a, found):
    return 0 < np.abs(a.got - a.want).max() < 1e-3 * np.abs(a.want).max()


@sentence(
    r"is 0(?: everywhere\. Is anything ever put into it|\. Which line computes it, .*)\?$"
)
def _(a, found):
    return not a.got.any()


@sentence(r"is off by one (amount|factor) (everywhere|in each row|in each column)")
def _(a, found):
    d = a.got - a.want if found[1] == "amount" else a.got / a.want
    axis = {"everywhere": None, "in each row": 1, "in each column": 0}[found[2]]
    neutral = 0 if found[1] == "amount" else 1
    line = np.mean(d, axis=axis)
    return bool(
        np.all(np.ptp(d, axis=axis) < 1e-5) and np.all(line) and np.all(line != neutral)
    )


@sentence(r"is (\w+), as it came")
def _(a, found):
    return a.equals(a.args[found[1]])


@sentence(r"has the same number everywhere")
def _(a, found):
    return not np.ptp(a.got)


@sentence(r"holds the right numbers in wrong places")
def _(a, found):
    return np.allclose(np.sort(a.got.ravel()), np.sort(a.want.ravel()))


@sentence(r"is right but for the sign, which is wrong in places")
def _(a, found):
    return a.bad().any() and np.allclose(np.abs(a.got), np.abs(a.want))


@sentence(r"is off by one factor and one amount everywhere")
def _(a, found):
    slope, amount = np.polyfit(a.want.ravel(), a.got.ravel(), 1)
    return a.equals(slope * a.want + amount)


@sentence(r"is rounded to (\d) decimals")
def _(a, found):
    return np.array_equal(a.got, np.round(a.want, int(found[1])))


@sentence(r"is a list, expected an array", of="form")
def _(a, found):
    return isinstance(a.raw, list)


@sentence(r"is of type (\w+), expected (\w+)", of="form")
def _(a, found):
    return [a.raw.dtype.name, a.want.dtype.name] == list(found.groups())


@sentence(r"is still missing: these points wait for it", of="form")
@sentence(r"is None\.", of="form")
def _(a, found):
    return a.raw is None


@sentence(r"is something that is no array of numbers", of="form")
def _(a, found):
    return not isinstance(a.raw, np.ndarray | list | tuple | int | float | dict | str)


@sentence(r"is a (tuple|list) that is no array of numbers", of="form")
def _(a, found):
    return type(a.raw).__name__ == found[1] and len({np.shape(v) for v in a.raw}) > 1


@sentence(r"is text", of="form")
def _(a, found):
    return isinstance(a.raw, str)


@sentence(r"is complex\. Which step", of="form")
def _(a, found):
    return np.iscomplexobj(a.raw) and a.raw.imag.any()


@sentence(r"is a generator", of="form")
def _(a, found):
    return hasattr(a.raw, "send")


@sentence(r"returns (a dict|a generator|one array of Python objects), expected", of="form")
def _(a, found):
    kinds = {"a dict": dict, "a generator": type(_ for _ in ())}
    return isinstance(a.whole, kinds.get(found[1], np.ndarray))


@sentence(r"returns (one value|two values), expected (?:two|three) values: [a-z, ]+", of="form")
def _(a, found):
    several = isinstance(a.whole, tuple | list)
    return len(a.whole) == 2 if found[1] == "two values" else not several


@sentence(r"another order: expected (.*)", of="form")
def _(a, found):
    return np.shape(a.whole[-1]) == a.want.shape != np.shape(a.whole[0])


@sentence(r"^(.*): expected a (\w+), but the function raised (\w+)", of="form")
def _(a, found):
    if a.case["tried"] != found[1]:  # said of another input
        return True
    return type(a.error).__name__ == found[3] != found[2] == a.case["error"]


@sentence(r"^(.*): expected a (\w+), but the function returned(.*)", of="form")
def _(a, found):
    if a.case["tried"] != found[1]:
        return True
    said = "not returned or printed" in found[3]
    return (
        a.error is None
        and a.case["error"] == found[2]
        and (not said or isinstance(a.whole, Exception | None))
    )


@sentence(r"the work in Python grows with", of="form")
def _(a, found):
    return _loops(a.f.__code__)


@sentence(r"where (\w) is larger than in the other cases, the (function|answer)", of="one")
def _(a, found):
    if found[2] == "function":
        return a.sizes[found[1]] > max(PRIMES) and a.error is not None
    return a.sizes[found[1]] > max(PRIMES) and (a.got is None or a.bad().any())


@sentence(r"one number for each choice of ([\w, ]+) is held at once \((.*) MB\)", of="form")
def _(a, found):
    letters = found[1].split(", ")
    tracemalloc.start()
    a.f(*a.args.values())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    said = float(found[2]) * 1e6
    return most > 4 * math.prod(a.sizes[letter] for letter in letters) and said < 1.1 * most


@sentence(r"where (\w(?:, \w)+) are larger than in the other cases, the", of="form")
def _(a, found):
    large = all(a.sizes[letter] > max(PRIMES) for letter in found[1].split(", "))
    return large and (a.got is None or a.bad().any())


def _loops(code):
    """Tell whether there is a loop in compiled code or in what stands inside it."""
    inside = [c for c in code.co_consts if hasattr(c, "co_code")]
    return any(i.opname == "FOR_ITER" for i in dis.get_instructions(code)) or any(
        _loops(c) for c in inside
    )


@sentence(r"the function changes its caller's (\w+(?: and \w+)*)\.", of="form")
def _(a, found):
    return set(found[1].split(" and ")) <= set(a.written)


@sentence(r"calls itself too deeply, or without end \(RecursionError\)", of="one")
def _(a, found):
    return isinstance(a.error, RecursionError)


@sentence(r"took longer than it may", of="one")
def _(a, found):
    return isinstance(a.error, TimeoutError)


@sentence(r"^(\w+(?:Error|Warning)): ", of="one")  # pytest makes errors of warnings
def _(a, found):
    return found[1] in [kind.__name__ for kind in type(a.error).__mro__]
