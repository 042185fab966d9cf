"""Activation functions as layers."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F
from .module import Module

__all__ = ["LogSoftmax", "ReLU", "Sigmoid", "Softmax", "Softplus", "Tanh"]


class ReLU(Module):
    """Apply max(x, 0) to each element."""

    def forward(self, input: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return F.relu(input)


class Sigmoid(Module):
    """Apply 1 / (1 + e^-x) to each element."""

    def forward(self, input: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return F.sigmoid(input)


class Tanh(Module):
    """Apply tanh x to each element."""

    def forward(self, input: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return F.tanh(input)


class Softplus(Module):
    """Apply log(1 + e^(beta x)) / beta to each element."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """Describe the options, for printing."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Softmax(Module):
    """Turn scores along dim into probabilities."""

    def __init__(self, dim: int):
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Describe the options, for printing."""
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """Turn scores along dim into logarithms of probabilities."""

    def __init__(self, dim: int):
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return F.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Describe the options, for printing."""
        return f"dim={self.dim}"
