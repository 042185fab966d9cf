"""k-nearest-neighbour classification and regression."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import checks
from ..steps import Step, Steps
from .brute import BruteForce
from .distance import check_norm, in_space_of, lengths
from .kdtree import KDTree

__all__ = ["KNeighborsClassifier", "KNeighborsRegressor", "vote"]


class _KNeighbors(BaseEstimator):
    """The base class of classifier and regressor: it finds neighbours and their weights."""

    def __init__(
        self,
        n_neighbors: int = 5,
        *,
        weights: str = "uniform",
        algorithm: str = "auto",
        leaf_size: int = 32,
        p: float = 2,
        metric: str = "minkowski",
    ):
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.p = p
        self.metric = metric

    def _remember(self, X: np.ndarray, y: np.ndarray) -> None:
        """Check the options and index the training points for the search."""
        owner = type(self).__name__
        checks.count(owner, "n_neighbors", self.n_neighbors)
        checks.count(owner, "leaf_size", self.leaf_size)
        checks.choice(owner, "weights", self.weights, ("uniform", "distance"))
        checks.choice(owner, "algorithm", self.algorithm, ("auto", "brute", "kd_tree"))
        check_norm(owner, self.p)
        points, self._p = in_space_of(owner, self.metric, self.p, X)
        self._y = y
        if self._searches_tree(*points.shape):
            self._points = KDTree(points, leaf_size=self.leaf_size, p=self._p)
        else:
            self._points = BruteForce(points, p=self._p)
        self.n_samples_fit_ = len(X)

    def _searches_tree(self, N: int, D: int) -> bool:
        """Return whether to search a k-d tree; under "auto", if that is faster."""
        return self.algorithm == "kd_tree" or (
            self.algorithm == "auto" and N > 5000 * 1.5 ** min(D, 30)
        )

    def kneighbors(self, X=None, n_neighbors: int | None = None, return_distance: bool = True):
        """Find the nearest training points of each row, the nearest first.

        Parameters
        ----------
        X : (M, D) float, optional
            Queries. Without, the training points themselves, none its own neighbour.
        n_neighbors : int, optional
            How many, k; by default as given to the estimator.
        return_distance : bool
            Whether to return distances too.

        Returns
        -------
        distances : (M, k) float64
            In rising order; left out without ``return_distance``.
        indices : (M, k) int64
            Rows of the training data. Of points at the same distance, the one with the lower
            index comes first and is taken first.

        Raises
        ------
        ValueError
            If there are fewer than k points.
        """
        check_is_fitted(self)
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        checks.count("kneighbors", "n_neighbors", k)
        available = self.n_samples_fit_ - (X is None)
        if k > available:
            raise ValueError(
                f"kneighbors: expected n_neighbors <= n_samples_fit, got n_neighbors = {k}, "
                f"n_samples_fit = {available}"
            )
        sums, indices = self._others(k) if X is None else self._of(X, k)
        if not return_distance:
            return indices
        return lengths(sums, self.metric, self._p), indices

    def _of(self, X, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the sums of powers and the indices of each row's k neighbours, (M, k)."""
        X = validate_data(self, X, reset=False, dtype=(np.float64, np.float32))
        Q, _ = in_space_of("kneighbors", self.metric, self.p, X, query=True)
        return self._points.query(Q, k)

    def _others(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the same for the training rows, none of which is its own neighbour."""
        sums, indices = self._points.query(self._points.X, k + 1)
        other = indices != np.arange(len(indices))[:, None]
        other[other.all(axis=1), -1] = False  # k + 1 equal points have lower indices
        shape = (len(indices), k)
        return sums[other].reshape(shape), indices[other].reshape(shape)

    def _weighted(self, X) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights and the indices of each row's neighbours, both (M, k)."""
        d, indices = self.kneighbors(X)
        if self.weights == "uniform":
            return np.ones_like(d), indices
        with np.errstate(divide="ignore"):
            w = 1 / d
        coincident = np.isinf(w).any(axis=1)  # a neighbour at distance 0 outweighs all others
        w[coincident] = np.isinf(w[coincident])
        return w, indices


class KNeighborsClassifier(ClassifierMixin, _KNeighbors):
    r"""The class of most of the k nearest training examples.

    .. math:: \hat p_c(x) = \frac{\sum_{i \in N_k(x)} w_i \, [y_i = c]}
        {\sum_{i \in N_k(x)} w_i}

    Parameters
    ----------
    n_neighbors : int
        How many vote, k.
    weights : {"uniform", "distance"}
        One vote each, or :math:`w_i = 1/d_i`; a neighbour at distance 0 then decides alone.
    algorithm : {"auto", "brute", "kd_tree"}
        How neighbours are found; the answer is the same. "auto" takes the tree where there are
        more than 5000 · 1.5^D points.
    leaf_size : int
        Most points in a leaf of the tree.
    p : float
        The p of the p-norm, 1 or more; infinity is allowed.
    metric : {"minkowski", "l1", "manhattan", "l2", "euclidean", "cosine"}
        The distance: see ``distances``.

    Attributes
    ----------
    classes_ : (C,)
        The labels, sorted. Where two classes have equal votes, the first of them wins.
    n_features_in_, n_samples_fit_ : int
        D and N of the training data.

    Source: Fix and Hodges (1951), "Discriminatory Analysis: Nonparametric
    Discrimination"; chapter "Nearest
    neighbours".

    >>> X, y = [[0.0], [1.0], [2.0], [10.0]], ["low", "low", "high", "high"]
    >>> model = KNeighborsClassifier(n_neighbors=3).fit(X, y)
    >>> model.predict([[1.2], [8.0]])
    array(['low', 'high'], dtype='<U4')
    >>> model.kneighbors([[1.2]], return_distance=False)
    array([[1, 2, 0]])
    """

    def fit(self, X, y):
        """Keep X (N, D) and the labels y (N,)."""
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32), copy=True)
        check_classification_targets(y)
        self.classes_, indices = np.unique(y, return_inverse=True)
        self._remember(X, indices)
        return self

    def predict_proba(self, X) -> np.ndarray:
        """Return the share of each class in the vote, (M, C), in the order of ``classes_``."""
        w, neighbours = self._weighted(X)
        labels, C = self._y[neighbours], len(self.classes_)
        cells = labels + C * np.arange(len(labels))[:, None]
        votes = np.bincount(cells.ravel(), w.ravel(), minlength=C * len(labels))
        votes = votes.reshape(len(labels), C)
        return votes / votes.sum(axis=1, keepdims=True)

    def predict(self, X) -> np.ndarray:
        """Return the class with the most votes for each row, (M,)."""
        p = self.predict_proba(X)
        return self.classes_[p.argmax(axis=1)]


