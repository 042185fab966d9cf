"""Padding layers, which apply ``functional.pad``."""

from __future__ import annotations

from collections.abc import Sequence

from ..tensor import Tensor
from . import functional as F
from .module import Module

__all__ = [
    *("CircularPad1d", "CircularPad2d", "CircularPad3d", "ConstantPad1d", "ConstantPad2d"),
    *("ConstantPad3d", "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d"),
    *("ReplicationPad1d", "ReplicationPad2d", "ReplicationPad3d", "ZeroPad1d", "ZeroPad2d"),
    "ZeroPad3d",
]


class _Pad(Module):
    """The base class of padding layers: one number for all sides, or two for each axis."""

    axes: int
    mode = "constant"

    def __init__(self, padding: int | Sequence[int]):
        super().__init__()
        sides = 2 * self.axes
        self.padding = (padding,) * sides if isinstance(padding, int) else tuple(padding)
        if len(self.padding) != sides:
            raise ValueError(
                f"{type(self).__name__}: expected padding of {sides} numbers, got {padding}"
            )

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, ...) to the same with longer last axes."""
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        """Return the padding as a text for printing."""
        return f"{self.padding}"


class CircularPad1d(_Pad):
    """Add what stands at the other end of the last axis."""

    axes, mode = 1, "circular"


class CircularPad2d(CircularPad1d):
    """Add what stands at the other end of the last two axes."""

    axes = 2


class CircularPad3d(CircularPad1d):
    """Add what stands at the other end of the last three axes."""

    axes = 3


class ReflectionPad1d(_Pad):
    """Add the mirror image, without the edge, along the last axis."""

    axes, mode = 1, "reflect"


class ReflectionPad2d(ReflectionPad1d):
    """Add the mirror image, without the edge, along the last two axes.

    >>> import nnlib
    >>> ReflectionPad2d((1, 0, 0, 0))(nnlib.tensor([[[[1.0, 2.0, 3.0]]]])).flatten()
    tensor([2., 1., 2., 3.])
    """

    axes = 2


class ReflectionPad3d(ReflectionPad1d):
    """Add the mirror image, without the edge, along the last three axes."""

    axes = 3


class ReplicationPad1d(_Pad):
    """Repeat the edge along the last axis."""

    axes, mode = 1, "replicate"


class ReplicationPad2d(ReplicationPad1d):
    """Repeat the edge along the last two axes."""

    axes = 2


class ReplicationPad3d(ReplicationPad1d):
    """Repeat the edge along the last three axes."""

    axes = 3


class ConstantPad1d(_Pad):
    """Add a given value along the last axis."""

    axes = 1

    def __init__(self, padding: int | Sequence[int], value: float):
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, ...) to the same with longer last axes."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        """Describe padding and value, for printing."""
        return f"padding={self.padding}, value={self.value}"


class ConstantPad2d(ConstantPad1d):
    """Add a given value along the last two axes.

    >>> ConstantPad2d(1, 0.5)
    ConstantPad2d(padding=(1, 1, 1, 1), value=0.5)
    """

    axes = 2


class ConstantPad3d(ConstantPad1d):
    """Add a given value along the last three axes."""

    axes = 3


class ZeroPad1d(_Pad):
    """Add zeros along the last axis."""

    axes = 1


class ZeroPad2d(ZeroPad1d):
    """Add zeros along the last two axes."""

    axes = 2


class ZeroPad3d(ZeroPad1d):
    """Add zeros along the last three axes."""

    axes = 3
