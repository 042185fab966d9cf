"""A constant instead of an argument loses points, whatever the constant is.

A student who writes `range(100)` where the function has `max_iter`, or takes windows of 3 by 3
whatever `kernel_size` says, must not meet hidden inputs that all have this very number.
"""

import functools
import inspect

import pytest

from tests.exercises.declared_problems import PROBLEMS, SEED, judged, packed

ANY_WAY = {"train_network"}  # to a low loss is right: with the step size and epochs of its text
FULL = 100 - 1e-6
MOST = 5  # values of an argument that are tried; numbers of a count have no more


def with_arguments(name, change):
    """Return the reference of a problem, called with the arguments that `change` returns."""
    solve = PROBLEMS[name].solve
    signature = inspect.signature(solve)

    @functools.wraps(solve)
    def changed(*args, **kwargs):
        given = signature.bind(*args, **kwargs).arguments
        return solve(**change(given))

    return changed


def met(name, data):
    """Return the values of each argument that is not an array, in the order of the cases."""
    results = {}

    def note(given):
        for argument, value in given.items():
            if isinstance(value, (bool, int, float, str)):
                results.setdefault(argument, {})[value] = None
        return given

    assert judged(data, with_arguments(name, note)).score > FULL
    return {argument: list(values)[:MOST] for argument, values in results.items()}


FEW = ("best_rank_k", "max_pool", "ridge_fit")  # the others with --slow


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (name not in FEW))
        for name in PROBLEMS
        if name not in ANY_WAY
    ],
)
def test_an_argument_cannot_be_replaced_by_one_of_its_values(name):
    if not inspect.isfunction(PROBLEMS[name].solve):
        pytest.skip("the answer is a class")
    data, unpunished = packed(name, SEED, False), []
    for argument, values in met(name, data).items():
        for value in values:
            fixed = with_arguments(name, lambda given, new={argument: value}: given | new)
            if judged(data, fixed).score > FULL:
                unpunished.append(f"{argument}={value!r}")
    assert unpunished == []
