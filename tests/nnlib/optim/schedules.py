"""Learning-rate schedules to run in nnlib and in torch, and a record of what they change."""

import copy

import numpy as np

from nnlib.optim import lr_scheduler

STEPS = 50


def optimizer_of(L, name="SGD", **options):
    """Return an optimizer of two groups with different rates, whose step changes nothing."""
    groups = [dict(params=[L.zeros(1, requires_grad=True)]) for _ in range(2)]
    groups[1]["lr"] = 0.03
    if name == "SGD":
        options = dict(momentum=0.9) | options
    return getattr(L.optim, name)(groups, lr=0.5, **options)


def half(t):
    return 0.5**t


def share(t):
    return 1 / (1 + t)


def sequence(*parts, milestones):
    """Return a function that makes a SequentialLR of schedules given by name and options."""

    def make(L, optimizer):
        s = L.optim.lr_scheduler
        inner = [getattr(s, name)(optimizer, **options) for name, options in parts]
        return s.SequentialLR(optimizer, inner, milestones=milestones)

    return make


def several(name, *parts):
    """Return a function that makes one schedule of several, given by name and options."""

    def make(L, optimizer):
        s = L.optim.lr_scheduler
        return getattr(s, name)([getattr(s, n)(optimizer, **options) for n, options in parts])

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
    "multiplied": plain("MultiplicativeLR", lr_lambda=share),
    "multiplied by several": plain("MultiplicativeLR", lr_lambda=[share, half]),
    "polynomial": plain("PolynomialLR"),
    "polynomial of degree 2": plain("PolynomialLR", total_iters=30, power=2.0),
    "restarts": plain("CosineAnnealingWarmRestarts", T_0=7, eta_min=0.01),
    "longer restarts": plain("CosineAnnealingWarmRestarts", T_0=3, T_mult=2),
    "cycles": plain("CyclicLR", base_lr=0.1, max_lr=0.7, step_size_up=5, step_size_down=3),
    "shrinking cycles": plain(
        *("CyclicLR",),
        **dict(base_lr=[0.1, 0.2], max_lr=[0.7, 1.0], step_size_up=4, mode="triangular2"),
        **dict(base_momentum=[0.7, 0.8], max_momentum=[0.9, 0.95]),
    ),
    "exponential cycles": plain(
        *("CyclicLR",),
        **dict(base_lr=0.1, max_lr=0.7, step_size_up=4, mode="exp_range", gamma=0.9),
        **dict(cycle_momentum=False),
    ),
    "cycles scaled by a function": plain(
        *("CyclicLR",),
        **dict(base_lr=0.1, max_lr=0.7, step_size_up=4, scale_fn=share),
        **dict(scale_mode="iterations"),
    ),
    "chained sequence": several(
        "ChainedScheduler",
        ("LinearLR", dict(start_factor=0.1, total_iters=5)),
        ("MultiplicativeLR", dict(lr_lambda=share)),
        ("StepLR", dict(step_size=4)),
    ),
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
    "sequence that restarts": sequence(
        ("LinearLR", dict(start_factor=0.1, total_iters=5)),
        ("CosineAnnealingWarmRestarts", dict(T_0=6)),
        milestones=[5],
    ),
    "sequence of one": sequence(("StepLR", dict(step_size=3)), milestones=[]),
}


def seen(optimizer, schedule):
    """Return all values that a schedule changes."""
    names = ("lr", "initial_lr", "momentum", "betas", "max_lr", "min_lr")
    groups = [{k: g[k] for k in names if k in g} for g in optimizer.param_groups]
    return schedule.get_last_lr(), groups, getattr(schedule, "last_epoch", 0)


def numbers(value):
    """Return the numbers in nested lists and dicts, in order."""
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, (int, float)):
        return [value]
    return [x for item in value for x in numbers(item)]


def assert_same(got, expected):
    np.testing.assert_allclose(numbers(got), numbers(expected), rtol=1e-12, atol=1e-15)


def followed(L, make, steps=STEPS, optimizer=None, schedule=None):
    """Return the values that a schedule changes, before the first step and after each."""
    optimizer = optimizer or optimizer_of(L)
    schedule = schedule or make(L, optimizer)
    results = [copy.deepcopy(seen(optimizer, schedule))]
    for _ in range(steps):
        optimizer.step()
        schedule.step()
        results.append(copy.deepcopy(seen(optimizer, schedule)))
    return results


OWN = {
    "inverse time": plain("InverseTimeLR", decay=0.3, warmup_steps=9),
    "nested": lambda L, optimizer: lr_scheduler.SequentialLR(
        optimizer,
        [lr_scheduler.ExponentialLR(optimizer, 0.9), SCHEDULES["sequence"](L, optimizer)],
        milestones=[4],
    ),
}
