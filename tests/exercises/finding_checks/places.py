"""Checks of findings about positions in an array, properties such as symmetry, and shapes."""

import re

import numpy as np

from tests.exercises.finding_checks.check import sentence

LAWS = {
    "each row adds up to 0": lambda v: np.allclose(v.sum(axis=1), 0),
    "each row adds up to 1": lambda v: np.allclose(v.sum(axis=1), 1),
    "each column adds up to 0": lambda v: np.allclose(v.sum(axis=0), 0),
    "each column adds up to 1": lambda v: np.allclose(v.sum(axis=0), 1),
    "is symmetric": lambda v: np.allclose(v, v.T, atol=1e-8 * min(1, np.abs(v).max())),
    "the diagonal is 0": lambda v: not np.diag(v).any(),
    "nowhere negative": lambda v: (v >= 0).all(),
    "nowhere positive": lambda v: (v <= 0).all(),
    "nowhere above 1": lambda v: (v <= 1).all(),
}


def broken(a, text):
    """Return whether each property that is named is the solution's, not the answer's."""
    named = [holds for words, holds in LAWS.items() if words in text]
    return all(holds(a.want) and not holds(a.got) for holds in named)


ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
ALONG = r"places? along (?:the \w+ axis|[A-Z])"  # lines of an array of more than two axes
LINE, LINES = f"row|column|entry|{ALONG}", f"rows|columns|entries|{ALONG}"


def axes(a, name):
    """Return the axes of an answer whose lines a finding may mean by a name."""
    if not name.startswith("place"):
        return [int(name.startswith("col"))]
    if " axis" in name:
        return [ORDINALS.index(name.split()[-2])]
    return [k for k, n in enumerate(a.got.shape) if n == a.sizes[name[-1]]]


def lines(a, name):
    """Yield masks of the lines, such as rows, columns or entries, with something wrong."""
    for axis in axes(a, name):
        yield a.bad().any(axis=tuple(k for k in range(a.got.ndim) if k != axis))


def numbered(words, n):
    """Return the index that words such as "the first" or "3" name."""
    return {"the first": 0, "the last": n - 1}.get(words) if "the" in words else int(words)


def off_by(a, at, how):
    """Return whether the wrong entries within a mask differ in the way that a finding says."""
    got, want = a.got[a.bad() & at], a.want[a.bad() & at]
    if not how:
        return True
    if how == "its sign":
        return np.allclose(got, -want)
    d = got - want if how == "one amount" else got / want
    return np.ptp(d) < 1e-6 * np.abs(d).max()


@sentence(r"is (wrong|right) only at \[n, targets\[n\]\](?:, by (its sign|one \w+))?\.")
def _(a, found):
    at = a.args["targets"][:, None] == np.arange(a.got.shape[1])
    if found[1] == "wrong":
        return a.bad().any() and not a.bad()[~at].any() and off_by(a, at, found[2])
    return not a.bad()[at].any() and a.bad()[~at & (a.want != 0)].all()


@sentence(rf"is wrong in (the first|the last) ({LINE}) only(?:, by (its sign|one \w+))?")
@sentence(
    rf"is wrong in (?:({LINE}) \d+|one ({LINE})) only"
    r"(?:, by (its sign|one \w+))?"
)
def _(a, found):
    name = next(g for g in found.groups() if g and re.fullmatch(LINE, g))
    for wrong in lines(a, name):
        edge = {"the first": wrong[0], "the last": wrong[-1]}.get(found[1], True)
        if wrong.sum() == 1 and edge:
            return off_by(a, np.ones(a.got.shape, bool), found[found.re.groups])
    return False


@sentence(r"is (wrong|0) for (.+), and right for the others\.")
def _(a, found):
    wrong = {letter for letter, w in zip("abcdefgh", a.bad(), strict=False) if w}
    named = set(found[2].replace(" and ", ", ").split(", "))
    empty = found[1] == "wrong" or not a.got[a.bad()].any()
    return empty and not a.bad().all() and (found[2] == "some letters" or named == wrong)


@sentence(rf"is right in its (first|last) ({LINE}) only\. What")
def _(a, found):
    turn = 1 if found[1] == "first" else -1
    return any(not w[::turn][0] and w[::turn][1:].all() for w in lines(a, found[2]))


@sentence(rf"is right in its first ({LINES}) only(?: \(up to [\w ]+ (\d+)\))?\. What")
def _(a, found):
    firsts = [(int(np.argmax(wrong)), wrong) for wrong in lines(a, found[1])]
    return any(k > 1 and wrong[k:].all() for k, wrong in firsts)


@sentence(rf"is one ({LINE}) too (late|early)")
def _(a, found):
    for axis in axes(a, found[1]):
        got, want = (np.moveaxis(v, axis, 0) for v in (a.got, a.want))
        got, want = (got, want) if found[2] == "late" else (want, got)
        if np.allclose(got[1:], want[:-1]):
            return True
    return False


@sentence(rf"has its ({LINES}) in reverse order")
def _(a, found):
    return any(np.allclose(a.got, np.flip(a.want, axis)) for axis in axes(a, found[1]))


