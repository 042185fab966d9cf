"""Operations with one rule for all gradients, and tensors that can't be recorded."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.graph import record_fused


def scale(x, w, calls=None):
    """Return x w, by an operation that keeps the number of elements for its backward."""

    def backward(g, needs, x, w, size):
        if calls is not None:
            calls.append((needs, size))
        return {"x": g * w, "w": g * x}

    def twice(g, needs, x, w):
        return {"x": g * w, "w": g * x}

    y = nnlib.raw(x) * nnlib.raw(w)
    size = np.array(y.size)
    return record_fused(y, dict(x=x, w=w), backward, keep=dict(size=size), twice=twice)


def halves(x):
    """Return two results: the upper and the lower half of twice x."""
    n = x.shape[0] // 2

    def backward(g):
        return {"x": 2 * np.concatenate(g)}

    y = 2 * nnlib.raw(x)
    return record_fused((y[:n], y[n:]), dict(x=x), backward)


@pytest.fixture
def x():
    return nnlib.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)


def test_one_rule_gives_the_gradients_of_all_inputs(x):
    w = nnlib.tensor([5.0], requires_grad=True)
    scale(x, w).sum().backward()
    assert x.grad.tolist() == [5.0] * 4
    assert w.grad.tolist() == [10.0]


def test_rule_receives_the_names_of_the_needed_gradients(x):
    calls = []
    scale(x, nnlib.tensor([5.0]), calls).sum().backward()
    w = nnlib.tensor([5.0], requires_grad=True)
    nnlib.grad(scale(x, w, calls).sum(), w)
    assert calls == [({"x"}, 4), ({"w"}, 4)]


def test_second_derivative_uses_the_recorded_form(x):
    w = nnlib.tensor([5.0], requires_grad=True)
    (g,) = nnlib.grad((scale(x, w) ** 2).sum(), x, create_graph=True)
    (h,) = nnlib.grad(g.sum(), x)
    assert h.tolist() == [50.0] * 4


def test_second_derivative_without_a_recorded_form_is_refused(x):
    y = halves(x)[0].sum()
    with pytest.raises(RuntimeError, match="halves doesn't support second derivatives"):
        nnlib.grad(y, x, create_graph=True)


def test_each_of_several_results_sends_its_gradient_and_an_unused_one_counts_as_zero(x):
    a, b = halves(x)
    gradients = []
    a.register_hook(lambda g: gradients.append(g.tolist()))
    (a.sum() + 3 * b.sum()).backward(retain_graph=True)
    assert x.grad.tolist() == [2.0, 2.0, 6.0, 6.0]
    assert gradients == [[1.0, 1.0]]
    (g,) = nnlib.grad(b.sum(), x)
    assert g.tolist() == [0.0, 0.0, 2.0, 2.0]


def test_results_of_inference_mode_may_not_be_kept(x):
    with nnlib.inference_mode():
        y = x * 2
        (z,) = (scale(x, nnlib.tensor([1.0])),)
        y += 1
    assert y.is_inference()
    assert z.is_inference()
    assert not y.requires_grad
    assert not x.is_inference()
    with pytest.raises(RuntimeError, match="can't use a tensor made in inference_mode"):
        x * y
    with pytest.raises(RuntimeError, match="change of a tensor made in inference_mode"):
        y += 1
    with pytest.raises(RuntimeError, match="requires_grad_: the tensor was made in inference"):
        y.requires_grad_()
    assert (x * y.clone()).requires_grad
    assert (x + y).requires_grad  # nothing of y is kept


@pytest.mark.parametrize(
    "switch",
    [
        lambda L: L.enable_grad(),
        lambda L: L.no_grad(),
        lambda L: L.set_grad_enabled(True),
        lambda L: L.inference_mode(False),
    ],
    ids=["enable_grad", "no_grad", "set_grad_enabled", "inference_mode"],
)
def test_only_inference_mode_itself_leaves_inference_mode_as_in_torch(switch):
    modes = []
    for L in (nnlib, torch):
        x = L.ones(2, requires_grad=True)
        with L.inference_mode():
            with switch(L):
                y = x * 2
            z = x * 2
        modes.append((y.is_inference(), y.requires_grad, z.is_inference(), L.is_grad_enabled()))
    assert modes[0] == modes[1]


def test_set_grad_enabled_acts_at_once_and_as_a_context(x):
    nnlib.set_grad_enabled(False)
    assert not (x * 2).requires_grad
    nnlib.set_grad_enabled(True)
    with nnlib.set_grad_enabled(False):
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad
    assert not nnlib.no_grad(lambda x: x * 2)(x).requires_grad  # a bare decorator
    assert not nnlib.no_grad()(lambda x: x * 2)(x).requires_grad  # with brackets
    double = nnlib.set_grad_enabled(False)(lambda x: x * 2)
    assert (x * 2).requires_grad  # a decorator changes nothing until the function is called
    for _ in range(2):
        assert not double(x).requires_grad
        assert (x * 2).requires_grad
