r"""Taking a matrix apart along its eigenvectors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps
from .by_hand import Eigenspace, reduced, solve_by_hand
from .eigen import eig, multiplicities
from .exact import identity, simplified
from .exact_vectors import inner, orthogonal, tidy, unit
from .inputs import square
from .scale import EPS
from .writing import tex, text

__all__ = ["Diagonalization", "diagonalize"]

Array = np.ndarray


class Diagonalization(NamedTuple):
    """A = P D P⁻¹, with eigenvectors as columns of P and eigenvalues on the diagonal of D.

    Attributes
    ----------
    P, D, inverse : (n, n) float or complex
        For a symmetric matrix P is orthogonal and its inverse the transpose.
    """

    P: Array
    D: Array
    inverse: Array

    def power(self, k: int) -> Array:
        r"""The k-th power of A: :math:`A^k = P D^k P^{-1}`.

        Parameters
        ----------
        k : int
            Negative only if no eigenvalue is 0.

        Raises
        ------
        TypeError
            If k is no integer.
        numpy.linalg.LinAlgError
            If k is negative and an eigenvalue is 0.
        """
        if isinstance(k, bool) or not isinstance(k, int | np.integer):
            raise TypeError(f"power: expected an integer k, got {k!r}")
        values = np.diag(self.D)
        if k < 0 and np.abs(values).min(initial=np.inf) <= EPS * np.abs(values).max(initial=0):
            raise np.linalg.LinAlgError(
                f"power: the matrix has the eigenvalue 0 and no power k = {k}"
            )
        powers = (self.P * values ** float(k)) @ self.inverse
        # The eigenvectors of a real matrix come in conjugate pairs: imaginary parts cancel.
        return powers.real


def diagonalize(A: Any, *, steps: bool = False) -> Diagonalization | Steps:
    r"""Eigendecomposition of a square matrix.

    .. math:: A = P D P^{-1}, \qquad A^k = P D^k P^{-1}

    Parameters
    ----------
    A : (n, n) real numbers
    steps : bool
        Whether to show how, with exact numbers: up to 3x3, and as far as ``roots`` goes.

    Returns
    -------
    Diagonalization or Steps
        Columns in the order of ``eig``. For a symmetric matrix P is orthogonal.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers; LinAlgError if it is not square.
    numpy.linalg.LinAlgError
        If A is defective, up to rounding errors: it names the eigenvalue that lacks
        eigenvectors.

    Source: Strang (2016), sections 6.2 and 6.4; chapter "Eigenvalues and eigenvectors".

    >>> P, D, inverse = parts = diagonalize([[6, 2], [2, 3]])
    >>> D
    array([[7., 0.],
           [0., 2.]])
    >>> parts.power(3).round(10)
    array([[276., 134.],
           [134.,  75.]])
    """
    M = square(A, "diagonalize")
    if steps:
        return _by_hand(square(A, "diagonalize", exact=True), diagonalize(M))
    values, P = eig(M)
    if (M == M.T).all():
        return Diagonalization(P, np.diag(values), P.T)
    # Rounding makes the eigenvectors of a defective matrix dependent only up to √ε or less.
    if np.linalg.cond(P) > 0.1 / np.sqrt(EPS):
        raise np.linalg.LinAlgError(_defect(M))
    return Diagonalization(P, np.diag(values), np.linalg.inv(P))


def _defect(A: Array) -> str:
    """Which eigenvalue lacks eigenvectors, in words."""
    found = max(multiplicities(A), key=lambda m: m.algebraic - m.geometric)
    value, algebraic, geometric = found
    if algebraic == geometric:
        return (
            "diagonalize: A is nearly defective: its eigenvectors are dependent up to rounding"
        )
    number = text(value.real if abs(value.imag) <= 1e-6 * abs(value) else value)
    return (
        f"diagonalize: A is defective: the eigenvalue {number} is a root {algebraic} times and "
        f"has {geometric} independent eigenvector{'s' * (geometric > 1)}"
    )


def _by_hand(A: Array, result: Diagonalization) -> Steps:
    """The eigenspaces, then P, its inverse and the product."""
    steps, spaces = solve_by_hand(A)
    symmetric = bool((A == A.T).all())
    if symmetric:
        steps.append(_right_angles(spaces))
    columns = [x for space in spaces for x in _columns(space, symmetric)]
    P = np.array(columns, dtype=object).reshape(len(A), len(A)).T
    inverse = P.T if symmetric else _inverse(P)
    reason = "Symmetric: P is orthogonal and its inverse the transpose"
    D = tidy(simplified(inverse @ simplified(A @ P)))
    steps += [
        Step(
            f"Stand the eigenvectors{' of length 1' * symmetric} side by side: P = {text(P)}.",
            f"P = {tex(P)}",
        ),
        Step(
            f"{reason if symmetric else 'Invert P'}: P⁻¹ = {text(tidy(inverse))}.",
            f"P^{{-1}} = {tex(tidy(inverse))}",
        ),
        Step(
            f"Multiply: P⁻¹AP = D = {text(D)}.",
            rf"P^{{-1}} A P = {tex(D)} = D",
        ),
        _power_step(P, D, inverse),
    ]
    return Steps(steps, result)


def _power_step(P: Array, D: Array, inverse: Array) -> Step:
    """That powers of A are powers of numbers, with the second as the example."""
    power = tidy(simplified(simplified(P @ simplified(D @ D)) @ inverse))
    return Step(
        f"Powers: Aᵏ = P Dᵏ P⁻¹, so A² = {text(power)}.",
        rf"A^k = P D^k P^{{-1}}, \quad A^2 = {tex(power)}",
    )


def _columns(space: Eigenspace, symmetric: bool) -> list[Array]:
    """Eigenvectors of one eigenvalue: any basis, or an orthonormal one."""
    if not symmetric:
        return list(space.basis.T)
    return [unit(x)[1] for x in orthogonal(space.basis).T]


def _right_angles(spaces: list[Eigenspace]) -> Step:
    """That eigenvectors of different eigenvalues are orthogonal, with the numbers."""
    if len(spaces) < 2:
        return Step("A is symmetric: inside an eigenspace choose vectors at right angles.")
    x, y = spaces[0].basis[:, 0], spaces[1].basis[:, 0]
    product = inner(x, y)
    return Step(
        f"A is symmetric: {text(x)} · {text(y)} = {text(product)}, and so for all eigenvectors "
        "of different eigenvalues.",
        rf"{tex(x)} \cdot {tex(y)} = {tex(product)}",
    )


def _inverse(P: Array) -> Array:
    """The inverse of an exact matrix, by reducing [P | I]."""
    n = len(P)
    both = np.concatenate([P, identity(n, like=P)], axis=1)
    return reduced(both, n)[0][:, n:]
