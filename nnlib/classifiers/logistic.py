"""Logistic regression: a linear model of the log odds, fitted by maximum likelihood."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from .. import checks
from ..linalg.exact import exact, numeric, tex, text
from ..nn.functional import sigmoid, softmax
from ..steps import Step, Steps
from .base import (
    LinearClassifier,
    penalized,
    warn_unfinished,
    weights_of,
    with_ones,
)
from .minimize import Minimum, gradient_descent, lbfgs, newton

__all__ = ["LogisticRegression", "logistic_step"]

Array = np.ndarray
SOLVERS = ("lbfgs", "newton", "gradient-descent")


class LogisticRegression(LinearClassifier):
    r"""Linear classifier that gives probabilities, by maximum likelihood with an L2 penalty.

    .. math::
        p(y_n = k) &= \mathrm{softmax}(W x_n + b)_k \\
        \min_{W, b} &\ \frac{1}{2C} \|W\|^2 - \sum_n s_n \log p(y_n)

    Two classes have one row w: the probability of the second is σ(wᵀx + b).

    Parameters
    ----------
    C : float
        Inverse strength of the penalty, > 0; ``np.inf`` for none. The bias is free.
    fit_intercept : bool
        Whether there is a bias b.
    solver : str
        "lbfgs"; "newton", with two classes iteratively reweighted least squares, for up to a
        few hundred weights in all; "gradient-descent". scikit-learn has the first, and the
        second as "newton-cholesky".
    learning_rate_init : float, optional
        Step of gradient descent on the mean loss; 1 / its largest curvature unless given.
    max_iter : int
        Most steps; 1,000, where scikit-learn has 100.
    tol : float
        The solver stops where no element of the gradient of the mean loss is larger.

    Attributes
    ----------
    classes_, coef_, intercept_
        As in ``LinearClassifier``.
    n_iter_ : int
        Steps taken.
    loss_curve_ : list of float
        The objective over the sum of s, in nats, at each evaluation.

    Raises
    ------
    ValueError
        By ``fit``, for bad data or options, or one class only.
    LinAlgError
        By ``fit`` with "newton", if the Hessian is singular.

    Source: Hastie, Tibshirani and Friedman (2009), section 4.4; Goodfellow et al. (2016),
    section 5.7.1; chapter "Logistic regression".

    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["no", "no", "yes", "yes"]
    >>> model = LogisticRegression().fit(X, y)
    >>> model.predict([[1.0], [1.6]]).tolist(), model.predict_proba([[1.5]]).round(3).tolist()
    (['no', 'yes'], [[0.5, 0.5]])
    """

    def __init__(
        self,
        C: float = 1.0,
        *,
        fit_intercept: bool = True,
        solver: str = "lbfgs",
        learning_rate_init: float | None = None,
        max_iter: int = 1000,
        tol: float = 1e-4,
    ):
        self.C = C
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LogisticRegression:
        """Fit to samples X (N, D) and labels y (N,), the samples weighted if wanted."""
        self._check_options()
        X, t = self._labelled(X, y)
        s = weights_of(sample_weight, X)
        self._check_weighted_classes(t, s)
        at = self._minimum(with_ones(X) if self.fit_intercept else X, t, s)
        self._set_weights(at.theta)
        self.n_iter_, self.loss_curve_ = max(at.n_iter, 1), [f / s.sum() for f in at.losses]
        if not at.converged:
            done = f"{at.n_iter} steps: mean loss {self.loss_curve_[-1]:.6g}, gradient"
            advice = "scale the columns of X, raise max_iter or tol, or lower C"
            slope = at.slope / s.sum()
            warn_unfinished(self, f"{done} {slope:.2g} (tol {self.tol:g})", advice)
        return self

    def _check_options(self) -> None:
        """Raise an error for an unknown option."""
        owner = "LogisticRegression"
        checks.choice(owner, "solver", self.solver, SOLVERS)
        checks.flag(owner, "fit_intercept", self.fit_intercept)
        checks.limited(owner, "C", self.C, above=0, infinite=True)
        checks.limited(owner, "tol", self.tol, least=0)
        checks.count(owner, "max_iter", self.max_iter)
        if self.learning_rate_init is not None:
            checks.limited(owner, "learning_rate_init", self.learning_rate_init, above=0)

    def _check_weighted_classes(self, t: Array, s: Array) -> None:
        """Raise ValueError if only one class has weight: the best bias would be infinite."""
        left = np.unique(t[s > 0])
        if len(left) < 2:
            raise ValueError(
                "LogisticRegression.fit: expected at least 2 classes with positive "
                f"sample_weight, got one class: {self.classes_[left[0]].item()!r}"
            )

    def _minimum(self, X: Array, t: Array, s: Array) -> Minimum:
        """Return the minimum of the loss that the solver finds, starting from W = 0."""
        C, D = len(self.classes_), self.n_features_in_
        loss = binary_loss if C == 2 else multinomial_loss
        W = np.zeros((1 if C == 2 else C, X.shape[1]))
        f = penalized(lambda Z: loss(Z, t), X, s, self.C, D)
        limits = dict(max_iter=self.max_iter, tol=self.tol * s.sum())
        if self.solver == "lbfgs":
            return lbfgs(f, W, **limits)
        if self.solver == "newton":
            curve = np.where(np.arange(X.shape[1]) < D, 1 / self.C, 0)
            return newton(f, lambda W: hessian(W, X, s) + _diagonal(curve, W), W, **limits)
        return self._descend(lambda Z: loss(Z, t), X, W, s, limits)

    def _descend(self, loss: Any, X: Array, W: Array, s: Array, limits: dict) -> Minimum:
        """Return the minimum by gradient descent, on centred features for larger steps."""
        D = self.n_features_in_
        shift = np.zeros(X.shape[1])
        if self.fit_intercept:  # w(x - mean) + b' is wx + b with b = b' - w mean
            shift[:D] = s @ X[:, :D] / s.sum()
        f, lr = penalized(loss, X - shift, s, self.C, D), self._learning_rate(X - shift, s)
        at = gradient_descent(f, W, lr=lr, **limits)
        W = at.theta.copy()
        W[:, -1] -= W @ shift
        return at._replace(theta=W)

    def _learning_rate(self, X: Array, s: Array) -> float:
        """Return the given learning rate for the summed loss, or one that surely converges."""
        if self.learning_rate_init is not None:
            return self.learning_rate_init / s.sum()
        p = 0.25 if len(self.classes_) == 2 else 0.5  # bound of a loss's second derivative
        return 1 / (p * np.linalg.norm(X * np.sqrt(s)[:, None], 2) ** 2 + 1 / self.C)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability (N, C) of each class for samples X (N, D)."""
        Z = self.decision_function(X)
        if Z.ndim == 2:
            return softmax(Z, dim=1)
        return np.column_stack([sigmoid(-Z), sigmoid(Z)])  # 1 - p would round small p

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithms of ``predict_proba``, in nats."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))


