"""Averages of a model's weights during training (SWA and EMA), and a matching scheduler."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from ..checks import expect
from ..creation import zeros
from ..grad_mode import no_grad
from ..nn import BatchNorm1d, BatchNorm2d
from ..nn.module import Module
from ..tensor import Tensor
from .lr_scheduler.scheduler import LRScheduler, checked, each_group, rates_of
from .optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "update_bn",
]

Tensors = Sequence[Tensor]


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Tensor, Tensor, Any], Tensor]:
    """Return a function that computes an exponential moving average, for ``avg_fn``."""
    _check_decay("get_ema_avg_fn", decay)

    @no_grad()
    def average(ema_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return decay * ema_param + (1 - decay) * current_param

    return average


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[Tensors, Tensors, Any], None]:
    """Return a function that computes exponential moving averages, for ``multi_avg_fn``."""
    _check_decay("get_ema_multi_avg_fn", decay)

    @no_grad()
    def average(ema_params: Tensors, current_params: Tensors, num_averaged: Any) -> None:
        for ema, current in zip(ema_params, current_params, strict=True):
            if ema.is_floating_point():
                ema.lerp_(current, 1 - decay)
            else:
                ema.copy_(ema * decay + current * (1 - decay))

    return average


def get_swa_avg_fn() -> Callable[[Tensor, Tensor, Any], Tensor]:
    """Return a function that computes the mean of all weights so far, for ``avg_fn``."""

    @no_grad()
    def average(averaged_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return average


def _check_decay(name: str, decay: float) -> None:
    """Raise ValueError unless the decay is in [0, 1]."""
    if not 0 <= decay <= 1:
        raise ValueError(f"{name}: expected decay in [0, 1], got {decay}")


class AveragedModel(Module):
    r"""A copy of a model whose weights are averages over the course of training.

    .. math:: \bar w \leftarrow \bar w + \frac{w - \bar w}{n + 1}

    The first call to ``update_parameters`` copies the weights w, and later calls average them.

    To replace this mean, pass ``avg_fn(averaged, current, n)``, which returns the new average
    of one parameter, or ``multi_avg_fn(averaged, current, n)``, which changes a list of
    averages in place. With ``use_buffers``, buffers are averaged too; otherwise, they are
    copied.

    Attributes
    ----------
    module : Module
        Copy with the averaged weights.
    n_averaged : () int64
        Number n of updates.

    Source: Izmailov et al. (2018), "Averaging weights leads to wider optima".

    >>> from nnlib import nn
    >>> model = nn.Linear(1, 1, bias=False)
    >>> average = AveragedModel(model)
    >>> for weight in (1.0, 2.0, 6.0):
    ...     _ = nn.init.constant_(model.weight, weight)
    ...     average.update_parameters(model)
    >>> average.module.weight.item()
    3.0
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[[Tensor, Tensor, Any], Tensor] | None = None,
        multi_avg_fn: Callable[[Tensors, Tensors, Any], None] | None = None,
        use_buffers: bool = False,
    ):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("AveragedModel: expected avg_fn or multi_avg_fn, got both")
        self.module = copy.deepcopy(model).to(device)
        self.register_buffer("n_averaged", zeros((), dtype=np.dtype("int64")))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return the output of the averaged model."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Include the current weights of the model in the average."""
        pairs = [
            (averaged.detach(), current.detach())
            for averaged, current in zip(
                self._averaged(self.module), self._averaged(model), strict=True
            )
        ]
        if self.n_averaged == 0:
            for averaged, current in pairs:
                averaged.copy_(current)
        elif self.multi_avg_fn is None:
            average = self.avg_fn or get_swa_avg_fn()
            for averaged, current in pairs:
                averaged.copy_(average(averaged, current, self.n_averaged))
        else:
            for dtype in dict.fromkeys(averaged.dtype for averaged, _ in pairs):
                group = [pair for pair in pairs if pair[0].dtype == dtype]
                self.multi_avg_fn(*map(list, zip(*group, strict=True)), self.n_averaged)
        if not self.use_buffers:
            for own, current in zip(self.module.buffers(), model.buffers(), strict=True):
                own.copy_(current)
        self.n_averaged += 1

    def _averaged(self, model: Module) -> Iterable[Tensor]:
        """Return the parameters and buffers of a model that are averaged."""
        buffers = model.buffers() if self.use_buffers else ()
        return chain(model.parameters(), buffers)


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the running statistics of all batch normalization layers from data.

    Call this before you use averaged weights, because the stored statistics were computed with
    different weights. The loader yields batches, or tuples or lists whose first element is the
    batch.
    """
    layers = [m for m in model.modules() if isinstance(m, (BatchNorm1d, BatchNorm2d))]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # all batches have equal weight
    for batch in loader:
        x = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(x if device is None else x.to(device))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    r"""Change the rate gradually to a constant value.

    .. math:: \eta_t = (1 - a)\, \eta_0 + a\, \eta_{\text{swa}}

    Over ``anneal_epochs`` epochs, a rises from 0 to 1 along half a cosine or a straight line
    (``anneal_strategy`` "cos" or "linear").

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=8.0)
    >>> schedule = SWALR(optimizer, swa_lr=2.0, anneal_epochs=2, anneal_strategy="linear")
    >>> optimizer.step()
    >>> for _ in range(3):
    ...     print(schedule.get_last_lr())
    ...     schedule.step()
    [8.0]
    [5.0]
    [2.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ):
        self.optimizer = checked(self, optimizer)
        known = anneal_strategy in ("cos", "linear")
        expect(self, known, "anneal_strategy 'cos' or 'linear'", repr(anneal_strategy))
        valid = isinstance(anneal_epochs, int) and anneal_epochs >= 0
        expect(self, valid, "an integer anneal_epochs >= 0", anneal_epochs)
        rates = each_group(self, "swa_lr", swa_lr)
        for rate, group in zip(rates, optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        self._anneal_strategy, self.anneal_epochs = anneal_strategy, anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _progress(self, step: int) -> float:
        """Return the weight a after a number of steps."""
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return t if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * t)) / 2

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        step = max(self._step_count - 1, 1 if self.anneal_epochs == 0 else 0)
        before, now = self._progress(step - 1), self._progress(step)
        rates = []
        for group, lr in zip(self.optimizer.param_groups, rates_of(self), strict=True):
            end = group["swa_lr"]
            start = end if before == 1 else (lr - before * end) / (1 - before)
            rates.append(end * now + start * (1 - now))
        return rates
