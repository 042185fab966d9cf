r"""One eigenvector at a time: multiply, scale to length 1, repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from ..checks import generator, number
from ..steps import Steps
from .inputs import square, vector
from .scale import expect_count, exponent

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
    from .iteration_steps import power_steps

    return Steps(power_steps(A, start if x is None else x, found), found)


def _given(
    A: Any, x: Any, rng: np.random.Generator | None, function: str
) -> tuple[Array, Array, float]:
    """Return A scaled to entries of at most 1, a start of length 1, and the scale."""
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
    """Yield the start and its iterates, without end."""
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
    """Return the first iterate whose residual is small enough."""
    expect_count(most, function, "max_iterations")
    number(function, "tol", tol, low=0)
    for k, (value, x, residual) in enumerate(islice(iterates, most + 1)):
        if residual <= tol:
            return Eigenpair(value, x, k, residual)
    raise np.linalg.LinAlgError(
        f"{function}: did not converge in {k} iterations; the residual is {residual:.1e} of "
        f"the norm of A, expected at most {tol:.1e}; the eigenvalue so far is {value:.6g}"
    )
