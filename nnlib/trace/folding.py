"""Folding of large graphs: all operations of one module call become one node."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..nn import Parameter
from ..tensor import Tensor
from .node import Node, Value
from .recording import Scope
from .units import tensors

__all__ = ["folded", "simplified"]


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
    if depth is not None:
        return _checked(_folded(nodes, scopes, depth), most)
    if len(nodes) <= most:
        return list(nodes)
    fewer = nodes
    for level in reversed(range(max(map(len, scopes), default=0))):
        fewer = _folded(nodes, scopes, level)
        if len(fewer) <= most:
            break
    return _checked(fewer, most)


def simplified(nodes: Sequence[Node], constant: Callable[[Tensor], Node]) -> list[Node]:
    """Return nodes in which functions that consist of several operations are one node.

    A matrix times a vector is such a function: the engine makes the vector a matrix first.
    ``constant`` gives the node of an argument that gets no gradient.
    """
    outer = [_functions(node.scope) for node in nodes]
    count = Counter(chain[0] for chain in outer if chain)
    several = [chain if chain and count[chain[0]] > 1 else [] for chain in outer]
    return _folded(nodes, several, 0, constant)


def _checked(nodes: Sequence[Node], most: int) -> list[Node]:
    """Return the nodes; raise ValueError if there are too many to draw."""
    if len(nodes) > most:
        raise ValueError(
            f"graph: {len(nodes)} nodes, but a drawing has room for {most}; compute inside "
            "`with trace.recording():` with modules, so that depth= can fold them, draw a "
            "part (the graph of an earlier tensor), or raise most="
        )
    return list(nodes)


def _modules(scope: Scope | None) -> list[Scope]:
    """Return the module calls around an operation, the outermost first."""
    return [s for s in scope.chain() if s.module is not None] if scope else []


def _functions(scope: Scope | None) -> list[Scope]:
    """Return the function calls around an operation, inside its innermost module."""
    chain = scope.chain() if scope else []
    while chain and any(s.module is not None for s in chain):
        chain.pop(0)
    return chain


def _folded(
    nodes: Sequence[Node],
    scopes: Sequence[list[Scope]],
    depth: int,
    constant: Callable[[Tensor], Node] | None = None,
) -> list[Node]:
    """Return the nodes, with all operations of each call at one depth folded into one."""
    group = {
        node: chain[min(depth, len(chain) - 1)]
        for node, chain in zip(nodes, scopes, strict=True)
        if node.operation and chain and (len(chain) > depth or _is_one(chain[-1]))
    }
    own = _own(nodes, group)
    last = {scope: node for node, scope in group.items()}  # the node of each call's result
    new: dict[Node | Scope, Node] = {}
    taken: set[str] = set()
    known = {*nodes}
    for node in nodes:
        scope = group.get(node)
        if node not in own and (scope is None or last[scope] is node):
            copy = _joined(node, scope, group, own, constant) if scope else replace(node)
            new.update((x, x) for x in copy.operands if isinstance(x, Node) and x not in known)
            copy.name = _free(copy.name, taken)
            copy.operands = tuple(new.get(group.get(x, x), x) for x in copy.operands)
            new[scope or node] = copy
    _count(list(new.values()))
    return list(new.values())


def _is_one(scope: Scope) -> bool:
    """Return whether a call is that of a module without submodules."""
    return scope.module is not None and not [*scope.module.children()]


def _own(nodes: Sequence[Node], group: dict[Node, Scope]) -> set[Node]:
    """Return the leaves that only their own module reads: its parameters and constants."""
    users: dict[Node, set] = {}
    for node in nodes:
        for x in node.operands:
            if isinstance(x, Node) and not x.operation:
                users.setdefault(x, set()).add(group.get(node))
    return {x for x, scopes in users.items() if all(s and _owns(s, x) for s in scopes)}


def _owns(scope: Scope, leaf: Node) -> bool:
    """Return whether a leaf belongs to a call: a parameter, or a constant not passed in."""
    if isinstance(leaf.owner, Parameter):
        return scope.module is not None and leaf.owner in {*scope.module.parameters()}
    return leaf.gradient is None and all(x is not leaf.owner for x in tensors(scope.args))


def _joined(
    node: Node,
    scope: Scope,
    group: dict[Node, Scope],
    own: set[Node],
    constant: Callable[[Tensor], Node] | None,
) -> Node:
    """Return one node for a call, with the operands from outside and the call's result."""
    parts = [n for n, s in group.items() if s is scope]
    main = [x.node for x in tensors(scope.output)[:1]]  # the first of several results
    node = next((n for n in parts if n.owner in main), node)
    read: dict[Node, list] = {}
    for part in parts:
        for x, sent in zip(part.operands, part.sent, strict=True):
            if isinstance(x, Node) and x not in own and group.get(x) is not scope:
                read.setdefault(x, []).append(sent)
    name, kind = node.name, scope.name
    if constant:
        read = _as_given(scope.args, read, constant)
    if scope.module is not None:
        kind = type(scope.module).__name__
        name = scope.name or kind
    out = Node(name, kind, tuple(read), node.value, node.gradient, users=0, shape=node.shape)
    out.sent, out.scope = tuple(map(_sum, read.values())), scope
    out.reads = (None,) * len(read)
    out.pull = lambda g: _pulled(parts, node, tuple(read), g)
    return out


def _as_given(
    args: tuple, read: dict[Node, list], constant: Callable[[Tensor], Node]
) -> dict[Node, list]:
    """Return operands in the order of the arguments, with those that get no gradient."""
    by_owner = {id(x.owner): x for x in read}
    given = [x for x in args if isinstance(x, Tensor)]
    owners = [(x, by_owner.get(id(x.node or x))) for x in given]
    found = [node or constant(x) for x, node in owners if node or not x.needs_grad]
    return {x: read.get(x, []) for x in (*found, *read)}


def _pulled(parts: list[Node], last: Node, read: tuple[Node, ...], g: Any) -> tuple:
    """Return the gradients that several operations together send to their operands."""
    totals: dict[Node, list] = {last: [g]}
    for part in reversed(parts):
        if part in totals:
            for x, share in zip(part.operands, part.pull(_sum(totals[part])), strict=True):
                if isinstance(x, Node) and share is not None:
                    totals.setdefault(x, []).append(share)
    return tuple(_sum(totals.get(x, [])) for x in read)


def _free(name: str, taken: set[str]) -> str:
    """Return a name, with a number if it is taken already."""
    numbered = (f"{name} ({k})" for k in itertools.count(2))
    name = next(n for n in itertools.chain([name], numbered) if n not in taken)
    taken.add(name)
    return name


def _sum(parts: list) -> Value:
    """Return the sum of gradients, None being left out; None if there are none."""
    parts = [p for p in parts if p is not None]
    return sum(parts[1:], parts[0]) if parts else None


def _count(nodes: Sequence[Node]) -> None:
    """Set the number of users of each node."""
    for node in nodes:
        node.users = 0
    for node in nodes:
        for x in node.operands:
            if isinstance(x, Node):
                x.users += 1
