"""The computational graph of an output: each node with its value and its gradient."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..steps import Steps
from ..tensor import Tensor
from ..walk import grad
from .drawing import draw
from .layout import Layout, layout
from .node import Node
from .steps import backward_steps, forward_steps

__all__ = ["Call", "Graph", "build"]


class Call(NamedTuple):
    """One operation that was executed, with its operands and its result.

    ``pull`` takes the gradient of ``output`` and returns the gradient for each operand, or None
    for a constant.
    """

    operation: str
    output: Tensor
    operands: tuple[Tensor | float, ...]
    pull: Callable[[float], tuple[float | None, ...]]


class Graph:
    """A computational graph with a value and a gradient at each node.

    ``trace.expression`` and ``trace.graph`` create graphs. A notebook displays a graph as a
    drawing. ``graph["w"]`` is the node with the name w, and ``graph.nodes`` contains all nodes,
    with operands before their users.

    Parameters
    ----------
    nodes : sequence of Node
        The nodes in topological order. The last one is the output.

    >>> from nnlib import trace
    >>> graph = trace.expression("w = x + y; f = w * z", x=2, y=3, z=4)
    >>> graph["x"].value, graph["x"].gradient
    (2.0, 4.0)
    >>> [node.name for node in graph.nodes]
    ['x', 'y', 'w', 'z', 'f']
    """

    def __init__(self, nodes: Sequence[Node]):
        self.nodes = tuple(nodes)
        self._by_name = {node.name: node for node in nodes}

    @property
    def output(self) -> Node:
        """The node of the output, which is the last one."""
        return self.nodes[-1]

    @property
    def inputs(self) -> list[Node]:
        """The nodes that aren't the result of an operation."""
        return [node for node in self.nodes if not node.operation]

    def __getitem__(self, name: str) -> Node:
        if name not in self._by_name:
            raise KeyError(f"no node {name!r}; the nodes are {', '.join(self._by_name)}")
        return self._by_name[name]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.nodes))

    def steps(self) -> Steps:
        """Return the steps of both passes through a graph of numbers, as sentences.

        Raises ValueError for the graph of a Tensor; see ``trace.expression``.

        >>> from nnlib import trace
        >>> trace.expression("x * y", x=2, y=3).steps()
        1. f = x × y = 2 × 3 = 6
        2. f starts with 1, since df/df = 1
        3. multiply sends 3 × 1 = 3 to x and 2 × 1 = 2 to y
        """
        if any(node.operation and not node.local for node in self.nodes):
            raise ValueError(
                "steps: expected a graph from trace.expression, got a graph of Tensors"
            )
        return Steps([*forward_steps(self.nodes), *backward_steps(self.nodes)], self)

    def layout(self) -> Layout:
        """Place the nodes in layers (see ``trace.layout``)."""
        index = {node: k for k, node in enumerate(self.nodes)}
        return layout([[index.get(x) for x in node.operands] for node in self.nodes])

    def svg(self, direction: str = "right", *, gradients: bool = True) -> str:
        """Draw the graph as an SVG element, in the colours of the page.

        Parameters
        ----------
        direction : {"right", "down"}
            The direction from the inputs to the output. On a phone, ``"down"`` fits better.
        gradients : bool
            Whether to draw the gradients below the values.
        """
        return draw(self.nodes, self.layout(), direction, gradients)

    def picture(self, *, gradients: bool = True) -> Picture:
        """Return the drawing for ``viz.show``, with or without the gradients."""
        right, down = (self.svg(side, gradients=gradients) for side in ("right", "down"))
        return Picture(right, down)

    def _repr_html_(self) -> str:
        return self.picture().scrolling("Graph")

    def data(self) -> dict:
        """Return everything that a script needs to draw and compute a graph of numbers.

        Raises ValueError if a value is an array, or None because it was not recorded.
        """
        if not all(node.is_scalar for node in self.nodes):
            raise ValueError("data: expected a number at each node, got an array or None")
        positions, index = self.layout(), {node: k for k, node in enumerate(self.nodes)}
        nodes = [
            {
                "name": node.name,
                "operation": node.operation,
                "symbol": node.symbol,
                "operands": [
                    {"node": index[x]} if isinstance(x, Node) else {"constant": x}
                    for x in node.operands
                ],
                "value": node.value,
                "gradient": node.gradient,
                "place": list(position),
            }
            for node, position in zip(self.nodes, positions.nodes, strict=True)
        ]
        edges = [
            {"source": s, "target": t, "operand": k, "places": [list(p) for p in passed]}
            for s, t, k, passed in positions.edges
        ]
        return {"nodes": nodes, "edges": edges, "size": list(positions.size)}


