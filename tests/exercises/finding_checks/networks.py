"""Checks of findings about trained networks."""

import re

import numpy as np

from tests.exercises.declared_problems import PROBLEMS
from tests.exercises.finding_checks.check import sentence

WORDS = PROBLEMS["train_network"].wrong.values()


@sentence("|".join(map(re.escape, WORDS)), of="values")
def _(a, found):
    return a.bad().any()


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
