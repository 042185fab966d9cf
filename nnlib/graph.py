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
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .grad_mode import mode
from .tensor import Tensor, counter, raw

__all__ = ["Node", "View", "change_", "record"]

Rule = Callable[..., Any]
_clock = itertools.count()
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
    if needs_grad and rules and mode.enabled and out.array.dtype.kind == "f":
        out.node = Node(out, inputs, rules, name)
        out.requires_grad = True
    return out


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
        self.edges, self.saved, self.hooks, self.time = [], {}, None, next(_clock)
        for key, rule in rules.items():
            reads = _reads.get(rule.__code__)
            if reads is None:
                reads = _declare(key, rule, inputs)
            x = inputs[key]
            if isinstance(x, Tensor) and x.requires_grad:
                self.edges.append((x.node or x, x.array.shape, x.array.dtype, rule, reads))
                for read in reads:
                    if read not in self.saved:
                        self.saved[read] = _save(out if read == "y" else inputs[read])
        self.label = name or rule.__qualname__

    @property
    def name(self) -> str:
        """The operation, such as ``"exp"``."""
        return self.label.partition(".")[0]

    def load(self, read: str, create: bool) -> Any:
        """What a rule reads: an array, or a Tensor with its history if the walk is recorded."""
        saved = self.saved[read]
        if not isinstance(saved, _Saved):
            return saved
        saved.check(self.name)
        if not create:
            return saved.array
        return saved.tensor(self if read == "y" else saved.source)

    def rescue(self, array: np.ndarray) -> None:
        """Copy what the rules read of an array that is about to be overwritten."""
        for saved in self.saved.values():
            if isinstance(saved, _Saved) and saved.array is array:
                saved.array, saved.version, saved.then = array.copy(), [0], 0

    def free(self) -> None:
        """Let go of what the rules read; where they read nothing, they may run again."""
        self.saved = None if self.saved else {}


class _Saved:
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


def _save(x: Any) -> Any:
    """What is kept of an input or a result: of a Tensor its array, of anything else itself."""
    if not isinstance(x, Tensor):
        return x
    return _Saved(x, (x.node or x) if x.requires_grad else None)


def _declare(key: str, rule: Rule, inputs: dict[str, Any]) -> tuple[str, ...]:
    """The names a rule reads, from its signature, checked when it is first recorded."""
    code = rule.__code__
    first, *reads = code.co_varnames[: code.co_argcount] or [""]
    unknown = [name for name in reads if name != "y" and name not in inputs]
    if first != "g" or unknown or not inputs.keys().isdisjoint("gy"):
        raise TypeError(
            f"{rule.__qualname__}: expected a rule for {key} that takes g, and then any of "
            f"y and the inputs {list(inputs)}; got parameters {[first, *reads]}"
        )
    _reads[code] = tuple(reads)
    return _reads[code]


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
    if new.shape != x.shape:
        raise RuntimeError(
            f"in-place change: expected a result of shape {x.shape}, got {new.shape}"
        )
    if not np.can_cast(new.dtype, x.dtype, "same_kind"):
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
