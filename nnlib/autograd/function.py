"""Custom operations: the base class ``Function``, with a forward and a backward method."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from ..grad_mode import Recording, mode, no_grad
from ..graph import FusedNode, Node, ResultGradients, Saved, clock, fit, record, recorded, save
from ..tensor import Tensor, counter, wrap

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class FunctionCtx:
    """The context of one call, for ``forward`` and ``backward``; you can set any attribute.

    Attributes
    ----------
    needs_input_grad : tuple of bool
        Whether each input requires a gradient.
    saved_tensors : tuple of Tensor or None
        In ``backward``, the tensors that ``forward`` passed to ``save_for_backward``.
    """

    def __init__(self, needs_input_grad: tuple[bool, ...]):
        self.needs_input_grad = needs_input_grad
        self.saved_tensors: tuple[Tensor | None, ...] = ()
        self._saved: tuple[Tensor | None, ...] = ()
        self._dirty: tuple[Tensor, ...] = ()
        self._constant: tuple[Tensor, ...] = ()
        self._materialize = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Save Tensors for ``backward``, which fails if one has been changed in place."""
        for i, t in enumerate(tensors):
            if not isinstance(t, Tensor | None):
                raise TypeError(
                    f"save_for_backward: expected Tensors, got {type(t).__name__} "
                    f"at position {i}; set it as an attribute of ctx instead"
                )
        self._saved = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Mark inputs that ``forward`` changed in place; ``forward`` must return them."""
        self._dirty = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Mark results that have no derivative."""
        self._constant = args

    def set_materialize_grads(self, value: bool) -> None:
        """Set whether ``backward`` gets zeros (True) or None (False) for an unused result."""
        self._materialize = value


class Function:
    """Base class for custom operations, which define static ``forward`` and ``backward``.

    To call the operation, use ``apply(*inputs)``. ``forward(ctx, *inputs)`` computes the
    result, or a tuple of results, and is not recorded. ``backward(ctx, *grads)`` receives one
    upstream gradient for each result and returns one gradient, or None, for each input. Second
    derivatives work if ``backward`` uses operations on Tensors. Inputs that aren't Tensors are
    passed unchanged. If a subclass defines ``setup_context(ctx, inputs, output)``, its
    ``forward`` has no parameter ``ctx``. Defining a subclass raises TypeError if one of these
    methods isn't static and its first parameter is ``self``.

    Source: chapter "Backpropagation".

    >>> class Cube(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return g * 3 * x**2
    >>> x = Tensor([2.0]).requires_grad_()
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor([12.])
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in ("forward", "backward", "setup_context"):
            method = vars(cls).get(name)
            if isinstance(method, FunctionType) and "self" in method.__code__.co_varnames[:1]:
                raise TypeError(f"{cls.__name__}: expected {name} to be a @staticmethod")

    def __call__(self, *args: Any) -> Any:
        """Raise RuntimeError; call ``apply`` on the class instead of calling an instance."""
        name = type(self).__name__
        raise RuntimeError(f"{name}: expected {name}.apply(...), got a call to an instance")

    @staticmethod
    def forward(*args: Any) -> Any:
        """Return the result; each subclass must define this method."""
        raise NotImplementedError("Function: define a static forward()")

    @staticmethod
    def setup_context(ctx: FunctionCtx, inputs: tuple, output: Any) -> None:
        """Save what ``backward`` needs, if ``forward`` has no parameter ``ctx``."""

    @staticmethod
    def backward(ctx: FunctionCtx, *grads: Any) -> Any:
        """Return the gradient of each input; each subclass must define this method."""
        raise NotImplementedError("Function: define a static backward()")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Compute the result, and record the operation if an input requires a gradient.

        Raises
        ------
        RuntimeError
            If ``forward`` marks a view, or a leaf that requires a gradient, as dirty, or
            doesn't return a dirty input. In the backward pass, if ``backward`` returns the
            wrong number of gradients, a wrong shape, or anything except Tensors and None.
        """
        for x in args:
            if isinstance(x, Tensor) and x.view_of is not None:
                x.view_of.refresh(x)
        ctx = FunctionCtx(tuple(isinstance(x, Tensor) and x.requires_grad for x in args))
        node = FunctionNode(cls, ctx, args) if recorded(*args) else None
        with Recording(False, mode.inference):
            if cls.setup_context is Function.setup_context:
                y = cls.forward(ctx, *args)
            else:
                y = cls.forward(*args)
                cls.setup_context(ctx, args, y)
        return y if node is None else node.finish(y, args)


