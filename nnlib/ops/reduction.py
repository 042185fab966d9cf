"""Reductions over axes, and cumulative operations along an axis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..graph import record
from ..scan import all_normal, linked, running
from ..tensor import Tensor, raw
from .comparison import isnan, to, where
from .elementwise import div, exp
from .joining import cat
from .promotion import array, floating, public_name
from .shape import at, axes_of, axis, call_as, expand, flip, reshape

# Every name once: functions only, methods of Tensor too, and those that work in place too.
FUNCTIONS = ""
METHODS = """
    all any count_nonzero log_softmax logsumexp mean nanmean prod softmax std sum var
"""
IN_PLACE = "cumprod cumsum"
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

Dim = int | tuple[int, ...] | None


def spread(g: Any, axes: tuple[int, ...], keepdim: bool, shape: tuple[int, ...]) -> Any:
    """Return the gradient g of a reduction, expanded over the axes that were reduced."""
    return expand(
        g if keepdim else g.reshape(tuple(1 if i in axes else n for i, n in enumerate(shape))),
        shape,
    )


def _summable(input: Tensor, dtype: Any) -> np.ndarray:
    """Return the array in the dtype asked for; by default integers and bools become int64."""
    x = array(input)
    default = x.dtype if x.dtype.kind == "f" else np.int64
    return x.astype(default if dtype is None else dtype, copy=False)


def floats(input: Tensor) -> np.ndarray:
    """Return the array; raise RuntimeError unless it is floating-point."""
    x = array(input)
    if x.dtype.kind != "f":
        raise RuntimeError(f"{public_name()}: expected a floating-point dtype, got {x.dtype}")
    return x


# Sums and products


def sum(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Sum over dim; dL/dx = dL/dy, spread over the axes that were lost; 0 of nothing."""
    x = _summable(input, dtype)
    axes, shape = axes_of("sum", dim, x.ndim), x.shape
    return record(
        _total(x, axes, keepdim), dict(x=input), x=lambda g: spread(g, axes, keepdim, shape)
    )


