"""Stochastic gradient descent with momentum, and with an average of the parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..default_dtype import PYTHON
from ..tensor import Tensor, wrap
from .optimizer import Optimizer, check_not_negative, gradient, remembered

__all__ = ["ASGD", "SGD"]


class SGD(Optimizer):
    r"""Stochastic gradient descent.

    .. math::
        g &\leftarrow \nabla L(p) + \lambda p \\
        v &\leftarrow \mu v + (1 - d)\, g \quad (v = g \text{ in step 1 or if } \mu = 0) \\
        p &\leftarrow p - \eta\, v \qquad (\eta\, (g + \mu v) \text{ with Nesterov})

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        Parameters to train, or groups of parameters with their own options.
    lr : float
        Learning rate η.
    momentum : float
        Weight μ of the previous velocity.
    dampening : float
        Fraction d of the gradient that isn't added to the velocity.
    weight_decay : float
        Weight decay λ, the factor of the L2 penalty.
    nesterov : bool
        If True, use Nesterov momentum.
    maximize : bool
        If True, maximize instead: the sign of the gradient is flipped first.
    foreach, fused : bool, optional
        Accepted as in torch, but ignored.

    Raises
    ------
    ValueError
        If lr, momentum or weight_decay is negative, or nesterov is True without momentum or
        with dampening.
    RuntimeError
        If both foreach and fused are True.

    Source: Goodfellow et al. (2016), algorithms 8.1 to 8.3; chapter "Momentum and Nesterov".

    >>> p = Tensor([1.0]).requires_grad_()
    >>> (p * p).sum().backward()
    >>> SGD([p], lr=0.25).step()
    >>> p.tolist()
    [0.5]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        fused: bool | None = None,
    ):
        check_not_negative("SGD", lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                "SGD: expected momentum > 0 and dampening = 0 for nesterov=True, "
                f"got {momentum} and {dampening}"
            )
        options = dict(lr=lr, momentum=momentum, dampening=dampening)
        options |= dict(weight_decay=weight_decay, nesterov=nesterov, maximize=maximize)
        super().__init__(params, options | dict(foreach=foreach, fused=fused))

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter with its gradient."""
        g = gradient(p, group)
        if group["momentum"]:
            v = self._velocity(p, g, group)
            g = g + group["momentum"] * v if group["nesterov"] else v
        p.array -= float(group["lr"]) * g

    def _velocity(self, p: Tensor, g: np.ndarray, group: dict[str, Any]) -> np.ndarray:
        """Return the updated velocity of a parameter."""
        memory = self.state.setdefault(p, {})
        if memory.get("momentum_buffer") is None:
            memory["momentum_buffer"] = wrap(g.copy())
            return memory["momentum_buffer"].array
        v = memory["momentum_buffer"].array
        v *= group["momentum"]
        v += (1 - group["dampening"]) * g if group["dampening"] else g
        return v


class ASGD(Optimizer):
    r"""Gradient descent with a decreasing step size η and an average a of the parameters.

    .. math::
        p &\leftarrow (1 - \lambda \eta)\, p - \eta \nabla L(p) \\
        a &\leftarrow a + \mu\, (p - a) \\
        \eta &\leftarrow \eta_0 / (1 + \lambda \eta_0 t)^\alpha, \qquad
        \mu \leftarrow 1 / \max(1, t - t_0)

    The average is ``state[p]["ax"]``. lambd, alpha and t0 are λ, α and t₀; for the other
    options, see ``Adam``. A negative lr or weight_decay raises ValueError.

    Source: Polyak and Juditsky (1992), "Acceleration of stochastic approximation by averaging".

    >>> p = Tensor([1.0, 100.0]).requires_grad_()
    >>> (p * p).sum().backward()
    >>> ASGD([p], lr=0.25, lambd=0).step()
    >>> p.tolist()
    [0.5, 50.0]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
    ):
        check_not_negative("ASGD", lr=lr, weight_decay=weight_decay)
        options = dict(lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay)
        super().__init__(params, options | dict(foreach=foreach, maximize=maximize))

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter with its gradient."""
        g, lr, decay = gradient(p, group), float(group["lr"]), group["lambd"]
        memory = remembered(self.state, p, "eta", "mu", "ax")
        t = float(memory["step"])
        if t == 1:
            memory.update(eta=wrap(np.array(lr, PYTHON[float])))
            memory.update(mu=wrap(np.ones((), PYTHON[float])))
        eta, mu, average = (memory[name].array for name in ("eta", "mu", "ax"))
        p.array *= 1 - decay * float(eta)
        p.array -= float(eta) * g
        average += (p.array - average) * float(mu)
        eta[...] = lr / (1 + decay * lr * t) ** group["alpha"]
        mu[...] = 1 / max(1, t - group["t0"])
