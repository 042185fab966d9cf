"""Activation functions as modules."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor
from . import functional as F
from .applied import Applied
from .module import Module, Parameter
from .parameter import factory_dtype

__all__ = [
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Maxout",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
]


class Activation(Applied):
    """Base class for activation modules, which apply a function of one tensor with options."""

    def forward(self, input: Tensor) -> Tensor:
        """Map an input of any shape to a result of the same shape."""
        return self._compute(input)

    def extra_repr(self) -> str:
        """Return a description of the options, for printing; show ``inplace`` only if True."""
        shown = self._option_values()
        if not shown.get("inplace", True):
            del shown["inplace"]
        return ", ".join(f"{name}={value!r}" for name, value in shown.items())


class InPlace(Activation):
    """Base class for activation modules whose only option is ``inplace``."""

    def __init__(self, inplace: bool = False):
        super().__init__(inplace=inplace)


class ReLU(InPlace):
    """Apply max(x, 0) to each element."""

    function = staticmethod(F.relu)


class ReLU6(InPlace):
    """Apply min(max(x, 0), 6) to each element."""

    function = staticmethod(F.relu6)


class LeakyReLU(Activation):
    """Multiply negative elements by a small slope."""

    function = staticmethod(F.leaky_relu)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False):
        super().__init__(negative_slope=negative_slope, inplace=inplace)


class PReLU(Module):
    """Multiply negative elements by a learned slope: one for all channels, or one per channel.

    Parameters
    ----------
    num_parameters : int
        1 for a shared slope, or the number of channels C.
    init : float
        Initial slope.
    dtype : dtype
        Dtype of the slopes. Default: ``get_default_dtype()``.

    Attributes
    ----------
    weight : (num_parameters,) float
        The slopes.

    Source: He et al. (2015), equation 1.

    >>> PReLU()(Tensor([-4.0, 4.0])).tolist()
    [-1.0, 4.0]
    """

    _printed = "num_parameters"

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ):
        super().__init__()
        if num_parameters < 1:
            raise RuntimeError(f"PReLU: expected num_parameters >= 1, got {num_parameters}")
        self.num_parameters, self.init = num_parameters, init
        dtype = factory_dtype("PReLU", device, dtype)
        self.weight = Parameter(np.full(num_parameters, init, dtype))

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, ...) to the same shape."""
        return F.prelu(input, self.weight)


class ELU(Activation):
    """Apply alpha (e^x - 1) to each negative element."""

    function = staticmethod(F.elu)

    def __init__(self, alpha: float = 1.0, inplace: bool = False):
        super().__init__(alpha=alpha, inplace=inplace)


class SELU(InPlace):
    """Apply ``functional.selu``, which is self-normalizing, to each element."""

    function = staticmethod(F.selu)


class Sigmoid(Activation):
    """Apply 1 / (1 + e^-x) to each element."""

    function = staticmethod(F.sigmoid)


class Tanh(Activation):
    """Apply tanh x to each element."""

    function = staticmethod(F.tanh)


class Softplus(Activation):
    """Apply log(1 + e^(beta x)) / beta to each element."""

    function = staticmethod(F.softplus)

    def __init__(self, beta: float = 1.0, threshold: float = 20.0):
        super().__init__(beta=beta, threshold=threshold)


class SiLU(InPlace):
    """Apply x σ(x) to each element."""

    function = staticmethod(F.silu)


class Mish(InPlace):
    """Apply x tanh(softplus(x)) to each element."""

    function = staticmethod(F.mish)


class GELU(Activation):
    """Apply x Φ(x), or its approximation with tanh, to each element."""

    function = staticmethod(F.gelu)

    def __init__(self, approximate: str = "none"):
        super().__init__(approximate=approximate)


class LogSigmoid(Activation):
    """Apply log σ(x) to each element."""

    function = staticmethod(F.logsigmoid)


class Hardtanh(Activation):
    """Limit each element to [min_val, max_val]."""

    function = staticmethod(F.hardtanh)

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False):
        super().__init__(min_val=min_val, max_val=max_val, inplace=inplace)
        if min_val >= max_val:
            raise ValueError(f"Hardtanh: expected min_val < max_val, got {min_val}, {max_val}")


class Hardsigmoid(InPlace):
    """Apply x/6 + 1/2, limited to [0, 1], to each element."""

    function = staticmethod(F.hardsigmoid)
    extra_repr = Module.extra_repr  # as in torch, options aren't printed


class Hardswish(InPlace):
    """Apply x hardsigmoid(x) to each element."""

    function = staticmethod(F.hardswish)
    extra_repr = Module.extra_repr  # as in torch, options aren't printed


class Softmax(Activation):
    """Turn scores along dim into probabilities."""

    function = staticmethod(F.softmax)

    def __init__(self, dim: int):
        super().__init__(dim=dim)


class LogSoftmax(Activation):
    """Turn scores along dim into logarithms of probabilities."""

    function = staticmethod(F.log_softmax)

    def __init__(self, dim: int):
        super().__init__(dim=dim)


class GLU(Activation):
    """Multiply the first half along dim by the sigmoid of the second half."""

    function = staticmethod(F.glu)

    def __init__(self, dim: int = -1):
        super().__init__(dim=dim)

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., 2 D, ...) to (..., D, ...)."""
        return self._compute(input)


class Maxout(Activation):
    """Take the maximum of each group of neighbours along dim; torch has no such layer.

    See ``functional.maxout``.

    >>> Maxout(2)(Tensor([[1.0, 5.0, 2.0, 3.0]]))
    tensor([[5., 3.]])
    """

    function = staticmethod(F.maxout)

    def __init__(self, pieces: int, dim: int = 1):
        super().__init__(pieces=pieces, dim=dim)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, D) to (N, D / pieces)."""
        return self._compute(input)
