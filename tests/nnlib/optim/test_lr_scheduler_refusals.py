"""Wrong options, optimizers and sequences of schedules are named, as in torch."""

import pytest
import torch

import nnlib
from nnlib.optim import lr_scheduler
from tests.nnlib.harness import naming
from tests.nnlib.optim.schedules import half, optimizer_of

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
    ("OneCycleLR", dict(max_lr=1, total_steps=0), "expected a positive integer as total_steps"),
    ("OneCycleLR", dict(max_lr=1, epochs=1.5, steps_per_epoch=2), "expected a positive"),
    ("OneCycleLR", dict(max_lr=1, epochs=1, steps_per_epoch=-2), "expected a positive integer"),
    ("OneCycleLR", dict(max_lr=1, total_steps=5, pct_start=1.5), "expected pct_start as a"),
    (
        "OneCycleLR",
        dict(max_lr=1, total_steps=5, anneal_strategy="cosine"),
        "expected anneal_strategy 'cos' or 'linear', got 'cosine'",
    ),
    ("OneCycleLR", dict(max_lr=[1, 2, 3], total_steps=5), "expected 2 of max_lr, one a group"),
    ("ReduceLROnPlateau", dict(factor=1.0), "expected factor < 1, got 1.0"),
    ("ReduceLROnPlateau", dict(mode="up"), "expected mode 'min' or 'max', got 'up'"),
    ("ReduceLROnPlateau", dict(threshold_mode="off"), "expected threshold_mode 'rel' or 'abs'"),
    ("ReduceLROnPlateau", dict(min_lr=[1]), "expected 2 of min_lr, one a group, got 1"),
    ("InverseTimeLR", dict(decay=-1), "expected decay >= 0, got -1"),
    ("InverseTimeLR", dict(decay=1, warmup_steps=-1), "expected warmup_steps >= 0, got -1"),
    ("InverseSqrtLR", dict(warmup_steps=-1), "expected warmup_steps >= 0, got -1"),
]
OURS_ALONE = {"StepLR", "CosineAnnealingLR", "InverseTimeLR", "InverseSqrtLR"}


def test_mistakes_are_named():
    for name, options, message in ERRORS:
        with naming(name):
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


def test_only_an_optimizer_has_rates():
    for name in lr_scheduler.__all__:
        with (
            naming(name),
            pytest.raises(TypeError, match=f"^{name}: expected an Optimizer, got list"),
        ):
            getattr(lr_scheduler, name)([1], **ARGUMENTS.get(name, {}))


def wrong_sequences(L):
    """Return calls of SequentialLR that are refused: error type, our message, call."""
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


def test_wrong_sequences_are_named():
    for i in range(6):
        with naming(i):
            cases, optimizer = wrong_sequences(nnlib)
            error, message, schedules, milestones = cases[i]
            with pytest.raises(error, match=f"^SequentialLR: expected .*{message}"):
                lr_scheduler.SequentialLR(optimizer, schedules, milestones)
            if i < 5:  # torch takes milestones that fall
                cases, optimizer = wrong_sequences(torch)
                with pytest.raises(error):
                    torch.optim.lr_scheduler.SequentialLR(optimizer, cases[i][2], milestones)
