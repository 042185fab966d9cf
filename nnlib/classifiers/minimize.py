"""Minimizers of smooth functions: gradient descent, Newton's method, L-BFGS."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..optim import LBFGS
from ..tensor import Tensor

__all__ = ["Minimum", "gradient_descent", "lbfgs", "newton"]

Array = np.ndarray
Objective = Callable[[Array], tuple[float, Array]]


class Minimum(NamedTuple):
    """Where a minimiser stopped.

    Attributes
    ----------
    theta : array
        The point.
    n_iter : int
        Steps taken.
    losses : list of float
        The objective at each evaluation.
    slope : float
        The largest element of the gradient there, without sign.
    converged : bool
        Whether ``slope`` is at most the tolerance; for ``lbfgs`` also, whether it ended because
        no step changed the objective by more than rounding.
    """

    theta: Array
    n_iter: int
    losses: list[float]
    slope: float
    converged: bool


def gradient_descent(
    objective: Objective, theta: Array, *, lr: float, max_iter: int, tol: float
) -> Minimum:
    r"""Follow the negative gradient until it is flat.

    .. math:: \theta \leftarrow \theta - \eta\, \nabla f(\theta)

    Parameters
    ----------
    objective : function
        Takes θ and gives f(θ) and ∇f(θ).
    theta : array
        Where to start; it is not changed.
    lr : float
        Learning rate η.
    max_iter : int
        The most steps.
    tol : float
        Stop where no element of ∇f is larger.

    Returns
    -------
    Minimum

    Source: Goodfellow et al. (2016), section 4.3; chapter "Gradient descent".

    >>> at = gradient_descent(
    ...     lambda x: (float(x @ x), 2 * x), np.array([4.0]), lr=0.25, max_iter=3, tol=0
    ... )
    >>> at.theta.tolist(), at.losses
    ([0.5], [16.0, 4.0, 1.0, 0.25])
    """
    f, g = objective(theta)
    losses = [f]
    while (slope := np.abs(g).max()) > tol and len(losses) <= max_iter and np.isfinite(f):
        theta = theta - lr * g
        f, g = objective(theta)
        losses.append(f)
    return Minimum(theta, len(losses) - 1, losses, float(slope), bool(slope <= tol))


def newton(
    objective: Objective,
    hessian: Callable[[Array], Array],
    theta: Array,
    *,
    max_iter: int,
    tol: float,
) -> Minimum:
    r"""Jump to the minimum of the parabola that touches f, halving a jump that goes up.

    .. math:: \theta \leftarrow \theta - t\, H(\theta)^{-1} \nabla f(\theta), \qquad
        t \in \{1, \tfrac12, \tfrac14, \dots\}

    Parameters
    ----------
    objective, theta, max_iter, tol
        As in ``gradient_descent``.
    hessian : function
        Takes θ and gives the second derivatives of f, of shape (P, P) for P elements of θ.

    Returns
    -------
    Minimum

    Raises
    ------
    LinAlgError
        If a Hessian is singular.

    Source: Goodfellow et al. (2016), equation 4.12; Boyd and Vandenberghe (2004), algorithm
    9.5; chapter "Second-order methods".

    >>> at = newton(
    ...     lambda x: (float(x @ x), 2 * x), lambda x: 2 * np.eye(1), np.array([4.0]),
    ...     max_iter=9, tol=1e-8,
    ... )
    >>> at.theta.tolist(), at.n_iter
    ([0.0], 1)
    """
    f, g = objective(theta)
    losses, t = [f], 1.0
    while (slope := np.abs(g).max()) > tol and len(losses) <= max_iter and t > 1e-10:
        d = -np.linalg.solve(hessian(theta), g.ravel()).reshape(theta.shape)
        descent = np.sum(g * d)
        t = 2.0
        while True:
            t /= 2
            new_f, new_g = objective(theta + t * d)
            if new_f <= f + 1e-4 * t * descent + 1e-14 * abs(f) or t <= 1e-10:
                break
        theta, f, g = theta + t * d, new_f, new_g
        losses.append(f)
    return Minimum(theta, len(losses) - 1, losses, float(slope), bool(slope <= tol))


def lbfgs(objective: Objective, theta: Array, *, max_iter: int, tol: float) -> Minimum:
    """Minimise by ``nnlib.optim.LBFGS``: Newton's method without a Hessian.

    Parameters
    ----------
    objective, theta, max_iter, tol
        As in ``gradient_descent``.

    Returns
    -------
    Minimum
        ``losses`` holds also the points that its line search tried.

    Source: Nocedal and Wright (2006), algorithm 7.5; chapter "Second-order methods".

    >>> at = lbfgs(
    ...     lambda x: (float(x @ x), 2 * x), np.array([4.0, 2.0]), max_iter=9, tol=1e-8
    ... )
    >>> bool(abs(at.theta).max() < 1e-8), at.converged
    (True, True)
    """
    x = Tensor(theta.copy(), requires_grad=True)
    rounding = np.finfo(float).eps * abs(objective(theta)[0])
    optimizer = LBFGS(
        [x],
        max_iter=max_iter,
        max_eval=2 * max_iter + 10,
        tolerance_grad=tol,
        tolerance_change=rounding,
        history_size=10,
        line_search_fn="strong_wolfe",
    )
    losses = []

    def closure() -> Tensor:
        f, g = objective(x.array)
        losses.append(f)
        x.grad = Tensor(g)
        return Tensor(np.array(f))

    optimizer.step(closure)
    slope, n_iter = float(np.abs(objective(x.array)[1]).max()), optimizer.state[x]["n_iter"]
    # It ends before its limits where f is flat, or no step changes f by more than rounding.
    ended = n_iter < max_iter and len(losses) < 2 * max_iter + 10
    return Minimum(x.array, n_iter, losses, slope, slope <= tol or ended)
