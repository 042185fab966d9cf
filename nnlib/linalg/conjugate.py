"""The conjugate gradient method for symmetric positive definite systems."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..checks import number, whole
from ..steps import Step, Steps, run
from .elimination import StepGenerator
from .exact import zeros
from .inputs import symmetric, vector
from .writing import tex, text

__all__ = ["ConjugateGradient", "conjugate_gradient"]

Array = np.ndarray


class ConjugateGradient(NamedTuple):
    """The solution, the iterates (k + 1, n) with the start, and their residuals' norms."""

    x: Array
    iterates: Array
    residuals: Array


def conjugate_gradient(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    tolerance: float = 1e-12,
    max_iterations: int | None = None,
    exact: bool = False,
    steps: bool = False,
) -> ConjugateGradient | Steps:
    r"""Solve A x = b by conjugate gradients.

    .. math::
        \alpha &= \frac{r^\top r}{p^\top A p}, \qquad
        x \leftarrow x + \alpha p, \qquad r' = r - \alpha A p \\
        \beta &= \frac{r'^\top r'}{r^\top r}, \qquad p \leftarrow r' + \beta p

    In exact numbers it is done after as many iterations as A has distinct eigenvalues.

    Parameters
    ----------
    A : (n, n) array_like
        Symmetric positive definite.
    b : (n,) array_like
        The right-hand side.
    x0 : (n,) array_like, optional
        Where to start; by default 0.
    tolerance : float
        How small the residual b - A x must become, as a fraction of b's length; where b is 0,
        of the first residual's.
    max_iterations : int, optional
        How often at most; by default 10 n, since rounding can make it more than n.
    exact : bool
        Whether to compute with fractions, until the residual is 0.
    steps : bool
        Whether to return the `Steps`, exact.

    Returns
    -------
    ConjugateGradient or Steps

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square, or proves not to be positive definite, or the residual is still too
        large after the last iteration: it says how large.
    TypeError, ValueError
        If A and b are not of finite real numbers, A is not symmetric, they do not fit, or
        the tolerance is negative.

    Source: Nocedal and Wright (2006), algorithm 5.2; chapter "Line search and
    conjugate gradients".

    >>> conjugate_gradient([[4, 1], [1, 3]], [1, 2], [2, 1]).x.round(4)
    array([0.0909, 0.6364])
    """
    A = symmetric(A, "conjugate_gradient", exact=exact or steps)
    b = vector(b, "conjugate_gradient", "b", exact=exact or steps)
    x = zeros(len(A), like=A) if x0 is None else x0
    x = vector(x, "conjugate_gradient", "x0", exact=exact or steps)
    if not len(A) == len(b) == len(x):
        raise ValueError(
            f"conjugate_gradient: expected b and x0 with {len(A)} entries, "
            f"got {len(b)} and {len(x)}"
        )
    number("conjugate_gradient", "tolerance", tolerance, low=0)
    most = 10 * len(A) if max_iterations is None else max_iterations
    whole("conjugate_gradient", "max_iterations", most, low=0)
    if A.dtype == object:
        return run(_conjugate_gradient(A, b, x, 0.0, most), steps=steps)
    size = max(abs(b).max(initial=0.0), abs(x).max(initial=0.0)) or 1.0  # squares would vanish
    found = run(_conjugate_gradient(A, b / size, x / size, tolerance, most))
    return ConjugateGradient(*(size * part for part in found))


def _conjugate_gradient(
    A: Array, b: Array, x: Array, tolerance: float, most: int
) -> StepGenerator:
    """Yield the steps of the conjugate gradient method, and return its result."""
    r = b - A @ x
    p, iterates, squares = r, [x], [r @ r]
    whole = float(b @ b or r @ r)
    yield lambda: Step(
        f"Start at {text(x)} with the residual b − A x = {text(r)}, the first direction p.",
        _state(x, r, 0),
    )
    while not squares[-1] <= tolerance**2 * whole:
        k = len(squares)
        if k > most:
            raise np.linalg.LinAlgError(_unfinished(most, squares, whole, tolerance))
        curvature = p @ A @ p
        if curvature <= 0:
            raise np.linalg.LinAlgError(
                "conjugate_gradient: expected a positive definite matrix, "
                f"but p'Ap / p'p is {text(curvature / (p @ p))} in iteration {k}"
            )
        alpha = squares[-1] / curvature
        x, r = x + alpha * p, r - alpha * (A @ p)
        beta = (r @ r) / squares[-1]
        iterates.append(x)
        squares.append(r @ r)
        yield lambda k=k, a=alpha, p=p, x=x, r=r: Step(
            f"Go α = {text(a)} times along p = {text(p)}: x = {text(x)}, "
            f"where the residual is {text(r)}.",
            rf"\alpha = \frac{{r^\top r}}{{p^\top A p}} = {tex(a)}, \quad {_state(x, r, k)}",
        )
        p = r + beta * p
        if squares[-1] > 0:
            yield lambda b=beta, p=p: Step(
                f"The next direction is the residual plus β = {text(b)} times the last one: "
                f"p = {text(p)}.",
                rf"\beta = {tex(b)}, \quad p = {tex(p)}",
            )
    lengths = np.sqrt(np.array(squares, dtype=float))
    return ConjugateGradient(x, np.array(iterates), lengths)


def _state(x: Array, r: Array, k: int) -> str:
    """Return an iterate and its residual as a formula."""
    return rf"x_{{{k}}} = {tex(x)}, \quad r_{{{k}}} = {tex(r)}"


def _unfinished(most: int, squares: list, whole: float, tolerance: float) -> str:
    """Return the error message if the residual is still too large after all iterations."""
    first, last = ((float(square) / whole) ** 0.5 for square in (squares[0], squares[-1]))
    return (
        f"conjugate_gradient: no convergence in {most} iterations: the relative residual went "
        f"from {first:.3g} to {last:.3g}, expected at most {tolerance:.3g}"
    )
