"""The relative error between two gradients, and the error of differences by step size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..checks import entries, function, one_of, reals
from . import values
from .differences import POWERS, numerical_gradient

__all__ = ["ErrorAgainstStep", "error_against_step", "relative_error"]

Array = np.ndarray


def relative_error(a: Array | Sequence[Array], b: Array | Sequence[Array]) -> float:
    r"""Measure the difference of two gradients against their size.

    .. math:: \frac{\|a - b\|}{\|a\| + \|b\|}

    Below about 1e-7 for a right derivative checked by central differences in float64; near 1
    for a wrong one; 0 if both are 0.

    Parameters
    ----------
    a, b : (...) float, or lists of arrays
        Gradients of the same shapes; several arrays count as one long vector.

    Returns
    -------
    float
        From 0 (equal) to 1 (opposite, or one of them 0).

    Raises
    ------
    ValueError
        If the shapes differ, or a number is not finite.

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
    """Return one array or several as a list."""
    several = isinstance(a, (list, tuple)) and any(isinstance(part, np.ndarray) for part in a)
    parts = a if several else [a]
    return [reals("relative_error", "a and b", part) for part in parts]


def _shapes(a: Array | Sequence[Array]) -> list[tuple]:
    """Return the shape of each array."""
    return [array.shape for array in _arrays(a)]


def _vector(a: Array | Sequence[Array]) -> Array:
    """Return the entries of all arrays as one vector."""
    return np.concatenate([array.ravel() for array in _arrays(a)]).astype(np.float64)


class ErrorAgainstStep(NamedTuple):
    """The result of ``error_against_step``, with an entry for each step.

    Attributes
    ----------
    h : (K,) float
        The steps.
    error : (K,) float
        The largest absolute error of the numerical gradient, measured.
    truncation : (K,) float
        The error that exact arithmetic would make, by the first neglected term.
    rounding : (K,) float
        About how much the rounding of f adds.
    """

    h: Array
    error: Array
    truncation: Array
    rounding: Array

    @property
    def best(self) -> float:
        """The step of the smallest error."""
        return float(self.h[self.error.argmin()])


def error_against_step(
    f: Callable[[Array], float],
    x: Array,
    gradient: Array,
    *,
    method: str = "central",
    h: Array | None = None,
) -> ErrorAgainstStep:
    r"""Measure the error of a numerical gradient for many steps, beside what theory expects.

    .. math:: \text{truncation} = \frac{h}{2} |f''| \text{ or } \frac{h^2}{6} |f'''|, \quad
        \text{rounding} = \varepsilon \frac{|f| + |x f'|}{h}

    one-sided or central; of a complex step the rounding is ε |f'|.

    Parameters
    ----------
    f, x, method
        As for ``numerical_gradient``.
    gradient : (...) float
        The true derivative, of the shape of x.
    h : (K,) float, optional
        The steps; by default from 0.1 down to the smallest that still moves x, ten for each
        power of ten (for complex steps to 1e-30).

    Returns
    -------
    ErrorAgainstStep

    Raises
    ------
    ValueError
        If gradient has not the shape of x, or as for ``numerical_gradient``.

    Source: Nocedal and Wright (2006), section 8.1; chapter "Gradient checking".

    >>> found = error_against_step(np.exp, 1.0, np.exp(1.0))
    >>> 1e-7 < found.best < 1e-4  # near ε^(1/3) = 6e-6
    True
    """
    name = "error_against_step"
    function(name, "f", f)
    x = entries(name, "x", x, kinds="iuf")
    one_of(name, "method", method, POWERS)
    gradient = entries(name, "gradient", gradient, kinds="iuf")
    if gradient.shape != x.shape:
        raise ValueError(
            f"{name}: expected gradient {x.shape}, the shape of x, got {gradient.shape}"
        )
    eps = np.finfo(x.dtype).eps
    h = (
        _grid(x, eps, method)
        if h is None
        else np.atleast_1d(entries(name, "h", h, kinds="iuf"))
    )
    if h.ndim > 1 or not (h > 0).all():
        raise ValueError(f"{name}: expected steps h (K,) above 0, got {h}")
    found = [numerical_gradient(f, x, method=method, h=float(step)) for step in h]
    error = [np.abs(g.astype(np.float64) - gradient).max() for g in found]
    second, third = _curvature(f, x)
    truncation = h**2 / 6 * third if method in ("central", "complex") else h / 2 * second
    size = np.abs(gradient).max()
    if method != "complex":
        size = (abs(_value(f, x)) + np.abs(x * gradient).max()) / h
    return ErrorAgainstStep(h, np.array(error), truncation, eps * size * np.ones_like(h))


def _grid(x: Array, eps: float, method: str) -> Array:
    """Return step sizes from 0.1 down to where rounding dominates, ten to each power of ten."""
    last = 30 if method == "complex" else -np.log10(2 * eps * np.maximum(1, np.abs(x).max()))
    return 10.0 ** -np.arange(1, last, 0.1)


def _curvature(f: Callable, x: Array) -> tuple[float, float]:
    """Return estimates of the largest second and third derivatives of f along the axes."""
    x = x.astype(np.float64)
    second, third, h = [], [], 1e-3
    for index in np.ndindex(x.shape):
        points = np.repeat(x[None], 5, axis=0)
        points[(slice(None), *index)] += h * np.arange(-2, 3)
        y = [_value(f, point) for point in points]
        second.append((y[3] - 2 * y[2] + y[1]) / h**2)
        third.append((y[4] - 2 * y[3] + 2 * y[1] - y[0]) / (2 * h**3))
    return float(np.abs(second).max()), float(np.abs(third).max())


def _value(f: Callable, x: Array) -> float:
    """Return f(x) as a Python float."""
    return float(values.one_number("error_against_step", f, x))
