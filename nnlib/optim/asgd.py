"""ASGD, gradient descent that also averages the parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..default_dtype import PYTHON
from ..tensor import Tensor, wrap
from .optimizer import Optimizer, check_not_negative, gradient, remembered

__all__ = ["ASGD"]


class ASGD(Optimizer):
    r"""Gradient descent with a decreasing step size η and an average a of the parameters.

    .. math::
        p &\leftarrow (1 - \lambda \eta)\, p - \eta \nabla L(p) \\
        a &\leftarrow a + \mu\, (p - a) \\
        \eta &\leftarrow \eta_0 / (1 + \lambda \eta_0 t)^\alpha, \qquad
        \mu \leftarrow 1 / \max(1, t - t_0)

    The average is ``state[p]["ax"]``. lambd, alpha and t0 are λ, α and t_0; see ``Adagrad`` for
    the other options. A negative lr or weight_decay raises ValueError.
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
