"""DataLoader: batches as torch's, orders as the generator says, resuming, and errors."""

import copy
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import nnlib
from nnlib.utils import data
from nnlib.utils.data import DataLoader, TensorDataset
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


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("size", [1, 3, 5, 20, None])
def test_batches_in_order_are_those_of_torch(size, drop_last):
    found = []
    for L in (nnlib, torch):
        options = dict(batch_size=size, drop_last=drop_last and size is not None)
        loader = L.utils.data.DataLoader(numbered(11, L), **options)
        found.append((len(loader), [plain(batch) for batch in loader]))
    assert found[0] == found[1]
    assert len(found[0][1]) == found[0][0]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("size", [1, 3, 5, 20, None])
def test_batches_of_what_comes_in_turn_are_those_of_torch(size, drop_last):
    found = []
    for L in (nnlib, torch):
        options = dict(batch_size=size, drop_last=drop_last and size is not None)
        loader = L.utils.data.DataLoader(Squares(L).in_turn(11), **options)
        found.append((len(loader), [plain(batch) for batch in loader]))
    assert found[0] == found[1]
    assert len(found[0][1]) == found[0][0]


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


@pytest.mark.parametrize("make", ORDERS.values(), ids=ORDERS)
def test_orders_of_ones_own_are_those_of_torch(make):
    found = []
    for L in (nnlib, torch):
        d = L.utils.data
        loader = d.DataLoader(numbered(6, L), **make(d))
        found.append((len(loader), loader.batch_size, [plain(batch) for batch in loader]))
    assert found[0] == found[1]


def test_tensors_can_be_the_order():
    loader = DataLoader(numbered(6), batch_sampler=[nnlib.tensor([3, 1]), nnlib.tensor([2])])
    assert numbers_in(loader) == [[3, 1], [2]]
    part = data.Subset(numbered(6), nnlib.tensor([5, 4]))
    assert numbers_in(DataLoader(part, batch_size=2)) == [[5, 4]]


class Sample(TensorDataset):
    """A subclass, which is therefore read sample by sample; it counts the reads."""

    asked = 0

    def __getitem__(self, index):
        self.asked += 1
        return super().__getitem__(index)


