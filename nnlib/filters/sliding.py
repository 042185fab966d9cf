"""Four algorithms of cross-correlation, which agree.

Products of n pixels with a kernel of k × k: loops and im2col k² n, separable 2 k n; the FFT
takes about log n for each pixel, whatever the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import checks
from .kernels import separate
from .sizes import fits, operand, output_size

__all__ = ["METHODS", "im2col"]

Array = np.ndarray
Ints = int | Sequence[int]


def im2col(
    x: Array, kernel_size: Sequence[int], *, stride: Ints = 1, dilation: Ints = 1
) -> Array:
    """Copy what lies below the kernel, at each of its places, into a row of a matrix.

    Parameters
    ----------
    x : (..., H, W)
        A picture; with one number in kernel_size, a signal.
    kernel_size : ints
        kH and kW.
    stride, dilation : int or ints
        As for ``correlate``.

    Returns
    -------
    (..., H'W', kH·kW)
        A row for each place, which times the kernel's entries is the result there.

    Raises
    ------
    TypeError, ValueError
        If x is not of finite numbers, or kernel_size not of ints that fit.

    Source: Chellapilla, Puri and Simard (2006); chapter "Convolution".

    >>> im2col([[1, 2, 3], [4, 5, 6]], (2, 2))
    array([[1, 2, 4, 5],
           [2, 3, 5, 6]])
    """
    x = operand("im2col", "x", x)
    if not isinstance(kernel_size, (tuple, list)) or not 1 <= len(kernel_size) <= x.ndim:
        raise ValueError(
            f"im2col: expected kernel_size of 1 to {x.ndim} ints, got {kernel_size}"
        )
    n = len(kernel_size)
    checks.one_for_each("im2col", "kernel_size", kernel_size, n, 1)
    s = checks.one_for_each("im2col", "stride", stride, n, 1)
    d = checks.one_for_each("im2col", "dilation", dilation, n, 1)
    fits("im2col", x.shape, kernel_size, d)
    sizes = _sizes(x, kernel_size, s, d)
    reach = [dk * (k - 1) + 1 for k, dk in zip(kernel_size, d, strict=True)]
    windows = sliding_window_view(x, reach, axis=tuple(range(-n, 0)))
    windows = windows[(..., *(slice(None, None, step) for step in (*s, *d)))]
    rows = (*x.shape[:-n], int(np.prod(sizes)), int(np.prod(kernel_size)))
    return windows.reshape(rows)


def _sizes(x: Array, shape: Sequence[int], s: Sequence[int], d: Sequence[int]) -> list[int]:
    """Return the size of the result along each axis of the kernel."""
    lengths = x.shape[-len(shape) :]
    return [
        output_size(n, k, stride=sk, dilation=dk)
        for n, k, sk, dk in zip(lengths, shape, s, d, strict=True)
    ]


def _by_loops(x: Array, h: Array, s: tuple, d: tuple) -> Array:
    """Return the result by the formula: a loop over its entries and the kernel's."""
    sizes = _sizes(x, h.shape, s, d)
    y = np.zeros((*x.shape[: -h.ndim], *sizes), np.result_type(x, h))
    for i in np.ndindex(*sizes):
        for m in np.ndindex(*h.shape):
            below = tuple(sk * ik + dk * mk for sk, ik, dk, mk in zip(s, i, d, m, strict=True))
            y[(..., *i)] += h[m] * x[(..., *below)]
    return y


def _by_im2col(x: Array, h: Array, s: tuple, d: tuple) -> Array:
    """Return the result as the product of the matrix of windows and the kernel's entries."""
    y = im2col(x, h.shape, stride=s, dilation=d) @ h.ravel()
    return y.reshape(*x.shape[: -h.ndim], *_sizes(x, h.shape, s, d))


def _by_fft(x: Array, h: Array, s: tuple, d: tuple) -> Array:
    """Return the result by the transform Y = X · conj H, padded against wrapping around."""
    axes, lengths = tuple(range(-h.ndim, 0)), x.shape[-h.ndim :]
    sizes = _sizes(x, h.shape, (1,) * h.ndim, d)
    spread = np.zeros([dk * (k - 1) + 1 for k, dk in zip(h.shape, d, strict=True)])
    spread[tuple(slice(None, None, dk) for dk in d)] = h
    X, H = np.fft.rfftn(x, axes=axes), np.fft.rfftn(spread, lengths, axes=axes)
    y = np.fft.irfftn(X * H.conj(), lengths, axes=axes)
    places = (slice(0, size, sk) for size, sk in zip(sizes, s, strict=True))
    y, kind = y[(..., *places)], np.result_type(x, h)
    return (np.rint(y) if kind.kind == "i" else y).astype(kind)


def _by_factors(x: Array, h: Array, s: tuple, d: tuple) -> Array:
    """Return the result of a separable kernel: along rows, then along columns."""
    if h.ndim == 1:
        return _by_im2col(x, h, s, d)
    column, row = separate(h)
    across = _by_im2col(x, row[None, :], (1, s[1]), (1, d[1]))
    return _by_im2col(across, column[:, None], (s[0], 1), (d[0], 1))


METHODS = {
    "loops": _by_loops,
    "im2col": _by_im2col,
    "fft": _by_fft,
    "separable": _by_factors,
}
