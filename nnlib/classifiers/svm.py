"""The linear support vector machine: right by a margin is right enough."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..linalg.exact import exact, numeric, tex, text
from ..steps import Step, Steps
from .base import (
    LinearClassifier,
    check_choice,
    check_numbers,
    penalized,
    warn_unfinished,
    weights_of,
    with_ones,
)
from .minimize import lbfgs

__all__ = ["LinearSVM", "hinge_gradient", "hinge_loss"]

Array = np.ndarray
KINDS = ("weston_watkins", "crammer_singer", "ovr")
LOSSES = ("hinge", "squared_hinge")
TEMPERATURES = (0.1, 0.01)


class LinearSVM(LinearClassifier):
    r"""Linear classifier with the hinge loss: it wants each score right by a margin of 1.

    .. math:: \min_{W, b}\ \tfrac12 \|W\|^2 + C \sum_n s_n\, \ell(W x_n + b, y_n)

    Two classes have one row w and the loss max(0, 1 - s(wᵀx + b)), s = ±1. The hinge has
    kinks, so it is minimised through smooth losses that approach it: max(0, m) is replaced by
    h log(1 + exp(m / h)), first with h = 0.1, then 0.01. That is at most h log 2 above the
    hinge, and with "crammer_singer" it is the softmax loss with a margin, at temperature h.

    Parameters
    ----------
    C : float
        Strength of the loss beside the penalty, > 0. The bias is free, where scikit-learn's
        LinearSVC penalises it too.
    loss : str
        "squared_hinge" or "hinge".
    multi_class : str
        "ovr", each class against the rest; "weston_watkins", the sum over the other classes of
        max(0, s_j - s_y + 1); "crammer_singer", their maximum, with loss="hinge" only.
        scikit-learn has the first and the last.
    fit_intercept : bool
        Whether there is a bias b.
    max_iter : int
        Most steps of L-BFGS at each h.
    tol : float
        It stops where no element of the gradient of the mean of C ℓ is larger than tol · C.

    Attributes
    ----------
    classes_, coef_, intercept_
        As in ``LinearClassifier``.
    n_iter_ : int
        Steps taken.
    loss_curve_ : list of float
        The objective over C times the sum of s at each evaluation, smooth where it is so.

    Raises
    ------
    ValueError
        By ``fit``, for bad data or options, or one class only.

    Source: Weston and Watkins (1999); Crammer and Singer (2001); Chapelle (2007), "Training a
    support vector machine in the primal", section 4; chapter "The support vector machine".

    >>> X, y = [[0.0], [1.0], [3.0], [4.0]], ["no", "no", "yes", "yes"]
    >>> model = LinearSVM(C=100.0, loss="hinge").fit(X, y)
    >>> model.predict([[1.5], [2.5]]).tolist()
    ['no', 'yes']
    """

    def __init__(
        self,
        C: float = 1.0,
        *,
        loss: str = "squared_hinge",
        multi_class: str = "ovr",
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float = 1e-4,
    ):
        self.C = C
        self.loss = loss
        self.multi_class = multi_class
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearSVM:
        """Fit to samples X (N, D) and labels y (N,), the samples weighted if wanted."""
        self._check_options()
        X, t = self._labelled(X, y)
        s = weights_of(sample_weight, X)
        C = len(self.classes_)
        kind = "ovr" if C == 2 else self.multi_class
        signs = np.where(t == 1, 1.0, -1.0)[:, None] if C == 2 else _signs(t, C)
        X = with_ones(X) if self.fit_intercept else X
        W, self.n_iter_, self.loss_curve_ = np.zeros((signs.shape[1], X.shape[1])), 0, []
        tol = self.tol * s.sum()
        for h in (0.0,) if self.loss == "squared_hinge" else TEMPERATURES:

            def loss(Z: Array, h: float = h) -> tuple[Array, Array]:
                return smooth_hinge(Z, t, signs, kind, h)

            f = penalized(loss, X, s, self.C, self.n_features_in_)
            at = lbfgs(f, W, max_iter=self.max_iter, tol=tol)
            W = at.theta
            self.n_iter_ += at.n_iter
            self.loss_curve_ += [value / s.sum() for value in at.losses]
        self._keep(W)
        self.n_iter_ = max(self.n_iter_, 1)
        if not at.converged:
            done = f"{self.n_iter_} steps: mean loss {self.loss_curve_[-1]:.6g}, gradient"
            advice = "scale the columns of X, raise max_iter or tol, or lower C"
            slope = at.slope / s.sum()
            warn_unfinished(self, f"{done} {slope:.2g} (tol {self.tol:g})", advice)
        return self

    def _check_options(self) -> None:
        """Refuse unknown options, and the one pair that has no smooth form."""
        check_choice(self, "loss", LOSSES)
        check_choice(self, "multi_class", KINDS)
        check_numbers(self, "C", above=True)
        check_numbers(self, "tol")
        check_numbers(self, "max_iter", least=1)
        if self.multi_class == "crammer_singer" and self.loss != "hinge":
            raise ValueError(
                "LinearSVM: expected loss='hinge' with multi_class='crammer_singer', "
                f"got loss={self.loss!r}"
            )


def smooth_hinge(Z: Array, t: Array, signs: Array, kind: str, h: float) -> tuple[Array, Array]:
    """Losses (N,) of scores Z (N, C), and derivatives, at temperature h; 0 stands for squares.

    ``signs`` is (N, C) with 1 at the class t and -1 elsewhere, or (N, 1) for two classes.
    """
    rows = np.arange(len(t))
    if kind == "ovr":
        m = 1 - signs * Z
        losses, slopes = _softplus(m, h)
        return losses.sum(axis=1), -signs * slopes
    m = 1 + Z - Z[rows, t][:, None]
    if kind == "weston_watkins":
        losses, slopes = _softplus(m, h)
        losses[rows, t] = slopes[rows, t] = 0
        total = losses.sum(axis=1)
    else:  # the maximum, with 0 at the class itself
        m[rows, t] = 0
        top = m.max(axis=1, keepdims=True)
        slopes = np.exp((m - top) / h)
        sums = slopes.sum(axis=1, keepdims=True)
        total = (top + h * np.log(sums))[:, 0]
        slopes /= sums
        slopes[rows, t] = 0
    slopes[rows, t] = -slopes.sum(axis=1)
    return total, slopes


def _softplus(m: Array, h: float) -> tuple[Array, Array]:
    """Smooth max(0, m), h log(1 + exp(m / h)), and its derivative; for h = 0 the square."""
    if h == 0:
        positive = np.maximum(m, 0)
        return positive**2, 2 * positive
    small = np.exp(-np.abs(m) / h)  # at most 1: nothing overflows
    slopes = np.where(m > 0, 1, small) / (1 + small)
    return np.maximum(m, 0) + h * np.log1p(small), slopes


def _signs(t: Array, C: int) -> Array:
    """Matrix (N, C): 1 at the class, -1 elsewhere."""
    signs = np.full((len(t), C), -1.0)
    signs[np.arange(len(t)), t] = 1
    return signs


def hinge_loss(
    scores: Any, targets: Any, *, kind: str = "weston_watkins", steps: bool = False
) -> Any:
    r"""Hinge loss of each sample: by how much its scores miss a margin of 1.

    .. math::
        L_n &= \sum_{j \ne t_n} \max(0,\ s_{nj} - s_{n t_n} + 1)
            && \text{(Weston and Watkins)} \\
        L_n &= \max_{j \ne t_n} \max(0,\ s_{nj} - s_{n t_n} + 1)
            && \text{(Crammer and Singer)} \\
        L_n &= \max(0,\ 1 - s_{n t_n}) + \sum_{j \ne t_n} \max(0,\ 1 + s_{nj})
            && \text{(one against the rest, ovr)}

    Parameters
    ----------
    scores : (N, C) array_like
        s, a row for each sample.
    targets : (N,) array_like of int
        The true classes t in [0, C).
    kind : str
        "weston_watkins", "crammer_singer" or "ovr".
    steps : bool
        Whether to compute with fractions and show how.

    Returns
    -------
    (N,) float64, or Steps
        The losses, in units of the scores; the steps' result holds fractions.

    Raises
    ------
    ValueError
        If shapes disagree, a target is no class, or kind is not known.

    Source: Weston and Watkins (1999); Crammer and Singer (2001); chapter "The support vector
    machine".

    >>> scores = [[2.1, 3.5, -2.3], [1.4, 5, 2.8], [2.3, 2, -5]]  # cat, rat, flower
    >>> hinge_loss(scores, [0, 1, 2]).round(6)
    array([ 2.4,  0. , 16.3])
    >>> hinge_loss(scores[:1], [0], steps=True)
    1. Sample 0, class 0: max(0, 7/2 − 21/10 + 1) + max(0, −23/10 − 21/10 + 1) = 12/5.
    2. The mean of the losses is 12/5.
    """
    S, t = _scored("hinge_loss", scores, targets, kind, steps)
    losses = [_combined(_margins(s, k, kind), kind) for s, k in zip(S, t, strict=True)]
    if not steps:
        return np.array(losses, dtype=np.float64)
    shown = [_hinge_step(n, S[n], t[n], kind, losses[n]) for n in range(len(S))]
    mean = sum(losses) / len(losses)
    shown.append(Step(f"The mean of the losses is {text(mean)}.", f"L = {tex(mean)}"))
    return Steps(shown, np.array(losses, dtype=object))


def hinge_gradient(scores: Any, targets: Any, *, kind: str = "weston_watkins") -> Array:
    r"""Subgradient of each sample's hinge loss by its scores: count the missed margins.

    .. math::
        \frac{\partial L_n}{\partial s_{nj}} &= \mathbb 1(s_{nj} - s_{n t_n} + 1 > 0),
            \quad j \ne t_n \\
        \frac{\partial L_n}{\partial s_{n t_n}} &= -\sum_{j \ne t_n}
            \frac{\partial L_n}{\partial s_{nj}}

    At a kink, where a margin is met exactly, 0 is taken; of several largest the first.

    Parameters
    ----------
    scores, targets, kind
        As in ``hinge_loss``.

    Returns
    -------
    (N, C) float64
        Whole numbers.

    Raises
    ------
    ValueError
        As in ``hinge_loss``.

    Source: Shalev-Shwartz and Ben-David (2014), section 14.2; chapter "The support vector
    machine".

    >>> hinge_gradient([[2.1, 3.5, -2.3], [1.4, 5, 2.8], [2.3, 2, -5]], [0, 1, 2])
    array([[-1.,  1.,  0.],
           [ 0.,  0.,  0.],
           [ 1.,  1., -2.]])
    """
    S, t = _scored("hinge_gradient", scores, targets, kind, True)
    gradient = np.zeros(S.shape)
    for g, s, k in zip(gradient, S, t, strict=True):
        m = _margins(s, k, kind)
        missed = [j for j in range(len(m)) if m[j] > 0]
        if kind == "crammer_singer":
            missed = [m.argmax()] if missed else []
        for j in missed:
            if kind == "ovr":
                g[j] = -1 if j == k else 1
            else:
                g[j] += 1
                g[k] -= 1
    return gradient


def _margins(s: Array, k: int, kind: str) -> Array:
    """By how much each margin is missed, negative where it is met; 0 at k but for "ovr"."""
    if kind == "ovr":
        m = 1 + s
        m[k] = 1 - s[k]
        return m
    m = s - s[k] + 1
    m[k] = 0 * m[k]
    return m


def _combined(m: Array, kind: str) -> Any:
    """The loss of one sample from its margins."""
    missed = [max(0 * x, x) for x in m]
    return max(missed) if kind == "crammer_singer" else sum(missed)


def _hinge_step(n: int, s: Array, k: int, kind: str, loss: Any) -> Step:
    """One sample's loss as a sentence and a formula."""
    parts, formulas = [], []
    for j, x in enumerate(s):
        if kind == "ovr":
            sign, op = ("−", "-") if j == k else ("+", "+")
            inside, formula = f"1 {sign} {_bracketed(text(x))}", f"1 {op} {_bracketed(tex(x))}"
        elif j != k:
            inside = f"{text(x)} − {_bracketed(text(s[k]))} + 1"
            formula = f"{tex(x)} - {_bracketed(tex(s[k]))} + 1"
        else:
            continue
        parts.append(f"max(0, {inside})")
        formulas.append(rf"\max(0, {formula})")
    total = " + ".join(parts)
    typeset = " + ".join(formulas)
    if kind == "crammer_singer" and len(parts) > 1:
        total = f"the largest of {', '.join(parts)}"
        typeset = rf"\max({', '.join(formulas)})"
    sentence = f"Sample {n}, class {k}: {total} = {text(loss)}."
    return Step(sentence, f"L_{{{n}}} = {typeset} = {tex(loss)}")


def _bracketed(number: str) -> str:
    """A number to be subtracted: in brackets if it is negative."""
    return f"({number})" if number[0] in "−-" else number


def _scored(
    function: str, scores: Any, targets: Any, kind: str, exactly: bool
) -> tuple[Array, list[int]]:
    """Scores and classes, checked."""
    if kind not in KINDS:
        names = ", ".join(map(repr, KINDS))
        raise ValueError(f"{function}: expected kind to be one of {names}, got {kind!r}")
    S = (exact if exactly else numeric)(scores, function=function, argument="scores")
    t = np.asarray(targets)
    if S.ndim != 2 or S.size == 0 or t.shape != S.shape[:1] or t.dtype.kind not in "iu":
        raise ValueError(
            f"{function}: expected scores (N, C) and targets (N,) int, neither empty, "
            f"got {S.shape} and {t.shape} {t.dtype}"
        )
    if t.min() < 0 or t.max() >= S.shape[1]:
        raise ValueError(
            f"{function}: expected targets in [0, {S.shape[1]}), got {t.min()} to {t.max()}"
        )
    return S, t.tolist()
