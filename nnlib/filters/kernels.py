"""Common kernels by name, and the factors of a separable kernel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import checks
from ..checks import entries, number, one_of

__all__ = ["box", "gaussian", "identity", "scharr", "separate", "sobel"]

Array = np.ndarray


def _derivative(name: str, smoothing: tuple[int, int, int], direction: str) -> Array:
    """Return a 3 × 3 kernel: a difference along the direction, and smoothing across it.

    Convolution reverses the factor (1, 0, -1), so the result is the right pixel minus the left.
    """
    one_of(name, "direction", direction, ("x", "y"))
    kernel = np.outer(smoothing, (1, 0, -1))
    return kernel if direction == "x" else kernel.T


def sobel(direction: str = "x") -> Array:
    """Return Sobel's kernel: 8 times the derivative, smoothed by (1, 2, 1) over the other axis.

    The convolution of an image with this kernel is positive where the image gets brighter to
    the right ("x", which detects vertical edges) or downwards ("y"). Cross-correlation has the
    opposite sign.

    Parameters
    ----------
    direction : str
        "x", along a row, or "y", down a column.

    Source: Szeliski (2022), section 3.2.2; chapter "Convolution".

    >>> sobel()
    array([[ 1,  0, -1],
           [ 2,  0, -2],
           [ 1,  0, -1]])
    """
    return _derivative("sobel", (1, 2, 1), direction)


def scharr(direction: str = "x") -> Array:
    """Return Scharr's kernel: 32 times the derivative, with a more accurate gradient direction.

    The arguments and the signs are the same as for ``sobel``.

    Source: Scharr (2000), dissertation, University of Heidelberg; chapter "Convolution".

    >>> scharr()
    array([[  3,   0,  -3],
           [ 10,   0, -10],
           [  3,   0,  -3]])
    """
    return _derivative("scharr", (3, 10, 3), direction)


def gaussian(sigma: float, *, size: int | None = None) -> Array:
    r"""Return a Gaussian kernel (size, size) in float64, whose weights sum to 1.

    .. math:: H(u, v) \propto \exp\left(-\frac{u^2 + v^2}{2 \sigma^2}\right)

    Parameters
    ----------
    sigma : float
        Standard deviation σ > 0, in pixels.
    size : int, optional
        Odd size of the kernel. Default: large enough to cover 3σ on each side.

    Raises
    ------
    ValueError
        If sigma is not positive, or size is even or below 1.

    Source: Szeliski (2022), section 3.2.2; chapter "Convolution".

    >>> gaussian(1, size=3).round(3)
    array([[0.075, 0.124, 0.075],
           [0.124, 0.204, 0.124],
           [0.075, 0.124, 0.075]])
    """
    sigma = number("gaussian", "sigma", sigma, above=0)
    size = 2 * math.ceil(3 * sigma) + 1 if size is None else checks.odd("gaussian", size)
    u = np.arange(size) - size // 2
    g = np.exp(-(u**2) / (2 * sigma**2))
    return np.outer(g, g) / g.sum() ** 2


def box(size: int = 3) -> Array:
    r"""Return the kernel of the mean filter: equal weights, which sum to 1.

    .. math:: G_{ij} = \frac{1}{(2k+1)^2} \sum_{u=-k}^k \sum_{v=-k}^k F_{i+u, j+v}

    Parameters
    ----------
    size : int
        Odd size 2k + 1 of the kernel.

    Raises
    ------
    ValueError
        If size is even or below 1.

    Source: Szeliski (2022), section 3.2.2; chapter "Convolution".

    >>> box(3)[0] * 9
    array([1., 1., 1.])
    """
    size = checks.odd("box", size)
    return np.full((size, size), 1 / size**2)


def identity(size: int = 3) -> Array:
    """Return the kernel that changes nothing: 1 in the middle, and 0 elsewhere.

    Parameters
    ----------
    size : int
        Odd size of the kernel.

    Source: Szeliski (2022), section 3.2; chapter "Convolution".

    >>> identity()
    array([[0, 0, 0],
           [0, 1, 0],
           [0, 0, 0]])
    """
    kernel = np.zeros((checks.odd("identity", size), size), dtype=np.int64)
    kernel[size // 2, size // 2] = 1
    return kernel


def separate(kernel: Array) -> tuple[Array, Array]:
    r"""Find a column and a row whose product is a given kernel.

    .. math:: H = c \, r^\top, \quad H * F = c * (r^\top * F)

    A kernel of any size is separable if and only if its rank is 1. For a k × k kernel,
    each pixel then needs 2k products instead of k². The factors come from the singular value
    decomposition. If the kernel has an integer dtype, the factors contain integers.

    Parameters
    ----------
    kernel : (kH, kW) float
        The kernel to separate.

    Returns
    -------
    column (kH,), row (kW,)
        The factors. They have the same norm, unless the kernel has an integer dtype.

    Raises
    ------
    ValueError
        If the rank of the kernel is not 1, that is, if the relative error of the best product,
        in the Frobenius norm, is larger than 1e-10.

    Source: Szeliski (2022), section 3.2.1; chapter "Convolution".

    >>> separate(sobel())
    (array([1, 2, 1]), array([ 1,  0, -1]))
    """
    K = operand("separate", "kernel", kernel)
    if K.ndim != 2:
        raise ValueError(f"separate: expected kernel (kH, kW), got {K.shape}")
    U, s, Vt = np.linalg.svd(K)
    ratios = s / (s[0] or 1.0)  # squares of tiny numbers would underflow
    error = np.linalg.norm(ratios[1:]) / np.linalg.norm(ratios) if s.any() else 1.0
    if not error <= 1e-10:
        raise ValueError(
            "separate: expected a kernel of rank 1, got one whose best rank-1 approximation "
            f"has a relative error of {error:.2g} (singular values {s.round(4).tolist()})"
        )
    sign = 1 if U[:, 0].sum() >= 0 else -1
    column, row = sign * math.sqrt(s[0]) * U[:, 0], sign * math.sqrt(s[0]) * Vt[0]
    return _whole(K) if K.dtype.kind == "i" else (column, row)


def _whole(K: Array) -> tuple[Array, Array]:
    """Return integer vectors whose outer product is K, a matrix of rank 1."""
    column = K[:, np.abs(K).sum(axis=0).argmax()]
    column = column // np.gcd.reduce(column)
    column = column if column.sum() >= 0 else -column
    i = np.abs(column).argmax()
    return column, K[i] // column[i]


def operand(name: str, argument: str, x: Any) -> np.ndarray:
    """Return an array of finite numbers; floats keep their dtype, and others become int64."""
    return entries(name, argument, x, ndim=1, to=np.int64)  # uint8 would overflow
