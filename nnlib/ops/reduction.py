"""Reductions over axes, and cumulative operations along an axis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..graph import record
from ..quiet import silent
from ..scan import all_normal, linked, running
from ..tensor import Tensor, raw
from .comparison import bitwise_xor, converted, isnan, where
from .elementwise import div, exp, sub
from .joining import cat
from .promotion import array, floating
from .shape import at, axes_of, axis, call_as, clone, cut_along, expand, flip, reshape

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = ""
METHODS = """
    all any count_nonzero diff log_softmax logsumexp mean nanmean prod softmax std sum var
"""
IN_PLACE = "cumprod cumsum"
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

Dim = int | tuple[int, ...] | None


def spread(g: Any, axes: tuple[int, ...], keepdim: bool, shape: tuple[int, ...]) -> Any:
    """Return the gradient g of a reduction, expanded over the axes that were reduced."""
    if not keepdim:
        g = g.reshape(tuple(1 if i in axes else n for i, n in enumerate(shape)))
    return expand(g, shape)


@silent
def _summable(name: str, input: Tensor, dtype: Any) -> np.ndarray:
    """Return the array converted to dtype; by default, integers and bools become int64."""
    x = array(name, input)
    if dtype is None:
        dtype = x.dtype if x.dtype.kind == "f" else np.int64
    return x.astype(dtype, copy=False)


def floats(name: str, input: Tensor) -> np.ndarray:
    """Return the array; raise RuntimeError unless it is floating-point."""
    x = array(name, input)
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"{name}: expected a floating-point dtype, got {x.dtype}; convert it with .float()"
        )
    return x


def sum(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Sum over dim; dL/dx is dL/dy, repeated over these axes. An empty sum is 0."""
    x = _summable("sum", input, dtype)
    axes, shape = axes_of("sum", dim, x.ndim), x.shape
    return record(
        _total(x, axes, keepdim),
        dict(x=input),
        name=None if dim is None else "sum.SumBackward1",
        x=lambda g: spread(g, axes, keepdim, shape),
    )


