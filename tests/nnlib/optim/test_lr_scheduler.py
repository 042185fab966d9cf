"""Schedules against torch: fifty steps, chains, restarts, and the course's own by formula."""

import copy
import inspect
import math
import warnings

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import SGD, lr_scheduler

STEPS = 50


def optimizer_of(L, name="SGD", **options):
    """An optimizer of two groups with rates of their own, whose step changes nothing."""
    groups = [dict(params=[L.zeros(1, requires_grad=True)]) for _ in range(2)]
    groups[1]["lr"] = 0.03
    if name == "SGD":
        options = dict(momentum=0.9) | options
    return getattr(L.optim, name)(groups, lr=0.5, **options)


class Halving:
    """A function that is an object, with a memory."""

    def __init__(self, calls=0):
        self.calls = calls

    def __call__(self, t):
        self.calls += 1
        return 0.5**t / self.calls


def half(t):
    return 0.5**t


def share(t):
    return 1 / (1 + t)


def sequence(*parts, milestones):
    """A SequentialLR of schedules given by name and options."""

    def make(L, optimizer):
        s = L.optim.lr_scheduler
        inner = [getattr(s, name)(optimizer, **options) for name, options in parts]
        return s.SequentialLR(optimizer, inner, milestones=milestones)

    return make


def plain(name, **options):
    return lambda L, optimizer: getattr(L.optim.lr_scheduler, name)(optimizer, **options)


SCHEDULES = {
    "lambda": plain("LambdaLR", lr_lambda=share),
    "lambdas": plain("LambdaLR", lr_lambda=[share, half]),
    "lambdas as a tuple": plain("LambdaLR", lr_lambda=(share, half)),
    "step": plain("StepLR", step_size=7),
    "step by step": plain("StepLR", step_size=1, gamma=0.9),
    "milestones": plain("MultiStepLR", milestones=[3, 20, 20, 31], gamma=0.5),
    "milestone at 0": plain("MultiStepLR", milestones=(0, 9)),
    "constant": plain("ConstantLR"),
    "constant to the end": plain("ConstantLR", factor=0.25, total_iters=100),
    "constant from the start": plain("ConstantLR", factor=0.25, total_iters=0),
    "linear": plain("LinearLR"),
    "linear down": plain("LinearLR", start_factor=1.0, end_factor=0.1, total_iters=30),
    "linear to 0": plain("LinearLR", start_factor=0.7, end_factor=0.0, total_iters=13),
    "linear at once": plain("LinearLR", total_iters=0),
    "exponential": plain("ExponentialLR", gamma=0.93),
    "exponential to 0": plain("ExponentialLR", gamma=0.0),
    "cosine": plain("CosineAnnealingLR", T_max=50),
    "cosine up and down": plain("CosineAnnealingLR", T_max=7, eta_min=0.01),
    "cosine to and fro": plain("CosineAnnealingLR", T_max=1),
    "cycle": plain("OneCycleLR", max_lr=1.0, total_steps=50),
    "cycle of groups": plain(
        "OneCycleLR",
        max_lr=[1.0, 2.0],
        epochs=10,
        steps_per_epoch=5,
        base_momentum=[0.8, 0.7],
        max_momentum=[0.9, 0.99],
    ),
    "cycle in three phases": plain("OneCycleLR", max_lr=1.0, total_steps=50, three_phase=True),
    "straight cycle": plain(
        *("OneCycleLR",),
        **dict(max_lr=1.0, total_steps=60, pct_start=0.2, anneal_strategy="linear"),
        **dict(div_factor=10.0, final_div_factor=10.0),
    ),
    "straight cycle in three phases": plain(
        *("OneCycleLR",),
        **dict(max_lr=1.0, total_steps=55, anneal_strategy="linear", three_phase=True),
    ),
    "cycle that only falls": plain("OneCycleLR", max_lr=1.0, total_steps=50, pct_start=0.0),
    "cycle of rates alone": plain("OneCycleLR", max_lr=1, total_steps=50, cycle_momentum=False),
    "sequence": sequence(
        ("LinearLR", dict(start_factor=0.1, total_iters=5)),
        ("CosineAnnealingLR", dict(T_max=30)),
        ("ExponentialLR", dict(gamma=0.9)),
        milestones=[5, 35],
    ),
    "sequence of all others": sequence(
        ("ConstantLR", dict(factor=0.5, total_iters=3)),
        ("StepLR", dict(step_size=4)),
        ("MultiStepLR", dict(milestones=[0, 2, 3])),
        ("LinearLR", dict(total_iters=6)),
        ("LambdaLR", dict(lr_lambda=share)),
        ("ConstantLR", dict(factor=0.5, total_iters=3)),
        milestones=[8, 16, 24, 32, 40],
    ),
    "sequence that skips its first": sequence(
        ("ConstantLR", {}), ("ExponentialLR", dict(gamma=0.9)), milestones=[0]
    ),
    "sequence of one": sequence(("StepLR", dict(step_size=3)), milestones=[]),
}


