"""DataLoader: batches as in torch, order by generator, resuming, and errors."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import nnlib
from nnlib.utils import data
from nnlib.utils.data import DataLoader
from tests.nnlib.harness import naming
from tests.nnlib.utils.test_collate import plain
from tests.nnlib.utils.test_dataset import Squares


def seeded(seed=4):
    return nnlib.Generator().manual_seed(seed)


def numbered(n, L=nnlib):
    """Return a dataset of the numbers below n, each with itself plus 100."""
    return L.utils.data.TensorDataset(L.arange(n), L.arange(n) + 100.0)


def numbers_in(loader):
    """Return the numbers in each batch of an epoch, each checked against its second column."""
    epoch = []
    for x, y in loader:
        assert (y - x).tolist() == [100.0] * len(x)
        epoch.append(x.tolist())
    return epoch


def flat(epoch):
    return [i for batch in epoch for i in batch]


# Batches


@pytest.mark.parametrize("size", [1, 3, 5, 20, None])
def test_batches_match_torch(size):
    for drop_last in (False, True):
        for make in (numbered, lambda n, L: Squares(L).in_turn(n)):
            results = []
            for L in (nnlib, torch):
                options = dict(batch_size=size, drop_last=drop_last and size is not None)
                loader = L.utils.data.DataLoader(make(11, L), **options)
                results.append((len(loader), [plain(batch) for batch in loader]))
            assert results[0] == results[1]
            assert len(results[0][1]) == results[0][0]


ORDERS = {
    "sampler": lambda d: dict(sampler=[3, 1, 1], batch_size=2),
    "sampler without batches": lambda d: dict(sampler=[3, 1, 1], batch_size=None),
    "batch sampler": lambda d: dict(batch_sampler=[[3, 1], (2,), range(2)]),
    "batches of a sampler": lambda d: dict(batch_sampler=d.BatchSampler([4, 2, 0], 2, True)),
    "arrays": lambda d: dict(batch_sampler=[np.array([3, 1]), np.array([2], np.int32)]),
    "negative": lambda d: dict(sampler=[-1, -2, 0], batch_size=3),
    "slices": lambda d: dict(sampler=[slice(0, 2), slice(2, 4)], batch_size=2),
    "collate": lambda d: dict(collate_fn=lambda samples: [len(samples), samples[0][0]]),
    "batches of three, collated": lambda d: dict(batch_size=3, collate_fn=len),
}


def test_orders_of_ones_own_match_torch():
    for make in ORDERS.values():
        with naming(make):
            results = []
            for L in (nnlib, torch):
                d = L.utils.data
                loader = d.DataLoader(numbered(6, L), **make(d))
                results.append(
                    (len(loader), loader.batch_size, [plain(batch) for batch in loader])
                )
            assert results[0] == results[1]


# Orders


def test_order_is_what_the_generator_says():
    loader = DataLoader(numbered(10), batch_size=4, shuffle=True, generator=seeded())
    g = seeded()
    for _ in range(3):
        order = nnlib.randperm(10, generator=g).tolist()
        assert numbers_in(loader) == [order[:4], order[4:8], order[8:]]


@given(
    n=st.integers(1, 40),
    size=st.integers(1, 45),
    drop_last=st.booleans(),
    seed=st.integers(0, 2**32),
    split=st.booleans(),
)
def test_every_epoch_is_a_permutation(n, size, drop_last, seed, split):
    samples = numbered(n)
    lengths = [n // 3, n - n // 3]
    split &= n > 1  # the lengths 0 and 1 would be shares of the whole
    parts = data.random_split(samples, lengths, seeded(seed)) if split else []
    loaders = [
        DataLoader(part, size, shuffle=True, drop_last=drop_last, generator=seeded(seed))
        for part in [p for p in parts if len(p)] or [samples]
    ]
    for _ in range(3):
        epochs = [numbers_in(loader) for loader in loaders]
        numbers = [i for epoch in epochs for i in flat(epoch)]
        assert len(set(numbers)) == len(numbers)
        for loader, epoch in zip(loaders, epochs, strict=True):
            whole, rest = divmod(len(loader.dataset), size)
            sizes = [size] * whole + [rest] * (rest > 0 and not drop_last)
            assert [len(batch) for batch in epoch] == sizes
            assert len(loader) == len(sizes)
        if not drop_last:
            assert sorted(numbers) == list(range(n))


def test_the_state_between_epochs_continues_the_order():
    def shuffled():
        return DataLoader(numbered(22), 4, shuffle=True, generator=seeded(9))

    def sampled():
        order = data.RandomSampler(range(22), generator=seeded(9))
        return DataLoader(numbered(22), batch_sampler=data.BatchSampler(order, 4, True))

    for make in (shuffled, sampled):
        loader, again = make(), make()
        numbers_in(loader)
        again.load_state_dict(loader.state_dict())
        assert numbers_in(again) == numbers_in(loader)
    assert DataLoader(numbered(22), shuffle=True).state_dict()["generator"] is None
    with pytest.raises(ValueError, match="state with samples 21, got 22"):
        DataLoader(numbered(21), 4).load_state_dict(DataLoader(numbered(22), 4).state_dict())
    with pytest.raises(ValueError, match="state without a generator, got one with"):
        DataLoader(numbered(22), 4).load_state_dict(shuffled().state_dict())


def test_worker_init_fn_is_called_once_for_each_worker():
    called = []
    for D in (DataLoader, torch.utils.data.DataLoader):
        assert len(list(D(range(5), worker_init_fn=called.append))) == 5
    assert not called
    loader = DataLoader(range(5), num_workers=2, worker_init_fn=called.append)
    for _ in range(2):
        batch = next(iter(loader))
        assert called == [0, 1]
        assert batch.shape == (1,)


# Mistakes

IN_TURN = object()
ERRORS = [
    (dict(num_workers=-1), "num_workers >= 0, got -1"),
    (dict(timeout=-1), "timeout >= 0, got -1"),
    (dict(num_workers=1, prefetch_factor=-1), "prefetch_factor >= 0, got -1"),
    (dict(prefetch_factor=0), "num_workers > 0 with prefetch_factor, got 0"),
    (dict(prefetch_factor=2), "num_workers > 0 with prefetch_factor, got 0"),
    (dict(persistent_workers=True), "num_workers > 0 with persistent_workers, got 0"),
    (dict(multiprocessing_context="fork"), "num_workers > 0 with multiprocessing_context"),
    (dict(shuffle=True, sampler=[1]), r"at most one of .*'shuffle', 'sampler'\]"),
    (dict(shuffle=True, batch_sampler=[[1]]), "at most one of shuffle, sampler"),
    (dict(sampler=[1], batch_sampler=[[1]]), "at most one of shuffle, sampler"),
    (dict(batch_size=2, batch_sampler=[[1]]), "neither batch_size nor .* batch_size=2"),
    (dict(drop_last=True, batch_sampler=[[1]]), "neither batch_size nor drop_last with"),
    (dict(batch_size=None, drop_last=True), "a batch_size with drop_last=True, got None"),
    (dict(batch_size=0), "a positive integer batch_size, got 0"),
    (dict(batch_size=1.5), "a positive integer batch_size, got 1.5"),
    (dict(drop_last=1), "drop_last=True or False, got 1"),
    (dict(dataset=[], shuffle=True), "a positive integer num_samples, got 0"),
    (dict(dataset=IN_TURN, shuffle=True), r"none of .* IterableDataset, got \['shuffle'"),
    (dict(dataset=IN_TURN, sampler=[1]), r"none of .* IterableDataset, got \['sampler'"),
    (dict(dataset=IN_TURN, batch_sampler=[[1]]), "none of .* for an IterableDataset"),
    (dict(dataset=IN_TURN, batch_size=0), "a positive integer batch_size, got 0"),
]


def test_mistakes_are_named():
    for options, message in ERRORS:
        with naming(options, message):
            for L, expected in (
                (nnlib, f"(DataLoader|Sampler): expected {message}"),
                (torch, "."),
            ):
                given = dict(dataset=range(5)) | options
                if given["dataset"] is IN_TURN:
                    given["dataset"] = Squares(L).in_turn(5)
                with pytest.raises(ValueError, match=expected):
                    L.utils.data.DataLoader(**given)
