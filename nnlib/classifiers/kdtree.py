"""A k-d tree: boxes within boxes, so that far boxes need not be opened."""

from __future__ import annotations

import math

import numpy as np

from .checks import check_count, check_k, check_norm, check_rows
from .distance import BLOCK, nearest

__all__ = ["KDTree"]


class KDTree:
    r"""A tree of boxes over points, each box halved at the median of its widest side.

    Level l has 2^l boxes with equal shares of the points (to within one), so that the tree is
    nothing but an order of the points and the corners of the boxes. All queries walk together,
    one level at a time:

    1. Each goes down to the nearer box until it is home, in a leaf or in the last box that
       has k points. The distance of the k-th nearest there is a radius within which all k
       neighbours lie.
    2. From the top again, it keeps each box that reaches into the radius.
    3. It looks at the points of the leaves that are left.

    In few dimensions that is a handful of leaves. In many, the radius is so large that almost
    every box reaches into it, and the tree saves nothing: see ``query(..., count=True)``.

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
    Logarithmic Expected Time", ACM TOMS 3; chapter "Nearest neighbours".

    >>> tree = KDTree(np.arange(100.0)[:, None], leaf_size=10)
    >>> sums, indices, needed = tree.query(np.array([[41.9]]), 2, count=True)
    >>> indices, needed  # six at home, and six in the only leaf that reaches so near
    (array([[42, 41]]), array([12]))
    """

    def __init__(self, X: np.ndarray, *, leaf_size: int = 32, p: float = 2):
        check_norm("KDTree", p)
        check_count("KDTree", "leaf_size", leaf_size)
        self.X, self.p = check_rows("KDTree", "X", X), p
        N = len(self.X)
        depth = max(0, math.ceil(math.log2(N / leaf_size)))
        self.order, self.boxes = np.arange(N), []
        for level in range(depth + 1):
            self.starts = N * np.arange(2**level + 1) // 2**level
            low, high = self._corners()
            self.boxes.append((low, high))
            if level < depth:
                self._sort_along((high - low).argmax(axis=0))
        self.points = np.asarray(self.X[self.order].T, dtype=np.float64, order="C")

    def _corners(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest coordinates in each node, (D, nodes)."""
        points = np.asarray(self.X[self.order].T, dtype=np.float64, order="C")
        cut = self.starts[:-1]
        return (
            np.minimum.reduceat(points, cut, axis=1),
            np.maximum.reduceat(points, cut, axis=1),
        )

    def _sort_along(self, axes: np.ndarray) -> None:
        """Sort the points of each node along its axis: the halves are its children."""
        node = np.repeat(np.arange(len(axes)), np.diff(self.starts))
        self.order = self.order[np.lexsort((self.X[self.order, axes[node]], node))]

    def query(self, Q: np.ndarray, k: int, *, count: bool = False):
        """Give for each row of Q (M, D) the sums of powers and the indices, both (M, k).

        The nearest comes first, and of two at the same distance the one with the lower index.
        With ``count``, also how many distances each query needed, (M,).
        """
        Q = check_rows("KDTree.query", "Q", Q, self.X.shape[1])
        check_k("KDTree.query", k, len(self.X))
        widest = max(len(self.starts), 2 * k, np.diff(self.starts).max())  # leaves, or a home
        step = max(1, BLOCK // (widest * len(self.points)))
        found = [self._block(Q[start : start + step], k) for start in range(0, len(Q), step)]
        sums, indices, counts = zip(*found, strict=True)
        answer = np.vstack(sums), np.vstack(indices)
        return (*answer, np.concatenate(counts)) if count else answer

    def _block(self, Q: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same for so few queries that each may open every leaf; with counts."""
        q = np.asarray(Q.T, dtype=np.float64, order="C")
        radius, at_home = self._radius(q, k)
        rows, leaves = self._leaves_within(q, radius)
        opened = np.bincount(rows, np.diff(self.starts)[leaves]).astype(int)
        rows, cols = self._points_within(q, radius, rows, leaves)
        return *nearest(Q, self.X, rows, cols, k, self.p), opened + at_home

    def _radius(self, q: np.ndarray, k: int) -> tuple[np.ndarray, int]:
        """For each query a radius around k points, and how many distances that took."""
        node = np.zeros(q.shape[1], dtype=int)
        size, level = len(self.X), 0
        while size // 2 >= k and level + 1 < len(self.boxes):
            size, level = size // 2, level + 1
            low, high = self.boxes[level]
            left, right = 2 * node, 2 * node + 1
            to_left = self._gap(q, low[:, left], high[:, left])
            to_right = self._gap(q, low[:, right], high[:, right])
            node = np.where(to_right < to_left, right, left)
        start = len(self.X) * node // 2**level
        d = self._sums(q[:, :, None], self.points[:, start[:, None] + np.arange(size)])
        return np.partition(d, k - 1, axis=1)[:, k - 1] * self._slack(), size

    def _slack(self) -> float:
        """What rounding may add to a sum of D powers and then to another."""
        return 1 + 4 * (len(self.points) + 8) * np.finfo(float).eps

    def _leaves_within(self, q, radius) -> tuple[np.ndarray, np.ndarray]:
        """Queries and leaves, pair by pair, where the leaf reaches into the radius."""
        rows, nodes = np.arange(len(radius)), np.zeros(len(radius), dtype=int)
        for low, high in self.boxes[1:]:
            rows, nodes = np.repeat(rows, 2), (2 * nodes[:, None] + [0, 1]).ravel()
            near = self._gap(q[:, rows], low[:, nodes], high[:, nodes]) <= radius[rows]
            rows, nodes = rows[near], nodes[near]
        return rows, nodes

    def _points_within(self, q, radius, rows, leaves) -> tuple[np.ndarray, np.ndarray]:
        """Queries and points, pair by pair, where the point lies within the radius."""
        most = np.diff(self.starts).max()
        step, found = max(1, BLOCK // (most * len(q))), []
        for start in range(0, len(rows), step):
            row, leaf = rows[start : start + step], leaves[start : start + step]
            place = self.starts[leaf, None] + np.arange(most)
            inside = place < self.starts[leaf + 1, None]
            place = np.minimum(place, len(self.X) - 1)
            d = self._sums(q[:, row, None], self.points[:, place])
            pair, point = np.nonzero(inside & (d <= radius[row, None]))
            found.append((row[pair], self.order[place[pair, point]]))
        rows, cols = zip(*found, strict=True)
        return np.concatenate(rows), np.concatenate(cols)

    def _gap(self, q: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Sum of powers from q to the nearest point of a box, each (D, ...): 0 inside."""
        return self._sums(np.clip(q, low, high), q)

    def _sums(self, q: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Sum of |q - x|^p along the first axis."""
        difference = np.subtract(q, x)
        if self.p == 2:
            return np.square(difference, out=difference).sum(axis=0)
        np.abs(difference, out=difference)
        if self.p == np.inf:
            return difference.max(axis=0)
        return (difference if self.p == 1 else difference**self.p).sum(axis=0)
