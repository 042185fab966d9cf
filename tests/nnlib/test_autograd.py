"""Gradients by grad and backward: those of torch, and refused where torch refuses."""

import numpy as np
import pytest
import torch

import nnlib
from tests.nnlib.derivatives import BOTH, assert_same, numbers


def paths(L):
    """Return two leaves, an unused leaf, and two results computed from the first two."""
    a = L.tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True)
    b = L.tensor(np.array([[0.5], [-1.0]]), requires_grad=True)
    unused = L.tensor(np.ones(2), requires_grad=True)
    c = a * b
    return a, b, unused, c, L.exp(c), (c * a).sum()


GRADS = {
    "one number": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (a, b)),
    "one input": lambda L, a, b, u, c, y, s: L.autograd.grad(s, a),
    "on the way": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (c, a)),
    "upstream": lambda L, a, b, u, c, y, s: L.autograd.grad(y, (a, b), L.ones_like(y)),
    "several": lambda L, a, b, u, c, y, s: L.autograd.grad(
        (y, s), (a, b), (L.ones_like(y), None)
    ),
    "the same result twice": lambda L, a, b, u, c, y, s: L.autograd.grad((s, s), (a, b)),
    "the same input twice": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (a, a)),
    "itself": lambda L, a, b, u, c, y, s: L.autograd.grad(s, s),
    "unused": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (a, u), allow_unused=True),
    "only unused": lambda L, a, b, u, c, y, s: L.autograd.grad(s, u, allow_unused=True),
    "only inputs": lambda L, a, b, u, c, y, s: L.autograd.grad(
        s, a, only_inputs=True, allow_unused=False
    ),
    "retained": lambda L, a, b, u, c, y, s: (
        L.autograd.grad(s, a, retain_graph=True) + L.autograd.grad(s, b)
    ),
    "of the gradient": lambda L, a, b, u, c, y, s: L.autograd.grad(
        L.autograd.grad(s, a, create_graph=True)[0].sum(), (a, b)
    ),
}


@pytest.mark.parametrize("call", GRADS.values(), ids=GRADS)
def test_grad_matches_torch(call):
    assert_same(*(numbers(call(L, *paths(L))) for L in BOTH))


GRAD_ERRORS = {
    "input 1 of shape": lambda L, a, b, u, c, y, s: L.autograd.grad(s, (a, u)),
    "expected inputs that require grad": lambda L, a, b, u, c, y, s: L.autograd.grad(
        s, L.ones(3)
    ),
    "expected a tensor with one element": lambda L, a, b, u, c, y, s: L.autograd.grad(y, a),
    "expected a gradient of shape": lambda L, a, b, u, c, y, s: L.autograd.grad(
        y, a, L.ones(2)
    ),
    "does not require grad": lambda L, a, b, u, c, y, s: L.autograd.grad(L.ones(1), a),
    "retain_graph=True": lambda L, a, b, u, c, y, s: (
        L.autograd.grad(s, a),
        L.autograd.grad(s, a),
    ),
}


@pytest.mark.parametrize(("message", "call"), GRAD_ERRORS.items(), ids=GRAD_ERRORS)
def test_grad_refuses_what_torch_refuses(message, call):
    with pytest.raises(RuntimeError, match=message):
        call(nnlib, *paths(nnlib))
    with pytest.raises(RuntimeError):
        call(torch, *paths(torch))


BACKWARDS = {
    "one": lambda L, a, b, u, c, y, s: L.autograd.backward(s),
    "upstream": lambda L, a, b, u, c, y, s: L.autograd.backward(y, L.ones_like(y)),
    "several": lambda L, a, b, u, c, y, s: L.autograd.backward([y, s], [L.ones_like(y), None]),
    "without gradients": lambda L, a, b, u, c, y, s: L.autograd.backward([s, c[0, 0]]),
    "twice": lambda L, a, b, u, c, y, s: (
        L.autograd.backward(s, retain_graph=True),
        L.autograd.backward(s),
    ),
    "one leaf": lambda L, a, b, u, c, y, s: L.autograd.backward(s, inputs=[a]),
    "recorded": lambda L, a, b, u, c, y, s: (
        L.autograd.grad(s, a, create_graph=True)[0].sum().backward()
    ),
}


@pytest.mark.parametrize("call", BACKWARDS.values(), ids=BACKWARDS)
def test_backward_fills_the_leaves_as_in_torch(call):
    leaves = []
    for L in BOTH:
        inputs = paths(L)
        call(L, *inputs)
        leaves.append(numbers([x.grad for x in inputs[:3]]))
    assert_same(*leaves)


def test_unused_inputs_can_have_gradients_of_zero():
    runs = [
        numbers(L.autograd.grad(s, (a, u), materialize_grads=True))
        for L in BOTH
        for a, _, u, _, _, s in [paths(L)]
    ]
    assert_same(*runs)
    for L in BOTH:
        a, *_, s = paths(L)
        with pytest.raises(ValueError, match="allow_unused"):
            L.autograd.grad(s, a, allow_unused=False, materialize_grads=True)


def test_no_inputs_are_refused_as_in_torch():
    for L in BOTH:
        x = L.ones(2, requires_grad=True)
        with pytest.raises(RuntimeError, match="inputs"):
            x.sum().backward(inputs=[])
        with pytest.raises((RuntimeError, ValueError), match="inputs"):
            L.autograd.grad(x.sum(), [])
