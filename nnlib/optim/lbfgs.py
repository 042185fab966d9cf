"""BFGS and L-BFGS, which estimate the inverse Hessian from changes in the gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..tensor import Tensor, wrap
from .closure import Closure, ClosureOptimizer, change, first_step_size

__all__ = ["BFGS", "LBFGS"]

MIN_CURVATURE = 1e-10  # if yᵀs is larger, H stays positive definite


class BFGS(ClosureOptimizer):
    r"""Newton's method with an estimate H of the inverse Hessian.

    .. math::
        d &= -H g \\
        H &\leftarrow (I - \rho s y^\top)\, H\, (I - \rho y s^\top) + \rho s s^\top,
            \qquad \rho = 1 / y^\top s

    s and y are the last changes in the parameters and in the gradient. The first direction is
    -g; H then starts as (yᵀs / yᵀy) I, which has the size of the inverse Hessian along y. If
    the curvature yᵀs is at most 10⁻¹⁰, H doesn't change. For D parameters, H has D² elements.

    Parameters
    ----------
    params, lr, max_iter, max_eval, tolerance_grad, tolerance_change, line_search_fn
        See ``LBFGS``, but the default of line_search_fn is "strong_wolfe".

    Raises
    ------
    ValueError
        If lr is negative, or there are several groups.

    Source: Nocedal and Wright (2006), algorithm 6.1, equations 6.17 and 6.20; chapter
    "Second-order methods".

    >>> p = Tensor([3.0, -4.0]).requires_grad_()
    >>> optimizer = BFGS([p])
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (p * p * Tensor([1.0, 10.0])).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()
    169.0
    >>> float(abs(p.detach().numpy()).max()) < 1e-4
    True
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        *,
        line_search_fn: str | None = "strong_wolfe",
    ):
        super().__init__(
            params,
            lr=lr,
            max_iter=max_iter,
            max_eval=max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            line_search_fn=line_search_fn,
        )

    def propose(
        self, g: np.ndarray, memory: dict[str, Any], group: dict[str, Any], closure: Closure
    ) -> tuple[np.ndarray, float]:
        """Update the estimate H of the inverse Hessian, and return the direction -Hg."""
        if memory["n_iter"] > 1:
            s, y = change(g, memory)
            if y @ s > MIN_CURVATURE:
                memory["H"] = wrap(_updated(memory.get("H"), s, y))
        d = -(memory["H"].array @ g) if "H" in memory else -g
        return d, first_step_size(g, memory, group["lr"])


def _updated(H: Tensor | None, s: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the new estimate of the inverse Hessian, after a step s changed g by y."""
    rho = 1 / (y @ s)
    I = np.eye(len(s), dtype=s.dtype)  # noqa: E741
    H = I * (y @ s / (y @ y)) if H is None else H.array
    A = I - rho * np.outer(s, y)
    return A @ H @ A.T + rho * np.outer(s, s)


class LBFGS(ClosureOptimizer):
    r"""BFGS that stores the last pairs (s, y) instead of H, and computes Hg from them.

    .. math:: d = -H g, \qquad H_0 = \frac{y^\top s}{y^\top y} I

    Computing Hg takes four vector operations per pair and no matrix; for s and y, see ``BFGS``.

    Parameters
    ----------
    params : iterable of Tensor, or one dict
        Parameters to train, in a single group.
    lr : float
        Step length in units of d; with a line search, the first length to try. In the first
        iteration of the first ``step``, it is divided by ‖g‖₁ if that is above 1.
    max_iter, max_eval : int
        Maximum numbers of iterations and of calls to the closure in one ``step``; the last
        iteration can exceed max_eval by one call. Default for max_eval: 5/4 max_iter.
    tolerance_grad : float
        Stop if no element of the gradient has an absolute value above this.
    tolerance_change : float
        Stop if no parameter changes by more than this, or the loss changes by less.
    history_size : int
        Number of pairs to store.
    line_search_fn : str or None
        "strong_wolfe", or None to use the step length ``lr``.

    Raises
    ------
    ValueError
        If lr is negative, history_size is below 1, or there are several groups.

    Source: Nocedal and Wright (2006), algorithms 7.4 and 7.5; chapter "Second-order methods".

    >>> p = Tensor([3.0, -4.0]).requires_grad_()
    >>> optimizer = LBFGS([p], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (p * p * Tensor([1.0, 10.0])).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()
    169.0
    >>> float(abs(p.detach().numpy()).max()) < 1e-4
    True
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ):
        if history_size < 1:
            raise ValueError(f"LBFGS: expected history_size >= 1, got {history_size}")
        super().__init__(
            params,
            lr=lr,
            max_iter=max_iter,
            max_eval=max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            history_size=history_size,
            line_search_fn=line_search_fn,
        )

    def propose(
        self, g: np.ndarray, memory: dict[str, Any], group: dict[str, Any], closure: Closure
    ) -> tuple[np.ndarray, float]:
        """Update the stored pairs, and return the direction -Hg."""
        if memory["n_iter"] == 1:
            memory.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
        else:
            _remember(memory, *change(g, memory), group["history_size"])
        return _direction(g, memory), first_step_size(g, memory, group["lr"])


def _remember(memory: dict[str, Any], s: np.ndarray, y: np.ndarray, size: int) -> None:
    """Store s and y under torch's names, unless yᵀs is too small; keep the last ``size``."""
    if y @ s > MIN_CURVATURE:
        pair = dict(old_dirs=wrap(y), old_stps=wrap(s), ro=1 / float(y @ s))
        for name, new in pair.items():
            memory[name] = [*memory[name], new][-size:]
        memory["H_diag"] = float(y @ s / (y @ y))


def _direction(g: np.ndarray, memory: dict[str, Any]) -> np.ndarray:
    """Return -Hg, computed by the two-loop recursion (algorithm 7.4)."""
    pairs = [
        (s.array, y.array, float(rho))
        for s, y, rho in zip(memory["old_stps"], memory["old_dirs"], memory["ro"], strict=True)
    ]
    d, alphas = -g, []
    for s, y, rho in reversed(pairs):
        alphas.append(rho * (s @ d))
        d -= alphas[-1] * y
    d *= float(memory["H_diag"])
    for (s, y, rho), alpha in zip(pairs, reversed(alphas), strict=True):
        d += (alpha - rho * (y @ d)) * s
    return d
