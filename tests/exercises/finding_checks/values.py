"""Checks of findings about values and types; other modules have positions, folds, networks."""

import dis
import math
import tracemalloc

import numpy as np
from nngrader.engine.declaration.cases import PRIMES
from nngrader.engine.observation.observe import Failed

from tests.exercises.finding_checks.check import FACTOR, factor_of, sentence


@sentence(r"first make it right on ordinary input", of="form")
def _(a, found):
    return a.error is not None or a.got is None or a.bad().any()


@sentence(FACTOR + r"(?: \(.* here\))?\. (?:Where|On|Which)")
def _(a, found):
    return a.equals(factor_of(a, found) * a.want)


@sentence(r"is too (large|small) by (.*)\. Where")
def _(a, found):
    return a.equals(a.want + (1 if found[1] == "large" else -1) * a.number(found[2]))


@sentence(r"holds what is asked of \w+\. In which order")
def _(a, found):
    wants = [np.asarray(want) for want in a.case["want"]]
    return a.bad().any() and any(w.shape == a.got.shape and a.equals(w) for w in wants)


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
    r"is 0(?: everywhere\. Is anything ever put into it, .*|\. Which line computes it, .*)\?$"
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


@sentence(r"is missing: [`\w, ]+ raised (\w+)", of="form")
def _(a, found):
    return type(a.raw) is Failed and type(a.raw.error).__name__ == found[1]


@sentence(r"is still missing: [`\w, ]+ is not written yet \(NotImplementedError\)", of="form")
def _(a, found):
    return type(a.raw) is Failed and type(a.raw.error) is NotImplementedError


@sentence(r"is something that is no (?:array of numbers|number)", of="form")
def _(a, found):
    return not isinstance(a.raw, np.ndarray | list | tuple | int | float | dict | str)


@sentence(r"is a (tuple|list) that is no array of numbers", of="form")
def _(a, found):
    return type(a.raw).__name__ == found[1] and len({np.shape(v) for v in a.raw}) > 1


@sentence(r"is text", of="form")
def _(a, found):
    return isinstance(a.raw, str)


@sentence(r"is True or False, expected a number", of="form")
def _(a, found):
    return isinstance(a.raw, bool | np.bool_)


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


@sentence(r"returns (one value|two values), expected \w+ values: [a-z, ]+", of="form")
def _(a, found):
    several = isinstance(a.whole, tuple | list)
    return len(a.whole) == 2 if found[1] == "two values" else not several


@sentence(r"another order: expected (.*)", of="form")
def _(a, found):
    came, asked = ([np.shape(part) for part in parts] for parts in (a.whole, a.case["want"]))
    return came != asked and sorted(came) == sorted(asked)


@sentence(r"^(.*): expected a (\w+), but the function raised (\w+)", of="form")
def _(a, found):
    if a.case["tried"] != found[1]:  # said of another input
        return True
    return type(a.error).__name__ == found[3] != found[2] == a.case["error"]


@sentence(r"^(.*): expected a (\w+), but the function returned(.*)", of="form")
def _(a, found):
    if a.case["tried"] != found[1]:
        return True
    not_returned = "not returned or printed" in found[3]
    return (
        a.error is None
        and a.case["error"] == found[2]
        and (not not_returned or isinstance(a.whole, Exception | None))
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
    megabytes = float(found[2]) * 1e6
    return (
        most > 4 * math.prod(a.sizes[letter] for letter in letters) and megabytes < 1.1 * most
    )


@sentence(r"where (\w(?:, \w)+) are larger than in the other cases, the", of="form")
def _(a, found):
    large = all(a.sizes[letter] > max(PRIMES) for letter in found[1].split(", "))
    return large and (a.got is None or a.bad().any())


def _loops(code):
    """Return whether compiled code, or a function defined in it, contains a loop."""
    inside = [c for c in code.co_consts if hasattr(c, "co_code")]
    return any(i.opname == "FOR_ITER" for i in dis.get_instructions(code)) or any(
        _loops(c) for c in inside
    )


@sentence(r"the function changes its caller's (\w+(?: and \w+)*)\.", of="one")
def _(a, found):
    return set(found[1].split(" and ")) <= set(a.written)


@sentence(r"calls itself too deeply, or without end \(RecursionError\)", of="one")
def _(a, found):
    return isinstance(a.error, RecursionError)


@sentence(r"took longer than it may", of="one")
def _(a, found):
    return isinstance(a.error, TimeoutError)


@sentence(r"^(\w+(?:Error|Warning))(?::| \(line)", of="one")  # pytest makes errors of warnings
def _(a, found):
    return found[1] in [kind.__name__ for kind in type(a.error).__mro__]
