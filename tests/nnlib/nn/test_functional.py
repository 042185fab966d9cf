"""Losses at a hopeless score and at uniform scores."""

import numpy as np
import pytest

import nnlib
import nnlib.nn.functional as F


def test_binary_cross_entropy_of_a_hopeless_score_is_finite():
    loss = F.binary_cross_entropy_with_logits(np.array([-1e4, 1e4]), np.array([1.0, 0.0]))
    assert loss == 1e4


def test_uniform_scores_cost_the_logarithm_of_the_number_of_classes():
    loss = F.cross_entropy(nnlib.zeros(4, 10), nnlib.tensor([0, 3, 9, 9]))
    assert loss.item() == pytest.approx(np.log(10))
