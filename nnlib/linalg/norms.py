"""Norms of vectors and matrices, and the condition number."""

from __future__ import annotations

from math import inf
from numbers import Real
from typing import Any

import numpy as np

from ..tensor import Tensor
from .exact import root, simplified
from .inputs import array, matrix
from .tensors import norm as tensor_norm

__all__ = ["cond", "norm"]

Array = np.ndarray
KINDS = ("fro", 1, 2, inf, "nuc")


def norm(
    x: Any,
    ord: Any = None,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Any:
    r"""Return the norm of a vector or a matrix.

    .. math::
        \lVert x \rVert_p = \Bigl(\sum_i |x_i|^p\Bigr)^{1/p}, \qquad
        \lVert x \rVert_\infty = \max_i |x_i|

    and, for a matrix with entries a and singular values σ,

    .. math::
        \lVert A \rVert_F = \sqrt{\textstyle\sum a_{ij}^2}, \quad
        \lVert A \rVert_1 = \max_j \textstyle\sum_i |a_{ij}|, \quad
        \lVert A \rVert_\infty = \max_i \textstyle\sum_j |a_{ij}|, \quad
        \lVert A \rVert_2 = \sigma_1, \quad
        \lVert A \rVert_* = \textstyle\sum_i \sigma_i

    Parameters
    ----------
    x : (n,) or (m, n) array_like
        A vector or a matrix. If it has no entries, the norm is 0. A Tensor can have any shape.
    ord : number, inf or str, optional
        The p in the formulas. For vectors, any p ≥ 1; default: 2. For matrices, "fro", 1, 2
        (spectral), inf or "nuc" (nuclear); default: "fro". For Tensors, as in PyTorch.
    dim, keepdim, dtype : optional
        As in PyTorch: one or two axes, whether they remain as axes of length 1, and the dtype
        to convert x to. If you pass one of them, x must be a Tensor or an array.

    Returns
    -------
    float, Tensor or array
        A float, unless x is a Tensor or you pass dim, keepdim or dtype.

    Raises
    ------
    TypeError, ValueError
        If x is not a vector or matrix of finite real numbers, or ord is not one of the above.
        With a Tensor, dim, keepdim or dtype, the errors are PyTorch's, such as RuntimeError.

    Source: Golub and Van Loan (2013), sections 2.2 and 2.3; chapters "Vectors" and
    "Matrices".

    >>> norm([3, -4]), norm([3, -4], 1), norm([[1, 2], [3, 4]], float("inf"))
    (5.0, 7.0, 7.0)
    """
    if isinstance(x, Tensor) or dim is not None or keepdim or dtype is not None:
        return tensor_norm(x, ord, dim, keepdim, dtype)
    x = array(x, "norm", "x")
    if x.ndim == 1:
        return _vector_norm(x, 2 if ord is None else ord)
    if x.ndim != 2:
        raise ValueError(f"norm: expected a vector or a matrix, got shape {x.shape}")
    return _matrix_norm(x, "fro" if ord is None else ord)


def _vector_norm(x: Array, p: Any) -> float:
    """Return the p-norm of floats; dividing by the largest entry first avoids overflow."""
    if not isinstance(p, Real) or not p >= 1:
        raise ValueError(f"norm: expected ord of at least 1 for a vector, got {p!r}")
    size = abs(x)
    largest = float(size.max(initial=0.0))
    if p == inf or largest == 0:
        return largest
    return float(largest * ((size / largest) ** p).sum() ** (1 / p))


def _matrix_norm(A: Array, p: Any) -> float:
    """Return the norm of a matrix of floats."""
    if not isinstance(p, str | Real) or p not in KINDS:
        expected = "expected ord to be 'fro', 1, 2, inf or 'nuc' for a matrix"
        raise ValueError(f"norm: {expected}, got {p!r}")
    if p == "fro":
        return length(A.ravel())
    if p in (1, inf):
        return float(abs(A).sum(axis=0 if p == 1 else 1).max(initial=0.0))
    sigma = np.linalg.svd(A, compute_uv=False)
    return float(sigma.sum() if p == "nuc" else sigma.max(initial=0.0))


def scaled(x: Array) -> Array:
    """Return x divided by its largest absolute value, so that the squares can't overflow."""
    return x if x.dtype == object else x / (abs(x).max(initial=0.0) or 1.0)


def length(x: Array) -> Any:
    """Return the Euclidean norm of a vector, exactly if its entries are exact."""
    return root(simplified(x @ x)) if x.dtype == object else _vector_norm(x, 2)


def cond(A: Any) -> float:
    r"""Return the condition number, which bounds the growth of relative errors in A x = b.

    .. math:: \kappa(A) = \sigma_1 / \sigma_k

    Parameters
    ----------
    A : (m, n) array_like
        In the formula, k = min(m, n).

    Returns
    -------
    float
        At least 1, or 0 if A has no entries. It is inf if :math:`\sigma_k = 0`, but rounding
        errors can turn this into a large finite number.

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers.

    Source: Golub and Van Loan (2013), section 2.6; chapter "Systems of linear equations".

    >>> cond([[100, 0], [0, 1]])
    100.0
    """
    sigma = np.linalg.svd(matrix(A, "cond"), compute_uv=False)
    if not sigma.size:
        return 0.0
    return float(sigma[0] / sigma[-1]) if sigma[-1] > 0 else inf
