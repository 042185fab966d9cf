"""Elementwise operations, each with its gradient rule.

``compute`` and ``binary`` switch NumPy's warnings off: 1 / 0 is inf, as in torch.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import error_function, gamma_function
from ..error_function import SLOPE
from ..graph import record, titled
from ..quiet import silent
from ..tensor import Tensor
from .comparison import flat, to, where
from .promotion import (
    array,
    binary,
    common_dtype,
    compute,
    floating,
    floating_pair,
    pair,
    promote,
)
from .shape import call_as

# FUNCTIONS: only nnlib.f(x). METHODS: also x.f(). IN_PLACE: also x.f() and x.f_().
FUNCTIONS = "softplus"
METHODS = "logaddexp positive"
IN_PLACE = """
    abs absolute acos add addcdiv addcmul asin atan atan2 ceil cos cosh digamma div divide erf
    erfinv exp expm1 floor floor_divide lerp lgamma log log10 log1p log2 logit mul multiply neg
    negative pow reciprocal relu remainder round rsqrt sigmoid sign sin sinh sqrt square sub
    subtract tan tanh trunc xlogy
"""
__all__ = f"{FUNCTIONS} {METHODS} {IN_PLACE}".split()

LOG_2, LOG_10 = math.log(2), math.log(10)


def neg(input: Tensor) -> Tensor:
    """Negation: y = -x, so dL/dx = -dL/dy."""
    y = compute("neg", np.negative, array("neg", input))
    return record(y, dict(x=input), x=lambda g: -g)


def positive(input: Tensor) -> Tensor:
    """Copy: y = x, so dL/dx = dL/dy."""
    y = compute("positive", np.positive, array("positive", input))
    return record(y, dict(x=input), x=lambda g: g)


def add(input: Tensor, other: Tensor, *, alpha: float = 1) -> Tensor:
    """Sum: y = a + alpha b, so dL/da = dL/dy and dL/db = alpha dL/dy."""
    b = other if alpha == 1 else times("add", alpha, input, other)
    y = binary("add", np.add, input, b)
    return record(y, dict(a=input, b=b), a=lambda g: g, b=lambda g: g)


def sub(input: Tensor, other: Tensor, *, alpha: float = 1) -> Tensor:
    """Difference: y = a - alpha b, so dL/da = dL/dy and dL/db = -alpha dL/dy."""
    b = other if alpha == 1 else times("sub", alpha, input, other)
    y = binary("sub", np.subtract, input, b)
    name = None if isinstance(input, Tensor) else "sub.RsubBackward1"
    return record(y, dict(a=input, b=b), name=name, a=lambda g: g, b=lambda g: -g)


def times(name: str, alpha: float, input: Tensor, other: Tensor, key: str = "alpha") -> Tensor:
    """Return alpha b in the dtype of a + alpha b; errors name the operation and ``key``."""
    dtype = common_dtype(name, (input, other))
    if array(name, alpha).dtype.kind == "f" and dtype.kind != "f":
        raise RuntimeError(f"{name}: expected an integer {key} for {dtype}, got {alpha}")
    return mul(to(other, dtype), to(alpha, dtype))


def mul(input: Tensor, other: Tensor) -> Tensor:
    """Product: y = a b, so dL/da = dL/dy · b and dL/db = dL/dy · a."""
    return record(
        binary("mul", np.multiply, input, other),
        dict(a=input, b=other),
        a=lambda g, b: g * b,
        b=lambda g, a: g * a,
    )


def square(input: Tensor) -> Tensor:
    """Square: y = x², so dL/dx = dL/dy · 2x."""
    x = array("square", input)
    y = compute("square", np.multiply, x, x)
    return record(y, dict(x=input), x=lambda g, x: g * (2 * x))


def reciprocal(input: Tensor) -> Tensor:
    """Reciprocal: y = 1 / x, so dL/dx = -dL/dy · y²."""
    x = floating("reciprocal", input)
    return record(
        compute("reciprocal", np.reciprocal, x), dict(x=input), x=lambda g, y: -g * (y * y)
    )


def div(input: Tensor, other: Tensor, *, rounding_mode: str | None = None) -> Tensor:
    """Quotient: y = a / b, so dL/da = dL/dy / b and dL/db = -dL/dy · y / b.

    rounding_mode "floor" rounds y down, and "trunc" towards 0; the derivative is then 0.
    """
    if rounding_mode is None:
        return record(
            compute("div", np.divide, *floating_pair("div", input, other)),
            dict(a=input, b=other),
            a=lambda g, b: g / b,
            b=lambda g, y, b: -g * y / b,
        )
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            f"div: expected rounding_mode 'floor', 'trunc' or None, got {rounding_mode!r}"
        )
    f = np.floor_divide if rounding_mode == "floor" else _truncated
    return record(
        compute("div", f, *divisible("div", input, other)),
        dict(a=input, b=other),
        a=lambda g: flat(g),
        b=lambda g: flat(g),
    )


def _truncated(a: np.ndarray, b: Any) -> np.ndarray:
    """Return the quotient rounded towards 0, without rounding errors for integers."""
    if a.dtype.kind == "f":
        return np.trunc(a / b)
    return np.floor_divide(a - np.fmod(a, b), b)


def divisible(name: str, input: Tensor, other: Tensor) -> tuple[np.ndarray, Any]:
    """Return both operands in one dtype; reject booleans, and division of integers by 0."""
    a, b = pair(name, input, other)
    if a.dtype.kind == "b" or (a.dtype.kind != "f" and not np.all(b)):
        got = "booleans" if a.dtype.kind == "b" else "0"
        raise RuntimeError(f"{name}: expected floats, or nonzero integer divisors, got {got}")
    return a, b


def floor_divide(input: Tensor, other: Tensor) -> Tensor:
    """Quotient rounded down: y = ⌊a / b⌋, without a derivative."""
    return record(
        compute("floor_divide", np.floor_divide, *divisible("floor_divide", input, other)),
        dict(a=input, b=other),
    )


def remainder(input: Tensor, other: Tensor) -> Tensor:
    """Remainder with the sign of b: y = a - b q, q = ⌊a / b⌋.

    dL/da = dL/dy and dL/db = -q dL/dy.
    """
    return record(
        compute("remainder", np.remainder, *divisible("remainder", input, other)),
        dict(a=input, b=other),
        a=lambda g: g,
        b=lambda g, a, b: -g * div(a, b, rounding_mode="floor"),
    )


def sqrt(input: Tensor) -> Tensor:
    """Square root: y = √x, so dL/dx = dL/dy / (2y); the slope at 0 is inf."""
    x = floating("sqrt", input)
    return record(compute("sqrt", np.sqrt, x), dict(x=input), x=lambda g, y: g / (2 * y))


@silent
def rsqrt(input: Tensor) -> Tensor:
    """Reciprocal square root: y = 1 / √x, so dL/dx = -dL/dy · y³ / 2."""
    x = floating("rsqrt", input)
    return record(1 / np.sqrt(x), dict(x=input), x=lambda g, y: g * (y * y * y) * -0.5)


def pow(input: Tensor, exponent: Tensor) -> Tensor:
    """Power: y = a^b, so dL/da = dL/dy · b a^(b-1) and dL/db = dL/dy · y log a.

    For b = 0, dL/da is 0. At a = 0, dL/db is defined as 0 for b >= 0, which is its limit for
    b > 0. Negative integer powers of integers are rejected; torch allows them if b is a tensor.
    """
    a, b = pair("pow", input, exponent)
    if a.dtype.kind == "b" or (a.dtype.kind != "f" and np.any(array("pow", exponent) < 0)):
        got = "booleans" if a.dtype.kind == "b" else "integers to a negative power"
        raise RuntimeError(f"pow: expected floats, or exponents >= 0, got {got}")
    base = input if isinstance(input, Tensor) else a  # a Python number gets the dtype of b
    return record(
        compute("pow", _power, a, b),
        dict(a=base, b=exponent),
        name="pow.PowBackward1" if isinstance(exponent, Tensor) else None,
        a=_pow_slope,
        b=lambda g, y, a, b: g * where((a == 0) & (b >= 0), 0.0, y * log(to(a, y.dtype))),
    )


def _pow_slope(g: Any, a: Any, b: Any) -> Any:
    """Return dL/da of ``pow``; at b = 0, it is 0 even if a = 0, where 0 · a^-1 would be NaN."""
    if type(b) in (int, float):
        return g * b * pow(a, b + (b == 0) - 1)
    return where(b == 0, 0.0, g * (b * pow(a, b - 1)))


def _power(a: Any, b: Any) -> Any:
    """Return a ** b; cubes and fourth powers are computed as products, which is far faster."""
    if type(b) in (int, float):
        if b == 3:
            return a * a * a
        if b == 4:
            return np.square(a * a)
    return a**b


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """Sum with a scaled product: y = x + c a b, where c is ``value``."""
    product = call_as("addcmul", mul, tensor1, tensor2)
    y = call_as("addcmul", add, input, product, alpha=value)
    return titled(y, "AddcmulBackward0")


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """Sum with a scaled quotient: y = x + c a / b, where c is ``value``."""
    quotient = call_as("addcdiv", div, tensor1, tensor2)
    y = call_as("addcdiv", add, input, quotient, alpha=value)
    return titled(y, "AddcdivBackward0")


def lerp(input: Tensor, end: Tensor, weight: float | Tensor) -> Tensor:
    """Linear interpolation: y = a + w (b - a).

    dL/da = dL/dy (1 - w), dL/db = dL/dy · w and dL/dw = dL/dy (b - a).
    """
    return record(
        compute("lerp", _between, *promote("lerp", input, end, weight)),
        dict(a=input, b=end, w=weight),
        a=lambda g, w: g * (1 - w),
        b=lambda g, w: g * w,
        w=lambda g, a, b: g * (b - a),
    )


def _between(a: np.ndarray, b: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return a + w (b - a), computed so that it is exactly a at w = 0 and b at w = 1."""
    return np.where(np.abs(w) < 0.5, a + w * (b - a), b - (1 - w) * (b - a))


