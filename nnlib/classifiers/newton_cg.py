"""The squared hinge loss by Newton's method, with conjugate gradients for each step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__: list[str] = []

Array = np.ndarray


def newton_cg(
    X: Array, S: Array, C: float, max_iter: int, tol: float
) -> tuple[Array, list[float], float]:
    r"""Return W (K, D), the objective P before each step and at the end, and an error bound.

    .. math::
        M &= \max(0,\ 1 - S \odot X W^\top), \qquad
        P = \tfrac12 \|W\|^2 + C \|M\|^2 \\
        G &= W - 2C\, (S \odot M)^\top X, \qquad
        H v = v + 2C\, X^\top (\mathbb 1(M > 0) \odot X v)

    Each class, with ±1 in its column of S (N, K), has its own row of W and its own steps; they
    are taken together. The multipliers 2CM are a point of the dual problem, and its objective
    is P - ‖G‖²/2: by so much P can be above the least at most.

    Source: Keerthi and DeCoste (2005), "A modified finite Newton method"; Chapelle (2007),
    section 4.
    """
    W, curve = np.zeros((S.shape[1], X.shape[1])), []
    scores = X @ W.T
    while True:
        M = np.maximum(1 - S * scores, 0)
        rows = (W**2).sum(axis=1) / 2 + C * (M**2).sum(axis=0)
        G = W - 2 * C * (S * M).T @ X
        curve.append(float(rows.sum()))
        gap = float(np.sum(G**2)) / 2 / curve[-1]
        if gap <= tol or len(curve) > max_iter:
            return W, curve, gap
        active = M > 0

        def curvature(V: Array, active: Array = active) -> Array:
            return V + 2 * C * (active * (X @ V.T)).T @ X

        V = conjugate_gradients(curvature, -G)
        change = X @ V.T
        length = _lengths(W, V, scores, change, S, C, rows, (G * V).sum(axis=1))
        W, scores = W + length[:, None] * V, scores + length * change


def conjugate_gradients(curvature: Callable[[Array], Array], B: Array) -> Array:
    """Return rows V with ‖HV - B‖ ≤ ‖B‖/10, where each row has its own Hessian H.

    Source: Nocedal and Wright (2006), algorithm 5.2.
    """
    V, R, P = np.zeros_like(B), B.copy(), B.copy()
    r = (R**2).sum(axis=1)
    enough = 0.01 * r
    while (open_ := r > enough).any():
        HP = curvature(P)
        alpha = np.where(open_, r / _positive((P * HP).sum(axis=1)), 0)
        V += alpha[:, None] * P
        R -= alpha[:, None] * HP
        old, r = r, (R**2).sum(axis=1)
        P = R + (r / _positive(old))[:, None] * P
    return V


def _positive(x: Array) -> Array:
    """Return max(x, tiny), which as a divisor makes 0/0 zero."""
    return np.maximum(x, np.finfo(float).tiny)


def _lengths(
    W: Array, V: Array, Z: Array, change: Array, S: Array, C: float, P: Array, slope: Array
) -> Array:
    """Return each row's step length, the largest of 1, 1/2, 1/4, … with sufficient decrease."""
    length = np.ones(len(W))
    while length.max() > 1e-10:
        M = np.maximum(1 - S * (Z + length * change), 0)
        new = ((W + length[:, None] * V) ** 2).sum(axis=1) / 2 + C * (M**2).sum(axis=0)
        far = new > P + 1e-4 * length * slope + 1e-14 * P
        if not far.any():
            break
        length[far] /= 2
    return length
