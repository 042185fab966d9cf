"""Hooks of modules: what they see and replace, forward and backward, as in torch."""

import itertools

import pytest
import torch

import nnlib
from nnlib import nn
from tests.nnlib.harness import naming


def test_hooks_see_and_replace_what_goes_in_and_comes_out():
    model, calls = nn.Identity(), []

    def before(module, args):
        calls.append((module, args))
        return args[0] + 1

    def after(module, args, output):
        calls.append((module, args, output))
        return output * 10

    model.register_forward_pre_hook(before)
    model.register_forward_hook(after)
    assert model(2) == 30
    assert calls == [(model, (2,)), (model, (3,), 3)]


def test_a_hook_is_removed_by_its_handle_and_at_the_end_of_with():
    model = nn.Identity()
    handle = model.register_forward_hook(lambda module, args, output: output + 1)
    with model.register_forward_pre_hook(lambda module, args: args[0] + 1):
        assert model(0) == 2
    assert model(0) == 1
    handle.remove()
    handle.remove()
    assert model(0) == 0


def twice(module, x, y):
    """Return two results of two inputs, as the forward method of a module."""
    return x * y, x + y


RESULTS = {"both": lambda ys: ys[0] * 3 + ys[1], "the first": lambda ys: ys[0] * 3}


def test_backward_hooks_see_what_they_see_in_torch():
    for used, needs in itertools.product(RESULTS, [(True, True), (True, False), (False, True)]):
        grads, slopes = [], []
        for L in (nnlib, torch):
            model = type("Twice", (L.nn.Module,), dict(forward=twice))()
            model.register_full_backward_hook(lambda *args, grads=grads: grads.append(args[1:]))
            x, y = L.tensor([1.0, 2.0]), L.tensor([3.0, 5.0])
            x.requires_grad, y.requires_grad = needs
            RESULTS[used](model(x, y)).sum().backward()
            slopes.append([t.grad.tolist() for t in (x, y) if t.requires_grad])
        with naming(used, needs):
            # torch gives 0 for an input without gradient and None for an unused output,
            # here it is the other way round
            ours, theirs = ([g for part in args for g in part] for args in grads)
            zeros = [0.0, 0.0]
            expected = [zeros if g is None else g.tolist() for g in theirs]
            assert [zeros if g is None else g.tolist() for g in ours] == expected
            assert tuple(g is not None for g in ours[:2]) == needs
            assert slopes[0] == slopes[1]


def test_a_backward_hook_that_gives_too_much_is_refused():
    model = nn.Tanh()
    model.register_full_backward_hook(lambda module, grad_input, grad_output: grad_input * 2)
    y = model(nnlib.ones(3, requires_grad=True)).sum()
    with pytest.raises(RuntimeError, match="a tuple of length 1, got length 2"):
        y.backward()


def test_backward_hooks_work_within_a_recorded_walk():
    results = []
    for L, kind in ((nnlib, tuple), (nnlib, list), (torch, tuple)):
        model = L.nn.Tanh()
        model.register_full_backward_hook(lambda *args, kind=kind: kind([args[1][0] * 3]))
        x = L.tensor([0.5], requires_grad=True)
        (g,) = L.autograd.grad(model(x).sum(), x, create_graph=True)
        (h,) = L.autograd.grad(g.sum(), x)
        results.append((g.item(), h.item()))
    assert results[0] == results[1] == pytest.approx(results[2], rel=1e-6)
