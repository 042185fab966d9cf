r"""Principal angles: how far two subspaces are apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from .inputs import matrix
from .scale import EPS

__all__ = ["principal_angles"]

Array = np.ndarray


def principal_angles(A: Any, B: Any) -> Array:
    r"""Return the angles between the spaces that the columns of A and B span, smallest first.

    .. math:: \cos\theta_k = \sigma_k(Q_A^\top Q_B), \qquad
        Q_A, Q_B \text{ with orthonormal columns}

    The first is the smallest angle between a vector of one space and a vector of the other, the
    next is the smallest at right angles to these two, and so on. All are 0 if one space
    contains the other; two planes in space always share a line, so that their first angle is 0.

    Parameters
    ----------
    A : (m, p) real numbers
    B : (m, q) real numbers
        Vectors as columns, dependent ones too: only what they span counts.

    Returns
    -------
    (k,) float
        In radians, from 0 to π/2; k is the smaller dimension of the two spaces.

    Raises
    ------
    TypeError, ValueError
        If A or B is not a matrix of finite real numbers, or they differ in their rows.

    Source: Björck and Golub (1973); chapter "Fewer dimensions".

    >>> plane, line = [[1, 0], [0, 1], [0, 0]], [[1], [0], [1]]
    >>> np.degrees(principal_angles(plane, line)).round(10)
    array([45.])
    """
    first, second = matrix(A, "principal_angles"), matrix(B, "principal_angles", "B")
    if len(first) != len(second):
        raise ValueError(
            f"principal_angles: expected B with {len(first)} rows, got shape {second.shape}"
        )
    P, Q = _basis(first), _basis(second)
    if P.shape[1] < Q.shape[1]:
        P, Q = Q, P
    # The cosine of a small angle is 1 to the last digit, and there its sine still has digits.
    _, cosines, Wh = np.linalg.svd(P.T @ Q)
    Q = Q @ Wh.T
    sines = np.linalg.norm(Q - P @ (P.T @ Q), axis=0)
    return np.sort(np.arctan2(sines, cosines))  # rounding may exchange angles that are equal


def _basis(A: Array) -> Array:
    """Return orthonormal columns that span what the columns of a matrix span."""
    U, S, _ = np.linalg.svd(A, full_matrices=False)
    return U[:, max(A.shape) * EPS * S.max(initial=0) < S]
