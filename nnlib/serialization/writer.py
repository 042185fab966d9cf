"""Writing data as a pickle of protocol 2, which both this library and torch can read.

A Tensor is written as torch writes it: as a call of ``torch._utils._rebuild_tensor_v2`` with a
storage, which is a separate file, and with the shape and strides of the view. Tensors that
share memory name the same storage, and objects that occur twice are written once.
"""

from __future__ import annotations

import copyreg
import pickle
import struct
import types
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..device import device
from ..nn import Buffer, Parameter
from ..tensor import Tensor, holding
from .rebuild import STORAGES

__all__ = ["Writer"]

STORAGE_NAMES = {dtype: name for name, dtype in STORAGES.items()}
CODE = (type, types.FunctionType, types.BuiltinFunctionType)


class Writer:
    """A pickler for one object, which also collects the storages of its tensors.

    Attributes
    ----------
    out : bytearray
        The pickle so far.
    storages : dict of int to (str, array)
        Name and contents of each storage, by where it stands in memory.
    """

    def __init__(self) -> None:
        self.out = bytearray(pickle.PROTO + b"\x02")
        self.memo: dict[Any, tuple[int, Any]] = {}
        self.storages: dict[int, tuple[str, np.ndarray]] = {}

    def dump(self, x: Any) -> bytes:
        """Return the pickle of an object."""
        self.write(x)
        return bytes(self.out + pickle.STOP)

    def write(self, x: Any) -> None:
        """Write an object, or a reference to it if it was written before."""
        if self.known(id(x)):
            return
        if type(x) in WRITERS:
            WRITERS[type(x)](self, x)
        elif isinstance(x, CODE):
            self.name_of(x)
        elif isinstance(x, np.dtype):
            self.name("torch", storage_name(x) and x.name)
        elif isinstance(x, np.generic):
            self.call(x, "nnlib.serialization", "rebuild_scalar", holding(np.asarray(x)))
        elif isinstance(x, Tensor):
            raise pickle.PicklingError(
                f"save: cannot save a {type(x).__name__}; save x.detach() or x.data"
            )
        else:
            self.write_object(x)

    def known(self, key: Any) -> bool:
        """Return whether a key was written before; if so, write a reference to it."""
        if key not in self.memo:
            return False
        self.out += pickle.LONG_BINGET + self.memo[key][0].to_bytes(4, "little")
        return True

    def remember(self, key: Any, x: Any = None) -> None:
        """Number what was written, and keep the object alive so that its id stays unique."""
        n = len(self.memo)
        self.memo[key] = n, x
        self.out += pickle.LONG_BINPUT + n.to_bytes(4, "little")

    def name(self, module: str, name: str) -> None:
        """Write the name of a class or function, for pickle to look up."""
        key = module, name
        if not self.known(key):
            self.out += pickle.GLOBAL + f"{module}\n{name}\n".encode()
            self.remember(key)

    def name_of(self, x: Any) -> None:
        """Write the name of a class or function that the program itself defines."""
        module, name = getattr(x, "__module__", None), getattr(x, "__qualname__", "<>")
        builtin = module == "builtins" and not isinstance(x, type)  # getattr of a method
        if module is None or "<" in name or builtin:
            raise pickle.PicklingError(f"save: cannot save {x!r}, which a file cannot name")
        self.name("__builtin__" if module == "builtins" else module, name)

    def call(self, x: Any, module: str, name: str, *args: Any) -> None:
        """Write an object as a call of a named function with arguments."""
        self.name(module, name)
        self.sequence(args)
        self.out += pickle.REDUCE
        self.remember(id(x), x)

    def sequence(self, items: Iterable[Any]) -> None:
        """Write a tuple that is referred to only once."""
        self.out += pickle.MARK
        for item in items:
            self.write(item)
        self.out += pickle.TUPLE

    def write_tuple(self, x: tuple) -> None:
        """Write a tuple, also one that contains itself."""
        self.out += pickle.MARK
        for item in x:
            self.write(item)
        if id(x) in self.memo:
            self.out += pickle.POP_MARK
            self.known(id(x))
        else:
            self.out += pickle.TUPLE
            self.remember(id(x), x)

    def write_list(self, x: list) -> None:
        """Write a list."""
        self.out += pickle.EMPTY_LIST
        self.remember(id(x), x)
        self.items(x, pickle.APPENDS)

    def write_dict(self, x: dict) -> None:
        """Write a dict."""
        self.out += pickle.EMPTY_DICT
        self.remember(id(x), x)
        self.items((part for item in x.items() for part in item), pickle.SETITEMS)

    def write_ordered(self, x: OrderedDict) -> None:
        """Write an OrderedDict with its attributes."""
        self.call(x, "collections", "OrderedDict")
        self.items((part for item in x.items() for part in item), pickle.SETITEMS)
        if vars(x):
            self.write(vars(x))
            self.out += pickle.BUILD

    def items(self, items: Iterable[Any], end: bytes) -> None:
        """Write the items of a list or dict."""
        self.out += pickle.MARK
        for item in items:
            self.write(item)
        self.out += end

    def write_int(self, x: int) -> None:
        """Write an integer of any size."""
        if -(2**31) <= x < 2**31:
            self.out += pickle.BININT + struct.pack("<i", x)
        else:
            data = pickle.encode_long(x)
            self.out += pickle.LONG4 + struct.pack("<I", len(data)) + data

    def write_str(self, x: str) -> None:
        """Write a string."""
        data = x.encode("utf-8", "surrogatepass")
        self.out += pickle.BINUNICODE + struct.pack("<I", len(data)) + data
        self.remember(id(x), x)

    def write_tensor(self, x: Tensor) -> None:
        """Write a tensor as a view of its storage."""
        storage, array = storage_of(x.array)
        if id(storage) not in self.storages:
            self.storages[id(storage)] = str(len(self.storages)), storage
        key, _ = self.storages[id(storage)]
        self.name("torch._utils", "_rebuild_tensor_v2")
        self.out += pickle.MARK + pickle.MARK
        self.write("storage")
        self.name("torch", storage_name(x.dtype))
        for part in (key, "cpu", storage.size):
            self.write(part)
        self.out += pickle.TUPLE + pickle.BINPERSID
        at = address(array) - address(storage) if array.size else 0
        strides = (step // array.itemsize for step in array.strides)
        self.write(at // array.itemsize)
        self.sequence(array.shape)
        self.sequence(strides)
        self.write(x.requires_grad)
        self.write(OrderedDict())  # where torch keeps hooks
        self.out += pickle.TUPLE + pickle.REDUCE
        self.remember(id(x), x)

    def write_parameter(self, x: Parameter) -> None:
        """Write a parameter as a call with a tensor that shares its memory."""
        args = holding(x.array), x.requires_grad, OrderedDict()
        self.call(x, "torch._utils", "_rebuild_parameter", *args)

    def write_object(self, x: Any) -> None:
        """Write an object as its ``__reduce_ex__`` describes it."""
        reduced = x.__reduce_ex__(2)
        function = reduced[0] if isinstance(reduced, tuple) else None
        if function is None or function is copyreg.__newobj_ex__:
            raise pickle.PicklingError(f"save: cannot save a {type(x).__name__}")
        args, state, items, pairs = (*reduced[1:], None, None, None, None)[:4]
        if function is copyreg.__newobj__:
            self.name_of(args[0])
            self.sequence(args[1:])
            self.out += pickle.NEWOBJ
        else:
            self.name_of(function)
            self.sequence(args)
            self.out += pickle.REDUCE
        self.remember(id(x), x)
        if items is not None:
            self.items(items, pickle.APPENDS)
        if pairs is not None:
            self.items((part for pair in pairs for part in pair), pickle.SETITEMS)
        if state is not None:
            self.write(state)
            self.out += pickle.BUILD


def storage_of(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the flat storage that an array is a view of, and the array as such a view.

    Where torch could not see it so (negative steps, another dtype), it is a copy.
    """
    root = array
    while type(root.base) is np.ndarray:
        root = root.base
    whole = root.flags.c_contiguous or root.flags.f_contiguous
    fits = all(n >= 0 and n % array.itemsize == 0 for n in array.strides)
    if array.size and whole and fits and root.dtype == array.dtype:
        return root, array
    array = array.copy()
    return array, array


def address(array: np.ndarray) -> int:
    """Return the memory address of an array's first element."""
    return array.__array_interface__["data"][0]


def storage_name(dtype: np.dtype) -> str:
    """Return torch's name for a storage of a dtype."""
    if dtype not in STORAGE_NAMES:
        raise pickle.PicklingError(f"save: cannot save {dtype}; change it by to() before")
    return STORAGE_NAMES[dtype]


def write_device(w: Writer, x: device) -> None:
    """Write a device by its name."""
    w.call(x, "torch", "device", x.type, *(() if x.index is None else (x.index,)))


OURS = "nnlib.serialization"
WRITERS: dict[type, Callable[[Writer, Any], None]] = {
    type(None): lambda w, x: w.out.extend(pickle.NONE),
    bool: lambda w, x: w.out.extend(pickle.NEWTRUE if x else pickle.NEWFALSE),
    int: Writer.write_int,
    float: lambda w, x: w.out.extend(pickle.BINFLOAT + struct.pack(">d", x)),
    str: Writer.write_str,
    tuple: Writer.write_tuple,
    list: Writer.write_list,
    dict: Writer.write_dict,
    OrderedDict: Writer.write_ordered,
    bytes: lambda w, x: w.call(x, "_codecs", "encode", x.decode("latin1"), "latin1"),
    bytearray: lambda w, x: w.call(x, "__builtin__", "bytearray", bytes(x)),
    complex: lambda w, x: w.call(x, "__builtin__", "complex", x.real, x.imag),
    slice: lambda w, x: w.call(x, "__builtin__", "slice", x.start, x.stop, x.step),
    set: lambda w, x: w.call(x, "__builtin__", "set", list(x)),
    frozenset: lambda w, x: w.call(x, "__builtin__", "frozenset", list(x)),
    Counter: lambda w, x: w.call(x, "collections", "Counter", dict(x)),
    device: write_device,
    Tensor: Writer.write_tensor,
    Parameter: Writer.write_parameter,
    Buffer: lambda w, x: w.call(x, OURS, "rebuild_buffer", holding(x.array), x.persistent),
    np.ndarray: lambda w, x: w.call(x, OURS, "rebuild_array", holding(x)),
}
