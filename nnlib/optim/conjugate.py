"""Nonlinear conjugate gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .closure import Closure, ClosureOptimizer, first_step_size

__all__ = ["NonlinearCG"]

BETAS = ("fletcher_reeves", "polak_ribiere")


class NonlinearCG(ClosureOptimizer):
    r"""Nonlinear conjugate gradients, for losses that need not be quadratic.

    .. math::
        d &\leftarrow -g + \beta d \\
        \beta_\text{FR} &= \frac{g^\top g}{g'^\top g'}, \qquad
        \beta_\text{PR+} = \max\left(0, \frac{g^\top (g - g')}{g'^\top g'}\right)

    g' is the previous gradient. On a quadratic loss with exact line searches, both formulas
    find the minimum in at most as many iterations as there are parameters. If d doesn't point
    downhill, the method restarts with d = -g. The line search first tries the length that would
    change the loss as much as the previous step did, to first order.

    Parameters
    ----------
    params, max_iter, max_eval, tolerance_grad, tolerance_change, line_search_fn
        See ``LBFGS``, but the defaults of max_eval and line_search_fn are 3 max_iter and
        "strong_wolfe".
    lr : float
        As in ``LBFGS``; a line search uses it only in the very first iteration.
    beta : str
        "polak_ribiere" (PR+) or "fletcher_reeves".

    Raises
    ------
    ValueError
        If lr is negative, beta is unknown, or there are several parameter groups.

    Source: Nocedal and Wright (2006), algorithm 5.4, equations 5.41a, 5.44 and 5.45, and
    3.60 for the length; chapter "Line search and conjugate gradients".

    >>> from nnlib import Tensor
    >>> p = Tensor([3.0, -4.0]).requires_grad_()
    >>> optimizer = NonlinearCG([p])
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

    c2 = 0.1

    def __init__(
        self,
        params: Iterable,
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        *,
        beta: str = "polak_ribiere",
        line_search_fn: str | None = "strong_wolfe",
    ):
        if beta not in BETAS:
            raise ValueError(f"NonlinearCG: expected beta in {BETAS}, got {beta!r}")
        super().__init__(
            params,
            lr=lr,
            max_iter=max_iter,
            max_eval=3 * max_iter if max_eval is None else max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            beta=beta,
            line_search_fn=line_search_fn,
        )

    def propose(
        self, g: np.ndarray, memory: dict[str, Any], group: dict[str, Any], closure: Closure
    ) -> tuple[np.ndarray, float]:
        """Return the next direction: the negative gradient plus β times the last direction."""
        t = first_step_size(g, memory, group["lr"])
        if memory["n_iter"] == 1:
            return -g, t
        last, d_last = memory["prev_flat_grad"].array, memory["d"].array
        d = -g + _beta(group["beta"], g, last) * d_last
        if g @ d >= 0:
            d = -g
        if group["line_search_fn"] is not None:
            t = float(memory["t"]) * float(last @ d_last) / float(g @ d)
        return d, t


def _beta(name: str, g: np.ndarray, last: np.ndarray) -> float:
    """Return β, the factor of the last direction, for the formula with this name."""
    if name == "fletcher_reeves":
        return float(g @ g / (last @ last))
    return max(0.0, float(g @ (g - last) / (last @ last)))
