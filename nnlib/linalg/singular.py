r"""The singular value decomposition, and low-rank approximation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..checks import number
from ..steps import Steps
from .inputs import matrix
from .jacobi import rotate, rotation, rounds
from .scale import EPS, expect_count, exponent, unit_factors

__all__ = ["SVD", "LowRank", "low_rank", "pinv", "singular_values", "svd"]

Array = np.ndarray


class SVD(NamedTuple):
    """Left singular vectors, columns of U; singular values S; right ones, rows of Vh."""

    U: Array
    S: Array
    Vh: Array


def svd(
    A: Any, full_matrices: bool = True, *, max_sweeps: int = 60, steps: bool = False
) -> SVD | Steps:
    r"""Find the singular value decomposition of any matrix.

    .. math:: A = U \Sigma V^\top, \qquad \sigma_1 \ge \sigma_2 \ge \dots \ge 0

    Pairs of columns of A are rotated until all are at right angles (one-sided Jacobi): then
    AV = U Σ, so their lengths are the singular values. Each rotation is the one that
    diagonalises the pair's 2x2 part of A'A, which is never formed, so that small singular
    values keep their digits. By hand one does form A'A: see ``steps``.

    Parameters
    ----------
    A : (m, n) real numbers
        Of rank up to a few hundred, since each rotation is a step of Python.
    full_matrices : bool
        Whether U is (m, m) and Vh (n, n), or (m, k) and (k, n) with k = min(m, n).
    max_sweeps : int
        How often each pair of columns is rotated at most; 5 to 12 times suffice.
    steps : bool
        Whether to give the decomposition by hand, from A'A, with exact roots.

    Returns
    -------
    SVD or Steps
        ``U``, ``S`` (k,) in descending order, ``Vh``. In each row of Vh the largest entry is
        positive (of ties the last).

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers; with steps, if A'A has no exact roots.
    numpy.linalg.LinAlgError
        If the columns do not become orthogonal in time; it says how far they are from it.

    Source: Golub and Van Loan (2013), section 8.6.3; chapter "SVD and PCA".

    >>> U, S, Vh = svd([[1, -1, 3], [3, 1, 1]])
    >>> (S**2).round(10)
    array([16.,  6.])
    >>> (U * 2**0.5).round(10)
    array([[ 1.,  1.],
           [ 1., -1.]])
    """
    M = matrix(A, "svd")
    expect_count(max_sweeps, "svd", "max_sweeps")
    if steps:
        from .singular_steps import svd_steps

        return svd_steps(A, svd(A, full_matrices, max_sweeps=max_sweeps), full_matrices)
    if M.shape[0] < M.shape[1]:
        V, S, Ut = _tall(M.T, full_matrices, max_sweeps)
        U, Vh = Ut.T, V.T
    else:
        U, S, Vh = _tall(M, full_matrices, max_sweeps)
    k = len(S)
    sign = unit_factors(Vh.T)
    U[:, :k] *= sign[:k]
    return SVD(U, S, Vh * sign[:, None])


def _tall(A: Array, full_matrices: bool, max_sweeps: int) -> tuple[Array, Array, Array]:
    """Return the SVD of a matrix with at least as many rows as columns."""
    e = exponent(A)
    W, Vh = orthogonal_rows(np.ldexp(A.T, -e, order="C"), max_sweeps)
    length = np.linalg.norm(W, axis=1)
    order = np.argsort(-length, kind="stable")
    length, W, Vh = length[order], W[order], Vh[order]
    r = np.count_nonzero(length)
    U = completed((W[:r] / length[:r, None]).T, len(A) if full_matrices else A.shape[1])
    return U, np.ldexp(length, e), Vh


def orthogonal_rows(W: Array, max_sweeps: int) -> tuple[Array, Array]:
    """Return J W with orthogonal rows, and J, the product of rotations (one-sided Jacobi).

    Rows of A' are columns of A, and lie side by side in memory.
    """
    J, enough = np.eye(len(W)), max(W.shape[1], 8) * EPS
    for _ in range(max_sweeps):
        worst = 0.0
        for p, q in rounds(len(W)):
            a_pp, a_qq, a_pq = (np.vecdot(W[i], W[j]) for i, j in ((p, p), (q, q), (p, q)))
            size = np.sqrt(a_pp) * np.sqrt(a_qq)
            cosine = np.abs(a_pq) / np.where(size == 0, 1, size)
            worst = max(worst, cosine.max(initial=0))
            c, s = rotation(a_pp, a_qq, np.where(cosine <= enough, 0, a_pq))
            rotate(W, p, q, c, s)
            rotate(J, p, q, c, s)
        if worst <= enough:
            return W, J
    raise np.linalg.LinAlgError(
        f"svd: did not converge in {max_sweeps} sweeps; two columns still have a cosine of "
        f"{worst:.1e}, expected at most {enough:.1e}"
    )


def completed(Q: Array, size: int) -> Array:
    """Return the orthonormal columns (m, r) of Q, extended to (m, size)."""
    basis = np.zeros((len(Q), size))
    r = Q.shape[1]
    basis[:, :r] = Q
    for k in range(r, size):
        left = 1 - (basis**2).sum(axis=1)  # squared part of each unit vector outside the span
        u = np.zeros(len(Q))
        u[left.argmax()] = 1
        for _ in range(2):  # orthogonality to the last digit takes two passes
            u -= basis[:, :k] @ (basis[:, :k].T @ u)
        basis[:, k] = u / np.linalg.norm(u)
    return basis


def singular_values(A: Any) -> Array:
    r"""Return the singular values (min(m, n),) of a matrix (m, n), in descending order.

    .. math:: \sigma_i = \sqrt{\lambda_i(A^\top A)}

    Errors are as in ``svd``. The first is the spectral norm, the largest stretch of any
    vector; the first divided by the last is the condition number.

    >>> singular_values([[3, 0], [4, 5]]) ** 2
    array([45.,  5.])
    """
    return svd(matrix(A, "singular_values"), full_matrices=False).S


def pinv(A: Any, *, rtol: float | None = None) -> Array:
    r"""Return the pseudo-inverse, by the singular value decomposition.

    .. math:: A^+ = V \Sigma^+ U^\top, \qquad \sigma^+ = 1 / \sigma
        \text{ where } \sigma > \mathrm{rtol}\, \sigma_1, \text{ else } 0

    ``A⁺ b`` is the shortest x among those for which Ax is nearest to b.

    Parameters
    ----------
    A : (m, n) real numbers
    rtol : float, optional
        Singular values up to this part of the largest count as zero; max(m, n) times the
        machine's precision if not given, as in torch.

    Returns
    -------
    (n, m) float

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers, or rtol is negative or NaN.

    Source: Golub and Van Loan (2013), section 5.5.2; chapter "SVD and PCA".

    >>> A = [[1, -1, 3], [3, 1, 1]]
    >>> (pinv(A) * 24).round(10)
    array([[-1.,  7.],
           [-4.,  4.],
           [ 7., -1.]])
    """
    M = matrix(A, "pinv")
    rtol = max(M.shape) * EPS if rtol is None else number("pinv", "rtol", rtol, low=0)
    U, S, Vh = svd(M, full_matrices=False)
    kept = rtol * S.max(initial=0) < S
    return (Vh[kept].T / S[kept]) @ U[:, kept].T


class LowRank(NamedTuple):
    """An approximation and how far it is from the matrix, in two norms.

    Attributes
    ----------
    approximation : (m, n) float
    spectral_error : float
        The first singular value left out.
    frobenius_error : float
        The root of the sum of squares of all that are left out.
    """

    approximation: Array
    spectral_error: float
    frobenius_error: float


def low_rank(A: Any, rank: int) -> LowRank:
    r"""Return, of all matrices of a rank, the one nearest to A (Eckart and Young, 1936).

    .. math:: A_k = \sum_{i \le k} \sigma_i u_i v_i^\top, \qquad
        \|A - A_k\|_2 = \sigma_{k+1}, \qquad \|A - A_k\|_F = \sqrt{\sum_{i > k} \sigma_i^2}

    Parameters
    ----------
    A : (m, n) real numbers
    rank : int
        How many terms k to keep, from 0 to min(m, n). They are k (m + n + 1) numbers.

    Returns
    -------
    LowRank

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers, or rank is not an integer in its range.

    Source: Trefethen and Bau (1997), theorems 5.8 and 5.9; chapter "SVD and PCA".

    >>> near = low_rank([[1, -1, 3], [3, 1, 1]], 1)
    >>> (near.approximation + 1).round(10)
    array([[3., 1., 3.],
           [3., 1., 3.]])
    >>> round(near.spectral_error**2, 10)
    6.0
    """
    M = matrix(A, "low_rank")
    if isinstance(rank, bool) or not isinstance(rank, int | np.integer):
        raise TypeError(f"low_rank: expected an integer rank, got {rank!r}")
    if not 0 <= rank <= min(M.shape):
        raise ValueError(f"low_rank: expected a rank from 0 to {min(M.shape)}, got {rank}")
    # LAPACK gives what svd gives, and for a photograph in a hundredth of the time.
    U, S, Vh = np.linalg.svd(M, full_matrices=False)
    left_out = S[rank:]
    return LowRank(
        (U[:, :rank] * S[:rank]) @ Vh[:rank],
        float(left_out.max(initial=0)),
        float(np.linalg.norm(left_out)),
    )
