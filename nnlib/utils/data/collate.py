"""Combine a list of samples into a batch."""

from __future__ import annotations

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from ...creation import as_tensor, tensor
from ...ops import stack
from ...tensor import Tensor, raw

__all__ = ["default_collate", "default_convert"]


def default_collate(batch: Sequence[Any]) -> Any:
    """Combine samples into a batch, by stacking tensors along a new first axis N.

    Parameters
    ----------
    batch : sequence
        N samples, which are tensors, arrays, numbers or strings, or tuples, named tuples, lists
        and dicts of these.

    Returns
    -------
    Tensor, or container of Tensors
        A container of the samples' type that contains stacked tensors; a tuple becomes a list.
        Tensors, arrays and NumPy scalars preserve their dtype. Python floats become float64,
        and Python integers int64. Strings don't change.

    Raises
    ------
    TypeError
        If the samples have any other type.
    RuntimeError
        If the samples differ in shape or, for tuples and lists, in length.

    >>> default_collate([(1.0, "a"), (2.0, "b")])
    [tensor([1., 2.], dtype=float64), ('a', 'b')]
    """
    first = batch[0]
    if isinstance(first, (Tensor, np.ndarray)) and first.dtype.kind in "biuf":
        return _stacked(batch)
    if isinstance(first, (np.bool_, np.number)):
        return as_tensor(np.array(batch))
    if isinstance(first, (bool, int, float)):
        return tensor(batch, dtype=np.dtype("float64") if isinstance(first, float) else None)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return in_container_of(
            first, {k: default_collate([s[k] for s in batch]) for k in first}
        )
    if isinstance(first, Sequence):
        if len({len(sample) for sample in batch}) != 1:
            raise RuntimeError("default_collate: expected samples of the same length")
        parts = [default_collate(column) for column in zip(*batch, strict=True)]
        return in_container_of(first, parts)
    kind = first.dtype if isinstance(first, np.ndarray) else type(first).__name__
    expected = "tensors, arrays, numbers, strings, tuples, lists or dicts"
    raise TypeError(f"default_collate: expected {expected}, got {kind}")


def _stacked(batch: Sequence[Any]) -> Tensor:
    """Return tensors or arrays stacked along a new first axis."""
    if not any(isinstance(sample, Tensor) and sample.requires_grad for sample in batch):
        arrays = [raw(sample) for sample in batch]
        kinds = {(type(a), np.shape(a), getattr(a, "dtype", None)) for a in arrays}
        if len(kinds) == 1:
            return as_tensor(np.stack(arrays))
    return stack([as_tensor(sample) for sample in batch])


def default_convert(data: Any) -> Any:
    """Convert arrays and NumPy scalars to tensors, also inside containers.

    Everything else stays unchanged.

    >>> default_convert({"x": np.ones(2), "name": "a"})
    {'x': tensor([1., 1.], dtype=float64), 'name': 'a'}
    """
    if isinstance(data, (np.ndarray, np.bool_, np.number)):
        return as_tensor(data) if data.dtype.kind in "biuf" else data
    if isinstance(data, Mapping):
        return in_container_of(data, {k: default_convert(v) for k, v in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return in_container_of(data, [default_convert(v) for v in data])
    return data


def in_container_of(pattern: Any, parts: Any) -> Any:
    """Return a list or dict with the type of ``pattern``; a tuple becomes a list."""
    if isinstance(pattern, tuple):
        return type(pattern)(*parts) if hasattr(pattern, "_fields") else parts
    try:
        if not isinstance(pattern, (MutableMapping, MutableSequence)):
            return type(pattern)(parts)
        holder = copy.copy(pattern)  # preserves attributes, such as a defaultdict's factory
        for key, part in parts.items() if isinstance(parts, dict) else enumerate(parts):
            holder[key] = part
        return holder
    except TypeError:
        return parts
