"""The graph of recorded operations: ``record``, views, and in-place changes.

An operation computes its result and records it together with its inputs and one gradient
rule for each input. The names of a rule's parameters determine which values it reads, just as
the parameters of a pytest function name its fixtures: ``g`` is the upstream gradient, ``y`` is
the result, and any other name is the input with that name. For example, for y = a b, with
dL/da = g b and dL/db = g a, we write::

    record(a * b, dict(a=a, b=b), a=lambda g, b: g * b, b=lambda g, a: g * a)

Values that no rule reads can be freed from memory. Rules are pure functions. They are called
with arrays, or with Tensors if the backward pass itself is recorded (``create_graph=True``).
Therefore rules use only operators, indexing, functions of this library and methods that work
the same way for both, such as reshape, swapaxes, astype and sum. A rule can ignore broadcasting
and dtypes, because the backward pass sums each gradient over broadcast axes and converts it to
the dtype of its input.

A fused operation (convolution, batch normalization, LSTM) has one rule that computes the
gradients of all its inputs; it uses ``record_fused``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from .grad_mode import mode
from .hook import RetainGrad
from .quiet import silent
from .tensor import INFERENCE, Tensor, counter, raw, wrap

__all__ = ["Node", "View", "change_", "record", "record_fused", "recorded", "titled"]

Rule = Callable[..., Any]
clock = itertools.count()
# PyTorch's names for operations, if they aren't simply our names in camel case.
TITLES = {
    "_maximum": "MaxPool2DWithIndicesBackward0",
    "change": "CopySlices",
    "contiguous": "CloneBackward0",
    "cross_entropy": "NllLossBackward0",
    "batch_norm": "NativeBatchNormBackward0",
    "linear": "AddmmBackward0",
    "log1p": "Log1PBackward0",
    "matmul": "MmBackward0",
    "movedim": "PermuteBackward0",
    "norm": "LinalgVectorNormBackward0",
    "pad": "ConstantPadNdBackward0",
    "prelu": "PreluKernelBackward0",
    "relu6": "HardtanhBackward0",
    "selu": "EluBackward0",
    "setitem": "IndexPutBackward0",
    "square": "PowBackward0",
    "standardized": "NativeLayerNormBackward0",
    "to": "ToCopyBackward0",
    **dict.fromkeys(("flatten", "ravel", "reshape", "unflatten", "view"), "ViewBackward0"),
}
_reads: dict[Any, tuple[str, ...]] = {}  # from a rule's code to the names that the rule reads


def record(
    y: Any,
    inputs: dict[str, Any],
    /,
    *,
    name: str | None = None,
    view: Callable[[np.ndarray], np.ndarray] | None = None,
    **rules: Rule,
) -> Any:
    """Return y as a Tensor with its inputs and their gradient rules (see the module docstring).

    Parameters
    ----------
    y : array
        The result, already computed.
    inputs : dict of str to Tensor, array, number or None
        The operands by name; the names g, y, name and view are not allowed. If no operand is a
        Tensor, y is returned unchanged.
    name : str
        The name of the operation. Default: the name of the function that defines the rules.
    view : function
        If y shares memory with its first input, a function that maps this input to y.
    **rules : function
        The gradient of each differentiable input, as a function of the values that it reads.

    Returns
    -------
    Tensor or array
        y, with a history if a differentiable input requires a gradient.

    Raises
    ------
    TypeError
        If a rule doesn't take g first or reads an unknown name, or an input is named g or y.
    """
    needs_grad = _needs_grad(inputs)
    if needs_grad is None:
        return y
    out = wrap(y)
    if view is not None:
        _make_views((out,), next(iter(inputs.values())), (view,))
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
    needs_grad = None
    for x in inputs.values():
        if isinstance(x, Tensor):
            view_of = x.view_of
            if view_of is not None and view_of.version != x.version[0]:
                view_of.refresh(x)
            needs_grad = needs_grad or x.needs_grad
    return needs_grad


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
    views: Sequence[tuple] = (),
) -> Any:
    """Return one or several results as Tensors, with a single rule for all gradients.

    Parameters
    ----------
    y : array, or tuple of array
        The results, already computed.
    inputs : dict of str to Tensor, array, number or None
        The operands by name. If no operand is a Tensor, y is returned unchanged.
    backward : function
        Takes ``g``, the upstream gradient (a tuple for a tuple of results), and the values that
        it reads, by name: inputs, arrays in ``keep``, ``y`` if there is one result, and
        ``needs``, the names of the inputs that need a gradient. Returns a dict of gradients by
        input name. It is always called with arrays.
    keep : dict of str to array
        Intermediate values of the forward pass that ``backward`` reads.
    twice : function
        A version of ``backward`` for ``create_graph=True``, written with recorded operations;
        it can read inputs and ``needs``. Without it, a second derivative raises an error.
    views : list of tuple
        If the results share memory with the first input, the index that selects each of them.

    Returns
    -------
    Tensor, array, or tuple of Tensors or arrays
        y, with a history if an input requires a gradient.

    Raises
    ------
    TypeError
        If a rule doesn't take g first or reads an unknown name, or an input is named g or y.
    """
    needs_grad = _needs_grad(inputs)
    if needs_grad is None:
        return y
    outs = tuple(map(wrap, y)) if isinstance(y, tuple) else (wrap(y),)
    node = None
    if needs_grad and mode.enabled:
        node = FusedNode(outs, inputs, keep or {}, backward, twice)
    if views:
        source = next(iter(inputs.values()))
        _make_views(outs, source, views, "is one of several results")
    for k, out in enumerate(outs):
        if mode.inference and not views:
            out.version = INFERENCE
        elif node is not None:
            out.node = node.part(k) if isinstance(y, tuple) else node
            out.needs_grad = True
    if mode.observer:
        mode.observer.written(outs, inputs, backward)
    return outs if isinstance(y, tuple) else outs[0]


class Node:
    """One recorded operation, with the gradient rules of the inputs that need a gradient.

    Attributes
    ----------
    edges : list of (target, shape, dtype, rule, reads)
        One for each input that needs a gradient. The target is the operation that computed
        the input, or the input itself if it is a leaf. ``reads`` contains the names of the
        values that the rule reads.
    saved : dict or None
        The values that the rules read, by name; None after they are freed.
    hooks : list or None
        The functions registered by ``register_hook`` and ``retain_grad``.
    label : str
        The name passed to ``record``, or a rule's qualified name; ``titled`` adds PyTorch's.
    time : int
        A number that increases from node to node, so later operations have larger times.
    where : str
        The file and line that called the operation; only set by ``detect_anomaly``.
    """

    __slots__ = ("edges", "hooks", "label", "saved", "time", "where")

    def __init__(self, out: Tensor, inputs: dict, rules: dict[str, Rule], name: str | None):
        self.edges = []
        self.saved = {}
        self.hooks = None
        self.time = next(clock)
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
        """The name of the operation, such as ``"exp"``."""
        return self.label.partition(".")[0]

    @property
    def title(self) -> str:
        """The name of the operation in PyTorch, such as ``"ExpBackward0"``."""
        last = self.label.rpartition(".")[2]
        if "Backward" in last:  # set by ``titled``
            return last
        words = self.name.split("_")
        return TITLES.get(
            self.name, "".join(w[:1].upper() + w[1:] for w in words) + "Backward0"
        )

    def __repr__(self) -> str:
        return f"<{self.title} object at {id(self):#x}>"

    def load(self, read: str, create: bool) -> Any:
        """Return a value that a rule reads, as an array, or as a Tensor if ``create``."""
        saved = self.saved[read]
        if not isinstance(saved, Saved):
            return saved
        saved.check(self.name)
        if not create:
            return saved.array
        return saved.tensor(self if read == "y" else saved.source)

    def rescue(self, array: np.ndarray) -> None:
        """Copy saved values out of an array that is about to be overwritten."""
        for saved in self.saved.values():
            if isinstance(saved, Saved) and saved.array is array:
                saved.array = array.copy()
                saved.counter = [0]
                saved.version = 0

    def pull(self, g: Any, edges: list, create: bool) -> list[tuple[Any, Any]]:
        """Return (target, gradient) for each edge, given the upstream gradient g."""
        return [
            (target, fit(rule(g, *[self.load(r, create) for r in reads]), shape, dtype))
            for target, shape, dtype, rule, reads in edges
        ]

    def free(self) -> None:
        """Release the saved values; if there are any, backward can't use this node again."""
        if self.saved:
            self.saved = None


