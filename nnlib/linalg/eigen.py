r"""Eigenvalues and eigenvectors, in floats and with the steps of a solution by hand."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..checks import number, whole
from ..steps import Steps
from .by_hand import eig_steps
from .inputs import square, symmetric, unit_factors, vector

__all__ = ["eig", "eigh", "eigvals", "power_iteration"]

Array = np.ndarray


class Eig(NamedTuple):
    """Eigenvalues (n,), and unit eigenvectors as the columns of (n, n), in the same order."""

    eigenvalues: Array
    eigenvectors: Array


def eig(A: Any, *, steps: bool = False) -> Eig | Steps:
    r"""Find the eigenvalues and eigenvectors of a square matrix.

    .. math:: A u_i = \lambda_i u_i

    Parameters
    ----------
    A : (n, n) real numbers
    steps : bool
        Whether to return the `Steps` of a solution by hand, which uses the characteristic
        polynomial and its exact roots. A must have at most 3 rows; with 3 rows, at least one
        eigenvalue must be rational.

    Returns
    -------
    Eig or Steps
        ``eigenvalues`` (n,) are sorted by decreasing modulus, then by decreasing real part,
        then by decreasing imaginary part. ``eigenvectors`` (n, n) contains eigenvectors of
        length 1 as columns; in each, the entry with the largest absolute value (the last one if
        several tie) is positive. Both arrays are real if all eigenvalues are real, and complex
        otherwise. The eigenvectors of a symmetric matrix are orthonormal. A defective matrix
        has fewer than n independent eigenvectors, so the columns are linearly dependent, up to
        rounding errors.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers, or ``steps`` is True and A has more than 3
        rows, or has 3 rows and no rational eigenvalue.
    numpy.linalg.LinAlgError
        If A is not square.

    Source: Golub and Van Loan (2013), section 7.6.4; chapter "Eigenvalues and eigenvectors".

    >>> values, vectors = eig([[6, 2], [2, 3]])
    >>> values.round(10)
    array([7., 2.])
    >>> (vectors * 5**0.5).round(10)
    array([[ 2., -1.],
           [ 1.,  2.]])
    >>> eig([[0, -1], [1, 0]]).eigenvalues
    array([0.+1.j, 0.-1.j])
    """
    M = square(A, "eig")
    values, V = np.linalg.eigh(M) if (M == M.T).all() else np.linalg.eig(M)
    order = by_modulus(values)
    result = Eig(values[order], (V * unit_factors(V))[:, order])
    return eig_steps(A, result) if steps else result


def eigvals(A: Any) -> Array:
    """Return the eigenvalues (n,) of a matrix (n, n), sorted as in ``eig``.

    >>> eigvals([[0, -2], [2, 0]])
    array([0.+2.j, 0.-2.j])
    """
    M = square(A, "eigvals")
    return eig(M).eigenvalues


def by_modulus(values: Array) -> Array:
    """Return indices that sort eigenvalues by decreasing modulus, up to rounding errors."""
    size = np.abs(values).max(initial=0.0) or 1.0
    modulus, real = (np.round(x / size, 10) for x in (np.abs(values), values.real))
    return np.lexsort((-values.imag, -real, -modulus))


def eigh(A: Any) -> Eig:
    r"""Find the eigenvalues and an orthonormal basis of eigenvectors of a symmetric matrix.

    .. math:: A = V \Lambda V^\top, \qquad V^\top V = I

    Parameters
    ----------
    A : (n, n) real numbers

    Returns
    -------
    Eig
        ``eigenvalues`` (n,) are in ascending order. ``eigenvectors`` (n, n) contains the
        eigenvectors as columns; in each, the entry with the largest absolute value (the last
        one if several tie) is positive.

    Raises
    ------
    TypeError, ValueError
        If A is not a symmetric matrix of finite real numbers.
    numpy.linalg.LinAlgError
        If A is not square.

    Source: Golub and Van Loan (2013), section 8.3; chapter "Eigenvalues and eigenvectors".

    >>> values, V = eigh([[6, 2], [2, 3]])
    >>> values.round(10)
    array([2., 7.])
    >>> (V * 5**0.5).round(10)
    array([[-1.,  2.],
           [ 2.,  1.]])
    """
    S = symmetric(A, "eigh")
    values, V = np.linalg.eigh((S + S.T) / 2)
    return Eig(values, V * unit_factors(V))


class Eigenpair(NamedTuple):
    """An eigenvalue, its unit eigenvector (n,), the number of iterations, and the residual."""

    eigenvalue: float
    eigenvector: Array
    iterations: int
    residual: float


def power_iteration(
    A: Any, x: Any = None, *, tol: float = 1e-12, max_iterations: int = 10_000
) -> Eigenpair:
    r"""Return the eigenvalue with the largest modulus and its eigenvector.

    .. math:: x_{k+1} = \frac{A x_k}{\lVert A x_k \rVert}, \qquad
        \angle(x_k, u_1) \sim \left| \frac{\lambda_2}{\lambda_1} \right|^k

    Parameters
    ----------
    A : (n, n) real numbers
        Square, with a single real eigenvalue of largest modulus.
    x : (n,) real numbers, optional
        Nonzero, with a component along u_1. By default, the same random vector in every call.
    tol : float
        The iteration stops when the residual
        :math:`\lVert Ax - \lambda x \rVert / \lVert A \rVert_F` is at most ``tol``.
    max_iterations : int
        Maximum number of iterations.

    Raises
    ------
    TypeError, ValueError
        If A or x contains anything other than finite real numbers, the shapes are
        incompatible, or x is zero.
    numpy.linalg.LinAlgError
        If A is not square, or the residual is still too large after ``max_iterations``, for
        example because the largest eigenvalues are complex conjugates or have opposite signs.

    Source: Trefethen and Bau (1997), algorithm 27.1; chapter "Eigenvalues and eigenvectors".

    >>> value, x, iterations, residual = power_iteration([[6, 2], [2, 3]], [1, 0])
    >>> round(value, 10), (x / x[1]).round(10), iterations
    (7.0, array([2., 1.]), 22)
    """
    A = square(A, "power_iteration")
    number("power_iteration", "tol", tol, low=0)
    whole("power_iteration", "max_iterations", max_iterations, low=1)
    if x is None:
        x = np.random.default_rng(0).standard_normal(len(A))
    x = vector(x, "power_iteration")
    if x.shape != (len(A),):
        raise ValueError(f"power_iteration: expected x of shape ({len(A)},), got {x.shape}")
    if not x.any():
        raise ValueError("power_iteration: expected a nonzero x, got zeros")
    x = x / np.linalg.norm(x)
    size = np.linalg.norm(A) or 1.0
    for iterations in range(max_iterations + 1):
        Ax = A @ x
        value = float(x @ Ax)
        residual = float(np.linalg.norm(Ax - value * x) / size)
        if residual <= tol:
            return Eigenpair(value, x, iterations, residual)
        x = Ax / np.linalg.norm(Ax)
    raise np.linalg.LinAlgError(
        f"power_iteration: did not converge in {max_iterations} iterations; the residual is "
        f"{residual:.1e}, expected at most {tol:.1e}"
    )
