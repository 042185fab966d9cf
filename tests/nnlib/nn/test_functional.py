"""Losses in every option against torch, and their errors."""

import itertools

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from tests.nnlib.harness import naming

N, C, H, W = 7, 5, 3, 2
SHAPES = {"(N, C)": (N, C), "(C,)": (C,), "(N, C, H, W)": (N, C, H, W)}


def without_classes(shape):
    return shape[:1] + shape[2:] if len(shape) > 1 else ()


def class_weights(weighted):
    return np.linspace(0.5, 2.0, C) if weighted else None


def as_torch(x):
    return None if x is None else torch.tensor(x)


OPTIONS = list(
    itertools.product(
        ["mean", "sum", "none"],
        [False, True],  # weights
        [0.0, 0.3],  # smoothing
        SHAPES,
    )
)


def test_cross_entropy_of_class_indices_is_that_of_torch(rng):
    for reduction, weighted, smoothing, shape in OPTIONS:
        with naming(reduction, weighted, smoothing, shape):
            z, w = rng.standard_normal(SHAPES[shape]), class_weights(weighted)
            t = rng.integers(0, C, without_classes(z.shape))
            options = dict(reduction=reduction, label_smoothing=smoothing, ignore_index=1)
            got = F.cross_entropy(nnlib.tensor(z), nnlib.tensor(t), w, **options)
            expected = torch.nn.functional.cross_entropy(
                torch.tensor(z), torch.tensor(t), as_torch(w), **options
            )
            np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-10, strict=True)


def test_cross_entropy_of_probabilities_is_that_of_torch(rng):
    for reduction, weighted, smoothing, shape in OPTIONS:
        with naming(reduction, weighted, smoothing, shape):
            z, w = rng.standard_normal(SHAPES[shape]), class_weights(weighted)
            p = F.softmax(rng.standard_normal(z.shape), min(1, z.ndim - 1))
            options = dict(reduction=reduction, label_smoothing=smoothing)
            got = F.cross_entropy(nnlib.tensor(z), nnlib.tensor(p), w, **options)
            expected = torch.nn.functional.cross_entropy(
                torch.tensor(z), torch.tensor(p), as_torch(w), **options
            )
            np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-10, strict=True)


def test_binary_cross_entropy_of_a_hopeless_score_is_finite():
    loss = F.binary_cross_entropy_with_logits(np.array([-1e4, 1e4]), np.array([1.0, 0.0]))
    assert loss == 1e4


def test_uniform_scores_cost_the_logarithm_of_the_number_of_classes():
    loss = F.cross_entropy(nnlib.zeros(4, 10), nnlib.tensor([0, 3, 9, 9]))
    assert loss.item() == pytest.approx(np.log(10))
