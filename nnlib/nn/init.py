"""Initialization of parameters; functions ending in ``_`` fill a tensor in place and return it.

fan_in is the number of inputs that contribute to one output, and fan_out the number of outputs
that one input contributes to. For a weight (O, I, ...), fan_in is I and fan_out is O, each
times the product of the lengths of all axes after the first two.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..generator import generator as _rng
from ..ops import erf, erfinv
from ..tensor import Tensor, counter, raw

__all__ = [
    "calculate_gain",
    "constant_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "orthogonal_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]

GAINS = dict(sigmoid=1.0, tanh=5 / 3, relu=math.sqrt(2), selu=3 / 4)
GAINS |= {name: 1.0 for name in ("linear", "conv1d", "conv2d", "conv3d")}
GAINS |= {f"conv_transpose{n}d": 1.0 for n in (1, 2, 3)}


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with a constant value.

    >>> constant_(Tensor([0.0, 0.0]), 3)
    tensor([3., 3.])
    """
    return _fill("constant_", tensor, val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1."""
    return _fill("ones_", tensor, 1)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0."""
    return _fill("zeros_", tensor, 0)


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Draw uniformly from [a, b)."""
    if a > b:
        raise RuntimeError(f"uniform_: expected a <= b, got {a} and {b}")
    _check_float("uniform_", tensor)
    return constant_(tensor, _rng(generator, "uniform_").uniform(a, b, tensor.shape))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None
) -> Tensor:
    """Draw from the normal distribution with this mean and standard deviation."""
    if std < 0:
        raise RuntimeError(f"normal_: expected std >= 0, got {std}")
    _check_float("normal_", tensor)
    return constant_(tensor, _rng(generator, "normal_").normal(mean, std, tensor.shape))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Tensor:
    r"""Draw from the part of the normal distribution within [a, b].

    .. math:: x = \mu + \sigma \sqrt2\, \mathrm{erf}^{-1}(u), \quad u \text{ uniform in }
        [\mathrm{erf}\tfrac{a - \mu}{\sigma\sqrt2},\, \mathrm{erf}\tfrac{b - \mu}{\sigma\sqrt2}]

    >>> x = trunc_normal_(Tensor(np.zeros(1000)), a=0.5, b=1.0).numpy()
    >>> bool(0.5 <= x.min() and x.max() <= 1.0)
    True
    """
    if a > b or std <= 0:
        raise RuntimeError(f"trunc_normal_: expected a <= b and std > 0, got {a}, {b}, {std}")
    _check_float("trunc_normal_", tensor)
    ends = erf((np.array([a, b], np.float64) - mean) / (std * math.sqrt(2)))
    u = _rng(generator, "trunc_normal_").uniform(*ends, tensor.shape)
    return constant_(tensor, np.clip(mean + std * math.sqrt(2) * erfinv(u), a, b))


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor that compensates for how an activation changes the variance.

    >>> round(calculate_gain("relu") ** 2, 3)
    2.0
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"calculate_gain: expected param to be a number, got {slope!r}")
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity not in GAINS:
        names = ", ".join(sorted({*GAINS, "leaky_relu"}))
        raise ValueError(f"calculate_gain: expected one of {names}, got {nonlinearity!r}")
    return GAINS[nonlinearity]


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Draw uniformly from [-b, b] with b = gain √(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio (2010), equation 16; chapter "Weight initialisation".
    """
    bound = gain * math.sqrt(6 / sum(_fans("xavier_uniform_", tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Draw from the normal distribution with mean 0 and variance 2 gain² / (fan_in + fan_out).

    Source: Glorot and Bengio (2010), equation 12; chapter "Weight initialisation".
    """
    std = gain * math.sqrt(2 / sum(_fans("xavier_normal_", tensor)))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    r"""Draw uniformly from [-b, b] with b = gain √(3 / fan); a is leaky_relu's negative slope.

    The gain is ``calculate_gain(nonlinearity, a)``; ``mode`` selects fan_in or fan_out as fan.

    Source: He et al. (2015), equation 10; chapter "Weight initialisation".
    """
    std = _kaiming_std("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return uniform_(tensor, -math.sqrt(3) * std, math.sqrt(3) * std, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    r"""Draw from a normal distribution: mean 0, variance gain² / fan; see ``kaiming_uniform_``.

    Source: He et al. (2015), equations 10 and 14; chapter "Weight initialisation".
    """
    std = _kaiming_std("kaiming_normal_", tensor, a, mode, nonlinearity)
    return normal_(tensor, 0.0, std, generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Fill with orthogonal rows or columns, whichever are fewer, each of length gain.

    A tensor with more than two axes is treated as a matrix with tensor.shape[0] rows. The Q of
    a random QR decomposition is multiplied by the signs of R's diagonal, so that all orthogonal
    matrices are equally likely.

    Source: Saxe et al. (2014), section 3; chapter "Weight initialisation".

    >>> w = orthogonal_(Tensor(2, 5).double()).numpy()
    >>> bool(np.allclose(w @ w.T, np.eye(2)))
    True
    """
    _check_float("orthogonal_", tensor)
    if tensor.ndim < 2:
        raise ValueError(f"orthogonal_: expected at least 2 axes, got {tensor.shape}")
    if 0 in tensor.shape:
        return tensor
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    size = max(rows, columns), min(rows, columns)
    q, r = np.linalg.qr(_rng(generator, "orthogonal_").standard_normal(size))
    q *= np.sign(np.diag(r))
    q = q if rows >= columns else q.T
    return constant_(tensor, gain * q.reshape(tensor.shape))


def uniform_by_fan_in(fan_in: int, *parameters: Tensor | None) -> None:
    """Draw parameters uniformly from [-1/√fan_in, 1/√fan_in], as layers do by default."""
    bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
    for p in parameters:
        if p is not None:
            uniform_(p, -bound, bound)


def _kaiming_std(name: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    """Return the standard deviation that preserves the variance of activations or gradients."""
    _check_float(name, tensor)
    if 0 in tensor.shape:
        return 0.0
    fans = dict(zip(("fan_in", "fan_out"), _fans(name, tensor), strict=True))
    if mode not in fans:
        raise ValueError(f"{name}: expected mode 'fan_in' or 'fan_out', got {mode!r}")
    return calculate_gain(nonlinearity, a) / math.sqrt(fans[mode])


def _fans(name: str, tensor: Tensor) -> tuple[int, int]:
    """Return fan_in and fan_out of a weight (out, in, ...)."""
    _check_float(name, tensor)
    if tensor.ndim < 2:
        raise ValueError(f"{name}: expected at least 2 axes, got {tensor.shape}")
    return math.prod(tensor.shape[1:]), tensor.shape[0] * math.prod(tensor.shape[2:])


def _fill(name: str, tensor: Tensor, value: Any) -> Tensor:
    """Overwrite a tensor with a value or an array, and return the tensor."""
    if not hasattr(tensor, "shape"):
        raise _no_tensor(name, tensor)
    raw(tensor)[...] = value
    if isinstance(tensor, Tensor):
        counter(tensor)[0] += 1
    return tensor


def _check_float(name: str, tensor: Tensor) -> None:
    """Raise an error for a tensor of integers, which would truncate random numbers."""
    if not hasattr(tensor, "dtype"):
        raise _no_tensor(name, tensor)
    if tensor.dtype.kind != "f":
        raise RuntimeError(f"{name}: expected a floating-point tensor, got {tensor.dtype}")


def _no_tensor(name: str, x: Any) -> AttributeError:
    """Return an error for an argument that is not a tensor, such as a layer."""
    remedy = "; pass the weight or the bias of the layer" if hasattr(x, "parameters") else ""
    return AttributeError(f"{name}: expected a Tensor, got {type(x).__name__}{remedy}")
