"""ResNet (He et al., 2016) and ResNeXt (Xie et al., 2017)."""

from __future__ import annotations

from typing import Any

from ..nn import AdaptiveAvgPool2d, BatchNorm2d, MaxPool2d, Module, ReLU, Sequential
from ..tensor import Tensor
from .layers import Conv2d, Linear, he_normal

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "ResNet",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnext50_32x4d",
]


def conv3x3(before: int, maps: int, stride: int = 1, groups: int = 1) -> Conv2d:
    """Return a 3x3 convolution without bias, which preserves the image size for stride 1."""
    return Conv2d(before, maps, 3, stride, padding=1, groups=groups, bias=False)


def conv1x1(before: int, maps: int, stride: int = 1) -> Conv2d:
    """Return a 1x1 convolution without bias."""
    return Conv2d(before, maps, 1, stride, bias=False)


class BasicBlock(Module):
    """Two convolutions with a shortcut: y = relu(F(x) + x).

    Parameters
    ----------
    inplanes, planes : int
        Channels of the input, and of the output.
    stride : int
        Stride of the first convolution.
    downsample : Module, optional
        Module that changes x to the shape of F(x).
    groups, base_width : int
        Must be 1 and 64; other values, which ``Bottleneck`` allows, raise ValueError.

    Source: He et al. (2016), figure 5, left; chapter "ResNet".

    >>> from nnlib import zeros
    >>> BasicBlock(8, 8)(zeros(2, 8, 5, 5)).shape
    (2, 8, 5, 5)
    """

    expansion = 1

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: Module | None = None,
        groups: int = 1,
        base_width: int = 64,
    ):
        super().__init__()
        if (groups, base_width) != (1, 64):
            raise ValueError(
                f"BasicBlock: expected groups=1 and base_width=64, got {groups}, {base_width}"
            )
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = BatchNorm2d(planes)
        self.relu = ReLU()
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, inplanes, H, W) to (N, planes, I, J)."""
        x = self.relu(self.bn1(self.conv1(input)))
        x = self.bn2(self.conv2(x))
        return self.relu(x + (input if self.downsample is None else self.downsample(input)))


class Bottleneck(Module):
    """Three convolutions with a shortcut, the middle one with fewer channels.

    Parameters
    ----------
    inplanes, planes : int
        Channels of the input, and a quarter of the channels of the output.
    stride : int
        Stride of the second convolution.
    downsample : Module, optional
        Module that changes the input to the shape of the output.
    groups, base_width : int
        Groups of the second convolution, and channels of each group if planes is 64.

    Source: He et al. (2016), figure 5, right, with the stride in the second convolution instead
    of the first, as in torchvision; Xie et al. (2017), figure 3(c).

    >>> from nnlib import zeros
    >>> Bottleneck(32, 8)(zeros(2, 32, 5, 5)).shape
    (2, 32, 5, 5)
    """

    expansion = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: Module | None = None,
        groups: int = 1,
        base_width: int = 64,
    ):
        super().__init__()
        width = planes * base_width // 64 * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = BatchNorm2d(width)
        self.conv2 = conv3x3(width, width, stride, groups)
        self.bn2 = BatchNorm2d(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = BatchNorm2d(planes * self.expansion)
        self.relu = ReLU()
        self.downsample = downsample

    def forward(self, input: Tensor) -> Tensor:
        """Map (N, inplanes, H, W) to (N, 4 planes, I, J)."""
        x = self.relu(self.bn1(self.conv1(input)))
        x = self.relu(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        return self.relu(x + (input if self.downsample is None else self.downsample(input)))


class ResNet(Module):
    """A residual network for images of ImageNet's size, with torchvision's names.

    If a stage changes the shape, its shortcut contains a 1x1 convolution (option B of the
    paper). Kernels are initialized as in He et al. (2015), equation 14.

    Parameters
    ----------
    block : type
        ``BasicBlock`` or ``Bottleneck``.
    layers : sequence of 4 int
        Number of blocks in each stage.
    num_classes : int
        Number of classes C.
    groups, width_per_group : int
        The arguments groups and base_width of the blocks.

    Source: He et al. (2016), "Deep residual learning for image recognition", table 1;
    chapter "ResNet".

    >>> from nnlib import zeros
    >>> ResNet(BasicBlock, (1, 1, 1, 1), num_classes=10)(zeros(2, 3, 32, 32)).shape
    (2, 10)
    """

    def __init__(
        self,
        block: type[BasicBlock | Bottleneck],
        layers: tuple[int, int, int, int],
        num_classes: int = 1000,
        *,
        groups: int = 1,
        width_per_group: int = 64,
    ):
        super().__init__()
        if len(layers) != 4:
            raise ValueError(f"ResNet: expected 4 integers as layers, got {layers}")
        self.conv1 = Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = BatchNorm2d(64)
        self.relu = ReLU()
        self.maxpool = MaxPool2d(3, 2, padding=1)
        before = 64
        for i, n in enumerate(layers):
            planes, options = 64 * 2**i, dict(groups=groups, base_width=width_per_group)
            stage = _stage(block, before, planes, n, 1 if i == 0 else 2, options)
            self.add_module(f"layer{i + 1}", stage)
            before = planes * block.expansion
        self.avgpool = AdaptiveAvgPool2d((1, 1))
        self.fc = Linear(before, num_classes)
        he_normal(self)

    def forward(self, input: Tensor) -> Tensor:
        """Map images (N, 3, 224, 224) to logits (N, C); all other sizes are possible."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(input))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


def _stage(block: Any, before: int, planes: int, n: int, stride: int, options: Any) -> Any:
    """Return n blocks; the first one may halve the image size."""
    after, downsample = planes * block.expansion, None
    if stride != 1 or before != after:
        downsample = Sequential(conv1x1(before, after, stride), BatchNorm2d(after))
    first = block(before, planes, stride, downsample, **options)
    return Sequential(first, *(block(after, planes, **options) for _ in range(n - 1)))


def resnet18(**options: Any) -> ResNet:
    """Return ResNet-18, with 11,689,512 parameters; for the options, see ``ResNet``."""
    return ResNet(BasicBlock, (2, 2, 2, 2), **options)


def resnet34(**options: Any) -> ResNet:
    """Return ResNet-34, with 21,797,672 parameters; for the options, see ``ResNet``."""
    return ResNet(BasicBlock, (3, 4, 6, 3), **options)


def resnet50(**options: Any) -> ResNet:
    """Return ResNet-50, with 25,557,032 parameters; for the options, see ``ResNet``."""
    return ResNet(Bottleneck, (3, 4, 6, 3), **options)


def resnext50_32x4d(**options: Any) -> ResNet:
    """Return ResNeXt-50 with 32 groups of 4 channels, and with 25,028,904 parameters.

    For the options, see ``ResNet``.

    Source: Xie et al. (2017), "Aggregated residual transformations for deep neural
    networks", table 1; chapter "ResNet".
    """
    return ResNet(Bottleneck, (3, 4, 6, 3), groups=32, width_per_group=4, **options)
