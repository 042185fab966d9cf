"""Orthogonal bases by Gram-Schmidt, and projections."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator, row_reduction
from .exact import identity, simplified, zeros
from .inputs import array, matrix, vector
from .norms import length, scaled
from .writing import indexed, tex, tex_sum, text

__all__ = ["gram_schmidt", "projection", "projection_matrix"]

Array = np.ndarray


def gram_schmidt(A: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    r"""Return orthonormal vectors that span the column space of A, as columns (m, n).

    .. math:: u_j = a_j - \sum_{i < j} \frac{u_i^\top a_j}{u_i^\top u_i} u_i, \qquad
              q_j = \frac{u_j}{\lVert u_j \rVert}

    Each coefficient is computed from the remainder of the column instead of the column itself.
    With floats, this modified Gram-Schmidt method gives vectors that are much closer to
    orthogonal.

    Parameters
    ----------
    A : (m, n) array_like
        Linearly independent vectors, as columns.
    exact : bool
        Whether to compute with fractions and roots.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a column is a linear combination of the columns before it.
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Strang (2016), section 4.4; Trefethen and Bau (1997), lecture 8; chapter "Vectors".

    >>> gram_schmidt([[1, 1], [1, 0]], steps=True)
    1. Take u₁ = a₁ = (1, 1).
    2. Subtract from a₂ its projection onto u₁, 1/2 u₁; the remainder is u₂ = (1/2, −1/2).
    3. Divide u₁ by its length √2.
    4. Divide u₂ by its length √2/2.
    """
    A = matrix(A, "gram_schmidt", exact=exact or steps)
    return run(_gram_schmidt(A), steps=steps)


def _gram_schmidt(A: Array) -> StepGenerator:
    """Yield the steps of Gram-Schmidt, and return the orthonormal columns."""
    U = yield from orthogonalized(A)
    for j, u in enumerate(U.T):
        if not u.any():
            raise np.linalg.LinAlgError(
                f"gram_schmidt: expected independent columns, but column {j + 1} "
                "is zero or depends on earlier columns"
            )
    return (yield from normalized(U))


def orthogonalized(A: Array, passes: int = 1) -> StepGenerator:
    """Yield the steps that make the columns of A orthogonal, and return them.

    Because of rounding errors, small components along earlier vectors remain; a second pass
    removes them.
    """
    m, n = A.shape
    U, C = A.copy(), identity(n, like=A)
    negligible = 10 * max(m, n) * np.finfo(float).eps  # bound on rounding errors
    for j in range(n):
        before = [i for i in range(j) if U[:, i].any()]
        if not before:
            yield lambda j=j: _first_vector(U, j)
        for i in before * (passes if A.dtype != object else 1):
            last = i == before[-1]
            c = _times(U[:, i], U[:, j])
            C[i, j] += c
            U[:, j] -= c * U[:, i]
            yield lambda i=i, j=j, last=last: _subtracted(U, C, i, j, last)
        if A.dtype != object and length(U[:, j]) <= negligible * length(A[:, j]):
            U[:, j] = 0.0
    return U


def _times(u: Array, a: Array) -> Any:
    """Return the coefficient u'a / u'u of the projection of a onto u."""
    v = scaled(u)
    return (v @ a) / (v @ u)


def _first_vector(U: Array, j: int) -> Step:
    """Return the step that uses the first vector unchanged."""
    name = f"{indexed('u', j)} = {indexed('a', j)}"
    return Step(f"Take {name} = {text(U[:, j])}.", f"u_{{{j + 1}}} = {tex(U[:, j])}")


def _subtracted(U: Array, C: Array, i: int, j: int, last: bool) -> Step:
    """Return the step that subtracts one projection; the last one gives the new vector."""
    u, a = indexed("u", i), indexed("a", j)
    c = C[i, j]
    names = [f"u_{{{k + 1}}}" for k in range(i + 1)]
    remainder = tex_sum([1, *-C[: i + 1, j]], [f"a_{{{j + 1}}}", *names])
    name = f"u_{{{j + 1}}} = " if last else ""
    outcome = f"; the remainder is {indexed('u', j)} = {text(U[:, j])}" if last else ""
    vectors = f"u_{{{i + 1}}}^\\top"
    times = rf"\frac{{{vectors} a_{{{j + 1}}}}}{{{vectors} u_{{{i + 1}}}}} = {tex(c)}"
    formula = rf"{times}, \quad {name}{remainder} = {tex(U[:, j])}"
    if c == 0:
        return Step(f"{a} is already orthogonal to {u}{outcome}.", formula)
    part = f"which is {u} itself" if c == 1 else f"{text(c)} {u}"
    return Step(f"Subtract from {a} its projection onto {u}, {part}{outcome}.", formula)


def normalized(U: Array) -> StepGenerator:
    """Yield the steps that divide each column by its length, and return the columns."""
    Q = U.copy()
    for j in range(U.shape[1]):
        size = length(U[:, j])
        Q[:, j] = simplified(U[:, j] / size)
        yield lambda j=j, size=size: Step(
            f"Divide {indexed('u', j)} by its length {text(size)}.",
            f"q_{{{j + 1}}} = {tex(Q[:, j])}",
        )
    return Q


def projection(b: Any, A: Any, *, exact: bool = False) -> Array:
    r"""Return the point on a line or in a column space that is nearest to b.

    .. math:: p = \frac{a^\top b}{a^\top a} a, \qquad
              p = \sum_i \frac{u_i^\top b}{u_i^\top u_i} u_i

    The vectors u are orthogonal and span the column space of A; Gram-Schmidt computes them.

    Parameters
    ----------
    b : (m,) array_like
        The vector to project.
    A : (m,) or (m, n) array_like
        A vector, or vectors as columns, which may be linearly dependent.
    exact : bool
        Whether to compute with fractions.

    Raises
    ------
    TypeError, ValueError
        If A or b contains anything other than finite real numbers, or the shapes are
        incompatible.

    Source: Strang (2016), section 4.2; chapter "Vectors".

    >>> projection([3, 4], [2, 0])
    array([3., 0.])
    """
    b = vector(b, "projection", "b", exact=exact)
    A = array(A, "projection", exact=exact)
    if A.ndim not in (1, 2) or len(A) != len(b):
        raise ValueError(f"projection: expected A with {len(b)} rows, got shape {A.shape}")
    A = A.reshape(len(b), -1) if A.ndim == 1 else A
    U = run(orthogonalized(_spanning(A), passes=2))
    return sum((_times(u, b) * u for u in U.T if u.any()), zeros(len(b), like=b))


def _spanning(A: Array) -> Array:
    """Return the pivot columns of a float matrix; return exact matrices unchanged."""
    if A.dtype == object:
        return A
    return A[:, list(run(row_reduction(A.copy(), reduced=False)).pivots)]


def projection_matrix(A: Any) -> Array:
    r"""Return the matrix (m, m) that projects onto the column space of A.

    .. math:: P = A (A^\top A)^{-1} A^\top = Q Q^\top, \qquad P^2 = P = P^\top

    Parameters
    ----------
    A : (m, n) array_like
        Vectors as columns, which may be linearly dependent. Q has orthonormal columns that span
        the same space.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Strang (2016), section 4.2; chapter "Systems of linear equations".

    >>> projection_matrix([[1], [2]]).round(10)
    array([[0.2, 0.4],
           [0.4, 0.8]])
    """
    A = matrix(A, "projection_matrix")
    Q = run(normalized(run(orthogonalized(_spanning(A), passes=2))))
    return Q @ Q.T
