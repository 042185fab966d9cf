"""Graphs of tensors through modules: their names, gradients, and what a recording keeps."""

import gc
import weakref

import numpy as np
import pytest

import nnlib
from nnlib import nn, trace

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
    graphs = [trace.graph(loss, layer, recorded=tape, x=x), trace.graph(loss, layer, x=x)]
    for graph in graphs:
        assert graph.svg("down")
    loss.backward()
    for name, p in dict(x=x, **dict(layer.named_parameters())).items():
        for graph in graphs:
            np.testing.assert_allclose(
                graph[name].gradient, p.grad.numpy(), rtol=1e-5, atol=1e-7
            )


def test_a_graph_with_too_many_nodes_is_refused():
    x = nnlib.ones(2, requires_grad=True)
    loss = (x * 2 * 3).sum()
    with pytest.raises(ValueError, match="at most 3 nodes, got"):
        trace.graph(loss, most=3)


def test_recording_releases_its_tensors():
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
