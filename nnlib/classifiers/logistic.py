"""Logistic regression: a linear model of the log-odds, fitted by maximum likelihood."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..linalg.exact import exact, numeric, tex, text
from ..nn.functional import sigmoid, softmax
from ..optim import LBFGS
from ..steps import Step, Steps
from ..tensor import Tensor, wrap
from .base import LinearClassifier, warn_unfinished, with_ones

__all__ = ["LogisticRegression", "logistic_step"]

Array = np.ndarray
Objective = Callable[[Array], tuple[float, Array]]


class LogisticRegression(LinearClassifier):
    r"""Linear classifier that predicts probabilities, fitted with an L2 penalty.

    .. math::
        p(y_n = k) &= \mathrm{softmax}(W x_n + b)_k \\
        \min_{W, b} &\ \frac{1}{2C} \|W\|^2 - \sum_n \log p(y_n)

    With two classes, W has one row w, and the probability of the second class is σ(wᵀx + b).
    ``nnlib.optim.LBFGS`` finds the minimum.

    Parameters
    ----------
    C : float
        Inverse strength of the penalty, > 0; ``np.inf`` means no penalty. The bias isn't
        penalised.
    max_iter : int
        Maximum number of iterations. Default: 1,000 (scikit-learn's default is 100).
    tol : float
        The iteration stops when all elements of the gradient of the objective, divided by the
        number of samples, are at most ``tol`` in absolute value.

    Attributes
    ----------
    classes_, coef_, intercept_
        As in ``LinearClassifier``.
    n_iter_ : int
        Number of iterations.
    loss_curve_ : list of float
        The objective divided by the number of samples, in nats, at each evaluation.

    Raises
    ------
    ValueError, TypeError
        Raised by ``fit`` for invalid data or options, or if there is only one class.

    Source: Hastie, Tibshirani and Friedman (2009), section 4.4; Goodfellow et al. (2016),
    section 5.7.1; chapter "Logistic regression".

    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["no", "no", "yes", "yes"]
    >>> model = LogisticRegression().fit(X, y)
    >>> model.predict([[1.0], [1.6]]).tolist(), model.predict_proba([[1.5]]).round(3).tolist()
    (['no', 'yes'], [[0.5, 0.5]])
    """

    def __init__(self, C: float = 1.0, *, max_iter: int = 1000, tol: float = 1e-4):
        self.C = C
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any) -> LogisticRegression:
        """Fit to samples X (N, D) and labels y (N,)."""
        owner = "LogisticRegression"
        checks.number(owner, "C", self.C, above=0, infinite=True)
        checks.number(owner, "tol", self.tol, low=0)
        checks.whole(owner, "max_iter", self.max_iter, low=1)
        X, t = self._labelled(X, y)
        N = len(X)
        minimum = lbfgs(
            *self._problem(with_ones(X), t), max_iter=self.max_iter, tol=self.tol * N
        )
        self._set_weights(minimum.theta)
        self.n_iter_, self.loss_curve_ = max(minimum.n_iter, 1), [f / N for f in minimum.losses]
        if not minimum.converged:
            done = f"step {minimum.n_iter}: mean objective {self.loss_curve_[-1]:.6g}, gradient"
            advice = "scale the columns of X, raise max_iter or tol, or lower C"
            warn_unfinished(self, f"{done} {minimum.slope / N:.2g} (tol {self.tol:g})", advice)
        return self

    def _problem(self, X: Array, t: Array) -> tuple[Objective, Array]:
        """Return the objective as a function of W, and the initial W."""
        C, D = len(self.classes_), self.n_features_in_
        loss = binary_loss if C == 2 else multinomial_loss

        def objective(W: Array) -> tuple[float, Array]:
            losses, dZ = loss(X @ W.T, t)
            penalty = np.sum(W[:, :D] ** 2) / (2 * self.C)
            G = dZ.T @ X
            G[:, :D] += W[:, :D] / self.C
            return float(losses.sum() + penalty), G

        return objective, np.zeros((1 if C == 2 else C, X.shape[1]))

    def predict_proba(self, X: Any) -> Array:
        """Return the probability (N, C) of each class for samples X (N, D)."""
        Z = self.decision_function(X)
        if Z.ndim == 2:
            return softmax(Z, dim=1)
        return np.column_stack([sigmoid(-Z), sigmoid(Z)])  # 1 - p loses digits of small p


def binary_loss(Z: Array, t: Array) -> tuple[Array, Array]:
    """Return losses -log p(t) (N,) of log-odds Z (N, 1), and their derivatives p - t (N, 1)."""
    z = Z[:, 0]
    losses = np.logaddexp(0, z) - t * z
    return losses, (sigmoid(z) - t)[:, None]


def multinomial_loss(Z: Array, t: Array) -> tuple[Array, Array]:
    """Return losses -log p(t) (N,) of scores Z (N, C), and their derivatives P - one-hot t."""
    rows = np.arange(len(t))
    Z = Z - Z.max(axis=1, keepdims=True)
    P = np.exp(Z)
    total = P.sum(axis=1, keepdims=True)
    losses = np.log(total[:, 0]) - Z[rows, t]
    P /= total
    P[rows, t] -= 1
    return losses, P


class Minimum(NamedTuple):
    """The result of L-BFGS: W, the number of iterations, and all values of the objective.

    ``slope`` is the largest absolute element of the gradient at W. ``converged`` is True if
    ``slope`` is within the tolerance, or if no iteration changes the objective by more than
    rounding errors.
    """

    theta: Array
    n_iter: int
    losses: list[float]
    slope: float
    converged: bool


def lbfgs(objective: Objective, theta: Array, *, max_iter: int, tol: float) -> Minimum:
    """Minimize a function that returns its value and its gradient."""
    x = wrap(theta.copy(), requires_grad=True)
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
        x.grad = wrap(g)
        return wrap(np.array(f))

    optimizer.step(closure)
    slope, n_iter = float(np.abs(objective(x.array)[1]).max()), optimizer.state[x]["n_iter"]
    # L-BFGS stops before its limits if f is flat, or no step changes f by more than rounding.
    ended = n_iter < max_iter and len(losses) < 2 * max_iter + 10
    return Minimum(x.array, n_iter, losses, slope, slope <= tol or ended)


def logistic_step(X: Any, t: Any, w: Any, b: Any = 0, *, lr: Any, steps: bool = False) -> Any:
    r"""Take one step of gradient descent for binary logistic regression.

    .. math::
        p &= \sigma(X w + b) \\
        w &\leftarrow w - \frac{\eta}{N} X^\top (p - t), \qquad
        b \leftarrow b - \frac{\eta}{N} \sum_n (p_n - t_n)

    Parameters
    ----------
    X : (N, D) array_like
        Samples as rows.
    t : (N,) array_like
        Targets, 0 or 1.
    w : (D,) array_like
        The current weights.
    b : number
        The current bias.
    lr : number
        Learning rate η ≥ 0.
    steps : bool
        Whether to return the `Steps` instead of the result. They use fractions if all log-odds
        are 0, because σ(z) is irrational for any other rational z.

    Returns
    -------
    w : (D,) float64
        The new weights.
    b : float
        The new bias. If ``steps`` is True, the pair (w, b) is the ``result`` of the Steps.

    Raises
    ------
    ValueError
        If the shapes disagree, there are no samples, lr is negative, or a target is not 0 or 1.

    Source: Goodfellow et al. (2016), section 5.7.1; chapter "Logistic regression".

    >>> logistic_step([[1, 2], [3, 0]], [1, 0], [0, 0], lr=1, steps=True)
    1. The log-odds Xw + b are (0, 0).
    2. The sigmoid turns them into probabilities p = (1/2, 1/2).
    3. Prediction minus truth: p − t = (−1/2, 1/2).
    4. The gradient is Xᵀ(p − t)/2 = (1/2, −1/2) for w, and the mean of p − t, 0, for b.
    5. With η = 1, we get w = (−1/2, 1/2), b = 0.
    """
    X, t, w, b, lr = (
        exact(value, function="logistic_step", argument=name)
        for name, value in dict(X=X, t=t, w=w, b=b, lr=lr).items()
    )
    _check_step(X, t, w, b, lr)
    N, z = len(X), X @ w + b
    exactly = not z.any()
    p = z + Fraction(1, 2) if exactly else sigmoid(numeric(z))
    r = p - t if exactly else p - numeric(t)
    if not exactly:
        X, w, b, lr = numeric(X), numeric(w), float(b.item()), float(lr.item())
    else:
        b, lr = b.item(), lr.item()
    dw, db = X.T @ r / N, r.sum() / N
    new = w - lr * dw, b - lr * db
    if not steps:
        return numeric(new[0]), float(new[1])
    return Steps(
        [
            Step(f"The log-odds Xw + b are {text(z)}.", f"Xw + b = {tex(z)}"),
            Step(f"The sigmoid turns them into probabilities p = {text(p)}.", f"p = {tex(p)}"),
            Step(f"Prediction minus truth: p − t = {text(r)}.", f"p - t = {tex(r)}"),
            Step(
                f"The gradient is Xᵀ(p − t)/{N} = {text(dw)} for w, "
                f"and the mean of p − t, {text(db)}, for b.",
                rf"\frac{{1}}{{{N}}} X^\top (p - t) = {tex(dw)}",
            ),
            Step(
                f"With η = {text(lr)}, we get w = {text(new[0])}, b = {text(new[1])}.",
                rf"w = {tex(new[0])}, \quad b = {tex(new[1])}",
            ),
        ],
        new,
    )


def _check_step(X: Array, t: Array, w: Array, b: Array, lr: Array) -> None:
    """Raise ValueError if the shapes disagree, lr is negative, or a target is not 0 or 1."""
    if X.ndim != 2 or X.size == 0 or t.shape != X.shape[:1] or w.shape != X.shape[1:]:
        raise ValueError(
            "logistic_step: expected X (N, D), t (N,) and w (D,), none empty, "
            f"got {X.shape}, {t.shape} and {w.shape}"
        )
    if b.ndim or lr.ndim or lr < 0:
        raise ValueError(
            f"logistic_step: expected a number b and a number lr >= 0, got {b} and {lr}"
        )
    if any(label not in (0, 1) for label in t):
        raise ValueError(f"logistic_step: expected t to be 0 or 1, got {text(t)}")