class KNeighborsRegressor(RegressorMixin, _KNeighbors):
    r"""The mean over the k nearest training examples.

    .. math:: \hat y(x) = \frac{\sum_{i \in N_k(x)} w_i \, y_i}{\sum_{i \in N_k(x)} w_i}

    The options are those of ``KNeighborsClassifier``.

    Source: Hastie, Tibshirani and Friedman (2009), section 2.3.2; chapter "Nearest neighbours".

    >>> model = KNeighborsRegressor(2).fit([[0.0], [1.0], [5.0]], [10.0, 20.0, 90.0])
    >>> model.predict([[0.4]])
    array([15.])
    """

    def fit(self, X, y):
        """Keep X (N, D) and the numbers y (N,)."""
        X, y = validate_data(
            self, X, y, dtype=(np.float64, np.float32), copy=True, y_numeric=True
        )
        self._remember(X, y)
        return self

    def predict(self, X) -> np.ndarray:
        """Return the weighted mean of the neighbours' numbers for each row, (M,)."""
        w, neighbours = self._weighted(X)
        return (w * self._y[neighbours]).sum(axis=1) / w.sum(axis=1)


def vote(distances, labels, k: int, *, steps: bool = False):
    """Let the k nearest of some labelled points vote, as a person counts.

    Parameters
    ----------
    distances : (N,) float or Fraction
        How far each point lies from the query.
    labels : (N,)
        Their classes.
    k : int
        How many vote. Of points at the same distance the one that stands first is taken.
    steps : bool
        Whether to return the counting instead of its result.

    Returns
    -------
    label or Steps
        The class with the most votes; with equal votes, the first of them in sorted order.

    Raises
    ------
    ValueError
        If the lengths differ, or k is not between 1 and N.

    Source: Fix and Hodges (1951); chapter "Nearest neighbours".

    >>> vote([4, 1, 3], ["boot", "bag", "boot"], 3, steps=True)
    1. The nearest are number 1 (bag, at distance 1), number 2 (boot, 3) and number 0 (boot, 4).
    2. Votes: bag 1, boot 2.
    3. The answer is boot.
    """
    distances, labels = list(distances), list(labels)
    if len(distances) != len(labels):
        raise ValueError(f"vote: got {len(distances)} distances and {len(labels)} labels")
    if not 1 <= k <= len(labels):
        raise ValueError(f"vote: expected k from 1 to {len(labels)}, got {k}")
    near = sorted(range(len(labels)), key=lambda i: (distances[i], i))[:k]
    voters = [labels[i] for i in near]
    counts = {label: voters.count(label) for label in sorted(set(voters))}
    winner = max(counts, key=counts.get)
    if not steps:
        return winner
    return Steps(_counting(near, distances, labels, counts, winner), result=winner)


def _counting(near, distances, labels, counts, winner) -> list[Step]:
    """Return the steps that ``vote`` shows."""
    at = ["at distance ", *[""] * (len(near) - 1)]
    each = [
        f"number {i} ({labels[i]}, {at}{distances[i]})" for at, i in zip(at, near, strict=True)
    ]
    found = f"are {', '.join(each[:-1])} and {each[-1]}" if len(each) > 1 else f"is {each[0]}"
    votes = ", ".join(f"{label} {n}" for label, n in counts.items())
    most = rf"\max\{{{', '.join(map(str, counts.values()))}\}} = {counts[winner]}"
    return [
        Step(f"The nearest {found}."),
        Step(f"Votes: {votes}.", most),
        Step(f"The answer is {winner}."),
    ]
