"""A scheduler that reduces the learning rate when a metric stops improving."""

from __future__ import annotations

import math

from ...checks import expect
from ..optimizer import Optimizer
from .scheduler import LRScheduler, checked, each_group, rates_of

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(LRScheduler):
    r"""Multiply the rate by a factor when a metric has stopped improving.

    .. math:: \eta \leftarrow \max(c\, \eta, \eta_{\min})
        \quad \text{after more than } P \text{ epochs without a new best}

    Parameters
    ----------
    optimizer : Optimizer
        Optimizer whose learning rates are changed.
    mode : "min" or "max"
        "min" if the metric passed to ``step`` should decrease, "max" if it should increase.
    factor : float
        Factor c.
    patience : int
        Number P of epochs without improvement to tolerate.
    threshold : float
        Minimum improvement for a new best value.
    threshold_mode : "rel" or "abs"
        "rel" if the threshold is a fraction of the best value, "abs" if it is a difference.
    cooldown : int
        Number of epochs to ignore after each reduction.
    min_lr : float, or list of float
        Lower limit η_min, or one per group.
    eps : float
        Ignore a reduction of at most this size.

    Raises
    ------
    ValueError
        If factor is 1 or more, a mode is unknown, or min_lr is a list of the wrong length.
    RuntimeError
        In ``step``, if min_lr is a list and groups were added later.

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
        """Record the metric after an epoch, and reduce the rates if it stopped improving."""
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
        """Return whether this is a new best value, which is never the case for NaN."""
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            return sign * current > sign * self.best * (1 + sign * self.threshold)
        return sign * current > sign * self.best + self.threshold

    def _reduce(self) -> None:
        """Multiply each learning rate by the factor, but don't go below its lower limit."""
        count, low = len(self.optimizer.param_groups), self.default_min_lr
        if low is not None:
            self.min_lrs = [low] * count
        if len(self.min_lrs) != count:
            raise RuntimeError(
                f"ReduceLROnPlateau: expected {count} values of min_lr, one per group, "
                f"got {len(self.min_lrs)}; when you add a group, also append to min_lrs"
            )
        for group, low in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            lr = max(group["lr"] * self.factor, low)
            if group["lr"] - lr > self.eps:
                group["lr"] = lr
