"""Embedding: rows of a weight matrix, looked up by index."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...graph import record
from ...ops.indexing import check_range
from ...ops.promotion import array
from ...quiet import silent
from ...tensor import Tensor, counter, raw

__all__ = ["embedding"]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    r"""Look up the rows of a table.

    .. math:: y_i = W_{t_i}, \quad \frac{dL}{dW_k} = \sum_{i:\, t_i = k} \frac{dL}{dy_i}

    which is a product of one-hot rows with W, without the zeros.

    Parameters
    ----------
    input : (...) int
        Row numbers t in [0, C).
    weight : (C, D) float
        The table W.
    padding_idx : int, optional
        A row that gets no gradient; counted from the end if it is negative.
    max_norm : float, optional
        First shorten, in place, the rows looked up that are longer than this.
    norm_type : float
        The p of the p-norm for max_norm.
    scale_grad_by_freq : bool
        Divide a row's gradient by how often it was looked up.
    sparse : bool
        Only False: all gradients here are whole arrays.

    Returns
    -------
    (..., D) float
        The rows.

    Raises
    ------
    RuntimeError
        If input is not integer, weight is not a matrix, or sparse is asked for.
    IndexError
        If a row number is outside [0, C).
    ValueError
        If padding_idx is outside [-C, C).

    Source: Bengio et al. (2003), section 2; chapter "Text".

    >>> embedding(np.array([2, 0]), np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    array([[4., 5.],
           [0., 1.]])
    """
    i, w = array("embedding", input), raw(weight)
    _check(i, w, padding_idx, sparse)
    n = len(w)
    padding = None if padding_idx is None else padding_idx % n
    if max_norm is not None:
        _shorten(weight, np.unique(i), max_norm, norm_type)

    def rule(g, i):
        i = raw(i)
        if padding is not None:
            g = g * (i != padding)[..., None]
        if scale_grad_by_freq:
            g = g / np.bincount(i.reshape(-1), minlength=n).astype(g.dtype)[i][..., None]
        return _add_rows(g, i, n)

    return record(w[i], dict(w=weight, i=input), w=rule)


def _add_rows(g: Any, i: np.ndarray, n: int) -> Any:
    """Return n rows, in which each row of g is added to row i; the derivative looks up."""
    a = raw(g)
    D = a.shape[-1]
    total = np.zeros((n, D), a.dtype)
    places = i.reshape(-1, 1) * D + np.arange(D)  # np.add.at is ten times faster along one axis
    np.add.at(total.reshape(-1), places.reshape(-1), a.reshape(-1))
    return record(total, dict(rows=g, i=i), rows=lambda g, i: embedding(i, g))


@silent
def _shorten(weight: Tensor, rows: np.ndarray, max_norm: float, norm_type: float) -> None:
    """Scale rows down, in place, to a norm of at most ``max_norm``; this is not recorded."""
    w = raw(weight)
    norm = np.linalg.norm(w[rows], norm_type, axis=1)
    factor = np.where(norm > max_norm, max_norm / (norm + 1e-7), 1).astype(w.dtype)
    w[rows] *= factor[:, None]
    if isinstance(weight, Tensor):
        counter(weight)[0] += 1


def _check(i: np.ndarray, w: np.ndarray, padding_idx: int | None, sparse: bool) -> None:
    """Raise an error unless the weight is a matrix and the indices are rows of it."""
    if sparse:
        raise RuntimeError("embedding: expected sparse=False; gradients are whole arrays here")
    if i.dtype.kind not in "iu":
        raise RuntimeError(f"embedding: expected integer row numbers, got {i.dtype}")
    if w.ndim != 2:
        raise RuntimeError(f"embedding: expected weight (C, D), got {w.shape}")
    if padding_idx is not None and not -len(w) <= padding_idx < len(w):
        raise ValueError(
            f"embedding: expected padding_idx in [{-len(w)}, {len(w) - 1}], got {padding_idx}"
        )
    check_range("embedding", i, len(w))
