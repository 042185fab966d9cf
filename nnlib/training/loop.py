"""The training loop, with validation, early stopping and checkpoints."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..checks import expect, number, one_of, whole
from ..nn import Module
from ..nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm
from ..optim import Optimizer
from ..optim.lr_scheduler import ReduceLROnPlateau
from ..tensor import Tensor
from .checkpoint import resume, write
from .data import Loaders, belong_together, fitting, pair
from .evaluation import evaluate
from .history import History
from .watch import EarlyStopping

__all__ = ["fit"]


def fit(
    model: Module,
    loaders: Iterable | tuple[Iterable, Iterable | None],
    loss: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    *,
    epochs: int,
    scheduler: Any = None,
    schedule: str = "epoch",
    clip_norm: float | None = None,
    clip_value: float | None = None,
    grad_norm: bool = False,
    metrics: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] | None = None,
    monitor: str | None = None,
    mode: str | None = None,
    patience: int | None = None,
    min_delta: float = 0.0,
    keep_best: bool = False,
    checkpoint: str | os.PathLike | None = None,
    checkpoint_every: int | None = None,
    after_epoch: Callable[[Module, History], Any] | None = None,
    progress: bool = False,
) -> History:
    r"""Train a model by mini-batches.

    .. math:: \theta \leftarrow \mathrm{optimizer}\bigl(\theta, \nabla_\theta \,
        \mathrm{loss}(\mathrm{model}(X_B), y_B)\bigr) \quad \text{for each mini-batch } B

    Parameters
    ----------
    model : Module
        What to train; its parameters are changed in place. Inputs and float targets are
        brought to the dtype of the parameters.
    loaders : iterable of batches, or a tuple of two
        Batches (inputs..., targets) to train on, such as a DataLoader, and in a tuple also
        batches on which to measure after each epoch; ``loaders`` makes them of arrays.
    loss : function
        Takes the model's output and the targets and gives one number, a mean over examples.
    optimizer : Optimizer
        Holds the model's parameters; also those that compute the loss several times a step.
    epochs : int
        How often each example is used, what a checkpoint has done included.
    scheduler : LRScheduler, optional
        Sets the learning rate after each epoch, or each step with ``schedule="step"``;
        ReduceLROnPlateau is told what is monitored.
    schedule : {"epoch", "step"}
        When the scheduler moves on.
    clip_norm, clip_value : float, optional
        Bounds of the norm of all gradients together, and of each element.
    grad_norm : bool
        Whether to record that norm before each step, before it is clipped.
    metrics : mapping of str to function, optional
        Measures on the validation data, as in ``evaluate``.
    monitor : str, optional
        What is watched for the best epoch: the name of a column of the history; by default
        "val_loss", or "train_loss" without validation data.
    mode : {"min", "max"}, optional
        Whether small or large is good; by default small of a loss, large of an accuracy.
    patience : int, optional
        Stop after this many epochs without a new best.
    min_delta : float
        By how much a new best has to be better.
    keep_best : bool
        Whether the model ends with the parameters of the best epoch instead of the last.
    checkpoint : path, optional
        A file that holds, after each epoch, all that the rest of the training depends on.
        Where it exists, training goes on from there: killed at any moment and run again,
        the program ends with the same parameters to the last bit.
    checkpoint_every : int, optional
        Write it after so many steps, too.
    after_epoch : function, optional
        Is called with model and history after each epoch; training ends if it returns True.
    progress : bool
        Whether to show a bar (needs tqdm).

    Returns
    -------
    History
        Losses in the unit of ``loss`` (nats for cross-entropy), accuracies as fractions. If
        the loss stops being a finite number, training ends, and ``stopped`` says where.

    Raises
    ------
    ValueError
        If there is nothing to train on, an option is out of range, or what is monitored is
        not measured; or a checkpoint is of another model, optimizer or data.
    TypeError
        If the optimizer is none, or batches are not (inputs, targets).

    Source: Goodfellow et al. (2016), algorithms 7.1 and 8.1; chapter "The softmax classifier".

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
    train, validation = pair("fit", loaders)
    whole("fit", "epochs", epochs, low=1)
    one_of("fit", "schedule", schedule, ("epoch", "step"))
    for name, value in (("clip_norm", clip_norm), ("clip_value", clip_value)):
        if value is not None:
            number("fit", name, value, low=0)
    if checkpoint_every is not None:
        whole("fit", "checkpoint_every", checkpoint_every, low=1)
    on_validation = ["val_loss", "val_accuracy", *(metrics or ())]
    measured = ["train_loss", *(on_validation if validation is not None else [])]
    run = Run(
        model=model,
        loaders=Loaders(train, validation),
        loss=loss,
        optimizer=optimizer,
        scheduler=scheduler,
        each_step=schedule == "step",
        clip_norm=clip_norm,
        clip_value=clip_value,
        grad_norm=grad_norm,
        metrics=metrics or {},
        watch=EarlyStopping(measured, monitor, mode, patience, min_delta),
        keep_best=keep_best,
        checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
    )
    run.resume()
    # A loss that is not finite is recorded in the history.
    calm = np.errstate(over="ignore", invalid="ignore", divide="ignore")
    with calm, Bar(epochs, run.epoch, progress) as bar:
        while run.epoch < epochs and not run.history.stopped:
            run.one_epoch()
            if after_epoch is not None and after_epoch(model, run.history) is True:
                run.history.stopped = f"after_epoch asked for it in epoch {run.epoch}"
            run.write()
            bar.count(run.history)
    if run.best_state is not None:
        model.load_state_dict(run.best_state)
    return run.history


COUNTERS = ("epoch", "total", "count", "best_state")  # what else a checkpoint holds


