"""Schedules of the epoch against torch: fifty steps, states, chains and late beginnings."""

import copy
import inspect

import pytest
import torch

import nnlib
from nnlib.optim import lr_scheduler
from tests.nnlib.optim.schedules import (
    OWN,
    SCHEDULES,
    STEPS,
    assert_same,
    followed,
    optimizer_of,
    plain,
    seen,
)


@pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)
def test_fifty_steps_are_those_of_torch(make):
    assert_same(followed(nnlib, make), followed(torch, make))


def test_every_schedule_is_tried():
    ours = {"LRScheduler", "InverseTimeLR", "InverseSqrtLR", "ReduceLROnPlateau"}
    tried = {inspect.getclosurevars(m).nonlocals.get("name") for m in SCHEDULES.values()}
    assert tried - {None} | {"SequentialLR"} | ours == set(lr_scheduler.__all__)


@pytest.mark.parametrize("middle", [1, 5, 23])
@pytest.mark.parametrize("make", (SCHEDULES | OWN).values(), ids=[*SCHEDULES, *OWN])
def test_a_schedule_goes_on_from_its_state(make, middle):
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


@pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)
def test_a_state_can_be_carried_to_torch_and_back(make):
    whole = followed(nnlib, make)
    for L, other in ((nnlib, torch), (torch, nnlib)):
        first, then = optimizer_of(L), optimizer_of(other)
        schedule, rest = make(L, first), make(other, then)
        followed(L, make, 23, first, schedule)
        then.load_state_dict(first.state_dict())
        rest.load_state_dict(copy.deepcopy(schedule.state_dict()))
        assert_same(followed(other, make, STEPS - 23, then, rest), whole[23:])


@pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)
def test_a_state_has_the_names_of_torch(make):
    got, expected = (make(L, optimizer_of(L)).state_dict() for L in (nnlib, torch))
    if "_schedulers" in got:
        got, expected = (dict(s, **s["_schedulers"][-1]) for s in (got, expected))
    expected.pop("_get_lr_called_within_step", None)
    expected.pop("_is_initial", None)
    got.pop("_is_initial", None)
    assert got.keys() == expected.keys()


ADAM = ["cycle", "cycle of groups", "cycle in three phases", "cosine"]


@pytest.mark.parametrize("name", ADAM)
def test_the_first_beta_of_adam_is_its_momentum(name):
    got, expected = (
        followed(L, SCHEDULES[name], optimizer=optimizer_of(L, "Adam")) for L in (nnlib, torch)
    )
    assert_same(got, expected)


def chained(L):
    """Return the learning rates under several schedules that act at once."""
    optimizer, s = optimizer_of(L), L.optim.lr_scheduler
    schedules = [
        s.LinearLR(optimizer, total_iters=4),
        s.ExponentialLR(optimizer, gamma=0.95),
        s.MultiStepLR(optimizer, [10, 20], gamma=0.5),
        s.ConstantLR(optimizer, factor=0.5),
        s.StepLR(optimizer, 13),
        s.CosineAnnealingLR(optimizer, T_max=9),
    ]
    rates = [seen(optimizer, schedules[-1])]
    for _ in range(STEPS):
        optimizer.step()
        for schedule in schedules:
            schedule.step()
            rates.append(copy.deepcopy(seen(optimizer, schedule)))
    return rates


def test_chains_are_those_of_torch():
    assert_same(chained(nnlib), chained(torch))


def jumping(L, make):
    """Return the learning rates at given epochs, which jump back and forth."""
    optimizer = optimizer_of(L)
    schedule, found = make(L, optimizer), []
    optimizer.step()
    for t in (3, 1, 8, 40, 0, 20):
        schedule.step(t)
        found.append(copy.deepcopy(seen(optimizer, schedule)))
    schedule.step()
    return [*found, seen(optimizer, schedule)]


JUMPING = [n for n in SCHEDULES if "sequence" not in n and n != "linear at once"]


@pytest.mark.parametrize("name", JUMPING)
@pytest.mark.filterwarnings("ignore:The epoch parameter")
def test_an_epoch_can_be_given(name):
    assert_same(jumping(nnlib, SCHEDULES[name]), jumping(torch, SCHEDULES[name]))


RESUMED = ["lambda", "step", "milestones", "linear", "exponential", "cosine", "constant"]


@pytest.mark.parametrize("t", [0, 6, 20])
@pytest.mark.parametrize("name", [*RESUMED, "cycle"])
def test_a_schedule_can_begin_late(name, t):
    found = []
    for L in (nnlib, torch):
        first, then = optimizer_of(L), optimizer_of(L)
        followed(L, SCHEDULES[name], t, first)
        then.load_state_dict(first.state_dict())
        kind = inspect.getclosurevars(SCHEDULES[name]).nonlocals
        make = plain(kind["name"], **kind["options"], last_epoch=t)
        found.append(followed(L, make, 10, then))
    assert_same(*found)


SHARED = [name for name in lr_scheduler.__all__ if hasattr(torch.optim.lr_scheduler, name)]


@pytest.mark.parametrize("name", SHARED)
def test_schedules_are_called_as_in_torch(name):
    ours, theirs = getattr(lr_scheduler, name), getattr(torch.optim.lr_scheduler, name)
    for method in ("__init__", "step", "get_last_lr", "state_dict", "load_state_dict"):
        got, expected = (
            [(p.name, p.kind, p.default) for p in inspect.signature(f).parameters.values()]
            for f in (getattr(ours, method), getattr(theirs, method))
        )
        assert got == expected
