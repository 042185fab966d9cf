"""Padding layers for images, which apply ``functional.pad``."""

from __future__ import annotations

from collections.abc import Sequence

from ..tensor import Tensor
from . import functional as F
from .module import Module

__all__ = ["ConstantPad2d", "ReflectionPad2d", "ReplicationPad2d", "ZeroPad2d"]


class _Pad2d(Module):
    """Base class for padding layers, with one number for all four sides or one per side."""

    mode = "constant"

    def __init__(self, padding: int | Sequence[int]):
        super().__init__()
        self.padding = (padding,) * 4 if isinstance(padding, int) else tuple(padding)
        if len(self.padding) != 4:
            raise ValueError(
                f"{type(self).__name__}: expected padding of 4 numbers, got {padding}"
            )

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, I, J)."""
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        """Return a description of the padding, for printing."""
        return f"{self.padding}"


class ReflectionPad2d(_Pad2d):
    """Pad the last two axes with a reflection, which doesn't repeat the edge.

    >>> import nnlib
    >>> ReflectionPad2d((1, 0, 0, 0))(nnlib.tensor([[[[1.0, 2.0, 3.0]]]])).flatten()
    tensor([2., 1., 2., 3.])
    """

    mode = "reflect"


class ReplicationPad2d(_Pad2d):
    """Pad the last two axes with repetitions of the edge."""

    mode = "replicate"


class ZeroPad2d(_Pad2d):
    """Pad the last two axes with zeros."""


class ConstantPad2d(_Pad2d):
    """Pad the last two axes with a given value.

    >>> ConstantPad2d(1, 0.5)
    ConstantPad2d(padding=(1, 1, 1, 1), value=0.5)
    """

    def __init__(self, padding: int | Sequence[int], value: float):
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, I, J)."""
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        """Return a description of padding and value, for printing."""
        return f"padding={self.padding}, value={self.value}"
