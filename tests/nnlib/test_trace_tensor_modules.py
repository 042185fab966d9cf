"""Graphs of tensors through modules: their names, what is folded, what a recording holds."""

import gc
import weakref

import numpy as np
import pytest

import nnlib
from nnlib import models, nn, trace


def small_net():
    nnlib.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))


def test_modules_fold_and_hide_their_parameters():
    net, x = small_net(), nnlib.ones(4, 2)
    with trace.recording():
        loss = net(x).sum()
        layers = trace.graph(loss, x=x, depth=1)
        whole = trace.graph(loss, x=x, depth=0)
        plain = trace.graph(loss, x=x)
    assert [(n.name, n.operation) for n in layers] == [
        ("x", ""), ("0", "Linear"), ("1", "ReLU"), ("2", "Linear"), ("f", "sum")
    ]  # fmt: skip
    assert [n.operation for n in whole] == ["", "Sequential", "sum"]
    np.testing.assert_array_equal(layers["2"].value, plain["v3"].value)
    np.testing.assert_array_equal(layers["1"].gradient, plain["v2"].gradient)
    jacobian = next(e.derivative for e in trace.local(layers) if (e.of, e.by) == ("2", "1"))
    W = net[2].weight.numpy(force=True)
    np.testing.assert_array_equal(jacobian, np.einsum("nm,oi->nomi", np.eye(4, dtype="f4"), W))


LAYERS = [
    (nn.Conv1d(4, 2, 3), (3, 4, 8)),
    (nn.ConvTranspose2d(4, 2, 3, stride=2), (2, 4, 5, 5)),
    (nn.MaxPool2d(2), (2, 4, 6, 6)),
    (nn.BatchNorm2d(4), (2, 4, 3, 3)),
    (nn.LocalResponseNorm(3), (2, 4, 3, 3)),
    (nn.RNN(4, 3, 2), (5, 2, 4)),
    (nn.GRU(4, 3, bidirectional=True), (5, 2, 4)),
    (nn.LSTMCell(4, 3), (2, 4)),
    (nn.GELU(), (2, 4)),
    (nn.Upsample(scale_factor=2), (2, 4, 3, 3)),
    (nn.LayerNorm(4), (3, 4)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda x: type(x).__name__)
def test_layers_of_all_kinds_are_drawn_with_the_gradients_of_backward(layer, shape):
    nnlib.manual_seed(0)
    x = nnlib.rand(*shape, requires_grad=True)
    layer.zero_grad()
    with trace.recording() as tape:
        y = layer(x)
        y = y[0] if isinstance(y, tuple) else y
        loss = (y * y).sum()
    graphs = [
        trace.graph(loss, layer, recorded=tape, x=x),
        trace.graph(loss, layer, x=x),
        trace.graph(loss, recorded=tape, x=x, depth=0),
    ]
    assert len(graphs[2]) == 4  # the layer between the input and a square and its sum
    for graph in graphs:
        assert graph.svg("down")
        assert len(trace.steps(graph)) > len([n for n in graph if n.operation])
    loss.backward()
    for name, p in dict(x=x, **dict(layer.named_parameters())).items():
        for graph in graphs[:2] if name != "x" else graphs:
            np.testing.assert_allclose(
                graph[name].gradient, p.grad.numpy(), rtol=1e-5, atol=1e-7
            )


@pytest.mark.slow
def test_a_large_graph_is_folded_as_little_as_needed():
    net = models.ResNet(models.BasicBlock, (1, 1, 1, 1), num_classes=3).eval()
    with trace.recording():
        graph = trace.graph(net(nnlib.ones(1, 3, 32, 32)).sum(), most=25)
        assert len(graph) <= 25
        names = [node.name for node in graph]
        assert "layer1.0.conv1" not in names
        assert {"conv1", "layer4.0", "fc"} <= {*names}
        with pytest.raises(ValueError, match=r"nodes, but a drawing has room for 3; .*most="):
            trace.graph(net(nnlib.ones(1, 3, 32, 32)).sum(), most=3, depth=1)


def test_nothing_is_kept_alive_after_the_recording_is_gone():
    class Big(nn.Module):
        def forward(self, x):
            return x * 2 + 1

    x = nnlib.ones(10, requires_grad=True)
    with trace.recording() as tape:
        y = Big()(x)
    inner = weakref.ref(tape.ops[0].outs[0])
    loss = y.sum()
    trace.graph(loss, recorded=tape)
    assert inner() is not None
    del tape
    gc.collect()
    assert inner() is None
    assert not trace.recording.active
