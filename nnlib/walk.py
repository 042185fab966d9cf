"""The backward pass: from the newest operation to the oldest, without recursion.

Every operation is newer than its operands. The backward pass visits operations from newest to
oldest, so when it reaches an operation, the gradient of the result is complete.
"""

from __future__ import annotations

import heapq
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .grad_mode import Recording, mode
from .graph import Node
from .hook import AfterGrad, RetainGrad
from .quiet import silent
from .tensor import Tensor, counter, raw, wrap

__all__ = ["accumulate", "backward", "grad"]


def backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Add d self / d leaf to the ``grad`` of every leaf that self was computed from.

    Parameters
    ----------
    gradient : Tensor, shape of self
        Upstream gradient; optional if self has one element.
    retain_graph : bool
        Whether the saved values remain in memory, so that you can repeat the backward pass.
        Default: the value of ``create_graph``.
    create_graph : bool
        Whether to record the backward pass itself, for second derivatives.
    inputs : Tensor or sequence of Tensor
        The tensors whose ``grad`` changes; they don't have to be leaves. Default: all leaves.

    Raises
    ------
    RuntimeError
        If self has no history, ``gradient`` is missing or has a different shape, the saved
        values were freed by an earlier backward pass, or a saved value was changed in place.
    """
    accumulate([self], [gradient], retain_graph, create_graph, inputs)


@silent
def accumulate(
    tensors: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Add d tensors / d leaf to the ``grad`` of every leaf, or only of the inputs."""
    gradients = [_upstream(y, g) for y, g in zip(tensors, gradients, strict=True)]
    inputs = None if inputs is None else _listed("backward", inputs)
    if inputs == []:
        raise RuntimeError("backward: expected inputs, got none")
    for x in inputs or ():
        _check_input("backward", x)
        x.retain_grad()  # if x is not a leaf, this hook sets its grad
    walk = _Walk(retain_graph, create_graph, inputs)
    walk.run(tensors, gradients)
    gradients = walk.gradients if inputs is None else walk.input_gradients
    of_leaves = {x: g for x, g in gradients.items() if isinstance(x, Tensor)}
    for x, g in walk.results(of_leaves).items():
        if x.grad is None:
            x.grad = g
        elif create_graph:
            x.grad = x.grad + g
        else:
            x.grad.array += g.array
            counter(x.grad)[0] += 1
        for hook in tuple(x.hooks or ()):
            if isinstance(hook, AfterGrad):
                hook.hook(x)


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    r"""Return the gradients of outputs with respect to inputs, without changing any ``grad``.

    .. math:: \sum_k v_k^\top \, \partial y_k / \partial x_i \quad \text{for each } i

    Parameters
    ----------
    outputs : Tensor or sequence of Tensor
        The results y.
    inputs : Tensor or sequence of Tensor
        The tensors x, which are leaves or intermediate results.
    grad_outputs : Tensor or sequence of Tensor, shapes of outputs
        The upstream gradients v; optional for outputs with one element.
    retain_graph : bool
        Whether the saved values remain in memory, so that you can repeat the backward pass.
        Default: the value of ``create_graph``.
    create_graph : bool
        Whether to record the backward pass itself, for second derivatives.
    only_inputs : bool
        Ignored, because this function never changes a ``grad``. False causes a warning, as in
        PyTorch.
    allow_unused : bool
        What to do if no output depends on an input: if True, return None as its gradient;
        otherwise raise an error.
    materialize_grads : bool
        If True, the gradient of such an input is zeros.

    Returns
    -------
    tuple of Tensor
        One gradient for each input, with its shape and dtype.

    Raises
    ------
    RuntimeError
        As in ``Tensor.backward``, or if an input is not part of the graph, or if the numbers of
        outputs and upstream gradients differ.
    ValueError
        If ``materialize_grads=True`` and ``allow_unused=False``.

    Source: Goodfellow et al. (2016), section 6.5.6; chapter "Backpropagation".

    >>> x = Tensor([3.0]).requires_grad_()
    >>> (slope,) = grad(x**3, x, create_graph=True)
    >>> slope.item(), grad(slope, x)[0].item()
    (27.0, 18.0)
    """
    if not only_inputs:
        warnings.warn("grad: only_inputs=False is ignored; use backward()", FutureWarning, 2)
    outputs, inputs = _listed("grad", outputs), _listed("grad", inputs)
    upstream = [None] * len(outputs) if grad_outputs is None else _listed("grad", grad_outputs)
    if materialize_grads and allow_unused is False:
        raise ValueError("grad: materialize_grads=True requires allow_unused=True, got False")
    if len(upstream) != len(outputs):
        raise RuntimeError(f"grad: expected {len(outputs)} grad_outputs, got {len(upstream)}")
    if not inputs:
        raise RuntimeError("grad: expected inputs, got none")
    for x in inputs:
        _check_input("grad", x)
    walk = _Walk(retain_graph, create_graph, inputs)
    walk.run(outputs, [_upstream(y, v) for y, v in zip(outputs, upstream, strict=True)])
    by_source = walk.results(walk.input_gradients)
    gradients = []
    for x in inputs:
        g = by_source.get(_source(x))
        if g is None and materialize_grads:
            g = wrap(np.zeros_like(x.array), create_graph)
        gradients.append(g)
    if not allow_unused and any(g is None for g in gradients):
        k = next(k for k, g in enumerate(gradients) if g is None)
        raise RuntimeError(
            f"grad: expected outputs that depend on all inputs, but input {k} of shape "
            f"{inputs[k].shape} isn't used; allow_unused=True returns None for it"
        )
    return tuple(gradients)


