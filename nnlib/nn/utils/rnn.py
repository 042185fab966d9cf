"""Padding of sequences to equal length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...ops import cat, stack
from ...tensor import Tensor, raw

__all__ = ["pad_sequence"]


def pad_sequence(
    sequences: Sequence[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Put sequences (T_n, ...) into one tensor (T, N, ...), filled up to the longest T.

    Parameters
    ----------
    sequences : sequence of (T_n, ...) Tensor
        They differ in the first axis only.
    batch_first : bool
        Whether the result is (N, T, ...).
    padding_value : float
        What fills up.
    padding_side : {"right", "left"}
        Where it does.

    Returns
    -------
    (T, N, ...) Tensor
        All of them; going back, each gets its part of the gradient.

    >>> pad_sequence([np.array([1, 2, 3]), np.array([4])])
    array([[1, 4],
           [2, 0],
           [3, 0]])
    """
    if not len(sequences) or padding_side not in ("right", "left"):
        got = padding_side if len(sequences) else "none"
        what = "right or left" if len(sequences) else "at least one sequence"
        raise RuntimeError(f"pad_sequence: expected {what}, got {got}")
    longest = max(len(s) for s in sequences)
    rows = []
    for s in sequences:
        x = raw(s)
        if x.shape[1:] != sequences[0].shape[1:]:
            first = ("T", *sequences[0].shape[1:])
            first = ", ".join(map(str, first))
            raise RuntimeError(f"pad_sequence: expected shapes ({first}), got {x.shape}")
        fill = np.full((longest - len(x), *x.shape[1:]), padding_value, x.dtype)
        rows.append(cat([s, fill] if padding_side == "right" else [fill, s]))
    return stack(rows, 0 if batch_first else 1)
