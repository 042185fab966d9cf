"""Functions of PyTorch's ``linalg`` that record gradients, also for batches of matrices."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np

from .. import ops
from ..graph import record, record_fused
from ..ops.shape import axis, call_as

__all__ = ["cholesky", "eigvalsh", "inv", "matrix_norm", "svdvals", "vector_norm"]
Dim = int | tuple[int, ...] | None


def vector_norm(
    x: Any, ord: float = 2, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """Return the norm of vectors along some axes, by default all axes; see ``norm``."""
    if isinstance(ord, str):
        raise TypeError(f"vector_norm: expected ord to be a number, got {ord!r}")
    return call_as("vector_norm", ops.norm, x, ord, dim, keepdim, dtype=dtype)


def matrix_norm(
    A: Any,
    ord: float | str = "fro",
    dim: tuple[int, int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Any:
    """Return the norm "fro", "nuc", ±1, ±2 or ±inf of matrices along two axes; see ``norm``."""
    name = "matrix_norm"
    A = A if dtype is None else ops.to(A, dtype)
    ndim = _floats(name, A).ndim
    rows, columns = (axis(name, d, max(ndim, 2)) for d in dim)
    if ndim < 2 or rows == columns or ord not in ("fro", "nuc", 1, -1, 2, -2, inf, -inf):
        expected = "expected ord 'fro', 'nuc', ±1, ±2 or ±inf and two different axes"
        raise RuntimeError(f"{name}: {expected}, got {ord!r} and {dim} for shape {A.shape}")
    if ord == "fro":
        return ops.norm(A, 2, (rows, columns), keepdim)
    if ord == "nuc" or abs(ord) == 2:
        f = ops.sum if ord == "nuc" else ops.amax if ord > 0 else ops.amin
        y = f(svdvals(ops.movedim(A, (rows, columns), (-2, -1))), -1)
        for d in sorted((rows, columns)) if keepdim else ():
            y = ops.unsqueeze(y, d)
        return y
    summed, other = (rows, columns) if abs(ord) == 1 else (columns, rows)
    extreme = ops.amax if ord > 0 else ops.amin
    y = extreme(ops.sum(ops.abs(A), summed, True), other, True)
    return y if keepdim else ops.squeeze(y, (rows, columns))


def norm(x: Any, ord: Any, dim: Dim, keepdim: bool, dtype: Any) -> Any:
    """Return the norm of vectors (one axis) or matrices (two axes), like PyTorch's ``norm``."""
    if dim is None and ord is None:
        return vector_norm(x, 2, None, keepdim, dtype=dtype)
    if not isinstance(dim, int):
        dim = tuple(range(_floats("norm", x).ndim) if dim is None else dim)
    if isinstance(dim, tuple) and len(dim) == 2 and ord is not None:
        return call_as("norm", matrix_norm, x, ord, dim, keepdim, dtype=dtype)
    if isinstance(ord, str) or (isinstance(dim, tuple) and len(dim) > 2):
        expected = "two axes" if isinstance(ord, str) else "one or two axes"
        raise RuntimeError(f"norm: expected {expected} for ord {ord!r}, got {dim}")
    return call_as("norm", vector_norm, x, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


def inv(A: Any) -> Any:
    """Return the inverse Y of each matrix; dL/dA = -Yᵀ dL/dY Yᵀ."""
    x = _square("inv", A)
    y = _computed("inv", "invertible", np.linalg.inv, x)
    return record(y, dict(A=A), A=lambda g, y: -(_mT(y) @ g @ _mT(y)))


def cholesky(A: Any, *, upper: bool = False) -> Any:
    """Return the lower triangular L of A = L Lᵀ (or Lᵀ if ``upper``), for positive definite A.

    Only the lower triangle of A is used. For a loss J, let S = Lᵀ dJ/dL, with the upper
    triangle set to 0 and the diagonal halved. Then dJ/dA is the symmetric part of L⁻ᵀ S L⁻¹
    (Murray (2016), "Differentiation of the Cholesky decomposition").
    """
    x = _square("cholesky", A)

    def rule(g, y):
        s = _mT(y) @ g
        inverse = inv(y)
        h = _mT(inverse) @ (ops.tril(s) + ops.tril(s, -1)) @ inverse / 2
        return (h + _mT(h)) / 2

    y = record(
        _computed("cholesky", "positive definite", np.linalg.cholesky, x), dict(A=A), A=rule
    )
    return _mT(y) if upper else y


def eigvalsh(A: Any, UPLO: str = "L") -> Any:
    """Return the eigenvalues y of symmetric matrices, ascending; dL/dA = V diag(dL/dy) Vᵀ."""
    x = _square("eigvalsh", A)
    y, V = np.linalg.eigh(x, UPLO)

    def eigvalsh(g, V):
        return dict(A=(V * g[..., None, :]) @ _mT(V))

    return record_fused(y, dict(A=A), eigvalsh, keep=dict(V=V))


def svdvals(A: Any) -> Any:
    """Return the singular values y of matrices, descending; dL/dA = U diag(dL/dy) Vᵀ."""
    U, y, Vh = np.linalg.svd(_floats("svdvals", A), full_matrices=False)

    def svdvals(g, U, Vh):
        return dict(A=(U * g[..., None, :]) @ Vh)

    return record_fused(y, dict(A=A), svdvals, keep=dict(U=U, Vh=Vh))


def _mT(a: Any) -> Any:
    """Return the transpose of each matrix."""
    return a.swapaxes(-1, -2)


def _floats(name: str, x: Any) -> np.ndarray:
    """Return the array of x; raise RuntimeError unless it is floating-point."""
    return ops.reduction.floats(name, x)


def _square(name: str, A: Any) -> np.ndarray:
    """Return the array of A; raise LinAlgError unless it contains square matrices."""
    x = _floats(name, A)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise np.linalg.LinAlgError(
            f"{name}: expected square matrices A (..., n, n), got shape {x.shape}"
        )
    return x


def _computed(name: str, kind: str, f: Callable, x: np.ndarray) -> np.ndarray:
    """Return f(x); raise LinAlgError if a matrix isn't of the kind that f needs."""
    try:
        return f(x)
    except np.linalg.LinAlgError:
        raise np.linalg.LinAlgError(f"{name}: expected {kind} matrices A") from None
