"""Systems of linear equations: the set of all solutions, and the unique solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import RowReduction, StepGenerator, listed, reduction, rounding, spread
from .exact import simplified, zeros
from .inputs import matrix, right_hand, square, vector
from .subspaces import special_solution_steps, special_solutions
from .writing import factor, indexed, quotient, tex, tex_factor, tex_matrix, text

__all__ = ["solution_set", "solve"]

Array = np.ndarray


@dataclass(frozen=True, repr=False)
class SolutionSet:
    r"""All solutions of A x = b.

    .. math:: x = p + t_1 d_1 + \dots + t_k d_k

    Attributes
    ----------
    particular : (n,) array or None
        The solution p in which every free variable is 0, or None if there is no solution.
    directions : (n, k) array
        The vectors d as columns. They form a basis of the null space of A, with one vector for
        each free variable.
    pivots, free : tuple of int
        Indices of the pivot variables and of the free variables.
    reason : str
        Explains why there is no solution, one solution, or more than one.

    >>> plane = solution_set([[1, 2, 3]], [6], exact=True)
    >>> plane
    x = (6, 0, 0) + t₁ (−2, 1, 0) + t₂ (−3, 0, 1)
    >>> print(plane.reason)
    columns 2 and 3 have no pivot, so x₂ and x₃ are free
    >>> print(text(plane.at(1, 1)))
    (1, 1, 1)
    """

    particular: Array | None
    directions: Array
    pivots: tuple[int, ...]
    free: tuple[int, ...]
    reason: str

    @property
    def consistent(self) -> bool:
        """Whether there is a solution."""
        return self.particular is not None

    def at(self, *t: float) -> Array:
        """Return the solution in which the free variables have the values t.

        Raises ValueError if there is no solution, or the number of values differs from the
        number of free variables.
        """
        if self.particular is None:
            raise ValueError(f"SolutionSet.at: expected a consistent system, but {self.reason}")
        t = vector(t, "SolutionSet.at", "t", exact=self.directions.dtype == object)
        if len(t) != len(self.free):
            expected = f"expected one value per free variable ({len(self.free)})"
            raise ValueError(f"SolutionSet.at: {expected}, got {len(t)}")
        return self.particular + self.directions @ t

    def __repr__(self) -> str:
        if self.particular is None:
            return f"no solution: {self.reason}"
        terms = [f"{indexed('t', k)} {text(d)}" for k, d in enumerate(self.directions.T)]
        return " + ".join([f"x = {text(self.particular)}", *terms])


def solution_set(
    A: Any, b: Any, *, exact: bool = False, steps: bool = False
) -> SolutionSet | Steps:
    r"""Return all solutions of A x = b, using the reduced echelon form of [A | b].

    Parameters
    ----------
    A : (m, n) array_like
        The coefficients. A can be any matrix.
    b : (m,) array_like
        The right-hand side.
    exact, steps : bool
        As in ``row_reduce``.

    Raises
    ------
    TypeError, ValueError
        As in ``row_reduce``, or if the shapes of A and b are incompatible.

    Source: Strang (2016), section 3.3; chapter "Systems of linear equations".

    >>> solution_set([[1, 1, 1], [1, 1, 1]], [1, 2], steps=True)
    1. Start with [A | b].
    2. Subtract row 1 from row 2, so that its entry in column 1 is 0.
    3. There is no solution, because row 2 reads 0 = 1.
    """
    A = matrix(A, "solution_set", exact=exact or steps)
    b = vector(b, "solution_set", "b", exact=exact or steps)
    if len(b) != len(A):
        raise ValueError(f"solution_set: expected b with {len(A)} rows, got shape {b.shape}")
    return run(_solution_set(A, b), steps=steps)


def _solution_set(A: Array, b: Array) -> StepGenerator:
    """Yield the steps that reduce [A | b], and return the set of solutions."""
    M, n = np.column_stack([A, b]), A.shape[1]
    negligible = rounding(M)
    yield lambda: Step("Start with [A | b].", tex_matrix(M, bar=n))
    echelon = yield from reduction(M, n, reduced=False, negligible=negligible, bar=True)
    r, pivots = echelon.rank, echelon.pivots
    free = echelon.free[:-1]  # the last one is the column of b
    bounds = (spread(negligible, M[i], j) for i, j in enumerate(pivots))
    contradictions = r + np.flatnonzero(abs(M[r:, n]) > max(bounds, default=negligible))
    if contradictions.size:
        i = int(contradictions[0])
        reason = f"row {i + 1} reads 0 = {text(M[i, n])}"
        words = f"There is no solution, because {reason}."
        yield lambda: Step(words, tex_matrix(M, [(i, n)], bar=n))
        run(reduction(M, n, reduced=True))
        return SolutionSet(
            None, special_solutions(M[:, :n], pivots, free), pivots, free, reason
        )
    yield from reduction(M, n, reduced=True, bar=True)
    N = special_solutions(M[:, :n], pivots, free)
    x = zeros(n, like=M)
    x[list(pivots)] = M[:r, n]
    yield from _solution_steps(x, N, free)
    return SolutionSet(x, N, pivots, free, _reason(free))


def _solution_steps(x: Array, N: Array, free: tuple[int, ...]) -> StepGenerator:
    """Yield the steps with the particular solution and the special solutions."""
    reason = _reason(free)
    words = "Set the free variables to 0." if free else "The last column is the solution."
    yield lambda: Step(f"{reason[0].upper()}{reason[1:]}. {words}", f"x = {tex(x)}")
    if free:
        yield from special_solution_steps(N, free)


def _reason(free: tuple[int, ...]) -> str:
    """Return the sentence that explains why there is one solution or more."""
    if not free:
        return "every column has a pivot, so no variable is free"
    has, verb = ("has", "is") if len(free) == 1 else ("have", "are")
    names = [indexed("x", f) for f in free]
    unknowns = ", ".join(names[:-1]) + " and " + names[-1] if len(free) > 1 else names[0]
    return f"{listed('column', free)} {has} no pivot, so {unknowns} {verb} free"


def solve(A: Any, b: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    r"""Return the unique solution of A x = b, by elimination and back substitution.

    .. math:: x_i = \frac{1}{u_{ii}} \Bigl(c_i - \sum_{j > i} u_{ij} x_j\Bigr)

    Elimination turns A into U and b into c.

    Parameters
    ----------
    A : (n, n) array_like
        The coefficients.
    b : (n,) or (n, k) array_like
        The right-hand side, or several right-hand sides as columns.
    exact : bool
        Whether to compute with fractions. With floats, elimination uses partial pivoting.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    array of the shape of b, or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square or is singular. A matrix of floats counts as singular if a pivot is
        at most :math:`n \varepsilon` times the largest absolute value in its column of A.
    TypeError, ValueError
        As in ``row_reduce``, or if the shapes of A and b are incompatible.

    Source: Strang (2016), sections 2.1 and 2.2; chapter "Systems of linear equations".

    >>> solve([[2, 1], [4, 5]], [3, 9], steps=True)
    1. Start with [A | b].
    2. Subtract 2 times row 1 from row 2, so that its entry in column 1 is 0.
    3. Row 2 gives x₂ = 3 / 3 = 1.
    4. Row 1 gives x₁ = (3 − 1 · 1) / 2 = 1.
    """
    A = square(A, "solve", exact=exact or steps)
    b = right_hand(b, len(A), "solve", exact=exact or steps)
    return run(_solve(A, b), steps=steps)


def _solve(A: Array, b: Array) -> StepGenerator:
    """Yield the steps of elimination in [A | b] and of back substitution, and return x."""
    M, n = np.column_stack([A, b]), len(A)
    yield lambda: Step("Start with [A | b].", tex_matrix(M, bar=n))
    echelon = yield from reduction(M, n, reduced=False, bar=True)
    refuse_singular(A, echelon, "solve")
    return (yield from back_substitution(M[:, :n], M[:, n:].reshape(b.shape)))


def refuse_singular(A: Array, echelon: RowReduction, function: str) -> None:
    """Raise LinAlgError if a column has no pivot, or a pivot that may be a rounding error."""
    n, missing = len(A), [j for j in echelon.free if j < len(A)]
    if A.dtype != object and not missing:
        pivots = abs(echelon.matrix.diagonal())
        small = n * np.finfo(A.dtype).eps * abs(A).max(axis=0, initial=0.0)
        missing = np.flatnonzero(pivots <= small).tolist()
    if missing:
        reason = f"{listed('column', missing[:1])} has no pivot"
        raise np.linalg.LinAlgError(f"{function}: expected an invertible matrix, but {reason}")


def back_substitution(U: Array, c: Array) -> StepGenerator:
    """Yield the steps that solve U x = c for an upper triangular U, and return x."""
    x = zeros(c.shape, like=c)
    for i in reversed(range(len(U))):
        x[i] = simplified((c[i] - U[i, i + 1 :] @ x[i + 1 :]) / U[i, i])
        yield lambda i=i: _substituted(U, c, x, i)
    return x


def _substituted(U: Array, c: Array, x: Array, i: int) -> Step:
    """Return the step that solves equation i for x_i, the last unknown that remains in it."""
    known = [j for j in range(i + 1, len(U)) if U[i, j] != 0]
    words = [text(c[i]), *(f"{factor(U[i, j])} · {factor(x[j])}" for j in known)]
    write, write_factor = (_row, _row) if c.ndim == 2 else (tex, tex_factor)
    signs = [rf"{tex_factor(U[i, j])} \cdot {write_factor(x[j])}" for j in known]
    signs.insert(0, write(c[i]))
    top, below = " − ".join(words), U[i, i]
    division = f"{quotient(top, text(below))} = " if known or below != 1 else ""
    difference = " - ".join(signs)
    value = difference if below == 1 else rf"\frac{{{difference}}}{{{tex(below)}}}"
    sentence = f"Row {i + 1} gives {indexed('x', i)} = {division}{text(x[i])}."
    return Step(sentence, f"x_{{{i + 1}}} = {value} = {write(x[i])}")


def _row(x: Array) -> str:
    """Return the values of one unknown for all right-hand sides, in LaTeX."""
    return tex_matrix(x[None])
