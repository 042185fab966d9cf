"""Learning rates in closed form, as a function of t."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...checks import expect
from ..optimizer import Optimizer
from .scheduler import LRScheduler, checked, each_group, rates_of

__all__ = ["CosineAnnealingLR", "InverseTimeLR", "LambdaLR"]


class LambdaLR(LRScheduler):
    r"""Multiply the rate by any function of t.

    .. math:: \eta_t = \eta_0\, f(t)

    Parameters
    ----------
    optimizer : Optimizer
        Whose rates to set.
    lr_lambda : callable, or list of them
        f, or one for each group.
    last_epoch : int
        As in ``LRScheduler``.

    Only functions that are objects of a class are kept in ``state_dict``.

    Raises
    ------
    ValueError
        If there are not as many functions as groups.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = LambdaLR(optimizer, lambda t: 0.5**t)
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [4.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
    ):
        self.optimizer = checked(self, optimizer)
        self.lr_lambdas = each_group(self, "lr_lambda", lr_lambda)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [lr * f(self.last_epoch) for lr, f in pairs]

    def state_dict(self) -> dict[str, Any]:
        """Return the state, without the optimizer and without plain functions."""
        kept = [dict(vars(f)) if _is_object(f) else None for f in self.lr_lambdas]
        return {**super().state_dict(), "lr_lambdas": kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the state from ``state_dict``; plain functions stay."""
        for f, kept in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if kept is not None:
                vars(f).update(kept)
        super().load_state_dict({**state_dict, "lr_lambdas": self.lr_lambdas})


def _is_object(f: Callable) -> bool:
    """Return whether a function is a callable object with attributes."""
    return not isinstance(f, type(_is_object)) and hasattr(f, "__dict__")


class InverseTimeLR(LRScheduler):
    r"""Let the rate fall as one over time, after a warm-up if asked for.

    .. math:: \eta_t = \frac{\eta_0}{1 + k t}, \quad \text{or, with } w \text{ steps to warm up,
        } \eta_t = \eta_0 \begin{cases} s / w & s \le w \\ 1 / (1 + k (s - w)) & s > w
        \end{cases}, \quad s = t + 1

    Parameters
    ----------
    optimizer : Optimizer
        Whose rates to set, whatever they are; so it takes no second schedule beside it.
    decay : float
        k: after 1 / k steps the rate is halved.
    warmup_steps : int
        w, the steps in which the rate rises to η₀; 0 and 1 begin with η₀.
    last_epoch : int
        As in ``LRScheduler``.

    Raises
    ------
    ValueError
        If decay or warmup_steps is negative.

    Source: Robbins and Monro (1951), whose conditions :math:`\sum \eta_t = \infty` and
    :math:`\sum \eta_t^2 < \infty` it fulfils for k > 0; chapter "Adaptive learning rates".

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = InverseTimeLR(optimizer, decay=1.0, warmup_steps=2)
    >>> for _ in range(4):
    ...     print(schedule.get_last_lr())
    ...     optimizer.step()
    ...     schedule.step()
    [4.0]
    [8.0]
    [4.0]
    [2.6666666666666665]
    """

    def __init__(
        self, optimizer: Optimizer, decay: float, *, warmup_steps: int = 0, last_epoch: int = -1
    ):
        expect(self, decay >= 0, "decay >= 0", decay)
        expect(self, warmup_steps >= 0, "warmup_steps >= 0", warmup_steps)
        self.decay, self.warmup_steps = decay, warmup_steps
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        s, w = self.last_epoch + 1, max(self.warmup_steps, 1)
        share = s / w if s <= w else 1 / (1 + self.decay * (s - w))
        return [lr * share for lr in self.base_lrs]


class CosineAnnealingLR(LRScheduler):
    r"""Let the rate fall, and beyond T rise again, along a cosine.

    .. math:: \eta_t = \eta_{\min} + (\eta_0 - \eta_{\min}) \frac{1 + \cos(\pi t / T)}{2}

    Parameters
    ----------
    optimizer : Optimizer
        Whose rates to set; their distance from η_min is multiplied, so it can be chained.
    T_max : int
        T, the epochs until the lowest rate.
    eta_min : float
        η_min, the lowest rate.
    last_epoch : int
        As in ``LRScheduler``.

    Raises
    ------
    ValueError
        If T_max is not above 0.

    Source: Loshchilov and Hutter (2017), equation 5, without restarts.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = CosineAnnealingLR(optimizer, T_max=2)
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [4.0]
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ):
        expect(self, T_max > 0, "T_max > 0", T_max)
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def _height(self, t: int) -> float:
        """Return 1 + cos(πt/T)."""
        return 1 + math.cos(math.pi * t / self.T_max)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        t, low, rates = self.last_epoch, self.eta_min, rates_of(self)
        if self._is_initial:
            return rates
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:  # from the lowest rate upwards
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            pairs = zip(rates, self.base_lrs, strict=True)
            return [lr + (base - low) * rise for lr, base in pairs]
        return [self._height(t) / self._height(t - 1) * (lr - low) + low for lr in rates]

    def _get_closed_form_lr(self) -> list[float]:
        low, height = self.eta_min, self._height(self.last_epoch)
        return [low + (lr - low) * height / 2 for lr in self.base_lrs]
