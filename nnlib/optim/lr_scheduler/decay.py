"""Schedulers that multiply the learning rate by a factor after each epoch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from ...checks import expect
from ..optimizer import Optimizer
from .scheduler import LRScheduler, rates_of

__all__ = ["ConstantLR", "ExponentialLR", "LinearLR", "MultiStepLR", "PolynomialLR", "StepLR"]


class _Multiplied(LRScheduler):
    """Base class for schedulers that multiply the current rates, so you can chain several."""

    _factor: Callable[[], float]  # ratio of this epoch's rate to the previous one
    _total_factor: Callable[[], float]  # ratio of this epoch's rate to the initial one

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        factor = self._factor()
        return [lr * factor for lr in rates_of(self)]

    def _get_closed_form_lr(self) -> list[float]:
        factor = self._total_factor()
        return [lr * factor for lr in self.base_lrs]


class StepLR(_Multiplied):
    r"""Multiply the rate by a factor after every T epochs.

    .. math:: \eta_t = \eta_0\, \gamma^{\lfloor t / T \rfloor}

    Parameters
    ----------
    step_size : int
        Number T of epochs between two changes.
    gamma : float
        Factor γ.

    Raises
    ------
    ValueError
        If step_size isn't positive.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(5):
    ...     optimizer.step()
    ...     schedule.step()
    >>> schedule.get_last_lr()
    [2.0]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ):
        expect(self, step_size > 0, "step_size > 0", step_size)
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return self.gamma if self.last_epoch and self.last_epoch % self.step_size == 0 else 1

    def _total_factor(self) -> float:
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(_Multiplied):
    r"""Multiply the rate by a factor at given epochs.

    .. math:: \eta_t = \eta_0\, \gamma^{|\{ m : m \le t \}|}

    Parameters
    ----------
    milestones : iterable of int
        Epochs m; if an epoch appears twice, it counts twice.
    gamma : float
        Factor γ.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = MultiStepLR(optimizer, milestones=[1, 3], gamma=0.5)
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     schedule.step()
    >>> schedule.get_last_lr()
    [2.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ):
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return self.gamma ** self.milestones[self.last_epoch]

    def _total_factor(self) -> float:
        return self.gamma ** sum(n for m, n in self.milestones.items() if m <= self.last_epoch)


class ConstantLR(_Multiplied):
    r"""Multiply the rate by a constant for the first epochs only.

    .. math:: \eta_t = \eta_0\, c \text{ for } t < T, \quad \eta_0 \text{ afterwards}

    Parameters
    ----------
    factor : float
        Factor c.
    total_iters : int
        Number T of epochs during which the rate is c η₀. If T is 0, the rate stays c η₀.

    Raises
    ------
    ValueError
        If factor is outside [0, 1].
    ZeroDivisionError
        At epoch T if factor is 0, because the original rate can't be recovered.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> ConstantLR(optimizer, factor=0.5).get_last_lr()
    [4.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ):
        expect(self, 0 <= factor <= 1, "factor in [0, 1]", factor)
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        if self.last_epoch == 0:
            return self.factor
        return 1 / self.factor if self.last_epoch == self.total_iters else 1

    def _total_factor(self) -> float:
        return 1 if self.last_epoch >= self.total_iters else self.factor


class LinearLR(_Multiplied):
    r"""Change the rate linearly from one multiple of the initial rate to another.

    .. math:: \eta_t = \eta_0 \left( a + (b - a) \min(t, T) / T \right)

    Parameters
    ----------
    start_factor, end_factor : float
        Factors a and b.
    total_iters : int
        Number T of epochs over which the factor goes from a to b. If T is 0, it stays at a.

    Raises
    ------
    ValueError
        If start_factor is outside (0, 1], or end_factor is outside [0, 1].

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = LinearLR(optimizer, start_factor=0.5, total_iters=4)
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [5.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ):
        expect(self, 0 < start_factor <= 1, "start_factor in (0, 1]", start_factor)
        expect(self, 0 <= end_factor <= 1, "end_factor in [0, 1]", end_factor)
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        t, T, a, b = self.last_epoch, self.total_iters, self.start_factor, self.end_factor
        if t == 0:
            return a
        return 1 if self._is_initial or t > T else 1 + (b - a) / (T * a + (t - 1) * (b - a))

    def _total_factor(self) -> float:
        t, T, a, b = self.last_epoch, self.total_iters, self.start_factor, self.end_factor
        return a + (b - a) * min(t, T) / T if T else a


class ExponentialLR(_Multiplied):
    r"""Multiply the rate by a factor after each epoch.

    .. math:: \eta_t = \eta_0\, \gamma^t

    Parameters
    ----------
    gamma : float
        Factor γ.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = ExponentialLR(optimizer, gamma=0.5)
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [4.0]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return 1 if self._is_initial else self.gamma

    def _total_factor(self) -> float:
        return self.gamma**self.last_epoch


class PolynomialLR(_Multiplied):
    r"""Decrease the rate to 0 as a power of the remaining time.

    .. math:: \eta_t = \eta_0 \left(1 - \frac{\min(t, T)}{T}\right)^p

    T is ``total_iters``, and p is ``power``.

    Source: Chen et al. (2018), "DeepLab", section 4.1.

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = PolynomialLR(optimizer, total_iters=4, power=2.0)
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [2.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        t, n = self.last_epoch, self.total_iters
        if self._is_initial or t > n:
            return 1
        return ((1 - t / n) / (1 - (t - 1) / n)) ** self.power

    def _total_factor(self) -> float:
        return (1 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power
