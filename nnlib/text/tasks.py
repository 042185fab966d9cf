"""Synthetic tasks that need memory of earlier inputs."""

from __future__ import annotations

import numpy as np

from .. import checks

__all__ = ["adding_problem", "copy_problem"]


def adding_problem(
    n: int, length: int, *, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Make sequences of numbers, two of them marked, whose sum is to be found.

    Who always answers 1 has a mean squared error of 1/6.

    Parameters
    ----------
    n : int
        N, how many sequences.
    length : int
        T, steps in each, at least 2.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    X : (N, T, 2) float32
        In each step a number, uniform in [0, 1), and a mark, 1 for one step of the first half
        and one of the second, else 0.
    y : (N,) float32
        The sums.

    Raises
    ------
    ValueError
        If n is negative or length below 2.

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


def copy_problem(
    n: int, length: int, delay: int, *, symbols: int = 8, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Make sequences to be said again after a pause.

    Without memory the best that can be done is a cross-entropy of ``length * log(symbols) /
    (2 * length + delay)`` nats per step.

    Parameters
    ----------
    n : int
        N, how many sequences.
    length : int
        Tokens to remember, at least 1.
    delay : int
        Steps of the pause, at least 1; in its last one a sign says that it is over.
    symbols : int
        S, how many different tokens there are to remember: 1 to S.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    x, y : (N, 2 length + delay) int64
        Inputs: tokens, then 0 (blank), the sign S + 1, and again blanks. Targets: blanks, then
        the tokens.

    Raises
    ------
    ValueError
        If n is negative or another number below 1.

    Source: Hochreiter and Schmidhuber (1997), in the form of Arjovsky, Shah and Bengio (2016),
    arXiv:1511.06464, section 5.1; chapter "LSTM and GRU".

    >>> x, y = copy_problem(1, 3, 2, rng=np.random.default_rng(0))
    >>> print(x, y)
    [[7 6 5 0 9 0 0 0]] [[0 0 0 0 0 7 6 5]]
    """
    checks.whole("copy_problem", "n", n, low=0)
    for argument, value in (("length", length), ("delay", delay), ("symbols", symbols)):
        checks.whole("copy_problem", argument, value, low=1)
    checks.generator("copy_problem", rng)
    tokens = rng.integers(1, symbols + 1, size=(n, length))
    x, y = np.zeros((2, n, 2 * length + delay), np.int64)
    x[:, :length] = y[:, -length:] = tokens
    x[:, length + delay - 1] = symbols + 1
    return x, y
