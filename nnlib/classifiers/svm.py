"""The linear support vector machine, trained by dual coordinate ascent."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from .. import checks
from .base import LinearClassifier, batches, warn_unfinished, with_ones
from .hinge import combined, margins

__all__ = ["LinearSVM"]

Array = np.ndarray
BLOCK = 32  # number of samples whose margins are computed together


class LinearSVM(LinearClassifier):
    r"""Linear classifier with a hinge loss, which penalises margins below 1.

    .. math:: \min_W\ P(W) = \tfrac12 \|W\|^2 + C \sum_n \ell(W x_n, y_n)

    Each margin of sample n has a violation m and a multiplier a; at the optimum, a is 0 if m is
    negative. The samples with nonzero multipliers are the support vectors, and W is a weighted
    sum of them. The algorithm visits one sample at a time and moves its multipliers to the
    maximum of the dual objective. For the hinge loss, the update is

    .. math::
        m &= 1 - s_n \odot W x_n, \qquad
        a_n \leftarrow \min(\max(a_n + m / \|x_n\|^2,\ 0),\ C) \\
        W &\leftarrow W + (s_n \odot \Delta a_n)\, x_n^\top, \qquad s_{nk} = \pm 1

    which is the perceptron's update with an optimal step length. The dual objective D is never
    larger than P, so the gap P - D is an upper bound on the distance of P from its minimum.

    Parameters
    ----------
    C : float
        Weight of the loss relative to the penalty, > 0.
    loss : str
        "hinge" is :math:`\sum_k \max(0, m_k)`, each class against the rest; with two classes, W
        has one row. "weston_watkins" is the sum over the other classes of max(0, z_j - z_y +
        1), and "crammer_singer" is the largest of these terms. In scikit-learn's LinearSVC, the
        first is ``loss="hinge"``, and the last is ``multi_class="crammer_singer"``.
    fit_intercept : bool
        Whether there is a bias, the weight of a feature that is always 1. It is penalised like
        the other weights, as in scikit-learn.
    max_iter : int
        Maximum number of epochs.
    tol : float
        Training stops when the gap is at most tol · P.
    random_state : int, RandomState or None
        Determines the order of the samples in each epoch.

    Attributes
    ----------
    classes_, coef_, intercept_
        As in ``LinearClassifier``.
    n_iter_ : int
        Number of epochs.
    loss_curve_ : list of float
        P after each epoch.
    gap_ : float
        (P - D) / P at the end, an upper bound on the fraction by which P could still decrease.

    Raises
    ------
    ValueError, TypeError
        Raised by ``fit`` for invalid data or options, or if there is only one class.

    Source: Hsieh et al. (2008), "A dual coordinate descent method for large-scale linear SVM",
    algorithm 1; Shalev-Shwartz and Zhang (2013), "Stochastic dual coordinate ascent methods",
    for the gap; Weston and Watkins (1999); Crammer and Singer (2001), section 6; chapter
    "Support vector machines".

    >>> X, y = [[0.0], [1.0], [3.0], [4.0]], ["no", "no", "yes", "yes"]
    >>> model = LinearSVM(C=100.0, tol=1e-9, random_state=0).fit(X, y)
    >>> model.coef_.round(6).tolist(), model.intercept_.round(6).tolist()  # 1 and 3: margin 1
    ([[1.0]], [-2.0])
    >>> model.predict([[1.5], [2.5]]).tolist()
    ['no', 'yes']
    """

    def __init__(
        self,
        C: float = 1.0,
        *,
        loss: str = "hinge",
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float = 1e-2,
        random_state: Any = None,
    ):
        self.C = C
        self.loss = loss
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> LinearSVM:
        """Fit to samples X (N, D) and labels y (N,)."""
        self._check_options()
        X, t = self._labelled(X, y)
        X = with_ones(X) if self.fit_intercept else X
        limits = dict(max_iter=self.max_iter, tol=max(self.tol, len(X) * np.finfo(float).eps))
        rng = check_random_state(self.random_state)
        W, curve, gap = dual_ascent(self.loss, X, t, self.C, rng, **limits)
        self.n_iter_, self.loss_curve_, self.gap_ = len(curve), curve, gap
        # With two classes, only the difference of the rows of W matters.
        self._set_weights(W[1:] - W[:1] if len(W) == 2 else W)
        if gap > limits["tol"]:
            done = f"epoch {self.max_iter}: objective {curve[-1]:.6g}, gap {gap:.2g}"
            advice = "scale the columns of X, raise max_iter or tol, or lower C"
            warn_unfinished(self, f"{done} (tol {self.tol:g})", advice)
        return self

    def _check_options(self) -> None:
        """Raise an error if an option is invalid."""
        owner = "LinearSVM"
        checks.number(owner, "C", self.C, above=0)
        checks.one_of(owner, "loss", self.loss, tuple(STEPS))
        checks.flag(owner, "fit_intercept", self.fit_intercept)
        checks.whole(owner, "max_iter", self.max_iter, low=1)
        checks.number(owner, "tol", self.tol, low=0)


def dual_ascent(
    loss: str,
    X: Array,
    t: Array,
    C: float,
    rng: np.random.RandomState,
    max_iter: int,
    tol: float,
) -> tuple[Array, list[float], float]:
    r"""Return W (K, features), the objective P after each epoch, and the final gap (P - D) / P.

    Each margin of sample n has a violation m and a multiplier a. The weights are a sum over the
    samples,

    .. math:: W = \sum_n (s_n \odot a_n)\, x_n^\top

    where s = ±1 for one class against the rest, and s = -1 for differences of scores. In the
    second case, the true class also has a multiplier, so that each row of a has a constant sum,
    0 or C. As a function of a, the dual objective D has the slope m and the curvature -‖x‖².
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
        M = violations(X[block] @ W.T, t[block], S[block], loss)
        # Most samples don't need an update. W changes within a block, so this selection is
        # approximate, but the gap after the epoch is exact.
        for n in block[movable(M, A[block], C, loss)]:
            x, a, s = X[n], A[n], S[n]
            m = violations((W @ x)[None], t[n : n + 1], s, loss)[0]
            new = step(a + m / q[n], C, t[n])
            W += (s * (new - a))[:, None] * x
            A[n] = new