@sentence(rf"is off by one (amount|factor) for each ([A-Z]|{ALONG})\.")
def _(a, found):
    d = a.got - a.want if found[1] == "amount" else a.got / a.want
    for axis in axes(a, f"place along {found[2].removeprefix('place along ')}"):
        rest = tuple(k for k in range(d.ndim) if k != axis)
        if np.all(np.nanmax(d, axis=rest) - np.nanmin(d, axis=rest) < 1e-5):
            return True
    return False


@sentence(rf"adds up what is asked, ({LINE}) by")
def _(a, found):
    return any(np.allclose(a.got, np.cumsum(a.want, axis)) for axis in axes(a, found[1]))


@sentence(r"is filled in its first row only; the rest is 0")
def _(a, found):
    return a.got[0].any() and not a.got[1:].any() and a.bad()[1:].any()


@sentence(r"is right in its first rows only; the rest is 0")
def _(a, found):
    first = int(np.argmax(a.bad().any(axis=1)))
    return first > 0 and not a.got[first:].any() and a.want[first:].any()


@sentence(r"is wrong at its border only")
def _(a, found):
    return a.bad().any() and not a.bad()[1:-1, 1:-1].any()


@sentence(r"is (wrong|right) only (on|above|below) the diagonal")
def _(a, found):
    rows, columns = np.indices(a.got.shape)
    at = {"on": rows == columns, "above": columns > rows, "below": columns < rows}[found[2]]
    wrong = a.bad() if found[1] == "wrong" else ~a.bad() | (a.want == 0)
    return a.bad().any() and not (wrong & ~at & (a.got != 0)).any()


@sentence(r"is wrong only where (.*) is (negative|positive)\. What should happen")
def _(a, found):
    about = a.want if found[1] == "what is asked" else a.args[found[1]]
    at = about < 0 if found[2] == "negative" else about > 0
    return a.bad().any() and not a.bad()[~at].any()


@sentence(r"is 0 in places where it should not be, and right elsewhere")
def _(a, found):
    return a.bad().any() and not a.got[a.bad()].any() and a.want[a.bad()].all()


@sentence(r"is right but where 0 is asked")
def _(a, found):
    return a.bad().any() and not a.want[a.bad()].any()


@sentence(r"is wrong in (\d+) of (\d+) entries\.(.*)")
def _(a, found):
    return 0 < a.bad().sum() < a.bad().size / 2 and broken(a, found[3])


@sentence(
    r"differs, and not by a simple factor, sign or shift(?:: it is too (large|small)\b)?(.*)"
)
def _(a, found):
    side = {"large": (a.got > a.want).all(), "small": (a.got < a.want).all()}
    simple = a.equals(-a.want) or a.equals(a.want * a.sizes.get("N", 1))
    return a.bad().any() and not simple and side.get(found[1], True) and broken(a, found[2])


@sentence(r"rises and falls with what is asked, by another rule(.*)")
def _(a, found):
    return (np.diff(a.got.ravel()[np.argsort(a.want, axis=None)]) > 0).all() and broken(
        a, found[1]
    )


@sentence(r"is near what is asked\.")
def _(a, found):
    return np.abs(a.got - a.want).max() < 0.2 * np.abs(a.want).max()


@sentence(r"falls where what is asked rises(.*)")
def _(a, found):
    return (np.diff(a.got.ravel()[np.argsort(a.want, axis=None)]) < 0).all()


# Shapes


@sentence(r"has shape \(?(.*?)\)?, expected \(?(.*?)\)?(?: \(one number\))?: (.*)", of="form")
def _(a, found):
    if "…" in found[1]:
        return np.ndim(a.raw) > 4
    named = [
        tuple(a.number(w) for w in re.findall(r"[A-Z]·[A-Z]|[A-Z] [-+] 1|[A-Z]|\d+", g))
        for g in found.groups()[:2]
    ]
    return named == [np.shape(a.raw), a.want.shape] and _is_cause(a, found[3])


def _is_cause(a, text):
    """Return whether the cause that a finding names explains the two shapes."""
    came, asked = np.shape(a.raw), a.want.shape
    more = len(came) - len(asked)
    facts = {
        "rows and columns are exchanged": came == asked[::-1],
        "axes stand in another order": more == 0 and sorted(came) == sorted(asked),
        "as many entries in another form": np.size(a.raw) == a.want.size,
        "there is an axis of length 1 too many": more > 0 and 1 in came,
        "an axis of length 1 is missing": more < 0 and 1 in asked,
        "stands inside an array": asked == () and np.size(a.raw) == 1,
        "all entries lie in one row": more < 0 and np.size(a.raw) == a.want.size,
        "left over": more > 0,
        "is gone": more < 0,
        "one number is left": came == (),
        "every entry meets": len(came) == 2 and came[0] == came[1],
        "one is missing": more == 0 and a.want.size > np.size(a.raw),
        "one too many": more == 0 and a.want.size < np.size(a.raw),
        "one is left": more == 0 and 1 in came,
        "this is one number for each": more == 0 == len(came) - 1,
        "axis is that of": more == 0 and came != asked,
        "how long should": more == 0 and came != asked,
        "from where does each": came != asked,
        "it is empty": np.size(a.raw) == 0,
    }
    facts_named = [fact for words, fact in facts.items() if words in text]
    return bool(facts_named) and all(facts_named)
