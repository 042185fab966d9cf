"""Windows and batches of sequences, and a synthetic task that requires memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks

__all__ = ["adding_problem", "bptt_batches", "windows"]


def windows(x: np.ndarray, length: int, *, stride: int = 1) -> np.ndarray:
    r"""Cut a sequence into sliding windows.

    .. math:: w_{k} = (x_{ks}, \dots, x_{ks + L - 1})

    Parameters
    ----------
    x : (T, ...)
        The sequence, with time along the first axis.
    length : int
        Number L of steps in a window.
    stride : int
        Number s of steps from one window to the next. Steps at the end that do not fill a
        window are dropped.

    Returns
    -------
    (K, length, ...)
        Copies of the K = (T - L) // s + 1 windows.

    Raises
    ------
    ValueError
        If length or stride is below 1, or x is shorter than a window.

    Source: Goodfellow et al. (2016), section 10.1; chapter "Recurrent neural networks".

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


def bptt_batches(
    x: np.ndarray, batch_size: int, length: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut a sequence into batches for truncated backpropagation through time.

    The sequence is cut into N parallel streams, and the streams into pieces. Row n of a batch
    continues row n of the previous batch, so you can pass the hidden state, detached, from one
    batch to the next.

    Parameters
    ----------
    x : (T, ...)
        The sequence, with time along the first axis.
    batch_size : int
        Number N of streams.
    length : int
        Number of steps in a piece. The last piece may be shorter.

    Returns
    -------
    list of (inputs, targets), each (batch_size, length, ...)
        The batches. ``targets[n, t]`` directly follows ``inputs[n, t]``. Up to N - 1 steps at
        the end of x are dropped.

    Raises
    ------
    ValueError
        If batch_size or length is below 1, or x does not have more than batch_size steps.

    Source: Williams and Peng (1990), Neural Computation 2, section 2; chapter "Backpropagation
    through time".

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


def series(function: str, x: Any) -> np.ndarray:
    """Return a sequence as an array (T, ...); raise an error for an array of objects."""
    x = checks.reals(function, "x", x, kinds="biufcMmSU")
    if x.ndim < 1 or not x.size:
        raise ValueError(f"{function}: expected nonempty x (T, ...), got shape {x.shape}")
    return x


def adding_problem(
    n: int, length: int, *, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Generate sequences of numbers in which two are marked; the target is their sum.

    The constant prediction 1 has a mean squared error of 1/6.

    Parameters
    ----------
    n : int
        Number N of sequences.
    length : int
        Number T of steps in each sequence, at least 2.
    rng : Generator
        Random number generator.

    Returns
    -------
    X : (N, T, 2) float32
        For each step, a random number, uniform in [0, 1), and a mark. The mark is 1 for one
        step in the first half and one step in the second half, and 0 otherwise.
    y : (N,) float32
        The sums of the marked numbers.

    Raises
    ------
    ValueError
        If n is negative, or length is below 2.

    Source: Hochreiter and Schmidhuber (1997), Neural Computation 9, section 5.4, in the form of
    Le, Jaitly and Hinton (2015), arXiv:1504.00941; chapter "LSTM and GRU".

    >>> X, y = adding_problem(3, 10, rng=np.random.default_rng(0))
    >>> X.shape, np.allclose((X[..., 0] * X[..., 1]).sum(axis=1), y)
    ((3, 10, 2), True)
    """
    checks.whole("adding_problem", "n", n, low=0)
    checks.whole("adding_problem", "length", length, low=2)
    checks.generator("adding_problem", rng)
    X = np.zeros((n, length, 2), np.float32)
    X[..., 0] = rng.random((n, length), np.float32)
    half = length // 2
    first, second = rng.integers(half, size=n), rng.integers(half, length, size=n)
    rows = np.arange(n)
    X[rows, first, 1] = X[rows, second, 1] = 1
    return X, X[rows, first, 0] + X[rows, second, 0]