class FusedNode(Node):
    """One recorded operation with a single rule, which returns the gradients of all inputs.

    Its edges store the name of the input instead of a rule. If the operation has several
    results, each result has its own node (``part``), which passes its gradient on to this
    node. This node collects the gradients of all results and calls the rule once.
    """

    __slots__ = ("backward", "results", "twice")

    def __init__(self, outs: tuple, inputs: dict, keep: dict, backward: Rule, twice: Any):
        self.hooks = None
        self.label = backward.__qualname__
        self.time = next(clock)
        self.backward = backward
        self.twice = twice
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
        """Return the node of the k-th result, which passes its gradient on to this node."""
        node = Node.__new__(Node)
        node.edges = [(self, None, None, lambda g: ResultGradients({k: g}), ())]
        node.saved = {}
        node.hooks = None
        node.label = self.label
        node.time = next(clock)
        return node

    def pull(self, g: Any, edges: list, create: bool) -> list[tuple[Any, Any]]:
        """Return (target, gradient) for each edge, given the upstream gradient g.

        Raises RuntimeError if ``create`` is True and the operation has no rule ``twice``.
        """
        rule = self.twice if create else self.backward
        if rule is None:
            raise RuntimeError(
                f"backward: {self.name} doesn't support second derivatives; compute the same "
                "result with simpler operations, or don't use create_graph"
            )
        if isinstance(g, ResultGradients):
            g = tuple(self._result_gradient(g, k, create) for k in range(len(self.results)))
        needs = frozenset(name for _, _, _, name, _ in edges)
        reads = _reads[rule.__code__]
        gradients = rule(g, *[needs if r == "needs" else self.load(r, create) for r in reads])
        return [
            (target, fit(gradients[name], shape, dtype))
            for target, shape, dtype, name, _ in edges
        ]

    def _result_gradient(self, gradients: ResultGradients, k: int, create: bool) -> Any:
        """Return the gradient of the k-th result, which is 0 if the loss doesn't use it."""
        if k in gradients:
            return gradients[k]
        shape, dtype = self.results[k]
        zeros = np.zeros(shape, dtype)
        return wrap(zeros) if create else zeros


