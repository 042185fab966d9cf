"""Averaged models, their schedule and their batch statistics against torch."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib.optim import swa_utils
from tests.nnlib.harness import naming
from tests.nnlib.optim.schedules import assert_same, followed, optimizer_of


def model_of(L):
    """Return a model with batch normalization, in the dtype of the random numbers."""
    layers = L.nn.Linear(3, 4), L.nn.BatchNorm1d(4), L.nn.Linear(4, 2)
    return L.nn.Sequential(*layers).double()


AVERAGES = [
    (None, {}),
    ("get_swa_avg_fn", {}),
    ("get_ema_avg_fn", dict(decay=0.6)),
    ("get_ema_multi_avg_fn", dict(decay=0.3)),
    ("get_ema_multi_avg_fn", dict(decay=0.9)),
]


def averaged(L, name, options, use_buffers, states):
    """Return the averaged model's state and output, after the model has had several states."""
    utils, model = L.optim.swa_utils, model_of(L)
    how = {}
    if name is not None:
        how = {"multi_avg_fn" if "multi" in name else "avg_fn": getattr(utils, name)(**options)}
    average = utils.AveragedModel(model, use_buffers=use_buffers, **how)
    for state in states:
        model.load_state_dict({k: L.tensor(v) for k, v in state.items()})
        average.update_parameters(model)
    x = L.tensor(np.ones((2, 3)))
    return average.state_dict(), average.eval()(x).detach().numpy()


@pytest.mark.parametrize("use_buffers", [False, True])
def test_averages_match_torch(use_buffers, rng):
    shapes = {k: v.shape for k, v in model_of(torch).state_dict().items()}
    states = [
        {k: np.array(rng.uniform(1, 2, s)) for k, s in shapes.items() if "num" not in k}
        | {"1.num_batches_tracked": np.array(10 * i)}
        for i in range(4)
    ]
    for name, options in AVERAGES:
        with naming(name, options):
            got, expected = (averaged(L, name, options, use_buffers, states) for L in LIBRARIES)
            assert got[0].keys() == expected[0].keys()
            for key, value in expected[0].items():
                np.testing.assert_allclose(
                    got[0][key].numpy(), value.numpy(), rtol=1e-12, strict=True
                )
            np.testing.assert_allclose(got[1], expected[1], rtol=1e-12)


LIBRARIES = nnlib, torch


def test_update_bn_matches_torch(rng):
    batches = [rng.standard_normal((n, 4)) for n in (5, 3, 4)]
    results = []
    for L in LIBRARIES:
        layer = L.nn.BatchNorm1d(4, momentum=0.3).double()
        model = L.nn.Sequential(layer).eval()
        loader = [(L.tensor(batches[0]), 0), [L.tensor(batches[1])], L.tensor(batches[2])]
        L.optim.swa_utils.update_bn(loader, model)
        assert (layer.momentum, model.training) == (0.3, False)
        results.append([b.numpy() for b in layer.buffers()])
        L.optim.swa_utils.update_bn(loader, L.nn.Linear(9, 9))  # nothing to do
    for got, expected in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


OPTIONS = [
    dict(swa_lr=0.05),
    dict(swa_lr=[0.05, 0.9], anneal_epochs=7, anneal_strategy="linear"),
    dict(swa_lr=0.05, anneal_epochs=0),
]


def test_the_schedule_matches_torch():
    for options in OPTIONS:
        with naming(options):
            result, keys = [], []
            for L in LIBRARIES:
                optimizer = optimizer_of(L)
                schedule = L.optim.swa_utils.SWALR(optimizer, **options)
                result.append(followed(L, None, 20, optimizer, schedule))
                keys.append(schedule.state_dict().keys() - {"_get_lr_called_within_step"})
            assert_same(*result)
            assert keys[0] - {"_is_initial"} == keys[1] - {"_is_initial"}


def test_mistakes_are_named():
    for L in LIBRARIES:
        utils, optimizer = L.optim.swa_utils, optimizer_of(L)
        f = utils.get_swa_avg_fn()
        with pytest.raises(AssertionError, match="avg_fn"):
            utils.AveragedModel(L.nn.Linear(1, 1), avg_fn=f, multi_avg_fn=f)
        for call in (
            lambda utils=utils: utils.get_ema_avg_fn(1.5),
            lambda utils=utils: utils.get_ema_multi_avg_fn(-0.1),
            lambda utils=utils, o=optimizer: utils.SWALR(o, [0.1]),
            lambda utils=utils, o=optimizer: utils.SWALR(o, 0.1, anneal_epochs=-1),
            lambda utils=utils, o=optimizer: utils.SWALR(o, 0.1, anneal_strategy="exp"),
        ):
            with pytest.raises(ValueError):  # noqa: PT011 (torch words it differently)
                call()
    with pytest.raises(TypeError, match="SWALR: expected an Optimizer"):
        swa_utils.SWALR([1], 0.1)
