"""Global settings, as in PyTorch, to change at the start of a program."""

from __future__ import annotations

import os
import warnings

from .default_dtype import get_default_dtype, set_default_dtype

__all__ = [
    "get_default_dtype",
    "get_num_threads",
    "set_default_dtype",
    "set_float32_matmul_precision",
    "set_num_threads",
    "use_deterministic_algorithms",
]


def set_num_threads(num: int) -> None:
    """Set the number of threads for matrix products; requires the package threadpoolctl."""
    if isinstance(num, bool) or not isinstance(num, int) or num < 1:
        raise RuntimeError(f"set_num_threads: expected a positive int, got {num!r}")
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise RuntimeError(
            "set_num_threads: install threadpoolctl, or set the environment variable "
            f"OMP_NUM_THREADS={num} before Python starts"
        ) from None
    threadpool_limits(num)


def get_num_threads() -> int:
    """Return the number of matrix-product threads, or of CPUs if threadpoolctl is missing."""
    return max([pool["num_threads"] for pool in thread_pools()], default=os.cpu_count() or 1)


def thread_pools() -> list[dict]:
    """Return threadpoolctl's information about each loaded BLAS or OpenMP library."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return []
    return threadpool_info()


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Do nothing, because every operation here is deterministic."""


def set_float32_matmul_precision(precision: str) -> None:
    """Do nothing, because float32 matrix products never use a lower precision."""
    if precision not in ("highest", "high", "medium"):
        message = f"expected highest, high or medium, got {precision!r}"
        warnings.warn(f"set_float32_matmul_precision: {message}", stacklevel=2)
