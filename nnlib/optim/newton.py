"""Newton's method with the full Hessian."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..grad_mode import enable_grad
from ..tensor import Tensor
from ..walk import grad
from .closure import Closure, ClosureOptimizer, flat
from .optimizer import check_not_negative

__all__ = ["Newton"]


class Newton(ClosureOptimizer):
    r"""Newton's method, with the Hessian H from autograd.

    .. math:: x \leftarrow x - t\, (H + \lambda I)^{-1} g

    Without a line search, this can diverge, or converge to a saddle point or a maximum. With a
    line search, the eigenvalues of H + λI are replaced by their absolute values, so that every
    direction points downhill. For D parameters, each H takes D + 1 backward passes.

    The closure returns the loss, and doesn't need to call ``backward``. If it does, it must
    pass ``retain_graph=True``, because Newton differentiates the loss again.

    Parameters
    ----------
    params, max_iter, max_eval, tolerance_grad, tolerance_change, line_search_fn
        See ``LBFGS``. Each H takes one more call to the closure, so max_eval can be exceeded by
        two calls, and its default is 5 max_iter.
    lr : float
        Step length t; with a line search, the first length to try.
    damping : float
        Constant λ, which makes sure that H + λI isn't singular near a minimum.

    Raises
    ------
    ValueError
        If lr or damping is negative, or there are several groups.
    RuntimeError
        In ``step``, if H isn't finite, H + λI is singular without a line search, or the
        closure's ``backward`` freed the graph.

    Source: Nocedal and Wright (2006), equation 2.15 and section 3.4; Goodfellow et al.
    (2016), algorithm 8.8; chapter "Second-order methods".

    >>> p = Tensor([3.0, -4.0]).requires_grad_()
    >>> optimizer = Newton([p], max_iter=1)
    >>> optimizer.step(lambda: (p * p * Tensor([1.0, 10.0])).sum()).item()
    169.0
    >>> p.tolist()
    [0.0, 0.0]
    """

    downhill = False

    def __init__(
        self,
        params: Iterable,
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        *,
        damping: float = 0,
        line_search_fn: str | None = None,
    ):
        check_not_negative("Newton", damping=damping)
        super().__init__(
            params,
            lr=lr,
            max_iter=max_iter,
            max_eval=5 * max_iter if max_eval is None else max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            damping=damping,
            line_search_fn=line_search_fn,
        )

    def propose(
        self, g: np.ndarray, memory: dict[str, Any], group: dict[str, Any], closure: Closure
    ) -> tuple[np.ndarray, float]:
        """Return the Newton direction, and the step length lr."""
        memory["func_evals"] += 1
        with enable_grad():
            H = _hessian(self._params(), closure())
        H += group["damping"] * np.eye(len(g), dtype=H.dtype)
        if not np.isfinite(H).all():
            raise RuntimeError("Newton: expected a finite Hessian, got inf or NaN")
        if group["line_search_fn"] is not None:
            return _downhill(H, g), float(group["lr"])
        try:
            return -np.linalg.solve(H, g), float(group["lr"])
        except np.linalg.LinAlgError as error:
            raise RuntimeError(
                "Newton: the Hessian is singular; use damping > 0 or a line search"
            ) from error

    def evaluate(self, closure: Closure, memory: dict[str, Any]) -> tuple[Tensor, np.ndarray]:
        """Return the loss, and the gradient as a vector."""
        memory["func_evals"] += 1
        params = self._params()
        with enable_grad():
            loss = closure()
            return loss, flat(params, _gradients(loss, params, create_graph=False))


def _gradients(loss: Tensor, params: list[Tensor], create_graph: bool) -> tuple:
    """Return the gradient for each parameter, or None if the loss doesn't depend on it."""
    try:
        return grad(loss, params, create_graph=create_graph, allow_unused=True)
    except RuntimeError as error:
        if "freed" not in str(error):
            raise
        raise RuntimeError(
            "Newton: the closure's backward() freed the graph; delete the call, or use "
            "backward(retain_graph=True)"
        ) from error


def _hessian(params: list[Tensor], loss: Tensor) -> np.ndarray:
    """Return the Hessian with respect to all parameters, with one backward pass per row."""
    first = _gradients(loss, params, create_graph=True)
    rows = []
    for p, g in zip(params, first, strict=True):
        for e in np.ndindex(p.shape):
            if g is None or not g.requires_grad:  # the loss is linear in p
                second = [None] * len(params)
            else:
                second = grad(g[e], params, retain_graph=True, allow_unused=True)
            rows.append(flat(params, second))
    return np.stack(rows)


def _downhill(H: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Return -|H|⁻¹g; |H| has the absolute values of H's eigenvalues, with a lower limit."""
    curvature, Q = np.linalg.eigh(H)
    size = np.abs(curvature)
    least = size.max() * 1e-8 or 1.0
    return -(Q @ ((Q.T @ g) / np.maximum(size, least)))
