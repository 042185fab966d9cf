"""The hinge losses step by step: how much the scores violate a margin of 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..linalg.exact import exact, numeric, tex, text
from ..steps import Step, Steps

__all__ = ["hinge_gradient", "hinge_loss"]

Array = np.ndarray
KINDS = ("weston_watkins", "crammer_singer", "ovr")


def hinge_loss(
    scores: Any, targets: Any, *, kind: str = "weston_watkins", steps: bool = False
) -> Any:
    r"""Return the hinge loss of each sample: how much its scores violate a margin of 1.

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
        The scores s, with a row for each sample.
    targets : (N,) array_like of int
        The true classes t in [0, C).
    kind : str
        "weston_watkins", "crammer_singer" or "ovr".
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    (N,) float64, or Steps
        The losses, in the units of the scores. The result of the Steps contains fractions.

    Raises
    ------
    ValueError
        If the shapes disagree, a target is not in [0, C), or kind is unknown.

    Source: Weston and Watkins (1999); Crammer and Singer (2001); chapter "Support vector
    machines".

    >>> scores = [[2.1, 3.5, -2.3], [1.4, 5, 2.8], [2.3, 2, -5]]  # cat, rat, flower
    >>> hinge_loss(scores, [0, 1, 2]).round(6)
    array([ 2.4,  0. , 16.3])
    >>> hinge_loss(scores[:1], [0], steps=True)
    1. Sample 0, class 0: max(0, 7/2 − 21/10 + 1) + max(0, −23/10 − 21/10 + 1) = 12/5.
    2. The mean of the losses is 12/5.
    """
    S, t = _scored("hinge_loss", scores, targets, kind, steps)
    losses = combined(margins(S, t, kind), kind)
    if not steps:
        return losses
    shown = [_loss_step(n, S[n], t[n], kind, losses[n]) for n in range(len(S))]
    mean = losses.sum() / len(losses)
    shown.append(Step(f"The mean of the losses is {text(mean)}.", f"L = {tex(mean)}"))
    return Steps(shown, losses)


def hinge_gradient(
    scores: Any, targets: Any, *, kind: str = "weston_watkins", steps: bool = False
) -> Any:
    r"""Return the subgradient of each sample's hinge loss with respect to its scores.

    .. math::
        \frac{\partial L_n}{\partial s_{nj}} &= \mathbb 1(s_{nj} - s_{n t_n} + 1 > 0),
            \quad j \ne t_n \\
        \frac{\partial L_n}{\partial s_{n t_n}} &= -\sum_{j \ne t_n}
            \frac{\partial L_n}{\partial s_{nj}}

    If several margins tie for the largest, Crammer and Singer's loss uses the first. One
    against the rest treats each class separately. A margin that is met exactly contributes 0.

    Parameters
    ----------
    scores, targets, kind, steps
        As in ``hinge_loss``.

    Returns
    -------
    (N, C) float64, or Steps
        The subgradients, which are integers.

    Raises
    ------
    ValueError
        As in ``hinge_loss``.

    Source: Shalev-Shwartz and Ben-David (2014), section 14.2; chapter "Support vector
    machines".

    >>> hinge_gradient([[2.1, 3.5, -2.3], [1.4, 5, 2.8], [2.3, 2, -5]], [0, 1, 2])
    array([[-1.,  1.,  0.],
           [ 0.,  0.,  0.],
           [ 1.,  1., -2.]])
    >>> hinge_gradient([[2.3, 2, -5]], [2], steps=True)
    1. Sample 0, class 2: missed margins: 0 and 1; gradient (1, 1, −2).
    """
    S, t = _scored("hinge_gradient", scores, targets, kind, exactly=True)
    counted = missed(margins(S, t, kind), kind)
    rows, gradient = np.arange(len(t)), counted.astype(np.float64)
    if kind == "ovr":
        gradient[rows, t] = 0 - gradient[rows, t]
    else:
        gradient[rows, t] -= gradient.sum(axis=1)
    if not steps:
        return gradient
    return Steps(map(_gradient_step, rows, t, counted, gradient), gradient)


def margins(S: Array, t: Array, kind: str) -> Array:
    """Return the margin violations (N, C), which are negative if a margin is met.

    The violation of the true class is 0, except for "ovr", in which this class also has a
    margin.
    """
    rows = np.arange(len(t))
    own = S[rows, t]
    if kind == "ovr":
        M = 1 + S
        M[rows, t] = 1 - own
        return M
    M = S - own[:, None] + 1
    M[rows, t] = 0 * own
    return M


def combined(M: Array, kind: str) -> Array:
    """Return the loss (N,) of each sample from its margin violations."""
    M = np.maximum(M, 0)
    return M.max(axis=1) if kind == "crammer_singer" else M.sum(axis=1)


def missed(M: Array, kind: str) -> Array:
    """Return a mask (N, C) of the margins on which the loss depends."""
    if kind == "crammer_singer":
        return (M > 0) & (np.arange(M.shape[1]) == M.argmax(axis=1)[:, None])
    return M > 0


def _gradient_step(n: int, k: int, counted: Array, gradient: Array) -> Step:
    """Return the step with one sample's subgradient."""
    classes = " and ".join(map(str, np.flatnonzero(counted))) or "none"
    many = "margins" if counted.sum() > 1 else "margin"
    g = exact(gradient)
    sentence = f"missed {many}: {classes}; gradient {text(g)}"
    formula = rf"\frac{{\partial L_{{{n}}}}}{{\partial s_{{{n}}}}} = {tex(g)}"
    return Step(f"Sample {n}, class {k}: {sentence}.", formula)


def _loss_step(n: int, s: Array, k: int, kind: str, loss: Any) -> Step:
    """Return the step with one sample's loss."""
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
    """Return the text of a number, with brackets if it is negative."""
    return f"({number})" if number[0] in "−-" else number


def _scored(
    function: str, scores: Any, targets: Any, kind: str, exactly: bool
) -> tuple[Array, Array]:
    """Check scores (N, C) and targets (N,), and return them; the scores can be exact."""
    checks.choice(function, "kind", kind, KINDS)
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
    return S, t
