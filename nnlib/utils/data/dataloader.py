"""DataLoader, which yields mini-batches of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np

from ...checks import expect
from ...random import Generator, default_generator
from .collate import default_collate, default_convert
from .dataset import Dataset, IterableDataset, Subset, TensorDataset, samples
from .sampler import BatchSampler, RandomSampler, SequentialSampler, batches

__all__ = ["DataLoader"]

T = TypeVar("T", covariant=True)
FIXED = {"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"}


class DataLoader(Generic[T]):
    """Yield the samples of a dataset in batches; each ``for`` loop is an epoch.

    Parameters
    ----------
    dataset : Dataset
        Object with ``__getitem__`` and ``__len__``, or an ``IterableDataset``.
    batch_size : int or None
        Number of samples in a batch. If None, yield individual samples.
    shuffle : bool
        If True, shuffle the samples in each epoch.
    sampler, batch_sampler : iterable
        Custom order of samples or of batches (lists of indices).
    collate_fn : callable
        Function that combines a list of samples into a batch. Default: ``default_collate``.
    drop_last : bool
        If True, skip a last batch that is smaller than the others.
    generator : Generator
        Random generator for the order.
    worker_init_fn : callable
        Function that is called with each worker number, 0 to ``num_workers - 1``. Samples are
        loaded in this process, which stays alive, so each call is made once, before the first
        batch. With torch, each new epoch starts new workers and calls the function again,
        unless ``persistent_workers=True``.
    num_workers, pin_memory, timeout, multiprocessing_context, prefetch_factor, \
    persistent_workers, pin_memory_device, in_order
        Checked as in torch but otherwise unused, because samples are loaded in this process.

    Raises
    ------
    ValueError
        If options are incompatible or out of range, or if dataset, batch_size, sampler,
        batch_sampler, drop_last or persistent_workers is assigned later.

    >>> from nnlib import Tensor
    >>> loader = DataLoader(TensorDataset(Tensor([1.0, 2.0, 3.0])), batch_size=2)
    >>> list(loader)
    [[tensor([1., 2.])], [tensor([3.])]]
    """

    def __init__(
        self,
        dataset: Dataset[T],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable | None = None,
        batch_sampler: Iterable[list] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ):
        self.dataset, self.drop_last, self.generator = dataset, drop_last, generator
        self.num_workers, self.prefetch_factor = num_workers, prefetch_factor
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.timeout, self.worker_init_fn, self.in_order = timeout, worker_init_fn, in_order
        self.persistent_workers, self._workers_started = persistent_workers, False
        self.multiprocessing_context = multiprocessing_context
        self._iterable = isinstance(dataset, IterableDataset)
        self._check_workers()
        self._check_order(batch_size, shuffle, sampler, batch_sampler)
        self.batch_size = None if batch_sampler is not None else batch_size
        if sampler is None and not self._iterable:
            shuffled = partial(RandomSampler, generator=generator)
            sampler = (shuffled if shuffle else SequentialSampler)(dataset)
        if self.batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.sampler, self.batch_sampler = sampler, batch_sampler
        default = default_convert if batch_sampler is None else default_collate
        self.collate_fn = default if collate_fn is None else collate_fn

    def _check_workers(self) -> None:
        """Raise an error for invalid worker options, as torch does."""
        n, prefetch = self.num_workers, self.prefetch_factor
        expect(self, n >= 0, "num_workers >= 0", n)
        expect(self, self.timeout >= 0, "timeout >= 0", self.timeout)
        expect(self, prefetch is None or prefetch >= 0, "prefetch_factor >= 0", prefetch)
        for name in ("prefetch_factor", "persistent_workers", "multiprocessing_context"):
            absent = any(getattr(self, name) is value for value in (None, False))
            expect(self, n or absent, f"num_workers > 0 with {name}", n)

    def _check_order(
        self, batch_size: int | None, shuffle: bool | None, sampler: Any, batch_sampler: Any
    ) -> None:
        """Raise ValueError for incompatible options."""
        orders = dict(shuffle=shuffle or None, sampler=sampler, batch_sampler=batch_sampler)
        names = [name for name, order in orders.items() if order is not None]
        options = "shuffle, sampler, batch_sampler"
        valid = not (self._iterable and names)
        expect(self, valid, f"none of {options} for an IterableDataset", names)
        expect(self, len(names) < 2, f"at most one of {options}", names)
        if batch_sampler is not None:
            valid = batch_size == 1 and not self.drop_last
            got = f"batch_size={batch_size} and drop_last={self.drop_last}"
            expect(self, valid, "neither batch_size nor drop_last with batch_sampler", got)
        valid = batch_size is not None or not self.drop_last
        expect(self, valid, "a batch_size with drop_last=True", batch_size)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED and name in vars(self):
            raise ValueError(f"DataLoader: expected {name} not to change; create a new loader")
        super().__setattr__(name, value)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        if not self._iterable:
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        n, size = len(self.dataset), self.batch_size or 1
        return n // size if self.drop_last else -(-n // size)

    def __iter__(self) -> Iterator[Any]:
        if self.worker_init_fn is not None and not self._workers_started:
            for worker in range(self.num_workers):
                self.worker_init_fn(worker)
        self._workers_started = True
        for group in self._groups():
            yield self._batch(group)

    def _groups(self) -> Iterable[Any]:
        """Return the indices of each batch; for an iterable dataset, return its samples."""
        if self._iterable and self.batch_size is not None:
            return batches(self.dataset, self.batch_size, self.drop_last)
        if self._iterable:
            return self.dataset
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def _batch(self, group: Any) -> Any:
        """Return a collated batch, given its indices or samples."""
        if self._iterable:
            return self.collate_fn(group)
        if self.batch_sampler is None:
            return self.collate_fn(self.dataset[group])
        indices = list(group)
        rows = _rows(self.dataset, indices) if self.collate_fn is default_collate else None
        return self.collate_fn(samples(self.dataset, indices)) if rows is None else rows

    def _source(self) -> Generator:
        """Return the generator that shuffles."""
        order = self.sampler if self.batch_sampler is None else self.batch_sampler
        generator = getattr(getattr(order, "sampler", order), "generator", None)
        return generator if isinstance(generator, Generator) else default_generator

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the random order between two epochs, for ``training.fit``.

        It doesn't include the state of ``default_generator``; see ``get_rng_state``.
        """
        source = self._source()
        return dict(
            batch_size=self.batch_size,
            samples=None if self._iterable else len(self.dataset),
            generator=None if source is default_generator else source.get_state(),
        )

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore a state that the method ``state_dict`` returned."""
        expected = self.state_dict()
        for name in ("batch_size", "samples"):
            value, needed = state_dict[name], expected[name]
            expect(self, value == needed, f"a state with {name} {needed}", value)
        state, own = state_dict["generator"], expected["generator"] is not None
        needed, got = ("with", "without") if own else ("without", "with")
        expect(self, (state is not None) == own, f"a state {needed} a generator", f"one {got}")
        if own:
            self._source().set_state(state)


def _rows(dataset: Any, indices: list[Any]) -> list[Any] | None:
    """Return a batch of a TensorDataset by indexing once; return None for other datasets."""
    while type(dataset) is Subset:
        dataset, indices = dataset.dataset, [dataset.indices[i] for i in indices]
    plain = indices and set(map(type, indices)) <= {int, np.int64}
    if type(dataset) is not TensorDataset or not plain:
        return None
    numbers = np.array(indices)
    return [t[numbers] for t in dataset.tensors]
