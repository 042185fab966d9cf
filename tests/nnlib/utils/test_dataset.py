"""Sets of samples against torch: parts, sums, splits and errors."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.utils import data


class Squares:
    """Sets of squares, of both kinds, in one library."""

    def __init__(self, L):
        class ByNumber(L.utils.data.Dataset):
            def __init__(self, n):
                self.n = n

            def __getitem__(self, i):
                if not -self.n <= i < self.n:
                    raise IndexError(i)
                return i * i

            def __len__(self):
                return self.n

        class InTurn(L.utils.data.IterableDataset):
            def __init__(self, n):
                self.n = n

            def __iter__(self):
                return (i * i for i in range(self.n))

            def __len__(self):
                return self.n

        self.by_number, self.in_turn = ByNumber, InTurn


def test_tensors_side_by_side_give_rows_as_in_torch():
    X, y = np.arange(6.0).reshape(3, 2), np.array([5, 6, 7])
    for index in (1, -1, slice(1, 3), [0, 2]):
        rows = []
        for L in (nnlib, torch):
            side = L.utils.data.TensorDataset(L.tensor(X), L.tensor(y))
            assert len(side) == 3
            rows.append([t.tolist() for t in side[index]])
        assert rows[0] == rows[1]


def test_a_sum_of_sets_is_each_behind_the_other():
    for L in (nnlib, torch):
        kinds = Squares(L)
        three = kinds.by_number(3) + kinds.by_number(0) + kinds.by_number(2)
        assert isinstance(three, L.utils.data.ConcatDataset)
        assert [three[i] for i in range(-5, 5)] == [0, 1, 4, 0, 1] * 2
        assert (len(three), three.cumulative_sizes) == (5, [3, 5])
        chain = kinds.in_turn(3) + kinds.in_turn(2)
        assert isinstance(chain, L.utils.data.ChainDataset)
        assert (list(chain), len(chain)) == ([0, 1, 4, 0, 1], 5)
        with pytest.raises(IndexError):
            three[5]
        with pytest.raises(ValueError, match=r"-5|absolute value"):
            three[-6]


def test_a_subset_of_a_subset_counts_in_the_subset():
    for L in (nnlib, torch):
        part = L.utils.data.Subset(Squares(L).by_number(9), [8, 2, 5])
        again = L.utils.data.Subset(part, [2, 0])
        assert (len(again), [again[0], again[1]]) == (2, [25, 64])
        assert again.__getitems__([1, 1, 0]) == [64, 64, 25]


def test_a_subset_takes_a_list_where_its_set_does():
    for L in (nnlib, torch):
        side = L.utils.data.TensorDataset(L.tensor([10, 20, 30]))
        (rows,) = L.utils.data.Subset(side, [2, 1])[[0, 1]]
        assert rows.tolist() == [30, 20]


def test_a_subset_with_its_own_way_is_asked_for_each_sample():
    class Negative(data.Subset):
        def __getitem__(self, i):
            return -super().__getitem__(i)

    loader = data.DataLoader(Negative(Squares(nnlib).by_number(4), [3, 1]), batch_size=2)
    assert next(iter(loader)).tolist() == [-9, -1]


def test_a_set_that_gives_several_at_once_is_asked_once():
    class AtOnce(data.Dataset):
        asked = 0

        def __getitems__(self, indices):
            self.asked += 1
            return [10 * i for i in indices]

        def __len__(self):
            return 5

    whole = AtOnce()
    loader = data.DataLoader(data.Subset(whole, [4, 3, 2]), batch_size=3)
    assert [b.tolist() for b in loader] == [[40, 30, 20]]
    assert whole.asked == 1


SPLITS = [[3, 7], [10], [0, 10], [0.3, 0.7], [0.33, 0.33, 0.34], [0.5, 0.25, 0.25], [1.0]]


@pytest.mark.parametrize("lengths", SPLITS, ids=str)
def test_a_split_gives_each_sample_to_one_part(lengths):
    generator = nnlib.Generator().manual_seed(3)
    parts = data.random_split(range(10), lengths, generator)
    theirs = torch.utils.data.random_split(range(10), lengths)
    assert [len(p) for p in parts] == [len(p) for p in theirs]
    order = nnlib.randperm(10, generator=nnlib.Generator().manual_seed(3))
    assert [i for part in parts for i in part.indices] == order.tolist()


def test_a_split_draws_from_the_default_generator():
    nnlib.manual_seed(5)
    (part,) = data.random_split(range(20), [20])
    nnlib.manual_seed(5)
    assert part.indices == nnlib.randperm(20).tolist()


@pytest.mark.parametrize("L", [nnlib, torch])
def test_an_empty_share_is_warned_of(L):
    with pytest.warns(UserWarning, match="1.*empty"):
        L.utils.data.random_split(range(3), [0.99, 0.01])


def test_shares_that_add_up_to_1_but_for_rounding_are_enough():
    shares = [0.7, 0.2, 0.1 + 3e-16]
    assert sum(shares) > 1
    assert [len(p) for p in data.random_split(range(10), shares)] == [7, 2, 1]


ERRORS = [
    (
        AssertionError,
        r"TensorDataset: expected tensors of as many rows, got \[2, 3\]",
        lambda L: L.utils.data.TensorDataset(L.zeros(2), L.zeros(3)),
    ),
    (
        AssertionError,
        "ConcatDataset: expected at least one set, got none",
        lambda L: L.utils.data.ConcatDataset([]),
    ),
    (
        AssertionError,
        "ConcatDataset: expected no IterableDataset",
        lambda L: L.utils.data.ConcatDataset([Squares(L).in_turn(3)]),
    ),
    (
        AssertionError,
        "ChainDataset: expected IterableDatasets, got list",
        lambda L: list(L.utils.data.ChainDataset([[1, 2]])),
    ),
    (
        AssertionError,
        "ChainDataset: expected IterableDatasets, got list",
        lambda L: len(L.utils.data.ChainDataset([[1, 2]])),
    ),
    (
        NotImplementedError,
        r"Dataset: define __getitem__\(\)",
        lambda L: L.utils.data.Dataset()[0],
    ),
    (
        ValueError,
        r"random_split: expected lengths that add up to 5, got \[2, 2\]",
        lambda L: L.utils.data.random_split(range(5), [2, 2]),
    ),
    (
        ValueError,
        r"random_split: expected lengths that add up to 5, got \[0.5, 0.4\]",
        lambda L: L.utils.data.random_split(range(5), [0.5, 0.4]),
    ),
    (
        ValueError,
        r"random_split: expected lengths >= 0, got \[1.5, -0.5\]",
        lambda L: L.utils.data.random_split(range(5), [1.5, -0.5]),
    ),
]


@pytest.mark.parametrize(("error", "message", "call"), ERRORS)
def test_mistakes_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call(nnlib)
    with pytest.raises(error):
        call(torch)


def test_negative_lengths_are_refused():
    with pytest.raises(ValueError, match="expected lengths >= 0"):
        data.random_split(range(5), [7, -2])  # torch would give samples twice


def test_no_tensors_are_refused():
    with pytest.raises(AssertionError, match=r"as many rows, got \[\]"):
        data.TensorDataset()


def test_an_index_beyond_the_last_set_is_refused():
    with pytest.raises(IndexError, match="ConcatDataset: expected an index < 3, got 3"):
        data.ConcatDataset([[1, 2], [3]])[3]


def test_an_index_before_the_first_set_is_refused():
    with pytest.raises(ValueError, match="ConcatDataset: expected an index >= -3, got -4"):
        data.ConcatDataset([[1, 2], [3]])[-4]


def test_a_single_number_is_no_column_of_a_tensor_dataset():
    with pytest.raises((IndexError, AssertionError, ValueError), match="TensorDataset: "):
        data.TensorDataset(nnlib.tensor(1.0))
