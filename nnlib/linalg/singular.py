r"""The singular value decomposition, and low-rank approximation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..checks import number, whole
from ..steps import Steps
from .inputs import EPS, matrix, unit_factors
from .singular_steps import svd_steps

__all__ = ["low_rank", "pinv", "singular_values", "svd"]

Array = np.ndarray


class SVD(NamedTuple):
    """Left singular vectors (columns of U), singular values S, right singular vectors Vh."""

    U: Array
    S: Array
    Vh: Array


def svd(A: Any, full_matrices: bool = True, *, steps: bool = False) -> SVD | Steps:
    r"""Find the singular value decomposition of any matrix.

    .. math:: A = U \Sigma V^\top, \qquad \sigma_1 \ge \sigma_2 \ge \dots \ge 0

    Parameters
    ----------
    A : (m, n) real numbers
    full_matrices : bool
        If True, U is (m, m) and Vh is (n, n). Otherwise U is (m, k) and Vh is (k, n), where
        k = min(m, n).
    steps : bool
        Whether to return the `Steps` of a solution by hand, which starts from AᵀA and uses
        exact roots. A must have at most 3 columns.

    Returns
    -------
    SVD or Steps
        ``U``, ``S`` (k,) in descending order, and ``Vh``. In each row of Vh, the entry with the
        largest absolute value (the last one if several tie) is positive.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers, or ``steps`` is True and either A has more
        than 3 columns or AᵀA has three eigenvalues that aren't rational.

    Source: Golub and Van Loan (2013), section 8.6.3; chapter "SVD and PCA".

    >>> U, S, Vh = svd([[1, -1, 3], [3, 1, 1]])
    >>> (S**2).round(10)
    array([16.,  6.])
    >>> (U * 2**0.5).round(10)
    array([[ 1.,  1.],
           [ 1., -1.]])
    """
    M = matrix(A, "svd")
    U, S, Vh = np.linalg.svd(M, full_matrices)
    sign, k = unit_factors(Vh.T), len(S)
    U[:, :k] *= sign[:k]
    result = SVD(U, S, Vh * sign[:, None])
    return svd_steps(A, result, full_matrices) if steps else result


def singular_values(A: Any) -> Array:
    r"""Return the singular values (min(m, n),) of a matrix (m, n), in descending order.

    .. math:: \sigma_i = \sqrt{\lambda_i(A^\top A)}

    The first singular value is the spectral norm, the largest factor by which A stretches a
    vector. The first divided by the last is the condition number. Raises the same errors as
    ``svd``.

    >>> singular_values([[3, 0], [4, 5]]) ** 2
    array([45.,  5.])
    """
    return svd(matrix(A, "singular_values"), full_matrices=False).S


def pinv(A: Any, *, rtol: float | None = None) -> Array:
    r"""Compute the pseudo-inverse (n, m) from the singular value decomposition.

    .. math:: A^+ = V \Sigma^+ U^\top, \qquad \sigma^+ = 1 / \sigma
        \text{ where } \sigma > \mathrm{rtol}\, \sigma_1, \text{ else } 0

    ``A⁺ b`` is the shortest of all vectors x that minimize ‖Ax - b‖.

    Parameters
    ----------
    A : (m, n) real numbers
    rtol : float, optional
        Singular values of at most ``rtol`` times the largest one count as 0. Default: max(m, n)
        times the machine precision, as in PyTorch.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers, or rtol is negative or not finite.

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
    significant = rtol * S.max(initial=0) < S
    return (Vh[significant].T / S[significant]) @ U[:, significant].T


class LowRank(NamedTuple):
    """An approximation of a matrix, and its error in two norms.

    Attributes
    ----------
    approximation : (m, n) float
    spectral_error : float
        The largest of the omitted singular values.
    frobenius_error : float
        The square root of the sum of squares of all omitted singular values.
    """

    approximation: Array
    spectral_error: float
    frobenius_error: float


def low_rank(A: Any, rank: int) -> LowRank:
    r"""Find the matrix of at most a given rank that is nearest to A (Eckart and Young, 1936).

    .. math:: A_k = \sum_{i \le k} \sigma_i u_i v_i^\top, \qquad
        \|A - A_k\|_2 = \sigma_{k+1}, \qquad \|A - A_k\|_F = \sqrt{\sum_{i > k} \sigma_i^2}

    Parameters
    ----------
    A : (m, n) real numbers
    rank : int
        Number k of terms in the sum, from 0 to min(m, n). To store the terms, you need
        k (m + n + 1) numbers.

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
    rank = whole("low_rank", "rank", rank, low=0, high=min(M.shape))
    U, S, Vh = svd(M, full_matrices=False)
    left_out = S[rank:]
    return LowRank(
        (U[:, :rank] * S[:rank]) @ Vh[:rank],
        float(left_out.max(initial=0)),
        float(np.linalg.norm(left_out)),
    )
