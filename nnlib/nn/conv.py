"""Convolutional layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensor import Tensor
from . import functional as F
from .init import uniform_by_fan_in
from .module import Module, Parameter
from .parameter import factory_dtype

__all__ = ["Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d"]

PADDING_MODES = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "replicate",
    "circular": "circular",
}


def _tuple(value: Any, axes: int) -> tuple[int, ...]:
    """Return a tuple with one number per axis; a single number is repeated."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes


class _Convolution(Module):
    """Base class for convolutional layers: options, initial weights and printing."""

    axes = 2
    transposed = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        output_padding: Any,
        dilation: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ):
        super().__init__()
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = _tuple(kernel_size, self.axes)
        self.stride = _tuple(stride, self.axes)
        self.padding = padding if isinstance(padding, str) else _tuple(padding, self.axes)
        self.dilation = _tuple(dilation, self.axes)
        self.output_padding, self.padding_mode = _tuple(output_padding, self.axes), padding_mode
        self._check()
        ends = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        shape = (ends[0], ends[1] // groups, *self.kernel_size)
        if min(shape) < 0:
            what = "numbers of channels and kernel_size >= 0"
            raise RuntimeError(f"{type(self).__name__}: expected {what}, got weight {shape}")
        dtype = factory_dtype(type(self).__name__, device, dtype)
        self.weight = Parameter(np.empty(shape, dtype))
        self.register_parameter(
            "bias", Parameter(np.empty(out_channels, dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new random values for the weight and the bias."""
        uniform_by_fan_in(math.prod(self.weight.shape[1:]), *self.parameters())

    def _check(self) -> None:
        """Raise an error for invalid options."""
        name = type(self).__name__
        if not all(isinstance(k, (int, np.integer)) for k in self.kernel_size):
            raise TypeError(f"{name}: expected integers as kernel_size, got {self.kernel_size}")
        if self.groups < 1 or self.in_channels % self.groups or self.out_channels % self.groups:
            raise ValueError(
                f"{name}: expected groups to be positive and to divide in_channels "
                f"{self.in_channels} and out_channels {self.out_channels}, got {self.groups}"
            )
        if isinstance(self.padding, str) and (
            self.padding not in ("same", "valid")
            or (self.padding == "same" and set(self.stride) != {1})
        ):
            raise ValueError(
                f"{name}: expected padding to be integers, 'valid', or 'same' with stride 1, "
                f"got {self.padding!r} with stride {self.stride}"
            )
        modes = ["zeros"] if self.transposed else list(PADDING_MODES)
        if self.padding_mode not in modes:
            raise ValueError(
                f"{name}: expected padding_mode in {modes}, got {self.padding_mode!r}"
            )

    def _convolved(self, f: Any, input: Tensor) -> Tensor:
        """Return the convolution of the input, after padding it with ``padding_mode``."""
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._sides(), PADDING_MODES[self.padding_mode])
            padding = 0
        return f(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def _sides(self) -> tuple[int, ...]:
        """Return the padding before and after each axis, starting with the last axis."""
        sides = []
        for i in reversed(range(self.axes)):
            reach = self.dilation[i] * (self.kernel_size[i] - 1)
            if isinstance(self.padding, str):
                total = reach if self.padding == "same" else 0
                sides += [total // 2, total - total // 2]
            else:
                sides += [self.padding[i]] * 2
        return tuple(sides)

    def _spread(self, f: Any, input: Tensor, output_size: Any) -> Tensor:
        """Return the transposed convolution; ``output_size``, if given, sets its last axes."""
        more = self.output_padding
        if output_size is not None:
            more = self._output_padding(input, list(output_size)[-self.axes :])
        options = (self.stride, self.padding, more, self.groups, self.dilation)
        return f(input, self.weight, self.bias, *options)

    def _output_padding(self, input: Tensor, size: list[int]) -> tuple[int, ...]:
        """Return the output padding that results in an output of this size."""
        options = zip(self.stride, self.padding, self.dilation, self.kernel_size, strict=True)
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, (s, p, d, k) in zip(input.shape[-self.axes :], options, strict=True)
        ]
        most = [n + s - 1 for n, s in zip(least, self.stride, strict=True)]
        bounds = zip(least, size, most, strict=False)
        if len(size) != self.axes or not all(a <= n <= b for a, n, b in bounds):
            raise ValueError(
                f"{type(self).__name__}: expected output_size between {least} and {most}, "
                f"got {size}"
            )
        return tuple(n - m for n, m in zip(size, least, strict=True))

    def extra_repr(self) -> str:
        """Return a description for printing, with options that differ from their defaults."""
        out = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        out += f", stride={self.stride}"
        zero, one = (0,) * self.axes, (1,) * self.axes
        defaults = dict(padding=zero, dilation=one, output_padding=zero, groups=1)
        for name, default in defaults.items():
            if getattr(self, name) != default:
                out += f", {name}={getattr(self, name)}"
        if self.bias is None:
            out += ", bias=False"
        return (
            out if self.padding_mode == "zeros" else f"{out}, padding_mode={self.padding_mode}"
        )


class _Forward(_Convolution):
    """Base class for convolutions, with the same constructor as in torch."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ):
        shape = in_channels, out_channels, kernel_size, stride, padding, 0, dilation
        super().__init__(*shape, groups, bias, padding_mode, device, dtype)


class Conv2d(_Forward):
    r"""Convolution of images.

    .. math:: y_o = b_o + \sum_c w_{oc} \star x_c

    where :math:`\star` is the cross-correlation of an image with a kernel; see
    ``functional.conv2d``.

    Parameters
    ----------
    in_channels, out_channels : int
        Number C of channels of x, and number C_out of channels of y.
    kernel_size : int or pair of int
        Height and width of the kernels.
    stride, padding, dilation, groups
        See ``functional.conv2d``.
    bias : bool
        If True, add a bias b.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        Values of the padding; see ``functional.pad``.

    Raises
    ------
    ValueError
        If groups doesn't divide the numbers of channels, or padding or padding_mode is invalid.

    Attributes
    ----------
    weight : (C_out, C / groups, H_kernel, W_kernel) float
        w, drawn uniformly from [-1/√n, 1/√n] where n = C / groups · H_kernel · W_kernel.
    bias : (C_out,) float or None
        b, drawn from the same range.

    Source: Goodfellow et al. (2016), section 9.1; chapter "Convolution".

    >>> Conv2d(3, 8, 5, padding=2)(np.zeros((4, 3, 9, 7), np.float32)).shape
    (4, 8, 9, 7)
    """

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C_out, I, J), or one sample without the axis N."""
        return self._convolved(F.conv2d, input)


class Conv1d(_Forward):
    """Convolution of sequences (N, C, T); see ``Conv2d``.

    Raises ValueError if groups doesn't divide the numbers of channels, or padding or
    padding_mode is invalid.

    >>> Conv1d(3, 8, 5, padding=2)(np.zeros((4, 3, 9), np.float32)).shape
    (4, 8, 9)
    """

    axes = 1

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, T) to (N, C_out, I), or one sample without the axis N."""
        return self._convolved(F.conv1d, input)


class _Transposed(_Convolution):
    """Base class for transposed convolutions, with the same constructor as in torch."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ):
        shape = in_channels, out_channels, kernel_size, stride, padding, output_padding
        super().__init__(*shape, dilation, groups, bias, padding_mode, device, dtype)


class ConvTranspose2d(_Transposed):
    """Transposed convolution of images, which maps dL/dy to dL/dx of a ``Conv2d``.

    The arguments are the same as in ``Conv2d``, but padding can't be a string, and
    padding_mode must be "zeros"; ``functional.conv_transpose2d`` describes ``output_padding``.

    Raises
    ------
    ValueError
        If groups doesn't divide the numbers of channels, or padding_mode isn't "zeros".

    Attributes
    ----------
    weight : (C, C_out / groups, H_kernel, W_kernel) float
        w, drawn uniformly from [-1/√n, 1/√n] where n = C_out / groups · H_kernel · W_kernel.
    bias : (C_out,) float or None
        b, drawn from the same range.

    Source: Dumoulin and Visin (2016), chapter 4; chapter "Convolution".

    >>> ConvTranspose2d(8, 3, 2, stride=2)(np.zeros((4, 8, 9, 7), np.float32)).shape
    (4, 3, 18, 14)
    """

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """Map (N, C, I, J) to (N, C_out, H, W); output_size, if given, is (H, W)."""
        return self._spread(F.conv_transpose2d, input, output_size)


class ConvTranspose1d(_Transposed):
    """Transposed convolution of sequences; see ``ConvTranspose2d``.

    Raises ValueError if groups doesn't divide the numbers of channels, or padding_mode isn't
    "zeros".

    >>> ConvTranspose1d(8, 3, 2, stride=2)(np.zeros((4, 8, 9), np.float32)).shape
    (4, 3, 18)
    """

    axes = 1

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """Map (N, C, I) to (N, C_out, T); output_size, if given, is (T,)."""
        return self._spread(F.conv_transpose1d, input, output_size)
