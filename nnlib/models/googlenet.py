"""GoogLeNet (Szegedy et al., 2015): parallel branches with windows of several sizes."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..nn import Dropout, LocalResponseNorm, MaxPool2d, Module, ReLU, Sequential
from ..nn import functional as F
from ..tensor import Tensor
from .blocks import Concat
from .layers import Conv2d, Linear, he_normal

__all__ = ["GoogLeNet", "Inception"]

# Table 1: input channels, 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool proj.
TABLE = {
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}


class GoogLeNetOutputs(NamedTuple):
    """The outputs of GoogLeNet during training: the logits of all three classifiers."""

    logits: Tensor
    aux_logits2: Tensor
    aux_logits1: Tensor


def conv(in_channels: int, out_channels: int, kernel_size: int, **options: Any) -> Sequential:
    """Return a convolution followed by ReLU."""
    return Sequential(Conv2d(in_channels, out_channels, kernel_size, **options), ReLU())


class Inception(Concat):
    """The inception module: branches with windows of width 1, 3 and 5, and max pooling.

    Parameters
    ----------
    in_channels : int
        Channels of the input.
    ch1x1, ch3x3, ch5x5, pool_proj : int
        Output channels of the four branches.
    ch3x3red, ch5x5red : int
        Output channels of the 1x1 convolutions before the larger windows.

    Source: Szegedy et al. (2015), figure 2(b); chapter "Efficient networks
    and vision transformers".

    >>> from nnlib import zeros
    >>> Inception(192, 64, 96, 128, 16, 32, 32)(zeros(1, 192, 7, 7)).shape
    (1, 256, 7, 7)
    """

    def __init__(
        self,
        in_channels: int,
        ch1x1: int,
        ch3x3red: int,
        ch3x3: int,
        ch5x5red: int,
        ch5x5: int,
        pool_proj: int,
    ):
        super().__init__(
            conv(in_channels, ch1x1, 1),
            Sequential(conv(in_channels, ch3x3red, 1), conv(ch3x3red, ch3x3, 3, padding=1)),
            Sequential(conv(in_channels, ch5x5red, 1), conv(ch5x5red, ch5x5, 5, padding=2)),
            Sequential(MaxPool2d(3, 1, 1), conv(in_channels, pool_proj, 1)),
        )


class Auxiliary(Module):
    """An auxiliary classifier in the middle of the network; see section 5 of the paper.

    The paper's pooling layer outputs 4 × 4 pixels for images of 224 pixels. For other sizes,
    adaptive pooling changes the output to 4 × 4.
    """

    def __init__(self, in_channels: int, num_classes: int, dropout: float):
        super().__init__()
        self.conv = Conv2d(in_channels, 128, 1)
        self.fc1 = Linear(128 * 4 * 4, 1024)
        self.fc2 = Linear(1024, num_classes)
        self.dropout = Dropout(dropout)

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, C_in, 14, 14) to logits (N, C); other sizes are possible."""
        x = F.adaptive_avg_pool2d(F.avg_pool2d(input, 5, 3), 4)
        x = F.relu(self.conv(x)).flatten(1)
        return self.fc2(self.dropout(F.relu(self.fc1(x))))


class GoogLeNet(Module):
    """GoogLeNet with 22 layers, and with its two auxiliary heads during training.

    This is the version in the paper. In contrast, torchvision's version has 3x3 instead of 5x5
    windows, and batch normalization. The paper's version has 6,998,552 parameters without the
    heads and 13,378,280 with them. The paper does not specify the constants of the local
    response normalization, so we use Caffe's: n = 5, k = 1, α = 1e-4, β = 0.75. Kernels are
    initialized as in He et al. (2015).

    Parameters
    ----------
    num_classes : int
        Number of classes C.
    aux_logits : bool
        Whether the network has the auxiliary heads. Their losses have weight 0.3 in the paper.
    dropout, dropout_aux : float
        Probability of dropping an input of the last layer, in the main part and in the heads.

    Source: Szegedy et al. (2015), "Going deeper with convolutions", table 1, figure 3 and
    section 5; chapter "Efficient networks and vision transformers".

    >>> from nnlib.models import count_parameters, counting
    >>> with counting():
    ...     model = GoogLeNet(aux_logits=False)
    >>> count_parameters(model)
    6998552
    """

    def __init__(
        self,
        num_classes: int = 1000,
        aux_logits: bool = True,
        dropout: float = 0.4,
        dropout_aux: float = 0.7,
    ):
        super().__init__()
        self.conv1 = conv(3, 64, 7, stride=2, padding=3)
        self.conv2 = conv(64, 64, 1)
        self.conv3 = conv(64, 192, 3, padding=1)
        self.pool = MaxPool2d(3, 2, ceil_mode=True)
        self.norm = LocalResponseNorm(5)
        for name, maps in TABLE.items():
            self.add_module(f"inception{name}", Inception(*maps))
        for name, maps in (("aux1", 512), ("aux2", 528)):
            head = Auxiliary(maps, num_classes, dropout_aux) if aux_logits else None
            self.add_module(name, head)
        self.dropout = Dropout(dropout)
        self.fc = Linear(1024, num_classes)
        he_normal(self)

    def forward(self, input: Tensor) -> Tensor | GoogLeNetOutputs:
        """Map images (N, 3, 224, 224) to logits (N, C); in training mode, return all logits.

        Other image sizes are possible, but the heads need at least 79 pixels.
        """
        x = self.norm(self.pool(self.conv1(input)))
        x = self.pool(self.norm(self.conv3(self.conv2(x))))
        x = self.pool(self.inception3b(self.inception3a(x)))
        x4a = self.inception4a(x)
        x4d = self.inception4d(self.inception4c(self.inception4b(x4a)))
        x = self.pool(self.inception4e(x4d))
        x = F.adaptive_avg_pool2d(self.inception5b(self.inception5a(x)), 1).flatten(1)
        logits = self.fc(self.dropout(x))
        if not self.training or self.aux1 is None:
            return logits
        return GoogLeNetOutputs(logits, self.aux2(x4d), self.aux1(x4a))
