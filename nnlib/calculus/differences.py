"""Gradient, Jacobian and Hessian by finite differences, and the error between gradients.

The functions in this module use NumPy arrays of any shape; to check the derivatives of Tensors,
use ``nnlib.autograd.gradcheck``. Forward and backward differences are one-sided, and central
differences are two-sided. For one entry of x, let e be 1 at this entry and 0 elsewhere:

========  ==================================  ===================  ==================
method    quotient                            truncation error     default h
========  ==================================  ===================  ==================
forward   (f(x + he) - f(x)) / h              h f''/2              ε^(1/2)
backward  (f(x) - f(x - he)) / h              h f''/2              ε^(1/2)
central   (f(x + he) - f(x - he)) / 2h        h² f'''/6            ε^(1/3)
complex   Im f(x + ihe) / h                   h² f'''/6            1e-20
========  ==================================  ===================  ==================

Rounding adds an error of about ε |f| / h, where ε is the distance from 1 to the next number of
x's dtype. The sum of both errors is smallest near the default h. Forward differences then have
half as many correct digits as the dtype, and central differences two thirds as many. The
complex step has no subtraction, so h can be tiny.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..checks import entries, one_of, reals
from . import values

__all__ = ["numerical_gradient", "numerical_hessian", "numerical_jacobian", "relative_error"]

Array = np.ndarray
POWERS = {"forward": 1 / 2, "backward": 1 / 2, "central": 1 / 3, "complex": None}
POWERS_OF_HESSIAN = {"forward": 1 / 3, "central": 1 / 4, "complex": 1 / 3}
TINY = 1e-20
LAYOUTS = ("numerator", "denominator")


def numerical_gradient(
    f: Callable[[Array], float],
    x: Array,
    *,
    method: str = "central",
    h: float | None = None,
    layout: str = "denominator",
) -> Array:
    r"""Approximate the derivative of a function that returns one number.

    .. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}

    Parameters
    ----------
    f : function
        Takes an array with the shape of x and returns one number.
    x : (...) float
        The point. The dtype determines the accuracy; integers are converted to float64.
    method : str
        "forward" or "backward" (n + 1 evaluations of f for n entries), "central" (2n
        evaluations), or "complex" (n evaluations, exact up to rounding errors, but f must be
        analytic and accept complex numbers).
    h : float, optional
        The step for all entries. Default: the value in the module's table, multiplied by
        max(1, |entry|) for differences.
    layout : str
        "denominator" returns the shape of x, and "numerator" reverses its axes.

    Returns
    -------
    (...) float, of the dtype of x

    Raises
    ------
    ValueError
        If f returns several numbers or a number that is not finite, x is empty or not finite,
        h is not positive or so small that x + h = x, or method or layout is unknown.
    TypeError
        If x or h is not real, or f does not return numbers or does not support a complex step.

    Source: Goodfellow et al. (2016), section 11.5; chapter "Gradient checking".

    >>> numerical_gradient(lambda x: x[0] * x[1] ** 2, [3.0, 2.0]).round(6)
    array([ 4., 12.])
    """
    name = "numerical_gradient"
    x = entries(name, "x", x, kinds="iuf")
    one_of(name, "layout", layout, LAYOUTS)
    value = partial(values.one_number, name, f)
    gradient = _jacobian(name, value, x, method, h).astype(x.dtype)
    return gradient.T if layout == "numerator" else gradient


def numerical_jacobian(
    f: Callable[[Array], Array],
    x: Array,
    *,
    method: str = "central",
    h: float | None = None,
    layout: str = "numerator",
) -> Array:
    r"""Approximate the derivatives of a function that returns an array.

    .. math:: J_{ij} = \frac{\partial y_i}{\partial x_j}, \quad
        \Delta y \approx J \, \Delta x

    Parameters
    ----------
    f : function
        Takes an array with the shape of x and returns an array y, whose shape is always the
        same.
    x : (...) float
        The point.
    method, h
        As in ``numerical_gradient``.
    layout : str
        "numerator" returns the axes of y followed by the axes of x (the Jacobian, as in
        PyTorch). "denominator" returns the axes of x followed by the axes of y, which for
        vectors is the transpose.

    Returns
    -------
    float, of the dtype of x
        For example, the derivative of a matrix with respect to a matrix has four axes.

    Raises
    ------
    ValueError, TypeError
        As in ``numerical_gradient``, or if the shape of y changes (ValueError).

    Source: Goodfellow et al. (2016), section 4.3.1; chapter "Matrix calculus".

    >>> A = np.array([[1.0, 2, 3], [4, 5, 6]])
    >>> numerical_jacobian(lambda x: A @ x, np.ones(3)).round(6)
    array([[1., 2., 3.],
           [4., 5., 6.]])
    >>> numerical_jacobian(lambda x: A @ x, np.ones(3), layout="denominator").shape
    (3, 2)
    """
    name = "numerical_jacobian"
    x = entries(name, "x", x, kinds="iuf")
    one_of(name, "layout", layout, LAYOUTS)
    J = _jacobian(name, values.of_one_shape(name, f), x, method, h).astype(x.dtype)
    return J if layout == "numerator" else np.moveaxis(J, range(-x.ndim, 0), range(x.ndim))


def numerical_hessian(
    f: Callable[[Array], float], x: Array, *, method: str = "central", h: float | None = None
) -> Array:
    r"""Approximate the second derivatives of a function that returns one number.

    .. math:: H_{ij} = \frac{\partial^2 f}{\partial x_i \, \partial x_j}

    "central" uses the four corners x ± h eᵢ ± h eⱼ and h = ε^(1/4). "forward" uses x, x + h eᵢ,
    x + h eⱼ and x + h eᵢ + h eⱼ, with h = ε^(1/3). "complex" uses central differences of
    complex steps, with h = ε^(1/3). The first two divide rounding errors by h², so they are
    less accurate than first differences.

    Parameters
    ----------
    f, x, h
        As in ``numerical_gradient``.
    method : str
        "central", "forward" or "complex".

    Returns
    -------
    float, of the dtype of x
        A symmetric array of shape (*x.shape, *x.shape).

    Raises
    ------
    ValueError, TypeError
        As in ``numerical_gradient``.

    Source: Nocedal and Wright (2006), section 8.1; chapter "Matrix calculus".

    >>> numerical_hessian(lambda x: x[0] ** 2 * x[1], [1.0, 3.0]).round(5)
    array([[6., 2.],
           [2., 0.]])
    """
    name = "numerical_hessian"
    x = entries(name, "x", x, kinds="iuf")
    one_of(name, "method", method, POWERS_OF_HESSIAN)
    value = partial(values.one_number, name, f)
    h = _steps_of(name, x, h, POWERS_OF_HESSIAN[method])
    places = list(np.ndindex(x.shape))
    H = np.empty((len(places), len(places)), dtype=x.dtype)
    for i, a in enumerate(places):
        for j, b in enumerate(places[: i + 1]):
            H[i, j] = H[j, i] = _second(value, x, a, b, h, method)
    return H.reshape(x.shape * 2)


def _jacobian(name: str, f: Callable, x: Array, method: str, h: float | None) -> Array:
    """Return the Jacobian (*y.shape, *x.shape) by finite differences."""
    one_of(name, "method", method, POWERS)
    h = _steps_of(name, x, h, POWERS[method])
    y = f(_moved(x)) if method in ("forward", "backward") else None
    columns = [_first(f, x, index, h[index], method, y) for index in np.ndindex(x.shape)]
    return np.stack(columns, axis=-1).reshape((*columns[0].shape, *x.shape))


def _first(f: Callable, x: Array, index: tuple, h: float, method: str, y: Any) -> Any:
    """Return the difference quotient of f with respect to one entry of x."""
    match method:
        case "forward":
            return (f(_moved(x, (index, h))) - y) / h
        case "backward":
            return (y - f(_moved(x, (index, -h)))) / h
        case "central":
            return (f(_moved(x, (index, h))) - f(_moved(x, (index, -h)))) / (2 * h)
    return f(_moved(x, (index, 1j * h))).imag / h


def _second(f: Callable, x: Array, a: tuple, b: tuple, h: Array, method: str) -> Any:
    """Return the second difference quotient of f with respect to two entries of x."""

    def corner(s: complex, t: complex) -> Any:
        """Return f(x + s hₐ eₐ + t h_b e_b)."""
        return f(_moved(x, (a, s * h[a]), (b, t * h[b])))

    match method:
        case "forward":
            return (corner(1, 1) - corner(1, 0) - corner(0, 1) + corner(0, 0)) / (h[a] * h[b])
        case "central":
            rise = corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)
            return rise / (4 * h[a] * h[b])
    tiny = 1j * TINY / h[a]
    return (corner(tiny, 1).imag - corner(tiny, -1).imag) / (2 * TINY * h[b])


def _moved(x: Array, *steps: tuple[tuple, complex]) -> Array:
    """Add steps to some entries of a copy of x, which is complex if a step is complex."""
    is_complex = any(np.iscomplexobj(step) for _, step in steps)
    x = x.astype(np.result_type(x, np.complex64) if is_complex else x.dtype)
    for index, step in steps:
        x[index] += step
    return x


def _steps_of(name: str, x: Array, h: float | None, power: float | None) -> Array:
    """Return the step size for each entry of x; raise ValueError if x + h rounds to x."""
    if h is None:
        size = np.maximum(1, np.abs(x))
        h = np.full_like(x, TINY) if power is None else np.finfo(x.dtype).eps ** power * size
        h = h.astype(x.dtype)
        return h if power is None else (x + h) - x  # the actual step after rounding x + h
    if isinstance(h, bool) or not isinstance(h, int | float | np.number):
        raise TypeError(f"{name}: expected h to be a number, got {type(h).__name__}")
    if not (0 < h < np.inf):
        raise ValueError(f"{name}: expected 0 < h < inf, got {h}")
    if power is not None and (x + np.asarray(h, x.dtype) == x).any():
        raise ValueError(f"{name}: expected x + h to differ from x in every entry, got h={h:g}")
    return np.full_like(x, h)


def relative_error(a: Array | Sequence[Array], b: Array | Sequence[Array]) -> float:
    r"""Measure the difference between two gradients relative to their size.

    .. math:: \frac{\|a - b\|}{\|a\| + \|b\|}

    If you check a correct derivative with central differences in float64, the error is below
    about 1e-7. A wrong derivative usually gives a much larger error, up to 1. If both gradients
    are 0, so is the error.

    Parameters
    ----------
    a, b : (...) float, or lists of arrays
        Gradients with the same shapes. A list of arrays counts as one long vector.

    Returns
    -------
    float
        From 0 (equal) to 1 (opposite directions, or only one of them is 0).

    Raises
    ------
    ValueError, TypeError
        If the shapes differ or a number is not finite (ValueError), or is not real (TypeError).

    Source: Ng, Deep Learning Specialization, course 2, week 1; chapter "Gradient checking".

    >>> relative_error([3.0, 4.0], [3.0, 4.0])
    0.0
    >>> relative_error(np.array([1.0, 2.0]), np.array([-1.0, -2.0]))
    1.0
    """
    u, v = _vector(a), _vector(b)
    shapes = _shapes(a), _shapes(b)
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"relative_error: expected a and b of equal shapes, got {shapes[0]} and {shapes[1]}"
        )
    if not np.isfinite([*u, *v]).all():
        raise ValueError("relative_error: expected finite a and b")
    size = np.linalg.norm(u) + np.linalg.norm(v)
    return float(np.linalg.norm(u - v) / size) if size else 0.0


def _arrays(a: Array | Sequence[Array]) -> list[Array]:
    """Convert an array, or a list of arrays, to a list of arrays."""
    several = isinstance(a, (list, tuple)) and any(isinstance(part, np.ndarray) for part in a)
    parts = a if several else [a]
    return [reals("relative_error", "a and b", part) for part in parts]


def _shapes(a: Array | Sequence[Array]) -> list[tuple]:
    """Return the shape of each array."""
    return [array.shape for array in _arrays(a)]


def _vector(a: Array | Sequence[Array]) -> Array:
    """Return the entries of all arrays as one vector."""
    return np.concatenate([array.ravel() for array in _arrays(a)]).astype(np.float64)