def violations(Z: Array, t: Array, S: Array, loss: str) -> Array:
    """Return the violation of each margin, (N, K): positive if the margin is not met."""
    return 1 - S * Z if loss == "hinge" else margins(Z, t, loss)


def movable(M: Array, A: Array, C: float, loss: str) -> Array:
    """Return a mask (N,) of the samples whose multipliers can change to increase D."""
    if loss == "crammer_singer":  # move weight to a margin with a larger violation
        return M.max(axis=1) > np.where(A > 0, M, np.inf).min(axis=1)
    return ((M > 0) & (A < C) | (M < 0) & (A > 0)).any(axis=1)


def step_hinge(v: Array, C: float, k: int) -> Array:
    """Return the projection of v onto the box 0 ≤ a ≤ C."""
    return np.minimum(np.maximum(v, 0), C)


def step_crammer_singer(v: Array, C: float, k: int) -> Array:
    """Return the projection of v onto the simplex a ≥ 0 with sum C.

    The projection is max(v - θ, 0), where θ is chosen such that the sum is C.

    Source: Duchi et al. (2008), "Efficient projections onto the l1-ball", figure 1.
    """
    top = np.sort(v)[::-1]
    theta = ((np.cumsum(top) - C) / np.arange(1, len(v) + 1)).max()
    return np.maximum(v - theta, 0)


def step_weston_watkins(v: Array, C: float, k: int) -> Array:
    """Return the projection of v onto vectors with sum 0 and 0 ≤ a ≤ C for all but class k.

    The projection is v + λ, clipped to the limits. The sum is a piecewise linear, increasing
    function of λ, so linear interpolation finds λ exactly.
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
    """Return the primal objective P and the dual objective D ≤ P, with D = P at the optimum."""
    M, penalty = violations(X @ W.T, t, S, loss), np.sum(W**2) / 2
    P = penalty + C * combined(M, "ovr" if loss == "hinge" else loss).sum()
    own = 0 if loss == "hinge" else A[np.arange(len(t)), t].sum()
    return float(P), float(A.sum() - own - penalty)
