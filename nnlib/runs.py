"""Arrays in which runs of neighbours share a factor, multiplied fast, for normalizations.

NumPy multiplies two whole arrays fast, but takes twice as long if each number of one array is
a factor of several neighbours in the other. Here these inner loops are made as long as the
data allow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

import numpy as np

__all__ = ["Runs", "unbuffered"]

LONG, LARGE = 256, 1 << 16  # numbers in a run, and in an array, from which it is worth while


@contextmanager
def unbuffered(run: int, size: int) -> Iterator[None]:
    """Make ufuncs fast inside this context, where each number serves a run of others.

    By default NumPy buffers 8192 numbers at a time, and repeats the shared number in this
    buffer. Where runs are short or the array is small, it is left as it is.
    """
    if run < LONG or size < LARGE:
        yield
        return
    before = np.setbufsize(LONG)
    try:
        yield
    finally:
        np.setbufsize(before)


class Runs(NamedTuple):
    """The shape (N samples, G slices, C channels, width) for arrays of any shape.

    Each slice has a mean and a standard deviation, and each of the G C channels a weight.
    Arrays may have any shape with as many elements in this order.
    """

    N: int
    G: int
    C: int
    width: int

    def unbuffered(self) -> AbstractContextManager:
        """Return the context in which ufuncs on these runs are fast."""
        return unbuffered(self.width if self.width > 1 else self.C, math.prod(self))

    def scaled(
        self, a: np.ndarray, scale: np.ndarray, w: np.ndarray | None, out: np.ndarray
    ) -> None:
        """Write a times a scale for each slice, and a weight for each channel, into out."""
        fold = w is not None and self.width > 1
        scale = scale * w.reshape(self.G, self.C, 1) if fold else scale
        np.multiply(a.reshape(self), scale, out=out.reshape(self))
        if w is not None and not fold:
            self.change(np.multiply, out, w)

    def change(self, ufunc: np.ufunc, a: np.ndarray, v: np.ndarray) -> None:
        """Apply a ufunc in place to a and to one number for each channel."""
        if self.width > 1:
            a, v = a.reshape(self), v.reshape(self.G, self.C, 1)
        elif a.size < LARGE:
            a, v = a.reshape(self.N, v.size), v.ravel()
        else:  # several samples at a time, which is one long run
            n = math.gcd(self.N, 64)
            a, v = a.reshape(self.N // n, n * v.size), np.tile(v.ravel(), n)
        ufunc(a, v, out=a)

    def sums(self, a: np.ndarray) -> np.ndarray:
        """Return the sum over each channel of each sample, (G, N, C)."""
        one = np.ones((self.width, 1), a.dtype)
        a = a if self.width == 1 else a.reshape(-1, self.width) @ one
        return a.reshape(self[:3]).swapaxes(0, 1)

    def dots(self, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
        """Return the sums of a b over each channel, (G, N, C); out is overwritten."""
        a, b, out = a.reshape(self), b.reshape(self), out.reshape(self)
        dots = np.vecdot(a, b) if self.width > 1 else np.multiply(a, b, out=out)
        return dots.reshape(self[:3]).swapaxes(0, 1)
