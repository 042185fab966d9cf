"""The QR decomposition and least squares: the solution x that minimizes ‖Ax - b‖."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator, rounding
from .exact import simplified
from .inputs import matrix, vector
from .orthogonal import normalized, orthogonalized, refuse_dependent
from .systems import solve_steps
from .writing import tex, tex_matrix, text

__all__ = ["lstsq", "qr"]

Array = np.ndarray


class QR(NamedTuple):
    """The factors of A = Q R: Q has orthonormal columns, and R is upper triangular."""

    Q: Array
    R: Array


def qr(A: Any, *, exact: bool = False, steps: bool = False) -> QR | Steps:
    r"""Find the QR decomposition of a matrix.

    .. math:: A = Q R, \qquad Q^\top Q = I

    Exact numbers and steps use Gram-Schmidt, while floats use LAPACK's Householder reflections.
    As a result, the signs of R's diagonal can differ.

    Parameters
    ----------
    A : (m, n) array_like
        Any matrix. Below, k = min(m, n).
    exact : bool
        Whether to compute with fractions and roots. The columns of A must then be independent.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    QR or Steps
        Q (m, k) and R (k, n).

    Raises
    ------
    numpy.linalg.LinAlgError
        If, with exact numbers, a column is a linear combination of the columns before it.
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Golub and Van Loan (2013), section 5.2; chapter "Systems of linear equations".

    >>> print(text(qr([[3, 1], [4, 2]], exact=True).R))
    [[5, 11/5], [0, 2/5]]
    """
    A = matrix(A, "qr", exact=exact or steps)
    return run(_gram_schmidt(A), steps=steps) if A.dtype == object else QR(*np.linalg.qr(A))


def _gram_schmidt(A: Array) -> StepGenerator:
    """Yield the steps of Gram-Schmidt and normalization, and return Q and R."""
    U, C = yield from orthogonalized(A)
    refuse_dependent(U, "qr")
    Q, lengths = yield from normalized(U)
    R = simplified(lengths[:, None] * C)
    words = (
        "In A = QR column j of R says how much of each q is in aⱼ: the length of u times how "
        "often u was subtracted, and on the diagonal the length of uⱼ."
    )
    yield lambda: Step(words, f"R = {tex_matrix(R)}")
    return QR(Q, R)


def lstsq(A: Any, b: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    r"""Return the least-squares solution of A x = b.

    .. math:: \min_x \lVert b - A x \rVert^2, \qquad A^\top A x = A^\top b, \qquad
              R x = Q^\top b

    Exact numbers and steps use the normal equations. Floats use the QR decomposition, because
    the condition number of AᵀA is the square of the condition number of A.

    Parameters
    ----------
    A : (m, n) array_like
        The coefficients. The columns must be linearly independent.
    b : (m,) array_like
        The right-hand side.
    exact : bool
        Whether to compute with fractions.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    (n,) array or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If the columns of A are linearly dependent.
    TypeError, ValueError
        If A or b contains anything other than finite real numbers, or the shapes are
        incompatible.

    Source: Strang (2016), section 4.3; Golub and Van Loan (2013), section 5.3; chapters
    "Supervised learning" and "Systems of linear equations".

    >>> lstsq([[1, 0], [1, 1], [1, 2]], [6, 0, 0], steps=True)[-1].text
    'The residual b − A x = (1, −2, 1) has the squared length 6.'
    >>> lstsq([[1, 0], [1, 1], [1, 2]], [6, 0, 0]).round(10)
    array([ 5., -3.])
    """
    A = matrix(A, "lstsq", exact=exact or steps)
    b = vector(b, "lstsq", "b", exact=exact or steps)
    if len(b) != len(A):
        raise ValueError(f"lstsq: expected b with {len(A)} rows, got shape {b.shape}")
    if A.dtype == object:
        return run(_normal(A, b), steps=steps)
    Q, R = np.linalg.qr(A)
    if len(R) < R.shape[1] or (abs(R.diagonal()) <= rounding(R)).any():
        raise np.linalg.LinAlgError("lstsq: expected independent columns")
    return np.linalg.solve(R, Q.T @ b)


def _normal(A: Array, b: Array) -> StepGenerator:
    """Yield the steps that solve AᵀA x = Aᵀb and compute the residual, and return x."""
    G, c = A.T @ A, A.T @ b
    yield lambda: Step(
        "Multiply both sides by the transpose of A: these are the normal equations.",
        rf"A^\top A = {tex_matrix(G)}, \quad A^\top b = {tex(c)}",
    )
    try:
        x = yield from solve_steps(G, c, "lstsq", "[AᵀA | Aᵀb]")
    except np.linalg.LinAlgError as error:
        raise np.linalg.LinAlgError("lstsq: expected independent columns") from error
    yield lambda: _residual(simplified(b - A @ x))
    return x


def _residual(e: Array) -> Step:
    """Return the step that computes the residual b - Ax."""
    square = simplified(e @ e)
    words = f"The residual b − A x = {text(e)} has the squared length {text(square)}."
    return Step(words, rf"\lVert b - A x \rVert^2 = {tex(square)}")
