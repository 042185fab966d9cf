"""A table of a model: output shapes, parameters, multiply-adds, memory, receptive fields."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..nn import Module
from ..tensor import Tensor
from ..trace.recording import Scope, recording
from ..trace.units import Unit, tensors, units
from .cost import PIXEL, Field, multiply_adds, receptive_field
from .run import level, record_run

__all__ = ["Layer", "Summary", "summary"]

Shape = tuple[int, ...]


@dataclass
class Layer:
    """One row: a module call with its own operations; submodules have separate rows.

    Attributes
    ----------
    name, kind : str
        Dotted name of the module in the model, and its class.
    depth : int
        0 for the model, 1 for its submodules, and so on.
    output : list of tuple of int
        Shapes of its results; empty if the module was not called.
    parameters, trainable : int
        Number of elements in its parameters, and in those that require a gradient. A parameter
        counts only at its first occurrence.
    multiply_adds : int
        Multiply-adds for the whole batch, counted by ``models.cost.multiply_adds``.
    activation_bytes, parameter_bytes : int
        Memory of all tensors that it computed, without views, and of its parameters.
    field : Field or None
        Receptive field of its result, or None as in ``models.cost.receptive_field``.
    """

    name: str
    kind: str
    depth: int
    output: list[Shape]
    parameters: int = 0
    trainable: int = 0
    multiply_adds: int = 0
    activation_bytes: int = 0
    parameter_bytes: int = 0
    field: Field | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The text of each cell in the row."""
        frozen = self.parameters and not self.trainable
        field = self.field and f"{_by(self.field.size)}, step {_by(self.field.stride)}"
        return (
            "  " * self.depth + (f"{self.name} " if self.name else "") + f"({self.kind})",
            " ".join(map(str, self.output)) or "not called",
            f"{self.parameters:,}" + " frozen" * bool(frozen) if self.parameters else "–",
            f"{self.multiply_adds:,}" if self.multiply_adds else "–",
            size(self.activation_bytes) if self.activation_bytes else "–",
            field or "–",
        )


HEAD = (
    "Layer (type)",
    "Output shape",
    "Parameters",
    "Multiply-adds",
    "Activations",
    "Receptive field",
)


