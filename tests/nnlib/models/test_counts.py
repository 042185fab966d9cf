"""Numbers of parameters: exact where a paper or torchvision gives one, else by hand."""

import numpy as np

from nnlib import models
from nnlib.models import count_parameters, counting
from tests.nnlib.harness import naming


def conv(before, maps, *window, bias=True):
    """Return the number of parameters of a convolution, counted by hand."""
    height, width = window * 2 if len(window) == 1 else window
    return maps * (before * height * width + bias)


def linear(before, after):
    return after * (before + 1)


def norm(maps):
    return 2 * maps


def test_lenet_has_60000_parameters_as_in_the_paper():
    parts = dict(c1=156, s2=12, c3=1516, s4=32, c5=48_120, f6=10_164, output=0)
    model = models.LeNet5()
    assert {name: count_parameters(m) for name, m in model.named_children()} == parts
    assert sum(parts.values()) == count_parameters(model) == 60_000


def dense_by_hand(maps):
    return linear(maps * 6 * 6, 4096) + linear(4096, 4096) + linear(4096, 1000)


ALEXNET = (
    conv(3, 96, 11)
    + conv(48, 256, 5)  # each kernel sees the maps of its own tower
    + conv(256, 384, 3)
    + conv(192, 384, 3)
    + conv(192, 256, 3)
    + dense_by_hand(256)
)


def zfnet_by_hand(*maps):
    first = conv(3, 96, 7) + conv(96, 256, 5)
    ends = zip((256, *maps), maps, strict=False)
    return first + sum(conv(a, b, 3) for a, b in ends) + dense_by_hand(maps[-1])


def wide_resnet_by_hand(blocks, k, num_classes):
    total, before = conv(3, 16, 3, bias=False), 16
    for maps in (16 * k, 32 * k, 64 * k):
        total += conv(before, maps, 1, bias=False)  # the shortcut of the first block
        for _ in range(blocks):
            total += norm(before) + conv(before, maps, 3, bias=False)
            total += norm(maps) + conv(maps, maps, 3, bias=False)
            before = maps
    return total + norm(before) + linear(before, num_classes)


def fractalnet_by_hand(columns, num_classes):
    total, before = linear(512, num_classes), 3
    for maps in (64, 128, 256, 512, 512):
        # One convolution of each column sees the block's input, all others see maps.
        total += columns * (conv(before, maps, 3, bias=False) + norm(maps))
        total += (2**columns - 1 - columns) * (conv(maps, maps, 3, bias=False) + norm(maps))
        before = maps
    return total


def auxiliary_by_hand(before):
    return conv(before, 128, 1) + linear(2048, 1024) + linear(1024, 1000)


# The numbers are torchvision's for VGG, ResNet and ResNeXt, Caffe's for GoogLeNet, those of
# the collection pytorchcv for the wide ResNet, FractalNet and Inception-v4.
COUNTS = [
    (models.AlexNet, {}, 60_965_224, ALEXNET),
    (models.ZFNet, {}, 62_357_608, zfnet_by_hand(384, 384, 256)),
    (models.ZFNet, dict(maps=(512, 1024, 512)), 107_627_624, zfnet_by_hand(512, 1024, 512)),
    (models.vgg11, {}, 132_863_336, None),
    (models.vgg16, {}, 138_357_544, None),
    (models.GoogLeNet, dict(aux_logits=False), 6_998_552, None),
    (
        models.GoogLeNet,
        {},
        13_378_280,
        6_998_552 + auxiliary_by_hand(512) + auxiliary_by_hand(528),
    ),
    (models.resnet18, {}, 11_689_512, None),
    (models.resnet34, {}, 21_797_672, None),
    (models.resnet50, {}, 25_557_032, None),
    (models.resnext50_32x4d, {}, 25_028_904, None),
    (models.wide_resnet28_10, {}, 36_479_194, wide_resnet_by_hand(4, 10, 10)),
    (models.WideResNet, dict(depth=16, widen_factor=2), 691_674, wide_resnet_by_hand(2, 2, 10)),
    (models.FractalNet, {}, 33_724_618, fractalnet_by_hand(3, 10)),
    (
        models.FractalNet,
        dict(columns=4, num_classes=100),
        76_152_804,
        fractalnet_by_hand(4, 100),
    ),
    (models.InceptionV4, {}, 42_679_816, None),
]


def test_number_of_parameters_is_the_known_one():
    for make, options, count, by_hand in COUNTS:
        with naming(make, options, count, by_hand):
            with counting():
                model = make(**options)
            assert count_parameters(model) == count
            assert by_hand in (None, count)


def test_kernels_start_as_he_et_al_draw_them():
    model = models.WideResNet(10, 4)
    weight = model.layer3[0].conv2.weight.array
    np.testing.assert_allclose(weight.std(), np.sqrt(2 / (256 * 9)), rtol=0.01)
    inception = models.GoogLeNet(aux_logits=False).inception3a
    assert not inception.branch1[0].bias.array.any()
