"""A function that returns the result of an earlier call is found out, whatever its key."""

import copy
import inspect

import numpy as np
import pytest
from nngrader.records.codes import Code

from tests.exercises.declared_problems import PROBLEMS, codes, is_plain, judged, packed

slow = pytest.mark.slow
PLAIN = [
    name for name in PROBLEMS if is_plain(name) and not inspect.isclass(PROBLEMS[name].solve)
]
LISTS = ("output_shape_and_parameters",)  # its arguments contain no arrays


def by_shape(args):
    """Return the shapes of the arrays among the arguments, and the types of the others."""
    return repr([a.shape if isinstance(a, np.ndarray) else type(a) for a in args])


def by_identity(args):
    """Return where the arrays are in memory."""
    return tuple(id(a) for a in args if isinstance(a, np.ndarray))


def remembering(f, key):
    """Return a function that computes each result once, and stores it under a key."""
    known = {}

    def call(*args, **options):
        given = key([*args, *options.values()])
        if given not in known:
            known[given] = f(*args, **options)
        return copy.deepcopy(known[given])

    return call


@pytest.mark.parametrize("visible", [False, pytest.param(True, marks=slow)])
@pytest.mark.parametrize("key", [by_shape, pytest.param(by_identity, marks=slow)])
@pytest.mark.parametrize("name", [name for name in PLAIN if name not in LISTS])
def test_a_function_that_remembers_earlier_calls_is_named(name, key, visible):
    verdict = judged(packed(name, 1, visible), remembering(PROBLEMS[name].solve, key))
    assert verdict.score < 90
    assert Code.REMEMBERED in codes(verdict)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[slow] * (n != "max_pool")) for n in PLAIN]
)
def test_a_repeated_call_with_equal_arguments_is_not_taken_for_remembering(name):
    def cached(args):
        return repr([a.tolist() if isinstance(a, np.ndarray) else a for a in args])

    assert (
        judged(packed(name, 1, False), remembering(PROBLEMS[name].solve, cached)).score == 100
    )