def titled(y: Any, title: str) -> Any:
    """Set the name that is printed for the operation of a result, and return the result."""
    if isinstance(y, Tensor) and y.node is not None:
        y.node.label = f"{y.node.name}.{title}"
    return y


class ResultGradients(dict):
    """The gradients collected so far for an operation's results, by the index of the result.

    The backward pass adds all gradients that arrive at a node, so these dicts can be added.
    """

    def __add__(self, other: ResultGradients) -> ResultGradients:
        # Add the shorter dict to the longer one, so n results take n steps instead of n².
        longer, shorter = self, other
        if len(self) < len(other):
            longer, shorter = other, self
        for k, g in shorter.items():
            longer[k] = longer[k] + g if k in longer else g
        return longer


def fit(g: Any, shape: tuple[int, ...] | None, dtype: np.dtype) -> Any:
    """Return a gradient in the shape and dtype of its input, summed over broadcast axes.

    For the gradients of several results, shape is None, and they are returned unchanged.
    """
    if shape is None:
        return g
    if g.shape != shape:
        added = g.ndim - len(shape)  # number of axes that broadcasting added in front
        stretched = [
            added + i for i, n in enumerate(shape) if n == 1 and g.shape[added + i] != 1
        ]
        g = g.sum((*range(added), *stretched)).reshape(shape)
    return g if g.dtype == dtype else g.astype(dtype)


class Saved:
    """An array that a rule reads, with its history and its version when it was saved.

    ``counter`` is the version counter of the array's memory, and ``version`` is its value when
    the array was saved.
    """

    __slots__ = ("array", "counter", "source", "version")

    def __init__(self, x: Tensor, source: Node | Tensor | None):
        self.array = x.array
        self.source = source
        self.counter = counter(x)
        self.version = self.counter[0]

    def check(self, name: str) -> None:
        """Raise RuntimeError if the value has been changed in place since it was saved."""
        if self.counter[0] != self.version:
            raise RuntimeError(
                f"backward: {name} reads a value of shape {self.array.shape} that was changed "
                f"in place after it was used (version {self.counter[0]}, expected "
                f"{self.version}); change a clone() instead, or call backward() before "
                "optimizer.step()"
            )

    def tensor(self, source: Node | Tensor | None) -> Tensor:
        """Return the value as a Tensor with its original history."""
        if isinstance(source, Tensor):
            return source
        out = wrap(self.array)
        out.node = source
        out.version = self.counter
        out.needs_grad = source is not None
        return out


