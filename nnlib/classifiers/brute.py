"""Brute-force k nearest neighbours: float32 estimates first, then exact float64 distances."""

from __future__ import annotations

import numpy as np

from .. import checks
from .distance import blocks, check_k, check_norm, nearest

__all__ = ["BruteForce"]


class BruteForce:
    r"""All distances, in blocks of bounded memory.

    With p = 2 one matrix product estimates them all, since

    .. math:: |q - x|^2 = |q|^2 - 2 \, q \cdot x + |x|^2

    and :math:`|q|^2` is the same for every x. The estimate is made in float32, seen from
    the median of some points; whatever its rounding error leaves open, as many points as
    that may be, is measured again by its differences in float64. So the result is the exact
    one, and the price nearly that of the estimate.

    Parameters
    ----------
    X : (N, D) float
        Points.
    p : float
        Distances are p-norms, p from 1 to infinity.

    Raises
    ------
    TypeError, ValueError
        For points, queries or k that cannot be.

    Source: Hastie, Tibshirani and Friedman (2009), section 13.3; Higham (2002), *Accuracy and
    Stability of Numerical Algorithms*, section 3.1, for the error; chapter "Nearest
    neighbours".

    >>> sums, indices = BruteForce(np.array([[0.0], [1], [5]])).query(np.array([[4.0]]), 2)
    >>> indices, sums  # squares, where p is 2
    (array([[2, 1]]), array([[1., 9.]]))
    """

    def __init__(self, X: np.ndarray, *, p: float = 2):
        check_norm("BruteForce", p)
        self.X, self.p = checks.rows("BruteForce", "X", X), p
        X = self.X
        some = np.sort(X[:: 1 + len(X) // 100], axis=0)
        self.middle = some[len(some) // 2].astype(np.float64)  # robust to outliers
        self.scale = max(np.abs(X - self.middle).max(initial=0), np.finfo(np.float32).tiny)
        self.small = self._small(X)
        self.norms = np.linalg.norm(self.small, p, axis=1)
        if p == 2:
            self.product = np.hstack([-2 * self.small, self.norms[:, None] ** 2]).T

    def query(self, Q: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the k smallest sums of |q - x|^p for each row of Q, and their indices (M, k).

        The nearest comes first, and of two at the same distance the one with the lower index.
        """
        Q = checks.rows("BruteForce.query", "Q", Q, self.X.shape[1])
        check_k("BruteForce.query", k, len(self.X))
        found = [self._block(Q[part], k) for part in blocks(len(Q), len(self.X))]
        sums, indices = zip(*found, strict=True)
        return np.vstack(sums), np.vstack(indices)

    def _block(self, Q: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return sums and indices of the k nearest for one block of queries."""
        with np.errstate(over="ignore", invalid="ignore"):  # then the estimate is inf or nan
            E, limit = self._estimate(self._small(Q), k)
            maybe = ~(E > limit[:, None])  # also True where the estimate is nan
        rows, cols = np.divmod(np.flatnonzero(maybe), len(self.X))
        return nearest(Q, self.X, rows, cols, k, self.p)

    def _small(self, A: np.ndarray) -> np.ndarray:
        """Return rows in float32, centred and scaled so that the points lie in [-1, 1]."""
        return ((A - self.middle) / self.scale).astype(np.float32)

    def _estimate(self, Q: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return estimated sums (M, N), and a bound for each row on those of its k nearest."""
        u, D, p = np.finfo(np.float32).eps, Q.shape[1], self.p
        tiny = D * np.finfo(np.float32).tiny  # the largest error by underflow
        q = np.linalg.norm(Q, p, axis=1)
        if p == 2:
            E = np.hstack([Q, np.ones((len(Q), 1), np.float32)]) @ self.product
            kth = at_most(E, k)
            reach = self._reach(q, np.sqrt(np.maximum(kth + q**2, 0) + tiny))
            return E, kth + 2 * ((D + 8) * u * reach**2 + tiny)
        E = self._sums(Q)
        if p == np.inf:
            kth = at_most(E, k)
            return E, kth + 4 * u * self._reach(q, kth)
        kth, lost = at_most(E, k) ** (1 / p), tiny ** (1 / p)
        error = (D / p + 8) * u * self._reach(q, kth + lost) + lost
        return E, (kth + 2 * error) ** p

    def _reach(self, q: np.ndarray, kth: np.ndarray) -> np.ndarray:
        """Return an upper bound of |q| + |x| for points x at distance ``kth`` from q."""
        return np.minimum(q + self.norms.max(), 1.25 * (2 * q + kth))

    def _sums(self, Q: np.ndarray) -> np.ndarray:
        """Return the sums of |q - x|^p, (M, N), computed in blocks that fit into the cache."""
        E = np.zeros((len(Q), len(self.small)), np.float32)
        add, columns = np.maximum if self.p == np.inf else np.add, self.small.T.copy()
        for part in blocks(len(Q), 8 * len(self.small)):
            sums, difference = E[part], np.empty_like(E[part])
            for q, x in zip(Q[part].T, columns, strict=True):
                np.abs(np.subtract(q[:, None], x, out=difference), out=difference)
                add(sums, _power(difference, self.p), out=sums)
        return E


def _power(a: np.ndarray, p: float) -> np.ndarray:
    """Return a ** p, computed in place; a itself if p is 1 or infinite."""
    return a if p in (1, np.inf) else np.power(a, np.float32(p), out=a)


def at_most(E: np.ndarray, k: int) -> np.ndarray:
    """Return an upper bound of the k-th smallest entry of each row.

    It is the k-th smallest of the minima of disjoint groups, which are fewer.
    """
    while E.shape[1] > 16 * k:
        half = E.shape[1] // 2
        E = np.minimum(E[:, :half], E[:, half : 2 * half])
    return np.partition(E, k - 1, axis=1)[:, k - 1]
