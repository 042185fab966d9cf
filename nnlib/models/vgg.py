"""VGG (Simonyan and Zisserman, 2015): a deep stack of 3x3 convolutions."""

from __future__ import annotations

from typing import Any

from ..nn import AdaptiveAvgPool2d, Dropout, MaxPool2d, Module, ReLU, Sequential
from ..tensor import Tensor
from .layers import Conv2d, Linear, he_normal

__all__ = ["VGG", "vgg11", "vgg16"]

# Table 1, columns A and D: channels of the convolutions between two pooling layers.
CONFIGURATIONS = {
    11: ((64,), (128,), (256, 256), (512, 512), (512, 512)),
    16: ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3),
}


class VGG(Module):
    """VGG with 11 or 16 weight layers.

    The parameters have the same names as in torchvision, so you can load its weights. The
    kernels are initialized as in He et al. (2015). In the paper, the deeper networks start with
    layers of a trained shallow one.

    Parameters
    ----------
    depth : int
        11 (column A of the paper's table 1) or 16 (column D).
    num_classes : int
        Number of classes C.
    dropout : float
        Probability of dropping an output of the first two linear layers.
    hidden : int
        Size of the hidden linear layers.

    Source: Simonyan and Zisserman (2015), "Very deep convolutional networks for large-scale
    image recognition", table 1; chapter "LeNet, AlexNet and VGG".

    >>> from nnlib import zeros
    >>> VGG(11, 10, hidden=16)(zeros(2, 3, 64, 64)).shape
    (2, 10)
    """

    def __init__(
        self, depth: int, num_classes: int = 1000, dropout: float = 0.5, *, hidden: int = 4096
    ):
        super().__init__()
        if depth not in CONFIGURATIONS:
            raise ValueError(f"VGG: expected depth 11 or 16, got {depth!r}")
        layers, before = [], 3
        for maps in CONFIGURATIONS[depth]:
            for n in maps:
                layers += [Conv2d(before, n, 3, padding=1), ReLU()]
                before = n
            layers.append(MaxPool2d(2))
        self.features = Sequential(*layers)
        self.avgpool = AdaptiveAvgPool2d((7, 7))  # does nothing for the paper's image size
        self.classifier = Sequential(
            *(Linear(512 * 7 * 7, hidden), ReLU(), Dropout(dropout)),
            *(Linear(hidden, hidden), ReLU(), Dropout(dropout)),
            Linear(hidden, num_classes),
        )
        he_normal(self)

    def forward(self, input: Tensor) -> Tensor:
        """Map images (N, 3, 224, 224) to logits (N, C); other sizes are possible."""
        return self.classifier(self.avgpool(self.features(input)).flatten(1))


def vgg11(**options: Any) -> VGG:
    """Return VGG-11, column A, with 132,863,336 parameters; for the options, see ``VGG``."""
    return VGG(11, **options)


def vgg16(**options: Any) -> VGG:
    """Return VGG-16, column D, with 138,357,544 parameters; for the options, see ``VGG``."""
    return VGG(16, **options)
