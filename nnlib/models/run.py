"""One recorded forward pass of a model on zeros, for ``summary`` and ``diagram``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from ..grad_mode import no_grad
from ..nn import Module
from ..tensor import Tensor, wrap
from ..trace.recording import Scope, recording
from ..trace.units import tensors

__all__ = ["Run", "level", "record_run"]


class Run(NamedTuple):
    """The operations of a forward pass, its inputs, and its outputs."""

    recorded: recording
    inputs: list[Tensor]
    outputs: list[Tensor]


def record_run(name: str, model: Module, sizes: Any) -> Run:
    """Return the recorded forward pass of a model in evaluation mode, without gradients."""
    if not isinstance(model, Module):
        raise TypeError(f"{name}: expected a Module, got {type(model).__name__}")
    several = isinstance(sizes, list | tuple) and sizes and isinstance(sizes[0], list | tuple)
    dtype = next((p.dtype for p in model.parameters()), np.dtype(np.float32))
    inputs = [wrap(np.zeros(_size(name, s), dtype)) for s in (sizes if several else [sizes])]
    with _evaluating(model), no_grad(), recording(values=False) as record:
        try:
            output = model(*inputs)
        except Exception as error:
            shapes = ", ".join(str(x.shape) for x in inputs)
            raise ValueError(f"{name}: the model fails for inputs {shapes}: {error}") from error
    return Run(record, inputs, tensors(output))


def _size(name: str, size: Sequence[int]) -> tuple[int, ...]:
    """Return the shape of one input."""
    is_shape = isinstance(size, list | tuple) and all(
        isinstance(n, int | np.integer) and not isinstance(n, bool) for n in size
    )
    if not is_shape:
        raise TypeError(f"{name}: expected integers as input_size, got {size!r}")
    if any(n < 0 for n in size):
        raise ValueError(f"{name}: expected sizes of at least 0, got {tuple(size)}")
    return tuple(map(int, size))


@contextmanager
def _evaluating(model: Module) -> Iterator[None]:
    """Put a module into evaluation mode inside this context, and restore it afterwards."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode


def level(scope: Scope) -> int:
    """Return the number of module calls around a call."""
    return sum(s.module is not None for s in scope.chain()) - 1
