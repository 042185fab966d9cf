"""The graph of recorded operations: ``record``, views, and changes in place.

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
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .grad_mode import mode
from .hook import RetainGrad
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
    """Return y as a Tensor that knows its inputs and, for each, a rule (see the module's text).

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
    needs_grad = _needs_grad(inputs)
    if needs_grad is None:
        return y
    out = Tensor(y)
    if view is not None:
        _make_view(out, next(iter(inputs.values())), view)
    if not mode.enabled:
        if mode.inference and view is None:
            out.version = INFERENCE
    elif needs_grad and rules and out.array.dtype.kind == "f":
        out.node = Node(out, inputs, rules, name)
        out.needs_grad = True
    if mode.observer:
        mode.observer.written((out,), inputs, name or next(iter(rules.values()), None))
    return out


def _needs_grad(inputs: dict[str, Any]) -> bool | None:
    """Return whether an input needs a gradient, or None if no input is a Tensor."""
    found = None
    for x in inputs.values():
        if isinstance(x, Tensor):
            if x.view_of is not None:
                x.view_of.refresh(x)
            found = found or x.needs_grad
    return found


def recorded(*inputs: Any) -> bool:
    """Return whether an operation on these inputs would be recorded."""
    return mode.enabled and any(isinstance(x, Tensor) and x.needs_grad for x in inputs)


def record_fused(
    y: Any,
    inputs: dict[str, Any],
    backward: Rule,
    /,
    *,
    keep: dict[str, Any] | None = None,
    twice: Rule | None = None,
) -> Any:
    """Return y, or each of several results, as a Tensor; one rule gives all gradients at once.

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
    needs_grad = _needs_grad(inputs)
    if needs_grad is None:
        return y
    outs = tuple(map(Tensor, y)) if isinstance(y, tuple) else (Tensor(y),)
    node = None
    if needs_grad and mode.enabled:
        node = FusedNode(outs, inputs, keep or {}, backward, twice)
    for k, out in enumerate(outs):
        if mode.inference:
            out.version = INFERENCE
        elif node is not None:
            out.node = node.part(k) if isinstance(y, tuple) else node
            out.needs_grad = True
    if mode.observer:
        mode.observer.written(outs, inputs, backward)
    return outs if isinstance(y, tuple) else outs[0]


class Node:
    """One recorded operation: the inputs that need gradients, and the rules that compute them.

    Attributes
    ----------
    edges : list of (target, shape, dtype, rule, reads)
        One for each input that needs a gradient; the target is the operation that made the
        input, or the input itself if it is a leaf.
    saved : dict or None
        By name, what the rules read; None once it is freed.
    hooks : list or None
        What ``register_hook`` and ``retain_grad`` ask for.
    label : str
        The function that holds the rules.
    time : int
        Later operations have larger times.
    """

    __slots__ = ("edges", "hooks", "label", "saved", "time")

    def __init__(self, out: Tensor, inputs: dict, rules: dict[str, Rule], name: str | None):
        self.edges, self.saved, self.hooks, self.time = [], {}, None, next(clock)
        for key, rule in rules.items():
            reads = _reads.get(rule.__code__)
            if reads is None:
                reads = _declare(key, rule, inputs, "y")
            x = inputs[key]
            if isinstance(x, Tensor) and x.needs_grad:
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
        """Return a value that a rule reads: an array, or a Tensor for ``create_graph``."""
        saved = self.saved[read]
        if not isinstance(saved, Saved):
            return saved
        saved.check(self.name)
        if not create:
            return saved.array
        return saved.tensor(self if read == "y" else saved.source)

    def rescue(self, array: np.ndarray) -> None:
        """Copy the saved values in an array that is about to be overwritten."""
        for saved in self.saved.values():
            if isinstance(saved, Saved) and saved.array is array:
                saved.array, saved.version, saved.then = array.copy(), [0], 0

    def pull(self, g: Any, edges: list, create: bool) -> list[tuple[Any, Any]]:
        """Return the gradients of the inputs of some edges, given that of the result, g."""
        return [
            (target, fit(rule(g, *[self.load(r, create) for r in reads]), shape, dtype))
            for target, shape, dtype, rule, reads in edges
        ]

    def free(self) -> None:
        """Release the saved values; a node whose rules read none can run again."""
        self.saved = None if self.saved else {}


class FusedNode(Node):
    """One recorded operation whose one rule returns the gradients of all inputs.

    Its edges have the name of the input instead of a rule. If it has several results, each
    has a node of its own, a part, that only hands its gradient to this node. Here the
    gradients of all parts are collected, and the rule is called once.
    """

    __slots__ = ("backward", "results", "twice")

    def __init__(self, outs: tuple, inputs: dict, keep: dict, backward: Rule, twice: Any):
        self.hooks, self.label, self.time = None, backward.__qualname__, next(clock)
        self.backward, self.twice = backward, twice
        self.results = [(out.array.shape, out.array.dtype) for out in outs]
        self.edges = [
            (x.node or x, x.array.shape, x.array.dtype, name, ())
            for name, x in inputs.items()
            if isinstance(x, Tensor) and x.needs_grad
        ]
        known = {**inputs, **keep, "y": outs[0]}
        reads = _declare("all inputs", backward, inputs, *keep, "y", "needs")
        if twice is not None:
            reads += _declare("all inputs", twice, inputs, "needs")
        self.saved = {read: save(known[read]) for read in {*reads} - {"needs"}}

    def part(self, k: int) -> Node:
        """Return the node of the k-th result, which hands its gradient to this node."""
        node = Node.__new__(Node)
        node.edges = [(self, None, None, lambda g: ResultGradients({k: g}), ())]
        node.saved, node.hooks, node.label, node.time = {}, None, self.label, next(clock)
        return node

    def pull(self, g: Any, edges: list, create: bool) -> list[tuple[Any, Any]]:
        """Return the gradients of the inputs; raise if ``create_graph`` is not supported."""
        rule = self.twice if create else self.backward
        if rule is None:
            raise RuntimeError(
                f"backward: {self.name} has no second derivative; compute with the "
                "operations it is made of, or without create_graph"
            )
        if isinstance(g, ResultGradients):
            g = tuple(
                g[k] if k in g else (Tensor if create else np.asarray)(np.zeros(*result))
                for k, result in enumerate(self.results)
            )
        needs = frozenset(name for *_, name, _ in edges)
        reads = _reads[rule.__code__]
        gradients = rule(g, *[needs if r == "needs" else self.load(r, create) for r in reads])
        return [
            (target, fit(gradients[name], shape, dtype))
            for target, shape, dtype, name, _ in edges
        ]


class ResultGradients(dict):
    """The gradients of an operation's results so far, by the index of the result.

    The backward pass adds whatever arrives at a node, so these can be added to each other.
    """

    def __add__(self, other: ResultGradients) -> ResultGradients:
        more, less = (self, other) if len(self) >= len(other) else (other, self)
        for k, g in less.items():  # add to the longer dict: n results take n steps, not n²
            more[k] = more[k] + g if k in more else g
        return more


def fit(g: Any, shape: tuple[int, ...] | None, dtype: np.dtype) -> Any:
    """Return a gradient in the shape and dtype of its input, summed over broadcast axes.

    Gradients of several results have no shape of their own and stay as they are.
    """
    if shape is None:
        return g
    if g.shape != shape:
        lead = g.ndim - len(shape)
        stretched = [lead + i for i, n in enumerate(shape) if n == 1 != g.shape[lead + i]]
        g = g.sum((*range(lead), *stretched)).reshape(shape)
    return g if g.dtype == dtype else g.astype(dtype)


class Saved:
    """An array that a rule reads, with its version at that time and its history."""

    __slots__ = ("array", "source", "then", "version")

    def __init__(self, x: Tensor, source: Node | Tensor | None):
        self.array, self.source = x.array, source
        self.version = counter(x)
        self.then = self.version[0]

    def check(self, name: str) -> None:
        """Raise an error if the value was changed in place since it was saved."""
        if self.version[0] != self.then:
            raise RuntimeError(
                f"backward: {name} reads a value of shape {self.array.shape} that was changed "
                f"in place after it was used (version {self.version[0]}, expected "
                f"{self.then}); change a clone() instead"
            )

    def tensor(self, source: Node | Tensor | None) -> Tensor:
        """Return the value as a Tensor with the history it had."""
        if isinstance(source, Tensor):
            return source
        out = Tensor(self.array)
        out.node, out.version, out.needs_grad = source, self.version, source is not None
        return out


def save(x: Any) -> Any:
    """Return what is saved of a value: ``Saved`` for a Tensor, other values as they are."""
    if not isinstance(x, Tensor):
        return x
    if x.version is INFERENCE:
        raise RuntimeError(
            "record: a tensor made in inference_mode cannot be kept for backward; clone() it"
        )
    return Saved(x, (x.node or x) if x.needs_grad else None)


def _declare(what: str, rule: Rule, inputs: dict[str, Any], *more: str) -> tuple[str, ...]:
    """Return the names that a rule reads besides g, checked when it is first recorded."""
    code = rule.__code__
    if code not in _reads:
        names, known = code.co_varnames[: code.co_argcount], [*inputs, *more]
        if names[:1] != ("g",) or {*names[1:]} - {*known} or not {"g", "y"}.isdisjoint(inputs):
            raise TypeError(
                f"{rule.__qualname__}: expected a rule for {what} that takes g, and then any "
                f"of {known}; got parameters {list(names)}"
            )
        _reads[code] = names[1:]
    return _reads[code]


# Views and changes in place. All views of one memory share its version counter. A view knows
# its base; after a change of either, the base has the history of the change, and a view takes
# its own history from the base when it is next used.


class View(NamedTuple):
    """A view's base, the function that reads it from the base, and its history's version.

    ``fixed`` says why its history cannot be updated after a recorded change of it or its base:
    it was made without history, or together with other views. It is "" for all other views.
    """

    base: Tensor
    path: Callable[[np.ndarray], np.ndarray]
    version: int
    fixed: str

    def refresh(self, x: Tensor) -> None:
        """Update the history of the view x if its memory was changed in place since."""
        base, path, then, fixed = self
        if then == x.version[0] or not (mode.enabled and base.needs_grad):
            return
        if fixed:
            raise RuntimeError(
                f"a view that {fixed} was used after its base was changed in place; "
                "use a clone()"
            )
        x.view_of = self._replace(version=x.version[0])
        shape = base.array.shape
        y = record(
            x.array, dict(base=base), name="view", base=lambda g: scatter_view(g, path, shape)
        )
        _inherit(x, y)


def _make_view(out: Tensor, source: Tensor, path: Callable) -> None:
    """Mark out as a view of source, or of the base of source if that is a view itself."""
    out.version = counter(source)
    fixed = "" if mode.enabled else "was made inside no_grad()"
    if source.view_of is None:
        out.view_of = View(source, path, out.version[0], fixed)
    else:
        base, first, _, before = source.view_of
        out.view_of = View(base, lambda a: path(first(a)), out.version[0], before or fixed)


def change_(x: Tensor, new: Tensor) -> Tensor:
    """Overwrite x with the values and the history of new, which was computed from x."""
    base = x if x.view_of is None else x.view_of.base
    _check_change(x, new, base)
    if new.node is not None:
        new.node.rescue(x.array)
    x.array[...] = new.array
    counter(x)[0] += 1
    if mode.enabled:
        _inherit(base, new if x is base else _pasted(base, x.view_of.path, new))
    return x


def _check_change(x: Tensor, new: Tensor, base: Tensor) -> None:
    """Raise an error if an in-place change would lose elements, precision or history."""
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
    if not (mode.enabled and (base.needs_grad or new.needs_grad)):
        return
    for leaf, what in ((x, "a leaf"), (base, "a view of a leaf")):
        if leaf.needs_grad and leaf.node is None:
            raise RuntimeError(
                f"in-place change of {what} that requires grad: its gradient would be lost; "
                "change it inside no_grad()"
            )
    if x is not base and x.view_of.fixed:
        raise RuntimeError(
            f"in-place change of a view that {x.view_of.fixed}: change a clone() instead"
        )


def _inherit(x: Tensor, source: Tensor) -> None:
    """Give x the history of source; if x retained its gradient, it continues to."""
    kept = [hook for hook in (x.node and x.node.hooks) or () if isinstance(hook, RetainGrad)]
    for hook in kept:
        x.node.hooks.remove(hook)
    x.node, x.needs_grad = source.node, source.needs_grad
    if kept and x.node is not None:
        x.node.hooks = kept


def _pasted(base: Tensor, path: Callable, new: Tensor) -> Tensor:
    """Return the base with the elements that ``path`` reads replaced by new."""
    old, shape = Tensor(base.array), base.array.shape
    old.node, old.needs_grad = base.node, base.needs_grad
    return record(
        base.array,
        dict(old=old, new=new),
        name="change",
        old=lambda g: _zero_view(g, path, shape),
        new=lambda g: read_view(g, path, shape),
    )


# Gradients of views. A path is a function that returns a view of an array, for instance a[1:];
# applied to an array of flat indices, it returns the indices of the view's elements.


def read_view(h: Any, path: Callable, shape: tuple[int, ...]) -> Any:
    """Return the view of h that ``path`` reads; the derivative is ``scatter_view``."""
    return record(path(raw(h)), dict(h=h), h=lambda g: scatter_view(g, path, shape))


def scatter_view(h: Any, path: Callable, shape: tuple[int, ...]) -> Any:
    """Return zeros of a shape, with h added to the elements that ``path`` reads."""
    whole = np.zeros(shape, raw(h).dtype)
    shown = path(whole)
    if shown.flags.writeable and np.may_share_memory(shown, whole):
        shown[...] = raw(h)  # each element is read once
    else:
        np.add.at(whole.reshape(-1), _element_indices(path, shape), raw(h))
    return record(whole, dict(h=h), h=lambda g: read_view(g, path, shape))


def _zero_view(h: Any, path: Callable, shape: tuple[int, ...]) -> Any:
    """Return a copy of h with zeros in the elements that ``path`` reads."""
    rest = np.array(raw(h), order="C")
    shown = path(rest)
    if np.may_share_memory(shown, rest):
        shown[...] = 0
    else:
        rest.reshape(-1)[_element_indices(path, shape)] = 0
    return record(rest, dict(h=h), h=lambda g: _zero_view(g, path, shape))


def _element_indices(path: Callable, shape: tuple[int, ...]) -> np.ndarray:
    """Return the flat indices of the elements that ``path`` reads from an array."""
    return path(np.arange(math.prod(shape)).reshape(shape))
