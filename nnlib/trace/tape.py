"""Read the history of a Tensor: its operations, the saved values, and all gradients.

The history (``nnlib.graph``) stores for each operation its gradient rules, the targets of the
gradients, and the values that the rules read. This is enough for the structure of the graph and
for all gradients, which this module computes by the same rules without freeing anything. Other
values are known only if the caller names the Tensor, or if the computation was recorded
(``recording``).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..graph import FusedNode, ResultGradients, Saved
from ..graph import Node as TapeNode
from ..quiet import silent
from ..tensor import Tensor, wrap
from .node import Node
from .recording import Op, recording
from .values import plain

__all__ = ["Tape"]

Target = Any  # an operation or a leaf, to which a gradient is sent


class Tape:
    """The history of one tensor, read from its newest operation to the oldest.

    Attributes
    ----------
    output : Tensor
        The tensor that the history belongs to.
    top : operation or Tensor
        The operation that computed it, or the output itself if it is a leaf.
    order : list
        All operations, with the oldest first.
    shapes : dict
        The shape of each target of a gradient.
    values : dict
        The known values, by operation or leaf.
    created : dict
        The nodes created so far, by operation, leaf or the id of a constant's array.
    edges : dict
        The indices of the edges to the operands of each operation's node; None for a constant.
    given_names, used_names, counters
        The names that the caller gave, all names in use, and counters for new names.
    """

    def __init__(self, output: Tensor, names: dict[Tensor, str], watched: recording | None):
        self.output, self.names, self.watched = output, names, watched
        self.top: Target = output.current(strict=True).node or output
        self.order = self._order()
        self.shapes = {x: shape or () for node in self.order for x, shape, *_ in node.edges}
        self.values: dict[Target, np.ndarray] = {}
        self.created: dict[Any, Node] = {}
        self.edges: dict[Node, tuple[int | None, ...]] = {}
        self.given_names = {tensor.node or tensor: name for tensor, name in names.items()}
        self.used_names = set(names.values())
        self.counters: dict[str, Iterator[int]] = {}

    def _order(self) -> list[TapeNode]:
        """Return all operations, oldest first; raise RuntimeError if values were freed."""
        visited, stack = set(), [self.top]
        while stack:
            node = stack.pop()
            if isinstance(node, TapeNode) and node not in visited:
                if node.saved is None:
                    raise RuntimeError(
                        f"graph: the saved values of {node.name} were freed by backward(); "
                        "draw the graph first, or call backward(retain_graph=True)"
                    )
                visited.add(node)
                stack.extend(target for target, *_ in node.edges)
        return sorted(visited, key=lambda node: node.time)

    def nodes(self, upstream: np.ndarray) -> list[Node]:
        """Return the nodes of the graph, with operands before their users."""
        self._collect_values()
        for tape_node in self.order:
            self._operation(tape_node)
        if not self.order:
            self._leaf(self.output, self.output, "f")
        self._send(upstream)
        return list(self.created.values())

    def _op(self, node: TapeNode) -> Op | None:
        """Return the recorded operation that made a node of the history, or None."""
        op = self.watched and self.watched.find(node)
        if op and op.changed():
            raise RuntimeError(
                f"graph: an operand of {node.name} was changed in place; draw the graph "
                "before the optimizer's step"
            )
        return op

    def _collect_values(self) -> None:
        """Collect the values that were recorded, saved for a rule, or given by name."""
        for node in self.order:
            op = self._op(node)
            if op:
                self.values.update(zip(op.nodes, op.values, strict=True))
        for node in self.order:
            for read, saved in node.saved.items():
                if isinstance(saved, Saved):
                    saved.check(node.name)
                    self.values.setdefault(node if read == "y" else saved.source, saved.array)
        for tensor in (self.output, *self.names):
            self.values.setdefault(tensor.node or tensor, tensor.array)

    def _operation(self, node: TapeNode) -> None:
        """Create the node of an operation; the nodes of its operands must exist."""
        op = self._op(node)
        operands, edges = self._operands(node, op)
        title = self._title(node, "f" if node is self.top else "v1")
        value = self.values.get(node)
        shape = self.shapes.get(node, ()) if value is None else value.shape
        new = Node(title, node.name, operands, plain(value), None, shape=shape)
        new.owner = node
        new.scope = op.scope if op else None
        self.edges[new] = edges
        for x in operands:
            if isinstance(x, Node):
                x.users += 1
        self.created[node] = new

    def _operands(self, node: TapeNode, op: Op | None) -> tuple[tuple, tuple]:
        """Return an operation's operands and the index of each operand's edge, or None.

        A constant has no edge. Without a recording, the order of constants and other operands
        is unknown, so a constant that is saved as ``a`` comes first, and all others come last.
        """
        if node.edges and node.edges[0][1] is None:  # this is one of several results
            return (self.created[node.edges[0][0]],), (0,)
        unused = list(range(len(node.edges)))  # edges without an operand so far
        first, last = [], []
        for key, x in op.inputs.items() if op else _constants(node):
            target = (x.node or x) if isinstance(x, Tensor) else None
            k = next((k for k in unused if node.edges[k][0] is target), None)
            if k is not None:
                unused.remove(k)
                last.append((self._at(target), k))
                continue
            if node.name == "change" and key == "old":
                continue  # a constant's values before it was changed in place are unknown
            constant = self._constant(key, x, op.constants.get(key) if op else None)
            if constant is not None:
                group = first if key == "a" else last
                group.append((constant, None))
        middle = [(self._at(node.edges[k][0]), k) for k in unused]
        operands = [*first, *middle, *last]
        return tuple(x for x, _ in operands), tuple(k for _, k in operands)

    def _at(self, target: Target) -> Node:
        """Return the node of an operation or a leaf to which a gradient is sent."""
        if target in self.created:
            return self.created[target]
        return self._leaf(target, target, "x1")

    def _leaf(self, key: Any, tensor: Tensor, name: str, array: Any = None) -> Node:
        """Return a new node for a leaf or a constant, with its current value."""
        value = plain(tensor.array.copy() if array is None else array)
        title = self._title(tensor, name)
        self.created[key] = Node(title, "", (), value, None, shape=tensor.shape, owner=tensor)
        return self.created[key]

    def _constant(self, key: str, x: Any, copy: np.ndarray | None) -> Node | float | None:
        """Return a constant operand as a node or number; None for any other saved value."""
        is_tensor = isinstance(x, Saved | Tensor)
        array = x.array if is_tensor else x
        if isinstance(array, bool) or not isinstance(
            array, int | float | np.generic | np.ndarray
        ):
            return None
        named = next((t for t in self.names if t.array is array), None)
        if named is None:
            if not is_tensor and len(key) > 1:
                return None  # an intermediate value
            if np.ndim(array) == 0:
                return float(array if copy is None else copy)
            if array.dtype.kind != "f":
                return None  # a mask or an index
        array_id = id(array if copy is None else copy)
        if array_id in self.created:
            return self.created[array_id]
        tensor = x if named is None else named
        if not isinstance(tensor, Tensor):
            tensor = wrap(array)
        return self._leaf(array_id, tensor, "k1" if len(key) == 1 else key, copy)

    def constant(self, x: Tensor) -> Node:
        """Return the node of an operand that gets no gradient."""
        copy = self.watched.copy_of(x)
        return self.created.get(id(copy)) or self._leaf(id(copy), x, "k1", copy)

    def _title(self, target: Any, fallback: str) -> str:
        """Return a node's name: from the caller, from its module, or the next free name.

        A fallback such as "v1" ends with a number, which is increased until the name is free.
        """
        if target in self.given_names:
            return self.given_names[target]
        name = self.watched.names.get(target) if self.watched else None
        stem = fallback.rstrip("0123456789")
        if name is None and stem == fallback:
            name = fallback
        count = self.counters.setdefault(stem, itertools.count(1))
        while name is None or name in self.used_names:
            name = f"{stem}{next(count)}"
        self.used_names.add(name)
        return name

    @silent
    def _send(self, upstream: np.ndarray) -> None:
        """Run the backward pass; set each node's gradient and the gradients that it sends."""
        gradients: dict[Target, Any] = {self.top: upstream}  # summed so far
        for node in reversed(self.order):
            drawn, g = self.created[node], gradients[node]
            drawn.gradient = None if isinstance(g, ResultGradients) else plain(g)
            sent = []  # the gradient for each edge; None for one of several results
            for target, gradient in node.pull(g, node.edges, False):
                if target in gradients:
                    gradients[target] = gradients[target] + gradient
                else:
                    gradients[target] = gradient
                is_part = isinstance(gradient, ResultGradients)
                sent.append(None if is_part else plain(gradient))
            drawn.sent = tuple(None if k is None else sent[k] for k in self.edges[drawn])
        for target, gradient in gradients.items():
            if isinstance(target, Tensor):
                self.created[target].gradient = plain(gradient)


def _constants(node: TapeNode) -> Iterator[tuple[str, Any]]:
    """Yield the names and values that an operation's rules read and that get no gradient."""
    for read, x in node.saved.items():
        if read == "y":
            continue
        if isinstance(x, Saved):
            if x.source is None:
                yield read, x
        elif not isinstance(node, FusedNode):  # in which x is an intermediate value
            yield read, x
