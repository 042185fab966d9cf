"""Checks of findings about the graph computed by hand and about trained networks."""

import re
from fractions import Fraction

import numpy as np

from tests.exercises.declared_problems import PROBLEMS
from tests.exercises.finding_checks.check import sentence

WORDS = [
    word
    for name in ("graph_gradients", "train_network")
    for word in PROBLEMS[name].wrong.values()
]
NAMES = ("d", "t", "z", "v", "h", "a", "b", "w", "x")


@sentence("|".join(map(re.escape, WORDS)), of="values")
def _(a, found):
    return a.bad().any()


@sentence("these are the values on the way forward", of="form")
def _(a, found):
    gradients = a.f.f()
    return [gradients[name] for name in NAMES] == [-2.5, 9, 2.5, 0.5, 5, 5, -7, 3, 4]


@sentence("expected a dict with a number for each", of="form")
def _(a, found):
    gradients = a.f.f()
    return not isinstance(gradients, dict) or not all(
        map(_is_number, map(gradients.get, NAMES))
    )


def _is_number(x):
    """Return whether x is a scalar number of any type; text and bool are none."""
    numbers = int | float | Fraction | np.number | np.ndarray
    return isinstance(x, numbers) and not isinstance(x, bool) and np.ndim(x) == 0


@sentence("the nine gradients are more than one or two numbers", of="form")
def _(a, found):
    gradients = list(a.f.f().values())
    return len(set(gradients)) < 3 or np.count_nonzero(gradients) < 7


def trained(a):
    """Return the parameters after one epoch of the student's training function."""
    X, y, hidden, _, lr, seed = a.args.values()
    return a.f.f(X.copy(), y.copy(), hidden, 1, lr, np.random.default_rng(seed))


@sentence("W1 is expected as", of="form")
def _(a, found):
    p, D = trained(a), a.args["X"].shape[1]
    H, C = p["b1"].size, int(a.args["y"].max()) + 1
    shapes = [p[n].shape for n in ("W1", "b1", "W2", "b2")]
    return shapes != [(H, D), (H,), (C, H), (C,)]


@sentence("params is expected as a dict of four arrays", of="form")
def _(a, found):
    p = trained(a)
    return not isinstance(p, dict) or {"W1", "b1", "W2", "b2"} - set(p)
