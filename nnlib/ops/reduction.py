"""Operations that shorten axes."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..graph import record
from ..tensor import Tensor, raw
from .elementwise import exp, mul, sub
from .elementwise import maximum as elementwise_maximum
from .elementwise import minimum as elementwise_minimum
from .indexing import gather
from .promotion import floating
from .shape import axes_of, axis, expand, squeeze

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "log_softmax",
    "logsumexp",
    "max",
    "mean",
    "min",
    "softmax",
    "std",
    "sum",
    "var",
]

Dim = int | tuple[int, ...] | None


def spread(g: Any, axes: tuple[int, ...], keepdim: bool, shape: tuple[int, ...]) -> Any:
    """The gradient g of a reduction, back over the axes it lost."""
    if not keepdim:
        g = g.reshape(tuple(1 if i in axes else n for i, n in enumerate(shape)))
    return expand(g, shape)


def sum(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Sum over dim; dL/dx = dL/dy, spread over the axes that were lost."""
    x = raw(input)
    axes, shape = axes_of("sum", dim, x.ndim), x.shape
    if dtype is None and x.dtype.kind != "f":
        dtype = np.int64
    return record(
        x.sum(axes, dtype=dtype, keepdims=keepdim),
        dict(x=input),
        x=lambda g: spread(g, axes, keepdim, shape),
    )


