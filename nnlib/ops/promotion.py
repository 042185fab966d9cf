"""Type promotion by torch's rules, and errors that name the operation.

Each operation passes its own name to these functions, which put it into error messages.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..default_dtype import PYTHON
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


def whole(name: str) -> Callable:
    """Return a decorator that makes observers see a call as one operation."""

    def decorate(f: Callable) -> Callable:
        @functools.wraps(f)
        def _call(*args: Any, **kwargs: Any) -> Any:
            return observed(name, f, args, kwargs) if mode.observer else f(*args, **kwargs)

        return _call

    return decorate


def array(name: str, x: Any, argument: str = "") -> np.ndarray:
    """Return a Tensor, an array or a number as an array.

    Raises TypeError for anything else; the message names the operation and the argument.
    """
    x = raw(x)
    if type(x) is np.ndarray:
        return x
    if not isinstance(x, (np.ndarray, np.generic, bool, int, float)):
        what = f"{argument} to be a Tensor" if argument else "a Tensor"
        got = type(x).__name__ + _remedy(x)
        raise TypeError(f"{name}: expected {what}, an array or a number, got {got}")
    return np.asarray(x)


def _remedy(x: Any) -> str:
    """Return advice on how to correct a value that isn't a tensor, for an error message."""
    if x is None:
        return ". Is a return statement missing from the function that computed it?"
    if not isinstance(x, (list, tuple)):
        return ""
    if not any(isinstance(item, Tensor) for item in x):
        return "; convert it with tensor()"
    return (
        "; join its tensors with stack()" if isinstance(x, list) else "; unpack the tuple first"
    )


def conversion(x: Any, dtype: np.dtype) -> str:
    """Return the method call that converts a tensor or an array to ``dtype``, for an error."""
    methods = {d: f".{method}()" for method, d in CASTS.items()}
    if not isinstance(x, Tensor):
        return f'.astype("{dtype}")'
    return methods.get(dtype, f".to({dtype})")


def mixed(name: str, wanted: np.dtype | None, **operands: Any) -> RuntimeError:
    """Return the error for operands of different dtypes; it names one to convert.

    ``wanted`` is the required dtype; unless it is a float dtype, the default dtype is used.
    """
    dtypes = {key: np.asarray(raw(x)).dtype for key, x in operands.items() if x is not None}
    wanted = wanted if wanted is not None and wanted.kind == "f" else PYTHON[float]
    wrong = next(key for key, dtype in dtypes.items() if dtype != wanted)
    *some, last = (f"{key} is {dtype}" for key, dtype in dtypes.items())
    got = f"{', '.join(some)} and {last}"
    remedy = f"convert {wrong} with {conversion(operands[wrong], wanted)}"
    return RuntimeError(f"{name}: expected equal dtypes, but {got}; {remedy}")


def floating(name: str, x: Any) -> np.ndarray:
    """Return x as an array; integers and booleans become floats."""
    x = array(name, x)
    return x if x.dtype.kind == "f" else x.astype(PYTHON[float])


def as_dtype(name: str, x: Any) -> np.dtype:
    """Return x as one of the six dtypes; raise TypeError for anything else."""
    dtype = np.dtype(x) if isinstance(x, (np.dtype, type)) else None
    if dtype is None or dtype not in CASTS.values():
        raise TypeError(f"{name}: expected an nnlib dtype, got {x!r}")
    return dtype


def _rank(dtype: np.dtype) -> int:
    """Return the rank of a dtype: 0 for bool, 1 for integers, 2 for floats."""
    return {"b": 0, "i": 1, "u": 1, "f": 2}[dtype.kind]


def promote_types(type1: np.dtype, type2: np.dtype) -> np.dtype:
    """Return the dtype of the higher kind; for equal kinds, the smallest that fits both."""
    return _wider(as_dtype("promote_types", type1), as_dtype("promote_types", type2))


def _wider(a: np.dtype, b: np.dtype) -> np.dtype:
    """Return the dtype to which two of the six dtypes are promoted."""
    if _rank(a) == _rank(b):
        return np.promote_types(a, b)
    return max(a, b, key=_rank)


def result_type(tensor1: Any, tensor2: Any, *more: Any) -> np.dtype:
    """Return the dtype of the result of an operation on these operands.

    There are three groups of operands: arrays with axes, arrays of shape () and Python numbers.
    A later group changes the dtype only if its kind (bool, integer, float) is higher.
    """
    return common_dtype("result_type", (tensor1, tensor2, *more))


def common_dtype(name: str, operands: Sequence[Any]) -> np.dtype:
    """Return ``result_type`` of the operands of an operation; ``sub`` rejects bool operands."""
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
    return max(dtypes, key=_rank)  # the first dtype of the highest rank


@silent
def promote(name: str, *operands: Any) -> list[np.ndarray]:
    """Return operands as arrays of one dtype."""
    dtype = common_dtype(name, operands)
    return [array(name, x).astype(dtype, copy=False) for x in operands]


def pair(name: str, input: Any, other: Any) -> tuple[np.ndarray, Any]:
    """Return operands in one dtype; an int or float b is unchanged if a is a float array."""
    a = input.array if isinstance(input, Tensor) else input  # raw(input), inlined for speed
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
    """Return a Python number as an array; a float that is too large becomes inf."""
    return np.asarray(number, dtype)


def check_fits(name: str, value: Any, dtype: np.dtype) -> None:
    """Raise RuntimeError if dtype is float32 and a finite Python float is too large for it."""
    if type(value) is float and dtype == FLOAT32 and FLOAT32_MAX < abs(value) < math.inf:
        raise RuntimeError(f"{name}: expected a number that fits in float32, got {value}")


def floating_pair(name: str, input: Any, other: Any) -> tuple[np.ndarray, Any]:
    """Return both operands in one dtype; integers and booleans become floats."""
    a, b = pair(name, input, other)
    if a.dtype.kind == "f":
        return a, b
    # Convert the original operands, because -1 would already be 255 in uint8.
    return floating(name, input), floating(name, other)


def compute(name: str, f: Callable, *arrays: Any) -> Any:
    """Return f(*arrays); raise RuntimeError if shapes don't broadcast or f rejects dtypes."""
    token = switch_off()
    try:
        return f(*arrays)
    except (ValueError, TypeError) as error:
        raise _mismatch(name, error, arrays) from None
    finally:
        switch_back(token)


def binary(name: str, f: Callable, input: Any, other: Any) -> Any:
    """Convert both operands to one dtype and apply f; raise the same errors as ``compute``."""
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
        shapes = [np.shape(a) for a in arrays if len(arrays) == 2 or np.ndim(a)]
        got = " and ".join(map(str, shapes))
        hint = ""
        if len(shapes) == 2 and sorted(map(len, shapes)) == [1, 2]:
            matrix, (n,) = sorted(shapes, key=len, reverse=True)
            if matrix[0] == n:  # a vector with one element for each row, not for each column
                hint = f"; insert an axis into the vector of length {n}, as in vector[:, None]"
        return RuntimeError(f"{name}: expected shapes that broadcast, got {got}{hint}")
    dtypes = " and ".join(str(np.asarray(a).dtype) for a in arrays)
    advice = NO_BOOL if name in ("sub", "neg") else ""
    return RuntimeError(f"{name}: not defined for {dtypes}{advice}")