def save(x: Any) -> Any:
    """Return a Tensor as ``Saved``, and any other value unchanged."""
    if not isinstance(x, Tensor):
        return x
    if x.version is INFERENCE:
        raise RuntimeError(
            "backward can't use a tensor made in inference_mode; use a clone() instead"
        )
    source = (x.node or x) if x.needs_grad else None
    return Saved(x, source)


def _declare(key: str, rule: Rule, inputs: dict[str, Any], *more: str) -> tuple[str, ...]:
    """Return the names that a rule reads besides g, and check them on the first call."""
    code = rule.__code__
    if code not in _reads:
        names = code.co_varnames[: code.co_argcount]
        known = [*inputs, *more]
        takes_g_first = names[:1] == ("g",)
        reads_known = set(names[1:]) <= set(known)
        reserved = "g" in inputs or "y" in inputs
        if reserved or not (takes_g_first and reads_known):
            raise TypeError(
                f"{rule.__qualname__}: expected a rule for {key} that takes g, and then any of "
                f"{known}, and no input named g or y; got parameters {list(names)}"
            )
        _reads[code] = names[1:]
    return _reads[code]


# Views and in-place changes. All views of the same memory share one version counter. A view
# stores its base. After an in-place change of a view or of its base, the history of the base
# includes the change, and each view updates its history from the base when it is next used.


def _as_function(path: Callable | tuple) -> Callable:
    """Return a path from a base to a view as a function."""
    return path if callable(path) else itemgetter(path)


class View(NamedTuple):
    """The base of a view, the path from the base to the view, and a version.

    The path is a function, or the index of one of several parts of the base (a function for
    each of 10,000 parts would take time and memory); ``read`` is always a function.
    ``version`` is the version of the memory for which the history of the view is up to date.
    ``fixed`` explains why the history can't be updated after an in-place change: the view was
    made without history, or together with other views. For all other views it is "".
    """

    base: Tensor
    path: Callable[[np.ndarray], np.ndarray] | tuple
    version: int
    fixed: str

    @property
    def read(self) -> Callable[[np.ndarray], np.ndarray]:
        """The path as a function."""
        return _as_function(self.path)

    def refresh(self, x: Tensor) -> None:
        """Update the history of the view x if its memory has been changed in place."""
        base, path, version, fixed = self
        if version == x.version[0] or not (mode.enabled and base.needs_grad):
            return
        if fixed:
            raise RuntimeError(
                f"a view that {fixed} was used after its base was changed in place; "
                "clone() the view before you change the base"
            )
        x.view_of = self._replace(version=x.version[0])
        shape = base.array.shape
        y = record(
            x.array, dict(base=base), name="view", base=lambda g: scatter_view(g, path, shape)
        )
        _inherit(x, y)


def _make_views(
    outs: Sequence[Tensor], source: Tensor, paths: Sequence, fixed: str = ""
) -> None:
    """Mark tensors as views of source, or of source's base if source is a view itself."""
    base = source
    version = counter(source)
    if not (fixed or mode.enabled):
        fixed = "was made inside no_grad()"
    if source.view_of is not None:
        base = source.view_of.base
        fixed = source.view_of.fixed or fixed
        paths = [_composed(source.view_of.read, _as_function(path)) for path in paths]
    for out, path in zip(outs, paths, strict=True):
        out.version = version
        out.view_of = View(base, path, version[0], fixed)


def _composed(first: Callable, second: Callable) -> Callable:
    """Return the path of a view of a view."""
    return lambda a: second(first(a))


@silent
def change_(x: Tensor, new: Tensor) -> Tensor:
    """Overwrite x with the values and the history of new, which was computed from x."""
    base = x if x.view_of is None else x.view_of.base
    _check_change(x, new, base)
    if new.node is not None:
        new.node.rescue(x.array)
    x.array[...] = new.array
    counter(x)[0] += 1
    if mode.enabled:
        changed_base = new if x is base else _pasted(base, x.view_of.read, new)
        _inherit(base, changed_base)
    return x


