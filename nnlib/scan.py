"""Cumulative sums and products along an axis, and their derivatives."""

from __future__ import annotations

import itertools

import numpy as np

from .quiet import silent

__all__ = ["all_normal", "linked", "running"]


@silent
def running(f: np.ufunc, x: np.ndarray, d: int) -> np.ndarray:
    """Return f accumulated along axis d, such as cumulative sums, in the dtype of x.

    ``f.accumulate`` is slow because each element depends on the previous one. If the other axes
    are long, we therefore process a whole line of elements in each step. Long rows of floats
    are added up by matrix products, unless a sum is infinite or NaN.

    >>> running(np.add, np.array([[1, 2, 4], [8, 16, 32]]), 1)
    array([[ 1,  3,  7],
           [ 8, 24, 56]])
    """
    n = x.shape[d] if x.ndim else 1
    along_rows = d >= x.ndim - 1 and n > 64
    if x.size >= 256 * n and not along_rows:
        y = np.array(np.moveaxis(x, d, 0), order="C")
        for before, line in itertools.pairwise(y):
            f(before, line, out=line)
        return np.ascontiguousarray(np.moveaxis(y, 0, d))
    if f is np.add and x.dtype.kind == "f" and x.size >= 8192 and along_rows:
        y = _sums_by_parts(x)
        if np.isfinite(y).all():  # in the matrix product, 0 times infinity would give NaN
            return y
    return f.accumulate(np.atleast_1d(x), d, x.dtype).reshape(x.shape)


def _sums_by_parts(x: np.ndarray, k: int = 32) -> np.ndarray:
    """Return cumulative sums along the last axis, computed in blocks of k for speed."""
    batch_shape = x.shape[:-1]
    cut = x.shape[-1] // k * k  # the end of the last complete block
    y = np.array(x, order="C")
    ones = np.triu(np.ones((k, k), x.dtype))
    with np.errstate(all="ignore"):
        block_sums = x[..., :cut].reshape(*batch_shape, -1, k) @ ones
        block_sums[..., 1:, :] += np.add.accumulate(block_sums[..., :-1, -1:], -2)
        y[..., :cut] = block_sums.reshape(*batch_shape, cut)
        np.add.accumulate(y[..., cut - 1 :], -1, out=y[..., cut - 1 :])
    return y


def linked(g: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return s along the first axis, where s_i = g_i + a_i s_(i+1), and s_n = g_n at the end.

    If each s_i is long, we compute one s_i at a time. Otherwise we compute all s_i together: if
    we substitute s_i = r_i + a_i s_(i+k) into itself, we get an equation of the same form for
    2k, with r_i + a_i r_(i+k) instead of r_i and a_i a_(i+k) instead of a_i.

    >>> linked(np.array([1, 2, 4]), np.array([10, 100]))
    array([4021,  402,    4])
    """
    if a.size >= 256 * len(a):
        s, a = np.array(g, order="C"), np.ascontiguousarray(a)
        for i in reversed(range(len(a))):
            s[i] += a[i] * s[i + 1]
        return s
    k = 1
    while k < len(g):
        g = np.concatenate([g[:-k] + a * g[k:], g[-k:]])
        a = a[:-k] * a[k:]
        k = 2 * k
    return g


def all_normal(x: np.ndarray) -> bool:
    """Return whether no number is 0, subnormal, infinite or NaN."""
    size = np.abs(x)
    return bool(np.all((size >= np.finfo(x.dtype).tiny) & (size < np.inf)))
