"""Datasets against torch: subsets, sums, splits and errors."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.utils import data
from tests.nnlib.harness import assert_refused, naming


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


def test_a_sum_of_datasets_concatenates_them():
    for L in (nnlib, torch):
        kinds = Squares(L)
        three = kinds.by_number(3) + kinds.by_number(0) + kinds.by_number(2)
        assert isinstance(three, L.utils.data.ConcatDataset)
        assert [three[i] for i in range(-5, 5)] == [0, 1, 4, 0, 1] * 2
        assert (len(three), three.cumulative_sizes) == (5, [3, 5])
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


SPLITS = [[3, 7], [10], [0, 10], [0.3, 0.7], [0.33, 0.33, 0.34], [0.5, 0.25, 0.25], [1.0]]


def test_a_split_gives_each_sample_to_one_part():
    for lengths in SPLITS:
        with naming(lengths):
            generator = nnlib.Generator().manual_seed(3)
            parts = data.random_split(range(10), lengths, generator)
            theirs = torch.utils.data.random_split(range(10), lengths)
            assert [len(p) for p in parts] == [len(p) for p in theirs]
            order = nnlib.randperm(10, generator=nnlib.Generator().manual_seed(3))
            assert [i for part in parts for i in part.indices] == order.tolist()


def test_mistakes_are_named():
    calls = [
        (lambda L: L.utils.data.TensorDataset(L.zeros(2), L.zeros(3)), AssertionError),
        (lambda L: L.utils.data.ConcatDataset([]), AssertionError),
        (lambda L: L.utils.data.ConcatDataset([Squares(L).in_turn(3)]), AssertionError),
        (lambda L: L.utils.data.Dataset()[0], NotImplementedError),
        (lambda L: L.utils.data.random_split(range(5), [2, 2]), ValueError),
        (lambda L: L.utils.data.random_split(range(5), [0.5, 0.4]), ValueError),
        (lambda L: L.utils.data.random_split(range(5), [1.5, -0.5]), ValueError),
    ]
    assert_refused(calls, nnlib, torch)
