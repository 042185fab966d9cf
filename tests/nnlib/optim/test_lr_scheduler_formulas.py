"""Plateaus, the schedules of the course alone, and rates that a user sets or computes."""

import copy
import math
import warnings

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import SGD, lr_scheduler
from tests.nnlib.optim.schedules import (
    OWN,
    SCHEDULES,
    STEPS,
    assert_same,
    followed,
    half,
    optimizer_of,
    seen,
    share,
)


class Halving:
    """A callable object with a counter, used as a schedule's function."""

    def __init__(self, calls=0):
        self.calls = calls

    def __call__(self, t):
        self.calls += 1
        return 0.5**t / self.calls


def test_a_line_without_length_stays_where_it_starts():
    optimizer = optimizer_of(nnlib)
    schedule = lr_scheduler.LinearLR(optimizer, 0.5, total_iters=0)
    schedule.step(3)  # torch divides by 0
    assert schedule.get_last_lr() == [0.25, 0.015]


LOSSES = [1.0, 0.9, 0.9, 0.89995, 0.95, 0.9, 0.2, 0.3, *[0.3] * 12, math.nan, 0.1, *[0.2] * 20]
PLATEAUS = [
    {},
    dict(patience=2),
    dict(patience=0, factor=0.5, cooldown=3),
    dict(mode="max", patience=2),
    dict(mode="max", patience=2, threshold_mode="abs", threshold=0.05),
    dict(patience=2, threshold_mode="abs", threshold=0.05, min_lr=0.01),
    dict(patience=1, min_lr=[0.01, 0.0], factor=0.3),
    dict(patience=1, min_lr=(0.0, 1e-3), eps=1e-2),
]


def waited(L, losses, optimizer, schedule):
    found = []
    for loss in losses:
        schedule.step(loss)
        state = {k: v for k, v in schedule.state_dict().items() if "mode" not in k}
        found.append(copy.deepcopy((seen(optimizer, schedule), schedule.in_cooldown, state)))
    return str(found)


@pytest.mark.parametrize("options", PLATEAUS, ids=str)
def test_plateaus_are_those_of_torch(options):
    found = []
    for L in (nnlib, torch):
        optimizer = optimizer_of(L)
        schedule = L.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        waited(L, LOSSES, optimizer, schedule)
        found.append((seen(optimizer, schedule), schedule.state_dict()))
    assert found[0][0] == found[1][0]
    assert found[0][1] == found[1][1]


@pytest.mark.parametrize("options", PLATEAUS, ids=str)
def test_a_plateau_goes_on_from_its_state(options):
    optimizer, other = optimizer_of(nnlib), optimizer_of(nnlib)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    waited(nnlib, LOSSES[:13], optimizer, schedule)
    rest = lr_scheduler.ReduceLROnPlateau(other)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    rest.load_state_dict(copy.deepcopy(schedule.state_dict()))
    expected = waited(nnlib, LOSSES[13:], optimizer, schedule)
    assert waited(nnlib, LOSSES[13:], other, rest) == expected


def test_a_plateau_takes_tensors_and_groups_that_come_later():
    optimizer = optimizer_of(nnlib)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=0.01)
    optimizer.add_param_group(dict(params=[nnlib.zeros(1)], lr=0.2))
    schedule.step(nnlib.tensor(1.0))
    schedule.step(nnlib.tensor([1.0]), epoch=7)
    assert schedule.get_last_lr() == pytest.approx([0.05, 0.01, 0.02], rel=1e-12)
    assert schedule.last_epoch == 7
    bounded = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0, 0, 0])
    optimizer.add_param_group(dict(params=[nnlib.zeros(1)], lr=0.2))
    bounded.step(1.0)
    with pytest.raises(RuntimeError, match="expected 4 of min_lr, one a group, got 3"):
        bounded.step(1.0)


def rates_of(schedule, steps):
    """Return the first group's learning rate in each step, divided by its initial one."""
    found = []
    for _ in range(steps):
        found.append(schedule.get_last_lr()[0] / 0.5)
        schedule.step()
    return found


def test_inverse_time_is_its_formula():
    schedule = lr_scheduler.InverseTimeLR(optimizer_of(nnlib), 0.25)
    expected = 1 / (1 + 0.25 * np.arange(STEPS))
    np.testing.assert_allclose(rates_of(schedule, STEPS), expected, rtol=1e-12)


