"""The blocks of a diagram, built from the operations of one recorded forward pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..nn import Module, ModuleDict, ModuleList, Sequential
from ..tensor import Tensor
from ..trace.recording import Scope, recording
from ..trace.units import Unit, tensors, units
from .run import Run

__all__ = ["Block", "Builder", "layered", "repeated"]

CONTAINERS = ModuleDict, ModuleList, Sequential
JOINS = {"add": "+", "mul": "×", "cat": "concat"}


@dataclass(eq=False)
class Block:
    """One block of a diagram.

    Attributes
    ----------
    name, kind : str
        Dotted name and class of a module; for an operation between modules, "" and the name
        of the operation.
    operands : list of Block
        Blocks whose results are its inputs.
    shape : tuple of int
        Shape of the result.
    parameters : int
        Number of elements in its parameters. A parameter that occurs twice counts only at its
        first occurrence.
    count : int
        Number of identical consecutive blocks merged into this block.
    then : tuple of str
        Operations that were merged into this block: normalization, activation, dropout.
    """

    name: str
    kind: str
    operands: list[Block] = field(default_factory=list)
    shape: tuple[int, ...] = ()
    parameters: int = 0
    count: int = 1
    then: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The class and the name, after the count if it is above 1."""
        times = f"{self.count} × " if self.count > 1 else ""
        return f"{times}{self.kind}" + (f" {self.name}" if self.name else "")

    @property
    def is_plain(self) -> bool:
        """Whether it is an operation between modules."""
        return not self.name and not self.parameters and self.kind not in ("input", "output")

    def __repr__(self) -> str:
        size = f", {self.parameters:,} parameters" if self.parameters else ""
        each = " each" if size and self.count > 1 else ""
        read = ", ".join(x.title for x in self.operands)
        source = f" from {read}" if read else ""
        then = f" ({', '.join(self.then)})" if self.then else ""
        return f"{self.title}{then} {self.shape}{size}{each}{source}"


def _modules(scope: Scope) -> list[Scope]:
    """Return the module calls around a call, from the outermost to the call itself."""
    return [s for s in scope.chain() if s.module is not None]


class Builder:
    """A builder that collects recorded operations into blocks, one for each module call."""

    def __init__(self, run: Run, depth: int):
        self.run, self.depth = run, depth
        self.block_of: dict[Tensor, Block] = {}
        self.calls: dict[Scope, Block] = {}
        self.counted: set[Tensor] = set()

    def blocks(self) -> list[Block]:
        """Return the blocks that lead to the output, each after its operands."""
        several = len(self.run.inputs) > 1
        for k, x in enumerate(self.run.inputs, start=1):
            self.block_of[x] = Block("", f"input {k}" if several else "input", [], x.shape)
        order = {op: k for k, op in enumerate(self.run.recorded.ops)}
        done = [(scope.end, 0, scope) for scope in _unused(self.run.recorded)]
        done += [(order[unit.ops[-1]], 1, unit) for unit in units(self.run.recorded)]
        for _, _, part in sorted(done, key=lambda each: each[:2]):
            (self._add if isinstance(part, Unit) else self._pass)(part)
        return _chained(_leading_to(self._output()))

    def _block(self, scopes: list[Scope], name: str) -> Block:
        """Return the block of a module call, or a new one for an operation between modules."""
        inside = next((s for s in scopes[: self.depth] if _is_one(s.module)), None)
        if inside is None and len(scopes) <= self.depth:
            return Block("", JOINS.get(name, name))
        inside = inside or scopes[self.depth]
        if inside not in self.calls:
            parameters = {*inside.module.parameters()} - self.counted
            self.counted |= parameters
            size = sum(p.numel() for p in parameters)
            kind = type(inside.module).__name__
            shapes = [x.shape for x in tensors(inside.output)]
            self.calls[inside] = Block(inside.name, kind, [], shapes[0], size)
        return self.calls[inside]

    def _add(self, unit: Unit) -> None:
        """Add a unit of operations to the block that it belongs to."""
        sources = [self.block_of[x] for x in unit.inputs if x in self.block_of]
        if sources:
            block = self._block(unit.modules, unit.name)
            self._join(block, sources, unit.outs)

    def _join(self, block: Block, sources: list[Block], outs: list[Tensor]) -> None:
        """Add operands to a block, and record that the block computes these results."""
        for source in sources:
            if source is not block and source not in block.operands:
                block.operands.append(source)
        self.block_of.update((out, block) for out in outs)
        block.shape = block.shape or outs[0].shape

    def _pass(self, scope: Scope) -> None:
        """Add a module that returned its input unchanged, as dropout does in evaluation."""
        scopes, x = _modules(scope), tensors(scope.output)
        shown = len(scopes) <= self.depth and _is_one(scope.module)
        if (shown or len(scopes) == self.depth + 1) and x and x[0] in self.block_of:
            self._join(self._block(scopes, ""), [self.block_of[x[0]]], x[:1])

    def _output(self) -> Block:
        """Return the block of the model's output; several outputs are joined in one block."""
        last = list(
            dict.fromkeys(self.block_of[x] for x in self.run.outputs if x in self.block_of)
        )
        if not last:
            raise ValueError("diagram: expected a model whose output depends on its inputs")
        return last[0] if len(last) == 1 else Block("", "outputs", last)


