"""Large graphs made small: what one call of a module did becomes one node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..nn import Parameter
from .graph import Node, Value
from .recording import Scope

__all__ = ["folded"]


def folded(nodes: Sequence[Node], depth: int | None, most: int) -> list[Node]:
    """Fold the calls of modules some levels deep, or as little as leaves at most so many.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order.
    depth : int or None
        The level that becomes one node for each call, 0 being the outermost modules.
    most : int
        The number of nodes that a drawing has room for.

    Raises
    ------
    ValueError
        If there are more nodes, and folding does not help.
    """
    scopes = [_modules(node.scope) for node in nodes]
    deepest = max(map(len, scopes), default=0)
    if depth is not None:
        return _checked(_folded(nodes, scopes, depth), most)
    for level in reversed(range(deepest)):
        fewer = _folded(nodes, scopes, level)
        if len(fewer) <= most:
            return fewer
    if deepest:
        nodes = _folded(nodes, scopes, 0)
    return _checked(nodes, most)


def _checked(nodes: Sequence[Node], most: int) -> list[Node]:
    """The nodes, if there are not too many."""
    if len(nodes) > most:
        raise ValueError(
            f"graph: {len(nodes)} nodes, but a drawing has room for {most}; compute inside "
            "`with trace.recording():` with modules, so that depth= can fold them, draw a "
            "part (the graph of an earlier tensor), or raise most="
        )
    return list(nodes)


def _modules(scope: Scope | None) -> list[Scope]:
    """The calls of modules around an operation, the outermost first."""
    return [s for s in scope.chain() if s.module is not None] if scope else []


def _folded(nodes: Sequence[Node], scopes: Sequence[list[Scope]], depth: int) -> list[Node]:
    """The nodes with each call at one level as one of them, and its parameters inside."""
    group = {
        node: chain[depth]
        for node, chain in zip(nodes, scopes, strict=True)
        if node.operation and len(chain) > depth
    }
    own = _own(nodes, group)
    last = {scope: node for node, scope in group.items()}  # what the call gives
    new: dict[Node | Scope, Node] = {}
    for node in nodes:
        scope = group.get(node)
        if node not in own and (scope is None or last[scope] is node):
            copy = _joined(node, scope, group, own) if scope else replace(node)
            copy.operands = tuple(new.get(group.get(x, x), x) for x in copy.operands)
            new[scope or node] = copy
    _count(list(new.values()))
    return list(new.values())


def _own(nodes: Sequence[Node], group: dict[Node, Scope]) -> set[Node]:
    """The parameters that only calls of their own module read."""
    users: dict[Node, set] = {}
    for node in nodes:
        for x in node.operands:
            if isinstance(x, Node) and isinstance(x.owner, Parameter):
                users.setdefault(x, set()).add(group.get(node))
    return {
        x
        for x, scopes in users.items()
        if all(s and any(x.owner is p for p in s.module.parameters()) for s in scopes)
    }


def _joined(node: Node, scope: Scope, group: dict[Node, Scope], own: set[Node]) -> Node:
    """One node for a call: it reads what came from outside, and gives what its last one gives."""
    read: dict[Node, list] = {}
    for part in (n for n, s in group.items() if s is scope):
        for x, sent in zip(part.operands, part.sent, strict=True):
            if isinstance(x, Node) and x not in own and group.get(x) is not scope:
                read.setdefault(x, []).append(sent)
    sent = tuple(map(_sum, read.values()))
    kind = type(scope.module).__name__
    return Node(
        scope.name or kind.lower(),
        kind,
        tuple(read),
        node.value,
        node.gradient,
        sent=sent,
        shape=node.shape,
        scope=scope,
    )


def _sum(parts: list) -> Value:
    """What several operations send to one place; None where it is a constant."""
    parts = [p for p in parts if p is not None]
    return sum(parts[1:], parts[0]) if parts else None


def _count(nodes: Sequence[Node]) -> None:
    """Count the users of each node anew."""
    for node in nodes:
        node.users = 0
    for node in nodes:
        for x in node.operands:
            if isinstance(x, Node):
                x.users += 1
