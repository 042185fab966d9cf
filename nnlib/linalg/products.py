"""The product of two matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator
from .exact import zeros
from .inputs import matrix
from .writing import factor, tex, tex_factor, tex_matrix, text

__all__ = ["matmul"]

Array = np.ndarray


def matmul(A: Any, B: Any, *, exact: bool = False, steps: bool = False) -> Array | Steps:
    r"""Return the product (m, n) of two matrices: each entry is a row of A times a column of B.

    .. math:: c_{ij} = \sum_k a_{ik} b_{kj}

    Parameters
    ----------
    A : (m, k) array_like
        The first factor. It has as many columns as B has rows.
    B : (k, n) array_like
        The second factor. In general, A B and B A are different.
    exact : bool
        Whether to compute with fractions.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result. There is one
        step for each entry.

    Raises
    ------
    TypeError, ValueError
        If A or B is not a matrix of finite real numbers, or the shapes are incompatible.

    Source: Strang (2016), section 2.4; chapter "Matrices".

    >>> matmul([[1, 2], [3, 4]], [[5], [-1]], steps=True)
    1. Row 1 times column 1: 1 · 5 + 2 · (−1) = 3.
    2. Row 2 times column 1: 3 · 5 + 4 · (−1) = 11.
    """
    A = matrix(A, "matmul", exact=exact or steps)
    B = matrix(B, "matmul", "B", exact=exact or steps)
    if A.shape[1] != len(B):
        raise ValueError(
            f"matmul: expected as many rows of B as columns of A, got shapes {A.shape} and "
            f"{B.shape}"
        )
    if A.dtype != object:
        return A @ B
    return run(_matmul(A, B), steps=steps)


def _matmul(A: Array, B: Array) -> StepGenerator:
    """Yield one step for each entry, and return the product."""
    C = zeros((len(A), B.shape[1]), like=A)
    for i, j in np.ndindex(C.shape):
        C[i, j] += A[i] @ B[:, j]
        yield lambda i=i, j=j: _entry(A[i], B[:, j], C, i, j)
    return C


def _entry(a: Array, b: Array, C: Array, i: int, j: int) -> Step:
    """Return the step that computes one entry as a sum of products."""
    pairs = list(zip(a, b, strict=True))
    words = " + ".join(f"{factor(x)} · {factor(y)}" for x, y in pairs) or "0"
    signs = " + ".join(rf"{tex_factor(x)} \cdot {tex_factor(y)}" for x, y in pairs) or "0"
    return Step(
        f"Row {i + 1} times column {j + 1}: {words} = {text(C[i, j])}.",
        rf"{tex_matrix(a[None])} {tex_matrix(b[:, None])} = {signs} = {tex(C[i, j])}",
    )
