"""How history is written: ``record``, views, and changes in place.

An operation computes its result and records it with its inputs and, for each input, one
rule. The names of a rule's parameters say what it reads, as the names of a test's
parameters say which fixtures it uses: ``g`` is the upstream gradient, ``y`` the result,
any other name the input of that name. So for y = a b, with dL/da = g b and dL/db = g a::

    record(a * b, dict(a=a, b=b), a=lambda g, b: g * b, b=lambda g, a: g * a)

What no rule reads is not kept. Rules are pure. They are called with arrays, or with Tensors
when the walk itself is recorded (``create_graph=True``): hence they use operators, indexing
and this library's functions, and of methods only reshape, swapaxes and astype, which
mean the same for both. A rule may forget about broadcasting and dtype: the walk sums a
gradient over broadcast axes and brings it to its input's dtype.

A fused operation (convolution, batch normalization, LSTM) has one rule for all its inputs:
``record_fused``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .grad_mode import mode
from .tensor import INFERENCE, Tensor, counter, raw

__all__ = ["Node", "View", "change_", "record", "record_fused", "recorded"]

Rule = Callable[..., Any]
clock = itertools.count()
_reads: dict[Any, tuple[str, ...]] = {}


def record(
    y: Any,
    inputs: dict[str, Any],
    /,
    *,
    name: str | None = None,
    view: Callable[[np.ndarray], np.ndarray] | None = None,
    **rules: Rule,
) -> Any:
    """Give y as a Tensor that knows its inputs and, for each, a rule (see the module's text).

    Parameters
    ----------
    y : array
        The result, already computed.
    inputs : dict of str to Tensor, array, number or None
        The operands by name, other than g, y, name and view. If none is a Tensor, y
        comes back as it is.
    name : str
        What to call the operation; by default the function that holds its rules.
    view : function
        For a result that shares memory with its first input: how it is seen there.
    **rules : function
        For each differentiable input, dL/dinput as a function of what it reads.

    Returns
    -------
    Tensor or array
        y, with history where one of the differentiable inputs has one.

    Raises
    ------
    TypeError
        If a rule reads a name that is neither ``y`` nor an input.
    """
    is_tensor = needs_grad = False
    for x in inputs.values():
        if isinstance(x, Tensor):
            is_tensor = True
            if x.view_of is not None:
                refresh(x)
            needs_grad = needs_grad or x.requires_grad
    if not is_tensor:
        return y
    out = Tensor(y)
    if view is not None:
        _share(out, next(iter(inputs.values())), view)
    if not mode.enabled:
        if mode.inference and view is None:
            out.version = INFERENCE
    elif needs_grad and rules and out.array.dtype.kind == "f":
        out.node = Node(out, inputs, rules, name)
        out.requires_grad = True
    return out


def recorded(*inputs: Any) -> bool:
    """Tell whether an operation on these inputs would be recorded."""
    return mode.enabled and any(isinstance(x, Tensor) and x.requires_grad for x in inputs)


def record_fused(
    y: Any,
    inputs: dict[str, Any],
    backward: Rule,
    /,
    *,
    keep: dict[str, Any] | None = None,
    twice: Rule | None = None,
) -> Any:
    """Give y, or each of several results, as a Tensor; one rule gives all gradients at once.

    Parameters
    ----------
    y : array, or tuple of array
        The results, already computed.
    inputs : dict of str to Tensor, array, number or None
        The operands by name. If none is a Tensor, y comes back as it is.
    backward : function
        Takes ``g``, the upstream gradient (a tuple for a tuple of results), and what it
        reads by name: inputs, ``keep``, ``y`` if that is one array, and ``needs``, the
        names of the inputs whose gradients are asked for. Gives them as a dict. It is
        called with arrays only.
    keep : dict of str to array
        What the forward computed on the way and the rule reads.
    twice : function
        The same rule by recorded operations, for ``create_graph=True``; it reads inputs.
        Without it a second derivative is an error.
    """
    if not any(isinstance(x, Tensor) for x in inputs.values()):
        return y
    for x in inputs.values():
        if isinstance(x, Tensor) and x.view_of is not None:
            refresh(x)
    outs = tuple(map(Tensor, y)) if isinstance(y, tuple) else (Tensor(y),)
    if mode.inference:
        for out in outs:
            out.version = INFERENCE
    if recorded(*inputs.values()):
        node = FusedNode(outs, inputs, keep or {}, backward, twice)
        for k, out in enumerate(outs):
            out.node = node.part(k) if isinstance(y, tuple) else node
            out.requires_grad = True
    return outs if isinstance(y, tuple) else outs[0]


class Node:
    """One recorded operation: where gradients go, by which rule, and what the rules read.

    Attributes
    ----------
    edges : list of (target, shape, dtype, rule, reads)
        One for each input that needs a gradient; the target is the operation that made the
        input, or the input itself if it is a leaf.
    saved : dict or None
        By name, what the rules read; None once it is freed.
    time : int
        Later operations have larger times.
    """

    __slots__ = ("edges", "hooks", "label", "saved", "time")

    def __init__(self, out: Tensor, inputs: dict, rules: dict[str, Rule], name: str | None):
        self.edges, self.saved, self.hooks, self.time = [], {}, None, next(clock)
        for key, rule in rules.items():
            reads = _reads.get(rule.__code__)
            if reads is None:
                reads = _declare(key, rule, inputs)
            x = inputs[key]
            if isinstance(x, Tensor) and x.requires_grad:
                self.edges.append((x.node or x, x.array.shape, x.array.dtype, rule, reads))
                for read in reads:
                    if read not in self.saved:
                        self.saved[read] = save(out if read == "y" else inputs[read])
        self.label = name or rule.__qualname__

    @property
    def name(self) -> str:
        """The operation, such as ``"exp"``."""
        return self.label.partition(".")[0]

    def load(self, read: str, create: bool) -> Any:
        """What a rule reads: an array, or a Tensor with its history if the walk is recorded."""
        saved = self.saved[read]
        if not isinstance(saved, Saved):
            return saved
        saved.check(self.name)
        if not create:
            return saved.array
        return saved.tensor(self if read == "y" else saved.source)

    def rescue(self, array: np.ndarray) -> None:
        """Copy what the rules read of an array that is about to be overwritten."""
        for saved in self.saved.values():
            if isinstance(saved, Saved) and saved.array is array:
                saved.array, saved.version, saved.then = array.copy(), [0], 0

    def pull(self, g: Any, edges: list, create: bool) -> list[tuple[Any, Any]]:
        """Apply the rules of some edges; g is the gradient of the result."""
        values = {read: self.load(read, create) for *_, reads in edges for read in reads}
        return [
            (target, fit(rule(g, *[values[r] for r in reads]), shape, dtype))
            for target, shape, dtype, rule, reads in edges
        ]

    def free(self) -> None:
        """Let go of what the rules read; where they read nothing, they may run again."""
        self.saved = None if self.saved else {}


class FusedNode(Node):
    """One recorded operation whose rule gives all gradients at once (``record_fused``).

    In its edges the name of the input stands in the place of a rule. If it has several
    results, each has a node of its own that only hands its gradient on to this one.
    """

    __slots__ = ("backward", "results", "twice")

    def __init__(self, outs: tuple, inputs: dict, keep: dict, backward: Rule, twice: Any):
        self.saved, self.hooks, self.time = {}, None, next(clock)
        self.label, self.backward, self.twice = backward.__qualname__, backward, twice
        self.results = [(out.array.shape, out.array.dtype) for out in outs]
        self.edges = [
            (x.node or x, x.array.shape, x.array.dtype, name, ())
            for name, x in inputs.items()
            if isinstance(x, Tensor) and x.requires_grad
        ]
        known = {**inputs, "y": outs[0], **keep}
        for rule, names in ((backward, known), (twice, inputs)):
            for read in _fused_reads(rule, names):
                if read not in self.saved:
                    self.saved[read] = save(known[read])

    def part(self, k: int) -> Node:
        """The node of the k-th of several results."""
        node = Node.__new__(Node)
        node.edges = [(self, None, None, lambda g: Parts({k: g}), ())]
        node.saved, node.hooks, node.label, node.time = {}, None, self.label, next(clock)
        return node

    def pull(self, g: Any, edges: list, create: bool) -> list[tuple[Any, Any]]:
        """Apply the one rule; an error where it is asked to be recorded and can't be."""
        rule = self.twice if create else self.backward
        if rule is None:
            raise RuntimeError(
                f"backward: {self.name} has no second derivative; compute with the "
                "operations it is made of, or without create_graph"
            )
        if isinstance(g, Parts):
            blank = Tensor if create else np.asarray
            g = tuple(
                g[k] if k in g else blank(np.zeros(shape, dtype))
                for k, (shape, dtype) in enumerate(self.results)
            )
        needs = frozenset(name for *_, name, _ in edges)
        reads = _parameters(rule)[1:]
        values = [needs if r == "needs" else self.load(r, create) for r in reads]
        gradients = rule(g, *values)
        return [
            (target, fit(gradients[name], shape, dtype))
            for target, shape, dtype, name, _ in edges
        ]


class Parts(dict):
    """Gradients of some of several results, by position."""

    def __add__(self, other: Parts) -> Parts:
        more, less = (self, other) if len(self) >= len(other) else (other, self)
        for k, g in less.items():  # into the longer one: many results are many sums
            more[k] = more[k] + g if k in more else g
        return more


def fit(g: Any, shape: tuple[int, ...] | None, dtype: np.dtype) -> Any:
    """A gradient in the shape and dtype of its input: summed where that was broadcast."""
    if shape is None:
        return g
    if g.shape != shape:
        lead = g.ndim - len(shape)
        stretched = [lead + i for i, n in enumerate(shape) if n == 1 != g.shape[lead + i]]
        g = g.sum((*range(lead), *stretched)).reshape(shape)
    return g if g.dtype == dtype else g.astype(dtype)


class Saved:
    """An array that a rule reads, its version then, and where it came from."""

    __slots__ = ("array", "source", "then", "version")

    def __init__(self, x: Tensor, source: Node | Tensor | None):
        self.array, self.source = x.array, source
        self.version = counter(x)
        self.then = self.version[0]

    def check(self, name: str) -> None:
        """Refuse a value that was changed since."""
        if self.version[0] != self.then:
            raise RuntimeError(
                f"backward: {name} reads a value of shape {self.array.shape} that was changed "
                f"in place after it was used (version {self.version[0]}, expected "
                f"{self.then}); change a clone() instead"
            )

    def tensor(self, source: Node | Tensor | None) -> Tensor:
        """The value as a Tensor again, with the history it had."""
        if isinstance(source, Tensor):
            return source
        out = Tensor(self.array)
        out.node, out.version, out.requires_grad = source, self.version, source is not None
        return out


def save(x: Any) -> Any:
    """What is kept of an input or a result: of a Tensor its array, of anything else itself."""
    if not isinstance(x, Tensor):
        return x
    if x.version is INFERENCE:
        raise RuntimeError(
            "record: a tensor made in inference_mode cannot be kept for backward; clone() it"
        )
    return Saved(x, (x.node or x) if x.requires_grad else None)


def _declare(key: str, rule: Rule, inputs: dict[str, Any]) -> tuple[str, ...]:
    """The names a rule reads, from its signature, checked when it is first recorded."""
    code = rule.__code__
    first, *reads = _parameters(rule) or [""]
    unknown = [name for name in reads if name != "y" and name not in inputs]
    if first != "g" or unknown or not inputs.keys().isdisjoint("gy"):
        raise TypeError(
            f"{rule.__qualname__}: expected a rule for {key} that takes g, and then any of "
            f"y and the inputs {list(inputs)}; got parameters {[first, *reads]}"
        )
    _reads[code] = tuple(reads)
    return _reads[code]


def _parameters(rule: Rule) -> tuple[str, ...]:
    """The names of a rule's parameters."""
    return rule.__code__.co_varnames[: rule.__code__.co_argcount]


def _fused_reads(rule: Rule | None, known: dict[str, Any]) -> list[str]:
    """What the rule of a fused operation reads, checked."""
    first, *reads = ("g",) if rule is None else _parameters(rule) or ("",)
    reads = [read for read in reads if read != "needs"]
    if first != "g" or not known.keys() >= set(reads):
        raise TypeError(
            f"{rule.__qualname__}: expected a rule that takes g, and then any of needs and "
            f"{list(known)}; got parameters {[first, *reads]}"
        )
    return reads


# Views and changes in place. All views of one memory share its counter of changes. A view
# knows its base; after a change of either, the history of the base is that of the changed
# whole, and a view reads its own history from there when it is next used.


class View(NamedTuple):
    """How a tensor is seen in the memory of its base, and the version its history has."""

    base: Tensor
    path: Callable[[np.ndarray], np.ndarray]
    version: int
    recorded: bool  # made outside no_grad
    several: bool = False  # one of several results of one operation, such as split


def _share(out: Tensor, source: Tensor, path: Callable) -> None:
    """Make out a view of source."""
    out.version = counter(source)
    above = source.view_of
    if above is None:
        out.view_of = View(source, path, out.version[0], mode.enabled)
    else:
        recorded = above.recorded and mode.enabled
        whole = _after(path, above.path)
        out.view_of = View(above.base, whole, out.version[0], recorded, above.several)


def _after(second: Callable, first: Callable) -> Callable:
    """The two steps of a view of a view as one."""
    return lambda a: second(first(a))


def refresh(x: Tensor) -> None:
    """Give a view whose memory was changed since it was made its part of the base's history."""
    base, path, then, recorded, _ = x.view_of
    if then == x.version[0] or not (mode.enabled and recorded):
        return
    if x.view_of.several and base.requires_grad:
        raise RuntimeError(
            "a view that is one of several results was used after its base was changed in "
            "place; use a clone()"
        )
    x.view_of = x.view_of._replace(version=x.version[0])
    if base.requires_grad:
        blank = _blank_like(base.array)
        y = record(
            x.array, dict(base=base), name="view", base=lambda g: _inside(g, path, blank)
        )
        x.node, x.requires_grad = y.node, y.requires_grad


def change_(x: Tensor, new: Tensor) -> Tensor:
    """Every in-place operation: compute elsewhere, from x, then move value and history here."""
    view = x.view_of
    base = x if view is None else view.base
    _check_change(x, new, base)
    if new.node is not None:
        new.node.rescue(x.array)
    x.array[...] = new.array
    counter(x)[0] += 1
    if mode.enabled and view is not None:
        _paste(base, view.path, new)
    elif mode.enabled:
        x.node, x.requires_grad = new.node, new.requires_grad
    return x


def _check_change(x: Tensor, new: Tensor, base: Tensor) -> None:
    """Refuse changes that would lose elements, digits or a history."""
    if x.version is INFERENCE and not mode.inference:
        raise RuntimeError(
            "in-place change of a tensor made in inference_mode, outside of it; clone() it"
        )
    if new.shape != x.shape:
        raise RuntimeError(
            f"in-place change: expected a result of shape {x.shape}, got {new.shape}"
        )
    if not x.array.flags.writeable:
        raise RuntimeError(
            "in-place change of an expanded tensor: its elements share memory; change a clone()"
        )
    if new.dtype.kind == "f" != x.dtype.kind or new.dtype.kind != "b" == x.dtype.kind:
        raise RuntimeError(f"in-place change: {new.dtype} does not fit into {x.dtype}")
    if not (mode.enabled and base.requires_grad):
        return
    if base.node is None:
        a = "a leaf" if x is base else "a view of a leaf"
        raise RuntimeError(
            f"in-place change of {a} that requires grad: its gradient would be lost; "
            "change it inside no_grad()"
        )
    if x is not base and (x.view_of.several or not x.view_of.recorded):
        why = "is one of several results" if x.view_of.several else "was made inside no_grad()"
        raise RuntimeError(f"in-place change of a view that {why}: change a clone() instead")


def _paste(base: Tensor, path: Callable, new: Tensor) -> None:
    """Give base the history of its old whole with the part at path replaced by new."""
    old = Tensor(base.array)
    old.node, old.requires_grad = base.node, base.requires_grad
    blank = _blank_like(base.array)
    out = record(
        base.array,
        dict(old=old, new=new),
        name="change",
        old=lambda g: _outside(g, path, blank),
        new=lambda g: _part(g, path, blank),
    )
    base.node, base.requires_grad = out.node, out.requires_grad


def _part(h: Any, path: Callable, blank: Callable) -> Any:
    """The part of h that a view shows."""
    return record(path(raw(h)), dict(h=h), h=lambda g: _inside(g, path, blank))


def _inside(h: Any, path: Callable, blank: Callable) -> Any:
    """Zeros like the base, with h where the view is."""
    whole = blank(raw(h).dtype)
    part = path(whole)
    if not part.flags.writeable:
        raise RuntimeError("backward: an expanded tensor was changed in place; expand again")
    part[...] = raw(h)
    return record(whole, dict(h=h), h=lambda g: _part(g, path, blank))


def _outside(h: Any, path: Callable, blank: Callable) -> Any:
    """The whole of h, with zeros where the view is."""
    rest = blank(raw(h).dtype)
    rest[...] = raw(h)
    path(rest)[...] = 0
    return record(rest, dict(h=h), h=lambda g: _outside(g, path, blank))


def _blank_like(array: np.ndarray) -> Callable[[Any], np.ndarray]:
    """A maker of zeros with array's shape and order of axes in memory, so that views fit."""
    order = np.argsort([-abs(stride) for stride in array.strides], kind="stable")
    shape, back = [array.shape[i] for i in order], np.argsort(order)
    return lambda dtype: np.zeros(shape, dtype).transpose(back)
