"""Two short trainings that find bugs and a good learning rate."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import numpy as np

from .. import random
from ..checks import number, whole
from ..nn import Module
from ..optim import Optimizer
from ..tensor import Tensor
from .data import belong_together, fitting, pair
from .evaluation import fraction_right

__all__ = ["LRSearch", "Overfit", "lr_finder", "overfit_one_batch"]


@contextmanager
def restoring(model: Module, optimizer: Optimizer) -> Iterator[None]:
    """Restore the model, the optimizer and the random generator when the block ends."""
    parts = (model, optimizer)
    before, chance = (
        [copy.deepcopy(part.state_dict()) for part in parts],
        random.get_rng_state(),
    )
    modes = [(m, m.training) for m in model.modules()]
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            yield
    finally:
        optimizer.state.clear()
        for part, state in zip(parts, before, strict=True):
            part.load_state_dict(state)
        for m, training in modes:
            m.training = training
        optimizer.zero_grad()
        random.set_rng_state(chance)


def _step(model: Module, optimizer: Optimizer, loss: Callable, inputs: list, y: Tensor) -> Any:
    """Take one training step; return the outputs and the loss before the step."""
    kept = []

    def closure() -> Tensor:
        optimizer.zero_grad()
        output = model(*inputs)
        value = loss(output, y)
        value.backward()
        kept.append((output, float(value.item())))
        return value

    optimizer.step(closure)
    return kept[0]


@dataclass(frozen=True)
class Overfit:
    """The result of overfitting one batch.

    Attributes
    ----------
    losses : list of float
        Before each step.
    accuracy : float or None
        Share of the batch that the last outputs get right; None without class indices.
    passed : bool
        Whether the loss came down to what was asked.
    """

    losses: list[float]
    accuracy: float | None
    passed: bool

    def __repr__(self) -> str:
        right = "" if self.accuracy is None else f", accuracy {self.accuracy:.1%}"
        way = f"loss {self.losses[0]:.4g} -> {self.losses[-1]:.4g} in {len(self.losses)} steps"
        end = "learned by heart" if self.passed else "NOT learned: look for a bug"
        return f"one batch: {way}{right}: {end}"


def overfit_one_batch(
    model: Module,
    batch: tuple,
    loss: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    *,
    steps: int = 200,
    tol: float = 0.01,
) -> Overfit:
    """See whether a model can learn a single batch by heart, as any that works can.

    A model that cannot has a bug: in the data, the loss, the gradient or the step. Model,
    optimizer and random numbers are as before afterwards.

    Parameters
    ----------
    model : Module
        In training mode; a strong dropout keeps any model from learning by heart.
    batch : (inputs..., targets)
        A few examples.
    loss : function
        Takes the model's output and the targets and gives one number.
    optimizer : Optimizer
        Holds the model's parameters.
    steps : int
        How many at most.
    tol : float
        The loss that counts as learned, in the unit of ``loss``.

    Returns
    -------
    Overfit
        The losses, and whether it passed.

    Raises
    ------
    ValueError
        If steps is below 1.

    Source: Goodfellow et al. (2016), section 11.5, "fit a tiny dataset"; chapter "Strategy".

    >>> from nnlib import nn, optim
    >>> model = nn.Linear(2, 2)
    >>> batch = np.eye(2), np.array([0, 1])
    >>> sgd = optim.SGD(model.parameters(), lr=5.0)
    >>> overfit_one_batch(model, batch, nn.functional.cross_entropy, sgd).passed
    True
    """
    belong_together("overfit_one_batch", model, loss, optimizer)
    whole("overfit_one_batch", "steps", steps, low=1)
    inputs, y = fitting(model, batch, "overfit_one_batch")
    losses = []
    with restoring(model, optimizer):
        model.train()
        for _ in range(steps):
            output, value = _step(model, optimizer, loss, inputs, y)
            losses.append(value)
            if value <= tol or not math.isfinite(value):
                break
    classes = y.dtype.kind in "iu" and output.ndim == y.ndim + 1
    right = fraction_right(output.array, y.array) if classes else None
    return Overfit(losses, right, losses[-1] <= tol)


@dataclass(frozen=True)
class LRSearch:
    """Losses along a growing learning rate.

    Attributes
    ----------
    lrs, losses : (S,) float
        The rate of each step, and the loss before it.
    smoothed : (S,) float
        The losses averaged over the last steps, with bias correction.
    suggestion : float
        The rate where the smoothed loss falls fastest.
    """

    lrs: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    suggestion: float

    def __repr__(self) -> str:
        ends = f"{self.lrs[0]:.1e} to {self.lrs[-1]:.1e}"
        return f"learning rates {ends} in {len(self.lrs)} steps: try {self.suggestion:.1e}"


def lr_finder(
    model: Module,
    loader: Iterable,
    loss: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    *,
    lowest: float = 1e-5,
    highest: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.9,
    give_up: float = 4.0,
) -> LRSearch:
    r"""Let the learning rate grow step by step, and see where the loss falls fastest.

    .. math:: \eta_s = \eta_0 \Bigl(\frac{\eta_1}{\eta_0}\Bigr)^{s / (S - 1)}

    Model, optimizer and random numbers are as before afterwards.

    Parameters
    ----------
    model : Module
        In training mode.
    loader : iterable of (inputs, targets)
        Batches; begun again when they are used up.
    loss : function
        Takes the model's output and the targets and gives one number.
    optimizer : Optimizer
        Its rates are replaced, all groups alike.
    lowest, highest : float
        The rates η₀ and η₁.
    steps : int
        How many steps S between them, ends included.
    smoothing : float
        Share of the past in the moving average, in [0, 1).
    give_up : float
        End where the smoothed loss is so many times its smallest, or not finite.

    Returns
    -------
    LRSearch
        Rates, losses and a suggestion.

    Raises
    ------
    ValueError
        If a bound is out of range, there are no batches, or the loss is not finite before
        there is anything to compare.

    Source: Smith (2017), "Cyclical learning rates for training neural networks",
    section 3.3; chapter "Learning-rate schedules".

    >>> from nnlib import nn, optim
    >>> model, batch = nn.Linear(2, 2), (np.eye(2), np.array([0, 1]))
    >>> sgd = optim.SGD(model.parameters(), lr=1.0)
    >>> found = lr_finder(model, [batch], nn.functional.cross_entropy, sgd)
    >>> 1e-5 < found.suggestion < 10, sgd.param_groups[0]["lr"]
    (True, 1.0)
    """
    belong_together("lr_finder", model, loss, optimizer)
    pair("lr_finder", loader)
    _check(lowest, highest, steps, smoothing)
    rates, losses, smoothed, average = np.geomspace(lowest, highest, steps), [], [], 0.0
    batches = chain.from_iterable(repeat(loader, steps))
    with restoring(model, optimizer):
        model.train()
        for t, (lr, batch) in enumerate(zip(rates, batches, strict=False), start=1):
            for group in optimizer.param_groups:
                group["lr"] = float(lr)
            _, value = _step(model, optimizer, loss, *fitting(model, batch, "lr_finder"))
            average = smoothing * average + (1 - smoothing) * value
            losses.append(value)
            smoothed.append(average / (1 - smoothing**t))
            if not math.isfinite(value) or smoothed[-1] > give_up * min(smoothed):
                break
    finite = np.isfinite(smoothed)
    lrs, losses, smoothed = (
        np.asarray(a)[finite] for a in (rates[: len(losses)], losses, smoothed)
    )
    if len(lrs) < 2:
        raise ValueError(f"lr_finder: expected two finite losses at least, got {len(lrs)}")
    fastest = np.argmin(np.gradient(smoothed, np.log(lrs)))
    return LRSearch(lrs, losses, smoothed, float(lrs[fastest]))


def _check(lowest: float, highest: float, steps: int, smoothing: float) -> None:
    """Raise ValueError for options of lr_finder that are out of range."""
    number("lr_finder", "lowest", lowest, above=0)
    number("lr_finder", "highest", highest, above=lowest)
    whole("lr_finder", "steps", steps, low=2)
    if not 0 <= number("lr_finder", "smoothing", smoothing) < 1:
        raise ValueError(f"lr_finder: expected smoothing in [0, 1), got {smoothing}")
