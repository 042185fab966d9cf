"""Adam and its variants: steps divided by the root mean square of the gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..tensor import Tensor
from .optimizer import Optimizer, check_betas, check_not_negative, gradient, remembered

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    r"""Gradient descent with a step of its own for each element.

    .. math::
        g &\leftarrow \nabla L(p) + \lambda p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1)\, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2 \\
        p &\leftarrow p - \eta\, \hat m / (\sqrt{\hat v} + \epsilon), \quad
            \hat m = \frac{m}{1 - \beta_1^t}, \ \hat v = \frac{v}{1 - \beta_2^t}

    m and v start at 0; the divisions make up for that in step t.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to train, or groups of it with options of their own.
    lr : float
        Learning rate η, about the length of a step in each element.
    betas : (float, float)
        β₁ and β₂, the shares of the last averages that are kept.
    eps : float
        ε, which keeps the divisor away from 0.
    weight_decay : float
        Pull λ towards 0.
    amsgrad : bool
        Whether to divide by the largest v so far, so that steps do not grow again.
    maximize : bool
        Whether to climb: the gradient is reversed before anything else.
    foreach, fused : bool, optional
        How torch would compute the same steps; both change nothing here.
    decoupled_weight_decay : bool
        Whether λ shrinks p itself, by the factor 1 - ηλ, rather than adding to g.

    Source: Kingma and Ba (2015), algorithm 1; Reddi et al. (2018), algorithm 2, for amsgrad;
    Goodfellow et al. (2016), algorithm 8.7; chapter "Adaptive learning rates".

    >>> p = Tensor([1.0, 100.0], requires_grad=True)
    >>> (p * p).sum().backward()
    >>> Adam([p], lr=0.5).step()
    >>> p.detach().numpy().round(3).tolist()
    [0.5, 99.5]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ):
        name = type(self).__name__
        check_not_negative(name, lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(name, betas)
        options = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        options |= dict(amsgrad=amsgrad, maximize=maximize, foreach=foreach, fused=fused)
        super().__init__(params, options | dict(decoupled_weight_decay=decoupled_weight_decay))

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter by its gradient."""
        g, lr = _gradient(p, group), float(group["lr"])
        names = ["exp_avg", "exp_avg_sq", *["max_exp_avg_sq"][: group["amsgrad"]]]
        memory = remembered(self.state, p, *names)
        t, m, v = _averages(memory, g, group["betas"])
        if group["amsgrad"]:
            largest = memory["max_exp_avg_sq"].array
            v = np.maximum(largest, v, out=largest)
        step = np.sqrt(v, out=np.empty_like(v))  # an array, also for shape ()
        step /= math.sqrt(1 - group["betas"][1] ** t)
        step += group["eps"]
        np.divide(m, step, out=step)
        step *= lr / (1 - group["betas"][0] ** t)
        p.array -= step


class AdamW(Adam):
    """Adam with weight decay apart from the gradient; otherwise as ``Adam``.

    Source: Loshchilov and Hutter (2019), algorithm 2; chapter "Adaptive learning rates".

    >>> p = Tensor([1.0], requires_grad=True)
    >>> (p * p).sum().backward()
    >>> AdamW([p], lr=0.5, weight_decay=0.5).step()
    >>> p.detach().numpy().round(3).tolist()
    [0.25]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        fused: bool | None = None,
    ):
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            maximize=maximize,
            foreach=foreach,
            fused=fused,
            decoupled_weight_decay=True,
        )


def _gradient(p: Tensor, group: dict[str, Any]) -> np.ndarray:
    """Return the gradient plus weight decay; decoupled decay shrinks p directly instead."""
    if not (group["decoupled_weight_decay"] and group["weight_decay"]):
        return gradient(p, group)
    p.array *= 1 - float(group["lr"]) * group["weight_decay"]
    return -p.grad.array if group["maximize"] else p.grad.array


def _averages(
    memory: dict[str, Any], g: np.ndarray, betas: tuple[float, float]
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the number of the step, and the updated moving averages m and v."""
    m, v = memory["exp_avg"].array, memory["exp_avg_sq"].array
    beta1, beta2 = betas
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    return float(memory["step"]), m, v