@dataclass
class Run:
    """The state of a running training: its parts, its options, and its counters."""

    model: Module
    loaders: Loaders
    loss: Callable
    optimizer: Optimizer
    scheduler: Any
    each_step: bool
    clip_norm: float | None
    clip_value: float | None
    grad_norm: bool
    metrics: Mapping[str, Callable]
    watch: EarlyStopping
    keep_best: bool
    checkpoint: str | os.PathLike | None
    checkpoint_every: int | None
    history: History = field(default_factory=History)
    epoch: int = 0  # epochs completed
    total: float = 0.0  # the losses of this epoch's examples so far
    count: int = 0  # this epoch's examples so far
    best_state: dict | None = None

    def one_epoch(self) -> None:
        """Train on the remaining batches of an epoch, then validate."""
        start, history = time.perf_counter(), self.history
        self.model.train()
        for batch in self.loaders.train:
            self._step(*fitting(self.model, batch))
            if history.stopped:
                return
            if self.checkpoint_every and len(history.step_loss) % self.checkpoint_every == 0:
                self.write()
        expect("fit", self.count, "at least one example to train on", "none")
        history.train_loss.append(self.total / self.count)
        self.epoch, self.total, self.count = self.epoch + 1, 0.0, 0
        if self.loaders.validation is not None:
            self._measure()
        self._compare_with_best(history[self.watch.name][-1])
        if self.scheduler is not None and not self.each_step:
            self._step_scheduler(history[self.watch.name][-1])
        history.seconds.append(time.perf_counter() - start)

    def _step(self, inputs: list[Tensor], y: Tensor) -> None:
        """Take one step on a mini-batch, and record loss and learning rate before it."""
        norms, history = [], self.history
        history.lr += [g["lr"] for g in self.optimizer.param_groups[:1] if "lr" in g]

        def closure() -> Tensor:
            self.optimizer.zero_grad()
            value = self.loss(self.model(*inputs), y)
            value.backward()
            norms.append(self._clip())
            return value

        value = float(self.optimizer.step(closure).item())
        history.step_loss.append(value)
        history.grad_norm += norms[:1] if self.grad_norm else []
        self.total, self.count = self.total + value * len(y), self.count + len(y)
        if not math.isfinite(value):
            history.stopped = (
                f"the loss is {value} in epoch {self.epoch + 1}, step "
                f"{len(history.step_loss)}; is the learning rate too large?"
            )
        elif self.scheduler is not None and self.each_step:
            self._step_scheduler(value)

    def _clip(self) -> float:
        """Clip the gradients, and return their norm before that, if it is recorded."""
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        grads = [p.grad for p in parameters if p.grad is not None]
        norm = get_total_norm(grads).item() if self.grad_norm else 0.0
        if self.clip_value is not None:
            clip_grad_value_(parameters, self.clip_value)
        if self.clip_norm is not None:
            clip_grad_norm_(parameters, self.clip_norm)
        return norm

    def _measure(self) -> None:
        """Compute loss and metrics on the validation data."""
        history, data = self.history, self.loaders.validation
        found = evaluate(self.model, data, self.loss, metrics=self.metrics)
        history.val_loss.append(found["loss"])
        if "accuracy" in found:
            history.val_accuracy.append(found["accuracy"])
        for name in self.metrics:
            history.metrics.setdefault(name, []).append(found[name])

    def _compare_with_best(self, value: float) -> None:
        """Record whether this epoch is the best so far, and whether to stop."""
        if self.watch.is_best(value):
            self.history.best_epoch = self.epoch
            if self.keep_best:
                state = self.model.state_dict()
                self.best_state = {k: Tensor(v.array.copy()) for k, v in state.items()}
        elif self.watch.is_exhausted:
            self.history.stopped = (
                f"no better {self.watch.name} in {self.watch.waited} epochs after "
                f"epoch {self.history.best_epoch}"
            )

    def _step_scheduler(self, value: float) -> None:
        """Step the learning rate scheduler."""
        takes_it = isinstance(self.scheduler, ReduceLROnPlateau)
        self.scheduler.step(*([value] if takes_it else []))

    def write(self) -> None:
        """Write a checkpoint, if one was asked for."""
        if self.checkpoint is not None:
            own = {name: getattr(self, name) for name in COUNTERS}
            own |= {"watched": [self.watch.best, self.watch.waited]}
            write(self.checkpoint, self._parts(), own)

    def resume(self) -> None:
        """Continue from the checkpoint, if there is one."""
        if self.checkpoint is None:
            return
        data = self.loaders.train
        expected = "a DataLoader, which tells where it stands, with checkpoint"
        expect("fit", hasattr(data, "state_dict"), expected, type(data).__name__)
        if own := resume(self.checkpoint, self._parts()):
            self.watch.best, self.watch.waited = own.pop("watched")
            vars(self).update(own)

    def _parts(self) -> dict[str, Any]:
        """Return the objects whose state a checkpoint holds, by name."""
        parts = dict(model=self.model, optimizer=self.optimizer)
        parts |= dict(data=self.loaders.train, history=self.history)
        return parts | ({} if self.scheduler is None else {"scheduler": self.scheduler})


class Bar:
    """A progress bar that counts epochs and shows the last losses; it may be turned off."""

    def __init__(self, epochs: int, done: int, progress: bool):
        self.bar = None
        if progress:
            from tqdm.auto import tqdm

            self.bar = tqdm(total=epochs, initial=done, desc="epochs", unit="epoch")

    def __enter__(self) -> Bar:
        return self

    def count(self, history: History) -> None:
        """Count one epoch."""
        if self.bar is not None:
            self.bar.set_postfix({k: f"{v[-1]:.3g}" for k, v in history.columns().items()})
            self.bar.update(1)

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.close()
