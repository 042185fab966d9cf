"""Blocks and whole models against the same thing written in torch, with the same weights."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import nnlib
from nnlib import models
from nnlib.models.lenet import INPUT_MAPS, Distances, PartialConv2d, SubSampling


@pytest.fixture(autouse=True)
def seed():
    nnlib.manual_seed(0)


def copy_into(theirs, ours):
    """Copy the weights of our module into torch's; the names must be the same."""
    state = {name: torch.tensor(t.numpy()) for name, t in ours.state_dict().items()}
    theirs.load_state_dict(state)


def assert_close(a, b, atol=1e-5):
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=atol, strict=True)


def check(ours, theirs, x, rng):
    """Compare outputs and gradients in float64."""
    copy_into(theirs, ours)
    ours.double()
    theirs.double()
    a = nnlib.tensor(x.astype(np.float64), requires_grad=True)
    b = torch.tensor(x.astype(np.float64), requires_grad=True)
    y, t = ours(a), theirs(b)
    assert_close(y.detach().numpy(), t.detach().numpy(), 1e-9)
    g = rng.standard_normal(y.shape)
    y.backward(nnlib.tensor(g))
    t.backward(torch.tensor(g))
    pairs = [(a, b), *zip(ours.parameters(), theirs.parameters(), strict=True)]
    for p, q in pairs:
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-7, atol=1e-8)


class BasicBlock(nn.Module):
    def __init__(self, before, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = None
        if stride != 1 or before != planes:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, planes, 1, stride, bias=False), nn.BatchNorm2d(planes)
            )

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


def float32(rng, *shape):
    return rng.standard_normal(shape, dtype=np.float32)


@pytest.mark.parametrize("place", [("layer1", 0), ("layer2", 0)])
def test_block_of_resnet18_matches_torch(place, rng):
    ours = getattr(models.resnet18(), place[0])[place[1]]
    before, planes = ours.conv1.in_channels, ours.conv1.out_channels
    theirs = BasicBlock(before, planes, ours.conv1.stride[0])
    check(ours, theirs, float32(rng, 4, before, 8, 8), rng)


def test_partial_convolution_is_one_with_a_mask(rng):
    ours = PartialConv2d(6, INPUT_MAPS, 5)
    weight = np.zeros((16, 6, 5, 5), np.float32)
    kernels = iter(ours.weight.detach().numpy())
    for to, sources in enumerate(INPUT_MAPS):
        for source in sources:
            weight[to, source] = next(kernels)
    x = float32(rng, 3, 6, 14, 14)
    expected = F.conv2d(torch.tensor(x), torch.tensor(weight), torch.tensor(ours.bias.array))
    assert_close(ours(nnlib.tensor(x)).detach().numpy(), expected.numpy())
    assert repr(ours) == "PartialConv2d(6, 16, kernel_size=5)"


def test_sub_sampling_sums_scales_and_shifts(rng):
    layer = SubSampling(3)
    for p in layer.parameters():
        nnlib.nn.init.normal_(p)
    x = float32(rng, 2, 3, 6, 8)
    sums = F.avg_pool2d(torch.tensor(x), 2, divisor_override=1).numpy()
    expected = sums * layer.weight.array + layer.bias.array
    assert_close(layer(nnlib.tensor(x)).detach().numpy(), expected)


def test_scores_of_lenet_are_minus_squared_distances(rng):
    layer = Distances(84, 10)
    assert set(np.unique(layer.centres.array)) == {-1, 1}
    assert [name for name, _ in layer.named_parameters()] == []
    x = float32(rng, 3, 84)
    expected = -(torch.cdist(torch.tensor(x), torch.tensor(layer.centres.array)) ** 2)
    assert_close(layer(nnlib.tensor(x)).numpy(), expected.numpy(), 1e-3)
    at_a_centre = layer(layer.centres)
    np.testing.assert_array_equal(at_a_centre.array.argmax(1), np.arange(10))
    np.testing.assert_array_equal(np.diag(at_a_centre.array), np.zeros(10))
