"""Elementwise activation functions.

With ``inplace=True``, a function overwrites its input with the result, and returns the input.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...graph import record, record_fused
from ...ops import clamp, erf, exp, reshape, sigmoid, softplus, tanh, where
from ...ops.promotion import array
from ...quiet import silent
from ...tensor import Tensor, raw
from .shared import floats, placed

__all__ = [
    "elu",
    "gelu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "logsigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "silu",
]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. (2017)


def _numeric(name: str, input: Any) -> np.ndarray:
    """Return the array of the input; raise RuntimeError if it is boolean, as in torch."""
    x = array(name, input)
    if x.dtype.kind == "b":
        raise RuntimeError(f"{name}: expected a numeric dtype, got bool")
    return x


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Rectified linear unit: y = max(x, 0), so dL/dx = dL/dy · [x > 0], which is 0 at x = 0."""
    _numeric("relu", input)
    return placed(input, ops.relu(input), inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Leaky ReLU: y = x for x > 0, else a x, so dL/dx is dL/dy for x > 0, else a dL/dy."""
    x = floats("leaky_relu", input)
    y = record(
        np.maximum(x, 0) + negative_slope * np.minimum(x, 0),
        dict(x=input),
        x=lambda g, x: g * _step(x, negative_slope),
    )
    return placed(input, y, inplace)


def _step(x: Any, low: Any) -> Any:
    """Return 1 where x > 0, and ``low`` elsewhere; this is faster than np.where."""
    high = (x > 0).astype(x.dtype)
    return high + low * (1 - high)


@silent
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Leaky ReLU with a learned slope w: one for all channels, or one per channel (axis 1).

    y = x for x > 0, else w x, so dL/dw = dL/dy · min(x, 0). For dL/dx, see ``leaky_relu``.
    """
    x, w = floats("prelu", input), raw(weight)
    C = x.shape[1] if x.ndim > 1 else 1
    if w.ndim > 1 or w.size not in (1, C):
        raise RuntimeError(f"prelu: expected weight (), (1,) or ({C},), got {w.shape}")
    if w.dtype != x.dtype:
        raise RuntimeError(f"prelu: expected weight of input's dtype {x.dtype}, got {w.dtype}")
    along = (1,) * x.ndim if w.size == 1 else (C,) + (1,) * (x.ndim - 2)
    slopes = reshape(weight, along)
    return record(
        np.maximum(x, 0) + raw(slopes) * np.minimum(x, 0),
        dict(x=input, w=slopes),
        x=lambda g, x, w: g * _step(x, w),
        w=lambda g, x: g * clamp(x, max=0),
    )


@silent
def _elu(
    name: str, input: Tensor, alpha: float, inplace: bool, scale: float = 1, rate: float = 1
) -> Tensor:
    """Return s x for x > 0, else s a (e^(r x) - 1), with scale s, alpha a and rate r."""
    x, a, s, r = floats(name, input), alpha, scale, rate

    def slope(g, x):
        return g * (s * _step(x, (a * r) * exp(where(x < 0, x, 0.0) * r)))

    low = np.minimum(x, 0)  # e^x could overflow for x > 0, so it isn't used there
    y = np.maximum(x, 0) * s + np.expm1(low * r) * (a * s)
    return placed(input, record(y, dict(x=input), name=name, x=slope), inplace)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Exponential linear unit: y = x for x > 0, else a (e^x - 1); the slope at 0 is a."""
    return _elu("elu", input, alpha, inplace)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Scaled ELU with factor 1.0507 and a = 1.6733, which preserves mean 0 and variance 1."""
    return _elu("selu", input, SELU_ALPHA, inplace, SELU_SCALE)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Sigmoid linear unit: y = x σ(x), so dL/dx = dL/dy · σ(x) (1 + x (1 - σ(x)))."""

    def slope(x, s):
        return s * (1 + x * (1 - s))

    return placed(input, _gated("silu", input, sigmoid, slope), inplace)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Mish: y = x t with t = tanh(softplus(x)); dL/dx = dL/dy (t + x σ(x) (1 - t²))."""

    def gate(x):
        return tanh(softplus(x))

    def slope(x, t):
        return t + x * sigmoid(x) * (1 - t * t)

    return placed(input, _gated("mish", input, gate, slope), inplace)


@silent
def _gated(name: str, input: Tensor, gate: Callable, slope: Callable) -> Tensor:
    """Return x p with p = gate(x); ``slope`` computes the derivative from x and p."""
    x = floats(name, input)
    p = gate(x)

    def backward(g, x, p):
        return dict(x=g * slope(x, p))

    def twice(g, x):
        return dict(x=g * slope(x, gate(x)))

    backward.__qualname__ = name
    return record_fused(x * p, dict(x=input), backward, keep=dict(p=p), twice=twice)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Gaussian error linear unit: y = x Φ(x), so dL/dx = dL/dy (Φ(x) + x φ(x)).

    Φ is the standard normal distribution function, and φ its density. For
    ``approximate="tanh"``, y = x (1 + tanh u) / 2 where u = √(2/π) (x + 0.044715 x³).
    """
    floats("gelu", input)
    if approximate == "tanh":
        cube = ops.mul(ops.mul(input, input), input)
        u = math.sqrt(2 / math.pi) * ops.add(input, cube, alpha=0.044715)
        return 0.5 * ops.mul(input, 1 + tanh(u))
    if approximate != "none":
        raise RuntimeError(f"gelu: expected approximate='none' or 'tanh', got {approximate!r}")

    def phi(x):
        return 0.5 + 0.5 * erf(x * 0.5**0.5)

    def slope(x, p):
        return p + x * exp(x * x * -0.5) * (2 * math.pi) ** -0.5

    return _gated("gelu", input, phi, slope)


def logsigmoid(input: Tensor) -> Tensor:
    """Logarithm of σ(x): y = -log(1 + e^-x), so dL/dx = dL/dy · σ(-x); y is -inf at -inf."""
    floats("logsigmoid", input)
    return ops.neg(softplus(ops.neg(input), threshold=math.inf))


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """Limit x to [min_val, max_val]; dL/dx = dL/dy inside, and 0 at the bounds and outside."""
    if min_val > max_val:
        raise ValueError(f"hardtanh: expected min_val <= max_val, got {min_val} and {max_val}")
    return placed(input, _limited("hardtanh", input, min_val, max_val), inplace)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """ReLU with an upper limit: y = min(max(x, 0), 6), so dL/dx = dL/dy · [0 < x < 6]."""
    return placed(input, _limited("relu6", input, 0.0, 6.0), inplace)


def _limited(name: str, input: Tensor, low: float, high: float) -> Tensor:
    """Return the clamped input; its derivative at the bounds is 0."""
    x = _numeric(name, input)
    return record(
        np.clip(x, low, high).astype(x.dtype, copy=False),
        dict(x=input),
        name=name,
        x=lambda g, x: g * ~((x <= low) | (x >= high)),
    )


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Piecewise linear σ: y = x/6 + 1/2 limited to [0, 1]; dL/dx = dL/dy / 6 for -3 < x < 3."""
    x = floats("hardsigmoid", input)
    y = record(
        np.clip(x + 3, 0, 6) / 6, dict(x=input), x=lambda g, x: g * ((x > -3) & (x < 3)) / 6
    )
    return placed(input, y, inplace)


@silent
def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Piecewise SiLU: y = x hardsigmoid(x); dL/dx = dL/dy (x/3 + 1/2) for -3 < x < 3."""
    x = floats("hardswish", input)
    y = record(
        x * (np.clip(x + 3, 0, 6) / 6),
        dict(x=input),
        x=lambda g, x: g * (((x > -3) & (x < 3)) * (clamp(x, -3, 3) / 3 + 0.5) + (x >= 3)),
    )
    return placed(input, y, inplace)
