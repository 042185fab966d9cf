"""The gradient check finds planted bugs, and no others."""

import numpy as np
import pytest

import nnlib
import nnlib.nn.functional as F
from nnlib import nn
from nnlib.autograd import Function
from nnlib.training import gradient_check

D, C = 5, 3


@pytest.fixture
def batch(rng):
    return rng.standard_normal((8, D)), np.arange(8) % C


def network():
    nnlib.manual_seed(0)
    layers = nn.Linear(D, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, C)
    return nn.Sequential(*layers)


def test_correct_gradients_pass_in_both_modes(batch):
    model = network()
    for mode in (True, False):
        model.train(mode)
        result = gradient_check(model, batch, F.cross_entropy)
        assert result.passed, result
        assert {entry.name for entry in result.entries} == {
            k for k, _ in model.named_parameters()
        }
    assert model[0].weight.dtype == np.float32
    assert model[0].weight.grad is None


class Wrong(Function):
    """A square whose derivative lacks the factor 2 where x is above 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * x * (2 - (x > 1).to(x.dtype))


class Buggy(nn.Module):
    def __init__(self):
        super().__init__()
        self.fine, self.wrong = nn.Linear(D, 4), nn.Linear(4, C)
        self.idle = nn.Parameter(nnlib.ones(2))

    def forward(self, x):
        y = self.wrong(self.fine(x).tanh() * 9)
        return Wrong.apply(y)


def test_a_planted_mistake_is_found_and_named(batch):
    result = gradient_check(Buggy(), batch, F.cross_entropy, samples=30)
    assert not result.passed
    assert result.missing == ["idle"]
    assert result.worst[0].error > 0.01
    assert "WRONG" in repr(result)
    assert repr(result).splitlines()[-1].split() == ["idle", "no", "gradient", "WRONG"]
