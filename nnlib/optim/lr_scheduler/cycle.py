"""The one-cycle policy: the learning rate rises and falls once, momentum does the opposite."""

from __future__ import annotations

import math
from typing import Any

from ...checks import expect
from ..optimizer import Optimizer
from .scheduler import LRScheduler, checked, each_group, name_of

__all__ = ["OneCycleLR"]


def _cosine(start: float, end: float, share: float) -> float:
    """Return the value at a fraction of the way from start to end, along half a cosine."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * share))


def _straight(start: float, end: float, share: float) -> float:
    """Return the value at a fraction of the way from start to end, linearly."""
    return start + (end - start) * share


class OneCycleLR(LRScheduler):
    r"""Let the rate rise to its highest and fall to almost nothing, once in a training.

    .. math:: \frac{\eta_{\max}}{d} \to \eta_{\max} \to \frac{\eta_{\max}}{d\, d_\mathrm{end}}

    Momentum, or Adam's β₁, goes the opposite way: high, low, high. ``step`` is meant to be
    called after each mini-batch.

    Parameters
    ----------
    optimizer : Optimizer
        Whose rates to set.
    max_lr : float, or list of float
        η_max, or one for each group.
    total_steps : int
        How many calls of ``step`` there will be.
    epochs, steps_per_epoch : int
        Their product, where ``total_steps`` is not given.
    pct_start : float
        The share of steps in which the rate rises.
    anneal_strategy : "cos" or "linear"
        Along half a cosine, or evenly.
    cycle_momentum : bool
        Whether momentum changes too.
    base_momentum, max_momentum : float, or list of float
        The lowest and the highest momentum.
    div_factor, final_div_factor : float
        d and d_end.
    three_phase : bool
        Whether the rate first falls as long as it rose, and only then to almost nothing.
    last_epoch : int
        As in ``LRScheduler``.

    Raises
    ------
    ValueError
        If numbers of steps are no positive integers, pct_start is no float in [0, 1],
        anneal_strategy is unknown, or the optimizer has no momentum that could change;
        in ``step``, beyond total_steps.

    Source: Smith and Topin (2019), "Super-convergence".

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=1.0, momentum=0.9)
    >>> schedule = OneCycleLR(optimizer, max_lr=8.0, total_steps=10, div_factor=4.0)
    >>> for _ in range(2):
    ...     optimizer.step()
    ...     schedule.step()
    >>> schedule.get_last_lr(), optimizer.param_groups[0]["momentum"]
    ([8.0], 0.85)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 10000.0,
        three_phase: bool = False,
        last_epoch: int = -1,
    ):
        self.optimizer, self.cycle_momentum = checked(self, optimizer), cycle_momentum
        self.total_steps = self._count(total_steps, epochs, steps_per_epoch)
        valid = isinstance(pct_start, float) and 0 <= pct_start <= 1
        expect(self, valid, "pct_start as a float in [0, 1]", pct_start)
        known = anneal_strategy in ("cos", "linear")
        expect(self, known, "anneal_strategy 'cos' or 'linear'", repr(anneal_strategy))
        self._anneal_func_type = anneal_strategy
        self._schedule_phases = self._phases(pct_start, three_phase)
        highest = each_group(self, "max_lr", max_lr)
        lows, highs = self._momenta(base_momentum, max_momentum)
        if last_epoch == -1:
            for i, group in enumerate(optimizer.param_groups):
                first = highest[i] / div_factor
                group.update(initial_lr=first, max_lr=highest[i])
                group["min_lr"] = first / final_div_factor
                if cycle_momentum:
                    group.update(max_momentum=highs[i], base_momentum=lows[i])
        super().__init__(optimizer, last_epoch)

    def _count(self, total: int | None, epochs: int | None, per_epoch: int | None) -> int:
        """Return the total number of steps."""
        if total is None and None in (epochs, per_epoch):
            raise ValueError("OneCycleLR: expected total_steps, or epochs and steps_per_epoch")
        counts = dict(epochs=epochs, steps_per_epoch=per_epoch)
        if total is not None:
            counts = dict(total_steps=total)
        for name, n in counts.items():
            valid = isinstance(n, int) and n > 0
            expect(self, valid, f"a positive integer as {name}", n)
        return math.prod(counts.values())

    def _momenta(self, base: Any, most: Any) -> tuple[list[float], list[float]]:
        """Return the lowest and the highest momentum of each group."""
        if not self.cycle_momentum:
            return [], []
        known = self.optimizer.defaults.keys() & {"momentum", "betas"}
        expected = "an optimizer with momentum or betas for cycle_momentum=True"
        expect(self, known, expected, name_of(self.optimizer))
        self.use_beta1 = "betas" in known
        return each_group(self, "base_momentum", base), each_group(self, "max_momentum", most)

    def _phases(self, rise: float, three: bool) -> list[dict[str, Any]]:
        """Return the phases: when each ends, and from where to where it moves the options."""
        names = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
        low, high, n = "base_momentum", "max_momentum", self.total_steps
        phases = [(rise * n - 1, "initial_lr", "max_lr", high, low)]
        if three:
            phases.append((2 * rise * n - 2, "max_lr", "initial_lr", low, high))
            phases.append((n - 1, "initial_lr", "min_lr", high, high))
        else:
            phases.append((n - 1, "max_lr", "min_lr", low, high))
        return [dict(zip(names, phase, strict=True)) for phase in phases]

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group, and set its momentum."""
        n, t = self.total_steps, self.last_epoch
        expect(self, t <= n, f"at most {n} steps, as was announced", t)
        between = _cosine if self._anneal_func_type == "cos" else _straight
        ends = [phase["end_step"] for phase in self._schedule_phases]
        i = next((i for i, end in enumerate(ends) if t <= end), len(ends) - 1)
        phase, start = self._schedule_phases[i], ends[i - 1] if i else 0
        share = (t - start) / (
            (ends[i] - start) or 1
        )  # with pct_start = 1 the last phase has length 0
        for group in self.optimizer.param_groups if self.cycle_momentum else ():
            ways = group[phase["start_momentum"]], group[phase["end_momentum"]]
            momentum = between(*ways, share)
            if self.use_beta1:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum
        return [
            between(group[phase["start_lr"]], group[phase["end_lr"]], share)
            for group in self.optimizer.param_groups
        ]
