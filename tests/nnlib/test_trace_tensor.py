"""Graphs of tensors: equal to torch's autograd and to differences at every node."""

import gc
import weakref

import numpy as np
import pytest
import torch

import nnlib
from nnlib import models, nn, trace
from nnlib.trace.rules import RULES

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


def through_layers(m, a, b, c):
    z = m.nn.functional.linear(a, b.T, c)
    return m.nn.functional.cross_entropy(z, m.tensor([0, 3, 1]))


def joined(m, a, b, c):
    h = m.cat([a @ b, c[None], m.sigmoid(c)[None]])
    return m.softmax(h, 1)[:, 0].log().sum() - h.max()


def products(m, a, b, c):
    return m.einsum("ij,jk,k->i", a, b, c).square().sum().sqrt() + m.dot(c, c)


PROGRAMS = [
    affine,
    branching,
    reused,
    views,
    in_place,
    detached,
    through_layers,
    joined,
    products,
]


def leaves(library):
    return [library.tensor(x.copy(), requires_grad=True) for x in (A, B, C)]


def recorded(program):
    a, b, c = leaves(nnlib)
    with trace.recording() as tape:
        loss = program(nnlib, a, b, c)
    return trace.graph(loss, dict(a=a, b=b, c=c), recorded=tape, most=99)


