"""Hooks of modules, which are called before and after ``forward`` or in the backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import record_fused
from ..hook import Hook
from ..tensor import Tensor, counter, wrap

__all__ = ["Handle", "call_with_hooks"]

Gradients = dict[int, Any]


class Handle(Hook):
    """Handle of a registered hook; ``remove`` or the end of a with block removes the hook.

    >>> from nnlib.nn import Identity
    >>> layer = Identity()
    >>> with layer.register_forward_hook(lambda module, args, output: output + 1):
    ...     layer(1)
    2
    >>> layer(1)
    1
    """

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


def call_with_hooks(module: Any, args: tuple, kwargs: dict) -> Any:
    """Return the output of a module, with its hooks called before and after ``forward``."""
    hooks = module._hooks
    if hooks is None:
        return module.forward(*args, **kwargs)
    for hook in tuple(hooks["before"]):
        new = hook(module, args)
        if new is not None:
            args = new if isinstance(new, tuple) else (new,)
    watch = _HookedCall(module, tuple(hooks["backward"])) if hooks["backward"] else None
    if watch:
        args = watch.inputs(args)
    output = module.forward(*args, **kwargs)
    for hook in tuple(hooks["after"]):
        new = hook(module, args, output)
        output = output if new is None else new
    return watch.outputs(output) if watch else output


class _HookedCall:
    """A single call to a module with backward hooks; it collects the gradients for the hooks.

    All inputs pass through one recorded operation that doesn't change them, and all outputs
    through another. Each operation's backward rule is called once, with all of its gradients.
    """

    def __init__(self, module: Any, hooks: tuple[Callable, ...]):
        self.module, self.hooks = module, hooks
        self.grad_output: tuple = ()

    def inputs(self, args: tuple) -> tuple:
        """Return the arguments, and arrange for ``at_inputs`` to get their gradients."""
        self.n_inputs = len(args)
        args, self.calls_at_inputs = _watched(args, self.at_inputs)
        return args

    def outputs(self, output: Any) -> Any:
        """Return the output, and arrange for ``at_outputs`` to get its gradients."""
        outputs = output if isinstance(output, tuple) else (output,)
        self.n_outputs = len(outputs)
        outputs, _ = _watched(outputs, self.at_outputs)
        return outputs if isinstance(output, tuple) else outputs[0]

    def at_outputs(self, g: Gradients) -> Gradients:
        """Store the gradients of the outputs; call the hooks if no input needs a gradient."""
        self.grad_output = tuple(map(g.get, range(self.n_outputs)))
        if not self.calls_at_inputs:
            self.call_hooks({})
        return g

    def at_inputs(self, g: Gradients) -> Gradients:
        """Return the gradients of the inputs after the hooks have changed them."""
        if not self.grad_output:  # a second derivative can bypass the outputs
            return g
        new = self.call_hooks(g)
        return {i: new[i] for i in g}

    def call_hooks(self, g: Gradients) -> tuple:
        """Call the hooks, and return the gradients of the inputs with the hooks' changes."""
        grad_input = tuple(map(g.get, range(self.n_inputs)))
        for hook in self.hooks:
            new = hook(self.module, grad_input, self.grad_output)
            if new is not None:
                grad_input = tuple(new) if isinstance(new, (tuple, list)) else (new,)
            if len(grad_input) != self.n_inputs:
                raise RuntimeError(
                    "register_full_backward_hook: expected the hook to return a tuple of "
                    f"length {self.n_inputs}, got length {len(grad_input)}"
                )
        self.grad_output = ()
        return grad_input


def _watched(values: tuple, callback: Callable[[Gradients], Gradients]) -> tuple[tuple, bool]:
    """Return the values, and whether ``callback`` will get their gradients in backward."""
    watched = {i: x for i, x in enumerate(values) if isinstance(x, Tensor) and x.requires_grad}

    def hook(g):
        arrays = isinstance(g[0], np.ndarray)
        tensors = [wrap(np.array(h)) for h in g] if arrays else g
        changed = callback(dict(zip(watched, tensors, strict=True)))
        return {f"x{i}": h.array if arrays else h for i, h in changed.items()}

    inputs = {f"x{i}": x for i, x in watched.items()}
    outs = record_fused(tuple(x.array for x in watched.values()), inputs, hook, twice=hook)
    new = dict(zip(watched, outs, strict=True))
    if not all(out.requires_grad for out in outs):
        return values, False
    for i, x in watched.items():
        new[i].version = counter(x)  # shared, to detect in-place changes of x and new[i]
    return tuple(new.get(i, x) for i, x in enumerate(values)), bool(new)
