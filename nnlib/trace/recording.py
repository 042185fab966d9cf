"""Watch a computation: every operation with its operands, and the modules it was done for.

History holds what rules read and nothing else. So that a drawing can show the other values
too, they are copied while they are made. All history is written by two functions of
``graph.py``, and all modules are called by one method: Python's own profiler tells when these
return, so that the core needs no line for it and costs nothing where nobody watches.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import numpy as np

from ..graph import Node as TapeNode
from ..graph import record, record_fused
from ..nn import Module
from ..nn import functional as F
from ..ops import dot, matmul, mv
from ..ops.convolution import Grid, convolution
from ..ops.linear import _pair
from ..tensor import Tensor, counter

__all__ = ["Op", "Scope", "recording"]

# Functions that are one operation to the eye and several to the engine, or whose windows
# are worth knowing.
WHOLE: dict[CodeType, str] = {
    convolution.__code__: "conv2d",
    **{
        getattr(F, name).__code__: name
        for name in (
            "adaptive_avg_pool2d",
            "avg_pool2d",
            "local_response_norm",
            "max_pool2d",
        )
    },
    **{f.__code__: "matmul" for f in (matmul, mv, dot)},
    _pair.__code__: "einsum",
}


@dataclass(eq=False)
class Scope:
    """One call of a module, or of a function that is several operations to the engine.

    Attributes
    ----------
    name : str
        The module's dotted name within the outermost one, or the function's name.
    module : Module or None
        The module; None for a function.
    parent : Scope or None
        The call inside which this one was made.
    args, output : object
        What it was given, and what it gave.
    grid : Grid or None
        Where the windows of a convolution or a pooling lay.
    end : int
        How many operations had been done when it ended.
    """

    name: str
    module: Module | None
    parent: Scope | None
    args: tuple = ()
    output: Any = None
    grid: Grid | None = None
    end: int = 0

    def chain(self) -> list[Scope]:
        """Give the calls around this one, the outermost first, and itself."""
        return [*(self.parent.chain() if self.parent else ()), self]


@dataclass(eq=False)
class Op:
    """One operation: its operands by name, its results, and copies of their values.

    ``constants`` are copies of the operands that get no gradient, by name.
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
        """Tell whether a leaf among its operands was changed in place since."""
        return any(counter(x)[0] != then for x, then in self._leaves)

    def tensors(self) -> Iterator[Tensor]:
        """The operands that are Tensors."""
        return (x for x in self.inputs.values() if isinstance(x, Tensor))


class recording:
    """Keep the value of every result that is computed in this block.

    Afterwards ``trace.graph(loss, recorded=...)`` shows them, and knows constants, the names
    of parameters, and which module did what; inside the block it finds the recording itself.
    The block makes Python slower, and what it recorded lives as long as the recording.

    Parameters
    ----------
    values : bool
        Whether the results are copied; without, only what was done is kept.

    Attributes
    ----------
    ops : list of Op
        The operations in order.
    scopes : list of Scope
        The calls of modules and of some functions, in the order in which they began.
    names : dict of Tensor to str
        The parameters and buffers of the modules that were called.

    >>> from nnlib import Tensor
    >>> with recording() as tape:
    ...     y = Tensor([3.0], requires_grad=True) * 2 + 1
    >>> [(op.name, op.values[0].item()) for op in tape.ops]
    [('mul', 6.0), ('add', 7.0)]
    """

    active: list[recording] = []  # noqa: RUF012 (the blocks that are open, the innermost last)

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
        self._before = sys.getprofile()
        self.active.append(self)
        sys.setprofile(self._see)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(self._before if callable(self._before) else None)
        self.active.remove(self)

    def find(self, node: TapeNode) -> Op | None:
        """Give the operation that wrote this part of the history."""
        return self._by_node.get(node)

    def _see(self, frame: FrameType, event: str, result: Any) -> None:
        """What Python's profiler calls: at each call and each return."""
        code = frame.f_code
        if code in WRITERS:
            if event == "return" and result is not None:
                self._written(frame, result)
        elif code is CALL or code in WHOLE:
            if event == "call":
                self._enter(frame)
            elif event == "return" and self._open:
                self._leave(frame, result)

    def _written(self, frame: FrameType, result: Any) -> None:
        """Keep an operation, unless it was one on plain arrays."""
        outs = result if isinstance(result, tuple) else (result,)
        if not isinstance(outs[0], Tensor):
            return
        read = frame.f_locals
        rule = next(iter(read.get("rules", {}).values()), read.get("backward"))
        name = read.get("name") or (rule.__qualname__ if rule else _caller(frame))
        values = tuple(out.array.copy() if self.values else out.array for out in outs)
        inputs = {k: x for k, x in read["inputs"].items() if x is not None}
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
        """Give a constant as it is now; one copy for all who read it before it is changed."""
        key = x, counter(x)[0]
        if key not in self._copies:
            self._copies[key] = x.array.copy()
        return self._copies[key]

    def _enter(self, frame: FrameType) -> None:
        """Note the beginning of a call."""
        parent, read = self._open[-1] if self._open else None, frame.f_locals
        if frame.f_code is CALL:
            module = read["self"]
            if module not in self._modules:
                self._learn(module)
            args = (*read["args"], *read["kwargs"].values())
            scope = Scope(self._modules[module], module, parent, args)
        else:
            names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            args = tuple(read[name] for name in names)
            scope = Scope(WHOLE[frame.f_code], None, parent, args)
        self._open.append(scope)
        self.scopes.append(scope)

    def _learn(self, module: Module) -> None:
        """Take over the names inside an outermost module."""
        for name, part in module.named_modules():
            self._modules.setdefault(part, name)
        for name, tensor in (*module.named_parameters(), *module.named_buffers()):
            self.names.setdefault(tensor, name)

    def _leave(self, frame: FrameType, result: Any) -> None:
        """Note the end of a call."""
        scope = self._open.pop()
        scope.output, scope.end = result, len(self.ops)
        scope.grid = frame.f_locals.get("grid") if scope.module is None else None


WRITERS = {record.__code__, record_fused.__code__}
CALL = Module.__call__.__code__


def _caller(frame: FrameType) -> str:
    """The function that recorded an operation without rules."""
    return frame.f_back.f_code.co_name if frame.f_back else "operation"