def exp(input: Tensor) -> Tensor:
    """Exponential: y = e^x, so dL/dx = dL/dy · y."""
    x = floating("exp", input)
    return record(compute("exp", np.exp, x), dict(x=input), x=lambda g, y: g * y)


def expm1(input: Tensor) -> Tensor:
    """Exponential minus 1: y = e^x - 1, so dL/dx = dL/dy (y + 1); accurate near 0."""
    x = floating("expm1", input)
    return record(compute("expm1", np.expm1, x), dict(x=input), x=lambda g, y: g * (y + 1))


def log(input: Tensor) -> Tensor:
    """Natural logarithm: y = log x, so dL/dx = dL/dy / x; y is -inf at x = 0."""
    x = floating("log", input)
    return record(compute("log", np.log, x), dict(x=input), x=lambda g, x: g / x)


def log2(input: Tensor) -> Tensor:
    """Logarithm to base 2: y = log x / log 2, so dL/dx = dL/dy / (x log 2)."""
    x = floating("log2", input)
    return record(compute("log2", np.log2, x), dict(x=input), x=lambda g, x: g / (x * LOG_2))


def log10(input: Tensor) -> Tensor:
    """Logarithm to base 10: y = log x / log 10, so dL/dx = dL/dy / (x log 10)."""
    x = floating("log10", input)
    return record(compute("log10", np.log10, x), dict(x=input), x=lambda g, x: g / (x * LOG_10))


