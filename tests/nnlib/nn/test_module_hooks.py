"""Hooks of modules: what they see and replace, forward and backward, as in torch."""

import pytest
import torch

import nnlib
from nnlib import nn
from tests.nnlib.harness import naming


class Twice(nn.Module):
    """A module with two inputs and two outputs."""

    def forward(self, x, y, factor=1):
        return x * y * factor, (x + y) * factor


def test_hooks_see_and_replace_what_goes_in_and_comes_out():
    model, seen = nn.Identity(), []

    def before(module, args):
        seen.append((module, args))
        return args[0] + 1

    def after(module, args, output):
        seen.append((module, args, output))
        return output * 10

    model.register_forward_pre_hook(before)
    model.register_forward_hook(after)
    assert model(2) == 30
    assert seen == [(model, (2,)), (model, (3,), 3)]


def test_a_hook_is_removed_by_its_handle_and_at_the_end_of_with():
    model = nn.Identity()
    handle = model.register_forward_hook(lambda module, args, output: output + 1)
    with model.register_forward_pre_hook(lambda module, args: args[0] + 1):
        assert model(0) == 2
    assert model(0) == 1
    handle.remove()
    handle.remove()
    assert model(0) == 0


def both_with_hook(make, hook, inputs, result=lambda y: y):
    """Return, in both libraries, the gradients that a hook got and those of the inputs."""
    results = []
    for L in (nnlib, torch):
        seen = []
        model = make(L)

        def keep(module, grad_input, grad_output, seen=seen, L=L):
            seen.append(
                [None if g is None else g.tolist() for g in (*grad_input, *grad_output)]
            )
            return hook(L, grad_input)

        model.register_full_backward_hook(keep)
        xs = [L.tensor(x, requires_grad=r) for x, r in inputs]
        result(model(*xs)).sum().backward()
        slopes = [None if x.grad is None else x.grad.tolist() for x in xs]
        results.append((seen, slopes))
    return results


class TorchTwice(torch.nn.Module):
    forward = Twice.forward


BACKWARD = {"both results": lambda ys: ys[0] * 3 + ys[1], "first result": lambda ys: ys[0] * 3}


def test_backward_hooks_see_what_they_see_in_torch():
    for used in BACKWARD:
        for needs in [(True, True), (True, False), (False, True)]:
            with naming(used, needs):
                inputs = [([1.0, 2.0], needs[0]), ([3.0, 5.0], needs[1])]
                ours, theirs = both_with_hook(
                    lambda L: (Twice if L is nnlib else TorchTwice)(),
                    lambda L, grads: None,
                    inputs,
                    BACKWARD[used],
                )
                # torch gives 0 for an input without gradient and None for an unused output,
                # here it is the other way round
                (seen,), (seen_by_torch,) = ours[0], theirs[0]
                assert [g or [0.0, 0.0] for g in seen] == [
                    g or [0.0, 0.0] for g in seen_by_torch
                ]
                assert (seen[0] is None, seen[1] is None) == (not needs[0], not needs[1])
                assert ours[1] == theirs[1]


def test_a_backward_hook_that_gives_too_much_is_refused():
    model = nn.Tanh()
    model.register_full_backward_hook(lambda module, grad_input, grad_output: grad_input * 2)
    y = model(nnlib.ones(3, requires_grad=True)).sum()
    with pytest.raises(RuntimeError, match="expected 1 gradients from the hook, got 2"):
        y.backward()


def test_backward_hooks_work_within_a_recorded_walk():
    results = []
    for L in (nnlib, torch):
        model = L.nn.Tanh()
        model.register_full_backward_hook(lambda module, grad_in, grad_out: (grad_in[0] * 3,))
        x = L.tensor([0.5], requires_grad=True)
        (g,) = L.autograd.grad(model(x).sum(), x, create_graph=True)
        (h,) = L.autograd.grad(g.sum(), x)
        results.append((g.item(), h.item()))
    assert results[0] == pytest.approx(results[1], rel=1e-6)
