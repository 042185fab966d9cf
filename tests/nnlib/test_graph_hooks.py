"""Hooks on gradients, and gradients that are retained on the way."""

import weakref

import pytest
import torch

import nnlib
from tests.nnlib.derivatives import leaf


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_hook_sees_and_replaces_the_whole_gradient(create_graph):
    x, seen = leaf(1.0, 2.0), []
    h = x * 2
    h.register_hook(lambda g: seen.append(g.tolist()))
    h.register_hook(lambda g: g * 10)
    (h.sum() + h.sum()).backward(create_graph=create_graph)
    assert seen == [[2.0, 2.0]]
    assert x.grad.tolist() == [40.0, 40.0]


def test_a_hook_can_be_removed_once_by_each_handle():
    x, seen = leaf(1.0), []
    handles = [x.register_hook(seen.append) for _ in range(2)]
    handles[0].remove()
    handles[0].remove()
    (x * 2).backward()
    assert len(seen) == 1
    for ask in (nnlib.ones(1).retain_grad, lambda: nnlib.ones(1).register_hook(print)):
        with pytest.raises(RuntimeError, match="requires grad"):
            ask()


def test_retain_grad_fills_grad_on_the_way():
    x = leaf(1.0, 2.0)
    h = x * 2
    h.retain_grad()
    h.retain_grad()  # once more changes nothing
    x.retain_grad()
    (h * h).sum().backward()
    assert h.grad.tolist() == [4.0, 8.0]
    assert x.grad.tolist() == [8.0, 16.0]


def test_retain_grad_does_not_keep_its_tensor_alive():
    x = leaf(1.0)
    h = x * 2
    h.retain_grad()
    y, gone = h + 1, weakref.ref(h)
    del h
    assert gone() is None
    y.backward()
    assert x.grad.tolist() == [2.0]


def accumulated(L):
    x, seen = L.tensor([1.0, 2.0], requires_grad=True), []
    handle = x.register_post_accumulate_grad_hook(lambda x: seen.append(x.grad.tolist()))
    for k in range(3):
        (k * x * x).sum().backward()
        L.autograd.grad(x.sum(), x)
        if k == 1:
            handle.remove()
    for wrong in (L.ones(1), x * 2):
        with pytest.raises(RuntimeError):
            wrong.register_post_accumulate_grad_hook(print)
    return seen


def test_a_hook_after_accumulation_matches_torch():
    assert accumulated(nnlib) == accumulated(torch)
