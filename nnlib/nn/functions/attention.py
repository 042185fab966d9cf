"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...ops import masked_fill, matmul, repeat_interleave, softmax, transpose
from ...ops.promotion import array
from ...tensor import Tensor, raw
from .dropout import dropout

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    r"""Average the values for each query, weighted by how well their keys match the query.

    .. math:: Y = \mathrm{softmax}(s\, Q K^\top + M)\, V

    Parameters
    ----------
    query : (..., L, E) float
        Queries Q.
    key : (..., S, E) float
        Keys K.
    value : (..., S, D) float
        Values V.
    attn_mask : (..., L, S) bool or float, optional
        False where a query must ignore a key; a float mask M is added to the scores.
    dropout_p : float in [0, 1]
        Probability of dropping a weight. Pass 0 when the model isn't in training mode.
    is_causal : bool
        If True, query l uses only the keys 0 to l. You can't combine this with attn_mask.
    scale : float
        Factor s. Default: 1/√E.
    enable_gqa : bool
        If True, key and value may have fewer heads than query (..., h, L, E), if their number
        divides h. Several heads of the query then share one head of key and value.

    Returns
    -------
    (..., L, D) float
        Averages Y; 0 for a query whose keys are all masked.

    Raises
    ------
    RuntimeError
        If shapes or dtypes don't match, dropout_p is outside [0, 1], or both is_causal and
        attn_mask are given.

    Source: Vaswani et al. (2017), "Attention is all you need", equation 1.

    >>> values = np.array([[1.0], [3.0]])
    >>> scaled_dot_product_attention(np.zeros((1, 4)), np.zeros((2, 4)), values)
    array([[2.]])
    """
    name = "scaled_dot_product_attention"
    if is_causal and attn_mask is not None:
        raise RuntimeError(f"{name}: expected attn_mask or is_causal=True, got both")
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"{name}: expected dropout_p in [0, 1], got {dropout_p}")
    if enable_gqa:
        h, n, m = (array(name, x).shape[-3] for x in (query, key, value))
        if 0 in (n, m) or h % n or h % m:
            what = f"numbers of heads in key and value that divide {h}, the number in query"
            raise RuntimeError(f"{name}: expected {what}, got {n} and {m}")
        key, value = repeat_interleave(key, h // n, -3), repeat_interleave(value, h // m, -3)
    _check(array(name, query), array(name, key), array(name, value), raw(attn_mask))
    if is_causal:
        attn_mask = np.tri(raw(query).shape[-2], raw(key).shape[-2], dtype=bool)
    attn_mask, empty = _without_empty_rows(attn_mask)
    weights = attention_weights(query, key, attn_mask, scale)
    if empty is not None:
        weights = masked_fill(weights, empty, 0.0)
    if dropout_p:
        weights = dropout(weights, dropout_p)
    return matmul(weights, value)


def attention_weights(
    query: Tensor, key: Tensor, mask: Tensor | None = None, scale: float | None = None
) -> Tensor:
    """Return the weights (..., L, S) of keys (..., S, E) for each query (..., L, E)."""
    scale = 1 / math.sqrt(raw(query).shape[-1]) if scale is None else scale
    scores = matmul(query * scale, transpose(key, -2, -1))
    if mask is None:
        return softmax(scores, -1)
    if raw(mask).dtype == bool:
        return softmax(masked_fill(scores, ~raw(mask), -np.inf), -1)
    return softmax(scores + mask, -1)


def _without_empty_rows(mask: Any) -> tuple[Any, np.ndarray | None]:
    """Unmask the rows that exclude all keys; return the new mask and a mask of these rows."""
    if mask is None:
        return None, None
    allowed = raw(mask) if raw(mask).dtype == bool else raw(mask) != -np.inf
    empty = ~allowed.any(-1, keepdims=True)
    if not empty.any():
        return mask, None
    return (allowed | empty if allowed is raw(mask) else masked_fill(mask, empty, 0.0)), empty


def _check(q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None) -> None:
    """Raise an error if shapes or dtypes don't match."""
    name = "scaled_dot_product_attention"
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1]:
        raise RuntimeError(
            f"{name}: expected query (..., L, E), key (..., S, E) and value (..., S, D), "
            f"got {q.shape}, {k.shape} and {v.shape}"
        )
    if k.shape[-2] != v.shape[-2]:
        raise RuntimeError(
            f"{name}: expected the same number of values and keys, got {v.shape} and {k.shape}"
        )
    if not q.dtype == k.dtype == v.dtype or q.dtype.kind != "f":
        raise RuntimeError(
            f"{name}: expected equal floating-point dtypes, got {q.dtype}, {k.dtype}, {v.dtype}"
        )
    if mask is not None and mask.dtype not in (bool, q.dtype):
        raise RuntimeError(
            f"{name}: expected attn_mask of dtype bool or {q.dtype}, got {mask.dtype}"
        )
    try:
        batch = np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
        if mask is not None:
            np.broadcast_to(mask, (*batch, q.shape[-2], k.shape[-2]))
    except ValueError:
        shapes = q.shape, k.shape, v.shape, None if mask is None else mask.shape
        raise RuntimeError(
            f"{name}: expected query, key, value and mask that broadcast, got {shapes}"
        ) from None
