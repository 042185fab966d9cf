"""What is observed of a call, even if the function and its answer are hostile."""

import gc
import sys

import numpy as np
import pytest
from nngrader.engine.observation.observe import describe, observe

ARGS = {"X": np.arange(6.0).reshape(2, 3), "k": 2}


def observed(f, n_parts=1, args=ARGS):
    return observe(f, args, n_parts)


class Refuses:
    """Raises an error at every access."""

    def __getattribute__(self, name):
        raise SystemExit(name)

    __array__ = __len__ = __iter__ = __float__ = __eq__ = __bool__ = __getattribute__
    __hash__ = None


class Lies(Refuses):
    @property
    def __class__(self):
        return np.ndarray


class Endless(list):
    def __iter__(self):
        while True:
            yield 0


class Trap(np.ndarray):
    def __array_finalize__(self, other):
        if other is not None:
            raise RuntimeError

    def __array_ufunc__(self, *args, **kwargs):
        raise RuntimeError


class BadText(Exception):
    def __str__(self):
        raise SystemExit


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g", ">f8", "i1", "u8", "b1", "c8", "c16"])
def test_arrays_of_numbers_keep_their_values(dtype):
    values = describe(np.array([[1, 0]], dtype))["values"]
    assert values.tolist() == [[1, 0]]
    assert values.dtype.isnative


def test_the_answer_is_a_copy():
    kept = np.zeros(3)
    parts = observed(lambda X, k: kept)["parts"]
    kept += 1
    assert parts[0]["values"].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("value", "n_parts", "count"),
    [((1, 2), 2, 2), ([1, 2], 2, 2), ((1, 2), 1, 1), (1, 2, 1), (tuple(range(99)), 2, 3)],
)
def test_an_answer_is_split_where_several_values_are_expected(value, n_parts, count):
    assert len(observed(lambda X, k: value, n_parts)["parts"]) == count


def test_arguments_are_given_by_position():
    assert observed(lambda first, second: second)["parts"][0]["values"] == 2


def test_changed_input_is_named():
    def writes(X, k):
        X[0, 0] = 7

    assert observed(writes)["changed"] == ["X"]
    assert ARGS["X"][0, 0] == 0


@pytest.mark.parametrize("change", ["X.resize(6, refcheck=False)", "X.dtype = object"])
def test_a_changed_form_of_an_argument_is_seen(change):
    ran = {}
    exec(f"def f(X):\n try:\n  {change}\n except Exception:\n  X += 1", ran)
    assert observed(ran["f"], args={"X": np.arange(6.0).reshape(2, 3)})["changed"] == ["X"]


@pytest.mark.parametrize(
    ("raised", "first"),
    [(ValueError("a"), "ValueError"), (SystemExit(1), "SystemExit"), (BadText(), "BadText")],
)
def test_an_error_is_named(raised, first):
    def f(X, k):
        raise raised

    assert observed(f)["error"][0][0] == first


def test_an_error_is_reported_with_its_line():
    def f(X, k):
        return X + "a"

    assert observed(f)["error"][2] == [2, "f"]


def test_a_power_that_is_too_large_is_reported_in_words():
    def f(X, k):
        return 1e200**k

    kinds = ["OverflowError", "ArithmeticError", "Exception"]
    assert observed(f)["error"] == [kinds, "Numerical result out of range", [2, "f"]]


def test_an_interrupt_is_let_through():
    def f(X, k):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        observed(f)


def loop(X, k):
    return sum(x.sum() for x in X)


def printing(X, k):
    print(X)
    return str(X)


def loop_of_numpy_for_its_caller(X, k):
    return np.apply_along_axis(lambda row: row.sum(), 1, X)


@pytest.mark.parametrize(
    ("f", "grows"),
    [
        (loop, True),
        (loop_of_numpy_for_its_caller, True),
        (lambda X, k: X.sum(), False),
        (printing, False),  # it loops inside NumPy
    ],
)
def test_steps_grow_with_a_loop_and_not_with_an_array(f, grows):
    few, many = (observed(f, args={"X": np.ones((n, 2)), "k": 1})["steps"] for n in (5, 100))
    assert many - few >= 95 if grows else many == few


def test_steps_of_what_the_garbage_collector_calls_do_not_count():
    def collecting(X, k):
        for _ in range(k):
            gc.collect(0)  # the youngest objects: the callbacks are the same, the time is not

    def telling(phase, info):
        return [phase, info]

    def both(k):
        return observed(collecting, args={"X": np.ones(2), "k": k})["steps"]

    alone = both(1), both(9)
    gc.callbacks.append(telling)
    try:
        assert (both(1), both(9)) == alone
    finally:
        gc.callbacks.remove(telling)


def test_the_callbacks_of_the_garbage_collector_stay_as_they_were():
    before = list(gc.callbacks)
    observed(lambda X, k: X)
    assert gc.callbacks == before


def test_the_tracer_that_was_there_comes_back():
    before = sys.gettrace()
    observed(lambda X, k: sys.settrace(None))
    assert sys.gettrace() is before


def test_no_other_module_of_the_package_is_needed():
    source = sys.modules[observe.__module__].__file__
    names = {}
    with open(source) as file:
        exec(compile(file.read(), "alone", "exec"), names)
    assert names["observe"](lambda x: x, {"x": 1}, 1)["parts"][0]["values"] == 1
