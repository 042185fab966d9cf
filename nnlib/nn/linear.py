"""Layers that multiply by a matrix, and what brings their inputs into shape."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..ops import flatten
from ..random import generator
from ..tensor import Tensor
from . import functional as F
from .module import Module, Parameter

__all__ = ["Flatten", "Linear"]


class Linear(Module):
    r"""A linear layer.

    .. math:: y = x W^\top + b

    Parameters
    ----------
    in_features, out_features : int
        Length of the vectors x and y.
    bias : bool
        Whether there is a b.
    dtype : dtype
        Of weight and bias; float32 by default.

    Attributes
    ----------
    weight : (out_features, in_features) float
        W, drawn evenly from ±1/√in_features by ``nnlib.random``'s generator.
    bias : (out_features,) float or None
        b, drawn from the same range.

    Source: Goodfellow et al. (2016), section 6.1; chapter "The softmax classifier".

    >>> layer = Linear(3, 2)
    >>> layer(Tensor(np.ones((5, 3), np.float32))).shape
    (5, 2)
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, dtype: Any = np.float32
    ):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        bound = 1 / math.sqrt(in_features) if in_features else 0.0
        self.weight = _uniform((out_features, in_features), bound, dtype)
        self.register_parameter(
            "bias", _uniform((out_features,), bound, dtype) if bias else None
        )

    def forward(self, input: Tensor) -> Tensor:
        """Map (..., in_features) to (..., out_features)."""
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Describe the options, for printing."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Flatten(Module):
    """Join axes into one, by default all but the first.

    >>> Flatten()(np.zeros((5, 2, 3))).shape
    (5, 6)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, ...) to (N, D)."""
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Describe the options, for printing."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


def _uniform(shape: tuple[int, ...], bound: float, dtype: Any) -> Parameter:
    """A parameter drawn evenly from [-bound, bound)."""
    return Parameter(generator().uniform(-bound, bound, shape).astype(dtype))
