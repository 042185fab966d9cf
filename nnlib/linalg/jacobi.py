"""Jacobi's method for symmetric eigenvalue problems.

A rotation in the plane of coordinates p and q makes the entry (p, q) of a symmetric matrix
zero. It changes other entries, but the sum of squares off the diagonal falls each time, and in
the end quadratically. ``svd`` applies the same rotations to the columns of any matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .inputs import symmetric
from .scale import EPS, expect_count, exponent, unit_factors

__all__ = ["Eigh", "eigh", "eigvalsh"]

Array = np.ndarray


class Eigh(NamedTuple):
    """Eigenvalues (n,), ascending, and orthonormal eigenvectors (n, n), one a column."""

    eigenvalues: Array
    eigenvectors: Array


def eigh(A: Any, *, max_sweeps: int = 60) -> Eigh:
    r"""Find the eigenvalues and an orthonormal basis of eigenvectors of a symmetric matrix.

    .. math:: A = V \Lambda V^\top, \qquad V^\top V = I

    Parameters
    ----------
    A : (n, n) real numbers
        Symmetric; of size up to a few hundred, since each rotation is a step of Python.
    max_sweeps : int
        How often each pair of coordinates is rotated at most; 5 to 12 times suffice.

    Returns
    -------
    Eigh
        ``eigenvalues`` (n,) ascending, ``eigenvectors`` (n, n), in each column the largest
        entry positive (of ties the last).

    Raises
    ------
    TypeError, ValueError
        If A is not a symmetric matrix of finite real numbers; LinAlgError if it is not square.
    numpy.linalg.LinAlgError
        If the entries off the diagonal do not vanish in time; it says what is left of them.

    Source: Golub and Van Loan (2013), section 8.5; chapter "Eigenvalues and eigenvectors".

    >>> values, V = eigh([[6, 2], [2, 3]])
    >>> values
    array([2., 7.])
    >>> (V * 5**0.5).round(10)
    array([[-1.,  2.],
           [ 2.,  1.]])
    """
    S = symmetric(A, "eigh")
    expect_count(max_sweeps, "eigh", "max_sweeps")
    e = exponent(S)
    S = np.ldexp(S, -e)
    S, V = diagonalised((S + S.T) / 2, max_sweeps)
    order = np.argsort(np.diag(S), kind="stable")
    V = V[:, order]
    return Eigh(np.ldexp(np.diag(S)[order], e), V * unit_factors(V))


def eigvalsh(A: Any, *, max_sweeps: int = 60) -> Array:
    """Return the eigenvalues (n,) of a symmetric matrix (n, n), ascending; see ``eigh``.

    >>> eigvalsh([[1, 2], [2, 1]])
    array([-1.,  3.])
    """
    return eigh(symmetric(A, "eigvalsh"), max_sweeps=max_sweeps).eigenvalues


def diagonalised(S: Array, max_sweeps: int) -> tuple[Array, Array]:
    """Return S, diagonalized in place by rotations, and the product V of the rotations."""
    n = len(S)
    V, enough = np.eye(n), n * EPS * np.linalg.norm(S)  # about the size of rounding errors
    for _ in range(max_sweeps):
        if off_diagonal(S) <= enough:
            return S, V
        for p, q in rounds(n):
            c, s = rotation(S[p, p], S[q, q], S[p, q])
            rotate(S, p, q, c, s)
            rotate(S.T, p, q, c, s)
            rotate(V.T, p, q, c, s)
    if off_diagonal(S) <= enough:
        return S, V
    raise np.linalg.LinAlgError(
        f"eigh: did not converge in {max_sweeps} sweeps; the entries off the diagonal are "
        f"{off_diagonal(S) / np.linalg.norm(S):.1e} of the norm of A"
    )


def off_diagonal(S: Array) -> float:
    """Return the Frobenius norm of the entries off the diagonal."""
    return float(np.linalg.norm(S - np.diag(np.diag(S))))


def rotation(a_pp: Array, a_qq: Array, a_pq: Array) -> tuple[Array, Array]:
    r"""Return cos θ and sin θ of the smaller rotation that makes the entry a_pq 0.

    .. math:: \tan 2\theta = \frac{2 a_{pq}}{a_{qq} - a_{pp}}, \qquad |\theta| \le \pi / 4
    """
    twice, gap = 2 * a_pq, a_qq - a_pp
    # t = tan θ is the smaller root of a_pq t² + gap t − a_pq = 0, written without a quotient
    # by a_pq, which may be zero.
    below = np.abs(gap) + np.hypot(gap, twice)
    t = np.where(gap < 0, -1, 1) * twice / np.where(below == 0, 1, below)
    c = 1 / np.sqrt(1 + t**2)
    return c, t * c


def rotate(M: Array, p: Array, q: Array, c: Array, s: Array) -> None:
    """Replace rows p and q of M, pair by pair, by c M_p - s M_q and s M_p + c M_q."""
    c, s = c[:, None], s[:, None]
    M_p, M_q = M[p], M[q]
    M[p] = c * M_p - s * M_q
    M[q] = s * M_p + c * M_q


def rounds(n: int) -> Iterator[tuple[Array, Array]]:
    """Return every pair p < q < n once, in rounds of disjoint pairs, like a tournament.

    Disjoint rotations do not disturb each other, so that a round is one step of NumPy.

    >>> [list(zip(p.tolist(), q.tolist())) for p, q in rounds(4)]
    [[(0, 3), (1, 2)], [(0, 2), (1, 3)], [(0, 1), (2, 3)]]
    """
    seats = list(range(n + n % 2))  # with an odd n, one index has no partner in each round
    half = len(seats) // 2
    for _ in range(len(seats) - 1):
        pairs = np.sort(np.array([seats[:half], seats[: half - 1 : -1]]), axis=0)
        p, q = pairs[:, (pairs[1] < n)]
        order = np.argsort(p)
        yield p[order], q[order]
        seats = [seats[0], seats[-1], *seats[1:-1]]
