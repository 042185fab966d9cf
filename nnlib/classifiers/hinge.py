"""The hinge losses: how much the scores violate a margin of 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import checks
from ..linalg.exact import exact, numeric

__all__ = ["hinge_gradient", "hinge_loss"]

Array = np.ndarray
KINDS = ("weston_watkins", "crammer_singer", "ovr")


def hinge_loss(scores: Any, targets: Any, *, kind: str = "weston_watkins") -> Array:
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

    Returns
    -------
    (N,) float64
        The losses, in the units of the scores.

    Raises
    ------
    ValueError
        If the shapes disagree, a target is not in [0, C), or kind is unknown.

    Source: Weston and Watkins (1999); Crammer and Singer (2001); chapter "Support vector
    machines".

    >>> scores = [[2.1, 3.5, -2.3], [1.4, 5, 2.8], [2.3, 2, -5]]  # cat, rat, flower
    >>> hinge_loss(scores, [0, 1, 2]).round(6)
    array([ 2.4,  0. , 16.3])
    """
    S, t = _scored("hinge_loss", scores, targets, kind, numeric)
    return combined(margins(S, t, kind), kind)


def hinge_gradient(scores: Any, targets: Any, *, kind: str = "weston_watkins") -> Array:
    r"""Return the subgradient of each sample's hinge loss with respect to its scores.

    .. math::
        \frac{\partial L_n}{\partial s_{nj}} &= \mathbb 1(s_{nj} - s_{n t_n} + 1 > 0),
            \quad j \ne t_n \\
        \frac{\partial L_n}{\partial s_{n t_n}} &= -\sum_{j \ne t_n}
            \frac{\partial L_n}{\partial s_{nj}}

    This is the formula for Weston and Watkins. Crammer and Singer's loss uses only the largest
    violation, or the first of several equal ones. One against the rest treats each class
    separately. A margin that is met exactly contributes 0.

    Parameters
    ----------
    scores, targets, kind
        As in ``hinge_loss``.

    Returns
    -------
    (N, C) float64
        The subgradients, whose elements are whole numbers.

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
    """
    S, t = _scored("hinge_gradient", scores, targets, kind, exact)  # exact: margins can be 0
    rows, gradient = np.arange(len(t)), missed(margins(S, t, kind), kind).astype(np.float64)
    if kind == "ovr":
        gradient[rows, t] = 0 - gradient[rows, t]
    else:
        gradient[rows, t] -= gradient.sum(axis=1)
    return gradient


def margins(S: Array, t: Array, kind: str) -> Array:
    """Return the margin violations (N, C), which are negative if a margin is met.

    The violation of the true class is 0, except for "ovr", where it also has a margin.
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


def _scored(
    function: str, scores: Any, targets: Any, kind: str, convert: Callable
) -> tuple[Array, Array]:
    """Check scores (N, C) and targets (N,), and return them as exact numbers or floats."""
    checks.one_of(function, "kind", kind, KINDS)
    S = convert(scores, function=function, argument="scores")
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