class _Walk:
    """One backward pass.

    Attributes
    ----------
    create, retain : bool
        Whether to record the pass, and whether the saved values remain in memory.
    inputs : set or None
        The sources of the inputs whose gradients are needed; None means all leaves.
    gradients : dict
        The gradient of each operation on the heap and of each leaf, summed so far.
    input_gradients : dict
        The complete gradients of the inputs.
    heap : list of (-time, operation)
        The operations that have a gradient but haven't been visited yet, newest first.
    upstream : list of ndarray
        The upstream gradients, whose memory belongs to the caller.
    """

    def __init__(self, retain: bool | None, create: bool, inputs: list[Tensor] | None):
        self.create = create
        self.retain = create if retain is None else retain
        self.inputs = None if inputs is None else {_source(x) for x in inputs}
        self.gradients: dict[Node | Tensor, Any] = {}
        self.input_gradients: dict[Node | Tensor, Any] = {}
        self.heap: list[tuple[int, Node]] = []
        self.upstream: list[np.ndarray] = []

    def run(self, outputs: Sequence[Tensor], upstream: Sequence[Tensor]) -> None:
        """Visit all operations, from newest to oldest, and then the leaves."""
        self.upstream = [g.array for g in upstream]
        for y, g in zip(outputs, upstream, strict=True):
            self.add(_source(y), g if self.create else g.array)
        is_needed = self._needed()
        with Recording(self.create), np.errstate(all="ignore"):  # 1 / 0 is inf, as in PyTorch
            while self.heap:
                _, node = heapq.heappop(self.heap)
                g = self.finish(node, self.gradients.pop(node))
                for target, gradient in self.pull(node, g, is_needed):
                    self.add(target, gradient)
            for leaf, g in self.gradients.items():
                self.gradients[leaf] = self.finish(leaf, g)

    def add(self, target: Node | Tensor, g: Any) -> None:
        """Add g to the gradient of a target; if it is a new operation, put it on the heap."""
        if target in self.gradients:
            self.gradients[target] = self.gradients[target] + g
            return
        self.gradients[target] = g
        if isinstance(target, Node):
            heapq.heappush(self.heap, (-target.time, target))

    def _needed(self) -> Callable[[Node | Tensor], bool]:
        """Return a function that checks whether a target depends on the inputs."""
        if self.inputs is None:
            return lambda target: True
        needed = set(self.inputs)
        for node in sorted(self._reachable(), key=lambda node: node.time):
            if any(target in needed for target, *_ in node.edges):
                needed.add(node)
        return needed.__contains__

    def _reachable(self) -> set[Node]:
        """Return all operations that the outputs depend on."""
        visited = {node for _, node in self.heap}
        stack = list(visited)
        while stack:
            for target, *_ in stack.pop().edges:
                if isinstance(target, Node) and target not in visited:
                    visited.add(target)
                    stack.append(target)
        return visited

    def finish(self, target: Node | Tensor, g: Any) -> Any:
        """Run the hooks on a complete gradient and return it; store the gradients of inputs."""
        if target.hooks:
            for hook in sorted(target.hooks, key=lambda hook: isinstance(hook, RetainGrad)):
                new = hook(g if self.create else wrap(np.array(g)))
                if new is not None:
                    g = new if self.create else np.array(raw(new))
        if self.inputs is not None and target in self.inputs:
            self.input_gradients[target] = g
        return g

    def pull(
        self, node: Node, g: Any, is_needed: Callable[[Node | Tensor], bool]
    ) -> list[tuple[Node | Tensor, Any]]:
        """Return (target, gradient) for the operands of an operation, given its gradient g."""
        edges = [edge for edge in node.edges if is_needed(edge[0])]
        if edges and node.saved is None:
            raise RuntimeError(
                f"backward: the saved values of {node.name} were freed by an earlier backward "
                "pass. Compute the loss again, detach() a state that you carried over, or pass "
                "retain_graph=True to the first backward"
            )
        gradients = node.pull(g, edges, self.create)
        if mode.anomaly:
            _refuse_nan(node, gradients)
        if edges and not self.retain:
            node.free()
        return gradients

    def results(self, gradients: dict) -> dict[Node | Tensor, Tensor]:
        """Return gradients as Tensors that don't share memory with each other or the caller."""
        if self.create:
            return gradients
        used = {id(g) for g in self.upstream}
        tensors = {}
        for target, g in gradients.items():
            if type(g) is not np.ndarray or not g.flags.owndata or id(g) in used:
                g = np.array(g)
            used.add(id(g))
            tensors[target] = wrap(g)
        return tensors


