"""Simplify graphs: merge all operations of one function call into one node.

For example, a matrix times a vector is one call for the user, but the engine computes it with
several operations: it turns the vector into a matrix, multiplies, and removes the extra axis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from ..nn import Parameter
from ..tensor import Tensor
from .node import Node, Value
from .recording import Scope
from .units import tensors

__all__ = ["simplified"]


def simplified(nodes: Sequence[Node], constant: Callable[[Tensor], Node]) -> list[Node]:
    """Return the nodes, with one node for each call that consists of several operations.

    Parameters
    ----------
    nodes : sequence of Node
        The nodes of a graph, with operands before their users. The function changes them.
    constant : function
        Returns the node of an argument that gets no gradient.
    """
    calls = _calls_to_merge(nodes)
    hidden = _inner_constants(nodes, calls)
    last = {call: node for node, call in calls.items()}  # the last operation of each call
    known = set(nodes)
    new: dict[Node | Scope, Node] = {}  # the new nodes, by call or by old node
    for node in nodes:
        call = calls.get(node)
        if call is None:
            if node not in hidden:
                new[node] = node
        elif last[call] is node:
            merged = _merged(call, calls, hidden, constant)
            new.update((x, x) for x in merged.operands if x not in known)
            new[call] = merged
    for node in new.values():
        node.operands = tuple(new[calls[x]] if x in calls else x for x in node.operands)
    _count_users(new.values())
    return list(new.values())


def _calls_to_merge(nodes: Sequence[Node]) -> dict[Node, Scope]:
    """Map each node to its function call, if this call consists of several operations."""
    calls = {node: node.scope.function() for node in nodes if node.scope is not None}
    count = Counter(calls.values())
    return {node: call for node, call in calls.items() if call is not None and count[call] > 1}


def _inner_constants(nodes: Sequence[Node], calls: dict[Node, Scope]) -> set[Node]:
    """Return the constants that were made inside calls and aren't used outside them."""
    users: dict[Node, set[Scope | None]] = {}
    for node in nodes:
        for x in node.operands:
            if isinstance(x, Node) and not x.operation:
                users.setdefault(x, set()).add(calls.get(node))
    return {x for x, scopes in users.items() if all(s and _is_made_in(s, x) for s in scopes)}


def _is_made_in(call: Scope, leaf: Node) -> bool:
    """Return whether a leaf is a constant that was not among the arguments of a call."""
    if isinstance(leaf.owner, Parameter) or leaf.gradient is not None:
        return False
    return all(x is not leaf.owner for x in tensors(call.args))


def _merged(
    call: Scope, calls: dict[Node, Scope], hidden: set[Node], constant: Callable[[Tensor], Node]
) -> Node:
    """Return one node for a call, with the operands from outside the call and its result."""
    parts = [node for node in calls if calls[node] is call]
    result = _result(call, parts)
    sent: dict[Node, list[Value]] = {}  # the gradients that the parts send to outer operands
    for part in parts:
        for x, gradient in zip(part.operands, part.sent, strict=True):
            if isinstance(x, Node) and x not in hidden and calls.get(x) is not call:
                sent.setdefault(x, []).append(gradient)
    operands = _in_order_of_arguments(call.args, list(sent), constant)
    node = Node(result.name, call.name, operands, result.value, result.gradient)
    node.shape = result.shape
    node.scope = call
    node.sent = tuple(_sum(sent.get(x, [])) for x in operands)
    return node


def _result(call: Scope, parts: list[Node]) -> Node:
    """Return the node of a call's result, or of the first of several results."""
    outputs = tensors(call.output)
    for part in parts:
        if outputs and part.owner is outputs[0].node:
            return part
    return parts[-1]


def _in_order_of_arguments(
    args: tuple, operands: list[Node], constant: Callable[[Tensor], Node]
) -> tuple[Node, ...]:
    """Return the operands in the order of the arguments, including those without a gradient."""
    by_owner = {id(x.owner): x for x in operands}
    ordered = []
    for tensor in args:
        if isinstance(tensor, Tensor):
            node = by_owner.get(id(tensor.node or tensor))
            if node is None and not tensor.needs_grad:
                node = constant(tensor)
            if node is not None:
                ordered.append(node)
    return tuple(dict.fromkeys([*ordered, *operands]))  # without duplicates


def _sum(gradients: list[Value]) -> Value:
    """Return the sum of the gradients that are not None, or None if there are none."""
    gradients = [g for g in gradients if g is not None]
    return sum(gradients[1:], gradients[0]) if gradients else None


def _count_users(nodes: Iterable[Node]) -> None:
    """Count how often each node is an operand."""
    for node in nodes:
        node.users = 0
    for node in nodes:
        for x in node.operands:
            if isinstance(x, Node):
                x.users += 1