def mean(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Mean over dim: dL/dx = dL/dy / n, spread over the axes that were lost; NaN of nothing."""
    x = raw(input)
    if x.dtype.kind != "f":
        raise RuntimeError(f"mean: expected a floating-point dtype, got {x.dtype}")
    axes, shape = axes_of("mean", dim, x.ndim), x.shape
    n = math.prod(shape[i] for i in axes) or math.nan
    return record(
        x.sum(axes, keepdims=keepdim) / n,
        dict(x=input),
        x=lambda g: spread(g / n, axes, keepdim, shape),
    )


def var(
    input: Tensor, dim: Dim = None, *, correction: float = 1, keepdim: bool = False
) -> Tensor:
    """Variance over dim: sum (x - mean)² / (n - correction); NaN where n <= correction."""
    axes = axes_of("var", dim, raw(input).ndim)
    n = math.prod(raw(input).shape[i] for i in axes)
    d = sub(input, mean(input, axes, keepdim=True))
    return sum(mul(d, d), axes, keepdim) / (n - correction if n > correction else math.nan)


def std(
    input: Tensor, dim: Dim = None, *, correction: float = 1, keepdim: bool = False
) -> Tensor:
    """Standard deviation over dim, the root of ``var``; its slope at 0 is infinite."""
    return var(input, dim, correction=correction, keepdim=keepdim) ** 0.5


def amax(input: Tensor, dim: Dim = (), keepdim: bool = False) -> Tensor:
    """Largest over dim; equal ones share dL/dy evenly."""
    return _extreme(np.max, input, dim, keepdim)


def amin(input: Tensor, dim: Dim = (), keepdim: bool = False) -> Tensor:
    """Smallest over dim; equal ones share dL/dy evenly."""
    return _extreme(np.min, input, dim, keepdim)


def _extreme(f: Any, input: Tensor, dim: Dim, keepdim: bool) -> Tensor:
    x = raw(input)
    axes, shape = axes_of(f.__name__, dim, x.ndim), x.shape

    def rule(g, y, x):
        hit = x == spread(y, axes, keepdim, shape)
        return spread(g, axes, keepdim, shape) * hit / sum(hit, axes, keepdim=True)

    _check_elements(f.__name__, x)
    return record(f(x, axis=axes, keepdims=keepdim), dict(x=input), name=f.__name__, x=rule)


def _check_elements(name: str, x: np.ndarray) -> None:
    """Refuse the largest of nothing."""
    if x.size == 0:
        raise RuntimeError(f"{name}: expected at least one element, got shape {x.shape}")


class Extremum(NamedTuple):
    """What ``max`` and ``min`` along an axis return."""

    values: Tensor
    indices: Tensor


def max(input: Tensor, dim: int | Tensor | None = None, keepdim: bool = False) -> Any:
    """Largest of all, of each slice along dim with its index, or of two tensors.

    Along dim, the first of equal ones takes dL/dy; over all, equal ones share it.
    """
    if dim is None:
        return amax(input)
    if not isinstance(dim, (int, np.integer)):
        return elementwise_maximum(input, dim)
    return _pick(argmax(input, dim, keepdim=True), input, dim, keepdim)


def min(input: Tensor, dim: int | Tensor | None = None, keepdim: bool = False) -> Any:
    """Smallest of all, of each slice along dim with its index, or of two tensors.

    Along dim, the first of equal ones takes dL/dy; over all, equal ones share it.
    """
    if dim is None:
        return amin(input)
    if not isinstance(dim, (int, np.integer)):
        return elementwise_minimum(input, dim)
    return _pick(argmin(input, dim, keepdim=True), input, dim, keepdim)


def _pick(indices: Tensor, input: Tensor, dim: int, keepdim: bool) -> Extremum:
    """The elements at indices along dim, and the indices."""
    values = gather(input, dim, indices)
    if keepdim:
        return Extremum(values, indices)
    return Extremum(squeeze(values, dim), squeeze(indices, dim))


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the largest, the first of equal ones."""
    return _arg(np.argmax, input, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index of the smallest, the first of equal ones."""
    return _arg(np.argmin, input, dim, keepdim)


def _arg(f: Any, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """Where the extreme stands along dim, or in the flattened array."""
    x = raw(input)
    _check_elements(f.__name__, x)
    if dim is not None:
        axis(f.__name__, dim, x.ndim)
    return record(np.asarray(f(x, axis=dim, keepdims=keepdim)), dict(x=input))


def all(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Truth of all elements over dim."""
    return record(np.all(raw(input), axis=dim, keepdims=keepdim), dict(x=input))


def any(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Truth of at least one element over dim."""
    return record(np.any(raw(input), axis=dim, keepdims=keepdim), dict(x=input))


def logsumexp(input: Tensor, dim: Dim, keepdim: bool = False) -> Tensor:
    """Log of the sum of e^x over dim: dL/dx = dL/dy · softmax x; nothing overflows."""
    x = floating(input)
    axes, shape = axes_of("logsumexp", dim, x.ndim), x.shape
    y = x.max(axes, keepdims=True, initial=-np.inf) if x.size else np.float32(0)
    y = np.where(np.isfinite(y), y, 0).astype(x.dtype)  # any shift cancels
    y = np.log(np.exp(x - y).sum(axes, keepdims=True)) + y
    return record(
        y if keepdim else y.squeeze(axes),
        dict(x=input),
        x=lambda g, y, x: (
            spread(g, axes, keepdim, shape) * exp(x - spread(y, axes, keepdim, shape))
        ),
    )


def softmax(input: Tensor, dim: int) -> Tensor:
    r"""Turn scores along an axis into probabilities.

    .. math:: p_i = e^{z_i} / \sum_j e^{z_j}

    Parameters
    ----------
    input : (...) float
        Scores z; integers become float32.
    dim : int
        The axis of the classes.

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
    z = floating(input)
    d = axis("softmax", dim, z.ndim) if z.ndim else None
    e = np.exp(z - z.max(d, keepdims=True, initial=-np.inf))  # unchanged; cannot overflow
    p = e / e.sum(d, keepdims=True)
    return record(p, dict(z=input), z=lambda g, y: y * (g - sum(g * y, d, keepdim=True)))


def log_softmax(input: Tensor, dim: int) -> Tensor:
    r"""Turn scores along an axis into logarithms of probabilities.

    .. math:: \log p_i = z_i - \log \sum_j e^{z_j}

    Parameters
    ----------
    input : (...) float
        Scores z; integers become float32.
    dim : int
        The axis of the classes.

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
    z = floating(input)
    d = axis("log_softmax", dim, z.ndim) if z.ndim else None
    s = z - z.max(d, keepdims=True, initial=-np.inf)  # unchanged; exp cannot overflow
    log_p = s - np.log(np.exp(s).sum(d, keepdims=True))
    return record(log_p, dict(z=input), z=lambda g, y: g - exp(y) * sum(g, d, keepdim=True))
