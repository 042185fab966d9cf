"""Tests for symmetric and for orthogonal matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator
from .exact import identity
from .inputs import square
from .writing import tex_matrix

__all__ = ["is_orthogonal", "is_symmetric"]

Array = np.ndarray


def is_symmetric(A: Any, *, exact: bool = False, steps: bool = False) -> bool | Steps:
    r"""Whether a matrix is its own transpose.

    .. math:: A = A^\top

    Parameters
    ----------
    A : (n, n) array_like
        Square.
    exact : bool
        Whether to compare fractions; floats may differ by :math:`10^{-12}` of the largest.
    steps : bool
        Whether to return the `Steps`, exact.

    Returns
    -------
    bool or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is no matrix of finite real numbers.

    Source: Strang (2016), section 2.7; chapter "Matrices".

    >>> is_symmetric([[1, 2], [2, 3]]), is_symmetric([[1, 2], [3, 4]])
    (True, False)
    """
    A = square(A, "is_symmetric", exact=exact or steps)
    return run(_equal(A.T, A, r"A^\top", "A"), steps=steps)


def is_orthogonal(A: Any, *, exact: bool = False, steps: bool = False) -> bool | Steps:
    r"""Whether the columns of a square matrix are at right angles and of length 1.

    .. math:: A^\top A = I

    Parameters
    ----------
    A : (n, n) array_like
        Square.
    exact : bool
        Whether to compare fractions; floats may differ by :math:`10^{-12}`.
    steps : bool
        Whether to return the `Steps`, exact.

    Returns
    -------
    bool or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is no matrix of finite real numbers.

    Source: Strang (2016), section 4.4; chapter "Matrices".

    >>> is_orthogonal([[0.6, -0.8], [0.8, 0.6]], steps=True)
    1. Compare AᵀA with I: all entries are equal.
    """
    A = square(A, "is_orthogonal", exact=exact or steps)
    return run(_equal(A.T @ A, identity(len(A), like=A), r"A^\top A", "I"), steps=steps)


def _equal(left: Array, right: Array, name: str, other: str) -> StepGenerator:
    """Yield a comparison of two matrices; return whether they agree, floats up to rounding."""
    slack = 0 if right.dtype == object else 1e-12 * abs(right).max(initial=0)
    apart = np.argwhere(abs(left - right) > slack)
    plain = name.replace(r"^\top", "ᵀ").replace(" ", "")
    reason = "all entries are equal"
    if apart.size:
        i, j = (int(k) + 1 for k in apart[0])
        reason = f"those of row {i}, column {j} differ"
    yield lambda: Step(
        f"Compare {plain} with {other}: {reason}.", f"{name} = {tex_matrix(left)}"
    )
    return not apart.size