@np.errstate(invalid="ignore")  # of inf - inf, as PyTorch; some BLAS raise it of ones, too
def _total(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> np.ndarray:
    """Return the sum over axes; the first or last axis of floats is summed by BLAS, faster."""
    if len(axes) == 1 and x.dtype.kind == "f" and x.size and axes[0] in (0, x.ndim - 1):
        d, one = axes[0], np.ones(x.shape[axes[0]], x.dtype)
        return np.reshape(
            x.reshape(-1, len(one)) @ one if d else one @ x.reshape(len(one), -1),
            (*x.shape[:d], *(1,) * keepdim, *x.shape[d + 1 :]),
        )
    return x.sum(axes, x.dtype, keepdims=keepdim)


def mean(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Mean over dim: dL/dx = dL/dy / n, spread over the axes that were lost; NaN of nothing."""
    x = floats(input if dtype is None else to(input, dtype))
    axes, shape = axes_of("mean", dim, x.ndim), x.shape
    n = math.prod(shape[i] for i in axes) or math.nan  # 0 / NaN is NaN, without a warning
    return record(
        _total(x, axes, keepdim) / n,
        dict(x=input),
        x=lambda g: spread(g / n, axes, keepdim, shape),
    )


def nanmean(
    input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Mean over dim of what is not NaN, which gets dL/dy / n; NaN if there is none."""
    n = call_as("nanmean", sum, ~np.isnan(floats(input)), dim, keepdim)
    total = sum(where(isnan(array(input)), 0, input), dim, keepdim, dtype=dtype)
    return div(total, where(n == 0, math.nan, n))


def prod(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Product over dim: dL/dx is dL/dy times all the others, right at 0 too; 1 of nothing."""
    x = _summable(input, dtype)
    d, shape = axis("prod", 0 if dim is None else dim, x.ndim), x.shape
    if dim is None or not shape:
        return prod(reshape(input, -1), 0, dtype=dtype)
    return record(
        x.prod(d, x.dtype, keepdims=keepdim),
        dict(x=input),
        x=lambda g, x: (  # the products of the elements before each, and after it
            spread(g, (d,), keepdim, shape)
            * _before(cumprod(x, d), d)
            * flip(_before(cumprod(flip(x, d), d), d), d)
        ),
    )


def _before(p: Any, d: int) -> Any:
    """Return products p shifted by one along d, so that each excludes its own element."""
    return cat([np.ones((*p.shape[:d], 1, *p.shape[d + 1 :]), p.dtype), p], d)[at(d, slice(-1))]


def cumsum(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Sum of all up to each along dim; dL/dx is the sum of dL/dy from each to the end."""
    x = _summable(input, dtype)
    d = axis("cumsum", dim, x.ndim)
    return record(
        running(np.add, x, d), dict(x=input), x=lambda g: flip(cumsum(flip(g, d), d), d)
    )


def cumprod(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Product of all up to each along dim, p_i = x_i p_(i-1).

    Hence dL/dx_i is the sum of dL/dp · p from i to the end, divided by x_i. Where a product
    is no normal number, as after 0, it is p_(i-1) s_i with s_i = dL/dp_i + x_(i+1) s_(i+1).
    """
    x = _summable(input, dtype)
    d = axis("cumprod", dim, x.ndim)

    def rule(g, y, x):
        if not x.ndim:
            return g
        if all_normal(raw(y)):
            return flip(cumsum(flip(g * y, d), d), d) / x
        return _before(y, d) * _linked(g.swapaxes(0, d), x.swapaxes(0, d)[1:]).swapaxes(0, d)

    return record(running(np.multiply, x, d), dict(x=input), x=rule)


def _linked(input: Tensor, a: Tensor) -> Tensor:
    """Return the solution of s_i = x_i + a_i s_(i+1) along the first axis."""

    def back(g, a):
        return flip(_linked(flip(g, 0), flip(a, 0)), 0)

    return record(
        linked(raw(input), raw(a)),
        dict(x=input, a=a),
        x=back,
        a=lambda g, y, a: back(g, a)[:-1] * y[1:],
    )


# Variance and standard deviation


def var(
    input: Tensor,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    r"""Measure how far the elements lie from their mean, along some axes.

    .. math:: v = \frac{1}{n - c} \sum_i (x_i - \bar x)^2,
       \quad \frac{dL}{dx_i} = \frac{dL}{dv} \frac{2 (x_i - \bar x)}{n - c}

    Parameters
    ----------
    input : (...) float
        The elements x.
    dim : int or tuple of int, optional
        The axes that are lost; by default all. ``var(x, False)`` means ``unbiased=False``.
    unbiased : bool
        Take c = 1 rather than c = 0.
    keepdim : bool
        Keep those axes, with length 1.
    correction : float, optional
        c itself, in the place of ``unbiased``.

    Returns
    -------
    float
        The variance v; NaN where n <= c.

    Raises
    ------
    RuntimeError
        If the input is not floating.
    IndexError
        If there is no axis dim.

    Source: Goodfellow et al. (2016), section 5.4.3.

    >>> var(np.array([1.0, 2.0, 6.0])).item(), var(np.array([1.0, 3.0]), False).item()
    (7.0, 1.0)
    """
    dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
    x = floats(input)
    axes, shape = axes_of("var", dim, x.ndim), x.shape
    n = math.prod(shape[i] for i in axes) - (unbiased if correction is None else correction)
    n = n if n > 0 else math.nan
    return record(
        _total(np.square(x - mean(x, axes, True)), axes, keepdim) / n,
        dict(x=input),
        x=lambda g, x: spread(g * (2 / n), axes, keepdim, shape) * (x - mean(x, axes, True)),
    )


def std(
    input: Tensor,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """Root of ``var``: dL/dv = dL/dy / (2y), taken as 0 at y = 0, where all are equal."""
    v = call_as("std", var, input, dim, unbiased, keepdim, correction=correction)
    return record(
        np.sqrt(raw(v)), dict(v=v), v=lambda g, y: g / (2 * where(y == 0, math.inf, y))
    )


# Logical reductions


def all(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Truth of all elements over dim; true of nothing."""
    return _truth(np.all, input, dim, keepdim)


def any(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Truth of at least one element over dim; false of nothing."""
    return _truth(np.any, input, dim, keepdim)


def _truth(f: Any, input: Tensor, dim: Dim, keepdim: bool) -> Tensor:
    """Return a boolean, or 0 or 1 for uint8; dim=() reduces no axis, as in torch."""
    x = array(input)
    y = f(x, axis=() if dim == () else axes_of(f.__name__, dim, x.ndim), keepdims=keepdim)
    return record(y.astype(x.dtype if x.dtype == np.uint8 else bool), dict(x=input))


def count_nonzero(input: Tensor, dim: Dim = None) -> Tensor:
    """How many elements over dim are not 0."""
    return record(call_as("count_nonzero", sum, array(input) != 0, dim), dict(x=input))


# Exponentials


def logsumexp(input: Tensor, dim: Dim, keepdim: bool = False) -> Tensor:
    """Log of the sum of e^x over dim: dL/dx = dL/dy · softmax x; nothing overflows."""
    x = floating(input)
    axes, shape = axes_of("logsumexp", dim, x.ndim), x.shape
    top = np.nan_to_num(x.max(axes, keepdims=True, initial=-np.inf), posinf=0, neginf=0)
    y = np.log(np.exp(x - top).sum(axes, keepdims=True)) + top  # any finite shift cancels
    return record(
        y if keepdim else y.squeeze(axes),
        dict(x=input),
        x=lambda g, y, x: (
            spread(g, axes, keepdim, shape) * exp(x - spread(y, axes, keepdim, shape))
        ),
    )


def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    r"""Turn scores along an axis into probabilities.

    .. math:: p_i = e^{z_i} / \sum_j e^{z_j}

    Parameters
    ----------
    input : (...) float
        Scores z; integers become float32.
    dim : int
        The axis of the classes.
    dtype : dtype, optional
        Convert to it first.

    Returns
    -------
    (...) float
        Probabilities p, of the shape of z; along dim they add up to 1. A score of
        -inf has probability 0; a row with +inf or NaN, or with -inf alone, is NaN.

    Raises
    ------
    IndexError
        If there is no axis dim.

    Source: Goodfellow et al. (2016), equation 6.29; chapter "The softmax classifier".

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]), dim=1)
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    z = floating(input if dtype is None else to(input, dtype))
    d = axis("softmax", dim, z.ndim)
    e = np.exp(z - z.max(d, keepdims=True, initial=-np.inf))  # unchanged; cannot overflow
    p = e / _total(e, (d,) if z.ndim else (), True)
    return record(p, dict(z=input), z=lambda g, y: y * (g - sum(g * y, d, keepdim=True)))


def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    r"""Turn scores along an axis into logarithms of probabilities.

    .. math:: \log p_i = z_i - \log \sum_j e^{z_j}

    Parameters
    ----------
    input : (...) float
        Scores z; integers become float32.
    dim : int
        The axis of the classes.
    dtype : dtype, optional
        Convert to it first.

    Returns
    -------
    (...) float
        Natural logarithms of the probabilities (nats, at most 0), of the shape of z;
        finite where z is, also where the probability itself is rounded to 0.

    Raises
    ------
    IndexError
        If there is no axis dim.

    Source: Goodfellow et al. (2016), equation 6.30; chapter "The softmax classifier".

    >>> log_softmax(np.array([1000.0, 0.0]), dim=0)
    array([    0., -1000.])
    """
    z = floating(input if dtype is None else to(input, dtype))
    d = axis("log_softmax", dim, z.ndim)
    s = z - z.max(d, keepdims=True, initial=-np.inf)  # unchanged; exp cannot overflow
    return record(
        s - np.log(_total(np.exp(s), (d,) if z.ndim else (), True)),
        dict(z=input),
        z=lambda g, y: g - exp(y) * sum(g, d, keepdim=True),
    )
