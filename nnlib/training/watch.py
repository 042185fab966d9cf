"""Early stopping, and which epoch was best."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..checks import expect, number, whole

__all__ = ["EarlyStopping"]

MODES = {"train_loss": "min", "val_loss": "min", "val_accuracy": "max"}


@dataclass
class EarlyStopping:
    """The quantity that early stopping watches, and its best value so far.

    Parameters
    ----------
    measured : list of str
        The columns that the history will have.
    name : str or None
        The column; by default the loss on the validation data, without any that in training.
    mode : {"min", "max"} or None
        Whether small or large is good; None where the column tells.
    patience : int or None
        How many epochs to wait for a new best.
    min_delta : float
        By how much a new best has to be better.
    """

    measured: list[str]
    name: str | None
    mode: str | None
    patience: int | None
    min_delta: float
    best: float | None = None
    waited: int = 0

    def __post_init__(self) -> None:
        self.name = self.name or ("val_loss" if "val_loss" in self.measured else "train_loss")
        known = f"monitor to be one of {', '.join(self.measured)}"
        expect("fit", self.name in self.measured, known, repr(self.name))
        self.mode = self.mode or MODES.get(self.name)
        valid = self.mode in ("min", "max")
        expect("fit", valid, f"mode 'min' or 'max' with monitor={self.name!r}", repr(self.mode))
        if self.patience is not None:
            whole("fit", "patience", self.patience, low=1)
        number("fit", "min_delta", self.min_delta, low=0)

    def is_best(self, value: float) -> bool:
        """Whether an epoch is the best so far; NaN never is."""
        sign = 1 if self.mode == "min" else -1
        last = math.inf if self.best is None else sign * self.best
        better = sign * value < last - self.min_delta
        self.best, self.waited = (value, 0) if better else (self.best, self.waited + 1)
        return better

    @property
    def is_exhausted(self) -> bool:
        """Whether there has been no improvement for ``patience`` epochs."""
        return self.patience is not None and self.waited >= self.patience
