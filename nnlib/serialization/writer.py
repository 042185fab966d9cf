"""Write data as a pickle of protocol 2, which both this library and torch can read.

As in torch, a Tensor is written as a call of ``torch._utils._rebuild_tensor_v2`` with a
storage, which is a separate file, and with the shape and strides of the view. Tensors that
share memory refer to the same storage, and objects that occur twice are written only once.
"""

from __future__ import annotations

import codecs
import functools
import io
import pickle
from collections import Counter, OrderedDict
from typing import Any

import numpy as np

from ..nn import Buffer, Parameter
from ..tensor import Tensor, holding
from .reader import STORAGES

__all__ = ["Writer"]

STORAGE_NAMES = {dtype: name for name, dtype in STORAGES.items()}
PLAIN = (type(None), bool, int, float, str, tuple, list, dict, set, OrderedDict, Counter)
CALLED = (set, OrderedDict, Counter, codecs.encode)  # functions that our pickles call


class Name:
    """The name of a class or function of torch, for the reader to look up."""

    def __init__(self, module: str, name: str):
        self.module, self.name = module, name

    def __call__(self) -> None:
        """Do nothing; pickle requires that the names that it writes are callable."""


name = functools.cache(Name)


class Storage:
    """The flat array that tensors are views of, and the name of its file."""

    def __init__(self, key: str, array: np.ndarray):
        self.key, self.array = key, array


class Writer(pickle._Pickler):
    """A pickler for one object, which also collects the storages of its tensors.

    Attributes
    ----------
    storages : dict of int to Storage
        The storages by the ``id`` of their arrays.
    """

    def __init__(self) -> None:
        self.out = io.BytesIO()
        super().__init__(self.out, protocol=2)
        self.storages: dict[int, Storage] = {}

    def written(self, x: Any) -> bytes:
        """Return the pickle of an object."""
        self.dump(x)
        return self.out.getvalue()

    def persistent_id(self, x: Any) -> tuple | None:
        """Return torch's persistent id of a storage, or None for objects to write inline."""
        if type(x) is not Storage:
            return None
        kind = name("torch", STORAGE_NAMES[x.array.dtype])
        return "storage", kind, x.key, "cpu", x.array.size

    def reducer_override(self, x: Any) -> Any:
        """Return how to rebuild a tensor; raise an error for objects that are not data."""
        if type(x) is Parameter:
            args = holding(x.array), x.requires_grad, OrderedDict()
            return name("torch._utils", "_rebuild_parameter"), args
        if type(x) in (Tensor, Buffer):
            return name("torch._utils", "_rebuild_tensor_v2"), self.parts(x)
        if type(x) is bytes:  # so that torch can also read empty bytes
            return codecs.encode, (x.decode("latin1"), "latin1")
        if type(x) in (*PLAIN, Name) or any(x is function for function in CALLED):
            return NotImplemented
        raise pickle.PicklingError(
            f"save: cannot save an object of type {type(x).__name__}; save tensors, int, "
            "float, str, and lists, tuples, sets and dicts of them, such as a state_dict"
        )

    def parts(self, x: Tensor) -> tuple:
        """Return the storage of a tensor, and the description of its view."""
        root, array = storage_of(x.array)
        storage = self.storages.setdefault(id(root), Storage(str(len(self.storages)), root))
        bytes_before = address(array) - address(root) if array.size else 0
        strides = tuple(step // array.itemsize for step in array.strides)
        view = bytes_before // array.itemsize, array.shape, strides
        return storage, *view, x.requires_grad, OrderedDict()  # the last is for torch's hooks

    def write_name(self, x: Name) -> None:
        """Write the name of a class or function."""
        self.write(pickle.GLOBAL + f"{x.module}\n{x.name}\n".encode())
        self.memoize(x)

    dispatch = pickle._Pickler.dispatch | {Name: write_name}


def storage_of(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the flat storage that an array is a view of, and the array as such a view.

    If torch does not support such a view (negative strides, a different dtype), copy the array.
    """
    root = array
    while type(root.base) is np.ndarray:
        root = root.base
    is_contiguous = root.flags.c_contiguous or root.flags.f_contiguous
    fits = all(n >= 0 and n % array.itemsize == 0 for n in array.strides)
    if array.size and is_contiguous and fits and root.dtype == array.dtype:
        return root, array
    array = array.copy()
    return array, array


def address(array: np.ndarray) -> int:
    """Return the memory address of an array's first element."""
    return array.__array_interface__["data"][0]
