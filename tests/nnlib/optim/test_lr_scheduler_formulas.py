"""Plateaus, the schedules of the course alone, and rates that a user sets or computes."""

import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import lr_scheduler
from tests.nnlib.harness import naming
from tests.nnlib.optim.schedules import STEPS, optimizer_of, seen

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
                results.append((rates, seen(optimizer, schedule), schedule.state_dict()))
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
