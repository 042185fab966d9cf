"""LRScheduler, the base class of learning rate schedulers."""

from __future__ import annotations

import warnings
from typing import Any

from ...checks import expect
from ..optimizer import Optimizer

__all__ = ["LRScheduler"]


class LRScheduler:
    """Base class for schedulers; a subclass computes the rates in ``get_lr``.

    Parameters
    ----------
    optimizer : Optimizer
        Optimizer whose learning rates are set.
    last_epoch : int
        The last t of an earlier run, if you resume it; the groups of the optimizer must then
        contain "initial_lr". Default: -1, which starts from the beginning.

    Raises
    ------
    TypeError
        If optimizer isn't an Optimizer.
    KeyError
        If last_epoch isn't -1, and a group doesn't contain "initial_lr".

    Attributes
    ----------
    last_epoch : int
        The current t.
    base_lrs : list of float
        Initial rate η₀ of each group.
    """

    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        self.optimizer = checked(self, optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"{name_of(self)}: expected 'initial_lr' in group {i} to resume after "
                    f"epoch {last_epoch}; load the optimizer's state first"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        """Set the learning rates for epoch 0."""
        self._step_count, self._is_initial = 0, True
        self.step()
        self._is_initial = False

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group; each subclass must define this method."""
        raise NotImplementedError(f"{name_of(self)}: define get_lr()")

    def get_last_lr(self) -> list[float]:
        """Return the learning rates that were set last, one per group."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Set the learning rates for the next epoch, or for a given epoch."""
        if self._step_count == 1 and not self.optimizer.has_stepped:
            warnings.warn(
                f"{name_of(self)}: step() was called before optimizer.step(), so the first "
                "learning rate of the schedule is skipped; call optimizer.step() first",
                stacklevel=2,
            )
        self._step_count += 1
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        """Set the learning rates for the next epoch, or for a given epoch."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        lrs = self.get_lr() if epoch is None else self._get_closed_form_lr()
        for group, lr in zip(self.optimizer.param_groups, lrs, strict=True):
            group["lr"] = lr
        self._last_lr = rates_of(self)

    def _get_closed_form_lr(self) -> list[float]:
        """Return the learning rates of this epoch, computed from the initial ones."""
        return self.get_lr()

    def state_dict(self) -> dict[str, Any]:
        """Return the state, without the optimizer."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the state from ``state_dict``, except the optimizer's state."""
        vars(self).update(state_dict)


def name_of(schedule: object) -> str:
    """Return the name of the scheduler, for error messages."""
    return type(schedule).__name__


def rates_of(schedule: LRScheduler) -> list[float]:
    """Return the current learning rate of each group."""
    return [group["lr"] for group in schedule.optimizer.param_groups]


def checked(schedule: LRScheduler, optimizer: Any) -> Optimizer:
    """Return the argument if it is an optimizer; otherwise, raise TypeError."""
    if not isinstance(optimizer, Optimizer):
        kind = type(optimizer).__name__
        raise TypeError(f"{name_of(schedule)}: expected an Optimizer, got {kind}")
    return optimizer


def each_group(schedule: LRScheduler, name: str, value: Any) -> list[Any]:
    """Return one value per parameter group; a single value is repeated."""
    count = len(schedule.optimizer.param_groups)
    values = list(value) if isinstance(value, (list, tuple)) else [value] * count
    expect(schedule, len(values) == count, f"one {name} per group ({count})", len(values))
    return values
