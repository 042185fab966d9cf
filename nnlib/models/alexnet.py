"""AlexNet (Krizhevsky et al., 2012) and ZFNet (Zeiler and Fergus, 2014)."""

from __future__ import annotations

from ..nn import AdaptiveAvgPool2d, LocalResponseNorm, MaxPool2d, Module, ReLU, Sequential
from ..tensor import Tensor
from .blocks import dense
from .layers import Conv2d

__all__ = ["AlexNet", "ZFNet"]


def _response_norm() -> LocalResponseNorm:
    """Return the local response normalization of section 3.3; torch divides α by n."""
    return LocalResponseNorm(5, alpha=5 * 1e-4, beta=0.75, k=2)


class AlexNet(Module):
    """AlexNet with its two towers: five convolutions and three linear layers.

    In the paper, the channels are split between two GPUs, so the second, fourth and fifth
    convolutions have two groups. The paper mentions 60 million parameters; the exact number is
    60,965,224. The layers have nnlib's default initialization, not the initialization of
    section 5.

    Parameters
    ----------
    num_classes : int
        Number of classes C.
    dropout : float
        Probability of dropping an input of the first two linear layers.
    hidden : int
        Size of the hidden linear layers.

    Source: Krizhevsky et al. (2012), "ImageNet classification with deep convolutional neural
    networks", sections 3.3 to 3.5 and figure 2; chapter "LeNet, AlexNet and VGG".

    >>> from nnlib.models import count_parameters, counting
    >>> with counting():
    ...     model = AlexNet()
    >>> count_parameters(model)
    60965224
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5, *, hidden: int = 4096):
        super().__init__()
        self.features = Sequential(
            *(Conv2d(3, 96, 11, stride=4, padding=2), ReLU(), _response_norm()),
            MaxPool2d(3, 2),
            *(Conv2d(96, 256, 5, padding=2, groups=2), ReLU(), _response_norm()),
            MaxPool2d(3, 2),
            *(Conv2d(256, 384, 3, padding=1), ReLU()),
            *(Conv2d(384, 384, 3, padding=1, groups=2), ReLU()),
            *(Conv2d(384, 256, 3, padding=1, groups=2), ReLU()),
            MaxPool2d(3, 2),
        )
        self.avgpool = AdaptiveAvgPool2d((6, 6))  # does nothing for the paper's image size
        self.classifier = dense(256 * 6 * 6, hidden, num_classes, dropout)

    def forward(self, input: Tensor) -> Tensor:
        """Map images (N, 3, 224, 224) to logits (N, C); other sizes are possible."""
        return self.classifier(self.avgpool(self.features(input)).flatten(1))


class ZFNet(Module):
    """ZFNet: AlexNet with a smaller window and stride in the first layer, and without towers.

    The network follows figure 3 of the paper, with AlexNet's local response normalization. It
    has 62,357,608 parameters.

    Parameters
    ----------
    num_classes, dropout, hidden
        See ``AlexNet``.
    maps : tuple of int
        Number of channels of the last three convolutions; (512, 1024, 512) is the larger model
        in table 2 of the paper.

    Source: Zeiler and Fergus (2014), "Visualizing and understanding convolutional networks",
    figure 3 and section 4.1; chapter "LeNet, AlexNet and VGG".

    >>> from nnlib.models import count_parameters, counting
    >>> with counting():
    ...     model = ZFNet()
    >>> count_parameters(model)
    62357608
    """

    def __init__(
        self,
        num_classes: int = 1000,
        dropout: float = 0.5,
        *,
        hidden: int = 4096,
        maps: tuple[int, int, int] = (384, 384, 256),
    ):
        super().__init__()
        third, fourth, fifth = maps
        self.features = Sequential(
            *(Conv2d(3, 96, 7, stride=2, padding=1), ReLU()),
            *(MaxPool2d(3, 2, padding=1), _response_norm()),
            *(Conv2d(96, 256, 5, stride=2), ReLU()),
            *(MaxPool2d(3, 2, padding=1), _response_norm()),
            *(Conv2d(256, third, 3, padding=1), ReLU()),
            *(Conv2d(third, fourth, 3, padding=1), ReLU()),
            *(Conv2d(fourth, fifth, 3, padding=1), ReLU()),
            MaxPool2d(3, 2),
        )
        self.avgpool = AdaptiveAvgPool2d((6, 6))  # does nothing for the paper's image size
        self.classifier = dense(fifth * 6 * 6, hidden, num_classes, dropout)

    def forward(self, input: Tensor) -> Tensor:
        """Map images (N, 3, 224, 224) to logits (N, C); other sizes are possible."""
        return self.classifier(self.avgpool(self.features(input)).flatten(1))
