"""FractalNet (Larsson et al., 2017): very deep, with short paths but no residuals."""

from __future__ import annotations

import functools
import operator

from .. import random
from ..nn import Dropout, MaxPool2d, Module, ModuleList
from ..tensor import Tensor
from .blocks import ConvNorm
from .layers import Linear, he_normal

__all__ = ["Fractal", "FractalNet"]


class Fractal(Module):
    r"""Parallel columns of 1, 2, 4, ... convolutions that are joined by means.

    .. math:: f_1(z) = \mathrm{conv}(z), \quad
        f_{C+1}(z) = (f_C \circ f_C)(z) \oplus \mathrm{conv}(z)

    where conv is convolution, batch normalization, ReLU and dropout, and ⊕ is a join, the mean
    of all columns that end there. Nested joins count as a single join.

    Parameters
    ----------
    columns : int
        Number C of columns. The deepest column has 2^(C-1) convolutions.
    in_channels, out_channels : int
        Channels of the input, and of the output of each column.
    dropout : float
        Probability of dropping an output of a convolution.
    drop_path : float
        Probability of dropping an input of a join during training. At least one input always
        remains.

    Raises
    ------
    ValueError
        If there is no column.

    Source: Larsson et al. (2017), section 2 and figure 1; chapter "ResNet and modern CNNs".

    >>> from nnlib import zeros
    >>> Fractal(3, 3, 8)(zeros(2, 3, 5, 5)).shape
    (2, 8, 5, 5)
    """

    def __init__(
        self,
        columns: int,
        in_channels: int,
        out_channels: int,
        dropout: float = 0.0,
        drop_path: float = 0.0,
    ):
        super().__init__()
        if columns < 1:
            raise ValueError(f"Fractal: expected columns > 0, got {columns}")
        self.columns, self.drop_path = columns, drop_path
        self.conv = ConvNorm(in_channels, out_channels, 3, padding=1)
        self.dropout = Dropout(dropout)
        if columns > 1:
            options = out_channels, dropout, drop_path
            self.first = Fractal(columns - 1, in_channels, *options)
            self.second = Fractal(columns - 1, out_channels, *options)

    def forward(self, input: Tensor, column: int | None = None) -> Tensor:
        """Map (N, C_in, H, W) to (N, C_out, H, W), with one column or with all columns."""
        return self._joined(self._ends(input, column))

    def _ends(self, z: Tensor, column: int | None) -> list[Tensor]:
        """Return the outputs of all columns, or of one, from the shallowest to the deepest."""
        if column == 0 or self.columns == 1:
            return [self.dropout(self.conv(z))]
        if column is not None:
            return self.second._ends(self.first(z, column - 1), column - 1)
        return [self.dropout(self.conv(z)), *self.second._ends(self.first(z), None)]

    def _joined(self, ends: list[Tensor]) -> Tensor:
        """Return the mean of the columns that remain after local drop-path."""
        if self.training and self.drop_path and len(ends) > 1:
            rng = random.generator(None)
            stay = rng.random(len(ends)) >= self.drop_path
            stay[rng.integers(len(ends))] |= not stay.any()
            ends = [end for end, stays in zip(ends, stay, strict=True) if stays]
        return functools.reduce(operator.add, ends) / len(ends)


class FractalNet(Module):
    """FractalNet for images of 32 times 32: fractal blocks, each followed by max pooling.

    During training, each mini-batch randomly uses local drop-path (each join drops some of its
    inputs) or global drop-path (a single column through all blocks), with equal probability.
    Afterwards the network uses all columns. The 20-layer network in the paper has 5 blocks of
    3 columns. Since the convolutions have no bias, it has 33,724,618 parameters for 10 classes.
    Kernels are initialized as in He et al. (2015).

    Parameters
    ----------
    num_classes : int
        Number of classes C.
    columns : int
        Number of columns in each block.
    channels : sequence of int
        Number of channels of each block.
    dropout : sequence of float
        Probability of dropping an output of a convolution, for each block.
    drop_path : float
        Probability of dropping an input of a join. 0 also turns off global drop-path.

    Raises
    ------
    ValueError
        If channels and dropout differ in length, or drop_path is not in [0, 1).

    Source: Larsson et al. (2017), "FractalNet: ultra-deep neural networks without
    residuals", sections 3 and 4; chapter "ResNet and modern CNNs".

    >>> from nnlib.models import count_parameters, counting
    >>> with counting():
    ...     model = FractalNet()
    >>> count_parameters(model)
    33724618
    """

    def __init__(
        self,
        num_classes: int = 10,
        columns: int = 3,
        channels: tuple[int, ...] = (64, 128, 256, 512, 512),
        dropout: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4),
        drop_path: float = 0.15,
    ):
        super().__init__()
        if len(channels) != len(dropout):
            raise ValueError(
                "FractalNet: expected channels and dropout of one length, "
                f"got {channels} and {dropout}"
            )
        if not 0 <= drop_path < 1:
            raise ValueError(f"FractalNet: expected drop_path in [0, 1), got {drop_path}")
        self.columns, self.drop_path = columns, drop_path
        ends = zip((3, *channels), channels, dropout, strict=False)
        self.blocks = ModuleList(
            [Fractal(columns, before, n, p, drop_path) for before, n, p in ends]
        )
        self.pool = MaxPool2d(2)
        self.fc = Linear(channels[-1], num_classes)
        he_normal(self, "fan_in")

    def forward(self, input: Tensor) -> Tensor:
        """Map images (N, 3, 32, 32) to logits (N, C); each block halves height and width.

        For larger images, the mean over the remaining pixels is taken.
        """
        x, column = input, self._column()
        for block in self.blocks:
            x = self.pool(block(x, column))
        return self.fc(x.mean((2, 3)))

    def _column(self) -> int | None:
        """Return the only column to use (global drop-path), or None to use all."""
        rng = random.generator(None)
        if not self.training or self.drop_path == 0 or rng.random() < 0.5:
            return None
        return int(rng.integers(self.columns))
