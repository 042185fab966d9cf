"""Derivatives of functions: Jacobians, Hessians, and their products with vectors.

Each function takes a function of one or several Tensors, and the point at which to
differentiate it, as a Tensor or a tuple of Tensors. If the point or the result of the function
is a tuple, the derivative is a tuple too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import walk
from ..grad_mode import enable_grad
from ..ops import reshape, stack
from ..tensor import Tensor, wrap

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Tensors = Tensor | tuple[Tensor, ...]


def jacobian(
    func: Callable[..., Tensors],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
) -> Any:
    r"""Compute all partial derivatives of a function, with one backward pass per element of y.

    .. math:: J_{ij} = \partial y_i / \partial x_j

    Parameters
    ----------
    func : function
        Maps Tensors to a Tensor or a tuple of Tensors.
    inputs : Tensor or tuple of Tensor
        The point x.
    create_graph : bool
        Whether to record the backward passes, for derivatives of the Jacobian.
    strict : bool
        What to do if a result (or, with ``create_graph``, the Jacobian) doesn't depend on an
        input: if True, raise an error; if False, return zeros.

    Returns
    -------
    Tensor of shape (*y.shape, *x.shape)
        A tuple of such Tensors if the results or the inputs are a tuple, and a tuple of tuples
        if both are.

    Raises
    ------
    TypeError
        If the inputs or the results are neither a Tensor nor a tuple of Tensors.
    RuntimeError
        In the case described under ``strict``, or if an input isn't floating-point.

    Source: Goodfellow et al. (2016), section 4.3.1; chapter "Matrix calculus".

    >>> jacobian(lambda x: x * x, Tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    with enable_grad():
        x, y, result = _applied("jacobian", func, inputs, create_graph, strict)
        rows = []
        for k, y_k in enumerate(y):
            columns: list[list[Tensor]] = [[] for _ in x]
            for e in np.ndindex(y_k.shape):
                one = np.zeros(y_k.shape, y_k.dtype)
                one[e] = 1
                row = _gradients([y_k], x, [wrap(one)], create_graph)
                row = _filled("jacobian", row, x, create_graph, strict, f"result {k}")
                for column, g in zip(columns, row, strict=True):
                    column.append(g)
            blocks = [_block(c, y_k, x_i) for c, x_i in zip(columns, x, strict=True)]
            rows.append(_like(inputs, blocks, create_graph))
    return tuple(rows) if isinstance(result, tuple) else rows[0]


def hessian(
    func: Callable[..., Tensor],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
) -> Any:
    r"""Compute all second partial derivatives of a scalar-valued function.

    .. math:: H_{ij} = \partial^2 y / \partial x_i \partial x_j

    Parameters
    ----------
    func : function
        Maps Tensors to a Tensor with one element.
    inputs, create_graph, strict
        See ``jacobian``, which lists further errors.

    Returns
    -------
    Tensor of shape (*x.shape, *x.shape)
        A tuple of tuples of such Tensors if the inputs are a tuple.

    Raises
    ------
    RuntimeError
        If the result isn't a single element, or an operation has no second derivative.

    Source: Goodfellow et al. (2016), section 4.3.1; chapter "Matrix calculus".

    >>> hessian(lambda x: (x**3).sum(), Tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """

    def gradient(*x):
        return jacobian(lambda *x: _single("hessian", func(*x)), x, create_graph=True)

    points = _tuple("hessian", "inputs", inputs)
    H = jacobian(gradient, points, create_graph, strict)
    return H[0][0] if isinstance(inputs, Tensor) else H


def vjp(
    func: Callable[..., Tensors],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Tensors, Tensors]:
    r"""Compute func(inputs), and the product of a vector with the Jacobian.

    .. math:: v^\top J

    This needs only one backward pass. The arguments are the same as in ``jacobian``, and v has
    the shape of the result; you can omit v if the result has one element. Returns the result,
    and the product in the shape of the inputs.

    >>> vjp(lambda x: x * x, Tensor([1.0, 2.0]), Tensor([1.0, 10.0]))[1]
    tensor([ 2., 40.])
    """
    with enable_grad():
        x, y, result = _applied("vjp", func, inputs, create_graph, strict)
        up = _vector("vjp", v, y)
        product = _gradients(y, x, up, create_graph)
        product = _filled("vjp", product, x, create_graph, strict, "the result")
    return _like(result, y, create_graph), _like(inputs, product, create_graph)


def jvp(
    func: Callable[..., Tensors],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Tensors, Tensors]:
    r"""Compute func(inputs), and the product of the Jacobian with a vector.

    .. math:: J v = \frac{\partial}{\partial u} \left(u^\top J\right) v

    This needs two backward passes. The arguments are the same as in ``jacobian``, and v has the
    shape of the inputs; you can omit v if there is a single input with one element. Returns the
    result, and the product in the shape of the result.

    >>> jvp(lambda x: x * x, Tensor([1.0, 2.0]), Tensor([1.0, 10.0]))[1]
    tensor([ 2., 40.])
    """
    with enable_grad():
        x, y, result = _applied("jvp", func, inputs, create_graph, strict)
        direction = _vector("jvp", v, x)
        u = [wrap(np.zeros_like(y_k.array), requires_grad=True) for y_k in y]
        rows = _filled("jvp", _gradients(y, x, u, True), x, True, strict, "the result")
        product = _gradients(rows, u, direction, create_graph)
        product = _filled("jvp", product, y, create_graph, strict, "the result")
    return _like(result, y, create_graph), _like(result, product, create_graph)


def vhp(
    func: Callable[..., Tensor],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Tensor, Tensors]:
    r"""Compute func(inputs), a scalar, and the product of a vector with the Hessian.

    .. math:: v^\top H

    The arguments are the same as in ``jvp``. Returns the result, and the product in the shape
    of the inputs. H itself is never computed.

    >>> vhp(lambda x: (x**3).sum(), Tensor([1.0, 2.0]), Tensor([1.0, 1.0]))[1]
    tensor([ 6., 12.])
    """
    return _hessian_product("vhp", func, inputs, v, create_graph, strict)


def hvp(
    func: Callable[..., Tensor],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Tensor, Tensors]:
    r"""Compute func(inputs), a scalar, and the product of the Hessian with a vector.

    .. math:: H v = (v^\top H)^\top

    This holds if the second derivatives are continuous, because H is then symmetric. Arguments
    and results are the same as in ``vhp``.

    >>> hvp(lambda x: (x**3).sum(), Tensor([1.0, 2.0]), Tensor([1.0, 1.0]))[1]
    tensor([ 6., 12.])
    """
    return _hessian_product("hvp", func, inputs, v, create_graph, strict)


def _hessian_product(
    name: str, func: Callable, inputs: Tensors, v: Any, create: bool, strict: bool
) -> tuple[Tensor, Tensors]:
    """Return func(inputs), and the product of a vector v with the Hessian."""
    with enable_grad():
        x, y, result = _applied(name, func, inputs, create, strict)
        _single(name, result)
        direction = _vector(name, v, x)
        first = _filled(name, _gradients(y, x, [None], True), x, True, strict, "the result")
        product = _gradients(first, x, direction, create)
        product = _filled(name, product, x, create, strict, "the gradient")
    return _like(result, y, create), _like(inputs, product, create)


def _applied(
    name: str, func: Callable, inputs: Tensors, create: bool, strict: bool
) -> tuple[list[Tensor], list[Tensor], Tensors]:
    """Return new Tensors for the inputs, func's results as a list, and func's return value."""
    x = []
    for tensor in _tuple(name, "inputs", inputs):
        new = reshape(tensor, tensor.shape) if create else tensor.detach()
        x.append(new if new.requires_grad else new.requires_grad_())
    result = func(*x)
    y = list(_tuple(name, "results", result))
    for k, y_k in enumerate(y):
        if strict and not y_k.requires_grad:
            raise RuntimeError(
                f"{name}: result {k} does not depend on the inputs; "
                "pass strict=False to get zeros"
            )
    return x, y, result


def _tuple(name: str, what: str, value: Any) -> tuple[Tensor, ...]:
    """Convert a Tensor or a tuple of Tensors to a tuple; raise TypeError for anything else."""
    tensors = value if isinstance(value, tuple) else (value,)
    for t in tensors:
        if not isinstance(t, Tensor):
            raise TypeError(
                f"{name}: expected {what} to be a Tensor or a tuple of Tensors, "
                f"got {type(t).__name__}"
            )
    return tensors


def _single(name: str, y: Any) -> Tensor:
    """Reshape a result with one element to (); raise RuntimeError for any other result."""
    if not isinstance(y, Tensor) or y.numel() != 1:
        got = f"shape {y.shape}" if isinstance(y, Tensor) else type(y).__name__
        raise RuntimeError(f"{name}: expected a result of one element, got {got}")
    return reshape(y, ())


def _vector(name: str, v: Any, like: Sequence[Tensor]) -> list[Tensor]:
    """Return the vector v as a list of Tensors; for a single element, the default is 1."""
    expected = [t.shape for t in like]
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            only = "(optional only if v has one element)"
            raise RuntimeError(f"{name}: expected v of shapes {expected} {only}, got None")
        return [wrap(np.ones_like(like[0].array))]
    tensors = _tuple(name, "v", v)
    shapes = [t.shape for t in tensors]
    if shapes != expected:
        raise RuntimeError(f"{name}: expected v of shapes {expected}, got {shapes}")
    return list(tensors)


def _gradients(
    y: Sequence[Tensor], x: Sequence[Tensor], v: Sequence[Tensor | None], create: bool
) -> Sequence[Tensor | None]:
    """Return the vector-Jacobian product for each x, or None if y doesn't depend on that x."""
    pairs = [(y_k, v_k) for y_k, v_k in zip(y, v, strict=True) if y_k.requires_grad]
    if not pairs:
        return [None] * len(x)
    ys, vs = zip(*pairs, strict=True)
    return walk.grad(ys, x, vs, retain_graph=True, create_graph=create, allow_unused=True)


def _filled(
    name: str, gradients: Any, x: Sequence[Tensor], create: bool, strict: bool, what: str
) -> list[Tensor]:
    """Replace gradients that are None with zeros; if ``strict``, raise RuntimeError instead."""
    for i, g in enumerate(gradients):
        if strict and (g is None or (create and not g.requires_grad)):
            part = "" if g is None else "the derivative of "
            raise RuntimeError(
                f"{name}: {part}{what} does not depend on input {i}; "
                "pass strict=False to get zeros"
            )
    return [
        wrap(np.zeros_like(x_i.array)) if g is None else g
        for g, x_i in zip(gradients, x, strict=True)
    ]


def _block(rows: list[Tensor], y: Tensor, x: Tensor) -> Tensor:
    """Stack the rows of the Jacobian dy/dx into a Tensor of shape (*y.shape, *x.shape)."""
    if not rows:
        return wrap(np.zeros((*y.shape, *x.shape), y.dtype))
    return reshape(stack(rows), (*y.shape, *x.shape))


def _like(model: Tensors, values: Sequence[Tensor], create: bool) -> Tensors:
    """Return the values as a tuple if ``model`` is a tuple, and the single value otherwise."""
    values = tuple(v if create else v.detach() for v in values)
    return values if isinstance(model, tuple) else values[0]