def _unused(recorded: recording) -> list[Scope]:
    """Return the module calls that recorded no operation, in the order in which they ended."""
    used = {scope for op in recorded.ops if op.scope for scope in op.scope.chain()}
    unused = [s for s in recorded.scopes if s.module is not None and s not in used and s.args]
    return sorted(unused, key=lambda scope: scope.end)


def _is_one(module: Module) -> bool:
    """Return whether a module is one block: it has no submodules, or is a layer in nnlib.nn."""
    is_layer = type(module).__module__.startswith("nnlib.nn.")
    return not [*module.children()] or (is_layer and not isinstance(module, CONTAINERS))


def _leading_to(output: Block) -> list[Block]:
    """Return all blocks that the output depends on, each after its operands."""
    order: dict[Block, None] = {}
    stack = [(output, False)]
    while stack:
        block, are_operands_done = stack.pop()
        if are_operands_done:
            order[block] = None
        elif block not in order:
            stack.append((block, True))
            stack += [(x, False) for x in reversed(block.operands) if x not in order]
    return list(order)


def _users(blocks: list[Block]) -> dict[Block, int]:
    """Return how many blocks use the result of each block."""
    count = dict.fromkeys(blocks, 0)
    for block in blocks:
        for x in block.operands:
            count[x] += 1
    return count


def _chained(blocks: list[Block]) -> list[Block]:
    """Return blocks in which successive operations between modules are merged."""
    users = _users(blocks)
    return _merged(
        blocks,
        lambda x, y: x.is_plain and y.is_plain and users[x] == 1 and len(x.operands) == 1,
        lambda x, y: setattr(y, "kind", f"{x.kind}, {y.kind}"),
    )


def layered(blocks: list[Block]) -> list[Block]:
    """Return blocks in which normalization, activation and dropout are merged into layers."""
    users = _users(blocks)

    def fits(x: Block, y: Block) -> bool:
        small = y.parameters == 0 or "Norm" in y.kind
        return small and x.shape == y.shape and users[x] == 1 and "input" not in x.kind

    def merge(x: Block, y: Block) -> None:
        y.then = (*x.then, y.kind, *y.then)
        y.kind, y.name, y.parameters = x.kind, x.name, x.parameters + y.parameters

    return _merged(blocks, fits, merge)


def repeated(blocks: list[Block]) -> list[Block]:
    """Return blocks, with identical consecutive ones merged into one that has a count."""
    users = _users(blocks)

    def is_same(x: Block, y: Block) -> bool:
        first, second = ((b.kind, b.shape, b.parameters, b.then) for b in (x, y))
        return not y.is_plain and first == second and users[x] == 1 and len(x.operands) == 1

    def count(x: Block, y: Block) -> None:
        y.count = x.count + 1
        y.name = f"{x.name.partition(' to ')[0]} to {y.name}"

    return _merged(blocks, is_same, count)


def _merged(
    blocks: list[Block],
    fits: Callable[[Block, Block], bool],
    merge: Callable[[Block, Block], None],
) -> list[Block]:
    """Return blocks, each merged with its only operand if ``fits`` returns True."""
    out: list[Block] = []
    for y in blocks:
        if len(y.operands) == 1 and fits(y.operands[0], y):
            x = y.operands[0]
            merge(x, y)
            y.operands = x.operands
            out.remove(x)
        out.append(y)
    return out
