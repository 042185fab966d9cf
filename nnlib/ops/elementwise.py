"""Operations on each element: the value, and the rule of its derivative beside it.

NumPy's warnings about overflow and division by 0 are left on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import record
from ..tensor import Tensor, raw
from .promotion import broadcast, floating, pair

__all__ = [
    "abs",
    "add",
    "clamp",
    "div",
    "eq",
    "exp",
    "ge",
    "gt",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "log",
    "logical_and",
    "logical_not",
    "logical_or",
    "lt",
    "maximum",
    "minimum",
    "mul",
    "ne",
    "neg",
    "pow",
    "relu",
    "sigmoid",
    "sign",
    "softplus",
    "sqrt",
    "square",
    "sub",
    "tanh",
    "to",
    "where",
]


def add(input: Tensor, other: Tensor, *, alpha: float = 1) -> Tensor:
    """Sum: y = a + alpha b, so dL/da = dL/dy and dL/db = alpha dL/dy."""
    if alpha != 1:
        other = mul(other, alpha)
    y = broadcast(np.add, *pair(input, other))
    return record(y, dict(a=input, b=other), a=lambda g: g, b=lambda g: g)


def sub(input: Tensor, other: Tensor, *, alpha: float = 1) -> Tensor:
    """Difference: y = a - alpha b, so dL/da = dL/dy and dL/db = -alpha dL/dy."""
    if alpha != 1:
        other = mul(other, alpha)
    y = broadcast(np.subtract, *pair(input, other))
    return record(y, dict(a=input, b=other), a=lambda g: g, b=lambda g: -g)


def mul(input: Tensor, other: Tensor) -> Tensor:
    """Product: y = a b, so dL/da = dL/dy · b and dL/db = dL/dy · a."""
    y = broadcast(np.multiply, *pair(input, other))
    return record(y, dict(a=input, b=other), a=lambda g, b: g * b, b=lambda g, a: g * a)


def div(input: Tensor, other: Tensor) -> Tensor:
    """Quotient: y = a / b, so dL/da = dL/dy / b and dL/db = -dL/dy · y / b."""
    a, b = pair(input, other)
    if type(a) is np.ndarray and a.dtype.kind != "f":
        a, b = floating(a), floating(b)
    y = broadcast(np.divide, a, b)
    return record(y, dict(a=input, b=other), a=lambda g, b: g / b, b=lambda g, y, b: -g * y / b)


def pow(input: Tensor, exponent: Tensor) -> Tensor:
    """Power: y = a^b, so dL/da = dL/dy · b a^(b-1), 0 for b = 0, and dL/db = dL/dy · y log a.

    At a = 0 the derivative by b is taken as 0 for b >= 0, its limit for b > 0.
    """
    a, b = pair(input, exponent)
    y = np.square(a) if type(b) in (int, float) and b == 2 else broadcast(np.power, a, b)
    base = input if isinstance(input, Tensor) else a  # a number gets the dtype of b
    return record(
        y,
        dict(a=base, b=exponent),
        a=lambda g, a, b: g * b * a ** (b + (b == 0) - 1),  # at b = 0: 0 a^0, not 0 a^-1
        b=lambda g, y, a, b: g * y * log(where((a == 0) & (b >= 0), 1.0, a)),
    )


def neg(input: Tensor) -> Tensor:
    """Sign reversed: y = -x, so dL/dx = -dL/dy."""
    return record(np.negative(raw(input)), dict(x=input), x=lambda g: -g)


def exp(input: Tensor) -> Tensor:
    """Exponential: y = e^x, so dL/dx = dL/dy · y."""
    return record(np.exp(floating(input)), dict(x=input), x=lambda g, y: g * y)


def log(input: Tensor) -> Tensor:
    """Natural logarithm: y = log x, so dL/dx = dL/dy / x; -inf at 0."""
    return record(np.log(floating(input)), dict(x=input), x=lambda g, x: g / x)


def sqrt(input: Tensor) -> Tensor:
    """Square root: y = √x, so dL/dx = dL/dy / (2y); the slope at 0 is inf."""
    return record(np.sqrt(floating(input)), dict(x=input), x=lambda g, y: g / (2 * y))


def square(input: Tensor) -> Tensor:
    """Square: y = x², so dL/dx = dL/dy · 2x."""
    return record(np.square(raw(input)), dict(x=input), x=lambda g, x: g * (2 * x))


def abs(input: Tensor) -> Tensor:
    """Absolute value: y = |x|, so dL/dx = dL/dy · sign x, which is 0 at 0."""
    return record(np.abs(raw(input)), dict(x=input), x=lambda g, x: g * sign(x))


def sign(input: Tensor) -> Tensor:
    """Sign: y = -1, 0 or 1, so dL/dx = 0."""
    return record(np.sign(raw(input)), dict(x=input), x=lambda g: where(False, g, 0.0))


def tanh(input: Tensor) -> Tensor:
    """Hyperbolic tangent: y = tanh x, so dL/dx = dL/dy (1 - y²)."""
    return record(np.tanh(floating(input)), dict(x=input), x=lambda g, y: g * (1 - y * y))


def sigmoid(input: Tensor) -> Tensor:
    """Logistic function: y = 1 / (1 + e^-x), so dL/dx = dL/dy · y (1 - y)."""
    x = floating(input)
    y = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))  # times e^x/e^x for x < 0
    return record(y, dict(x=input), x=lambda g, y: g * y * (1 - y))


def relu(input: Tensor) -> Tensor:
    """Rectifier: y = max(x, 0), so dL/dx = dL/dy · [x > 0], which is 0 at 0."""
    return record(np.maximum(raw(input), 0), dict(x=input), x=lambda g, y: g * (y > 0))


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Smooth rectifier: y = log(1 + e^(beta x)) / beta, so dL/dx = dL/dy · sigmoid(beta x).

    Where beta x > threshold, y = x, as in torch.
    """
    x = floating(input)
    z = beta * x
    soft = (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))) / beta  # e^z cannot overflow
    return record(
        np.where(z > threshold, x, soft),
        dict(x=input),
        x=lambda g, x: g * where(beta * x > threshold, 1.0, sigmoid(beta * x)),
    )


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Larger of two: dL/dy goes to the larger one; equal ones get half each."""
    y = broadcast(np.maximum, *pair(input, other))
    return record(
        y,
        dict(a=input, b=other),
        a=lambda g, a, b: (g * (a > b) + g * (a >= b)) * 0.5,
        b=lambda g, a, b: (g * (b > a) + g * (b >= a)) * 0.5,
    )


def minimum(input: Tensor, other: Tensor) -> Tensor:
    """Smaller of two: dL/dy goes to the smaller one; equal ones get half each."""
    y = broadcast(np.minimum, *pair(input, other))
    return record(
        y,
        dict(a=input, b=other),
        a=lambda g, a, b: (g * (a < b) + g * (a <= b)) * 0.5,
        b=lambda g, a, b: (g * (b < a) + g * (b <= a)) * 0.5,
    )


def where(condition: Tensor, input: Tensor, other: Tensor) -> Tensor:
    """Choice: y = a where the condition holds, else b; dL/dy goes to the one chosen."""
    a, b = pair(input, other)
    c = raw(condition)
    try:
        y = np.where(c, a, b)
    except ValueError:
        shapes = np.shape(c), np.shape(a), np.shape(b)
        raise RuntimeError(f"where: expected shapes that broadcast, got {shapes}") from None
    return record(
        y,
        dict(c=condition, a=input, b=other),
        a=lambda g, c: where(c, g, 0.0),
        b=lambda g, c: where(c, 0.0, g),
    )


def clamp(input: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Limit to [min, max]: dL/dx = dL/dy where min <= x <= max, else 0."""
    if min is None and max is None:
        raise ValueError("clamp: expected min or max, got neither")
    lo, hi = -np.inf if min is None else min, np.inf if max is None else max
    x = raw(input)
    return record(
        np.clip(x, lo, hi).astype(x.dtype, copy=False),
        dict(x=input),
        x=lambda g, x: g * ((x >= lo) & (x <= hi)),
    )