@pytest.mark.parametrize("program", PROGRAMS)
def test_gradients_of_the_leaves_are_those_of_torch(program):
    theirs = leaves(torch)
    loss = program(torch, *theirs)
    loss.backward()
    graph = recorded(program)
    assert graph.output.value == pytest.approx(loss.item(), rel=1e-12)
    for name, x in zip("abc", theirs, strict=True):
        np.testing.assert_allclose(graph[name].gradient, x.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("program", PROGRAMS)
def test_watched_or_not_the_same_gradients_are_found(program):
    a, b, c = leaves(nnlib)
    loss = program(nnlib, a, b, c)
    graph, seen = trace.graph(loss, a=a, b=b, c=c, most=99), recorded(program)
    for name in "abc":
        np.testing.assert_array_equal(graph[name].gradient, seen[name].gradient)
    assert all(x.grad is None for x in (a, b, c))
    loss.backward()
    for name, x in zip("abc", (a, b, c), strict=True):
        np.testing.assert_allclose(graph[name].gradient, x.grad.numpy(), rtol=1e-13)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_gradient_is_the_sum_of_what_the_users_send(program):
    graph = recorded(program)
    for node in graph.nodes[:-1]:
        arrived = [
            sent
            for user in graph
            for x, sent in zip(user.operands, user.sent, strict=True)
            if x is node and sent is not None
        ]
        if node.gradient is None:
            assert not arrived
        else:
            np.testing.assert_allclose(sum(arrived), node.gradient, rtol=1e-12)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_sent_is_the_jacobian_times_the_gradient(program):
    graph = recorded(program)
    edges = iter(trace.local(graph))
    for node in graph:
        for x, sent in zip(node.operands, node.sent, strict=True):
            if sent is not None:
                edge = next(edges)
                assert (edge.of, edge.by) == (node.name, x.name)
                axes = len(node.shape)
                expected = np.tensordot(node.gradient, edge.derivative, axes)
                np.testing.assert_allclose(sent, expected, rtol=1e-9, atol=1e-12)
    assert next(edges, None) is None


POINTWISE = {
    "exp": nnlib.exp,
    "log": nnlib.log,
    "square": nnlib.square,
    "sqrt": nnlib.sqrt,
    "tanh": nnlib.tanh,
    "sigmoid": nnlib.sigmoid,
    "softmax": lambda x: nnlib.softmax(x, 1),
    "sum": lambda x: x.sum(1),
    "add": lambda x: x + nnlib.tensor(C),
    "mul": lambda x: x * nnlib.tensor(C),
    "matmul": lambda x: x @ nnlib.tensor(C),
}


@pytest.mark.parametrize("name", POINTWISE)
def test_local_jacobians_are_those_of_differences(name):
    f, h = POINTWISE[name], 1e-6
    x = nnlib.tensor(S.copy(), requires_grad=True)
    with trace.recording():
        y = f(x)
        (edge,) = trace.local(y, x=x, y=y, gradient=np.ones(y.shape))
    assert (edge.of, edge.by, edge.shape) == ("y", "x", y.shape + x.shape)
    for at in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[at] = h
        high, low = (f(nnlib.tensor(S + k * step)).numpy() for k in (1, -1))
        np.testing.assert_allclose(edge.derivative[..., *at], (high - low) / (2 * h), atol=1e-8)


def test_values_are_those_of_torch_at_every_node():
    a, b, c = leaves(torch)
    product = a @ b
    shifted = product + c
    square = shifted * shifted
    expected = [product, shifted, square, square.mean()]
    made = [node for node in recorded(affine) if node.operation]
    assert [node.operation for node in made] == ["matmul", "add", "mul", "mean"]
    for node, value in zip(made, expected, strict=True):
        np.testing.assert_allclose(node.value, value.detach().numpy(), rtol=1e-12)


def test_values_overwritten_in_place_are_shown_as_they_were():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    with trace.recording():
        y = x * 3
        y.mul_(10)
        y.add_(1)
        graph = trace.graph(y.sum(), x=x)
    values = [node.value for node in graph if node.operation]
    assert [np.asarray(v).tolist() for v in values] == [[3, 6], [30, 60], [31, 61], 92]


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
    assert "Node(v1 = 2, not kept by add, gradient" in repr(graph)
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
    by_x = next(e for e in trace.local(graph) if (e.of, e.by) == ("q", "x"))
    assert by_x.derivative.tolist() == W.tolist()
    by_W = next(e for e in trace.local(graph) if (e.of, e.by) == ("q", "W"))
    expected = np.einsum("ik,j->ikj", np.eye(3), [2, 1])  # dq_i/dW_kj = x_j where k = i
    np.testing.assert_array_equal(by_W.derivative, expected)


def test_a_relu_layer_lets_back_what_is_positive():
    W = nnlib.tensor([[1.0, -2.0], [3.0, 1.0]], requires_grad=True)
    with trace.recording():
        h = nnlib.relu(W @ nnlib.tensor([1.0, 1.0]))
        graph = trace.graph(h, W=W, h=h, gradient=[5.0, 7.0])
    assert graph["h"].value.tolist() == [0, 4]
    assert graph["W"].gradient.tolist() == [[0, 0], [7, 7]]


def test_softmax_with_cross_entropy_gives_probability_minus_target():
    z = nnlib.tensor([[1.0, 2.0, 0.5], [0.0, 0.0, 3.0]], requires_grad=True)
    loss = nn.functional.cross_entropy(z, nnlib.tensor([1, 2]))
    p = nnlib.softmax(z.detach(), 1).numpy()
    expected = (p - np.eye(3)[[1, 2]]) / 2
    np.testing.assert_allclose(trace.graph(loss, z=z)["z"].gradient, expected, atol=1e-7)


def test_jacobian_of_softmax_is_diagonal_minus_outer_product():
    z = nnlib.tensor([1.0, 2.0, 0.5], requires_grad=True, dtype=float)
    p = nnlib.softmax(z, 0)
    (edge,) = trace.local(p, z=z, gradient=np.ones(3))
    p = p.numpy(force=True)
    np.testing.assert_allclose(edge.derivative, np.diag(p) - np.outer(p, p), atol=1e-15)


def test_a_regularised_linear_graph_is_as_on_paper():
    W = nnlib.tensor([[1.0, 2.0], [0.0, -1.0]], requires_grad=True)
    x, t = nnlib.tensor([2.0, 1.0]), nnlib.tensor([3.0, 1.0])
    with trace.recording():
        e = W @ x - t
        J = (e * e).sum() + 0.5 * (W * W).sum()
        graph = trace.graph(J, W=W, x=x, t=t, e=e, J=J)
    assert graph["e"].value.tolist() == [1, -2]
    assert graph["J"].value == 1 + 4 + 0.5 * (1 + 4 + 0 + 1)
    assert graph["e"].gradient.tolist() == [2, -4]
    assert graph["W"].gradient.tolist() == [[4 + 1, 2 + 2], [-8 + 0, -4 - 1]]  # 2 e xᵀ + W
    assert graph["x"].gradient is None


def test_gates_of_the_neuron_are_those_of_the_typed_expression():
    numbers = dict(w0=1.0, x0=-1.0, w1=2.0, x1=2.0, w2=-2.0)
    typed = trace.expression("1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))", **numbers)
    t = {k: nnlib.tensor(v, requires_grad=True, dtype=float) for k, v in numbers.items()}
    with trace.recording():
        u = t["w0"] * t["x0"] + t["w1"] * t["x1"] + t["w2"]
        graph = trace.graph(1 / (1 + nnlib.exp(-u)), t)
    assert [(n.operation, n.symbol) for n in graph] == [(n.operation, n.symbol) for n in typed]
    for ours, theirs in zip(graph, typed, strict=True):
        assert (ours.value, ours.gradient) == (theirs.value, theirs.gradient)
        assert (ours.local, ours.sent) == (theirs.local, theirs.sent)
    assert [s.text for s in graph.steps()] == [s.text for s in typed.steps()]
    assert graph.svg() == typed.svg()


def small_net():
    nnlib.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))


