"""Null spaces and linear independence, computed from the echelon form."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator, row_reduction
from .exact import zeros
from .inputs import matrix
from .writing import indexed, tex, tex_sum

__all__ = ["independent"]

Array = np.ndarray


def special_solutions(R: Array, pivots: tuple[int, ...], free: tuple[int, ...]) -> Array:
    """Return solutions of R x = 0 as columns; each has one free unknown 1 and the rest 0."""
    N = zeros((R.shape[1], len(free)), like=R)
    for k, f in enumerate(free):
        N[f, k] += 1
        N[list(pivots), k] = 0 - R[: len(pivots), f]
    return N


def special_solution_steps(N: Array, free: tuple[int, ...]) -> StepGenerator:
    """Yield one step for each special solution."""
    others = " and the other free unknowns 0" if len(free) > 1 else ""
    for k, f in enumerate(free):
        words = f"Let {indexed('x', f)} be 1{others}: the reduced rows, with 0 on the right,"
        yield lambda k=k, words=words: Step(f"{words} give the rest.", f"x = {tex(N[:, k])}")
    if not free:
        yield lambda: Step("Every column has a pivot: only x = 0 solves A x = 0.")


def independent(V: Any, *, exact: bool = False, steps: bool = False) -> bool | Steps:
    """Return whether the columns are linearly independent, which means each has a pivot.

    Parameters
    ----------
    V : (m, n) array_like
        The vectors, as columns.
    exact, steps : bool
        As in ``row_reduce``.

    Returns
    -------
    bool or Steps

    Raises
    ------
    TypeError, ValueError
        As in ``row_reduce``.

    Source: Strang (2016), section 3.4; chapter "Vectors".

    >>> independent([[1, 0, 1], [0, 1, 1]])
    False
    """
    V = matrix(V, "independent", "V", exact=exact or steps)
    return run(_independent(V), steps=steps)


def _independent(V: Array) -> StepGenerator:
    """Yield the steps of an elimination, and return whether the columns are independent."""
    found = yield from row_reduction(V, named="V")
    if not found.free:
        yield lambda: Step("Every column has a pivot: the vectors are independent.")
        return True
    f = found.free[0]
    reason = f"vector {f + 1} is a combination of those before it" if f else "vector 1 is 0"
    words = f"Column {f + 1} has no pivot: {reason}."
    c = found.matrix[: found.rank, f]
    vectors = [f"v_{{{j + 1}}}" for j in found.pivots]
    yield lambda: Step(words, rf"v_{{{f + 1}}} = {tex_sum(c, vectors)}")
    return False