def binary_loss(Z: Array, t: Array) -> tuple[Array, Array]:
    """Return losses -log p(t) (N,) of log odds Z (N, 1), and their derivatives p - t (N, 1)."""
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


def hessian(W: Array, X: Array, s: Array) -> Array:
    """Return the Hessian of the summed loss with respect to the entries of W, row by row."""
    Z = X @ W.T
    if len(W) == 1:
        p = sigmoid(Z[:, 0])
        return (X * (s * p * (1 - p))[:, None]).T @ X
    P, C = softmax(Z, dim=1), len(W)
    H = np.block(
        [
            [(X * (s * P[:, j] * ((j == k) - P[:, k]))[:, None]).T @ X for k in range(C)]
            for j in range(C)
        ]
    )
    # Adding the same to all rows of W changes no probability, so H is flat that way. The
    # gradient is 0 that way too, and curvature added there changes no step.
    return H + np.kron(np.full((C, C), np.trace(H) / len(H)), np.eye(X.shape[1]))


def _diagonal(curve: Array, W: Array) -> Array:
    """Return the second derivatives of the penalty, which are the same for each row of W."""
    return np.diag(np.tile(curve, len(W)))


def logistic_step(X: Any, t: Any, w: Any, b: Any = 0, *, lr: Any, steps: bool = False) -> Any:
    r"""Take one step of gradient descent on the mean loss of binary logistic regression.

    .. math::
        p &= \sigma(X w + b) \\
        w &\leftarrow w - \frac{\eta}{N} X^\top (p - t), \qquad
        b \leftarrow b - \frac{\eta}{N} \sum_n (p_n - t_n)

    Parameters
    ----------
    X : (N, D) array_like
        Samples as rows.
    t : (N,) array_like
        0 or 1.
    w : (D,) array_like
        Weights to start from.
    b : number
        Bias to start from.
    lr : number
        Learning rate η ≥ 0.
    steps : bool
        Whether to show how; with fractions where σ has one, which is at 0 alone.

    Returns
    -------
    w : (D,) float64
        The new weights.
    b : float
        The new bias. With ``steps`` the pair is the result of a Steps.

    Raises
    ------
    ValueError
        If the shapes disagree, there are no samples, lr is negative, or t is not 0 or 1.

    Source: Goodfellow et al. (2016), section 5.7.1; chapter "Logistic regression".

    >>> logistic_step([[1, 2], [3, 0]], [1, 0], [0, 0], lr=1, steps=True)
    1. The log-odds Xw + b are (0, 0).
    2. The sigmoid makes them probabilities p = (1/2, 1/2).
    3. Prediction minus truth: p − t = (−1/2, 1/2).
    4. The gradient is Xᵀ(p − t)/2 = (1/2, −1/2) for w, the mean 0 for b.
    5. The step of 1 leads to w = (−1/2, 1/2), b = 0.
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
            Step(f"The sigmoid makes them probabilities p = {text(p)}.", f"p = {tex(p)}"),
            Step(f"Prediction minus truth: p − t = {text(r)}.", f"p - t = {tex(r)}"),
            Step(
                f"The gradient is Xᵀ(p − t)/{N} = {text(dw)} for w, the mean {text(db)} for b.",
                rf"\frac{{1}}{{{N}}} X^\top (p - t) = {tex(dw)}",
            ),
            Step(
                f"The step of {text(lr)} leads to w = {text(new[0])}, b = {text(new[1])}.",
                rf"w = {tex(new[0])}, \quad b = {tex(new[1])}",
            ),
        ],
        new,
    )


def _check_step(X: Array, t: Array, w: Array, b: Array, lr: Array) -> None:
    """Raise ValueError if shapes do not match, or a target is neither 0 nor 1."""
    if X.ndim != 2 or X.size == 0 or t.shape != X.shape[:1] or w.shape != X.shape[1:]:
        raise ValueError(
            "logistic_step: expected X (N, D), t (N,) and w (D,), none empty, "
            f"got {X.shape}, {t.shape} and {w.shape}"
        )
    if b.ndim or lr.ndim or lr < 0:
        raise ValueError(f"logistic_step: expected numbers b and lr >= 0, got {b} and {lr}")
    if any(label not in (0, 1) for label in t):
        raise ValueError(f"logistic_step: expected t of 0 and 1, got {text(t)}")
