"""Diagrams: blocks, branches and repeats of the notes' networks, and how they are drawn."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from nnlib import models, nn
from nnlib.models import count_parameters, counting, diagram
from tests.nnlib.drawings import assert_boxes_lie_apart_and_inside


def counted(make, **options):
    with counting():
        return make(**options)


def edges(drawn):
    return [(x.title, block.title) for block in drawn for x in block.operands]


def test_a_stack_is_a_chain_of_its_layers():
    net = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.Flatten(), nn.Linear(3456, 10))
    drawn = diagram(net, (1, 1, 28, 28))
    assert repr(drawn).splitlines() == [
        "input (1, 1, 28, 28)",
        "Conv2d 0 (1, 6, 24, 24), 156 parameters from input",
        "ReLU 1 (1, 6, 24, 24) from Conv2d 0",
        "Flatten 2 (1, 3456) from ReLU 1",
        "Linear 3 (1, 10), 34,570 parameters from Flatten 2",
    ]
    assert drawn["3"].parameters == 34_570


def test_lenet_has_its_layers_with_squashing_between_them():
    drawn = diagram(models.LeNet5(), (1, 1, 32, 32))
    layers = [block for block in drawn if block.name]
    assert [b.name for b in layers] == ["c1", "s2", "c3", "s4", "c5", "f6", "output"]
    assert [b.parameters for b in layers] == [156, 12, 1516, 32, 48_120, 10_164, 0]
    assert layers[1].operands[0].title == "×, tanh, ×"


def test_a_residual_block_adds_what_came_in():
    assert edges(diagram(models.BasicBlock(8, 8), (1, 8, 6, 6)))[-3:] == [
        ("BatchNorm2d bn2", "+"),
        ("input", "+"),
        ("+", "ReLU relu"),
    ]


def test_a_shortcut_with_layers_is_a_branch():
    block = counted(models.resnet18).layer2[0]
    drawn = diagram(block, (1, 64, 8, 8))
    (join,) = [b for b in drawn if b.kind == "+"]
    assert [x.name for x in join.operands] == ["bn2", "downsample.1"]
    starts = [b.name for b in drawn if [x.kind for x in b.operands] == ["input"]]
    assert starts == ["conv1", "downsample.0"]


def test_an_inception_module_has_four_branches_side_by_side():
    drawn = diagram(models.Inception(192, 64, 96, 128, 16, 32, 32), (1, 192, 28, 28))
    assert drawn.blocks[-1].title == "concat"
    assert drawn.blocks[-1].shape == (1, 256, 28, 28)
    ends = [x.name for x in drawn.blocks[-1].operands]
    assert ends == ["branch1.1", "branch2.1.1", "branch3.1.1", "branch4.1.1"]
    assert sum(x.kind == "input" for b in drawn for x in b.operands) == 4


def test_small_layers_join_the_one_before_where_there_are_too_many():
    drawn = diagram(counted(models.vgg16), (1, 3, 64, 64))
    assert len(drawn) <= 40
    assert drawn["features.0"].then == ("ReLU",)
    (third,) = [b for b in drawn if b.name == "features.12 to features.14"]
    assert (third.count, third.parameters, third.shape) == (2, 590_080, (1, 256, 16, 16))


def test_equal_blocks_are_one_with_their_number():
    drawn = diagram(counted(models.resnet34), (1, 3, 64, 64))
    assert [(b.count, b.kind) for b in drawn if b.kind == "BasicBlock"] == [
        (3, "BasicBlock"), (1, "BasicBlock"), (3, "BasicBlock"), (1, "BasicBlock"),
        (5, "BasicBlock"), (1, "BasicBlock"), (2, "BasicBlock"),
    ]  # fmt: skip
    assert drawn["layer1.0 to layer1.2"].title == "3 × BasicBlock layer1.0 to layer1.2"


FAMOUS = [
    (models.AlexNet, 224),
    (models.ZFNet, 224),
    (models.vgg11, 64),
    (models.vgg16, 64),
    (models.resnet18, 64),
    (models.resnet50, 64),
    (models.resnext50_32x4d, 64),
    (models.wide_resnet28_10, 32),
    (models.FractalNet, 32),
    (models.InceptionV4, 75),
]


@pytest.mark.parametrize(("make", "size"), FAMOUS)
def test_no_parameter_of_a_famous_network_is_lost(make, size):
    model = counted(make)
    drawn = diagram(model, (1, 3, size, size))
    assert sum(b.count * b.parameters for b in drawn) == count_parameters(model)
    assert drawn.blocks[-1].shape == (
        1,
        model.fc.out_features if hasattr(model, "fc") else 1000,
    )
    assert len(drawn) <= 40


def test_googlenet_is_drawn_without_the_heads_it_has_in_training_only():
    drawn = diagram(counted(models.GoogLeNet), (1, 3, 64, 64))
    assert [b.name for b in drawn if b.kind == "Inception"] == [
        f"inception{name}" for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
    ]
    assert sum(b.count * b.parameters for b in drawn) == 6_998_552


def test_a_module_that_hands_on_its_input_is_a_block():
    drawn = diagram(nn.Sequential(nn.Linear(3, 2), nn.Dropout(), nn.Identity()), (1, 3))
    assert [b.kind for b in drawn] == ["input", "Linear", "Dropout", "Identity"]


def test_a_shared_layer_is_drawn_twice_and_counted_once():
    layer = nn.Linear(3, 3)
    drawn = diagram(nn.Sequential(layer, nn.ReLU(), layer), (1, 3))
    assert [b.parameters for b in drawn] == [0, 12, 0, 0]


def test_recurrent_and_attention_layers_are_blocks():
    drawn = diagram(nn.Sequential(nn.Embedding(9, 4)), (5, 3), dtypes=[np.int64])
    assert [b.kind for b in drawn] == ["input", "Embedding"]
    drawn = diagram(nn.LSTM(4, 8), (5, 3, 4))
    assert [(b.kind, b.shape) for b in drawn] == [("input", (5, 3, 4)), ("LSTM", (5, 3, 8))]
    drawn = diagram(nn.MultiheadAttention(8, 2), [(5, 3, 8)] * 3)
    kinds = ["input 1", "input 2", "input 3", "MultiheadAttention"]
    assert [b.kind for b in drawn] == kinds
    assert drawn.blocks[-1].parameters == 288


def test_depth_folds_parts_into_their_whole():
    model = counted(models.resnet18)
    assert [b.title for b in diagram(model, (1, 3, 64, 64), depth=0)] == ["input", "ResNet"]
    names = [b.name for b in diagram(model, (1, 3, 64, 64), depth=1)]
    assert names == ["", "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3",
                     "layer4", "avgpool", "", "fc"]  # fmt: skip


DRAWN = {
    "stack": lambda: diagram(counted(models.vgg11), (1, 3, 64, 64)),
    "residual": lambda: diagram(models.BasicBlock(8, 8), (1, 8, 6, 6)),
    "branches": lambda: diagram(models.Inception(8, 2, 2, 2, 2, 2, 2), (1, 8, 6, 6)),
    "fractal": lambda: diagram(models.Fractal(3, 3, 4), (1, 3, 8, 8)),
}


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", DRAWN)
def test_no_two_blocks_overlap_and_all_lie_inside(name, direction):
    drawn = DRAWN[name]()
    assert_boxes_lie_apart_and_inside(drawn.svg(direction), len(drawn))


def test_the_drawing_says_itself_in_words():
    root = ET.fromstring(diagram(nn.ReLU(), (1, 3)).svg())
    assert root.get("aria-label") == "Layers: input (1, 3); ReLU (1, 3) from input."


def test_a_page_gets_a_long_stack_downwards_only():
    stacks = (nn.Sequential(*[nn.Linear(3, 3), nn.ReLU()] * n) for n in (9, 1))
    wide, short = (diagram(net, (1, 3)) for net in stacks)
    assert wide._repr_html_().count("<svg") == 1
    assert short._repr_html_().count("<svg") == 2


class Closed(nn.Module):
    def forward(self, x):
        return nn.Parameter(np.ones(3))


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (lambda: 3, {}, TypeError, "diagram: expected a Module, got int"),
        (nn.ReLU, dict(input_size=None), ValueError, "diagram: expected either input_size"),
        (nn.ReLU, dict(most=1), ValueError, "2 blocks, but a drawing has room for 1; give"),
        (Closed, {}, ValueError, "output does not depend on its inputs"),
        (lambda: nn.Linear(4, 2), {}, ValueError, "refused inputs \\(1, 3\\): linear"),
    ],
)
def test_bad_input_is_named(make, options, error, message):
    with pytest.raises(error, match=message):
        diagram(make(), **{"input_size": (1, 3), **options})


def test_other_names_and_directions_are_refused():
    drawn = diagram(nn.Sequential(nn.ReLU()), (1, 3))
    with pytest.raises(KeyError, match="no block 'x'; there are 0"):
        drawn["x"]
    with pytest.raises(ValueError, match="direction 'right' or 'down', got 'up'"):
        drawn.svg("up")
