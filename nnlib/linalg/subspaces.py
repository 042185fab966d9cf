"""Null spaces and linear independence, computed from the echelon form."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, run
from .elimination import StepGenerator, row_reduction
from .exact import zeros
from .inputs import matrix
from .writing import indexed, tex

__all__ = ["independent"]

Array = np.ndarray


def special_solutions(R: Array, pivots: tuple[int, ...], free: tuple[int, ...]) -> Array:
    """Return solutions of R x = 0 as columns: in each, one free variable is 1, the others 0."""
    N = zeros((R.shape[1], len(free)), like=R)
    for k, f in enumerate(free):
        N[f, k] += 1
        N[list(pivots), k] = 0 - R[: len(pivots), f]
    return N


def special_solution_steps(N: Array, free: tuple[int, ...]) -> StepGenerator:
    """Yield one step for each special solution."""
    others = " and the other free variables to 0" if len(free) > 1 else ""
    for k, f in enumerate(free):
        words = f"Set {indexed('x', f)} to 1{others}, and solve A x = 0 with the reduced rows."
        yield lambda k=k, words=words: Step(words, f"x = {tex(N[:, k])}")
    if not free:
        yield lambda: Step("Every column has a pivot: only x = 0 solves A x = 0.")


def independent(V: Any) -> bool:
    """Return whether the columns of V (m, n) are linearly independent: each has a pivot.

    Raises the same errors as ``row_reduce``.

    Source: Strang (2016), section 3.4; chapter "Vectors".

    >>> independent([[1, 0, 1], [0, 1, 1]])
    False
    """
    return not run(row_reduction(matrix(V, "independent", "V"))).free
