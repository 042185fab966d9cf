"""Numbers of parameters: those of papers and torchvision."""

from nnlib import models
from nnlib.models import count_parameters, counting
from tests.nnlib.harness import naming


def test_lenet_has_60000_parameters_as_in_the_paper():
    parts = dict(c1=156, s2=12, c3=1516, s4=32, c5=48_120, f6=10_164, output=0)
    model = models.LeNet5()
    assert {name: count_parameters(m) for name, m in model.named_children()} == parts
    assert sum(parts.values()) == count_parameters(model) == 60_000


# The numbers are torchvision's for VGG, ResNet and ResNeXt, Caffe's for GoogLeNet.
COUNTS = [
    (models.AlexNet, {}, 60_965_224),
    (models.ZFNet, {}, 62_357_608),
    (models.ZFNet, dict(maps=(512, 1024, 512)), 107_627_624),
    (models.vgg11, {}, 132_863_336),
    (models.vgg16, {}, 138_357_544),
    (models.GoogLeNet, dict(aux_logits=False), 6_998_552),
    (models.GoogLeNet, {}, 13_378_280),
    (models.resnet18, {}, 11_689_512),
    (models.resnet34, {}, 21_797_672),
    (models.resnet50, {}, 25_557_032),
    (models.resnext50_32x4d, {}, 25_028_904),
]


def test_number_of_parameters_is_the_known_one():
    for make, options, count in COUNTS:
        with naming(make, options), counting():
            assert count_parameters(make(**options)) == count
