r"""Power iteration and its relatives: one eigenvector at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from ..checks import generator, number
from ..steps import Step, Steps
from .eigen import eig
from .exact import exact
from .inputs import square, vector
from .scale import expect_count, exponent
from .writing import tex, text

__all__ = [
    "Eigenpair",
    "Iterate",
    "power_iterates",
    "power_iteration",
]

Array = np.ndarray


class Iterate(NamedTuple):
    r"""One iterate: an eigenvalue, a unit vector (n,), and their residual.

    Attributes
    ----------
    eigenvalue : float
        The Rayleigh quotient of the vector.
    eigenvector : (n,) float
        Of length 1.
    residual : float
        :math:`\lVert Ax - \lambda x \rVert` as a part of the Frobenius norm of A.
    """

    eigenvalue: float
    eigenvector: Array
    residual: float


class Eigenpair(NamedTuple):
    """An eigenvalue, its unit eigenvector (n,), the number of iterations, the residual."""

    eigenvalue: float
    eigenvector: Array
    iterations: int
    residual: float


def power_iterates(
    A: Any, x: Any = None, *, rng: np.random.Generator | None = None
) -> Iterator[Iterate]:
    """Yield what power iteration goes through, without end: take as many as you like.

    Parameters
    ----------
    A, x, rng
        As in ``power_iteration``.

    Yields
    ------
    Iterate
        The start first, scaled to length 1.

    >>> for value, x, residual in islice(power_iterates([[6, 2], [2, 3]], [1, 0]), 4):
    ...     print(f"{value:.4f}", (x / x[0]).round(4))
    6.0000 [1. 0.]
    6.9000 [1.     0.3333]
    6.9917 [1.   0.45]
    6.9993 [1.     0.4855]
    """
    A, x, scale = _given(A, x, rng, "power_iterates")
    return _iterates(A, x, scale, lambda x, value: A @ x)


def power_iteration(
    A: Any,
    x: Any = None,
    *,
    rng: np.random.Generator | None = None,
    tol: float = 1e-12,
    max_iterations: int = 10_000,
    steps: bool = False,
) -> Eigenpair | Steps:
    r"""Return the eigenvalue of largest modulus and its eigenvector.

    .. math:: x_{k+1} = \frac{A x_k}{\lVert A x_k \rVert}, \qquad
        \angle(x_k, u_1) \sim \left| \frac{\lambda_2}{\lambda_1} \right|^k

    Parameters
    ----------
    A : (n, n) real numbers
        With a single real eigenvalue of largest modulus.
    x : (n,) real numbers, optional
        The start, not zero: a random direction if not given. A start at right angles to what
        is sought finds another eigenvector, as long as rounding errors allow.
    rng : numpy.random.Generator, optional
        Draws the start; ``default_rng(0)`` if not given.
    tol : float
        The residual :math:`\lVert Ax - \lambda x \rVert / \lVert A \rVert_F` that is enough.
    max_iterations : int
        How often to multiply at most.
    steps : bool
        Whether to tell each iterate (the first twelve) with its Rayleigh quotient, how much
        nearer it came, and how much was to be expected.

    Returns
    -------
    Eigenpair or Steps

    Raises
    ------
    TypeError, ValueError
        If A and x are not finite real numbers of fitting shapes, or x is zero; LinAlgError if
        A is not square.
    numpy.linalg.LinAlgError
        If the residual is still too large in the end, as for a pair of complex or of opposite
        eigenvalues; it says how large, and after how many iterations.

    Source: Trefethen and Bau (1997), algorithm 27.1; chapter "Eigenvalues and eigenvectors".

    >>> value, x, iterations, residual = power_iteration([[6, 2], [2, 3]], [1, 0])
    >>> round(value, 10), (x / x[1]).round(10), iterations
    (7.0, array([2., 1.]), 22)
    """
    M, start, scale = _given(A, x, rng, "power_iteration")
    found = _settled(
        _iterates(M, start, scale, lambda x, value: M @ x),
        tol,
        max_iterations,
        "power_iteration",
    )
    if not steps:
        return found
    return Steps(_power_steps(A, start if x is None else x, found), found)


def _given(
    A: Any, x: Any, rng: np.random.Generator | None, function: str
) -> tuple[Array, Array, float]:
    """Return A scaled to entries of at most 1, a unit vector to start from, and the scale."""
    A = square(A, function)
    if not len(A):
        raise ValueError(f"{function}: expected a matrix A of at least 1 row, got (0, 0)")
    rng = np.random.default_rng(0) if rng is None else generator(function, rng)
    if x is None:
        x = rng.standard_normal(len(A))
    x = vector(x, function)
    if x.shape != (len(A),):
        raise ValueError(f"{function}: expected x of shape ({len(A)},), got {x.shape}")
    if not x.any():
        raise ValueError(f"{function}: expected x other than zero, got zeros")
    x = np.ldexp(x, -exponent(x))
    e = exponent(A)
    return np.ldexp(A, -e), x / np.linalg.norm(x), 2.0**e


def _iterates(
    A: Array, x: Array, scale: float, step: Callable[[Array, float], Array]
) -> Iterator[Iterate]:
    """Yield the start and then its iterates, endlessly."""
    size = np.linalg.norm(A) or 1.0
    while True:
        Ax = A @ x
        value = float(x @ Ax)
        yield Iterate(value * scale, x, float(np.linalg.norm(Ax - value * x) / size))
        x = step(x, value)
        length = np.linalg.norm(x)
        if length == 0:  # Ax = 0: x was an eigenvector, of the eigenvalue 0
            return
        x = x / length


def _settled(iterates: Iterator[Iterate], tol: float, most: int, function: str) -> Eigenpair:
    """Return the first iterate whose residual is at most ``tol``."""
    expect_count(most, function, "max_iterations")
    number(function, "tol", tol, low=0)
    for k, (value, x, residual) in enumerate(islice(iterates, most + 1)):
        if residual <= tol:
            return Eigenpair(value, x, k, residual)
    raise np.linalg.LinAlgError(
        f"{function}: did not converge in {k} iterations; the residual is {residual:.1e} of "
        f"the norm of A, expected at most {tol:.1e}; the eigenvalue so far is {value:.6g}"
    )


def _power_steps(A: Any, x: Any, found: Eigenpair) -> list[Step]:
    """Return the steps of the power iteration, in exact numbers while these are short."""
    A, x = exact(A), _shortened(exact(x, argument="x"))
    values, vectors = eig(A.astype(np.float64))
    ratio = abs(values[1] / values[0]) if len(values) > 1 and values[0] else 0.0
    steps = [
        Step(
            f"Begin with x = {text(x)}. In the end each step is to multiply the sine of its "
            f"angle to the eigenvector by |λ₂/λ₁| = {text(float(ratio))}.",
            rf"x_0 = {tex(x)}, \quad "
            rf"\left|\frac{{\lambda_2}}{{\lambda_1}}\right| = {tex(float(ratio))}",
        )
    ]
    before = _sine(x, vectors[:, 0])
    for k in range(1, min(found.iterations, 12) + 1):
        x = _shortened(A @ x)
        after = _sine(x, vectors[:, 0])
        steps.append(_power_step(k, A, x, after, before))
        before = after
    steps.append(
        Step(
            f"After {found.iterations} iterations λ = {text(found.eigenvalue)} and "
            f"x = {text(found.eigenvector)}; the residual is {found.residual:.1e} of the norm.",
            rf"\lambda = {tex(found.eigenvalue)}, \quad x = {tex(found.eigenvector)}",
        )
    )
    return steps


def _power_step(k: int, A: Array, x: Array, after: float, before: float) -> Step:
    """Return the step with one iterate, its Rayleigh quotient and its error."""
    quotient = (x @ A @ x) / (x @ x)
    decimal = f"{float(quotient):.10g}".replace("-", "−")
    same = x.dtype == float or Fraction(f"{float(quotient):.10g}") == quotient
    sign = "=" if same else "≈"
    exactly = (
        "" if x.dtype == float or text(quotient) == decimal else f"{text(quotient)} {sign} "
    )
    nearer = f", the sine {after / before:.4f} times that before" if before else ""
    return Step(
        f"Multiply: x = {text(x)}, Rayleigh quotient {exactly}{decimal}{nearer}.",
        rf"x_{{{k}}} = {tex(x)}, \quad "
        rf"\frac{{x_{{{k}}}^\top A x_{{{k}}}}}{{x_{{{k}}}^\top x_{{{k}}}}} = {tex(quotient)}",
    )


def _shortened(x: Array) -> Array:
    """Return x if its exact numbers are short, else a unit vector of floats."""
    if x.dtype == object and max(len(str(entry)) for entry in x) <= 10:
        return x
    return _unit(x)


def _unit(x: Array) -> Array:
    """Return the unit vector in the direction of x, as floats."""
    floats = x.astype(np.float64)
    return floats / np.linalg.norm(floats)


def _sine(x: Array, u: Array) -> float:
    """Return the sine of the angle between the lines along x and u."""
    x = _unit(x)
    return float(np.linalg.norm(x - u * (u.conj() @ x)))
