"""Losses at an extremely wrong score and at uniform scores."""

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F


def test_binary_cross_entropy_of_an_extremely_wrong_score_is_finite():
    loss = F.binary_cross_entropy_with_logits(np.array([-1e4, 1e4]), np.array([1.0, 0.0]))
    assert loss == 1e4


def test_uniform_scores_cost_the_logarithm_of_the_number_of_classes():
    loss = F.cross_entropy(nnlib.zeros(4, 10), nnlib.tensor([0, 3, 9, 9]))
    assert loss.item() == pytest.approx(np.log(10))


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
