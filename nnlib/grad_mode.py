"""Grad mode: whether operations are recorded for backward."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["enable_grad", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled"]


class _Mode(threading.local):
    """The grad mode of a thread: whether operations are recorded, and inference mode.

    With ``anomaly``, the backward pass raises an error when a gradient is NaN.

    The observer, if there is one, is notified of all operations and calls (``observed``).
    """

    enabled = True
    inference = False
    anomaly = False
    observer: Any = None


mode = _Mode()


def observed(called: Any, f: Callable, args: tuple, kwargs: dict) -> Any:
    """Return the result of f, and notify the thread's observer before and after the call."""
    observer = mode.observer
    observer.began(called, (*args, *kwargs.values()))
    result = None
    try:
        result = f(*args, **kwargs)
    finally:
        observer.ended(result)
    return result


class Recording(contextlib.ContextDecorator):
    """Switch recording on or off, as a context manager or as a decorator.

    Inside ``inference_mode``, nothing is recorded, even inside ``enable_grad``.
    """

    def __init__(self, enabled: bool, inference: bool | None = None):
        self.enabled, self.inference = enabled, inference
        self.before: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self.before.append((mode.enabled, mode.inference))
        if self.inference is not None:
            mode.inference = self.inference
        mode.enabled = self.enabled and not mode.inference

    def __exit__(self, *error: object) -> None:
        mode.enabled, mode.inference = self.before.pop()


class set_grad_enabled(Recording):
    """Switch recording on or off immediately; as a context manager, until the block ends.

    >>> with set_grad_enabled(False):
    ...     is_grad_enabled()
    False
    """

    def __init__(self, mode: bool):
        super().__init__(mode)
        self.__enter__()
        self.entered = False

    def __enter__(self) -> None:
        if getattr(self, "entered", True):
            super().__enter__()
        self.entered = True

    def __call__(self, func: Callable) -> Callable:
        """Switch back, and return func wrapped in this context."""
        if not self.entered:
            self.__exit__()
            self.entered = True
        return super().__call__(func)


def _recording(enabled: bool, inference: bool | None, func: Callable | None) -> Any:
    """Return a context manager or, for a decorator without parentheses, func wrapped in one."""
    context = Recording(enabled, inference)
    return context if func is None else context(func)


def no_grad(orig_func: Callable | None = None) -> Any:
    """Record no operations inside this context or function: results have no history.

    >>> from nnlib import Tensor
    >>> x = Tensor([1.0, 2.0]).requires_grad_()
    >>> with no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """
    return _recording(False, None, orig_func)


def enable_grad(orig_func: Callable | None = None) -> Any:
    """Record operations inside this context or function, even inside ``no_grad``."""
    return _recording(True, None, orig_func)


def inference_mode(mode: bool | Callable = True) -> Any:
    """Like ``no_grad``, but the backward pass can't read the results later.

    >>> from nnlib import Tensor
    >>> with inference_mode():
    ...     y = Tensor([1.0]) * 2
    >>> y.is_inference()
    True
    """
    if callable(mode):
        return _recording(False, True, mode)
    return _recording(not mode, mode, None)


def is_grad_enabled() -> bool:
    """Return whether operations are being recorded."""
    return mode.enabled