PLAIN = [(4, 3), (4,), (4, 0), (4, 2, 2)]
DTYPES = ["float32", "float64", "int64", "int32", "uint8", "bool"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", PLAIN, ids=str)
def test_indexing_once_gives_what_indexing_each_gives(shape, dtype):
    x = nnlib.Tensor(np.arange(np.prod(shape)).reshape(shape).astype(dtype))
    once, each = TensorDataset(x, x), Sample(x, x)
    for ways in (lambda s: s, lambda s: data.Subset(data.Subset(s, [3, 1, 0]), [2, 0])):
        batches = [list(DataLoader(ways(s), batch_size=3)) for s in (once, each)]
        assert plain(batches[0]) == plain(batches[1])
    assert each.asked == 6


def test_tensors_are_indexed_once_for_a_batch():
    indexed = []

    class Counted(nnlib.Tensor):
        __slots__ = ()

        def __getitem__(self, index):
            indexed.append(index)
            return super().__getitem__(index)

    loader = DataLoader(TensorDataset(Counted(np.arange(10.0))), batch_size=5)
    assert [b.tolist() for (b,) in loader] == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    assert len(indexed) == 2


def test_batches_are_copies():
    x = nnlib.zeros(4)
    for (batch,) in DataLoader(TensorDataset(x), batch_size=2):
        batch += 1
    assert x.tolist() == [0.0] * 4


def test_gradients_reach_the_samples_either_way():
    for kind in (TensorDataset, Sample):
        x = nnlib.ones(5, requires_grad=True)
        for (batch,) in DataLoader(kind(x), batch_size=2, sampler=[0, 1, 1]):
            batch.sum().backward()
        assert x.grad.tolist() == [1, 2, 0, 0, 0]


def test_a_list_is_a_set_of_samples():
    (batch,) = DataLoader([dict(x=1.0, name="a"), dict(x=2.0, name="b")], batch_size=2)
    assert (batch["x"].tolist(), batch["name"]) == ([1.0, 2.0], ["a", "b"])


def test_options_about_workers_change_nothing():
    def never(_):
        raise AssertionError

    loader = DataLoader(
        numbered(5),
        **dict(batch_size=2, num_workers=2, pin_memory=True, persistent_workers=True),
        **dict(prefetch_factor=4, timeout=9.0, worker_init_fn=never, in_order=False),
        **dict(multiprocessing_context="fork", pin_memory_device="cuda"),
    )
    for _ in range(2):
        assert numbers_in(loader) == [[0, 1], [2, 3], [4]]
    assert data.get_worker_info() is None
    assert (loader.num_workers, loader.prefetch_factor) == (2, 4)


# Orders


def test_order_is_what_the_generator_says():
    loader = DataLoader(numbered(10), batch_size=4, shuffle=True, generator=seeded())
    g = seeded()
    for _ in range(3):
        order = nnlib.randperm(10, generator=g).tolist()
        assert numbers_in(loader) == [order[:4], order[4:8], order[8:]]


def test_the_same_seed_gives_the_same_epochs():
    loader, epochs = DataLoader(numbered(30), batch_size=7, shuffle=True), []
    for _ in range(2):
        nnlib.manual_seed(3)
        epochs.append([numbers_in(loader) for _ in range(3)])
    assert epochs[0] == epochs[1]
    assert epochs[0][0] != epochs[0][1]


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
        seen = [i for epoch in epochs for i in flat(epoch)]
        assert len(set(seen)) == len(seen)
        for loader, epoch in zip(loaders, epochs, strict=True):
            whole, rest = divmod(len(loader.dataset), size)
            sizes = [size] * whole + [rest] * (rest > 0 and not drop_last)
            assert [len(batch) for batch in epoch] == sizes
            assert len(loader) == len(sizes)
        if not drop_last:
            assert sorted(seen) == list(range(n))


# Resuming

OWN, DEFAULT = (lambda: seeded(9)), (lambda: None)


def shuffled(generator, size=4):
    return DataLoader(numbered(22), size, shuffle=True, generator=generator)


def by_sampler(kind, **options):
    return lambda g: DataLoader(numbered(22), 4, sampler=kind(generator=g, **options))


def by_batches(g):
    order = data.RandomSampler(range(22), generator=g)
    return DataLoader(numbered(22), batch_sampler=data.BatchSampler(order, 4, True))


def one_by_one(g):
    return DataLoader(
        numbered(22),
        batch_size=None,
        sampler=data.RandomSampler(range(22), generator=g),
        collate_fn=lambda sample: [t[None] for t in sample],
    )


class Drawing(data.IterableDataset):
    """A dataset whose samples are drawn at random when they are read."""

    def __iter__(self):
        for _ in range(22):
            i = nnlib.randint(22, ()).item()
            yield i, i + 100.0


LOADERS = {
    "in order": lambda g: DataLoader(numbered(22), 4, generator=g),
    "shuffled": shuffled,
    "one by one": one_by_one,
    "by batches": by_batches,
    "several orders": by_sampler(data.RandomSampler, data_source=range(22), num_samples=60),
    "replaced": by_sampler(data.RandomSampler, data_source=range(22), replacement=True),
    "subset": by_sampler(data.SubsetRandomSampler, indices=range(3, 20)),
    "weights": by_sampler(
        data.WeightedRandomSampler, weights=range(1, 23), num_samples=22, replacement=False
    ),
    "drawn while given": lambda g: DataLoader(Drawing(), 4),
}


def epochs_of(loader, count):
    return [numbers_in(loader) for _ in range(count)]


@pytest.mark.parametrize("middle", [1, 2, 5])
@pytest.mark.parametrize("make", LOADERS.values(), ids=LOADERS)
@pytest.mark.parametrize("generator", [OWN, DEFAULT], ids=["own", "default"])
def test_resuming_in_the_middle_equals_going_on(make, generator, middle):
    nnlib.manual_seed(5)
    loader = make(generator())
    epochs_of(loader, 2)
    first = [x.tolist() for x, _ in itertools.islice(loader, middle)]
    chance = nnlib.get_rng_state()
    state = copy.deepcopy(loader.state_dict())
    again = make(generator())
    nnlib.rand(7)
    again.load_state_dict(state)
    nnlib.set_rng_state(chance)
    rest = epochs_of(again, 3)

    nnlib.manual_seed(5)
    loader = make(generator())
    whole = epochs_of(loader, 5)
    assert [first + rest[0], *rest[1:]] == whole[2:]


def test_resuming_does_not_turn_back_the_default_generator():
    nnlib.manual_seed(5)
    loader = shuffled(None)
    next(iter(loader))
    state = loader.state_dict()
    again = shuffled(None)
    again.load_state_dict(state)
    nnlib.manual_seed(6)
    list(again)
    drawn = nnlib.rand(3).tolist()
    nnlib.manual_seed(6)
    assert drawn == nnlib.rand(3).tolist()


def test_what_was_seen_is_not_loaded_again():
    samples = Sample(nnlib.arange(22), nnlib.arange(22) + 100.0)
    loader = DataLoader(samples, 4, shuffle=True, generator=seeded())
    loader.load_state_dict(dict(loader.state_dict(), position=3))
    assert len(flat(numbers_in(loader))) == samples.asked == 10


@pytest.mark.parametrize("generator", [OWN, DEFAULT], ids=["own", "default"])
def test_a_state_between_epochs_begins_the_next(generator):
    nnlib.manual_seed(5)
    loader = shuffled(generator())
    epochs_of(loader, 1)
    state, chance = loader.state_dict(), nnlib.get_rng_state()
    expected = epochs_of(loader, 2)
    again = shuffled(generator())
    again.load_state_dict(state)
    nnlib.set_rng_state(chance)
    assert epochs_of(again, 2) == expected


def test_a_state_after_the_last_batch_ends_its_epoch():
    loader = shuffled(seeded())
    for _ in loader:
        state = loader.state_dict()
    following = epochs_of(loader, 1)
    again = shuffled(seeded(1))
    again.load_state_dict(state)
    assert epochs_of(again, 2) == [[], *following]


def test_a_loaded_state_is_told_as_it_was():
    loader, again = shuffled(seeded()), shuffled(seeded(1))
    next(iter(loader))
    again.load_state_dict(loader.state_dict())
    assert plain(again.state_dict()) == plain(loader.state_dict())


def test_a_loop_that_was_left_is_forgotten_by_the_next():
    loader, g = shuffled(seeded()), seeded()
    next(iter(loader))
    nnlib.randperm(22, generator=g)
    assert flat(numbers_in(loader)) == nnlib.randperm(22, generator=g).tolist()


def test_loops_within_each_other_have_orders_of_their_own():
    loader = DataLoader(numbered(6), 2, shuffle=True, generator=seeded())
    pairs = [(a.tolist(), b.tolist()) for a, _ in loader for b, _ in loader]
    assert len(pairs) == 9
    assert sorted(flat(a for a, _ in pairs[::3])) == list(range(6))
    for k in (0, 3, 6):
        assert sorted(flat(b for _, b in pairs[k : k + 3])) == list(range(6))


@given(n=st.integers(1, 30), size=st.integers(1, 10), stop=st.integers(0, 40))
def test_a_resumed_epoch_loses_and_doubles_nothing(n, size, stop):
    loader, again = (
        DataLoader(numbered(n), size, shuffle=True, generator=seeded(s)) for s in (1, 2)
    )
    seen = flat(x.tolist() for x, _ in itertools.islice(loader, stop))
    again.load_state_dict(loader.state_dict())
    if stop <= len(loader):
        seen += flat(numbers_in(again))
    assert sorted(seen) == list(range(n))


# Mistakes

IN_TURN = object()
ERRORS = [
    (dict(num_workers=-1), "num_workers >= 0, got -1"),
    (dict(timeout=-1), "timeout >= 0, got -1"),
    (dict(num_workers=1, prefetch_factor=-1), "prefetch_factor >= 0, got -1"),
    (dict(prefetch_factor=2), "num_workers > 0 with prefetch_factor, got 0"),
    (dict(persistent_workers=True), "num_workers > 0 with persistent_workers, got 0"),
    (dict(multiprocessing_context="fork"), "num_workers > 0 with multiprocessing_context"),
    (dict(shuffle=True, sampler=[1]), r"one of shuffle, sampler, .*'shuffle', 'sampler'\]"),
    (dict(shuffle=True, batch_sampler=[[1]]), "one of shuffle, sampler, batch_sampler"),
    (dict(sampler=[1], batch_sampler=[[1]]), "one of shuffle, sampler, batch_sampler"),
    (dict(batch_size=2, batch_sampler=[[1]]), "no batch_size and drop_last .* batch_size=2"),
    (dict(drop_last=True, batch_sampler=[[1]]), "no batch_size and drop_last beside"),
    (dict(batch_size=None, drop_last=True), "a batch_size with drop_last=True, got None"),
    (dict(batch_size=0), "a positive integer batch_size, got 0"),
    (dict(batch_size=1.5), "a positive integer batch_size, got 1.5"),
    (dict(drop_last=1), "drop_last True or False, got 1"),
    (dict(dataset=[], shuffle=True), "a positive integer num_samples, got 0"),
    (dict(dataset=IN_TURN, shuffle=True), r"no order for an IterableDataset, got \['shuffle'"),
    (dict(dataset=IN_TURN, sampler=[1]), r"no order for an IterableDataset, got \['sampler'"),
    (dict(dataset=IN_TURN, batch_sampler=[[1]]), "no order for an IterableDataset"),
    (dict(dataset=IN_TURN, batch_size=0), "a positive integer batch_size, got 0"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS)
def test_mistakes_are_named(options, message):
    for L, expected in ((nnlib, f"(DataLoader|Sampler): expected {message}"), (torch, ".")):
        given = dict(dataset=range(5)) | options
        if given["dataset"] is IN_TURN:
            given["dataset"] = Squares(L).in_turn(5)
        with pytest.raises(ValueError, match=expected):
            L.utils.data.DataLoader(**given)


@pytest.mark.parametrize(
    "name", ["batch_size", "batch_sampler", "sampler", "drop_last", "dataset"]
)
@pytest.mark.parametrize("L", [nnlib, torch])
def test_what_the_order_is_made_of_stays(L, name):
    loader = L.utils.data.DataLoader(range(5))
    loader.collate_fn = len
    with pytest.raises(ValueError, match=f"{name}.* (stay as it is|should not be set)"):
        setattr(loader, name, 2)


def test_a_set_without_length_has_no_number_of_batches():
    for L in (nnlib, torch):

        class Endless(L.utils.data.IterableDataset):
            def __iter__(self):
                return itertools.count()

        loader = L.utils.data.DataLoader(Endless(), batch_size=2)
        assert [b.tolist() for b in itertools.islice(loader, 2)] == [[0, 1], [2, 3]]
        with pytest.raises(TypeError):
            len(loader)


@pytest.mark.parametrize("L", [nnlib, torch])
def test_an_empty_batch_cannot_be_collated(L):
    with pytest.raises(IndexError):
        list(L.utils.data.DataLoader(numbered(3, L), batch_sampler=[[]]))


@pytest.mark.parametrize("L", [nnlib, torch])
def test_a_number_that_is_not_there_is_refused(L):
    with pytest.raises(IndexError):
        list(L.utils.data.DataLoader(numbered(3, L), batch_sampler=[[1, 3]]))


def test_an_empty_set_has_empty_epochs():
    for L in (nnlib, torch):
        assert list(L.utils.data.DataLoader(L.utils.data.TensorDataset(L.zeros(0)))) == []


def test_a_state_that_does_not_fit_is_refused():
    loader = shuffled(seeded())
    with pytest.raises(KeyError, match=r"expected a state of .*'start'.*, got \['a'\]"):
        loader.load_state_dict(dict(a=1))
    with pytest.raises(ValueError, match="expected a state of batches of 4, got 5"):
        loader.load_state_dict(shuffled(seeded(), 5).state_dict())


def test_state_with_a_generator_does_not_fit_a_loader_without_one():
    numbers = list(range(10))
    with_own = DataLoader(numbers, 2, shuffle=True, generator=nnlib.Generator())
    without = DataLoader(numbers, 2, shuffle=True)
    for kept, other in ((with_own, without), (without, with_own)):
        next(iter(kept))
        with pytest.raises(ValueError, match=r"DataLoader: expected a state with (a|no) gener"):
            other.load_state_dict(kept.state_dict())


def test_state_of_another_number_of_samples_does_not_fit():
    loader = DataLoader(range(10), 2)
    next(iter(loader))
    with pytest.raises(ValueError, match="DataLoader: expected a state of 4 samples, got 10"):
        DataLoader(range(4), 2).load_state_dict(loader.state_dict())
