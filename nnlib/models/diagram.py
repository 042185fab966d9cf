"""A model as a drawing: its layers as blocks, with shapes, branches side by side."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..nn import Module, ModuleDict, ModuleList, Sequential
from ..tensor import Tensor
from ..trace.cards import Card, draw
from ..trace.graph import STYLE
from ..trace.layout import layout
from ..trace.recording import Scope, recording
from ..trace.units import Unit, tensors, units
from .run import Run, watched

__all__ = ["Block", "Diagram", "diagram"]

MOST, WIDE = 40, 1100  # blocks; pixels
CONTAINERS = ModuleDict, ModuleList, Sequential
JOINS = {"add": "+", "mul": "×", "cat": "concat"}


@dataclass(eq=False)
class Block:
    """One block of a diagram.

    Attributes
    ----------
    name, kind : str
        A module's dotted name and class; for an operation between modules, "" and its name.
    operands : list of Block
        What it reads.
    shape : tuple of int
        Of its result.
    parameters : int
        Numbers in its parameters; of one that occurs twice, only where it is first.
    count : int
        How many equal blocks follow each other here.
    then : tuple of str
        What was done after it and is part of it: normalization, activation, dropout.
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
        """What stands on top."""
        times = f"{self.count} × " if self.count > 1 else ""
        return f"{times}{self.kind}" + (f" {self.name}" if self.name else "")

    @property
    def is_plain(self) -> bool:
        """Whether it is an operation between modules."""
        return not self.name and not self.parameters and self.kind not in ("input", "output")

    def __repr__(self) -> str:
        held = f", {self.parameters:,} parameters" if self.parameters else ""
        each = " each" if held and self.count > 1 else ""
        read = ", ".join(x.title for x in self.operands)
        source = f" from {read}" if read else ""
        then = f" ({', '.join(self.then)})" if self.then else ""
        return f"{self.title}{then} {self.shape}{held}{each}{source}"


class Diagram:
    """The blocks of a model; it draws itself in a notebook, and prints as a list.

    Parameters
    ----------
    blocks : sequence of Block
        In topological order, the output last.
    """

    def __init__(self, blocks: Sequence[Block]):
        self.blocks = list(blocks)

    def __len__(self) -> int:
        return len(self.blocks)

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    def __getitem__(self, name: str) -> Block:
        """Give the block of a module's name."""
        for block in self.blocks:
            if block.name == name:
                return block
        names = ", ".join(block.name for block in self.blocks if block.name)
        raise KeyError(f"no block {name!r}; there are {names}")

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.blocks))

    def svg(self, direction: str = "down") -> str:
        """Draw the blocks as an SVG element in the page's own inks.

        Parameters
        ----------
        direction : {"down", "right"}
            Where the output lies; ``"down"`` suits a phone.

        Raises
        ------
        ValueError
            If the direction is another.
        """
        if direction not in ("down", "right"):
            raise ValueError(
                f"svg: expected the direction 'right' or 'down', got {direction!r}"
            )
        index = {block: k for k, block in enumerate(self.blocks)}
        places = layout([[index[x] for x in block.operands] for block in self.blocks])
        words = "Layers: " + "; ".join(map(repr, self.blocks)) + "."
        return draw(list(map(_card, self.blocks)), places, direction, words)

    def _repr_html_(self) -> str:
        right, down = self.svg("right"), self.svg("down")
        width = float(re.search(r'viewBox="0 0 ([\d.]+)', right)[1])
        shown = down.replace("nn-down", "nn-both", 1) if width > WIDE else right + down
        scroll = 'tabindex="0" role="group" aria-label="Diagram of a model"'
        return (
            f'<div class="nn-panels"><div class="nn-trace" {scroll}>{STYLE}{shown}</div></div>'
        )


def _card(block: Block) -> Card:
    """What stands on a block."""
    if block.is_plain:
        return Card(", ".join([block.kind, *block.then]), [], [], False)
    held = f"{block.parameters:,} parameters" if block.parameters else ""
    each = " each" if held and block.count > 1 else ""
    then = f"{', '.join(block.then)}"
    lines = [line for line in (then, " × ".join(map(str, block.shape)), held + each) if line]
    return Card(block.title, lines, [], block.kind in ("input", "output"))


