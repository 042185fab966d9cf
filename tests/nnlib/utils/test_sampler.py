"""Samplers: the generator determines the order, and errors are as in torch."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

import nnlib
from nnlib.utils import data
from tests.nnlib.harness import assert_refused


def seeded(seed=4):
    return nnlib.Generator().manual_seed(seed)


def test_more_samples_than_there_are_come_in_several_orders():
    sampler, g = data.RandomSampler(range(4), num_samples=10, generator=seeded()), seeded()
    orders = [nnlib.randperm(4, generator=g).tolist() for _ in range(3)]
    assert list(sampler) == [i for order in orders for i in order][:10]
    assert len(sampler) == 10


def test_without_generator_each_epoch_has_a_seed_of_the_default_one():
    sampler = data.RandomSampler(range(50))
    nnlib.manual_seed(1)
    first, second = list(sampler), list(sampler)
    nnlib.manual_seed(1)
    assert first == list(sampler) != second
    assert sorted(first) == sorted(second) == list(range(50))


def test_a_subset_comes_in_the_order_of_the_generator():
    sampler = data.SubsetRandomSampler([7, 3, 9], seeded())
    order = nnlib.randperm(3, generator=seeded()).tolist()
    assert list(sampler) == [[7, 3, 9][i] for i in order]
    assert len(sampler) == 3


def test_weights_are_relative_frequencies():
    sampler = data.WeightedRandomSampler([1.0, 0.0, 3.0], 4000, generator=seeded())
    share = np.bincount(list(sampler)) / 4000
    np.testing.assert_allclose(share, [0.25, 0, 0.75], atol=0.03)
    assert len(sampler) == 4000


@given(n=st.integers(0, 30), size=st.integers(1, 12), drop_last=st.booleans())
def test_batches_match_torch(n, size, drop_last):
    batches, expected = (
        L.utils.data.BatchSampler(L.utils.data.SequentialSampler(range(n)), size, drop_last)
        for L in (nnlib, torch)
    )
    assert list(batches) == list(expected)
    assert len(batches) == len(expected) == len(list(batches))


def test_mistakes_are_named():
    calls = [
        (lambda L: L.utils.data.RandomSampler([1], 1), TypeError),
        (lambda L: L.utils.data.RandomSampler([]), ValueError),
        (lambda L: L.utils.data.RandomSampler([1], num_samples=1.5), ValueError),
        (lambda L: L.utils.data.WeightedRandomSampler([1.0], -1), ValueError),
        (lambda L: L.utils.data.WeightedRandomSampler([1.0], 1, None), ValueError),
        (lambda L: L.utils.data.WeightedRandomSampler([[1.0]], 1), ValueError),
        (lambda L: L.utils.data.BatchSampler([1], True, False), ValueError),
        (lambda L: L.utils.data.BatchSampler([1], 1, 0), ValueError),
        (lambda L: iter(L.utils.data.Sampler()), NotImplementedError),
        (lambda L: list(L.utils.data.WeightedRandomSampler([1.0], 2, False)), RuntimeError),
    ]
    assert_refused(calls, nnlib, torch)
