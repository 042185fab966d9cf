"""Tensors from data, from a rule, or from chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .ops.shape import sizes_of
from .random import generator
from .tensor import Tensor, as_array, raw

__all__ = [
    "arange",
    "as_tensor",
    "eye",
    "from_numpy",
    "full",
    "linspace",
    "ones",
    "ones_like",
    "rand",
    "randint",
    "randn",
    "tensor",
    "zeros",
    "zeros_like",
]

float32 = np.dtype(np.float32)


def tensor(data: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Copy data into a new tensor.

    Parameters
    ----------
    data : number, nested list or array
        The values. Python floats become float32, Python integers int64; arrays keep
        their dtype.
    dtype : dtype
        Another kind of element.
    requires_grad : bool
        Whether ``backward`` fills ``grad``.

    >>> tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    return Tensor(np.array(as_array(_plain(data)), dtype), requires_grad)


def as_tensor(data: Any, dtype: Any = None) -> Tensor:
    """Give data as a tensor, copying only where that is needed."""
    if isinstance(data, Tensor) and dtype in (None, data.dtype):
        return data
    return Tensor(np.asarray(as_array(_plain(data)), dtype))


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """Give an array as a tensor that shares its memory."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"from_numpy: expected an ndarray, got {type(ndarray).__name__}")
    return Tensor(ndarray)


def zeros(*size: int, dtype: Any = float32, requires_grad: bool = False) -> Tensor:
    """Fill a shape with 0.

    >>> zeros(2, 3).shape
    (2, 3)
    """
    return Tensor(np.zeros(sizes_of(size), dtype), requires_grad)


def ones(*size: int, dtype: Any = float32, requires_grad: bool = False) -> Tensor:
    """Fill a shape with 1."""
    return Tensor(np.ones(sizes_of(size), dtype), requires_grad)


def full(
    size: tuple[int, ...], fill_value: float, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """Fill a shape with a value."""
    value = np.asarray(as_array(fill_value), dtype)
    return Tensor(np.full(size, value), requires_grad)


def zeros_like(input: Tensor, dtype: Any = None) -> Tensor:
    """Fill the shape and dtype of another tensor with 0."""
    return Tensor(np.zeros(raw(input).shape, dtype or raw(input).dtype))


def ones_like(input: Tensor, dtype: Any = None) -> Tensor:
    """Fill the shape and dtype of another tensor with 1."""
    return Tensor(np.ones(raw(input).shape, dtype or raw(input).dtype))


def eye(n: int, m: int | None = None, dtype: Any = float32) -> Tensor:
    """Give the identity matrix, n by m."""
    return Tensor(np.eye(n, m, dtype=dtype))


def arange(*bounds: float, dtype: Any = None) -> Tensor:
    """Count from start to before end by step, as ``range`` does; floats may take part.

    >>> arange(3), arange(0.0, 1.0, 0.5)
    (tensor([0, 1, 2]), tensor([0. , 0.5]))
    """
    counted = np.arange(*bounds)
    default = np.int64 if counted.dtype.kind == "i" else float32
    return Tensor(counted.astype(dtype or default))


def linspace(start: float, end: float, steps: int, dtype: Any = float32) -> Tensor:
    """Give evenly spaced values, both ends included."""
    return Tensor(np.linspace(start, end, steps, dtype=dtype))


def _drawn(draw: Callable, size: tuple, dtype: Any, requires_grad: bool) -> Tensor:
    """A tensor of a shape, drawn from the library's generator."""
    return Tensor(np.asarray(draw(sizes_of(size)), dtype), requires_grad)


def rand(*size: int, dtype: Any = float32, requires_grad: bool = False) -> Tensor:
    """Draw evenly from [0, 1)."""
    return _drawn(generator().random, size, dtype, requires_grad)


def randn(*size: int, dtype: Any = float32, requires_grad: bool = False) -> Tensor:
    """Draw from the normal distribution with mean 0 and variance 1."""
    return _drawn(generator().standard_normal, size, dtype, requires_grad)


def randint(low: int, high: int, size: tuple[int, ...]) -> Tensor:
    """Draw integers from low to before high."""
    return Tensor(generator().integers(low, high, size))


def _plain(data: Any) -> Any:
    """Data without Tensors, also within lists."""
    if isinstance(data, (list, tuple)):
        return [_plain(item) for item in data]
    return raw(data)
