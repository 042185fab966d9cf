"""Whatever a function returns is read as a value, or the finding says what is wrong."""

from collections import namedtuple
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

import numpy as np
import pytest
from nngrader.engine import caller, judge, pack, problem

import nnlib
from tests.exercises.declared_problems import lost, texts


def declared(name, reference, returns, lists):
    """Declare a problem of a function of one array."""
    about = {aspect: 4 for aspect in returns.values()}
    p = problem(name, returns=returns, points={"shape": 1} | about, lists=lists)
    p.reference(reference)
    p.example(np.array([[1.0, 2.0]]))

    def ordinary(rng, N, D):
        """Random numbers."""
        return (rng.normal(size=(N, D)),)

    p.case("value", visible=2)(ordinary)
    for k in (2, 3, 4, 5):
        p.mistake("what?", loses=" ".join(returns.values()))(times(k, reference))
    p.alternative(times(1, reference))
    p.alternative(lambda x: reference(x))
    return pack(p, 1, visible=True), pack(p, 1, visible=False)


def times(k, reference):
    def wrong(x):
        given = reference(x)
        return tuple(k * part for part in given) if isinstance(given, tuple) else k * given

    wrong.__name__ = f"times_{k}"
    return wrong


def doubled(x):
    """Twice x."""
    return 2 * x


def total(x):
    """The sum."""
    return x.sum()


def both(x):
    """The sum, and twice x."""
    return x.sum(), 2 * x


DATA = {
    "array": declared("doubled", doubled, {"double": "value"}, lists=False),
    "list": declared("doubled", doubled, {"double": "value"}, lists=True),
    "number": declared("total", total, {"total": "value"}, lists=False),
    "two": declared("both", both, {"total": "value", "double": "other"}, lists=False),
}


class Own(np.ndarray):
    """A subclass that would lie about everything."""

    def __array_finalize__(self, other):
        pass

    def tolist(self):
        raise SystemExit

    __eq__ = __array_ufunc__ = __len__ = tolist
    __hash__ = None


class Exactly(float):
    def __float__(self):
        raise SystemExit


class Level(IntEnum):
    ONE = 1


class DataFrame:
    """As a table of another package looks from outside."""

    def __array__(self, dtype=None, copy=None):
        raise SystemExit


Answer = namedtuple("Answer", ["total", "double"])


def itself():
    value = [1.0]
    value.append(value)
    return value


def deep(value, levels=40):
    for _ in range(levels):
        value = [value]
    return value


