"""Cosine annealing."""

from __future__ import annotations

import math

from ...checks import expect
from ..optimizer import Optimizer
from .scheduler import LRScheduler, rates_of

__all__ = ["CosineAnnealingLR"]


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

    Source: Loshchilov and Hutter (2017), equation 5, without restarts.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = CosineAnnealingLR(optimizer, T_max=2)
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
