"""Attention beyond the tables: chance, what a query may not see, and known weights."""

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from nnlib import nn
from tests.nnlib.harness import naming


def test_query_that_sees_nothing_gets_0_and_gives_no_gradient(rng):
    arrays = [rng.standard_normal(s) for s in ((3, 4), (5, 4), (5, 2))]
    mask = np.zeros((3, 5))
    mask[1] = -np.inf
    results = []
    for L in (nnlib, torch):
        q, k, v = (L.tensor(a, requires_grad=True) for a in arrays)
        y = L.nn.functional.scaled_dot_product_attention(q, k, v, L.tensor(mask))
        y.sum().backward()
        results.append([y.detach().numpy(), *[x.grad.numpy() for x in (q, k, v)]])
    assert not results[0][0][1].any()
    for got, expected in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-14)


def test_dropout_drops_weights_and_enlarges_the_others():
    nnlib.manual_seed(0)
    q, k, v = np.zeros((1, 4)), np.zeros((10_000, 4)), np.ones((10_000, 1))
    y = F.scaled_dot_product_attention(q, k, v, dropout_p=0.25)
    assert y.item() == pytest.approx(1.0, abs=0.03)
    assert y.item() != 1.0


def test_module_drops_in_training_only(rng):
    for need_weights in [True, False]:
        with naming(need_weights):
            layer = nn.MultiheadAttention(8, 2, dropout=0.5)
            x = nnlib.tensor(rng.standard_normal((6, 3, 8)).astype("f4"))

            for drops in (True, False):
                layer.train(drops)
                first, second = (
                    layer(x, x, x, need_weights=need_weights)[0].tolist() for _ in range(2)
                )
                assert (first != second) == drops


def test_first_projections_are_xavier_uniform_and_biases_0():
    layer = nn.MultiheadAttention(64, 4, kdim=32, vdim=16)
    for name, inputs in (("q", 64), ("k", 32), ("v", 16)):
        weight, bound = getattr(layer, f"{name}_proj_weight").array, (6 / (64 + inputs)) ** 0.5
        assert np.abs(weight).max() <= bound
        assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.05)
    assert np.abs(nn.MultiheadAttention(64, 4).in_proj_weight.array).max() <= (6 / 256) ** 0.5
    assert not layer.in_proj_bias.array.any()
    assert not layer.out_proj.bias.array.any()


def test_layers_receive_whether_the_mask_hides_later_positions():
    flags = []

    class Layer(nn.Module):
        def forward(self, x, is_causal, **masks):
            flags.append(is_causal)
            return x

    encoder, causal = nn.TransformerEncoder(Layer(), 1), np.triu(np.full((5, 5), -np.inf), 1)
    for mask in (None, causal, causal < 0, causal[None], np.zeros((5, 5))):
        encoder(nnlib.zeros(5, 2, 8), mask)
    encoder(nnlib.zeros(5, 2, 8), causal, is_causal=False)
    assert flags == [False, True, True, False, False, False]
