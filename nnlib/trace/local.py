"""Local derivatives: the derivative of each operation with respect to each operand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..tensor import Tensor
from .gates import label
from .graph import Graph
from .history import graph
from .node import Node, Value
from .values import one_line, plain, shape_text

__all__ = ["Local", "Locals", "local"]

ENTRIES = 10_000


class Local(NamedTuple):
    """The derivative on one edge of a graph.

    Attributes
    ----------
    of, by : str
        The names of the operation's node and of its operand.
    derivative : float or ndarray
        A number if both values are numbers, else the Jacobian, or None if the Jacobian has more
        than 10,000 entries.
    shape : tuple of int
        The shape of the Jacobian: the axes of the operation's result, then of the operand.
    """

    of: str
    by: str
    derivative: Value
    shape: tuple[int, ...]

    def __repr__(self) -> str:
        large = f"{shape_text(self.shape)}, too large"
        known = large if self.derivative is None else one_line(self.derivative)
        return f"∂{label(self.of)}/∂{label(self.by)} = {known}"


class Locals(list):
    """Local derivatives in the order of the graph, printed one per line."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))


def local(source: Tensor | Graph, **options: Any) -> Locals:
    r"""Return the local derivative on each edge of a graph.

    .. math:: J_{ij} = \partial y_i / \partial x_j \quad\text{of a single operation}

    Row i is the gradient that the operation's rule sends to x for an upstream gradient that is
    1 at i and 0 elsewhere.

    Parameters
    ----------
    source : Tensor or Graph
        An output as in ``trace.graph``, or a graph from ``trace.graph`` or
        ``trace.expression``.
    **options
        Options for ``trace.graph``.

    Returns
    -------
    list of Local
        One for each operand that gets a gradient. If an operation uses a value twice, there is
        one for each use.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As in ``trace.graph``.

    Source: Goodfellow et al. (2016), equation 6.46; chapter "Backpropagation in matrix form".

    >>> from nnlib import Tensor
    >>> x = Tensor([1.0, -2.0]).requires_grad_()
    >>> y = x * x
    >>> local(y.sum(), x=x, y=y)
    ∂y/∂x = [1 0; 0 −2]
    ∂y/∂x = [1 0; 0 −2]
    ∂f/∂y = (1, 1)
    """
    drawn = source if isinstance(source, Graph) else graph(source, **options)
    return Locals(edge for node in drawn for edge in _edges(node))


def _edges(node: Node) -> Iterator[Local]:
    """Yield the local derivatives of one operation."""
    jacobians = _jacobians(node)
    for k, x in enumerate(node.operands):
        wanted = isinstance(x, Node) and x.gradient is not None and node.gradient is not None
        if wanted and (node.local[k] if node.local else 0) is not None:
            shape = node.shape + x.shape
            yield Local(node.name, x.name, None if jacobians is None else jacobians[k], shape)


def _jacobians(node: Node) -> tuple[Value, ...] | None:
    """Return the Jacobian for each operand, or None if they have too many entries."""
    if node.local:
        return node.local
    if not node.operation or node.gradient is None:
        return ()
    size = math.prod(node.shape)
    largest = max((math.prod(getattr(x, "shape", ())) for x in node.operands), default=0)
    if size * largest > ENTRIES:
        return None
    dtype = np.asarray(node.gradient).dtype
    units = np.eye(size, dtype=dtype).reshape(size, *node.shape)
    rows = [node.pull(g) for g in units]
    return tuple(_stacked(column, node) for column in zip(*rows, strict=True))


def _stacked(rows: tuple, node: Node) -> Value:
    """Stack the rows of a Jacobian; return None for a constant."""
    if rows[0] is None:
        return None
    return plain(np.stack(rows).reshape(node.shape + np.shape(rows[0])))
