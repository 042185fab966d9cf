"""All models: gradients, use after training, shapes, names, counts, and refusals."""

import numpy as np
import pytest

import nnlib
from nnlib import models, nn
from nnlib.models import count_parameters, counting
from tests.nnlib.harness import assert_refused, naming

MODELS = {
    "lenet": (models.LeNet5, {}, (1, 32, 32)),
    "full lenet": (models.LeNet5, dict(full=True), (1, 32, 32)),
    "alexnet": (models.AlexNet, dict(hidden=8), (3, 95, 95)),
    "zfnet": (models.ZFNet, dict(hidden=8, maps=(32, 48, 16)), (3, 95, 95)),
    "vgg11": (models.vgg11, dict(hidden=8), (3, 64, 64)),
    "vgg16": (models.vgg16, dict(hidden=8), (3, 64, 64)),
    "googlenet": (models.GoogLeNet, {}, (3, 128, 128)),
    "googlenet alone": (models.GoogLeNet, dict(aux_logits=False), (3, 32, 32)),
    "resnet18": (models.resnet18, {}, (3, 32, 32)),
    "resnet34": (models.resnet34, {}, (3, 32, 32)),
    "resnet50": (models.resnet50, {}, (3, 32, 32)),
    "resnext50": (models.resnext50_32x4d, {}, (3, 32, 32)),
}


@pytest.fixture(params=MODELS)
def model_and_images(request, rng):
    make, options, shape = MODELS[request.param]
    nnlib.manual_seed(0)
    images = nnlib.tensor(rng.standard_normal((2, *shape), dtype=np.float32))
    return make(num_classes=7, **options), images


@pytest.mark.slow
def test_training_reaches_every_parameter_and_use_is_the_same_twice(model_and_images):
    model, images = model_and_images
    out = model(images)
    heads = out if isinstance(out, tuple) else (out,)
    targets = nnlib.tensor([3, 5])
    losses = [nn.functional.cross_entropy(logits, targets) for logits in heads]
    assert [logits.shape for logits in heads] == [(2, 7)] * len(heads)
    sum(losses).backward()
    silent = [
        name for name, p in model.named_parameters() if p.grad is None or not p.grad.array.any()
    ]
    assert silent == []
    model.eval()
    with nnlib.no_grad():
        first, second = model(images[:1]), model(images[:1])
    assert first.shape == (1, 7)
    assert np.isfinite(first.array).all()
    np.testing.assert_array_equal(first.array, second.array)


def test_names_of_resnet_match_torchvision():
    with counting():
        small, large = models.resnet18().state_dict(), models.resnet50().state_dict()
    assert (len(small), len(large)) == (122, 320)
    stats = ["running_mean", "running_var", "num_batches_tracked"]
    norm = ["weight", "bias", *stats]
    block = ["conv1.weight", *(f"bn1.{n}" for n in norm)]
    block += ["conv2.weight", *(f"bn2.{n}" for n in norm)]
    first = [f"layer2.0.{n}" for n in block] + ["layer2.0.downsample.0.weight"]
    first += [f"layer2.0.downsample.1.{n}" for n in norm]
    assert {n for n in small if n.startswith("layer2.0.")} == set(first)
    assert {n for n in small if n.startswith("layer1.0.")} == {f"layer1.0.{n}" for n in block}
    assert {"conv1.weight", "bn1.weight", "fc.weight", "fc.bias"} <= small.keys()
    assert large["layer1.0.downsample.0.weight"].shape == (256, 64, 1, 1)
    assert large["layer4.2.conv3.weight"].shape == (2048, 512, 1, 1)


def test_bad_input_is_refused_by_name():
    calls = [
        (lambda: models.LeNet5()(nnlib.zeros(1, 1, 28, 28)), ValueError),
        (lambda: models.VGG(13), ValueError),
        (lambda: models.BasicBlock(8, 8, groups=2), ValueError),
        (lambda: models.ResNet(models.BasicBlock, (1, 1)), ValueError),
    ]
    assert_refused(calls)


# The numbers are the paper's for LeNet, torchvision's for VGG, ResNet and ResNeXt, and Caffe's
# for GoogLeNet.
COUNTS = [
    (models.LeNet5, {}, 60_000),
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
