"""Type promotion by torch's rules, and errors that name the operation."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..grad_mode import mode, observed
from ..tensor import raw

FLOAT32 = np.dtype(np.float32)
CASTS = {  # by the name of the Tensor method
    "float": FLOAT32,
    "double": np.dtype(np.float64),
    "long": np.dtype(np.int64),
    "int": np.dtype(np.int32),
    "byte": np.dtype(np.uint8),
    "bool": np.dtype(bool),
}
PYTHON = {bool: CASTS["bool"], int: CASTS["long"], float: FLOAT32}


def public_name() -> str:
    """Return the name of the public operation that was called, for error messages."""
    frame, name = sys._getframe(), ""
    while frame.f_globals.get("__package__") in (__package__, "nnlib.nn.functions"):
        if frame.f_code.co_name.isidentifier() and not frame.f_code.co_name.startswith("_"):
            name = frame.f_code.co_name
        frame = frame.f_back
    return name


def whole(name: str) -> Callable:
    """Return a decorator that shows observers a function as a single operation."""

    def decorate(f: Callable) -> Callable:
        @functools.wraps(f)
        def _call(*args: Any, **kwargs: Any) -> Any:
            return observed(name, f, args, kwargs) if mode.observer else f(*args, **kwargs)

        return _call

    return decorate


def array(x: Any) -> np.ndarray:
    """Return the array of a Tensor, an array or a number; raise TypeError for anything else."""
    x = raw(x)
    if not isinstance(x, (np.ndarray, np.generic, bool, int, float)):
        expected = "expected a Tensor, an array or a number"
        raise TypeError(f"{public_name()}: {expected}, got {type(x).__name__}")
    return np.asarray(x)


def floating(x: Any) -> np.ndarray:
    """Return integers and booleans as float32, and floats as they are."""
    x = array(x)
    return x if x.dtype.kind == "f" else x.astype(FLOAT32)


def as_dtype(x: Any) -> np.dtype:
    """Return one of the six dtypes; raise an error for any other."""
    dtype = np.dtype(x) if isinstance(x, (np.dtype, type)) else None
    if dtype is None or dtype not in CASTS.values():
        raise TypeError(f"{public_name()}: expected a dtype of nnlib, got {x!r}")
    return dtype


def _kind(dtype: np.dtype) -> int:
    """Return the rank of a dtype: 0 for bool, 1 for integers, 2 for floats."""
    return {"b": 0, "i": 1, "u": 1, "f": 2}[dtype.kind]


def promote_types(type1: np.dtype, type2: np.dtype) -> np.dtype:
    """Return the dtype of the higher kind; of two of one kind, the smallest that holds both."""
    a, b = as_dtype(type1), as_dtype(type2)
    return np.promote_types(a, b) if _kind(a) == _kind(b) else max(a, b, key=_kind)


def result_type(tensor1: Any, tensor2: Any, *more: Any) -> np.dtype:
    """Return the dtype in which operands meet.

    Arrays with axes decide before single numbers, those before Python's numbers; a later
    group has a say only where it brings a higher kind (truth values, integers, floats).
    """
    groups = [], [], []
    for x in map(raw, (tensor1, tensor2, *more)):
        group = 2 if type(x) in PYTHON else int(array(x).ndim == 0)
        groups[group].append(PYTHON[type(x)] if group == 2 else as_dtype(x.dtype))
    dtypes = (functools.reduce(promote_types, group) for group in groups if group)
    return max(dtypes, key=_kind)  # the first among equals


def promote(*operands: Any) -> list[np.ndarray]:
    """Return operands as arrays of one dtype."""
    dtype = result_type(*operands)
    return [array(x).astype(dtype, copy=False) for x in operands]


def pair(input: Any, other: Any) -> tuple[np.ndarray, Any]:
    """Return both operands in one dtype; a Python number after a float array stays as it is."""
    a, b = raw(input), raw(other)
    if type(a) is np.ndarray:
        same = type(b) is np.ndarray and a.dtype == b.dtype
        if same or (type(b) in (int, float) and a.dtype.kind == "f"):
            return a, b
    elif type(b) is np.ndarray and b.dtype.kind == "f" and type(a) in (int, float):
        return np.asarray(a, b.dtype), b
    return tuple(promote(a, b))


def floating_pair(input: Any, other: Any) -> tuple[np.ndarray, Any]:
    """Return both operands in one dtype; integers and booleans become float32."""
    a, b = pair(input, other)
    # For integers, the original operands: as uint8, -1 would be 255.
    return (a, b) if a.dtype.kind == "f" else (floating(input), floating(other))


def compute(f: Callable, *arrays: Any) -> Any:
    """Return f(*arrays), or raise an error with the shapes or dtypes that do not match."""
    try:
        return f(*arrays)
    except ValueError:
        got = " and ".join(str(np.shape(a)) for a in arrays)
        message = f"{public_name()}: expected shapes that broadcast, got {got}"
    except TypeError:
        got = " and ".join(str(np.asarray(a).dtype) for a in arrays)
        message = f"{public_name()}: not defined for {got}"
    raise RuntimeError(message)
