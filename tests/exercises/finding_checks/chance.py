"""Checks of findings about first weights, dropout and draws, in which chance decides."""

import re

import numpy as np

from tests.exercises.declared_problems import PROBLEMS
from tests.exercises.finding_checks.check import sentence

WORDS = [
    words
    for name in ("initialize", "dropout", "sample")
    for words in PROBLEMS[name].wrong.values()
]


@sentence("|".join(map(re.escape, WORDS)), of="values")
def _(a, found):
    return a.bad().any()


def layers(a):
    """Return the student's first weights, by method."""
    n_in, n_out, seed = a.args.values()
    methods = ("xavier", "glorot_uniform", "he")
    return [a.f.f(m, n_in, n_out, np.random.default_rng(seed)) for m in methods]


@sentence(r"W is expected as \(n_out, n_in\)", of="one")
def _(a, found):
    asked = sorted((a.args["n_in"], a.args["n_out"]))
    return any(sorted(np.shape(W)) != asked for W in layers(a))


@sentence("W is expected as an array of numbers", of="one")
def _(a, found):
    return any(np.asarray(W).dtype.kind not in "iuf" for W in layers(a))


def dropped(a):
    """Return the student's Y and dX, in training and in evaluation."""
    X, dY, p, seed = a.args.values()
    with np.errstate(all="ignore"):
        calls = [
            a.f.f(X.copy(), dY.copy(), p, training, np.random.default_rng(seed))
            for training in (True, False)
        ]
    return [np.asarray(part) for call in calls for part in call]


@sentence("Y and dX have the shape of X", of="one")
def _(a, found):
    return any(part.shape != a.args["X"].shape for part in dropped(a))


@sentence("Y or dX holds something that is no finite number", of="one")
def _(a, found):
    return not all(np.isfinite(part).all() for part in dropped(a))


@sentence("Y and dX are expected as arrays of numbers", of="one")
def _(a, found):
    return any(part.dtype.kind not in "iuf" for part in dropped(a))


def entries(a):
    """Return what the student drew of each row of logits."""
    logits, temperature, seed = a.args.values()
    tall = np.repeat(logits, 4000, axis=0)
    with np.errstate(all="ignore"):
        return np.asarray(a.f.f(tall, temperature, np.random.default_rng(seed)))


@sentence("expected an array of numbers. What else comes back", of="one")
def _(a, found):
    return entries(a).dtype.kind not in "iuf"


@sentence("each row has V numbers, so these are probabilities or marks", of="one")
def _(a, found):
    return entries(a).shape == (4000 * len(a.args["logits"]), a.args["logits"].shape[1])


@sentence("expected one number for each row of logits", of="one")
def _(a, found):
    return entries(a).shape != (4000 * len(a.args["logits"]),)


@sentence("expected whole numbers, which count the entries of a row", of="one")
def _(a, found):
    drawn = entries(a)
    return not np.isfinite(drawn).all() or (drawn != np.round(drawn)).any()


@sentence("expected numbers from 0 to V - 1", of="one")
def _(a, found):
    drawn = entries(a)
    return drawn.min() < 0 or drawn.max() > a.args["logits"].shape[1] - 1


@sentence(r"form: the drawn numbers have the shape \(N, 1\)", of="one")
def _(a, found):
    return entries(a).shape == (4000 * len(a.args["logits"]), 1)
