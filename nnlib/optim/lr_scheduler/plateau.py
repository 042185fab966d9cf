"""A learning rate that drops when a metric stops improving."""

from __future__ import annotations

import math

from ...checks import expect
from ..optimizer import Optimizer
from .scheduler import LRScheduler, checked, each_group, rates_of

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(LRScheduler):
    r"""Multiply the rate by a factor when a measure has stopped improving.

    .. math:: \eta \leftarrow \max(c\, \eta, \eta_{\min})
        \quad \text{after more than } P \text{ epochs without a new best}

    Parameters
    ----------
    optimizer : Optimizer
        Whose rates to change.
    mode : "min" or "max"
        Whether the measure, given to ``step``, should fall or rise.
    factor : float
        c.
    patience : int
        P.
    threshold : float
        By how much a new best must be better.
    threshold_mode : "rel" or "abs"
        Whether that is a share of the best, or absolute.
    cooldown : int
        How many epochs after a drop are not counted.
    min_lr : float, or list of float
        η_min, or one for each group.
    eps : float
        Drops as small as this are left out.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in (1.0, 0.9, 0.9, 0.9):
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [4.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0,
        eps: float = 1e-8,
    ):
        self.optimizer = checked(self, optimizer)
        expect(self, factor < 1, "factor < 1", factor)
        expect(self, mode in ("min", "max"), "mode 'min' or 'max'", repr(mode))
        known = threshold_mode in ("rel", "abs")
        expect(self, known, "threshold_mode 'rel' or 'abs'", repr(threshold_mode))
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps, self.last_epoch = cooldown, eps, 0
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else min_lr
        self.min_lrs = each_group(self, "min_lr", min_lr)
        self.best = self.mode_worse = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = 0
        self._last_lr = rates_of(self)

    @property
    def in_cooldown(self) -> bool:
        """Whether the scheduler is waiting after a reduction."""
        return self.cooldown_counter > 0

    def step(self, metrics: float, epoch: int | None = None) -> None:
        """Record the metric after an epoch, and reduce the rates if it stagnates."""
        current = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        better = self._is_better(current)
        self.best = current if better else self.best
        self.num_bad_epochs = 0 if better else self.num_bad_epochs + 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = rates_of(self)

    def _is_better(self, current: float) -> bool:
        """Return whether this is a new best value; NaN never is."""
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            return sign * current > sign * self.best * (1 + sign * self.threshold)
        return sign * current > sign * self.best + self.threshold

    def _reduce(self) -> None:
        """Multiply each learning rate by the factor, but not below its lower bound."""
        count, low = len(self.optimizer.param_groups), self.default_min_lr
        if low is not None:
            self.min_lrs = [low] * count
        if len(self.min_lrs) != count:
            raise RuntimeError(
                f"ReduceLROnPlateau: expected {count} of min_lr, one a group, "
                f"got {len(self.min_lrs)}; add to min_lrs when adding a group"
            )
        for group, low in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            lr = max(group["lr"] * self.factor, low)
            if group["lr"] - lr > self.eps:
                group["lr"] = lr
