"""Samplers, which yield the indices of an epoch, individually or in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np

from ...random import Generator, default_generator, multinomial, randint, randperm
from ...tensor import Tensor, raw, wrap

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]

T = TypeVar("T", covariant=True)
BLOCK = 2**16  # largest number of indices to draw in one call


class Sampler(Generic[T]):
    """Base class of samplers; define ``__iter__``, which yields the indices of an epoch."""

    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError(f"{type(self).__name__}: define __iter__()")


def _positive(owner: object, name: str, n: Any) -> int:
    """Return the argument if it is a positive integer; otherwise, raise ValueError."""
    if not isinstance(n, int) or isinstance(n, bool) or n <= 0:
        hint = "; is the dataset empty?" if name == "num_samples" and n == 0 else ""
        got = f"a positive integer {name}, got {n}{hint}"
        raise ValueError(f"{type(owner).__name__}: expected {got}")
    return n


def _boolean(owner: object, name: str, value: Any, error: type[Exception] = ValueError) -> bool:
    """Return the argument if it is True or False; otherwise, raise an error."""
    if not isinstance(value, bool):
        raise error(f"{type(owner).__name__}: expected {name}=True or False, got {value!r}")
    return value


def _given_or_new(generator: Generator | None) -> Generator:
    """Return the given generator, or a new one seeded from ``default_generator``."""
    if generator is not None:
        return generator
    return Generator().manual_seed(int(default_generator.rng.integers(2**63)))


def _in_blocks(draw: Callable[[int], Tensor], n: int) -> Iterator[int]:
    """Yield n random numbers, which are drawn in blocks when needed."""
    for start in range(0, n, BLOCK):
        yield from draw(min(BLOCK, n - start)).tolist()


class SequentialSampler(Sampler[int]):
    """Yield the indices of all samples in order.

    Parameters
    ----------
    data_source : sized
        Dataset.

    >>> list(SequentialSampler("abc"))
    [0, 1, 2]
    """

    def __init__(self, data_source: Sized):
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Yield the indices of all samples in random order, which changes in each epoch.

    Parameters
    ----------
    data_source : sized
        Dataset.
    replacement : bool
        If True, draw with replacement.
    num_samples : int
        Number of samples in an epoch. Default: the length of the dataset. A larger number
        concatenates several random orders.
    generator : Generator
        Random generator. By default, each epoch uses a new generator, seeded from
        ``default_generator``.

    Raises
    ------
    TypeError
        If replacement isn't True or False.
    ValueError
        If num_samples isn't a positive integer, or the dataset is empty.

    >>> sorted(RandomSampler("abc"))
    [0, 1, 2]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ):
        self.data_source, self._num_samples = data_source, num_samples
        self.replacement = _boolean(self, "replacement", replacement, TypeError)
        self.generator = generator
        _positive(self, "num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """The number of samples in an epoch."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n, remaining, g = len(self.data_source), self.num_samples, _given_or_new(self.generator)
        if self.replacement:
            yield from _in_blocks(lambda k: randint(n, (k,), generator=g), remaining)
            return
        while remaining > 0:
            yield from randperm(n, generator=g)[:remaining].tolist()
            remaining -= n

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """Yield given indices in random order, which changes in each epoch.

    Parameters
    ----------
    indices : sequence of int
        Indices to yield.
    generator : Generator
        Random generator.

    >>> sorted(SubsetRandomSampler([5, 7]))
    [5, 7]
    """

    def __init__(self, indices: Sequence[int], generator: Generator | None = None):
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        for i in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Draw indices of samples with given weights.

    Parameters
    ----------
    weights : (N,) float
        Weight of each sample; the weights don't need to add up to 1.
    num_samples : int
        Number of samples in an epoch.
    replacement : bool
        If True, draw with replacement.
    generator : Generator
        Random generator; see ``RandomSampler`` for the default.

    Raises
    ------
    ValueError
        If num_samples isn't a positive integer, replacement isn't True or False, or weights
        doesn't have exactly one axis.

    >>> list(WeightedRandomSampler([0.0, 1.0], 3))
    [1, 1, 1]
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ):
        self.num_samples = _positive(self, "num_samples", num_samples)
        self.replacement = _boolean(self, "replacement", replacement)
        self.weights = wrap(np.array(raw(weights), np.float64))
        if self.weights.ndim != 1:
            shape = self.weights.shape
            raise ValueError(f"WeightedRandomSampler: expected weights (N,), got {shape}")
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        w, n, g = self.weights, self.num_samples, _given_or_new(self.generator)
        if self.replacement:
            yield from _in_blocks(lambda k: multinomial(w, k, True, generator=g), n)
        else:
            yield from multinomial(w, n, generator=g).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Combine the indices of a sampler into batches.

    Parameters
    ----------
    sampler : iterable of int
        Sampler to use.
    batch_size : int
        Number of indices in a batch.
    drop_last : bool
        If True, skip a last batch that is smaller than the others.

    Raises
    ------
    ValueError
        If batch_size isn't a positive integer, or drop_last isn't True or False.

    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool):
        self.batch_size = _positive(self, "batch_size", batch_size)
        self.drop_last = _boolean(self, "drop_last", drop_last)
        self.sampler = sampler

    def __iter__(self) -> Iterator[list[int]]:
        return batches(self.sampler, self.batch_size, self.drop_last)

    def __len__(self) -> int:
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def batches(source: Iterable[Any], size: int, drop_last: bool) -> Iterator[list[Any]]:
    """Yield lists of ``size`` items; the last list may be shorter or be dropped."""
    items = iter(source)
    while batch := list(islice(items, size)):
        if len(batch) == size or not drop_last:
            yield batch