class Summary(list):
    """The rows of ``summary``: a list of ``Layer`` that prints as a table with totals.

    Attributes
    ----------
    parameters, trainable, multiply_adds : int
        Totals over all rows.
    activation_bytes, parameter_bytes, input_bytes : int
        Memory of all computed tensors, of the parameters, and of the inputs.
    """

    input_bytes = 0

    def _total(self, attribute: str) -> int:
        return sum(getattr(layer, attribute) for layer in self)

    parameters = property(lambda self: self._total("parameters"))
    trainable = property(lambda self: self._total("trainable"))
    multiply_adds = property(lambda self: self._total("multiply_adds"))
    activation_bytes = property(lambda self: self._total("activation_bytes"))
    parameter_bytes = property(lambda self: self._total("parameter_bytes"))

    @property
    def totals(self) -> list[str]:
        """The lines with totals below the table."""
        sizes = (self.input_bytes, self.activation_bytes, self.parameter_bytes)
        return [
            f"Parameters: {self.parameters:,} ({self.trainable:,} trainable)",
            f"Multiply-adds: {self.multiply_adds:,}",
            "Memory: input {}, activations {}, parameters {}".format(*map(size, sizes)),
        ]

    def __getitem__(self, key: Any) -> Any:
        """Return a row by its index, or the first row with this name."""
        if not isinstance(key, str):
            return super().__getitem__(key)
        for layer in self:
            if layer.name == key:
                return layer
        names = ", ".join(layer.name for layer in self if layer.name)
        raise KeyError(f"no layer {key!r}; the layers are {names}")

    def __repr__(self) -> str:
        rows = [HEAD, *(layer.cells for layer in self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(n) if k < 2 else cell.rjust(n)
                for k, (cell, n) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        rule = "─" * max(map(len, lines))
        return "\n".join([lines[0], rule, *lines[1:], rule, *self.totals])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{words}</th>' for words in HEAD)
        rows = "".join(f"<tr>{_row(layer)}</tr>" for layer in self)
        lines = "<br>".join(map(html.escape, self.totals))
        return (
            '<div class="nn-summary" tabindex="0" role="group" aria-label="Summary of a model" '
            'style="overflow-x:auto"><table class="dataframe" '
            'style="white-space:nowrap;font-size:.8em">'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>{lines}</p></div>"
        )


def _row(layer: Layer) -> str:
    """Return one row of the table as HTML."""
    first, *others = layer.cells
    indent = f'style="padding-left:{1 + layer.depth}em;text-align:left"'
    cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in others)
    return f'<th scope="row" {indent}>{html.escape(first.strip())}</th>{cells}'


def summary(
    model: Module,
    input_size: Sequence[int] | Sequence[Sequence[int]],
    *,
    depth: int | None = None,
) -> Summary:
    """List the output shape, cost, memory and receptive field of each layer of a model.

    The model runs once on zeros, in evaluation mode and without gradients; the modes of its
    submodules are restored. The arguments have the same names as in torchinfo, which
    also counts multiply-adds for biases and normalization.

    Parameters
    ----------
    model : Module
        The model. If it was built inside ``models.counting()``, its weights take no memory.
    input_size : tuple of int, or list of them
        Shape of the input, or of each of several inputs, *including* the batch size.
    depth : int
        Depth of nesting up to which submodules have their own rows. Deeper ones count as part
        of the module that contains them. Default: no limit.

    Returns
    -------
    Summary
        A row for each module call, in the order of the calls, followed by a row for each module
        with parameters that was not called.

    Raises
    ------
    TypeError
        If model is not a Module, or a size is not an integer.
    ValueError
        If a size is negative, or the model does not accept inputs of these sizes.

    Source: chapter "LeNet, AlexNet and VGG".

    >>> from nnlib import nn
    >>> net = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.Flatten(), nn.Linear(3456, 10))
    >>> table = summary(net, (1, 1, 28, 28))
    >>> table["0"].output, table["0"].multiply_adds, table["0"].field.size
    ([(1, 6, 24, 24)], 86400, (5, 5))
    >>> print(table.totals[0])
    Parameters: 34,726 (34,726 trainable)
    """
    record = record_run("summary", model, input_size)
    table = Summary(_layers(model, record.recorded, record.inputs, depth))
    table.input_bytes = sum(x.array.nbytes for x in record.inputs)
    return table


def _layers(
    model: Module, record: recording, inputs: list[Tensor], depth: int | None
) -> Iterator[Layer]:
    """Yield the rows, each with its own operations' cost."""
    counted: set[Tensor] = set()
    rows: dict[Scope, Layer] = {}
    for scope in record.scopes:
        if scope.module is not None:
            _add_row(rows, scope, depth, counted)
    known = {x: PIXEL for x in inputs if x.ndim == 4}
    for unit in units(record):
        _add_unit(rows[unit.modules[-1]], unit, known)
    for scope, layer in rows.items():
        if level(scope) == layer.depth:
            layer.field = next((known.get(x) for x in tensors(scope.output)), None)
    yield from {id(layer): layer for layer in rows.values()}.values()
    for name, part in model.named_modules():
        layer = Layer(name, type(part).__name__, name.count(".") + bool(name), [])
        _add_parameters(layer, part, counted)
        if layer.parameters:
            yield layer


def _add_row(
    rows: dict[Scope, Layer], scope: Scope, depth: int | None, counted: set[Tensor]
) -> None:
    """Add the row of a module call; below the depth limit, use the enclosing call's row."""
    at = level(scope)
    if depth is not None and at > depth:
        rows[scope] = rows[scope.parent]
    else:
        kind, shapes = type(scope.module).__name__, [x.shape for x in tensors(scope.output)]
        rows[scope] = Layer(scope.name, kind, at, shapes)
    _add_parameters(rows[scope], scope.module, counted)


def _add_parameters(layer: Layer, module: Module, counted: set[Tensor]) -> None:
    """Add a module's own parameters to its row, unless they were counted before."""
    for p in module.parameters(recurse=False):
        if p not in counted:
            counted.add(p)
            layer.parameters += p.numel()
            layer.trainable += p.numel() * p.requires_grad
            layer.parameter_bytes += p.array.nbytes


def _add_unit(layer: Layer, unit: Unit, known: dict[Tensor, Field]) -> None:
    """Add the cost of a unit of operations to its row, and store its receptive field."""
    layer.multiply_adds += multiply_adds(unit)
    stored = (x for x in unit.outs if x.view_of is None or unit.call is not None)
    layer.activation_bytes += sum(x.array.nbytes for x in stored)
    field = receptive_field(unit, known)
    if field is not None:
        known.update((out, field) for out in unit.outs)


def _by(pair: tuple[int, int]) -> str:
    """Return height and width as text such as "3×5", or as one number if they are equal."""
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}×{pair[1]}"


def size(n: int) -> str:
    """Return a number of bytes as text in a suitable unit.

    >>> size(640), size(4 * 138_357_544)
    ('640 B', '527.8 MiB')
    """
    power = min(int(math.log2(n) // 10), 4) if n else 0
    return f"{n / 1024**power:.1f} {'KMGT'[power - 1]}iB" if power else f"{n} B"