def log1p(input: Tensor) -> Tensor:
    """Logarithm of 1 + x: y = log(1 + x), so dL/dx = dL/dy / (1 + x); accurate near 0."""
    x = floating("log1p", input)
    return record(compute("log1p", np.log1p, x), dict(x=input), x=lambda g, x: g / (x + 1))


def xlogy(input: Tensor, other: Tensor) -> Tensor:
    """Product of a and log b, which is 0 for a = 0 unless b is NaN.

    dL/da = dL/dy · log b, defined as 0 where a = 0 and b <= 0, and dL/db = dL/dy · a / b.
    """
    return record(
        compute("xlogy", _xlogy, *floating_pair("xlogy", input, other)),
        dict(a=input, b=other),
        a=lambda g, a, b: where((a == 0) & (b <= 0), 0.0, g * log(to(b, g.dtype))),
        b=lambda g, a, b: g * (a / b),
    )


def _xlogy(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a log b, which is 0 for a = 0 unless b is NaN."""
    is_zero = (a == 0) & ~np.isnan(b)
    return a * np.log(np.where(is_zero, a.dtype.type(1), b))


def logaddexp(input: Tensor, other: Tensor) -> Tensor:
    """Log of e^a + e^b: dL/da = dL/dy · sigmoid(a - b), dL/db = dL/dy · sigmoid(b - a)."""
    return record(
        compute("logaddexp", np.logaddexp, *floating_pair("logaddexp", input, other)),
        dict(a=input, b=other),
        a=lambda g, a, b: g * sigmoid(a - b),
        b=lambda g, a, b: g * sigmoid(b - a),
    )


def sigmoid(input: Tensor) -> Tensor:
    """Logistic function: y = 1 / (1 + e^-x), so dL/dx = dL/dy · y (1 - y)."""
    x = floating("sigmoid", input)
    e = np.exp(-np.abs(x))  # at most 1, so it can't overflow
    y = np.maximum(e, x >= 0) / (1 + e)  # 1 / (1 + e) for x >= 0, else e / (1 + e)
    return record(y, dict(x=input), x=lambda g, y: g * y * (1 - y))


@silent
def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """Inverse of sigmoid: y = log(x / (1 - x)), so dL/dx = dL/dy / (x (1 - x)).

    With eps, x is first clamped to [eps, 1 - eps], and dL/dx is 0 outside. Without eps, y and
    dL/dx are NaN outside [0, 1].
    """
    x = floating("logit", input)
    clamps = eps is not None and eps >= 0
    low, high, outside = (eps, 1 - eps, 0.0) if clamps else (0.0, 1.0, math.nan)
    p = np.clip(x, low, high) if clamps else x
    return record(
        np.log(p / (1 - p)),
        dict(x=input),
        x=lambda g, x: where((x < low) | (x > high), outside, g / (x * (1 - x))),
    )


@silent
def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Smooth rectifier: y = log(1 + e^(beta x)) / beta, so dL/dx = dL/dy · sigmoid(beta x).

    Where beta x > threshold, y = x, as in torch.
    """
    x = floating("softplus", input)
    z = beta * x
    soft = (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))) / beta  # e^-|z| can't overflow
    return record(
        np.where(z > threshold, x, soft),
        dict(x=input),
        x=lambda g, x: g * where(beta * x > threshold, 1.0, sigmoid(beta * x)),
    )