def _check_change(x: Tensor, new: Tensor, base: Tensor) -> None:
    """Raise RuntimeError if x can't store the values of new, or if history would be lost."""
    if x.version is INFERENCE and not mode.inference:
        raise RuntimeError(
            "in-place change of a tensor made in inference_mode: "
            "change it inside inference_mode, or change a clone()"
        )
    if new.shape != x.shape:
        raise RuntimeError(f"in-place change: expected shape {x.shape}, got {new.shape}")
    if not x.array.flags.writeable:
        raise RuntimeError(
            "in-place change of a read-only tensor (such as an expanded one): change a clone()"
        )
    loses_fractions = new.dtype.kind == "f" and x.dtype.kind != "f"
    becomes_bool = new.dtype.kind != "b" and x.dtype.kind == "b"
    if loses_fractions or becomes_bool:
        raise RuntimeError(
            f"in-place change: {new.dtype} does not fit into {x.dtype}; first convert the "
            "tensor that you change"
        )
    if not (mode.enabled and (base.needs_grad or new.needs_grad)):
        return
    for leaf, description in ((x, "a leaf"), (base, "a view of a leaf")):
        if leaf.needs_grad and leaf.node is None:
            raise RuntimeError(
                f"in-place change of {description} that requires grad: its gradient would be "
                "lost; change it inside no_grad()"
            )
    if x is not base and x.view_of.fixed:
        raise RuntimeError(
            f"in-place change of a view that {x.view_of.fixed}: change a clone() instead"
        )


def _inherit(x: Tensor, source: Tensor) -> None:
    """Give x the history of source; if x retained its gradient before, it still does."""
    hooks = x.node.hooks if x.node is not None else None
    retained = [hook for hook in hooks or () if isinstance(hook, RetainGrad)]
    for hook in retained:
        hooks.remove(hook)
    x.node = source.node
    x.needs_grad = source.needs_grad
    if retained and x.node is not None:
        x.node.hooks = retained


def _pasted(base: Tensor, path: Callable, new: Tensor) -> Tensor:
    """Return the base with the elements that ``path`` reads replaced by new."""
    shape = base.array.shape
    old = wrap(base.array)
    old.node = base.node
    old.needs_grad = base.needs_grad
    return record(
        base.array,
        dict(old=old, new=new),
        name="change",
        old=lambda g: _zero_view(g, path, shape),
        new=lambda g: read_view(g, path, shape),
    )


# Gradients of views. Here, a path is a function that returns a view of an array, such as a[1:].
# Applied to an array of flat indices, it returns the flat indices of the view's elements.


def read_view(h: Any, path: Callable, shape: tuple[int, ...]) -> Any:
    """Return the view of h that ``path`` reads; the derivative is ``scatter_view``."""
    return record(path(raw(h)), dict(h=h), h=lambda g: scatter_view(g, path, shape))


def scatter_view(h: Any, path: Callable, shape: tuple[int, ...]) -> Any:
    """Return zeros, with h added to the elements that ``path`` reads."""
    y = np.zeros(shape, raw(h).dtype)
    view = path(y)
    if view.flags.writeable and np.may_share_memory(view, y):
        view[...] = raw(h)  # the view contains each element at most once
    else:
        np.add.at(y.reshape(-1), _element_indices(path, shape), raw(h))
    return record(y, dict(h=h), h=lambda g: read_view(g, path, shape))


def _zero_view(h: Any, path: Callable, shape: tuple[int, ...]) -> Any:
    """Return a copy of h in which the elements that ``path`` reads are 0."""
    y = np.array(raw(h), order="C")
    view = path(y)
    if np.may_share_memory(view, y):
        view[...] = 0
    else:
        y.reshape(-1)[_element_indices(path, shape)] = 0
    return record(y, dict(h=h), h=lambda g: _zero_view(g, path, shape))


def _element_indices(path: Callable, shape: tuple[int, ...]) -> np.ndarray:
    """Return the flat indices of the elements that ``path`` reads from an array."""
    return path(np.arange(math.prod(shape)).reshape(shape))