def test_parameters_have_the_names_of_their_module():
    net, x = small_net(), nnlib.ones(4, 2)
    with trace.recording() as tape:
        loss = net(x).sum()
    graph = trace.graph(loss, recorded=tape, x=x)
    assert [n.name for n in graph if not n.operation] == [
        "x", "0.weight", "0.bias", "2.weight", "2.bias"
    ]  # fmt: skip
    by_module = trace.graph(loss, net)
    assert {n.name for n in by_module} >= {"0.weight", "2.bias"}


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


def test_what_a_module_is_given_by_keyword_stays_outside_it():
    layer, x = nn.Linear(2, 3), nnlib.ones(1, 2)
    with trace.recording():
        graph = trace.graph(layer(input=x).sum(), x=x, depth=0)
    assert [node.name for node in graph] == ["x", "Linear", "f"]


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


def test_a_module_called_twice_is_two_nodes():
    layer, x = nn.Linear(2, 2), nnlib.ones(1, 2)
    net = nn.Sequential(layer, nn.Tanh(), layer)
    with trace.recording():
        graph = trace.graph(net(x).sum(), x=x, depth=1)
    assert [node.name for node in graph] == ["x", "0", "1", "0 (2)", "f"]


def test_a_long_chain_without_modules_says_what_to_do():
    x = nnlib.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(50):
        y = y * 1.01
    with pytest.raises(
        ValueError, match=r"51 nodes, .* room for 40; compute inside `with trace"
    ):
        trace.graph(y)
    assert len(trace.graph(y, most=60)) == 51


def test_an_lstm_is_one_operation_of_several_results():
    net = nn.LSTM(2, 3)
    y, (_, c) = net(nnlib.ones(4, 1, 2))
    loss = (y * y).sum() + c.sum()
    graph = trace.graph(loss, net)
    loss.backward()
    for name, p in net.named_parameters():
        np.testing.assert_allclose(graph[name].gradient, p.grad.numpy(), rtol=1e-6)
    assert [n.operation for n in graph].count("lstm_layer") == 3  # itself, and each result


def test_a_folded_call_of_several_results_shows_the_first():
    net = nn.LSTM(2, 3)
    with trace.recording():
        y, (h, _) = net(nnlib.ones(4, 1, 2))
        graph = trace.graph((y * y).sum() + h.sum(), depth=0, y=y)
    np.testing.assert_array_equal(graph["LSTM"].value, y.numpy(force=True))


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


def nested_with_an_error(x):
    with trace.recording() as outer:
        x * 2
        with trace.recording() as inner:
            x + 1
        x - 1
        yield outer, inner
        raise ZeroDivisionError


def test_recordings_end_with_an_error_and_nest():
    x = nnlib.ones(2, requires_grad=True)
    run = nested_with_an_error(x)
    outer, inner = next(run)
    with pytest.raises(ZeroDivisionError):
        next(run)
    x / 2
    assert [op.name for op in outer.ops] == ["mul", "sub"]
    assert [op.name for op in inner.ops] == ["add"]
    assert not trace.recording.active


def test_a_failing_layer_leaves_no_open_call():
    with trace.recording() as tape:
        with pytest.raises(RuntimeError):
            nn.Sequential(nn.Linear(2, 3))(nnlib.ones(4))
        nnlib.ones(2) + 1
    assert tape.ops[-1].scope is None


