"""Hooks of a tensor, for ``register_hook`` and ``retain_grad``."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["AfterGrad", "Hook", "RetainGrad"]


class Hook:
    """The handle that ``register_hook`` returns; ``remove`` unregisters the hook."""

    def __init__(self, hooks: list[Callable], hook: Callable):
        self.hooks = hooks
        self.hook = hook

    def remove(self) -> None:
        """Unregister the hook."""
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)
        self.hooks = []  # so that a second call doesn't remove an equal hook


class AfterGrad(NamedTuple):
    """The hook of ``register_post_accumulate_grad_hook``, which ``walk.accumulate`` calls."""

    hook: Callable

    def __call__(self, g: Any) -> None:
        """Leave the gradient unchanged."""


class RetainGrad:
    """The hook of ``retain_grad``, which runs last and has a weak reference to the tensor."""

    def __init__(self, x: Any):
        self.tensor = weakref.ref(x)

    def __call__(self, g: Any) -> None:
        """Add a gradient to the tensor's ``grad``, if the tensor is still alive."""
        x = self.tensor()
        if x is not None:
            x.grad = g if x.grad is None else x.grad + g
