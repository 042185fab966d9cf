"""A short training run that finds bugs."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import random
from ..checks import whole
from ..nn import Module
from ..optim import Optimizer
from ..tensor import Tensor
from .data import belong_together, fitting
from .evaluation import fraction_right

__all__ = ["Overfit", "overfit_one_batch"]


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
        Loss before each step.
    accuracy : float or None
        Fraction of correct outputs in the last step, or None if there are no class indices.
    passed : bool
        Whether the loss reached ``tol``.
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
    """Check whether a model can learn a single batch by heart, as every working model can.

    If the model can't, there is a bug in the data, the loss, the gradient or the update. The
    model, the optimizer and the random generator are restored afterwards.

    Parameters
    ----------
    model : Module
        Model to check, in training mode. Strong dropout prevents any model from passing.
    batch : (inputs..., targets)
        A few examples.
    loss : function
        Function that maps the model's output and the targets to one number.
    optimizer : Optimizer
        Optimizer of the model's parameters.
    steps : int
        Maximum number of steps.
    tol : float
        Loss at which the batch counts as learned, in the unit of ``loss``.

    Returns
    -------
    Overfit
        The losses, and whether the check passed.

    Raises
    ------
    ValueError
        If steps is below 1.

    Source: Goodfellow et al. (2016), section 11.5, "fit a tiny dataset"; chapter "Diagnosing a
    training run".

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
