"""Checks of findings about linear autoencoders, of which many are best."""

import re

import numpy as np

from tests.exercises.declared_problems import PROBLEMS
from tests.exercises.finding_checks.check import sentence

WORDS = PROBLEMS["pca_autoencoder"].wrong.values()


@sentence("|".join(map(re.escape, WORDS)), of="values")
def _(a, found):
    return a.bad().any()


def raw(a):
    """Return what the student's function gave, as a tuple."""
    with np.errstate(all="ignore"):
        given = a.f(*(np.copy(v) if isinstance(v, np.ndarray) else v for v in a.args.values()))
    return given if isinstance(given, tuple | list) else (given,)


@sentence(r"expected four arrays: W of shape \(k, D\)", of="one")
def _(a, found):
    D, k, given = a.args["X"].shape[1], int(a.args["k"]), raw(a)
    return len(given) != 4 or any(
        np.shape(part) != shape or np.asarray(part).dtype.kind not in "iuf"
        for part, shape in zip(given, ((k, D), (k,), (D, k), (D,)), strict=True)
    )


@sentence("not all numbers are finite. What was divided", of="one")
def _(a, found):
    return not all(np.isfinite(part).all() for part in raw(a))


@sentence("the columns of V are linearly dependent, or nearly", of="one")
def _(a, found):
    return np.linalg.cond(raw(a)[2]) > 1e5


@sentence("these are columns of the matrix whose rows are the components", of="one")
def _(a, found):
    X, k = a.args["X"], int(a.args["k"])
    rows = np.linalg.svd(X - X.mean(axis=0))[2]
    return np.allclose(np.abs(raw(a)[2]), np.abs(rows[:, :k]))
