"""Whatever a function returns: it is judged, earns what it should, and tells nothing hidden."""

import datetime
import struct

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nngrader.engine.declaration.problem import MOST_PASSIVE

from tests.exercises.declared_problems import PROBLEMS, SEED, TYPICAL, judged, packed
from tests.exercises.hidden_numbers import numbers_in
from tests.exercises.test_judging import answers

OTHERS = ("Value", "power_iteration", "output_shape_and_parameters", "sample")
slow = pytest.mark.slow
some_problems = pytest.mark.parametrize(
    "name", [*TYPICAL[2:], *(pytest.param(n, marks=slow) for n in (*TYPICAL[:2], *OTHERS))]
)
plain_problems = pytest.mark.parametrize(
    "name", ["softmax_cross_entropy", *(pytest.param(n, marks=slow) for n in TYPICAL[:2])]
)
shown = pytest.mark.parametrize("visible", [False, pytest.param(True, marks=slow)])


class Agrees:
    """Says yes to everything."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __bool__(self):
        return True

    def __hash__(self):
        return 0

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


class NoArray:
    """Raises where NumPy asks for an array."""

    def __array__(self, *args, **kwargs):
        raise SystemExit("no array")

    def __len__(self):
        raise MemoryError

    def __iter__(self):
        raise RecursionError

    def __str__(self):
        raise KeyError("no words")


class Pretends:
    """Says that it is an array."""

    __class__ = np.ndarray
    dtype, shape, ndim, size = np.dtype(float), (5, 7), 2, 35


class Number(float):
    """A number that is never the same."""

    def __float__(self):
        return float(np.random.default_rng().normal())

    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Shapeless(np.ndarray):
    """An array that lies about its form."""

    shape = (10**6, 10**6)

    def __array_finalize__(self, other):
        raise ValueError("never made")


def payload(bits):
    """Return a nan with bits of its own."""
    return struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000001 | bits))[0]


FORMS = (
    np.asfortranarray,
    lambda a: a.astype(a.dtype.newbyteorder(">")) if a.dtype.kind in "fiuc" else a,
    lambda a: a[::-1] if a.ndim else a,
    lambda a: np.broadcast_to(a, (2, *a.shape)),
    lambda a: a[..., None][..., 0] if a.ndim else a,
    lambda a: a.view(np.recarray) if a.dtype.names else a,
    np.ma.masked_array,
    lambda a: a.astype(object),
)


@st.composite
def formed(draw):
    """Draw arrays of any dtype and layout, also read-only ones."""
    kinds = st.one_of(
        hnp.scalar_dtypes(),
        hnp.array_dtypes(max_size=2),
        hnp.unicode_string_dtypes(max_len=3),
        hnp.datetime64_dtypes(),
    )
    made = draw(hnp.arrays(draw(kinds), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0)))
    with np.errstate(all="ignore"):
        made = draw(st.sampled_from(FORMS))(made)
    made.flags.writeable = False
    return made


odd = st.one_of(
    answers,
    formed(),
    st.integers(0, 2**51 - 1).map(payload),
    st.dates() | st.just(datetime.timedelta(1)),
    st.sampled_from([Agrees(), NoArray(), Pretends(), Pretends, Number(1), Agrees, 10**4000]),
    st.just(np.frombuffer(b"\0" * 280).reshape(5, 7)),
    st.just(memoryview(bytes(280))),
    st.tuples(st.just(Agrees()), formed()),
    st.lists(st.sampled_from([Agrees(), Number(2), payload(7), -(10**400)]), max_size=4),
)


@shown
@some_problems
@given(answer=odd)
def test_what_no_one_would_return_earns_nothing_and_is_told(name, visible, answer):
    verdict = judged(packed(name, SEED, visible), lambda *args: answer)
    assert verdict.score == 0
    assert verdict.findings
    assert visible or numbers_in(packed(name, SEED, visible), verdict.findings) == []


CHANGES = {
    "scaled": (lambda a, k: a * k, False),
    "moved": (lambda a, k: a + k, False),
    "turned": (lambda a, k: -a, False),
    "transposed": (lambda a, k: np.transpose(a), False),
    "reversed": (lambda a, k: np.asarray(a)[::-1] if np.ndim(a) else -a - 1, False),
    "put in an axis": (lambda a, k: np.asarray(a)[..., None], False),
    "summed": (lambda a, k: np.sum(a, axis=-1) if np.ndim(a) else a * 3, False),
    "rounded": (lambda a, k: np.round(a, 3), False),
    "narrowed": (lambda a, k: np.float16(a), False),
    "listed": (lambda a, k: np.asarray(a).tolist() if np.ndim(a) else [a], False),
    "with nan": (lambda a, k: np.where(np.asarray(a) > np.mean(a), np.nan, a), False),
    "cut": (lambda a, k: np.asarray(a)[:-1] if np.ndim(a) else None, False),
    "repeated": (lambda a, k: np.repeat(a, 2, axis=0) if np.ndim(a) else [a, a], False),
    "as objects": (lambda a, k: np.asarray(a).astype(object), False),
    "zeroed": (lambda a, k: np.zeros_like(a), False),
    "copied": (lambda a, k: np.array(a), True),
    "of another order": (lambda a, k: np.array(a, order="F"), True),
    "of other bytes": (lambda a, k: as_fractions(a, ">f8"), True),
    "nearly": (lambda a, k: np.asarray(a) * (1 + 1e-13 if is_fractional(a) else 1), True),
    "wide": (lambda a, k: as_fractions(a, np.longdouble), True),
}


def is_fractional(a):
    """Return whether a part consists of floats, not of whole numbers such as indices."""
    return np.asarray(a).dtype.kind != "i"


def as_fractions(a, dtype=float):
    """Return floats of another type; whole numbers stay as they are."""
    return np.asarray(a).astype(dtype) if is_fractional(a) else np.asarray(a)


def changed(name, steps, parts):
    """Return the reference with parts changed step by step, and whether it is still right."""

    def f(*args):
        whole = PROBLEMS[name].solve(*args)
        several = list(whole) if isinstance(whole, tuple) else [whole]
        for k in parts:
            for step, factor in steps:
                several[k % len(several)] = CHANGES[step][0](several[k % len(several)], factor)
        return tuple(several) if isinstance(whole, tuple) else several[0]

    return f


factors = st.sampled_from([2.0, 0.5, -3.0, 7.5, 1e-4, 1e6])
steps = st.lists(st.tuples(st.sampled_from(sorted(CHANGES)), factors), min_size=1, max_size=3)


@shown
@plain_problems
@given(steps=steps, parts=st.sets(st.integers(0, 1), min_size=1))
def test_a_changed_right_answer_is_judged_and_tells_nothing_hidden(name, visible, steps, parts):
    data = packed(name, SEED, visible)
    verdict = judged(data, changed(name, steps, parts))
    if all(CHANGES[step][1] for step, _ in steps):
        assert verdict.score == 100
    assert 0 <= verdict.score <= 100
    assert verdict.score == 100 or verdict.findings
    assert visible or numbers_in(data, verdict.findings) == []


@shown
@plain_problems
@given(data=st.data())
def test_random_numbers_of_the_right_shape_earn_nothing(name, visible, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    draw = data.draw(st.sampled_from([rng.normal, rng.exponential, rng.standard_cauchy]))

    def f(*args):
        whole = PROBLEMS[name].solve(*args)
        several = whole if isinstance(whole, tuple) else (whole,)
        made = tuple(not_by_chance(draw(size=np.shape(part)), part) for part in several)
        return made if isinstance(whole, tuple) else made[0]

    assert judged(packed(name, SEED, visible), f).score == 0


def not_by_chance(random, right):
    """Return random numbers of which none is right to a tenth."""
    return np.where(np.isclose(random, right, rtol=0.1), 1 + 2 * np.abs(random), random)


@plain_problems
@given(answer=odd)
def test_passive_aspects_alone_are_a_fifth_at_most(name, answer):
    calls = []

    def right_at_first(*args):
        calls.append(args)
        return PROBLEMS[name].solve(*args) if len(calls) == 1 else answer

    verdict = judged(packed(name, SEED, False), right_at_first)
    assert verdict.score <= 100 * MOST_PASSIVE


@shown
@plain_problems
@given(steps=steps, parts=st.sets(st.integers(0, 1), min_size=1))
def test_the_same_answer_is_told_the_same_in_the_same_order(name, visible, steps, parts):
    data = packed(name, SEED, visible)
    f = changed(name, steps, parts)
    once, again = judged(data, f).findings, judged(data, f).findings
    assert once == again
    order = list(data["points"])
    assert [order.index(a) for a, *_ in once] == sorted(order.index(a) for a, *_ in once)