def _refuse_nan(node: Node, gradients: list[tuple[Node | Tensor, Any]]) -> None:
    """Raise RuntimeError if a gradient that an operation returned contains NaN."""
    for _, g in gradients:
        if not isinstance(g, dict) and np.isnan(raw(g)).any():
            origin = getattr(node, "where", "before anomaly detection was switched on")
            raise RuntimeError(
                f"backward: {node.title} returned nan in a gradient of shape {g.shape}; "
                f"{node.name} was computed {origin}"
            )


def _listed(name: str, x: Any) -> list:
    """Convert a tensor or a sequence of tensors to a list."""
    try:
        return [x] if isinstance(x, Tensor) else list(x)
    except TypeError:
        kind = type(x).__name__
        raise TypeError(f"{name}: expected a Tensor or a sequence, got {kind}") from None


def _source(x: Tensor) -> Node | Tensor:
    """Return the operation that computed x, or x itself if it is a leaf."""
    return x if x.node is None else x.node


def _check_input(name: str, x: Tensor) -> None:
    """Raise RuntimeError for a tensor that does not require a gradient."""
    if not x.current(strict=True).needs_grad:
        raise RuntimeError(
            f"{name}: expected inputs that require grad, got one of shape {x.shape} that "
            "doesn't; create it with requires_grad=True"
        )


def _upstream(y: Tensor, g: Tensor | None) -> Tensor:
    """Return the upstream gradient as a Tensor; the default is 1 if y has one element."""
    if not y.current(strict=True).needs_grad:
        raise RuntimeError(
            "backward: the tensor does not require grad and has no history. Was it computed "
            "inside no_grad(), after detach() or item(), or from indices such as argmax()?"
        )
    if g is None:
        if y.array.size != 1:
            raise RuntimeError(
                f"backward: expected a tensor with one element, got shape {y.shape}; use "
                f"mean() or sum() first, or pass a gradient of shape {y.shape}"
            )
        return wrap(np.ones_like(y.array))
    g = g if isinstance(g, Tensor) else wrap(g)
    if g.shape != y.shape:
        raise RuntimeError(f"backward: expected a gradient of shape {y.shape}, got {g.shape}")
    return g
