"""Losses of different shapes."""

import pytest
import torch

import nnlib


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
