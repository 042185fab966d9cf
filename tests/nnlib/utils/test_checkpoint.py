"""Checkpoints: the gradients of the whole computation, with the same random numbers."""

import gc
import weakref

import numpy as np
import pytest
import torch

import nnlib
from nnlib.utils.checkpoint import checkpoint
from tests.nnlib.harness import naming


def trained(L, apply, requires_grad=True):
    """Return the loss and all gradients of a small network whose middle is given to apply."""
    w = L.tensor(np.linspace(-1, 1, 12).reshape(3, 4), requires_grad=True)
    b = L.tensor(np.linspace(0, 1, 3), requires_grad=True)
    x = L.tensor(np.linspace(-2, 2, 8).reshape(2, 4), requires_grad=requires_grad)
    b.register_hook(lambda g: 2 * g)
    start = x * 2 if requires_grad else x

    def middle(x, *, scale):
        h = L.tanh(x @ w.T + b) * scale
        return h, L.exp(h), scale

    h, y, scale = apply(middle, start, scale=L.tensor(3.0, dtype=L.float64))
    assert not scale.requires_grad
    loss = (h * y).sum() + (y**2).sum()
    loss.backward()
    return [loss, *[t.grad for t in (w, b, x) if t.requires_grad]]


def plainly(function, *args, **kwargs):
    return function(*args, **kwargs)


@pytest.mark.parametrize("requires_grad", [True, False])
def test_gradients_match_the_whole_computation_and_torch(requires_grad):
    def in_torch(function, *args, **kwargs):
        return torch.utils.checkpoint.checkpoint(function, *args, use_reentrant=False, **kwargs)

    got, plain, expected = (
        trained(L, apply, requires_grad)
        for L, apply in ((nnlib, checkpoint), (nnlib, plainly), (torch, in_torch))
    )
    for a, b, c in zip(got, plain, expected, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-9)
        np.testing.assert_allclose(a.detach().numpy(), c.detach().numpy(), rtol=1e-9)


def test_random_numbers_are_the_same_in_both_calls_and_continue_afterwards():
    x = nnlib.ones(1000, requires_grad=True)
    nnlib.manual_seed(0)
    y = checkpoint(lambda x: nnlib.nn.functional.dropout(x, 0.5), x)
    after = nnlib.get_rng_state()
    y.backward(nnlib.ones(1000))
    assert x.grad.tolist() == y.tolist()
    assert nnlib.get_rng_state().tolist() == after.tolist()


def test_intermediate_results_are_not_kept():
    kept = []

    def function(x):
        h = x.exp()
        kept.append(weakref.ref(h.array))
        return h.sin(), x

    x = nnlib.ones(3, requires_grad=True)
    for apply, is_kept in ((plainly, True), (checkpoint, False)):
        y, _ = apply(function, x)
        gc.collect()
        assert (kept[-1]() is not None) == is_kept
        assert y.requires_grad


def test_results_of_earlier_operations_must_be_arguments():
    x = nnlib.ones(2, requires_grad=True)
    outside = x * 2
    with pytest.raises(
        RuntimeError, match=r"checkpoint: expected every tensor .* result of mul"
    ):
        checkpoint(lambda y: y * outside, x)
    with pytest.raises(
        TypeError, match="checkpoint: expected function to return Tensors, got 3"
    ):
        checkpoint(lambda y: 3, x)
    with pytest.raises(RuntimeError, match="checkpoint doesn't support second derivatives"):
        nnlib.grad(checkpoint(lambda y: y * y, x).sum(), x, create_graph=True)
    with nnlib.no_grad():
        assert not checkpoint(lambda y: y * y, x).requires_grad
    for L in (nnlib, torch):
        with naming(L):
            y = L.utils.checkpoint.checkpoint(lambda y: y + 1, L.ones(2), use_reentrant=False)
            assert not y.requires_grad