def diagram(
    model: Module,
    input_size: Sequence[int] | Sequence[Sequence[int]] | None = None,
    *,
    input_data: Any = None,
    batch_dim: int | None = None,
    dtypes: Sequence[Any] | None = None,
    depth: int | None = None,
    most: int = MOST,
) -> Diagram:
    """Run a model once on zeros, and draw its layers with shapes, parameters and branches.

    Modules without parts are blocks, and so are the operations between them. Equal blocks
    that follow each other are one, with their number.

    Parameters
    ----------
    model, input_size, input_data, batch_dim, dtypes
        As for ``summary``.
    depth : int
        How deep parts have blocks of their own; by default all the way, as far as ``most``
        allows.
    most : int
        The number of blocks that a drawing has room for. Where there are more, normalization,
        activations and dropout become part of the block before them, and then parts of their
        whole.

    Returns
    -------
    Diagram
        It draws itself in a notebook.

    Raises
    ------
    TypeError, ValueError
        As ``summary``, and if there are more than ``most`` blocks at the given depth.

    Source: chapter "GoogLeNet to ResNeXt".

    >>> from nnlib.models import BasicBlock
    >>> diagram(BasicBlock(8, 8), (1, 8, 6, 6))
    input (1, 8, 6, 6)
    Conv2d conv1 (1, 8, 6, 6), 576 parameters from input
    BatchNorm2d bn1 (1, 8, 6, 6), 16 parameters from Conv2d conv1
    ReLU relu (1, 8, 6, 6) from BatchNorm2d bn1
    Conv2d conv2 (1, 8, 6, 6), 576 parameters from ReLU relu
    BatchNorm2d bn2 (1, 8, 6, 6), 16 parameters from Conv2d conv2
    + (1, 8, 6, 6) from BatchNorm2d bn2, input
    ReLU relu (1, 8, 6, 6) from +
    """
    run = watched("diagram", model, input_size, input_data, batch_dim, dtypes)
    deepest = max(len(_modules(scope)) for scope in run.recorded.scopes) - 1
    levels = range(deepest, -1, -1) if depth is None else [depth]
    for level, joined in itertools.product(levels, (False, True)):
        blocks = _Builder(run, level).blocks()
        blocks = _repeated(_layered(blocks) if joined else blocks)
        if len(blocks) <= most:
            return Diagram(blocks)
    raise ValueError(
        f"diagram: {len(blocks)} blocks, but a drawing has room for {most}; give a smaller "
        "depth=, draw a part of the model, or raise most="
    )


def _modules(scope: Scope) -> list[Scope]:
    """The calls of modules around a call, the outermost first, itself included."""
    return [s for s in scope.chain() if s.module is not None]


class _Builder:
    """Puts together what was done, by the call that shows as one block."""

    def __init__(self, run: Run, depth: int):
        self.run, self.depth = run, depth
        self.made: dict[Tensor, Block] = {}
        self.calls: dict[Scope, Block] = {}
        self.counted: set[Tensor] = set()

    def blocks(self) -> list[Block]:
        """The blocks that lead to the output, in order."""
        several = len(self.run.inputs) > 1
        for k, x in enumerate(self.run.inputs, start=1):
            self.made[x] = Block("", f"input {k}" if several else "input", [], x.shape)
        place = {op: k for k, op in enumerate(self.run.recorded.ops)}
        done = [(scope.end, 0, scope) for scope in _idle(self.run.recorded)]
        done += [(place[unit.ops[-1]], 1, unit) for unit in units(self.run.recorded)]
        for _, _, what in sorted(done, key=lambda each: each[:2]):
            (self._add if isinstance(what, Unit) else self._pass)(what)
        return _chained(_leading_to(self._output()))

    def _block(self, scopes: list[Scope], name: str) -> Block:
        """The block of a call, or a new one for an operation between modules."""
        inside = next((s for s in scopes[: self.depth] if _is_one(s.module)), None)
        if inside is None and len(scopes) <= self.depth:
            return Block("", JOINS.get(name, name))
        inside = inside or scopes[self.depth]
        if inside not in self.calls:
            own = {*inside.module.parameters()} - self.counted
            self.counted |= own
            size = sum(p.numel() for p in own)
            kind = type(inside.module).__name__
            shapes = [x.shape for x in tensors(inside.output)]
            self.calls[inside] = Block(inside.name, kind, [], shapes[0], size)
        return self.calls[inside]

    def _add(self, unit: Unit) -> None:
        """What a unit reads becomes an operand of its block; what it gives comes from it."""
        sources = [self.made[x] for x in unit.inputs if x in self.made]
        if sources:
            block = self._block(unit.modules, unit.name)
            self._join(block, sources, unit.outs)

    def _join(self, block: Block, sources: list[Block], outs: list[Tensor]) -> None:
        """Note where a block's operands come from, and that its results are its own."""
        for source in sources:
            if source is not block and source not in block.operands:
                block.operands.append(source)
        self.made.update((out, block) for out in outs)
        block.shape = block.shape or outs[0].shape

    def _pass(self, scope: Scope) -> None:
        """A module that gave what it got, such as dropout in evaluation mode."""
        scopes, x = _modules(scope), tensors(scope.output)
        shown = len(scopes) <= self.depth and _is_one(scope.module)
        if (shown or len(scopes) == self.depth + 1) and x and x[0] in self.made:
            self._join(self._block(scopes, ""), [self.made[x[0]]], x[:1])

    def _output(self) -> Block:
        """The block that gives the model's output; one that joins them if there are several."""
        last = list(dict.fromkeys(self.made[x] for x in self.run.outputs if x in self.made))
        if not last:
            raise ValueError("diagram: the model's output does not depend on its inputs")
        return last[0] if len(last) == 1 else Block("", "outputs", last)


