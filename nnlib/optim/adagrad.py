"""Adagrad, RMSprop and Adadelta, which divide the gradient by the size of past gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..default_dtype import PYTHON
from ..tensor import Tensor, wrap
from .optimizer import Optimizer, check_not_negative, gradient, remembered

__all__ = ["Adadelta", "Adagrad", "RMSprop"]


class Adagrad(Optimizer):
    r"""Gradient descent with steps that shrink as the sum of squared gradients grows.

    .. math::
        g &\leftarrow \nabla L(p) + \lambda p \\
        s &\leftarrow s + g^2 \\
        p &\leftarrow p - \frac{\eta}{1 + (t - 1) \delta}\, g / (\sqrt{s} + \epsilon)

    Parameters
    ----------
    params, lr, weight_decay, eps, maximize, foreach, fused
        See ``Adam``.
    lr_decay : float
        Rate δ at which η decays.
    initial_accumulator_value : float
        Initial value of s, for all groups.

    Raises
    ------
    ValueError
        If an option is negative.
    RuntimeError
        If both foreach and fused are True.

    Source: Duchi et al. (2011), figure 1; Goodfellow et al. (2016), algorithm 8.4; chapter
    "AdaGrad, RMSProp and Adam".

    >>> p = Tensor([1.0, 100.0]).requires_grad_()
    >>> (p * p).sum().backward()
    >>> Adagrad([p], lr=0.5).step()
    >>> p.tolist()
    [0.5, 99.5]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        fused: bool | None = None,
    ):
        options = dict(lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay)
        options |= dict(initial_accumulator_value=initial_accumulator_value)
        check_not_negative("Adagrad", **options)
        options |= dict(maximize=maximize, foreach=foreach, fused=fused)
        super().__init__(params, options)
        for p in self._params():
            self._start(p)

    def _start(self, p: Tensor) -> None:
        """Set the initial sum of squares for a parameter."""
        first = np.full_like(p.array, self.defaults["initial_accumulator_value"])
        self.state[p] = dict(step=wrap(np.zeros((), PYTHON[float])), sum=wrap(first))

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter with its gradient."""
        g = gradient(p, group)
        if not self.state.get(p):
            self._start(p)
        memory = remembered(self.state, p)
        t, s = float(memory["step"]), memory["sum"].array
        s += g * g
        lr = float(group["lr"]) / (1 + (t - 1) * group["lr_decay"])
        p.array -= lr * (g / (np.sqrt(s) + group["eps"]))


class RMSprop(Optimizer):
    r"""Gradient descent with steps divided by the recent size of the gradient.

    .. math::
        g &\leftarrow \nabla L(p) + \lambda p \\
        v &\leftarrow \alpha v + (1 - \alpha)\, g^2 \\
        u &\leftarrow \mu u + g / (\sqrt{v} + \epsilon) \\
        p &\leftarrow p - \eta\, u

    Parameters
    ----------
    params, lr, weight_decay, eps, maximize, foreach
        See ``Adam``.
    alpha : float
        Weight α of the previous average of squares.
    momentum : float
        Weight μ of the previous step.
    centered : bool
        If True, divide by the standard deviation √(v - m²), where m is the running mean of g.
        This is NaN if rounding makes v less than m², as in torch.

    Raises
    ------
    ValueError
        If lr, alpha, eps, weight_decay or momentum is negative.

    Source: Hinton (2012), lecture 6e; Goodfellow et al. (2016), algorithms 8.5 and 8.6;
    Graves (2013), equations 38 to 45, for centered; chapter "AdaGrad, RMSProp and Adam".

    >>> p = Tensor([1.0, 100.0]).requires_grad_()
    >>> (p * p).sum().backward()
    >>> RMSprop([p], lr=0.5, alpha=0.75).step()
    >>> p.tolist()
    [0.0, 99.0]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ):
        options = dict(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay)
        options |= dict(momentum=momentum)
        check_not_negative("RMSprop", **options)
        options |= dict(centered=centered, maximize=maximize, foreach=foreach)
        super().__init__(params, options)

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter with its gradient."""
        g, alpha, momentum = gradient(p, group), group["alpha"], group["momentum"]
        names = dict(square_avg=True, momentum_buffer=momentum > 0, grad_avg=group["centered"])
        memory = remembered(self.state, p, *(name for name, used in names.items() if used))
        v = memory["square_avg"].array
        v *= alpha
        v += (1 - alpha) * g * g
        if group["centered"]:
            m = memory["grad_avg"].array
            m *= alpha
            m += (1 - alpha) * g
            v = v - m * m
        step = g / (np.sqrt(v) + group["eps"])
        if momentum > 0:
            u = memory["momentum_buffer"].array
            u *= momentum
            u += step
            step = u
        p.array -= float(group["lr"]) * step


class Adadelta(Optimizer):
    r"""Gradient descent with steps scaled to the average size of the recent steps.

    .. math::
        g &\leftarrow \nabla L(p) + \lambda p \\
        v &\leftarrow \rho v + (1 - \rho)\, g^2 \\
        \Delta &\leftarrow \frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}}\, g \\
        u &\leftarrow \rho u + (1 - \rho)\, \Delta^2 \\
        p &\leftarrow p - \eta\, \Delta

    Parameters
    ----------
    params, lr, weight_decay, maximize, foreach
        See ``Adam``. The steps have the unit of p, so lr is dimensionless.
    rho : float
        Weight ρ of the previous averages.
    eps : float
        Constant ε, which also determines the size of the first step.

    Raises
    ------
    ValueError
        If lr, eps or weight_decay is negative, or rho is outside [0, 1].

    Source: Zeiler (2012), algorithm 1; chapter "AdaGrad, RMSProp and Adam".

    >>> p = Tensor([1.0, 100.0]).requires_grad_()
    >>> (p * p).sum().backward()
    >>> Adadelta([p], eps=0.1).step()
    >>> [round(x, 3) for x in p.tolist()]
    [0.106, 99.0]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
    ):
        check_not_negative("Adadelta", lr=lr, eps=eps, weight_decay=weight_decay)
        if not 0 <= rho <= 1:
            raise ValueError(f"Adadelta: expected rho in [0, 1], got {rho}")
        options = dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)
        super().__init__(params, options | dict(maximize=maximize, foreach=foreach))

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter with its gradient."""
        g, rho, eps = gradient(p, group), group["rho"], group["eps"]
        memory = remembered(self.state, p, "square_avg", "acc_delta")
        v, u = memory["square_avg"].array, memory["acc_delta"].array
        v *= rho
        v += (1 - rho) * g * g
        step = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u *= rho
        u += (1 - rho) * step * step
        p.array -= float(group["lr"]) * step
