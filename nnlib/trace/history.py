"""The graph of any Tensor, from its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..nn import Module
from ..tensor import Tensor
from .folding import simplified
from .graph import Graph
from .recording import recording
from .tape import Tape

__all__ = ["graph"]

MOST = 40  # nodes


def graph(
    output: Tensor,
    names: Mapping[str, Tensor] | Module | None = None,
    *,
    recorded: recording | None = None,
    gradient: Any = None,
    most: int = MOST,
    **named: Tensor,
) -> Graph:
    r"""Return the graph that led to a tensor, with the value and gradient of each node.

    Call this function before ``backward`` frees the saved values, or after
    ``backward(retain_graph=True)``. It doesn't free values, set ``grad`` or call hooks. The
    gradient rules of the operations compute all gradients.

    The graph shows the values of the output, of leaves, of tensors that a rule reads, and of
    tensors in ``names``; for other tensors it shows the shape. If the computation was done
    inside ``with trace.recording():``, the graph shows all values, constants, and the names of
    a module's parameters.

    Parameters
    ----------
    output : Tensor
        The tensor to differentiate.
    names : mapping of str to Tensor, or Module
        Names of tensors, or a Module, which provides the names of its parameters. You can also
        pass names as keywords.
    recorded : recording
        The recording of the computation. Default: the innermost open block, if any.
    gradient : array_like, shape of output
        Upstream gradient; optional if the output has one element.
    most : int
        The largest allowed number of nodes.

    Returns
    -------
    Graph
        A notebook displays it as a drawing. ``graph["W"].gradient`` is a number, or an array
        with the shape of W.

    Raises
    ------
    TypeError
        If output or a value in ``names`` is not a Tensor.
    ValueError
        If output has no history, the gradient is missing or has a different shape, or the
        graph has more than ``most`` nodes.
    RuntimeError
        If ``backward`` freed the saved values, or a saved or recorded one was changed in place.

    Source: Goodfellow et al. (2016), section 6.5.1; chapter "Backpropagation".

    >>> from nnlib import Tensor, trace
    >>> W, x = Tensor([[1.0, 2.0], [0.0, 1.0]]).requires_grad_(), Tensor([3.0, -1.0])
    >>> with trace.recording():
    ...     L = ((W @ x) ** 2).sum()
    ...     g = trace.graph(L, W=W, x=x, L=L)
    >>> g["L"].value, g["W"].gradient.tolist()
    (2.0, [[6.0, -2.0], [-6.0, 2.0]])
    """
    _check(output)
    watched = recorded or (recording.active[-1] if recording.active else None)
    tape = Tape(output, _names(names, named), watched)
    nodes = simplified(tape.nodes(_upstream(output, gradient)), tape.constant)
    if len(nodes) > most:
        raise ValueError(
            f"graph: expected at most {most} nodes, got {len(nodes)}; draw the "
            "graph of an earlier tensor, or pass a larger `most`"
        )
    return Graph(nodes)


def _check(output: Any) -> None:
    """Raise TypeError or ValueError unless the output is a Tensor with a history."""
    if not isinstance(output, Tensor):
        raise TypeError(f"graph: expected a Tensor, got {type(output).__name__}")
    if not output.requires_grad:
        raise ValueError(
            "graph: the tensor has no history: no tensor that it depends on requires grad, "
            "or it was made inside no_grad() or detached"
        )


def _upstream(output: Tensor, gradient: Any) -> np.ndarray:
    """Return the gradient that the backward pass starts with."""
    if gradient is None and output.array.size != 1:
        raise ValueError(
            f"graph: expected a tensor with one element, or a gradient of shape {output.shape}"
        )
    g = 1.0 if gradient is None else getattr(gradient, "array", gradient)
    g = np.asarray(g, output.dtype)
    if gradient is None:
        return np.ones_like(output.array)
    if g.shape != output.shape:
        raise ValueError(f"graph: expected a gradient of shape {output.shape}, got {g.shape}")
    return g


def _names(names: Any, named: dict[str, Any]) -> dict[Tensor, str]:
    """Return a name for each Tensor, from a mapping or a Module and from keywords."""
    if isinstance(names, Module):
        names = dict(names.named_parameters())
    if not isinstance(names, Mapping | None):
        kind = type(names).__name__
        raise TypeError(f"graph: expected names as a mapping or a Module, got {kind}")
    name_of: dict[Tensor, str] = {}
    for name, tensor in {**(names or {}), **named}.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise TypeError(
                f"graph: expected str names of Tensors, got {name!r}: {type(tensor).__name__}"
            )
        name_of[tensor] = name
    return name_of
