"""Operations that shorten axes, or run along one."""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any

import numpy as np

from ..graph import record
from ..tensor import Tensor, raw
from .elementwise import abs, div, exp, isnan, maximum, minimum, sign, sub, to, where
from .indexing import gather
from .promotion import array, floating, public_name
from .shape import at, axes_of, axis, cat, expand, flip, reshape, said, squeeze

__all__ = [
    "all",
    "amax",
    "amin",
    "aminmax",
    "any",
    "argmax",
    "argmin",
    "count_nonzero",
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "dist",
    "log_softmax",
    "logsumexp",
    "max",
    "mean",
    "median",
    "min",
    "nanmean",
    "nansum",
    "norm",
    "prod",
    "softmax",
    "std",
    "std_mean",
    "sum",
    "var",
    "var_mean",
]

# Which of these are methods of Tensor, and which of those have a form that works in place.
METHODS = """
    all amax amin aminmax any argmax argmin count_nonzero cummax cummin cumprod cumsum dist
    log_softmax logsumexp max mean median min nanmean nansum norm prod
    softmax std sum var
"""
IN_PLACE = """cumprod cumsum"""

Dim = int | tuple[int, ...] | None
Picked = namedtuple("Picked", "values indices")  # elements along an axis, where they stood
Bounds = namedtuple("Bounds", "min max")


def spread(g: Any, axes: tuple[int, ...], keepdim: bool, shape: tuple[int, ...]) -> Any:
    """The gradient g of a reduction, back over the axes it lost."""
    return expand(
        g if keepdim else g.reshape(tuple(1 if i in axes else n for i, n in enumerate(shape))),
        shape,
    )


def _summable(input: Tensor, dtype: Any) -> np.ndarray:
    """The array in the dtype asked for; by default, integers and truth values as int64."""
    x = array(input)
    default = x.dtype if x.dtype.kind == "f" else np.int64
    return x.astype(default if dtype is None else dtype, copy=False)


def _floats(input: Tensor) -> np.ndarray:
    """The array, which has to be floating."""
    x = array(input)
    if x.dtype.kind != "f":
        raise RuntimeError(f"{public_name()}: expected a floating-point dtype, got {x.dtype}")
    return x


# Sums and products


