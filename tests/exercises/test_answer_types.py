"""Answers of any type: they are read as values, or a finding says what is wrong with them."""

from collections import namedtuple
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

import numpy as np
import pytest
from nngrader.engine import caller, judge, pack, problem
from nngrader.engine.observation.observe import observe
from nngrader.records.codes import Code

import nnlib
from tests.exercises.declared_problems import has, lost


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
    p.alternative(reference)
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
    """A class with the name of another package's table, which can't be converted."""

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
    ("array", lambda x: (2 * x).tolist(), Code.KIND, dict(kind="list")),
    (
        "array",
        lambda x: (2 * x).astype(object),
        Code.DTYPE,
        dict(returned="object", expected="float64"),
    ),
    (
        "array",
        lambda x: np.float32(2 * x),
        Code.DTYPE,
        dict(returned="float32", expected="float64"),
    ),
    ("array", lambda x: 2 * x + 0j, Code.COMPLEX, {}),
    ("array", lambda x: np.emath.sqrt(x) ** 3, Code.COMPLEX, {}),
    ("array", lambda x: np.ma.masked_less(2 * x, 0), Code.MASKED, {}),
    (
        "array",
        lambda x: (2 * x)[None],
        Code.SHAPE,
        dict(returned="(1, N, D)", expected="(N, D)"),
    ),
    ("array", lambda x: 2 * x * np.nan, Code.NOT_FINITE, dict(kind="nan", everywhere=True)),
    ("array", lambda x: x + np.inf, Code.NOT_FINITE, dict(kind="infinite", everywhere=True)),
    ("array", lambda x: 2 * x > 0, Code.DTYPE, dict(returned="bool", fractions=True)),
    ("array", lambda x: np.array([{}, 1]), Code.KIND, dict(kind="array", number=False)),
    ("array", lambda x: (2 * x).astype(str), Code.KIND, dict(kind="array", number=False)),
    ("array", lambda x: np.zeros(10**8), Code.KIND, dict(kind="large")),
    ("array", lambda x: [0.0] * 10**6, Code.KIND, dict(kind="large")),
    ("array", lambda x: np.zeros(3, "M8[s]"), Code.KIND, dict(kind="array", number=False)),
    ("array", lambda x: np.zeros(3, [("a", float)]), Code.KIND, dict(kind="array")),
    ("array", lambda x: None, Code.IS_NONE, {}),
    ("array", lambda x: "2 * x", Code.KIND, dict(kind="text")),
    ("array", lambda x: bytearray(3), Code.KIND, dict(kind="text")),
    ("array", lambda x: {"double": 2 * x}, Code.KIND, dict(kind="dict")),
    ("array", lambda x: {1, 2}, Code.KIND, dict(kind="set")),
    ("array", lambda x: (2 * row for row in x), Code.KIND, dict(kind="generator")),
    ("array", lambda x: map(abs, x), Code.KIND, dict(kind="iterator")),
    ("array", lambda x: zip(x, x, strict=True), Code.KIND, dict(kind="iterator")),
    ("array", lambda x: enumerate(x), Code.KIND, dict(kind="iterator")),
    ("array", lambda x: memoryview(2 * x), Code.KIND, dict(kind="view", number=False)),
    ("array", lambda x: dict(enumerate(x)).values(), Code.KIND, dict(kind="view")),
    ("array", lambda x: lambda: 2 * x, Code.KIND, dict(kind="function")),
    ("array", lambda x: (2 * x).copy, Code.KIND, dict(kind="function")),
    ("array", lambda x: np.ndarray, Code.KIND, dict(kind="function")),
    ("array", lambda x: nnlib.tensor(2 * x), Code.KIND, dict(kind="tensor", number=False)),
    ("array", lambda x: DataFrame(), Code.KIND, dict(kind="table", number=False)),
    ("array", lambda x: ValueError("x"), Code.KIND, dict(kind="object", number=False)),
    ("array", lambda x: object(), Code.KIND, dict(kind="object", number=False)),
    ("array", lambda x: [[1.0], [1.0, 2.0]], Code.KIND, dict(kind="ragged")),
    ("array", lambda x: itself(), Code.KIND, dict(kind="ragged")),
    ("array", lambda x: deep(2 * x), Code.KIND, dict(kind="ragged")),
    ("array", lambda x: deep(1.0, 10**5), Code.KIND, dict(kind="ragged")),
    ("list", lambda x: [Fraction(1, 2)], Code.KIND, dict(kind="ragged")),
    ("list", lambda x: range(len(x)), Code.SHAPE, dict(returned="(N,)", expected="(N, D)")),
    ("array", lambda x: range(10**9), Code.KIND, dict(kind="object", number=False)),
    ("number", lambda x: Fraction(1, 2), Code.KIND, dict(kind="exact", number=True)),
    ("number", lambda x: Decimal("1.5"), Code.KIND, dict(kind="exact", number=True)),
    (
        "number",
        lambda x: np.float32(x.sum()),
        Code.DTYPE,
        dict(returned="float32", expected="float64"),
    ),
    ("number", lambda x: np.ma.masked, Code.MASKED, {}),
    ("number", lambda x: 10**400, Code.NOT_FINITE, dict(kind="infinite")),
    ("number", lambda x: nnlib.tensor(2.0), Code.KIND, dict(kind="tensor", number=True)),
    ("number", lambda x: DataFrame(), Code.KIND, dict(kind="table", number=True)),
    ("number", lambda x: memoryview(2 * x), Code.KIND, dict(kind="view", number=True)),
    ("number", lambda x: {1.0}, Code.KIND, dict(kind="set", number=True)),
    ("number", lambda x: [nnlib.tensor(2.0)], Code.KIND, dict(kind="list", number=True)),
    ("number", lambda x: (nnlib.tensor(2.0),), Code.KIND, dict(kind="tuple", number=True)),
    ("number", lambda x: object(), Code.KIND, dict(kind="object", number=True)),
    ("number", lambda x: np.array(None), Code.KIND, dict(kind="array", number=True)),
    ("number", lambda x: Level.ONE, Code.DIFFERS, {}),
    (
        "number",
        lambda x: x.sum(keepdims=True),
        Code.SHAPE,
        dict(returned="(1, 1)", expected="()"),
    ),
    ("two", lambda x: {"total": x.sum(), "double": 2 * x}, Code.COUNT, dict(kind="dict")),
    ("two", lambda x: iter((x.sum(), 2 * x)), Code.COUNT, dict(kind="iterator")),
    ("two", lambda x: (v for v in (1, 2)), Code.COUNT, dict(kind="generator")),
    ("two", lambda x: nnlib.tensor(x), Code.COUNT, dict(kind="tensor")),
    ("two", lambda x: np.array([x.sum(), None]), Code.COUNT, dict(kind="array")),
    ("two", lambda x: 2 * x, Code.COUNT, dict(returned=1, names=["total", "double"])),
    ("two", lambda x: (x.sum(), 2 * x, 3), Code.COUNT, dict(returned=3)),
    ("two", lambda x: [x.sum()], Code.COUNT, dict(returned=1)),
    ("two", lambda x: (2 * x, x.sum()), Code.ORDER, {}),
    ("two", lambda x: Answer(None, 2 * x), Code.IS_NONE, {}),
]


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize(
    ("about", "f"), [pytest.param(a, f, id=f"{a}: {name}") for a, name, f in RIGHT]
)
def test_a_correct_value_of_another_type_gets_full_points(about, f, kind):
    data = DATA[about][kind]
    verdict = judge(data, caller(data, f))
    assert (verdict.score, verdict.findings) == (100, [])


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize(("about", "f", "code", "expected"), MISTAKES)
def test_invalid_answers_are_found(about, f, code, expected, kind):
    data = DATA[about][kind]
    verdict = judge(data, caller(data, f))
    assert has(verdict, code, **expected)
    assert lost(verdict)


def endless(x):
    return endless(x)


def through_its_own_repr(x):
    class Odd(Exception):
        def __str__(self):
            return str(self)

    raise Odd


@pytest.mark.parametrize(
    ("f", "code", "expected"),
    [
        (endless, Code.STOPPED, {"stopped": {"limit": "recursion"}}),
        (through_its_own_repr, Code.RAISED, {"raised": "Exception"}),
    ],
)
def test_endless_recursion_is_reported(f, code, expected):
    data = DATA["array"][1]
    assert has(judge(data, caller(data, f)), code, **expected)


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        ({"W": np.ones(3), "names": ["a", np.zeros(2)]}, []),
        ([float("nan"), None, "text", 3], []),
        (float("nan"), []),
    ],
)
def test_unchanged_arguments_of_any_plain_type_are_recognised(value, changed):
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
    given = {"W": np.ones(3), "names": ["a", np.zeros(2)]}
    assert observe(change, {"x": given}, 1)["changed"] == ["x"]