def test_a_buffer_that_is_filled_is_shown_as_it_was_each_time():
    a, b = (nnlib.tensor(v, requires_grad=True) for v in (2.0, 3.0))
    with trace.recording():
        room = nnlib.zeros(2)
        room[0] = a * 1
        room[1] = b * 1
        graph = trace.graph((room * room).sum(), a=a, b=b)
    assert (graph["a"].gradient, graph["b"].gradient) == (4, 6)
    filled = [node.value.tolist() for node in graph if node.shape == (2,)]
    assert filled == [[2, 0], [2, 3], [4, 9]]


def test_the_values_of_a_graph_stay_as_they_were():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    graph = trace.graph((x * 2).sum(), x=x)
    with nnlib.no_grad():
        x.add_(1)
    assert graph["x"].value.tolist() == [1, 2]


def test_hooks_are_not_called():
    called = []
    x = nnlib.ones(2, requires_grad=True)
    y = x * 3
    y.register_hook(called.append)
    y.retain_grad()
    graph = trace.graph(y.sum(), x=x)
    assert graph["x"].gradient.tolist() == [3, 3]
    assert called == []
    assert y.grad is None


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


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (lambda: 3.0, {}, TypeError, "graph: expected a Tensor, got float"),
        (lambda: nnlib.ones(1), {}, ValueError, "no history: nothing .* requires grad, or"),
        (quiet, {}, ValueError, "made inside no_grad"),
        (lambda: (X * X).sum().detach(), {}, ValueError, "no history"),
        (lambda: X * 2, {}, ValueError, "of one element, or gradient= of shape \\(2,\\)"),
        (lambda: X * 2, dict(gradient=[1.0]), ValueError, "gradient of shape \\(2,\\), got"),
        (freed, {}, RuntimeError, "mul had kept was freed .*retain_graph=True"),
        (changed, {}, RuntimeError, "mul reads a value of shape \\(2,\\) that was changed"),
        (lambda: X.sum(), dict(x=3), TypeError, "names of Tensors, got 'x': int"),
        (
            lambda: X.sum(),
            dict(names=[X]),
            TypeError,
            "names as a mapping or a Module, got list",
        ),
    ],
)
def test_what_has_no_graph_is_refused_with_its_reason(make, options, error, message):
    with pytest.raises(error, match=message):
        trace.graph(make(), **options)


def test_a_step_of_an_optimizer_before_the_drawing_is_noticed():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    with trace.recording():
        loss = (x + 1).sum()
        with nnlib.no_grad():
            x.sub_(1)
        with pytest.raises(RuntimeError, match="operand of add was changed in place since"):
            trace.graph(loss)


def test_a_graph_whose_history_was_freed_says_so_when_asked_for_more():
    graph = trace.graph((X * X).sum(), x=X)
    freshly = (X * X).sum()
    graph = trace.graph(freshly, x=X)
    freshly.backward()
    with pytest.raises(RuntimeError, match="freed by a walk after the graph was made"):
        trace.local(graph)


def test_a_leaf_alone_is_its_own_graph():
    graph = trace.graph(nnlib.tensor(2.0, requires_grad=True))
    assert repr(graph) == "Node(f = 2, gradient 1)"


def test_large_jacobians_are_named_and_not_computed():
    x = nnlib.ones(200, requires_grad=True)
    (edge, _) = trace.local((x * 2).sum(), x=x)
    assert edge.derivative is None
    assert repr(edge) == "∂v₁/∂x = 200×200, too large"


