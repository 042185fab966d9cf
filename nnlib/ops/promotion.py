"""Operands of one dtype, by torch's rules, and shapes that broadcast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensor import raw

FLOAT32 = np.dtype(np.float32)
PYTHON = {bool: np.dtype(bool), int: np.dtype(np.int64), float: FLOAT32}


def floating(x: Any) -> Any:
    """Integers and truth values as float32, floats as they are."""
    x = raw(x)
    if not isinstance(x, (np.ndarray, np.generic)):
        x = np.asarray(number(x))
    return x if x.dtype.kind == "f" else x.astype(FLOAT32)


def number(x: Any) -> Any:
    """Refuse what is not an array or a number."""
    if not isinstance(x, (np.ndarray, np.generic, bool, int, float)):
        raise TypeError(f"expected a Tensor, an array or a number, got {type(x).__name__}")
    return x


def promote(*operands: Any) -> list[np.ndarray]:
    """Operands as arrays of one dtype, by torch's rule.

    Arrays with axes decide before single numbers, those before Python's numbers; a later
    group has a say only where it brings a higher kind (truth values, integers, floats).
    """
    arrays = [number(raw(x)) for x in operands]
    groups: list[list[np.dtype]] = [[], [], []]
    for a in arrays:
        if isinstance(a, (np.ndarray, np.generic)):
            groups[0 if a.ndim else 1].append(a.dtype)
        else:
            groups[2].append(PYTHON[type(a)])
    best = None
    for dtypes in groups:
        top = max(map(_kind, dtypes), default=-1)
        if best is None or top > _kind(best):
            best = np.result_type(*[d for d in dtypes if _kind(d) == top]) if dtypes else best
    return [np.asarray(a, best) for a in arrays]


def _kind(dtype: np.dtype) -> int:
    """Rank a dtype: 0 for truth values, 1 for integers, 2 for floats."""
    return {"b": 0, "i": 1, "u": 1, "f": 2}[dtype.kind]


def pair(input: Any, other: Any) -> tuple[Any, Any]:
    """Both operands in one dtype; a Python number beside a float array stays as it is."""
    a, b = raw(input), raw(other)
    if type(a) is np.ndarray:
        if type(b) is np.ndarray:
            if a.dtype == b.dtype:
                return a, b
        elif a.dtype.kind == "f" and type(b) in (int, float):
            return a, b
    return tuple(promote(a, b))


def broadcast(f: Callable, a: Any, b: Any) -> Any:
    """f(a, b), with an error that names the shapes."""
    try:
        return f(a, b)
    except ValueError:
        raise RuntimeError(
            f"{f.__name__}: expected shapes that broadcast, got {np.shape(a)} and {np.shape(b)}"
        ) from None
