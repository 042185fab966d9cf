"""k-nearest-neighbour classification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import checks
from ..steps import Step, Steps

__all__ = ["KNeighborsClassifier", "vote"]

Array = np.ndarray
BLOCK = 2**20  # number of distances to store at a time, 8 MB


class KNeighborsClassifier(ClassifierMixin, BaseEstimator):
    r"""Classifier that predicts the most frequent class among the k nearest training samples.

    .. math:: \hat p_c(x) = \frac1k \sum_{i \in N_k(x)} [y_i = c]

    Parameters
    ----------
    n_neighbors : int
        Number k of neighbours that vote.
    p : float
        The p of the p-norm, at least 1; infinity is allowed.

    Attributes
    ----------
    classes_ : (C,)
        The labels, sorted. If two classes have equal votes, the first of them wins.
    n_features_in_, n_samples_fit_ : int
        Numbers of features and of training samples.

    Source: Fix and Hodges (1951), "Discriminatory Analysis: Nonparametric
    Discrimination"; chapter "k-nearest neighbours".

    >>> X, y = [[0.0], [1.0], [2.0], [10.0]], ["low", "low", "high", "high"]
    >>> model = KNeighborsClassifier(n_neighbors=3).fit(X, y)
    >>> model.predict([[1.2], [8.0]])
    array(['low', 'high'], dtype='<U4')
    >>> model.kneighbors([[1.2]], return_distance=False)
    array([[1, 2, 0]])
    """

    def __init__(self, n_neighbors: int = 5, *, p: float = 2):
        self.n_neighbors = n_neighbors
        self.p = p

    def fit(self, X: Any, y: Any) -> KNeighborsClassifier:
        """Store X (N, D) and the labels y (N,)."""
        checks.whole("KNeighborsClassifier", "n_neighbors", self.n_neighbors, low=1)
        checks.number("KNeighborsClassifier", "p", self.p, low=1, infinite=True)
        X, y = validate_data(self, X, y, dtype=np.float64, copy=True)
        check_classification_targets(y)
        self.classes_, self._y = np.unique(y, return_inverse=True)
        self._X, self.n_samples_fit_ = X, len(X)
        return self

    def kneighbors(
        self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """Find the k nearest training samples of each row, with the nearest first.

        Parameters
        ----------
        X : (M, D) float, optional
            The queries. By default, the function finds the neighbours of each training sample
            among the other training samples.
        n_neighbors : int, optional
            Number k of neighbours. Default: the estimator's ``n_neighbors``.
        return_distance : bool
            Whether to return the distances too.

        Returns
        -------
        distances : (M, k) float64
            In ascending order; omitted if ``return_distance`` is False.
        indices : (M, k) int64
            Rows of the training data. If samples have the same distance, lower indices come
            first.

        Raises
        ------
        ValueError
            If there are fewer than k training samples to choose from.
        """
        check_is_fitted(self)
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        checks.whole("kneighbors", "n_neighbors", k, low=1)
        available = self.n_samples_fit_ - (X is None)
        if k > available:
            raise ValueError(
                f"kneighbors: expected n_neighbors <= {available}, the number of training "
                f"samples to choose from, got {k}"
            )
        if X is None:
            distances, indices = self._others(k)
        else:
            X = validate_data(self, X, reset=False, dtype=np.float64)
            distances, indices = nearest(X, self._X, k, self.p)
        return (distances, indices) if return_distance else indices

    def _others(self, k: int) -> tuple[Array, Array]:
        """Return the neighbours of each training sample among the others, as in ``nearest``."""
        distances, indices = nearest(self._X, self._X, k + 1, self.p)
        other = indices != np.arange(len(indices))[:, None]
        other[other.all(axis=1), -1] = False  # if k + 1 duplicates hide the sample itself
        shape = (len(indices), k)
        return distances[other].reshape(shape), indices[other].reshape(shape)

    def predict_proba(self, X: Any) -> Array:
        """Return the fraction of votes for each class, (M, C), in the order of ``classes_``."""
        neighbours = self.kneighbors(X, return_distance=False)
        labels = self._y[neighbours]
        votes = labels[:, :, None] == np.arange(len(self.classes_))
        return votes.mean(axis=1)

    def predict(self, X: Any) -> Array:
        """Return the class (M,) with the most votes for each row."""
        p = self.predict_proba(X)
        return self.classes_[p.argmax(axis=1)]


def nearest(Q: Array, X: Array, k: int, p: float) -> tuple[Array, Array]:
    """Return the distances and indices (M, k) of the k rows of X nearest to each row of Q."""
    distances, indices = np.empty((len(Q), k)), np.empty((len(Q), k), dtype=np.int64)
    for m, (row_distances, rows) in enumerate(measured(Q, X, k, p)):
        order = row_distances.argsort(kind="stable")[:k]
        distances[m], indices[m] = row_distances[order], rows[order]
    return distances, indices


def measured(Q: Array, X: Array, k: int, p: float) -> Iterator[tuple[Array, Array]]:
    r"""Yield, for each row of Q, the distances to rows of X, and the indices of these rows.

    For p = 2, one matrix product first estimates many distances:

    .. math:: |q - x|^2 = |q|^2 - 2 \, q \cdot x + |x|^2

    The function then computes exact distances only to the rows that can be among the nearest,
    given the rounding errors of the estimates. For other p, it computes all distances.
    """
    all_rows, middle = np.arange(len(X)), X.mean(axis=0)
    centred = X - middle
    squares = (centred**2).sum(axis=1)
    block = max(1, BLOCK // len(X))
    for start in range(0, len(Q), block):
        queries = Q[start : start + block]
        if p != 2:
            for distances in cdist(queries, X, "minkowski", p=p):
                yield distances, all_rows
            continue
        shifted = queries - middle
        estimates = squares - 2 * shifted @ centred.T  # |q|² is the same for all rows of X
        size = (shifted**2).sum(axis=1) + squares.max()
        error = 4 * (X.shape[1] + 8) * np.finfo(float).eps * size
        limits = np.partition(estimates, k - 1, axis=1)[:, k - 1] + 2 * error
        for q, estimate, limit in zip(queries, estimates, limits, strict=True):
            rows = np.flatnonzero(estimate <= limit)
            yield cdist(q[None], X[rows])[0], rows


def vote(distances, labels, k: int, *, steps: bool = False):
    """Return the most frequent class among the k labelled points nearest to a query.

    Parameters
    ----------
    distances : (N,) float or Fraction
        The distance of each point from the query.
    labels : (N,)
        The classes of the points.
    k : int
        Number of points that vote. If several have the same distance, the first are used.
    steps : bool
        Whether to return the `Steps` of counting instead of the result.

    Returns
    -------
    label or Steps
        The class with the most votes; if several tie, the first of them in sorted order.

    Raises
    ------
    ValueError
        If the lengths differ, or k is not between 1 and N.

    Source: Fix and Hodges (1951); chapter "k-nearest neighbours".

    >>> vote([4, 1, 3], ["boot", "bag", "boot"], 3, steps=True)
    1. The nearest are point 1 (bag, at distance 1), point 2 (boot, 3) and point 0 (boot, 4).
    2. Votes: bag 1, boot 2.
    3. The answer is boot.
    """
    distances, labels = list(distances), list(labels)
    if len(distances) != len(labels):
        raise ValueError(f"vote: expected {len(distances)} labels, got {len(labels)}")
    if not 1 <= k <= len(labels):
        raise ValueError(f"vote: expected k from 1 to {len(labels)}, got {k}")
    nearest_k = sorted(range(len(labels)), key=lambda i: (distances[i], i))[:k]
    voters = [labels[i] for i in nearest_k]
    counts = {label: voters.count(label) for label in sorted(set(voters))}
    winner = max(counts, key=counts.get)
    if not steps:
        return winner
    return Steps(_counting(nearest_k, distances, labels, counts, winner), result=winner)


def _counting(nearest_k, distances, labels, counts, winner) -> list[Step]:
    """Return the steps of ``vote``."""
    at = ["at distance ", *[""] * (len(nearest_k) - 1)]
    points = [
        f"point {i} ({labels[i]}, {at}{distances[i]})"
        for at, i in zip(at, nearest_k, strict=True)
    ]
    listed = (
        f"are {', '.join(points[:-1])} and {points[-1]}"
        if len(points) > 1
        else f"is {points[0]}"
    )
    votes = ", ".join(f"{label} {n}" for label, n in counts.items())
    formula = rf"\max\{{{', '.join(map(str, counts.values()))}\}} = {counts[winner]}"
    return [
        Step(f"The nearest {listed}."),
        Step(f"Votes: {votes}.", formula),
        Step(f"The answer is {winner}."),
    ]
