"""stratified_folds: the indices of samples dealt to k folds, each class evenly.

Very many answers are right, so a property is judged. The driver calls the student's function
six times, with generators of its own; the measure looks at what came back and says which
fault it has, if any: for each part of the answer a row of zeros, with a 1 at the fault. Numbers
would not do: two students with the same mistake use rng in different order, and so their counts
differ, while the kind of the fault is the same.

How many samples a fold has in all is free: the text asks for the classes alone. So is what
comes first in a fold.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def deal(stratified_folds, y, k, seed):
    flat, sizes = [], []
    for s in (seed, *range(seed, seed + 5)):
        folds = stratified_folds(y, k, np.random.default_rng(s))
        if isinstance(folds, np.ndarray):
            return np.zeros(0), np.zeros(0), np.zeros(0)
        if not isinstance(folds, list | tuple):
            return folds, None, None
        folds = [fold for _, fold in zip(range(len(y) + 2), folds, strict=False)]
        for fold in folds:  # of another kind, or nested, they may be endless
            lists = type(fold) in (list, tuple) and not any(map(np.iterable, fold))
            if not (lists or isinstance(fold, np.ndarray)):
                return np.zeros(0), np.zeros(0), np.zeros(0)
        folds = [np.asarray(fold) for fold in folds]
        if any(fold.ndim != 1 for fold in folds):
            return np.zeros(0), np.zeros(0), np.zeros(0)
        folds = [fold if fold.size else fold.astype(int) for fold in folds]
        flat.append(np.concatenate(folds) if folds else np.zeros(0, int))
        sizes.append([len(fold) for fold in folds])
    lengths = [len(calls) for calls in sizes]
    return np.concatenate(flat), np.concatenate(sizes), lengths


def faults(args, flat, sizes, lengths):
    y, k, n = args["y"], args["k"], len(args["y"])
    whole = all(v is not None and v.ndim == 1 for v in (flat, sizes, lengths))
    if not whole or lengths.size != 6 or sizes.dtype.kind not in "iu":
        raise ValueError("folds is expected as a list of k arrays, one index a sample.")
    if flat.dtype.kind not in "iu":
        raise ValueError("indices are whole numbers. Of which type are those in the folds?")
    if sizes.min(initial=0) < 0 or lengths.sum() != sizes.size or sizes.sum() != flat.size:
        raise ValueError("folds is expected as a list of k arrays, one index a sample.")
    calls, ends = [], np.cumsum(lengths)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    for end, length in zip(ends, lengths, strict=True):
        cuts = [flat[starts[i] : starts[i + 1]] for i in range(end - length, end)]
        calls.append(cuts)
    partition, balance, shuffle = np.zeros(8), np.zeros(3), np.zeros(4)

    first = calls[0]
    members = np.concatenate(first) if first else np.zeros(0, int)
    inside = members[(members >= 0) & (members < n)]
    times = np.bincount(inside, minlength=n)
    complement = len(first) == k and (times == k - 1).all() and k > 2
    if len(first) != k:
        partition[0] = 1
    elif complement:
        partition[1] = 1
    elif len(inside) < len(members):
        partition[2] = 1
    elif (times == 0).any() and (times > 1).any():
        partition[3] = 1
    elif (times > 1).any():
        partition[4] = 1
    elif (times == 0).any():
        missing, each = np.bincount(y[times == 0], minlength=y.max() + 1), np.bincount(y)
        leftovers, classes = missing == each % k, (missing == 0) | (missing == each)
        partition[5 if leftovers.all() else 6 if classes.all() else 7] = 1

    C = int(y.max()) + 1
    counts = np.zeros((len(first), C))
    for row, fold in zip(counts, first, strict=True):
        row += np.bincount(y[fold[(fold >= 0) & (fold < n)]], minlength=C)
    uneven = np.ptp(counts, axis=0).max() > 1 if counts.size else True
    ordinary = k > 2 and np.bincount(y).min() > k
    hollow = len(first) < 2 or 2 * len(inside) < n
    thin = 2 < k < n and (len(first) < 2 or len(inside) < k)  # even, but of what
    if (ordinary and hollow) or thin:
        raise ValueError("most indices are in no fold, or there is but one. Print the folds.")
    if ordinary and partition[3] and uneven:
        raise ValueError(
            "some numbers are in several folds, and others in none. What stands in your folds: "
            "places in y, places within a class, or labels?"
        )
    if ordinary and partition[4] and 2 * np.count_nonzero(times > 1) > n:
        raise ValueError(
            "most samples are in several folds. What do the lengths of your folds add up to, "
            "and what should they?"
        )
    if uneven and k < n:  # where each sample has a fold, this was charged already
        known = (counts > 0).sum(axis=0) / np.clip(counts.sum(axis=0), 1, len(first))
        ranked = np.sort(counts, axis=0)
        alike = len(first) > 2 and (ranked[0] == ranked[-2]).all()
        balance[0 if known.mean() < 0.5 else 1 if alike else 2] = 1

    def fold_of(cuts):
        found = np.full(n, -1)
        for i, fold in enumerate(cuts):
            found[fold[(fold >= 0) & (fold < n)]] = i
        return found

    def together(c):
        own = [where[y == c].tolist() for where in places]
        pairs = [set(zip(own[0], other, strict=True)) for other in own[1:]]
        sizes = [len(set(folds)) for folds in own]
        return all(len(p) == m == sizes[0] for p, m in zip(pairs, sizes[1:], strict=True))

    def same(cuts, others):
        if len(cuts) != len(others):
            return False
        return all(np.array_equal(one, other) for one, other in zip(cuts, others, strict=True))

    places = [fold_of(cuts) for cuts in calls[:1] + calls[2:]]
    dealt = [c for c in range(C) if (y == c).sum() > k and (times[y == c] == 1).all()]
    stays = [together(c) for c in dealt]
    if k == n:
        pass  # no two samples come together, whatever decides
    elif all(same(first, other) for other in calls[1:]):
        shuffle[1] = 1
    elif not same(first, calls[1]):
        shuffle[0] = 1
    elif stays and all(stays):
        shuffle[2] = 1
    elif any(stays):
        shuffle[3] = 1
    return partition, balance, shuffle


folds = problem(
    "stratified_folds",
    driver=deal,
    measure=faults,
    observed=("folds", "sizes", "lengths"),
    returns={"partition": "value", "balance": "balance", "shuffle": "shuffle"},
    wrong={
        "partition": "is each index in one of the k folds, and in no other?",
        "balance": "count each class in each fold. By how much do two folds differ?",
        "shuffle": "which samples come together is not left to rng alone. For each class: what "
        "decides in which fold a sample lies?",
    },
    points={
        "shape": (
            1,
            "a list (or tuple) of arrays (or lists) of whole numbers, one index a sample",
        ),
        "value": (3, "each index is in one of k folds"),
        "balance": (4, "each class is dealt evenly"),
        "shuffle": (2, "`rng` decides, and nothing else"),
        "few": (1, "all three, where some classes have fewer than k samples"),
        "errors": (
            1,
            "a `ValueError` if there are less than two folds, or more folds than samples; "
            "and right folds where there are two, or as many as samples",
        ),
    },
    forbidden={"all": ELSEWHERE},
)


@folds.reference
def stratified_folds(y, k, rng):
    """Deal the indices 0 to N - 1 of N samples to k folds, each class evenly, shuffled by rng.

    Each index is in one fold. For each class the numbers of its samples in any two folds
    differ by at most 1, also where it has fewer than k samples. rng decides which samples of
    a class come together, and nothing else does.

    y : (N,) array of integers, the class of each sample
    k : int, the number of folds
    rng : numpy.random.Generator
    Returns folds : a list of k arrays of integers, the indices of each fold in any order.
    Raises ValueError if k is less than 2 or more than N.
    """
    if k < 2 or k > len(y):
        raise ValueError(f"k is {k}, expected 2 to {len(y)}")
    own = [rng.permutation(np.flatnonzero(y == c)) for c in np.unique(y)]
    order = np.concatenate(own)
    return [order[i::k] for i in range(k)]


folds.example(np.array([0, 1, 0, 0, 1, 0]), 2, 1)


def labels(rng, sizes):
    """Return shuffled labels of classes of these sizes, and a seed for the driver."""
    return rng.permutation(np.repeat(np.arange(len(sizes)), sizes)), int(rng.integers(10**6))


@folds.case("value", visible=2)
def large_classes(rng, K, C):
    """Classes of more than k samples each."""
    sizes = rng.integers(K + 2, 2 * K + 2, size=C)
    sizes[: min(2, C)] = [2 * K + 2, 3 * K + 3][: min(2, C)]
    y, seed = labels(rng, rng.permutation(sizes))
    return y, max(K, 2), seed


@folds.case("few")
def small_classes(rng, K, C):
    """Classes of fewer than k samples beside larger ones."""
    sizes = rng.integers(1, K, size=C) if K > 1 else np.ones(C, int)
    sizes[0] = 2 * K + 3
    y, seed = labels(rng, sizes)
    return y, max(K, 2), seed


@folds.case("errors", hidden=1)
def two_folds(rng, N):
    """Two folds, which are allowed."""
    y, seed = labels(rng, [N + 3, N + 4, N + 5])
    return y, 2, seed


@folds.case("errors", hidden=1)
def as_many_folds_as_samples(rng, N):
    """As many folds as samples, all of one class, so that each has a fold to itself."""
    y, seed = labels(rng, [N])
    return y, N, seed


@folds.case("errors", hidden=1)
def one_fold(rng, N):
    """One fold alone."""
    return rng.integers(3, size=N), 1, 0


@folds.case("errors", hidden=1)
def too_many_folds(rng, N):
    """One fold more than samples."""
    return rng.integers(3, size=N), N + 1, 0


def refuse(y, k):
    """Raise the ValueError that the problem asks for if k does not fit."""
    if k < 2 or k > len(y):
        raise ValueError("k does not fit")


@folds.alternative
def dealt_like_cards(y, k, rng):
    refuse(y, k)
    dealt, turn = [[] for _ in range(k)], 0
    for c in sorted(set(y.tolist())):
        own = [i for i in range(len(y)) if y[i] == c]
        rng.shuffle(own)
        for i in own:
            dealt[turn % k].append(i)
            turn += 1
    return dealt


@folds.alternative
def each_class_cut(y, k, rng):
    refuse(y, k)
    parts = [np.array_split(rng.permutation(np.where(y == c)[0]), k) for c in range(max(y) + 1)]
    return tuple(np.concatenate(own) for own in zip(*parts, strict=True))


@folds.alternative
def by_a_stable_sort(y, k, rng):
    refuse(y, k)
    shuffled = rng.permutation(len(y))
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    return [np.sort(order[i::k]) for i in range(k)]


@folds.alternative
def with_a_number_for_each(y, k, rng):
    refuse(y, k)
    fold = np.full(len(y), -1)
    for c in np.unique(y):
        mask = y == c
        fold[mask] = rng.permutation(np.arange(mask.sum()) % k)
    return [np.flatnonzero(fold == i) for i in range(k)]


@folds.alternative
def leftovers_at_random(y, k, rng):
    refuse(y, k)
    dealt = [np.zeros(0, np.int32)] * k
    for c in np.unique(y):
        own, places = rng.permutation(np.flatnonzero(y == c)), rng.permutation(k)
        dealt = [np.append(dealt[i], own[places[i] :: k]) for i in range(k)]
    return [fold.astype(np.int32) for fold in dealt]


def classes(y):
    """Return the indices of each class, in order."""
    return [np.flatnonzero(y == c) for c in np.unique(y)]


def joined(parts):
    """Return folds that join the folds of all classes."""
    return [np.concatenate(own) for own in zip(*parts, strict=True)]


@folds.mistake(
    "the classes are not evenly dealt. What does np.bincount(y[fold]) say of each fold, with "
    "the y that the function is given?",
    loses="balance",
)
def not_stratified(y, k, rng):
    refuse(y, k)
    return np.array_split(rng.permutation(len(y)), k)


@folds.mistake(
    "most folds know few classes. Were the samples of one class kept together, or dealt out?",
    loses="balance",
)
def sorted_and_cut(y, k, rng):
    refuse(y, k)
    order = np.concatenate([rng.permutation(own) for own in classes(y)])
    return np.array_split(order, k)


@folds.mistake(
    "one fold has all that is left over of a class. To how many folds can r leftovers go?",
    loses="balance",
)
def leftovers_in_one_fold(y, k, rng):
    refuse(y, k)
    parts = []
    for own in classes(y):
        own, n = rng.permutation(own), len(own) // k
        parts.append([*(own[i * n : (i + 1) * n] for i in range(k - 1)), own[(k - 1) * n :]])
    return joined(parts)


@folds.mistake(
    "some samples are in no fold. What becomes of those that are left when a class is divided "
    "by k?",
    loses="value",
)
def leftovers_dropped(y, k, rng):
    refuse(y, k)
    parts = []
    for own in classes(y):
        own, n = rng.permutation(own), len(own) // k
        parts.append([own[i * n : (i + 1) * n] for i in range(k)])
    return joined(parts)


@folds.mistake(
    "whole classes are in no fold. Over which classes does your loop go?", loses="value"
)
def last_class_left_out(y, k, rng):
    refuse(y, k)
    parts = [np.array_split(rng.permutation(own), k) for own in classes(y)[:-1]]
    return joined(parts) if parts else [np.zeros(0, int)] * k


@folds.mistake("how many folds are asked, and how many come?", loses="value")
def last_fold_left_out(y, k, rng):
    return stratified_folds(y, k, rng)[:-1]


@folds.mistake(
    "each index is in k - 1 of these. Are they the folds, or what is left when a fold is taken "
    "away?",
    loses="value",
)
def what_is_left_to_learn_from(y, k, rng):
    dealt = stratified_folds(y, k, rng)
    return [np.concatenate(dealt[:i] + dealt[i + 1 :]) for i in range(k)]


@folds.mistake(
    "some of these are no indices of samples. Which is the first index, and which the last?",
    loses="value balance",
)
def counted_from_one(y, k, rng):
    return [fold + 1 for fold in cyclic(y, k, rng)]


def cyclic(y, k, rng):
    """Return folds of a permutation of all samples, whatever their classes."""
    refuse(y, k)
    return np.array_split(rng.permutation(len(y)), k)


@folds.mistake(
    "some samples are in several folds, and others in none. Can what was drawn be drawn again?",
    loses="value",
)
def drawn_again(y, k, rng):
    refuse(y, k)
    parts = [np.array_split(rng.choice(own, len(own)), k) for own in classes(y)]
    return joined(parts)


@folds.mistake(
    "whatever rng is, the folds are the same. Where does your code use it?", loses="shuffle"
)
def own_seed(y, k, rng):
    return stratified_folds(y, k, np.random.default_rng(0))


@folds.mistake(
    "whatever rng is, the folds are the same, and the classes are not evenly dealt. Print the "
    "indices of one fold, and np.bincount of their labels: what do you see?",
    loses="balance shuffle",
)
def cut_in_order(y, k, rng):
    refuse(y, k)
    return np.array_split(np.arange(len(y)), k)


@folds.mistake(
    "two generators that are equal give different folds. Which random numbers do not come "
    "from rng?",
    loses="shuffle",
)
def another_generator(y, k, rng):
    return stratified_folds(y, k, np.random.default_rng())


@folds.mistake(
    "the same samples are together, whatever rng is. Is it the samples that are shuffled, or "
    "what was dealt already?",
    loses="shuffle",
)
def shuffled_too_late(y, k, rng):
    refuse(y, k)
    order = np.concatenate(classes(y))
    dealt = [rng.permutation(order[i::k]) for i in range(k)]
    return [dealt[i] for i in rng.permutation(k)]


@folds.mistake(
    "samples are in no fold where their class has fewer than k of them. Does the text leave "
    "them out?",
    loses="few",
)
def small_classes_left_out(y, k, rng):
    refuse(y, k)
    parts = [np.array_split(rng.permutation(own), k) for own in classes(y) if len(own) >= k]
    return joined(parts) if parts else [np.zeros(0, int)] * k


@folds.mistake(
    "where a class has fewer than k samples, two folds differ by more than 1. How many folds "
    "should have one of it?",
    loses="few",
)
def small_classes_in_one_fold(y, k, rng):
    refuse(y, k)
    parts = []
    for own in classes(y):
        cut = np.array_split(rng.permutation(own), k)
        none = [own[:0]] * (k - 1)
        parts.append(cut if len(own) >= k else [own, *none])
    return joined(parts)
