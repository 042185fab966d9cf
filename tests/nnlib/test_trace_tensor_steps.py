"""What the steps of a graph of tensors say, and why something has no graph."""

import pytest

import nnlib
from nnlib import nn, trace
from nnlib.trace.rules import RULES
from tests.nnlib.harness import assert_refused

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


def test_what_has_no_graph_is_refused():
    assert_refused(
        [
            (lambda: trace.graph(3.0), TypeError),
            (lambda: trace.graph(nnlib.ones(1)), ValueError),
            (lambda: trace.graph(quiet()), ValueError),
            (lambda: trace.graph(X * 2), ValueError),
            (lambda: trace.graph(X * 2, gradient=[1.0]), ValueError),
            (lambda: trace.graph(X.sum(), x=3), TypeError),
            (lambda: trace.graph(X.sum(), names=[X]), TypeError),
        ]
    )
    for make in (freed, changed):
        with pytest.raises(RuntimeError, match="mul"):
            trace.graph(make())


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


SAMPLES = {
    "add": lambda x: x + x, "sub": lambda x: x - x, "mul": lambda x: x * x,
    "div": lambda x: x / x, "pow": lambda x: x**x, "matmul": lambda x: x @ x,
    "linear": lambda x: nn.functional.linear(x, x, x[0]), "neg": lambda x: -x,
    "softmax": lambda x: nnlib.softmax(x, 0), "log_softmax": lambda x: nnlib.log_softmax(x, 0),
    "reshape": lambda x: x.reshape(4), "view": lambda x: x.view(4),
    "flatten": lambda x: x.flatten(), "transpose": lambda x: x.transpose(0, 1),
    "squeeze": lambda x: x[None].squeeze(0), "unsqueeze": lambda x: x.unsqueeze(0),
}  # fmt: skip


def test_the_rules_that_are_said_read_what_the_engine_reads():
    for operation, rules in RULES.items():
        x = nnlib.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        with trace.recording() as tape:
            SAMPLES.get(operation, getattr(nnlib, operation, None))(x)
        node = tape.ops[-1].nodes[0]
        assert node.name == operation
        expected = [rule.reads for rule in rules.values()]
        assert [edge[4] for edge in node.edges] == expected, operation
