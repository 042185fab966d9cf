"""The computational graph of an output: each node with its value and its gradient."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..tensor import Tensor
from ..walk import grad
from .drawing import draw
from .layout import Layout, layout
from .node import Node
from .steps import Steps, backward_steps, forward_steps

__all__ = ["Call", "Graph", "build"]


class Call(NamedTuple):
    """One operation that was executed, with its operands and its result.

    ``pull`` takes the gradient of ``output`` and gives what goes to each operand, None for a
    constant.
    """

    operation: str
    output: Tensor
    operands: tuple[Tensor | float, ...]
    pull: Callable[[float], tuple[float | None, ...]]


class Graph:
    """A computational graph with value and gradient at each node.

    ``trace.expression`` and ``trace.graph`` make one. In a notebook it draws itself;
    ``graph["w"]`` is the node of that name, ``graph.nodes`` are all, every operand before its
    users.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order; the last one is the output.

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
        """The node everything leads to."""
        return self.nodes[-1]

    @property
    def inputs(self) -> list[Node]:
        """The nodes that no operation made."""
        return [node for node in self.nodes if not node.operation]

    def __getitem__(self, name: str) -> Node:
        if name not in self._by_name:
            raise KeyError(f"no node {name!r}; there are {', '.join(self._by_name)}")
        return self._by_name[name]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.nodes))

    def steps(self) -> Steps:
        """Return both passes as sentences with numbers, printing as text and drawn as a list.

        >>> from nnlib import trace
        >>> trace.expression("x * y", x=2, y=3).steps()
        1. f = x × y = 2 × 3 = 6
        2. f starts with 1, since df/df = 1
        3. multiply sends 3 × 1 = 3 to x and 2 × 1 = 2 to y
        """
        return Steps([*forward_steps(self.nodes), *backward_steps(self.nodes)], self)

    def layout(self) -> Layout:
        """Place the nodes in layers (see ``trace.layout``)."""
        index = {node: k for k, node in enumerate(self.nodes)}
        return layout([[index.get(x) for x in node.operands] for node in self.nodes])

    def svg(self, direction: str = "right", *, gradients: bool = True) -> str:
        """Draw the graph as an SVG element in the page's own inks.

        Parameters
        ----------
        direction : {"right", "down"}
            Where the output lies; ``"down"`` suits a phone.
        gradients : bool
            Whether the gradients are drawn below the values.

        Raises
        ------
        ValueError
            If the direction is another.
        """
        return draw(self.nodes, self.layout(), direction, gradients)

    def picture(self, *, gradients: bool = True) -> Picture:
        """Return the drawing for ``viz.show``, with or without the gradients."""
        return Picture(*(self.svg(way, gradients=gradients) for way in ("right", "down")))

    def _repr_html_(self) -> str:
        return self.picture().scrolling("Graph")

    def data(self) -> dict:
        """Return everything a script needs to draw and compute a graph of numbers."""
        if not all(node.is_scalar for node in self.nodes):
            raise ValueError("data: expected a graph of numbers, got one of arrays")
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
    """A drawing as ``viz.show`` takes it: to the right on a desk, downwards on a phone.

    It shrinks to the page's width. Shown by itself, a graph keeps its size and scrolls.

    Parameters
    ----------
    right, down : str
        The SVG elements; without ``right``, ``down`` stands for both.
    """

    def __init__(self, right: str, down: str):
        self.right, self.down = right, down

    def _repr_html_(self) -> str:
        return re.sub(r"min-width:\d+px;", "", self._drawn())

    def scrolling(self, label: str) -> str:
        """Return the drawing in its own size, in a box that scrolls on narrower pages."""
        box = f'<div class="nn-trace" tabindex="0" role="group" aria-label="{label}">'
        drawn = self._drawn().replace('<div class="nn-trace">', box, 1)
        return f'<div class="nn-panels"><div class="nn-panel">{drawn}</div></div>'

    def _drawn(self) -> str:
        """Return the drawings, of which the style shows one."""
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
    """Make the graph of an output from the operations that led to it.

    Parameters
    ----------
    output : Tensor, one element
        What is differentiated.
    calls : sequence of Call
        In the order of computation; the last one made the output.
    names : dict of Tensor to str
        Names of inputs, and of any results.
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
    """Return a name, or the first of v1, v2 and so on that is not taken."""
    numbered = (f"v{k}" for k in itertools.count(1))
    return next(n for n in itertools.chain([name], numbered) if n not in taken)


def _send(nodes: dict[Tensor, Node], output: Tensor, calls: Sequence[Call]) -> None:
    """Set each node's gradient, computed by the backward pass, and what it sends."""
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
