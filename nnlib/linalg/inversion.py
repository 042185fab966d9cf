"""The inverse of a matrix, by Gauss-Jordan elimination or by the adjugate."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import one_of
from ..steps import Step, Steps, run
from .determinant import by_elimination, without
from .elimination import StepGenerator, reduction
from .exact import identity, zeros
from .inputs import square
from .systems import refuse_singular
from .writing import tex, tex_factor, tex_matrix, text

__all__ = ["inverse"]

Array = np.ndarray


def inverse(
    A: Any, *, method: str = "gauss-jordan", exact: bool = False, steps: bool = False
) -> Array | Steps:
    r"""Return the inverse (n, n) of a square matrix.

    .. math:: [A \mid I] \to [I \mid A^{-1}], \qquad
              A^{-1} = \frac{1}{\det A} \operatorname{adj} A
              = \frac{1}{ad - bc} \begin{bmatrix} d & -b \\ -c & a \end{bmatrix}

    Parameters
    ----------
    A : (n, n) array_like
    method : str
        "gauss-jordan" reduces A to I and applies the same row operations to I. "adjugate"
        divides the adjugate by the determinant; for two rows this is the last formula above.
    exact : bool
        Whether to compute with fractions. With floats, "gauss-jordan" uses partial pivoting.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square or is singular. "gauss-jordan" uses the same criterion as ``solve``.
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Strang (2016), sections 2.5 and 5.3; chapter "Matrices".

    >>> inverse([[1, 2], [3, 4]], method="adjugate", steps=True)
    1. The determinant is −2; it is not 0, so there is an inverse.
    2. Swap the two diagonal entries and change the signs of the others.
    3. Divide by the determinant.
    >>> print(text(inverse([[1, 2], [3, 4]], exact=True)))
    [[−2, 1], [3/2, −1/2]]
    """
    one_of("inverse", "method", method, ("gauss-jordan", "adjugate"))
    A = square(A, "inverse", exact=exact or steps)
    algorithm = _gauss_jordan if method == "gauss-jordan" else _by_adjugate
    return run(algorithm(A), steps=steps)


def _gauss_jordan(A: Array) -> StepGenerator:
    """Yield the steps that reduce [A | I] to [I | A⁻¹], and return A⁻¹."""
    n = len(A)
    M = np.hstack([A, identity(n, like=A)])
    yield lambda: Step("Start with [A | I].", tex_matrix(M, bar=n))
    echelon = yield from reduction(M, n, reduced=False, bar=True)
    refuse_singular(A, echelon, "inverse")
    yield from reduction(M, n, reduced=True, bar=True)
    yield lambda: Step("The right half is the inverse.", f"A^{{-1}} = {tex_matrix(M[:, n:])}")
    return M[:, n:]


def _by_adjugate(A: Array) -> StepGenerator:
    """Yield the steps that compute adj(A) / det(A), and return it."""
    d = run(by_elimination(A.copy()))
    if d == 0:
        raise np.linalg.LinAlgError("inverse: expected an invertible matrix, but det A is 0")
    words = f"The determinant is {text(d)}; it is not 0, so there is an inverse."
    yield lambda: Step(words, rf"\det A = {_product(A)}{tex(d)}")
    adj = yield from adjugate_steps(A)
    B = adj / d
    yield lambda: Step("Divide by the determinant.", f"A^{{-1}} = {tex_matrix(B)}")
    return B


def _product(A: Array) -> str:
    """Return the formula for the determinant of a 2x2 matrix in LaTeX, or an empty string."""
    if len(A) != 2:
        return ""
    (a, b), (c, d) = [[tex_factor(x) for x in row] for row in A]
    return rf"{a} \cdot {d} - {b} \cdot {c} = "


def adjugate_steps(A: Array) -> StepGenerator:
    """Yield the steps with the cofactors, or the rule for 2x2, and return the adjugate."""
    C = _cofactors(A)
    if len(A) == 2:
        words = "Swap the two diagonal entries and change the signs of the others."
        yield lambda: Step(words, rf"\operatorname{{adj}} A = {tex_matrix(C.T)}")
        return C.T
    words = "In position (i, j), write the determinant of A without row i and column j, "
    yield lambda: Step(f"{words}with alternating signs.", f"C = {tex_matrix(C)}")
    yield lambda: Step("Transpose.", rf"\operatorname{{adj}} A = {tex_matrix(C.T)}")
    return C.T


def _cofactors(A: Array) -> Array:
    """Return the matrix of cofactors, which are the minors with their signs."""
    C = zeros(A.shape, like=A)
    for i, j in np.ndindex(A.shape):
        C[i, j] = (-1) ** (i + j) * run(by_elimination(without(A, i, j)))
    return C
