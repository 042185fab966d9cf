"""Combinations of schedulers, which run in sequence or at the same time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ...checks import expect
from ..optimizer import Optimizer
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler, checked, name_of, rates_of

__all__ = ["ChainedScheduler", "SequentialLR"]


class _Several(LRScheduler):
    """Base class for schedulers that consist of several schedulers."""

    def _check_each(self, schedulers: Sequence[Any]) -> None:
        """Raise an error unless all are schedulers of this optimizer that only depend on t."""
        expect(self, schedulers, "at least one scheduler", "none")
        for i, schedule in enumerate(schedulers):
            if not isinstance(schedule, LRScheduler):
                own, got = name_of(self), name_of(schedule)
                raise TypeError(f"{own}: expected schedulers, got {got}")
            valid = not isinstance(schedule, ReduceLROnPlateau)
            wanted = "schedulers that don't need a metric"
            expect(self, valid, wanted, f"ReduceLROnPlateau at index {i}")
            same = schedule.optimizer is self.optimizer
            expect(self, same, "schedulers for one optimizer", f"a different one at index {i}")

    def _undo(self) -> None:
        """Undo the step that each scheduler took when it was created."""
        for schedule in self._schedulers:
            if isinstance(schedule, _Several):
                schedule._undo()
            else:
                schedule.last_epoch -= 1

    def state_dict(self) -> dict[str, Any]:
        """Return the state, including the states of all schedulers, without the optimizer."""
        return {
            **super().state_dict(),
            "_schedulers": [s.state_dict() for s in self._schedulers],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the state, including the states of all schedulers."""
        for schedule, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            schedule.load_state_dict(state)
        super().load_state_dict({**state_dict, "_schedulers": self._schedulers})


class SequentialLR(_Several):
    """Run several schedulers in sequence, each with its own t.

    Parameters
    ----------
    schedulers : list of LRScheduler
        Schedulers to run, for the same optimizer.
    milestones : list of int
        Epochs at which the second and all later schedulers start.

    Raises
    ------
    TypeError
        If an element of schedulers isn't a scheduler.
    ValueError
        If there are no schedulers, one has a different optimizer or is a ``ReduceLROnPlateau``,
        a milestone is less than the one before, or n schedulers don't have n - 1 milestones.

    >>> from nnlib import nn, optim
    >>> from nnlib.optim.lr_scheduler import ExponentialLR, LinearLR
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> first, then = LinearLR(optimizer, 0.5, total_iters=2), ExponentialLR(optimizer, 0.5)
    >>> schedule = SequentialLR(optimizer, [first, then], milestones=[2])
    >>> for _ in range(4):
    ...     print(schedule.get_last_lr())
    ...     optimizer.step()
    ...     schedule.step()
    [4.0]
    [6.0]
    [8.0]
    [4.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ):
        self.optimizer = checked(self, optimizer)
        self._check(schedulers, milestones)
        self._schedulers, self._milestones = schedulers, milestones
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        self._undo()
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def _check(self, schedulers: Sequence[Any], milestones: Sequence[int]) -> None:
        """Raise an error unless schedulers and milestones match."""
        self._check_each(schedulers)
        n = len(schedulers) - 1
        valid = len(milestones) == n and list(milestones) == sorted(milestones)
        expect(self, valid, f"{n} sorted milestone(s) for {n + 1} scheduler(s)", milestones)

    def _initial_step(self) -> None:
        """Start at epoch 0, for a SequentialLR inside another one."""
        self._update_lr(0)

    def step(self) -> None:
        """Set the learning rates for the next epoch."""
        self._update_lr()

    def _update_lr(self, epoch: int | None = None) -> None:
        """Step the active scheduler, or start the next one at its milestone."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        i = bisect_right(self._milestones, self.last_epoch)
        schedule = self._schedulers[i]
        if self.last_epoch == (self._milestones[i - 1] if i else 0):
            schedule._update_lr(0)
        else:
            schedule.step()
        self._last_lr = schedule.get_last_lr()


class ChainedScheduler(_Several):
    """Step several schedulers together; each one changes the rate that the previous one set.

    The errors are the same as in ``SequentialLR``.

    >>> from nnlib import nn, optim
    >>> from nnlib.optim.lr_scheduler import ConstantLR, ExponentialLR
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> parts = ConstantLR(optimizer, 0.5, total_iters=1), ExponentialLR(optimizer, 0.5)
    >>> schedule = ChainedScheduler(parts)
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [4.0]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None):
        if optimizer is None and schedulers:
            optimizer = getattr(schedulers[0], "optimizer", None)
        self.optimizer = optimizer
        self._check_each(schedulers)
        self._schedulers = schedulers
        self._last_lr = rates_of(self)

    def step(self) -> None:
        """Step each scheduler."""
        for schedule in self._schedulers:
            schedule.step()
        self._last_lr = rates_of(self)
