"""FractalNet (Larsson et al., 2017): very deep, with short paths, without residuals."""

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
    r"""Columns of 1, 2, 4 ... convolutions side by side that meet in means.

    .. math:: f_1(z) = \mathrm{conv}(z), \quad
        f_{C+1}(z) = (f_C \circ f_C)(z) \oplus \mathrm{conv}(z)

    where conv is convolution, batch normalization, ReLU and dropout, and ⊕ joins: the mean
    of all columns that meet, so joins within joins are one.

    Parameters
    ----------
    columns : int
        C, the number of columns; the deepest has 2^(C-1) convolutions.
    in_channels, out_channels : int
        Maps of the input, and of all columns.
    dropout : float
        Chance of dropping an output of a convolution.
    drop_path : float
        Chance of dropping an input of a join while training; one always stays.

    Raises
    ------
    ValueError
        If there is no column.

    Source: Larsson et al. (2017), section 2 and figure 1; chapter "GoogLeNet to ResNeXt".

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
        """Map (N, C_in, H, W) to (N, C_out, H, W), by one column or by all."""
        return self._joined(self._ends(input, column))

    def _ends(self, z: Tensor, column: int | None) -> list[Tensor]:
        """Return the outputs of all columns, or of one, from the shallowest to the deepest."""
        if column == 0 or self.columns == 1:
            return [self.dropout(self.conv(z))]
        if column is not None:
            return self.second._ends(self.first(z, column - 1), column - 1)
        return [self.dropout(self.conv(z)), *self.second._ends(self.first(z), None)]

    def _joined(self, ends: list[Tensor]) -> Tensor:
        """Return the mean of the columns that local drop-path has not dropped."""
        if self.training and self.drop_path and len(ends) > 1:
            rng = random.generator(None)
            stay = rng.random(len(ends)) >= self.drop_path
            stay[rng.integers(len(ends))] |= not stay.any()
            ends = [end for end, stays in zip(ends, stay, strict=True) if stays]
        return functools.reduce(operator.add, ends) / len(ends)


class FractalNet(Module):
    """FractalNet for images of 32 times 32: fractal blocks, each followed by max pooling.

    While training, drop-path is local for half of the mini-batches (each join drops its
    inputs by chance) and global for the other half (one column alone, through all blocks).
    Afterwards all columns count. The paper's network of 20 layers has 3
    columns in 5 blocks; with convolutions without bias these are 33,724,618 parameters for
    10 classes. Kernels start as He et al. (2015) draw them.

    Parameters
    ----------
    num_classes : int
        Number of classes C.
    columns : int
        Columns of each block.
    channels : sequence of int
        Maps of each block.
    dropout : sequence of float
        Chance of dropping an output of a convolution, for each block.
    drop_path : float
        Chance of dropping an input of a join; 0 turns global drop-path off, too.

    Raises
    ------
    ValueError
        If channels and dropout differ in length, or drop_path is not in [0, 1).

    Source: Larsson et al. (2017), "FractalNet: ultra-deep neural networks without
    residuals", sections 3 and 4; chapter "GoogLeNet to ResNeXt".

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

        What is left of larger images is averaged.
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