class FunctionNode(Node):
    """A recorded call to a Function; its edges store input positions instead of rules."""

    __slots__ = ("are_tensors", "ctx", "function", "results", "several", "sources")

    def __init__(self, function: type[Function], ctx: FunctionCtx, args: tuple):
        self.saved, self.hooks, self.time = {}, None, next(clock)
        self.function, self.ctx = function, ctx
        self.label = f"{function.__name__}.{function.__name__}Backward"
        self.are_tensors = [isinstance(x, Tensor) for x in args]
        self.edges = [
            (x.node or x, x.array.shape, x.array.dtype, i, ())
            for i, x in enumerate(args)
            if ctx.needs_input_grad[i]
        ]

    def part(self, k: int) -> Node:
        """Return the node of the k-th result, which passes its gradient on to this node."""
        if not self.several:
            return self
        node = FusedNode.part(self, k)
        node.edges = [(self, None, None, lambda g: ResultGradients({k: g}), ())]
        return node

    def finish(self, y: Any, args: tuple) -> Any:
        """Save the tensors that ``backward`` needs, and return the results with history."""
        self.several = isinstance(y, tuple)
        outs = y if self.several else (y,)
        ctx = self.ctx
        for x in ctx._dirty:
            self._check_dirty(x, outs)
        self.results = [
            (x.array.shape, x.array.dtype) if isinstance(x, Tensor) else None for x in outs
        ]
        made = [k for k, x in enumerate(outs) if _among(x, ctx._dirty) or not _among(x, args)]
        self.sources = {}  # from the index of a saved tensor to its index among the results
        for i, x in enumerate(ctx._saved):
            k = next((k for k in made if outs[k] is x and x is not None), None)
            self.saved[i] = save(x) if k is None else Saved(x, None)
            if k is not None:
                self.sources[i] = k
        ctx._saved = ()
        outs = tuple(self._tracked(x, k in made, self.part(k)) for k, x in enumerate(outs))
        return outs if self.several else outs[0]

    def _check_dirty(self, x: Tensor, outs: tuple) -> None:
        """Raise RuntimeError if changing x in place would lose history."""
        if not _among(x, outs):
            raise RuntimeError(
                f"{self.name}: expected forward to return every input passed to mark_dirty()"
            )
        is_leaf = x.requires_grad and x.node is None
        if is_leaf or x.view_of is not None:
            kind = "leaf that requires grad" if is_leaf else "view"
            raise RuntimeError(f"{self.name}: a {kind} was changed in place; clone() it first")
        counter(x)[0] += 1

    def _tracked(self, x: Any, is_new: bool, node: Node) -> Any:
        """Return one result, with ``node`` as its history if it is a differentiable Tensor."""
        if not isinstance(x, Tensor):
            return x
        if not is_new or (x.requires_grad and not _among(x, self.ctx._dirty)):
            x = x.detach()
        if x.dtype.kind == "f" and not _among(x, self.ctx._constant):
            x.node, x.requires_grad = node, True
        return x

    def pull(self, g: Any, edges: list, create: bool) -> list[tuple[Any, Any]]:
        """Return the gradients of the inputs by calling ``backward`` with Tensors."""
        ctx = self.ctx
        ctx.saved_tensors = tuple(self._loaded(i) for i in self.saved)
        try:
            out = self.function.backward(ctx, *self._upstream(g))
        finally:
            ctx.saved_tensors = ()
        out = self._checked(out if isinstance(out, tuple) else (out,))
        return [
            (target, fit(out[i] if create else out[i].array, shape, dtype))
            for target, shape, dtype, i, _ in edges
            if out[i] is not None and self._check_shape(i, out[i].shape, shape)
        ]

    def _loaded(self, i: int) -> Tensor | None:
        """Return the i-th saved tensor with its history, or None if None was saved."""
        saved = self.saved[i]
        if saved is None:
            return None
        saved.check(self.name)
        if i not in self.sources:
            return saved.tensor(saved.source)
        return saved.tensor(self.part(self.sources[i]))

    def _upstream(self, g: Any) -> list[Tensor | None]:
        """Return the gradient for each result; a missing gradient becomes zeros or None."""
        gradients = g if isinstance(g, ResultGradients) else {0: g}
        fill = self.ctx._materialize
        return [
            (gradients[k] if isinstance(gradients[k], Tensor) else wrap(gradients[k]))
            if k in gradients
            else wrap(np.zeros(*result))
            if fill and result is not None
            else None
            for k, result in enumerate(self.results)
        ]

    def _checked(self, out: tuple) -> tuple:
        """Check the number and types of the inputs' gradients, and return them."""
        n = len(self.are_tensors)
        if len(out) < n or any(g is not None for g in out[n:]):
            raise RuntimeError(
                f"{self.name}: expected backward to return {n} gradient(s), got {len(out)}"
            )
        for i, (g, is_tensor) in enumerate(zip(out, self.are_tensors, strict=False)):
            if g is not None and not isinstance(g, Tensor):
                raise RuntimeError(
                    f"{self.name}: expected backward to return Tensors or None, "
                    f"got {type(g).__name__} at position {i}"
                )
            if g is not None and not is_tensor:
                raise RuntimeError(
                    f"{self.name}: expected None as the gradient of input {i}, "
                    "which isn't a Tensor"
                )
        return out

    def _check_shape(self, i: int, got: tuple[int, ...], shape: tuple[int, ...]) -> bool:
        """Return True; raise RuntimeError unless the input broadcasts to its gradient."""
        lead = len(got) - len(shape)
        pairs = zip(shape, got[max(lead, 0) :], strict=False)
        if lead < 0 or any(n not in (1, m) for n, m in pairs):
            raise RuntimeError(
                f"{self.name}: expected a gradient of shape {shape} for input {i}, got {got}"
            )
        return True


def _among(x: Any, objects: tuple) -> bool:
    """Return whether x is one of the objects, by identity."""
    return any(x is other for other in objects)


def once_differentiable(fn: Callable) -> Callable:
    """Decorate a ``backward`` so that differentiating it raises an error."""

    @functools.wraps(fn)
    def backward(ctx: FunctionCtx, *grads: Tensor | None) -> Any:
        with no_grad():
            out = fn(ctx, *grads)
        tracked = [g for g in grads if g is not None and g.requires_grad]
        if not mode.enabled or not tracked:
            return out

        def stop(g):
            raise RuntimeError(
                f"{fn.__qualname__}: expected first derivatives only, because it is decorated "
                "with once_differentiable"
            )

        gradients = out if isinstance(out, tuple) else (out,)
        return tuple(
            g if g is None else record(g.array, dict(u=tracked[0]), u=stop) for g in gradients
        )

    return backward
