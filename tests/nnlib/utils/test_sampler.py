"""Samplers: the order is what the generator says, and errors are those of torch."""

import inspect
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import nnlib
from nnlib.utils import data


def seeded(seed=4):
    return nnlib.Generator().manual_seed(seed)


def test_order_is_what_the_generator_says():
    sampler, g = data.RandomSampler(range(9), generator=seeded()), seeded()
    for _ in range(3):
        assert list(sampler) == nnlib.randperm(9, generator=g).tolist()


def test_more_samples_than_there_are_come_in_several_orders():
    sampler, g = data.RandomSampler(range(4), num_samples=10, generator=seeded()), seeded()
    orders = [nnlib.randperm(4, generator=g).tolist() for _ in range(3)]
    assert list(sampler) == [i for order in orders for i in order][:10]
    assert len(sampler) == 10


def test_with_replacement_each_is_drawn_alone():
    sampler = data.RandomSampler(range(4), True, 1000, generator=seeded())
    drawn = list(sampler)
    assert drawn == nnlib.randint(4, (1000,), generator=seeded()).tolist()
    assert np.bincount(drawn).min() > 200


@pytest.mark.parametrize(
    "sampler",
    [
        data.RandomSampler(range(4), True, 10**10),
        data.RandomSampler(range(4), num_samples=10**10),
        data.WeightedRandomSampler([1.0, 2.0], 10**10),
    ],
)
def test_no_more_is_drawn_than_is_asked_for(sampler):
    assert len(list(itertools.islice(sampler, 70_000))) == 70_000
    assert len(sampler) == 10**10


def test_draws_are_the_same_in_parts():
    sampler = data.RandomSampler(range(9), True, 200_000, seeded())
    assert list(sampler) == nnlib.randint(9, (200_000,), generator=seeded()).tolist()
    sampler = data.WeightedRandomSampler([1.0, 2.0], 200_000, generator=seeded())
    w = nnlib.tensor([1.0, 2.0])
    assert list(sampler) == nnlib.multinomial(w, 200_000, True, generator=seeded()).tolist()


def test_without_generator_each_epoch_has_a_seed_of_the_default_one():
    sampler = data.RandomSampler(range(50))
    nnlib.manual_seed(1)
    first, second = list(sampler), list(sampler)
    nnlib.manual_seed(1)
    assert first == list(sampler) != second
    assert sorted(first) == sorted(second) == list(range(50))


def test_what_else_is_drawn_in_an_epoch_does_not_change_its_order():
    sampler = data.RandomSampler(range(5), num_samples=15)
    nnlib.manual_seed(1)
    quiet = list(sampler)
    nnlib.manual_seed(1)
    assert [(i, nnlib.rand(3))[0] for i in sampler] == quiet


def test_a_subset_comes_in_the_order_of_the_generator():
    sampler = data.SubsetRandomSampler([7, 3, 9], seeded())
    order = nnlib.randperm(3, generator=seeded()).tolist()
    assert list(sampler) == [[7, 3, 9][i] for i in order]
    assert len(sampler) == 3


def test_weights_are_shares():
    sampler = data.WeightedRandomSampler([1.0, 0.0, 3.0], 4000, generator=seeded())
    share = np.bincount(list(sampler)) / 4000
    np.testing.assert_allclose(share, [0.25, 0, 0.75], atol=0.03)
    assert len(sampler) == 4000


@pytest.mark.parametrize("kind", [list, np.array, nnlib.tensor])
def test_weights_without_replacement_come_once(kind):
    sampler = data.WeightedRandomSampler(kind([1.0, 2.0, 3.0]), 3, replacement=False)
    assert sorted(sampler) == [0, 1, 2]


@given(n=st.integers(0, 30), size=st.integers(1, 12), drop_last=st.booleans())
def test_batches_are_those_of_torch(n, size, drop_last):
    batches, expected = (
        L.utils.data.BatchSampler(L.utils.data.SequentialSampler(range(n)), size, drop_last)
        for L in (nnlib, torch)
    )
    assert list(batches) == list(expected)
    assert len(batches) == len(expected) == len(list(batches))


ERRORS = [
    (
        *(TypeError, "RandomSampler: expected replacement True or False, got 1"),
        lambda d: d.RandomSampler([1], 1),
    ),
    (
        *(ValueError, "RandomSampler: expected a positive integer num_samples, got 0"),
        lambda d: d.RandomSampler([]),
    ),
    (
        *(ValueError, "RandomSampler: expected a positive integer num_samples, got 1.5"),
        lambda d: d.RandomSampler([1], num_samples=1.5),
    ),
    (
        *(ValueError, "WeightedRandomSampler: expected a positive integer num_samples, got -1"),
        lambda d: d.WeightedRandomSampler([1.0], -1),
    ),
    (
        *(ValueError, "WeightedRandomSampler: expected replacement True or False, got None"),
        lambda d: d.WeightedRandomSampler([1.0], 1, None),
    ),
    (
        *(ValueError, r"WeightedRandomSampler: expected weights \(N,\), got \(1, 1\)"),
        lambda d: d.WeightedRandomSampler([[1.0]], 1),
    ),
    (
        *(ValueError, "BatchSampler: expected a positive integer batch_size, got True"),
        lambda d: d.BatchSampler([1], True, False),
    ),
    (
        *(ValueError, "BatchSampler: expected drop_last True or False, got 0"),
        lambda d: d.BatchSampler([1], 1, 0),
    ),
    (NotImplementedError, r"Sampler: define __iter__\(\)", lambda d: iter(d.Sampler())),
    (RuntimeError, "weights above 0", lambda d: list(d.WeightedRandomSampler([1.0], 2, False))),
]


@pytest.mark.parametrize(("error", "message", "call"), ERRORS)
def test_mistakes_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call(data)
    with pytest.raises(error):
        call(torch.utils.data)


NAMES = sorted(set(data.__all__) - {"Dataset", "IterableDataset", "Sampler"})


@pytest.mark.parametrize("name", NAMES)
def test_names_are_called_as_in_torch(name):
    got, expected = (
        [
            (p.name, p.kind, None if name == "random_split" else p.default)
            for p in inspect.signature(getattr(L.utils.data, name)).parameters.values()
        ]
        for L in (nnlib, torch)
    )
    assert got == expected


def test_bases_can_be_given_the_kind_of_a_sample():
    for base in (data.Dataset, data.IterableDataset, data.Sampler, data.DataLoader):
        assert base[int]
