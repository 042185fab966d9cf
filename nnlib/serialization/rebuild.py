"""The functions that any file may call, and what each rebuilds.

Every function here is harmless for any arguments: it checks them, allocates no more than the
file holds, and calls nothing that it was given.
"""

from __future__ import annotations

import functools
import math
from collections import Counter, OrderedDict
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any, NamedTuple

import numpy as np

from .. import nn
from ..device import device
from ..nn.registry import Registry
from ..tensor import Tensor, holding

__all__ = ["MAKERS", "STORAGES", "StorageType", "fill_module", "fill_ordered", "known"]

LARGEST = 2**28  # largest number of overlapping elements, which cost no file size
KEYS = 1000  # largest number of parts in a tuple as key, since hashing takes long


class StorageType(NamedTuple):
    """A type of storage, such as ``torch.FloatStorage``."""

    dtype: np.dtype


# The names of torch for the storage of each dtype, and its size in them.
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


def refuse(message: str) -> UnpicklingError:
    """Return the error for a file with content that is not allowed."""
    return UnpicklingError(f"load: {message}")


def check(condition: bool, message: str) -> None:
    """Raise an UnpicklingError unless a condition holds."""
    if not condition:
        raise refuse(message)


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
    check(type(requires_grad) is bool, "requires_grad of a tensor is no truth value")
    check(not metadata, "a tensor is negated or conjugated by a mark; resolve_neg() it first")
    kind = storage.dtype
    check(
        not requires_grad or kind.kind == "f", f"a tensor of {kind} cannot require a gradient"
    )
    return holding(strided(storage, offset, size, stride)).requires_grad_(requires_grad)


def strided(storage: np.ndarray, offset: Any, size: Any, stride: Any) -> np.ndarray:
    """Return a view of a storage; raise an error if it reaches beyond the storage."""
    check(type(size) is tuple and type(stride) is tuple, "a shape or strides are no tuple")
    check(
        len(size) == len(stride) <= 64, f"a shape of {len(size)} axes has {len(stride)} strides"
    )
    numbers = (offset, *size, *stride)
    check(
        all(type(n) is int and 0 <= n < 2**63 for n in numbers),
        "a shape, strides or an offset are no natural numbers",
    )
    n, itemsize = math.prod(size), storage.itemsize
    if n == 0:
        most = math.prod(filter(None, size)) * itemsize
        check(most < 2**63, f"an empty tensor may not have the shape {size}")
        return np.empty(size, storage.dtype)
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    check(
        last < storage.size and n <= max(storage.size, LARGEST),
        f"shape {size}, strides {stride}, offset {offset} does not fit "
        f"into a storage of {storage.size} elements",
    )
    steps = [step * itemsize for step in stride]
    return np.ndarray(size, storage.dtype, storage, offset * itemsize, steps)


def rebuild_parameter(data: Any, requires_grad: Any, hooks: Any = None) -> nn.Parameter:
    """Return a parameter that shares the memory of a tensor."""
    check(type(data) is Tensor, "a parameter holds no tensor")
    check(type(requires_grad) is bool, "requires_grad of a parameter is no truth value")
    check(
        not requires_grad or data.dtype.kind == "f",
        f"a parameter of {data.dtype} cannot require a gradient",
    )
    return nn.Parameter(data, requires_grad)


def rebuild_buffer(data: Any, persistent: Any) -> nn.Buffer:
    """Return a buffer that shares the memory of a tensor."""
    check(type(data) is Tensor and type(persistent) is bool, "a buffer holds no tensor")
    return nn.Buffer(data, persistent=persistent)


def rebuild_array(data: Any) -> np.ndarray:
    """Return a NumPy array that shares the memory of a tensor."""
    check(type(data) is Tensor, "an array holds no tensor")
    return data.array


def rebuild_scalar(data: Any) -> np.generic:
    """Return a NumPy number from a tensor of one element."""
    check(type(data) is Tensor and data.ndim == 0, "a NumPy number is no tensor of 0 axes")
    return data.array[()]


def make_ordered(pairs: Any = ()) -> OrderedDict:
    """Return an OrderedDict, empty or from a list of pairs as in old files."""
    check(type(pairs) in (list, tuple), "an OrderedDict is not made from a list")
    out = OrderedDict()
    for pair in pairs:
        check(type(pair) in (list, tuple) and len(pair) == 2, "an OrderedDict lacks a pair")
        out[checked_key(pair[0])] = pair[1]
    return out


def make_counter(counts: Any) -> Counter:
    """Return a Counter."""
    check(type(counts) is dict, "a Counter is not made from a dict")
    return Counter(counts)


def make_of(kind: type, items: Any = ()) -> Any:
    """Return a set, a frozenset or a tuple with the items of a list."""
    check(type(items) in (list, tuple), f"a {kind.__name__} is not made from a list")
    return kind(map(checked_key, items)) if kind is not tuple else tuple(items)


def make_encoded(text: Any, encoding: Any = "latin1") -> bytes:
    """Return bytes that pickle protocol 2 has written as a string."""
    check(type(text) is str and encoding in ("latin1", "latin-1"), "bytes are not in latin1")
    return text.encode("latin1")


def make_bytes() -> bytes:
    """Return empty bytes, as pickle protocol 2 creates them."""
    return b""