def seen(optimizer, schedule):
    """All that a schedule changes."""
    names = ("lr", "initial_lr", "momentum", "betas", "max_lr", "min_lr")
    groups = [{k: g[k] for k in names if k in g} for g in optimizer.param_groups]
    return schedule.get_last_lr(), groups, schedule.last_epoch


def numbers(value):
    """The numbers in nested lists and dicts, in order."""
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, (int, float)):
        return [value]
    return [x for item in value for x in numbers(item)]


def assert_same(got, expected):
    np.testing.assert_allclose(numbers(got), numbers(expected), rtol=1e-12, atol=1e-15)


def followed(L, make, steps=STEPS, optimizer=None, schedule=None):
    """What is seen before and after each step."""
    optimizer = optimizer or optimizer_of(L)
    schedule = schedule or make(L, optimizer)
    found = [copy.deepcopy(seen(optimizer, schedule))]
    for _ in range(steps):
        optimizer.step()
        schedule.step()
        found.append(copy.deepcopy(seen(optimizer, schedule)))
    return found


@pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)
def test_fifty_steps_are_those_of_torch(make):
    assert_same(followed(nnlib, make), followed(torch, make))


def test_every_schedule_is_tried():
    ours = {"LRScheduler", "InverseTimeLR", "InverseSqrtLR", "ReduceLROnPlateau"}
    tried = {inspect.getclosurevars(m).nonlocals.get("name") for m in SCHEDULES.values()}
    assert tried - {None} | {"SequentialLR"} | ours == set(lr_scheduler.__all__)


OWN = {
    "inverse time": plain("InverseTimeLR", decay=0.3, warmup_steps=9),
    "inverse root": plain("InverseSqrtLR", warmup_steps=9),
    "nested": lambda L, optimizer: lr_scheduler.SequentialLR(
        optimizer,
        [lr_scheduler.ExponentialLR(optimizer, 0.9), SCHEDULES["sequence"](L, optimizer)],
        milestones=[4],
    ),
}


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
    """The rates under several schedules that act at once."""
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
    """The rates at epochs that are given, to and fro."""
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


def test_a_line_without_length_stays_where_it_starts():
    optimizer = optimizer_of(nnlib)
    schedule = lr_scheduler.LinearLR(optimizer, 0.5, total_iters=0)
    schedule.step(3)  # torch divides by 0
    assert schedule.get_last_lr() == [0.25, 0.015]


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
    """The first group's rate in each step, as a share of its first one."""
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


ERRORS = [
    ("LambdaLR", dict(lr_lambda=[half]), "expected 2 of lr_lambda, one a group, got 1"),
    ("StepLR", dict(step_size=0), "expected step_size > 0, got 0"),
    ("ConstantLR", dict(factor=1.5), r"expected factor in \[0, 1\], got 1.5"),
    ("ConstantLR", dict(factor=-0.5), r"expected factor in \[0, 1\], got -0.5"),
    ("LinearLR", dict(start_factor=0), r"expected start_factor in \(0, 1\], got 0"),
    ("LinearLR", dict(end_factor=2), r"expected end_factor in \[0, 1\], got 2"),
    ("CosineAnnealingLR", dict(T_max=0), "expected T_max > 0, got 0"),
    ("OneCycleLR", dict(max_lr=1), "expected total_steps, or epochs and steps_per_epoch"),
    ("OneCycleLR", dict(max_lr=1, epochs=1), "expected total_steps, or epochs and"),
    (
        "OneCycleLR",
        dict(max_lr=1, total_steps=0),
        "expected a positive integer as total_steps, got 0",
    ),
    (
        "OneCycleLR",
        dict(max_lr=1, epochs=1.5, steps_per_epoch=2),
        "expected a positive integer as epochs, got 1.5",
    ),
    (
        "OneCycleLR",
        dict(max_lr=1, epochs=1, steps_per_epoch=-2),
        "expected a positive integer as steps_per_epoch, got -2",
    ),
    (
        "OneCycleLR",
        dict(max_lr=1, total_steps=5, pct_start=1.5),
        r"expected pct_start as a float in \[0, 1\], got 1.5",
    ),
    (
        "OneCycleLR",
        dict(max_lr=1, total_steps=5, anneal_strategy="cosine"),
        "expected anneal_strategy 'cos' or 'linear', got 'cosine'",
    ),
    (
        "OneCycleLR",
        dict(max_lr=[1, 2, 3], total_steps=5),
        "expected 2 of max_lr, one a group, got 3",
    ),
    ("ReduceLROnPlateau", dict(factor=1.0), "expected factor < 1, got 1.0"),
    ("ReduceLROnPlateau", dict(mode="up"), "expected mode 'min' or 'max', got 'up'"),
    (
        "ReduceLROnPlateau",
        dict(threshold_mode="off"),
        "expected threshold_mode 'rel' or 'abs', got 'off'",
    ),
    ("ReduceLROnPlateau", dict(min_lr=[1]), "expected 2 of min_lr, one a group, got 1"),
    ("InverseTimeLR", dict(decay=-1), "expected decay >= 0, got -1"),
    ("InverseTimeLR", dict(decay=1, warmup_steps=-1), "expected warmup_steps >= 0, got -1"),
    ("InverseSqrtLR", dict(warmup_steps=-1), "expected warmup_steps >= 0, got -1"),
]
OURS_ALONE = {"StepLR", "CosineAnnealingLR", "InverseTimeLR", "InverseSqrtLR"}


