"""The linear support vector machine."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from .. import checks
from .base import LinearClassifier, warn_unfinished, with_ones
from .dual_ascent import STEPS, dual_ascent
from .newton_cg import newton_cg

__all__ = ["LinearSVM"]

Array = np.ndarray
LOSSES = ("squared_hinge", *STEPS)


class LinearSVM(LinearClassifier):
    r"""Linear classifier with a hinge loss: it wants each score right by a margin of 1.

    .. math:: \min_W\ P(W) = \tfrac12 \|W\|^2 + C \sum_n \ell(W x_n, y_n)

    The squared hinge is smooth, and Newton's method finds the least P. The others have corners.
    There each margin m that sample n may miss has a multiplier a, zero while the margin is met;
    the samples with another are the support vectors, and W is made of them alone. One sample
    after the other, its multipliers move to where the dual objective is largest, for the hinge

    .. math::
        m &= 1 - s_n \odot W x_n, \qquad
        a_n \leftarrow \min(\max(a_n + m / \|x_n\|^2,\ 0),\ C) \\
        W &\leftarrow W + (s_n \odot \Delta a_n)\, x_n^\top, \qquad s_{nk} = \pm 1

    which is the perceptron's update with a measured length. The dual objective D is nowhere
    above P, so that the gap P - D proves how near the least P is.

    Parameters
    ----------
    C : float
        Strength of the loss beside the penalty, > 0.
    loss : str
        "squared_hinge", :math:`\sum_k \max(0, m_k)^2`, or "hinge", without the square: each
        class against the rest, two classes with one row w; "weston_watkins", the sum over the
        other classes of max(0, z_j - z_y + 1); "crammer_singer", the largest of these.
        scikit-learn's LinearSVC has the first two, and the last as multi_class.
    fit_intercept : bool
        Whether there is a bias, the weight of a feature that is always 1; it is penalised as
        the others are, as in scikit-learn.
    max_iter : int
        Most epochs, for the squared hinge Newton steps.
    tol : float
        Stop where the gap is at most tol · P.
    random_state : int, RandomState or None
        Decides the order of the samples in each epoch; the squared hinge needs none.

    Attributes
    ----------
    classes_, coef_, intercept_
        As in ``LinearClassifier``.
    n_iter_ : int
        Epochs or steps.
    loss_curve_ : list of float
        P after each epoch, or before each step and at the end.
    gap_ : float
        (P - D) / P at the end: so much of P can still be saved at most.

    Raises
    ------
    ValueError, TypeError
        By ``fit``, for bad data or options, or one class only.

    Source: Hsieh et al. (2008), "A dual coordinate descent method for large-scale linear SVM",
    algorithm 1; Shalev-Shwartz and Zhang (2013), "Stochastic dual coordinate ascent methods",
    for the gap; Keerthi and DeCoste (2005), "A modified finite Newton method for fast solution
    of large scale linear SVMs"; Weston and Watkins (1999); Crammer and Singer (2001), section
    6; chapter "The support vector machine".

    >>> X, y = [[0.0], [1.0], [3.0], [4.0]], ["no", "no", "yes", "yes"]
    >>> model = LinearSVM(C=100.0, loss="hinge", tol=1e-9, random_state=0).fit(X, y)
    >>> model.coef_.round(6).tolist(), model.intercept_.round(6).tolist()  # 1 and 3: margin 1
    ([[1.0]], [-2.0])
    >>> model.predict([[1.5], [2.5]]).tolist()
    ['no', 'yes']
    """

    def __init__(
        self,
        C: float = 1.0,
        *,
        loss: str = "squared_hinge",
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
        if self.loss == "squared_hinge":
            S = np.where(t[:, None] == np.arange(len(self.classes_)), 1.0, -1.0)
            W, curve, gap = newton_cg(X, S[:, 1:] if S.shape[1] == 2 else S, self.C, **limits)
        else:
            rng = check_random_state(self.random_state)
            W, curve, gap = dual_ascent(self.loss, X, t, self.C, rng, **limits)
        self.n_iter_, self.loss_curve_, self.gap_ = len(curve), curve, gap
        # With two classes, only the difference of the rows of W matters.
        self._set_weights(W[1:] - W[:1] if len(W) == 2 else W)
        if gap > limits["tol"]:
            done = f"{self.max_iter} iterations: objective {curve[-1]:.6g}, gap {gap:.2g}"
            advice = "scale the columns of X, raise max_iter or tol, or lower C"
            warn_unfinished(self, f"{done} (tol {self.tol:g})", advice)
        return self

    def _check_options(self) -> None:
        """Raise an error for an unknown option."""
        owner = "LinearSVM"
        checks.limited(owner, "C", self.C, above=0)
        checks.choice(owner, "loss", self.loss, LOSSES)
        checks.flag(owner, "fit_intercept", self.fit_intercept)
        checks.count(owner, "max_iter", self.max_iter)
        checks.limited(owner, "tol", self.tol, least=0)
