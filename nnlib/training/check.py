"""A check of a model's gradients against finite differences."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .. import random
from ..checks import function, number, whole
from ..grad_mode import no_grad
from ..nn import Module
from ..tensor import Tensor
from .data import fitting, is_model

__all__ = ["CheckedEntry", "GradientCheck", "gradient_check"]


class CheckedEntry(NamedTuple):
    """One entry of one parameter.

    ``name`` and ``index`` say which, ``backprop`` and ``difference`` are its two derivatives,
    ``error`` is how far they are apart.
    """

    name: str
    index: tuple[int, ...]
    backprop: float
    difference: float
    error: float


@dataclass(frozen=True)
class GradientCheck:
    """The entries that were looked at; prints the worst of each parameter.

    Attributes
    ----------
    entries : list of CheckedEntry
        All of them.
    tol : float
        The largest error that is allowed.
    missing : list of str
        Parameters that got no gradient at all.
    """

    entries: list[CheckedEntry]
    tol: float
    missing: list[str]

    @property
    def worst(self) -> list[CheckedEntry]:
        """Of each parameter the entry with the largest error, the largest first."""
        names = dict.fromkeys(entry.name for entry in self.entries)
        worst = [max((e for e in self.entries if e.name == n), key=_error) for n in names]
        return sorted(worst, key=_error, reverse=True)

    @property
    def passed(self) -> bool:
        """Whether every parameter got a gradient and all of them are right."""
        return not self.missing and all(e.error <= self.tol for e in self.entries)

    def __repr__(self) -> str:
        lines = [f"{'parameter':24}{'backprop':>14}{'difference':>14}{'error':>10}"]
        for name, index, backprop, difference, error in self.worst:
            where = f"{name}[{', '.join(map(str, index))}]"
            mark = "" if error <= self.tol else "  WRONG"
            lines.append(f"{where:24}{backprop:14.6g}{difference:14.6g}{error:10.1e}{mark}")
        lines += [f"{name:24}{'no gradient':>14}  WRONG" for name in self.missing]
        return "\n".join(lines)


def _error(entry: CheckedEntry) -> float:
    """Return the distance of the two derivatives; NaN becomes infinite."""
    return np.inf if np.isnan(entry.error) else entry.error


def gradient_check(
    model: Module,
    batch: tuple,
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    samples: int = 10,
    eps: float = 1e-6,
    tol: float = 1e-5,
    rng: np.random.Generator | None = None,
) -> GradientCheck:
    r"""Compare a model's gradients with central differences, in float64.

    .. math:: \frac{\max(|a - n| - r, 0)}{\max(|a|, |n|, s)}, \qquad
        n = \frac{L(\theta + \varepsilon e_i) - L(\theta - \varepsilon e_i)}{2 \varepsilon}

    with a the derivative by backpropagation, s a thousandth of the parameter's largest, so
    that an entry that is nearly 0 is not measured against itself, and r = 4u|L|/ε what the
    rounding of L alone does (u = 2^-52). The model is copied; what is random in it (dropout)
    draws the same numbers each time.

    Parameters
    ----------
    model : Module
        In whichever mode it is.
    batch : (inputs..., targets)
        A few examples; inputs and float targets are brought to float64.
    loss : function
        Takes the model's output and the targets and gives one number.
    samples : int
        How many entries of each parameter to look at.
    eps : float
        The step ε.
    tol : float
        The largest error that passes.
    rng : Generator, optional
        Decides which entries; by default the same each time.

    Returns
    -------
    GradientCheck
        The entries; those within ε of a corner (a ReLU at 0) may be wrong without a mistake.

    Raises
    ------
    ValueError
        If the model has no parameters that require a gradient, or samples is below 1.

    Source: Goodfellow et al. (2016), section 11.5; chapter "Gradient checking".

    >>> from nnlib import nn
    >>> model, batch = nn.Linear(2, 2), (np.eye(2), np.array([0, 1]))
    >>> gradient_check(model, batch, nn.functional.cross_entropy).passed
    True
    """
    is_model("gradient_check", model)
    function("gradient_check", "loss", loss)
    whole("gradient_check", "samples", samples, low=1)
    number("gradient_check", "eps", eps, above=0)
    twin = copy.deepcopy(model).double()
    trained = {name: p for name, p in twin.named_parameters() if p.requires_grad}
    if not trained:
        raise ValueError("gradient_check: expected a model with parameters to train, got none")
    inputs, y = fitting(twin, batch, "gradient_check")
    chance = random.get_rng_state()

    def value() -> Tensor:
        random.set_rng_state(chance)
        return loss(twin(*inputs), y)

    twin.zero_grad()
    value().backward()
    rng = np.random.default_rng(0) if rng is None else rng
    entries, missing = [], [name for name, p in trained.items() if p.grad is None]
    with no_grad():
        for name, p in trained.items():
            if p.grad is not None:
                entries += _compared(name, p, value, min(samples, p.numel()), eps, rng)
    random.set_rng_state(chance)
    return GradientCheck(entries, tol, missing)


def _compared(
    name: str, p: Tensor, value: Callable, samples: int, eps: float, rng: np.random.Generator
) -> list[CheckedEntry]:
    """Return both derivatives for a sample of a parameter's entries."""
    theta, gradient, entries = p.array, p.grad.array, []
    scale = max(1e-3 * np.abs(gradient).max(), 1e-12)
    for k in rng.choice(theta.size, samples, replace=False):
        i = np.unravel_index(k, theta.shape)
        old, sides = theta[i], []
        for step in (eps, -eps):
            theta[i] = old + step
            sides.append(value().item())
        theta[i] = old
        a, n = float(gradient[i]), (sides[0] - sides[1]) / (2 * eps)
        rounding = 4 * np.finfo(float).eps * max(map(abs, sides)) / eps
        error = np.maximum(abs(a - n) - rounding, 0) / max(abs(a), abs(n), scale)
        entries.append(CheckedEntry(name, tuple(map(int, i)), a, n, float(error)))
    return entries
