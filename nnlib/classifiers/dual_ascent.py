"""Dual coordinate ascent for hinge losses: one sample's multipliers at a time."""

from __future__ import annotations

import numpy as np

from .base import batches
from .hinge import combined, margins

__all__: list[str] = []

Array = np.ndarray
BLOCK = 32  # samples whose margins are computed together


def dual_ascent(
    loss: str,
    X: Array,
    t: Array,
    C: float,
    rng: np.random.RandomState,
    max_iter: int,
    tol: float,
) -> tuple[Array, list[float], float]:
    r"""Return W (K, D), the objective P after each epoch, and the gap (P - D) / P at the end.

    Margin j of sample n is missed by m, and has a multiplier a; W is made of the samples,

    .. math:: W = \sum_n (s_n \odot a_n)\, x_n^\top

    with s = ±1, one class against the rest, or s = -1 for differences of scores, where the
    class itself has a multiplier too, so that each row of a has a constant sum: 0, or C.
    The dual objective D has slope m in a and curvature ‖x‖².
    """
    classes = np.arange(t.max() + 1)
    own = t[:, None] == classes
    S, A = np.full(own.shape, -1.0), np.zeros(own.shape)
    if loss == "hinge":
        S[own] = 1
        S, A = (S[:, 1:], A[:, 1:]) if len(classes) == 2 else (S, A)
    elif loss == "crammer_singer":
        A[own] = C
    W, curve = np.zeros((S.shape[1], X.shape[1])), []
    for _ in range(max_iter):
        _epoch(loss, X, t, S, C, A, W, rng.permutation(len(X)))
        P, D = _objectives(loss, X, t, S, C, A, W)
        curve.append(P)
        gap = (P - D) / P
        if gap <= tol:
            break
    return W, curve, gap


def _epoch(
    loss: str, X: Array, t: Array, S: Array, C: float, A: Array, W: Array, order: Array
) -> None:
    """Update the multipliers A and the weights W in place, in one pass over the samples."""
    step, q = STEPS[loss], np.maximum((X**2).sum(axis=1), np.finfo(float).tiny)
    for block in batches(order, BLOCK):
        M = missed(X[block] @ W.T, t[block], S[block], loss)
        # Most samples are where they should be. W moves within a block, so this is a guess;
        # the gap of the whole epoch is not.
        for n in block[movable(M, A[block], C, loss)]:
            x, a, s = X[n], A[n], S[n]
            m = missed((W @ x)[None], t[n : n + 1], s, loss)[0]
            new = step(a + m / q[n], C, t[n])
            W += (s * (new - a))[:, None] * x
            A[n] = new


def missed(Z: Array, t: Array, S: Array, loss: str) -> Array:
    """Return the violation 1 - margin of each margin, (N, K), positive where it is not met."""
    return 1 - S * Z if loss == "hinge" else margins(Z, t, loss)


def movable(M: Array, A: Array, C: float, loss: str) -> Array:
    """Return a mask (N,) of samples whose multipliers can change so that D grows."""
    if loss == "crammer_singer":  # shifted from one margin to another that is missed by more
        return M.max(axis=1) > np.where(A > 0, M, np.inf).min(axis=1)
    return ((M > 0) & (A < C) | (M < 0) & (A > 0)).any(axis=1)


def step_hinge(v: Array, C: float, k: int) -> Array:
    """Return the projection of v onto the box 0 ≤ a ≤ C."""
    return np.minimum(np.maximum(v, 0), C)


def step_crammer_singer(v: Array, C: float, k: int) -> Array:
    """Return the projection of v onto the simplex a ≥ 0 with sum C.

    It is max(v - θ, 0), with θ such that the sum is C.

    Source: Duchi et al. (2008), "Efficient projections onto the l1-ball", figure 1.
    """
    top = np.sort(v)[::-1]
    theta = ((np.cumsum(top) - C) / np.arange(1, len(v) + 1)).max()
    return np.maximum(v - theta, 0)


def step_weston_watkins(v: Array, C: float, k: int) -> Array:
    """Return the projection of v onto sum 0 and 0 ≤ a ≤ C for all but the class k.

    It is v + λ within the limits. Its sum grows with λ in pieces of lines, so λ is exact.
    """
    own, ends = v[k], np.concatenate([-v, C - v])
    at = np.sort(np.append(ends, -own - len(v) * C))
    inside = np.minimum(np.maximum(v + at[:, None], 0), C)
    inside[:, k] = own + at
    lam = np.interp(0.0, inside.sum(axis=1), at)
    a = np.minimum(np.maximum(v + lam, 0), C)
    a[k] = own + lam
    return a


STEPS = {
    "hinge": step_hinge,
    "weston_watkins": step_weston_watkins,
    "crammer_singer": step_crammer_singer,
}


def _objectives(
    loss: str, X: Array, t: Array, S: Array, C: float, A: Array, W: Array
) -> tuple[float, float]:
    """Return the primal objective P and the dual objective D; D ≤ P, equal at the optimum."""
    M, penalty = missed(X @ W.T, t, S, loss), np.sum(W**2) / 2
    P = penalty + C * combined(M, "ovr" if loss == "hinge" else loss).sum()
    own = 0 if loss == "hinge" else A[np.arange(len(t)), t].sum()
    return float(P), float(A.sum() - own - penalty)