def sum(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Sum over dim; dL/dx = dL/dy, spread over the axes that were lost; 0 of nothing."""
    x = _summable(input, dtype)
    axes, shape = axes_of("sum", dim, x.ndim), x.shape
    y = _total(x, axes, keepdim)
    return record(y, dict(x=input), x=lambda g: spread(g, axes, keepdim, shape))


def _total(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> np.ndarray:
    """The sum over axes; over the first or the last of floats by BLAS, 2 to 7 times as fast."""
    if len(axes) == 1 and x.dtype.kind == "f" and x.size and axes[0] in (0, x.ndim - 1):
        d, one = axes[0], np.ones(x.shape[axes[0]], x.dtype)
        y = x.reshape(-1, len(one)) @ one if d else one @ x.reshape(len(one), -1)
        return y.reshape((*x.shape[:d], *(1,) * keepdim, *x.shape[d + 1 :]))
    return x.sum(axes, x.dtype, keepdims=keepdim)


def nansum(
    input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Sum over dim of what is not NaN, which gets dL/dy; NaN gets 0."""
    return said("nansum", sum, where(isnan(array(input)), 0, input), dim, keepdim, dtype=dtype)


def mean(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Mean over dim: dL/dx = dL/dy / n, spread over the axes that were lost; NaN of nothing."""
    x = _floats(input if dtype is None else to(input, dtype))
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
    n = said("nanmean", sum, ~np.isnan(_floats(input)), dim, keepdim)
    return div(nansum(input, dim, keepdim, dtype=dtype), where(n == 0, math.nan, n))


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
        x=lambda g, x: (  # those before each and those behind it
            spread(g, (d,), keepdim, shape)
            * _before(cumprod(x, d), d)
            * flip(_before(cumprod(flip(x, d), d), d), d)
        ),
    )


def _before(p: Any, d: int) -> Any:
    """Of running products along d, for each element that of those before it; 1 is the first."""
    one = np.ones((*p.shape[:d], 1, *p.shape[d + 1 :]), p.dtype)
    return cat([one, p], d)[at(d, slice(-1))]


def cumsum(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Sum of all up to each along dim; dL/dx is the sum of dL/dy from each to the end."""
    x = _summable(input, dtype)
    d = axis("cumsum", dim, x.ndim)
    return record(
        np.cumsum(x, d, x.dtype).reshape(x.shape),
        dict(x=input),
        x=lambda g: flip(cumsum(flip(g, d), d), d),
    )


def cumprod(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Product of all up to each along dim, p_i = x_i p_(i-1).

    Hence dL/dx_i = p_(i-1) s_i with s_i = dL/dp_i + x_(i+1) s_(i+1), which is right at 0 too.
    """
    x = _summable(input, dtype)
    d = axis("cumprod", dim, x.ndim)

    def rule(g, y, x):
        if not x.ndim:
            return g
        return _before(y, d) * _linked(g.swapaxes(0, d), x.swapaxes(0, d)).swapaxes(0, d)

    return record(np.cumprod(x, d, x.dtype).reshape(x.shape), dict(x=input), x=rule)


def _linked(g: Any, x: Any) -> Any:
    """Solve s_i = g_i + x_(i+1) s_(i+1) along the first axis, for all i at once.

    A link s_i = r_i + a_i s_(i+k) put into itself is one of twice the length: its r is
    r_i + a_i r_(i+k), its a is a_i a_(i+k). Links that lead past the end have s = r.
    """
    r, a, k = g, x[1:], 1
    while k < len(g):
        r = cat([r[:-k] + a * r[k:], r[-k:]])
        a, k = a[:-k] * a[k:], 2 * k
    return r


# Deviation and size


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
    x = _floats(input)
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
    v = said("std", var, input, dim, unbiased, keepdim, correction=correction)
    return record(
        np.sqrt(raw(v)), dict(v=v), v=lambda g, y: g / (2 * where(y == 0, math.inf, y))
    )


def var_mean(
    input: Tensor,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Both ``var`` and ``mean``."""
    return (
        said("var_mean", var, input, dim, unbiased, keepdim, correction=correction),
        mean(input, None if isinstance(dim, bool) else dim, keepdim),
    )


def std_mean(
    input: Tensor,
    dim: Dim | bool = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Both ``std`` and ``mean``."""
    return (
        said("std_mean", std, input, dim, unbiased, keepdim, correction=correction),
        mean(input, None if isinstance(dim, bool) else dim, keepdim),
    )


def norm(
    input: Tensor,
    p: float | str | None = "fro",
    dim: Dim = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Tensor:
    r"""Measure the size of vectors, along some axes.

    .. math:: y = \Big( \sum_i |x_i|^p \Big)^{1/p},
       \quad \frac{dL}{dx_i} = \frac{dL}{dy} \, \mathrm{sign}(x_i) \, (|x_i| / y)^{p-1}

    Parameters
    ----------
    input : (...) float
        The elements x.
    p : float or "fro"
        Which norm: inf is the largest \|x\|, -inf the smallest, 0 counts what is not 0;
        "fro" is 2.
    dim : int or tuple of int, optional
        The axes that are lost; by default all.
    keepdim : bool
        Keep those axes, with length 1.
    dtype : dtype, optional
        Convert to it first.

    Returns
    -------
    float
        The norm y; 0 of nothing. The derivative at x = 0 is taken as 0 (a subgradient);
        equal extremes share it.

    Raises
    ------
    RuntimeError
        If the input is not floating, or p is another word.
    IndexError
        If there is no axis dim.

    Source: Goodfellow et al. (2016), equation 2.30.

    >>> norm(np.array([3.0, -4.0])).item(), norm(np.array([3.0, -4.0]), 1).item()
    (5.0, 7.0)
    """
    p = 2 if p is None or p == "fro" else p
    if isinstance(p, str):
        raise RuntimeError(f"{public_name()}: expected p to be a number or 'fro', got {p!r}")
    x = _floats(input if dtype is None else to(input, dtype))
    axes, shape = axes_of("norm", dim, x.ndim), x.shape
    if p == 0:
        # Where x is 0, so is its sign; it stands for a 0 that remembers x.
        return sum(where(x != 0, 1.0, sign(input)), axes, keepdim, dtype=dtype)
    if math.isinf(p):
        return to((amax if p > 0 else amin)(abs(input), dim, keepdim), x.dtype)

    def rule(g, y, x):
        y = spread(where(y == 0, 1.0, y), axes, keepdim, shape)  # where y is 0, x is too
        return spread(g, axes, keepdim, shape) * (
            x / y if p == 2 else sign(x) * (where(x == 0, 1.0, abs(x)) / y) ** (p - 1)
        )

    y = (np.abs(x) ** p).sum(axes, keepdims=keepdim) ** (1 / p)
    return record(y, dict(x=input), x=rule)


def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """Distance: the p-norm of a - b."""
    return said("dist", norm, sub(input, other), p)


# Extremes and their places


def amax(input: Tensor, dim: Dim = (), keepdim: bool = False) -> Tensor:
    """Largest over dim; equal ones share dL/dy evenly."""
    return _extreme(np.amax, input, dim, keepdim)


def amin(input: Tensor, dim: Dim = (), keepdim: bool = False) -> Tensor:
    """Smallest over dim; equal ones share dL/dy evenly."""
    return _extreme(np.amin, input, dim, keepdim)


def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Bounds:
    """Both ``amin`` and ``amax``, as ``min`` and ``max``."""
    return Bounds(*(said("aminmax", f, input, dim, keepdim) for f in (amin, amax)))


def _extreme(f: Any, input: Tensor, dim: Dim, keepdim: bool) -> Tensor:
    """One of the elements over dim, chosen by f; those equal to it share dL/dy evenly."""
    x, axes = _filled(f.__name__, input, dim)
    shape = x.shape

    def rule(g, y, x):
        equal = (x == spread(y, axes, keepdim, shape)) | isnan(x)  # y is NaN if any x is
        return spread(g, axes, keepdim, shape) * equal / sum(equal, axes, keepdim=True)

    return record(f(x, axis=axes, keepdims=keepdim), dict(x=input), name=f.__name__, x=rule)


def _filled(name: str, input: Tensor, dim: Dim) -> tuple[np.ndarray, tuple[int, ...]]:
    """The array and the axes, unless the largest of nothing is asked for."""
    x = array(input)
    axes = axes_of(name, dim, x.ndim)
    if 0 in [x.shape[i] for i in axes]:
        raise (RuntimeError if dim in (None, ()) else IndexError)(
            f"{public_name()}: expected at least one element, got shape {x.shape}, dim {dim}"
        )
    return x, axes


def max(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
) -> Any:
    """Largest of all, of each slice along dim with its index, or of two tensors.

    Along dim, the first of equal ones takes dL/dy; else equal ones share it.
    """
    return _best("max", amax, argmax, maximum, input, dim, keepdim, other)


def min(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    other: Tensor | None = None,
) -> Any:
    """Smallest of all, of each slice along dim with its index, or of two tensors.

    Along dim, the first of equal ones takes dL/dy; else equal ones share it.
    """
    return _best("min", amin, argmin, minimum, input, dim, keepdim, other)


def _best(
    name: str,
    of_all: Any,
    place: Any,
    of_two: Any,
    input: Tensor,
    dim: Any,
    keepdim: bool,
    other: Any,
) -> Any:
    """The three meanings of ``max`` and ``min``."""
    if other is not None or not isinstance(dim, (int, np.integer, type(None))):
        return of_two(input, dim if other is None else other)
    if dim is None:
        return said(name, of_all, input)
    return _pick(said(name, place, input, dim, True), input, dim, keepdim)


def _pick(indices: Tensor, input: Tensor, dim: int, keepdim: bool) -> Picked:
    """The elements at indices along dim, and the indices."""
    picked = gather(input, dim, indices), indices
    return Picked(*(a if keepdim else squeeze(a, dim) for a in picked))


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the largest, the first of equal ones; over all, in the flattened array."""
    return _place(np.argmax, input, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the smallest, the first of equal ones; over all, in the flattened array."""
    return _place(np.argmin, input, dim, keepdim)


def _place(f: Any, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """Where the first element chosen by f stands."""
    x, _ = _filled(f.__name__, input, dim)
    return record(np.asarray(f(x, axis=dim, keepdims=keepdim)), dict(x=input))


def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """Middle of all, or of each slice along dim with its index; the lower of two, NaN if any.

    Along dim, the first of equal ones takes dL/dy; over all, equal ones share it.
    """
    if dim is None:
        return said("median", _extreme, _lower_median, input, None, False)
    return _pick(said("median", _place, _at_median, input, dim, True), input, dim, keepdim)


def _lower_median(x: np.ndarray, axis: Dim, keepdims: bool) -> np.ndarray:
    """The median that is one of the elements."""
    return np.quantile(x, 0.5, axis, method="lower", keepdims=keepdims)


def _at_median(x: np.ndarray, axis: int, keepdims: bool) -> np.ndarray:
    """Where the median stands first."""
    y = _lower_median(x, axis if x.ndim else (), True)
    return np.argmax((x == y) | np.isnan(x), axis, keepdims=keepdims)


def cummax(input: Tensor, dim: int) -> Picked:
    """Largest of all up to each along dim, with its index; the last of equal ones counts."""
    return _so_far("cummax", np.maximum, input, dim)


def cummin(input: Tensor, dim: int) -> Picked:
    """Smallest of all up to each along dim, with its index; the last of equal ones counts."""
    return _so_far("cummin", np.minimum, input, dim)


def _so_far(name: str, f: np.ufunc, input: Tensor, dim: int) -> Picked:
    """The extremes so far; an element that equals the one so far takes its place."""
    x, d = np.atleast_1d(array(input)), axis(name, dim, array(input).ndim)
    here = np.arange(x.shape[d]).reshape(-1, *(1,) * (x.ndim - d - 1))
    new = np.where((x == f.accumulate(x, d)) | np.isnan(x), here, 0)
    i = np.maximum.accumulate(new, d).reshape(array(input).shape)
    return _pick(record(i, dict(x=input)), input, d, True)


# Truth


def all(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Truth of all elements over dim; true of nothing."""
    return _truth(np.all, input, dim, keepdim)


def any(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Truth of at least one element over dim; false of nothing."""
    return _truth(np.any, input, dim, keepdim)


def _truth(f: Any, input: Tensor, dim: Dim, keepdim: bool) -> Tensor:
    """A truth value, or 0 or 1 for uint8; here dim=() names no axis, as in torch."""
    x = array(input)
    y = f(x, axis=() if dim == () else axes_of(f.__name__, dim, x.ndim), keepdims=keepdim)
    return record(y.astype(x.dtype if x.dtype == np.uint8 else bool), dict(x=input))


def count_nonzero(input: Tensor, dim: Dim = None) -> Tensor:
    """How many elements over dim are not 0."""
    return record(said("count_nonzero", sum, array(input) != 0, dim), dict(x=input))


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
