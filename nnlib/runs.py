"""Fast multiplication of arrays in which runs of neighbours share a factor, for normalization.

NumPy multiplies arrays of the same shape fast, but takes twice as long if each element of one
array is multiplied by several neighbours in the other array. This module makes the inner loops
as long as the data allow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

import numpy as np

__all__ = ["Runs", "unbuffered"]

LONG, LARGE = 256, 1 << 16  # smallest sizes of a run and of an array for which this is faster


@contextmanager
def unbuffered(run: int, size: int) -> Iterator[None]:
    """Speed up ufuncs in this context, for arrays in which runs of elements share a factor.

    By default, NumPy buffers 8192 elements at a time and repeats the shared factor in this
    buffer. If the runs are short or the array is small, this context changes nothing.
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
    """The sizes of an array: N samples, G slices, C channels per slice, width elements in each.

    Each slice has a mean and a standard deviation, and each of the G C channels has a weight.
    The methods accept arrays of any shape that can be reshaped to (N, G, C, width).
    """

    N: int
    G: int
    C: int
    width: int

    def unbuffered(self) -> AbstractContextManager:
        """Return the context that speeds up ufuncs on these runs."""
        return unbuffered(self.width if self.width > 1 else self.C, math.prod(self))

    def scaled(
        self, a: np.ndarray, scale: np.ndarray, w: np.ndarray | None, out: np.ndarray
    ) -> None:
        """Write a into out, times the scale of its slice and the weight of its channel."""
        if w is not None and self.width > 1:  # multiply the small arrays first
            scale = scale * w.reshape(self.G, self.C, 1)
            w = None
        np.multiply(a.reshape(self), scale, out=out.reshape(self))
        if w is not None:
            self.change(np.multiply, out, w)

    def change(self, ufunc: np.ufunc, a: np.ndarray, v: np.ndarray) -> None:
        """Overwrite a with ufunc(a, v), where v has one element for each channel."""
        if self.width > 1:
            a, v = a.reshape(self), v.reshape(self.G, self.C, 1)
        elif a.size < LARGE:
            a, v = a.reshape(self.N, v.size), v.ravel()
        else:  # several samples in one long run
            n = math.gcd(self.N, 64)
            a, v = a.reshape(self.N // n, n * v.size), np.tile(v.ravel(), n)
        ufunc(a, v, out=a)

    def sums(self, a: np.ndarray) -> np.ndarray:
        """Return the sum of each channel of each sample, (G, N, C)."""
        if self.width > 1:
            a = a.reshape(-1, self.width) @ np.ones((self.width, 1), a.dtype)
        return a.reshape(self[:3]).swapaxes(0, 1)

    def dots(self, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
        """Return sums of a * b in each channel of each sample, (G, N, C); may overwrite out."""
        a, b, out = a.reshape(self), b.reshape(self), out.reshape(self)
        if self.width > 1:
            dots = np.vecdot(a, b)
        else:
            dots = np.multiply(a, b, out=out)
        return dots.reshape(self[:3]).swapaxes(0, 1)
