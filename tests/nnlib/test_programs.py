"""Random programs of views and changes in place have the gradients of torch."""

import numpy as np
import pytest
import torch

import nnlib

VIEWS = [
    lambda t: t[1:] if t.shape[0] > 1 else t,
    lambda t: t[::2],
    lambda t: t[..., 0:1],
    lambda t: t.reshape(-1, 1),
    lambda t: t.flatten().unsqueeze(0),
    lambda t: t.transpose(0, -1),
    lambda t: t.T.reshape(t.numel(), 1),
    lambda t: t.squeeze().unsqueeze(-1).flatten(1) if 1 not in t.shape else t,
]


def change(kind, t, other, w, factor):
    """One change in place of t."""
    if kind == 0:
        t.mul_(factor)
    elif kind == 1:
        t.tanh_()
    elif kind == 2:
        t.add_(w.sum())
    elif kind == 3:
        t[0] = w.sum() * factor
    elif t.shape == other.shape:
        t.mul_(other)


def run(L, seed, order):
    """First or second derivatives of what a random program computes."""
    rng = np.random.default_rng(seed)
    x = L.tensor(rng.uniform(0.3, 1.2, (3, 4)), requires_grad=True)
    w = L.tensor(rng.uniform(0.1, 0.4, 2), requires_grad=True)
    pool = [x * 1.0, L.tensor(rng.uniform(0.3, 1.2, (3, 4)))]
    for _ in range(rng.integers(2, 9)):
        t, other = (pool[i] for i in rng.integers(len(pool), size=2))
        kind, factor = rng.integers(10), rng.uniform(0.5, 2.0)
        if kind < 4:
            pool.append(VIEWS[rng.integers(len(VIEWS))](t))
        elif kind == 4:
            pool.append(t * t + 1)
        else:
            change(kind - 5, t, other, w, factor)
    y = sum(((p * p).sum() for p in pool), (w * w + 0 * x.sum()).sum())
    grads = L.autograd.grad(y, [x, w], create_graph=order == 2)
    if order == 2:
        grads = L.autograd.grad(sum((g**3).sum() for g in grads), [x, w])
    return [g.numpy() for g in grads] + [p.detach().numpy() for p in pool]


def outcome(L, seed, order):
    try:
        return run(L, seed, order)
    except RuntimeError:
        return None


@pytest.mark.parametrize("order", [1, 2])
def test_random_programs_have_the_values_and_gradients_of_torch(order):
    answered = 0
    for seed in range(300):
        expected = outcome(torch, seed, order)
        if expected is None:  # torch refuses a program; nnlib may find its gradient, or not
            continue
        got = run(nnlib, seed, order)
        answered += 1
        for a, b in zip(got, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9, err_msg=f"program {seed}")
    assert answered > 150
