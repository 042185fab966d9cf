"""Losses in every option against torch, and their errors."""

import itertools

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from tests.nnlib.harness import naming

N, C, H, W = 7, 5, 3, 2
SHAPES = [(N, C), (C,), (N, C, H, W)]


OPTIONS = list(
    itertools.product(("mean", "sum", "none"), (None, np.linspace(0.5, 2.0, C)), (0.0, 0.3))
)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cross_entropy_is_that_of_torch(shape, rng):
    z = rng.standard_normal(shape)
    classes = rng.integers(0, C, shape[:1] + shape[2:] if len(shape) > 1 else ())
    probabilities = F.softmax(rng.standard_normal(shape), min(1, z.ndim - 1))
    for reduction, w, smoothing in OPTIONS:
        for t, more in ((classes, dict(ignore_index=1)), (probabilities, {})):
            options = dict(reduction=reduction, label_smoothing=smoothing, **more)
            with naming(options, w, t):
                got, expected = (
                    L.nn.functional.cross_entropy(
                        L.tensor(z), L.tensor(t), w if w is None else L.tensor(w), **options
                    ).numpy()
                    for L in (nnlib, torch)
                )
                np.testing.assert_allclose(got, expected, rtol=1e-10, strict=True)


def test_binary_cross_entropy_of_a_hopeless_score_is_finite():
    loss = F.binary_cross_entropy_with_logits(np.array([-1e4, 1e4]), np.array([1.0, 0.0]))
    assert loss == 1e4


def test_uniform_scores_cost_the_logarithm_of_the_number_of_classes():
    loss = F.cross_entropy(nnlib.zeros(4, 10), nnlib.tensor([0, 3, 9, 9]))
    assert loss.item() == pytest.approx(np.log(10))