def _compare(f: np.ufunc, input: Any, other: Any) -> Tensor:
    """A truth value for each pair; it has no derivative."""
    return record(broadcast(f, *pair(input, other)), dict(a=input, b=other))


def eq(input: Tensor, other: Tensor) -> Tensor:
    """Truth of a = b for each pair."""
    return _compare(np.equal, input, other)


def ne(input: Tensor, other: Tensor) -> Tensor:
    """Truth of a != b for each pair."""
    return _compare(np.not_equal, input, other)


def lt(input: Tensor, other: Tensor) -> Tensor:
    """Truth of a < b for each pair."""
    return _compare(np.less, input, other)


def le(input: Tensor, other: Tensor) -> Tensor:
    """Truth of a <= b for each pair."""
    return _compare(np.less_equal, input, other)


def gt(input: Tensor, other: Tensor) -> Tensor:
    """Truth of a > b for each pair."""
    return _compare(np.greater, input, other)


def ge(input: Tensor, other: Tensor) -> Tensor:
    """Truth of a >= b for each pair."""
    return _compare(np.greater_equal, input, other)


def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Truth of both."""
    return _compare(np.logical_and, input, other)


def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Truth of at least one."""
    return _compare(np.logical_or, input, other)


def logical_not(input: Tensor) -> Tensor:
    """Truth reversed."""
    return record(np.logical_not(raw(input)), dict(x=input))


def isnan(input: Tensor) -> Tensor:
    """Truth of being NaN."""
    return record(np.isnan(raw(input)), dict(x=input))


def isinf(input: Tensor) -> Tensor:
    """Truth of being infinite."""
    return record(np.isinf(raw(input)), dict(x=input))


def isfinite(input: Tensor) -> Tensor:
    """Truth of being neither infinite nor NaN."""
    return record(np.isfinite(raw(input)), dict(x=input))


def to(input: Tensor, dtype: Any) -> Tensor:
    """Another dtype, and dL/dx in the old one again; the same tensor if nothing changes."""
    if isinstance(dtype, str) and dtype == "cpu":
        return input
    dtype = np.dtype(dtype)
    if raw(input).dtype == dtype:
        return input
    return record(raw(input).astype(dtype), dict(x=input), x=lambda g: g)
