"""Learning-rate schedules to run in nnlib and in torch, and a record of what they change."""

import copy
import functools
import re

import numpy as np

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


def made(call, L, optimizer):
    """Return the schedule that a call makes, in which o is the optimizer."""
    names = dict(vars(L.optim.lr_scheduler), o=optimizer, half=half, share=share)
    return eval(call, names)


def schedules(text):
    """Return a function that makes the schedule, for each call in a text.

    A call begins a line; indented lines continue it.
    """
    calls = [" ".join(call.split()) for call in re.split(r"\n(?! )", text.strip())]
    return {call: functools.partial(made, call) for call in calls}


SCHEDULES = schedules("""
LambdaLR(o, share)
LambdaLR(o, [share, half])
LambdaLR(o, (share, half))
StepLR(o, step_size=7)
StepLR(o, step_size=1, gamma=0.9)
MultiStepLR(o, milestones=[3, 20, 20, 31], gamma=0.5)
MultiStepLR(o, milestones=(0, 9))
ConstantLR(o)
ConstantLR(o, factor=0.25, total_iters=100)
ConstantLR(o, factor=0.25, total_iters=0)
LinearLR(o)
LinearLR(o, start_factor=1.0, end_factor=0.1, total_iters=30)
LinearLR(o, start_factor=0.7, end_factor=0.0, total_iters=13)
LinearLR(o, total_iters=0)
ExponentialLR(o, gamma=0.93)
ExponentialLR(o, gamma=0.0)
CosineAnnealingLR(o, T_max=50)
CosineAnnealingLR(o, T_max=7, eta_min=0.01)
CosineAnnealingLR(o, T_max=1)
OneCycleLR(o, max_lr=1.0, total_steps=50)
OneCycleLR(o, max_lr=[1.0, 2.0], epochs=10, steps_per_epoch=5, base_momentum=[0.8, 0.7],
    max_momentum=[0.9, 0.99])
OneCycleLR(o, max_lr=1.0, total_steps=50, three_phase=True)
OneCycleLR(o, max_lr=1.0, total_steps=60, pct_start=0.2, anneal_strategy="linear",
    div_factor=10.0, final_div_factor=10.0)
OneCycleLR(o, max_lr=1.0, total_steps=55, anneal_strategy="linear", three_phase=True)
OneCycleLR(o, max_lr=1.0, total_steps=50, pct_start=0.0)
OneCycleLR(o, max_lr=1, total_steps=50, cycle_momentum=False)
MultiplicativeLR(o, share)
MultiplicativeLR(o, [share, half])
PolynomialLR(o)
PolynomialLR(o, total_iters=30, power=2.0)
CosineAnnealingWarmRestarts(o, T_0=7, eta_min=0.01)
CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2)
CyclicLR(o, base_lr=0.1, max_lr=0.7, step_size_up=5, step_size_down=3)
CyclicLR(o, base_lr=[0.1, 0.2], max_lr=[0.7, 1.0], step_size_up=4, mode="triangular2",
    base_momentum=[0.7, 0.8], max_momentum=[0.9, 0.95])
CyclicLR(o, base_lr=0.1, max_lr=0.7, step_size_up=4, mode="exp_range", gamma=0.9,
    cycle_momentum=False)
CyclicLR(o, base_lr=0.1, max_lr=0.7, step_size_up=4, scale_fn=share, scale_mode="iterations")
ChainedScheduler([LinearLR(o, start_factor=0.1, total_iters=5), MultiplicativeLR(o, share),
    StepLR(o, step_size=4)])
SequentialLR(o, [LinearLR(o, start_factor=0.1, total_iters=5), CosineAnnealingLR(o, T_max=30),
    ExponentialLR(o, gamma=0.9)], milestones=[5, 35])
SequentialLR(o, [ConstantLR(o, factor=0.5, total_iters=3), StepLR(o, step_size=4),
    MultiStepLR(o, milestones=[0, 2, 3]), LinearLR(o, total_iters=6), LambdaLR(o, share),
    ConstantLR(o, factor=0.5, total_iters=3)], milestones=[8, 16, 24, 32, 40])
SequentialLR(o, [ConstantLR(o), ExponentialLR(o, gamma=0.9)], milestones=[0])
SequentialLR(o, [LinearLR(o, start_factor=0.1, total_iters=5),
    CosineAnnealingWarmRestarts(o, T_0=6)], milestones=[5])
SequentialLR(o, [StepLR(o, step_size=3)], milestones=[])
""")
OWN = schedules("""
InverseTimeLR(o, decay=0.3, warmup_steps=9)
SequentialLR(o, [ExponentialLR(o, 0.9), SequentialLR(o, [LinearLR(o, 0.1, total_iters=5),
    CosineAnnealingLR(o, T_max=30)], milestones=[5])], milestones=[4])
""")


def settings(optimizer, schedule):
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
    results = [copy.deepcopy(settings(optimizer, schedule))]
    for _ in range(steps):
        optimizer.step()
        schedule.step()
        results.append(copy.deepcopy(settings(optimizer, schedule)))
    return results
