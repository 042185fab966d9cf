"""Wrong options, optimizers and sequences of schedules are named, as in torch."""

import pytest
import torch

import nnlib
from nnlib.optim import lr_scheduler
from tests.nnlib.harness import naming
from tests.nnlib.optim.schedules import half, optimizer_of

CYCLE = dict(max_lr=1, total_steps=5)
WRONG = [  # a schedule, its options, and the one that the error names
    ("LambdaLR", dict(lr_lambda=[half]), "lr_lambda"),
    ("StepLR", dict(step_size=0), "step_size"),
    ("ConstantLR", dict(factor=1.5), "factor"),
    ("ConstantLR", dict(factor=-0.5), "factor"),
    ("LinearLR", dict(start_factor=0), "start_factor"),
    ("LinearLR", dict(end_factor=2), "end_factor"),
    ("CosineAnnealingLR", dict(T_max=0), "T_max"),
    ("OneCycleLR", dict(max_lr=1), "total_steps"),
    ("OneCycleLR", dict(max_lr=1, epochs=1), "steps_per_epoch"),
    ("OneCycleLR", CYCLE | dict(total_steps=0), "total_steps"),
    ("OneCycleLR", dict(max_lr=1, epochs=1.5, steps_per_epoch=2), "epochs"),
    ("OneCycleLR", dict(max_lr=1, epochs=1, steps_per_epoch=-2), "steps_per_epoch"),
    ("OneCycleLR", CYCLE | dict(pct_start=1.5), "pct_start"),
    ("OneCycleLR", CYCLE | dict(anneal_strategy="cosine"), "anneal_strategy"),
    ("OneCycleLR", CYCLE | dict(max_lr=[1, 2, 3]), "max_lr"),
    ("CosineAnnealingWarmRestarts", dict(T_0=0), "T_0"),
    ("CosineAnnealingWarmRestarts", dict(T_0=2.5), "T_0"),
    ("CosineAnnealingWarmRestarts", dict(T_0=2, T_mult=0), "T_mult"),
    ("CosineAnnealingWarmRestarts", dict(T_0=2, eta_min="0"), "eta_min"),
    ("CyclicLR", dict(base_lr=[1, 2, 3], max_lr=1), "base_lr"),
    ("CyclicLR", dict(base_lr=1, max_lr=[1]), "max_lr"),
    ("CyclicLR", dict(base_lr=1, max_lr=2, mode="up"), "mode"),
    ("MultiplicativeLR", dict(lr_lambda=[half]), "lr_lambda"),
    ("ReduceLROnPlateau", dict(factor=1.0), "factor"),
    ("ReduceLROnPlateau", dict(mode="up"), "mode"),
    ("ReduceLROnPlateau", dict(threshold_mode="off"), "threshold_mode"),
    ("ReduceLROnPlateau", dict(min_lr=[1]), "min_lr"),
    ("InverseTimeLR", dict(decay=-1), "decay"),
    ("InverseTimeLR", dict(decay=1, warmup_steps=-1), "warmup_steps"),
]
OURS_ALONE = {"StepLR", "CosineAnnealingLR", "InverseTimeLR"}


def test_mistakes_are_named():
    for name, options, option in WRONG:
        with naming(name, options):
            with pytest.raises(ValueError, match=rf"^{name}: .*{option}"):
                getattr(lr_scheduler, name)(optimizer_of(nnlib), **options)
            if name not in OURS_ALONE:
                with pytest.raises(ValueError):  # noqa: PT011 (torch says it otherwise)
                    getattr(torch.optim.lr_scheduler, name)(optimizer_of(torch), **options)
    with pytest.raises(TypeError, match="StepLR: expected an Optimizer"):
        lr_scheduler.StepLR([1], 2)


def test_wrong_sequences_are_named():
    for L in (nnlib, torch):
        s, optimizer, other = L.optim.lr_scheduler, optimizer_of(L), optimizer_of(L)
        one = s.ExponentialLR(optimizer, 0.5)
        for error, schedules, milestones in (
            (ValueError, [], []),
            (TypeError, [other], []),
            (ValueError, [s.ReduceLROnPlateau(optimizer)], []),
            (ValueError, [one, s.ExponentialLR(other, 0.5)], [3]),
            (ValueError, [one, one], [3, 4]),
            *[(ValueError, [one, one, one], [4, 3])] * (L is nnlib),  # torch takes them
        ):
            with naming(schedules, milestones), pytest.raises(error):
                s.SequentialLR(optimizer, schedules, milestones)


@pytest.mark.parametrize("L", [nnlib, torch])
def test_schedule_warns_once_if_it_is_stepped_before_its_optimizer(L):
    def call(*steps):
        for step in steps:
            step()

    class Own(L.optim.Optimizer):
        def step(self, closure=None):
            pass

    for optimizer in (optimizer_of(L), Own([L.zeros(1)], dict(lr=1.0))):
        schedule = L.optim.lr_scheduler.StepLR(optimizer, 2)
        with pytest.warns(UserWarning, match=r"before `?optimizer.step\(\)") as result:
            call(schedule.step, schedule.step, optimizer.step, schedule.step)
        assert len(result) == 1
        assert result[0].filename == __file__
        schedule = L.optim.lr_scheduler.StepLR(optimizer, 2)
        optimizer.step()
        schedule.step()


def test_wrong_chains_and_epochs_are_named():
    for L in (nnlib, torch):
        s, optimizer = L.optim.lr_scheduler, optimizer_of(L)
        one = s.ExponentialLR(optimizer, 0.5)
        for error, schedules in (
            (ValueError, []),
            (TypeError, [one, 3]),
            (ValueError, [one, s.ReduceLROnPlateau(optimizer)]),
            (ValueError, [one, s.ExponentialLR(optimizer_of(L), 0.5)]),
        ):
            with naming(L, schedules), pytest.raises(error):
                s.ChainedScheduler(schedules)
        with naming(L), pytest.raises(ValueError, match="epoch"):
            s.CosineAnnealingWarmRestarts(optimizer, 3).step(-1)
        with naming(L), pytest.raises(ValueError, match="momentum"):
            s.CyclicLR(optimizer_of(L, "Adagrad"), 0.1, 0.2)
