"""knn_predict: the most frequent label among the k nearest known images."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE
from .pairwise_distances import pairwise_distances

neighbours = problem(
    "knn_predict",
    returns={"labels": "value"},
    points={
        "shape": (1.5, "an `int64` array of shape (M,)"),
        "value": (9, "the labels of random points with a clear majority"),
        "ties": (3, "the labels of points for which several labels have the most votes"),
        "inputs-unchanged": (0.5, "your function doesn't change `X_train`, `y_train` or `X`"),
    },
    forbidden={"all": ELSEWHERE},
)


@neighbours.reference
def knn_predict(X_train, y_train, X, k):
    """Predict the label of each row of X by a vote of its k nearest neighbours in X_train.

    The neighbours are the rows of X_train with the smallest Euclidean distances. If several
    labels have the most votes, the function returns the smallest of them.

    X_train : (N, D) array, float64
    y_train : (N,) array, int64, the labels of the rows of X_train: integers, at least 0
    X : (M, D) array of the same kind as X_train
    k : int, from 1 to N
    Returns labels : (M,) array, int64. The function doesn't change any of the arrays.
    """
    order = np.argsort(pairwise_distances(X, X_train), axis=1)
    return np.array([np.bincount(near).argmax() for near in y_train[order[:, :k]]])


neighbours.example(
    np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0], [0.0, 2.0], [4.0, 4.0]]),
    np.array([5, 2, 2, 7, 7]),
    np.array([[2.0, 0.0], [0.0, 1.0], [3.0, 4.0]]),
    3,
)

LABELS, MANY, CLEAR = 4, 60, 1e-4  # labels; candidates per row; least gap of two distances
# The lengths of axes are primes. No k is a prime, so that an axis of length k can't be confused
# with one of them. For the same reason label + 1, the length of np.bincount, is never a prime.
NAMES = [c - 1 for c in range(4, 31) if any(c % d == 0 for d in range(2, c))]


def asked(rng, X_train, X, k, M, *, tied):
    """Return a case of M rows with random labels, with tied votes or with clear majorities."""
    labels = np.sort(rng.permutation(NAMES)[:LABELS])
    y_train = rng.permutation(np.resize(labels, len(X_train)))
    d = pairwise_distances(X, X_train)
    order = np.argsort(d, axis=1)[:, : k + 2]
    d = np.take_along_axis(d, order, axis=1)
    near = y_train[order, None] == labels
    votes = np.cumsum(near, axis=1)  # of the nearest one, two, three, …
    best = votes[:, k - 1] == votes[:, k - 1].max(axis=1, keepdims=True)
    weighted = (near[:, :k] / d[:, :k, None]).sum(axis=1).argmax(axis=1)
    fit = (best.sum(axis=1) > 1) == tied
    fit &= tied | (weighted == best.argmax(axis=1))  # weights by nearness show only in ties
    fit[fit] = are_apart(d[fit], X[fit], X_train, k)
    rows, answers, votes = np.flatnonzero(fit), best.argmax(axis=1)[fit], votes[fit]
    one, three, few, asked_of, many = (votes[:, v - 1] for v in (1, 3, k - 1, k, k + 1))
    other = [counted.argmax(axis=1) for counted in (few, many, many - one, three, one)]
    present = np.cumsum(asked_of > 0, axis=1) - 1  # positions of labels among the voters'
    other.append(np.take_along_axis(present, answers[:, None], axis=1)[:, 0])
    telling = sum(found != answers for found in other)  # mistakes that each row shows
    turn = np.zeros(len(rows))  # labels take turns, the most telling rows first
    for a in range(LABELS):
        own = np.flatnonzero(answers == a)
        turn[own[np.argsort(-telling[own], kind="stable")]] = np.arange(len(own))
    chosen = rows[np.argsort(turn, kind="stable")[:M]]
    return X_train, y_train, X[rng.permutation(chosen)], k


def are_apart(near, X, X_train, k):
    """Return the rows whose voters don't depend on the order of equal distances.

    ``near`` contains the k + 2 smallest distances of each row.
    """
    otherwise = np.sort(added_up(X, X_train), axis=1)[:, k - 1 : k + 1]
    return np.all([(np.diff(d) > CLEAR).all(axis=1) for d in (near, otherwise)], axis=0)


def columns(X, Y):
    """Return pairs of a column of X, shaped (N, 1), and the same column of Y."""
    return [(x[:, None], y) for x, y in zip(X.T, Y.T, strict=True)]


def added_up(X, Y):
    """Return the sums of |x - y|."""
    return sum(abs(x - y) for x, y in columns(X, Y))


def voted(table, X_train, y_train, X, k):
    """Return the predictions when the k smallest entries of a table of distances vote."""
    return majority(y_train[np.argsort(table(X, X_train), axis=1)[:, :k]])


@neighbours.case("value", visible=2)
def clear_majorities(rng, N, M, D):
    """Random points with a clear majority."""
    X_train, X = rng.normal(size=(3 * N, D)), rng.normal(size=(MANY * M, D))
    return asked(rng, X_train, X, int(rng.choice([8, 9])), M, tied=False)


@neighbours.case("ties")
def tied_votes(rng, N, M, D):
    """Several labels with the most votes."""
    X_train, X = rng.normal(size=(3 * N, D)), rng.normal(size=(MANY * M, D))
    return asked(rng, X_train, X, int(rng.choice([4, 6])), M, tied=True)


def nearest(X_train, X, k):
    """Return the indices of the k rows of X_train nearest to each row of X, in order."""
    return np.argsort(pairwise_distances(X, X_train), axis=1)[:, :k]


def majority(near):
    """Return the smallest of the most frequent labels, for each row."""
    return np.array([np.bincount(row).argmax() for row in near])


@neighbours.alternative
def by_partition(X_train, y_train, X, k):
    d = np.abs(pairwise_distances(X, X_train))
    near = np.argpartition(d, k - 1, axis=1)[:, :k]
    found = np.zeros(len(X), dtype=np.int64)
    for m in range(len(X)):
        labels, counts = np.unique(y_train[near[m]], return_counts=True)
        found[m] = labels[np.argmax(counts)]
    return found


@neighbours.alternative
def by_one_hot(X_train, y_train, X, k):
    labels = np.unique(y_train)
    near = nearest(X_train, X, k)
    votes = (y_train[near][:, :, None] == labels).sum(axis=1)
    return labels[votes.argmax(axis=1)]


@neighbours.alternative
def picture_by_picture(X_train, y_train, X, k):
    found = []
    for x in X:
        d = np.linalg.norm(X_train.astype(float) - x, axis=1)
        votes = {}
        for n in sorted(range(len(d)), key=d.__getitem__)[:k]:
            votes[y_train[n]] = votes.get(y_train[n], 0) + 1
        found.append(min(votes, key=lambda label: (-votes[label], label)))
    return np.array(found)


@neighbours.alternative
def by_table_of_votes(X_train, y_train, X, k):
    votes = np.zeros((len(X), y_train.max() + 1), int)
    near = nearest(X_train, X, k)
    np.add.at(votes, (np.arange(len(X))[:, None], y_train[near]), 1)
    return votes.argmax(axis=1)


@neighbours.mistake(
    "Your labels come only from the nearest neighbour. How many neighbours should vote?",
    loses="value",
)
def nearest_alone(X_train, y_train, X, k):
    return y_train[nearest(X_train, X, 1)[:, 0]]


@neighbours.mistake(
    "Your results are row indices of the neighbours. Which array contains the labels of these "
    "rows?",
    loses="value",
)
def rows_for_labels(X_train, y_train, X, k):
    return majority(nearest(X_train, X, k))


@neighbours.mistake(
    "Your results are positions in the sorted list of all labels that occur in `y_train`. "
    "Which label is at this position?",
    loses="value",
)
def place_for_label(X_train, y_train, X, k):
    return np.searchsorted(np.unique(y_train), knn_predict(X_train, y_train, X, k))


@neighbours.mistake(
    "Your neighbours are the rows with the largest distances. Does `argsort` put small or "
    "large values first?",
    loses="value",
)
def farthest(X_train, y_train, X, k):
    order = np.argsort(pairwise_distances(X, X_train), axis=1)
    return majority(y_train[order[:, -k:]])


@neighbours.mistake(
    "Your vote counts one neighbour too few. How many entries does a slice up to `k - 1` "
    "contain?",
    loses="value",
)
def one_too_few(X_train, y_train, X, k):
    return majority(y_train[nearest(X_train, X, k - 1)])


@neighbours.mistake(
    "Your vote counts one neighbour too many. How many entries does a slice up to `k + 1` "
    "contain?",
    loses="value",
)
def one_too_many(X_train, y_train, X, k):
    return majority(y_train[nearest(X_train, X, k + 1)])


@neighbours.mistake(
    "Your vote skips the nearest neighbour. Do the rows of `X` also appear in `X_train`?",
    loses="value",
)
def without_the_nearest(X_train, y_train, X, k):
    return majority(y_train[nearest(X_train, X, k + 1)[:, 1:]])


@neighbours.mistake(
    "Your neighbours are the nearest by the sum of |x - y|. Which distance does the problem "
    "use?",
    loses="value",
)
def manhattan_neighbours(X_train, y_train, X, k):
    return voted(added_up, X_train, y_train, X, k)


@neighbours.mistake(
    "Your labels are rounded means of the neighbours' labels. Labels only name the classes, "
    "so what could their mean stand for?",
    loses="value",
)
def mean_of_the_labels(X_train, y_train, X, k):
    return y_train[nearest(X_train, X, k)].mean(axis=1).round().astype(int)


@neighbours.mistake(
    "Your labels are medians of the neighbours' labels. Labels only name the classes, so does "
    "their order mean anything?",
    loses="value",
)
def median_of_the_labels(X_train, y_train, X, k):
    return np.median(y_train[nearest(X_train, X, k)], axis=1).astype(int)


@neighbours.mistake(
    "Your code returns the smallest label among the neighbours, no matter how many votes it "
    "has. When should the smallest label win?",
    loses="value",
)
def smallest_label(X_train, y_train, X, k):
    return y_train[nearest(X_train, X, k)].min(axis=1)


@neighbours.mistake(
    "Your code lets all known images vote, and nearer ones count more. Where should `k` limit "
    "the vote?",
    loses="value",
)
def all_vote(X_train, y_train, X, k):
    weights = 1 / pairwise_distances(X, X_train) ** 2
    labels = np.unique(y_train)
    return labels[(weights @ (y_train[:, None] == labels)).argmax(axis=1)]


@neighbours.mistake(
    "Your code lets the first k rows of `X_train` vote for every image. Does `argsort` return "
    "values or indices?",
    loses="value",
)
def first_known(X_train, y_train, X, k):
    return majority(np.tile(y_train[:k], (len(X), 1)))


@neighbours.mistake(
    "When several labels tie, your code returns the one with the nearest neighbour. Which one "
    "does the problem text name?",
    loses="ties",
)
def nearest_of_the_tied(X_train, y_train, X, k):
    near = y_train[nearest(X_train, X, k)].tolist()
    return np.array([max(row, key=row.count) for row in near])


@neighbours.mistake(
    "When several labels tie, your code returns the largest of them. Which one does the "
    "problem text name?",
    loses="ties",
)
def largest_of_the_tied(X_train, y_train, X, k):
    near = y_train[nearest(X_train, X, k)].tolist()
    return np.array([max(row, key=lambda label: (row.count(label), label)) for row in near])


@neighbours.mistake(
    "When several labels tie, your code returns the one that comes first in `y_train`. Which "
    "one does the problem text name?",
    loses="ties",
)
def first_seen_of_the_tied(X_train, y_train, X, k):
    labels = y_train[np.sort(np.unique(y_train, return_index=True)[1])]
    votes = (y_train[nearest(X_train, X, k)][:, :, None] == labels).sum(axis=1)
    return labels[votes.argmax(axis=1)]


@neighbours.mistake(
    "Your code returns the largest label among the neighbours, no matter how many votes it "
    "has. What should you count before you choose a label?",
    loses="value",
)
def largest_label(X_train, y_train, X, k):
    return y_train[nearest(X_train, X, k)].max(axis=1)


@neighbours.mistake(
    "Your results are positions of the largest label in the list of the neighbours. Which "
    "array should you take the `argmax` of?",
    loses="value",
)
def place_of_the_largest_label(X_train, y_train, X, k):
    return y_train[nearest(X_train, X, k)].argmax(axis=1)


@neighbours.mistake(
    "Your code returns the label of the neighbour with the largest row index. What should you "
    "count before you take a maximum?",
    loses="value",
)
def neighbour_of_the_highest_row(X_train, y_train, X, k):
    return y_train[nearest(X_train, X, k).max(axis=1)]


@neighbours.mistake(
    "Your code uses the result of `argmax`, a position among the k neighbours, as a row of "
    "`X_train`. What should you count before you use `argmax`?",
    loses="value",
)
def place_of_the_highest_row(X_train, y_train, X, k):
    return y_train[nearest(X_train, X, k).argmax(axis=1)]


@neighbours.mistake(
    "Your results are the numbers of votes of the winning labels. Which labels got these "
    "votes?",
    loses="value",
)
def number_of_votes(X_train, y_train, X, k):
    near = y_train[nearest(X_train, X, k)]
    return np.array([np.bincount(row).max() for row in near])


@neighbours.mistake(
    "Your labels belong to the class with the nearest mean. Where should your code use `k`?",
    loses="value",
)
def nearest_mean(X_train, y_train, X, k):
    labels = np.unique(y_train)
    means = np.array([X_train[y_train == label].mean(axis=0) for label in labels])
    return labels[pairwise_distances(X, means).argmin(axis=1)]


@neighbours.mistake(
    "Your neighbours are the rows with the largest product x·y. Is a long vector always near?",
    loses="value",
)
def largest_product(X_train, y_train, X, k):
    product = np.float64(X) @ np.float64(X_train).T
    return majority(y_train[np.argsort(-product, axis=1)[:, :k]])


@neighbours.mistake(
    "Your code lets three neighbours vote, no matter what `k` is. Where does your code use "
    "the argument `k`?",
    loses="value",
)
def always_three(X_train, y_train, X, k):
    return majority(y_train[nearest(X_train, X, 3)])


@neighbours.mistake(
    "Your code sorts the distances along the wrong axis. Which axis contains the distances "
    "from one new image to all known images?",
    loses="value",
)
def sorted_down_the_columns(X_train, y_train, X, k):
    order = np.argsort(pairwise_distances(X, X_train), axis=0)[:, :k]
    return majority(y_train[order % len(y_train)])


@neighbours.mistake(
    "Your code gives a near neighbour more weight than a far one. How many votes does each "
    "neighbour have in the problem text?",
    loses="ties",
)
def weighted_by_nearness(X_train, y_train, X, k):
    near, labels = nearest(X_train, X, k), np.unique(y_train)
    weights = 1 / np.take_along_axis(pairwise_distances(X, X_train), near, axis=1)
    votes = weights[:, :, None] * (y_train[near][:, :, None] == labels)
    return labels[votes.sum(axis=1).argmax(axis=1)]


@neighbours.mistake(
    "Your results are positions in the sorted list of the labels that occur among the "
    "neighbours. Which label is at this position?",
    loses="value",
)
def place_among_the_neighbours(X_train, y_train, X, k):
    rows = y_train[nearest(X_train, X, k)]
    return np.array([np.unique(row, return_counts=True)[1].argmax() for row in rows])


@neighbours.mistake(
    "Your result contains only the label of the first image. Where in your code is the "
    "`return`?",
    loses="shape value ties",
)
def first_picture_alone(X_train, y_train, X, k):
    return knn_predict(X_train, y_train, X[:1], k)
