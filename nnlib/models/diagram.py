"""A drawing of a model: its layers as blocks with shapes, parallel branches side by side."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from ..nn import Module
from ..trace.cards import Card, draw
from ..trace.graph import Picture
from ..trace.layout import layout
from .layered import Block, Builder, layered, repeated
from .run import level, record_run

__all__ = ["Block", "Diagram", "diagram"]

MOST = 40  # largest number of blocks, by default
WIDE = 1100  # pixels; a wider drawing goes from top to bottom


class Diagram:
    """Blocks of a model, displayed as a drawing in a notebook and printed as a list.

    Parameters
    ----------
    blocks : sequence of Block
        Blocks in topological order, with the output last.
    """

    def __init__(self, blocks: Sequence[Block]):
        self.blocks = list(blocks)

    def __len__(self) -> int:
        return len(self.blocks)

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    def __getitem__(self, name: str) -> Block:
        """Return the block of the module with this name."""
        for block in self.blocks:
            if block.name == name:
                return block
        names = ", ".join(block.name for block in self.blocks if block.name)
        raise KeyError(f"no block {name!r}; the blocks are {names}")

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.blocks))

    def svg(self, direction: str = "down") -> str:
        """Draw the blocks as an SVG element in the colours of the page.

        Parameters
        ----------
        direction : {"down", "right"}
            Direction from the input to the output. ``"down"`` suits a phone.
        """
        if direction not in ("down", "right"):
            raise ValueError(f"svg: expected direction 'right' or 'down', got {direction!r}")
        index = {block: k for k, block in enumerate(self.blocks)}
        positions = layout([[index[x] for x in block.operands] for block in self.blocks])
        words = "Layers: " + "; ".join(map(repr, self.blocks)) + "."
        return draw(list(map(_card, self.blocks)), positions, direction, words)

    def picture(self) -> Picture:
        """Return the drawing for ``viz.show`` in both directions; if it is wide, only down."""
        right, down = self.svg("right"), self.svg("down")
        width = float(re.search(r'viewBox="0 0 ([\d.]+)', right)[1])
        return Picture("" if width > WIDE else right, down)

    def _repr_html_(self) -> str:
        return self.picture().scrolling("Diagram of a model")


def _card(block: Block) -> Card:
    """Return the text that is shown on a block."""
    if block.is_plain:
        return Card(", ".join([block.kind, *block.then]), [], [], False)
    size = f"{block.parameters:,} parameters" if block.parameters else ""
    each = " each" if size and block.count > 1 else ""
    then = ", ".join(block.then)
    lines = [line for line in (then, " × ".join(map(str, block.shape)), size + each) if line]
    return Card(block.title, lines, [], block.kind in ("input", "output"))


def diagram(
    model: Module,
    input_size: Sequence[int] | Sequence[Sequence[int]],
    *,
    depth: int | None = None,
    most: int = MOST,
) -> Diagram:
    """Run a model once on zeros, and draw its layers with shapes, parameters and branches.

    The blocks are the modules without submodules and the operations between modules. Identical
    consecutive blocks are merged into one block, which shows how many there are.

    Parameters
    ----------
    model, input_size
        See ``summary``.
    depth : int
        Depth of nesting up to which submodules have their own blocks. Default: the largest
        depth that ``most`` allows.
    most : int
        Largest number of blocks in a drawing. If there are more, normalization, activations and
        dropout become part of the block before them. If there are still too many, submodules
        become part of the module that contains them, unless ``depth`` is given.

    Raises
    ------
    TypeError, ValueError
        As in ``summary``, if no output depends on an input, or if over ``most`` blocks remain.

    Source: chapter "ResNet".

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
    run = record_run("diagram", model, input_size)
    deepest = max(map(level, run.recorded.scopes))
    levels = range(deepest, -1, -1) if depth is None else [depth]
    for at, joined in itertools.product(levels, (False, True)):
        blocks = Builder(run, at).blocks()
        blocks = repeated(layered(blocks) if joined else blocks)
        if len(blocks) <= most:
            return Diagram(blocks)
    raise ValueError(
        f"diagram: expected at most {most} blocks, got {len(blocks)}; reduce depth, draw part "
        f"of the model, or pass most={len(blocks)}"
    )
