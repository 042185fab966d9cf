"""A k-d tree for nearest neighbours, which skips boxes that are too far away."""

from __future__ import annotations

import math

import numpy as np

from .. import checks
from .brute import BruteForce
from .distance import blocks, check_k, check_norm, powers

__all__ = ["KDTree"]

GROUPING = 250  # the root of how many distances take as long as one group's other work


class KDTree:
    r"""A tree of boxes over points, each box halved at the median of its widest side.

    Level l has 2^l boxes with equal shares of the points (to within one), so that the tree is
    nothing but an order of the points and the corners of the boxes. Queries that lie together
    have nearly the same neighbours, and are searched together:

    1. Each query goes down the tree. Those that come home to the same box are a group.
    2. Of the points at home, ``BruteForce`` finds the k nearest. Their largest distance is a
       radius within which the query has k neighbours. Queries with a far larger radius than
       is usual in their group become a group of their own, lest they hold up the others.
    3. From the top again, and one level at a time, a group keeps each box that comes within
       its largest radius of the smallest box around its queries.
    4. Among the points of the leaves that are left, ``BruteForce`` finds the k nearest.

    In few dimensions that is a handful of leaves. In many, the radius is so large that almost
    every box comes within it, and the tree saves nothing: see ``query(..., count=True)``.

    Parameters
    ----------
    X : (N, D) float
        Points.
    leaf_size : int
        A leaf has at most this many points.
    p : float
        Distances are p-norms, p from 1 to infinity.

    Raises
    ------
    TypeError, ValueError
        For points, queries or k that cannot be.

    Source: Friedman, Bentley and Finkel (1977), "An Algorithm for Finding Best Matches in
    Logarithmic Expected Time", ACM TOMS 3; for groups, Gray and Moore (2000), "'N-Body'
    Problems in Statistical Learning", NIPS 13; chapter "Nearest neighbours".

    >>> tree = KDTree(np.arange(100.0)[:, None], leaf_size=10)
    >>> sums, indices, needed = tree.query(np.array([[41.9]]), 2, count=True)
    >>> indices, needed  # six at home, and six in the only leaf that comes so near
    (array([[42, 41]]), array([12]))
    """

    def __init__(self, X: np.ndarray, *, leaf_size: int = 32, p: float = 2):
        check_norm("KDTree", p)
        checks.count("KDTree", "leaf_size", leaf_size)
        self.X, self.p = checks.rows("KDTree", "X", X), p
        N = len(self.X)
        self.depth = max(0, math.ceil(math.log2(N / leaf_size)))
        self.order, self.boxes, self.axes = np.arange(N), [], []
        for level in range(self.depth + 1):
            points = self.X[self.order].T.astype(np.float64, order="C")
            low, high = self._corners(points, level)
            self.boxes.append((low.T, high.T))
            if level < self.depth:
                self.axes.append((high - low).argmax(axis=0))
                self._sort_along(self.axes[level], points, level)

    def _starts(self, level: int) -> np.ndarray:
        """Return the index in ``order`` where each node of a level begins, and the last end."""
        return len(self.X) * np.arange(2**level + 1) // 2**level

    def _corners(self, points: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest and the highest coordinates in each node, each (D, nodes)."""
        cut = self._starts(level)[:-1]
        return (
            np.minimum.reduceat(points, cut, axis=1),
            np.maximum.reduceat(points, cut, axis=1),
        )

    def _sort_along(self, axes: np.ndarray, points: np.ndarray, level: int) -> None:
        """Sort the points of each node along its axis, so that its halves are its children."""
        node = np.repeat(np.arange(len(axes)), np.diff(self._starts(level)))
        rank = points[axes[node], np.arange(len(node))].argsort()
        self.order = self.order[rank[_sorted(node[rank])]]

    def query(self, Q: np.ndarray, k: int, *, count: bool = False):
        """Return the k smallest sums of |q - x|^p for each row of Q, and their indices (M, k).

        The nearest comes first, and of two at the same distance the one with the lower index.
        With ``count``, also how many distances each query needed, (M,); for that, each is a
        group of its own, which takes longer.
        """
        Q = checks.rows("KDTree.query", "Q", Q, self.X.shape[1])
        check_k("KDTree.query", k, len(self.X))
        level = self._level(math.inf if count else len(Q), k)
        node = self._descend(Q, level)
        group = np.arange(len(Q)) if count else node
        radius, is_outlier = self._radius(Q, k, level, node, group)
        groups = _equal(2 * group + is_outlier)
        sums, indices = np.empty((len(Q), k)), np.empty((len(Q), k), dtype=np.intp)
        needed = np.diff(self._starts(level))[node]  # number of points in the own node
        for part in blocks(len(groups), self.boxes[-1][0].size):
            found = self._search(Q, radius, groups[part], k)
            for rows, (*answer, opened) in zip(groups[part], found, strict=True):
                sums[rows], indices[rows] = answer
                needed[rows] += opened
        return (sums, indices, needed) if count else (sums, indices)

    def _level(self, M: float, k: int) -> int:
        """Return the level at whose nodes queries are grouped; each has at least k points.

        With G groups, about a G-th of all M N distances is measured. That takes as long as the
        groups' other work where G² is M N / GROUPING².
        """
        N = len(self.X)
        groups = max(1, math.sqrt(M * N) / GROUPING)
        return math.floor(min(math.log2(groups), math.log2(N / k), self.depth))

    def _descend(self, Q: np.ndarray, level: int) -> np.ndarray:
        """Return the node of a level that contains each query, (M,)."""
        row, node = np.arange(len(Q)), np.zeros(len(Q), dtype=np.intp)
        for axes, (_, high) in zip(self.axes[:level], self.boxes[1:], strict=False):
            axis, left = axes[node], 2 * node
            node = left + (Q[row, axis] > high[left, axis])
        return node

    def _points(self, level: int, nodes: np.ndarray) -> np.ndarray:
        """Return the sorted indices of the points in some nodes."""
        N = len(self.X)
        start, end = N * nodes // 2**level, N * (nodes + 1) // 2**level
        rows = start[:, None] + np.arange((end - start).max())
        return np.sort(self.order[rows[rows < end[:, None]]])

    def _radius(self, Q, k: int, level: int, node, group) -> tuple[np.ndarray, np.ndarray]:
        """Return an upper bound of each query's k-th smallest sum, and a mask of outliers."""
        radius, is_outlier = np.empty(len(Q)), np.empty(len(Q), dtype=bool)
        for rows in _equal(group):
            home = self._points(level, node[rows[:1]])
            radius[rows] = r = self._nearest(Q[rows], home, k)[0][:, -1]
            is_outlier[rows] = r > 8 * np.median(r)
        return radius * self._slack(), is_outlier

    def _search(self, Q, radius, groups: list[np.ndarray], k: int):
        """Yield sums, indices and the number of points that were examined, for each group."""
        low = np.array([Q[rows].min(axis=0) for rows in groups])
        high = np.array([Q[rows].max(axis=0) for rows in groups])
        radius = np.array([radius[rows].max() for rows in groups])
        for g, nodes in enumerate(self._leaves_within((low, high), radius)):
            points = self._points(self.depth, nodes)
            X = np.asfortranarray(self.X.take(points, axis=0))  # faster where D is small
            near = self._gap((low[g], high[g]), (X, X)) <= radius[g]
            yield *self._nearest(Q[groups[g]], points[near], k), len(points)

    def _nearest(self, Q: np.ndarray, points: np.ndarray, k: int):
        """Return sums and indices of the k nearest among some points."""
        sums, chosen = BruteForce(self.X.take(points, axis=0), p=self.p).query(Q, k)
        return sums, points[chosen]

    def _slack(self) -> float:
        """Return the factor that covers the rounding errors of two sums of D powers."""
        return 1 + 4 * (self.X.shape[1] + 8) * np.finfo(float).eps

    def _leaves_within(self, box, radius: np.ndarray) -> list[np.ndarray]:
        """Return the leaves of the tree within each group's radius of its box."""
        low, high = box
        group, node = np.arange(len(radius)), np.zeros(len(radius), dtype=np.intp)
        for lowest, highest in self.boxes[1:]:
            group, node = np.repeat(group, 2), (2 * node[:, None] + [0, 1]).ravel()
            gap = self._gap((low[group], high[group]), (lowest[node], highest[node]))
            near = gap <= radius[group]
            group, node = group[near], node[near]
        return np.split(node, np.searchsorted(group, np.arange(1, len(radius))))

    def _gap(self, box, other) -> np.ndarray:
        """Return Σ |q - x|^p for the nearest points q and x of two boxes; 0 if they overlap."""
        (low, high), (lowest, highest) = box, other
        before = np.subtract(lowest, high, dtype=np.float64)
        behind = np.subtract(low, highest, dtype=np.float64)
        return powers(np.maximum(np.maximum(before, behind), 0), 0, self.p)


def _sorted(keys: np.ndarray) -> np.ndarray:
    """Return the indices that sort integers stably; small integers are sorted faster."""
    return keys.astype(np.min_scalar_type(keys.max())).argsort(kind="stable")


def _equal(keys: np.ndarray) -> list[np.ndarray]:
    """Return arrays of indices, one for each distinct key, in the keys' order."""
    order = _sorted(keys)
    return np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)
