"""Sequences cut into chunks, or padded to equal length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..nn.utils.rnn import pad_sequence
from .vocabulary import whole

__all__ = ["Padded", "bptt_batches", "mask", "next_token_pairs", "padded", "windows"]


def windows(x: np.ndarray, length: int, *, stride: int = 1) -> np.ndarray:
    r"""Cut a sequence into windows that slide along it.

    .. math:: w_{k} = (x_{ks}, \dots, x_{ks + L - 1})

    Parameters
    ----------
    x : (T, ...)
        The sequence, in time.
    length : int
        L, steps in a window.
    stride : int
        s, steps from one window to the next; what is left at the end is left out.

    Returns
    -------
    (K, length, ...)
        K = (T - L) // s + 1 windows, copied.

    Raises
    ------
    ValueError
        If length or stride is below 1, or x is shorter than a window.

    Source: Goodfellow et al. (2016), section 10.1; chapter "Networks with memory".

    >>> windows(np.arange(6), 4, stride=2)
    array([[0, 1, 2, 3],
           [2, 3, 4, 5]])
    """
    x = series("windows", x)
    length = checks.whole("windows", "length", length, low=1)
    stride = checks.whole("windows", "stride", stride, low=1)
    if len(x) < length:
        raise ValueError(
            f"windows: expected x (T, ...) with T >= length >= 1, got x {x.shape}, "
            f"length={length}"
        )
    w = np.lib.stride_tricks.sliding_window_view(x, length, axis=0)[::stride]
    return np.moveaxis(w, -1, 1).copy()


def series(function: str, x: Any) -> np.ndarray:
    """Return a sequence as an array (T, ...); raise an error for an array of objects."""
    x = checks.reals(function, "x", x, kinds="biufcMmSU")
    if x.ndim < 1 or not x.size:
        raise ValueError(f"{function}: expected x (T, ...) with entries, got shape {x.shape}")
    return x


def next_token_pairs(
    x: np.ndarray, length: int, *, stride: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a sequence into inputs and, one step later, what they are to predict.

    Parameters
    ----------
    x : (T, ...)
        The sequence, in time.
    length : int
        Steps in an input.
    stride : int, optional
        Steps from one input to the next; by default ``length``, so that they do not overlap
        and each token is predicted once.

    Returns
    -------
    inputs, targets : (K, length, ...)
        ``targets[k, t]`` is what comes after ``inputs[k, t]``.

    Raises
    ------
    ValueError
        If length or stride is below 1, or x has not one token more than an input.

    Source: Goodfellow et al. (2016), section 10.2.3; chapter "Writing like Shakespeare".

    >>> next_token_pairs(np.arange(7), 3)
    (array([[0, 1, 2],
           [3, 4, 5]]), array([[1, 2, 3],
           [4, 5, 6]]))
    """
    name = "next_token_pairs"
    x, length = series(name, x), checks.whole(name, "length", length, low=1)
    stride = length if stride is None else checks.whole(name, "stride", stride, low=1)
    if len(x) <= length:
        raise ValueError(
            f"{name}: expected x (T, ...) with T > length >= 1, got x {x.shape} and "
            f"length={length}"
        )
    both = windows(x, length + 1, stride=stride)
    return both[:, :-1], both[:, 1:]


