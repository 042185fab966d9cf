"""Schedules by epoch against torch: fifty steps, states, chains and late starts."""

import copy

import pytest
import torch

import nnlib
from tests.nnlib.harness import naming
from tests.nnlib.optim.schedules import (
    OWN,
    SCHEDULES,
    STEPS,
    assert_same,
    followed,
    optimizer_of,
    seen,
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


ADAM = ["cycles", "cycle", "cycle of groups", "cycle in three phases", "cosine"]


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
        result.append(copy.deepcopy(seen(optimizer, schedule)))
    schedule.step()
    return [*result, seen(optimizer, schedule)]


JUMPING = [n for n in SCHEDULES if "sequence" not in n and n != "linear at once"]


@pytest.mark.filterwarnings("ignore:The epoch parameter")
def test_an_epoch_can_be_given():
    for name in JUMPING:
        with naming(name):
            assert_same(jumping(nnlib, SCHEDULES[name]), jumping(torch, SCHEDULES[name]))