def test_steps_say_shapes_rules_and_values():
    W = nnlib.tensor([[1.0, 2.0], [0.0, 1.0], [1.0, 1.0]], requires_grad=True)
    x, b = nnlib.ones(4, 2), nnlib.tensor([0.0, -5.0, 1.0], requires_grad=True)
    with trace.recording():
        y = nn.functional.linear(x, W, b)
        L = nnlib.relu(y).sum()
        steps = trace.steps(L, W=W, x=x, b=b, y=y, L=L)
    assert [step.text for step in steps] == [
        "y = linear(x, W, b) = [3 −4 3; 3 −4 3; 3 −4 3; 3 −4 3], with x 4×2, W 3×2, b 3",
        "v₁ = relu(y) = [3 0 3; 3 0 3; 3 0 3; 3 0 3], with y 4×3",
        "L = sum(v₁) = 24, with v₁ 4×3",
        "L starts with 1, since dL/dL = 1",
        "sum sends dL/dv₁ = dL/dL for each element summed = [1 1 1; 1 1 1; 1 1 1; 1 1 1]",
        "relu sends dL/dy = dL/dv₁ where v₁ > 0, else 0 = [1 0 1; 1 0 1; 1 0 1; 1 0 1]",
        "linear sends dL/dW = (dL/dy)ᵀ x = [4 4; 0 0; 4 4], by shapes (4×3)ᵀ (4×2) = 3×2 and "
        "dL/db = the sum of the rows of dL/dy = (4, 0, 4)",
    ]
    assert [step.direction for step in steps] == ["forward"] * 3 + ["backward"] * 4
    assert steps.result["W"].gradient.tolist() == [[4, 4], [0, 0], [4, 4]]
    assert steps[-1].latex.startswith(
        r"\frac{\partial L}{\partial W} = \left(\frac{\partial L}{\partial y}\right)^\top\,x = "
        r"\begin{pmatrix} 4 & 4 \\ 0 & 0 \\ 4 & 4 \end{pmatrix},\quad"
    )


def test_steps_say_what_broadcasting_and_several_users_add_up():
    a = nnlib.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    b = nnlib.tensor([1.0, 10.0], requires_grad=True)
    with trace.recording():
        steps = trace.steps((a * b + b).sum(), a=a, b=b)
    assert [step.text for step in steps][-2:] == [
        "add sends df/dv₁ = df/dv₂ = [1 1; 1 1] and df/db = df/dv₂, summed over the axes it "
        "was repeated along = (2, 2)",
        "multiply sends df/da = df/dv₁ × b = [1 10; 1 10] and df/db = df/dv₁ × a, summed over "
        "the axes it was repeated along = (4, 6), which now holds (6, 8)",
    ]
    assert r"\frac{\partial f}{\partial b} \mathrel{+}= " in steps[-1].latex


def test_large_arrays_are_said_by_shape_mean_and_norm():
    W = nnlib.ones(30, 20, requires_grad=True)
    with trace.recording():
        steps = trace.steps((W @ nnlib.ones(20, 5)).sum(), W=W)
    assert steps[0].text == "v₁ = W @ k₁ = 30×5 (mean 20, norm 245), with W 30×20, k₁ 20×5"
    assert steps[0].latex == r"v_{1} = W\,k_{1} \in \mathbb R^{30 \times 5}"


def test_a_gradient_that_was_given_starts_the_steps():
    steps = trace.steps(X * 2, gradient=[3.0, 4.0], x=X)
    assert steps[1].text == "f starts with the gradient given, (3, 4)"
    assert trace.graph(X * 2, gradient=[3.0, 4.0], x=X)["x"].gradient.tolist() == [6, 8]


SAMPLES = {
    "add": lambda x: x + x, "sub": lambda x: x - x, "mul": lambda x: x * x,
    "div": lambda x: x / x, "pow": lambda x: x**x, "matmul": lambda x: x @ x,
    "linear": lambda x: nn.functional.linear(x, x, x[0]), "neg": lambda x: -x,
    "softmax": lambda x: nnlib.softmax(x, 0), "log_softmax": lambda x: nnlib.log_softmax(x, 0),
    "reshape": lambda x: x.reshape(4), "view": lambda x: x.view(4),
    "flatten": lambda x: x.flatten(), "transpose": lambda x: x.transpose(0, 1),
    "squeeze": lambda x: x[None].squeeze(0), "unsqueeze": lambda x: x.unsqueeze(0),
}  # fmt: skip


@pytest.mark.parametrize("operation", RULES)
def test_the_rules_that_are_said_read_what_the_engine_reads(operation):
    x = nnlib.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    with trace.recording() as tape:
        SAMPLES.get(operation, getattr(nnlib, operation, None))(x)
    node = tape.ops[-1].nodes[0]
    assert node.name == operation
    said = [rule.reads for rule in RULES[operation].values()]
    assert [edge[4] for edge in node.edges] == said
