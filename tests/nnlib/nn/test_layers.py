"""Layers and losses as modules, against torch."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn


def test_weights_are_drawn_evenly_from_the_range_of_torch():
    nnlib.manual_seed(0)
    ours, theirs = nn.Linear(100, 400), torch.nn.Linear(100, 400)
    for name in ("weight", "bias"):
        values = getattr(ours, name).detach().numpy()
        assert np.abs(values).max() <= 0.1
        assert values.dtype == np.float32
        spread = getattr(theirs, name).detach().numpy().std()
        assert values.std() == pytest.approx(spread, rel=0.1)


def test_a_layer_may_have_no_bias_another_dtype_or_no_inputs():
    assert nn.Linear(3, 2, bias=False).bias is None
    assert nn.Linear(3, 2, dtype=np.float64).weight.dtype == np.float64
    assert nn.Linear(0, 2)(nnlib.zeros(4, 0)).tolist() == [[0.0, 0.0]] * 4


def test_options_can_be_changed_afterwards():
    for L in (nnlib, torch):
        layer, loss = L.nn.LeakyReLU(), L.nn.MSELoss()
        layer.negative_slope, loss.reduction = 0.5, "sum"
        y = layer(L.tensor([-2.0, 4.0]))
        assert y.tolist() == [-1.0, 4.0]
        assert loss(y, L.zeros(2)).item() == 17.0
        assert repr(layer) == "LeakyReLU(negative_slope=0.5)"


def test_the_weight_of_a_loss_is_a_buffer_also_when_it_comes_later():
    for L in (nnlib, torch):
        loss = L.nn.BCEWithLogitsLoss(L.ones(2))
        loss.pos_weight = L.ones(2)
        assert list(loss.state_dict()) == ["weight", "pos_weight"]
        assert loss.double().pos_weight.dtype == L.float64


def test_rms_norm_without_eps_uses_the_eps_of_the_dtype():
    for dtype, size in (("float32", 1e-4), ("float64", 1e-9)):
        results = []
        for L in (nnlib, torch):
            x = size * L.tensor([1.0, 2.0, -1.0], dtype=getattr(L, dtype))
            results.append(L.nn.RMSNorm(3, elementwise_affine=False)(x).numpy())
        np.testing.assert_allclose(*results, rtol=1e-5)


def lazy(L):
    """Return how a lazy network prints, before and after its first input, and its shapes."""
    net = L.nn.Sequential(L.nn.LazyLinear(3, bias=False), L.nn.LazyLinear(2))
    optimizer, before = L.optim.SGD(net.parameters(), lr=0.1), repr(net)
    net(L.ones(4, 5)).sum().backward()
    optimizer.step()
    return before, repr(net), [tuple(p.shape) for p in net.parameters()], list(net.state_dict())


def test_a_lazy_layer_takes_its_size_from_the_first_input_as_in_torch():
    assert lazy(nnlib) == lazy(torch)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_losses_of_different_shapes_are_broadcast_with_a_warning_as_in_torch(name, rng):
    x, t = rng.standard_normal((4, 1)), rng.standard_normal(4)
    results = []
    for L in (nnlib, torch):
        with pytest.warns(UserWarning, match="broadcast") as warned:
            results.append(getattr(L.nn.functional, name)(L.tensor(x), L.tensor(t)).item())
        assert warned[0].filename == __file__
        with pytest.warns(UserWarning, match="target"), pytest.raises(RuntimeError):
            getattr(L.nn.functional, name)(L.ones(4, 1), L.ones(3, 2))
    assert results[0] == pytest.approx(results[1], rel=1e-12)
