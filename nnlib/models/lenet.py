"""LeNet-5 (LeCun et al., 1998), a network that recognises digits."""

from __future__ import annotations

import numpy as np

from .. import random
from ..creation import zeros
from ..nn import AvgPool2d, Conv2d, Linear, Module, Parameter, init
from ..nn import functional as F
from ..ops import cat, square, tanh
from ..tensor import Tensor, wrap

__all__ = ["LeNet5"]

# Table I: the channels of S2 to which each channel of C3 is connected.
INPUT_MAPS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)


def squash(input: Tensor) -> Tensor:
    """Return 1.7159 tanh(2x / 3), a tanh scaled to map ±1 to ±1: appendix A of the paper."""
    return 1.7159 * tanh(input * (2 / 3))


class PartialConv2d(Module):
    """A convolution in which each output channel uses only some of the input channels.

    Parameters
    ----------
    in_channels : int
        Number of input channels C.
    input_maps : tuple of tuple of int
        For each of the C_out output channels, the input channels that it uses.
    kernel_size : int
        Height and width of a kernel.

    Attributes
    ----------
    weight : (K, kernel_size, kernel_size) float
        One kernel for each of the K connections, in the order of ``input_maps``.
    bias : (C_out,) float
        One element for each output channel.

    Source: LeCun et al. (1998), table I.

    >>> from nnlib import zeros
    >>> PartialConv2d(3, ((0, 1), (2,)), 5)(zeros(4, 3, 7, 7)).shape
    (4, 2, 3, 3)
    """

    def __init__(
        self, in_channels: int, input_maps: tuple[tuple[int, ...], ...], kernel_size: int
    ):
        super().__init__()
        self.in_channels, self.kernel_size = in_channels, kernel_size
        self.input_maps = input_maps
        ends = [(to, source) for to, sources in enumerate(input_maps) for source in sources]
        # The kernel for each pair of channels; unconnected pairs use the last one, which is 0.
        self.kernel_of = np.full((len(input_maps), in_channels), len(ends))
        self.kernel_of[tuple(zip(*ends, strict=True))] = np.arange(len(ends))
        self.weight = Parameter(np.empty((len(ends), kernel_size, kernel_size), np.float32))
        self.bias = Parameter(np.empty(len(input_maps), np.float32))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw parameters uniformly between ±1/√k for k inputs per output, as in ``Conv2d``."""
        fan_in = np.array([self.kernel_size**2 * len(sources) for sources in self.input_maps])
        bounds = 1 / np.sqrt(fan_in)
        rng = random.generator(None)
        each = np.repeat(bounds, [len(sources) for sources in self.input_maps])[:, None, None]
        init.constant_(self.weight, rng.uniform(-each, each, self.weight.shape))
        init.constant_(self.bias, rng.uniform(-bounds, bounds))

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C_out, I, J)."""
        zero = zeros(1, self.kernel_size, self.kernel_size, dtype=self.weight.dtype)
        return F.conv2d(input, cat([self.weight, zero])[self.kernel_of], self.bias)

    def extra_repr(self) -> str:
        """Describe the options, for printing."""
        return f"{self.in_channels}, {len(self.input_maps)}, kernel_size={self.kernel_size}"


class SubSampling(Module):
    r"""Sums over 2 × 2 pixels, with a trainable weight and bias for each channel.

    .. math:: y_{n c i j} = w_c \sum_{u v} x_{n, c, 2i + u, 2j + v} + b_c

    Source: LeCun et al. (1998), section II.B, layer S2.

    >>> SubSampling(1)(Tensor([[[[1.0, 2.0], [3.0, 4.0]]]])).tolist()
    [[[[2.5]]]]
    """

    def __init__(self, channels: int):
        super().__init__()
        quarters = np.full((channels, 1, 1), 0.25, np.float32)  # initially, this computes means
        self.weight = Parameter(quarters)
        self.bias = Parameter(np.zeros((channels, 1, 1), np.float32))

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H/2, W/2)."""
        return F.avg_pool2d(input, 2) * 4 * self.weight + self.bias


class Distances(Module):
    r"""The negative squared distance of a vector from the centre of each class.

    .. math:: z_{nc} = -\sum_d (x_{nd} - \mu_{cd})^2

    Attributes
    ----------
    centres : (C, D) float
        Centres μ with random elements 1 or -1. They are a buffer, because they are not trained.

    Source: LeCun et al. (1998), equation 7; with a minus sign, so that the nearest class scores
    highest.

    >>> layer = Distances(84, 10)
    >>> layer(layer.centres).argmax(1).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """

    def __init__(self, in_features: int, num_classes: int):
        super().__init__()
        signs = random.generator(None).integers(0, 2, (num_classes, in_features)) * 2 - 1
        self.register_buffer("centres", wrap(signs.astype(np.float32)))

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, D) to (N, C)."""
        return -square(input[:, None] - self.centres).sum(2)


class LeNet5(Module):
    """LeNet-5: three convolutions (the first two sub-sampled), a linear layer and the output.

    The paper's network has 60,000 trainable parameters: C1 6·(25 + 1) = 156, S2 6·2 = 12, C3
    60·25 + 16 = 1516, S4 16·2 = 32, C5 120·(400 + 1) = 48,120, F6 84·(120 + 1) = 10,164. The
    output, the distances from fixed centres, has none. In the paper, the centres are small
    images of the characters. Here they are random, which the paper mentions as an alternative.

    Parameters
    ----------
    num_classes : int
        Number of classes C.
    full : bool
        If True, build the network that is usually called LeNet-5 today: C3 uses all channels
        (2416 parameters), sub-sampling is average pooling (no parameters), and the output is a
        linear layer (850 parameters). It has 61,706 parameters in total. Default: False.

    Raises
    ------
    ValueError
        If the images are not (N, 1, 32, 32).

    Source: LeCun et al. (1998), "Gradient-based learning applied to document recognition",
    section II.B and table I; chapter "LeNet, AlexNet and VGG".

    >>> from nnlib import zeros
    >>> from nnlib.models import count_parameters
    >>> count_parameters(LeNet5()), count_parameters(LeNet5(full=True))
    (60000, 61706)
    >>> LeNet5()(zeros(2, 1, 32, 32)).shape
    (2, 10)
    """

    def __init__(self, num_classes: int = 10, *, full: bool = False):
        super().__init__()
        self.c1 = Conv2d(1, 6, 5)
        self.s2 = AvgPool2d(2) if full else SubSampling(6)
        self.c3 = Conv2d(6, 16, 5) if full else PartialConv2d(6, INPUT_MAPS, 5)
        self.s4 = AvgPool2d(2) if full else SubSampling(16)
        self.c5 = Conv2d(16, 120, 5)
        self.f6 = Linear(120, 84)
        self.output = Linear(84, num_classes) if full else Distances(84, num_classes)

    def forward(self, input: Tensor) -> Tensor:
        """Map images (N, 1, 32, 32) to scores (N, C); the most likely class scores highest."""
        if input.shape[1:] != (1, 32, 32):
            raise ValueError(f"LeNet5: expected images (N, 1, 32, 32), got {input.shape}")
        x = input
        for layer in (self.c1, self.s2, self.c3, self.s4, self.c5):
            x = squash(layer(x))
        return self.output(squash(self.f6(x.flatten(1))))
