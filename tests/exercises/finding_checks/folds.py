"""Checks of findings about cross-validation folds, computed from what the function returns."""

import numpy as np

from tests.exercises.finding_checks.check import sentence


def dealt(a, shift=0):
    """Return the folds that the function deals with the case's seed plus a shift."""
    rng = np.random.default_rng(a.args["seed"] + shift)
    return a.f.f(a.args["y"].copy(), a.args["k"], rng)


def times(a):
    """Return how many folds contain each index."""
    n, inside = len(a.args["y"]), np.concatenate([*map(np.asarray, dealt(a))])
    return np.array([np.count_nonzero(inside == i) for i in range(n)])


def companions(folds, own):
    """Return the samples of a class that share a fold, fold by fold, sorted."""
    alike = [sorted(set(map(int, fold)) & own) for fold in folds]
    return sorted(map(tuple, alike))


def of_folds(words):
    """Return a decorator that registers a check for cases that ask for folds and no error."""

    def add(check):
        sentence(words, of="form")(lambda a, found: bool(a.case["error"]) or check(a))

    return add


def is_a_row(fold):
    """Return whether a fold is a one-dimensional array of indices."""
    try:
        return np.ndim(fold) == 1
    except ValueError:
        return False


@of_folds("is expected as a list of k arrays, one index a sample")
def _(a):
    folds = dealt(a)
    return not isinstance(folds, list | tuple) or not folds or not all(map(is_a_row, folds))


@of_folds("indices are whole numbers")
def _(a):
    return any(np.asarray(fold).dtype.kind not in "iu" for fold in dealt(a))


@of_folds("most samples are in several folds")
def _(a):
    return (times(a) > 1).mean() > 0.5


@of_folds("most indices are in no fold, or there is but one")
def _(a):
    return (times(a) == 0).mean() > 0.5 or len(dealt(a)) < 2


@of_folds("some numbers are in several folds, and others in none")
def _(a):
    return (times(a) > 1).any() and (times(a) == 0).any()


@of_folds("is each index in one of the k folds, and in no other")
def _(a):
    return (times(a) != 1).any() or len(dealt(a)) != a.args["k"]


@of_folds("count each class in each fold")
def _(a):
    y = a.args["y"]
    counts = [np.bincount(y[np.asarray(f, int)], minlength=y.max() + 1) for f in dealt(a)]
    return np.ptp(counts, axis=0).max() > 1


@of_folds("which samples come together is not left to rng alone")
def _(a):
    y = a.args["y"]
    classes = [set(np.flatnonzero(y == c).tolist()) for c in range(y.max() + 1)]
    deals = [dealt(a, shift) for shift in range(5)]
    kept = [len({tuple(companions(d, own)) for d in deals}) == 1 for own in classes]
    return any(kept)
