"""The training loop, with validation, early stopping and checkpoints."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..checks import expect, whole
from ..nn import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import ReduceLROnPlateau
from ..tensor import Tensor, wrap
from .checkpoint import resume, write
from .data import Loaders, belong_together, fitting, pair
from .evaluation import evaluate
from .history import History

__all__ = ["fit"]


def fit(
    model: Module,
    loaders: Iterable | tuple[Iterable, Iterable | None],
    loss: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    *,
    epochs: int,
    scheduler: Any = None,
    patience: int | None = None,
    keep_best: bool = False,
    checkpoint: str | os.PathLike | None = None,
    after_epoch: Callable[[Module, History], Any] | None = None,
) -> History:
    r"""Train a model with mini-batches.

    .. math:: \theta \leftarrow \mathrm{optimizer}\bigl(\theta, \nabla_\theta \,
        \mathrm{loss}(\mathrm{model}(X_B), y_B)\bigr) \quad \text{for each mini-batch } B

    The best epoch is the one with the smallest loss on the validation data. Without validation
    data, the loss on the training data is used.

    Parameters
    ----------
    model : Module
        Model to train; its parameters change in place. Inputs and floating-point targets are
        converted to the dtype of the parameters.
    loaders : iterable of batches, or a tuple of two
        Batches (inputs..., targets) to train on, such as a DataLoader. The second element of a
        tuple contains batches for validation after each epoch. ``loaders`` creates both from
        arrays.
    loss : function
        Function that maps the model's output and the targets to one number, which is a mean
        over examples.
    optimizer : Optimizer
        Optimizer of the model's parameters. It may compute the loss several times per step.
    epochs : int
        Total number of passes through the training data. A resumed run also counts the passes
        before the checkpoint.
    scheduler : LRScheduler, optional
        Scheduler to step after each epoch. ReduceLROnPlateau receives the loss of the epoch.
    patience : int, optional
        Stop after this many epochs without a new best epoch.
    keep_best : bool
        If True, the model ends with the parameters of the best epoch instead of the last one.
    checkpoint : path, optional
        File for the complete state of the training run after each epoch. If it exists,
        training resumes from there. A run that is interrupted and resumed ends with exactly the
        same parameters as an uninterrupted run.
    after_epoch : function, optional
        Function to call with model and history after each epoch. Training stops if it returns
        True.

    Returns
    -------
    History
        Losses in the units of ``loss`` (nats for cross-entropy), and accuracies as fractions.
        If the loss isn't finite, training stops, and ``stopped`` contains the epoch and the
        step.

    Raises
    ------
    ValueError
        If there is no training data, an option is out of range, or a checkpoint belongs to a
        different model, optimizer, scheduler or dataset.
    TypeError
        If an argument has the wrong type, or batches aren't (inputs, targets).

    Source: Goodfellow et al. (2016), algorithms 7.1 and 8.1; chapter "Softmax regression".

    >>> from nnlib import nn, optim, training
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((100, 2))
    >>> y = (X[:, 0] > X[:, 1]).astype(int)
    >>> model = nn.Linear(2, 2)
    >>> history = fit(
    ...     model,
    ...     training.loaders(X, y, rng=rng),
    ...     nn.functional.cross_entropy,
    ...     optim.SGD(model.parameters(), lr=0.1),
    ...     epochs=5,
    ... )
    >>> len(history.step_loss), history.train_loss[-1] < history.train_loss[0]
    (10, True)
    """
    belong_together("fit", model, loss, optimizer)
    batches = pair("fit", loaders)
    whole("fit", "epochs", epochs, low=1)
    if patience is not None:
        whole("fit", "patience", patience, low=1)
    run = Run(model, batches, loss, optimizer, scheduler, patience, keep_best, checkpoint)
    run.resume()
    # A loss that isn't finite is recorded in the history, so NumPy needn't warn.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while run.epoch < epochs and not run.history.stopped:
            run.one_epoch()
            if after_epoch is not None and after_epoch(model, run.history) is True:
                run.history.stopped = f"after_epoch returned True in epoch {run.epoch}"
            run.write()
    if run.best_state is not None:
        model.load_state_dict(run.best_state)
    return run.history


COUNTERS = ("epoch", "best", "waited", "best_state")  # also saved in a checkpoint


@dataclass
class Run:
    """The state of a training run: its parts, its options, and its counters."""

    model: Module
    loaders: Loaders
    loss: Callable
    optimizer: Optimizer
    scheduler: Any
    patience: int | None
    keep_best: bool
    checkpoint: str | os.PathLike | None
    history: History = field(default_factory=History)
    epoch: int = 0  # number of completed epochs
    best: float = math.inf  # smallest loss of an epoch so far
    waited: int = 0  # number of epochs since the best one
    best_state: dict | None = None

    def one_epoch(self) -> None:
        """Train on all batches, then validate."""
        start, history = time.perf_counter(), self.history
        total, count = 0.0, 0
        self.model.train()
        for batch in self.loaders.train:
            inputs, y = fitting(self.model, batch)
            total += self._step(inputs, y) * len(y)
            count += len(y)
            if history.stopped:
                return
        expect("fit", count, "at least one example to train on", "none")
        history.train_loss.append(total / count)
        self.epoch += 1
        value = history.train_loss[-1]
        if self.loaders.validation is not None:
            value = self._measure()
        self._compare_with_best(value)
        if self.scheduler is not None:
            needs_loss = isinstance(self.scheduler, ReduceLROnPlateau)
            self.scheduler.step(*([value] if needs_loss else []))
        history.seconds.append(time.perf_counter() - start)

    def _step(self, inputs: list[Tensor], y: Tensor) -> float:
        """Take one step on a mini-batch; return and record the loss before the step."""
        history = self.history
        history.lr += [g["lr"] for g in self.optimizer.param_groups[:1] if "lr" in g]

        def closure() -> Tensor:
            self.optimizer.zero_grad()
            value = self.loss(self.model(*inputs), y)
            value.backward()
            return value

        value = float(self.optimizer.step(closure).item())
        history.step_loss.append(value)
        if not math.isfinite(value):
            history.stopped = (
                f"the loss is {value} in epoch {self.epoch + 1}, step "
                f"{len(history.step_loss)}; is the learning rate too large?"
            )
        return value

    def _measure(self) -> float:
        """Return and record the loss on the validation data; also record the accuracy."""
        results = evaluate(self.model, self.loaders.validation, self.loss)
        self.history.val_loss.append(results["loss"])
        if "accuracy" in results:
            self.history.val_accuracy.append(results["accuracy"])
        return results["loss"]

    def _compare_with_best(self, value: float) -> None:
        """Record whether this epoch is the best one so far, and whether to stop."""
        if value < self.best:
            self.best, self.waited, self.history.best_epoch = value, 0, self.epoch
            if self.keep_best:
                state = self.model.state_dict()
                self.best_state = {k: wrap(v.array.copy()) for k, v in state.items()}
            return
        self.waited += 1
        if self.waited == self.patience:
            self.history.stopped = (
                f"no improvement in {self.waited} epochs after epoch {self.history.best_epoch}"
            )

    def write(self) -> None:
        """Write a checkpoint if ``checkpoint`` is a path."""
        if self.checkpoint is not None:
            counters = {name: getattr(self, name) for name in COUNTERS}
            write(self.checkpoint, self._parts(), counters)

    def resume(self) -> None:
        """Resume from the checkpoint if it exists."""
        if self.checkpoint is None:
            return
        data = self.loaders.train
        expected = "training data with a state_dict, such as a DataLoader, for checkpoints"
        expect("fit", hasattr(data, "state_dict"), expected, type(data).__name__)
        vars(self).update(resume(self.checkpoint, self._parts()))

    def _parts(self) -> dict[str, Any]:
        """Return the objects whose state a checkpoint contains, by name."""
        parts = dict(model=self.model, optimizer=self.optimizer)
        parts |= dict(data=self.loaders.train, history=self.history)
        return parts | ({} if self.scheduler is None else {"scheduler": self.scheduler})
