"""The history of a training run, as numbers and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["History"]


class History:
    """Losses and accuracies of a training run.

    Attributes
    ----------
    step_loss : list of float
        Loss of each mini-batch before its step.
    lr : list of float
        Learning rate of the first parameter group at each step; empty if the optimizer doesn't
        have one.
    train_loss : list of float
        Mean of the step losses over all examples, for each epoch.
    val_loss, val_accuracy : list of float
        Loss and accuracy on the validation data, for each epoch. They are empty without
        validation data; accuracies also require class indices.
    seconds : list of float
        Duration of each epoch, including validation.
    best_epoch : int or None
        Number of the epoch with the smallest validation loss, or training loss without
        validation data; the first epoch is 1.
    stopped : str
        Reason why training ended early, or an empty string.
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
        self.lr, self.seconds, self.best_epoch, self.stopped = [], [], None, ""

    def __len__(self) -> int:
        """Return the number of epochs."""
        return len(self.train_loss)

    def __repr__(self) -> str:
        names = ("train_loss", "val_loss", "val_accuracy")
        columns = {name: getattr(self, name) for name in names if getattr(self, name)}
        lines = ["epoch" + "".join(f"{name:>14}" for name in columns)]
        for epoch, row in enumerate(zip(*columns.values(), strict=True), start=1):
            lines.append(f"{epoch:5d}" + "".join(f"{value:14.4f}" for value in row))
        return "\n".join([*lines, *([f"stopped: {self.stopped}"] if self.stopped else [])])

    def state_dict(self) -> dict[str, Any]:
        """Return all attributes as plain data."""
        return dict(vars(self))

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore all attributes from ``state_dict``."""
        vars(self).update(state_dict)
