"""A problem with a random generator, whose answer is judged by property."""

import numpy as np
from nngrader.engine import problem


def deal(stratified_folds, y, k, seed):
    folds, again = (stratified_folds(y, k, np.random.default_rng(s)) for s in (seed, seed + 1))
    if not isinstance(folds, list | tuple):
        return folds, None, None
    folds, again = ([np.ravel(f) for f in dealt] for dealt in (folds, again))
    return np.concatenate(folds), [len(f) for f in folds], np.concatenate(again)


def properties(args, folds, sizes, again):
    y, k = args["y"], args["k"]
    if sizes is None:
        raise ValueError("the folds are expected as a list of k arrays of indices.")
    if folds.dtype.kind not in "iu":
        raise ValueError("indices are whole numbers. Of which type are those in the folds?")
    partition = len(sizes) == k and np.array_equal(np.sort(folds), np.arange(len(y)))
    inside = folds[(folds >= 0) & (folds < len(y))]
    fold = np.repeat(np.arange(len(sizes)), sizes)[: len(inside)]
    counts = np.zeros((len(sizes), int(y.max()) + 1))
    np.add.at(counts, (fold, y[inside]), 1)
    balanced = partition and np.ptp(counts, axis=0).max() <= 1
    return partition, balanced, partition and not np.array_equal(folds, again)


folds = problem(
    "stratified_folds",
    driver=deal,
    measure=properties,
    observed=("folds", "sizes", "the folds of another rng"),
    returns={"partition": "value", "balance": "balance", "shuffle": "random"},
    wrong={"balance": "count each class in each fold: by how much do they differ?"},
    points={"shape": 1, "value": 4, "balance": 5, "random": 2},
)


@folds.reference
def stratified_folds(y, k, rng):
    """Deal the indices of each class to k folds, shuffled."""
    order = np.concatenate([rng.permutation(np.flatnonzero(y == c)) for c in np.unique(y)])
    return [order[i::k] for i in range(k)]


folds.example(np.array([0, 0, 1, 1]), 2, 1)


@folds.case("value", visible=2)
def labels(rng, N, C, K):
    """Labels of classes of unequal size."""
    return rng.permutation(np.repeat(np.arange(C), rng.integers(2, 3 * K, size=C))), K, N


@folds.alternative
def fold_by_fold(y, k, rng):
    dealt, next_fold = [[] for _ in range(k)], 0
    for c in range(y.max() + 1):
        for i in rng.permutation(np.where(y == c)[0]):
            dealt[next_fold % k].append(int(i))
            next_fold += 1
    return tuple(np.array(d) for d in dealt)


@folds.alternative
def by_sorting(y, k, rng):
    mixed = rng.permutation(len(y))
    order = mixed[np.argsort(y[mixed], kind="stable")]
    return [order[i::k] for i in range(k)]


@folds.mistake("are the classes equally frequent in each fold?", loses="balance")
def not_stratified(y, k, rng):
    return np.array_split(rng.permutation(len(y)), k)


@folds.mistake("what do you use rng for, and what does each class get?", loses="balance random")
def cut_in_order(y, k, rng):
    return np.array_split(np.arange(len(y)), k)


@folds.mistake("two different rng give the same folds. Where do you use it?", loses="random")
def own_seed(y, k, rng):
    return stratified_folds(y, k, np.random.default_rng(0))


@folds.mistake("is each index in exactly one of k folds?", loses="shape value balance random")
def last_fold_left_out(y, k, rng):
    return stratified_folds(y, k, rng)[:-1]
