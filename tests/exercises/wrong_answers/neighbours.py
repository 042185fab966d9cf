"""Wrong answers to knn_predict."""

import numpy as np

from tests.exercises.wrong_answers.distances import squares
from tests.exercises.wrong_answers.register import wrong

ALL_NEIGHBOURS = "value ties shape inputs-unchanged"


def sorted_labels(X_train, y_train, X):
    """Return the labels of all training rows for each new row, the nearest first."""
    return y_train[np.argsort(squares(X, X_train), axis=1)]


def majority(near):
    return np.array([np.bincount(row).argmax() for row in near])


@wrong("knn_predict", "has shape (M, ", ALL_NEIGHBOURS)
def all_the_votes(X_train, y_train, X, k):
    return sorted_labels(X_train, y_train, X)[:, :k]


@wrong("knn_predict", "is a list, expected an array", "shape")
def labels_in_a_list(X_train, y_train, X, k):
    return [int(label) for label in majority(sorted_labels(X_train, y_train, X)[:, :k])]


@wrong("knn_predict", "only one number is left", ALL_NEIGHBOURS)
def return_in_the_loop(X_train, y_train, X, k):
    for near in sorted_labels(X_train, y_train, X):
        return np.bincount(near[:k]).argmax()


@wrong("knn_predict", "is wrong in the last entry only", "value")
def last_picture_left_out(X_train, y_train, X, k):
    found = np.zeros(len(X), int)
    found[:-1] = majority(sorted_labels(X_train, y_train, X[:-1])[:, :k])
    return found


@wrong("knn_predict", "is None. Does every path", ALL_NEIGHBOURS)
def printed_only(X_train, y_train, X, k):
    majority(sorted_labels(X_train, y_train, X)[:, :k])


@wrong("knn_predict", "the function changes its caller's X_train", "inputs-unchanged")
def scales_its_arguments(X_train, y_train, X, k):
    found = majority(sorted_labels(X_train, y_train, X)[:, :k])
    X_train //= 2
    return found


@wrong("knn_predict", "has the same number everywhere", ALL_NEIGHBOURS)
def number_of_labels(X_train, y_train, X, k):
    return np.full(len(X), len(np.unique(y_train)))


@wrong("knn_predict", "one number for each D", ALL_NEIGHBOURS)
def neighbours_among_columns(X_train, y_train, X, k):
    near = np.argsort(np.abs(X.mean(axis=0)))[:, None] + np.arange(k)
    return majority(y_train[near % len(y_train)])


@wrong("knn_predict", "only the first picture is answered", "value")
def answered_inside_the_loop(X_train, y_train, X, k):
    found = []
    for near in sorted_labels(X_train, y_train, X):
        found.append(np.bincount(near[:k]).argmax())
        return np.array(found)


@wrong("knn_predict", "a near neighbour has more weight here", "ties")
def inverse_distances_vote(X_train, y_train, X, k):
    found = []
    for x in X:
        d = np.linalg.norm(X_train - x, axis=1)
        near = np.argsort(d)[:k]
        found.append(np.bincount(y_train[near], weights=1 / d[near]).argmax())
    return np.array(found)


@wrong("knn_predict", "a place in the list of the neighbours' different labels", "value")
def place_in_unique(X_train, y_train, X, k):
    near = sorted_labels(X_train, y_train, X)[:, :k].tolist()
    return np.array([np.argmax([row.count(c) for c in sorted(set(row))]) for row in near])
