"""The dtypes of tensors made from Python numbers; programs can change the one for floats."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["get_default_dtype", "set_default_dtype"]

PYTHON = {bool: np.dtype(bool), int: np.dtype("int64"), float: np.dtype("float32")}


def set_default_dtype(d: Any) -> None:
    """Set the default dtype of floating-point tensors and layers to float32 or float64.

    >>> from nnlib import zeros
    >>> set_default_dtype(np.dtype("float64"))
    >>> zeros(2).dtype
    dtype('float64')
    >>> set_default_dtype(np.dtype("float32"))
    """
    if not isinstance(d, (np.dtype, type)) or np.dtype(d) not in ("float32", "float64"):
        raise TypeError(f"set_default_dtype: expected float32 or float64, got {d!r}")
    PYTHON[float] = np.dtype(d)


def get_default_dtype() -> np.dtype:
    """Return the default dtype of floating-point tensors, which is initially float32."""
    return PYTHON[float]
