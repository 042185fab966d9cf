"""The backward pass: from the newest operation to the oldest, without recursion.

Every operation is newer than its operands. So when the pass, from new to old, reaches an
operation, all gradients of its result have been added up.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .grad_mode import Recording
from .graph import Node
from .hook import RetainGrad
from .tensor import Tensor, counter, raw

__all__ = ["accumulate", "backward", "grad"]


def backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Add d self / d leaf to the ``grad`` of every leaf it was computed from.

    Parameters
    ----------
    gradient : Tensor, shape of self
        Upstream gradient; may be left out where self has one element.
    retain_graph : bool
        Keep what the rules read, to walk back again; by default ``create_graph``.
    create_graph : bool
        Record the walk itself, for derivatives of derivatives.
    inputs : Tensor or sequence of Tensor
        Fill only the ``grad`` of these, which need not be leaves.

    Raises
    ------
    RuntimeError
        If self has no history, ``gradient`` is missing or of another shape, the
        graph was freed by an earlier walk, or a value that a rule reads was
        changed in place.
    """
    accumulate([self], [gradient], retain_graph, create_graph, inputs)


def accumulate(
    tensors: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Add d tensors / d leaf to the ``grad`` of every leaf, or of inputs alone."""
    gradients = [_upstream(y, g) for y, g in zip(tensors, gradients, strict=True)]
    chosen = None if inputs is None else _listed(inputs)
    if chosen == []:
        raise RuntimeError("backward: expected inputs, got none")
    for x in chosen or ():
        _check_input("backward", x)
        x.retain_grad()  # its hook fills the grad of what is no leaf
    walk = _Walk(retain_graph, create_graph, chosen)
    walk.run(tensors, gradients)
    found = walk.totals if chosen is None else walk.found
    leaves = {x: g for x, g in found.items() if isinstance(x, Tensor)}
    for x, g in walk.results(leaves).items():
        if x.grad is None:
            x.grad = g
        elif create_graph:
            x.grad = x.grad + g
        else:
            x.grad.array += g.array
            counter(x.grad)[0] += 1


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    r"""Compute the gradients of outputs with respect to inputs, without touching any ``grad``.

    .. math:: \sum_k v_k^\top \, \partial y_k / \partial x_i \quad \text{for each } i

    Parameters
    ----------
    outputs : Tensor or sequence of Tensor
        The results y.
    inputs : Tensor or sequence of Tensor
        What they are differentiated by, x; leaves or results on the way.
    grad_outputs : Tensor or sequence of Tensor, shapes of outputs
        The upstream gradients v; may be left out where an output has one element.
    retain_graph : bool
        Keep what the rules read, to walk back again; by default ``create_graph``.
    create_graph : bool
        Record the walk itself, for derivatives of derivatives.
    allow_unused : bool
        Give None for an input that no output depends on, instead of an error.
    materialize_grads : bool
        Give zeros for it.

    Returns
    -------
    tuple of Tensor
        One gradient for each input, of its shape and dtype.

    Raises
    ------
    RuntimeError
        As ``Tensor.backward``, if an input is not part of the graph, or if there are not as
        many upstream gradients as outputs.
    ValueError
        If ``materialize_grads`` meets ``allow_unused=False``.

    Source: Goodfellow et al. (2016), section 6.5.6; chapter "Computational graphs".

    >>> x = Tensor([3.0], requires_grad=True)
    >>> (slope,) = grad(x**3, x, create_graph=True)
    >>> slope.item(), grad(slope, x)[0].item()
    (27.0, 18.0)
    """
    outputs, inputs = _listed(outputs), _listed(inputs)
    gradients = _listed(grad_outputs) if grad_outputs is not None else [None] * len(outputs)
    if materialize_grads and allow_unused is False:
        raise ValueError("grad: materialize_grads=True expects allow_unused=True, got False")
    if len(gradients) != len(outputs):
        raise RuntimeError(
            f"grad: expected {len(outputs)} upstream gradients, got {len(gradients)}"
        )
    if not inputs:
        raise RuntimeError("grad: expected inputs, got none")
    for x in inputs:
        _check_input("grad", x)
    walk = _Walk(retain_graph, create_graph, inputs)
    walk.run(outputs, list(map(_upstream, outputs, gradients)))
    found = walk.results(walk.found)
    found = [found.get(_source(x)) for x in inputs]
    if materialize_grads:
        pairs = zip(inputs, found, strict=True)
        found = [
            Tensor(np.zeros_like(x.array), create_graph) if g is None else g for x, g in pairs
        ]
    if not allow_unused and any(g is None for g in found):
        raise RuntimeError(
            "grad: an input is not used by the outputs; allow_unused=True gives None for it"
        )
    return tuple(found)


class _Walk:
    """One backward pass, with the gradients summed so far and a heap of operations to visit."""

    def __init__(self, retain: bool | None, create: bool, wanted: list[Tensor] | None):
        self.create = create
        self.retain = create if retain is None else retain
        self.wanted = None if wanted is None else {_source(x) for x in wanted}
        self.found: dict[Node | Tensor, Any] = {}  # gradients of the wanted inputs
        self.totals: dict[Node | Tensor, Any] = {}
        self.heap: list[tuple[int, Node]] = []  # the newest operation first
        self.given: list[np.ndarray] = []  # upstream gradients, which belong to the caller

    def run(self, outputs: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        """Visit all operations, the newest first, and then the leaves."""
        self.given = [g.array for g in gradients]
        for y, g in zip(outputs, gradients, strict=True):
            self.send(_source(y), g if self.create else g.array)
        follow = self._follow()
        with Recording(self.create):
            while self.heap:
                _, node = heapq.heappop(self.heap)
                g = self.finish(node, self.totals.pop(node))
                for target, share in self.shares(node, g, follow):
                    self.send(target, share)
            for leaf, g in self.totals.items():
                self.totals[leaf] = self.finish(leaf, g)

    def send(self, target: Node | Tensor, g: Any) -> None:
        """Add g to the gradient of a target; at its first, put the operation on the heap."""
        if target in self.totals:
            self.totals[target] = self.totals[target] + g
            return
        self.totals[target] = g
        if isinstance(target, Node):
            heapq.heappush(self.heap, (-target.time, target))

    def _follow(self) -> Callable[[Node | Tensor], bool]:
        """Return a function that tells whether a target leads to the wanted inputs."""
        if self.wanted is None:
            return lambda target: True
        useful = set(self.wanted)
        for node in sorted(self._reachable(), key=lambda node: node.time):
            if any(target in useful for target, *_ in node.edges):
                useful.add(node)
        return useful.__contains__

    def _reachable(self) -> set[Node]:
        """Return all operations that the outputs depend on."""
        visited = {node for _, node in self.heap}
        to_do = list(visited)
        while to_do:
            for target, *_ in to_do.pop().edges:
                if isinstance(target, Node) and target not in visited:
                    visited.add(target)
                    to_do.append(target)
        return visited

    def finish(self, target: Node | Tensor, g: Any) -> Any:
        """Return a complete gradient after its hooks, and store it if it is wanted."""
        if target.hooks:
            for hook in sorted(target.hooks, key=lambda hook: isinstance(hook, RetainGrad)):
                new = hook(g if self.create else Tensor(np.array(g)))
                if new is not None:
                    g = new if self.create else np.array(raw(new))
        if self.wanted is not None and target in self.wanted:
            self.found[target] = g
        return g

    def shares(self, node: Node, g: Any, follow: Callable) -> list[tuple[Node | Tensor, Any]]:
        """Return the gradient for each operand of an operation, given that of its result."""
        edges = [edge for edge in node.edges if follow(edge[0])]
        if edges and node.saved is None:
            raise RuntimeError(
                f"backward: what {node.name} had kept was freed by an earlier walk; "
                "pass retain_graph=True to that one"
            )
        out = node.pull(g, edges, self.create)
        if edges and not self.retain:
            node.free()
        return out

    def results(self, gradients: dict) -> dict[Node | Tensor, Tensor]:
        """Return gradients as Tensors that share no memory with each other or the caller."""
        if self.create:
            return gradients
        taken = {id(g) for g in self.given}
        out = {}
        for target, g in gradients.items():
            if type(g) is not np.ndarray or not g.flags.owndata or id(g) in taken:
                g = np.array(g)
            taken.add(id(g))
            out[target] = Tensor(g)
        return out


def _listed(x: Any) -> list:
    """Return one tensor or several as a list."""
    return [x] if isinstance(x, Tensor) else list(x)


def _source(x: Tensor) -> Node | Tensor:
    """Return the node at which the gradient of x arrives, or x itself if it is a leaf."""
    return x if x.node is None else x.node


def _check_input(name: str, x: Tensor) -> None:
    """Raise an error for a tensor that does not require a gradient."""
    if not x.current(strict=True).needs_grad:
        raise RuntimeError(f"{name}: expected inputs that require grad, got one that does not")


def _upstream(y: Tensor, g: Tensor | None) -> Tensor:
    """Return the gradient to start with: the given one, or 1 for a single number."""
    if not y.current(strict=True).needs_grad:
        raise RuntimeError("backward: the tensor does not require grad and has no history")
    if g is None:
        if y.array.size != 1:
            raise RuntimeError(
                f"backward: expected a tensor of one element or a gradient of shape {y.shape}"
            )
        return Tensor(np.ones_like(y.array))
    g = g if isinstance(g, Tensor) else Tensor(g)
    if g.shape != y.shape:
        raise RuntimeError(f"backward: expected a gradient of shape {y.shape}, got {g.shape}")
    return g
