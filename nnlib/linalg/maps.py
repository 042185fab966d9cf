"""Matrices of linear maps: rotation, reflection, scaling, shear."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import number
from .inputs import vector

__all__ = ["reflection", "rotation", "scaling", "shear"]

Array = np.ndarray


def rotation(theta: float) -> Array:
    r"""Return the matrix that rotates the plane counterclockwise about the origin.

    .. math:: \begin{bmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{bmatrix}

    Parameters
    ----------
    theta : float
        The angle in radians.

    Returns
    -------
    (2, 2) array
        Orthogonal, with determinant 1.

    Raises
    ------
    TypeError, ValueError
        If theta is not a finite real number.

    Source: Strang (2016), section 8.2; chapter "Matrices".

    >>> rotation(np.pi / 2).round(4) + 0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    theta = number("rotation", "theta", theta)
    c, s = np.cos(theta), np.sin(theta)
    return np.array([[c, -s], [s, c]])


def reflection(direction: Any) -> Array:
    r"""Return the matrix of the reflection across the line through 0 along a direction.

    .. math:: 2 \frac{u u^\top}{u^\top u} - I

    Parameters
    ----------
    direction : (n,) array_like
        A nonzero vector u along the line.

    Returns
    -------
    (n, n) array
        Orthogonal and symmetric, with determinant -1 if n = 2.

    Raises
    ------
    TypeError, ValueError
        If the direction is not a vector of finite real numbers, or is 0.

    Source: Strang (2016), section 4.4; chapter "Matrices".

    >>> reflection([1, 1])
    array([[0., 1.],
           [1., 0.]])
    """
    u = vector(direction, "reflection", "direction")
    if not u.any():
        raise ValueError("reflection: expected a nonzero direction, got zeros")
    return 2 * np.outer(u, u) / (u @ u) - np.eye(len(u))


def scaling(*factors: float) -> Array:
    """Return the diagonal matrix (n, n) that scales each axis by its own factor.

    Parameters
    ----------
    *factors : float
        One factor per axis. A negative factor also reflects.

    Raises
    ------
    TypeError, ValueError
        If a factor is not a finite real number.

    Source: Strang (2016), section 8.2; chapter "Matrices".

    >>> scaling(2, 3)
    array([[2., 0.],
           [0., 3.]])
    """
    return np.diag(vector(factors, "scaling", "factors"))


def shear(k: float) -> Array:
    r"""Return the matrix of a shear, which moves each point horizontally by k times its height.

    .. math:: \begin{bmatrix} 1 & k \\ 0 & 1 \end{bmatrix}

    Parameters
    ----------
    k : float
        Horizontal displacement of a point at height 1.

    Returns
    -------
    (2, 2) array
        Determinant 1, so areas don't change.

    Raises
    ------
    TypeError, ValueError
        If k is not a finite real number.

    Source: Strang (2016), section 8.2; chapter "Matrices".

    >>> shear(0.5)
    array([[1. , 0.5],
           [0. , 1. ]])
    """
    return np.array([[1.0, number("shear", "k", k)], [0.0, 1.0]])
