"""knn_predict: the most frequent label among the k nearest known images."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE
from .pairwise_distances import pairwise_distances

neighbours = problem(
    "knn_predict",
    returns={"labels": "value"},
    points={
        "shape": (1.5, "an `int64` array of shape (M,), even when k is N"),
        "value": (9, "the labels of random points whose vote has one winner"),
        "ties": (3, "the labels of points whose vote ends in a tie"),
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


def some_labels(rng):
    """Return labels in ascending order; only the first is below their number."""
    return np.sort([NAMES[0], *rng.permutation(NAMES[1:])[: LABELS - 1]])


def asked(rng, X_train, X, k, M, *, tied):
    """Return a case of M rows with random labels, with tied votes or with one winner."""
    labels = some_labels(rng)
    y_train = np.resize(labels, len(X_train))
    y_train[0] = rng.choice(labels[1:])  # this label wins if all rows vote
    y_train = rng.permutation(y_train)
    d = pairwise_distances(X, X_train)
    order = np.argsort(d, axis=1)[:, : k + 2]
    d = np.take_along_axis(d, order, axis=1)
    near = y_train[order, None] == labels
    votes = np.cumsum(near, axis=1)  # among the nearest one, two, three, … rows
    best = votes[:, k - 1] == votes[:, k - 1].max(axis=1, keepdims=True)
    weighted = (near[:, :k] / d[:, :k, None]).sum(axis=1).argmax(axis=1)
    fit = (best.sum(axis=1) > 1) == tied
    fit &= tied | (weighted == best.argmax(axis=1))  # weighting by distance changes only ties
    fit[fit] = are_apart(d[fit], X[fit], X_train, k)
    rows, answers, votes = np.flatnonzero(fit), best.argmax(axis=1)[fit], votes[fit]
    one, three, few, asked_of, many = (votes[:, v - 1] for v in (1, 3, k - 1, k, k + 1))
    other = [counted.argmax(axis=1) for counted in (few, many, many - one, three, one)]
    present = np.cumsum(asked_of > 0, axis=1) - 1  # index among the voters' labels
    other.append(np.take_along_axis(present, answers[:, None], axis=1)[:, 0])
    telling = sum(predicted != answers for predicted in other)  # mistakes that each row shows
    turn = np.zeros(len(rows))  # labels take turns; rows with most mistakes come first
    for a in range(LABELS):
        own = np.flatnonzero(answers == a)
        turn[own[np.argsort(-telling[own], kind="stable")]] = np.arange(len(own))
    chosen = rows[np.argsort(turn, kind="stable")[:M]]
    lacks = ~near[:, :k, -1].any(axis=1)  # so that the voters' largest labels aren't all equal
    if not lacks[chosen].any() and lacks[rows].any():
        chosen[-1] = rows[lacks[rows]][0]
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


def winner_of_fewer(near):
    """Return the winner of a vote of the nearest rows, with fewer of them if several tie."""
    votes = np.bincount(near)
    tied = (votes == votes.max()).sum() > 1
    return winner_of_fewer(near[:-1]) if tied else votes.argmax()


@neighbours.case("value", visible=2)
def clear_majorities(rng, N, M, D):
    """Random points whose vote has one winner."""
    # N > M for all sizes, so sorting along the wrong axis raises no IndexError. Some versions
    # of np.argpartition sort arrays of up to 256 numbers, even if asked for another position.
    D += 10  # above k, so that not all columns vote if they are sorted like rows
    X_train, X = rng.normal(size=(4 * N + 280, D)), rng.normal(size=(MANY * M, D))
    return asked(rng, X_train, X, int(rng.choice([8, 9])), M, tied=False)


@neighbours.case("ties")
def tied_votes(rng, N, M, D):
    """Several labels with the most votes."""
    X_train, X = rng.normal(size=(3 * N, D)), rng.normal(size=(MANY * M, D))
    return asked(rng, X_train, X, int(rng.choice([4, 6])), M, tied=True)


@neighbours.case("shape")  # all rows get the same label, so the answer earns nothing by itself
def everyone_votes(rng, N, M, D):
    """All rows of X_train vote, because k is N."""
    labels = some_labels(rng)
    X_train, X = rng.normal(size=(4 * N + 1, D)), rng.normal(size=(M, D))
    # The winner leads by one vote, that of the row farthest from the first image.
    y_train = rng.permutation(np.repeat(labels, N))
    farthest = pairwise_distances(X[:1], X_train).argmax()
    return X_train, np.insert(y_train, farthest, labels[-1]), X, len(X_train)


@neighbours.alternative
def by_partition(X_train, y_train, X, k):
    d = np.abs(pairwise_distances(X, X_train))
    near = np.argpartition(d, k - 1, axis=1)[:, :k]
    predicted = np.zeros(len(X), dtype=np.int64)
    for m in range(len(X)):
        labels, counts = np.unique(y_train[near[m]], return_counts=True)
        predicted[m] = labels[np.argmax(counts)]
    return predicted


@neighbours.alternative
def picture_by_picture(X_train, y_train, X, k):
    predicted = []
    for x in X:
        d = np.linalg.norm(X_train.astype(float) - x, axis=1)
        votes = {}
        for n in sorted(range(len(d)), key=d.__getitem__)[:k]:
            votes[y_train[n]] = votes.get(y_train[n], 0) + 1
        predicted.append(min(votes, key=lambda label: (-votes[label], label)))
    return np.array(predicted)


VOTE = "np.bincount(near).argmax()"
neighbours.known["value"] = {
    "In your code, a label can win only if it is smaller than the number of different labels. "
    "How large can a label be if some integers don't occur?": {
        "as_many_classes_as_labels": {
            "np.bincount(near).argmax()": (
                "np.pad(np.bincount(near), (0, 9))[: len(set(y_train))].argmax()"
            )
        }
    },
    "Your code never returns the largest label in `y_train`. Where does your loop over the "
    "labels end, or how many columns do your counts have?": {
        "without_the_largest_label": {VOTE: "np.bincount(near)[: y_train.max()].argmax()"}
    },
    "Your results are row indices of neighbours, not labels. Which array contains the labels "
    "of these rows?": {"rows_for_labels": {"y_train[order[:, :k]]": "order[:, :k]"}},
    "Your neighbours are the rows with the largest distances. Does `argsort` put small or "
    "large values first?": {"farthest": {":k]": "-k:]"}},
    "Your vote skips the nearest neighbour. Do the rows of `X` also appear in `X_train`?": {
        "without_the_nearest": {":k]": "1 : k + 1]"}
    },
    "Your code sorts `y_train`, so its labels no longer belong to the rows of `X_train`. Which "
    "label does the row with index i have?": {
        "sorted_labels": {"y_train[order[:, :k]]": "np.sort(y_train)[order[:, :k]]"}
    },
    "Your code finds the rows whose features have nearly the same sum, because it adds up the "
    "differences before it removes their signs. What does the formula do with each "
    "difference?": {
        "differences_cancel": {
            "pairwise_distances(X, X_train)": "abs(X.sum(1)[:, None] - X_train.sum(1))"
        }
    },
    "Your code adds up the squared differences along the wrong axis of `X_train`. Which axis "
    "contains the features?": {
        "added_up_over_the_rows": {
            "pairwise_distances(X, X_train)": (
                "np.array([((X_train - x) ** 2).sum(axis=0) for x in X])"
            )
        }
    },
    "Your code counts the indices of the rows, and each index occurs only once. What should it "
    "count?": {
        "indices_counted": {
            "np.bincount(near).argmax() for near in y_train[order[:, :k]]": (
                "y_train[np.bincount(near).argmax()] for near in order[:, :k]"
            )
        }
    },
    "Your code finds the rows with the smallest sum of |x - y|. Which distance does the "
    "problem use?": {"manhattan_neighbours": {"pairwise_distances": "added_up"}},
    "Your labels are rounded means of the neighbours' labels. A label is only the name of a "
    "class, so what should you count "
    "instead?": {"mean_of_the_labels": {VOTE: "near.mean().round().astype(int)"}},
    "Your code returns the smallest label among the neighbours, as if each label had one vote. "
    "How does your code count a label that occurs "
    "twice?": {"smallest_label": {VOTE: "near.min()"}},
    "Your code returns the largest label among the neighbours, no matter how many votes it "
    "has. What should you count before you choose a "
    "label?": {"largest_label": {VOTE: "near.max()"}},
    "Your results are the vote counts of the winning labels. Which labels got these votes?": {
        "number_of_votes": {"argmax()": "max()"}
    },
    "Your neighbours are the rows with the largest dot product x·y. Can a row have a large dot "
    "product with x and still be far from "
    "it?": {"largest_product": {"pairwise_distances(X, X_train)": "-X @ X_train.T"}},
    "Your code sorts the distances along the wrong axis. Along which axis do you find the "
    "distances from one new image to all known "
    "images?": {"sorted_down_the_columns": {"axis=1": "axis=0"}},
    "Your results are positions in the sorted list of the labels that occur among the "
    "neighbours. Which label is at each position?": {
        "place_among_the_neighbours": {"bincount(near)": "unique(near, return_counts=True)[1]"}
    },
    "Your labels come only from the nearest neighbour. How many neighbours should vote?": {
        "nearest_alone": "k = 1"
    },
    "Your results are positions in the sorted list of all labels that occur in `y_train`. "
    "Which label is at each "
    "position?": {"place_for_label": "y_train = np.unique(y_train, return_inverse=True)[1]"},
    "Your code lets only k - 1 neighbours vote. Does your slice, loop or comparison leave "
    "out the last neighbour?": {"one_too_few": "k -= 1"},
    "Your code lets k + 1 neighbours vote. Does your slice, loop or comparison include one "
    "neighbour too many?": {"one_too_many": "k += 1"},
    "Your code gives the neighbours' labels to the wrong images, because `reshape` doesn't "
    "exchange axes. Which operation turns an array of shape (k, M) into one of shape (M, k)?": {
        "reshaped": {"[order[:, :k]]": "[order[:, :k]].T.reshape(len(X), k)"}
    },
}

neighbours.known["shape"] = {
    "If k is N, your code lets only N - 1 neighbours vote. Where does it make k smaller?": {
        "never_everyone": "k = min(k, len(X_train) - 1)"
    }
}

neighbours.known["ties"] = {
    "When several labels tie, your code leaves out the farthest neighbour and counts "
    "again. Which label does the problem statement require in this case?": {
        "fewer_of_the_tied": {VOTE: "winner_of_fewer(near)"}
    },
    "When several labels tie, your code returns the one with the nearest neighbour. Which "
    "one does the problem statement ask for?": {
        "nearest_of_the_tied": {VOTE: "max(near, key=near.tolist().count)"}
    },
    "When several labels tie, your code returns the largest of them. Which one does the "
    "problem statement ask for?": {
        "largest_of_the_tied": {VOTE: "max(sorted(near)[::-1], key=near.tolist().count)"}
    },
    "When several labels tie, your code returns the one that comes first in `y_train`. "
    "Which one does the problem statement ask for?": {
        "first_seen_of_the_tied": {VOTE: "max(y_train, key=near.tolist().count)"}
    },
}

neighbours.known["shape ties"] = {
    "In your code, the distances influence the vote, at least if labels tie. Which label does "
    "the problem statement require in this case?": {
        "weighted_by_nearness": {
            "order = np.argsort(pairwise_distances(X, X_train), axis=1)": (
                "d = pairwise_distances(X, X_train)\n    order = np.argsort(d, axis=1)[:, :k]"
            ),
            VOTE: "np.bincount(y_train[near], 1 / row[near]).argmax()",
            "near in y_train[order[:, :k]]": "near, row in zip(order, d, strict=True)",
        }
    },
}

# A function that computes no distances can return the same labels, so they prove nothing.
neighbours.known(once=False)["value ties"] = {
    "In your code, the first k rows of `X_train` vote for every image. Which rows should vote, "
    "and which function finds their "
    "indices?": {"first_known": {"y_train[order[:, :k]]": "np.tile(y_train[:k], (len(X), 1))"}},
    "All rows of `X_train` vote in your code. Which of them should vote, and where does your "
    "code use `k`?": {"all_rows_vote": {"[:, :k]": ""}},
}

neighbours.known["value ties"] = {
    "Your votes include the votes for the previous images. Where does your code set the counts "
    "back to 0?": {
        "votes_kept": {
            "np.array([np.bincount(near).argmax() for near in y_train[order[:, :k]]])": (
                "np.cumsum([np.bincount(near, minlength=y_train.max() + 1)\n"
                "        for near in y_train[order[:, :k]]], axis=0).argmax(axis=1)"
            )
        }
    },
    "Your code standardises the features before it computes the distances. Which distances "
    "does the problem statement use?": {
        "standardised": (
            "X_train, X = ((A - X_train.mean(axis=0)) / X_train.std(axis=0) for A in (X_train, "
            "X))"
        )
    },
}

neighbours.known["shape value ties"] = {
    "Your result contains only the label of the first image. Where in your code is the "
    "`return`?": {"first_picture_alone": "X = X[:1]"}
}
