"""Embedding: look up rows of a weight matrix by index, and combine them in bags."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checks import expect
from ...graph import record
from ...ops import reshape
from ...ops.indexing import check_range
from ...ops.promotion import array
from ...quiet import silent
from ...tensor import Tensor, counter, raw

__all__ = ["embedding", "embedding_bag"]


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

    This is the product of a matrix of one-hot rows with W, without multiplying by the zeros.

    Parameters
    ----------
    input : (...) int
        Row numbers t in [0, C).
    weight : (C, D) float
        Table W.
    padding_idx : int, optional
        Row that gets no gradient. A negative number counts from the end.
    max_norm : float, optional
        If the norm of a row is larger, first scale the row down to this norm, in place.
    norm_type : float
        Exponent p of the p-norm for max_norm.
    scale_grad_by_freq : bool
        If True, divide the gradient of each row by the number of times it was looked up.
    sparse : bool
        Must be False, because sparse gradients aren't implemented.

    Returns
    -------
    (..., D) float

    Raises
    ------
    RuntimeError
        If input doesn't contain integers, weight isn't a matrix, or sparse is True.
    IndexError
        If a row number is outside [0, C).
    ValueError
        If padding_idx is outside [-C, C).

    Source: Bengio et al. (2003), section 2; chapter "Language models".

    >>> embedding(np.array([2, 0]), np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    array([[4., 5.],
           [0., 1.]])
    """
    i, w = array("embedding", input), raw(weight)
    _check("embedding", i, w, padding_idx, sparse)
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


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    r"""Look up the rows of a table, and combine the rows of each bag.

    .. math:: y_b = \sum_{i \in b} a_i W_{t_i}

    The mean divides this by the number of rows in the bag, and the maximum is taken in each
    column. The result of an empty bag is 0.

    Parameters
    ----------
    input : (N,) or (B, T) int
        Row numbers t in [0, C). Each row of a matrix is a bag.
    weight : (C, D) float
        Table W.
    offsets : (B,) int
        Start of each bag in an input (N,), in increasing order, beginning with 0.
    max_norm, norm_type, sparse
        See ``embedding``.
    scale_grad_by_freq : bool
        Must be False. For this option, PyTorch 2 on the CPU divides the gradients of a bag by
        the wrong counts, so it isn't implemented here.
    mode : {"mean", "sum", "max"}
        How to combine the rows of a bag.
    per_sample_weights : float, with the shape of input
        Factors a, only for mode "sum". Default: 1.
    include_last_offset : bool
        If True, offsets has one more element, the end of the last bag.
    padding_idx : int, optional
        A row to ignore in all bags.

    Returns
    -------
    (B, D) float
        One row per bag.

    Raises
    ------
    RuntimeError
        If input or offsets aren't integers, the first offset isn't 0, an offset is less than
        the previous one or exceeds N, or per_sample_weights and weight differ in dtype.
    IndexError
        If a row number is outside [0, C).
    ValueError
        If a shape is wrong, the mode is unknown, ``scale_grad_by_freq`` is True, or padding_idx
        is outside [-C, C).
    NotImplementedError
        If per_sample_weights are given and the mode isn't "sum".

    Source: Bojanowski et al. (2017), "Enriching word vectors with subword information".

    >>> table = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    >>> embedding_bag(np.array([2, 0, 1]), table, np.array([0, 2]), mode="sum")
    array([[4., 6.],
           [2., 3.]])
    """
    name = "embedding_bag"
    i, w = array(name, input), raw(weight)
    expect(name, w.ndim == 2, "weight (C, D)", w.shape)
    _check(name, i, w, padding_idx, sparse)
    expect(name, mode in ("mean", "sum", "max"), "mode 'mean', 'sum' or 'max'", repr(mode))
    wanted = "scale_grad_by_freq=False, because PyTorch divides by the wrong counts"
    expect(name, not scale_grad_by_freq, wanted, scale_grad_by_freq)
    factors = per_sample_weights
    if factors is not None:
        a, wanted = array(name, factors), "mode 'sum' with per_sample_weights"
        expect(name, mode == "sum", wanted, repr(mode), NotImplementedError)
        expect(name, a.shape == i.shape, f"per_sample_weights {i.shape}", a.shape)
        expect(name, a.dtype == w.dtype, f"per_sample_weights {w.dtype}", a.dtype, RuntimeError)
        factors = reshape(factors, (-1, 1))
    starts = _bag_starts(name, i, offsets, include_last_offset)
    B, i = len(starts), i.reshape(-1)
    bag = np.repeat(np.arange(B), np.diff(starts, append=len(i)))
    if max_norm is not None:
        _shorten(weight, np.unique(i), max_norm, norm_type)
    if padding_idx is not None:
        kept = np.flatnonzero(i != padding_idx % len(w))
        i, bag = i[kept], bag[kept]
        factors = factors if factors is None else factors[kept]
    rows = embedding(i, weight)
    if mode == "max":
        bag, starts = np.unique(bag, return_index=True)  # empty bags are dropped
        rows = rows[_largest(raw(rows), starts), np.arange(w.shape[1])] if len(i) else rows
    elif factors is not None:
        rows = rows * factors
    y = _add_rows(rows, bag, B)
    if mode == "mean":
        y = y / np.maximum(np.bincount(bag, minlength=B), 1).astype(w.dtype)[:, None]
    return y


