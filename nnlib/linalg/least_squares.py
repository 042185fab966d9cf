"""The QR decomposition and least squares: the solution x that minimizes ‖Ax - b‖."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .elimination import rounding
from .inputs import matrix, vector

__all__ = ["lstsq", "qr"]

Array = np.ndarray


class QR(NamedTuple):
    """The factors of A = Q R: Q has orthonormal columns, and R is upper triangular."""

    Q: Array
    R: Array


def qr(A: Any) -> QR:
    r"""Find the QR decomposition of a matrix, with LAPACK's Householder reflections.

    .. math:: A = Q R, \qquad Q^\top Q = I

    If the columns are independent, ``gram_schmidt`` computes Q step by step, up to signs.

    Parameters
    ----------
    A : (m, n) array_like
        In the shapes below, k = min(m, n).

    Returns
    -------
    QR
        Q (m, k) and R (k, n).

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Golub and Van Loan (2013), section 5.2; chapter "Systems of linear equations".

    >>> abs(qr([[3, 1], [4, 2]]).R).round(10)
    array([[5. , 2.2],
           [0. , 0.4]])
    """
    return QR(*np.linalg.qr(matrix(A, "qr")))


def lstsq(A: Any, b: Any) -> Array:
    r"""Return the least-squares solution (n,) of A x = b.

    .. math:: \min_x \lVert b - A x \rVert^2, \qquad R x = Q^\top b

    The QR decomposition is more accurate than the normal equations AᵀA x = Aᵀb, because the
    condition number of AᵀA is the square of the condition number of A. See
    ``classifiers.normal_equation`` for their steps.

    Parameters
    ----------
    A : (m, n) array_like
        The coefficients. The columns must be linearly independent.
    b : (m,) array_like
        The right-hand side.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the columns of A are linearly dependent.
    TypeError, ValueError
        If A or b contains anything other than finite real numbers, or the shapes are
        incompatible.

    Source: Strang (2016), section 4.3; Golub and Van Loan (2013), section 5.3; chapters
    "Supervised learning" and "Systems of linear equations".

    >>> lstsq([[1, 0], [1, 1], [1, 2]], [6, 0, 0]).round(10)
    array([ 5., -3.])
    """
    A, b = matrix(A, "lstsq"), vector(b, "lstsq", "b")
    if len(b) != len(A):
        raise ValueError(f"lstsq: expected b with {len(A)} rows, got shape {b.shape}")
    Q, R = np.linalg.qr(A)
    if len(R) < R.shape[1] or (abs(R.diagonal()) <= rounding(R)).any():
        raise np.linalg.LinAlgError("lstsq: expected A with linearly independent columns")
    return np.linalg.solve(R, Q.T @ b)
