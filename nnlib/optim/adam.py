"""Adam and its variants, which divide steps by the root mean square of the gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..tensor import Tensor
from .optimizer import Optimizer, check_betas, check_not_negative, gradient, remembered

__all__ = ["Adam", "AdamW", "RAdam"]


class Adam(Optimizer):
    r"""Gradient descent with a separate step size for each element.

    .. math::
        g &\leftarrow \nabla L(p) + \lambda p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1)\, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2 \\
        p &\leftarrow p - \eta\, \hat m / (\sqrt{\hat v} + \epsilon), \quad
            \hat m = \frac{m}{1 - \beta_1^t}, \ \hat v = \frac{v}{1 - \beta_2^t}

    m and v start at 0, which biases them towards 0; the divisions in step t correct this.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        Parameters to train, or groups of parameters with their own options.
    lr : float
        Learning rate η; in Adam, it is about the size of a step in each element.
    betas : (float, float)
        Weights β₁ and β₂ of the previous averages.
    eps : float
        Constant ε, which prevents division by 0.
    weight_decay : float
        Weight decay λ, the factor of the L2 penalty.
    amsgrad : bool
        If True, use the largest v so far to compute v̂.
    maximize : bool
        If True, maximize instead: the sign of the gradient is flipped first.
    foreach, fused : bool, optional
        Accepted as in torch, but ignored.
    decoupled_weight_decay : bool
        If True, multiply p by 1 - ηλ instead of adding λp to g.

    Raises
    ------
    ValueError
        If lr, eps or weight_decay is negative, or a beta is outside [0, 1).
    RuntimeError
        If both foreach and fused are True.

    Source: Kingma and Ba (2015), algorithm 1; Reddi et al. (2018), algorithm 2, for amsgrad;
    Goodfellow et al. (2016), algorithm 8.7; chapter "AdaGrad, RMSProp and Adam".

    >>> p = Tensor([1.0, 100.0]).requires_grad_()
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
        """Update one parameter with its gradient."""
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
        # Without out=..., an array of shape () would become a scalar.
        step = np.sqrt(v, out=np.empty_like(v))
        step /= math.sqrt(1 - beta2**t)
        step += group["eps"]
        np.divide(m, step, out=step)
        step *= lr / (1 - beta1**t)
        p.array -= step


class AdamW(Adam):
    """Adam with decoupled weight decay, which doesn't change the gradient.

    The default of weight_decay is 0.01, and everything else is the same as in ``Adam``.

    Source: Loshchilov and Hutter (2019), algorithm 2; chapter "AdaGrad, RMSProp and Adam".

    >>> p = Tensor([1.0]).requires_grad_()
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


class RAdam(Optimizer):
    r"""Adam that doesn't divide by √v while v averages only a few gradients.

    .. math::
        \rho_\infty &= \frac{2}{1 - \beta_2} - 1, \quad
            \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t} \\
        p &\leftarrow p - \eta\, \hat m \, \sqrt{
            \frac{(\rho_t - 4)(\rho_t - 2)\, \rho_\infty}
            {(\rho_\infty - 4)(\rho_\infty - 2)\, \rho_t}
            } \frac{\sqrt{1 - \beta_2^t}}{\sqrt v + \epsilon}
            \quad \text{if } \rho_t > 5, \text{ otherwise } p - \eta\, \hat m

    m, v, the parameters and the errors are the same as in ``Adam``, but there is no amsgrad or
    fused.

    Source: Liu et al. (2020), "On the variance of the adaptive learning rate and beyond".

    >>> from nnlib import tensor
    >>> p = tensor([1.0], requires_grad=True)
    >>> (p * p).sum().backward()
    >>> RAdam([p], lr=0.25).step()
    >>> p.detach().numpy().round(3).tolist()
    [0.5]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ):
        options = dict(lr=lr, eps=eps, weight_decay=weight_decay)
        check_not_negative("RAdam", **options)
        check_betas("RAdam", betas)
        options |= dict(betas=betas, maximize=maximize, foreach=foreach)
        options |= dict(decoupled_weight_decay=decoupled_weight_decay)
        super().__init__(params, options)

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter with its gradient."""
        g = _gradient(p, group)
        memory = remembered(self.state, p, "exp_avg", "exp_avg_sq")
        beta1, beta2 = group["betas"]
        t, m, v = _averages(memory, g, group["betas"])
        step = m * (float(group["lr"]) / (1 - beta1**t))
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * t * beta2**t / (1 - beta2**t)
        if length > 5:
            ratio = (length - 4) * (length - 2) * longest
            ratio /= (longest - 4) * (longest - 2) * length
            step = step * math.sqrt(ratio * (1 - beta2**t)) / (np.sqrt(v) + group["eps"])
        p.array -= step


def _gradient(p: Tensor, group: dict[str, Any]) -> np.ndarray:
    """Return the gradient plus weight decay; decoupled decay shrinks p directly instead."""
    if not (group["decoupled_weight_decay"] and group["weight_decay"]):
        return gradient(p, group)
    p.array *= 1 - float(group["lr"]) * group["weight_decay"]
    return -p.grad.array if group["maximize"] else p.grad.array


def _averages(
    memory: dict[str, Any], g: np.ndarray, betas: tuple[float, float]
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the number of steps, and the updated moving averages m and v."""
    m = memory["exp_avg"].array
    v = memory["exp_avg_sq"].array
    beta1, beta2 = betas
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    return float(memory["step"]), m, v
