"""Diagrams: blocks, branches and repeats of the notes' networks, and how they are drawn."""

import numpy as np
import pytest

from nnlib import models, nn
from nnlib.models import counting, diagram
from tests.nnlib.drawings import assert_boxes_lie_apart_and_inside
from tests.nnlib.harness import naming


def counted(make, **options):
    with counting():
        return make(**options)


def test_a_block_has_the_parameters_of_its_layer():
    net = nn.Sequential(nn.Flatten(), nn.Linear(3456, 10))
    assert diagram(net, (1, 6, 24, 24))["1"].parameters == 34_570


def test_an_inception_module_has_four_branches_side_by_side():
    drawn = diagram(models.Inception(192, 64, 96, 128, 16, 32, 32), (1, 192, 28, 28))
    assert drawn.blocks[-1].title == "concat"
    assert drawn.blocks[-1].shape == (1, 256, 28, 28)
    ends = [x.name for x in drawn.blocks[-1].operands]
    assert ends == ["branch1.1", "branch2.1.1", "branch3.1.1", "branch4.1.1"]
    assert sum(x.kind == "input" for b in drawn for x in b.operands) == 4


def test_equal_blocks_are_drawn_once_with_their_count():
    drawn = diagram(counted(models.resnet34), (1, 3, 64, 64))
    assert [(b.count, b.kind) for b in drawn if b.kind == "BasicBlock"] == [
        (3, "BasicBlock"), (1, "BasicBlock"), (3, "BasicBlock"), (1, "BasicBlock"),
        (5, "BasicBlock"), (1, "BasicBlock"), (2, "BasicBlock"),
    ]  # fmt: skip
    assert drawn["layer1.0 to layer1.2"].title == "3 × BasicBlock layer1.0 to layer1.2"


DRAWN = {
    "stack": lambda: diagram(counted(models.vgg11), (1, 3, 64, 64)),
    "residual": lambda: diagram(models.BasicBlock(8, 8), (1, 8, 6, 6)),
    "branches": lambda: diagram(models.Inception(8, 2, 2, 2, 2, 2, 2), (1, 8, 6, 6)),
}


def test_no_two_blocks_overlap_and_all_lie_inside():
    for direction in ["right", "down"]:
        for name in DRAWN:
            with naming(name):
                drawn = DRAWN[name]()
                assert_boxes_lie_apart_and_inside(drawn.svg(direction), len(drawn))


class Closed(nn.Module):
    def forward(self, x):
        return nn.Parameter(np.ones(3))


def test_bad_input_is_named():
    for make, options, error, message in [
        (lambda: 3, {}, TypeError, "diagram: expected a Module, got int"),
        (nn.ReLU, dict(most=1), ValueError, "at most 1 blocks, got 2; reduce"),
        (Closed, {}, ValueError, "a model whose output depends on its inputs"),
        (lambda: nn.Linear(4, 2), {}, ValueError, "inputs \\(1, 3\\): linear"),
    ]:
        with naming(make, options, error, message), pytest.raises(error, match=message):
            diagram(make(), **{"input_size": (1, 3), **options})
