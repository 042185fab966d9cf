"""Why something has no graph."""

import pytest

import nnlib
from nnlib import trace
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


def test_inputs_without_a_graph_are_refused():
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


def test_only_expressions_have_steps():
    with pytest.raises(ValueError, match=r"trace\.expression"):
        trace.graph((X * X).sum()).steps()
