"""Derivatives of functions: products with vectors, and whole matrices.

Every function here takes a function of one or several Tensors and the point at which to
differentiate it, a Tensor or a tuple of them; where either is a tuple, so is the answer.
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
    r"""Compute all partial derivatives of a function, one walk back for each element of y.

    .. math:: J_{ij} = \partial y_i / \partial x_j

    Parameters
    ----------
    func : function
        Maps Tensors to a Tensor or a tuple of them.
    inputs : Tensor or tuple of Tensor
        The point x.
    create_graph : bool
        Record the walks, for derivatives of the Jacobian.
    strict : bool
        Whether a result that does not depend on an input is an error rather than zeros.

    Returns
    -------
    Tensor of shape (*y.shape, *x.shape)
        For a tuple of results, or of inputs, a tuple of them; for both, a tuple of tuples.

    Raises
    ------
    TypeError
        If func gives, or inputs is, anything else.
    RuntimeError
        With ``strict``, if a result does not depend on an input.

    Source: Goodfellow et al. (2016), section 4.3.1; chapter "Derivatives of many variables".

    >>> jacobian(lambda x: x * x, Tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    with enable_grad():
        x, y, given = _applied("jacobian", func, inputs, create_graph, strict)
        rows = []
        for k, y_k in enumerate(y):
            columns: list[list[Tensor]] = [[] for _ in x]
            for e in np.ndindex(y_k.shape):
                one = np.zeros(y_k.shape, y_k.dtype)
                one[e] = 1
                found = _gradients([y_k], x, [wrap(one)], create_graph)
                found = _filled("jacobian", found, x, create_graph, strict, f"result {k}")
                for column, g in zip(columns, found, strict=True):
                    column.append(g)
            blocks = [_block(c, y_k, x_i) for c, x_i in zip(columns, x, strict=True)]
            rows.append(_like(inputs, blocks, create_graph))
    return tuple(rows) if isinstance(given, tuple) else rows[0]


def hessian(
    func: Callable[..., Tensor],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
) -> Any:
    r"""Compute all second partial derivatives of a function with one number as result.

    .. math:: H_{ij} = \partial^2 y / \partial x_i \partial x_j

    Parameters
    ----------
    func : function
        Maps Tensors to a Tensor of one element.
    inputs, create_graph, strict
        As in ``jacobian``.

    Returns
    -------
    Tensor of shape (*x.shape, *x.shape)
        For a tuple of inputs, a tuple of tuples.

    Raises
    ------
    RuntimeError
        If the result is not one element; as ``jacobian``; or if an operation has no
        second derivative.

    Source: Goodfellow et al. (2016), section 4.3.1; chapter "Derivatives of many variables".

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
    r"""Compute a function and the product of a vector with its Jacobian: one walk back.

    .. math:: v^\top J

    Arguments as ``jacobian``; v is of the shape of the result, and may be left out where
    that has one element. Gives the result, and the product in the shape of the inputs.

    >>> vjp(lambda x: x * x, Tensor([1.0, 2.0]), Tensor([1.0, 10.0]))[1]
    tensor([ 2., 40.])
    """
    with enable_grad():
        x, y, given = _applied("vjp", func, inputs, create_graph, strict)
        up = _vector("vjp", v, given, y)
        found = _gradients(y, x, up, create_graph)
        found = _filled("vjp", found, x, create_graph, strict, "the result")
    return _like(given, y, create_graph), _like(inputs, found, create_graph)


def jvp(
    func: Callable[..., Tensors],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Tensors, Tensors]:
    r"""Compute a function and the product of its Jacobian with a vector: two walks back.

    .. math:: J v = \frac{\partial}{\partial u} \left(u^\top J\right) v

    Arguments as ``jacobian``; v is of the shape of the inputs, and may be left out where
    they are one element. Gives the result, and the product in its shape.

    >>> jvp(lambda x: x * x, Tensor([1.0, 2.0]), Tensor([1.0, 10.0]))[1]
    tensor([ 2., 40.])
    """
    with enable_grad():
        x, y, given = _applied("jvp", func, inputs, create_graph, strict)
        direction = _vector("jvp", v, inputs, x)
        u = [wrap(np.zeros_like(y_k.array), requires_grad=True) for y_k in y]
        rows = _filled("jvp", _gradients(y, x, u, True), x, True, strict, "the result")
        found = _gradients(rows, u, direction, create_graph)
        found = _filled("jvp", found, y, create_graph, strict, "the result")
    return _like(given, y, create_graph), _like(given, found, create_graph)


def vhp(
    func: Callable[..., Tensor],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Tensor, Tensors]:
    r"""Compute a function of one number and the product of a vector with its Hessian.

    .. math:: v^\top H

    Arguments as ``jvp``. Gives the result, and the product in the shape of the inputs,
    without ever storing H.

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
    r"""Compute a function of one number and the product of its Hessian with a vector.

    .. math:: H v = (v^\top H)^\top

    as H is symmetric where second derivatives are continuous; otherwise as ``vhp``.

    >>> hvp(lambda x: (x**3).sum(), Tensor([1.0, 2.0]), Tensor([1.0, 1.0]))[1]
    tensor([ 6., 12.])
    """
    return _hessian_product("hvp", func, inputs, v, create_graph, strict)


def _hessian_product(
    name: str, func: Callable, inputs: Tensors, v: Any, create: bool, strict: bool
) -> tuple[Tensor, Tensors]:
    """Return func(inputs), and the product of a vector v with its Hessian."""
    with enable_grad():
        x, y, given = _applied(name, func, inputs, create, strict)
        _single(name, given)
        direction = _vector(name, v, inputs, x)
        first = _filled(name, _gradients(y, x, [None], True), x, True, strict, "the result")
        found = _gradients(first, x, direction, create)
        found = _filled(name, found, x, create, strict, "the gradient")
    return _like(given, y, create), _like(inputs, found, create)


def _applied(
    name: str, func: Callable, inputs: Tensors, create: bool, strict: bool
) -> tuple[list[Tensor], list[Tensor], Tensors]:
    """Return copies of the inputs, the list of results, and the results in func's form."""
    x = []
    for tensor in _tuple(name, "inputs", inputs):
        own = reshape(tensor, tensor.shape) if create else tensor.detach()
        x.append(own if own.requires_grad else own.requires_grad_())
    given = func(*x)
    y = list(_tuple(name, "results", given))
    for k, y_k in enumerate(y):
        if strict and not y_k.requires_grad:
            raise RuntimeError(f"{name}: result {k} does not depend on the inputs (strict)")
    return x, y, given


def _tuple(name: str, what: str, value: Any) -> tuple[Tensor, ...]:
    """Return one Tensor or several as a tuple; raise TypeError for anything else."""
    several = value if isinstance(value, tuple) else (value,)
    for t in several:
        if not isinstance(t, Tensor):
            raise TypeError(
                f"{name}: expected {what} to be a Tensor or a tuple of them, "
                f"got {type(value).__name__}"
            )
    return several


def _single(name: str, y: Any) -> Tensor:
    """Return a result of one element as a Tensor of shape (); raise RuntimeError otherwise."""
    if not isinstance(y, Tensor) or y.numel() != 1:
        got = y.shape if isinstance(y, Tensor) else type(y).__name__
        raise RuntimeError(f"{name}: expected a result of one element, got {got}")
    return reshape(y, ())


def _vector(name: str, v: Any, given: Tensors, like: Sequence[Tensor]) -> list[Tensor]:
    """Return the vector v as a list of Tensors; its default is 1 for a single element."""
    if v is None:
        if isinstance(given, tuple) or given.numel() != 1:
            raise RuntimeError(f"{name}: expected v, as there is more than one element")
        return [wrap(np.ones_like(given.array))]
    several = _tuple(name, "v", v)
    shapes, expected = [t.shape for t in several], [t.shape for t in like]
    if shapes != expected:
        raise RuntimeError(f"{name}: expected v of shapes {expected}, got {shapes}")
    return list(several)


def _gradients(
    y: Sequence[Tensor], x: Sequence[Tensor], v: Sequence[Tensor | None], create: bool
) -> Sequence[Tensor | None]:
    """Return the vector-Jacobian product for each x, or None where y does not depend on it."""
    pairs = [(y_k, v_k) for y_k, v_k in zip(y, v, strict=True) if y_k.requires_grad]
    if not pairs:
        return [None] * len(x)
    ys, vs = zip(*pairs, strict=True)
    return walk.grad(ys, x, vs, retain_graph=True, create_graph=create, allow_unused=True)


def _filled(
    name: str, gradients: Any, x: Sequence[Tensor], create: bool, strict: bool, what: str
) -> list[Tensor]:
    """Return the gradients with zeros in the place of None; raise an error if ``strict``."""
    for i, g in enumerate(gradients):
        if strict and (g is None or (create and not g.requires_grad)):
            part = "" if g is None else "the derivative of "
            raise RuntimeError(f"{name}: {part}{what} does not depend on input {i} (strict)")
    return [
        wrap(np.zeros_like(x_i.array)) if g is None else g
        for g, x_i in zip(gradients, x, strict=True)
    ]


def _block(rows: list[Tensor], y: Tensor, x: Tensor) -> Tensor:
    """Return the Jacobian of y with respect to x, (*y.shape, *x.shape), from its rows."""
    if not rows:
        return wrap(np.zeros((*y.shape, *x.shape), y.dtype))
    return reshape(stack(rows), (*y.shape, *x.shape))


def _like(given: Tensors, values: Sequence[Tensor], create: bool) -> Tensors:
    """Return values as a tuple if ``given`` is one, else the single value, detached or not."""
    values = tuple(v if create else v.detach() for v in values)
    return values if isinstance(given, tuple) else values[0]
