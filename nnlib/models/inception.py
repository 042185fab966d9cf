"""Inception-v4 (Szegedy et al., 2017): several kinds of blocks with parallel branches."""

from __future__ import annotations

from typing import Any

from ..nn import AdaptiveAvgPool2d, AvgPool2d, Dropout, MaxPool2d, Module, Sequential
from ..tensor import Tensor
from .blocks import Concat, ConvNorm
from .layers import Linear, he_normal

__all__ = ["InceptionV4"]

# Window sizes in the paper's figures, with the padding that preserves the image size.
SAME = {1: 0, 3: 1, (1, 3): (0, 1), (3, 1): (1, 0), (1, 7): (0, 3), (7, 1): (3, 0)}


def _chain(before: int, *steps: tuple[int, Any]) -> Sequential:
    """Return a chain of convolutions, each given as (channels, window), with "same" padding.

    If a step has a third entry, it is the stride, and there is no padding ("V" in the figures).
    """
    layers = []
    for maps, window, *stride in steps:
        at = dict(stride=stride[0]) if stride else dict(padding=SAME[window])
        layers.append(ConvNorm(before, maps, window, eps=1e-3, **at))
        before = maps
    return Sequential(*layers)


def _averaged(before: int, maps: int) -> Sequential:
    """Return the branch with 3x3 average pooling before a 1x1 convolution."""
    return Sequential(AvgPool2d(3, 1, 1, count_include_pad=False), *_chain(before, (maps, 1)))


def stem() -> Sequential:
    """Return the first layers, figure 3: (N, 3, 299, 299) becomes (N, 384, 35, 35)."""
    return Sequential(
        *_chain(3, (32, 3, 2), (32, 3, 1), (64, 3)),
        Concat(MaxPool2d(3, 2), _chain(64, (96, 3, 2))),
        Concat(
            _chain(160, (64, 1), (96, 3, 1)),
            _chain(160, (64, 1), (64, (7, 1)), (64, (1, 7)), (96, 3, 1)),
        ),
        Concat(_chain(192, (192, 3, 2)), MaxPool2d(3, 2)),
    )


def inception_a() -> Concat:
    """Return block A, figure 4, which preserves the shape (N, 384, 35, 35).

    >>> from nnlib import zeros
    >>> inception_a()(zeros(1, 384, 5, 5)).shape
    (1, 384, 5, 5)
    """
    return Concat(
        _averaged(384, 96),
        _chain(384, (96, 1)),
        _chain(384, (64, 1), (96, 3)),
        _chain(384, (64, 1), (96, 3), (96, 3)),
    )


def reduction_a() -> Concat:
    """Return reduction A, figure 7: (N, 384, 35, 35) becomes (N, 1024, 17, 17)."""
    return Concat(
        MaxPool2d(3, 2),
        _chain(384, (384, 3, 2)),
        _chain(384, (192, 1), (224, 3), (256, 3, 2)),
    )


def inception_b() -> Concat:
    """Return block B, figure 5, which preserves the shape (N, 1024, 17, 17)."""
    across, down = (1, 7), (7, 1)
    return Concat(
        _averaged(1024, 128),
        _chain(1024, (384, 1)),
        _chain(1024, (192, 1), (224, across), (256, down)),
        _chain(1024, (192, 1), (192, across), (224, down), (224, across), (256, down)),
    )


def reduction_b() -> Concat:
    """Return reduction B, figure 8: (N, 1024, 17, 17) becomes (N, 1536, 8, 8)."""
    return Concat(
        MaxPool2d(3, 2),
        _chain(1024, (192, 1), (192, 3, 2)),
        _chain(1024, (256, 1), (256, (1, 7)), (320, (7, 1)), (320, 3, 2)),
    )


def inception_c() -> Concat:
    """Return block C, figure 6, which preserves the shape (N, 1536, 8, 8)."""
    across, down = (1, 3), (3, 1)

    def split(before: int) -> Concat:
        return Concat(_chain(before, (256, across)), _chain(before, (256, down)))

    return Concat(
        _averaged(1536, 256),
        _chain(1536, (256, 1)),
        Sequential(*_chain(1536, (384, 1)), split(384)),
        Sequential(*_chain(1536, (384, 1), (448, across), (512, down)), split(512)),
    )


class InceptionV4(Module):
    """Inception-v4: a stem, 4 blocks A, 7 blocks B and 3 blocks C, with reductions in between.

    Batch normalization and ReLU follow every convolution. There are 42,679,816 parameters. The
    blocks with residuals in the paper belong to its other networks, Inception-ResNet.

    Parameters
    ----------
    num_classes : int
        Number of classes C.
    dropout : float
        Probability of dropping an input of the last layer. The 0.8 in the paper is the
        probability that an input remains.

    Source: Szegedy et al. (2017), "Inception-v4, Inception-ResNet and the impact of residual
    connections on learning", figures 3 to 9 and table 1; chapter "ResNet and modern CNNs".

    >>> from nnlib.models import count_parameters, counting
    >>> with counting():
    ...     model = InceptionV4()
    >>> count_parameters(model)
    42679816
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.2):
        super().__init__()
        self.stem = stem()
        self.a = Sequential(*(inception_a() for _ in range(4)))
        self.reduction_a = reduction_a()
        self.b = Sequential(*(inception_b() for _ in range(7)))
        self.reduction_b = reduction_b()
        self.c = Sequential(*(inception_c() for _ in range(3)))
        self.avgpool = AdaptiveAvgPool2d(1)
        self.dropout = Dropout(dropout)
        self.fc = Linear(1536, num_classes)
        he_normal(self)

    def forward(self, input: Tensor) -> Tensor:
        """Map images (N, 3, 299, 299), or any size from 75 pixels on, to logits (N, C)."""
        x = self.a(self.stem(input))
        x = self.b(self.reduction_a(x))
        x = self.c(self.reduction_b(x))
        return self.fc(self.dropout(self.avgpool(x).flatten(1)))
