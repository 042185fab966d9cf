"""Graphs of tensors, also through modules: equal to torch's autograd at every node."""

import gc
import weakref

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn, trace
from tests.nnlib.harness import assert_refused

RNG = np.random.default_rng(0)
A, B, C = (RNG.standard_normal(s) for s in [(3, 2), (2, 4), (4,)])


def affine(m, a, b, c):
    h = a @ b + c
    return (h * h).mean()


def branching(m, a, b, c):
    h = m.tanh(a @ b)
    return (h * c + h / 3 - m.exp(h)).sum() + (2 - a).sum()


def reused(m, a, b, c):
    return ((a * a) @ b * c * c).sum() ** 2


def views(m, a, b, c):
    h = (a @ b).reshape(4, 3).T[1:, ::2]
    return (h.T @ h).sum() + b[0].sum() * c[-1]


def in_place(m, a, b, c):
    h = a @ b
    h += c
    h[0] = h[0] * 2
    return m.relu(h.sin_()).sum()


def detached(m, a, b, c):
    h = a @ b
    with m.no_grad():
        k = h * 2 + c
    return (h * k).sum() + (h.detach() * c).sum()


PROGRAMS = [affine, branching, reused, views, in_place, detached]


def leaves(library):
    return [library.tensor(x.copy(), requires_grad=True) for x in (A, B, C)]


def recorded(program):
    a, b, c = leaves(nnlib)
    with trace.recording() as tape:
        loss = program(nnlib, a, b, c)
    return trace.graph(loss, dict(a=a, b=b, c=c), recorded=tape, most=99)


@pytest.mark.parametrize("program", PROGRAMS)
def test_gradients_match_torch_and_sums_of_what_the_users_send(program):
    theirs = leaves(torch)
    loss = program(torch, *theirs)
    loss.backward()
    graph = recorded(program)
    assert graph.output.value == pytest.approx(loss.item(), rel=1e-12)
    for name, x in zip("abc", theirs, strict=True):
        np.testing.assert_allclose(graph[name].gradient, x.grad.numpy(), rtol=1e-9, atol=1e-12)
    for node in graph.nodes[:-1]:
        users = [(x, s) for u in graph for x, s in zip(u.operands, u.sent, strict=True)]
        arrived = [sent for x, sent in users if x is node and sent is not None]
        if node.gradient is None:
            assert not arrived
        else:
            np.testing.assert_allclose(sum(arrived), node.gradient, rtol=1e-12)


def test_without_a_recording_values_are_those_that_somebody_keeps():
    x = nnlib.tensor([1.0, 4.0], requires_grad=True)
    y = x + 1
    z = y.sqrt()
    w = z * 2
    graph = trace.graph(w.sum(), x=x, w=w)
    assert [node.name for node in graph] == ["x", "v1", "v2", "w", "f"]
    assert graph["v1"].value is None  # addition reads nothing, the root its own result
    np.testing.assert_allclose(graph["v2"].value, np.sqrt([2, 5]), rtol=1e-6)
    np.testing.assert_allclose(graph["w"].value, 2 * np.sqrt([2, 5]), rtol=1e-6)
    assert "Node(v1 = 2, not saved by add, gradient" in repr(graph)
    named = trace.graph(w.sum(), y=y)
    np.testing.assert_array_equal(named["y"].value, [2, 5])


def test_the_values_of_a_graph_stay_as_they_were():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    graph = trace.graph((x * 2).sum(), x=x)
    with nnlib.no_grad():
        x.add_(1)
    assert graph["x"].value.tolist() == [1, 2]


LAYERS = [
    (nn.Conv1d(4, 2, 3), (3, 4, 8)),
    (nn.ConvTranspose2d(4, 2, 3, stride=2), (2, 4, 5, 5)),
    (nn.LocalResponseNorm(3), (2, 4, 3, 3)),
    (nn.GRU(4, 3, bidirectional=True), (5, 2, 4)),
    (nn.LSTMCell(4, 3), (2, 4)),
    (nn.Upsample(scale_factor=2), (2, 4, 3, 3)),
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


X = nnlib.tensor([1.0, 2.0], requires_grad=True)


def freed():
    loss = (X * X).sum()
    loss.backward()
    return loss


def changed():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    loss = (y * y).sum()
    y.add_(1)
    return loss


def quiet():
    with nnlib.no_grad():
        return (X * X).sum()


def test_inputs_without_a_graph_are_refused():
    assert_refused(
        [
            (lambda: trace.graph(3.0), TypeError),
            (lambda: trace.graph(nnlib.ones(1)), ValueError),
            (lambda: trace.graph(quiet()), ValueError),
            (lambda: trace.graph(X * 2), ValueError),
            (lambda: trace.graph(X * 2, gradient=[1.0]), ValueError),
            (lambda: trace.graph(X.sum(), x=3), TypeError),
            (lambda: trace.graph((X * 2 * 3).sum(), most=3), ValueError),
            (lambda: trace.graph(X.sum(), names=[X]), TypeError),
        ]
    )
    for make in (freed, changed):
        with pytest.raises(RuntimeError, match="mul"):
            trace.graph(make())


def test_only_expressions_have_steps():
    with pytest.raises(ValueError, match=r"trace\.expression"):
        trace.graph((X * X).sum()).steps()
