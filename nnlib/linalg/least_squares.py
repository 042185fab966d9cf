"""Least squares: the x that minimizes ‖Ax - b‖."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator, rounding
from .exact import numeric, simplified
from .inputs import matrix, one_of, vector
from .qr_decomposition import qr_steps
from .singular import svd
from .systems import back_substitution, solve_steps
from .writing import tex, tex_matrix, text

__all__ = ["lstsq"]

Array = np.ndarray


def lstsq(
    A: Any, b: Any, *, method: str = "qr", exact: bool = False, steps: bool = False
) -> Array | Steps:
    r"""Return the least-squares solution of A x = b.

    .. math:: \min_x \lVert b - A x \rVert^2, \qquad A^\top A x = A^\top b, \qquad
              R x = Q^\top b, \qquad x = V \Sigma^{+} U^\top b

    Parameters
    ----------
    A : (m, n) array_like
        The coefficients; its columns must be independent unless ``method="svd"``.
    b : (m,) array_like
        The right-hand side.
    method : str
        "normal" solves the normal equations, whose condition number is the square of that of
        A; "qr" avoids that; "svd" also takes dependent columns and returns the shortest x,
        singular values below :math:`\max(m, n)\, \varepsilon \sigma_1` counting as 0.
    exact : bool
        Whether to compute with fractions, and with roots for "qr"; not with "svd".
    steps : bool
        Whether to return the `Steps`, exact; not with "svd".

    Returns
    -------
    (n,) array or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If the columns of A depend on each other and the method is not "svd".
    TypeError, ValueError
        If A and b are not of finite real numbers or do not fit, there is no such method, or
        exact numbers are asked of "svd".

    Source: Strang (2016), section 4.3; Golub and Van Loan (2013), sections 5.3 and 5.5;
    chapters "The learning problem" and "Systems of linear equations".

    >>> lstsq([[1, 0], [1, 1], [1, 2]], [6, 0, 0], method="normal", steps=True)[-1].text
    'The residual b − A x = (1, −2, 1) has the squared length 6.'
    >>> lstsq([[1, 0], [1, 1], [1, 2]], [6, 0, 0]).round(10)
    array([ 5., -3.])
    """
    one_of(method, ("normal", "qr", "svd"), "lstsq", "method")
    A = matrix(A, "lstsq", exact=exact or steps)
    b = vector(b, "lstsq", "b", exact=exact or steps)
    if len(b) != len(A):
        raise ValueError(f"lstsq: expected b with {len(A)} rows, got shape {b.shape}")
    if method == "svd":
        if exact or steps:
            raise ValueError(
                "lstsq: expected method 'normal' or 'qr' for exact numbers or steps"
            )
        return _by_svd(A, b)
    return run(_least_squares(A, b, _normal if method == "normal" else _by_qr), steps=steps)


def _least_squares(A: Array, b: Array, algorithm) -> StepGenerator:
    """Yield the steps of an algorithm and the residual, and return x."""
    try:
        x = yield from algorithm(A, b)
    except np.linalg.LinAlgError as error:
        complaint = "expected independent columns; for others take method='svd'"
        raise np.linalg.LinAlgError(f"lstsq: {complaint}") from error
    yield lambda: _residual(simplified(b - A @ x))
    return x


def _residual(e: Array) -> Step:
    """Return the step that computes the residual b - Ax."""
    square = simplified(e @ e)
    words = f"The residual b − A x = {text(e)} has the squared length {text(square)}."
    return Step(words, rf"\lVert b - A x \rVert^2 = {tex(square)}")


def _normal(A: Array, b: Array) -> StepGenerator:
    """Yield the steps that solve A'A x = A'b, and return x."""
    G, c = A.T @ A, A.T @ b
    yield lambda: Step(
        "Multiply both sides by the transpose of A: these are the normal equations.",
        rf"A^\top A = {tex_matrix(G)}, \quad A^\top b = {tex(c)}",
    )
    return (yield from solve_steps(G, c, "lstsq", "[AᵀA | Aᵀb]"))


def _by_qr(A: Array, b: Array) -> StepGenerator:
    """Yield the steps that solve R x = Q'b, and return x."""
    method = "gram-schmidt" if A.dtype == object else "householder"
    Q, R = yield from qr_steps(A, method, "lstsq")
    if len(R) < R.shape[1] or (abs(numeric(R.diagonal())) <= rounding(R)).any():
        raise np.linalg.LinAlgError("a column is a combination of those before it")
    c = simplified(Q.T @ b)
    yield lambda: Step("What is left to solve is R x = Qᵀ b.", rf"Q^\top b = {tex(c)}")
    return (yield from back_substitution(R, c))


def _by_svd(A: Array, b: Array) -> Array:
    """Return the solution of least norm."""
    U, sigma, Vh = svd(A, full_matrices=False)
    kept = sigma > max(A.shape) * np.finfo(float).eps * sigma.max(initial=0.0)
    return Vh[kept].T @ ((U.T[kept] @ b) / sigma[kept])
