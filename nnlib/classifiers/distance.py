"""Distances between rows, and the k nearest among candidates."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from .. import checks

__all__ = ["distances"]

BLOCK = 2**20  # numbers in one block: 8 MB of float64


def distances(Q: np.ndarray, X: np.ndarray, *, metric: str = "l2", p: float = 2) -> np.ndarray:
    r"""Measure how far each row of Q lies from each row of X.

    .. math:: d_1 = \sum_j |q_j - x_j|, \quad d_2 = \sqrt{\sum_j (q_j - x_j)^2}, \quad
        d_p = \Bigl(\sum_j |q_j - x_j|^p\Bigr)^{1/p}, \quad
        d_{\cos} = 1 - \frac{q \cdot x}{\|q\| \, \|x\|}

    Parameters
    ----------
    Q : (M, D) float
        Queries.
    X : (N, D) float
        Points.
    metric : {"l1", "l2", "minkowski", "cosine"}
        Which of them; "manhattan" and "euclidean" are other names of the first two.
    p : float
        The p of "minkowski", 1 or more; with infinity, the largest difference counts alone.

    Returns
    -------
    (M, N) float64
        Distances, in the unit of the entries; cosine distances have none, from 0 (the same
        direction) to 2 (opposite). A row of zeros has no direction: 1 from everything.

    Raises
    ------
    ValueError
        If the shapes disagree, the metric is not known, or p is below 1.

    Source: Hastie, Tibshirani and Friedman (2009), section 13.3; chapter "Nearest neighbours".

    >>> distances([[0, 0]], [[3, 4], [5, 0]], metric="l1")
    array([[7., 5.]])
    >>> distances([[0, 0]], [[3, 4], [5, 0]])
    array([[5., 5.]])
    """
    X = checks.rows("distances", "X", X)
    Q = checks.rows("distances", "Q", Q, X.shape[1])
    Q, _ = in_space_of("distances", metric, p, Q, query=True)
    X, p = in_space_of("distances", metric, p, X)
    sums = np.empty((len(Q), len(X)))
    for m, q in enumerate(Q):
        sums[m] = powers(q, X, p)
    return lengths(sums, metric, p)


def in_space_of(owner: str, metric: str, p: float, X: np.ndarray, *, query: bool = False):
    """Return X, normalized for "cosine", and p, such that the p-norm gives the metric."""
    fixed = {"l1": 1, "manhattan": 1, "l2": 2, "euclidean": 2, "cosine": 2, "minkowski": p}
    if metric not in fixed:
        raise ValueError(f"{owner}: metric is one of {', '.join(fixed)}, got {metric!r}")
    check_norm(owner, fixed[metric])
    return (_directions(X, query) if metric == "cosine" else X), fixed[metric]


def check_k(owner: str, k: Any, N: int) -> None:
    """Raise an error unless k is a whole number from 1 to N."""
    checks.count(owner, "k", k)
    if k > N:
        raise ValueError(f"{owner}: expected k of at most {N}, the number of points, got {k}")


def check_norm(owner: str, p: Any) -> None:
    """Raise an error unless p is at least 1, since otherwise there is no p-norm."""
    if not isinstance(p, Real):
        raise TypeError(f"{owner}: expected a number for p, got {p!r}")
    if not p >= 1:
        raise ValueError(f"{owner}: expected p of at least 1, got {p!r}")


def _directions(A: np.ndarray, query: bool) -> np.ndarray:
    """Return normalized rows with two more columns, which a row of zeros uses instead."""
    A = np.asarray(A, dtype=np.float64)
    largest = np.abs(A).max(axis=1, keepdims=True, initial=0)
    A = A / np.where(largest > 0, largest, 1)  # so that no square overflows
    length = np.sqrt((A * A).sum(axis=1, keepdims=True))
    own = (length == 0) * ([1, 0] if query else [0, 1])
    return np.hstack([A / np.where(length > 0, length, 1), own])


def powers(Q: np.ndarray, X: np.ndarray, p: float) -> np.ndarray:
    """Return the sum of |q - x|^p for each pair of rows q and x at the same index."""
    difference = np.subtract(Q, X, dtype=np.float64)
    if p == 2:
        return np.square(difference, out=difference).sum(axis=1)
    np.abs(difference, out=difference)
    if p == np.inf:
        return difference.max(axis=1)
    return (difference if p == 1 else difference**p).sum(axis=1)


def lengths(sums: np.ndarray, metric: str, p: float) -> np.ndarray:
    """Return the distances in the metric, given the sums of ``powers``."""
    if metric == "cosine":  # for unit vectors |u - v|² = 2 - 2 u·v
        return sums / 2
    return sums if p in (1, np.inf) else np.sqrt(sums) if p == 2 else sums ** (1 / p)


def nearest(Q, X, rows, cols, k, p):
    """Return the k nearest candidates X[cols] of each Q[rows]; ties go to the lower index.

    The pairs are sorted, by rows and then by columns; each row has k or more. Gives the sums
    of ``powers`` and the indices, (M, k).
    """
    d = np.empty(len(rows))
    for part in blocks(len(rows), X.shape[1]):
        d[part] = powers(Q.take(rows[part], axis=0), X.take(cols[part], axis=0), p)
    count = np.bincount(rows)
    first = count.cumsum() - count
    table = np.full((len(Q), count.max()), np.inf)
    table[np.arange(count.max()) < count[:, None]] = d
    chosen = first[:, None] + table.argsort(axis=1, kind="stable")[:, :k]
    return d[chosen], cols[chosen]


def blocks(count: int, width: int):
    """Return an iterator over slices of ``count`` rows, of BLOCK numbers if ``width`` wide."""
    step = max(1, BLOCK // max(width, 1))
    return (slice(start, start + step) for start in range(0, count, step))
