"""Type promotion by torch's rules, and errors that name the operation.

Each operation passes its own name to these functions, which put it into error messages.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..grad_mode import mode, observed
from ..quiet import silent, switch_back, switch_off
from ..tensor import Tensor, raw

FLOAT32 = np.dtype(np.float32)
FLOAT32_MAX = float(np.finfo(np.float32).max)
CASTS = {  # by the name of the Tensor method
    "float": FLOAT32,
    "double": np.dtype(np.float64),
    "long": np.dtype(np.int64),
    "int": np.dtype(np.int32),
    "byte": np.dtype(np.uint8),
    "bool": np.dtype(bool),
}
NO_BOOL = "; use ~ or logical_not() to invert a mask, and ^ to compare two masks"
PYTHON = {bool: CASTS["bool"], int: CASTS["long"], float: FLOAT32}


def whole(name: str) -> Callable:
    """Return a decorator; observers see a call of the decorated function as one operation."""

    def decorate(f: Callable) -> Callable:
        @functools.wraps(f)
        def _call(*args: Any, **kwargs: Any) -> Any:
            return observed(name, f, args, kwargs) if mode.observer else f(*args, **kwargs)

        return _call

    return decorate


def array(name: str, x: Any) -> np.ndarray:
    """Return a Tensor, an array or a number as an array.

    Raises TypeError for anything else; ``name`` is the operation that the message names.
    """
    x = raw(x)
    if type(x) is np.ndarray:
        return x
    if not isinstance(x, (np.ndarray, np.generic, bool, int, float)):
        expected = "expected a Tensor, an array or a number"
        raise TypeError(f"{name}: {expected}, got {type(x).__name__}")
    return np.asarray(x)


def floating(name: str, x: Any) -> np.ndarray:
    """Return x as an array; integers and booleans become float32."""
    x = array(name, x)
    return x if x.dtype.kind == "f" else x.astype(FLOAT32)


def as_dtype(name: str, x: Any) -> np.dtype:
    """Return x as one of the six dtypes; raise TypeError for anything else."""
    dtype = np.dtype(x) if isinstance(x, (np.dtype, type)) else None
    if dtype is None or dtype not in CASTS.values():
        raise TypeError(f"{name}: expected a dtype of nnlib, got {x!r}")
    return dtype


def _rank(dtype: np.dtype) -> int:
    """Return the rank of a dtype: 0 for bool, 1 for integers, 2 for floats."""
    return {"b": 0, "i": 1, "u": 1, "f": 2}[dtype.kind]


def promote_types(type1: np.dtype, type2: np.dtype) -> np.dtype:
    """Return the dtype of the higher kind, or the smallest that can represent both."""
    return _wider(as_dtype("promote_types", type1), as_dtype("promote_types", type2))


def _wider(a: np.dtype, b: np.dtype) -> np.dtype:
    """Return the dtype to which two of the six dtypes are promoted."""
    if _rank(a) == _rank(b):
        return np.promote_types(a, b)
    return max(a, b, key=_rank)


def result_type(tensor1: Any, tensor2: Any, *more: Any) -> np.dtype:
    """Return the dtype of the result of an operation on these operands.

    Arrays with axes come first, then single elements, then Python numbers. Operands of a
    later group change the dtype only if theirs is of a higher kind (bool, integer, float).
    """
    return common_dtype("result_type", (tensor1, tensor2, *more))


def common_dtype(name: str, operands: Sequence[Any]) -> np.dtype:
    """Return ``result_type`` of any number of operands of the operation ``name``."""
    arrays, elements, numbers = [], [], []
    for x in map(raw, operands):
        if type(x) in PYTHON:
            numbers.append(PYTHON[type(x)])
        else:
            group = arrays if array(name, x).ndim else elements
            group.append(as_dtype(name, x.dtype))
    if name == "sub" and CASTS["bool"] in (*arrays, *elements, *numbers):
        raise RuntimeError(f"sub: not defined for bool{NO_BOOL}")
    dtypes = [functools.reduce(_wider, group) for group in (arrays, elements, numbers) if group]
    return max(dtypes, key=_rank)  # the first of those with the highest rank


@silent
def promote(name: str, *operands: Any) -> list[np.ndarray]:
    """Return operands as arrays of one dtype."""
    dtype = common_dtype(name, operands)
    return [array(name, x).astype(dtype, copy=False) for x in operands]


def pair(name: str, input: Any, other: Any) -> tuple[np.ndarray, Any]:
    """Return both operands in one dtype; a Python number after a float array is unchanged."""
    a = input.array if isinstance(input, Tensor) else input  # raw(), without the call
    b = other.array if isinstance(other, Tensor) else other
    if type(a) is np.ndarray:
        same = type(b) is np.ndarray and a.dtype == b.dtype
        if same or (type(b) in (int, float) and a.dtype.kind == "f"):
            return a, b
    elif type(b) is np.ndarray and b.dtype.kind == "f" and type(a) in (int, float):
        return _in_dtype(a, b.dtype), b
    a, b = promote(name, a, b)
    return a, b


@silent
def _in_dtype(number: float, dtype: np.dtype) -> np.ndarray:
    """Return a Python number as an array; too large a float becomes inf."""
    return np.asarray(number, dtype)


def check_fits(name: str, value: Any, dtype: np.dtype) -> None:
    """Raise RuntimeError, as torch, for a finite Python float that is too large for float32."""
    if type(value) is float and dtype == FLOAT32 and FLOAT32_MAX < abs(value) < math.inf:
        raise RuntimeError(f"{name}: expected a number that fits into float32, got {value}")


def floating_pair(name: str, input: Any, other: Any) -> tuple[np.ndarray, Any]:
    """Return both operands in one dtype; integers and booleans become float32."""
    a, b = pair(name, input, other)
    if a.dtype.kind == "f":
        return a, b
    # Convert the original operands, because in uint8 -1 would already be 255.
    return floating(name, input), floating(name, other)


def compute(name: str, f: Callable, *arrays: Any) -> Any:
    """Return f(*arrays); raise RuntimeError if shapes don't broadcast or dtypes don't fit."""
    token = switch_off()
    try:
        return f(*arrays)
    except (ValueError, TypeError) as error:
        raise _mismatch(name, error, arrays) from None
    finally:
        switch_back(token)


def binary(name: str, f: Callable, input: Any, other: Any) -> Any:
    """Return f of both operands in one dtype, with the errors of ``compute``."""
    a, b = pair(name, input, other)
    token = switch_off()
    try:
        return f(a, b)
    except (ValueError, TypeError) as error:
        raise _mismatch(name, error, (a, b)) from None
    finally:
        switch_back(token)


def _mismatch(name: str, error: Exception, arrays: Sequence[Any]) -> RuntimeError:
    """Return the error for arrays whose shapes or dtypes an operation does not accept."""
    if isinstance(error, ValueError):
        shapes = " and ".join(str(np.shape(a)) for a in arrays)
        return RuntimeError(f"{name}: expected shapes that broadcast, got {shapes}")
    dtypes = " and ".join(str(np.asarray(a).dtype) for a in arrays)
    advice = NO_BOOL if name in ("sub", "neg") else ""
    return RuntimeError(f"{name}: not defined for {dtypes}{advice}")
