"""Summaries: counts by hand and by torch's own counter, fields by which pixels matter."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import nnlib
from nnlib import models, nn
from nnlib.models import summary
from nnlib.ops import cat
from tests.nnlib.harness import naming


def by_torch(model, *inputs):
    """Return the number of multiply-adds, half the operations that torch counts."""
    with FlopCounterMode(display=False) as counter:
        model(*inputs)
    assert counter.get_total_flops() % 2 == 0
    return counter.get_total_flops() // 2


def test_a_layer_of_lenet_is_as_counted_by_hand():
    table = summary(models.LeNet5(full=True), (1, 1, 32, 32))
    c3 = table["c3"]  # each of 16 maps sees all 6 maps, with windows of 25 pixels
    assert (c3.output, c3.parameters) == ([(1, 16, 10, 10)], 16 * (6 * 25 + 1))
    assert c3.multiply_adds == 16 * 6 * 25 * 10 * 10
    assert (c3.field.size, c3.field.stride) == ((14, 14), (2, 2))
    assert (c3.activation_bytes, c3.parameter_bytes) == (4 * 16 * 100, 4 * c3.parameters)
    assert table["output"].field is None
    assert (table.parameters, table.input_bytes) == (61_706, 4 * 32 * 32)


SAME = [
    ("nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=2, groups=2)", (2, 4, 9, 11)),
    ("nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2)", (2, 4, 5, 7)),
    ("nn.Conv1d(3, 5, 4)", (2, 3, 13)),
    ("nn.Linear(5, 7)", (2, 3, 5)),
    ("nn.MultiheadAttention(6, 2)", [(5, 2, 6), (4, 2, 6), (4, 2, 6)]),
    ("nn.Sequential(nn.Linear(5, 7), nn.LayerNorm(7), nn.ReLU(), nn.Linear(7, 2))", (3, 5)),
    ("nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.AvgPool2d(2))", (3, 2, 8, 8)),
    ("nn.Sequential(nn.LocalResponseNorm(3), nn.AdaptiveAvgPool2d(2))", (2, 4, 7, 7)),
]


def test_multiply_adds_of_a_layer_are_those_torch_counts():
    for made, sizes in SAME:
        with naming(made, sizes):
            each = sizes if isinstance(sizes, list) else [sizes]
            theirs = eval(made, {"nn": torch.nn})
            expected = by_torch(theirs, *(torch.zeros(size) for size in each))
            assert summary(eval(made), sizes).multiply_adds == expected


class Branches(nn.Module):
    """Windows of 1 and of 5, side by side, added to what came in."""

    def __init__(self):
        super().__init__()
        self.narrow, self.wide = nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, (5, 3), padding=(2, 1))
        self.after = nn.Conv2d(4, 1, 3, stride=2)

    def forward(self, x):
        return self.after(cat([self.narrow(x), self.wide(x)], 1) + cat([x, x], 1))


NETS = {
    "one window": lambda: nn.Conv2d(2, 1, 3, padding=1),
    "stacked": lambda: nn.Sequential(
        nn.Conv2d(2, 3, 3, stride=2), nn.AvgPool2d(2), nn.Conv2d(3, 1, (3, 1))
    ),
    "dense windows after a dilated one": lambda: nn.Sequential(
        nn.Conv2d(2, 2, 2), nn.Conv2d(2, 1, 3, dilation=2)
    ),
    "branches": Branches,
    "norms": lambda: nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.LocalResponseNorm(3),
        nn.Softplus(),
        nn.AdaptiveAvgPool2d(6),
    ),
    "pooled to one": lambda: nn.Sequential(
        nn.Conv2d(2, 2, 3, stride=2), nn.AdaptiveAvgPool2d(1)
    ),
}


def test_networks_have_the_stated_receptive_fields():
    for name, make in NETS.items():
        net = make().double().eval()
        for p in net.parameters():
            p.data = np.abs(p.array) + 0.1  # so that nothing cancels
        x = nnlib.tensor(
            np.ones((1, 2, 24, 24)) + np.indices((24, 24))[0] / 7, requires_grad=True
        )
        y = net(x)
        i, j = (n // 2 for n in y.shape[2:])
        y[0, 0, i, j].backward()
        rows, columns = np.nonzero(np.abs(x.grad.array[0]).sum(0))
        field = summary(net, (1, 2, 24, 24))[0].field
        for k, (indices, at) in enumerate([(rows, i), (columns, j)]):
            first = max(field.first[k] + at * field.stride[k], 0)
            last = min(field.last[k] + at * field.stride[k], 23)
            assert (indices.min(), indices.max()) == (first, last), name
        assert len(rows) == len({*rows}) * len({*columns}), name


def test_the_run_leaves_the_model_as_it_was():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(0.5))
    net[1].eval()
    before = {name: t.numpy().copy() for name, t in net.state_dict().items()}
    nnlib.manual_seed(3)
    expected = nnlib.rand(2).tolist()
    nnlib.manual_seed(3)
    summary(net, (4, 1, 6, 6))
    assert nnlib.rand(2).tolist() == expected
    assert [part.training for part in net.modules()] == [True, True, False, True]
    for name, t in net.state_dict().items():
        np.testing.assert_array_equal(t.numpy(), before[name], strict=True)
    assert all(p.grad is None for p in net.parameters())


def test_it_prints_as_a_table():
    net = nn.Sequential(nn.Conv2d(1, 6, 5), nn.Flatten(), nn.Linear(3456, 10))
    rows = [" ".join(line.split()) for line in repr(summary(net, (1, 1, 28, 28))).splitlines()]
    assert rows[3] == "0 (Conv2d) (1, 6, 24, 24) 156 86,400 13.5 KiB 5, step 1"
    assert rows[-1] == "Memory: input 3.1 KiB, activations 27.0 KiB, parameters 135.6 KiB"


def test_an_unknown_layer_lists_the_names():
    with pytest.raises(KeyError, match="no layer 'x'; the layers are 0, 1"):
        summary(nn.Sequential(nn.ReLU(), nn.Flatten()), (1, 1, 2))["x"]


def test_bad_input_is_named():
    for model, options, error, message in [
        (None, dict(input_size=(1, 2)), TypeError, "expected a Module, got NoneType"),
        (nn.ReLU(), dict(input_size=(1, 2.5)), TypeError, r"integers .* got \(1, 2.5\)"),
        (nn.ReLU(), dict(input_size="ab"), TypeError, "expected integers as input_size"),
        (nn.ReLU(), dict(input_size=(1, -2)), ValueError, "at least 0, got \\(1, -2\\)"),
    ]:
        with naming(model, options, error, message), pytest.raises(error, match=message):
            summary(model, **options)