def bptt_batches(
    x: np.ndarray, batch_size: int, length: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut a sequence into streams, and these into pieces for truncated backprop through time.

    The sequence is laid out as N streams side by side. Row n of each batch goes on where row n
    of the batch before ended, so the hidden state may be kept from batch to batch, detached.

    Parameters
    ----------
    x : (T, ...)
        The sequence, in time.
    batch_size : int
        N, how many streams.
    length : int
        Steps in a piece; the last one may be shorter.

    Returns
    -------
    list of (inputs, targets), each (batch_size, length, ...)
        ``targets[n, t]`` is what comes after ``inputs[n, t]``. Up to N tokens at the end of x
        are left out.

    Raises
    ------
    ValueError
        If batch_size or length is below 1, or x has not two tokens for each stream.

    Source: Williams and Peng (1990), Neural Computation 2, section 2; chapter "Backprop through
    time".

    >>> for inputs, targets in bptt_batches(np.arange(11), batch_size=2, length=3):
    ...     print(inputs.tolist(), targets.tolist())
    [[0, 1, 2], [5, 6, 7]] [[1, 2, 3], [6, 7, 8]]
    [[3, 4], [8, 9]] [[4, 5], [9, 10]]
    """
    x = series("bptt_batches", x)
    batch_size = checks.whole("bptt_batches", "batch_size", batch_size, low=1)
    length = checks.whole("bptt_batches", "length", length, low=1)
    steps = (len(x) - 1) // batch_size
    if steps < 1:
        raise ValueError(
            f"bptt_batches: expected x (T, ...) with T > batch_size >= 1, got x {x.shape}, "
            f"batch_size={batch_size}"
        )
    shape = (batch_size, steps, *x.shape[1:])
    inputs, targets = (x[k : k + batch_size * steps].reshape(shape) for k in (0, 1))
    cuts = (slice(t, t + length) for t in range(0, steps, length))
    return [(inputs[:, cut].copy(), targets[:, cut].copy()) for cut in cuts]


class Padded(NamedTuple):
    """Sequences ``X``, filled up to one length, and the ``lengths`` they had."""

    X: np.ndarray
    lengths: np.ndarray


def padded(sequences: Sequence[Any], *, value: float = 0) -> Padded:
    """Put sequences of different length into one array, and keep their lengths.

    Parameters
    ----------
    sequences : sequence of (T_n, ...)
        They differ in the first axis only.
    value : number
        What fills up, behind the end of each.

    Returns
    -------
    Padded
        ``X`` of shape (N, T, ...), T the longest; ``lengths`` of shape (N,), int64.

    Raises
    ------
    ValueError
        If there are none.

    Source: Goodfellow et al. (2016), section 10.2; chapter "LSTM and GRU". Built on
    ``nn.utils.rnn.pad_sequence``, which also takes Tensors.

    >>> X, lengths = padded([[5, 6, 7], [8]], value=-1)
    >>> X, lengths
    (array([[ 5,  6,  7],
           [ 8, -1, -1]]), array([3, 1]))
    """
    if not isinstance(sequences, Sequence | np.ndarray):
        raise TypeError(f"padded: expected sequences in a list, got {sequences!r}")
    arrays = [checks.reals("padded", "sequences", s) for s in sequences]
    checks.number("padded", "value", value)
    if not arrays or any(a.shape[1:] != arrays[0].shape[1:] or not a.ndim for a in arrays):
        raise ValueError(
            "padded: expected sequences (T, ...), at least one, that differ in T alone, got "
            f"{[a.shape for a in arrays]}"
        )
    X = pad_sequence(arrays, batch_first=True, padding_value=value)
    return Padded(X, np.array([len(a) for a in arrays], np.int64))


def mask(lengths: np.ndarray, longest: int | None = None) -> np.ndarray:
    """Return which steps of padded sequences are real: t < lengths[n].

    Parameters
    ----------
    lengths : (N,) int
        How long each is.
    longest : int, optional
        T, by default the largest length.

    Returns
    -------
    (N, T) bool
        True where a step is real.

    Raises
    ------
    ValueError
        If a length is negative or larger than T.

    Source: Vaswani et al. (2017), arXiv:1706.03762, section 3.2.3; chapter "What came after".

    >>> mask([2, 0, 3])
    array([[ True,  True, False],
           [False, False, False],
           [ True,  True,  True]])
    """
    lengths = whole("mask", "lengths", lengths)
    T = lengths.max(initial=0)
    if longest is not None:
        T = checks.whole("mask", "longest", longest, low=0)
    if lengths.ndim != 1 or (lengths < 0).any() or (lengths > T).any():
        raise ValueError(
            f"mask: expected lengths (N,) from 0 to {T}, the longest, got {lengths.tolist()}"
        )
    return np.arange(T) < lengths[:, None]
