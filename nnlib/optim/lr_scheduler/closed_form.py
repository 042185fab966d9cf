"""Schedulers that compute the learning rate from the epoch t."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...checks import expect
from ..optimizer import Optimizer
from .scheduler import LRScheduler, checked, each_group, rates_of

__all__ = [
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "InverseTimeLR",
    "LambdaLR",
    "MultiplicativeLR",
]


class LambdaLR(LRScheduler):
    r"""Multiply the initial rate by a function of the epoch t.

    .. math:: \eta_t = \eta_0\, f(t)

    ``state_dict`` contains the attributes of a callable object, but None for a plain function.

    Parameters
    ----------
    lr_lambda : callable or list of callable
        Function f, or one function per group.

    Raises
    ------
    ValueError
        If the number of functions differs from the number of groups.

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
        states = [dict(vars(f)) if is_object(f) else None for f in self.lr_lambdas]
        return {**super().state_dict(), "lr_lambdas": states}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the state from ``state_dict``; plain functions stay unchanged."""
        for f, state in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if state is not None:
                vars(f).update(state)
        super().load_state_dict({**state_dict, "lr_lambdas": self.lr_lambdas})


class MultiplicativeLR(LambdaLR):
    r"""Multiply the current rate in each epoch t by a function of t.

    .. math:: \eta_t = \eta_{t-1}\, f(t)

    The parameters, errors and the contents of ``state_dict`` are the same as in ``LambdaLR``.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = MultiplicativeLR(optimizer, lambda t: 0.5)
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [2.0]
    """

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        rates = rates_of(self)
        if self._is_initial:
            return rates
        return [lr * f(self.last_epoch) for lr, f in zip(rates, self.lr_lambdas, strict=True)]


def is_object(f: Callable) -> bool:
    """Return whether a function is a callable object with attributes."""
    return not isinstance(f, type(is_object)) and hasattr(f, "__dict__")


class InverseTimeLR(LRScheduler):
    r"""Decrease the rate as 1 / t, with an optional linear warm-up.

    .. math:: \eta_t = \frac{\eta_0}{1 + k t}, \quad \text{or, with } w \text{ warm-up steps,
        } \eta_t = \eta_0 \begin{cases} s / w & s \le w \\ 1 / (1 + k (s - w)) & s > w
        \end{cases}, \quad s = t + 1

    Parameters
    ----------
    optimizer : Optimizer
        Optimizer whose learning rates are set. Their current values are ignored, so don't
        combine this with a second scheduler.
    decay : float
        Decay k; the rate has halved after 1 / k steps.
    warmup_steps : int
        Number w of steps over which the rate rises to η₀. With 0 or 1, it starts at η₀.

    Raises
    ------
    ValueError
        If decay or warmup_steps is negative.

    Source: Robbins and Monro (1951), whose conditions :math:`\sum \eta_t = \infty` and
    :math:`\sum \eta_t^2 < \infty` the rates satisfy for k > 0; chapter
    "Learning-rate schedules".

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
        factor = s / w if s <= w else 1 / (1 + self.decay * (s - w))
        return [lr * factor for lr in self.base_lrs]


class CosineAnnealingLR(LRScheduler):
    r"""Decrease the rate along a cosine until T, and then increase it again.

    .. math:: \eta_t = \eta_{\min} + (\eta_0 - \eta_{\min}) \frac{1 + \cos(\pi t / T)}{2}

    Parameters
    ----------
    optimizer : Optimizer
        Optimizer whose learning rates are changed. Each step multiplies each rate's distance
        from η_min by a factor, so you can combine this with other schedulers.
    T_max : int
        Number T of epochs until the rate reaches η_min.
    eta_min : float
        Lowest rate η_min.

    Raises
    ------
    ValueError
        If T_max isn't positive.

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
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:  # rise from the lowest rate
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            pairs = zip(rates, self.base_lrs, strict=True)
            return [lr + (base - low) * rise for lr, base in pairs]
        return [self._height(t) / self._height(t - 1) * (lr - low) + low for lr in rates]

    def _get_closed_form_lr(self) -> list[float]:
        low, height = self.eta_min, self._height(self.last_epoch)
        return [low + (lr - low) * height / 2 for lr in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    r"""Decrease the rate along half a cosine, and restart it repeatedly.

    .. math:: \eta_t = \eta_{\min} + (\eta_0 - \eta_{\min}) \frac{1 + \cos(\pi s / T_i)}{2}

    s is the number of epochs since the last restart, and :math:`T_i = T_0\, m^i` is the length
    of the i-th period, with m = ``T_mult``. ``step`` also accepts a fractional epoch.

    Raises ValueError if T_0 or T_mult isn't a positive integer, eta_min isn't a number, or an
    epoch is negative.

    Source: Loshchilov and Hutter (2017), equation 5.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = CosineAnnealingWarmRestarts(optimizer, T_0=2)
    >>> optimizer.step()
    >>> for _ in range(3):
    ...     print(schedule.get_last_lr())
    ...     schedule.step()
    [8.0]
    [4.0]
    [8.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ):
        for name, n in dict(T_0=T_0, T_mult=T_mult).items():
            valid = isinstance(n, int) and n > 0
            expect(self, valid, f"a positive integer as {name}", n)
        is_number = isinstance(eta_min, (float, int))
        expect(self, is_number, "a number as eta_min", repr(eta_min))
        self.T_0 = self.T_i = T_0
        self.T_mult, self.eta_min = T_mult, eta_min
        self.T_cur = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        low, height = self.eta_min, 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [low + (lr - low) * height / 2 for lr in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Set the learning rates for the next epoch, or for a given epoch, such as 2.5."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            expect(self, epoch >= 0, "epoch >= 0", epoch)
            self._jump(epoch)
        self.last_epoch = math.floor(epoch)
        for group, lr in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            group["lr"] = lr
        self._last_lr = rates_of(self)

    def _jump(self, epoch: float) -> None:
        """Find the period that contains an epoch, and the position within this period."""
        first, m = self.T_0, self.T_mult
        if epoch < first:
            self.T_i, self.T_cur = first, epoch
        elif m == 1:
            self.T_cur = epoch % first
        else:
            n = int(math.log(epoch / first * (m - 1) + 1, m))
            self.T_cur = epoch - first * (m**n - 1) / (m - 1)
            self.T_i = first * m**n