def sin(input: Tensor) -> Tensor:
    """Sine: y = sin x, so dL/dx = dL/dy · cos x."""
    x = floating("sin", input)
    return record(compute("sin", np.sin, x), dict(x=input), x=lambda g, x: g * cos(x))


def cos(input: Tensor) -> Tensor:
    """Cosine: y = cos x, so dL/dx = -dL/dy · sin x."""
    x = floating("cos", input)
    return record(compute("cos", np.cos, x), dict(x=input), x=lambda g, x: -g * sin(x))


def tan(input: Tensor) -> Tensor:
    """Tangent: y = tan x, so dL/dx = dL/dy (1 + y²)."""
    x = floating("tan", input)
    return record(compute("tan", np.tan, x), dict(x=input), x=lambda g, y: g * (1 + y * y))


def asin(input: Tensor) -> Tensor:
    """Inverse of sin: y = arcsin x, so dL/dx = dL/dy / √(1 - x²); NaN outside [-1, 1]."""
    x = floating("asin", input)
    return record(
        compute("asin", np.arcsin, x), dict(x=input), x=lambda g, x: g * rsqrt(1 - x * x)
    )


def acos(input: Tensor) -> Tensor:
    """Inverse of cos: y = arccos x, so dL/dx = -dL/dy / √(1 - x²); NaN outside [-1, 1]."""
    x = floating("acos", input)
    return record(
        compute("acos", np.arccos, x), dict(x=input), x=lambda g, x: -g * rsqrt(1 - x * x)
    )


def atan(input: Tensor) -> Tensor:
    """Inverse of tan: y = arctan x, so dL/dx = dL/dy / (1 + x²)."""
    x = floating("atan", input)
    return record(compute("atan", np.arctan, x), dict(x=input), x=lambda g, x: g / (1 + x * x))


def atan2(input: Tensor, other: Tensor) -> Tensor:
    """Angle of the point (b, a): dL/da = dL/dy · b/r², dL/db = -dL/dy · a/r², r² = a² + b²."""
    return record(
        compute("atan2", np.arctan2, *floating_pair("atan2", input, other)),
        dict(a=input, b=other),
        a=lambda g, a, b: g * _atan2_slope(a, b),
        b=lambda g, a, b: -g * _atan2_slope(b, a),
    )


def _atan2_slope(a: Any, b: Any) -> Any:
    """Return b / (a² + b²), the derivative of ``atan2`` with respect to a; 0 at the origin."""
    square_sum = a * a + b * b
    return where(square_sum == 0, 0.0, b / square_sum)


def sinh(input: Tensor) -> Tensor:
    """Hyperbolic sine: y = (e^x - e^-x) / 2, so dL/dx = dL/dy · cosh x."""
    x = floating("sinh", input)
    return record(compute("sinh", np.sinh, x), dict(x=input), x=lambda g, x: g * cosh(x))


