"""Linear layers, flatten and unflatten."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops import flatten, unflatten
from ..tensor import Tensor
from . import functional as F
from .init import uniform_by_fan_in
from .module import Module, Parameter
from .parameter import factory_dtype

__all__ = ["Flatten", "LazyLinear", "Linear", "Unflatten"]


class Flatten(Module):
    """Merge axes into one, by default all axes except the first.

    >>> Flatten()(np.zeros((5, 2, 3))).shape
    (5, 6)
    """

    _printed = "start_dim end_dim"

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, ...) to (N, D)."""
        return flatten(input, self.start_dim, self.end_dim)


class Unflatten(Module):
    """Split one axis into several.

    Parameters
    ----------
    dim : int
        Axis to split.
    unflattened_size : tuple of int
        Lengths of the new axes; one of them may be -1.

    >>> Unflatten(1, (2, 3))(np.zeros((5, 6))).shape
    (5, 2, 3)
    """

    _printed = "dim unflattened_size"

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]):
        super().__init__()
        sizes = unflattened_size
        if not isinstance(sizes, (tuple, list)) or not all(isinstance(n, int) for n in sizes):
            raise TypeError(f"Unflatten: expected a tuple of ints, got {sizes!r}")
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., D, ...) to (..., *unflattened_size, ...)."""
        return unflatten(input, self.dim, self.unflattened_size)


class Linear(Module):
    r"""Apply a linear map to the last axis, and add a bias.

    .. math:: y = x W^\top + b

    Parameters
    ----------
    in_features, out_features : int
        Sizes of the vectors x and y.
    bias : bool
        If True, add a bias b.
    dtype : dtype
        Dtype of weight and bias. Default: ``get_default_dtype()``.

    Attributes
    ----------
    weight : (out_features, in_features) float
        W, drawn uniformly from [-1/√in_features, 1/√in_features].
    bias : (out_features,) float or None
        b, drawn from the same range.

    Source: Goodfellow et al. (2016), section 6.1; chapter "Softmax regression".

    >>> layer = Linear(3, 2)
    >>> layer(Tensor(np.ones((5, 3), np.float32))).shape
    (5, 2)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ):
        super().__init__()
        _check_sizes("Linear", 0, in_features=in_features, out_features=out_features)
        dtype = factory_dtype("Linear", device, dtype)
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(np.empty((out_features, in_features), dtype))
        self.register_parameter(
            "bias", Parameter(np.empty(out_features, dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new random values for the weight and the bias."""
        uniform_by_fan_in(self.in_features, self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., in_features) to (..., out_features)."""
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class LazyLinear(Linear):
    """A ``Linear`` whose in_features are determined by its first input.

    The layer then becomes a ``Linear``, whose docstring describes the parameters. Until then,
    the weight is empty, and you can't load the state dict of a ``Linear``.

    >>> layer = LazyLinear(2)
    >>> layer(Tensor(np.ones((5, 3), np.float32))).shape, layer
    ((5, 2), Linear(in_features=3, out_features=2, bias=True))
    """

    def __init__(
        self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ):
        super().__init__(0, out_features, bias, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Create the weight, become a ``Linear``, and map the input."""
        self.in_features = input.shape[-1]
        shape = self.out_features, self.in_features
        self.weight.data = np.empty(shape, self.weight.dtype)
        self.__class__ = Linear
        self.reset_parameters()
        return self.forward(input)


def _check_sizes(name: str, least: int, **sizes: int) -> None:
    """Raise an error unless all sizes are integers of at least ``least``."""
    for option, n in sizes.items():
        if not isinstance(n, (int, np.integer)):
            raise TypeError(f"{name}: expected {option} to be an int, got {type(n).__name__}")
        if n < least:
            error = ValueError if least else RuntimeError
            raise error(f"{name}: expected {option} >= {least}, got {n}")
