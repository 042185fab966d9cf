"""Record a computation: all operations with their operands, by module.

The history of a Tensor contains only the values that the gradient rules read. A drawing also
shows other values, so a recording copies them while they are computed. ``graph.record`` and
calls of modules notify the observer of the thread (``grad_mode.observed``), if there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..grad_mode import mode
from ..graph import Node as TapeNode
from ..nn import Module
from ..tensor import Tensor, counter
from ..windows import Grid

__all__ = ["Op", "Scope", "recording"]


@dataclass(eq=False)
class Scope:
    """One call of a module, or of a function that the engine computes with several operations.

    Attributes
    ----------
    name : str
        The module's dotted name within the outermost module, or the function's name.
    module : Module or None
        The module; None for a function.
    parent : Scope or None
        The enclosing call; None for an outermost call.
    args, output : object
        The arguments and the result of the call.
    grid : Grid or None
        The grid of windows of a convolution or pooling.
    end : int
        The number of operations that were recorded when the call ended.
    """

    name: str
    module: Module | None
    parent: Scope | None
    args: tuple = ()
    output: Any = None
    grid: Grid | None = None
    end: int = 0

    def chain(self) -> list[Scope]:
        """Return the calls around this call, from the outermost inwards, and this call."""
        outer = self.parent.chain() if self.parent else []
        return [*outer, self]

    def function(self) -> Scope | None:
        """Return the outermost function call that is inside the innermost module, if any."""
        functions = []
        for scope in self.chain():
            functions = [] if scope.module is not None else [*functions, scope]
        return functions[0] if functions else None


@dataclass(eq=False)
class Op:
    """One operation: its operands by name, its results, and copies of the results' values.

    ``constants`` contains copies of the operands that get no gradient, by name.
    """

    name: str
    inputs: dict[str, Any]
    outs: tuple[Tensor, ...]
    values: tuple[np.ndarray, ...]
    scope: Scope | None
    nodes: tuple[TapeNode | None, ...]
    constants: dict[str, np.ndarray]

    def __post_init__(self) -> None:
        leaves = (x for x in self.tensors() if x.needs_grad and x.node is None)
        self._leaves = [(x, counter(x)[0]) for x in leaves]

    def changed(self) -> bool:
        """Return whether a leaf among the operands was changed in place after the operation."""
        return any(counter(x)[0] != version for x, version in self._leaves)

    def tensors(self) -> Iterator[Tensor]:
        """Yield the operands that are Tensors."""
        return (x for x in self.inputs.values() if isinstance(x, Tensor))


class recording:
    """Record all operations in a ``with`` block, with a copy of each result.

    Afterwards ``trace.graph(loss, recorded=...)`` shows all values, constants, and the names of
    parameters; inside the block, you can omit ``recorded``. Recording makes the computation
    slower, and the recorded values stay in memory as long as the recording object exists.

    Parameters
    ----------
    values : bool
        Whether to copy the results and the constants.

    Attributes
    ----------
    ops : list of Op
        The operations in order.
    scopes : list of Scope
        The calls of modules and of some functions, in the order in which they started.
    names : dict of Tensor to str
        The parameters and buffers of the modules that were called.

    >>> from nnlib import Tensor
    >>> with recording() as tape:
    ...     y = Tensor([3.0]).requires_grad_() * 2 + 1
    >>> [(op.name, op.values[0].item()) for op in tape.ops]
    [('mul', 6.0), ('add', 7.0)]
    """

    active: list[recording] = []  # noqa: RUF012 (the open blocks, innermost last)

    def __init__(self, *, values: bool = True):
        self.values = values
        self.ops: list[Op] = []
        self.scopes: list[Scope] = []
        self.names: dict[Tensor, str] = {}
        self._modules: dict[Module, str] = {}
        self._open: list[Scope] = []
        self._by_node: dict[TapeNode, Op] = {}
        self._copies: dict[tuple[Tensor, int], np.ndarray] = {}

    def __enter__(self) -> recording:
        self._before, mode.observer = mode.observer, self
        self.active.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        mode.observer = self._before
        self.active.remove(self)

    def find(self, node: TapeNode) -> Op | None:
        """Return the operation that made a node of the history, or None."""
        return self._by_node.get(node)

    def written(self, outs: tuple[Tensor, ...], inputs: dict[str, Any], rule: Any) -> None:
        """Record an operation under the name of its rule, or of the function that ran it."""
        if rule is None:  # use the function that called record, because record called this one
            rule = sys._getframe(2).f_code.co_name
        name = getattr(rule, "__qualname__", rule)
        values = tuple(out.array.copy() if self.values else out.array for out in outs)
        inputs = {k: x for k, x in inputs.items() if x is not None}
        nodes = tuple(out.node for out in outs)
        scope = self._open[-1] if self._open else None
        constants = {
            k: self.copy_of(x)
            for k, x in inputs.items()
            if self.values and isinstance(x, Tensor) and not x.needs_grad
        }
        op = Op(name.partition(".")[0], inputs, outs, values, scope, nodes, constants)
        self.ops.append(op)
        for node in nodes:
            if node is not None:
                self._by_node[node] = op
                if len(outs) > 1:  # the node that all results share
                    self._by_node[node.edges[0][0]] = op

    def copy_of(self, x: Tensor) -> np.ndarray:
        """Return a copy of a constant's values; calls share it until the values change."""
        key = x, counter(x)[0]
        if key not in self._copies:
            self._copies[key] = x.array.copy()
        return self._copies[key]

    def began(self, called: Module | str, args: tuple) -> None:
        """Record the start of a call of a module or function."""
        parent = self._open[-1] if self._open else None
        name, module = called, None
        if isinstance(called, Module):
            if called not in self._modules:
                self._learn(called)
            name, module = self._modules[called], called
        grid = next((x for x in args if isinstance(x, Grid)), None)
        scope = Scope(name, module, parent, args, grid=grid)
        self._open.append(scope)
        self.scopes.append(scope)

    def _learn(self, module: Module) -> None:
        """Store the names of the submodules, parameters and buffers of a module."""
        for name, part in module.named_modules():
            self._modules.setdefault(part, name)
        for name, tensor in (*module.named_parameters(), *module.named_buffers()):
            self.names.setdefault(tensor, name)

    def ended(self, output: Any) -> None:
        """Record the end of the innermost call."""
        scope = self._open.pop()
        scope.output, scope.end = output, len(self.ops)
