"""Tensors from data, rules and chance, against torch."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib import creation

SAME = [
    ("tensor", lambda L: L.tensor([[1.0, 2.0], [3.0, 4.0]])),
    ("tensor", lambda L: L.tensor([1, 2])),
    ("tensor", lambda L: L.tensor([True, False])),
    ("tensor", lambda L: L.tensor(2.5)),
    ("tensor", lambda L: L.tensor(np.ones(3))),
    ("tensor", lambda L: L.tensor([1, 2], dtype=L.float64)),
    ("tensor", lambda L: L.tensor([L.tensor(1.0), L.tensor(2.0)])),
    ("as_tensor", lambda L: L.as_tensor([1.0, 2.0])),
    ("as_tensor", lambda L: L.as_tensor([1, 2], dtype=L.float32)),
    ("from_numpy", lambda L: L.from_numpy(np.arange(3))),
    ("zeros", lambda L: L.zeros(2, 3)),
    ("zeros", lambda L: L.zeros((2, 3), dtype=L.int64)),
    ("ones", lambda L: L.ones(2, 3)),
    ("full", lambda L: L.full((2, 3), 2.5)),
    ("full", lambda L: L.full((2,), 2)),
    ("zeros_like", lambda L: L.zeros_like(L.tensor([1, 2]))),
    ("ones_like", lambda L: L.ones_like(L.tensor([1, 2]), dtype=L.float64)),
    ("eye", lambda L: L.eye(2, 3)),
    ("arange", lambda L: L.arange(4)),
    ("arange", lambda L: L.arange(1, 7, 2)),
    ("arange", lambda L: L.arange(0.0, 1.0, 0.25)),
    ("arange", lambda L: L.arange(3, dtype=L.float64)),
    ("linspace", lambda L: L.linspace(0, 1, 5)),
]
DRAWN = ["rand", "randn", "randint"]


def test_every_public_name_of_creation_is_tested():
    assert {name for name, _ in SAME} | set(DRAWN) == set(creation.__all__)


@pytest.mark.parametrize("make", [make for _, make in SAME])
def test_made_tensor_is_that_of_torch(make):
    got, expected = make(nnlib).numpy(), make(torch).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-6, strict=True)


def test_tensor_copies_and_from_numpy_shares():
    a = np.zeros(2)
    copied, shared = nnlib.tensor(a), nnlib.from_numpy(a)
    a += 1
    assert copied.tolist() == [0.0, 0.0]
    assert shared.tolist() == [1.0, 1.0]
    assert nnlib.as_tensor(shared) is shared
    assert nnlib.as_tensor(a).array is a


@pytest.mark.parametrize("make", [nnlib.zeros, nnlib.ones, nnlib.rand, nnlib.randn])
def test_made_tensor_can_ask_for_a_gradient(make):
    assert make(2, requires_grad=True).requires_grad
    assert nnlib.full((2,), 1.0, requires_grad=True).requires_grad


def test_the_seed_decides_what_is_drawn():
    def draw(seed):
        nnlib.manual_seed(seed)
        drawn = nnlib.rand(3), nnlib.randn(2, 2), nnlib.randint(0, 9, (5,))
        return [x.tolist() for x in drawn]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_drawn_numbers_have_the_range_and_spread_they_should():
    nnlib.manual_seed(0)
    u, z, k = nnlib.rand(10_000), nnlib.randn(10_000), nnlib.randint(2, 5, (1_000,))
    assert u.min().item() >= 0
    assert u.max().item() < 1
    assert abs(u.mean().item() - 0.5) < 0.02
    assert abs(z.mean().item()) < 0.05
    assert abs(z.std().item() - 1) < 0.05
    assert set(k.tolist()) == {2, 3, 4}
    assert (u.dtype, z.dtype, k.dtype) == (nnlib.float32, nnlib.float32, nnlib.int64)