def _bag_starts(
    name: str, i: np.ndarray, offsets: Tensor | None, include_last_offset: bool
) -> np.ndarray:
    """Return the start of each bag; raise an error if offsets don't match the input."""
    if i.ndim == 2 and offsets is None:
        return np.arange(len(i)) * i.shape[1]
    starts = array(name, 0 if offsets is None else offsets)
    wanted = "an input (N,) and offsets (B,), or an input (B, T) and no offsets"
    got = f"{i.shape} and {'no offsets' if offsets is None else starts.shape}"
    expect(name, i.ndim == starts.ndim == 1, wanted, got)
    expect(name, starts.dtype.kind in "iu", "integer offsets", starts.dtype, RuntimeError)
    bounds = starts if include_last_offset else np.append(starts, len(i))
    fits = len(bounds) and (np.diff(bounds) >= 0).all() and bounds[-1] == len(i)
    fits = fits and (not len(starts) or starts[0] == 0)
    wanted = f"increasing offsets from 0 to {len(i)}, the length of input"
    expect(name, fits, wanted, starts.tolist(), RuntimeError)
    return bounds[:-1]


def _largest(rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the index of the first maximum for each bag and column.

    As in torch, NaN counts as the maximum only if it comes first.
    """
    is_first = np.isin(np.arange(len(rows)), starts)[:, None]
    rows = np.where(np.isnan(rows), np.where(is_first, np.inf, -np.inf), rows)
    largest = np.maximum.reduceat(rows, starts)
    largest = np.repeat(largest, np.diff(starts, append=len(rows)), axis=0)
    place = np.where(rows == largest, np.arange(len(rows))[:, None], len(rows))
    return np.minimum.reduceat(place, starts)


@silent
def _add_rows(g: Any, i: np.ndarray, n: int) -> Any:
    """Return n rows: row k of g is added to row i[k]; the derivative is ``embedding``."""
    a = raw(g)
    D = a.shape[-1]
    total = np.zeros((n, D), a.dtype)
    places = i.reshape(-1, 1) * D + np.arange(D)  # np.add.at is ten times faster along one axis
    np.add.at(total.reshape(-1), places.reshape(-1), a.reshape(-1))
    return record(total, dict(rows=g, i=i), rows=lambda g, i: embedding(i, g))


@silent
def _shorten(weight: Tensor, rows: np.ndarray, max_norm: float, norm_type: float) -> None:
    """Scale rows down in place to a norm of at most ``max_norm``; this isn't recorded."""
    w = raw(weight)
    norm = np.linalg.norm(w[rows], norm_type, axis=1)
    factor = np.where(norm > max_norm, max_norm / (norm + 1e-7), 1).astype(w.dtype)
    w[rows] *= factor[:, None]
    if isinstance(weight, Tensor):
        counter(weight)[0] += 1


def _check(
    name: str, i: np.ndarray, w: np.ndarray, padding_idx: int | None, sparse: bool
) -> None:
    """Raise an error unless weight is a matrix and the indices are valid row numbers."""
    if sparse:
        raise RuntimeError(f"{name}: expected sparse=False, got True; gradients are dense")
    if i.dtype.kind not in "iu":
        swapped = "pass the indices first" if w.dtype.kind in "iu" else "use .long()"
        raise RuntimeError(f"{name}: expected integer indices, got {i.dtype}; {swapped}")
    if w.ndim != 2:
        raise RuntimeError(f"{name}: expected weight (C, D), got {w.shape}")
    if padding_idx is not None and not -len(w) <= padding_idx < len(w):
        raise ValueError(
            f"{name}: expected padding_idx in [{-len(w)}, {len(w) - 1}], got {padding_idx}"
        )
    check_range(name, i, len(w))
