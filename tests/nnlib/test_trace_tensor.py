"""Graphs of tensors: equal to torch's autograd at every node."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib import trace

RNG = np.random.default_rng(0)
A, B, C = (RNG.standard_normal(s) for s in [(3, 2), (2, 4), (4,)])
S = RNG.uniform(0.5, 2, (3, 4))


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


def test_norm_of_wx_is_as_on_paper():
    W = nnlib.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]], requires_grad=True)
    x = nnlib.tensor([2.0, 1.0], requires_grad=True)
    with trace.recording():
        q = W @ x
        f = (q * q).sum()
        graph = trace.graph(f, W=W, x=x, q=q, f=f)
    assert graph["f"].value == 16 + 1 + 49
    assert graph["q"].gradient.tolist() == [8, -2, 14]  # 2q
    assert graph["W"].gradient.tolist() == [[16, 8], [-4, -2], [28, 14]]  # 2 q xᵀ
    assert graph["x"].gradient.tolist() == [50, 32]  # 2 Wᵀq


def test_the_values_of_a_graph_stay_as_they_were():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    graph = trace.graph((x * 2).sum(), x=x)
    with nnlib.no_grad():
        x.add_(1)
    assert graph["x"].value.tolist() == [1, 2]
