"""Datasets, which provide samples by index or in sequence."""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, Generic, TypeVar

from ...random import Generator, default_generator, randperm
from ...tensor import Tensor

__all__ = [
    "ConcatDataset",
    "Dataset",
    "IterableDataset",
    "Subset",
    "TensorDataset",
    "random_split",
]

T = TypeVar("T", covariant=True)


class Dataset(Generic[T]):
    """Base class of datasets accessed by index; define ``__getitem__`` and ``__len__``.

    The sum of two datasets is a ``ConcatDataset``.
    """

    def __getitem__(self, index: Any) -> T:
        """Return the sample at an index."""
        raise NotImplementedError(f"{type(self).__name__}: define __getitem__()")

    def __add__(self, other: Dataset) -> ConcatDataset:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T], Iterable[T]):
    """Base class of datasets that yield samples in sequence; define ``__iter__``."""


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """A dataset of tensors, where each sample is a tuple with one row of each tensor.

    Parameters
    ----------
    *tensors : (N, ...)
        Tensors with the same number of rows.

    Raises
    ------
    AssertionError
        If the tensors differ in their numbers of rows, or there are no tensors.

    >>> X, y = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([0, 1]).long()
    >>> TensorDataset(X, y)[1]
    (tensor([3., 4.]), tensor(1))
    """

    def __init__(self, *tensors: Tensor):
        for t in tensors:
            if not hasattr(t, "ndim"):
                kind = type(t).__name__
                raise AttributeError(
                    f"TensorDataset: expected tensors, got {kind}; use tensor()"
                )
        rows = [len(t) if t.ndim else None for t in tensors]
        if len(set(rows)) != 1 or None in rows:
            expected = "tensors with the same number of rows"
            raise AssertionError(f"TensorDataset: expected {expected}, got {rows}")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(t[index] for t in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].size(0)


class Subset(Dataset[T]):
    """A dataset with some of the samples of another dataset.

    Parameters
    ----------
    dataset : Dataset
        The original dataset.
    indices : sequence of int
        Indices of the samples, in the order of the subset.

    If a subclass overrides ``__getitem__``, that method is called for each sample.

    >>> Subset("abcd", [3, 1])[0]
    'd'
    """

    def __init__(self, dataset: Dataset[T], indices: Sequence[int]):
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, idx: Any) -> T:
        if isinstance(idx, list):
            return self.dataset[[self.indices[i] for i in idx]]
        return self.dataset[self.indices[idx]]

    def __getitems__(self, indices: list[int]) -> list[T]:
        """Return several samples, with a single call if the dataset supports this."""
        if type(self).__getitem__ is not Subset.__getitem__:
            return [self[i] for i in indices]
        return samples(self.dataset, [self.indices[i] for i in indices])

    def __len__(self) -> int:
        return len(self.indices)


def samples(dataset: Any, indices: list[Any]) -> list[Any]:
    """Return several samples, with a single call if the dataset has ``__getitems__``."""
    at_once = getattr(dataset, "__getitems__", None)
    return at_once(indices) if callable(at_once) else [dataset[i] for i in indices]


class ConcatDataset(Dataset[T]):
    """The concatenation of several datasets.

    Parameters
    ----------
    datasets : iterable of Dataset
        Datasets to concatenate.

    Attributes
    ----------
    cumulative_sizes : list of int
        Running totals of the lengths of the datasets.

    Raises
    ------
    AssertionError
        If there are no datasets, or one of them is an ``IterableDataset``.
    ValueError
        If a negative index is out of range. Any other index out of range raises IndexError.

    >>> ConcatDataset(["abc", "de"])[3]
    'd'
    """

    def __init__(self, datasets: Iterable[Dataset]):
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("ConcatDataset: expected at least one dataset, got none")
        if any(isinstance(d, IterableDataset) for d in self.datasets):
            raise AssertionError("ConcatDataset: expected no IterableDataset")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, idx: int) -> T:
        n = len(self)
        if idx < -n:
            raise ValueError(f"ConcatDataset: expected an index >= -{n}, got {idx}")
        if idx >= n:
            raise IndexError(f"ConcatDataset: expected an index < {n}, got {idx}")
        idx %= n
        i = bisect_right(self.cumulative_sizes, idx)
        return self.datasets[i][idx - (self.cumulative_sizes[i - 1] if i else 0)]


def random_split(
    dataset: Dataset[T],
    lengths: Sequence[int | float],
    generator: Generator | None = default_generator,
) -> list[Subset[T]]:
    """Randomly split a dataset into parts, so that each sample is in exactly one of them.

    Parameters
    ----------
    dataset : Dataset
        Dataset to split.
    lengths : sequence of int, or of float
        Number of samples in each part. Lengths that add up to 1 are fractions of the dataset;
        the numbers of samples are rounded down, and the remaining samples go to the parts in
        turn.
    generator : Generator
        Random generator.

    Raises
    ------
    ValueError
        If the lengths don't add up to the length of the dataset, or one of them is negative.

    >>> [len(part) for part in random_split(range(10), [0.7, 0.3])]
    [7, 3]
    """
    n = len(dataset)
    if min(lengths, default=0) < 0:
        raise ValueError(f"random_split: expected lengths >= 0, got {lengths}")
    if math.isclose(sum(lengths), 1):
        lengths = _part_lengths(n, lengths)
    if sum(lengths) != n:
        expected = f"lengths that add up to {n}, or fractions that add up to 1"
        raise ValueError(f"random_split: expected {expected}, got {lengths}")
    order = randperm(n, generator=generator).tolist()
    ends = accumulate(lengths)
    return [Subset(dataset, order[e - k : e]) for e, k in zip(ends, lengths, strict=True)]


def _part_lengths(n: int, fractions: Sequence[float]) -> list[int]:
    """Return the number of samples in each part; warn if a part is empty."""
    lengths = [math.floor(n * f) for f in fractions]
    for i in range(n - sum(lengths)):
        lengths[i % len(lengths)] += 1
    for i, length in enumerate(lengths):
        if length == 0:
            warnings.warn(f"random_split: part {i} is empty", stacklevel=3)
    return lengths