class Picture:
    """A drawing for ``viz.show``: from left to right, or from top to bottom on a phone.

    The drawing shrinks to the width of the page. If a notebook displays a graph of arrays
    without ``viz.show``, the drawing stays close to its full size and scrolls.

    Parameters
    ----------
    right, down : str
        The SVG elements. If ``right`` is empty, ``down`` is used on all screens.
    """

    def __init__(self, right: str, down: str):
        self.right, self.down = right, down

    def _repr_html_(self) -> str:
        return re.sub(r"min-width:\d+px;", "", self._drawn())

    def scrolling(self, label: str) -> str:
        """Return the drawing in a box that scrolls if the page is too narrow for it."""
        box = f'<div class="nn-trace" tabindex="0" role="group" aria-label="{label}">'
        drawn = self._drawn().replace('<div class="nn-trace">', box, 1)
        return f'<div class="nn-panels"><div class="nn-panel">{drawn}</div></div>'

    def _drawn(self) -> str:
        """Return both drawings, with a style that shows one of them."""
        down = self.down if self.right else self.down.replace("nn-down", "nn-both", 1)
        return f'<div class="nn-trace">{STYLE}{self.right}{down}</div>'


STYLE = (
    "<style>.nn-panel:has(.nn-trace){flex-basis:100%;max-width:none}"
    ".nn-trace{overflow-x:auto}.nn-trace svg{margin:0 auto}"
    ".nn-trace .nn-down{display:none!important}"
    "@media(max-width:700px){.nn-trace .nn-right{display:none!important}"
    ".nn-trace .nn-down{display:block!important}}</style>"
)


def build(output: Tensor, calls: Sequence[Call], names: dict[Tensor, str]) -> Graph:
    """Create the graph of an output from the operations that led to it.

    Parameters
    ----------
    output : Tensor, one element
        The tensor to differentiate.
    calls : sequence of Call
        The operations in the order of computation. The last one computed the output.
    names : dict of Tensor to str
        Names of the inputs, and optionally of results.
    """
    nodes: dict[Tensor, Node] = {}
    taken = set(names.values())
    for call in calls:
        for x in (*call.operands, call.output):
            if isinstance(x, Tensor) and x not in nodes:
                name = names.get(x) or _free("f" if x is output else "v1", taken)
                taken.add(name)
                nodes[x] = Node(name, "", (), x.item())
        node = nodes[call.output]
        node.operation = call.operation
        node.operands = tuple(nodes[x] if isinstance(x, Tensor) else x for x in call.operands)
    nodes.setdefault(output, Node(names.get(output, "f"), "", (), output.item()))
    _send(nodes, output, calls)
    return Graph(list(nodes.values()))


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or if it is taken, the first free name among v1, v2 and so on."""
    numbered = (f"v{k}" for k in itertools.count(1))
    return next(n for n in itertools.chain([name], numbered) if n not in taken)


def _send(nodes: dict[Tensor, Node], output: Tensor, calls: Sequence[Call]) -> None:
    """Run the backward pass; set each node's gradient and the gradients that it sends."""
    tensors = [tensor for tensor in nodes if tensor is not output]
    nodes[output].gradient = 1.0
    if tensors:
        for tensor, gradient in zip(tensors, grad(output, tensors), strict=True):
            nodes[tensor].gradient = gradient.item()
    for call in calls:
        node = nodes[call.output]
        node.local, node.sent = call.pull(1.0), call.pull(node.gradient)
        for operand in node.operands:
            if isinstance(operand, Node):
                operand.users += 1