def make_bytearray(data: Any = b"", encoding: Any = None) -> bytearray:
    """Return a bytearray of data; a number, which would be its size, is not accepted."""
    if type(data) is str:
        data = make_encoded(data, encoding)
    check(type(data) is bytes, "a bytearray is not made from bytes")
    return bytearray(data)


def make_complex(real: Any, imag: Any) -> complex:
    """Return a complex number."""
    check(type(real) is type(imag) is float, "a complex number is not made from two floats")
    return complex(real, imag)


def make_slice(*parts: Any) -> slice:
    """Return a slice."""
    check(len(parts) == 3, f"a slice has {len(parts)} parts")
    # Python's freeing of deeply nested slices would overflow the stack.
    plain = all(type(part) in (int, float, str, type(None)) for part in parts)
    check(plain, "a slice is of other than numbers and strings")
    return slice(*parts)


def make_device(kind: Any, index: Any = None) -> device:
    """Return a device with this name."""
    check(type(kind) is str and type(index) in (int, type(None)), "a device has no name")
    return device(kind, index)


MAKERS: dict[Any, Callable] = {
    rebuild_tensor: rebuild_tensor,
    rebuild_parameter: rebuild_parameter,
    rebuild_buffer: rebuild_buffer,
    rebuild_array: rebuild_array,
    rebuild_scalar: rebuild_scalar,
    make_encoded: make_encoded,
    OrderedDict: make_ordered,
    Counter: make_counter,
    bytearray: make_bytearray,
    bytes: make_bytes,
    complex: make_complex,
    device: make_device,
    slice: make_slice,
    **{kind: functools.partial(make_of, kind) for kind in (set, frozenset, tuple)},
}


PLAIN = {
    **{
        f"builtins.{kind.__name__}": kind
        for kind in (set, frozenset, bytearray, bytes, complex, slice)
    },
    "_codecs.encode": make_encoded,
    "collections.OrderedDict": OrderedDict,
    "collections.Counter": Counter,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch.Size": tuple,
    "torch.device": device,
    **{f"torch.{name}": StorageType(dtype) for name, dtype in STORAGES.items()},
    **{f"torch.{dtype.name}": dtype for dtype in STORAGES.values()},
    "nnlib.serialization.rebuild_buffer": rebuild_buffer,
    "nnlib.serialization.rebuild_array": rebuild_array,
    "nnlib.serialization.rebuild_scalar": rebuild_scalar,
    # The activations of a transformer's layers, which a file may name but not call.
    **{f"{f.__module__}.{f.__name__}": f for f in (nn.functional.relu, nn.functional.gelu)},
}


def known() -> dict[str, Any]:
    """Return the names that files may always use: plain data, and this library's modules."""
    modules, waiting = {}, [Registry]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("nnlib."):
            modules[f"{kind.__module__}.{kind.__qualname__}"] = kind
    return modules | PLAIN


def checked_key(key: Any) -> Any:
    """Return a key; raise an error if it is a tuple so large that hashing takes long."""
    waiting, n = [key], 0
    while waiting:
        part = waiting.pop()
        if type(part) is tuple:
            waiting += part
            n += len(part) + 1
            check(n <= KEYS, f"a key is a tuple of more than {KEYS} parts")
    return key


def fill_ordered(out: OrderedDict, state: Any) -> None:
    """Set new attributes of an OrderedDict, such as torch's ``_metadata``."""
    check_names(OrderedDict, state)
    out.__dict__.update(state)


def check_names(kind: type, state: Any) -> None:
    """Raise an error unless a state has the names of an object's own attributes."""
    check(type(state) is dict, f"the state of {kind.__name__} is no dict")
    for name in state:
        check(type(name) is str, f"an attribute of {kind.__name__} has no name")
        check(
            not name.startswith("__") and not hasattr(getattr(kind, name, None), "__get__"),
            f"{kind.__name__} may not be given {name!r}",
        )


def fill_module(module: Any, state: Any) -> None:
    """Set the attributes of one of nnlib's modules; its methods cannot be replaced."""
    kind = type(module)
    check_names(kind, state)
    stores = dict(_parameters=nn.Parameter, _buffers=Tensor, _modules=Registry)
    for store, part in stores.items():
        held = state.get(store)
        check(
            type(held) is dict
            and all(type(k) is str for k in held)
            and all(v is None or isinstance(v, part) for v in held.values()),
            f"{store} of {kind.__name__} holds something else",
        )
    check(type(state.get("_unsaved")) is set, f"{kind.__name__} does not say what is unsaved")
    check(type(state.get("training")) is bool, f"{kind.__name__} does not say if it trains")
    # Copies, as the file could still change its own dicts, which have been checked.
    module.__dict__.update(state, **{store: dict(state[store]) for store in stores})


def check_parts(modules: dict[int, Any]) -> None:
    """Raise an error if a module is a submodule of itself."""
    parts = {k: [p for p in m._modules.values() if p is not None] for k, m in modules.items()}
    uses = Counter(id(part) for found in parts.values() for part in found)
    free = [k for k in parts if not uses[k]]
    while free:
        for part in parts.pop(free.pop(), ()):
            uses[id(part)] -= 1
            if not uses[id(part)]:
                free.append(id(part))
    for k in parts:
        raise refuse(f"a {type(modules[k]).__name__} is a part of itself")