@pytest.mark.parametrize(("name", "options", "message"), ERRORS)
def test_mistakes_are_named(name, options, message):
    with pytest.raises(ValueError, match=f"^{name}: {message}"):
        getattr(lr_scheduler, name)(optimizer_of(nnlib), **options)
    if name not in OURS_ALONE:
        with pytest.raises(ValueError):  # noqa: PT011 (torch says it otherwise)
            getattr(torch.optim.lr_scheduler, name)(optimizer_of(torch), **options)


ARGUMENTS = dict(
    LRScheduler={},
    LambdaLR=dict(lr_lambda=half),
    StepLR=dict(step_size=1),
    MultiStepLR=dict(milestones=[1]),
    ExponentialLR=dict(gamma=0.5),
    CosineAnnealingLR=dict(T_max=1),
    OneCycleLR=dict(max_lr=1.0, total_steps=2),
    SequentialLR=dict(schedulers=[], milestones=[]),
    InverseTimeLR=dict(decay=1),
)


@pytest.mark.parametrize("name", lr_scheduler.__all__)
def test_only_an_optimizer_has_rates(name):
    with pytest.raises(TypeError, match=f"^{name}: expected an Optimizer, got list"):
        getattr(lr_scheduler, name)([1], **ARGUMENTS.get(name, {}))


@pytest.mark.parametrize("L", [nnlib, torch])
def test_a_late_beginning_needs_the_first_rates(L):
    with pytest.raises(KeyError, match="initial_lr"):
        L.optim.lr_scheduler.ExponentialLR(optimizer_of(L), 0.5, last_epoch=3)


@pytest.mark.parametrize("L", [nnlib, torch])
def test_a_cycle_needs_a_momentum(L):
    class Plain(L.optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, dict(lr=0.1))

    optimizer = Plain([L.zeros(1, requires_grad=True)])
    with pytest.raises(ValueError, match="momentum"):
        L.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=3)


@pytest.mark.parametrize("L", [nnlib, torch])
def test_a_schedule_without_get_lr_is_refused(L):
    with pytest.raises(NotImplementedError):
        L.optim.lr_scheduler.LRScheduler(optimizer_of(L))


def wrong_sequences(L):
    """Calls of SequentialLR that are refused: error type, our message, call."""
    s, optimizer, other = L.optim.lr_scheduler, optimizer_of(L), optimizer_of(L)
    one = s.ExponentialLR(optimizer, 0.5)
    return [
        (ValueError, "at least one schedule, got none", [], []),
        (TypeError, "schedules, got SGD", [other], []),
        (ValueError, "schedules of t alone", [s.ReduceLROnPlateau(optimizer)], []),
        (ValueError, "one of another at 1", [one, s.ExponentialLR(other, 0.5)], [3]),
        (ValueError, "1 rising milestones for 2 schedules", [one, one], [3, 4]),
        (ValueError, "2 rising milestones for 3 schedules", [one, one, one], [4, 3]),
    ], optimizer


@pytest.mark.parametrize("i", range(6))
def test_wrong_sequences_are_named(i):
    cases, optimizer = wrong_sequences(nnlib)
    error, message, schedules, milestones = cases[i]
    with pytest.raises(error, match=f"^SequentialLR: expected .*{message}"):
        lr_scheduler.SequentialLR(optimizer, schedules, milestones)
    if i < 5:  # torch takes milestones that fall
        cases, optimizer = wrong_sequences(torch)
        with pytest.raises(error):
            torch.optim.lr_scheduler.SequentialLR(optimizer, cases[i][2], milestones)


def test_a_step_before_that_of_the_optimizer_is_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lr_scheduler.StepLR(optimizer_of(nnlib), 3).step()
