"""Generators of random numbers, and the default one.

The same seed always generates the same numbers. They differ from torch's numbers, because torch
uses a different algorithm.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from .device import check_device
from .device import device as device_named
from .tensor import Tensor, raw, wrap

__all__ = [
    "Generator",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


class Generator:
    """A generator of random numbers that can be reseeded.

    Parameters
    ----------
    device : device
        The device, which must be the CPU.

    Attributes
    ----------
    rng : numpy.random.Generator
        NumPy's generator. Seeding changes its state, but doesn't replace the object.

    >>> g = Generator().manual_seed(3)
    >>> h = Generator().manual_seed(3)
    >>> g.rng.random() == h.rng.random()
    True
    """

    def __init__(self, device: Any = "cpu"):
        check_device("Generator", device)
        self._seed = 67280421310721  # torch's initial seed
        self._rng = None

    @classmethod
    def around(cls, rng: np.random.Generator) -> Generator:
        """Return a Generator that draws from a generator made by NumPy's ``default_rng``.

        >>> g = Generator.around(np.random.default_rng(3))
        >>> g.rng.random() == np.random.default_rng(3).random()
        True
        """
        kind = type(getattr(rng, "bit_generator", rng)).__name__
        if not isinstance(rng, np.random.Generator) or kind != "PCG64":
            raise TypeError(f"Generator.around: expected rng from default_rng(), got {kind}")
        g = cls()
        g._rng = rng
        g._seed = 0
        return g

    @property
    def device(self) -> device_named:
        """The device, which is always the CPU."""
        return device_named("cpu")

    @property
    def rng(self) -> np.random.Generator:
        """NumPy's generator, which is created on first use."""
        if self._rng is None:
            self._rng = np.random.default_rng(self.initial_seed())
        return self._rng

    def manual_seed(self, seed: int) -> Generator:
        """Seed the generator, and return it; a negative seed s means 2^64 + s."""
        seed = int(seed)
        if not -(2**63) <= seed < 2**64:
            raise ValueError(f"manual_seed: expected a seed in [-2^63, 2^64), got {seed}")
        self._seed = seed % 2**64
        start = np.random.default_rng(self._seed).bit_generator.state
        self.rng.bit_generator.state = start
        return self

    def seed(self) -> int:
        """Seed the generator from the operating system, and return the seed."""
        self.manual_seed(_fresh_seed())
        return self._seed

    def initial_seed(self) -> int:
        """Return the most recent seed."""
        if self._seed is None:
            self._seed = _fresh_seed()
        return self._seed

    def get_state(self) -> Tensor:
        """Return the state of the generator, as a tensor of bytes."""
        state = self.rng.bit_generator.state
        numbers = (*state["state"].values(), state["has_uint32"], state["uinteger"], self._seed)
        return wrap(np.frombuffer(b"".join(n.to_bytes(16) for n in numbers), np.uint8).copy())

    def set_state(self, new_state: Tensor) -> Generator:
        """Set the generator to a state that ``get_state`` returned."""
        array = raw(new_state)
        if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
            raise TypeError(f"set_state: expected a uint8 tensor, got {new_state!r}")
        if array.shape != (80,):
            raise RuntimeError(f"set_state: expected shape (80,), got {array.shape}")
        numbers = [int.from_bytes(row) for row in array.reshape(5, 16).tolist()]
        state = self.rng.bit_generator.state
        state["state"] = dict(state=numbers[0], inc=numbers[1])
        state["has_uint32"], state["uinteger"], self._seed = numbers[2:]
        self.rng.bit_generator.state = state
        return self


def _fresh_seed() -> int:
    """Return a seed from the operating system."""
    return np.random.SeedSequence().entropy % 2**64


default_generator = Generator()
default_generator._seed = None  # before manual_seed, each run generates different numbers


def generator(source: Generator | None = None, name: str = "generator") -> np.random.Generator:
    """Return the NumPy generator of a Generator, by default of ``default_generator``."""
    if not isinstance(source, Generator | None):
        raise TypeError(f"{name}: expected a Generator, got {type(source).__name__}")
    return (source or default_generator).rng


def manual_seed(seed: int) -> Generator:
    """Seed ``default_generator``, and return it.

    >>> first = manual_seed(0).rng.random()
    >>> first == manual_seed(0).rng.random()
    True
    """
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed ``default_generator`` from the operating system, and return the seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """Return the most recent seed of ``default_generator``."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Return the state of ``default_generator``."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Set ``default_generator`` to a state that ``get_rng_state`` returned."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng() -> Iterator[None]:
    """Restore the state of ``default_generator`` at the end of this context."""
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)