@silent
def _total(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> np.ndarray:
    """Return the sum over axes; for the first or last axis of floats, BLAS is faster."""
    if len(axes) == 1 and x.dtype.kind == "f" and x.size and axes[0] in (0, x.ndim - 1):
        d = axes[0]
        n = x.shape[d]
        ones = np.ones(n, x.dtype)
        y = x.reshape(-1, n) @ ones if d else ones @ x.reshape(n, -1)
        kept = (1,) if keepdim else ()
        return np.reshape(y, x.shape[:d] + kept + x.shape[d + 1 :])
    return x.sum(axes, x.dtype, keepdims=keepdim)


def mean(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Mean over dim; dL/dx is dL/dy / n, repeated over these axes. An empty mean is NaN."""
    x = floats("mean", input if dtype is None else converted("mean", input, dtype))
    axes, shape = axes_of("mean", dim, x.ndim), x.shape
    n = math.prod(shape[i] for i in axes) or math.nan  # 0 / NaN is NaN, without a warning
    return record(
        _total(x, axes, keepdim) / n,
        dict(x=input),
        name=None if dim is None else "mean.MeanBackward1",
        x=lambda g: spread(g / n, axes, keepdim, shape),
    )


def nanmean(
    input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Mean over dim of the n elements that aren't NaN; each of these gets dL/dy / n."""
    n = call_as("nanmean", sum, ~np.isnan(floats("nanmean", input)), dim, keepdim)
    total = sum(where(isnan(array("nanmean", input)), 0, input), dim, keepdim, dtype=dtype)
    return div(total, where(n == 0, math.nan, n))


@silent
def prod(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Product over dim, 1 if empty; dL/dx is dL/dy times the product of all other elements."""
    x = _summable("prod", input, dtype)
    d, shape = axis("prod", 0 if dim is None else dim, x.ndim), x.shape
    if dim is None or not shape:
        return prod(reshape(input, -1), 0, dtype=dtype)

    def rule(g, x):  # without dividing by x, which may be 0
        before = _shifted(cumprod(x, d), d)
        after = flip(_shifted(cumprod(flip(x, d), d), d), d)
        return spread(g, (d,), keepdim, shape) * before * after

    return record(x.prod(d, x.dtype, keepdims=keepdim), dict(x=input), x=rule)


def _shifted(p: Any, d: int) -> Any:
    """Return cumulative products shifted by one along d: each excludes its own element."""
    first = np.ones((*p.shape[:d], 1, *p.shape[d + 1 :]), p.dtype)
    return cat([first, p], d)[at(d, slice(-1))]


def cumsum(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Cumulative sum along dim; dL/dx is the sum of dL/dy from each element to the end."""
    x = _summable("cumsum", input, dtype)
    d = axis("cumsum", dim, x.ndim)
    return record(
        running(np.add, x, d), dict(x=input), x=lambda g: flip(cumsum(flip(g, d), d), d)
    )


def diff(
    input: Tensor,
    n: int = 1,
    dim: int = -1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
) -> Tensor:
    """Differences of neighbours along dim, taken n times; for booleans, whether they differ.

    ``prepend`` and ``append`` are concatenated with the input first.
    """
    d, _ = cut_along("diff", input, dim)
    if n < 0:
        raise RuntimeError(f"diff: expected n >= 0, got {n}")
    if n == 0:
        return clone(input)
    parts = [x for x in (prepend, input, append) if x is not None]
    y = call_as("diff", cat, parts, d)
    subtract = bitwise_xor if y.dtype.kind == "b" else sub
    for _ in range(min(n, y.shape[d])):
        y = subtract(y[at(d, slice(1, None))], y[at(d, slice(None, -1))])
    return y


def cumprod(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Cumulative product along dim: p_i = x_i p_(i-1).

    Therefore dL/dx_i is the sum of dL/dp · p from i to the end, divided by x_i. If a product
    is 0, subnormal or not finite, we use the slower formula dL/dx_i = p_(i-1) s_i, where
    s_i = dL/dp_i + x_(i+1) s_(i+1).
    """
    x = _summable("cumprod", input, dtype)
    d = axis("cumprod", dim, x.ndim)

    def rule(g, y, x):
        if not x.ndim:
            return g
        if all_normal(raw(y)):
            return flip(cumsum(flip(g * y, d), d), d) / x
        s = _linked(g.swapaxes(0, d), x.swapaxes(0, d)[1:]).swapaxes(0, d)
        return _shifted(y, d) * s

    return record(running(np.multiply, x, d), dict(x=input), x=rule)


def _linked(input: Tensor, a: Tensor) -> Tensor:
    """Return the solution of s_i = x_i + a_i s_(i+1) along the first axis."""

    def rule(g, a):
        return flip(_linked(flip(g, 0), flip(a, 0)), 0)

    return record(
        linked(raw(input), raw(a)),
        dict(x=input, a=a),
        x=rule,
        a=lambda g, y, a: rule(g, a)[:-1] * y[1:],
    )


@silent
def var(
    input: Tensor,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    r"""Return the variance along some axes.

    .. math:: v = \frac{1}{n - c} \sum_i (x_i - \bar x)^2,
       \quad \frac{dL}{dx_i} = \frac{dL}{dv} \frac{2 (x_i - \bar x)}{n - c}

    Parameters
    ----------
    input : (...) float
        The elements x.
    dim : int or tuple of int, optional
        The axes over which to compute the variance; by default, all. In ``var(x, False)``,
        False is the value of ``unbiased``.
    unbiased : bool
        If True, c = 1; if False, c = 0.
    keepdim : bool
        Whether to keep these axes, with length 1.
    correction : float, optional
        The value of c, which overrides ``unbiased``.

    Returns
    -------
    Tensor
        The variance v; NaN if n <= c.

    Raises
    ------
    RuntimeError
        If the input is not floating-point.
    IndexError
        If the axis dim doesn't exist.

    Source: Goodfellow et al. (2016), section 5.4.2.

    >>> var(np.array([1.0, 2.0, 6.0])).item(), var(np.array([1.0, 3.0]), False).item()
    (7.0, 1.0)
    """
    dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
    x = floats("var", input)
    axes, shape = axes_of("var", dim, x.ndim), x.shape
    if correction is None:
        correction = 1 if unbiased else 0
    divisor = math.prod(shape[i] for i in axes) - correction
    if divisor <= 0:
        divisor = math.nan

    def rule(g, x):
        return spread(g * (2 / divisor), axes, keepdim, shape) * (x - mean(x, axes, True))

    squares = np.square(x - mean(x, axes, True))
    return record(_total(squares, axes, keepdim) / divisor, dict(x=input), x=rule)


def std(
    input: Tensor,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """Standard deviation y = √v, where v is ``var``: dL/dv = dL/dy / (2y), or 0 at y = 0."""
    v = call_as("std", var, input, dim, unbiased, keepdim, correction=correction)
    y = np.sqrt(raw(v))
    return record(y, dict(v=v), v=lambda g, y: g / (2 * where(y == 0, math.inf, y)))


def all(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return whether all elements along dim are true; True for an empty tensor."""
    return _truth(np.all, input, dim, keepdim)


def any(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return whether any element along dim is true; False for an empty tensor."""
    return _truth(np.any, input, dim, keepdim)


def _truth(f: Any, input: Tensor, dim: Dim, keepdim: bool) -> Tensor:
    """Return a boolean, or 0 or 1 for uint8; dim=() reduces no axis, as in torch."""
    x = array(f.__name__, input)
    axes = () if dim == () else axes_of(f.__name__, dim, x.ndim)
    y = f(x, axis=axes, keepdims=keepdim)
    dtype = x.dtype if x.dtype == np.uint8 else bool
    return record(y.astype(dtype), dict(x=input))


def count_nonzero(input: Tensor, dim: Dim = None) -> Tensor:
    """Return the number of elements along dim that are not 0."""
    not_zero = array("count_nonzero", input) != 0
    return record(call_as("count_nonzero", sum, not_zero, dim), dict(x=input))


@silent
def logsumexp(input: Tensor, dim: Dim, keepdim: bool = False) -> Tensor:
    """Log of the sum of e^x over dim, computed without overflow; dL/dx = dL/dy · softmax x."""
    x = floating("logsumexp", input)
    axes, shape = axes_of("logsumexp", dim, x.ndim), x.shape
    largest = x.max(axes, keepdims=True, initial=-np.inf)
    shift = np.nan_to_num(largest, posinf=0, neginf=0)  # any finite shift cancels
    y = np.log(np.exp(x - shift).sum(axes, keepdims=True)) + shift

    def rule(g, y, x):
        softmax_x = exp(x - spread(y, axes, keepdim, shape))
        return spread(g, axes, keepdim, shape) * softmax_x

    return record(y if keepdim else y.squeeze(axes), dict(x=input), x=rule)


@silent
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    r"""Turn scores along an axis into probabilities.

    .. math:: p_i = e^{z_i} / \sum_j e^{z_j}

    Parameters
    ----------
    input : (...) float
        Scores z; integers are converted to the default dtype.
    dim : int
        The axis of the classes.
    dtype : dtype, optional
        The dtype to which the scores are converted first.

    Returns
    -------
    (...) float
        Probabilities p, with the same shape as z, which sum to 1 along dim. A score of -inf has
        probability 0. If a row contains +inf or NaN, or only -inf, its probabilities are NaN.

    Raises
    ------
    IndexError
        If the axis dim doesn't exist.

    Source: Goodfellow et al. (2016), equation 6.29; chapter "Softmax regression".

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]), dim=1)
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    scores = input if dtype is None else converted("softmax", input, dtype)
    z = floating("softmax", scores)
    d = axis("softmax", dim, z.ndim)
    e = np.exp(z - z.max(d, keepdims=True, initial=-np.inf))  # the shift cancels in p
    p = e / _total(e, (d,) if z.ndim else (), True)
    return record(p, dict(z=input), z=lambda g, y: y * (g - sum(g * y, d, keepdim=True)))


@silent
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    r"""Turn scores along an axis into log-probabilities.

    .. math:: \log p_i = z_i - \log \sum_j e^{z_j}

    Parameters
    ----------
    input : (...) float
        Scores z; integers are converted to the default dtype.
    dim : int
        The axis of the classes.
    dtype : dtype, optional
        The dtype to which the scores are converted first.

    Returns
    -------
    (...) float
        Natural logarithms of the probabilities, at most 0, with the same shape as z. They are
        finite for finite z, even if the probability itself is rounded to 0.

    Raises
    ------
    IndexError
        If the axis dim doesn't exist.

    Source: Goodfellow et al. (2016), equation 6.30; chapter "Softmax regression".

    >>> log_softmax(np.array([1000.0, 0.0]), dim=0)
    array([    0., -1000.])
    """
    scores = input if dtype is None else converted("log_softmax", input, dtype)
    z = floating("log_softmax", scores)
    d = axis("log_softmax", dim, z.ndim)
    s = z - z.max(d, keepdims=True, initial=-np.inf)  # the shift cancels; exp can't overflow
    log_sum = np.log(_total(np.exp(s), (d,) if z.ndim else (), True))
    return record(
        s - log_sum, dict(z=input), z=lambda g, y: g - exp(y) * sum(g, d, keepdim=True)
    )
