"""Whether operations are recorded: the one switch of this library."""

from __future__ import annotations

import contextlib
import threading

__all__ = ["enable_grad", "is_grad_enabled", "no_grad"]


class _Mode(threading.local):
    """Whether operations are recorded in this thread."""

    enabled = True


mode = _Mode()


class Recording(contextlib.ContextDecorator):
    """Switch recording on or off, as a context or as a decorator."""

    def __init__(self, enabled: bool):
        self.enabled = enabled
        self.before: list[bool] = []

    def __enter__(self) -> None:
        self.before.append(mode.enabled)
        mode.enabled = self.enabled

    def __exit__(self, *error: object) -> None:
        mode.enabled = self.before.pop()


def no_grad() -> Recording:
    """Record nothing inside: values are computed, histories are not kept.

    >>> from nnlib import Tensor
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> with no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """
    return Recording(False)


def enable_grad() -> Recording:
    """Record again, inside ``no_grad``."""
    return Recording(True)


def is_grad_enabled() -> bool:
    """Tell whether operations are being recorded."""
    return mode.enabled