RIGHT = [
    ("array", "np.matrix", lambda x: np.asmatrix(2 * x)),
    ("array", "subclass", lambda x: (2 * x).view(Own)),
    ("array", "record array", lambda x: (2 * x).view(np.recarray)),
    ("array", "nothing masked", lambda x: np.ma.array(2 * x)),
    ("array", "long double", lambda x: 2 * x.astype(np.longdouble)),
    ("array", "other bytes", lambda x: (2 * x).astype(">f8")),
    ("array", "a view with negative strides", lambda x: (2 * x[::-1])[::-1]),
    ("list", "list", lambda x: (2 * x).tolist()),
    ("list", "tuple", lambda x: tuple(map(tuple, 2 * x))),
    ("list", "rows", lambda x: list(2 * x)),
    ("list", "numbers of a subclass", lambda x: [[Exactly(2 * v) for v in row] for row in x]),
    ("list", "array", lambda x: 2 * x),
    ("number", "0-d array", lambda x: np.array(x.sum())),
    ("number", "float of a subclass", lambda x: Exactly(x.sum())),
    ("number", "long double", lambda x: np.longdouble(x.sum())),
    ("two", "namedtuple", lambda x: Answer(x.sum(), 2 * x)),
    ("two", "list", lambda x: [x.sum(), 2 * x]),
]
MISTAKES = [
    ("array", lambda x: (2 * x).tolist(), "is a list, expected an array. Which call turns"),
    ("array", lambda x: (2 * x).astype(object), "is of type object, expected float64"),
    ("array", lambda x: np.float32(2 * x), "is of type float32, expected float64"),
    ("array", lambda x: 2 * x + 0j, "is of a complex type. Which step makes it so?"),
    ("array", lambda x: np.emath.sqrt(x) ** 3, "is complex. Which step takes the root"),
    ("array", lambda x: np.ma.masked_less(2 * x, 0), "is a masked array. What is asked"),
    ("array", lambda x: (2 * x)[None], "has shape (1, N, D), expected (N, D)"),
    ("array", lambda x: 2 * x * np.nan, "is nan everywhere"),
    ("array", lambda x: x + np.inf, "is infinite everywhere"),
    ("array", lambda x: 2 * x > 0, "is of type bool, expected float64"),
    ("array", lambda x: np.array([{}, 1]), "is an array of another type, expected numbers"),
    ("array", lambda x: (2 * x).astype(str), "is an array of another type, expected numbers"),
    ("array", lambda x: np.zeros(10**8), "is far too large"),
    ("array", lambda x: [0.0] * 10**6, "is far too large"),
    ("array", lambda x: np.zeros(3, "M8[s]"), "is an array of another type, expected numbers"),
    ("array", lambda x: np.zeros(3, [("a", float)]), "is an array of another type"),
    ("array", lambda x: None, "is None. Does every path"),
    ("array", lambda x: "2 * x", "is text"),
    ("array", lambda x: bytearray(3), "is text"),
    ("array", lambda x: {"double": 2 * x}, "is a dict"),
    ("array", lambda x: {1, 2}, "is a set"),
    ("array", lambda x: (2 * row for row in x), "is a generator. Does the function say yield"),
    ("array", lambda x: map(abs, x), "is an iterator. Which call runs through it"),
    ("array", lambda x: zip(x, x, strict=True), "is an iterator"),
    ("array", lambda x: enumerate(x), "is an iterator"),
    ("array", lambda x: memoryview(2 * x), "is a view of something else, expected an array"),
    ("array", lambda x: dict(enumerate(x)).values(), "is a view of something else"),
    ("array", lambda x: lambda: 2 * x, "is a function. Are the parentheses of a call missing?"),
    ("array", lambda x: (2 * x).copy, "is a function"),
    ("array", lambda x: np.ndarray, "is a function"),
    ("array", lambda x: nnlib.tensor(2 * x), "is a tensor, expected an array"),
    ("array", lambda x: DataFrame(), "is a table with labels, expected an array"),
    ("array", lambda x: ValueError("x"), "is something that is no array of numbers"),
    ("array", lambda x: object(), "is something that is no array of numbers"),
    ("array", lambda x: [[1.0], [1.0, 2.0]], "is a list that is no array of numbers"),
    ("array", lambda x: itself(), "is a list that is no array of numbers"),
    ("array", lambda x: deep(2 * x), "is a list that is no array of numbers"),
    ("array", lambda x: deep(1.0, 10**5), "is a list that is no array of numbers"),
    ("list", lambda x: [Fraction(1, 2)], "is a list that is no array of numbers"),
    ("list", lambda x: range(len(x)), "has shape (N,), expected (N, D)"),
    ("array", lambda x: range(10**9), "is something that is no array of numbers"),
    ("number", lambda x: Fraction(1, 2), "is a Fraction or a Decimal, expected a float"),
    ("number", lambda x: Decimal("1.5"), "is a Fraction or a Decimal, expected a float"),
    ("number", lambda x: np.float32(x.sum()), "is of type float32, expected float64"),
    ("number", lambda x: np.ma.masked, "is a masked array"),
    ("number", lambda x: 10**400, "is infinite"),
    ("number", lambda x: nnlib.tensor(2.0), "is a tensor, expected a number. How do you get"),
    ("number", lambda x: DataFrame(), "is a table with labels, expected a number"),
    ("number", lambda x: memoryview(2 * x), "is a view of something else, expected a number"),
    ("number", lambda x: {1.0}, "is a set, expected a number. Which of its values"),
    ("number", lambda x: [nnlib.tensor(2.0)], "is a list, expected a number"),
    ("number", lambda x: (nnlib.tensor(2.0),), "is a tuple, expected a number"),
    ("number", lambda x: object(), "is something that is no number"),
    ("number", lambda x: np.array(None), "is an array of another type, expected a number"),
    ("number", lambda x: Level.ONE, "differs, and not by a simple factor"),
    ("number", lambda x: x.sum(keepdims=True), "has shape (1, 1), expected ()"),
    (
        "two",
        lambda x: {"total": x.sum(), "double": 2 * x},
        "returns a dict, expected two values",
    ),
    ("two", lambda x: iter((x.sum(), 2 * x)), "returns an iterator, expected two values"),
    ("two", lambda x: (v for v in (1, 2)), "returns a generator, expected two values"),
    ("two", lambda x: nnlib.tensor(x), "returns a tensor, expected two values: total, double."),
    ("two", lambda x: np.array([x.sum(), None]), "returns one array of Python objects"),
    ("two", lambda x: 2 * x, "returns one value, expected two values: total, double"),
    ("two", lambda x: (x.sum(), 2 * x, 3), "returns three values, expected two values"),
    ("two", lambda x: [x.sum()], "returns one value, expected two values"),
    ("two", lambda x: (2 * x, x.sum()), "the values come in another order"),
    ("two", lambda x: Answer(None, 2 * x), "total is None. Does every path"),
]


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize(
    ("about", "f"), [pytest.param(a, f, id=f"{a}: {name}") for a, name, f in RIGHT]
)
def test_a_right_value_of_another_type_has_all_points(about, f, kind):
    data = DATA[about][kind]
    verdict = judge(data, caller(data, f))
    assert (verdict.score, verdict.findings) == (100, [])


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize(("about", "f", "words"), MISTAKES)
def test_what_is_no_answer_is_told_in_plain_words(about, f, words, kind):
    data = DATA[about][kind]
    verdict = judge(data, caller(data, f))
    assert words in texts(verdict)
    assert lost(verdict)


def endless(x):
    return endless(x)


def through_its_own_repr(x):
    class Odd(Exception):
        def __str__(self):
            return str(self)

    raise Odd


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (endless, "calls itself too deeply, or without end (RecursionError)"),
        (through_its_own_repr, "the function raised Exception"),
    ],
)
def test_a_call_that_recurses_is_told_so(f, words):
    data = DATA["array"][1]
    assert words in texts(judge(data, caller(data, f)))


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        ({"W": np.ones(3), "names": ["a", np.zeros(2)]}, []),
        ([float("nan"), None, "text", 3], []),
        (float("nan"), []),
    ],
)
def test_arguments_of_any_plain_kind_are_seen_to_stay_as_they_were(value, changed):
    from nngrader.engine.observation.observe import observe

    assert observe(lambda x: 1, {"x": value}, 1)["changed"] == changed


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x["W"].fill(2),
        lambda x: x["names"].append(1),
        lambda x: x.pop("W"),
        lambda x: x["names"].__setitem__(1, np.ones(2)),
        lambda x: x.update(b=1),
    ],
)
def test_a_change_inside_an_argument_is_seen(change):
    from nngrader.engine.observation.observe import observe

    given = {"W": np.ones(3), "names": ["a", np.zeros(2)]}
    assert observe(change, {"x": given}, 1)["changed"] == ["x"]
