"""An unpickler for files from ``save`` or torch; it cannot run code from a file.

A pickle is a program for a machine with a stack and a memo. Our machine has only the
instructions that data need. ``GLOBAL`` looks names up in a table and imports nothing.
``REDUCE`` calls functions from that table, which check their arguments and never call them.
``BUILD`` sets one attribute of an OrderedDict, and ``BINPERSID`` reads a storage. You can
restrict the names that ``pickle.Unpickler`` accepts, but not the objects whose attributes it
sets, so this is a subclass of the standard library's pure-Python unpickler.
"""

from __future__ import annotations

import math
import pickle
import struct
from collections import Counter, OrderedDict
from collections.abc import Callable
from io import BytesIO
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from ..nn import Parameter
from ..tensor import Tensor, holding

__all__ = ["STORAGES", "Reader", "StorageType", "check"]

INSTRUCTIONS = (
    "PROTO NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT BINUNICODE "
    "EMPTY_TUPLE EMPTY_LIST EMPTY_DICT MARK POP_MARK TUPLE TUPLE1 TUPLE2 TUPLE3 APPEND APPENDS "
    "SETITEM SETITEMS BINGET LONG_BINGET BINPUT LONG_BINPUT BINPERSID GLOBAL REDUCE BUILD STOP"
)
FAULTS = (
    *(IndexError, KeyError, TypeError, ValueError, AttributeError, pickle.UnpicklingError),
    *(OverflowError, MemoryError, EOFError, struct.error),
)


class StorageType(NamedTuple):
    """A type of storage, such as ``torch.FloatStorage``."""

    dtype: np.dtype


# The names of torch's storage types, and their dtypes.
STORAGES = {
    "FloatStorage": np.dtype("float32"),
    "DoubleStorage": np.dtype("float64"),
    "HalfStorage": np.dtype("float16"),
    "LongStorage": np.dtype("int64"),
    "IntStorage": np.dtype("int32"),
    "ShortStorage": np.dtype("int16"),
    "CharStorage": np.dtype("int8"),
    "ByteStorage": np.dtype("uint8"),
    "BoolStorage": np.dtype("bool"),
}


class Reader(pickle._Unpickler):
    """The machine that builds the data of one pickle.

    Parameters
    ----------
    data : bytes
        The pickle.
    storage : function
        Function that returns the storage for a persistent id.
    """

    def __init__(self, data: bytes, storage: Callable[[Any], np.ndarray]):
        self.source = BytesIO(data)
        super().__init__(self.source)
        self.persistent_load = storage

    def load(self) -> Any:
        """Return the object that the pickle describes."""
        try:
            return super().load()
        except FAULTS as error:
            if str(error).startswith("load: "):
                raise
            at = self.source.tell()
            raise refuse(f"data.pkl is damaged at byte {at}: {error!r}") from error

    def find_class(self, module: str, name: str) -> Any:
        """Return the object with a given name; raise an error if the name is not allowed."""
        path = f"{'builtins' if module == '__builtin__' else module}.{name}"
        if path not in NAMES:
            raise refuse(
                f"the file requires {path!a}, which is not allowed; save data with "
                "nnlib's dtypes, such as a state_dict, not whole objects"
            )
        return NAMES[path]

    def load_reduce(self) -> None:
        """Call an allowed function, and push its result onto the stack."""
        args, function = self.stack.pop(), self.stack.pop()
        check(type(args) is tuple, "the arguments of a function are not a tuple")
        check(type(function) is FunctionType, f"a {type(function).__name__} is not a function")
        self.append(function(*args))

    def load_build(self) -> None:
        """Give an OrderedDict the ``_metadata`` that torch stores with a state_dict."""
        state, target = self.stack.pop(), self.stack[-1]
        check(type(target) is OrderedDict, f"cannot set attributes of {type(target).__name__}")
        valid = type(state) is dict and set(state) == {"_metadata"}
        check(valid, "an OrderedDict may have no attributes other than _metadata")
        target._metadata = state["_metadata"]

    def top(self, kind: type) -> Any:
        """Return the top of the stack, after checking its type."""
        value = self.stack[-1]
        valid = isinstance(value, kind)
        check(valid, f"expected a {kind.__name__} on the stack, got a {type(value).__name__}")
        return value

    def load_append(self) -> None:
        """Append a value to a list."""
        value = self.stack.pop()
        self.top(list).append(value)

    def load_appends(self) -> None:
        """Append values to a list."""
        values = self.pop_mark()
        self.top(list).extend(values)

    def load_setitem(self) -> None:
        """Set one item of a dict."""
        value, key = self.stack.pop(), self.stack.pop()
        self.top(dict)[key] = value

    def load_setitems(self) -> None:
        """Set several items of a dict."""
        values = self.pop_mark()
        self.top(dict).update(zip(values[::2], values[1::2], strict=True))


