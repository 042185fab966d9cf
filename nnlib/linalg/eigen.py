r"""Eigenvalues and eigenvectors of any square matrix."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..checks import number
from ..steps import Steps
from .inputs import square
from .jacobi import eigh
from .scale import EPS, exponent, unit_factors
from .schur import qr_algorithm

__all__ = ["Eig", "Multiplicity", "eig", "eigvals", "multiplicities"]

Array = np.ndarray


class Eig(NamedTuple):
    """Eigenvalues (n,) and eigenvectors (n, n) of length 1, one a column, in their order."""

    eigenvalues: Array
    eigenvectors: Array


def eig(A: Any, *, steps: bool = False) -> Eig | Steps:
    r"""Find the eigenvalues and eigenvectors of a square matrix by the QR algorithm.

    .. math:: A u_i = \lambda_i u_i

    A symmetric matrix goes to ``eigh``: its eigenvalues are real, its eigenvectors orthonormal.

    Parameters
    ----------
    A : (n, n) real numbers
    steps : bool
        Whether to show how: up to 3x3 by the characteristic polynomial with exact roots, as
        on paper; beyond by the iterations of the QR algorithm.

    Returns
    -------
    Eig or Steps
        ``eigenvalues`` (n,), of largest modulus first (of equal modulus the larger real part,
        then the larger imaginary part); ``eigenvectors`` (n, n), of length 1, the largest entry
        (of ties the last) positive. Both real if all eigenvalues are, else complex. A defective
        matrix has fewer independent eigenvectors than columns: some columns then agree.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers; LinAlgError if it is not square.
    numpy.linalg.LinAlgError
        If the QR algorithm does not converge; it says how far it came.

    Source: Golub and Van Loan (2013), section 7.6.4; chapter "Eigenvalues and eigenvectors".

    >>> values, vectors = eig([[6, 2], [2, 3]])
    >>> values
    array([7., 2.])
    >>> (vectors * 5**0.5).round(10)
    array([[ 2., -1.],
           [ 1.,  2.]])
    >>> eig([[0, -1], [1, 0]]).eigenvalues
    array([0.+1.j, 0.-1.j])
    """
    M = square(A, "eig")
    if steps:
        return _steps(A, M)
    values, V = eigh(M) if (M == M.T).all() else _general(M)
    order = by_modulus(values)
    return Eig(values[order], V[:, order])


def _general(M: Array) -> tuple[Array, Array]:
    """Return eigenvalues and eigenvectors by way of the Schur form."""
    e = exponent(M)
    T, Q, _ = qr_algorithm(np.ldexp(M, -e))
    T, Q, values = complex_schur(T, Q)
    V = Q @ triangular_eigenvectors(T)
    lower = np.flatnonzero(values.imag < 0)
    V[:, lower] = V[:, lower - 1].conj()  # conjugate eigenvalues have conjugate eigenvectors
    V = V * unit_factors(V)
    V = np.where(values.imag == 0, V.real, V)
    if not values.imag.any():
        values, V = values.real, V.real
    return values * 2.0**e, V / np.linalg.norm(V, axis=0)


def _steps(A: Any, M: Array) -> Steps:
    """Return the steps by the characteristic polynomial up to 3x3, else by the QR algorithm."""
    if len(M) <= 3:
        from .by_hand import eig_steps

        return eig_steps(A, eig(M))
    found = qr_algorithm(M, steps=True)
    found.result = eig(M)
    return found


def eigvals(A: Any) -> Array:
    """Return the eigenvalues (n,) of a matrix (n, n), of largest modulus first; see ``eig``.

    >>> eigvals([[0, -2], [2, 0]])
    array([0.+2.j, 0.-2.j])
    """
    M = square(A, "eigvals")
    return eig(M).eigenvalues


def by_modulus(values: Array) -> Array:
    """Return the indices that sort eigenvalues, largest modulus first, up to rounding."""
    size = np.abs(values).max(initial=0.0) or 1.0
    modulus, real = (np.round(x / size, 10) for x in (np.abs(values), values.real))
    return np.lexsort((-values.imag, -real, -modulus))


def complex_schur(T: Array, Q: Array) -> tuple[Array, Array, Array]:
    """Return a triangular complex Schur form T, Q, and the eigenvalues, from a real form."""
    values = np.diag(T).astype(complex)
    pairs = np.flatnonzero(np.diag(T, -1))
    if not pairs.size:
        return T, Q, values
    T, Q = T.astype(complex), Q.astype(complex)
    for k in pairs:
        (a, b), (c, d) = T[k : k + 2, k : k + 2].real
        mean, half = (a + d) / 2, (a - d) / 2
        omega = np.sqrt(-(half**2 + b * c))
        values[k : k + 2] = mean + 1j * omega, mean - 1j * omega
        x = np.array([half + 1j * omega, c])  # an eigenvector of the block
        x /= np.linalg.norm(x)
        G = np.array([[x[0], -x[1].conj()], [x[1], x[0].conj()]])  # unitary, x first
        T[k : k + 2] = G.conj().T @ T[k : k + 2]
        T[:, k : k + 2] = T[:, k : k + 2] @ G
        Q[:, k : k + 2] = Q[:, k : k + 2] @ G
        T[k + 1, k] = 0
    return T, Q, values


def triangular_eigenvectors(T: Array) -> Array:
    """Return the eigenvectors (n, n) of a triangular matrix, by back substitution."""
    n = len(T)
    X = np.eye(n, dtype=T.dtype)
    tiny = EPS * np.abs(T).max(initial=0.0) or 1.0
    for k in range(n):
        x = X[:, k]
        for i in range(k - 1, -1, -1):
            gap = T[i, i] - T[k, k]
            if abs(gap) < tiny:  # a repeated eigenvalue: rounding could have made it so large
                gap = tiny
            x[i] = -(T[i, i + 1 : k + 1] @ x[i + 1 : k + 1]) / gap
            if abs(x[i]) > 1e100:
                x /= abs(x[i])
        x /= np.linalg.norm(x)
    return X


class Multiplicity(NamedTuple):
    """An eigenvalue, how often it is a root, and the dimension of its eigenspace."""

    eigenvalue: complex
    algebraic: int
    geometric: int


def multiplicities(A: Any, *, tol: float | None = None) -> list[Multiplicity]:
    r"""Return the algebraic and the geometric multiplicity of each eigenvalue.

    The algebraic one counts how often it is a root of the characteristic polynomial; the
    geometric one is the number of independent eigenvectors, n - rank(A - λI). Rounding errors
    tear a root of multiplicity k apart by about :math:`\varepsilon^{1/k}`: see ``tol``, and
    ``eigenspaces`` for exact numbers.

    Parameters
    ----------
    A : (n, n) real numbers
    tol : float, optional
        Eigenvalues that are nearer to each other than this part of the norm of A count as one;
        the cube root of the machine's precision if not given.

    Returns
    -------
    list of Multiplicity
        By modulus, as in ``eig``.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers; LinAlgError if it is not square.

    Source: Strang (2016), section 6.2; chapter "Eigenvalues and eigenvectors".

    >>> for value, algebraic, geometric in multiplicities([[1, 1], [0, 1]]):
    ...     print(value, algebraic, geometric)
    1.0 2 1
    """
    M = square(A, "multiplicities")
    e = exponent(M)
    M = np.ldexp(M, -e)
    tol = EPS ** (1 / 3) if tol is None else number("multiplicities", "tol", tol, low=0)
    near = tol * np.linalg.norm(M)
    left = list(eig(M).eigenvalues)
    found = []
    while left:
        cluster = [x for x in left if abs(x - left[0]) <= near]
        left = [x for x in left if abs(x - left[0]) > near]
        value = np.mean(cluster)  # much more accurate than each eigenvalue of the cluster
        # NumPy's, since the cluster may be complex and svd of this package is real.
        stretch = np.linalg.svd(M - value * np.eye(len(M)), compute_uv=False)
        kernel = int(np.count_nonzero(stretch <= near * EPS ** (1 / 3)))
        geometric = min(max(kernel, 1), len(cluster))
        found.append(Multiplicity((value * 2.0**e).item(), len(cluster), geometric))
    return found
