"""The graph of any Tensor, built from its history, and its nodes in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..nn import Module
from ..tensor import Tensor
from .folding import folded, simplified
from .graph import Graph
from .recording import recording
from .steps import Steps
from .tape import Tape

__all__ = ["graph", "steps"]

MOST = 40


def graph(
    output: Tensor,
    names: Mapping[str, Tensor] | Module | None = None,
    *,
    recorded: recording | None = None,
    gradient: Any = None,
    depth: int | None = None,
    most: int = MOST,
    **named: Tensor,
) -> Graph:
    r"""Return the graph that led to a tensor, with value and gradient at each node.

    Draw it before ``backward`` frees what the rules read, or after
    ``backward(retain_graph=True)``; itself it frees nothing, fills no ``grad`` and calls no
    hook. Gradients are those of the engine's rules. A value is known if it is a leaf's, if a
    rule reads it, or if its tensor is among the names; all are if the computation stood
    inside ``with trace.recording():``, which also brings constants, the names of a module's
    parameters, and folding by module. Elsewhere the shape stands in its place.

    Parameters
    ----------
    output : Tensor
        What is differentiated, L.
    names : mapping of str to Tensor, or Module
        What tensors are called; a Module names its parameters. More may be given by keyword.
    recorded : recording
        Who watched the computation; by default the block that is open, if any.
    gradient : array_like, shape of output
        Upstream gradient; may be left out where the output has one element.
    depth : int
        Draw each call of a module so many levels deep as one node (0: the model itself), and
        so those of modules without parts that lie less deep.
        By default nothing is folded, unless there are more nodes than ``most``: then as
        little as brings them below.
    most : int
        The number of nodes that a drawing has room for.

    Returns
    -------
    Graph
        It draws itself in a notebook; ``graph["W"].gradient`` is a number, or an array of
        the shape of W.

    Raises
    ------
    TypeError
        If output is no Tensor, or a name does not stand for one.
    ValueError
        If it has no history, the gradient is missing or of another shape, or there are too
        many nodes and no modules to fold them by.
    RuntimeError
        If an earlier walk freed the history, or a value was changed in place since.

    Source: Goodfellow et al. (2016), section 6.5.1; chapter "Computational graphs".

    >>> from nnlib import Tensor, trace
    >>> W, x = Tensor([[1.0, 2.0], [0.0, 1.0]], requires_grad=True), Tensor([3.0, -1.0])
    >>> with trace.recording():
    ...     L = ((W @ x) ** 2).sum()
    ...     g = trace.graph(L, W=W, x=x, L=L)
    >>> g["L"].value, g["W"].gradient.tolist()
    (2.0, [[6.0, -2.0], [-6.0, 2.0]])
    """
    _check(output)
    watched = recorded or (recording.active[-1] if recording.active else None)
    tape = Tape(output, _names(names, named), watched)
    nodes = tape.nodes(_upstream(output, gradient))
    return Graph(folded(simplified(nodes, tape.constant), depth, most))


def steps(source: Tensor | Graph, **options: Any) -> Steps:
    """Walk a graph forward and backward, one node at a time.

    Parameters
    ----------
    source : Tensor or Graph
        What ``graph`` takes or gave, or a graph of ``trace.expression``.
    **options
        As for ``graph``.

    Returns
    -------
    Steps
        A sentence and a formula for each operation on the way out, then for each on the way
        back: numbers where all are numbers, else shapes, the rule and small values. Its
        ``result`` is the graph.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As ``graph``.

    Source: Goodfellow et al. (2016), algorithms 6.1 and 6.2; chapter "Backprop with vectors
    and matrices".

    >>> from nnlib import Tensor
    >>> W, x = Tensor([[1.0, 2.0], [0.0, 1.0]], requires_grad=True), Tensor([[3.0], [-1.0]])
    >>> y = W @ x
    >>> steps(y.sum(), W=W, x=x, y=y)
    1. y = W @ x = [1; −1], with W 2×2, x 2×1
    2. f = sum(y) = 0, with y 2×1
    3. f starts with 1, since df/df = 1
    4. sum sends df/dy = df/df for each element summed = [1; 1]
    5. matmul sends df/dW = df/dy xᵀ = [3 −1; 3 −1], by shapes (2×1) (2×1)ᵀ = 2×2
    """
    return (source if isinstance(source, Graph) else graph(source, **options)).steps()


def _check(output: Any) -> None:
    """Raise an error unless the output is a Tensor with history."""
    if not isinstance(output, Tensor):
        raise TypeError(f"graph: expected a Tensor, got {type(output).__name__}")
    if not output.requires_grad:
        raise ValueError(
            "graph: the tensor has no history: nothing it was computed from requires grad, "
            "or it was made inside no_grad() or detached"
        )


def _upstream(output: Tensor, gradient: Any) -> np.ndarray:
    """Return the gradient that the backward pass starts with."""
    if gradient is None and output.array.size != 1:
        raise ValueError(
            f"graph: expected a tensor of one element, or gradient= of shape {output.shape}"
        )
    g = 1.0 if gradient is None else getattr(gradient, "array", gradient)
    g = np.asarray(g, output.dtype)
    if gradient is None:
        return np.ones_like(output.array)
    if g.shape != output.shape:
        raise ValueError(
            f"graph: expected a gradient of shape {output.shape}, got one of {g.shape}"
        )
    return g


def _names(names: Any, named: dict[str, Any]) -> dict[Tensor, str]:
    """Return a name for each Tensor, from a mapping or a Module and from keywords."""
    if isinstance(names, Module):
        names = dict(names.named_parameters())
    if not isinstance(names, Mapping | None):
        kind = type(names).__name__
        raise TypeError(f"graph: expected names as a mapping or a Module, got {kind}")
    found: dict[Tensor, str] = {}
    for name, tensor in {**(names or {}), **named}.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise TypeError(
                f"graph: expected names of Tensors, got {name!r}: {type(tensor).__name__}"
            )
        found[tensor] = name
    return found
