"""Pooling layers."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from . import functional as F
from .module import Module

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "Fold",
    "MaxPool1d",
    "MaxPool2d",
    "Unfold",
]


class MaxPool1d(Module):
    """Apply ``functional.max_pool1d`` with these options.

    >>> MaxPool1d(2)
    MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    """

    _printed = "kernel_size stride padding dilation ceil_mode"

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Tensor) -> Any:
        """Map (N, C, T) to (N, C, I)."""
        return F.max_pool1d(input, *self._options())

    def _options(self) -> tuple:
        steps = self.kernel_size, self.stride, self.padding, self.dilation
        return (*steps, self.ceil_mode, self.return_indices)


class MaxPool2d(MaxPool1d):
    """Apply ``functional.max_pool2d`` with these options.

    >>> MaxPool2d(2)
    MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    """

    def forward(self, input: Tensor) -> Any:
        """Map (N, C, H, W) to (N, C, I, J)."""
        return F.max_pool2d(input, *self._options())


class AvgPool1d(Module):
    """Apply ``functional.avg_pool1d`` with these options.

    >>> AvgPool1d(2)
    AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))
    """

    _printed = "kernel_size stride padding"

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ):
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.kernel_size, self.stride, self.padding = (
            tuple(v) if isinstance(v, (tuple, list)) else (v,)
            for v in (kernel_size, stride, padding)
        )
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, T) to (N, C, I)."""
        options = self.kernel_size, self.stride, self.padding
        return F.avg_pool1d(input, *options, self.ceil_mode, self.count_include_pad)


class AvgPool2d(Module):
    """Apply ``functional.avg_pool2d`` with these options.

    >>> AvgPool2d(2)
    AvgPool2d(kernel_size=2, stride=2, padding=0)
    """

    _printed = "kernel_size stride padding"

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        super().__init__()
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, I, J)."""
        options = self.kernel_size, self.stride, self.padding, self.ceil_mode
        return F.avg_pool2d(input, *options, self.count_include_pad, self.divisor_override)


class AdaptiveAvgPool1d(Module):
    """Apply ``functional.adaptive_avg_pool1d`` with these options.

    >>> AdaptiveAvgPool1d(2)
    AdaptiveAvgPool1d(output_size=2)
    """

    _printed = "output_size"

    def __init__(self, output_size: Any):
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, T) to (N, C, I)."""
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(AdaptiveAvgPool1d):
    """Apply ``functional.adaptive_avg_pool2d`` with these options.

    >>> AdaptiveAvgPool2d((1, None))
    AdaptiveAvgPool2d(output_size=(1, None))
    """

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, I, J)."""
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveMaxPool2d(Module):
    """Apply ``functional.adaptive_max_pool2d`` with these options.

    >>> AdaptiveMaxPool2d(3)
    AdaptiveMaxPool2d(output_size=3)
    """

    _printed = "output_size"

    def __init__(self, output_size: Any, return_indices: bool = False):
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input: Tensor) -> Any:
        """Map (N, C, H, W) to (N, C, I, J)."""
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class Unfold(Module):
    """Apply ``functional.unfold`` with these options.

    >>> Unfold(2)
    Unfold(kernel_size=2, dilation=1, padding=0, stride=1)
    """

    _printed = "kernel_size dilation padding stride"

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1):
        super().__init__()
        self.kernel_size, self.dilation = kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C H_kernel W_kernel, I J)."""
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)


class Fold(Module):
    """Apply ``functional.fold`` with these options.

    >>> Fold(3, 2)
    Fold(output_size=3, kernel_size=2, dilation=1, padding=0, stride=1)
    """

    _printed = "output_size kernel_size dilation padding stride"

    def __init__(
        self,
        output_size: Any,
        kernel_size: Any,
        dilation: Any = 1,
        padding: Any = 0,
        stride: Any = 1,
    ):
        super().__init__()
        self.output_size, self.kernel_size, self.dilation = output_size, kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C H_kernel W_kernel, I J) to (N, C, H, W)."""
        options = self.kernel_size, self.dilation, self.padding, self.stride
        return F.fold(input, self.output_size, *options)
