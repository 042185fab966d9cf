"""Matrices of linear maps: rotation, reflection, scaling, shear."""

from __future__ import annotations

from typing import Any

import numpy as np

from .inputs import vector

__all__ = ["reflection", "rotation", "scaling", "shear"]

Array = np.ndarray


def rotation(theta: float) -> Array:
    r"""Return the rotation matrix of the plane about the origin, counterclockwise.

    .. math:: \begin{bmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{bmatrix}

    Parameters
    ----------
    theta : float
        The angle in radians.

    Returns
    -------
    (2, 2) array
        Orthogonal, of determinant 1.

    Raises
    ------
    TypeError, ValueError
        If theta is no finite real number.

    Source: Strang (2016), section 8.2; chapter "Matrices".

    >>> rotation(np.pi / 2).round(4) + 0
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    (theta,) = vector([theta], "rotation", "theta")
    c, s = np.cos(theta), np.sin(theta)
    return np.array([[c, -s], [s, c]])


def reflection(direction: Any) -> Array:
    r"""Return the matrix of the reflection in the line through the origin in a direction.

    .. math:: 2 \frac{u u^\top}{u^\top u} - I

    Parameters
    ----------
    direction : (n,) array_like
        u, other than 0.

    Returns
    -------
    (n, n) array
        Orthogonal and symmetric; of determinant -1 in the plane.

    Raises
    ------
    TypeError, ValueError
        If the direction is no vector of finite real numbers, or 0.

    Source: Strang (2016), section 4.4; chapter "Matrices".

    >>> reflection([1, 1])
    array([[0., 1.],
           [1., 0.]])
    """
    u = vector(direction, "reflection", "direction")
    if not u.any():
        raise ValueError("reflection: expected a direction other than 0")
    return 2 * np.outer(u, u) / (u @ u) - np.eye(len(u))


def scaling(*factors: float) -> Array:
    """Return the diagonal matrix that stretches along the axes, each by its own factor.

    Parameters
    ----------
    *factors : float
        One for each axis; a negative one also mirrors.

    Returns
    -------
    (n, n) array

    Raises
    ------
    TypeError, ValueError
        If a factor is no finite real number.

    Source: Strang (2016), section 8.2; chapter "Matrices".

    >>> scaling(2, 3)
    array([[2., 0.],
           [0., 3.]])
    """
    return np.diag(vector(factors, "scaling", "factors"))


def shear(k: float) -> Array:
    r"""Return the matrix of a shear: each point moves sideways by k times its height.

    .. math:: \begin{bmatrix} 1 & k \\ 0 & 1 \end{bmatrix}

    Parameters
    ----------
    k : float
        How far at height 1.

    Returns
    -------
    (2, 2) array
        Of determinant 1: areas stay.

    Raises
    ------
    TypeError, ValueError
        If k is no finite real number.

    Source: Strang (2016), section 8.2; chapter "Matrices".

    >>> shear(0.5)
    array([[1. , 0.5],
           [0. , 1. ]])
    """
    (k,) = vector([k], "shear", "k")
    return np.array([[1.0, k], [0.0, 1.0]])
