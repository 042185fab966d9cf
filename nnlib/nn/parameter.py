"""Parameter and Buffer, the tensors that a module stores."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..default_dtype import PYTHON
from ..device import check_device
from ..tensor import Tensor, raw, wrap

__all__ = ["Buffer", "Parameter"]


class Parameter(Tensor):
    """A tensor that becomes a parameter of a module when assigned to one of its attributes.

    Parameters
    ----------
    data : Tensor or array_like
        Values; a tensor or an array shares its memory with the parameter. Default: no elements.
    requires_grad : bool
        If True, the parameter is trained.

    Raises
    ------
    RuntimeError
        If data isn't floating-point and ``requires_grad`` is True.

    >>> Parameter([1.0, 2.0])
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        """Return the data as a Parameter."""
        return wrap(
            np.zeros(0, PYTHON[float]) if data is None else raw(data), requires_grad, cls
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        out = super().__deepcopy__(memo)
        out.grad = None  # as in torch, copied Parameters have no gradient; copied Tensors do
        return out

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that becomes a buffer of a module when assigned to one of its attributes.

    A buffer is part of the module's state, but it isn't trained.

    Parameters
    ----------
    data : Tensor or array_like
        Values; a tensor or an array shares its memory with the buffer.
    persistent : bool
        If True, ``state_dict`` contains the buffer.
    """

    __slots__ = ("persistent",)

    def __new__(cls, data: Any, *, persistent: bool = True) -> Buffer:
        """Return the data as a Buffer."""
        out = wrap(raw(data), kind=cls)
        out.persistent = persistent
        return out

    def __deepcopy__(self, memo: dict[int, Any]) -> Buffer:
        out = super().__deepcopy__(memo)
        out.persistent = self.persistent
        return out

    def __reduce__(self) -> tuple:
        return functools.partial(Buffer, persistent=self.persistent), (self.array,)


def factory_dtype(name: str, device: Any, dtype: Any) -> np.dtype:
    """Return the dtype, or the default dtype for None, after checking dtype and device."""
    check_device(name, device)
    dtype = np.dtype(PYTHON[float] if dtype is None else dtype)
    if dtype.kind != "f":
        raise TypeError(f"{name}: expected a floating-point dtype, got {dtype}")
    return dtype
