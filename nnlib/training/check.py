"""A check that compares a model's gradients with finite differences."""

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
    """One element of a parameter.

    ``name`` and ``index`` identify the element, ``backprop`` and ``difference`` are its two
    derivatives, and ``error`` is the relative error that ``gradient_check`` defines.
    """

    name: str
    index: tuple[int, ...]
    backprop: float
    difference: float
    error: float


@dataclass(frozen=True)
class GradientCheck:
    """The result of a gradient check; it prints the worst element of each parameter.

    Attributes
    ----------
    entries : list of CheckedEntry
        All elements that were checked.
    tol : float
        Largest error that passes.
    missing : list of str
        Names of the parameters without a gradient.
    """

    entries: list[CheckedEntry]
    tol: float
    missing: list[str]

    @property
    def worst(self) -> list[CheckedEntry]:
        """The element with the largest error in each parameter, sorted by decreasing error."""
        names = dict.fromkeys(entry.name for entry in self.entries)
        worst = [max((e for e in self.entries if e.name == n), key=_error) for n in names]
        return sorted(worst, key=_error, reverse=True)

    @property
    def passed(self) -> bool:
        """Whether every parameter has a gradient, and all checked elements are correct."""
        return not self.missing and all(e.error <= self.tol for e in self.entries)

    def __repr__(self) -> str:
        lines = [f"{'parameter':24}{'backprop':>14}{'difference':>14}{'error':>10}"]
        for name, index, backprop, difference, error in self.worst:
            element = f"{name}[{', '.join(map(str, index))}]"
            mark = "" if error <= self.tol else "  WRONG"
            lines.append(f"{element:24}{backprop:14.6g}{difference:14.6g}{error:10.1e}{mark}")
        lines += [f"{name:24}{'no gradient':>14}  WRONG" for name in self.missing]
        return "\n".join(lines)


def _error(entry: CheckedEntry) -> float:
    """Return the error of an element, or infinity instead of NaN."""
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

    Here, a is the derivative computed by backpropagation, and s is a thousandth of the largest
    derivative in the parameter, so that elements near 0 don't look wrong. r = 4u|L|/ε, with
    u = 2^-52, estimates the error of n that comes from the rounding of L. The check uses a copy
    of the model, and random layers such as dropout draw the same numbers each time.

    Parameters
    ----------
    model : Module
        Model to check, in its current mode.
    batch : (inputs..., targets)
        A few examples. Inputs and floating-point targets are converted to float64.
    loss : function
        Function that maps the model's output and the targets to one number.
    samples : int
        Number of elements to check in each parameter.
    eps : float
        Step ε.
    tol : float
        Largest error that passes.
    rng : Generator, optional
        Generator that selects the elements. By default, the selection is always the same.

    Returns
    -------
    GradientCheck
        The checked elements. An element within ε of a kink, such as ReLU at 0, can fail
        although the gradient is correct.

    Raises
    ------
    ValueError
        If no parameter of the model requires a gradient, or samples is below 1.

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
    double = copy.deepcopy(model).double()
    trained = {name: p for name, p in double.named_parameters() if p.requires_grad}
    if not trained:
        raise ValueError("gradient_check: expected a model with trainable parameters, got none")
    inputs, y = fitting(double, batch, "gradient_check")
    rng_state = random.get_rng_state()

    def value() -> Tensor:
        random.set_rng_state(rng_state)
        return loss(double(*inputs), y)

    double.zero_grad()
    value().backward()
    rng = np.random.default_rng(0) if rng is None else rng
    entries, missing = [], [name for name, p in trained.items() if p.grad is None]
    with no_grad():
        for name, p in trained.items():
            if p.grad is not None:
                entries += _compared(name, p, value, min(samples, p.numel()), eps, rng)
    random.set_rng_state(rng_state)
    return GradientCheck(entries, tol, missing)


def _compared(
    name: str, p: Tensor, value: Callable, samples: int, eps: float, rng: np.random.Generator
) -> list[CheckedEntry]:
    """Return both derivatives of randomly selected elements of a parameter."""
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
