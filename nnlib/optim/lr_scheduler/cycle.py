"""Cyclical learning rates, which rise and fall, while momentum does the opposite."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...checks import expect
from ..optimizer import Optimizer
from .closed_form import is_object
from .scheduler import LRScheduler, checked, each_group, name_of

__all__ = ["CyclicLR", "OneCycleLR"]


def _cosine(start: float, end: float, fraction: float) -> float:
    """Return the value at a fraction of the way from start to end, along half a cosine."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * fraction))


def _straight(start: float, end: float, fraction: float) -> float:
    """Return the value at a fraction of the way from start to end, linearly."""
    return start + (end - start) * fraction


def _has_betas(schedule: LRScheduler) -> bool:
    """Return whether the optimizer has betas; raise ValueError if it has no momentum either."""
    known = schedule.optimizer.defaults.keys() & {"momentum", "betas"}
    expected = "an optimizer with momentum or betas for cycle_momentum=True"
    expect(schedule, known, expected, name_of(schedule.optimizer))
    return "betas" in known


def _set_momentum(schedule: Any, group: dict[str, Any], momentum: float) -> None:
    """Set the momentum of a group, or its first beta."""
    if schedule.use_beta1:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


class OneCycleLR(LRScheduler):
    r"""Increase the rate to a maximum and then decrease it to almost 0, once during training.

    .. math:: \frac{\eta_{\max}}{d} \to \eta_{\max} \to \frac{\eta_{\max}}{d\, d_\mathrm{end}}

    Momentum, or Adam's β₁, does the opposite: it starts high, falls, and rises again. Call
    ``step`` after each mini-batch.

    Parameters
    ----------
    max_lr : float, or list of float
        Maximum rate η_max, or one per group.
    total_steps : int
        Total number of calls to ``step``.
    epochs, steps_per_epoch : int
        If ``total_steps`` isn't given, it is the product of these two numbers.
    pct_start : float
        Fraction of the steps during which the rate rises.
    anneal_strategy : "cos" or "linear"
        "cos" for half a cosine, or "linear" for a straight line.
    cycle_momentum : bool
        If True, change the momentum too.
    base_momentum, max_momentum : float, or list of float
        Lowest and highest momentum.
    div_factor, final_div_factor : float
        Divisors d and d_end.
    three_phase : bool
        If True, the rate falls back to its initial value as fast as it rose, and then
        decreases to almost 0.

    Raises
    ------
    ValueError
        If a number of steps isn't a positive integer, pct_start isn't a float in [0, 1],
        anneal_strategy is unknown, a list has the wrong length, or ``cycle_momentum`` is True
        but the optimizer has neither momentum nor betas. ``step`` also raises ValueError after
        the last step.

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
        self.use_beta1 = _has_betas(self)
        return each_group(self, "base_momentum", base), each_group(self, "max_momentum", most)

    def _phases(self, rise: float, three: bool) -> list[dict[str, Any]]:
        """Return the end of each phase, and the names of the options at its start and end."""
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
        expect(self, t <= n, f"at most {n} steps", t)
        between = _cosine if self._anneal_func_type == "cos" else _straight
        ends = [phase["end_step"] for phase in self._schedule_phases]
        i = next((i for i, end in enumerate(ends) if t <= end), len(ends) - 1)
        phase, start = self._schedule_phases[i], ends[i - 1] if i else 0
        length = (ends[i] - start) or 1  # if pct_start = 1, the last phase has length 0
        fraction = (t - start) / length
        for group in self.optimizer.param_groups if self.cycle_momentum else ():
            ways = group[phase["start_momentum"]], group[phase["end_momentum"]]
            _set_momentum(self, group, between(*ways, fraction))
        return [
            between(group[phase["start_lr"]], group[phase["end_lr"]], fraction)
            for group in self.optimizer.param_groups
        ]


class CyclicLR(LRScheduler):
    r"""Vary the rate between two values, in cycles of constant length.

    .. math:: \eta_t = \eta_{\min} + (\eta_{\max} - \eta_{\min})\, h_t\, s

    In each cycle, h rises from 0 to 1 in ``step_size_up`` steps, and falls to 0 in
    ``step_size_down`` steps (default: the same number). The scale s is 1 for "triangular",
    :math:`1 / 2^{c-1}` in cycle c for "triangular2", and :math:`\gamma^t` for "exp_range". With
    ``scale_fn``, s is ``scale_fn(c)`` for ``scale_mode`` "cycle", and ``scale_fn(t)`` for
    "iterations". Momentum, or Adam's β₁, does the opposite. Lists contain one value per group.

    Raises ValueError if the mode is unknown, a list has the wrong length, or ``cycle_momentum``
    is True but the optimizer has neither momentum nor betas.

    Source: Smith (2017), "Cyclical learning rates for training neural networks".

    >>> from nnlib import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=1.0, momentum=0.9)
    >>> schedule = CyclicLR(optimizer, base_lr=1.0, max_lr=5.0, step_size_up=2)
    >>> optimizer.step()
    >>> for _ in range(3):
    ...     schedule.step()
    >>> schedule.get_last_lr()
    [3.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ):
        self.optimizer = checked(self, optimizer)
        lowest = each_group(self, "base_lr", base_lr)
        self.max_lrs = each_group(self, "max_lr", max_lr)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        known = mode in ("triangular", "triangular2", "exp_range") or scale_fn is not None
        expected = "mode 'triangular', 'triangular2' or 'exp_range', or a scale_fn"
        expect(self, known, expected, repr(mode))
        self.mode, self.gamma, self._scale_fn_custom = mode, gamma, scale_fn
        self.scale_mode, self.cycle_momentum = scale_mode, cycle_momentum
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        if cycle_momentum:
            self.use_beta1 = _has_betas(self)
            self.base_momentums = each_group(self, "base_momentum", base_momentum)
            self.max_momentums = each_group(self, "max_momentum", max_momentum)
        for i, group in enumerate(optimizer.param_groups if last_epoch == -1 else ()):
            group["lr"] = lowest[i]
            if cycle_momentum:
                low, high = self.base_momentums[i], self.max_momentums[i]
                _set_momentum(self, group, high)
                group.update(max_momentum=high, base_momentum=low)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lowest

    def scale_fn(self, x: float) -> float:
        """Return the scale s for a cycle or a step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group, and set its momentum."""
        t = self.last_epoch
        cycle = math.floor(1 + t / self.total_size)
        x = 1.0 + t / self.total_size - cycle
        rises = x <= self.step_ratio
        height = x / self.step_ratio if rises else (x - 1) / (self.step_ratio - 1)
        height *= self.scale_fn(cycle if self.scale_mode == "cycle" else t)
        for i, group in enumerate(self.optimizer.param_groups if self.cycle_momentum else ()):
            low, high = self.base_momentums[i], self.max_momentums[i]
            _set_momentum(self, group, high - (high - low) * height)
        pairs = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * height for low, high in pairs]

    def state_dict(self) -> dict[str, Any]:
        """Return the state, without the optimizer and without a plain ``scale_fn``."""
        f = self._scale_fn_custom
        saved = dict(vars(f)) if f is not None and is_object(f) else None
        return {**super().state_dict(), "_scale_fn_custom": saved}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the state from ``state_dict``; a plain ``scale_fn`` stays unchanged."""
        f, saved = self._scale_fn_custom, state_dict["_scale_fn_custom"]
        if saved is not None:
            vars(f).update(saved)
        super().load_state_dict({**state_dict, "_scale_fn_custom": f})
