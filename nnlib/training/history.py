"""The history of a training, as numbers and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["History"]


class History:
    """The losses and metrics of a training, epoch by epoch.

    Attributes
    ----------
    step_loss : list of float
        Loss of each mini-batch, just before its step.
    grad_norm : list of float
        Norm of the gradient of all parameters together, just before each step and before
        it is clipped; empty unless asked for.
    lr : list of float
        Learning rate of the first group of parameters at each step; empty for an optimizer
        without one.
    train_loss : list of float
        For each epoch, the mean of its step losses over its examples.
    val_loss, val_accuracy : list of float
        For each epoch, loss and share of right classes on the validation data; empty
        without any, and accuracies only for class indices.
    metrics : dict of str to list of float
        Measures of one's own, for each epoch.
    seconds : list of float
        How long each epoch took, validation included.
    best_epoch : int or None
        The epoch, counted from 1, that was best by what ``fit`` watched.
    stopped : str
        Why training ended before its last epoch; empty if it did not.
    """

    def __init__(
        self,
        step_loss: Sequence[float] = (),
        train_loss: Sequence[float] = (),
        val_loss: Sequence[float] = (),
        val_accuracy: Sequence[float] = (),
    ):
        self.step_loss, self.train_loss = list(step_loss), list(train_loss)
        self.val_loss, self.val_accuracy = list(val_loss), list(val_accuracy)
        self.grad_norm, self.lr, self.seconds, self.metrics = [], [], [], {}
        self.best_epoch, self.stopped = None, ""

    def __len__(self) -> int:
        """Return the number of epochs."""
        return len(self.train_loss)

    def __getitem__(self, name: str) -> list[float]:
        """Return the values of each epoch by name: a loss, an accuracy, or a metric."""
        columns = self.columns()
        if name not in columns:
            raise KeyError(f"History: no {name!r}; there are {', '.join(columns)}")
        return columns[name]

    def columns(self) -> dict[str, list[float]]:
        """Return all values of each epoch, by name."""
        own = ("train_loss", "val_loss", "val_accuracy")
        found = {name: getattr(self, name) for name in own} | self.metrics
        return {name: values for name, values in found.items() if values}

    def __repr__(self) -> str:
        columns = self.columns()
        lines = ["epoch" + "".join(f"{name:>14}" for name in columns)]
        for epoch, row in enumerate(zip(*columns.values(), strict=True), start=1):
            lines.append(f"{epoch:5d}" + "".join(f"{value:14.4f}" for value in row))
        return "\n".join([*lines, *([f"stopped: {self.stopped}"] if self.stopped else [])])

    def state_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return dict(vars(self))

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore everything from ``state_dict``."""
        vars(self).update(state_dict)
