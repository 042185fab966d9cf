"""Graphs of typed expressions: numbers equal to PyTorch's, readable errors, steps in words."""

import numpy as np
import pytest
import torch

from nnlib import trace

EXPRESSIONS = [
    ("(x + y) * z", dict(x=-2, y=5, z=-4)),
    ("w = x + y; f = w * z", dict(x=2, y=3, z=4)),
    ("1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))", dict(w0=1, x0=-1, w1=2, x1=2, w2=-2)),
    ("x * y + x * x", dict(x=3, y=-2)),
    ("log(1 + exp(x))", dict(x=2)),
    ("relu(x1*w1 + x2*w2 + b) * 2", dict(x1=2, w1=1, x2=-1, w2=4, b=3)),
    ("relu(x) - max(x, y)", dict(x=0, y=0)),
    ("max(x, 1.5) / y - 2 * tanh(y)", dict(x=1, y=-0.7)),
    ("sigmoid(x)**3 + 2**x - y**-1", dict(x=0.3, y=1.7)),
    ("a = x - y\nb = a * a\nb**y + a", dict(x=3, y=1.2)),
    ("x", dict(x=4)),
    ("+x - 2 * 3", dict(x=1)),
]


def by_torch(graph):
    """Return the value and gradient of every node of a graph, computed by PyTorch."""
    made = {}
    for node in graph:
        made[node] = torch.tensor(node.value, dtype=torch.float64, requires_grad=True)
        if node.operation:
            operands = [
                made[x] if x in made else torch.tensor(x, dtype=torch.float64)
                for x in node.operands
            ]
            made[node] = getattr(torch, node.operation)(*operands)
            made[node].retain_grad()
    made[graph.output].backward()
    return [(x.item(), x.grad.item()) for x in made.values()]


@pytest.mark.parametrize(("text", "values"), EXPRESSIONS)
def test_values_and_gradients_equal_those_of_pytorch_at_every_node(text, values):
    """Each gradient is the sum of what the users of the node send."""
    graph = trace.expression(text, **values)
    ours = [(node.value, node.gradient) for node in graph]
    np.testing.assert_allclose(ours, by_torch(graph), rtol=1e-13)
    arrived = {node: [] for node in graph}
    for node in graph:
        for operand, local, sent in zip(node.operands, node.local, node.sent, strict=True):
            if isinstance(operand, trace.Node):
                assert sent == pytest.approx(local * node.gradient, rel=1e-13)
                arrived[operand].append(sent)
    for node in graph.nodes[:-1]:
        assert len(arrived[node]) == node.users
        assert sum(arrived[node]) == pytest.approx(node.gradient, rel=1e-13)


def test_names_are_those_given_or_new_and_the_output_is_f():
    for text, names in (
        ("w = x + 2; w * x * 2", ["x", "w", "v1", "f"]),
        ("f = x*x; f * (x + 1)", ["x", "f", "v1", "v2"]),
        ("v1 = x*x; v1 * (x + 1) + x * 3", ["x", "v1", "v2", "v3", "v4", "f"]),
    ):
        assert [node.name for node in trace.expression(text, x=2)] == names


def test_constants_are_folded_and_shown_in_the_gate():
    graph = trace.expression("2 * (3 + 4) * x + 1", x=1)
    assert [node.symbol for node in graph] == ["x", "×14", "+1"]


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("x + sin(y)", dict(x=1, y=1), "line 1, column 5: unknown function 'sin'"),
        ("x +", dict(x=1), "line 1, column 4: not an expression"),
        ("x * q", dict(x=1), "line 1, column 5: unknown name 'q'; give its value as q="),
        ("max(x)", dict(x=1), "line 1, column 1: max takes 2 arguments, got 1"),
        ("exp(x=1)", dict(x=1), "line 1, column 1: not allowed here"),
        ("x.real", dict(x=1), "not allowed here: 'x.real'"),
        ("'a' * x", dict(x=1), "not allowed here"),
        ("import os", {}, "expected an expression or 'name = expression'"),
        ("x = 2 * x", dict(x=1), "the name 'x' is already used"),
        ("2 * 3", {}, "does not depend on any input"),
        ("", {}, "expected an expression, got ''"),
        ("x + 1", dict(x=1, y=2), "y is not used in the output"),
        ("w = x * x; x + 1", dict(x=1), "line 1, column 5: w is not used in the output"),
        ("x + 1\nx * x; x + 2", dict(x=1), "line 1, column 1: 'x \\+ 1' is not used"),
        ("1 / (x - 1)", dict(x=1), "'1 / \\(x - 1\\)' is not a finite real number"),
        ("log(x)", dict(x=-1), "not a finite real number"),
        ("(x - 1)**0.5", dict(x=1), "df/dx is not finite for these values"),
        ("x", dict(x=float("nan")), "expected a finite number for x"),
        ("x" + " + x" * 300, dict(x=1), "at most 1000 characters, got 1201"),
        ("-" * 300 + "x", dict(x=1), "more than 200 levels of nesting"),
        ("(" * 300 + "x" + ")" * 199, dict(x=1), "column 101: more than 100 nested brackets"),
        ("  x + sin(x)", dict(x=1), "line 1, column 7: unknown function 'sin'"),
        ("λ = 2 * x; λ + sin(λ)", dict(x=1), "line 1, column 16: unknown function 'sin'"),
        ("x +\0 1", dict(x=1), "line 1, column 4: not an expression"),
        ("x + \ud800", dict(x=1), "line 1, column 5: not an expression"),
        ("x + 1e400", dict(x=1), "'1e400' is not a finite real number"),
    ],
)
def test_a_faulty_expression_is_refused_with_its_place(text, values, message):
    with pytest.raises(ValueError, match=message):
        trace.expression(text, **values)


def test_a_long_chain_is_computed():
    graph = trace.expression("-" * 197 + "x", x=2)
    assert (graph.output.value, graph["x"].gradient) == (-2, -1)
    assert graph.layout().size == (198, 1)


def test_steps_say_both_passes_in_words():
    steps = trace.expression("p = x * y; f = p + x", x=3, y=-2).steps()
    assert repr(steps).splitlines() == [
        "1. p = x × y = 3 × (−2) = −6",
        "2. f = p + x = −6 + 3 = −3",
        "3. f starts with 1, since df/df = 1",
        "4. add sends 1 × 1 = 1 to p and 1 × 1 = 1 to x",
        "5. multiply sends −2 × 1 = −2 to x (total −1) and 3 × 1 = 3 to y",
    ]
