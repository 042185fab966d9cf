"""Recorded operations, grouped by the public function that was called, such as pooling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..tensor import Tensor
from .recording import Op, Scope, recording

__all__ = ["Unit", "tensors", "units"]


class Unit(NamedTuple):
    """An operation, or a call of a function that consists of several operations.

    Attributes
    ----------
    name : str
        The name of the function, or of the engine's operation.
    inputs, outs : list of Tensor
        The operands and the results.
    ops : list of Op
        The recorded operations.
    call : Scope or None
        The call of the function, with its arguments and windows.
    modules : list of Scope
        The module calls around it, from the outermost inwards.
    """

    name: str
    inputs: list[Tensor]
    outs: list[Tensor]
    ops: list[Op]
    call: Scope | None
    modules: list[Scope]


def units(recorded: recording) -> Iterator[Unit]:
    """Yield the operations in order; all operations of one function call form one unit."""
    whole: dict[Scope, list[Op]] = {}
    for op in recorded.ops:
        call = op.scope.function() if op.scope else None
        if call:
            whole.setdefault(call, []).append(op)
    for op in recorded.ops:
        call = op.scope.function() if op.scope else None
        if call is None:
            modules = op.scope.chain() if op.scope else []
            yield Unit(op.name, list(op.tensors()), list(op.outs), [op], None, modules)
        elif whole[call][-1] is op:
            modules = call.parent.chain() if call.parent else []
            inputs, outs = tensors(call.args), tensors(call.output)
            yield Unit(call.name, inputs, outs, whole[call], call, modules)


def tensors(value: Any) -> list[Tensor]:
    """Return all Tensors in nested arguments or results."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [x for part in value for x in tensors(part)]
    return []