CODES = [getattr(pickle, instruction)[0] for instruction in INSTRUCTIONS.split()]
Reader.dispatch = {
    code: getattr(Reader, pickle._Unpickler.dispatch[code].__name__) for code in CODES
}


def refuse(message: str) -> pickle.UnpicklingError:
    """Return the error for a file with content that is not allowed."""
    return pickle.UnpicklingError(f"load: {message}")


def check(condition: bool, message: str) -> None:
    """Raise an UnpicklingError if a condition is False."""
    if not condition:
        raise refuse(message)


# The functions that a file may call. Each one is harmless for any arguments.


def rebuild_tensor(
    storage: Any,
    offset: Any,
    size: Any,
    stride: Any,
    requires_grad: Any,
    hooks: Any = None,
    metadata: Any = None,
) -> Tensor:
    """Return a tensor that is a view of a storage; hooks and metadata are ignored."""
    check(isinstance(storage, np.ndarray), "a tensor has no storage")
    check(not metadata, "a tensor x is marked as negated or conjugated; save x.resolve_neg()")
    check_gradient(storage.dtype, requires_grad)
    return holding(strided(storage, offset, size, stride)).requires_grad_(requires_grad)


def check_gradient(dtype: np.dtype, requires_grad: Any) -> None:
    """Raise an error unless a tensor of a dtype can have this ``requires_grad``."""
    check(type(requires_grad) is bool, "requires_grad is not a bool")
    check(
        not requires_grad or dtype.kind == "f", f"a tensor of {dtype} cannot require a gradient"
    )


def strided(storage: np.ndarray, offset: Any, size: Any, stride: Any) -> np.ndarray:
    """Return a view of a storage; raise an error if it reaches beyond the storage."""
    check(type(size) is tuple and type(stride) is tuple, "a shape or stride is not a tuple")
    valid = len(size) == len(stride) <= 64
    check(valid, f"expected up to 64 axes, one stride each, got {len(size)} and {len(stride)}")
    numbers = (offset, *size, *stride)
    check(
        all(type(n) is int and 0 <= n < 2**63 for n in numbers),
        "a length, stride or offset is not an integer from 0 to 2^63 - 1",
    )
    itemsize = storage.itemsize
    if 0 in size:
        most = math.prod(filter(None, size)) * itemsize
        check(most < 2**63, f"the shape {size} is too large, even for an empty tensor")
        return np.empty(size, storage.dtype)
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    check(
        last < storage.size and math.prod(size) * itemsize < 2**63,
        f"shape {size} with strides {stride} and offset {offset} does not fit "
        f"into a storage of {storage.size} elements",
    )
    steps = [step * itemsize for step in stride]
    return np.ndarray(size, storage.dtype, storage, offset * itemsize, steps)


def rebuild_parameter(data: Any, requires_grad: Any, hooks: Any = None) -> Parameter:
    """Return a parameter that shares the memory of a tensor."""
    check(type(data) is Tensor, "the data of a parameter is not a tensor")
    check_gradient(data.dtype, requires_grad)
    return Parameter(data, requires_grad)


def make_ordered() -> OrderedDict:
    """Return an empty OrderedDict, which the file fills."""
    return OrderedDict()


def make_counter(counts: Any) -> Counter:
    """Return a Counter, which the state of some schedulers contains."""
    check(type(counts) is dict, "the argument of Counter is not a dict")
    return Counter(counts)


def make_set(items: Any = ()) -> set:
    """Return a set with the items of a list."""
    check(type(items) in (list, tuple), "the argument of set is not a list or tuple")
    return set(items)


def make_size(items: Any) -> tuple:
    """Return a shape."""
    check(type(items) is tuple, "the argument of Size is not a tuple")
    return items


def make_encoded(text: Any, encoding: Any = "latin1") -> bytes:
    """Return bytes that pickle protocol 2 wrote as a string."""
    check(type(text) is str and encoding in ("latin1", "latin-1"), "bytes are not in latin1")
    return text.encode("latin1")


NAMES = {
    "builtins.set": make_set,
    "_codecs.encode": make_encoded,
    "collections.OrderedDict": make_ordered,
    "collections.Counter": make_counter,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch.Size": make_size,
    **{f"torch.{name}": StorageType(dtype) for name, dtype in STORAGES.items()},
    **{f"torch.{dtype.name}": dtype for dtype in STORAGES.values()},
}
