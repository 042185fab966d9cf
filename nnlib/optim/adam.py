"""Adam and its variants: steps divided by the root mean square of the gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..tensor import Tensor
from .optimizer import Optimizer, check_betas, check_not_negative, gradient, remembered

__all__ = ["Adam", "AdamW", "Adamax", "NAdam"]


class Adam(Optimizer):
    r"""Gradient descent with a separate step size for each element.

    .. math::
        g &\leftarrow \nabla L(p) + \lambda p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1)\, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2 \\
        p &\leftarrow p - \eta\, \hat m / (\sqrt{\hat v} + \epsilon), \quad
            \hat m = \frac{m}{1 - \beta_1^t}, \ \hat v = \frac{v}{1 - \beta_2^t}

    m and v start at 0, and the divisions in step t correct for this bias.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        The parameters to train, or groups of parameters with their own options.
    lr : float
        Learning rate η, about the length of a step in each element.
    betas : (float, float)
        β₁ and β₂, the fractions of the previous averages that are kept.
    eps : float
        ε, which prevents division by 0.
    weight_decay : float
        Strength λ of the pull towards 0.
    amsgrad : bool
        Whether to divide by the largest v so far, so that steps don't grow again.
    maximize : bool
        Whether to maximize: the sign of the gradient is reversed first.
    foreach, fused : bool, optional
        How torch would compute the same steps; they have no effect here.
    decoupled_weight_decay : bool
        Whether λ multiplies p itself by 1 - ηλ instead of adding λp to g.

    Raises
    ------
    ValueError
        If lr, eps or weight_decay is negative, or a beta outside [0, 1).
    RuntimeError
        If both foreach and fused are True.

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
        options = dict(
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            foreach=foreach,
            fused=fused,
            decoupled_weight_decay=decoupled_weight_decay,
        )
        super().__init__(params, options)

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter by its gradient."""
        g = _gradient(p, group)
        lr = float(group["lr"])
        beta1, beta2 = group["betas"]
        averages = ["exp_avg", "exp_avg_sq"]
        if group["amsgrad"]:
            averages.append("max_exp_avg_sq")
        memory = remembered(self.state, p, *averages)
        t, m, v = _averages(memory, g, group["betas"])
        if group["amsgrad"]:
            largest = memory["max_exp_avg_sq"].array
            v = np.maximum(largest, v, out=largest)
        step = np.sqrt(v, out=np.empty_like(v))  # an array, also for shape ()
        step /= math.sqrt(1 - beta2**t)
        step += group["eps"]
        np.divide(m, step, out=step)
        step *= lr / (1 - beta1**t)
        p.array -= step


class AdamW(Adam):
    """Adam whose weight decay doesn't go through the gradient; all else is as in ``Adam``.

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


class NAdam(Optimizer):
    r"""Adam with Nesterov momentum: the step already uses the next average.

    .. math::
        \mu_t &= \beta_1 (1 - 0.96^{t \psi} / 2), \qquad \pi_t = \mu_1 \cdots \mu_t \\
        p &\leftarrow p - \eta \left(\frac{1 - \mu_t}{1 - \pi_t}\, g
            + \frac{\mu_{t+1}}{1 - \pi_{t+1}}\, m\right) / (\sqrt{\hat v} + \epsilon)

    g, m and v are defined as in ``Adam``.

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, decoupled_weight_decay, maximize, foreach
        As in ``Adam``.
    momentum_decay : float
        ψ, which sets how fast μ rises from β₁/2 to β₁.

    Raises
    ------
    ValueError
        If lr, eps, weight_decay or momentum_decay is negative, or a beta outside [0, 1).

    Source: Dozat (2016), algorithm 2 and section 3; chapter "Adaptive learning rates".

    >>> p = Tensor([1.0, 100.0], requires_grad=True)
    >>> (p * p).sum().backward()
    >>> NAdam([p], lr=0.5).step()
    >>> [round(x, 3) for x in p.tolist()]
    [0.472, 99.472]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ):
        check_not_negative("NAdam", lr=lr, eps=eps, weight_decay=weight_decay)
        check_not_negative("NAdam", momentum_decay=momentum_decay)
        check_betas("NAdam", betas)
        options = dict(
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            maximize=maximize,
            foreach=foreach,
            decoupled_weight_decay=decoupled_weight_decay,
        )
        super().__init__(params, options)

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter by its gradient."""
        g = _gradient(p, group)
        lr = float(group["lr"])
        beta1, beta2 = group["betas"]
        psi = group["momentum_decay"]
        memory = remembered(self.state, p, "exp_avg", "exp_avg_sq")
        t, m, v = _averages(memory, g, group["betas"])
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * psi))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * psi))
        product = memory.setdefault("mu_product", Tensor(np.ones((), np.float32)))
        product.array *= mu
        pi = float(product)
        scale = np.sqrt(v / (1 - beta2**t)) + group["eps"]
        p.array -= lr * ((1 - mu) / (1 - pi) * g + mu_next / (1 - pi * mu_next) * m) / scale


class Adamax(Optimizer):
    r"""Adam with a decaying maximum of the gradients instead of their mean square.

    .. math::
        g &\leftarrow \nabla L(p) + \lambda p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1)\, g \\
        u &\leftarrow \max(\beta_2 u, |g| + \epsilon) \\
        p &\leftarrow p - \frac{\eta}{1 - \beta_1^t}\, m / u

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, maximize, foreach
        As in ``Adam``.

    Raises
    ------
    ValueError
        If lr, eps or weight_decay is negative, or a beta outside [0, 1).

    Source: Kingma and Ba (2015), algorithm 2; chapter "Adaptive learning rates".

    >>> p = Tensor([1.0, 100.0], requires_grad=True)
    >>> (p * p).sum().backward()
    >>> Adamax([p], lr=0.5).step()
    >>> p.detach().numpy().round(3).tolist()
    [0.5, 99.5]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
    ):
        check_not_negative("Adamax", lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas("Adamax", betas)
        options = dict(
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            maximize=maximize,
            foreach=foreach,
        )
        super().__init__(params, options)

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter by its gradient."""
        g = gradient(p, group)
        beta1, beta2 = group["betas"]
        memory = remembered(self.state, p, "exp_avg", "exp_inf")
        t = float(memory["step"])
        m = memory["exp_avg"].array
        u = memory["exp_inf"].array
        m *= beta1
        m += (1 - beta1) * g
        u *= beta2
        np.maximum(u, np.abs(g) + group["eps"], out=u)
        p.array -= float(group["lr"]) / (1 - beta1**t) * (m / u)


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
    m = memory["exp_avg"].array
    v = memory["exp_avg_sq"].array
    beta1, beta2 = betas
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    return float(memory["step"]), m, v