def _idle(recorded: recording) -> list[Scope]:
    """The calls of modules that only handed on a tensor, in the order of their ends."""
    busy = {scope for op in recorded.ops if op.scope for scope in op.scope.chain()}
    idle = [s for s in recorded.scopes if s.module is not None and s not in busy and s.args]
    return sorted(idle, key=lambda scope: scope.end)


def _is_one(module: Module) -> bool:
    """Whether a module is one block at any depth: it has no parts, or is a layer of nnlib."""
    own = type(module).__module__.startswith("nnlib.nn.")
    return not [*module.children()] or (own and not isinstance(module, CONTAINERS))


def _leading_to(output: Block) -> list[Block]:
    """All blocks that the output depends on, each after its operands."""
    order: dict[Block, None] = {}
    to_do = [(output, False)]
    while to_do:
        block, ready = to_do.pop()
        if ready:
            order[block] = None
        elif block not in order:
            to_do.append((block, True))
            to_do += [(x, False) for x in reversed(block.operands) if x not in order]
    return list(order)


def _users(blocks: list[Block]) -> dict[Block, int]:
    """How many blocks read each one."""
    count = dict.fromkeys(blocks, 0)
    for block in blocks:
        for x in block.operands:
            count[x] += 1
    return count


def _chained(blocks: list[Block]) -> list[Block]:
    """Operations between modules that follow each other, as one block."""
    users = _users(blocks)
    return _merged(
        blocks,
        lambda x, y: x.is_plain and y.is_plain and users[x] == 1 and len(x.operands) == 1,
        lambda x, y: setattr(y, "kind", f"{x.kind}, {y.kind}"),
    )


def _layered(blocks: list[Block]) -> list[Block]:
    """What treats each element or channel by itself, as part of the block before it."""
    users = _users(blocks)

    def fits(x: Block, y: Block) -> bool:
        small = y.parameters == 0 or "Norm" in y.kind
        return small and x.shape == y.shape and users[x] == 1 and "input" not in x.kind

    def merge(x: Block, y: Block) -> None:
        y.then = (*x.then, y.kind, *y.then)
        y.kind, y.name, y.parameters = x.kind, x.name, x.parameters + y.parameters

    return _merged(blocks, fits, merge)


def _repeated(blocks: list[Block]) -> list[Block]:
    """Equal blocks that follow each other, as one with their number."""
    users = _users(blocks)

    def is_same(x: Block, y: Block) -> bool:
        mine, its = ((b.kind, b.shape, b.parameters, b.then) for b in (x, y))
        return not y.is_plain and mine == its and users[x] == 1 and len(x.operands) == 1

    def count(x: Block, y: Block) -> None:
        y.count = x.count + 1
        y.name = f"{x.name.partition(' to ')[0]} to {y.name}"

    return _merged(blocks, is_same, count)


def _merged(
    blocks: list[Block],
    fits: Callable[[Block, Block], bool],
    merge: Callable[[Block, Block], None],
) -> list[Block]:
    """Blocks with the only operand of each taken into it where both fit."""
    out: list[Block] = []
    for y in blocks:
        if len(y.operands) == 1 and fits(y.operands[0], y):
            x = y.operands[0]
            merge(x, y)
            y.operands = x.operands
            out.remove(x)
        out.append(y)
    return out
