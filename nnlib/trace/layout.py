"""Positions of nodes in a drawing: layers, ordered so that each edge leads to a later one.

There are two steps, both simple and deterministic. *Layers*: each node is placed in the layer
directly before its first user. *Slots*: within a layer, nodes are in the order in which a
depth-first search from the output finds them, which separates the branches of a tree. Then we
move each node to the mean position of its neighbours, if there is room. An edge that passes
through a layer takes a slot in it, so that no line runs through a node.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Layout", "layout"]

Item = tuple[int, ...]  # a node (node,), or an edge in a layer (source, target, operand, layer)


@dataclass(frozen=True)
class Layout:
    """Positions as (layer, slot); the output is in the last layer, and slots can be fractions.

    Attributes
    ----------
    nodes : list of (int, float)
        The position of each node.
    edges : list of (source, target, operand, places)
        ``operand`` is the index of the source among the target's operands, and ``places``
        contains the positions of the edge in the layers that it passes through.
    size : (int, int)
        The number of layers and the number of slots.
    """

    nodes: list[tuple[int, float]]
    edges: list[tuple[int, int, int, list[tuple[int, float]]]]
    size: tuple[int, int]


def layout(inputs: Sequence[Sequence[int | None]]) -> Layout:
    """Place the nodes of a graph.

    Parameters
    ----------
    inputs : sequence of sequences of int or None
        The operands of each node, in topological order, as indices of earlier nodes or None
        for a constant. The last node is the output, and all other nodes lead to it.

    >>> layout([(), (), (0, 1), (), (2, 3)]).nodes  # (x + y) * z
    [(0, 0.0), (0, 1.0), (1, 0.0), (1, 1.0), (2, 0.5)]
    """
    layers = _layers(inputs)
    rows, edges = _rows(inputs, layers)
    slots = _slots(rows, edges)
    nodes = [(layer, slots[(node,)]) for node, layer in enumerate(layers)]
    placed = [
        (chain[0][0], chain[-1][0], operand, [(item[3], slots[item]) for item in chain[1:-1]])
        for operand, chain in edges
    ]
    return Layout(nodes, placed, (len(rows), max(map(len, rows))))


def _layers(inputs: Sequence[Sequence[int | None]]) -> list[int]:
    """Return the layer of each node, with operands before users and the output last."""
    to_output = [0] * len(inputs)  # the largest number of edges from each node to the output
    for node in reversed(range(len(inputs))):
        for operand in inputs[node]:
            if operand is not None:
                to_output[operand] = max(to_output[operand], to_output[node] + 1)
    return [max(to_output) - steps for steps in to_output]


def _rows(
    inputs: Sequence[Sequence[int | None]], layers: list[int]
) -> tuple[list[list[Item]], list[tuple[int, list[Item]]]]:
    """Return the items of each layer in order, and each edge as a chain of items."""
    rows: list[list[Item]] = [[] for _ in range(max(layers) + 1)]
    edges, stack, visited = [], [len(inputs) - 1], set()
    while stack:
        node = stack.pop()
        if node in visited:
            continue
        visited.add(node)
        rows[layers[node]].append((node,))
        for k, operand in enumerate(inputs[node]):
            if operand is not None:
                passed = range(layers[operand] + 1, layers[node])
                chain = [(operand, node, k, layer) for layer in passed]
                edges.append((k, [(operand,), *chain, (node,)]))
                for item in chain:
                    rows[item[3]].append(item)
        stack.extend(x for x in reversed(inputs[node]) if x is not None)
    return rows, edges


def _slots(rows: list[list[Item]], edges: list[tuple[int, list[Item]]]) -> dict[Item, float]:
    """Return the slot of each item: near the mean of its neighbours, and at least 1 apart."""
    before: dict[Item, list[Item]] = {item: [] for row in rows for item in row}
    after: dict[Item, list[Item]] = {item: [] for row in rows for item in row}
    for _, chain in edges:
        for left, right in itertools.pairwise(chain):
            before[right].append(left)
            after[left].append(right)
    width = max(map(len, rows))
    slots = {item: k + (width - len(row)) / 2 for row in rows for k, item in enumerate(row)}
    for neighbours, order in ((after, rows[::-1]), (before, rows)):
        for row in order:
            _move(row, neighbours, slots, width)
    return slots


def _move(
    row: list[Item], neighbours: dict[Item, list[Item]], slots: dict[Item, float], width: int
) -> None:
    """Move the items of a layer to the mean of their neighbours, as far as the order allows."""
    targets = []
    for item in row:
        neighbour_slots = [slots[other] for other in neighbours[item]] or [slots[item]]
        mean = sum(neighbour_slots) / len(neighbour_slots)
        targets.append(max(mean, targets[-1] + 1) if targets else max(mean, 0.0))
    limit = float(width)
    for k in reversed(range(len(row))):
        limit = min(targets[k], limit - 1)
        slots[row[k]] = limit