def test_inverse_time_warms_up_and_then_falls_as_without():
    s = np.arange(1, STEPS + 1)
    schedule = lr_scheduler.InverseTimeLR(optimizer_of(nnlib), 0.25, warmup_steps=8)
    expected = np.where(s <= 8, s / 8, 1 / (1 + 0.25 * np.maximum(s - 8, 0)))
    np.testing.assert_allclose(rates_of(schedule, STEPS), expected, rtol=1e-12)


@pytest.mark.parametrize("w", [0, 1, 8])
def test_inverse_root_is_its_formula(w):
    s, top = np.arange(1, STEPS + 1), max(w, 1)
    schedule = lr_scheduler.InverseSqrtLR(optimizer_of(nnlib), warmup_steps=w)
    expected = np.minimum(s / top, np.sqrt(top / s))
    np.testing.assert_allclose(rates_of(schedule, STEPS), expected, rtol=1e-12)


def test_inverse_root_is_the_rate_of_the_transformer():
    d, w = 512, 40
    optimizer = SGD([nnlib.zeros(1, requires_grad=True)], lr=(d * w) ** -0.5)
    schedule = lr_scheduler.InverseSqrtLR(optimizer, warmup_steps=w)
    for s in range(1, 100):
        expected = d**-0.5 * min(s**-0.5, s * w**-1.5)
        assert schedule.get_last_lr()[0] == pytest.approx(expected, rel=1e-12)
        schedule.step()


@pytest.mark.parametrize("name", ["inverse time", "inverse root"])
def test_own_schedules_have_rates_for_each_group_and_for_a_given_epoch(name):
    optimizer = optimizer_of(nnlib)
    schedule = OWN[name](nnlib, optimizer)
    found = followed(nnlib, None, 20, optimizer, schedule)
    schedule.step(12)
    assert schedule.get_last_lr() == found[12][0]
    assert found[12][0][1] / found[12][0][0] == pytest.approx(0.03 / 0.5)


def test_a_sequence_within_a_sequence_has_a_time_of_its_own():
    def inner(optimizer):
        return SCHEDULES["sequence"](nnlib, optimizer)

    for first in (True, False):
        optimizer = optimizer_of(nnlib)
        constant = lr_scheduler.LambdaLR(optimizer, lambda t: 1.0)
        parts = [inner(optimizer), constant] if first else [constant, inner(optimizer)]
        nested = lr_scheduler.SequentialLR(optimizer, parts, [10])
        got = followed(nnlib, None, 19, optimizer, nested)
        alone = followed(nnlib, SCHEDULES["sequence"], 9)
        got = [rates for rates, *_ in (got[:10] if first else got[10:])]
        assert_same(got, [rates for rates, *_ in alone])


def test_functions_that_are_objects_are_kept():
    schedule = lr_scheduler.LambdaLR(optimizer_of(nnlib), [Halving(), half])
    schedule.step()
    state = schedule.state_dict()
    assert state["lr_lambdas"] == [dict(calls=2), None]
    other = lr_scheduler.LambdaLR(optimizer_of(nnlib), [Halving(7), share])
    other.load_state_dict(state)
    assert (other.lr_lambdas[0].calls, other.lr_lambdas[1]) == (2, share)
    assert "lr_lambdas" in state


def test_a_builtin_function_is_no_object():
    schedule = lr_scheduler.LambdaLR(optimizer_of(nnlib), math.sqrt)
    assert schedule.state_dict()["lr_lambdas"] == [None, None]


def test_a_schedule_of_ones_own_has_get_lr():
    class Growing(lr_scheduler._LRScheduler):
        def get_lr(self):
            return [lr + self.last_epoch for lr in self.base_lrs]

    schedule = Growing(optimizer_of(nnlib))
    schedule.step()
    schedule.step(4)
    assert schedule.get_last_lr() == [4.5, 4.03]


def test_rates_changed_by_hand_are_gone_on_from():
    optimizer = optimizer_of(nnlib)
    schedule = lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.param_groups[0]["lr"] = 8.0
    schedule.step()
    assert schedule.get_last_lr() == [4.0, 0.015]


def test_a_cycle_that_only_rises_can_end():
    optimizer = optimizer_of(nnlib)
    schedule = lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=4, pct_start=1.0)
    for _ in range(4):
        schedule.step()
    assert schedule.get_last_lr()[0] == pytest.approx(1 / 25 / 1e4)
    with pytest.raises(ValueError, match="OneCycleLR: expected at most 4 steps"):
        schedule.step()


def test_a_step_before_that_of_the_optimizer_is_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lr_scheduler.StepLR(optimizer_of(nnlib), 3).step()
