"""Rprop, with steps that don't depend on the size of the gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..tensor import Tensor
from .optimizer import Optimizer, check_not_negative, remembered

__all__ = ["Rprop"]


class Rprop(Optimizer):
    r"""Gradient descent with a step size per element, using only the signs of gradients.

    .. math:: p \leftarrow p - \operatorname{sign}(g)\, s, \qquad
        s \leftarrow \begin{cases} \eta_+ s & g\, g_{\text{previous}} > 0 \\
        \eta_- s & g\, g_{\text{previous}} < 0 \end{cases}

    s is updated before p. If the sign of g has changed, this step doesn't change p.

    Parameters
    ----------
    params, foreach, maximize
        See ``Adam``.
    lr : float
        Initial step size s.
    etas : (float, float)
        Factors η₋ and η₊ of the step size.
    step_sizes : (float, float)
        Smallest and largest step size.

    Raises
    ------
    ValueError
        If lr is negative, or 0 < η₋ < 1 < η₊ doesn't hold.

    Source: Riedmiller and Braun (1993), "A direct adaptive method for faster backpropagation
    learning".

    >>> from nnlib import tensor
    >>> p = tensor([1.0, 100.0], requires_grad=True)
    >>> (p * p).sum().backward()
    >>> Rprop([p], lr=0.5).step()
    >>> p.tolist()
    [0.5, 99.5]
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ):
        check_not_negative("Rprop", lr=lr)
        slower, faster = etas
        if not 0 < slower < 1 < faster:
            raise ValueError(f"Rprop: expected etas with 0 < etas[0] < 1 < etas[1], got {etas}")
        options = dict(lr=lr, etas=etas, step_sizes=step_sizes)
        super().__init__(params, options | dict(foreach=foreach, maximize=maximize))

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter with its gradient."""
        g = -p.grad.array if group["maximize"] else p.grad.array
        slower, faster = group["etas"]
        memory = remembered(self.state, p, "prev", "step_size")
        previous, size = memory["prev"].array, memory["step_size"].array
        if memory["step"].item() == 1:
            size[...] = float(group["lr"])
        factor = np.sign(g * previous, out=np.empty_like(previous))
        factor[factor > 0] = faster
        factor[factor < 0] = slower
        factor[factor == 0] = 1
        size *= factor
        np.clip(size, *group["step_sizes"], out=size)
        previous[...] = np.where(factor == slower, 0, g)
        p.array -= np.sign(previous) * size