def cosh(input: Tensor) -> Tensor:
    """Hyperbolic cosine: y = (e^x + e^-x) / 2, so dL/dx = dL/dy · sinh x."""
    x = floating("cosh", input)
    return record(compute("cosh", np.cosh, x), dict(x=input), x=lambda g, x: g * sinh(x))


def tanh(input: Tensor) -> Tensor:
    """Hyperbolic tangent: y = sinh x / cosh x, so dL/dx = dL/dy (1 - y²)."""
    x = floating("tanh", input)
    return record(compute("tanh", np.tanh, x), dict(x=input), x=lambda g, y: g * (1 - y * y))


def erf(input: Tensor) -> Tensor:
    """Error function: y = 2/√π ∫ e^-t² dt from 0 to x, so dL/dx = dL/dy · 2/√π e^-x²."""
    x = floating("erf", input)
    return record(
        error_function.erf(x), dict(x=input), x=lambda g, x: g * (SLOPE * exp(-x * x))
    )


def erfinv(input: Tensor) -> Tensor:
    """Inverse of erf: erf y = x, so dL/dx = dL/dy · √π/2 e^y²; NaN outside [-1, 1]."""
    x = floating("erfinv", input)
    return record(
        error_function.erfinv(x), dict(x=input), x=lambda g, y: g * (exp(y * y) / SLOPE)
    )


def lgamma(input: Tensor) -> Tensor:
    """Logarithm of the gamma function: y = log |Γ(x)|, so dL/dx = dL/dy · digamma(x)."""
    x = floating("lgamma", input)
    return record(gamma_function.lgamma(x), dict(x=input), x=lambda g, x: g * digamma(x))


def digamma(input: Tensor) -> Tensor:
    """Derivative of ``lgamma``; its own derivative can't be differentiated again."""
    x = floating("digamma", input)
    return record(gamma_function.digamma(x), dict(x=input), x=lambda g, x: g * _trigamma(x))


def _trigamma(input: Tensor) -> Tensor:
    """Return the derivative of ``digamma``; raise an error if it is differentiated."""

    def rule(g):
        raise RuntimeError("digamma: the second derivative is not available")

    y = gamma_function.trigamma(array("digamma", input))
    return record(y, dict(x=input), name="trigamma", x=rule)


# Functions with jumps, whose derivative is 0 between them, and functions with a corner


def sign(input: Tensor) -> Tensor:
    """Sign: y = -1, 0 or 1, so dL/dx = 0; y = 0 for NaN."""
    x = array("sign", input)
    y = np.subtract(x > 0, x < 0, dtype=np.int8).astype(x.dtype)
    return record(y, dict(x=input), x=lambda g: flat(g))


def floor(input: Tensor) -> Tensor:
    """Floor: y = ⌊x⌋, the largest integer that is at most x, so dL/dx = 0."""
    y = compute("floor", np.floor, array("floor", input))
    return record(y, dict(x=input), x=lambda g: flat(g))


def ceil(input: Tensor) -> Tensor:
    """Ceiling: y = ⌈x⌉, the smallest integer that is at least x, so dL/dx = 0."""
    y = compute("ceil", np.ceil, array("ceil", input))
    return record(y, dict(x=input), x=lambda g: flat(g))


def trunc(input: Tensor) -> Tensor:
    """Truncation: y is x rounded towards 0, so dL/dx = 0."""
    y = compute("trunc", np.trunc, array("trunc", input))
    return record(y, dict(x=input), x=lambda g: flat(g))


def round(input: Tensor, *, decimals: int = 0) -> Tensor:
    """Round to a number of decimals, with ties to the even digit; dL/dx = 0."""
    x = array("round", input)
    y = compute("round", np.round, x, decimals).astype(x.dtype, copy=False)
    return record(y, dict(x=input), x=lambda g: flat(g))


def abs(input: Tensor) -> Tensor:
    """Absolute value: y = |x|, so dL/dx = dL/dy · sign x, which is 0 at 0."""
    y = compute("abs", np.abs, array("abs", input))
    return record(y, dict(x=input), x=lambda g, x: g * sign(x))


def relu(input: Tensor) -> Tensor:
    """Rectifier: y = max(x, 0); dL/dx is 0 where x <= 0, and dL/dy elsewhere. NaN stays NaN."""
    return record(
        np.maximum(array("relu", input), 0), dict(x=input), x=lambda g, y: g * (y != 0)
    )


# PyTorch's other names for the same functions.
absolute, negative, multiply, subtract, divide = abs, neg, mul, sub, div
