"""Schedules against torch: fifty steps, states, chains, plateaus; our own by their formulas."""

import copy
import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import lr_scheduler
from tests.nnlib.harness import naming
from tests.nnlib.optim.schedules import (
    OWN,
    SCHEDULES,
    STEPS,
    assert_same,
    followed,
    optimizer_of,
    settings,
)


def test_fifty_steps_match_torch():
    for name, make in SCHEDULES.items():
        with naming(name):
            assert_same(followed(nnlib, make), followed(torch, make))


def test_a_schedule_continues_from_its_state():
    for middle in [1, 5, 23]:
        for name, make in (SCHEDULES | OWN).items():
            with naming(name, middle):
                whole = followed(nnlib, make)
                optimizer = optimizer_of(nnlib)
                schedule = make(nnlib, optimizer)
                followed(nnlib, make, middle, optimizer, schedule)
                states = copy.deepcopy((optimizer.state_dict(), schedule.state_dict()))
                followed(nnlib, make, 1, optimizer, schedule)
                optimizer = optimizer_of(nnlib)
                schedule = make(nnlib, optimizer)
                optimizer.load_state_dict(states[0])
                schedule.load_state_dict(states[1])
                rest = followed(nnlib, make, STEPS - middle, optimizer, schedule)
                assert rest == whole[middle:]


def test_a_state_has_the_names_of_torch():
    for name, make in SCHEDULES.items():
        with naming(name):
            got, expected = (make(L, optimizer_of(L)).state_dict() for L in (nnlib, torch))
            if "_schedulers" in got:
                got, expected = (dict(s, **s["_schedulers"][-1]) for s in (got, expected))
            expected.pop("_get_lr_called_within_step", None)
            expected.pop("_is_initial", None)
            got.pop("_is_initial", None)
            assert got.keys() == expected.keys()


ADAM = [n for n in SCHEDULES if n.startswith(("CyclicLR", "OneCycleLR"))]


def test_the_first_beta_of_adam_is_its_momentum():
    for name in ADAM:
        with naming(name):
            got, expected = (
                followed(L, SCHEDULES[name], optimizer=optimizer_of(L, "Adam"))
                for L in (nnlib, torch)
            )
            assert_same(got, expected)


def jumping(L, make):
    """Return the learning rates at given epochs, which jump back and forth."""
    optimizer = optimizer_of(L)
    schedule, result = make(L, optimizer), []
    optimizer.step()
    for t in (3, 1, 8, 40, 0, 20):
        schedule.step(t)
        result.append(copy.deepcopy(settings(optimizer, schedule)))
    schedule.step()
    return [*result, settings(optimizer, schedule)]


NOT_JUMPING = ("SequentialLR", "ChainedScheduler", "LinearLR(o, total_iters=0)")
JUMPING = [n for n in SCHEDULES if not n.startswith(NOT_JUMPING)]


@pytest.mark.filterwarnings("ignore:The epoch parameter")
def test_an_epoch_can_be_given():
    for name in JUMPING:
        with naming(name):
            assert_same(jumping(nnlib, SCHEDULES[name]), jumping(torch, SCHEDULES[name]))


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


def test_plateaus_match_torch():
    for options in PLATEAUS:
        with naming(options):
            results = []
            for L in (nnlib, torch):
                optimizer = optimizer_of(L)
                schedule = L.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
                rates = []
                for loss in LOSSES:
                    schedule.step(loss)
                    rates.append(schedule.get_last_lr())
                results.append((rates, settings(optimizer, schedule), schedule.state_dict()))
            assert results[0] == results[1]


def rates_of(schedule, steps):
    """Return the first group's learning rate in each step, divided by its initial one."""
    results = []
    schedule.optimizer.step()
    for _ in range(steps):
        results.append(schedule.get_last_lr()[0] / 0.5)
        schedule.step()
    return results


def test_inverse_time_is_its_formula():
    schedule = lr_scheduler.InverseTimeLR(optimizer_of(nnlib), 0.25)
    expected = 1 / (1 + 0.25 * np.arange(STEPS))
    np.testing.assert_allclose(rates_of(schedule, STEPS), expected, rtol=1e-12)


def test_inverse_time_warms_up_and_then_falls_as_without():
    s = np.arange(1, STEPS + 1)
    schedule = lr_scheduler.InverseTimeLR(optimizer_of(nnlib), 0.25, warmup_steps=8)
    expected = np.where(s <= 8, s / 8, 1 / (1 + 0.25 * np.maximum(s - 8, 0)))
    np.testing.assert_allclose(rates_of(schedule, STEPS), expected, rtol=1e-12)


def test_a_cycle_that_only_rises_can_end():
    optimizer = optimizer_of(nnlib)
    schedule = lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=4, pct_start=1.0)
    optimizer.step()
    for _ in range(4):
        schedule.step()
    assert schedule.get_last_lr()[0] == pytest.approx(1 / 25 / 1e4)
    with pytest.raises(ValueError, match="OneCycleLR: expected at most 4 steps"):
        schedule.step()
